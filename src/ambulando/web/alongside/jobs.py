"""What the worker does, so that no page waits for it."""

from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.alongside import actions
from ambulando.web.people.models import Person
from ambulando.web.signals.jobs import MORNING


@task()
def look_again(person_id: int) -> None:
    """After a change: is there an eight-week word to say?"""
    if person := Person.objects.filter(pk=person_id, onboarded_at__isnull=False).first():
        actions.notice(person, timezone.localdate(timezone=person.zone))


@db_periodic_task(crontab(minute="55", hour="*"))
def look_each_morning_if_it_moved() -> None:
    """Early in the morning, where the person lives: four weeks of quiet end by themselves."""
    now = timezone.now()
    for person in Person.objects.filter(onboarded_at__isnull=False, is_active=True).iterator():
        local = now.astimezone(person.zone)
        if local.hour == MORNING:
            actions.notice(person, local.date())
