"""What papers print instead of means and standard deviations, turned into what effect sizes need."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from ambulando.evidence.effects.means import smd_from_d
from ambulando.evidence.effects.measures import Effects, floats
from ambulando.evidence.results import Array


def smd_from_t(
    t: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, exact: bool = True, variance: str = "ls"
) -> Effects:
    """Hedges' g from the t statistic of two independent groups: d = t sqrt(1/n1 + 1/n2)."""
    value, a, b = floats(t, n1, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return smd_from_d(value * np.sqrt(1 / a + 1 / b), a, b, exact=exact, variance=variance)


def smd_from_f(
    f: ArrayLike, sign: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, exact: bool = True, variance: str = "ls"
) -> Effects:
    """Hedges' g from the F statistic (1 degree of freedom) of two groups; ``sign`` 1 or -1 says which mean is larger."""
    value, direction = floats(f, sign)
    with np.errstate(invalid="ignore"):
        return smd_from_t(np.sign(direction) * np.sqrt(value), n1, n2, exact=exact, variance=variance)


def smd_from_p(
    p: ArrayLike, sign: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, exact: bool = True, variance: str = "ls"
) -> Effects:
    """Hedges' g from the two-sided p-value of a t test of two groups; ``sign`` 1 or -1 says which mean is larger."""
    value, direction, a, b = floats(p, sign, n1, n2)
    with np.errstate(invalid="ignore"):
        size = np.where((value > 0) & (value <= 1), -stdtrit(a + b - 2, value / 2), np.nan)
    return smd_from_t(np.sign(direction) * size, a, b, exact=exact, variance=variance)


def sd_from_se(se: ArrayLike, n: ArrayLike) -> Array:
    """The standard deviation behind the standard error of a mean of ``n`` people."""
    error, people = floats(se, n)
    return np.asarray(error * np.sqrt(people))


def sd_from_interval(low: ArrayLike, high: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Array:
    """The standard deviation behind the confidence interval (t distribution) of a mean of ``n`` people."""
    down, up, people = floats(low, high, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return sd_from_se((up - down) / (2 * stdtrit(people - 1, (1 + level) / 2)), people)


def se_from_interval(low: ArrayLike, high: ArrayLike, *, level: float = 0.95) -> Array:
    """The standard error behind a symmetric (normal) confidence interval; for a ratio give the logarithms of its limits."""
    down, up = floats(low, high)
    return np.asarray((up - down) / (2 * ndtri((1 + level) / 2)))


def se_from_p(estimate: ArrayLike, p: ArrayLike) -> Array:
    """The standard error behind an estimate and its two-sided p-value (z test); for a ratio give its logarithm."""
    value, probability = floats(estimate, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.abs(value) / -ndtri(probability / 2))


def mean_and_sd(
    median: ArrayLike,
    n: ArrayLike,
    *,
    smallest: ArrayLike = np.nan,
    q1: ArrayLike = np.nan,
    q3: ArrayLike = np.nan,
    largest: ArrayLike = np.nan,
) -> tuple[Array, Array]:
    """Mean and SD behind a median with the range, the quartiles, or both (NaN where they were not printed).

    Mean: Luo 2018 (Statistical Methods in Medical Research 27:1785); SD: Wan 2014 (BMC Medical Research Methodology 14:135)
    from the range or the quartiles, Shi 2020 (Research Synthesis Methods 11:641) from both. They hold for scores that are
    about normal; with skewed ones the result misleads. Neither range nor quartiles give NaN.
    """
    m, k, a, b, c, d = floats(median, n, smallest, q1, q3, largest)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_range, of_quartiles = ndtri((k - 0.375) / (k + 0.25)), ndtri((0.75 * k - 0.125) / (k + 0.25))
        middle, inner = (a + d) / 2, (b + c) / 2
        w = 4 / (4 + k**0.75)
        from_range = w * middle + (1 - w) * m, (d - a) / (2 * of_range)
        w = 0.7 + 0.39 / k
        from_quartiles = w * inner + (1 - w) * m, (c - b) / (2 * of_quartiles)
        w1, w2 = 2.2 / (2.2 + k**0.75), 0.7 - 0.72 / k**0.55
        from_both = (
            w1 * middle + w2 * inner + (1 - w1 - w2) * m,
            (d - a) / ((2 + 0.14 * k**0.6) * of_range) + (c - b) / ((2 + 2 / (0.07 * k**0.6)) * of_quartiles),
        )
    has_range, has_quartiles = np.isfinite(middle), np.isfinite(inner)

    def chosen(index: int) -> Array:
        alone = np.where(has_range, from_range[index], from_quartiles[index])
        return np.where(has_range & has_quartiles, from_both[index], alone)

    return chosen(0), chosen(1)
