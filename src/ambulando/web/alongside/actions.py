"""What is changed in a person's care. Each takes the person first; a change makes the week anew at once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from ambulando.ground import InputError, stored
from ambulando.plan import alongside
from ambulando.plan.rules import whole
from ambulando.safety.profile import MOST_HOMEWORK, profile_from
from ambulando.web.alongside import queries
from ambulando.web.alongside.models import Asked, EightWeeks, Entered, Homework
from ambulando.web.alongside.signals import ended
from ambulando.web.journal import queries as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.signals import queries as signals


@transaction.atomic
def add_homework(
    person: Person,
    now: datetime,
    *,
    activity: str,
    times: int = 1,
    minutes: int | None = None,
    note: str = "",
    said_by: str = "",
    said_on: date | None = None,
    entered_by: str = Entered.PERSON,
) -> Homework:
    """Something from therapy, which the week then holds. Raises InputError for what a profile can not be."""
    if queries.homework(person).count() >= MOST_HOMEWORK:
        raise InputError(f"There are {MOST_HOMEWORK} things here already. Please take one out first.")
    if queries.homework(person).filter(activity=activity).exists():
        raise InputError("This one is here already. Please take it out first, then add it as it is now.")
    fields: dict[str, Any] = {"activity": activity, "times": times, "minutes": minutes, "note": note}
    (read,) = profile_from({"homework": [fields]}).homework
    today = now.astimezone(person.zone).date()
    row = Homework.objects.create(
        person=person,
        **(fields | {"note": read.note}),
        said_by=said_by,
        said_on=said_on or today,
        entered_by=entered_by,
    )
    _make_anew(person, today)
    return row


@transaction.atomic
def end_homework(person: Person, row: Homework, now: datetime) -> None:
    """It is no longer planned. What was kept of it stays."""
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        ended.send(type(row), person=person, row=row, now=now)
        _make_anew(person, now.astimezone(person.zone).date())


@transaction.atomic
def ask(
    person: Person,
    now: datetime,
    *,
    max_minutes: int | None = None,
    max_intensity: str | None = None,
    minutes_per_week: int | None = None,
    sessions: int | None = None,
    avoid: Sequence[str] = (),
    said_by: str = "",
    said_on: date | None = None,
    entered_by: str = Entered.PERSON,
) -> Asked | None:
    """What a clinician asked for, in the place of what the person wrote down before; nothing at all ends that.

    What a clinician writes down themselves stands beside all else: the tightest binds. Raises InputError for what a
    profile can not be.
    """
    fields: dict[str, Any] = {
        "max_minutes": max_minutes,
        "max_intensity": max_intensity,
        "minutes_per_week": minutes_per_week,
        "sessions": sessions,
        "avoid": list(avoid),
    }
    profile_from({"care": fields})
    says_something = any(fields.values())
    today = now.astimezone(person.zone).date()
    fields |= {"said_by": said_by, "said_on": said_on or today, "entered_by": entered_by}
    if entered_by == Asked.CLINICIAN:
        if not says_something:
            raise InputError("Please fill in at least one limit.")
        row = Asked.objects.create(person=person, **fields)
        _make_anew(person, today)
        return row
    held = queries.asked(person).filter(entered_by=Asked.PERSON).first()
    if held and all(getattr(held, name) == value for name, value in fields.items()):
        return held  # kept once more as it was
    queries.asked(person).filter(entered_by=Asked.PERSON).update(ended_at=now)
    row = None
    if says_something:
        row = Asked.objects.create(person=person, **fields)
    _make_anew(person, today)
    return row


@transaction.atomic
def end_asked(person: Person, row: Asked, now: datetime) -> None:
    """It no longer binds. What was asked for stays in what was before."""
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        ended.send(type(row), person=person, row=row, now=now)
        _make_anew(person, now.astimezone(person.zone).date())


def _make_anew(person: Person, today: date) -> None:
    """The week as it is now; who has not told enough for one gets it when they have."""
    if person.onboarded_at is not None:
        plans.make_anew(person, today)


def notice(person: Person, today: date) -> EightWeeks | None:
    """Look once more whether there is an eight-week word to say, and keep it; None when there is none, or one was said lately.

    Looks at nothing when the person asked us not to look for such things.
    """
    if not signals.looks(person):
        return None
    since = today - timedelta(days=whole(alongside.RULE, "back"))
    measures = queries.filled(person, since)
    if len(measures) < 3:  # nothing more is read for most people on most days
        return None
    found = alongside.not_moved(
        measures,
        journal.done_bouts(person, since=since),
        today=today,
        said=queries.last_said(person),
        no_numbers=person.no_numbers,
    )
    if found is None:
        return None
    fields = {
        "says": stored(found.says),
        "why": [stored(one) for one in found.why],
        "trace": dict(found.trace),
    }
    return EightWeeks.objects.get_or_create(person=person, day=today, defaults=fields)[0]


def put_away(person: Person, word: EightWeeks, now: datetime) -> None:
    """Off Today and Progress. It comes back after four weeks at the earliest."""
    if word.put_away_at is None:
        word.put_away_at = now
        word.save(update_fields=["put_away_at"])
