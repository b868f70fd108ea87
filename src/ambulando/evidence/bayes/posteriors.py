"""Bayesian random-effects pooling by exact integration: effects normal around their own true effects, these normal around mu
with standard deviation tau.

Given tau all is normal, so only tau is integrated numerically (Rover 2020, Journal of Statistical Software 93(6)); nothing
is simulated.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from ambulando.evidence.bayes.priors import (
    TauPrior,
    exponential,
    half_cauchy,
    half_normal,
    half_t,
    inverse_gamma,
    jeffreys,
    log_normal,
    lomax,
    prior_from,
    uniform,
)
from ambulando.evidence.bayes.quadrature import Mixture, Panels, highest, panels, shortest, solved
from ambulando.evidence.checks.observed import Observed, between, observed
from ambulando.evidence.faults import EvidenceFault, TooFewStudies
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions

__all__ = [
    "Posterior", "Shrunk", "Summary", "exponential", "half_cauchy", "half_normal", "half_t", "inverse_gamma",
    "jeffreys", "log_normal", "lomax", "posterior", "prior_from", "uniform",
]  # fmt: skip

#: Nodes of tau with less probability than this add nothing to a mixture.
NEGLIGIBLE = 1e-18
#: Numbers (nodes x studies) that are worked on at once.
CELLS = 400_000


@dataclass(frozen=True)
class Summary:
    """A distribution in numbers: ``ci`` is the shortest interval, ``ci_central`` has the same probability in both tails.

    ``mean`` or ``sd`` is infinite where the tails are too heavy for one.
    """

    mode: float
    median: float
    mean: float
    sd: float
    ci: Interval
    ci_central: Interval


@dataclass(frozen=True)
class Shrunk:
    """One study: its own effect ``yi``, and its true effect in the light of the others."""

    row: int
    study: str
    yi: float
    vi: float
    mean: float
    sd: float
    median: float
    ci: Interval


@dataclass(frozen=True, eq=False)
class Grid:
    """The posterior of tau as nodes: ``tau`` (n,) with probabilities ``weights`` (n,), and given each of them the mean and
    standard deviation of mu, ``means`` and ``sds`` (n,)."""

    panels: Panels
    tau: Array
    weights: Array
    means: Array
    sds: Array


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known after the studies about ``mu`` (the mean effect), ``tau``, and ``theta`` (the effect in a new setting).

    ``shrinkage`` has the studies' own effects. ``bf_mu_zero`` and ``bf_tau_zero`` are Bayes factors for zero against the
    model (NaN where the prior is improper), ``bf_mu_zero_least`` and ``bf_tau_zero_least`` the smallest that any prior on
    that one parameter could give. ``grid`` holds the exact posterior for the methods.
    """

    k: int
    tau: Summary
    mu: Summary
    theta: Summary
    shrinkage: tuple[Shrunk, ...]
    p_mu_below_zero: float
    p_theta_below_zero: float
    bf_mu_zero: float
    bf_tau_zero: float
    bf_mu_zero_least: float
    bf_tau_zero_least: float
    log_marginal: float
    tau_prior: str
    mu_prior: tuple[float, float] | None
    level: float
    studies: tuple[str, ...]
    grid: Grid
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]

    def mixture(self, *, predictive: bool = False) -> Mixture:
        """The posterior of mu (or of theta, ``predictive``) as a mixture of normal distributions over tau."""
        sds = np.hypot(self.grid.sds, self.grid.tau) if predictive else self.grid.sds
        return Mixture(self.grid.weights, self.grid.means, sds)

    def _of(self, what: str) -> Mixture | Panels:
        if what not in ("mu", "theta", "tau"):
            raise EvidenceFault(f"There is no {what!r} in this posterior; take mu, theta or tau.")
        return self.grid.panels if what == "tau" else self.mixture(predictive=what == "theta")

    def density(self, x: ArrayLike, what: str = "mu") -> Array:
        """The posterior density of mu, theta or tau at ``x`` (n,)."""
        return self._of(what).density(np.atleast_1d(np.asarray(x, dtype=float)))

    def cdf(self, x: ArrayLike, what: str = "mu") -> Array:
        """P(mu, theta or tau <= ``x``), (n,)."""
        return self._of(what).cdf(np.atleast_1d(np.asarray(x, dtype=float)))

    def quantile(self, p: ArrayLike, what: str = "mu") -> Array:
        """The value below which mu, theta or tau lies with probability ``p`` (n,)."""
        chances = np.atleast_1d(np.asarray(p, dtype=float))
        if not ((chances > 0) & (chances < 1)).all():
            raise EvidenceFault("Quantiles are asked for with probabilities between 0 and 1.")
        return self._of(what).quantile(chances)

    def p_below(self, x: float, what: str = "mu") -> float:
        """P(mu < ``x``), or of theta or tau."""
        return float(self.cdf([x], what)[0])

    def interval(self, level: float = 0.95, what: str = "mu", *, central: bool = False) -> Interval:
        """The shortest interval with probability ``level``, or the ``central`` one."""
        between(level, 0, 1, "level")
        one = self._of(what)
        if central:
            low, high = one.quantile(np.array([(1 - level) / 2, (1 + level) / 2])).tolist()
            return (low, high)
        return _shortest(one, level)


def posterior(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    tau_prior: TauPrior | str = "half-normal:0.5",
    mu_prior: tuple[float, float] | None = None,
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> Posterior:
    """The posterior of effects ``yi`` (k,) with variances ``vi`` (k,).

    ``tau_prior`` is one of the priors here, or its text, as half-t:3:0.5; ``mu_prior`` is (mean, standard deviation) of a
    normal prior, or None for the improper uniform one. Half-normal with scale 0.5 suits log ratios and standardised mean
    differences; other scales of effect need another. Raises TooFewStudies when an improper prior needs more studies,
    NotConverged when the posterior has no finite integral, or as ``usable.usable``.
    """
    prior = prior_from(tau_prior) if isinstance(tau_prior, str) else tau_prior
    sensible_level(level)
    if mu_prior is not None and not (math.isfinite(mu_prior[0]) and 0 < mu_prior[1] < math.inf):
        raise EvidenceFault(
            f"The prior of mu is normal({mu_prior[0]:g}, {mu_prior[1]:g}); its standard deviation is above zero."
        )
    data = observed(yi, vi, studies, least=1, what="Bayesian pooling")
    if data.k < prior.least:
        raise TooFewStudies(
            f"The prior {prior} is improper and needs {prior.least} studies or more; there {'is' if data.k == 1 else 'are'} "
            f"{data.k}. Take a proper one, as half-normal:0.5."
        )

    def log_density(tau: Array) -> Array:
        with np.errstate(divide="ignore", over="ignore", under="ignore"):
            return _given(tau, data, mu_prior)[0] + prior.log_density(tau, data.v)

    small = float(np.sqrt(data.v.min())) / 4
    large = float(np.sqrt(data.v.max()) + np.ptp(data.y)) * 4
    found = panels(log_density, small, large, prior.upper)
    keep = found.weights > NEGLIGIBLE
    tau, weights = found.nodes[keep], found.weights[keep]
    _, means, sds = _given(tau, data, mu_prior)
    grid = Grid(found, tau, weights / weights.sum(), means, sds)
    mu = Mixture(grid.weights, means, sds)
    theta = Mixture(grid.weights, means, np.hypot(sds, tau))
    at_zero = float(_given(np.array([1e-300]), data, mu_prior)[0][0])
    of_mu, of_theta, of_tau = (
        _summary(mu, level), _predicted(theta, level, found), _summary_of_tau(found, level)
    )  # fmt: skip
    mu_at_zero = float(mu.density(np.zeros(1))[0])
    return Posterior(
        k=data.k, tau=of_tau, mu=of_mu, theta=of_theta, shrinkage=_shrinkage(data, grid, level),
        p_mu_below_zero=float(mu.cdf(np.zeros(1))[0]), p_theta_below_zero=float(theta.cdf(np.zeros(1))[0]),
        bf_mu_zero=mu_at_zero / _normal(0.0, *mu_prior) if mu_prior and prior.proper else math.nan,
        bf_tau_zero=math.exp(min(700.0, at_zero - found.log_total)) if prior.proper else math.nan,
        bf_mu_zero_least=mu_at_zero / float(mu.density(np.array([of_mu.mode]))[0]) if prior.proper else math.nan,
        bf_tau_zero_least=_least_of_tau(data, prior, found, at_zero) if prior.proper else math.nan,
        log_marginal=found.log_total if prior.proper and mu_prior else math.nan,
        tau_prior=str(prior), mu_prior=mu_prior, level=level, studies=data.studies, grid=grid, converged=True,
        data_hash=data_hash(data.y, data.v),
        options={"tau_prior": str(prior), "mu_prior": mu_prior, "level": level}, versions=versions(),
        excluded=data.excluded, notes=_notes(data, of_theta),
    )  # fmt: skip


def _given(tau: Array, data: Observed, mu_prior: tuple[float, float] | None) -> tuple[Array, Array, Array]:
    """Given each ``tau`` (n,): the log of the marginal likelihood, mean and standard deviation of mu."""
    step = max(1, CELLS // data.k)
    if tau.size > step:
        parts = [_given(tau[start : start + step], data, mu_prior) for start in range(0, tau.size, step)]
        logs, means, sds = (np.concatenate([part[place] for part in parts]) for place in range(3))
        return logs, means, sds
    total = data.v + tau[:, None] ** 2
    w = 1 / total
    precision, moment = w.sum(axis=1), w @ data.y
    logs = -0.5 * (np.log(total).sum(axis=1) + data.k * math.log(2 * math.pi))
    if mu_prior is None:
        mean = moment / precision
        logs += 0.5 * math.log(2 * math.pi)
    else:
        centre, sd = mu_prior
        precision, moment = precision + sd**-2, moment + centre * sd**-2
        mean = moment / precision
        logs -= math.log(sd) + 0.5 * ((mean - centre) / sd) ** 2
    logs -= 0.5 * (np.log(precision) + np.einsum("nk,nk->n", w, (data.y - mean[:, None]) ** 2))
    return logs, mean, precision**-0.5


def _shortest(one: Mixture | Panels, level: float) -> Interval:
    low, high = shortest(one.quantile, one.density, level)
    if isinstance(one, Panels) and low < 1e-9 * high:
        low = 0.0
    return (low, high)


def _summary(one: Mixture, level: float) -> Summary:
    tail = (1 - level) / 2
    low, median, high = one.quantile(np.array([tail, 0.5, 1 - tail])).tolist()
    mode = highest(one.density, low, high)
    return Summary(mode, median, one.mean(), one.sd(), _shortest(one, level), (low, high))


def _predicted(theta: Mixture, level: float, tau: Panels) -> Summary:
    found = _summary(theta, level)
    if math.isfinite(tau.moment(2)):
        return found
    return Summary(found.mode, found.median, found.mean, math.inf, found.ci, found.ci_central)


def _summary_of_tau(one: Panels, level: float) -> Summary:
    tail = (1 - level) / 2
    low, median, high, far = one.quantile(np.array([tail, 0.5, 1 - tail, 0.999])).tolist()
    mean, square = one.moment(1), one.moment(2)
    sd = math.sqrt(max(0.0, square - mean**2)) if math.isfinite(square) else math.inf
    if math.isfinite(square):
        sd = math.sqrt(float((one.weights * (one.nodes - mean) ** 2).sum()))
    return Summary(highest(one.density, 0.0, far), median, mean, sd, _shortest(one, level), (low, high))


def _least_of_tau(data: Observed, prior: TauPrior, found: Panels, at_zero: float) -> float:
    """The likelihood at tau = 0 beside that of the best tau."""
    far = float(found.quantile(np.array([0.9999]))[0])

    def likelihood(tau: Array) -> Array:
        tau = np.maximum(tau, found.nodes[0, 0])
        return np.asarray(found.density(tau) * np.exp(-np.maximum(prior.log_density(tau, data.v), -700.0)))

    best = highest(likelihood, 0.0, far)
    log_best = math.log(float(likelihood(np.array([best]))[0])) + found.log_total
    return math.exp(min(0.0, at_zero - log_best))


def _shrinkage(data: Observed, grid: Grid, level: float) -> tuple[Shrunk, ...]:
    rows: list[Shrunk] = []
    tail = (1 - level) / 2
    square = grid.tau**2
    height = max(1, CELLS // grid.tau.size)
    for start in range(0, data.k, height):
        stop = min(data.k, start + height)
        y, v = data.y[start:stop, None], data.v[start:stop, None]
        pull = v / (v + square)
        means = (1 - pull) * y + pull * grid.means
        sds = np.sqrt(pull * square + (pull * grid.sds) ** 2)
        mean = means @ grid.weights
        sd = np.sqrt((sds**2 + (means - mean[:, None]) ** 2) @ grid.weights)
        ends = [_quantiles(p, means, sds, grid.weights, mean, sd).tolist() for p in (tail, 0.5, 1 - tail)]
        rows += [
            Shrunk(
                data.rows[index], data.studies[index], float(data.y[index]), float(data.v[index]),
                float(mean[place]), float(sd[place]), ends[1][place], (ends[0][place], ends[2][place]),
            )
            for place, index in enumerate(range(start, stop))
        ]  # fmt: skip
    return tuple(rows)


def _quantiles(p: float, means: Array, sds: Array, weights: Array, mean: Array, sd: Array) -> Array:
    """The quantile ``p`` of a mixture for each row of ``means`` and ``sds`` (k, n)."""

    def cdf(x: Array) -> Array:
        return np.asarray(ndtr((x[:, None] - means) / sds) @ weights)

    def density(x: Array) -> Array:
        z = (x[:, None] - means) / sds
        return np.asarray((np.exp(-0.5 * z**2) / sds) @ weights / math.sqrt(2 * math.pi))

    return solved(cdf, density, np.full(mean.shape, p), mean + sd * float(ndtri(p)), 2 * sd)


def _normal(x: float, mean: float, sd: float) -> float:
    return math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))


def _notes(data: Observed, theta: Summary) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if data.k < 5:
        notes += (
            f"With {data.k} {'study' if data.k == 1 else 'studies'} the prior of tau says more than the studies; try others beside it.",
        )
    if not math.isfinite(theta.sd):
        notes += ("The tails are too heavy for a standard deviation; read the intervals.",)
    return notes
