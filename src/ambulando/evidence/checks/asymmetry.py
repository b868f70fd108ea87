"""Asymmetry of the funnel: regression tests (Egger and its relatives), the rank test of Begg, PET and PEESE.

Egger et al. 1997, BMJ 315:629; Sterne & Egger 2005 (mixed-effects form); Thompson & Sharp 1999, Stat Med 18:2693;
Begg & Mazumdar 1994, Biometrics 50:1088; Stanley & Doucouliagos 2014, RSM 5:60 (PET-PEESE).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from ambulando.evidence.checks.observed import Observed, choice, few, observed
from ambulando.evidence.faults import CollinearModerators, EvidenceFault, ImpossibleValue, MissingColumns
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.evidence.univariate.regression import regress
from ambulando.evidence.univariate.usable import numbers

#: What the effects are regressed on; those of sample sizes need ``ni``. The limit is the effect where the predictor is zero.
PREDICTORS = ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")
#: rma: a mixed-effects regression; lm: weighted least squares with a dispersion, as Egger's.
MODELS = ("rma", "lm")
#: Kendall's exact distribution is computed up to this many studies without ties; beyond, the normal one.
EXACT = 500


@dataclass(frozen=True)
class Asymmetry:
    """A regression test: ``slope`` of the effect on ``predictor`` with ``statistic`` (of t with ``df``, or z) and ``p``.

    ``estimate`` is the intercept, ``limit`` and ``limit_ci`` the same where it is the effect of a study without error.
    ``tau2`` is what the mixed-effects model leaves unexplained.
    """

    name: str
    k: int
    model: str
    predictor: str
    statistic: float
    df: float
    p: float
    slope: float
    slope_se: float
    estimate: float
    se: float
    estimate_p: float
    ci: Interval
    limit: float
    limit_ci: Interval
    tau2: float
    level: float
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RankTest:
    """Kendall's correlation of effects and variances: ``tau`` with ``p``, exact where there are no ties.

    ``score`` is the surplus of concordant pairs with standard error ``score_se``; ``z`` and ``p_normal`` are the
    approximation that is used otherwise.
    """

    k: int
    tau: float
    p: float
    exact: bool
    score: float
    score_se: float
    z: float
    p_normal: float
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PrecisionEffect:
    """PET or PEESE: ``estimate`` with its test and interval is the effect of a study without error; ``slope`` (``slope_se``,
    ``slope_p``) is what the effects gain with the standard error (PET) or the variance (PEESE)."""

    name: str
    k: int
    model: str
    method: str | None
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval
    slope: float
    slope_se: float
    slope_p: float
    tau2: float
    level: float
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PetPeese:
    """Both precision-effect estimates, and the one that the rule takes (``chosen``): PEESE when the one-sided test of the
    PET intercept has p below 0.05, else PET."""

    chosen: str
    estimate: float
    se: float
    p: float
    ci: Interval
    pet: PrecisionEffect
    peese: PrecisionEffect
    notes: tuple[str, ...]


def least_squares(y: Array, x: Array, w: Array) -> tuple[Array, Array, float]:
    """Weighted least squares of ``y`` on a constant and ``x``: coefficients (2,), their errors with the estimated
    dispersion (2,), the dispersion. Raises CollinearModerators when ``x`` does not vary."""
    total = w.sum()
    mean_x, mean_y = w @ x / total, w @ y / total
    _check_spread(x)
    spread = w @ (x - mean_x) ** 2
    slope = w @ ((x - mean_x) * (y - mean_y)) / spread
    intercept = mean_y - slope * mean_x
    dispersion = float(w @ (y - intercept - slope * x) ** 2 / (y.size - 2))
    errors = np.sqrt(dispersion * np.array([1 / total + mean_x**2 / spread, 1 / spread]))
    return np.array([intercept, slope]), errors, dispersion


def _check_spread(x: Array) -> None:
    if not float(np.ptp(x)) > 1e-12 * float(np.abs(x).max()):
        raise CollinearModerators(
            "All studies have the same precision or size, so the effects can not be held against it; this test is not possible."
        )


def regression_test(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: str = "rma",
    predictor: str = "sei",
    ni: ArrayLike | None = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> Asymmetry:
    """Does the effect depend on the size of the study? ``yi`` (k,), ``vi`` (k,); ``ni`` (k,) people of each study.

    ``model`` rma takes ``method`` and ``test`` as ``regression.regress``; lm is a t test with k - 2 degrees of freedom.
    Raises TooFewStudies under 3 studies, MissingColumns without ``ni`` where it is needed, CollinearModerators when the
    predictor is the same in all studies.
    """
    model, predictor = choice(model, MODELS, "model"), choice(predictor, PREDICTORS, "predictor")
    sensible_level(level)
    data = observed(yi, vi, studies, least=3, what="A regression test of asymmetry")
    x = _predictor(predictor, data, ni)
    options: dict[str, object] = {"model": model, "predictor": predictor, "level": level}
    tau2 = float("nan")
    if model == "lm":
        found, errors, _ = least_squares(data.y, x, 1 / data.v)
        df = float(data.k - 2)
    else:
        _check_spread(x)
        fit = regress(
            data.y,
            data.v,
            {predictor: x.tolist()},
            method=method,
            test=test,
            level=level,
            studies=data.studies,
        )
        found = np.array([one.estimate for one in fit.coefficients])
        errors = np.array([one.se for one in fit.coefficients])
        tau2, df = fit.tau2, fit.df
        options |= {"method": fit.method, "test": fit.test}
    no_limit = predictor in ("ni", "sqrtni")
    return _tested(
        "regression test", data, model, predictor, found, errors, df, tau2, options, no_limit=no_limit
    )


def egger(
    yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95, studies: Sequence[str] | None = None
) -> Asymmetry:
    """Egger's test: the effect on its standard error by weighted least squares (the slope is Egger's intercept)."""
    found = regression_test(yi, vi, model="lm", level=level, studies=studies)
    return replace(found, name="Egger")


def thompson(
    yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95, studies: Sequence[str] | None = None
) -> Asymmetry:
    """Thompson and Sharp's test: as Egger's with a spread between studies (REML), and a t test."""
    return replace(regression_test(yi, vi, test="t", level=level, studies=studies), name="Thompson")


def pet(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: str = "rma",
    method: str = "DL",
    test: str = "z",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> PrecisionEffect:
    """The precision-effect test: the effect where the standard error is zero; options as for ``regression_test``."""
    return _without_error(
        "PET",
        regression_test(
            yi, vi, model=model, predictor="sei", method=method, test=test, level=level, studies=studies
        ),
    )


def peese(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: str = "rma",
    method: str = "DL",
    test: str = "z",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> PrecisionEffect:
    """The precision-effect estimate with the sampling variance as predictor: the effect where it is zero."""
    return _without_error(
        "PEESE",
        regression_test(
            yi, vi, model=model, predictor="vi", method=method, test=test, level=level, studies=studies
        ),
    )


def _without_error(name: str, found: Asymmetry) -> PrecisionEffect:
    method = found.options.get("method")
    return PrecisionEffect(
        name=name, k=found.k, model=found.model, method=None if method is None else str(method),
        estimate=found.estimate, se=found.se, statistic=found.estimate / found.se if found.se > 0 else float("nan"), df=found.df, p=found.estimate_p,
        ci=found.ci, slope=found.slope, slope_se=found.slope_se, slope_p=found.p, tau2=found.tau2, level=found.level,
        studies=found.studies, converged=found.converged, data_hash=found.data_hash, options=found.options,
        versions=found.versions, excluded=found.excluded, notes=found.notes,
    )  # fmt: skip


def pet_peese(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: str = "rma",
    method: str = "DL",
    test: str = "z",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> PetPeese:
    """PET, and PEESE when PET finds an effect in the direction of the pooled one (one-sided p below 0.05)."""
    one = pet(yi, vi, model=model, method=method, test=test, level=level, studies=studies)
    two = peese(yi, vi, model=model, method=method, test=test, level=level, studies=studies)
    data = observed(yi, vi, studies)
    direction = float(np.sign((data.y / data.v).sum()))
    found = one.p / 2 < 0.05 and one.estimate * direction > 0
    taken = two if found else one
    return PetPeese(
        chosen="PEESE" if found else "PET", estimate=taken.estimate, se=taken.se, p=taken.p, ci=taken.ci,
        pet=one, peese=two, notes=taken.notes,
    )  # fmt: skip


def rank_test(yi: ArrayLike, vi: ArrayLike, *, studies: Sequence[str] | None = None) -> RankTest:
    """Begg and Mazumdar's test: Kendall's correlation of the standardised effects with their variances.

    Raises TooFewStudies under 3 studies, EvidenceFault when all variances are the same.
    """
    data = observed(yi, vi, studies, least=3, what="The rank test")
    w = 1 / data.v
    spread = data.v - 1 / w.sum()
    standardised = (data.y - w @ data.y / w.sum()) / np.sqrt(spread)
    return kendall(standardised, data.v, data)


def kendall(x: Array, y: Array, data: Observed) -> RankTest:
    """Kendall's tau-b of ``x`` and ``y`` (k,), exact without ties, else normal with the variance corrected for ties."""
    n = x.size
    score = 0.0
    for i in range(n - 1):
        score += float(np.sign(x[i + 1 :] - x[i]) @ np.sign(y[i + 1 :] - y[i]))
    ties = [np.unique(one, return_counts=True)[1].astype(float) for one in (x, y)]
    pairs = n * (n - 1) / 2
    one, two = (pairs - float((t * (t - 1)).sum()) / 2 for t in ties)
    if one == 0 or two == 0:
        raise EvidenceFault("All studies have the same precision, so there are no ranks to compare.")
    sums = [
        [float(part.sum()) for part in (t * (t - 1), t * (t - 1) * (t - 2), t * (t - 1) * (2 * t + 5))]
        for t in ties
    ]
    variance = (n * (n - 1) * (2 * n + 5) - sums[0][2] - sums[1][2]) / 18 + sums[0][0] * sums[1][0] / (
        4 * pairs
    )
    variance += sums[0][1] * sums[1][1] / (9 * n * (n - 1) * (n - 2))
    z = score / variance**0.5
    p_normal = float(2 * ndtr(-abs(z)))
    exact = one == two == pairs and n <= EXACT
    p = _exact_p(round((score + pairs) / 2), n) if exact else p_normal
    return RankTest(
        k=n, tau=score / (one * two) ** 0.5, p=p, exact=exact, score=score, score_se=variance**0.5, z=z,
        p_normal=p_normal, studies=data.studies, converged=True, data_hash=data_hash(data.y, data.v), options={},
        versions=versions(), excluded=data.excluded, notes=few(n),
    )  # fmt: skip


def _exact_p(concordant: int, n: int) -> float:
    """Two-sided p of a number of concordant pairs: the inversions of random permutations (Kendall 1938)."""
    chances = np.ones(1)
    for m in range(2, n + 1):
        # A further element adds 0 to m - 1 inversions with equal chances.
        sums = np.concatenate([np.zeros(1), np.cumsum(np.concatenate([chances, np.zeros(m - 1)]))])
        ends = np.arange(1, sums.size)
        chances = (sums[ends] - sums[np.maximum(ends - m, 0)]) / m
    top = chances.size - 1
    least = min(concordant, top - concordant)
    return min(1.0, 2 * float(chances[: least + 1].sum()))


def _predictor(name: str, data: Observed, ni: ArrayLike | None) -> Array:
    if name in ("sei", "vi"):
        return np.sqrt(data.v) if name == "sei" else data.v
    if ni is None:
        raise MissingColumns(f"The predictor {name} needs ni, the number of people of each study.")
    people = numbers(ni, "number of people")
    if people.size != data.k + len(data.excluded):
        raise EvidenceFault(
            f"There are {people.size} values of ni for {data.k + len(data.excluded)} studies."
        )
    people = people[[row - 1 for row in data.rows]]
    for index in np.flatnonzero(~(np.isfinite(people) & (people > 0))).tolist():
        raise ImpossibleValue(
            f"{data.studies[index]} (row {data.rows[index]}) has {people[index]:g} people; the number is above zero.",
            row=data.rows[index],
            study=data.studies[index],
        )
    return {"ni": people, "ninv": 1 / people, "sqrtni": np.sqrt(people), "sqrtninv": 1 / np.sqrt(people)}[
        name
    ]


def _tested(
    name: str,
    data: Observed,
    model: str,
    predictor: str,
    found: Array,
    errors: Array,
    df: float,
    tau2: float,
    options: dict[str, object],
    *,
    no_limit: bool,
) -> Asymmetry:
    level = float(str(options["level"]))
    normal = not np.isfinite(df)
    tail = (1 - level) / 2
    critical = float(-ndtri(tail) if normal else -stdtrit(df, tail))

    def p_of(value: float) -> float:
        return float(2 * (ndtr(-abs(value)) if normal else stdtr(df, -abs(value))))

    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = found / errors
    estimate, se = float(found[0]), float(errors[0])
    ci = (estimate - critical * se, estimate + critical * se)
    nothing = (float("nan"), float("nan"))
    return Asymmetry(
        name=name, k=data.k, model=model, predictor=predictor, statistic=float(statistics[1]),
        df=float("nan") if normal else df, p=p_of(statistics[1]), slope=float(found[1]), slope_se=float(errors[1]),
        estimate=estimate, se=se, estimate_p=p_of(statistics[0]), ci=ci,
        limit=float("nan") if no_limit else estimate, limit_ci=nothing if no_limit else ci, tau2=tau2, level=level,
        studies=data.studies, converged=True, data_hash=data_hash(data.y, data.v), options=options,
        versions=versions(), excluded=data.excluded, notes=few(data.k),
    )  # fmt: skip
