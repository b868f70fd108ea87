"""What chance decided in ordinary use: kept with its odds as it is decided, and read back for who analyses it."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from ambulando.web.journal.models import CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Decision, Lending, Session, Week

#: how old the last evening's mood may be to count as known before a draw
BEFORE = timedelta(days=7)
COLUMNS = (
    "person",
    "day",
    "kind",
    "available",
    "reason",
    "options",
    "chosen",
    "probability",
    "done",
    "mood",
    "draws_before",
    "days_ahead",
    "mood_before",
)


def keep_week(person: Person, week: Week, planned: Sequence[Session], today: date) -> None:
    """One decision for each session that a new week drew; one without a draw where safety leaves no session at all.

    What safety leaves out was never among the options, so chance never decides about it.
    """
    if not week.holds:
        Decision.objects.create(person=person, day=today, available=False, reason=Decision.SAFETY)
    if not planned:
        return
    compared = _compared(person, [session.day for session in planned])
    Decision.objects.bulk_create(
        _decision(person, session, Decision.ACTIVITY, Decision.COMPARISON if session.day in compared else "")
        for session in planned
    )


def keep_swap(person: Person, before: Session, after: Session) -> Session:
    """The decision of a swap, also where there was nothing to swap to. Gives back ``after``."""
    if after.pk == before.pk:
        Decision.objects.create(
            person=person,
            day=before.day,
            kind=Decision.SWAP,
            session=before,
            available=False,
            reason=Decision.NOTHING,
        )
    else:
        _decision(person, after, Decision.SWAP, "").save()
    return after


def _decision(person: Person, session: Session, kind: str, reason: str) -> Decision:
    odds = session.content["trace"]["odds"]
    if not reason and len(odds) == 1:
        reason = Decision.SINGLE
    return Decision(
        person=person,
        day=session.day,
        kind=kind,
        session=session,
        available=not reason,
        options=[{"option": one["activity"], "probability": one["probability"]} for one in odds],
        chosen=session.activity,
        probability=session.content["probability"],
        reason=reason,
    )


def _compared(person: Person, days: Sequence[date]) -> set[date]:
    """The days of these on which the person's own comparison draws, so that the week's draw decides nothing."""
    from ambulando.web.comparisons.models import Comparison, Draw  # which stands on plans

    found = Draw.objects.filter(
        comparison__person=person, comparison__state=Comparison.RUNNING, day__range=(min(days), max(days))
    )
    return set(found.values_list("day", flat=True))


def lend(person: Person) -> Lending:
    """They agree that their decisions may be written out, as the page says."""
    return Lending.objects.get_or_create(person=person)[0]


def keep(person: Person) -> None:
    """They do not agree any more: no later file has anything of theirs."""
    Lending.objects.filter(person=person).delete()


def rows() -> Iterator[dict[str, Any]]:
    """Every decision of the people who lend theirs, with what came of it, by ``COLUMNS``; notes that they were written out.

    People are numbered anew, in an order drawn by chance, and days are counted from each one's first decision: no name, no
    date. Simulated people are left out. Five queries, however many rows. ``done``: whether a session of the plan was done
    on that day, whatever became of it; None until the day is over. ``mood``: that evening's. Known before the draw:
    ``draws_before`` it, the ``days_ahead`` it was made, and ``mood_before``, of the last evening before.
    """
    lending = Lending.objects.filter(person__simulated=False, person__is_active=True)
    zones = dict(lending.values_list("person", "person__time_zone"))
    if not zones:
        return
    lending.filter(person__in=zones).update(written_at=timezone.now())
    done = set(
        Session.objects.filter(person__in=zones, state=Session.DONE)
        .values_list("person_id", "day")
        .order_by()
    )
    moods: dict[int, dict[date, int]] = defaultdict(dict)
    evenings = CheckIn.objects.filter(person__in=zones, part=CheckIn.LATER, mood__isnull=False)
    for pk, day, mood in evenings.order_by("day").values_list("person_id", "day", "mood"):
        moods[pk][day] = mood
    made: dict[int, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(person__in=zones).order_by("made_at", "pk"):
        made[decision.person_id].append(decision)
    people = sorted(made)
    random.SystemRandom().shuffle(people)
    for number, pk in enumerate(people, start=1):
        yield from _rows_of(number, made[pk], ZoneInfo(zones[pk]), pk, done, moods[pk])


def _rows_of(
    number: int,
    made: Sequence[Decision],
    zone: ZoneInfo,
    pk: int,
    done: set[tuple[int, date]],
    moods: dict[date, int],
) -> Iterator[dict[str, Any]]:
    from ambulando.response.decisions import written

    first, today, draws = min(one.day for one in made), timezone.localdate(timezone=zone), 0
    for one in made:
        drawn_on = one.made_at.astimezone(zone).date()
        before = [mood for day, mood in moods.items() if drawn_on - BEFORE <= day < drawn_on]
        yield {
            "person": number,
            "day": (one.day - first).days,
            "kind": one.kind,
            "available": int(one.available),
            "reason": one.reason,
            "options": written(one.options),
            "chosen": one.chosen,
            "probability": one.probability,
            "done": int((pk, one.day) in done) if one.day < today else None,
            "mood": moods.get(one.day),
            "draws_before": draws,
            "days_ahead": (one.day - drawn_on).days,
            "mood_before": before[-1] if before else None,
        }
        draws += one.available
