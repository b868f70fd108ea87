"""How a curve may bend: linear, quadratic, restricted cubic spline; and where the knots of a spline lie."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.faults import ImpossibleValue, UnknownOption
from ambulando.evidence.results import Array

MODELS = ("linear", "quadratic", "rcs")
#: Shares of the doses below the knots, by their number (Harrell, Regression Modeling Strategies, table 2.3).
QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.50, 0.6583, 0.8167, 0.975),
}


def basis(dose: ArrayLike, model: str, knots: Sequence[float] = ()) -> Array:
    """The columns of a dose, (..., p): linear (1), quadratic (2) or restricted cubic spline (number of knots - 1).

    The spline is Harrell's (Regression Modeling Strategies, equation 2.25), divided by (last - first knot)^2: straight
    below the first and above the last knot. Raises UnknownOption for another model, ImpossibleValue for knots that do not
    rise.
    """
    x = np.asarray(dose, dtype=float)
    if model == "linear":
        return x[..., None]
    if model == "quadratic":
        return np.stack([x, x**2], axis=-1)
    if model != "rcs":
        raise UnknownOption(f"There is no dose model called {model!r}; take one of {', '.join(MODELS)}.")
    t = [float(knot) for knot in knots]
    if len(t) < 3 or not np.all(np.isfinite(t)) or any(b <= a for a, b in pairwise(t)):
        raise ImpossibleValue(
            "A restricted cubic spline needs three or more knots, each above the one before."
        )

    def cube(knot: float) -> Array:
        return np.asarray(np.maximum(x - knot, 0.0) ** 3)

    last, before = t[-1], t[-2]
    columns = [x]
    for knot in t[:-2]:
        bent = (
            cube(knot)
            - cube(before) * (last - knot) / (last - before)
            + cube(last) * (before - knot) / (last - before)
        )
        columns.append(bent / (last - t[0]) ** 2)
    return np.stack(columns, axis=-1)


def terms_of(model: str, knots: Sequence[float] = ()) -> tuple[str, ...]:
    """The names of the columns of ``basis``."""
    if model == "rcs":
        return ("dose", *(f"spline {number}" for number in range(1, len(knots) - 1)))
    return ("dose", "dose^2")[: 1 if model == "linear" else 2]


def quantile_knots(doses: ArrayLike, number: int = 3) -> tuple[float, ...]:
    """``number`` (3 to 7) knots at Harrell's quantiles of the doses of all groups, reference groups included.

    Raises UnknownOption for another number, ImpossibleValue when quantiles fall on the same dose.
    """
    if number not in QUANTILES:
        raise UnknownOption(
            f"There is no rule for {number} knots; take 3 to 7 of them, or give their doses, as 0,8.75,17.5."
        )
    found = tuple(np.quantile(np.asarray(doses, dtype=float), QUANTILES[number]).tolist())
    if any(b <= a for a, b in pairwise(found)):
        raise ImpossibleValue(
            f"{number} knots at quantiles of these doses would fall together; give their doses, as 0,8.75,17.5."
        )
    return found


def person_year_knots(
    doses: ArrayLike, person_years: ArrayLike, share: float = 0.75
) -> tuple[float, float, float]:
    """Knots at the quantiles 0, p/2 and p of the doses of all groups, reference groups included: the rule of Pearce 2022.

    p is the share of groups at or below a dose that is found from the top. Begin with the groups at or above the quantile
    ``share`` of the doses; while they hold less than 1 - share of the person-years, take the next lower dose in. The dose
    is the last one taken in, or the highest one below if none was needed.
    """
    x, years = np.asarray(doses, dtype=float), np.asarray(person_years, dtype=float)
    if x.size != years.size or not x.size or not years.sum() > 0:
        raise ImpossibleValue("Knots need one number of person-years for each dose.")
    start = float(np.quantile(x, share))
    lower = np.unique(x[x < start])[::-1]
    dose = float(lower[0]) if lower.size else start
    for candidate in lower:
        held = years[x >= start].sum()
        if held >= (1 - share) * years.sum():
            break
        start = dose = float(candidate)
    p = float(np.mean(x <= dose))
    low, middle, high = np.quantile(x, [0.0, p / 2, p])
    return float(low), float(middle), float(high)
