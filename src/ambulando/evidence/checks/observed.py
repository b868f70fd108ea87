"""What the tests of bias, influence, monitoring and Bayesian pooling start from: enough studies that can be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.faults import EvidenceFault, TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded
from ambulando.evidence.univariate.usable import usable

#: Under this many studies a test of asymmetry says little (Sterne et al. 2011, BMJ 343:d4002).
ENOUGH = 10


@dataclass(frozen=True)
class Observed:
    """The usable studies: effects ``y`` (k,), variances ``v`` (k,), their names and places among the input (from 1)."""

    y: Array
    v: Array
    studies: tuple[str, ...]
    rows: tuple[int, ...]
    excluded: tuple[Excluded, ...]

    @property
    def k(self) -> int:
        return self.y.size


def observed(
    yi: ArrayLike,
    vi: ArrayLike,
    studies: Sequence[str] | None = None,
    *,
    least: int = 2,
    what: str = "This method",
) -> Observed:
    """The studies with a finite effect and a positive variance; the others stand in ``excluded`` with the reason.

    Raises as ``usable.usable``, and TooFewStudies when fewer than ``least`` are left.
    """
    found = usable(yi, vi, studies)
    k = found.y.size
    if k < least:
        raise TooFewStudies(
            f"{what} needs {least} studies or more with an effect and a positive variance; there {'is' if k == 1 else 'are'} {k}."
        )
    places = range(1, k + 1) if found.keep is None else (np.flatnonzero(found.keep) + 1).tolist()
    return Observed(found.y, found.v, found.studies, tuple(places), found.excluded)


def choice(name: str, known: Mapping[str, str] | Sequence[str], what: str) -> str:
    """The option's own spelling. Raises UnknownOption with the ones that exist."""
    names = dict(known) if isinstance(known, Mapping) else {one.lower(): one for one in known}
    try:
        return names[name.strip().lower()]
    except (KeyError, AttributeError):
        listed = ", ".join(dict.fromkeys(names.values()))
        raise UnknownOption(f"There is no {what} called {name!r}; take one of {listed}.") from None


def between(value: float, low: float, high: float, what: str) -> float:
    """``value`` when it lies strictly between ``low`` and ``high``. Raises EvidenceFault."""
    if not low < value < high:
        raise EvidenceFault(f"The {what} {value:g} is not between {low:g} and {high:g}.")
    return float(value)


def few(k: int) -> tuple[str, ...]:
    """The note of a test of asymmetry that had few studies."""
    if k >= ENOUGH:
        return ()
    return (
        f"With {k} studies this test says little: it seldom finds real asymmetry, and a small p may be chance; "
        f"{ENOUGH} studies or more are advised.",
    )
