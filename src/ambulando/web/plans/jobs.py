"""What the worker does, so that no page waits for it."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.people.models import Person
from ambulando.web.plans import actions, convert

#: days of the person's own past that the answer is made from
ANSWER_DAYS = 365


@task()
def refresh_answer(person_id: int) -> None:
    """Make the answer to "does it help me?" anew from the person's own days."""
    from ambulando.response import fit as response  # numpy, which the web process never needs

    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        return
    today = timezone.localdate(timezone=person.zone)
    series = convert.series(person, today - timedelta(days=ANSWER_DAYS), today)
    if series is None:
        return
    actions.keep_answer(person, convert.stored_answer(response.fit(series)))


@db_periodic_task(crontab(minute="20", hour="*"))
def make_weeks() -> None:
    """Early in the morning, where the person lives, a plan that has ended is followed by the next."""
    now = timezone.now()
    for person in Person.objects.filter(onboarded_at__isnull=False, is_active=True).iterator():
        local = now.astimezone(person.zone)
        if local.hour >= 3:
            actions.ensure_week(person, local.date())


@db_periodic_task(crontab(minute="40", hour="3"))
def tidy() -> None:
    """Remove the sessions of people who signed out long ago, and let SQLite look after its statistics."""
    from django.core.management import call_command
    from django.db import connection

    call_command("clearsessions")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
