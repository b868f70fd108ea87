"""The covariance between studies without a likelihood: the method of moments and the variance components of residuals.

Sources: Jackson, White & Riley 2013, Biom J 55:231 (moments, the multivariate DerSimonian & Laird); Ritz, Demidenko &
Spiegelman 2008, J Stat Plan Inference 138:1919 (variance components).
"""

import numpy as np
from numpy.typing import NDArray

from ambulando.evidence.faults import NotConverged, TooFewStudies
from ambulando.evidence.results import Array

MAX_STEPS = 2000
Seen = NDArray[np.bool_]


def covariance_by_moments(y: Array, s: Array, seen: Seen, a: Array) -> Array:
    """Psi (p, p) from ``y`` (k, p), ``s`` (k, p, p), ``seen`` (k, p) true where there is an outcome, ``a`` (k, p, q).

    What is not seen may hold anything. The weighted squares of the residuals without spread have an expectation that is
    linear in Psi; Psi is where they meet it, made symmetric, and its eigenvalues below zero put to zero.
    """
    k, p = y.shape
    w = _precisions(s, seen)
    x = a * seen[:, :, None]
    vcov = np.linalg.inv(np.einsum("kpq,kpr->qr", x, w @ x))
    e = np.where(seen, y, 0.0)
    e = (e - x @ (vcov @ np.einsum("kpq,kp->q", w @ x, e))) * seen
    observed = np.einsum("kij,kj,kl->il", w, e, e)
    hat = x @ vcov @ np.swapaxes(x, 1, 2)
    wh = w @ hat
    constant = np.diag(seen.sum(axis=0).astype(float)) - wh.sum(axis=0)

    mask = seen[:, :, None] & seen[:, None, :]
    wx = w @ x

    def expected(psi: Array) -> Array:
        everyone = vcov @ np.einsum("kpq,pr,krs->qs", wx, psi, wx) @ vcov
        own = np.where(mask, psi, 0.0)
        spread = own - own @ wh - np.swapaxes(wh, 1, 2) @ own + x @ everyone @ np.swapaxes(x, 1, 2)
        return np.asarray((w @ spread).sum(axis=0))

    units = np.eye(p * p).reshape(p * p, p, p)
    system = np.column_stack([expected(unit).ravel() for unit in units])
    if k < 2 or np.linalg.matrix_rank(system) < p * p:
        raise TooFewStudies(f"{k} studies do not show how they differ; take the method fixed.")
    psi = np.linalg.solve(system, (observed - constant).ravel()).reshape(p, p)
    return _positive((psi + psi.T) / 2)


def covariance_by_components(y: Array, s: Array, seen: Seen, a: Array) -> Array:
    """Psi (p, p): the mean over studies of squared residuals, each freed of its leverage, less their covariance; repeated
    with the weights that it gives until it stays. Shapes as in ``covariance_by_moments``.
    """
    k, p = y.shape
    x = a * seen[:, :, None]
    filled = np.where(seen, y, 0.0)
    mask = seen[:, :, None] * seen[:, None, :]
    counts = mask.sum(axis=0)
    if k < 2 or not np.all(counts > 0):
        raise TooFewStudies(
            "Two outcomes are never seen in the same study, or there is one study; take another method."
        )
    psi = np.zeros((p, p))
    scale = np.where(seen[:, :, None] & seen[:, None, :], s, 0.0).sum(axis=0) / counts
    for _ in range(MAX_STEPS):
        w = _precisions(s + psi, seen)
        vcov = np.linalg.inv(np.einsum("kpq,kpr->qr", x, w @ x))
        e = (filled - x @ (vcov @ np.einsum("kpq,kp->q", w @ x, filled))) * seen
        total = np.zeros((p, p))
        for one in range(k):
            here = np.flatnonzero(seen[one])
            corner = np.ix_(here, here)
            values, vectors = np.linalg.eigh(w[one][corner])
            root, inverse = (vectors * values**power @ vectors.T for power in (0.5, -0.5))
            hat = root @ x[one][here] @ vcov @ x[one][here].T @ root
            left, turn = np.linalg.eigh(np.eye(here.size) - hat)
            if left[0] < 1e-10:
                raise TooFewStudies(
                    "One study alone decides a coefficient, so no spread is seen; take another method."
                )
            freed = inverse @ (turn * left**-0.5 @ turn.T) @ root @ e[one][here]
            total[corner] += np.outer(freed, freed) - s[one][corner]
        after = _positive(total / counts)
        if np.abs(after - psi).max() <= 1e-13 * max(np.abs(scale).max(), np.abs(after).max()):
            return after
        psi = after
    raise NotConverged(
        "The variance components did not settle, so no answer is given; take the method reml or mm."
    )


def _precisions(s: Array, seen: Seen) -> Array:
    """Inverses (k, p, p) over what was seen, zero elsewhere."""
    both = seen[:, :, None] & seen[:, None, :]
    eye = np.eye(seen.shape[1])
    return np.where(both, np.linalg.inv(np.where(both, s, eye)), 0.0)


def _positive(psi: Array) -> Array:
    values, vectors = np.linalg.eigh(psi)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
