"""What is known about the same person on different days: the facts behind the same-day prior. Standard library only."""

from dataclasses import dataclass
from functools import cache

from ambulando.evidence import base
from ambulando.evidence.rows import WithinPerson
from ambulando.ground import InputError, Words

#: The row that the mean comes from: exercise and later mood on the same day, on a scale of 11 points.
ANCHOR = "emerson2018-exercise-to-mood"
#: Rows that agree in direction and bound the size: single sessions, and moments of daily life.
BESIDE = ("weinstein2024-mood", "rehder2026-activity-before")


@dataclass(frozen=True)
class SameDay:
    """The prior of the same-day difference of a session of 20 minutes or more against none, in mood points (0-10).

    ``mean`` and ``sd`` are over people and over what is not known; ``sources`` are reference ids, ``rows`` ids of
    within-person rows.
    """

    mean: float
    sd: float
    sources: tuple[str, ...]
    rows: tuple[str, ...]
    sentence: Words


@cache
def facts() -> tuple[WithinPerson, ...]:
    """Every within-person row."""
    return base.rows_from("within_person", WithinPerson)


@cache
def same_day() -> SameDay:
    """The same-day prior: mean 0.25, standard deviation 0.30 mood points.

    The mean is Emerson's 0.26 rounded down (the other rows are smaller: a correlation of 0.05 in Rehder, an effect that
    fades within hours in Weinstein). The standard deviation is a judgement, and wide: nobody has measured how people
    differ in it, and days with exercise were not drawn by lot.
    """
    rows = {row.id: row for row in facts()}
    used = (ANCHOR, *BESIDE)
    missing = [name for name in used if name not in rows]
    if missing:
        raise InputError(f"within_person.csv has no row {', '.join(missing)}.")
    anchor = rows[ANCHOR].estimate
    if anchor is None:
        raise InputError(f"within_person.csv: row {ANCHOR} needs an estimate.")
    # Rounded down to the nearest 0.05, which the smaller results beside it ask for.
    mean = int(anchor / 0.05 + 1e-9) * 0.05
    sentence = Words(
        "On days with exercise, people felt about {points} points better later that day, on a scale of 0 to 10. "
        "They also moved more often when they had felt better before, so we cannot say which came first.",
        {"points": f"{mean:.2f}"},
    )
    return SameDay(round(mean, 2), 0.30, tuple(rows[name].reference for name in used), used, sentence)
