"""Covariance structures G(theta) of random effects over q slots (outcomes or times), with their derivatives.

ID, DIAG and CS are linear in their parameters; UN is a Cholesky factor, so G stays a covariance; HCS, AR, HAR and CAR have
standard deviations and a correlation. Pinheiro & Bates 2000, Mixed-Effects Models, ch. 5.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ambulando.evidence.dependence.blocks import Structure
from ambulando.evidence.results import Array

#: Correlations stay this far from 1, where a covariance has no inverse of its own.
EDGE = 1e-10


@dataclass(frozen=True)
class Shape:
    """A structure, the bounds and the starts of its parameters for effects whose spread is 1; ``powers`` (r,) say how a
    parameter grows with the spread."""

    structure: Structure
    lower: Array
    upper: Array
    starts: tuple[Array, ...]
    powers: Array


NAMES = {one.lower(): one for one in ("ID", "DIAG", "CS", "HCS", "UN", "AR", "HAR", "CAR")}


def shape(name: str, q: int, times: Array) -> Shape:
    """The structure ``name`` over q slots; ``times`` (q,) place the slots for AR, HAR (steps) and CAR (time)."""
    if name == "ID":
        return _linear(np.eye(q)[None], [[0.3], [0.03]])
    if name == "DIAG":
        cells = np.zeros((q, q, q))
        cells[np.arange(q), np.arange(q), np.arange(q)] = 1
        return _linear(cells, [[size] * q for size in (0.5, 0.1, 0.01)])
    if name == "CS":
        # The two eigenvalues: of the mean of the slots, and of what differs from it.
        mean = np.full((q, q), 1 / q)
        if q == 1:
            return _linear(mean[None], [[0.3], [0.03]])
        return _linear(
            np.stack([mean, np.eye(q) - mean]), [[0.3, 0.3], [0.05 * q, 0.05], [0.5 * q, 0.1], [0.02, 0.3]]
        )
    if name == "UN":
        return _unstructured(q)
    return _correlated(name, q, times)


def levels_shape(q: int) -> Shape:
    """Between and within studies, over the q places of a study: G = between J + within I."""
    if q == 1:
        single = _linear(np.ones((1, 1, 1)), [[0.3], [0.03]])
        return replace(
            single,
            structure=lambda theta: (theta[:1, None], np.stack([np.ones((1, 1)), np.zeros((1, 1))]), None),
            lower=np.zeros(2), upper=np.array([np.inf, 0.0]),
            starts=(np.array([0.3, 0.0]), np.array([0.03, 0.0])), powers=np.ones(2),
        )  # fmt: skip
    starts = [[0.3, 0.3], [0.05, 0.05], [0.5, 0.02], [0.02, 0.5]]
    return _linear(np.stack([np.ones((q, q)), np.eye(q)]), starts)


def _linear(cells: Array, starts: list[list[float]]) -> Shape:
    def structure(theta: Array) -> tuple[Array, Array, None]:
        return np.asarray(np.tensordot(theta, cells, axes=1)), cells, None

    r = cells.shape[0]
    return Shape(
        structure, np.zeros(r), np.full(r, np.inf), tuple(np.array(one) for one in starts), np.ones(r)
    )


def _unstructured(q: int) -> Shape:
    rows, columns = np.tril_indices(q)
    r = rows.size
    basis = np.zeros((r, q, q))
    basis[np.arange(r), rows, columns] = 1

    def structure(theta: Array) -> tuple[Array, Array, Array]:
        factor = np.tensordot(theta, basis, axes=1)
        half = basis @ factor.T
        second = np.einsum("aij,bkj->abik", basis, basis)
        return factor @ factor.T, half + half.swapaxes(-1, -2), second + second.swapaxes(-1, -2)

    starts = []
    for size, rho in ((0.5, 0.0), (0.5, 0.5), (0.5, -0.8 / max(q - 1, 1)), (0.05, 0.3), (0.005, 0.0)):
        matrix = size * ((1 - rho) * np.eye(q) + rho * np.ones((q, q)))
        starts.append(np.asarray(np.linalg.cholesky(matrix)[rows, columns]))
    return Shape(structure, np.full(r, -np.inf), np.full(r, np.inf), tuple(starts), np.full(r, 0.5))


def _correlated(name: str, q: int, times: Array) -> Shape:
    """Standard deviations (one, or one for each slot) and one correlation, constant (HCS) or falling with the distance."""
    own = name in ("HCS", "HAR")
    apart = np.abs(times[:, None] - times)
    s = q if own else 1
    low = {"HCS": -1 / max(q - 1, 1), "CAR": 0.0}.get(name, -1.0)

    def matrix(theta: Array) -> Array:
        sd, rho = (theta[:s] if own else np.repeat(theta[0], q)), theta[s]
        correlation = np.where(np.eye(q, dtype=bool), 1.0, rho) if name == "HCS" else _falling(rho, apart)
        return np.asarray(correlation * np.outer(sd, sd))

    def first(theta: Array) -> Array:
        sd, rho = (theta[:s] if own else np.repeat(theta[0], q)), theta[s]
        correlation = np.where(np.eye(q, dtype=bool), 1.0, rho) if name == "HCS" else _falling(rho, apart)
        found = np.zeros((s + 1, q, q))
        for index in range(s):
            e = np.eye(q)[index] if own else np.ones(q)
            found[index] = correlation * (np.outer(e, sd) + np.outer(sd, e))
        if name == "HCS":
            turned = 1.0 - np.eye(q)
        else:
            turned = np.where(apart > 0, apart * _falling(rho, np.maximum(apart - 1, 0)), 0.0)
            if name == "CAR":
                turned = np.where(apart > 0, apart * np.maximum(rho, EDGE) ** (apart - 1), 0.0)
        found[s] = turned * np.outer(sd, sd)
        return found

    def structure(theta: Array) -> tuple[Array, Array, Array]:
        return matrix(theta), first(theta), _slopes(first, theta)

    starts = [
        np.array([size**0.5] * s + [rho])
        for size in (0.5, 0.05)
        for rho in (0.0, 0.5, 0.5 * low)
        if rho >= low
    ]
    lower, upper = np.zeros(s + 1), np.full(s + 1, np.inf)
    lower[s], upper[s] = low + (EDGE if low else 0.0), 1 - EDGE
    return Shape(structure, lower, upper, tuple(starts), np.array([0.5] * s + [0.0]))


def _falling(rho: float, apart: Array) -> Array:
    """rho to the power of the distance; whole steps keep the sign."""
    if rho >= 0:
        return np.asarray(np.where(apart > 0, max(rho, 0.0) ** apart, 1.0))
    return np.asarray(np.where(apart % 2 == 0, 1.0, -1.0) * abs(rho) ** apart)


def _slopes(function: Callable[[Array], Array], theta: Array) -> Array:
    """Derivatives of a matrix-valued function by central differences: for the curvature alone, which steers the search
    but does not decide where it ends."""
    step = 1e-5
    found = [
        (function(theta + step * one) - function(theta - step * one)) / (2 * step)
        for one in np.eye(theta.size)
    ]
    return np.stack(found)
