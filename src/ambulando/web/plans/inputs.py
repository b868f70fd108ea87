"""What a plan is made from beside the profile: one place that reads it, for a new week, a swap and a draw."""

from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone

from ambulando.web.calendars import queries as calendars
from ambulando.web.journal import queries as read
from ambulando.web.people.models import Person
from ambulando.web.places import queries as places
from ambulando.web.plans import convert, outcomes

#: days of the person's own past that a plan is made from
LOOK_BACK = timedelta(days=60)


def told_by(person: Person, today: date) -> dict[str, Any]:
    """Where the person stands is read from these, as the keywords of ``plan.standing.standing``."""
    return {
        "bouts": read.done_bouts(person, since=today - LOOK_BACK),
        "checkins": convert.check_ins(person, today - LOOK_BACK),
    }


def of_person(person: Person, today: date) -> dict[str, Any]:
    """What every choice for this person is made from, as the keywords of ``plan.today.swap``."""
    return {
        **told_by(person, today),
        "answers": convert.own_answers(person),
        "offered": outcomes.offered(person, today - LOOK_BACK, today),
        "places": places.offered_to(person, today),
    }


def of_week(person: Person, today: date) -> dict[str, Any]:
    """What a week is made from, as the keywords of ``plan.week.make``."""
    told = of_person(person, today)
    return {
        **told,
        "missed": outcomes.missed_in_a_row(told["offered"]),
        "busy": calendars.busy(person, today, today + timedelta(days=7)),
        "now": clock(person, today),
    }


def clock(person: Person, today: date) -> time | None:
    """The time of day where the person is; None where that is on another day."""
    local = timezone.now().astimezone(person.zone)
    return local.time() if local.date() == today else None
