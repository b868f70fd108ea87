"""What is read of comparisons: the one that runs, its days as the core takes them, and today's draw."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ambulando.activity.bouts import Bout, without_overlaps
from ambulando.response.protocol import Day, Protocol, protocol_of
from ambulando.response.protocol import Draw as CoreDraw
from ambulando.web.comparisons.as_done import done_of
from ambulando.web.comparisons.models import Comparison, Draw
from ambulando.web.journal import queries as journal
from ambulando.web.journal.models import CheckIn
from ambulando.web.people.models import Person

#: the rating of a target is turned round where less is better
HIGHEST = 10
TURNED = ("stress",)


def with_person() -> QuerySet[Comparison]:
    """Comparisons with the person whose they are."""
    return Comparison.objects.select_related("person")


def running(person: Person) -> Comparison | None:
    return person.comparisons.filter(state=Comparison.RUNNING).first()


def all_of(person: Person) -> QuerySet[Comparison]:
    """Every comparison of the person, the newest first."""
    return person.comparisons.all()


def on_today(person: Person) -> Comparison | None:
    """What Today may speak of: the comparison that runs, else one that has ended and was not looked at since."""
    told = person.comparisons.filter(Q(state=Comparison.RUNNING) | Q(seen_at=None))
    return min(told, key=lambda one: (not one.running, -one.pk), default=None)


def draw_of(comparison: Comparison, day: date) -> Draw | None:
    """The draw of a day, with the session that stands for it."""
    return comparison.draws.filter(day=day).select_related("session").first()


def counts(comparison: Comparison, today: date) -> dict[str, int]:
    """How many draws there are in all, and how many have come."""
    return comparison.draws.aggregate(
        all=Count("pk"),
        past=Count("pk", filter=Q(day__lte=today)),
    )


def last_day(comparison: Comparison) -> date:
    """The last day of which something is needed: that of the last draw; for sleep the day after."""
    last: date = comparison.draws.order_by("-day").values_list("day", flat=True)[0]
    return last + timedelta(days=1) if comparison.target == "sleep" else last


def ended_on(comparison: Comparison) -> date:
    """The person's own day on which it ended; today, while it runs."""
    zone = comparison.person.zone
    return timezone.localtime(comparison.ended_at or timezone.now(), zone).date()


def protocol(comparison: Comparison) -> Protocol:
    return protocol_of(comparison.content)


def sealed_draws(comparison: Comparison) -> tuple[CoreDraw, ...]:
    """The whole schedule as the core drew it."""
    return tuple(
        CoreDraw(draw.day, draw.block, draw.option, draw.probability) for draw in comparison.draws.all()
    )


def days_of(comparison: Comparison, until: date | None = None) -> list[Day]:
    """The draw days up to ``until`` (today or its end, where nothing is given) with what was done and how it was, oldest first.

    Three queries, however many draws there are. ``outcome`` is signed so that more is better.
    """
    person = comparison.person
    until = until or ended_on(comparison)
    draws = list(comparison.draws.filter(day__lte=until))
    if not draws:
        return []
    evening, morning = _ratings(person, comparison.target, draws[0].day, draws[-1].day)
    done: dict[date, list[Bout]] = {}
    for bout in without_overlaps(journal.done_bouts(person, since=draws[0].day)):
        done.setdefault(bout.day, []).append(bout)
    return [
        Day(
            day=draw.day,
            block=draw.block,
            option=draw.option,
            done=done_of(draw, comparison.content["options"], done.get(draw.day, [])),
            outcome=evening.get(draw.day),
            morning=morning.get(draw.day),
            not_today=draw.state == Draw.NOT_TODAY,
        )
        for draw in draws
    ]


def _ratings(
    person: Person, target: str, first: date, last: date
) -> tuple[Mapping[date, float], Mapping[date, float]]:
    """By day: what came after the session, and what was said before it, both signed so that more is better."""
    rows = person.check_ins.filter(day__range=(first, last + timedelta(days=1)))
    told = [
        (day, part, float(HIGHEST - value if target in TURNED else value))
        for day, part, value in rows.order_by("day", "-part").values_list("day", "part", target)
        if value is not None
    ]
    if (
        target == "sleep"
    ):  # told on the day after; the night before the session is what was said in the morning
        slept = {day: value for day, _part, value in reversed(told)}  # of two on a day the first counts
        return {day - timedelta(days=1): value for day, value in slept.items()}, slept
    return (
        {day: value for day, part, value in told if part == CheckIn.LATER},
        {day: value for day, part, value in told if part == CheckIn.MORNING},
    )
