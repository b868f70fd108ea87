"""Pooling of coefficient vectors: fixed effect and REML for a few correlated coefficients per study.

Small on purpose: p is 1 to 4 coefficients, k some dozens of studies. Formulas: Gasparrini, Armstrong & Kenward 2012,
Stat Med 31:3821.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Of the gradient, after scaling every coefficient to its typical standard error.
TOLERANCE = 1e-9
MAX_STEPS = 500


@dataclass(frozen=True)
class Multivariate:
    """Pooled coefficients (p,), their covariance (p, p), the covariance between studies psi (p, p), and Cochran's Q."""

    coefficients: Array
    vcov: Array
    psi: Array
    q: float
    q_df: int
    converged: bool
    iterations: int


def _gls(b: Array, v: Array, psi: Array) -> tuple[Array, Array, Array]:
    """Weights (k, p, p), pooled coefficients and their covariance for a given psi."""
    w = np.linalg.inv(v + psi)
    vcov = np.linalg.inv(w.sum(axis=0))
    return np.asarray(w), np.asarray(vcov @ np.einsum("kij,kj->i", w, b)), np.asarray(vcov)


def _objective(b: Array, v: Array, psi: Array) -> float:
    """Minus twice the restricted log-likelihood, up to a constant."""
    w, beta, vcov = _gls(b, v, psi)
    residual = b - beta
    return float(
        -np.linalg.slogdet(w)[1].sum()
        - np.linalg.slogdet(vcov)[1]
        + np.einsum("ki,kij,kj->", residual, w, residual)
    )


def _gradient(b: Array, v: Array, psi: Array) -> Array:
    """The symmetric derivative of the objective in psi, (p, p)."""
    w, beta, vcov = _gls(b, v, psi)
    weighted = np.einsum("kij,kj->ki", w, b - beta)
    return np.asarray(
        w.sum(axis=0) - np.einsum("kij,jl,klm->im", w, vcov, w) - np.einsum("ki,kj->ij", weighted, weighted)
    )


def pool_vectors(b: Array, v: Array, method: str) -> Multivariate:
    """Pool ``b`` (k, p) with covariances ``v`` (k, p, p); ``method`` "fixed" or "reml".

    REML is searched over Cholesky factors of psi (so psi stays a covariance, also on the boundary), from three starts, by
    BFGS with the exact gradient. Scales by typical standard errors first, so that dose and dose squared weigh the same.
    """
    k, p = b.shape
    _, fixed, fixed_vcov = _gls(b, v, np.zeros((p, p)))
    residual = b - fixed
    q = float(np.einsum("ki,kij,kj->", residual, np.linalg.inv(v), residual))
    if method == "fixed" or k == 1:
        return Multivariate(fixed, fixed_vcov, np.zeros((p, p)), q, (k - 1) * p, True, 0)
    from scipy.optimize import minimize

    scale = np.sqrt(np.exp(np.mean(np.log(np.einsum("kii->ki", v)), axis=0)))
    sb, sv = b / scale, v / np.outer(scale, scale)
    lower = np.tril_indices(p)

    def unpack(theta: Array) -> Array:
        factor = np.zeros((p, p))
        factor[lower] = theta
        return factor

    def value(theta: Array) -> float:
        factor = unpack(theta)
        return _objective(sb, sv, factor @ factor.T)

    def slope(theta: Array) -> Array:
        factor = unpack(theta)
        return np.asarray((2 * _gradient(sb, sv, factor @ factor.T) @ factor)[lower])

    spread = np.cov(sb, rowvar=False).reshape(p, p)
    # Studies that agree to the last digit have no spread at all, which is no start for a search.
    starts = [
        np.linalg.cholesky(spread + 1e-6 * max(np.trace(spread), 1e-3) * np.eye(p)),
        np.eye(p),
        0.1 * np.eye(p),
    ]
    options = {"gtol": TOLERANCE, "maxiter": MAX_STEPS}
    found = [minimize(value, start[lower], jac=slope, method="BFGS", options=options) for start in starts]
    best = min(found, key=lambda one: float(one.fun))
    factor = unpack(best.x)
    psi = factor @ factor.T * np.outer(scale, scale)
    _, beta, vcov = _gls(b, v, psi)
    # BFGS reports "precision loss" at the last digits; what counts is that the slope there is flat.
    settled = bool(np.abs(slope(best.x)).max() < 1e-5)
    return Multivariate(beta, vcov, psi, q, (k - 1) * p, settled, int(best.nit))
