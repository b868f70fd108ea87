"""Pooling of effects to one: common effect or random effects with any estimator of tau2, z, t and Hartung-Knapp tests, the
Q-profile interval of tau2, a prediction interval and heterogeneity.

Everything is O(k). Sources: ``tau2`` for the estimators; Hartung & Knapp 2001, Stat Med 20:3875; Jackson et al. 2017,
Stat Med 36:3923 (the ad hoc floor); Viechtbauer 2007, Stat Med 26:37 (Q-profile); Higgins & Thompson 2002, Stat Med 21:1539
(I2, H2); Riley et al. 2011, BMJ 342:d549 (prediction). Other intervals are in ``intervals``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit

from ambulando.evidence.effects import RATIO_MEASURES
from ambulando.evidence.faults import NegativeVariance, NotANumber, NotConverged, TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.evidence.univariate.sums import Sums, dot, sums_of
from ambulando.evidence.univariate.tau2 import LIKELIHOOD, Tau2, root_of_q, standard_error, tau2_of
from ambulando.evidence.univariate.tau2_many import tau2_many
from ambulando.evidence.univariate.usable import named, numbers, usable
from ambulando.ground import InputError

#: Spellings a caller may use (any case) and the names that results carry.
METHODS = {
    **dict.fromkeys(("reml",), "REML"),
    **dict.fromkeys(("dl", "random", "chi2"), "DL"),
    **dict.fromkeys(("pm", "mp", "iterated"), "PM"),
    **dict.fromkeys(("ml",), "ML"),
    **dict.fromkeys(("ee", "fe", "ce", "common", "fixed"), "EE"),
    **dict.fromkeys(("eb",), "EB"),
    **dict.fromkeys(("sj",), "SJ"),
    **dict.fromkeys(("he",), "HE"),
    **dict.fromkeys(("hs",), "HS"),
    **dict.fromkeys(("hsk",), "HSk"),
    **dict.fromkeys(("pmm", "mpm"), "PMM"),
    **dict.fromkeys(("genq",), "GENQ"),
}
TESTS = {
    **dict.fromkeys(("z",), "z"),
    **dict.fromkeys(("t",), "t"),
    **dict.fromkeys(("hksj", "knha", "hk", "kh"), "knha"),
    **dict.fromkeys(("adhoc", "hksj-adhoc"), "adhoc"),
}
NONE: Interval = (math.nan, math.nan)


@dataclass(frozen=True)
class Pooled:
    """A pooled effect. Field names are the JSON keys of ``evidence pool``.

    ``ci`` and ``pi`` are 95% intervals (``level``) on the scale of ``estimate``; for ratio measures that is the log scale
    and the ``_exp`` fields are on the scale of the ratio. ``i2`` is a percentage; ``weights`` are percentages in the order
    of ``studies``. ``pi``, ``tau2_ci``, ``se_tau2`` and ``h2`` are NaN where the model or the number of studies gives none.
    """

    k: int
    method: str
    test: str
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval
    pi: Interval
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
    estimate_exp: float | None
    ci_exp: Interval | None
    pi_exp: Interval | None
    level: float
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


def pool(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
    weights: ArrayLike | None = None,
) -> Pooled:
    """The pooled effect of ``yi`` (k,) with sampling variances ``vi`` (k,).

    ``method`` is one of METHODS (``weights`` (k,) are those of GENQ); ``test`` z, t, hksj (Hartung-Knapp) or adhoc
    (Hartung-Knapp whose standard error is never below that of the z test). Rows without a finite effect and a positive
    variance are left out and listed in ``excluded``. Raises NegativeVariance, NotANumber, TooFewStudies, UnknownOption, and
    NotConverged where no estimate of tau2 is found.
    """
    method, test = named(method, METHODS, "method"), named(test, TESTS, "test")
    sensible_level(level)
    use = usable(yi, vi, studies)
    y, v = use.y, use.v
    k = y.size
    if k == 1 and test != "z":
        raise TooFewStudies(
            f"Only one study can be used ({use.studies[0]}), and this test needs two or more; use the z test.",
            study=use.studies[0],
        )
    if (method == "GENQ") != (weights is not None):
        raise UnknownOption(
            "The method GENQ needs weights, and no other method takes them; please give both or neither."
        )
    own = None if weights is None else _own_weights(weights, use.keep, use.studies)

    sums = sums_of(y, v)
    tau2 = tau2_of(y, v, method, weights=own, sums=sums)
    t = tau2.value
    w = 1 / (v + t)
    share = w if own is None else own
    total = float(share.sum())
    estimate = dot(share, y) / total
    se = total**-0.5 if own is None else math.sqrt(dot(own * own, v + t)) / total
    if not (tau2.converged and math.isfinite(estimate) and math.isfinite(se)):
        raise not_converged(method)
    if test in ("knha", "adhoc"):
        # Of GENQ too, the scale is of the residuals from the mean with inverse variances.
        residual = y - (estimate if own is None else dot(w, y) / dot(w, np.ones(k)))
        scale = dot(w, residual * residual) / (k - 1)
        se *= math.sqrt(max(scale, 1.0) if test == "adhoc" else scale)
    alpha = 1 - level
    df = math.nan if test == "z" else float(k - 1)
    critical = float(-ndtri(alpha / 2) if test == "z" else -stdtrit(k - 1, alpha / 2))
    statistic = estimate / se if se > 0 else math.nan
    p = float(2 * (ndtr(-abs(statistic)) if test == "z" else stdtr(k - 1, -abs(statistic))))
    ci = (estimate - critical * se, estimate + critical * se)

    q, _, _, b, *_ = sums.at(0.0)
    i2, h2 = heterogeneity(q, b, k - 1, t, method)
    random = method != "EE" and k > 1
    spread = critical * math.sqrt(t + se * se)
    pi = (estimate - spread, estimate + spread) if random else NONE
    ratio = measure in RATIO_MEASURES
    options: dict[str, object] = {"method": method, "test": test, "level": level, "measure": measure}
    if own is not None:
        options["weights"] = tuple(own.tolist())
    return Pooled(
        k=k, method=method, test=test, estimate=estimate, se=se, statistic=statistic, df=df, p=p, ci=ci, pi=pi,
        tau2=t, tau2_ci=q_profile(sums, t, alpha) if random else NONE,
        se_tau2=standard_error(y, v, method, t, weights=own, sums=sums),
        q=q, q_df=k - 1, q_p=float(chdtrc(k - 1, q)) if k > 1 else 1.0, i2=i2, h2=h2,
        weights=tuple((share * (100 / total)).tolist()), measure=measure,
        estimate_exp=math.exp(estimate) if ratio else None,
        ci_exp=_exp(ci) if ratio else None, pi_exp=_exp(pi) if ratio else None, level=level,
        studies=use.studies, yi=tuple(y.tolist()), vi=tuple(v.tolist()),
        converged=True, boundary=tau2.boundary, iterations=tau2.iterations,
        data_hash=data_hash(y, v) if own is None else data_hash(y, v, own), options=options, versions=versions(),
        excluded=use.excluded, notes=_notes(k, tau2, method, flat=test == "knha" and se == 0),
    )  # fmt: skip


def not_converged(method: str) -> NotConverged:
    return NotConverged(
        f"{method} found no estimate of tau2 for these studies; please look for effects or variances that are far out of "
        "scale, or take another method (DL needs no search)."
    )


def _own_weights(weights: ArrayLike, keep: NDArray[np.bool_] | None, studies: tuple[str, ...]) -> Array:
    given = numbers(weights, "weight")
    if keep is not None and given.size == keep.size:
        given = given[keep]
    if given.size != len(studies):
        raise InputError(f"There are {given.size} weights for {len(studies)} studies.")
    if not np.all(np.isfinite(given)):
        raise NotANumber("Every weight must be a finite number.")
    for index in np.flatnonzero(given <= 0).tolist():
        raise NegativeVariance(
            f"{studies[index]} has the weight {given[index]:g}; a weight is above zero.", study=studies[index]
        )
    return given


def heterogeneity(q: float, trace: float, df: int, tau2: float, method: str) -> tuple[float, float]:
    """I2 in percent and H2, from the "typical" variance df / tr P of Higgins & Thompson 2002; from Q for the common effect."""
    if df < 1:
        return 0.0, 1.0
    if method == "EE":
        return (max(0.0, 100 * (q - df) / q) if q > 0 else 0.0), q / df
    typical = df / trace
    return 100 * tau2 / (tau2 + typical), (tau2 + typical) / typical


def q_profile(sums: Sums, tau2: float, alpha: float) -> Interval:
    """The tau2 that the generalised Q does not reject, of coverage 1 - ``alpha``. ``tau2`` is any place to start from."""
    here = sums.at(tau2)[0]
    ends = []
    for tail in (alpha / 2, 1 - alpha / 2):
        target = float(chdtri(sums.df, tail))
        end = root_of_q(sums, target, tau2 if here > target else 0.0)
        ends.append(end.value if end.converged else math.nan)
    return ends[0], ends[1]


def _exp(interval: Interval) -> Interval:
    return (float(np.exp(interval[0])), float(np.exp(interval[1])))


def _notes(k: int, tau2: Tau2, method: str, *, flat: bool) -> tuple[str, ...]:
    notes = []
    if flat:
        notes.append(
            "The effects are all the same, so this interval has no width; use the z or the adhoc test."
        )
    if k < 5 and method != "EE":
        notes.append(
            f"Only {k} {'study' if k == 1 else 'studies'}: the spread between studies can hardly be estimated."
        )
    notes += other_maxima(tau2, method)
    return tuple(notes)


def other_maxima(tau2: Tau2, method: str) -> tuple[str, ...]:
    """A note where a likelihood has several maxima."""
    if not tau2.others or method not in LIKELIHOOD:
        return ()
    places = " and ".join(f"{place:.4g}" for place in tau2.others)
    return (
        f"The likelihood has a lower maximum too, at tau2 = {places}; the highest is given. Look for outlying studies.",
    )


def pool_many(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", weights: ArrayLike | None = None
) -> tuple[Array, Array, Array]:
    """Estimates, z standard errors and tau2, each of shape (b,), of ``b`` data sets at once: ``yi``, ``vi`` of shape (b, k).

    For bootstraps, permutations, subsets and simulations: an infinite variance leaves a study out of its data set, and a
    data set that did not converge, or is empty, gives NaN. ``weights`` (k,) are those of GENQ.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    if y.ndim != 2 or y.shape != v.shape:
        raise InputError("Effects and variances of many data sets need the same shape (data sets, studies).")
    if not (np.isfinite(y).all() and v.min(initial=math.inf) > 0):
        raise InputError("Every effect must be finite and every variance above zero.")
    method = named(method, METHODS, "method")
    if (method == "GENQ") != (weights is not None):
        raise UnknownOption(
            "The method GENQ needs weights, and no other method takes them; please give both or neither."
        )
    own = None if weights is None else np.asarray(weights, dtype=float)
    tau2, converged = tau2_many(y, v, method, weights=own)
    w = 1 / (v + tau2[:, None])
    share = w if own is None else own * np.isfinite(v)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = share.sum(axis=1)
        estimates = np.vecdot(share, y) / total
        if own is None:
            errors = total**-0.5
        else:
            errors = np.sqrt(np.vecdot(share * share, np.where(np.isfinite(v), v, 0) + tau2[:, None])) / total
    lost = np.where(converged & (total > 0), 0.0, np.nan)
    return estimates + lost, errors + lost, tau2 + lost
