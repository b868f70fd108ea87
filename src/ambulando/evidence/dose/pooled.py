"""Dose-response meta-analysis: one pooled curve from the dose groups of many studies, in one stage or in two.

Sources: Greenland & Longnecker 1992; Orsini, Li, Wolk, Khudyakov & Spiegelman 2012, Am J Epidemiol 175:66 (two stages);
Crippa, Discacciati, Bottai, Spiegelman & Orsini 2019 (one stage). Doses are in whatever unit the rows use.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.special import chdtrc

from ambulando.evidence.dose import moments
from ambulando.evidence.dose.basis import MODELS, basis, quantile_knots, terms_of
from ambulando.evidence.dose.covariance import COVARIANCES
from ambulando.evidence.dose.curve import CurvePoint, MeanPoint, curve_at, means_at
from ambulando.evidence.dose.first_stage import DoseStudy, coefficients_of, study_of
from ambulando.evidence.dose.groups import DoseGroup, MeanGroup
from ambulando.evidence.dose.means import study_of_means
from ambulando.evidence.dose.mixed import Block, Fit, answer, block, fit
from ambulando.evidence.faults import TooFewStudies, UnknownOption
from ambulando.evidence.results import Array, Excluded, data_hash, sensible_level, versions

METHODS = ("fixed", "ml", "reml", "mm", "vc")
ONE_STAGE = ("fixed", "ml", "reml")
Matrix = tuple[tuple[float, ...], ...]
Group = TypeVar("Group", DoseGroup, MeanGroup)


@dataclass(frozen=True)
class Wald:
    """A chi-squared test that some coefficients are zero together."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True)
class DoseResponse:
    """A pooled dose-response curve. Field names are the JSON keys of ``evidence dose``.

    ``coefficients`` (p,), named by ``terms``, with covariance ``vcov`` (p, p) and covariance between studies ``psi`` (p, p).
    ``q`` is Cochran's: in two stages of the studies' coefficients, in one of all dose groups about the common curve; ``i2``
    is (q - q_df) / q in percent. ``trend`` tests all coefficients, ``curvature`` those that bend the curve (none of a
    line). ``study_coefficients`` are each study's own, of two stages only. Likelihoods are NaN where the method has none.
    """

    k: int
    model: str
    measure: str
    method: str
    covariance: str
    stages: int
    knots: tuple[float, ...]
    terms: tuple[str, ...]
    coefficients: tuple[float, ...]
    se: tuple[float, ...]
    vcov: Matrix
    psi: Matrix
    q: float
    q_df: int
    q_p: float
    i2: float
    trend: Wald
    curvature: Wald | None
    log_likelihood: float
    aic: float
    reference: float
    level: float
    curve: tuple[CurvePoint, ...] | tuple[MeanPoint, ...]
    studies: tuple[str, ...]
    study_coefficients: Matrix
    rows: int
    converged: bool
    boundary: bool
    iterations: int
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def dose_response(
    groups: Sequence[DoseGroup],
    *,
    model: str = "rcs",
    knots: Sequence[float] | int = 3,
    covariance: str = "gl",
    method: str = "reml",
    at: Sequence[float] = (),
    reference: float | None = None,
    stages: int = 2,
    level: float = 0.95,
) -> DoseResponse:
    """The pooled curve of relative risks of all studies in ``groups`` (any order; one reference row a study).

    ``knots`` of the model rcs are doses, or how many (3 to 7) are put at quantiles of the doses (see basis.quantile_knots).
    ``at`` are the doses at which the curve is wanted, against ``reference`` (the lowest dose unless said otherwise).
    ``covariance`` is one of covariance.COVARIANCES, ``method`` fixed, ml, reml, mm or vc. With ``stages`` 2 a study with too
    few dose groups for the model is left out and listed; with 1 (fixed, ml, reml) it adds what it knows. Raises a fault that
    names study and row for impossible rows, UnknownOption, TooFewStudies, and NotConverged.
    """
    if covariance not in COVARIANCES:
        raise UnknownOption(
            f"There is no covariance called {covariance!r}; take one of {', '.join(COVARIANCES)}."
        )
    found = [study_of(rows, covariance) for rows in _by_study(groups).values()]
    doses = [group.dose for group in groups]
    return _pooled(
        [study for study, _ in found],
        doses,
        measure="RR",
        model=model,
        knots=knots,
        covariance=covariance,
        method=method,
        at=at,
        reference=reference,
        stages=stages,
        level=level,
        notes=[note for _, note in found if note],
    )


def dose_means(
    groups: Sequence[MeanGroup],
    *,
    measure: str = "MD",
    model: str = "linear",
    knots: Sequence[float] | int = 3,
    covariance: str = "shared",
    method: str = "reml",
    at: Sequence[float] = (),
    reference: float | None = None,
    stages: int = 2,
    level: float = 0.95,
) -> DoseResponse:
    """The pooled curve of differences of means ("MD") or standardised ones ("SMD") against each study's lowest dose.

    ``covariance`` "shared" counts that all differences of a study share its lowest dose, "indep" does not. The rest as in
    ``dose_response``.
    """
    if covariance not in ("shared", "indep"):
        raise UnknownOption(f"There is no covariance of means called {covariance!r}; take shared or indep.")
    found = [
        study_of_means(rows, measure, independent=covariance == "indep")
        for rows in _by_study(groups).values()
    ]
    return _pooled(
        found,
        [group.dose for group in groups],
        measure=measure,
        model=model,
        knots=knots,
        covariance=covariance,
        method=method,
        at=at,
        reference=reference,
        stages=stages,
        level=level,
        notes=[],
    )


def _by_study(groups: Iterable[Group]) -> dict[str, list[Group]]:
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(group.id, []).append(group)
    if not found:
        raise TooFewStudies("There is no dose group, so there is nothing to pool.")
    return found


def _pooled(
    studies: Sequence[DoseStudy],
    doses: Sequence[float],
    *,
    measure: str,
    model: str,
    knots: Sequence[float] | int,
    covariance: str,
    method: str,
    at: Sequence[float],
    reference: float | None,
    stages: int,
    level: float,
    notes: list[str],
) -> DoseResponse:
    if method not in METHODS:
        raise UnknownOption(
            f"There is no way of pooling called {method!r}; take one of {', '.join(METHODS)}."
        )
    if stages not in (1, 2):
        raise UnknownOption(f"There are 1 or 2 stages, and not {stages}.")
    if stages == 1 and method not in ONE_STAGE:
        raise UnknownOption(f"One stage is fitted by {', '.join(ONE_STAGE)}; {method} needs the two stages.")
    if model not in MODELS:
        raise UnknownOption(f"There is no dose model called {model!r}; take one of {', '.join(MODELS)}.")
    sensible_level(level)
    places: tuple[float, ...] = ()
    if model == "rcs":
        places = (
            quantile_knots(doses, knots) if isinstance(knots, int) else tuple(float(one) for one in knots)
        )
    p = basis(0.0, model, places).size
    blocks: list[Block] = []
    own: list[Array] = []
    used: list[DoseStudy] = []
    excluded = []
    for number, study in enumerate(studies, start=1):
        if stages == 1:
            x = study.design(model, places)
            one, reason = block(study.y, x, study.s), "all its doses are the same" if not x.any() else ""
        else:
            fitted = coefficients_of(study, model, places)
            reason = "" if fitted else f"too few different doses for the {model} model"
            if fitted:
                own.append(fitted[0])
                one = fitted[1]
        if reason:
            excluded.append(Excluded(study.row or number, study.name, reason))
        else:
            blocks.append(one)
            used.append(study)
    if not blocks:
        lost = "; ".join(f"{one.study}: {one.reason}" for one in excluded[:3])
        ways = ["the linear model"] if model != "linear" else []
        ways += ["one stage"] if stages == 2 and model != "linear" else []
        repair = f"take {' or '.join(ways)}" if ways else "add a study of two or more different doses"
        raise TooFewStudies(f"No study has enough dose groups for the {model} model ({lost}); {repair}.")
    k = len(blocks)
    asked = method
    if k == 1:
        # Its coefficients say all about the curve; its groups also say how well the curve fits them, which is Q.
        asked, blocks = "fixed", [block(used[0].y, used[0].design(model, places), used[0].s)]
        notes.append(
            "There is one study, so its own curve is given and no spread between studies; Q is of its groups."
        )
    found = _fitted(blocks, np.array(own), asked)
    if found.boundary:
        notes.append(
            "The covariance between studies is at the edge of what is possible (no spread in some direction)."
        )
    if 1 < k <= p + 1 and method != "fixed":
        notes.append(f"Only {k} studies: how {p} coefficients differ between them can hardly be estimated.")
    lowest, highest = min(doses), max(doses)
    against = lowest if reference is None else float(reference)
    beyond = [one for one in sorted({*at, against}) if not lowest <= one <= highest]
    if beyond:
        notes.append(
            f"{', '.join(f'{one:g}' for one in beyond)} {'is' if len(beyond) == 1 else 'are'} outside the doses of the"
            f" studies ({lowest:g} to {highest:g}); there the curve is an extrapolation."
        )
    points = curve_at if measure == "RR" else means_at
    beta, vcov = found.beta, found.vcov
    parameters = p + (p * (p + 1) // 2 if asked != "fixed" else 0)
    return DoseResponse(
        k=k, model=model, measure=measure, method=method, covariance=covariance, stages=stages,
        knots=places, terms=terms_of(model, places),
        coefficients=tuple(beta.tolist()), se=tuple(np.sqrt(np.diag(vcov)).tolist()),
        vcov=rows_of_matrix(vcov), psi=rows_of_matrix(found.psi),
        q=found.q, q_df=found.q_df, q_p=float(chdtrc(found.q_df, found.q)) if found.q_df else 1.0,
        i2=max(0.0, 100 * (found.q - found.q_df) / found.q) if found.q > 0 else 0.0,
        trend=wald(beta, vcov), curvature=wald(beta[1:], vcov[1:, 1:]) if p > 1 else None,
        log_likelihood=found.log_likelihood, aic=2 * (parameters - found.log_likelihood),
        reference=against, level=level,
        curve=points(at, beta, vcov, model=model, knots=places, reference=against, level=level),
        studies=tuple(study.name for study in used),
        study_coefficients=rows_of_matrix(np.array(own)) if own else (),
        rows=sum(study.y.size + 1 for study in used),
        converged=True, boundary=found.boundary, iterations=found.iterations,
        data_hash=data_hash(*(part for study in used for part in (study.doses, [study.reference], study.y, study.s))),
        options={"model": model, "knots": list(places), "covariance": covariance, "method": method,
                 "stages": stages, "reference": against, "measure": measure, "level": level},
        versions=versions(), excluded=tuple(excluded), notes=tuple(notes),
    )  # fmt: skip


def _fitted(blocks: Sequence[Block], own: Array, method: str) -> Fit:
    if method in ONE_STAGE:
        return fit(blocks, method)
    s = np.linalg.inv(np.array([one.z.T @ one.z for one in blocks]))
    a = np.array([one.a for one in blocks])
    estimate = moments.covariance_by_moments if method == "mm" else moments.covariance_by_components
    return answer(blocks, estimate(own, s, np.ones(own.shape, dtype=bool), a), method)


def wald(beta: Array, vcov: Array) -> Wald:
    """The test that all of ``beta`` (p,) with covariance ``vcov`` (p, p) are zero."""
    statistic = float(beta @ np.linalg.solve(vcov, beta))
    return Wald(
        statistic, beta.size, float(chdtrc(beta.size, statistic)) if math.isfinite(statistic) else math.nan
    )


def rows_of_matrix(matrix: Array) -> Matrix:
    return tuple(tuple(row) for row in matrix.tolist())
