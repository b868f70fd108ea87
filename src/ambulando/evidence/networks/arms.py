"""From the arms of studies to contrasts: every pair of arms of each study, with the rules for arms without events."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ambulando.evidence.effects import correction
from ambulando.evidence.faults import ImpossibleValue, UnknownOption
from ambulando.evidence.results import Excluded

EVENT_MEASURES = ("OR", "RR", "RD")
MEAN_MEASURES = ("MD", "SMD")


@dataclass(frozen=True)
class Arm:
    """An arm of a study: people ``n`` with ``events``, or with ``mean`` and ``sd``; ``row`` is its place in the table."""

    study: str
    treatment: str
    n: float
    events: float | None = None
    mean: float | None = None
    sd: float | None = None
    row: int = 0


@dataclass(frozen=True)
class Contrasts:
    """Contrasts (m,): ``TE`` is treat1 minus treat2 with standard error ``seTE``; ``rows`` their places in the table."""

    measure: str
    studlab: tuple[str, ...]
    treat1: tuple[str, ...]
    treat2: tuple[str, ...]
    TE: tuple[float, ...]
    seTE: tuple[float, ...]  # noqa: N815 - the name of the column
    rows: tuple[int, ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def by_study(arms: Sequence[Arm]) -> dict[str, list[Arm]]:
    """The arms of each study, in the order of the table. Raises ImpossibleValue for an arm that is there twice."""
    found: dict[str, list[Arm]] = {}
    for arm in arms:
        group = found.setdefault(arm.study, [])
        for other in group:
            if other.treatment == arm.treatment:
                raise ImpossibleValue(
                    f"{arm.study} has two arms {arm.treatment} (rows {other.row} and {arm.row}); please add them together, or "
                    "give them different names.",
                    row=arm.row,
                    study=arm.study,
                )
        group.append(arm)
    return found


def checked(arm: Arm) -> Arm:
    """The arm, when its numbers can be. Raises ImpossibleValue with study and row."""
    at = f"{arm.study}, {arm.treatment} (row {arm.row})"
    if arm.n <= 0:
        raise ImpossibleValue(
            f"{at} has {arm.n:g} people; an arm has at least one person.", row=arm.row, study=arm.study
        )
    if arm.events is not None and not 0 <= arm.events <= arm.n:
        raise ImpossibleValue(
            f"{at} has {arm.events:g} events among {arm.n:g} people; please check both.",
            row=arm.row,
            study=arm.study,
        )
    if arm.sd is not None and arm.sd <= 0:
        raise ImpossibleValue(
            f"{at} has a standard deviation of {arm.sd:g}; it is above zero.", row=arm.row, study=arm.study
        )
    return arm


def contrasts(arms: Sequence[Arm], measure: str | None = None, *, increment: float = 0.5) -> Contrasts:
    """Every pair of arms of each study as OR (the default), RR or RD of events, or MD (the default) or SMD of means.

    A study with an arm without events, or with events alone, gets ``increment`` added to each cell of all its arms, so that its
    contrasts still add up. Where all arms have no events (or nothing else) OR and RR say nothing, and the study is left out.
    A SMD is Hedges' g with the standard deviation of all arms of the study pooled.
    """
    events = bool(arms) and arms[0].events is not None
    choices = EVENT_MEASURES if events else MEAN_MEASURES
    wanted = (measure or choices[0]).upper()
    if wanted not in choices:
        raise UnknownOption(
            f"The measure {wanted} cannot be made of {'events' if events else 'means'}, which give {', '.join(choices)}."
        )
    if not 0 <= increment <= 5:
        raise UnknownOption(
            f"The increment {increment:g} for arms without events is not between 0 and 5; 0.5 is usual."
        )
    rows: list[tuple[str, str, str, float, float, int]] = []
    excluded, notes = [], []
    for study, group in by_study([checked(arm) for arm in arms]).items():
        if len(group) < 2:
            excluded.append(
                Excluded(group[0].row, study, f"it has the one arm {group[0].treatment}, and two are needed")
            )
            continue
        if events:
            none = all(arm.events == 0 for arm in group)
            if wanted != "RD" and (none or all(arm.events == arm.n for arm in group)):
                lost = "has no events" if none else "has events alone"
                excluded.append(
                    Excluded(group[0].row, study, f"every arm {lost}, so the {wanted} says nothing")
                )
                continue
            zero = [arm.treatment for arm in group if arm.events in (0, arm.n)]
            if zero and increment > 0:
                notes.append(f"{study}: {increment:g} was added to each cell, because of {', '.join(zero)}.")
            elif zero and wanted != "RD":
                excluded.append(
                    Excluded(
                        group[0].row,
                        study,
                        f"{', '.join(zero)} has no events or events alone, and nothing is added",
                    )
                )
                continue
        elif wanted == "SMD" and sum(arm.n - 1 for arm in group) < 2:
            lost = "its arms have too few people for a standard deviation, so the SMD says nothing"
            excluded.append(Excluded(group[0].row, study, lost))
            continue
        for one, other in combinations(group, 2):
            te, variance = _effect(one, other, group, wanted, increment if events and zero else 0.0)
            rows.append((study, one.treatment, other.treatment, te, variance**0.5, one.row))
    return Contrasts(
        measure=wanted,
        studlab=tuple(row[0] for row in rows),
        treat1=tuple(row[1] for row in rows),
        treat2=tuple(row[2] for row in rows),
        TE=tuple(row[3] for row in rows),
        seTE=tuple(row[4] for row in rows),
        rows=tuple(row[5] for row in rows),
        excluded=tuple(excluded),
        notes=tuple(notes),
    )


def _effect(one: Arm, other: Arm, group: Sequence[Arm], measure: str, add: float) -> tuple[float, float]:
    if one.events is not None and other.events is not None:
        a, c = one.events + add, other.events + add
        n1, n2 = one.n + 2 * add, other.n + 2 * add
        if measure == "OR":
            return float(np.log(a * (n2 - c) / (c * (n1 - a)))), 1 / a + 1 / (n1 - a) + 1 / c + 1 / (n2 - c)
        if measure == "RR":
            return float(np.log(a / n1 / (c / n2))), 1 / a - 1 / n1 + 1 / c - 1 / n2
        # the difference needs no correction, its variance does
        return one.events / one.n - other.events / other.n, a * (n1 - a) / n1**3 + c * (n2 - c) / n2**3
    if one.mean is None or other.mean is None or not one.sd or not other.sd:
        return float("nan"), float("nan")
    if measure == "MD":
        return one.mean - other.mean, one.sd**2 / one.n + other.sd**2 / other.n
    df = sum(arm.n - 1 for arm in group)
    pooled = (sum((arm.n - 1) * (arm.sd or 0.0) ** 2 for arm in group) / df) ** 0.5
    g = float(correction(df)) * (one.mean - other.mean) / pooled
    return g, 1 / one.n + 1 / other.n + g**2 / (2 * sum(arm.n for arm in group))
