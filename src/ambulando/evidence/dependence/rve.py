"""Robust variance estimation: weights for correlated or hierarchical effects, with small-sample corrections.

Hedges, Tipton & Johnson 2010, Res Synth Methods 1:39 (weights, moment estimates of the variances); Tipton 2015, Psychol
Methods 20:375 (adjusted standard errors and degrees of freedom). The weights need not be right: the tests are robust.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.dependence.dependent import Codes, Coefficient, Moderators, Rows, rows_of
from ambulando.evidence.dependence.sandwich import Batch, Robust, batches_by_size, regression, robust_of
from ambulando.evidence.faults import ImpossibleValue, TooFewStudies
from ambulando.evidence.results import Array, Excluded, data_hash, sensible_level, versions


@dataclass(frozen=True)
class RobustVariance:
    """A robust meta-regression. ``tau2`` is the variance between studies, ``omega2`` that within (None for correlated
    effects), ``rho`` the correlation that was assumed (None for hierarchical effects); ``i2`` in percent is given for
    correlated effects. ``robust`` holds CR2 standard errors with Satterthwaite degrees of freedom."""

    k: int
    clusters: int
    weights_of: str
    tau2: float
    omega2: float | None
    rho: float | None
    i2: float | None
    coefficients: tuple[Coefficient, ...]
    robust: Robust
    weights: tuple[float, ...]
    level: float
    studies: tuple[str, ...]
    cluster_of: tuple[str, ...]
    boundary: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Sums:
    """Sums over clusters for a diagonal weight: ``s`` = X'1, ``t`` = X'W1 (m, p); ``n``, ``w`` = 1'W1 (m,); the residuals of
    the weighted regression and ``c`` (p, p), the inverse of X'WX."""

    s: Array
    t: Array
    n: Array
    w: Array
    residuals: Array
    c: Array


def rve_hierarchical(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[object],
    *,
    moderators: Moderators | None = None,
    studies: Sequence[str] | None = None,
    level: float = 0.95,
) -> RobustVariance:
    """Effects nested in studies or research groups: weights 1 / (v + tau2 + omega2), both variances by moments.

    Raises what ``multilevel.three_level`` raises for its rows, and TooFewStudies where no cluster has two effects.
    """
    rows = _checked(yi, vi, clusters, moderators, studies, level)
    if np.bincount(rows.codes).max() == 1:
        raise TooFewStudies(
            "Every study has one effect, so nothing tells the levels apart; use pool with these effects."
        )
    w = 1 / rows.v
    a = _sums(rows, w)
    # Two quadratic forms of the residuals, e' W e and sum (1' e_j)^2, set equal to their expectations.
    xwx2 = (rows.x * (w**2)[:, None]).T @ rows.x
    mixed = a.s @ a.c
    cross = np.einsum("mp,mp->m", mixed, a.t)
    e = np.add.reduceat(_sorted(a.residuals, rows.codes), _starts(rows.codes))
    q1, q2 = float(w @ a.residuals**2), float(e @ e)
    by_tau2 = a.w.sum() - np.einsum("mp,pq,mq->", a.t, a.c, a.t)
    by_omega2 = w.sum() - np.trace(a.c @ xwx2)
    two_tau2 = (a.n**2 - 2 * a.n * cross).sum() + np.einsum("mp,pq,mq->", mixed, a.t.T @ a.t, mixed)
    two_omega2 = (a.n - 2 * cross).sum() + np.einsum("mp,pq,mq->", mixed, xwx2, mixed)
    q2_known = rows.v.sum() - np.einsum("mp,mp->", mixed, a.s)
    (k, p) = rows.x.shape
    matrix = np.array([[by_tau2, by_omega2], [two_tau2, two_omega2]])
    _, raw_omega2 = np.linalg.solve(matrix, np.array([q1 - (k - p), q2 - q2_known])).tolist()
    omega2 = max(0.0, raw_omega2)
    raw_tau2 = (q1 - (k - p) - omega2 * by_omega2) / by_tau2
    tau2 = max(0.0, float(raw_tau2))
    total = rows.v + tau2 + omega2
    return _result(
        rows,
        1 / total,
        total,
        level,
        "hierarchical",
        tau2,
        omega2,
        None,
        None,
        raw_omega2 <= 0 or raw_tau2 <= 0,
    )


def rve_correlated(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[object],
    *,
    rho: float = 0.8,
    moderators: Moderators | None = None,
    studies: Sequence[str] | None = None,
    level: float = 0.95,
) -> RobustVariance:
    """Several effects of the same people: weights 1 / (n_j (mean v_j + tau2)), tau2 by moments under the correlation
    ``rho`` of sampling errors within a study (from 0 to 1). Raises ImpossibleValue for another one.
    """
    if not 0 <= rho <= 1:
        raise ImpossibleValue(f"The correlation {rho} is not between 0 and 1.")
    rows = _checked(yi, vi, clusters, moderators, studies, level)
    sizes = np.bincount(rows.codes)
    mean_v = np.bincount(rows.codes, rows.v) / sizes
    w = (1 / (sizes * mean_v))[rows.codes]
    a = _sums(rows, w)
    m = len(rows.clusters)
    q = float(w @ a.residuals**2)
    per = w / sizes[rows.codes]
    alone = np.einsum("pq,kp,kq,k->", a.c, rows.x, rows.x, per)
    joined = np.einsum("pq,mp,mq,m->", a.c, a.s, a.s, 1 / (sizes**2 * mean_v))
    scale = a.w.sum() - np.einsum("mp,pq,mq->", a.t, a.c, a.t)
    beyond = q - m + alone + rho * (joined - alone)
    tau2 = max(0.0, float(beyond / scale))
    spread = (sizes * (mean_v + tau2))[rows.codes]
    i2 = max(0.0, 100 * float(beyond) / q) if q > 0 else 0.0
    return _result(rows, 1 / spread, spread, level, "correlated", tau2, None, rho, i2, beyond <= 0)


def _checked(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[object],
    moderators: Moderators | None,
    studies: Sequence[str] | None,
    level: float,
) -> Rows:
    sensible_level(level)
    rows = rows_of(yi, vi, clusters, studies=studies, moderators=moderators)
    if len(rows.clusters) <= rows.x.shape[1]:
        raise TooFewStudies(
            f"There are {len(rows.clusters)} studies for {rows.x.shape[1]} coefficients; use fewer moderators or more studies."
        )
    return rows


def _sorted(column: Array, codes: Codes) -> Array:
    return np.asarray(column[np.argsort(codes, kind="stable")], dtype=float)


def _starts(codes: Codes) -> Codes:
    return np.concatenate(([0], np.cumsum(np.bincount(codes))[:-1]))


def _sums(rows: Rows, w: Array) -> Sums:
    wx = rows.x * w[:, None]
    c = np.asarray(np.linalg.inv(wx.T @ rows.x))
    starts = _starts(rows.codes)
    return Sums(
        np.add.reduceat(_sorted(rows.x, rows.codes), starts, axis=0),
        np.add.reduceat(_sorted(wx, rows.codes), starts, axis=0),
        np.bincount(rows.codes).astype(np.float64),
        np.asarray(np.bincount(rows.codes, w), dtype=float),
        rows.y - rows.x @ (c @ (wx.T @ rows.y)),
        c,
    )


def _result(
    rows: Rows,
    w: Array,
    phi: Array,
    level: float,
    kind: str,
    tau2: float,
    omega2: float | None,
    rho: float | None,
    i2: float | None,
    boundary: bool,
) -> RobustVariance:
    """The regression with diagonal weights ``w`` and working variances ``phi``, both (k,)."""
    batches = tuple(
        Batch(
            index,
            phi[index][:, :, None] * np.eye(index.shape[1]),
            w[index][:, :, None] * np.eye(index.shape[1]),
        )
        for index in batches_by_size(rows.codes)
    )
    robust = robust_of(regression(rows.names, rows.x, rows.y, batches), level=level)
    return RobustVariance(
        k=rows.y.size, clusters=len(rows.clusters), weights_of=kind, tau2=tau2, omega2=omega2, rho=rho, i2=i2,
        coefficients=robust.coefficients, robust=robust, weights=tuple((100 * w / w.sum()).tolist()), level=level,
        studies=rows.studies, cluster_of=tuple(rows.clusters[code] for code in rows.codes.tolist()), boundary=bool(boundary),
        data_hash=data_hash(rows.y, rows.v, rows.codes, rows.x.ravel()),
        options={"weights": kind, "rho": rho, "level": level}, versions=versions(), excluded=rows.excluded,
        notes=robust.notes,
    )  # fmt: skip
