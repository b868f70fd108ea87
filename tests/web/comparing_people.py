"""What the tests of comparisons do more than once: begin one, open Today, live through its days."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from ambulando.response.protocol import Protocol, option_of
from ambulando.web.comparisons import actions, jobs, placing
from ambulando.web.comparisons.models import Comparison
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans import queries as weeks
from ambulando.web.plans.models import Session

KINDS = (replace(option_of("easy-walk"), minutes=8), replace(option_of("chair-yoga"), minutes=8))


def today() -> date:
    return timezone.localdate()


def protocol(**other: object) -> Protocol:
    told = {
        "question": "two-kinds",
        "options": KINDS,
        "target": "mood",
        "blocks": 12,
        "per_week": 3,
        "start": today(),
    }
    return Protocol(**(told | other))  # type: ignore[arg-type]


def begun(person: Person, first: str = "easy-walk", **other: object) -> Comparison:
    """One that begins today (or on ``start``), whose first draw is ``first``."""
    plan = protocol(**other)
    for seed in range(200):
        with transaction.atomic():
            made = actions.begin(person, plan, today=plan.start, seed=seed)
            if made.draws.first().option == first:
                return made
            made.delete()
    raise AssertionError("no seed gives this first draw")


def put(person: Person) -> placing.Shown | None:
    """What opening Today does."""
    return placing.shown(person, plans.ensure_week(person, today()), today())


def standing(person: Person) -> Session | None:
    """The session of today that stands in the week."""
    found = [one for one in weeks.sessions_of(weeks.week_of(person, today())) if one.day == today()]
    assert len(found) <= 1, "a draw adds no session to a day that has one"
    return found[0] if found else None


def lived(person: Person, comparison: Comparison, *, gain: float = 0.0, until: date | None = None) -> None:
    """The person did what was drawn on each day up to ``until``, and felt better by ``gain`` after the first option."""
    first = comparison.content["options"][0]["id"]
    for number, draw in enumerate(comparison.draws.filter(day__lte=until or today())):
        at = timezone.make_aware(datetime.combine(draw.day, time(11)))
        if draw.option in ("easy-walk", "chair-yoga"):
            journal.add_bout(person, activity=draw.option, start=at, minutes=8)
        mood = round(5 + (gain if draw.option == first else 0) + (number % 3 - 1))
        journal.check_in(person, draw.day, "later", mood=max(0, min(10, mood)))


def ended(person: Person, *, gain: float = 0.0, ago: int = 60) -> Comparison:
    """One that has run to its end, with its result."""
    made = begun(person, start=today() - timedelta(days=ago))
    lived(person, made, gain=gain)
    jobs.look_at.func(made.pk)
    jobs.make_result.func(made.pk)
    made.refresh_from_db()
    assert made.result
    return made
