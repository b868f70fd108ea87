"""The chance of a study to be published as a function of its p value, and the likelihood of the studies that were.

Forms: steps (Vevea & Hedges 1995, Psychometrika 60:419; McShane et al. 2016 for one step), beta (Citkowicz & Vevea 2017,
Psychological Methods 22:28), half-normal, negative-exponential, logistic and power (Preston, Ashby & Smyth 2004, Journal of
Evidence-Based Medicine). The likelihood of a study is w(p) f(y) / A with A = the integral of w(p(y)) f(y).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri

from ambulando.evidence.newton import Point
from ambulando.evidence.results import Array

FORMS = ("step", "beta", "halfnorm", "negexp", "logistic", "power")
#: Beta and power weights are without bound, or zero, at p = 0 and 1, so p is kept this far away from both.
NEAREST = {"beta": 1e-5, "power": 1e-5}
#: Beyond this many standard errors the other forms have come to their ends.
FARTHEST = 9.0
NODES = 200


@dataclass(frozen=True)
class Weighting:
    """A form with its data: effects ``y`` (k,) turned so that publication favours large ones, variances ``v`` (k,)."""

    form: str
    y: Array
    v: Array
    two_sided: bool
    steps: tuple[float, ...]

    @property
    def size(self) -> int:
        """How many parameters it has."""
        return len(self.steps) if self.form == "step" else 2 if self.form == "beta" else 1

    def p_values(self) -> Array:
        return p_of(self.y / np.sqrt(self.v), self.two_sided)

    def interval(self) -> NDArray[np.int64]:
        """Of each study (k,) the interval of ``steps`` its p value lies in."""
        return np.searchsorted(np.array(self.steps), self.p_values()).astype(np.int64)


def p_of(z: Array, two_sided: bool) -> Array:
    return np.asarray(2 * ndtr(-np.abs(z)) if two_sided else ndtr(-z))


@cache
def _gauss(nodes: int) -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(nodes)
    return np.asarray(x), np.asarray(w)


def log_weights(form: str, p: Array, one_less: Array, delta: Array) -> tuple[Array, Array, Array]:
    """log w (n,), its slope (n, q) and curvature (n, q, q) in ``delta`` (q,), at ``p`` (n,) with ``one_less`` = 1 - p."""
    n = p.size
    if form == "beta":
        slopes = np.stack([np.log(p), np.log(one_less)], axis=1)
        return slopes @ (delta - 1), slopes, np.zeros((n, 2, 2))
    if form == "logistic":
        # log of 2 exp(-d p) / (1 + exp(-d p)), written so that it does not overflow.
        chance = expit(-delta[0] * p)
        slope, curvature = -p * (1 - chance), -(p**2) * chance * (1 - chance)
        value = np.log(2.0) - delta[0] * p - np.logaddexp(0.0, -delta[0] * p)
        return value, slope[:, None], curvature[:, None, None]
    slope = np.log(one_less) if form == "power" else -p if form == "negexp" else -(p**2)
    return slope * delta[0], slope[:, None], np.zeros((n, 1, 1))


def point(model: Weighting, theta: Array) -> Point:
    """Log-likelihood with slope and information at ``theta`` = (mu, tau2, delta ...)."""
    mu, tau2, delta = float(theta[0]), float(theta[1]), theta[2:]
    y, v = model.y, model.v
    variance = v + tau2
    residual = y - mu
    q = theta.size
    value = float(-0.5 * (np.log(2 * np.pi * variance) + residual**2 / variance).sum())
    gradient, hessian = np.zeros(q), np.zeros((q, q))
    gradient[0] = (residual / variance).sum()
    gradient[1] = 0.5 * (residual**2 / variance**2 - 1 / variance).sum()
    hessian[0, 0] = -(1 / variance).sum()
    hessian[0, 1] = hessian[1, 0] = -(residual / variance**2).sum()
    hessian[1, 1] = (0.5 / variance**2 - residual**2 / variance**3).sum()
    if model.form == "step":
        of_each = model.interval()
        weights = np.concatenate([[1.0], delta])
        counts = np.bincount(of_each, minlength=weights.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(counts > 0, np.log(weights), 0.0)
            parts = np.where(counts > 0, counts / weights, 0.0)[1:]
            curves = np.where(counts > 0, counts / weights**2, 0.0)[1:]
        value += float(counts @ logs)
        gradient[2:] += parts
        hessian[2:, 2:] -= np.diag(curves)
        total, slope, curve = _steps(model, mu, tau2, weights)
    else:
        z = y / np.sqrt(v)
        p, one_less = _kept(model, p_of(z, model.two_sided), z)
        logs, slopes, curvatures = log_weights(model.form, p, one_less, delta)
        value += float(logs.sum())
        gradient[2:] += slopes.sum(axis=0)
        hessian[2:, 2:] += curvatures.sum(axis=0)
        total, slope, curve = _smooth(model, mu, tau2, delta)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = slope / total[:, None]
        value -= float(np.log(total).sum())
        gradient -= relative.sum(axis=0)
        hessian -= (curve / total[:, None, None]).sum(axis=0) - relative.T @ relative
    if not (np.isfinite(value) and np.isfinite(hessian).all()):
        return Point(-np.inf, np.zeros(q), np.eye(q), np.eye(q))
    # Where the curvature points upwards, the search follows its absolute eigenvalues.
    values, vectors = np.linalg.eigh(-hessian)
    away = np.maximum(np.abs(values), 1e-8 * np.abs(values).max() + 1e-300)
    return Point(value, gradient, -hessian, (vectors * away) @ vectors.T)


def _kept(model: Weighting, p: Array, z: Array) -> tuple[Array, Array]:
    """p and 1 - p, both kept from zero."""
    one_less = 1 - p if model.two_sided else np.asarray(ndtr(z))
    nearest = NEAREST.get(model.form, 0.0)
    return np.clip(p, nearest, 1 - nearest), np.clip(one_less, nearest, 1 - nearest)


def _beyond(limit: Array, mu: float, variance: Array) -> tuple[Array, Array, Array]:
    """P(Y > limit) with slope (k, 2) and curvature (k, 2, 2) in mu and tau2, of Y normal around mu."""
    s = np.sqrt(variance)
    r = (limit - mu) / s
    finite = np.isfinite(r)
    r0 = np.where(finite, r, 0.0)
    density = np.where(finite, np.exp(-0.5 * r0**2) / np.sqrt(2 * np.pi), 0.0)
    slope = np.stack([density / s, density * r0 / (2 * variance)], axis=-1)
    curve = np.empty((*r.shape, 2, 2))
    curve[..., 0, 0] = r0 * density / variance
    curve[..., 0, 1] = curve[..., 1, 0] = density * (r0**2 - 1) / (2 * variance * s)
    curve[..., 1, 1] = density * r0 * (r0**2 - 3) / (4 * variance**2)
    return np.asarray(ndtr(-r)), slope, curve


def _steps(model: Weighting, mu: float, tau2: float, weights: Array) -> tuple[Array, Array, Array]:
    k, q = model.y.size, weights.size + 1
    total, slope, curve = np.zeros(k), np.zeros((k, q)), np.zeros((k, q, q))
    edges = np.array([0.0, *model.steps, 1.0])
    # Limits of z, from large to small, and the interval between one and the next.
    limits = -ndtri(edges / 2 if model.two_sided else edges)
    places = list(range(weights.size))
    if model.two_sided:
        limits = np.concatenate([limits[:-1], -limits[:-1][::-1]])
        places = places + places[-2::-1]
    variance = model.v + tau2
    above = _beyond(np.full(k, limits[0]), mu, variance)
    for place, limit in zip(places, limits[1:], strict=True):
        below = _beyond(limit * np.sqrt(model.v), mu, variance)
        chance, first, second = (b - a for a, b in zip(above, below, strict=True))
        weight = weights[place]
        total += weight * chance
        slope[:, :2] += weight * first
        curve[:, :2, :2] += weight * second
        if place:
            slope[:, place + 1] += chance
            curve[:, place + 1, :2] += first
            curve[:, :2, place + 1] += first
        above = below
    return total, slope, curve


def _smooth(model: Weighting, mu: float, tau2: float, delta: Array) -> tuple[Array, Array, Array]:
    nearest = NEAREST.get(model.form, 0.0)
    far = float(-ndtri(nearest / 2 if model.two_sided else nearest)) if nearest else FARTHEST
    x, gauss = _gauss(NODES)
    if model.two_sided:  # in two halves, for the corner at zero
        half = (x + 1) * far / 2
        z, scale = np.concatenate([-half[::-1], half]), np.concatenate([gauss[::-1], gauss]) * far / 2
    else:
        z, scale = x * far, gauss * far
    variance = model.v + tau2
    s, root = np.sqrt(variance), np.sqrt(model.v)
    r = (root[:, None] * z - mu) / s[:, None]
    density = np.exp(-0.5 * r**2) / np.sqrt(2 * np.pi) * (root / s)[:, None] * scale
    p, one_less = _kept(model, p_of(z, model.two_sided), z)
    logs, slopes, curvatures = log_weights(model.form, p, one_less, delta)
    f = density * np.exp(logs)
    k, n = f.shape
    score = np.empty((k, n, 2))
    score[..., 0] = r / s[:, None]
    score[..., 1] = (r**2 - 1) / (2 * variance[:, None])
    q = 2 + delta.size
    total, slope, curve = f.sum(axis=1), np.empty((k, q)), np.empty((k, q, q))
    slope[:, :2] = np.einsum("kn,kna->ka", f, score)
    slope[:, 2:] = f @ slopes
    second = np.einsum("kn,kna,knb->kab", f, score, score)
    second[:, 0, 0] -= total / variance
    cross = (f * r).sum(axis=1) / s**3
    second[:, 0, 1] -= cross
    second[:, 1, 0] -= cross
    second[:, 1, 1] += (f * (0.5 - r**2)).sum(axis=1) / variance**2
    curve[:, :2, :2] = second
    mixed = np.einsum("kn,kna,nb->kab", f, score, slopes)
    curve[:, :2, 2:], curve[:, 2:, :2] = mixed, np.swapaxes(mixed, 1, 2)
    curve[:, 2:, 2:] = np.einsum("kn,nab->kab", f, curvatures + slopes[:, :, None] * slopes[:, None, :])
    # Both ends, where the weight is the same from there on.
    ends = (far, -far)
    tails: list[tuple[Array, Array, Array]] = [_beyond(far * root, mu, variance)]
    chance, first, double = _beyond(-far * root, mu, variance)
    tails.append((1 - chance, -first, -double))
    for end, (chance, first, double) in zip(ends, tails, strict=True):
        at = np.array([end])
        p, one_less = _kept(model, p_of(at, model.two_sided), at)
        logs, slopes, curvatures = log_weights(model.form, p, one_less, delta)
        weight = float(np.exp(logs[0]))
        total = total + weight * chance
        slope[:, :2] += weight * first
        slope[:, 2:] += weight * chance[:, None] * slopes[0]
        curve[:, :2, :2] += weight * double
        mixed = weight * first[:, :, None] * slopes[0]
        curve[:, :2, 2:] += mixed
        curve[:, 2:, :2] += np.swapaxes(mixed, 1, 2)
        curve[:, 2:, 2:] += weight * chance[:, None, None] * (curvatures[0] + np.outer(slopes[0], slopes[0]))
    return total, slope, curve


def in_logs(at: Callable[[Array], Point], first: int) -> Callable[[Array], Point]:
    """The same likelihood with the parameters from place ``first`` on as logarithms."""

    def turned(theta: Array) -> Point:
        plain = theta.copy()
        plain[first:] = np.exp(np.clip(theta[first:], -700, 700))
        found = at(plain)
        scale = np.ones_like(plain)
        scale[first:] = plain[first:]
        own = np.zeros_like(plain)
        own[first:] = plain[first:] * found.gradient[first:]
        observed = found.observed * np.outer(scale, scale) - np.diag(own)
        values, vectors = np.linalg.eigh(observed)
        away = np.maximum(np.abs(values), 1e-8 * np.abs(values).max() + 1e-300)
        return Point(found.value, found.gradient * scale, observed, (vectors * away) @ vectors.T)

    return turned
