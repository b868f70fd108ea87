"""Effect sizes of one group: proportions, incidence rates, means, correlations."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import hyp2f1

from ambulando.evidence.effects.measures import Effects, finite, floats
from ambulando.evidence.faults import UnknownOption

#: Proportion, its logarithm, its log odds, the arcsine of its root, Freeman and Tukey's double arcsine.
PROPORTIONS = ("PR", "PLN", "PLO", "PAS", "PFT")
#: Incidence rate, its logarithm, its root, Freeman and Tukey's double root.
ONE_RATE = ("IR", "IRLN", "IRS", "IRFT")
ONE_MEAN = ("MN", "MNLN")
#: Correlation, the same without bias, Fisher's z of it.
CORRELATIONS = ("COR", "UCOR", "ZCOR")


def _known(measure: str, names: tuple[str, ...], what: str) -> None:
    if measure not in names:
        raise UnknownOption(
            f"There is no measure called {measure!r} for {what}; take one of {', '.join(names)}."
        )


def proportion(measure: str, x: ArrayLike, n: ArrayLike, *, add: float = 0.5) -> Effects:
    """``measure`` (PROPORTIONS) of ``x`` events among ``n`` people.

    PR, PLN and PLO add ``add`` to the events and to the others where one of them is zero; the arcsines need none
    (Freeman & Tukey 1950 for PFT).
    """
    _known(measure, PROPORTIONS, "proportions")
    a, total = floats(x, n)
    if measure in ("PR", "PLN", "PLO"):
        extra = np.where((a == 0) | (a == total), add, 0.0)
        a, total = a + extra, total + 2 * extra
    with np.errstate(divide="ignore", invalid="ignore"):
        p = a / total
        if measure == "PR":
            return finite(measure, p, p * (1 - p) / total)
        if measure == "PLN":
            return finite(measure, np.log(p), 1 / a - 1 / total)
        if measure == "PLO":
            return finite(measure, np.log(a / (total - a)), 1 / a + 1 / (total - a))
        if measure == "PAS":
            return finite(measure, np.arcsin(np.sqrt(p)), 1 / (4 * total))
        both = np.arcsin(np.sqrt(a / (total + 1))) + np.arcsin(np.sqrt((a + 1) / (total + 1)))
        return finite(measure, both / 2, 1 / (4 * total + 2))


def rate(measure: str, x: ArrayLike, t: ArrayLike, *, add: float = 0.5) -> Effects:
    """``measure`` (ONE_RATE) of ``x`` events in ``t`` of person-time; IR and IRLN add ``add`` to events of zero."""
    _known(measure, ONE_RATE, "one rate")
    a, time = floats(x, t)
    if measure in ("IR", "IRLN"):
        a = a + np.where(a == 0, add, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "IR":
            return finite(measure, a / time, a / time**2)
        if measure == "IRLN":
            return finite(measure, np.log(a / time), 1 / a)
        root = np.sqrt(a / time)
        if measure == "IRFT":
            root = (root + np.sqrt((a + 1) / time)) / 2
        return finite(measure, root, 1 / (4 * time))


def mean(measure: str, m: ArrayLike, sd: ArrayLike, n: ArrayLike) -> Effects:
    """A mean ("MN") or its logarithm ("MNLN"), with variance sd^2/n, or sd^2/(n m^2)."""
    _known(measure, ONE_MEAN, "one mean")
    a, s, total = floats(m, sd, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "MN":
            return finite(measure, a, s**2 / total)
        return finite(measure, np.log(a), s**2 / (total * a**2))


def correlation(measure: str, r: ArrayLike, n: ArrayLike) -> Effects:
    """``measure`` (CORRELATIONS) of a correlation ``r`` of ``n`` people.

    COR: r with (1 - r^2)^2/(n - 1); UCOR: Olkin & Pratt's 1958 unbiased estimate, n above 4; ZCOR: artanh r with 1/(n - 3).
    """
    _known(measure, CORRELATIONS, "correlations")
    y, total = floats(r, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "ZCOR":
            return finite(measure, np.arctanh(y), np.where(total > 3, 1 / (total - 3), np.nan))
        if measure == "UCOR":
            y = np.where(total > 4, y * hyp2f1(0.5, 0.5, (total - 2) / 2, 1 - y**2), np.nan)
        return finite(measure, y, (1 - y**2) ** 2 / (total - 1))
