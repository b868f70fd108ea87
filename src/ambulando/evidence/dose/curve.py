"""The points of a pooled curve: relative risks, or differences of means, against a reference dose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ambulando.evidence.dose.basis import basis
from ambulando.evidence.results import Array, Interval


@dataclass(frozen=True)
class CurvePoint:
    """The pooled relative risk at a dose against the reference dose, with its interval (95% unless asked otherwise)."""

    dose: float
    rr: float
    ci: Interval


@dataclass(frozen=True)
class MeanPoint:
    """The pooled difference of means at a dose against the reference dose, with its interval."""

    dose: float
    difference: float
    ci: Interval


def differences_at(
    doses: Sequence[float],
    coefficients: ArrayLike,
    vcov: ArrayLike,
    *,
    model: str,
    knots: Sequence[float] = (),
    reference: float = 0.0,
    level: float = 0.95,
) -> Array:
    """(doses, 3): the estimate and the limits of its interval at each dose against ``reference``, as they were pooled."""
    x = basis(np.asarray(doses, dtype=float), model, knots) - basis(reference, model, knots)
    estimate = x @ np.asarray(coefficients, dtype=float)
    variance = np.einsum("di,ij,dj->d", x, np.asarray(vcov, dtype=float), x)
    half = -ndtri((1 - level) / 2) * np.sqrt(np.maximum(variance, 0.0))
    return np.stack([estimate, estimate - half, estimate + half], axis=-1)


def curve_at(
    doses: Sequence[float],
    coefficients: ArrayLike,
    vcov: ArrayLike,
    *,
    model: str,
    knots: Sequence[float] = (),
    reference: float = 0.0,
    level: float = 0.95,
) -> tuple[CurvePoint, ...]:
    """The relative risks at ``doses`` against ``reference`` of a curve with ``coefficients`` (p,) and ``vcov`` (p, p)."""
    if not len(doses):
        return ()
    found = differences_at(
        doses, coefficients, vcov, model=model, knots=knots, reference=reference, level=level
    )
    with np.errstate(over="ignore"):  # a steep curve far outside its doses has no finite ratio
        ratios = np.exp(found).tolist()
    return tuple(
        CurvePoint(float(dose), rr, (low, high)) for dose, (rr, low, high) in zip(doses, ratios, strict=True)
    )


def means_at(
    doses: Sequence[float],
    coefficients: ArrayLike,
    vcov: ArrayLike,
    *,
    model: str,
    knots: Sequence[float] = (),
    reference: float = 0.0,
    level: float = 0.95,
) -> tuple[MeanPoint, ...]:
    """As ``curve_at``, for differences of means."""
    if not len(doses):
        return ()
    found = differences_at(
        doses, coefficients, vcov, model=model, knots=knots, reference=reference, level=level
    )
    return tuple(
        MeanPoint(float(dose), value, (low, high))
        for dose, (value, low, high) in zip(doses, found.tolist(), strict=True)
    )
