"""What was offered on days gone by, and what became of it: what the chance of doing is learned from."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from ambulando.plan.doing import Offered
from ambulando.web.journal.models import CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session
from ambulando.web.plans.queries import resting_days

DAY = timedelta(days=1)


def offered(person: Person, since: date, today: date) -> tuple[Offered, ...]:
    """The sessions that were planned for the days from ``since`` to the day before ``today``, in the order of their days.

    Done, or not: what was left, or answered with "not today". Not counted, for it says nothing of doing: what was replaced,
    what was begun and never closed, what lay ahead when the week was made anew, weeks that safety held, days on which the
    plan rested, days of illness or of a flare, and days of rest that a draw decided. Five queries, whatever there is.
    """
    rest = resting_days(person, since)
    until = _until(person)
    mood, energy = _told_before(person, since)
    rows = (
        person.sessions.filter(day__gte=since, day__lt=today)
        .filter(state__in=(Session.DONE, Session.PLANNED, Session.NOT_TODAY))
        .exclude(week__outcome__in=("hold", "no-plan"))
        .exclude(state=Session.NOT_TODAY, draw__state="done")
        .exclude(state=Session.NOT_TODAY, why=Session.ILL)
        .order_by("day", "time", "pk")
        .values_list("week", "day", "time", "activity", "minutes", "state", "content__trace__weather")
    )
    found = []
    for week, day, at, activity, minutes, state, weather in rows:
        done = state == Session.DONE
        if not done and (day in rest or day >= until.get(week, today)):
            continue
        found.append(
            Offered(
                day=day,
                at=at,
                activity=activity,
                minutes=minutes,
                done=done,
                energy=energy.get(day),
                weather=tuple(weather or ()),
                mood=mood.get(day),
            )
        )
    return tuple(found)


def missed_in_a_row(offered: Sequence[Offered]) -> int:
    """How many of the last sessions that were offered were not done, one after the other."""
    return next((place for place, one in enumerate(reversed(offered)) if one.done), len(offered))


def _until(person: Person) -> dict[int, date]:
    """By week: the day from which another one took its place."""
    weeks = person.weeks.order_by("made_at", "pk").values_list("pk", "made_at")
    return {week: made_at.astimezone(person.zone).date() for (week, _), (_, made_at) in pairwise(weeks)}


def _told_before(person: Person, since: date) -> tuple[dict[date, float], dict[date, float]]:
    """Mood and energy as they were known before the sessions of a day: of its morning, else of the day before.

    What was told later on the day itself may come from the session, and is not used for it.
    """
    mood: dict[date, float] = {}
    energy: dict[date, float] = {}
    rows = person.check_ins.filter(day__gte=since - DAY).order_by("day", "-part")  # "morning" before "later"
    for day, part, how, strength in rows.values_list("day", "part", "mood", "energy"):
        for known, told in ((mood, how), (energy, strength)):
            if told is None:
                continue
            if part == CheckIn.MORNING:
                known[day] = told
            known[day + DAY] = told
    return mood, energy
