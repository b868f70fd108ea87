"""Pooling of effects: common effect, DerSimonian-Laird, Paule-Mandel, maximum likelihood, REML; with z, t and
Hartung-Knapp tests, the Q-profile interval of tau2, prediction interval and heterogeneity.

Everything is O(k): no k x k matrix is ever formed. Formulas: DerSimonian & Laird 1986; Paule & Mandel 1982;
Viechtbauer 2005 (likelihood estimators) and 2007 (Q-profile); Hartung & Knapp 2001; Riley 2011 (prediction).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit

from ambulando.evidence.effects import RATIO_MEASURES
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, versions
from ambulando.evidence.tau2 import Tau2, solve_q, tau2_many, tau2_of
from ambulando.ground import InputError

#: Spellings a caller may use (any case) and the names that results carry.
METHODS = {
    **dict.fromkeys(("reml",), "REML"),
    **dict.fromkeys(("dl", "random", "chi2"), "DL"),
    **dict.fromkeys(("pm", "iterated"), "PM"),
    **dict.fromkeys(("ml",), "ML"),
    **dict.fromkeys(("ee", "fe", "common", "fixed"), "EE"),
}
TESTS = {
    **dict.fromkeys(("z",), "z"),
    **dict.fromkeys(("t",), "t"),
    **dict.fromkeys(("hksj", "knha", "hk", "kh"), "knha"),
    **dict.fromkeys(("adhoc", "hksj-adhoc"), "adhoc"),
}


@dataclass(frozen=True)
class Pooled:
    """A pooled effect. Field names are the JSON keys of ``evidence pool``.

    ``ci`` and ``pi`` are 95% intervals (``level``) on the scale of ``estimate``; for ratio measures that is the log scale
    and the ``_exp`` fields are on the scale of the ratio. ``i2`` is a percentage; ``weights`` are percentages in the order
    of ``studies``. ``pi``, ``tau2_ci`` and ``h2`` are NaN where the model or the number of studies gives none.
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


def _named(name: str, names: dict[str, str], what: str) -> str:
    try:
        return names[name.strip().lower()]
    except KeyError:
        raise InputError(
            f"There is no {what} called {name!r}; take one of {', '.join(sorted(set(names.values())))}."
        ) from None


def _usable(y: Array, v: Array, labels: Sequence[str]) -> tuple[NDArray[np.bool_], tuple[Excluded, ...]]:
    for index in np.flatnonzero(v < 0).tolist():
        raise InputError(
            f"{labels[index]} (row {index + 1}) has a negative variance ({v[index]:g}); a variance is above zero."
        )
    excluded = []
    keep = np.isfinite(y) & np.isfinite(v) & (v > 0)
    for index in np.flatnonzero(~keep).tolist():
        if not np.isfinite(y[index]):
            reason = "no effect could be computed"
        elif v[index] == 0:
            reason = "its variance is zero"
        else:
            reason = "no variance could be computed"
        excluded.append(Excluded(index + 1, labels[index], reason))
    return keep, tuple(excluded)


def _heterogeneity(v: Array, q: float, tau2: Tau2, method: str) -> tuple[float, float]:
    """I2 in percent and H2, from the "typical" variance of Higgins & Thompson 2002; from Q for the common effect."""
    k = v.size
    if k < 2:
        return 0.0, 1.0
    if method == "EE":
        return (max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0), q / (k - 1)
    w = 1 / v
    typical = (k - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())
    return float(100 * tau2.value / (tau2.value + typical)), float((tau2.value + typical) / typical)


def pool(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
) -> Pooled:
    """The pooled effect of ``yi`` (k,) with sampling variances ``vi`` (k,).

    ``method`` REML, DL, PM, ML or common (EE); ``test`` z, t, hksj (Hartung-Knapp) or adhoc (Hartung-Knapp whose
    standard error is never below that of the z test). Rows without a finite effect and a positive variance are left out
    and listed in ``excluded``. Raises InputError for a negative variance, no usable study, or one study with a t test.
    """
    method, test = _named(method, METHODS, "method"), _named(test, TESTS, "test")
    if not 0.5 <= level < 1:
        raise InputError(f"The level {level} is not between 0.5 and 1; 0.95 is usual.")
    all_y, all_v = np.atleast_1d(np.asarray(yi, dtype=float)), np.atleast_1d(np.asarray(vi, dtype=float))
    if all_y.shape != all_v.shape or all_y.ndim != 1:
        raise InputError(
            f"There are {all_y.size} effects and {all_v.size} variances; each study needs one of both."
        )
    labels = tuple(studies) if studies is not None else tuple(f"Study {i}" for i in range(1, all_y.size + 1))
    if len(labels) != all_y.size:
        raise InputError(f"There are {len(labels)} study names for {all_y.size} effects.")
    keep, excluded = _usable(all_y, all_v, labels)
    y, v = all_y[keep], all_v[keep]
    k = y.size
    if k == 0:
        raise InputError("No study has both an effect and a positive variance, so there is nothing to pool.")
    if k == 1 and test != "z":
        raise InputError("Only one study can be used, and this test needs two or more; use the z test.")

    tau2 = tau2_of(y, v, method)
    w = 1 / (v + tau2.value)
    total = w.sum()
    estimate = float(w @ y / total)
    se = float(total**-0.5)
    if test in ("knha", "adhoc"):
        scale = float(w @ (y - estimate) ** 2 / (k - 1))
        se *= (max(scale, 1.0) if test == "adhoc" else scale) ** 0.5
    alpha = 1 - level
    df = float("nan") if test == "z" else float(k - 1)
    critical = float(-ndtri(alpha / 2) if test == "z" else -stdtrit(k - 1, alpha / 2))
    statistic = estimate / se if se > 0 else float("nan")
    p = 2 * (ndtr(-abs(statistic)) if test == "z" else stdtr(k - 1, -abs(statistic)))
    ci = (estimate - critical * se, estimate + critical * se)

    fixed = 1 / v
    q = float(fixed @ (y - fixed @ y / fixed.sum()) ** 2)
    i2, h2 = _heterogeneity(v, q, tau2, method)
    spread = critical * float(np.sqrt(tau2.value + se**2))
    random = method != "EE"
    pi = (estimate - spread, estimate + spread) if random and k > 1 else (float("nan"), float("nan"))
    tau2_ci = _q_profile(y, v, alpha) if random and k > 1 else (float("nan"), float("nan"))
    notes = _notes(k, tau2, method, flat=test == "knha" and se == 0)
    ratio = measure in RATIO_MEASURES
    return Pooled(
        k=k, method=method, test=test, estimate=estimate, se=se, statistic=statistic, df=df, p=float(p), ci=ci, pi=pi,
        tau2=tau2.value, tau2_ci=tau2_ci, q=q, q_df=k - 1, q_p=float(chdtrc(k - 1, q)) if k > 1 else 1.0, i2=i2, h2=h2,
        weights=tuple((100 * w / total).tolist()), measure=measure,
        estimate_exp=float(np.exp(estimate)) if ratio else None,
        ci_exp=_exp(ci) if ratio else None, pi_exp=_exp(pi) if ratio else None, level=level,
        studies=tuple(name for name, kept in zip(labels, keep, strict=True) if kept),
        yi=tuple(y.tolist()), vi=tuple(v.tolist()),
        converged=tau2.converged, boundary=tau2.boundary, iterations=tau2.iterations, data_hash=data_hash(y, v),
        options={"method": method, "test": test, "level": level, "measure": measure},
        versions=versions(),
        excluded=excluded, notes=notes,
    )  # fmt: skip


def _exp(interval: Interval) -> Interval:
    return (float(np.exp(interval[0])), float(np.exp(interval[1])))


def _q_profile(y: Array, v: Array, alpha: float) -> Interval:
    df = y.size - 1
    low, high = (solve_q(y, v, float(chdtri(df, tail))) for tail in (alpha / 2, 1 - alpha / 2))
    return (low.value, high.value)


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
    if not tau2.converged:
        notes.append("The estimate of tau2 did not converge; do not use this result.")
    return tuple(notes)


def pool_many(yi: ArrayLike, vi: ArrayLike, *, method: str = "REML") -> tuple[Array, Array, Array]:
    """Estimates, z standard errors and tau2, each of shape (b,), of ``b`` data sets at once: ``yi``, ``vi`` of shape (b, k).

    For bootstraps, permutations and simulations; a data set that did not converge gives NaN.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    if y.ndim != 2 or y.shape != v.shape:
        raise InputError("Effects and variances of many data sets need the same shape (data sets, studies).")
    if not (np.all(np.isfinite(y)) and np.all(v > 0)):
        raise InputError("Every effect must be finite and every variance above zero.")
    tau2, converged = tau2_many(y, v, _named(method, METHODS, "method"))
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    lost = np.where(converged, 0.0, np.nan)
    return (w * y).sum(axis=1) / total + lost, total**-0.5 + lost, tau2 + lost
