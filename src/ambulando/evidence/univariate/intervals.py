"""Other intervals than those of ``pooling``: for tau2 and I2, for the mean (Kenward-Roger, Henmi-Copas), and for prediction.

Sources: Viechtbauer 2007, Stat Med 26:37 (Q-profile, profile likelihood); Higgins & Thompson 2002, Stat Med 21:1539 (I2, H2);
Kenward & Roger 1997, Biometrics 53:983, with Partlett & Riley 2017, Stat Med 36:301; Henmi & Copas 2010, Stat Med 29:2969;
Higgins, Thompson & Spiegelhalter 2009, JRSS A 172:137; Skipka 2006; Veroniki et al. 2019, Res Syn Meth 10:23.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy.special import chdtri, gammainc, ndtri, stdtr, stdtrit

from ambulando.evidence.faults import NotConverged, TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.evidence.univariate.pooling import METHODS, heterogeneity, not_converged, pool, q_profile
from ambulando.evidence.univariate.sums import Sums, dot, sums_of
from ambulando.evidence.univariate.tau2 import log_likelihood, tau2_of
from ambulando.evidence.univariate.usable import Usable, named, usable

TAU2_INTERVALS = {
    **dict.fromkeys(("qprofile", "qp", "q-profile"), "qprofile"),
    **dict.fromkeys(("profile", "pl", "profile-likelihood"), "profile"),
    **dict.fromkeys(("higgins-thompson", "ht"), "higgins-thompson"),
}
#: Prediction intervals: which standard error of the mean they take, and which degrees of freedom.
PREDICTIONS = {
    "v": "V",  # Veroniki: k - 1
    "hts": "HTS",  # Higgins, Thompson & Spiegelhalter: k - 2
    "s": "S",  # Skipka: normal
    "hk": "HK",  # Hartung-Knapp error, k - 1
    "hk-pr": "HK-PR",  # Partlett & Riley: Hartung-Knapp error, k - 2
    "kr": "KR",  # Kenward-Roger error and degrees of freedom
    "kr-pr": "KR-PR",  # Partlett & Riley: those, less one
}


@dataclass(frozen=True)
class HeterogeneityIntervals:
    """tau2, tau, I2 (percent) and H2, each with an interval of the given ``kind``."""

    kind: str
    method: str
    tau2: float
    tau2_ci: Interval
    tau: float
    tau_ci: Interval
    i2: float
    i2_ci: Interval
    h2: float
    h2_ci: Interval
    level: float
    k: int
    studies: tuple[str, ...]
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    converged: bool
    boundary: bool
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MeanInterval:
    """A mean with an interval of the given ``kind``. ``df`` is NaN where there is none; for a prediction, ``se`` is that of a
    new study's true effect and ``p`` is NaN."""

    kind: str
    method: str
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval
    tau2: float
    level: float
    k: int
    studies: tuple[str, ...]
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    converged: bool
    boundary: bool
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def i2_interval(q: float, df: int, *, level: float = 0.95) -> Interval:
    """The interval of I2 (percent) from Q alone, on the scale of log H (Higgins & Thompson 2002)."""
    sensible_level(level)
    if df < 1 or not q > 0:
        return (math.nan, math.nan)
    low, high = _h2_interval(q / df, q, df + 1, level)
    return (_i2(low), _i2(high))


def _i2(h2: float) -> float:
    return max(0.0, 100 * (h2 - 1) / h2)


def _h2_interval(h2: float, q: float, k: int, level: float) -> Interval:
    if q > k:
        error = 0.5 * (math.log(q) - math.log(k - 1)) / (math.sqrt(2 * q) - math.sqrt(2 * k - 3))
    elif k > 2:
        error = math.sqrt(1 / (2 * (k - 2)) * (1 - 1 / (3 * (k - 2) ** 2)))
    else:
        return (math.nan, math.nan)
    half = 2 * float(-ndtri((1 - level) / 2)) * error
    return (max(1.0, h2 * math.exp(-half)), max(1.0, h2 * math.exp(half)))


def tau2_interval(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    kind: str = "qprofile",
    method: str = "REML",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> HeterogeneityIntervals:
    """tau2, I2 and H2 of effects ``yi`` (k,) with variances ``vi`` (k,), with intervals of one ``kind``.

    ``qprofile`` inverts the generalised Q; ``profile`` the likelihood ratio (restricted, but for ML); ``higgins-thompson``
    takes the normal approximation of log H. Raises TooFewStudies for fewer than two and UnknownOption.
    """
    kind, method = named(kind, TAU2_INTERVALS, "interval of tau2"), named(method, METHODS, "method")
    sensible_level(level)
    if method in ("EE", "GENQ"):
        raise UnknownOption(f"The method {method} has no interval of tau2 here; take REML, ML, PM or DL.")
    use = _two_or_more(usable(yi, vi, studies), "An interval of tau2")
    sums = sums_of(use.y, use.v)
    tau2 = tau2_of(use.y, use.v, method, sums=sums)
    if not tau2.converged:
        raise not_converged(method)
    q, _, _, trace, *_ = sums.at(0.0)
    i2, h2 = heterogeneity(q, trace, sums.df, tau2.value, method)
    typical = sums.df / trace
    if kind == "qprofile":
        ends = q_profile(sums, tau2.value, 1 - level)
    elif kind == "profile":
        if method not in ("ML", "REML"):
            raise UnknownOption(
                f"A profile likelihood needs the method ML or REML, not {method}; take one of these or the Q-profile."
            )
        ends = _profile(use.y, use.v, tau2.value, method == "REML", level)
    else:
        low, high = _h2_interval(h2, q, sums.k, level)
        ends = (typical * (low - 1), typical * (high - 1))
    h2_ci = (1 + ends[0] / typical, 1 + ends[1] / typical)
    return HeterogeneityIntervals(
        kind=kind, method=method, tau2=tau2.value, tau2_ci=ends, tau=math.sqrt(tau2.value),
        tau_ci=(math.sqrt(ends[0]), math.sqrt(ends[1])), i2=i2, i2_ci=(_i2(h2_ci[0]), _i2(h2_ci[1])), h2=h2, h2_ci=h2_ci,
        level=level, k=sums.k, studies=use.studies, data_hash=data_hash(use.y, use.v),
        options={"kind": kind, "method": method, "level": level}, versions=versions(), converged=True,
        boundary=tau2.boundary, excluded=use.excluded, notes=(),
    )  # fmt: skip


def _two_or_more(use: Usable, what: str) -> Usable:
    if use.y.size < 2:
        raise TooFewStudies(f"{what} needs two studies or more, and only {use.studies[0]} can be used.")
    return use


def _profile(y: Array, v: Array, tau2: float, restricted: bool, level: float) -> Interval:
    """The ends of {t: log-likelihood >= maximum - chi2(level, 1) / 2} around its maximum ``tau2``."""
    from scipy.optimize import brentq

    bar = log_likelihood(y, v, tau2, restricted=restricted) - float(chdtri(1, 1 - level)) / 2

    def above(t: float) -> float:
        return log_likelihood(y, v, t, restricted=restricted) - bar

    low = 0.0 if above(0.0) >= 0 else float(brentq(above, 0.0, tau2, xtol=1e-300, rtol=1e-14, maxiter=500))
    high = 2 * tau2 + float(v.min())
    while above(high) > 0:
        high *= 2
        if not math.isfinite(high):
            raise NotConverged(
                "The likelihood of tau2 never falls for these studies; please check the variances."
            )
    return low, float(brentq(above, tau2, high, xtol=1e-300, rtol=1e-14, maxiter=500))


@dataclass(frozen=True, slots=True)
class _Adjustment:
    """The Kenward-Roger standard error and degrees of freedom of a mean."""

    se: float
    df: float


def _kenward_roger(sums: Sums, tau2: float) -> _Adjustment:
    """For Sigma = diag(v + tau2), linear in its one parameter, the adjustment of Kenward & Roger has this closed form."""
    _, _, _, _, d, s1, s2 = sums.at(tau2)
    # tr PP = s2 - 2 s3 / s1 + (s2 / s1)^2; twice the inverse of it is the variance of tau2.
    s3 = (s2 + (s2 / s1) ** 2 - d) * s1 / 2
    spread = 2 / d
    variance = 1 / s1 + 2 * spread * (s3 - s2 * s2 / s1) / (s1 * s1)
    return _Adjustment(math.sqrt(variance), 2 / (spread * (s2 * variance) ** 2))


def kenward_roger(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> MeanInterval:
    """The REML mean with the standard error and degrees of freedom of Kenward and Roger (expected information)."""
    sensible_level(level)
    use = _two_or_more(usable(yi, vi, studies), "The Kenward-Roger interval")
    found = pool(use.y, use.v, method="REML", test="z", level=level)
    fit = _kenward_roger(sums_of(use.y, use.v), found.tau2)
    half = float(-stdtrit(fit.df, (1 - level) / 2)) * fit.se
    statistic = found.estimate / fit.se
    return _mean(
        use, "KR", "REML", found.estimate, fit.se, statistic, fit.df, float(2 * stdtr(fit.df, -abs(statistic))),
        (found.estimate - half, found.estimate + half), found.tau2, level, found.boundary,
    )  # fmt: skip


def prediction_interval(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    kind: str = "HTS",
    method: str = "REML",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> MeanInterval:
    """Where the true effect of a new study lies (``ci``), by one of PREDICTIONS; ``estimate`` is the pooled effect.

    Raises TooFewStudies where no degrees of freedom are left and UnknownOption.
    """
    kind, method = named(kind, PREDICTIONS, "prediction interval"), named(method, METHODS, "method")
    sensible_level(level)
    if method in ("EE", "GENQ") or (kind.startswith("KR") and method != "REML"):
        raise UnknownOption(f"There is no prediction interval {kind} for the method {method}; take REML.")
    use = _two_or_more(usable(yi, vi, studies), "A prediction interval")
    found = pool(use.y, use.v, method=method, test="knha" if kind.startswith("HK") else "z", level=level)
    k, se = found.k, found.se
    if kind.startswith("KR"):
        adjusted = _kenward_roger(sums_of(use.y, use.v), found.tau2)
        se, df = adjusted.se, adjusted.df - (kind == "KR-PR")
    else:
        df = math.nan if kind == "S" else float(k - 2 if kind in ("HTS", "HK-PR") else k - 1)
    if df <= 0:
        raise TooFewStudies(f"The prediction interval {kind} needs more than {k} studies; take V, HK or S.")
    error = math.sqrt(found.tau2 + se * se)
    tail = (1 - level) / 2
    half = error * float(-ndtri(tail) if kind == "S" else -stdtrit(df, tail))
    ends = (found.estimate - half, found.estimate + half)
    return _mean(
        use,
        kind,
        method,
        found.estimate,
        error,
        math.nan,
        df,
        math.nan,
        ends,
        found.tau2,
        level,
        found.boundary,
    )


def _mean(
    use: Usable, kind: str, method: str, estimate: float, se: float, statistic: float, df: float, p: float,
    ci: Interval, tau2: float, level: float, boundary: bool,
) -> MeanInterval:  # fmt: skip
    return MeanInterval(
        kind=kind, method=method, estimate=estimate, se=se, statistic=statistic, df=df, p=p, ci=ci, tau2=tau2,
        level=level, k=use.y.size, studies=use.studies, data_hash=data_hash(use.y, use.v),
        options={"kind": kind, "method": method, "level": level}, versions=versions(), converged=True,
        boundary=boundary, excluded=use.excluded, notes=(),
    )  # fmt: skip


def henmi_copas(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> MeanInterval:
    """The common-effect mean with the interval of Henmi and Copas, which holds under heterogeneity and is less moved by
    missing small studies than the random-effects mean.

    The pivot is (mean - true) / its estimated error, with tau2 by DL; given the standardised mean R = r, Q is taken as a
    gamma variable with its exact mean and variance, and R is integrated out.
    """
    sensible_level(level)
    use = _two_or_more(usable(yi, vi, studies), "The Henmi-Copas interval")
    y, v, k = use.y, use.v, use.y.size
    w = 1 / v
    total = float(w.sum())
    w2 = dot(w, w) / total
    estimate = dot(w, y) / total
    q = dot(w, (y - estimate) ** 2)
    t = max(0.0, (q - (k - 1)) / (total - w2))
    ratio = 1 + t * w2  # the variance of the mean, relative to that without heterogeneity
    # With A = W - ww'/total, D = diag(v + t), d = Dw: the conditional covariance is C = D - share dd', and Ad = g.
    d = 1 + t * w
    g = t * (w * w - w * w2)
    share = 1 / (total * ratio)
    gd, gDg = dot(g, d), dot(g * g, v + t)
    centre = (k - 1) + t * (total - w2) - share * gd
    tr = (
        float((d * d).sum() - 2 * dot(w, d * d) / total + (dot(w, d) / total) ** 2)
        - 2 * share * gDg
        + (share * gd) ** 2
    )
    pull, push = share * gd, share * (gDg - share * gd * gd)

    def beyond(u: float) -> float:
        """The chance that the pivot lies beyond ``u``, on both sides."""
        from scipy.integrate import quad

        def density(r: float) -> float:
            bar = (k - 1) + (total - w2) / w2 * ((r / u) ** 2 * ratio - 1)
            mean, variance = centre + pull * r * r, 2 * tr + 4 * push * r * r
            below = float(gammainc(mean * mean / variance, bar * mean / variance)) if bar > 0 else 0.0
            return 2 * math.exp(-r * r / 2) / math.sqrt(2 * math.pi) * below

        start = u / math.sqrt(ratio)
        return float(quad(density, start, start + 12, epsabs=1e-12, epsrel=1e-10, limit=200)[0])

    from scipy.optimize import brentq

    high = 4.0
    while beyond(high) > 1 - level:
        high *= 2
        if high > 1e6:
            raise NotConverged(
                "The Henmi-Copas interval has no end for these studies; please check the variances."
            )
    critical = float(brentq(lambda u: beyond(u) - (1 - level), 0.05, high, xtol=1e-12))
    se = math.sqrt(ratio / total)
    # The p value is that of the same pivot at zero.
    statistic = estimate / se
    p = min(1.0, beyond(abs(statistic))) if statistic else 1.0
    return _mean(
        use, "HC", "EE", estimate, se, statistic, math.nan, p,
        (estimate - critical * se, estimate + critical * se), t, level, t == 0,
    )  # fmt: skip
