"""What the worker does, so that no page waits for it."""

from django.utils import timezone
from django_tasks import task
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from ambulando.web.people.models import Person
from ambulando.web.plans import actions, answers, queries


@task()
def refresh_answer(person_id: int) -> None:
    """Make the answer to "does it help me?" anew from the person's own days."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        return
    changes = queries.changes_of(
        person
    )  # before the days are read: what changes meanwhile is not in the answer
    series = answers.days_of(person, timezone.localdate(timezone=person.zone))
    if series is not None:
        answers.keep_answer(person, answers.made(series), changes)


@db_periodic_task(crontab(minute="20", hour="*"))
def make_weeks() -> None:
    """Early in the morning, where the person lives, a plan that has ended is followed by the next."""
    now = timezone.now()
    for person in Person.objects.filter(onboarded_at__isnull=False, is_active=True).iterator():
        local = now.astimezone(person.zone)
        if local.hour >= 3 and not queries.pause_on(person, local.date()):
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
