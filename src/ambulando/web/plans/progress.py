"""Mood, assessments and activity on one time line, and week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.dose import Dose, dose_of
from ambulando.web.journal import queries as read
from ambulando.web.people.models import Person
from ambulando.web.plans import convert
from ambulando.web.plans.answers import ANSWER_DAYS

#: days that the time line shows: those that the answer is made from
SHOWN = ANSWER_DAYS
WEEKS = 8
#: the largest total on the axis of points (that of the PHQ-9)
MOST_POINTS = 27


@dataclass(frozen=True)
class Row:
    """A day: the latest check-in, minutes of activity, and the last questionnaire of points that was filled in."""

    day: date
    mood: int | None = None
    energy: int | None = None
    sleep: int | None = None
    stress: int | None = None
    minutes: int | None = None
    instrument: str | None = None
    score: int | None = None


@dataclass(frozen=True)
class TimeLine:
    """The days on which there was anything, the latest first."""

    rows: tuple[Row, ...]

    def columns(self) -> dict[str, list[Any]]:
        """The same by column, oldest first, as the chart takes it; days as seconds since 1970."""
        ordered = self.rows[::-1]
        seconds = [
            int(datetime(row.day.year, row.day.month, row.day.day, tzinfo=UTC).timestamp()) for row in ordered
        ]
        return {
            "days": seconds,
            "mood": [row.mood for row in ordered],
            "minutes": [row.minutes for row in ordered],
            "score": [row.score for row in ordered],
        }


def done(person: Person, today: date) -> tuple[Bout, ...]:
    """What was done in the days that the time line and the weeks show, each once."""
    return convert.done(person, today - timedelta(days=SHOWN))


def time_line(person: Person, today: date, bouts: Sequence[Bout]) -> TimeLine:
    since = today - timedelta(days=SHOWN)
    days: dict[date, dict[str, Any]] = {**read.felt(person, since + timedelta(days=1))}
    for bout in bouts:
        day = days.setdefault(bout.day, {})
        day["minutes"] = day.get("minutes", 0) + bout.minutes
    # Points alone have a place on one axis; minutes a week, means and the like have pages of their own.
    points = [
        one.id for one in read.questionnaires(person) if one.scoring == "sum" and one.highest <= MOST_POINTS
    ]
    for assessment in person.assessments.filter(
        day__gt=since, total__isnull=False, instrument__in=points
    ).order_by("day", "made_at"):
        days.setdefault(assessment.day, {}).update(instrument=assessment.instrument, score=assessment.total)
    rows = (
        Row(day, **{**values, **({"minutes": round(values["minutes"])} if "minutes" in values else {})})
        for day, values in sorted(days.items(), reverse=True)
    )
    return TimeLine(tuple(rows))


@dataclass(frozen=True)
class WeekDone:
    starts: date
    dose: Dose


def weeks(today: date, bouts: Sequence[Bout]) -> tuple[WeekDone, ...]:
    """The dose of each of the last weeks in which something was done, the latest first."""
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    found = []
    for number in range(WEEKS):
        starts = first + timedelta(days=7 * number)
        of_week = [bout for bout in bouts if starts <= bout.day < starts + timedelta(days=7)]
        if of_week:
            found.append(WeekDone(starts, dose_of(of_week)))
    return tuple(reversed(found))
