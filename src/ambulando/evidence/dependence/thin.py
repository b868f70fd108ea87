"""Contributions of large clusters to a cluster-robust covariance, in time and memory that grow with their rows.

In a three-level model a cluster's covariance is Phi = diag(delta) + between 11', the weights are its inverse, and the CR2
adjustment (Pustejovsky & Tipton 2018) of a cluster is the geometric mean of Phi and L^-1, L = Phi - X C X'. Applied to
W X C that is (Phi L)^(-1/2) X C, and Phi L is a diagonal plus a part of rank p + 2: its inverse square root is a sum of
shifted inverses (Hale, Higham & Trefethen 2008, SIAM J Numer Anal 46:2505), each one known from sums over the cluster.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ellipj, ellipkm1

from ambulando.evidence.results import Array

Codes = NDArray[np.int64]

#: Of the quadrature, relative; it decides how many shifted inverses are summed.
PRECISION = 1e-13
#: A cluster whose leverage comes closer to one than this has no CR2 adjustment of full rank.
LEVERAGE = 1e-6


@dataclass(frozen=True)
class Thin:
    """Large clusters: ``rows`` (k,) into the effects, sorted by cluster; ``starts``, ``sizes`` (m,); ``delta`` (k,) the
    diagonal of the covariance without its constant part ``between``."""

    rows: Codes
    starts: Codes
    sizes: Codes
    delta: Array
    between: float

    def sums(self, columns: Array) -> Array:
        """Sums over clusters of ``columns`` (k, ...)."""
        return np.asarray(np.add.reduceat(columns, self.starts, axis=0))

    def spread(self, per_cluster: NDArray[Any]) -> NDArray[Any]:
        """One value for each row, from one for each cluster."""
        return np.repeat(per_cluster, self.sizes, axis=0)

    def only(self, which: NDArray[np.bool_]) -> "Thin | None":
        """The clusters ``which`` (m,); None where there is none of them."""
        if not which.any():
            return None
        keep, sizes = self.spread(which), self.sizes[which]
        return Thin(
            self.rows[keep],
            np.concatenate(([0], np.cumsum(sizes)[:-1])),
            sizes,
            self.delta[keep],
            self.between,
        )

    def blocks(self) -> list[tuple[Codes, Array, Array]]:
        """Rows, covariance and inverse of each cluster, in full."""
        found = []
        for start, size in zip(self.starts.tolist(), self.sizes.tolist(), strict=True):
            d = 1 / self.delta[start : start + size]
            c = self.between / (1 + self.between * d.sum())
            inverse = np.diag(d) - c * np.outer(d, d)
            found.append((self.rows[start : start + size], np.diag(1 / d) + self.between, inverse))
        return found

    def inverse_times(self, columns: Array) -> Array:
        """W times ``columns`` (k, c)."""
        d = (1 / self.delta)[:, None]
        c = self.between / (1 + self.between * self.sums(d))
        return np.asarray(d * (columns - self.spread(c * self.sums(d * columns))))


def leverage(thin: Thin, x: Array, wx: Array, bread: Array) -> Array:
    """The largest eigenvalue (m,) of each cluster's part of the information; one where it alone determines something."""
    root = np.linalg.cholesky(bread)
    inside = _products(thin, x, wx)
    return np.asarray(np.linalg.eigvalsh(root.T @ ((inside + inside.swapaxes(1, 2)) / 2) @ root)[:, -1])


def contributions(thin: Thin, x: Array, bread: Array, kind: str) -> Array:
    """The rows' weights (k, p) in the coefficients' errors: A' W X C, with the adjustment A of ``kind``; ``x`` (k, p) are
    the rows of these clusters and ``bread`` (p, p) is C."""
    wx = thin.inverse_times(x)
    if kind == "CR2":
        return _inverse_root(thin, x, wx, bread)
    t = wx @ bread
    if kind == "CR3":
        hat = _products(thin, x, wx) @ bread
        t = np.einsum("kp,kpq->kq", t, thin.spread(np.linalg.pinv(np.eye(x.shape[1]) - hat)))
    return np.asarray(t)


def _products(thin: Thin, left: Array, right: Array) -> Array:
    """left' right of each cluster, (m, a, b)."""
    return thin.sums(left[:, :, None] * right[:, None, :])


def _inverse_root(thin: Thin, x: Array, wx: Array, bread: Array) -> Array:
    """(Phi L)^(-1/2) X C of each cluster."""
    s, delta, p = thin.between, thin.delta, x.shape[1]
    xc = x @ bread
    phi_x = delta[:, None] * x + s * thin.spread(thin.sums(x))
    one = np.ones((x.shape[0], 1))
    u = np.concatenate([delta[:, None], one, phi_x], axis=1)
    v = np.concatenate([s * one, s * delta[:, None] + s**2 * thin.spread(thin.sizes[:, None]), -xc], axis=1)
    smallest = np.minimum.reduceat(delta, thin.starts)
    largest = np.maximum.reduceat(delta, thin.starts) + s * thin.sizes
    low = smallest**2 * (1 - leverage(thin, x, wx, bread))
    high = largest**2
    ratio = low / high
    number = int(np.ceil(-np.log(PRECISION) * (float(-np.log(ratio).min()) + 3) / (2 * np.pi**2))) + 2
    quarter = ellipkm1(ratio)
    total = np.zeros_like(xc)
    pairs = v[:, :, None] * np.concatenate([u, xc], axis=1)[:, None, :]
    for node in range(number):
        sn, cn, dn, _ = ellipj((node + 0.5) * quarter / number, 1 - ratio)
        shift, weight = low * (sn / cn) ** 2, dn / cn**2
        g = 1 / (delta**2 + thin.spread(shift))
        inside = thin.sums(pairs * g[:, None, None])
        r = np.linalg.solve(np.eye(p + 2) + inside[:, :, : p + 2], inside[:, :, p + 2 :])
        solved = g[:, None] * (xc - np.einsum("ku,kup->kp", u, thin.spread(r)))
        total += thin.spread(weight)[:, None] * solved
    return np.asarray(total * thin.spread(2 * quarter * np.sqrt(low) / (np.pi * number))[:, None])
