"""What the worker does: look every ten minutes whose time for a reminder it is."""

import logging

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.reminders import actions, queries

log = logging.getLogger(__name__)


@db_periodic_task(crontab(minute="*/10"))
def remind_all() -> None:
    """Each at their own hour. The clock is read anew for everybody: what is sent to the first ones takes time."""
    # Read whole: a cursor that stays open would keep an old view of the database, from which nothing can be written.
    for wanted in list(queries.who_want_them()):
        try:
            actions.remind(wanted.person, timezone.now())
        except Exception:  # what goes wrong for one must not keep the others waiting
            log.exception("A reminder failed")
