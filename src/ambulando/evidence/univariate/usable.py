"""Which of the given studies can be used, and what is wrong with the others."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ambulando.evidence.faults import (
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.results import Array, Excluded
from ambulando.evidence.univariate.sums import dot
from ambulando.ground import InputError

#: Variances and squared effects beyond these would overflow, and can only be slips.
SMALLEST, LARGEST = 1e-60, 1e60
#: A variance that is so much smaller than the next leaves no digit of the others in the sums, and can only be a slip.
APART = 1e13


@dataclass(frozen=True, slots=True)
class Usable:
    """Effects ``y`` and variances ``v`` (k,) with the names of their studies; ``keep`` (n,) tells which of the rows given
    they are (None: all), ``excluded`` why the others are not."""

    y: Array
    v: Array
    studies: tuple[str, ...]
    keep: NDArray[np.bool_] | None
    excluded: tuple[Excluded, ...]


@lru_cache(maxsize=4)
def default_names(n: int) -> tuple[str, ...]:
    return tuple(f"Study {i}" for i in range(1, n + 1))


def usable(yi: ArrayLike, vi: ArrayLike, studies: Sequence[str] | None = None) -> Usable:
    """The studies with a finite effect and a positive, finite variance.

    Raises NotANumber, NegativeVariance (both with row and study), TooFewStudies where none is left, and InputError where
    the lengths differ.
    """
    y, v = numbers(yi, "effect"), numbers(vi, "variance")
    if y.shape != v.shape:
        raise InputError(f"There are {y.size} effects and {v.size} variances; each study needs one of both.")
    n = y.size
    labels = tuple(studies) if studies is not None else default_names(n)
    if len(labels) != n:
        raise InputError(f"There are {len(labels)} study names for {n} effects.")
    # All is well if the smallest variance is positive and no number is missing or out of all scale.
    least, most = (v.min(), v.max()) if n else (0.0, 0.0)
    if least > SMALLEST and most < LARGEST and most <= APART * least and dot(y, y) < LARGEST:
        return Usable(y, v, labels, None, ())
    for index in np.flatnonzero(v < 0).tolist():
        raise NegativeVariance(
            f"{labels[index]} (row {index + 1}) has a negative variance ({v[index]:g}); a variance is above zero.",
            row=index + 1,
            study=labels[index],
        )
    absurd = (
        (np.abs(y) >= math.sqrt(LARGEST)) & np.isfinite(y)
        | (v > 0) & (v <= SMALLEST)
        | (v >= LARGEST) & np.isfinite(v)
    )
    for index in np.flatnonzero(absurd).tolist():
        raise ImpossibleValue(
            f"{labels[index]} (row {index + 1}) has the effect {y[index]:g} with the variance {v[index]:g}, which is out of "
            "all scale; please check both.",
            row=index + 1,
            study=labels[index],
        )
    keep = np.isfinite(y) & np.isfinite(v) & (v > 0)
    excluded = []
    for index in np.flatnonzero(~keep).tolist():
        if not np.isfinite(y[index]):
            reason = "no effect could be computed"
        elif v[index] == 0:
            reason = "its variance is zero, so no weight can be given to it"
        else:
            reason = "no variance could be computed"
        excluded.append(Excluded(index + 1, labels[index], reason))
    if not keep.any():
        reasons = "; ".join(f"{one.study}: {one.reason}" for one in excluded[:3])
        raise TooFewStudies(
            f"No study has both an effect and a positive variance{f' ({reasons})' if reasons else ''}, so there is nothing to "
            "pool; please check both columns."
        )
    apart = far_apart(np.where(keep, v, math.inf))
    if apart is not None:
        raise ImpossibleValue(
            f"{labels[apart[0]]} (row {apart[0] + 1}) {apart[1]}", row=apart[0] + 1, study=labels[apart[0]]
        )
    names = tuple(name for name, kept in zip(labels, keep.tolist(), strict=True) if kept)
    return Usable(y[keep], v[keep], names, keep, tuple(excluded))


def far_apart(v: Array) -> tuple[int, str] | None:
    """The place of a variance beside which all others count for nothing, and what is wrong with it; ``v`` (n,) has no NaN,
    and infinity where a study is not used."""
    if v.size < 2:
        return None
    index, following = np.argsort(v)[:2].tolist()
    if not math.isfinite(v[following]) or v[following] <= APART * v[index]:
        return None
    return index, (
        f"has the variance {v[index]:g} where the next is {v[following]:g}, so that all other studies would count for nothing; "
        "please check it."
    )


def numbers(values: ArrayLike, what: str) -> Array:
    """A column of numbers (n,). Raises NotANumber with the row of what is none."""
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        column: Any = values
        for row, value in enumerate(column, start=1):
            try:
                float(value)
            except (TypeError, ValueError):
                raise NotANumber(
                    f"The {what} in row {row} is {value!r}; a number is needed there.", row=row
                ) from None
        raise NotANumber(f"The {what}s are not a column of numbers.") from None
    if found.ndim == 0:
        return found[None]
    if found.ndim != 1:
        raise InputError(f"The {what}s have {found.ndim} dimensions; give one {what} for each study.")
    return found


def named(name: str, names: dict[str, str], what: str) -> str:
    """The name that results carry for a spelling of a method or test. Raises UnknownOption."""
    try:
        return names[name.strip().lower()]
    except (KeyError, AttributeError):
        choices = ", ".join(sorted(set(names.values())))
        raise UnknownOption(f"There is no {what} called {name!r}; take one of {choices}.") from None
