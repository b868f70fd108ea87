"""The sums over studies that every estimator of tau2 is made of, in O(k p^2): no k x k matrix is ever formed.

With weights W = diag(1 / (v + t)) and P = W - W X (X'WX)^-1 X'W, the sums at t are

=== ========= ==========================================================
q   y'Py      the generalised Q
a   y'PPy     minus its slope in t
c   y'PPPy    half its curvature
b   tr P      twice the slope of the log-determinants of REML
d   tr PP     minus the slope of b
s1  sum w     what stands in the place of b for ML
s2  sum w^2   minus its slope
=== ========= ==========================================================

In the eigenbasis of the contrasts these are sums of c_i^2 / (l_i + t)^n and 1 / (l_i + t)^n with every l_i between the
smallest and the largest sampling variance, which is what the proofs in ``likelihood`` and ``tau2`` stand on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ambulando.evidence.results import Array

One = tuple[float, float, float, float, float, float, float]
Many = tuple[Array, Array, Array, Array, Array, Array, Array]


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one data set: ``at`` one t, ``along`` an array of t; with ``df`` = k - p and the range of variances."""

    at: Callable[[float], One]
    along: Callable[[Array], Many]
    k: int
    df: int
    low: float
    high: float


def sums_of(y: Array, v: Array, X: Array | None = None) -> Sums:
    """The sums of effects ``y`` (k,) with variances ``v`` (k,); ``X`` (k, p) has orthonormal columns, None is a mean alone."""
    variances = v.tolist() if v.size < 100 else None
    low, high = (min(variances), max(variances)) if variances else (float(v.min()), float(v.max()))
    if X is not None:

        def one(t: float) -> One:
            q, a, c, b, d, s1, s2 = sums_many(y[None], v[None], np.array([t]), X)
            return float(q[0]), float(a[0]), float(c[0]), float(b[0]), float(d[0]), float(s1[0]), float(s2[0])

        return Sums(one, lambda t: sums_many(y, v, t, X), y.size, y.size - X.shape[1], low, high)
    return Sums(_alone(y, v), lambda t: sums_many(y, v, t), y.size, y.size - 1, low, high)


def dot(one: Array, other: Array) -> float:
    """The sum of products. Long ones are not left to BLAS, which would start threads for a few microseconds of work."""
    return float(one.dot(other) if one.size < 8000 else np.einsum("i,i->", one, other))


def _alone(y: Array, v: Array) -> Callable[[float], One]:
    """For one data set and a mean alone, with as few calls as can be: nine sums are one product of 3 x k with k x 3.

    Effects are taken from the mean at t = 0, which keeps the cancellation in the sums of squares harmless: where one
    study has nearly all the weight, the mean lies on it.
    """
    k = y.size
    powers, rows = np.empty((3, k)), np.empty((3, k))
    w, w2, w3 = powers
    rows[0] = 1.0
    np.divide(1.0, v, out=w)
    np.subtract(y, dot(w, y) / dot(w, rows[0]), out=rows[1])
    np.multiply(rows[1], rows[1], out=rows[2])
    columns = rows.T

    def at(t: float) -> One:
        np.add(v, t, out=w)
        np.divide(1.0, w, out=w)
        np.multiply(w, w, out=w2)
        np.multiply(w2, w, out=w3)
        (s1, y1, z1), (s2, y2, z2), (s3, y3, z3) = powers.dot(columns).tolist()
        mean, share = y1 / s1, s2 / s1
        slope = y2 - mean * s2
        return (
            z1 - mean * y1,
            z2 - mean * (2 * y2 - mean * s2),
            z3 - mean * (2 * y3 - mean * s3) - slope * slope / s1,
            s1 - share,
            s2 - 2 * s3 / s1 + share * share,
            s1,
            s2,
        )

    return at


def sums_many(y: Array, v: Array, t: Array, X: Array | None = None) -> Many:
    """The sums of many data sets, (b,) each: ``y``, ``v`` (b, k) or (k,), ``t`` (b,), ``X`` (b, k, p) or (k, p).

    An infinite variance leaves a study out of its data set.
    """
    w = 1 / (v + t[..., None])
    s1, s2 = _dot(w, np.ones_like(w)), _dot(w, w)
    if X is None:
        residual = y - (_dot(w, y) / s1)[..., None]
        z = w * residual
        wz = w * z
        slope = _dot(w, z)
        share = s2 / s1
        return (
            _dot(z, residual),
            _dot(z, z),
            _dot(z, wz) - slope * slope / s1,
            s1 - share,
            s2 - 2 * _dot(w * w, w) / s1 + share * share,
            s1,
            s2,
        )
    WX = X * w[..., None]
    XW = np.swapaxes(WX, -1, -2)
    M = np.linalg.inv(XW @ X)
    beta = M @ (XW @ y[..., None])
    residual = y - (X @ beta)[..., 0]
    z = w * residual
    slope = XW @ z[..., None]
    MG = M @ (XW @ WX)
    MH = M @ (XW @ (WX * w[..., None]))
    return (
        _dot(z, residual),
        _dot(z, z),
        _dot(z, w * z) - (np.swapaxes(slope, -1, -2) @ M @ slope)[..., 0, 0],
        s1 - np.trace(MG, axis1=-2, axis2=-1),
        s2 - 2 * np.trace(MH, axis1=-2, axis2=-1) + np.trace(MG @ MG, axis1=-2, axis2=-1),
        s1,
        s2,
    )


def _dot(one: Array, other: Array) -> Array:
    return np.asarray(np.vecdot(one, other))
