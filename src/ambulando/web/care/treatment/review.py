"""What a review looks at: the change since the last one, in what is shared. It is shown and never weighed into an advice."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ambulando.activity.bouts import without_overlaps
from ambulando.measures.change import LOWER, Change, ClinicalChange, change, for_clinicians
from ambulando.measures.instruments import instruments
from ambulando.plan.alongside import treatments
from ambulando.web.care.caseload import masks
from ambulando.web.care.grants.models import Grant
from ambulando.web.journal import queries as journal
from ambulando.web.library.questions import SURE
from ambulando.web.people.models import Person

#: days that are looked at where no review was held
BACK = 84
#: days before the last review in which a questionnaire still counts as that of then
BEFORE = 120
INSTRUMENTS = ("phq-9", "phq-8", "gad-7")


@dataclass(frozen=True)
class Moved:
    """Two totals of one instrument, each with its day, and what published rules call the change between them."""

    instrument: str
    before: tuple[date, int]
    after: tuple[date, int]
    change: Change
    clinical: ClinicalChange


@dataclass(frozen=True)
class Weekly:
    """A week: its first day, how many sessions were done, and the mean of the mood with the number of days behind it.

    None: not shared, or kept off the page.
    """

    starts: date
    sessions: int | None
    mood: float | None
    days: int | None


@dataclass(frozen=True)
class Review:
    """``single``: instruments filled in only once. ``still``: a total is known twice, and none is lower by a change."""

    since: date
    moved: tuple[Moved, ...]
    single: tuple[str, ...]
    weeks: tuple[Weekly, ...]
    shows_sessions: bool
    shows_mood: bool
    still: bool


def review(person: Person, last: date | None, today: date, grant: Grant | None = None) -> Review:
    """Since the last review was held, or over twelve weeks. ``grant``: only what it shows; None: the person's own page."""
    since = last or today - timedelta(days=BACK)
    moved, single = _moved(person, since, today, grant)
    sessions = grant.shows("bouts") if grant else not person.no_numbers
    mood = grant is None or grant.shows("mood")
    still = bool(moved) and not any(one.change.kind == LOWER for one in moved)
    weeks = _weeks(
        person, max(since, today - timedelta(days=371)), today, grant, sessions=sessions, mood=mood
    )
    return Review(since, moved, single, weeks, sessions, mood, still)


def _moved(
    person: Person, since: date, today: date, grant: Grant | None
) -> tuple[tuple[Moved, ...], tuple[str, ...]]:
    if grant is not None and not grant.shows("assessments"):
        return (), ()
    rows = person.assessments.filter(
        instrument__in=INSTRUMENTS,
        total__isnull=False,
        day__range=(since - timedelta(days=BEFORE), today),
    ).order_by("day", "made_at")
    by: dict[str, list[tuple[date, int]]] = {}
    for name, day, total, answers in rows.values_list("instrument", "day", "total", "answers"):
        if grant is None:
            by.setdefault(name, []).append((day, int(total)))
        elif (shown := masks.filled(grant, name, day, answers)) and shown.total is not None:
            # a PHQ-9 without the question that is not shared is a PHQ-8, as on every other page
            by.setdefault(shown.form.id, []).append((day, int(shown.total)))
    moved, single = [], []
    for name in INSTRUMENTS:
        filled = by.get(name, [])
        if not filled or name not in instruments():
            continue
        after = filled[-1]
        before = next((one for one in reversed(filled[:-1]) if one[0] <= since), filled[0])
        if before is after or before[0] == after[0]:
            single.append(name)
            continue
        totals = (before[1], after[1])
        moved.append(Moved(name, before, after, change(name, *totals), for_clinicians(name, *totals)))
    return tuple(moved), tuple(single)


def _weeks(
    person: Person, since: date, today: date, grant: Grant | None, *, sessions: bool, mood: bool
) -> tuple[Weekly, ...]:
    """By weeks of seven days that end today; days that are not shown count for nothing."""
    if not sessions and not mood:
        return ()

    def seen(item: str, day: date) -> bool:
        return since <= day <= today and (grant is None or grant.shows(item, day))

    done = without_overlaps(journal.done_bouts(person, since=since)) if sessions else ()
    days = [bout.day for bout in done if seen("bouts", bout.day)]
    moods = journal.felt(person, since) if mood else {}
    felt = {day: told["mood"] for day, told in moods.items() if "mood" in told and seen("mood", day)}
    found = []
    ends = today
    while ends >= since:
        starts = ends - timedelta(days=6)
        rated = [value for day, value in felt.items() if starts <= day <= ends]
        found.append(
            Weekly(
                starts=starts,
                sessions=sum(starts <= day <= ends for day in days) if sessions else None,
                mood=sum(rated) / len(rated) if rated else None,
                days=len(rated) if mood else None,
            )
        )
        ends = starts - timedelta(days=1)
    return tuple(found)


def marks(one: Moved) -> list[tuple[str, bool]]:
    """What published rules say of a change, for clinicians: by name, in the order in which they are told."""
    clinical = one.clinical
    named = (
        ("reliable", clinical.reliable),
        ("response", clinical.response),
        ("remission", clinical.remission),
    )
    return [(name, value) for name, value in named if value is not None]


def options() -> list[dict[str, Any]]:
    """What trials found about other treatments, with how sure that is: the same for everybody, whatever their totals."""
    return [{"told": one, "sure": SURE[one.certainty]} for one in treatments()]
