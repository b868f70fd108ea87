"""Meta-regression: the pooled effect as a linear function of moderators, with any estimator of the residual tau2.

O(k p^2): no k x k matrix is formed. Sources: Viechtbauer 2007, Stat Med 26:37; Knapp & Hartung 2003, Stat Med 22:2693;
Viechtbauer et al. 2015, Psychol Methods 20:360 (tests); Raudenbush 2009 (R2); Fox & Monette 1992, JASA 87:178 (GVIF).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from ambulando.evidence.faults import MissingColumns, TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.evidence.univariate.design import INTERCEPT, Design, complete, design_of, independent
from ambulando.evidence.univariate.pooling import (
    METHODS,
    NONE,
    TESTS,
    heterogeneity,
    not_converged,
    other_maxima,
    q_profile,
)
from ambulando.evidence.univariate.sums import sums_of
from ambulando.evidence.univariate.tau2 import standard_error, tau2_of
from ambulando.evidence.univariate.tau2_many import tau2_many
from ambulando.evidence.univariate.usable import named, usable
from ambulando.ground import InputError

#: Residuals whose scale is below this are rounding alone.
EXACT = 1e-20


@dataclass(frozen=True)
class Coefficient:
    """What the effect changes by for one more of a number, or from the base to a word of a category."""

    name: str
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval


@dataclass(frozen=True)
class Regression:
    """A meta-regression. ``estimate`` to ``pi`` are None: there is no single effect; see ``coefficients`` and ``predict``.

    ``qm`` tests all moderators at once (without an intercept all coefficients): chi-squared with ``qm_df`` for the z test,
    else F with ``qm_df`` and ``df``. ``r2`` is the percentage of tau2 that the moderators explain. ``vcov`` (p, p) and
    ``design`` (k, p) are in the order of ``coefficients``.
    """

    k: int
    method: str
    test: str
    estimate: None
    se: None
    statistic: None
    df: float
    p: None
    ci: None
    pi: None
    coefficients: tuple[Coefficient, ...]
    vcov: tuple[tuple[float, ...], ...]
    qm: float
    qm_df: int
    qm_p: float
    r2: float
    tau2: float
    tau2_ci: Interval
    se_tau2: float
    q: float
    q_df: int
    q_p: float
    i2: float
    h2: float
    weights: tuple[float, ...]
    measure: str
    level: float
    moderators: Design
    design: tuple[tuple[float, ...], ...]
    studies: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    converged: bool
    boundary: bool
    iterations: int
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Predicted:
    """The mean effect of studies with these ``moderators``, and the interval of the true effect of one of them."""

    moderators: dict[str, object]
    estimate: float
    se: float
    ci: Interval
    pi: Interval


@dataclass(frozen=True)
class Wald:
    """A test of several coefficients, or combinations of them, at once: chi-squared with ``df``, or F with (df, ``df2``)."""

    statistic: float
    df: int
    df2: float
    p: float


@dataclass(frozen=True)
class Inflation:
    """How much the moderator's neighbours inflate its (generalised) variance; ``gsif`` is that for each coefficient."""

    moderator: str
    gvif: float
    gsif: float
    df: int


def regress(
    yi: ArrayLike,
    vi: ArrayLike,
    moderators: Mapping[str, Sequence[Any]],
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
    intercept: bool = True,
    interactions: Sequence[tuple[str, str]] = (),
) -> Regression:
    """Effects ``yi`` (k,) with variances ``vi`` (k,) as a function of ``moderators``, (k,) each: numbers, or words.

    Words are coded against the first in alphabetical order (``alloc:random``); ``interactions`` are pairs of moderators
    (``alloc:random*ablat``). Studies that lack a moderator are left out and listed. Raises CollinearModerators, TooFewStudies
    (fewer than one more than coefficients), MissingColumns, NotANumber, NegativeVariance, UnknownOption, NotConverged.
    """
    method, test = named(method, METHODS, "method"), named(test, TESTS, "test")
    sensible_level(level)
    if method == "GENQ":
        raise UnknownOption("The method GENQ is for a pooled effect; take DL or HE for a regression.")
    if not moderators:
        raise MissingColumns("A meta-regression needs at least one moderator; please name a column.")
    names_given = tuple(studies) if studies is not None else None
    n = np.size(yi)
    values, lacking = complete(moderators, n)
    use = usable(yi, vi, names_given)
    labels = use.studies if names_given is None and use.keep is None else (names_given or _default(n))
    keep = np.ones(n, dtype=bool) if use.keep is None else use.keep.copy()
    excluded = list(use.excluded)
    for index, name in enumerate(lacking):
        if name is not None and keep[index]:
            keep[index] = False
            excluded.append(Excluded(index + 1, labels[index], f"its {name} is missing"))
    places = np.flatnonzero(keep).tolist()
    chosen = tuple(labels[index] for index in places)
    y = np.asarray(yi, dtype=float).ravel()[keep]
    v = np.asarray(vi, dtype=float).ravel()[keep]
    values = {name: [column[index] for index in places] for name, column in values.items()}
    k = y.size
    if k < 2:
        raise TooFewStudies(
            f"A meta-regression needs two or more studies with all moderators, and {k} can be used."
        )
    plan = design_of(values, chosen, intercept=intercept, interactions=interactions)
    names, X = plan.columns(values, k)
    p = len(names)
    if k <= p:
        raise TooFewStudies(
            f"{k} studies are too few for {p} coefficients ({', '.join(names)}); please give fewer moderators or at least "
            f"{p + 1} studies."
        )
    independent(names, X)

    Q, R = np.linalg.qr(X)
    sums = sums_of(y, v, Q)
    tau2 = tau2_of(y, v, method, Q, sums=sums)
    if not tau2.converged:
        raise not_converged(method)
    w = 1 / (v + tau2.value)
    M = np.linalg.inv(Q.T @ (Q * w[:, None]))
    gamma = M @ (Q.T @ (w * y))
    residual = y - Q @ gamma
    df, exact = k - p, False
    if test in ("knha", "adhoc"):
        scale = float((w * residual * residual).sum()) / df
        M = M * (max(scale, 1.0) if test == "adhoc" else scale)
        exact = test == "knha" and scale < EXACT
    inverse = np.linalg.inv(R)
    beta = inverse @ gamma
    vcov = inverse @ M @ inverse.T
    if not np.all(np.isfinite(vcov)):
        raise not_converged(method)
    freedom = math.nan if test == "z" else float(df)
    coefficients = tuple(
        _coefficient(name, float(b), math.sqrt(max(s, 0.0)), freedom, level)
        for name, b, s in zip(names, beta, np.diag(vcov), strict=True)
    )
    tested = np.arange(p) if names[0] != INTERCEPT else np.arange(1, p)
    overall = _wald(beta[tested], vcov[np.ix_(tested, tested)], freedom)
    q, _, _, trace, *_ = sums.at(0.0)
    i2, h2 = heterogeneity(q, trace, df, tau2.value, method)
    return Regression(
        k=k, method=method, test=test, estimate=None, se=None, statistic=None, df=freedom, p=None, ci=None, pi=None,
        coefficients=coefficients, vcov=_rows(vcov), qm=overall.statistic, qm_df=overall.df, qm_p=overall.p,
        r2=_r2(y, v, Q, method, tau2.value, q / df), tau2=tau2.value,
        tau2_ci=q_profile(sums, tau2.value, 1 - level) if method != "EE" else NONE,
        se_tau2=standard_error(y, v, method, tau2.value, Q, sums=sums),
        q=q, q_df=df, q_p=float(chdtrc(df, q)), i2=i2, h2=h2, weights=tuple((100 * w / w.sum()).tolist()),
        measure=measure, level=level, moderators=plan, design=_rows(X), studies=chosen, yi=tuple(y.tolist()),
        vi=tuple(v.tolist()), converged=True, boundary=tau2.boundary, iterations=tau2.iterations,
        data_hash=data_hash(y, v, X),
        options={"method": method, "test": test, "level": level, "measure": measure, "moderators": list(values),
                 "interactions": [list(pair) for pair in interactions], "intercept": intercept},
        versions=versions(), excluded=tuple(sorted(excluded, key=lambda one: one.row)),
        notes=_notes(k, p, intercept, exact=exact) + other_maxima(tau2, method),
    )  # fmt: skip


def _default(n: int) -> tuple[str, ...]:
    from ambulando.evidence.univariate.usable import default_names

    return default_names(n)


def _rows(matrix: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def _notes(k: int, p: int, intercept: bool, *, exact: bool) -> tuple[str, ...]:
    notes = []
    if exact:
        notes.append(
            "The effects lie exactly on the fit, so its intervals have no width; use the z or the adhoc test."
        )
    # Ten studies for each moderator is the usual rule of thumb (Cochrane Handbook 10.11.4).
    moderators = p - intercept
    if k < 10 * moderators:
        notes.append(
            f"{k} studies are few for {moderators} {'coefficient' if moderators == 1 else 'coefficients'} of moderators; ten "
            "for each is usual."
        )
    return tuple(notes)


def _coefficient(name: str, estimate: float, se: float, df: float, level: float) -> Coefficient:
    statistic = estimate / se if se > 0 else math.nan
    critical, p = _critical(df, level), _p(statistic, df)
    return Coefficient(
        name, estimate, se, statistic, df, p, (estimate - critical * se, estimate + critical * se)
    )


def _critical(df: float, level: float) -> float:
    tail = (1 - level) / 2
    return float(-ndtri(tail) if math.isnan(df) else -stdtrit(df, tail))


def _p(statistic: float, df: float) -> float:
    return float(2 * (ndtr(-abs(statistic)) if math.isnan(df) else stdtr(df, -abs(statistic))))


def _wald(estimates: Array, vcov: Array, df: float) -> Wald:
    m = estimates.size
    try:
        statistic = float(estimates @ np.linalg.solve(vcov, estimates))
    except np.linalg.LinAlgError:
        return Wald(math.nan, m, df, math.nan)
    if math.isnan(df):
        return Wald(statistic, m, df, float(chdtrc(m, statistic)))
    return Wald(statistic / m, m, df, float(fdtrc(m, df, statistic / m)))


def _r2(y: Array, v: Array, Q: Array, method: str, tau2: float, per_df: float) -> float:
    """The part of tau2 (for the common effect: of Q / df) that is gone, in percent; NaN where no mean is among the columns."""
    k = y.size
    ones = np.ones(k)
    if float(np.linalg.norm(ones - Q @ (Q.T @ ones))) > 1e-7 * math.sqrt(k):
        return math.nan
    alone = sums_of(y, v)
    if method == "EE":
        before = alone.at(0.0)[0] / (k - 1)
        return max(0.0, 100 * (1 - per_df / before)) if before > 0 else math.nan
    null = tau2_of(y, v, method, sums=alone)
    if not null.converged:
        return math.nan
    return max(0.0, 100 * (null.value - tau2) / null.value) if null.value > 0 else 0.0


def predict(found: Regression, moderators: Mapping[str, Sequence[Any]]) -> tuple[Predicted, ...]:
    """Mean effects at given values of every moderator, n each. Raises MissingColumns, UnknownOption, NotANumber."""
    for name in moderators:
        if name not in found.moderators.moderators:
            raise UnknownOption(
                f"There is no moderator {name!r} in this regression; it has {', '.join(found.moderators.moderators)}."
            )
    lengths = {len(values) for values in moderators.values()}
    if len(lengths) > 1:
        raise InputError("Every moderator needs the same number of values to predict at.")
    n = lengths.pop() if lengths else 0
    _, X = found.moderators.columns(moderators, n)
    beta, vcov = np.array([one.estimate for one in found.coefficients]), np.array(found.vcov)
    critical = _critical(found.df, found.level)
    answers = []
    for index, row in enumerate(X):
        mean, variance = float(row @ beta), max(float(row @ vcov @ row), 0.0)
        half, spread = critical * math.sqrt(variance), critical * math.sqrt(variance + found.tau2)
        pi = (mean - spread, mean + spread) if found.method != "EE" else NONE
        at = {name: values[index] for name, values in moderators.items()}
        answers.append(Predicted(at, mean, math.sqrt(variance), (mean - half, mean + half), pi))
    return tuple(answers)


def wald(found: Regression, names: Sequence[str]) -> Wald:
    """A test of all coefficients in ``names`` (or of all of a moderator of that name) at once."""
    places = [place for name in names for place in _places(found, name)]
    beta, vcov = np.array([one.estimate for one in found.coefficients]), np.array(found.vcov)
    return _wald(beta[places], vcov[np.ix_(places, places)], found.df)


def contrast(found: Regression, weights: Sequence[float], *, name: str = "contrast") -> Coefficient:
    """The sum of coefficients times ``weights`` (p,), with its test."""
    L = np.asarray(weights, dtype=float)
    if L.shape != (len(found.coefficients),):
        raise InputError(
            f"The contrast has {L.size} weights for {len(found.coefficients)} coefficients; give one for each."
        )
    beta = np.array([one.estimate for one in found.coefficients])
    return _coefficient(
        name, float(L @ beta), math.sqrt(float(L @ np.array(found.vcov) @ L)), found.df, found.level
    )


def _places(found: Regression, name: str) -> list[int]:
    names = [one.name for one in found.coefficients]
    if name in names:
        return [names.index(name)]
    places = [index for index, one in enumerate(names) if one.startswith(f"{name}:") and "*" not in one]
    if not places:
        raise UnknownOption(
            f"There is no coefficient {name!r} in this regression; it has {', '.join(names)}."
        )
    return places


def vif(found: Regression) -> tuple[Inflation, ...]:
    """Variance inflation of each moderator (all columns of a categorical one together); from the correlations of estimates."""
    names = [one.name for one in found.coefficients]
    inside = [index for index, name in enumerate(names) if name != INTERCEPT]
    vcov = np.array(found.vcov)[np.ix_(inside, inside)]
    size = np.sqrt(np.diag(vcov))
    correlation = vcov / np.outer(size, size)
    whole = float(np.linalg.det(correlation))
    answers = []
    for name in found.moderators.moderators:
        own = [inside.index(place) for place in _places(found, name)]
        rest = [index for index in range(len(inside)) if index not in own]
        parts = [
            float(np.linalg.det(correlation[np.ix_(part, part)])) if part else 1.0 for part in (own, rest)
        ]
        gvif = parts[0] * parts[1] / whole
        answers.append(Inflation(name, gvif, gvif ** (1 / (2 * len(own))), len(own)))
    return tuple(answers)


@dataclass(frozen=True)
class ManyRegressions:
    """``b`` regressions: ``beta``, ``se`` (b, p), ``tau2`` (b,), ``qm`` (b,) over the columns of ``tested``; NaN if not converged."""

    beta: Array
    se: Array
    tau2: Array
    qm: Array


def regress_many(
    yi: ArrayLike,
    vi: ArrayLike,
    X: ArrayLike,
    *,
    method: str = "REML",
    test: str = "z",
    tested: Sequence[int] | None = None,
) -> ManyRegressions:
    """Many regressions at once, as for permutations: ``yi``, ``vi`` (b, k) or (k,), ``X`` (b, k, p) or (k, p) of full rank.

    ``qm`` tests the columns ``tested`` (default: all but the first). No checks of the numbers are made.
    """
    method, test = named(method, METHODS, "method"), named(test, TESTS, "test")
    X = np.asarray(X, dtype=float)
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    b = max([array.shape[0] for array in (y, v) if array.ndim == 2] + ([X.shape[0]] if X.ndim == 3 else [1]))
    k, p = X.shape[-2:]
    y, v = np.broadcast_to(y, (b, k)), np.broadcast_to(v, (b, k))
    Q, R = np.linalg.qr(X)
    tau2, converged = tau2_many(y, v, method, Q)
    w = 1 / (v + tau2[:, None])
    WQ = Q * w[..., None]
    M = np.linalg.inv(np.swapaxes(WQ, -1, -2) @ Q)
    gamma = M @ (np.swapaxes(WQ, -1, -2) @ y[..., None])
    if test in ("knha", "adhoc"):
        residual = y - (Q @ gamma)[..., 0]
        scale = (w * residual * residual).sum(axis=1) / (k - p)
        M = M * (np.maximum(scale, 1.0) if test == "adhoc" else scale)[:, None, None]
    inverse = np.linalg.inv(R)
    beta = (inverse @ gamma)[..., 0]
    vcov = inverse @ M @ np.swapaxes(inverse, -1, -2)
    places = list(range(1, p)) if tested is None else list(tested)
    part = beta[:, places]
    block = vcov[:, places][:, :, places]
    qm = (
        (part[:, None, :] @ np.linalg.solve(block, part[..., None]))[:, 0, 0]
        if places
        else np.full(b, np.nan)
    )
    lost = np.where(converged, 0.0, np.nan)
    return ManyRegressions(
        beta + lost[:, None],
        np.sqrt(np.diagonal(vcov, axis1=-2, axis2=-1)) + lost[:, None],
        tau2 + lost,
        qm / (1 if test == "z" else max(len(places), 1)) + lost,
    )
