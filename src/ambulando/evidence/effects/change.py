"""Effect sizes of one group at two times (or of pairs): change in the units of the scale or in standard deviations."""

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.effects.measures import Effects, correction, finite, floats
from ambulando.evidence.faults import UnknownOption

#: MC in units of the scale; SMCC in SDs of the change; SMCR in SDs of the first time, SMCRH the same where the two times
#: may differ in variance; SMCRP in the average SD of both times; ROMC the log ratio of the means.
CHANGES = ("MC", "SMCC", "SMCR", "SMCRH", "SMCRP", "ROMC")


def change(
    measure: str,
    m1: ArrayLike,
    sd1: ArrayLike,
    m2: ArrayLike,
    sd2: ArrayLike,
    n: ArrayLike,
    r: ArrayLike,
) -> Effects:
    """``measure`` (CHANGES) of the same ``n`` people measured twice, first with mean ``m1`` and SD ``sd1``, then ``m2``, ``sd2``;
    ``r`` is the correlation of the two. The sign is that of m1 - m2: a fall of a symptom score counts upwards.

    Sources: Gibbons 1993 (SMCC), Becker 1988 (SMCR), Bonett 2008 (SMCRH), Cousineau 2020 (SMCRP, whose degrees of freedom
    are 2(n-1)/(1+r^2)), Lajeunesse 2011 and 2015 (ROMC, with its second-order bias removed).
    """
    if measure not in CHANGES:
        raise UnknownOption(
            f"There is no measure called {measure!r} for two times; take one of {', '.join(CHANGES)}."
        )
    a, s1, b, s2, k, c = floats(m1, sd1, m2, sd2, n, r)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_change = s1**2 + s2**2 - 2 * c * s1 * s2
        if measure == "MC":
            return finite(measure, a - b, of_change / k)
        if measure == "ROMC":
            v1, v2 = s1**2 / (k * a**2), s2**2 / (k * b**2)
            both = 2 * c * s1 * s2 / (a * b * k)
            return finite(measure, np.log(a / b) + (v1 - v2) / 2, v1 + v2 - both)
        if measure == "SMCRP":
            g = (a - b) / np.sqrt((s1**2 + s2**2) / 2) * correction(2 * (k - 1) / (1 + c**2))
            return finite(measure, g, 2 * (1 - c) / k + g**2 * (1 + c**2) / (4 * k))
        g = (a - b) / (np.sqrt(of_change) if measure == "SMCC" else s1) * correction(k - 1)
        if measure == "SMCC":
            return finite(measure, g, 1 / k + g**2 / (2 * k))
        if measure == "SMCR":
            return finite(measure, g, 2 * (1 - c) / k + g**2 / (2 * k))
        return finite(measure, g, of_change / (s1**2 * (k - 1)) + g**2 / (2 * (k - 1)))
