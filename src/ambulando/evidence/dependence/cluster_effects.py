"""What a three-level fit says of its studies and of its variances: random effects, each study left out, profile intervals.

Random effects are best linear unbiased predictions (Robinson 1991, Stat Sci 6:15); Cook's distance of a study: Cook &
Weisberg 1982, with the variances fitted anew; profile likelihood: Hardy & Thompson 1996, Stat Med 15:619.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtri

from ambulando.evidence.dependence import blocks, rankone
from ambulando.evidence.dependence.blockfit import fit as fit_blocks
from ambulando.evidence.dependence.dependent import Rows, critical
from ambulando.evidence.dependence.multilevel import ThreeLevel, solve
from ambulando.evidence.dependence.shapes import levels_shape
from ambulando.evidence.faults import CollinearModerators, NotConverged, TooFewStudies
from ambulando.evidence.newton import Found, Point, climb
from ambulando.evidence.results import Array, Interval, sensible_level

#: Of the ends of profile intervals, relative to the end.
TOLERANCE = 1e-10


@dataclass(frozen=True)
class RandomEffect:
    """How far a study lies from what the model expects; ``pi`` is where its true deviation lies."""

    name: str
    estimate: float
    se: float
    pi: Interval


@dataclass(frozen=True)
class LeftOut:
    """The fit without one study: ``coefficients`` and ``se`` (p,), ``sigma2``, and how far the coefficients move (``cook``).
    All NaN where the model cannot be fitted without it."""

    name: str
    coefficients: tuple[float, ...]
    se: tuple[float, ...]
    sigma2: Interval
    cook: float


@dataclass(frozen=True)
class ProfileInterval:
    """An interval of a variance; ``sd`` is its square root. ``boundary`` where it starts at zero."""

    component: str
    estimate: float
    ci: Interval
    sd: float
    sd_ci: Interval
    boundary: bool


def random_effects(fit: ThreeLevel, *, level: float | None = None) -> tuple[RandomEffect, ...]:
    """The random effect of each study, in the order in which studies first come."""
    working, codes, between = fit.model.working, fit.model.rows.codes, fit.sigma2[0]
    level = fit.level if level is None else level
    sensible_level(level)
    estimates, variances = np.zeros(fit.clusters), np.zeros(fit.clusters)
    for one in working.batches:
        sums = one.w.sum(axis=2)  # 1' W, (m, n)
        seen = np.einsum("mn,mnp->mp", sums, working.x[one.rows])
        known = sums.sum(axis=1) - np.einsum("mp,pq,mq->m", seen, working.bread, seen)
        which = codes[one.rows[:, 0]]
        estimates[which] = between * np.einsum("mn,mn->m", sums, working.residuals[one.rows])
        variances[which] = np.maximum(between - between**2 * known, 0.0)
    thin = working.thin
    if thin:
        sums = thin.inverse_times(np.ones((thin.rows.size, 1)))
        weighed = thin.sums(sums * np.column_stack([np.ones(thin.rows.size), working.residuals[thin.rows]]))
        seen = thin.sums(sums * working.x[thin.rows])
        known = weighed[:, 0] - np.einsum("mp,pq,mq->m", seen, working.bread, seen)
        which = codes[thin.rows[thin.starts]]
        estimates[which] = between * weighed[:, 1]
        variances[which] = np.maximum(between - between**2 * known, 0.0)
    half = critical(level, min(one.df for one in fit.coefficients))
    return tuple(
        RandomEffect(name, u, s, (u - half * s, u + half * s))
        for name, u, s in zip(
            fit.model.rows.clusters, estimates.tolist(), np.sqrt(variances).tolist(), strict=True
        )
    )


def leave_one_cluster_out(fit: ThreeLevel) -> tuple[LeftOut, ...]:
    """The fit without each study in turn, its variances estimated anew from where they were. Takes O(m k) time."""
    rows, vcov = fit.model.rows, fit.model.working.bread
    beta = fit.model.working.beta
    precision = np.linalg.inv(vcov)
    found = []
    for code, name in enumerate(rows.clusters):
        try:
            coefficients, se, sigma2 = _without(fit, rows, code)
        except (TooFewStudies, CollinearModerators, NotConverged, np.linalg.LinAlgError):
            lost = (float("nan"),) * beta.size
            found.append(LeftOut(name, lost, lost, (float("nan"), float("nan")), float("nan")))
            continue
        moved = beta - coefficients
        found.append(
            LeftOut(
                name,
                tuple(coefficients.tolist()),
                tuple(se.tolist()),
                sigma2,
                float(moved @ precision @ moved),
            )
        )
    return tuple(found)


def _without(fit: ThreeLevel, rows: Rows, code: int) -> tuple[Array, Array, Interval]:
    keep = rows.codes != code
    left = replace(
        rows, y=rows.y[keep], v=rows.v[keep], x=rows.x[keep],
        codes=np.where(rows.codes[keep] > code, rows.codes[keep] - 1, rows.codes[keep]),
        clusters=rows.clusters[:code] + rows.clusters[code + 1 :],
    )  # fmt: skip
    if len(left.clusters) < 2 or left.y.size <= left.x.shape[1]:
        raise TooFewStudies(f"Without {rows.clusters[code]} there are too few studies.")
    if np.linalg.matrix_rank(left.x) < left.x.shape[1]:
        raise CollinearModerators(f"Without {rows.clusters[code]} a moderator follows from the others.")
    model = fit.model
    if model.covariances is None or model.slots is None:
        solved = solve(left, fit.method, start=np.nan_to_num(np.array(fit.sigma2)))
        return solved.beta, np.sqrt(np.diag(solved.vcov)), solved.sigma2
    blocks_left = model.covariances[:code] + model.covariances[code + 1 :]
    slots = model.slots[keep]
    again = fit_blocks(left, blocks_left, slots, levels_shape(int(slots.max()) + 1), fit.method)
    between, within = (again.found.theta * again.unit).tolist()
    return again.beta, np.sqrt(np.diag(again.vcov)), (between, within)


def profile_intervals(fit: ThreeLevel, *, level: float | None = None) -> tuple[ProfileInterval, ...]:
    """Profile-likelihood intervals of the variances between and within studies (where they can be told apart)."""
    level = fit.level if level is None else level
    sensible_level(level)
    at, value, unit = _likelihood(fit)
    theta = np.nan_to_num(np.array(fit.sigma2)) / unit
    drop = float(chdtri(1, 1 - level)) / 2
    names = ("between", "within")[: 1 if np.isnan(fit.sigma2[1]) else 2]
    found = []
    for index, name in enumerate(names):
        low, high = _ends(at, value, theta, index, drop, fixed=len(names) == 1)
        estimate, ci = fit.sigma2[index], (low * unit, high * unit)
        found.append(
            ProfileInterval(name, estimate, ci, estimate**0.5, (ci[0] ** 0.5, ci[1] ** 0.5), low == 0)
        )
    return tuple(found)


def _likelihood(fit: ThreeLevel) -> tuple[Callable[[Array], Point], Callable[[Array], float], float]:
    """The likelihood that was maximised, in units of a typical sampling variance."""
    rows, reml = fit.model.rows, fit.method == "REML"
    unit = float(np.median(rows.v))
    if fit.model.covariances is None or fit.model.slots is None:
        data = rankone.stack(rows.y / unit**0.5, rows.v / unit, rows.x, rows.codes)
        return (
            lambda theta: rankone.point(data, theta, reml),
            lambda theta: rankone.log_likelihood(data, theta, reml),
            unit,
        )
    slots = fit.model.slots
    structure = levels_shape(int(slots.max()) + 1).structure
    known = [one / unit for one in fit.model.covariances]
    held = blocks.data_of(rows.y / unit**0.5, rows.x, rows.codes, slots, known)
    return (
        lambda theta: blocks.point(held, structure, theta, reml),
        lambda theta: blocks.log_likelihood(held, structure, theta, reml),
        unit,
    )


def _ends(
    at: Callable[[Array], Point],
    value: Callable[[Array], float],
    theta: Array,
    index: int,
    drop: float,
    *,
    fixed: bool,
) -> Interval:
    """Where the profile of one variance lies ``drop`` below its peak."""
    from scipy.optimize import brentq

    peak, other = value(theta), theta.copy()

    def below(size: float) -> float:
        lower, upper = np.zeros(2), np.full(2, np.inf)
        lower[index] = upper[index] = size
        if fixed:
            upper[1] = 0.0
        start = other.copy()
        start[index] = size
        found: Found = climb(at, value, start, lower, upper, np.full(2, 1e-2))
        if not found.converged:
            raise NotConverged("The profile of a variance has no peak; its interval cannot be given.")
        other[1 - index] = found.theta[1 - index]
        return peak - drop - found.value

    estimate = float(theta[index])
    low = 0.0
    if estimate > 0 and below(0.0) > 0:
        low = float(brentq(below, 0.0, estimate, xtol=TOLERANCE * estimate, rtol=TOLERANCE))
    far = max(2 * estimate, 0.1)
    while below(far) < 0:
        far *= 2
        if far > 1e12:
            return low, float("inf")
    return low, float(brentq(below, max(estimate, low), far, xtol=TOLERANCE * far, rtol=TOLERANCE))
