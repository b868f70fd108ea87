"""Two-stage dose-response meta-analysis: a curve per study by generalised least squares, then one pooled curve.

Source of the method: Greenland & Longnecker 1992; Orsini, Bellocco & Greenland 2006. Doses are in whatever unit the rows
use; relative risks of the curve are against dose ``reference`` (zero unless said otherwise).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri

from ambulando.evidence.covariance import KINDS, covariance_of
from ambulando.evidence.multivariate import pool_vectors
from ambulando.evidence.results import Excluded
from ambulando.ground import InputError

Array = NDArray[np.float64]
MODELS = ("linear", "quadratic", "rcs")
POOLINGS = ("fixed", "reml")
#: No dose of any unit is larger, and no log relative risk: beyond lies a slip of the keyboard, and overflow.
LARGEST_DOSE, LARGEST_LOG = 1e6, 100.0


@dataclass(frozen=True)
class DoseGroup:
    """One dose group of one study. ``se`` is None in the reference group, where ``logrr`` is 0."""

    id: str
    kind: str
    dose: float
    cases: float
    n: float
    logrr: float
    se: float | None


@dataclass(frozen=True)
class CurvePoint:
    """The pooled relative risk at a dose against the reference dose, with its 95% interval."""

    dose: float
    rr: float
    ci: tuple[float, float]


@dataclass(frozen=True)
class DoseResponse:
    """A pooled dose-response curve. Field names are the JSON keys of ``evidence dose``; ``i2`` is a percentage."""

    k: int
    model: str
    method: str
    covariance: str
    knots: tuple[float, ...]
    coefficients: tuple[float, ...]
    vcov: tuple[tuple[float, ...], ...]
    psi: tuple[tuple[float, ...], ...]
    q: float
    q_df: int
    q_p: float
    i2: float
    reference: float
    curve: tuple[CurvePoint, ...]
    studies: tuple[str, ...]
    rows: int
    converged: bool
    iterations: int
    excluded: tuple[Excluded, ...]


def basis(dose: ArrayLike, model: str, knots: Sequence[float] = ()) -> Array:
    """The columns of a dose, (..., p): linear (1), quadratic (2) or restricted cubic spline (number of knots - 1).

    The spline is Harrell's (Regression Modeling Strategies, equation 2.25), divided by (last - first knot)^2: straight
    below the first and above the last knot.
    """
    x = np.asarray(dose, dtype=float)
    if model == "linear":
        return x[..., None]
    if model == "quadratic":
        return np.stack([x, x**2], axis=-1)
    if model != "rcs":
        raise InputError(f"There is no dose model called {model!r}; take one of {', '.join(MODELS)}.")
    t = [float(knot) for knot in knots]
    if len(t) < 3 or any(b <= a for a, b in pairwise(t)):
        raise InputError("A restricted cubic spline needs three or more knots, each above the one before.")

    def cube(knot: float) -> Array:
        return np.maximum(x - knot, 0.0) ** 3

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


def person_year_knots(
    doses: ArrayLike, person_years: ArrayLike, share: float = 0.75
) -> tuple[float, float, float]:
    """Knots at the quantiles 0, p/2 and p of the doses of all groups, reference groups included: the rule of Pearce 2022.

    p is the share of groups at or below a dose that is found from the top. Begin with the groups at or above the quantile
    ``share`` of the doses; while they hold less than 1 - share of the person-years, take the next lower dose in. The dose
    is the last one taken in, or the highest one below if none was needed.
    """
    x, years = np.asarray(doses, dtype=float), np.asarray(person_years, dtype=float)
    if x.size != years.size or not x.size or years.sum() <= 0:
        raise InputError("Knots need one number of person-years for each dose.")
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


def _study(groups: Sequence[DoseGroup]) -> tuple[DoseGroup, list[DoseGroup]]:
    """The reference group and the others, checked."""
    name = groups[0].id
    kinds = {group.kind for group in groups}
    if len(kinds) > 1 or not kinds <= set(KINDS):
        raise InputError(
            f"Study {name} has the type {' and '.join(sorted(kinds))}; it needs one of {', '.join(KINDS)}."
        )
    references = [group for group in groups if group.se is None]
    if len(references) != 1:
        found = "no reference row" if not references else f"{len(references)} reference rows"
        raise InputError(f"Study {name} has {found}; exactly one row of a study has an empty se.")
    others = [group for group in groups if group.se is not None]
    for group in groups:
        numbers = [group.dose, group.cases, group.n, group.logrr] + ([] if group.se is None else [group.se])
        if not all(math.isfinite(number) for number in numbers):
            raise InputError(f"Study {name} has a number missing at dose {group.dose:g}.")
        if not 0 <= group.dose <= LARGEST_DOSE:
            raise InputError(
                f"Study {name} has a dose of {group.dose:g}; it can be 0 to {LARGEST_DOSE:,.0f}."
            )
        if abs(group.logrr) > LARGEST_LOG:
            raise InputError(
                f"Study {name} has a logrr of {group.logrr:g}; it is the logarithm of the ratio."
            )
        if group.n <= 0 or group.cases < 0 or (group.kind != "ir" and group.cases > group.n):
            raise InputError(
                f"Study {name} has {group.cases:g} cases among {group.n:g} at dose {group.dose:g}, which cannot be."
            )
        if group.se is not None and group.se <= 0:
            raise InputError(
                f"Study {name} has a standard error of {group.se:g} at dose {group.dose:g}; it must be above zero."
            )
    if not others:
        raise InputError(f"Study {name} has only its reference row.")
    return references[0], others


def _first_stage(
    groups: Sequence[DoseGroup], model: str, knots: Sequence[float], covariance: str
) -> tuple[Array, Array] | None:
    """Coefficients (p,) and covariance (p, p) of one study; None when it has too few different doses for the model."""
    reference, others = _study(groups)
    x = basis([group.dose for group in others], model, knots) - basis(reference.dose, model, knots)
    if np.linalg.matrix_rank(x / np.maximum(np.abs(x).max(axis=0), 1e-300)) < x.shape[1]:
        return None
    y = np.array([group.logrr for group in others])
    try:
        s = covariance_of(
            covariance,
            cases=np.array([reference.cases, *(group.cases for group in others)]),
            n=np.array([reference.n, *(group.n for group in others)]),
            logrr=y,
            se=np.array([float(group.se or 0) for group in others]),
            kind=reference.kind,
        )
    except InputError as error:
        raise InputError(f"Study {reference.id}: {error}") from error
    weighted = np.linalg.solve(s, x)
    v = np.linalg.inv(x.T @ weighted)
    return v @ (weighted.T @ y), v


def dose_response(
    groups: Sequence[DoseGroup],
    *,
    model: str = "rcs",
    knots: Sequence[float] = (),
    covariance: str = "gl",
    method: str = "reml",
    at: Sequence[float] = (),
    reference: float = 0.0,
) -> DoseResponse:
    """The pooled curve of all studies in ``groups`` (any order; one reference row a study).

    ``at`` are the doses at which the curve is wanted. A study with too few dose groups for the model is left out and
    listed. Raises InputError naming the study for impossible rows.
    """
    if method not in POOLINGS:
        raise InputError(f"There is no way of pooling called {method!r}; take one of {', '.join(POOLINGS)}.")
    by_study: dict[str, list[DoseGroup]] = {}
    first_row: dict[str, int] = {}
    for row, group in enumerate(groups, start=1):
        by_study.setdefault(group.id, []).append(group)
        first_row.setdefault(group.id, row)
    fits: dict[str, tuple[Array, Array]] = {}
    excluded = []
    for name, rows in by_study.items():
        fit = _first_stage(rows, model, knots, covariance)
        if fit is None:
            excluded.append(Excluded(first_row[name], name, f"too few different doses for the {model} model"))
        else:
            fits[name] = fit
    if not fits:
        raise InputError("No study has enough dose groups for this model; try the linear one.")
    pooled = pool_vectors(
        np.array([b for b, _ in fits.values()]), np.array([v for _, v in fits.values()]), method
    )
    return DoseResponse(
        k=len(fits),
        model=model,
        method=method,
        covariance=covariance,
        knots=tuple(float(knot) for knot in knots),
        coefficients=tuple(pooled.coefficients.tolist()),
        vcov=tuple(tuple(row) for row in pooled.vcov.tolist()),
        psi=tuple(tuple(row) for row in pooled.psi.tolist()),
        q=pooled.q,
        q_df=pooled.q_df,
        q_p=float(chdtrc(pooled.q_df, pooled.q)) if pooled.q_df else 1.0,
        i2=max(0.0, 100 * (pooled.q - pooled.q_df) / pooled.q) if pooled.q > 0 else 0.0,
        reference=reference,
        curve=curve_at(at, pooled.coefficients, pooled.vcov, model=model, knots=knots, reference=reference),
        studies=tuple(fits),
        rows=sum(len(by_study[name]) for name in fits),
        converged=pooled.converged,
        iterations=pooled.iterations,
        excluded=tuple(excluded),
    )


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
    x = basis(np.asarray(doses, dtype=float), model, knots) - basis(reference, model, knots)
    log_rr = x @ np.asarray(coefficients, dtype=float)
    half = -ndtri((1 - level) / 2) * np.sqrt(np.einsum("di,ij,dj->d", x, np.asarray(vcov, dtype=float), x))
    with np.errstate(over="ignore"):  # a steep curve far outside its doses has no finite ratio
        rr, low, high = np.exp([log_rr, log_rr - half, log_rr + half]).tolist()
    return tuple(
        CurvePoint(float(dose), *point)
        for dose, *point in zip(doses, rr, zip(low, high, strict=True), strict=True)
    )


def groups_from(rows: Sequence[Mapping[str, str]], where: str) -> tuple[DoseGroup, ...]:
    """Dose groups from CSV rows with the columns id, type, dose, cases, n, logrr, se (se empty or 0 in the reference row)."""
    groups = []
    for number, row in enumerate(rows, start=2):
        name = row.get("slab") or row.get("author") or row["id"]
        label = row["id"] if name == row["id"] else f"{row['id']} {name}"

        def value(
            column: str, row: Mapping[str, str] = row, number: int = number, label: str = label
        ) -> float:
            try:
                return float(row[column])
            except ValueError:
                raise InputError(
                    f"Row {number} of {where} (study {label}) has {row[column]!r} as {column}; a number is needed."
                ) from None

        logrr = value("logrr") if row["logrr"] not in ("", "NA") else 0.0
        missing = row["se"] in ("", "NA")
        se = None if missing or (value("se") == 0 and logrr == 0) else value("se")
        groups.append(
            DoseGroup(label, row["type"].lower(), value("dose"), value("cases"), value("n"), logrr, se)
        )
    return tuple(groups)
