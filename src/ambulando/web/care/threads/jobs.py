"""What the worker does: look each minute for whom something new waits."""

import logging

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.care.threads import queries, word

log = logging.getLogger(__name__)


@db_periodic_task(crontab())
def tell_all() -> None:
    for telling in queries.who_wants_word():
        try:
            word.tell_of_news(telling, timezone.now())
        except Exception:  # what goes wrong for one must not keep the others waiting
            log.exception("Word of something new failed")
