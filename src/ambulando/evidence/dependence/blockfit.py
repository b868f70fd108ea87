"""Fits of effects with known sampling covariances by study: the usable rows with their blocks, and the highest peak.

What ``structures`` (several outcomes) and ``correlated`` (correlated and hierarchical effects) share.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.dependence import blocks
from ambulando.evidence.dependence.dependent import Codes, Moderators, Rows, rows_of
from ambulando.evidence.dependence.sampling import as_blocks, check_positive, rows_by_study, study_codes
from ambulando.evidence.dependence.sandwich import Batch
from ambulando.evidence.dependence.shapes import Shape
from ambulando.evidence.faults import NotConverged
from ambulando.evidence.newton import Found, best, climb
from ambulando.evidence.results import Array


@dataclass(frozen=True)
class Fit:
    """The answer of a likelihood, on the scale of the data: covariance ``g`` (q, q), parameters ``theta`` in units of
    ``unit``, coefficients ``beta`` (p,), ``vcov`` (p, p), log-likelihoods, Q of the residuals, row sums of the inverse
    covariance ``weights`` (k,), the typical sampling variance, and the studies with their covariance and its inverse."""

    g: Array
    unit: float
    beta: Array
    vcov: Array
    log_ml: float
    log_reml: float
    q: float
    weights: Array
    typical: float
    batches: tuple[Batch, ...]
    found: Found


def rows_with_blocks(
    yi: ArrayLike,
    V: object,
    studies: Sequence[object],
    moderators: Moderators | None,
    names: Sequence[str] | None = None,
) -> tuple[Rows, tuple[Array, ...]]:
    """The usable rows and their sampling covariances by study, checked."""
    codes, found = study_codes(studies)
    whole = as_blocks(V, codes, found)
    v = np.empty(codes.size)
    places = rows_by_study(codes)
    for index, block in zip(places, whole, strict=True):
        v[index] = np.diag(block)
    rows = rows_of(yi, v, studies, moderators=moderators, studies=names)
    kept = {}
    for name, index, block in zip(found, places, whole, strict=True):
        keep = rows.keep[index]
        if keep.any():
            kept[name] = block[np.ix_(keep, keep)]
    covariances = tuple(kept[name] for name in rows.clusters)
    check_positive(covariances, rows.clusters)
    return rows, covariances


def fit(rows: Rows, covariances: Sequence[Array], slots: Codes, shape: Shape, method: str) -> Fit:
    """The highest peak of the likelihood. Raises NotConverged."""
    (k, p), reml = rows.x.shape, method == "REML"
    unit = float(np.median(rows.v))
    data = blocks.data_of(rows.y / unit**0.5, rows.x, rows.codes, slots, [one / unit for one in covariances])
    residual = data.y - data.q @ (data.q.T @ data.y)
    spread = max(float(residual @ residual) / (k - p), 1e-6)
    found = best(
        climb(
            lambda theta: blocks.point(data, shape.structure, theta, reml),
            lambda theta: blocks.log_likelihood(data, shape.structure, theta, reml),
            start * spread**shape.powers, shape.lower, shape.upper, np.full(start.size, 1e-2),
        )
        for start in shape.starts
    )  # fmt: skip
    if not (found.converged and np.isfinite(found.value)):
        raise NotConverged(
            f"The {method} fit found no peak of the likelihood in {found.iterations} steps; take a simpler structure (CS or DIAG)."
        )
    g = shape.structure(found.theta)[0]
    at, none = blocks.level(data, g), blocks.level(data, np.zeros_like(g))
    back = np.linalg.inv(data.r)
    vcov = unit * back @ at.vcov @ back.T
    trace, weights = 0.0, np.empty(k)
    for group, w, w0, wq in zip(data.groups, at.w, none.w, none.wq, strict=True):
        weights[group.rows] = w.sum(axis=2)
        trace += float(np.einsum("mii->", w0) - np.einsum("mip,pq,miq->", wq, none.vcov, wq))
    log_unit = float(np.log(unit)) / 2
    return Fit(
        g=g * unit, unit=unit, beta=back @ at.gamma * unit**0.5, vcov=(vcov + vcov.T) / 2,
        log_ml=at.log_ml - k * log_unit, log_reml=at.log_reml - (k - p) * log_unit, q=none.rss, weights=weights,
        typical=unit * (k - p) / trace, batches=blocks.batches_of(data, g, unit), found=found,
    )  # fmt: skip
