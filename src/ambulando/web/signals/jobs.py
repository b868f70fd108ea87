"""What the worker does, so that no page waits for it."""

from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.people.models import Person
from ambulando.web.signals import actions

#: the hour of a person's own day in which their last days are looked at, whether anything changed or not
MORNING = 4


@task()
def look_again(person_id: int) -> None:
    """After a change: what is there to say now?"""
    if person := Person.objects.filter(pk=person_id, onboarded_at__isnull=False).first():
        actions.notice(person, timezone.localdate(timezone=person.zone))


@db_periodic_task(crontab(minute="50", hour="*"))
def look_each_morning() -> None:
    """Early in the morning, where the person lives: quiet days, and nights that are over, change nothing by themselves."""
    now = timezone.now()
    for person in Person.objects.filter(onboarded_at__isnull=False, is_active=True).iterator():
        local = now.astimezone(person.zone)
        if local.hour == MORNING:
            actions.notice(person, local.date())
    actions.tidy(now.date())
