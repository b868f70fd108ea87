"""What is read of reminders: who wants them, and whether there is something to be reminded of."""

from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q, QuerySet

from ambulando.web.journal import queries as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import queries as plans
from ambulando.web.plans.models import Session
from ambulando.web.reminders.models import Reminder, Reminding


def reminding_of(person: Person) -> Reminding:
    """What this person wants; not stored yet where they never said."""
    return Reminding.objects.filter(person=person).first() or Reminding(person=person)


def who_want_them() -> QuerySet[Reminding]:
    """Those who asked for reminders, are still here, and are not simulated."""
    return Reminding.objects.filter(
        Q(push=True) | Q(email=True),
        person__is_active=True,
        person__simulated=False,
        person__onboarded_at__isnull=False,
    ).select_related("person")


def last_reminder(person: Person) -> Reminder | None:
    return person.reminders.first()


def endpoints(person: Person) -> list[str]:
    """The addresses of the person's devices, by which a browser knows itself."""
    return list(person.devices.values_list("endpoint", flat=True))


def person_of(pk: int) -> Person | None:
    return Person.objects.filter(pk=pk, is_active=True).first()


def sends_mail() -> bool:
    """Whether a mail could be sent, and would have an address to link to."""
    return settings.SENDS_EMAIL and bool(settings.PUBLIC.netloc)


def email_of(person: Person) -> str | None:
    """The address in use, when it was confirmed: one that was mistyped belongs to somebody else."""
    known = EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True)
    return person.email if person.email and known.exists() else None


def moved(person: Person, day: date) -> bool:
    """Whether the person did or began something on this day, or said "not today"."""
    answered = (Session.STARTED, Session.DONE, Session.NOT_TODAY)
    if person.sessions.filter(day=day, state__in=answered).exists():
        return True
    start = datetime(day.year, day.month, day.day, tzinfo=person.zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=person.zone)
    return person.bouts.filter(start__gte=start, start__lt=end).exists()


def something_waits(person: Person, day: date) -> bool:
    """Whether a session is planned for this day, is still open and may be offered, or a questionnaire is due.

    While the plan rests nothing waits.
    """
    if plans.pause_on(person, day):
        return False
    sessions = plans.sessions_of(plans.week_of(person, day))
    return any(one.day == day and one.open for one in sessions) or bool(journal.due(person, day))
