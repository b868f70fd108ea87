"""What every result of a method carries: the rows left out, a fingerprint of its data, the versions it was made with."""

import hashlib
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from ambulando import __version__
from ambulando.evidence.faults import ImpossibleValue

Array = NDArray[np.float64]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Excluded:
    """A row that was left out, and why."""

    row: int
    study: str
    reason: str


def data_hash(*columns: ArrayLike) -> str:
    """The first 16 hex digits of SHA-256 over columns of numbers as little-endian doubles."""
    digest = hashlib.sha256()
    for column in columns:
        digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
    return digest.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Of this program and of what computes in it."""
    return {"ambulando": __version__, "numpy": np.__version__, "scipy": scipy.__version__}


def sensible_level(level: float) -> None:
    """Raise ImpossibleValue unless ``level``, that of an interval, is 0.5 or more and below 1."""
    if not 0.5 <= level < 1:
        raise ImpossibleValue(f"The level {level} is not between 0.5 and 1; 0.95 is usual.")
