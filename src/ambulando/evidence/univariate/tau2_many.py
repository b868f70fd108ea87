"""tau2 of many data sets at once, with the estimators and the proofs of ``tau2`` and ``likelihood``, on a batch axis.

For bootstraps, permutations, subsets and simulations. An infinite variance leaves a study out of its data set.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.results import Array
from ambulando.evidence.univariate.likelihood import MAX_STEPS, PATIENCE, SETTLED, SLOW
from ambulando.evidence.univariate.sums import Many, sums_many, sums_of
from ambulando.evidence.univariate.tau2 import LIKELIHOOD, METHODS, maximum

Flags = NDArray[np.bool_]
#: Numbers (data sets x studies) that are worked on at once: they stay in the cache, and memory stays bounded.
CHUNK = 200_000
#: The ratio of neighbouring (vmin + t) in the cut of the range that proves a single maximum.
RATIO = 1.5


def tau2_many(
    y: Array, v: Array, method: str, X: Array | None = None, *, weights: Array | None = None
) -> tuple[Array, Flags]:
    """tau2 (b,) and converged (b,) of ``b`` data sets: ``y`` (b, k), ``v`` (b, k) or (k,), ``X`` (k, p) or (b, k, p) with orthonormal
    columns (None: a mean alone), ``weights`` (k,) or (b, k) for GENQ.
    """
    if method not in METHODS:
        raise UnknownOption(
            f"There is no estimator of tau2 called {method!r}; take one of {', '.join(METHODS)}."
        )
    b, k = y.shape
    v = np.broadcast_to(v, y.shape)
    rows = max(1, CHUNK // max(k, 1))
    values, converged = np.zeros(b), np.ones(b, dtype=bool)
    for start in range(0, b, rows):
        part = slice(start, start + rows)
        values[part], converged[part] = _chunk(
            y[part],
            v[part],
            method,
            X[part] if X is not None and X.ndim == 3 else X,
            weights[part] if weights is not None and weights.ndim == 2 else weights,
        )
    return values, converged


def _chunk(y: Array, v: Array, method: str, X: Array | None, weights: Array | None) -> tuple[Array, Flags]:
    b = y.shape[0]
    k = np.isfinite(v).sum(axis=1)
    df = k - (1 if X is None else X.shape[-1])
    enough = df > 0
    if method == "EE" or not enough.any():
        return np.zeros(b), np.ones(b, dtype=bool)
    if not enough.all():
        values, converged = np.zeros(b), np.ones(b, dtype=bool)
        some = X[enough] if X is not None and X.ndim == 3 else X
        given = weights[enough] if weights is not None and weights.ndim == 2 else weights
        values[enough], converged[enough] = _chunk(y[enough], v[enough], method, some, given)
        return values, converged
    if method in LIKELIHOOD:
        return _maxima(y, v, method, X, df)
    if method in ("PM", "EB"):
        return _roots(y, v, df.astype(float), X)
    if method == "PMM":
        return _roots(y, v, np.asarray(chdtri(df, 0.5)), X)
    values = _moments(y, v, method, X, weights, k, df)
    return np.maximum(values, 0.0), np.isfinite(values)


def _moments(
    y: Array, v: Array, method: str, X: Array | None, weights: Array | None, k: Array, df: Array
) -> Array:
    if method in ("DL", "HS", "HSk"):
        q, _, _, b, _, s1, _ = sums_many(y, v, np.zeros(y.shape[0]), X)
        if method == "DL":
            return np.asarray((q - df) / b)
        return np.asarray(((q if method == "HS" else q * k / df) - k) / s1)
    here = np.isfinite(v)
    if method == "SJ":
        mean = (y * here).sum(axis=1) / k
        crude = (here * (y - mean[:, None]) ** 2).sum(axis=1) / k
        return np.asarray(crude * sums_many(y, v, crude, X)[0] / df)
    a = here * (np.ones(y.shape[1]) if method == "HE" or weights is None else weights)
    columns = np.ones((y.shape[1], 1)) if X is None else X
    AX = columns * a[..., None]
    M = np.linalg.inv(np.swapaxes(AX, -1, -2) @ columns)
    residual = y - (columns @ (M @ (np.swapaxes(AX, -1, -2) @ y[..., None])))[..., 0]
    diagonal = a - ((AX @ M) * AX).sum(axis=-1)
    trv = (diagonal * np.where(here, v, 0.0)).sum(axis=1)
    return np.asarray(((a * residual * residual).sum(axis=1) - trv) / diagonal.sum(axis=1))


def _pick(X: Array | None, rows: NDArray[np.intp]) -> Array | None:
    return X[rows] if X is not None and X.ndim == 3 else X


def _roots(y: Array, v: Array, target: Array, X: Array | None) -> tuple[Array, Flags]:
    """Q(t) = target by Newton steps on 1 / Q, which never pass the root (see ``tau2.root_of_q``)."""
    t, done = np.zeros(y.shape[0]), np.zeros(y.shape[0], dtype=bool)
    floor = v.min(axis=1)
    rows = np.arange(t.size)
    for step in range(MAX_STEPS):
        whole = rows.size == t.size
        here = (y, v, X) if whole else (y[rows], v[rows], _pick(X, rows))
        q, slope, *_ = sums_many(here[0], here[1], t[rows], here[2])
        with np.errstate(divide="ignore", invalid="ignore"):
            move = (q - target[rows]) / slope * (q / target[rows])
        if step == 0:
            move = np.where(q <= target[rows], 0.0, move)
        after = np.maximum(t[rows] + move, 0.0)
        t[rows] = after
        settled = np.abs(move) <= SETTLED * (after + floor[rows])
        done[rows] = settled
        # What is not a number is given up.
        rows = rows[~settled & np.isfinite(move)]
        if not rows.size:
            break
    return t, done


def _b_and_d(sums: Many, method: str) -> tuple[Array, Array]:
    return (sums[3], sums[4]) if method == "REML" else (sums[5], sums[6])


def _maxima(y: Array, v: Array, method: str, X: Array | None, df: Array) -> tuple[Array, Flags]:
    t, done = _climb(y, v, method, X, df)
    for row in np.flatnonzero(~_proved(y, v, method, X) | ~done).tolist():
        here = np.isfinite(v[row])
        columns = None if X is None else (X[row] if X.ndim == 3 else X)[here]
        alone = sums_of(y[row][here], v[row][here], columns)
        found = maximum(y[row][here], v[row][here], method, alone, columns)
        t[row], done[row] = found.value, found.converged
    return t, done


def _climb(y: Array, v: Array, method: str, X: Array | None, df: Array) -> tuple[Array, Flags]:
    """A local maximum of each data set by the steps of ``likelihood.step_of``; those that do not settle soon are left."""
    size = y.shape[0]
    sums = sums_many(y, v, np.zeros(size), X)
    q, _, _, b, *_ = sums
    t = np.where(q > df, (q - df) / b, v.min(axis=1))
    floor = v.min(axis=1)
    done = np.zeros(size, dtype=bool)
    rows = np.arange(size)
    zero_is_one = sums[1] <= _b_and_d(sums, method)[0]
    for _ in range(PATIENCE):
        here = (y, v, X) if rows.size == size else (y[rows], v[rows], _pick(X, rows))
        sums = sums_many(here[0], here[1], t[rows], here[2])
        _, a, c, *_ = sums
        B, D = _b_and_d(sums, method)
        score, bend = a - B, 2 * B * c - a * D
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = bend > 0.05 * a * D
            move = np.where(newton, score * a / bend, score / D)
        before = t[rows]
        after = before + move
        falls = after <= 0
        at_zero = falls & zero_is_one[rows]
        # Where zero is no maximum the step goes half of the way to it.
        after = np.where(at_zero, 0.0, np.where(falls, before / 2, after))
        settled = at_zero | (np.abs(move) <= np.where(newton, SETTLED, SLOW) * (before + floor[rows]))
        t[rows] = after
        done[rows] = settled
        rows = rows[~settled & np.isfinite(move)]
        if not rows.size:
            break
    return t, done


def _proved(y: Array, v: Array, method: str, X: Array | None) -> Flags:
    """Of which data sets one cut of the range proves that the likelihood has a single maximum (see ``likelihood.rises``)."""
    low = v.min(axis=1)
    high = np.where(np.isfinite(v), v, 0.0).max(axis=1)
    end = np.maximum(high - 2 * low, 0.0)
    proved: Flags = np.asarray(end <= 0)
    rows = np.flatnonzero(~proved)
    if not rows.size:
        return proved
    y, v, X, low, end = y[rows], v[rows], _pick(X, rows), low[rows], end[rows]
    reach = np.log1p(end / low)
    count = 2 + math.ceil(float(reach.max()) / math.log(RATIO))
    single = np.ones(rows.size, dtype=bool)
    last: tuple[Array, ...] | None = None
    for index in range(count):
        t = low * np.expm1(reach * (index / (count - 1)))
        sums = sums_many(y, v, t, X)
        b, d = _b_and_d(sums, method)
        with np.errstate(divide="ignore", invalid="ignore"):
            F, hA, hB = np.log(sums[1] / b), sums[2] / sums[1], d / b
        if last is not None:
            before, FL, hAL, hBL = last
            steepest = hBL - 2 * hA
            rise = np.maximum(steepest, 0) * (t - before)
            closed = (steepest < 0) | (hB > 2 * hAL) | (FL + rise < 0) | (F - rise > 0)
            single &= closed & (np.sign(F) <= np.sign(FL))
        last = (t, F, hA, hB)
    proved[rows] = single
    return proved
