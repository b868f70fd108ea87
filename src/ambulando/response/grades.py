"""What a person's days can bear: counts of days, and the grade that they allow. No NumPy here.

A: draws decided at least 20 days with the rating, 8 of them with this modality and 8 with no exercise at all.
B: at least 28 days with the rating, 8 of them with this modality and 8 without it.
C: less than that; then the trials speak, not the person's days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ambulando.response.series import Series

A_DAYS = 20
B_DAYS = 28
EACH_SIDE = 8


@dataclass(frozen=True)
class Counts:
    """days: with the rating that is asked about; span: first such day to the last; with_session: of those days, by
    modality; drawn: of those days, decided by a draw; drawn_with: by modality; drawn_rest: with no exercise at all."""

    days: int
    span: int
    with_session: Mapping[str, int]
    drawn: int
    drawn_with: Mapping[str, int]
    drawn_rest: int


def counts(series: Series, rated: Sequence[float | None]) -> Counts:
    """How many days of each kind there are. rated: as ``Series.rated``."""
    used = [t for t, value in enumerate(rated) if value is not None]
    drawn = [t for t in used if series.randomised is not None and series.randomised[t] is True]
    return Counts(
        days=len(used),
        span=used[-1] - used[0] + 1 if used else 0,
        with_session={m: sum(minutes[t] > 0 for t in used) for m, minutes in series.minutes.items()},
        drawn=len(drawn),
        drawn_with={m: sum(minutes[t] > 0 for t in drawn) for m, minutes in series.minutes.items()},
        drawn_rest=sum(all(minutes[t] == 0 for minutes in series.minutes.values()) for t in drawn),
    )


def grade_of(tally: Counts, modality: str) -> str:
    """The grade of the same-day effect of one modality."""
    if tally.drawn >= A_DAYS and tally.drawn_with[modality] >= EACH_SIDE and tally.drawn_rest >= EACH_SIDE:
        return "A"
    sessions = tally.with_session[modality]
    if tally.days >= B_DAYS and sessions >= EACH_SIDE and tally.days - sessions >= EACH_SIDE:
        return "B"
    return "C"
