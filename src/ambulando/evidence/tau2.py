"""Estimators of tau2, the variance between studies: DL, PM, ML, REML. O(k) each, and over many data sets at once.

The likelihood estimators run Newton and Fisher-scoring steps (Viechtbauer 2005) on a batch axis and finish with bisection
on the score where those do not settle; PM and the Q-profile solve Q(tau2) = target by Newton steps from the left.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.ground import InputError

Array = NDArray[np.float64]

#: Relative to tau2 plus the smallest sampling variance; tighter than any printed figure needs.
TOLERANCE = 1e-12
MAX_STEPS = 100


@dataclass(frozen=True)
class Tau2:
    """An estimate of tau2; ``boundary`` when it is zero because the data ask for less than none."""

    value: float
    converged: bool
    boundary: bool
    iterations: int


def tau2_of(y: Array, v: Array, method: str) -> Tau2:
    """tau2 of one data set: effects ``y`` (k,), variances ``v`` (k,); ``method`` EE, DL, PM, ML or REML."""
    if method == "EE" or y.size < 2:
        return Tau2(0.0, True, False, 0)
    if method == "DL":
        raw = float(_dl(y[None], v[None])[0])
        return Tau2(max(0.0, raw), True, raw <= 0, 0)
    if method == "PM":
        return solve_q(y, v, y.size - 1.0)
    values, converged, steps = _likelihood(y[None], v[None], method)
    return Tau2(float(values[0]), bool(converged[0]), bool(converged[0] and values[0] == 0), steps)


def tau2_many(y: Array, v: Array, method: str) -> tuple[Array, NDArray[np.bool_]]:
    """tau2 (b,) and converged (b,) of ``b`` data sets: ``y``, ``v`` of shape (b, k)."""
    settled = np.ones(y.shape[0], dtype=bool)
    if method == "EE" or y.shape[1] < 2:
        return np.zeros(y.shape[0]), settled
    if method == "DL":
        return np.maximum(0.0, _dl(y, v)), settled
    if method == "PM":
        found = [solve_q(row, variances, y.shape[1] - 1.0) for row, variances in zip(y, v, strict=True)]
        return np.array([one.value for one in found]), np.array([one.converged for one in found])
    values, converged, _ = _likelihood(y, v, method)
    return values, converged


def _dl(y: Array, v: Array) -> Array:
    """The DerSimonian-Laird moment estimate before it is cut off at zero, (b,)."""
    w = 1 / v
    total = w.sum(axis=1)
    mean = (w * y).sum(axis=1) / total
    q = (w * (y - mean[:, None]) ** 2).sum(axis=1)
    return np.asarray((q - (y.shape[1] - 1)) / (total - (w**2).sum(axis=1) / total))


def solve_q(y: Array, v: Array, target: float) -> Tau2:
    """The tau2 at which the generalised Q equals ``target`` (zero if Q at zero is already below it).

    Q is convex and falling in tau2 (a minimum over the mean of jointly convex terms), so Newton steps from zero climb to
    the root without ever passing it.
    """
    tau2, floor = 0.0, float(v.min())
    for step in range(1, MAX_STEPS + 1):
        w = 1 / (v + tau2)
        residual = y - w @ y / w.sum()
        weighted = w * residual**2
        gap = float(weighted.sum()) - target
        if step == 1 and gap <= 0:
            return Tau2(0.0, True, True, step)
        slope = float(w @ weighted)
        if slope == 0:
            return Tau2(tau2, False, False, step)
        move = gap / slope
        tau2 += move
        if move <= TOLERANCE * (tau2 + floor):
            return Tau2(tau2, True, False, step)
    return Tau2(tau2, False, False, MAX_STEPS)


def _score(y: Array, v: Array, tau2: Array, method: str) -> tuple[Array, Array]:
    """Twice the score of the (restricted) log-likelihood in tau2, and what to divide it by for a step, (b,) each.

    The divisor is twice the observed information (Newton: few steps) where that is clearly positive, else twice the
    expected one (scoring: always uphill).
    """
    w = 1 / (v + tau2[:, None])
    w2 = w * w
    s1, s2 = w.sum(axis=1), w2.sum(axis=1)
    residual = y - ((w * y).sum(axis=1) / s1)[:, None]
    squared = residual * residual
    w3 = w2 * w
    slope = 2 * (w3 * squared).sum(axis=1) - 2 * (w2 * residual).sum(axis=1) ** 2 / s1 - s2
    score = (w2 * squared).sum(axis=1) - s1
    expected = s2
    if method == "REML":
        s3, ratio = w3.sum(axis=1), s2 / s1
        score = score + ratio
        restricted = 2 * s3 / s1 - ratio**2
        expected = s2 - restricted
        slope = slope + restricted
    return score, np.where(slope > 0.1 * expected, slope, expected)


def _likelihood(y: Array, v: Array, method: str) -> tuple[Array, NDArray[np.bool_], int]:
    if method not in ("ML", "REML"):
        raise InputError(f"There is no estimator of tau2 called {method!r}.")
    tau2 = np.maximum(0.0, _dl(y, v))
    # The search starts inside: from exactly zero a second, higher maximum could be missed.
    tau2 = np.where(tau2 > 0, tau2, np.maximum(0.0, y.var(axis=1, ddof=1) - v.mean(axis=1)))
    floor = v.min(axis=1)
    done = np.zeros(tau2.shape, dtype=bool)
    steps = 0
    for steps in range(1, MAX_STEPS + 1):
        if done.any():
            open_rows = np.flatnonzero(~done)
            score, information = _score(y[open_rows], v[open_rows], tau2[open_rows], method)
        else:
            open_rows = np.arange(tau2.size)
            score, information = _score(y, v, tau2, method)
        before = tau2[open_rows]
        after = np.maximum(0.0, before + score / information)
        # Past half-way without settling, steps are halved: they may swing around the root.
        if steps > MAX_STEPS // 2:
            after = (after + before) / 2
        tau2[open_rows] = after
        done[open_rows] = np.abs(after - before) <= TOLERANCE * (after + floor[open_rows])
        if done.all():
            break
    for row in np.flatnonzero(~done):
        tau2[row], done[row] = _bisect(y[row], v[row], method)
    return tau2, done, steps


def _bisect(y: Array, v: Array, method: str) -> tuple[float, bool]:
    """The root of the score between zero and where it turns negative, by bisection; zero if it starts negative."""

    def score(value: float) -> float:
        return float(_score(y[None], v[None], np.array([value]), method)[0][0])

    if score(0.0) <= 0:
        return 0.0, True
    low, high = 0.0, float(v.max() + np.ptp(y) ** 2)
    while score(high) > 0:
        high *= 2
        if not np.isfinite(high):
            return low, False
    while high - low > TOLERANCE * (high + float(v.min())):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if score(middle) > 0 else (low, middle)
    return (low + high) / 2, True
