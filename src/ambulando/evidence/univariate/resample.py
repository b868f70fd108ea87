"""Permutation tests and the bootstrap, vectorised over data sets; randomness comes in through ``rng`` alone.

Sources: Follmann & Proschan 1999, Biometrics 55:732 (sign flips of the pooled effect); Higgins & Thompson 2004, Stat Med
23:1663, and Viechtbauer et al. 2015, Psychol Methods 20:360 (permuted moderators); Phipson & Smyth 2010 (p values of samples);
Efron 1987, JASA 82:171 (BCa); Viechtbauer 2007, Stat Med 26:37 (bootstraps of tau2).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from ambulando.evidence.faults import ImpossibleValue, TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.evidence.univariate.pooling import METHODS, TESTS, pool, pool_many
from ambulando.evidence.univariate.regression import Regression, regress_many
from ambulando.evidence.univariate.usable import named, usable

Progress = Callable[[int, int], None]
#: All permutations are gone through where there are at most so many (or at most as many as were asked for).
EXACT = 10_000
#: Numbers (data sets x studies) worked on between two calls of ``progress``.
BATCH = 100_000
#: Statistics this near to the observed one count as equal to it.
EQUAL = 1e-8
#: The jackknife of BCa leaves out single studies up to this number, groups of studies beyond.
GROUPS = 200


@dataclass(frozen=True)
class Permutation:
    """p values by permutation: ``p`` for each of ``names``, ``qm_p`` for all moderators at once (NaN for a pooled effect).

    ``exact`` tells whether all ``permutations`` were gone through; if not, the observed order counts as one more.
    """

    names: tuple[str, ...]
    statistics: tuple[float, ...]
    p: tuple[float, ...]
    qm_p: float
    permutations: int
    exact: bool
    failed: int
    k: int
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Bootstrap:
    """Refits of resampled studies: intervals by percentiles and BCa for the mean and tau2, and every refit."""

    kind: str
    method: str
    estimate: float
    se: float
    ci: Interval
    ci_bca: Interval
    tau2: float
    tau2_ci: Interval
    tau2_ci_bca: Interval
    estimates: tuple[float, ...]
    tau2s: tuple[float, ...]
    repeats: int
    failed: int
    level: float
    k: int
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def _sensible(repeats: int) -> None:
    if repeats < 1:
        raise ImpossibleValue(f"{repeats} repeats cannot be done; 1000 is usual.")


def _generator(rng: np.random.Generator | None) -> np.random.Generator:
    if rng is None:
        raise UnknownOption(
            "There are too many permutations to go through all; please give a random generator (rng)."
        )
    return rng


def _testable(statistic: float) -> None:
    if math.isnan(statistic):
        raise ImpossibleValue(
            "The effects lie exactly on the fit, so there is no test statistic to permute; take the z test."
        )


def _batches(total: int, k: int) -> Iterator[tuple[int, int]]:
    rows = max(1, BATCH // k)
    for start in range(0, total, rows):
        yield start, min(total, start + rows)


def permute_mean(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    rng: np.random.Generator | None = None,
    repeats: int = 1000,
    method: str = "REML",
    test: str = "z",
    studies: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Permutation:
    """Whether the pooled effect is zero, by flipping signs of ``yi`` (k,): all 2^k where few, else ``repeats`` drawn by ``rng``.

    Raises TooFewStudies for fewer than two studies and UnknownOption where ``rng`` is needed and missing.
    """
    method, test = named(method, METHODS, "method"), named(test, TESTS, "test")
    _sensible(repeats)
    use = usable(yi, vi, studies)
    y, v, k = use.y, use.v, use.y.size
    if k < 2:
        raise TooFewStudies(
            f"A permutation test needs two studies or more, and only {use.studies[0]} can be used."
        )
    exact = k < 60 and 2**k <= max(repeats, EXACT)
    total = 2**k if exact else repeats
    draw = None if exact else _generator(rng)
    observed = pool(y, v, method=method, test=test).statistic
    _testable(observed)
    hits = failed = 0
    for start, end in _batches(total, k):
        if draw is None:
            signs = 1.0 - 2.0 * ((np.arange(start, end)[:, None] >> np.arange(k)) & 1)
        else:
            signs = 1.0 - 2.0 * draw.integers(0, 2, (end - start, k))
        flipped = signs * y
        mean, error, tau2 = pool_many(flipped, np.broadcast_to(v, flipped.shape), method=method)
        if test in ("knha", "adhoc"):
            scale = ((flipped - mean[:, None]) ** 2 / (v + tau2[:, None])).sum(axis=1) / (k - 1)
            error = error * np.sqrt(np.maximum(scale, 1.0) if test == "adhoc" else scale)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.abs(mean / error)
        lost = np.isnan(statistic)
        failed += int(lost.sum())
        hits += int((statistic[~lost] >= abs(observed) * (1 - EQUAL)).sum())
        if progress is not None:
            progress(end, total)
    return _permutation(
        ("estimate",), (observed,), (hits,), math.nan, total, exact, failed, y, v, use.studies, use.excluded,
        {"method": method, "test": test, "repeats": repeats},
    )  # fmt: skip


def permute_moderators(
    found: Regression,
    *,
    rng: np.random.Generator | None = None,
    repeats: int = 1000,
    progress: Progress | None = None,
) -> Permutation:
    """Whether moderators matter, by permuting which study has which: all distinct orders where few, else ``repeats`` drawn.

    The model, method and test are those of ``found``.
    """
    _sensible(repeats)
    y, v, X = np.array(found.yi), np.array(found.vi), np.array(found.design)
    k, p = X.shape
    _, kinds = np.unique(X, axis=0, return_inverse=True)
    kinds = kinds.ravel()
    different = math.factorial(k)
    for size in Counter(kinds.tolist()).values():
        different //= math.factorial(size)
    exact = different <= max(repeats, EXACT)
    total = different if exact else repeats
    draw = None if exact else _generator(rng)
    rows = X[[int(np.flatnonzero(kinds == kind)[0]) for kind in range(int(kinds.max()) + 1)]]
    orders = _orders(sorted(kinds.tolist()))
    constant = found.moderators.intercept
    tested = list(range(1 if constant else 0, p))
    observed = np.array([one.statistic for one in found.coefficients])
    _testable(float(observed.sum()))
    hits, joint, failed = np.zeros(p, dtype=int), 0, 0
    for start, end in _batches(total, k * p):
        if draw is None:
            order = np.array(list(islice(orders, end - start)))
        else:
            order = draw.permuted(np.broadcast_to(kinds, (end - start, k)), axis=1)
        fit = regress_many(y, v, rows[order], method=found.method, test=found.test, tested=tested)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.abs(fit.beta / fit.se)
        lost = np.isnan(statistic).any(axis=1)
        failed += int(lost.sum())
        hits += (statistic[~lost] >= np.abs(observed) * (1 - EQUAL)).sum(axis=0)
        joint += int((fit.qm[~lost] >= found.qm * (1 - EQUAL)).sum())
        if progress is not None:
            progress(end, total)
    counted = _p(joint, total - failed, exact)
    return _permutation(
        tuple(one.name for one in found.coefficients), tuple(observed.tolist()), tuple(hits.tolist()), counted, total,
        exact, failed, y, v, found.studies, found.excluded, {**found.options, "repeats": repeats},
    )  # fmt: skip


def _p(hits: int, permutations: int, exact: bool) -> float:
    if exact:
        return hits / permutations if permutations else math.nan
    return (hits + 1) / (permutations + 1)


def _permutation(
    names: tuple[str, ...], statistics: tuple[float, ...], hits: tuple[int, ...], qm_p: float, total: int, exact: bool,
    failed: int, y: Array, v: Array, studies: tuple[str, ...], excluded: tuple[Excluded, ...], options: dict[str, object],
) -> Permutation:  # fmt: skip
    return Permutation(
        names=names, statistics=statistics, p=tuple(_p(count, total - failed, exact) for count in hits), qm_p=qm_p,
        permutations=total, exact=exact, failed=failed, k=y.size, studies=studies, converged=failed == 0,
        data_hash=data_hash(y, v), options=options, versions=versions(), excluded=excluded,
        notes=(f"{failed} of {total} refits did not converge and are not counted.",) if failed else (),
    )  # fmt: skip


def _orders(items: list[int]) -> Iterator[list[int]]:
    """Every distinct order of ``items`` (sorted), each once, in lexicographic order."""
    order = list(items)
    while True:
        yield list(order)
        i = len(order) - 2
        while i >= 0 and order[i] >= order[i + 1]:
            i -= 1
        if i < 0:
            return
        j = len(order) - 1
        while order[j] <= order[i]:
            j -= 1
        order[i], order[j] = order[j], order[i]
        order[i + 1 :] = reversed(order[i + 1 :])


def bootstrap(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    rng: np.random.Generator,
    repeats: int = 1000,
    method: str = "REML",
    kind: str = "nonparametric",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Bootstrap:
    """Refits of ``repeats`` resamples of effects ``yi`` (k,) with variances ``vi`` (k,).

    ``nonparametric`` draws k studies with replacement; ``parametric`` draws effects from the fitted model, whose BCa interval
    has no acceleration. Raises TooFewStudies for fewer than three studies, UnknownOption, NotConverged.
    """
    method = named(method, METHODS, "method")
    kinds = {"nonparametric": "nonparametric", "parametric": "parametric"}
    kind = named(kind, kinds, "bootstrap")
    sensible_level(level)
    _sensible(repeats)
    use = usable(yi, vi, studies)
    y, v, k = use.y, use.v, use.y.size
    if k < 3:
        raise TooFewStudies(f"A bootstrap needs three studies or more, and {k} can be used.")
    fit = pool(y, v, method=method, test="z", level=level)
    means, taus = np.empty(repeats), np.empty(repeats)
    for start, end in _batches(repeats, k):
        if kind == "nonparametric":
            drawn = rng.integers(0, k, (end - start, k))
            effects, variances = y[drawn], v[drawn]
        else:
            effects = rng.normal(fit.estimate, np.sqrt(v + fit.tau2), (end - start, k))
            variances = np.broadcast_to(v, effects.shape)
        means[start:end], _, taus[start:end] = pool_many(effects, variances, method=method)
        if progress is not None:
            progress(end, repeats)
    good = np.isfinite(means)
    failed = repeats - int(good.sum())
    if kind == "nonparametric":
        left_mean, left_tau2 = _jackknife(y, v, method)
    else:
        left_mean = left_tau2 = np.zeros(0)
    return Bootstrap(
        kind=kind, method=method, estimate=fit.estimate,
        se=float(means[good].std(ddof=1)) if good.sum() > 1 else math.nan,
        ci=_percentiles(means[good], level), ci_bca=_bca(means[good], fit.estimate, left_mean, level), tau2=fit.tau2,
        tau2_ci=_percentiles(taus[good], level), tau2_ci_bca=_bca(taus[good], fit.tau2, left_tau2, level),
        estimates=tuple(means.tolist()), tau2s=tuple(taus.tolist()), repeats=repeats, failed=failed, level=level, k=k,
        studies=use.studies, converged=failed == 0, boundary=fit.boundary, data_hash=data_hash(y, v),
        options={"method": method, "kind": kind, "repeats": repeats, "level": level}, versions=versions(),
        excluded=use.excluded,
        notes=(f"{failed} of {repeats} refits did not converge and are not counted.",) if failed else (),
    )  # fmt: skip


def _jackknife(y: Array, v: Array, method: str) -> tuple[Array, Array]:
    """Mean and tau2 without each study (or group of studies), (g,) each, in blocks of bounded size."""
    k = y.size
    groups = np.arange(k) % min(k, GROUPS)
    count = int(groups.max()) + 1
    means, taus = np.empty(count), np.empty(count)
    for start, end in _batches(count, k):
        without = np.where(groups == np.arange(start, end)[:, None], np.inf, v)
        means[start:end], _, taus[start:end] = pool_many(
            np.broadcast_to(y, without.shape), without, method=method
        )
    return means[np.isfinite(means)], taus[np.isfinite(taus)]


def _percentiles(values: Array, level: float) -> Interval:
    if not values.size:
        return (math.nan, math.nan)
    tail = (1 - level) / 2
    low, high = np.quantile(values, (tail, 1 - tail)).tolist()
    return (low, high)


def _bca(values: Array, estimate: float, left: Array, level: float) -> Interval:
    """Percentiles that are moved by the median bias and by the acceleration of the jackknife; NaN where all lie on one side."""
    if not values.size:
        return (math.nan, math.nan)
    below = float((values < estimate).mean() + (values == estimate).mean() / 2)
    if not 0 < below < 1:
        return (math.nan, math.nan)
    bias = float(ndtri(below))
    gaps = left.mean() - left if left.size else left
    scale = float((gaps**2).sum()) ** 1.5
    acceleration = float((gaps**3).sum()) / (6 * scale) if scale > 0 else 0.0
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = bias + float(ndtri(tail))
        ends.append(float(np.quantile(values, float(ndtr(bias + z / (1 - acceleration * z))))))
    return (ends[0], ends[1])
