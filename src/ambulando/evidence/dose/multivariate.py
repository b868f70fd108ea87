"""Several outcomes of each study, pooled together: multivariate meta-analysis and meta-regression.

Sources: Jackson, Riley & White 2011, Stat Med 30:2481; Gasparrini, Armstrong & Kenward 2012, Stat Med 31:3821.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri

from ambulando.evidence.dose import moments
from ambulando.evidence.dose.mixed import answer, block, fit
from ambulando.evidence.dose.pooled import METHODS, Matrix, Wald, rows_of_matrix, wald
from ambulando.evidence.faults import (
    CollinearModerators,
    EvidenceFault,
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions


@dataclass(frozen=True)
class OutcomeCoefficient:
    """A coefficient of one outcome: its mean (``moderator`` "") or its slope on a moderator."""

    outcome: str
    moderator: str
    estimate: float
    se: float
    statistic: float
    p: float
    ci: Interval


@dataclass(frozen=True)
class OutcomeQ:
    """The part of one outcome in the heterogeneity: its residuals about the common answer without spread, by its variances."""

    outcome: str
    q: float
    df: int
    p: float


@dataclass(frozen=True)
class Multivariate:
    """Pooled outcomes. ``vcov`` has the order of ``coefficients``, ``psi`` that of ``outcomes``; ``i2`` is a percentage.

    ``qm`` tests all slopes on moderators together (None without any). Likelihoods are NaN where the method has none.
    """

    k: int
    method: str
    outcomes: tuple[str, ...]
    coefficients: tuple[OutcomeCoefficient, ...]
    vcov: Matrix
    psi: Matrix
    q: float
    q_df: int
    q_p: float
    i2: float
    q_outcomes: tuple[OutcomeQ, ...]
    qm: Wald | None
    log_likelihood: float
    aic: float
    level: float
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    iterations: int
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def multivariate(
    y: ArrayLike,
    s: ArrayLike,
    *,
    moderators: Mapping[str, Sequence[float]] | None = None,
    method: str = "reml",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
) -> Multivariate:
    """The pooled outcomes ``y`` (k, p; NaN where a study has none) with covariances ``s`` (k, p, p) within studies.

    ``method`` fixed, ml, reml, mm (moments) or vc (variance components). Each moderator has a slope for each outcome. Studies
    without any outcome or with a moderator missing are left out and listed. Raises NegativeVariance and ImpossibleValue for
    covariances that are none, CollinearModerators, TooFewStudies, UnknownOption, NotConverged.
    """
    all_y, all_s = np.asarray(y, dtype=float), np.asarray(s, dtype=float)
    if all_y.ndim != 2 or all_s.shape != (*all_y.shape, all_y.shape[1]):
        raise ImpossibleValue(
            f"Outcomes of shape {all_y.shape} need covariances of shape (studies, outcomes, outcomes), not {all_s.shape}."
        )
    if method not in METHODS:
        raise UnknownOption(
            f"There is no way of pooling called {method!r}; take one of {', '.join(METHODS)}."
        )
    sensible_level(level)
    k_all, p = all_y.shape
    labels = tuple(studies or (f"Study {number}" for number in range(1, k_all + 1)))
    names = tuple(outcomes or (f"outcome {number}" for number in range(1, p + 1)))
    slopes = dict(moderators or {})
    columns = [np.asarray(values, dtype=float) for values in slopes.values()]
    if len(labels) != k_all or len(names) != p or any(column.shape != (k_all,) for column in columns):
        raise ImpossibleValue(
            "Study names, outcomes and moderators need one entry for each study or outcome."
        )
    x = np.column_stack([np.ones(k_all), *columns])
    seen_all = np.isfinite(all_y) & np.isfinite(np.einsum("kii->ki", all_s))
    keep, excluded = [], []
    for index in range(k_all):
        if not np.all(np.isfinite(x[index])):
            excluded.append(Excluded(index + 1, labels[index], "a moderator is missing"))
        elif not seen_all[index].any():
            excluded.append(Excluded(index + 1, labels[index], "no outcome with a variance"))
        else:
            _check(all_s[index][np.ix_(seen_all[index], seen_all[index])], labels[index], index + 1)
            keep.append(index)
    if not keep:
        raise TooFewStudies("No study has an outcome with a variance, so there is nothing to pool.")
    values, s_kept, seen, x = all_y[keep], all_s[keep], seen_all[keep], x[keep]
    if len(keep) < x.shape[1] or np.linalg.matrix_rank(x / np.abs(x).max(axis=0).clip(1e-300)) < x.shape[1]:
        raise CollinearModerators(
            f"The moderators {', '.join(slopes)} cannot be told apart in {len(keep)} studies; leave one out."
        )
    a = np.array([np.kron(row[None, :], np.eye(p)) for row in x])
    blocks = [
        block(one[here], np.eye(p)[here], cov[np.ix_(here, here)], design)
        for one, cov, here, design in zip(values, s_kept, seen, a, strict=True)
    ]
    if method in ("mm", "vc"):
        estimate = moments.covariance_by_moments if method == "mm" else moments.covariance_by_components
        found = answer(blocks, estimate(values, s_kept, seen, a), method)
    else:
        found = fit(blocks, method)
    residuals = values - a @ (found if method == "fixed" else fit(blocks, "fixed")).beta
    beta, vcov = found.beta, found.vcov
    se = np.sqrt(np.diag(vcov))
    critical = float(-ndtri((1 - level) / 2))
    coefficients = tuple(
        OutcomeCoefficient(
            names[index % p], ("", *slopes)[index // p], float(b), float(e), float(b / e),
            float(2 * ndtr(-abs(b / e))), (float(b - critical * e), float(b + critical * e)),
        )
        for index, (b, e) in enumerate(zip(beta, se, strict=True))
    )  # fmt: skip
    parameters = beta.size + (p * (p + 1) // 2 if method != "fixed" else 0)
    return Multivariate(
        k=len(keep), method=method, outcomes=names, coefficients=coefficients,
        vcov=rows_of_matrix(vcov), psi=rows_of_matrix(found.psi),
        q=found.q, q_df=found.q_df, q_p=float(chdtrc(found.q_df, found.q)) if found.q_df else 1.0,
        i2=max(0.0, 100 * (found.q - found.q_df) / found.q) if found.q > 0 else 0.0,
        q_outcomes=tuple(
            _q(name, residuals[here, j], s_kept[here, j, j], x.shape[1])
            for j, name in enumerate(names)
            for here in [seen[:, j]]
        ),
        qm=wald(beta[p:], vcov[p:, p:]) if slopes else None,
        log_likelihood=found.log_likelihood, aic=2 * (parameters - found.log_likelihood), level=level,
        studies=tuple(labels[index] for index in keep),
        converged=True, boundary=found.boundary, iterations=found.iterations,
        data_hash=data_hash(values, s_kept, x),
        options={"method": method, "moderators": list(slopes), "level": level},
        versions=versions(), excluded=tuple(excluded),
        notes=(
            ("The covariance between studies is at the edge of what is possible (no spread in some direction).",)
            if found.boundary else ()
        ),
    )  # fmt: skip


def _check(s: Array, study: str, row: int) -> None:
    def fault(kind: type[EvidenceFault], words: str) -> EvidenceFault:
        return kind(f"{study} (row {row}) has {words}", row=row, study=study)

    if not np.all(np.isfinite(s)):
        raise fault(
            NotANumber, "a covariance missing between outcomes that it has; give it, as 0 if need be."
        )
    if np.diag(s).min() < 0:
        raise fault(
            NegativeVariance, f"a negative variance ({np.diag(s).min():g}); a variance is above zero."
        )
    scale = np.sqrt(np.diag(s))
    if (
        not scale.min() > 0
        or not np.allclose(s, s.T, rtol=1e-8)
        or np.linalg.eigvalsh(s / np.outer(scale, scale))[0] <= 1e-12
    ):
        raise fault(
            ImpossibleValue, "a covariance within it that cannot be; check its variances and covariances."
        )


def _q(name: str, residuals: Array, v: Array, coefficients: int) -> OutcomeQ:
    q, df = float(residuals**2 @ (1 / v)), residuals.size - coefficients
    return OutcomeQ(name, q, df, float(chdtrc(df, q)) if df > 0 else 1.0)
