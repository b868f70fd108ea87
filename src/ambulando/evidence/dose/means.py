"""Differences of means by dose: a score's mean at each dose against that at the study's lowest dose.

Source: Crippa & Orsini 2016, BMC Med Res Methodol 16:91.
"""

import math
from collections.abc import Sequence

import numpy as np

from ambulando.evidence.dose.first_stage import DoseStudy
from ambulando.evidence.dose.groups import LARGEST_DOSE, MeanGroup
from ambulando.evidence.faults import (
    EvidenceFault,
    ImpossibleValue,
    MissingReference,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)

MEASURES = ("MD", "SMD")


def study_of_means(groups: Sequence[MeanGroup], measure: str, *, independent: bool = False) -> DoseStudy:
    """The differences ("MD", or "SMD" in units of the standard deviation pooled over all groups) of one study.

    Two differences share the reference group: their covariance is sd0^2 / n0 for MD, 1 / n0 + d_i d_j / (2 N) for SMD, N the
    people in all groups. ``independent`` leaves it out. Raises a fault with study and row for what cannot be.
    """
    if measure not in MEASURES:
        raise UnknownOption(
            f"There is no measure of means called {measure!r}; take one of {', '.join(MEASURES)}."
        )
    for group in groups:
        _check(group)
    first, *others = sorted(groups, key=lambda group: group.dose)
    if not others:
        raise TooFewStudies(
            f"{_place(first)} has one dose group only; it needs two or more.", row=first.row, study=first.id
        )
    if others[0].dose == first.dose:
        raise MissingReference(
            f"{_place(first)} has two groups at its lowest dose {first.dose:g}; one of them must be the reference, so please join them.",
            row=first.row, study=first.id,
        )  # fmt: skip
    n = np.array([group.n for group in others])
    sd2 = np.array([group.sd**2 for group in groups])
    people = np.array([group.n for group in groups])
    pooled = float((people - 1) @ sd2 / (people - 1).sum())
    y = np.array([group.mean - first.mean for group in others])
    if measure == "MD":
        s = np.full((n.size, n.size), first.sd**2 / first.n)
        np.fill_diagonal(s, pooled * (1 / first.n + 1 / n))
    else:
        y = y / math.sqrt(pooled)
        s = 1 / first.n + np.outer(y, y) / (2 * people.sum()) + np.diag(1 / n)
    if independent:
        s = np.diag(np.diag(s))
    return DoseStudy(first.id, groups[0].row, np.array([group.dose for group in others]), first.dose, y, s)


def _place(group: MeanGroup) -> str:
    return f"Study {group.id}{f' (row {group.row})' if group.row else ''}"


def _check(group: MeanGroup) -> None:
    def fault(kind: type[EvidenceFault], words: str) -> EvidenceFault:
        return kind(f"{_place(group)} has {words}", row=group.row, study=group.id)

    if not all(math.isfinite(one) for one in (group.dose, group.mean, group.sd, group.n)):
        raise fault(NotANumber, "a number missing; dose, y, sd and n are needed.")
    if not 0 <= group.dose <= LARGEST_DOSE:
        raise fault(ImpossibleValue, f"a dose of {group.dose:g}; it can be 0 to {LARGEST_DOSE:,.0f}.")
    if group.sd <= 0:
        raise fault(ImpossibleValue, f"{group.sd:g} as sd; a standard deviation is above zero.")
    if group.n < 2:
        raise fault(
            ImpossibleValue, f"{group.n:g} as n; a mean with a standard deviation is of two people or more."
        )
