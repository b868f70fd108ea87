"""What is read of the journal."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from ambulando.activity.bouts import Bout as DoneBout
from ambulando.web.journal.models import Assessment, Bout, CheckIn
from ambulando.web.people.models import Person


def done_bouts(person: Person, *, since: date | None = None) -> tuple[DoneBout, ...]:
    """The person's bouts as the activity floor knows them, oldest first, in the person's time zone."""
    bouts = person.bouts.order_by("start")
    if since:
        bouts = bouts.filter(start__gte=datetime(since.year, since.month, since.day, tzinfo=person.zone))
    return tuple(as_done(bout, person) for bout in bouts)


def as_done(bout: Bout, person: Person) -> DoneBout:
    return DoneBout(
        activity=bout.activity,
        start=bout.start.astimezone(person.zone),
        seconds=bout.seconds,
        moving_seconds=bout.moving_seconds,
        metres=bout.metres,
        ascent=bout.ascent,
        hr_mean=bout.hr_mean,
        hr_max=bout.hr_max,
        samples=bout.samples,
        effort=bout.effort,
        warnings=tuple(bout.warnings),
    )


def check_in_of(person: Person, day: date, part: str) -> CheckIn | None:
    return person.check_ins.filter(day=day, part=part).first()


def latest_check_in(person: Person, day: date) -> CheckIn | None:
    """The last check-in of this day, whichever part it was made in."""
    return person.check_ins.filter(day=day).order_by("part").first()  # "later" sorts before "morning"


def latest_assessment(person: Person, *instruments: str) -> Assessment | None:
    """The last complete assessment with one of these instruments."""
    return person.assessments.filter(instrument__in=instruments, total__isnull=False).first()


def sessions_so_far(person: Person) -> int:
    """How many bouts there are: a number that grows with every session, however small."""
    return person.bouts.count()


def days_of(person: Person, *, last: date, count: int) -> list[dict[str, Any]]:
    """What happened on each of ``count`` days up to ``last``, the latest first; days without anything are left out."""
    first = last - timedelta(days=count - 1)
    days: dict[date, dict[str, Any]] = {}

    def of(day: date) -> dict[str, Any]:
        return days.setdefault(day, {"day": day, "bouts": [], "check_ins": [], "assessments": []})

    start = datetime(first.year, first.month, first.day, tzinfo=person.zone)
    end = start + timedelta(days=count)
    for bout in (
        person.bouts.filter(start__gte=start, start__lt=end)
        .select_related("recording", "session")
        .order_by("start")
    ):
        of(bout.start.astimezone(person.zone).date())["bouts"].append(bout)
    for check_in in person.check_ins.filter(day__range=(first, last)):
        of(check_in.day)["check_ins"].append(check_in)
    for assessment in person.assessments.filter(day__range=(first, last)):
        of(assessment.day)["assessments"].append(assessment)
    return [days[day] for day in sorted(days, reverse=True)]


def earlier_than(person: Person, day: date) -> bool:
    """Is there anything in the journal before this day?"""
    start = datetime(day.year, day.month, day.day, tzinfo=person.zone)
    querysets: list[QuerySet[Any]] = [
        person.bouts.filter(start__lt=start),
        person.check_ins.filter(day__lt=day),
        person.assessments.filter(day__lt=day),
    ]
    return any(found.exists() for found in querysets)
