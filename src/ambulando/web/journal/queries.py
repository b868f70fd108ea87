"""What is read of the journal."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, QuerySet

from ambulando.activity.bouts import Bout as DoneBout
from ambulando.measures import checkins, schedule
from ambulando.measures.instruments import instruments
from ambulando.measures.schedule import Due, Wish
from ambulando.measures.shape import Instrument
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
        feeling_before=bout.feeling_before,
        feeling_after=bout.feeling_after,
        pain=bout.pain,
        warnings=tuple(bout.warnings),
    )


def check_ins_on(person: Person, day: date) -> dict[str, CheckIn]:
    """The check-ins of a day by its part."""
    return {row.part: row for row in person.check_ins.filter(day=day)}


#: what else can be said of a day, beside the scales
FLAGS = ("ill", "medicine_changed")


def flags_in(check_ins: Iterable[CheckIn]) -> dict[str, bool]:
    """Whether the person was ill on a day, and whether a medicine changed, as far as its check-ins say so."""
    rows = list(check_ins)
    return {name: any(getattr(row, name) for row in rows) for name in FLAGS}


def ill_before(person: Person, day: date) -> bool:
    """Whether the person was ill in the two weeks before this day."""
    return person.check_ins.filter(ill=True, day__lt=day, day__gte=day - timedelta(days=14)).exists()


def latest_check_in(person: Person, day: date) -> CheckIn | None:
    """The last check-in of this day, whichever part it was made in."""
    return person.check_ins.filter(day=day).order_by("part").first()  # "later" sorts before "morning"


def felt(person: Person, since: date) -> dict[date, dict[str, int]]:
    """What was picked on each day since then, by scale, oldest first; of two on a day the later counts, scale by scale."""
    days: dict[date, dict[str, int]] = {}
    names = tuple(checkins.scales())
    rows = person.check_ins.filter(day__gte=since).order_by("day", "-part")  # "morning" before "later"
    for row in rows.values("day", *names):
        told = {name: row[name] for name in names if row[name] is not None}
        days[row["day"]] = days.get(row["day"], {}) | told
    return days


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


def questionnaires(person: Person) -> list[Instrument]:
    """The forms that this person may choose to fill in; first the one that asks nothing that nobody would answer to.

    Those that count exercise are left out for whom such counts can do harm.
    """
    known = [one for one in instruments().values() if one.group == "questionnaire" and fits(one, person)]
    return sorted(known, key=lambda one: one.id != "phq-8")


def fits(form: Instrument, person: Person) -> bool:
    """Whether this person may be shown what a form counts: a total with a unit counts minutes of exercise."""
    return form.unit is None or not person.no_numbers


def done_on(person: Person) -> dict[str, date]:
    """The last local day of each instrument with a total, by its id."""
    rows = (
        person.assessments.filter(total__isnull=False)
        .order_by()
        .values("instrument")
        .annotate(last=Max("day"), written=Max("made_at"))
    )
    return {
        row["instrument"]: schedule.counted_from(row["last"], row["written"], person.zone) for row in rows
    }


def wishes(person: Person) -> dict[str, Wish]:
    """What the person asked for about each questionnaire, by its id."""
    return {
        one.instrument: Wish(
            wanted=one.wanted,
            wanted_on=schedule.local_day(one.wanted_at, person.zone) if one.wanted_at else None,
            skipped=schedule.local_day(one.skipped_at, person.zone) if one.skipped_at else None,
            paused_until=one.paused_until,
        )
        for one in person.offers.all()
    }


def offered(person: Person, today: date) -> tuple[Due, ...]:
    """The questionnaires that are offered, now or on a later day, the longest waiting first; none that was never chosen."""
    return schedule.offered(questionnaires(person), done_on(person), wishes(person), today)


def due(person: Person, today: date) -> list[Due]:
    """Those that are put before the person today."""
    return list(schedule.due(questionnaires(person), done_on(person), wishes(person), today))


def latest_questionnaires(person: Person, count: int, **also: Exists) -> QuerySet[Assessment]:
    """The last ``count`` that were filled in; not those for the plan, nor counts that do not fit.

    ``also``: what else is to be known by the way, as attributes of each.
    """
    left_out = [one.id for one in instruments().values() if one.group == "plan" or not fits(one, person)]
    return person.assessments.exclude(instrument__in=left_out).annotate(**also)[:count]


def assessment_before(person: Person, assessment: Assessment) -> Assessment | None:
    """The one with the same instrument that came before, where both have a total."""
    if assessment.total is None:
        return None
    return person.assessments.filter(
        instrument=assessment.instrument, total__isnull=False, made_at__lt=assessment.made_at
    ).first()
