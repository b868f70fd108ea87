"""The likelihood of the three-level model, from sums over clusters.

Within a cluster the covariance is a diagonal plus a constant, M = diag(v + within) + between 11', whose inverse and
determinant are known from sums (Sherman & Morrison 1950): with d = 1 / (v + within), n = sum d and
c = between / (1 + between n), the inverse is diag(d) - c d d'. So everything is O(k p^2) in time and O(k p) in memory.
"""

from dataclasses import dataclass

import numpy as np

from ambulando.evidence.dependence.dependent import Codes
from ambulando.evidence.newton import Point
from ambulando.evidence.results import Array

LOG_2_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Stack:
    """Rows sorted by cluster, so that sums over clusters are sums over stretches.

    ``q`` (p, k) has orthonormal rows that span the design: x = q' r. ``y``, ``v`` (k,); ``starts``, ``sizes`` (m,).
    """

    y: Array
    v: Array
    q: Array
    r: Array
    starts: Codes
    sizes: Codes
    order: Codes

    @property
    def k(self) -> int:
        return int(self.y.size)

    @property
    def p(self) -> int:
        return int(self.q.shape[0])


@dataclass(frozen=True)
class Weighted:
    """What one pair of variances gives: ``d`` (k,), ``n``, ``shrink`` = 1 / (1 + between n), ``c`` (m,); W q' as ``wq``
    (p, k), its sums over clusters ``u`` (p, m); ``vcov`` (p, p) and ``gamma`` (p,) of the coefficients of q; the residuals
    weighted, W (y - q' gamma), ``r`` (k,), with their sums over clusters ``rs`` (m,); and the log-likelihoods."""

    d: Array
    n: Array
    shrink: Array
    c: Array
    wq: Array
    u: Array
    vcov: Array
    gamma: Array
    r: Array
    rs: Array
    log_ml: float
    log_reml: float


def gram(left: Array, right: Array) -> Array:
    """left right', (a, k) and (b, k) to (a, b). Plain sums: they are exact to pairwise rounding, and a dozen short products
    in a row are no work for the threads of a linear algebra library, which then wait for each other on a busy machine."""
    return np.stack([(left * row).sum(axis=1) for row in right], axis=1)


def fitted(gamma: Array, q: Array) -> Array:
    """gamma q, (p,) and (p, k) to (k,)."""
    return np.asarray(sum(g * row for g, row in zip(gamma.tolist(), q, strict=True)))


def stack(y: Array, v: Array, x: Array, codes: Codes) -> Stack:
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    sizes = sizes[sizes > 0]
    q, r = np.linalg.qr(x[order])
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return Stack(y[order], v[order], np.ascontiguousarray(q.T), r, starts, sizes, order)


def weighted(data: Stack, between: float, within: float) -> Weighted:
    """Sums, coefficients and log-likelihoods (ML and REML) at two variances."""
    d = 1 / (data.v + within)
    n = np.add.reduceat(d, data.starts)
    shrink = 1 / (1 + between * n)
    c = between * shrink
    dq = data.q * d
    t = np.add.reduceat(dq, data.starts, axis=1)
    information = gram(dq, data.q) - gram(t * c, t)
    vcov = np.asarray(np.linalg.inv(information))
    dy = d * data.y
    ty = np.add.reduceat(dy, data.starts)
    gamma = vcov @ ((dq * data.y).sum(axis=1) - (t * (c * ty)).sum(axis=1))
    residual = data.y - fitted(gamma, data.q)
    dr = d * residual
    tr = np.add.reduceat(dr, data.starts)
    rss = float((dr * residual).sum() - (c * tr * tr).sum())
    logdet = float(-np.log(d).sum() - np.log(shrink).sum())
    _, log_information = np.linalg.slogdet(information)
    ml = -0.5 * (data.k * LOG_2_PI + logdet + rss)
    reml = -0.5 * ((data.k - data.p) * LOG_2_PI + logdet + float(log_information) + rss)
    spread = np.repeat(c * tr, data.sizes)
    return Weighted(
        d, n, shrink, c, dq - d * np.repeat(t * c, data.sizes, axis=1), t * shrink, vcov, gamma,
        dr - d * spread, tr * shrink, ml, reml,
    )  # fmt: skip


def log_likelihood(data: Stack, theta: Array, reml: bool) -> float:
    """The log-likelihood alone, for grids and halved steps."""
    between, within = theta.tolist()
    d = 1 / (data.v + within)
    n = np.add.reduceat(d, data.starts)
    grow = 1 + between * n
    c = between / grow
    dq = data.q * d
    t = np.add.reduceat(dq, data.starts, axis=1)
    information = gram(dq, data.q) - gram(t * c, t)
    ty = np.add.reduceat(d * data.y, data.starts)
    try:
        gamma = np.linalg.solve(information, (dq * data.y).sum(axis=1) - (t * (c * ty)).sum(axis=1))
    except np.linalg.LinAlgError:
        return -np.inf
    residual = data.y - fitted(gamma, data.q)
    dr = d * residual
    tr = np.add.reduceat(dr, data.starts)
    value = -np.log(d).sum() + np.log(grow).sum() + (dr * residual).sum() - (c * tr * tr).sum()
    value += (data.k - data.p if reml else data.k) * LOG_2_PI
    if reml:
        value += np.linalg.slogdet(information)[1]
    return float(-0.5 * value)


def point(data: Stack, theta: Array, reml: bool) -> Point:
    """The log-likelihood at (between, within) with exact slope, observed and expected information.

    The residuals' part is that of the profile likelihood (P = W - W X C X' W) for both methods; the traces have P for
    REML and W for ML.
    """
    between, within = theta.tolist()
    w = weighted(data, between, within)
    shrunk = w.n * w.shrink  # 1' W 1 of each cluster
    d2 = w.d * w.d
    n2 = np.add.reduceat(d2, data.starts)
    n3 = np.add.reduceat(d2 * w.d, data.starts)
    traces = np.array([shrunk.sum(), w.n.sum() - (w.c * n2).sum()])
    cross = float((n2 * w.shrink**2).sum())  # 1' W W 1
    pairs = np.array(
        [
            [(shrunk**2).sum(), cross],
            [cross, d2.sum() - 2 * (w.c * n3).sum() + ((w.c * n2) ** 2).sum()],  # tr(W W)
        ]
    )
    # W applied to the two directions V P y, for the curvature of the residuals' part.
    spread = np.repeat(w.rs, data.sizes)
    directions = np.stack([spread, w.r])
    td = np.add.reduceat(directions * w.d, data.starts, axis=1)
    wd = directions * w.d - w.d * np.repeat(td * w.c, data.sizes, axis=1)
    xwd = gram(directions, w.wq)
    bends = gram(directions, wd) - xwd @ w.vcov @ xwd.T
    forms = np.array([(w.rs**2).sum(), (w.r**2).sum()])
    if reml:
        ww = gram(w.wq, w.wq)
        f = np.stack([gram(w.u, w.u), ww])
        cf = w.vcov @ f
        traces = traces - np.trace(cf, axis1=1, axis2=2)
        # X' W V W V W X for the three pairs of directions
        w_wq = w.wq * w.d
        t3 = np.add.reduceat(w_wq, data.starts, axis=1)  # 1' D W X
        u2 = t3 * w.shrink  # 1' W W X of each cluster
        both = gram(w.u * shrunk, w.u), gram(w.u, u2), gram(w_wq, w.wq) - gram(t3 * w.c, t3)
        threes = np.array([[both[0], both[1]], [both[1].T, both[2]]])
        pairs = pairs - 2 * np.einsum("ij,abji->ab", w.vcov, threes) + np.einsum("aij,bji->ab", cf, cf)
    pairs = (pairs + pairs.T) / 2
    return Point(
        w.log_reml if reml else w.log_ml,
        -0.5 * (traces - forms),
        bends - 0.5 * pairs,
        0.5 * pairs,
    )
