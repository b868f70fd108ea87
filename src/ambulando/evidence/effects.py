"""Effect sizes from summary data: standardised and raw mean differences, log risk and odds ratios.

All functions take arrays of shape (k,) (or anything that broadcasts) and return an ``Effects`` with arrays of shape (k,).
Group 1 is the one whose effect is asked about (exercise), group 2 the one it is compared with; a negative difference
in a depression score means fewer symptoms in group 1. Where an effect cannot be had, ``yi`` and ``vi`` are NaN.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from ambulando.ground import InputError

Array = NDArray[np.float64]

#: Measures whose estimates are logarithms of ratios.
RATIO_MEASURES = ("RR", "OR", "HR")


@dataclass(frozen=True)
class Effects:
    """Effect sizes ``yi`` and their sampling variances ``vi``, both of shape (k,); ``measure`` names the scale."""

    measure: str
    yi: Array
    vi: Array


def correction(df: ArrayLike, *, exact: bool = True) -> Array:
    """Hedges' small-sample factor J for ``df`` degrees of freedom (n1 + n2 - 2).

    Exact: J = gamma(df/2) / (sqrt(df/2) gamma((df-1)/2)); approximate: 1 - 3/(4 df - 1), which is 1 - 3/(4N - 9).
    Source: Hedges 1981, Journal of Educational Statistics 6:107, equations 6e and 6f.
    """
    m = np.asarray(df, dtype=float)
    if not exact:
        return 1 - 3 / (4 * m - 1)
    with np.errstate(invalid="ignore"):
        return np.where(m > 1, np.exp(gammaln(m / 2) - 0.5 * np.log(m / 2) - gammaln((m - 1) / 2)), np.nan)


def _ls(g: Array, n1: Array, n2: Array) -> Array:
    return 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))


def _ls2(g: Array, n1: Array, n2: Array) -> Array:
    j = correction(n1 + n2 - 2)
    return j**2 * (1 / n1 + 1 / n2 + (g / j) ** 2 / (2 * (n1 + n2)))


def _ub(g: Array, n1: Array, n2: Array) -> Array:
    m = n1 + n2 - 2
    return 1 / n1 + 1 / n2 + (1 - (m - 2) / (m * correction(m) ** 2)) * g**2


def _revman(g: Array, n1: Array, n2: Array) -> Array:
    total = n1 + n2
    return total / (n1 * n2) + g**2 / (2 * (total - 3.94))


#: Sampling variances of g by name. "ls" is the usual large-sample one (Hedges 1982), "ls2" the same for the
#: uncorrected d times J squared (Borenstein 2009), "ub" unbiased (Hedges 1983), "revman" that of Cochrane's RevMan.
SMD_VARIANCES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "ls": _ls,
    "ls2": _ls2,
    "ub": _ub,
    "revman": _revman,
}


def smd(
    m1: ArrayLike,
    sd1: ArrayLike,
    n1: ArrayLike,
    m2: ArrayLike,
    sd2: ArrayLike,
    n2: ArrayLike,
    *,
    exact: bool = True,
    variance: str = "ls",
) -> Effects:
    """Hedges' g: (m1 - m2) / pooled SD x J, with the sampling variance named by ``variance`` (SMD_VARIANCES).

    ``exact=False, variance="revman"`` gives what Cochrane's RevMan prints.
    """
    if variance not in SMD_VARIANCES:
        raise InputError(
            f"There is no variance called {variance!r} for a standardised mean difference; take one of {', '.join(SMD_VARIANCES)}."
        )
    a, s1, b, s2, c, d = (np.asarray(x, dtype=float) for x in (m1, sd1, m2, sd2, n1, n2))
    df = c + d - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = np.sqrt(((c - 1) * s1**2 + (d - 1) * s2**2) / df)
        g = (a - b) / pooled * correction(df, exact=exact)
        return Effects("SMD", g, SMD_VARIANCES[variance](g, c, d))


def md(m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike) -> Effects:
    """Mean difference m1 - m2 with variance sd1^2/n1 + sd2^2/n2 (the arms may differ in variance)."""
    a, s1, b, s2, c, d = (np.asarray(x, dtype=float) for x in (m1, sd1, m2, sd2, n1, n2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return Effects("MD", a - b, s1**2 / c + s2**2 / d)


def _any_zero(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return np.asarray((a == 0) | (b == 0) | (c == 0) | (d == 0))


def _none(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return np.zeros(np.broadcast(a, b, c, d).shape, dtype=bool)


def _no_events(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return np.asarray((a == 0) | (c == 0) | ((b == 0) & (d == 0)))


def _everywhere(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return ~_none(a, b, c, d)


def _everywhere_if_needed(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return _none(a, b, c, d) | bool(np.any(_any_zero(a, b, c, d)))


#: Which studies get the continuity correction in all four cells.
#: "only-zero": those with any zero among events and non-events (RevMan's rule for Cooney 2013, and metafor's default);
#: "no-events": those with an arm without events, or with events in everybody of both arms;
#: "if-any-all": every study if one needs it; "all": every study; "none": no study.
CONTINUITY_RULES: dict[str, Callable[[Array, Array, Array, Array], NDArray[np.bool_]]] = {
    "only-zero": _any_zero,
    "no-events": _no_events,
    "if-any-all": _everywhere_if_needed,
    "all": _everywhere,
    "none": _none,
}


def two_by_two(
    measure: str,
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    continuity: str = "only-zero",
    add: float = 0.5,
    drop_double_zero: bool = False,
) -> Effects:
    """Log risk ratio ("RR") or log odds ratio ("OR") of 2 x 2 tables.

    ``ai`` events and ``bi`` non-events in group 1, ``ci`` and ``di`` in group 2. ``add`` goes into all four cells of the
    studies that the rule ``continuity`` (CONTINUITY_RULES) names. With ``drop_double_zero`` a study in which nobody or
    everybody had the event in both arms gives NaN. Variances: 1/a - 1/n1 + 1/c - 1/n2, and 1/a + 1/b + 1/c + 1/d.
    """
    if measure not in ("RR", "OR"):
        raise InputError(f"There is no measure called {measure!r} for events; take RR or OR.")
    if continuity not in CONTINUITY_RULES:
        raise InputError(
            f"There is no continuity rule called {continuity!r}; take one of {', '.join(CONTINUITY_RULES)}."
        )
    a, b, c, d = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (ai, bi, ci, di)))
    double = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
    extra = np.where(CONTINUITY_RULES[continuity](a, b, c, d), add, 0.0)
    a, b, c, d = a + extra, b + extra, c + extra, d + extra
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "RR":
            yi = np.log(a / (a + b)) - np.log(c / (c + d))
            vi = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
        else:
            yi = np.log(a) + np.log(d) - np.log(b) - np.log(c)
            vi = 1 / a + 1 / b + 1 / c + 1 / d
    # A variance of zero (everybody had the event in both arms, uncorrected) is no information, not perfect information.
    lost = ~np.isfinite(yi) | ~np.isfinite(vi) | (vi <= 0) | (double if drop_double_zero else False)
    return Effects(measure, np.where(lost, np.nan, yi), np.where(lost, np.nan, vi))
