"""What the worker does: each hour, end what has seen its last day."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.care.grants import actions


@db_periodic_task(crontab(minute="10", hour="*"))
def end_what_ran_out() -> None:
    """It let nobody in since its last day was over; this tells open pages, and keeps the links on other pages right."""
    actions.run_out(timezone.now())
