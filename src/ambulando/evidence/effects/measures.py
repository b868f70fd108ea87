"""What an effect size is: the record, the names of the measures, the way back to the scale that people read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, poch

from ambulando.evidence.results import Array

#: Every measure by name, in words. Of two groups unless the words say otherwise.
MEASURES: dict[str, str] = {
    "GEN": "effect, as it was given",
    "SMD": "standardised mean difference (Hedges' g)",
    "SMDH": "standardised mean difference, unequal variances",
    "SMD1": "standardised mean difference by the SD of group 2 (Glass's delta)",
    "MD": "mean difference",
    "ROM": "log ratio of means",
    "CVR": "log ratio of coefficients of variation",
    "VR": "log ratio of standard deviations",
    "RPB": "point-biserial correlation",
    "D2OR": "log odds ratio from a standardised mean difference, logistic",
    "D2ORN": "log odds ratio from a standardised mean difference, normal",
    "D2ORL": "log odds ratio from a standardised mean difference, logistic",
    "RR": "log risk ratio",
    "OR": "log odds ratio",
    "HR": "log hazard ratio",
    "RD": "risk difference",
    "AS": "difference of arcsine square roots of risks",
    "PETO": "log odds ratio by Peto's method",
    "PHI": "phi coefficient",
    "YUQ": "Yule's Q",
    "YUY": "Yule's Y",
    "RTET": "tetrachoric correlation",
    "PBIT": "probit difference of risks, as a standardised mean difference",
    "OR2D": "standardised mean difference from an odds ratio, logistic",
    "OR2DN": "standardised mean difference from an odds ratio, normal",
    "OR2DL": "standardised mean difference from an odds ratio, logistic",
    "IRR": "log incidence rate ratio",
    "IRD": "incidence rate difference",
    "IRSD": "difference of square roots of incidence rates",
    "MC": "mean change of one group",
    "SMCC": "change of one group in SDs of the change",
    "SMCR": "change of one group in SDs of the first time",
    "SMCRH": "change of one group in SDs of the first time, unequal variances",
    "SMCRP": "change of one group in the average SD of both times",
    "ROMC": "log ratio of the means of one group at two times",
    "COR": "correlation",
    "UCOR": "correlation without bias",
    "ZCOR": "correlation as Fisher's z",
    "PR": "proportion of one group",
    "PLN": "log proportion of one group",
    "PLO": "log odds of one group",
    "PAS": "arcsine square root of a proportion of one group",
    "PFT": "double arcsine of a proportion of one group (Freeman-Tukey)",
    "IR": "incidence rate of one group",
    "IRLN": "log incidence rate of one group",
    "IRS": "square root of an incidence rate of one group",
    "IRFT": "double square root of an incidence rate of one group (Freeman-Tukey)",
    "MN": "mean of one group",
    "MNLN": "log mean of one group",
}

#: Measures whose estimates are logarithms of ratios.
RATIO_MEASURES = (
    "RR", "OR", "HR", "PETO", "IRR", "ROM", "ROMC", "CVR", "VR", "D2OR", "D2ORN", "D2ORL",
)  # fmt: skip

#: Measures of one group or one time, which have no second group to turn round against.
ONE_GROUP = ("PR", "PLN", "PLO", "PAS", "PFT", "IR", "IRLN", "IRS", "IRFT", "MN", "MNLN")


@dataclass(frozen=True)
class Effects:
    """Effect sizes ``yi`` and their sampling variances ``vi``, both of shape (k,); ``measure`` names the scale."""

    measure: str
    yi: Array
    vi: Array


def finite(measure: str, yi: ArrayLike, vi: ArrayLike) -> Effects:
    """An ``Effects`` in which a study without a finite effect or a finite variance has neither (NaN)."""
    y, v = np.broadcast_arrays(np.asarray(yi, dtype=float), np.asarray(vi, dtype=float))
    good = np.isfinite(y) & np.isfinite(v)
    return Effects(measure, np.where(good, y, np.nan), np.where(good, v, np.nan))


def flipped(found: Effects) -> Effects:
    """The same effects asked the other way round: group 2 against group 1, or a scale on which more is worse.

    Nothing here guesses a direction; who pools scales that run in opposite directions flips those that need it.
    """
    return replace(found, yi=-found.yi)


def floats(*columns: ArrayLike) -> tuple[Array, ...]:
    """Columns as arrays of one common shape."""
    return tuple(np.broadcast_arrays(*(np.asarray(column, dtype=float) for column in columns)))


def correction(df: ArrayLike, *, exact: bool = True) -> Array:
    """Hedges' small-sample factor J for ``df`` degrees of freedom (n1 + n2 - 2).

    Exact: J = gamma(df/2) / (sqrt(df/2) gamma((df-1)/2)); approximate: 1 - 3/(4 df - 1), which is 1 - 3/(4N - 9).
    Source: Hedges 1981, Journal of Educational Statistics 6:107, equations 6e and 6f.
    """
    m = np.asarray(df, dtype=float)
    if not exact:
        return 1 - 3 / (4 * m - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = (m - 1) / 2
        # The logarithms of gamma grow and their difference loses digits, so large arguments take the series of the ratio.
        large = np.sqrt(x) * np.polynomial.polynomial.polyval(1 / x, _HALF_STEP)
        return np.where(m > 1, np.where(x > 60, large, poch(x, 0.5)) / np.sqrt(m / 2), np.nan)


#: Of gamma(x + 1/2) / (gamma(x) sqrt(x)) in powers of 1/x (Tricomi & Erdelyi 1951).
_HALF_STEP = (1.0, -1 / 8, 1 / 128, 5 / 1024, -21 / 32768, -399 / 262144, 869 / 4194304)


def _squared_sine(y: Array) -> Array:
    return np.sin(np.clip(y, 0, np.pi / 2)) ** 2


#: From the scale of a measure to the one that people read, with its name.
_NATURAL: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "RR": ("risk ratio", np.exp),
    "OR": ("odds ratio", np.exp),
    "HR": ("hazard ratio", np.exp),
    "PETO": ("odds ratio", np.exp),
    "IRR": ("incidence rate ratio", np.exp),
    "ROM": ("ratio of means", np.exp),
    "ROMC": ("ratio of means", np.exp),
    "CVR": ("ratio of coefficients of variation", np.exp),
    "VR": ("ratio of standard deviations", np.exp),
    "D2OR": ("odds ratio", np.exp),
    "D2ORN": ("odds ratio", np.exp),
    "D2ORL": ("odds ratio", np.exp),
    "ZCOR": ("correlation", np.tanh),
    "PLN": ("proportion", np.exp),
    "PLO": ("proportion", expit),
    "PAS": ("proportion", _squared_sine),
    "IRLN": ("incidence rate", np.exp),
    "IRS": ("incidence rate", np.square),
    "MNLN": ("mean", np.exp),
}


def natural(measure: str, value: float) -> tuple[str, float] | None:
    """``value`` of ``measure`` on the scale that people read, with the name of that scale; None where it is one already."""
    if measure not in _NATURAL:
        return None
    name, back = _NATURAL[measure]
    return name, float(back(np.asarray(value, dtype=float)))
