"""Effect sizes of two groups with events and person-time."""

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.effects.measures import Effects, finite, floats
from ambulando.evidence.faults import UnknownOption

#: Log incidence rate ratio, incidence rate difference, difference of the square roots of the rates.
RATES = ("IRR", "IRD", "IRSD")


def two_rates(
    measure: str, x1: ArrayLike, t1: ArrayLike, x2: ArrayLike, t2: ArrayLike, *, add: float = 0.5
) -> Effects:
    """``measure`` (RATES) of ``x1`` events in ``t1`` of person-time and ``x2`` events in ``t2``.

    ``add`` goes to the events of both groups of a study where one of them is zero; the square roots need none.
    Variances: 1/x1 + 1/x2; x1/t1^2 + x2/t2^2; 1/(4 t1) + 1/(4 t2) (Rothman & Greenland).
    """
    if measure not in RATES:
        raise UnknownOption(
            f"There is no measure called {measure!r} for rates; take one of {', '.join(RATES)}."
        )
    a, s, b, t = floats(x1, t1, x2, t2)
    if measure != "IRSD":
        extra = np.where((a == 0) | (b == 0), add, 0.0)
        a, b = a + extra, b + extra
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "IRR":
            return finite(measure, np.log(a / s) - np.log(b / t), 1 / a + 1 / b)
        if measure == "IRD":
            return finite(measure, a / s - b / t, a / s**2 + b / t**2)
        return finite(measure, np.sqrt(a / s) - np.sqrt(b / t), 1 / (4 * s) + 1 / (4 * t))
