"""Effect sizes from the means and standard deviations of two groups."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.effects.measures import Effects, correction, finite, floats
from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.results import Array


def _ls(g: Array, n1: Array, n2: Array) -> Array:
    return 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))


def _ls2(g: Array, n1: Array, n2: Array) -> Array:
    j = correction(n1 + n2 - 2)
    return j**2 * (1 / n1 + 1 / n2 + (g / j) ** 2 / (2 * (n1 + n2)))


def _ub(g: Array, n1: Array, n2: Array) -> Array:
    m = n1 + n2 - 2
    return 1 / n1 + 1 / n2 + (1 - (m - 2) / (m * correction(m) ** 2)) * g**2


def _av(g: Array, n1: Array, n2: Array) -> Array:
    total = np.where(np.isfinite(g), n1 + n2, 0.0)
    mean = np.sum(np.where(total > 0, g, 0.0) * total) / np.sum(total)
    return _ls(mean + 0 * g, n1, n2)


def _revman(g: Array, n1: Array, n2: Array) -> Array:
    total = n1 + n2
    return total / (n1 * n2) + g**2 / (2 * (total - 3.94))


#: Sampling variances of g by name. "ls" is the usual large-sample one (Hedges 1982), "ls2" the same for the
#: uncorrected d times J squared (Borenstein 2009), "ub" unbiased (Hedges 1983), "av" the large-sample one at the mean g of
#: all studies, weighted by people, so that weights do not follow the effects, "revman" that of Cochrane's RevMan.
SMD_VARIANCES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "ls": _ls,
    "ls2": _ls2,
    "ub": _ub,
    "av": _av,
    "revman": _revman,
}


def _d(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Array:
    """The difference in pooled standard deviations, uncorrected (Cohen's d)."""
    pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
    return (m1 - m2) / pooled


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

    ``exact=False, variance="revman"`` gives what Cochrane's RevMan prints. Raises UnknownOption for another variance.
    """
    a, s1, c, b, s2, d = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return smd_from_d(_d(a, s1, c, b, s2, d), c, d, exact=exact, variance=variance)


def smd_from_d(
    d: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, exact: bool = True, variance: str = "ls"
) -> Effects:
    """Hedges' g from Cohen's d (the difference in pooled standard deviations, without J)."""
    if variance not in SMD_VARIANCES:
        raise UnknownOption(
            f"There is no variance called {variance!r} for a standardised mean difference; take one of {', '.join(SMD_VARIANCES)}."
        )
    plain, a, b = floats(d, n1, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        g = plain * correction(a + b - 2, exact=exact)
        return finite("SMD", g, SMD_VARIANCES[variance](g, a, b))


def smdh(
    m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike
) -> Effects:
    """The difference in the root of the mean of both variances, x J: for arms that differ in variance (Bonett 2009)."""
    a, s1, c, b, s2, d = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (s1**2 + s2**2) / 2
        g = (a - b) / np.sqrt(mean) * correction(c + d - 2)
        spread = g**2 / 8 * (s1**4 / (c - 1) + s2**4 / (d - 1)) / mean**2
        return finite("SMDH", g, (s1**2 / (c - 1) + s2**2 / (d - 1)) / mean + spread)


def glass(
    m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike
) -> Effects:
    """Glass's delta ("SMD1"): the difference in standard deviations of group 2, x J (n2 - 1 degrees of freedom)."""
    a, _, c, b, s2, d = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        g = (a - b) / s2 * correction(d - 1)
        return finite("SMD1", g, 1 / c + 1 / d + g**2 / (2 * d))


def md(m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike) -> Effects:
    """Mean difference m1 - m2 with variance sd1^2/n1 + sd2^2/n2 (the arms may differ in variance)."""
    a, s1, c, b, s2, d = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return finite("MD", a - b, s1**2 / c + s2**2 / d)


def rom(
    m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike
) -> Effects:
    """Log ratio of means with the second-order correction of its bias (Lajeunesse 2015, Ecology 96:2056, equation 8).

    Both means must have the same sign; else the ratio has no logarithm (NaN).
    """
    a, s1, c, b, s2, d = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        v1, v2 = s1**2 / (c * a**2), s2**2 / (d * b**2)
        return finite("ROM", np.log(a / b) + (v1 - v2) / 2, v1 + v2)


def cvr(
    m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike
) -> Effects:
    """Log ratio of coefficients of variation, bias-corrected (Nakagawa 2015; the means to second order, Senior 2020)."""
    a, s1, c, b, s2, d = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        v1, v2 = s1**2 / (c * a**2), s2**2 / (d * b**2)
        e1, e2 = 1 / (2 * (c - 1)), 1 / (2 * (d - 1))
        return finite("CVR", np.log(s1 / a / (s2 / b)) + e1 - e2 + (v2 - v1) / 2, e1 + e2 + v1 + v2)


def vr(m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike) -> Effects:
    """Log ratio of standard deviations, bias-corrected (Nakagawa 2015); the means are not used."""
    _, s1, c, _, s2, d = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        e1, e2 = 1 / (2 * (c - 1)), 1 / (2 * (d - 1))
        return finite("VR", np.log(s1 / s2) + e1 - e2, e1 + e2)


def rpb(
    m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike
) -> Effects:
    """Point-biserial correlation of group and score, r = d / sqrt(d^2 + h), with the variance for groups of fixed size,
    which is that of d by the delta method.
    """
    a, s1, c, b, s2, n = floats(m1, sd1, n1, m2, sd2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        d = _d(a, s1, c, b, s2, n)
        m = c + n - 2
        h = m / c + m / n
        return finite("RPB", d / np.sqrt(d**2 + h), h**2 / (d**2 + h) ** 3 * _ls(d, c, n))


def _d2or(measure: str, factor: float) -> Callable[..., Effects]:
    def convert(
        m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike
    ) -> Effects:
        a, s1, c, b, s2, n = floats(m1, sd1, n1, m2, sd2, n2)
        with np.errstate(divide="ignore", invalid="ignore"):
            d = _d(a, s1, c, b, s2, n)
            return finite(measure, factor * d, factor**2 * _ls(d, c, n))

    convert.__doc__ = "Log odds ratio from the uncorrected standardised mean difference."
    return convert


#: From a difference in standard deviations to a log odds ratio: pi/sqrt(3) when the scores are logistic (Chinn 2000),
#: 1.65 when they are normal (Cox & Snell 1989).
D_TO_LOG_ODDS = {"D2OR": float(np.pi / np.sqrt(3)), "D2ORN": 1.65, "D2ORL": float(np.pi / np.sqrt(3))}

#: Measures of two groups with means: functions of m1, sd1, n1, m2, sd2, n2.
MEANS: dict[str, Callable[..., Effects]] = {
    "SMD": smd,
    "SMDH": smdh,
    "SMD1": glass,
    "MD": md,
    "ROM": rom,
    "CVR": cvr,
    "VR": vr,
    "RPB": rpb,
    **{measure: _d2or(measure, factor) for measure, factor in D_TO_LOG_ODDS.items()},
}


def two_means(
    measure: str,
    m1: ArrayLike,
    sd1: ArrayLike,
    n1: ArrayLike,
    m2: ArrayLike,
    sd2: ArrayLike,
    n2: ArrayLike,
) -> Effects:
    """The effect size ``measure`` (MEANS) of two groups. Raises UnknownOption for a measure that means do not give."""
    if measure not in MEANS:
        raise UnknownOption(
            f"There is no measure called {measure!r} for means; take one of {', '.join(MEANS)}."
        )
    return MEANS[measure](m1, sd1, n1, m2, sd2, n2)
