"""Pooling of many subsets of the same studies at once: deletions, growing prefixes, all subsets.

Subsets of one size are gathered into a dense (subsets, size) table, so that every estimator of tau2 works on them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.evidence.results import Array
from ambulando.evidence.univariate.tau2_many import tau2_many

#: Cells of a table that are worked on at once, so that memory does not grow with the number of subsets.
BLOCK = 400_000
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pools:
    """Of each subset (b,): estimate, its z variance, tau2, Q, I2 in percent, H2; ``converged``."""

    estimate: Array
    variance: Array
    tau2: Array
    q: Array
    i2: Array
    h2: Array
    converged: NDArray[np.bool_]


def pools(y: Array, v: Array, method: str) -> Pools:
    """Pooled effects of ``b`` data sets ``y``, ``v`` of shape (b, m).

    I2 and H2 are from the typical variance of Higgins & Thompson 2002, or from Q for the common effect.
    """
    size = y.shape[1]
    tau2, converged = tau2_many(y, v, method)
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    estimate = np.einsum("ij,ij->i", w, y) / total
    fixed = 1 / v
    sums = fixed.sum(axis=1)
    mean = np.einsum("ij,ij->i", fixed, y) / sums
    q = np.einsum("ij,ij->i", fixed, (y - mean[:, None]) ** 2)
    if size == 1:
        i2, h2 = np.zeros(tau2.shape), np.ones(tau2.shape)
    elif method == "EE":
        h2 = q / (size - 1)
        i2 = np.where(q > 0, 100 * np.maximum(0.0, 1 - (size - 1) / np.where(q > 0, q, 1)), 0.0)
    else:
        typical = (size - 1) * sums / (sums**2 - np.einsum("ij,ij->i", fixed, fixed))
        i2, h2 = 100 * tau2 / (tau2 + typical), (tau2 + typical) / typical
    return Pools(estimate, 1 / total, tau2, q, i2, h2, converged)


def pools_of(
    y: Array, v: Array, rows: Indices, method: str, done: Callable[[int], None] | None = None
) -> Pools:
    """Pooled effects of the subsets ``rows`` (b, m) of the studies ``y``, ``v`` (k,), in blocks; ``done`` hears how many."""
    height = max(1, BLOCK // max(1, rows.shape[1]))
    parts = []
    for start in range(0, rows.shape[0], height):
        block = rows[start : start + height]
        parts.append(pools(y[block], v[block], method))
        if done is not None:
            done(block.shape[0])
    if len(parts) == 1:
        return parts[0]
    return Pools(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Pools.__dataclass_fields__
        }
    )


def without_each(k: int, start: int, stop: int) -> Indices:
    """The subsets that leave out study ``start``, ..., ``stop - 1`` of ``k``: (stop - start, k - 1)."""
    columns = np.arange(k - 1)[None]
    left_out = np.arange(start, stop)[:, None]
    return np.asarray(columns + (columns >= left_out), dtype=np.int64)
