"""What the worker does, so that no page waits for it."""

from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.people import learned


@task()
def learn() -> None:
    """Somebody took their number back: work it out anew without it."""
    learned.learn(timezone.now())


@db_periodic_task(crontab(minute="5", hour="4", day_of_week="1"))
def learn_each_week() -> None:
    learned.learn(timezone.now())
