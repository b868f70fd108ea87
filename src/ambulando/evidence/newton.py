"""Maximisation of a smooth likelihood over a few parameters within bounds, by safeguarded Newton steps.

Projected Newton (Bertsekas 1982, SIAM J Control Optim 20:221): parameters at a bound that the slope pushes against are
held, the others take a Newton step with the observed information, or, where that is no direction of ascent, one with the
expected information (Fisher scoring) or with modified curvatures; halved until the likelihood rises.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.evidence.results import Array

#: Steps end when the next one would move every parameter by less than this, relative to its size plus ``scale``.
TOLERANCE = 1e-10
MAX_STEPS = 200
#: The slope of the likelihood per relative change of a parameter, below which a search that cannot go on is at a peak.
FLAT = 1e-6
#: Information whose eigenvalues differ by more than this has no inverse to go by.
SINGULAR = 1e-10


@dataclass(frozen=True)
class Point:
    """A log-likelihood with its slope (r,), observed and expected information (r, r)."""

    value: float
    gradient: Array
    observed: Array
    expected: Array


@dataclass(frozen=True)
class Found:
    """Where the search ended. ``bound`` marks the parameters (r,) that lie at a bound."""

    theta: Array
    value: float
    converged: bool
    iterations: int
    bound: tuple[bool, ...]


def climb(
    at: Callable[[Array], Point],
    value: Callable[[Array], float],
    start: Array,
    lower: Array,
    upper: Array,
    scale: Array,
) -> Found:
    """One search from ``start`` (r,). ``scale`` (r,) is what counts as small for each parameter."""
    theta = np.clip(start, lower, upper)
    point = at(theta)
    flat = 0
    for step in range(1, MAX_STEPS + 1):
        low, high = theta <= lower, theta >= upper
        free = ~((low & (point.gradient <= 0)) | (high & (point.gradient >= 0)))
        size = np.abs(theta) + scale
        noise = 1e-13 * (1 + abs(point.value))
        tried, reached = None, -np.inf
        for move in _directions(point, free):
            if np.all(np.abs(move) <= TOLERANCE * size):
                # A step below what the likelihood can tell apart; it is taken because Newton's is exact there.
                return _found(np.clip(theta + move, lower, upper), point.value, True, step, lower, upper)
            tried, reached = _risen(value, theta, move, lower, upper, point.value - noise)
            if tried is not None:
                break
        steep = float(np.abs(point.gradient * size)[free].max(initial=0.0))
        if tried is None or not free.any():
            return _found(theta, point.value, steep < FLAT, step, lower, upper)
        # A likelihood that no longer rises by more than rounding is a peak (or a plateau) all the same.
        flat = flat + 1 if reached <= point.value + noise else 0
        if flat >= 5 and steep < FLAT:
            return _found(theta, point.value, True, step, lower, upper)
        theta = tried
        point = at(theta)
    return _found(theta, point.value, False, MAX_STEPS, lower, upper)


def _found(theta: Array, value: float, converged: bool, step: int, lower: Array, upper: Array) -> Found:
    return Found(theta, value, converged, step, tuple(((theta <= lower) | (theta >= upper)).tolist()))


def _risen(
    value: Callable[[Array], float], theta: Array, move: Array, lower: Array, upper: Array, least: float
) -> tuple[Array | None, float]:
    """The first of ever shorter moves after which the likelihood is at least ``least``; None if none is."""
    length = 1.0
    while length > 1e-9:
        tried = np.clip(theta + length * move, lower, upper)
        reached = value(tried)
        if np.isfinite(reached) and reached >= least:
            return tried, reached
        length /= 2
    return None, -np.inf


def _directions(point: Point, free: NDArray[np.bool_]) -> Iterator[Array]:
    """Moves of the free parameters, the best first: Newton where the likelihood is concave, else Fisher scoring; else
    Newton with every curvature taken as a fall, those near zero as a gentle one; at last the slope."""
    slope, r = point.gradient[free], point.gradient.size

    def move(part: Array) -> Array:
        whole = np.zeros(r)
        whole[free] = part
        return whole

    observed = point.observed[np.ix_(free, free)]
    for information in (observed, point.expected[np.ix_(free, free)]):
        values, vectors = np.linalg.eigh(information)
        if values.size and values[0] > SINGULAR * values[-1]:
            yield move(vectors @ ((vectors.T @ slope) / values))
    values, vectors = np.linalg.eigh(observed)
    if values.size:
        steepest = np.abs(values).max()
        if steepest > 0:
            yield move(vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-4 * steepest)))
        yield move(slope / max(float(np.abs(slope).max()), 1e-300))


def best(searches: Iterable[Found]) -> Found:
    """The converged search that came highest; the highest of all if none converged."""
    found = list(searches)
    return max(found, key=lambda one: (one.converged, one.value))
