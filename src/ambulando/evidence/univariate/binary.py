"""Pooling of counts without effect sizes of single studies: Mantel-Haenszel and Peto, which stand zero cells.

``ai`` of ``ai + bi`` people had the event in group 1, ``ci`` of ``ci + di`` in group 2; for rates, ``x1i`` events in ``t1i``
person-time and ``x2i`` in ``t2i``. Sources: Mantel & Haenszel 1959; Robins, Breslow & Greenland 1986 (odds ratio);
Greenland & Robins 1985 (risk ratio, rates); Sato 1989 (risk difference); Yusuf et al. 1985 (Peto); Breslow & Day 1980 with
Tarone 1985 (homogeneity); Rothman, Greenland & Lash 2008.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr, ndtri

from ambulando.evidence.faults import ImpossibleValue, TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.evidence.univariate.usable import default_names, numbers
from ambulando.ground import InputError

Flags = NDArray[np.bool_]
MEASURES = ("OR", "RR", "RD", "IRR", "IRD")


@dataclass(frozen=True)
class PooledCounts:
    """A pooled ratio (on the log scale; ``estimate_exp`` is the ratio) or difference.

    ``q`` is of the studies' own effects around ``estimate`` (half a person added where a cell is zero, but for Peto), without
    those in which nobody or everybody had the event; ``mh`` is the
    Cochran-Mantel-Haenszel test, ``breslow_day`` and ``tarone`` those of equal odds ratios: (statistic, p), NaN where they do
    not belong to the measure. ``weights`` are percentages.
    """

    k: int
    method: str
    measure: str
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval
    q: float
    q_df: int
    q_p: float
    i2: float
    h2: float
    mh: tuple[float, float]
    breslow_day: tuple[float, float]
    tarone: tuple[float, float]
    weights: tuple[float, ...]
    estimate_exp: float | None
    ci_exp: Interval | None
    level: float
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Counts:
    cells: tuple[Array, Array, Array, Array]
    studies: tuple[str, ...]
    excluded: tuple[Excluded, ...]
    empty: Flags


def _counts(
    columns: Sequence[ArrayLike], names: Sequence[str], studies: Sequence[str] | None, rates: bool
) -> _Counts:
    arrays = [numbers(column, name) for column, name in zip(columns, names, strict=True)]
    n = arrays[0].size
    if any(array.size != n for array in arrays):
        raise InputError(f"The columns {', '.join(names)} have different lengths; each study needs all four.")
    labels = tuple(studies) if studies is not None else default_names(n)
    if len(labels) != n:
        raise InputError(f"There are {len(labels)} study names for {n} studies.")
    table = np.stack(arrays)
    keep: Flags = np.asarray(np.isfinite(table).all(axis=0))
    excluded = [Excluded(int(i) + 1, labels[i], "a count is missing") for i in np.flatnonzero(~keep)]
    for index in np.flatnonzero(keep).tolist():
        at = f"{labels[index]} (row {index + 1})"
        for name, value in zip(names, table[:, index].tolist(), strict=True):
            if value < 0:
                raise ImpossibleValue(
                    f"{at} has {value:g} as {name}; a count is not below zero.",
                    row=index + 1,
                    study=labels[index],
                )
        a, b, c, d = table[:, index].tolist()
        if (rates and (b == 0 or d == 0)) or (not rates and (a + b == 0 or c + d == 0)):
            raise ImpossibleValue(
                f"{at} has a group without {'person-time' if rates else 'people'}; please check {', '.join(names)}.",
                row=index + 1,
                study=labels[index],
            )
    if not keep.any():
        raise TooFewStudies("No study has all four counts, so there is nothing to pool.")
    kept = tuple(label for label, one in zip(labels, keep.tolist(), strict=True) if one)
    a, b, c, d = table[:, keep]
    nothing = (a + c == 0) if rates else (a + c == 0) | (b + d == 0)
    return _Counts((a, b, c, d), kept, tuple(excluded), nothing)


def mantel_haenszel(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    measure: str = "OR",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
    correct: bool = True,
) -> PooledCounts:
    """The Mantel-Haenszel odds ratio, risk ratio or risk difference of 2 x 2 tables, (k,) each.

    ``correct`` is the continuity correction of the Cochran-Mantel-Haenszel test. Raises ImpossibleValue with study and row,
    TooFewStudies where no study has events, UnknownOption.
    """
    measure = measure.upper()
    if measure not in ("OR", "RR", "RD"):
        raise UnknownOption(
            f"Mantel-Haenszel pools OR, RR and RD of people (IRR and IRD of rates), not {measure}."
        )
    sensible_level(level)
    found = _counts((ai, bi, ci, di), ("ai", "bi", "ci", "di"), studies, rates=False)
    a, b, c, d = found.cells
    n1, n2 = a + b, c + d
    N = n1 + n2
    mh = tarone = breslow_day = (math.nan, math.nan)
    if measure == "RD":
        share = n1 * n2 / N
        estimate = float((a * n2 / N - c * n1 / N).sum() / share.sum())
        first = (c * (n1 / N) ** 2 - a * (n2 / N) ** 2 + (n1 / N) * (n2 / N) * (n2 - n1) / 2).sum()
        second = ((a * d + c * b) / N).sum() / 2
        se = math.sqrt(float(estimate * first + second)) / float(share.sum())
    else:
        R, S = (a * d / N, b * c / N) if measure == "OR" else (a * n2 / N, c * n1 / N)
        top, bottom = float(R.sum()), float(S.sum())
        if top == 0 or bottom == 0:
            raise TooFewStudies(
                f"No study has {'events in group 1' if top == 0 else 'events in group 2'} to compare, so there is no "
                f"pooled {measure}; the risk difference can be had (RD)."
            )
        estimate, share = math.log(top / bottom), S
        if measure == "OR":
            P, Q = (a + d) / N, (b + c) / N
            variance = (
                (P * R).sum() / (2 * top**2)
                + (P * S + Q * R).sum() / (2 * top * bottom)
                + (Q * S).sum() / (2 * bottom**2)
            )
            mh = _cochran(a, n1, n2, a + c, b + d, correct)
            breslow_day, tarone = _breslow_day(a, n1, n2, a + c, top / bottom, int((~found.empty).sum()) - 1)
        else:
            variance = ((n1 * n2 * (a + c) / N - a * c) / N).sum() / (top * bottom)
        se = math.sqrt(float(variance))
    y, v = _own_effects(measure, a, b, c, d)
    return _answer(found, "MH", measure, estimate, se, level, _heterogeneity(y, v, estimate, found.empty), share,
                   {"correct": correct}, mh, breslow_day, tarone)  # fmt: skip


def rates_mantel_haenszel(
    x1i: ArrayLike,
    t1i: ArrayLike,
    x2i: ArrayLike,
    t2i: ArrayLike,
    *,
    measure: str = "IRR",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
    correct: bool = True,
) -> PooledCounts:
    """The Mantel-Haenszel ratio (IRR) or difference (IRD) of incidence rates: events and person-time, (k,) each."""
    measure = measure.upper()
    if measure not in ("IRR", "IRD"):
        raise UnknownOption(f"Rates are pooled as IRR or IRD, not {measure}.")
    sensible_level(level)
    found = _counts((x1i, t1i, x2i, t2i), ("x1i", "t1i", "x2i", "t2i"), studies, rates=True)
    x1, t1, x2, t2 = found.cells
    T = t1 + t2
    extra = 0.5 * ((x1 == 0) | (x2 == 0))
    if measure == "IRD":
        share = t1 * t2 / T
        estimate = float((x1 * t2 / T - x2 * t1 / T).sum() / share.sum())
        se = math.sqrt(float((x1 * (t2 / T) ** 2 + x2 * (t1 / T) ** 2).sum())) / float(share.sum())
        y, v = (x1 + extra) / t1 - (x2 + extra) / t2, (x1 + extra) / t1**2 + (x2 + extra) / t2**2
        mh = (math.nan, math.nan)
    else:
        top, share = float((x1 * t2 / T).sum()), x2 * t1 / T
        bottom = float(share.sum())
        if top == 0 or bottom == 0:
            raise TooFewStudies(
                "One of the groups has no events in any study, so there is no pooled IRR; take IRD."
            )
        estimate = math.log(top / bottom)
        se = math.sqrt(float((t1 / T * (t2 / T) * (x1 + x2)).sum()) / (top * bottom))
        y, v = np.log((x1 + extra) / t1 / ((x2 + extra) / t2)), 1 / (x1 + extra) + 1 / (x2 + extra)
        gap = abs(float((x1 - (x1 + x2) * t1 / T).sum())) - 0.5 * correct
        statistic = max(gap, 0.0) ** 2 / float(((x1 + x2) * t1 * t2 / T**2).sum())
        mh = (statistic, float(chdtrc(1, statistic)))
    return _answer(found, "MH", measure, estimate, se, level, _heterogeneity(y, v, estimate, found.empty), share,
                   {"correct": correct}, mh)  # fmt: skip


def peto(
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> PooledCounts:
    """Peto's one-step odds ratio, for rare events in groups of like size; 2 x 2 tables, (k,) each."""
    sensible_level(level)
    found = _counts((ai, bi, ci, di), ("ai", "bi", "ci", "di"), studies, rates=False)
    a, b, c, d = found.cells
    gap, v = _peto(a, b, c, d)
    total = float(v.sum())
    if total == 0:
        raise TooFewStudies(
            "No study has both people with and people without the event, so there is no Peto odds ratio."
        )
    estimate = float(gap.sum()) / total
    with np.errstate(divide="ignore", invalid="ignore"):
        y, variance = gap / v, 1 / v
    return _answer(
        found,
        "Peto",
        "OR",
        estimate,
        total**-0.5,
        level,
        _heterogeneity(y, variance, estimate, found.empty),
        v,
        {},
    )


def _peto(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Observed minus expected events of group 1, and their hypergeometric variance."""
    n1, n2, m1 = a + b, c + d, a + c
    N = n1 + n2
    with np.errstate(divide="ignore", invalid="ignore"):
        return a - n1 * m1 / N, np.where(N > 1, n1 * n2 * m1 * (N - m1) / (N * N * (N - 1)), 0.0)


def _own_effects(measure: str, a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Effects and variances of single studies, with half a person in each cell of a study that has an empty one."""
    extra = 0.5 * ((a == 0) | (b == 0) | (c == 0) | (d == 0))
    a, b, c, d = a + extra, b + extra, c + extra, d + extra
    n1, n2 = a + b, c + d
    if measure == "OR":
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    if measure == "RR":
        return np.log(a / n1 / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _heterogeneity(y: Array, v: Array, estimate: float, empty: Flags) -> tuple[float, int]:
    df = int((~empty).sum()) - 1
    # One study alone cannot differ from others; its distance from a difference that the empty studies pulled is none of it.
    return (float(((y - estimate) ** 2 / v)[~empty].sum()), df) if df > 0 else (0.0, 0)


def _cochran(a: Array, n1: Array, n2: Array, m1: Array, m2: Array, correct: bool) -> tuple[float, float]:
    N = n1 + n2
    gap = abs(float((a - n1 * m1 / N).sum())) - 0.5 * correct
    spread = float(np.where(N > 1, n1 * n2 * m1 * m2 / (N * N * np.maximum(N - 1, 1)), 0.0).sum())
    statistic = max(gap, 0.0) ** 2 / spread if spread > 0 else math.nan
    return statistic, float(chdtrc(1, statistic))


def _breslow_day(
    a: Array, n1: Array, n2: Array, m1: Array, ratio: float, df: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Breslow-Day, and with Tarone's correction: distance of ``a`` from what the common odds ratio gives these margins."""
    # The expected count E solves E (n2 - m1 + E) = ratio (n1 - E) (m1 - E).
    p, q, r = 1 - ratio, n2 - m1 + ratio * (n1 + m1), -ratio * n1 * m1
    if abs(p) < 1e-12:
        E = -r / q
    else:
        root = np.sqrt(np.maximum(q * q - 4 * p * r, 0.0))
        # Of both roots the one between the bounds, without cancellation: q is positive wherever it is.
        E = np.where(q >= 0, -2 * r / (q + root), (root - q) / (2 * p))
    with np.errstate(divide="ignore", invalid="ignore"):
        v = 1 / (1 / E + 1 / (m1 - E) + 1 / (n1 - E) + 1 / (n2 - m1 + E))
        v = np.where(np.isfinite(v) & (v > 0), v, 0.0)
        terms = np.where(v > 0, (a - E) ** 2 / v, 0.0)
    plain = float(terms.sum())
    if df < 1 or v.sum() == 0:
        return (math.nan, math.nan), (math.nan, math.nan)
    corrected = max(0.0, plain - float(np.where(v > 0, a - E, 0).sum() ** 2 / v.sum()))
    return (plain, float(chdtrc(df, plain))), (corrected, float(chdtrc(df, corrected)))


def _answer(
    found: _Counts, method: str, measure: str, estimate: float, se: float, level: float, spread: tuple[float, int],
    share: Array, options: dict[str, object], mh: tuple[float, float] = (math.nan, math.nan),
    breslow_day: tuple[float, float] = (math.nan, math.nan), tarone: tuple[float, float] = (math.nan, math.nan),
) -> PooledCounts:  # fmt: skip
    q, df = spread
    half = float(-ndtri((1 - level) / 2)) * se
    ci = (estimate - half, estimate + half)
    ratio = measure in ("OR", "RR", "IRR")
    statistic = estimate / se if se > 0 else math.nan
    notes = tuple(
        f"{study} has no events, or nothing but events, in both groups and tells nothing about a ratio."
        for study in ([found.studies[i] for i in np.flatnonzero(found.empty)] if ratio else ())
    )
    return PooledCounts(
        k=len(found.studies), method=method, measure=measure, estimate=estimate, se=se, statistic=statistic,
        df=math.nan, p=float(2 * ndtr(-abs(statistic))), ci=ci, q=q, q_df=df,
        q_p=float(chdtrc(df, q)) if df > 0 else 1.0, i2=max(0.0, 100 * (q - df) / q) if q > 0 else 0.0,
        h2=q / df if df > 0 else 1.0, mh=mh, breslow_day=breslow_day, tarone=tarone,
        weights=tuple((100 * share / share.sum()).tolist()),
        estimate_exp=math.exp(estimate) if ratio else None, ci_exp=(math.exp(ci[0]), math.exp(ci[1])) if ratio else None,
        level=level, studies=found.studies, converged=True, boundary=False, data_hash=data_hash(*found.cells),
        options={"method": method, "measure": measure, "level": level, **options}, versions=versions(),
        excluded=found.excluded, notes=notes,
    )  # fmt: skip
