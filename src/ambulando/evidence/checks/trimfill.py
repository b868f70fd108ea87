"""Trim and fill: how many studies a funnel lacks on one side, and the answer with their mirror images put in.

Duval & Tweedie 2000a, JASA 95:89 (estimators R0, L0, Q0 and their variances) and 2000b, Biometrics 56:455.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ambulando.evidence.checks.asymmetry import regression_test
from ambulando.evidence.checks.observed import Observed, choice, few, observed
from ambulando.evidence.checks.subsets import pools
from ambulando.evidence.faults import CollinearModerators, NotConverged
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, versions
from ambulando.evidence.univariate.pooling import METHODS, Pooled, pool

ESTIMATORS = ("L0", "R0", "Q0")
SIDES = ("left", "right", "auto")
MAX_ROUNDS = 100


@dataclass(frozen=True)
class TrimFill:
    """``k0`` studies (with standard error ``se_k0``) are missing on ``side``; with their mirror images ``filled`` (effect,
    variance) in, the answer is ``estimate``. ``p_k0`` tests k0 = 0 for the estimator R0 alone. ``unadjusted`` is the
    answer before."""

    k: int
    estimator: str
    side: str
    k0: int
    se_k0: float
    p_k0: float
    estimate: float
    se: float
    statistic: float
    df: float
    p: float
    ci: Interval
    tau2: float
    unadjusted: float
    filled: tuple[tuple[float, float], ...]
    mirrored: tuple[str, ...]
    method: str
    test: str
    level: float
    measure: str
    estimate_exp: float | None
    ci_exp: Interval | None
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    estimator: str = "L0",
    side: str = "auto",
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
) -> TrimFill:
    """Trim and fill of ``yi`` (k,) with variances ``vi`` (k,); ``method`` and ``test`` as for ``pooling.pool``.

    ``side`` is where studies are missing: left (small effects), right, or auto: left when effects grow with the standard
    error in a mixed-effects regression, else right. Raises TooFewStudies under 3 studies, NotConverged when trimming does
    not settle, UnknownOption, or as ``pool``.
    """
    estimator = choice(estimator, ESTIMATORS, "estimator of missing studies")
    side = choice(side, SIDES, "side of the funnel")
    method = choice(method, METHODS, "method")
    data = observed(yi, vi, studies, least=3, what="Trim and fill")
    notes = few(data.k)
    if side == "auto":
        try:
            slope = regression_test(data.y, data.v, method=method).slope
            side = "right" if slope < 0 else "left"
        except CollinearModerators:
            side = "left"
            notes += (
                "All studies have the same precision, so the side of missing studies can not be told; left was taken.",
            )
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * data.y, kind="stable")
    y, v = sign * data.y[order], data.v[order]
    k0, se_k0, centre = _missing(y, v, estimator, method, data)

    unadjusted = pool(data.y, data.v, method=method, test=test, level=level, measure=measure)
    # The k0 largest effects, mirrored at the centre of the trimmed funnel.
    largest = slice(data.k - k0, data.k)
    filled_y, filled_v = sign * (2 * centre - y[largest]), v[largest]
    answer = unadjusted
    if k0:
        answer = pool(
            np.concatenate([data.y, filled_y]),
            np.concatenate([data.v, filled_v]),
            method=method, test=test, level=level, measure=measure,
        )  # fmt: skip
    return _result(
        data, answer, unadjusted, estimator, side, k0, se_k0, filled_y, filled_v, order[largest], notes
    )


def _missing(y: Array, v: Array, estimator: str, method: str, data: Observed) -> tuple[int, float, float]:
    """k0, its standard error and the centre of the trimmed funnel, of effects sorted upwards that lack small ones."""
    k = y.size
    k0, se_k0, centre = 0, 0.0, 0.0
    for _ in range(MAX_ROUNDS):
        kept = slice(0, k - k0)
        found = pools(y[None, kept], v[None, kept], method)
        if not found.converged[0]:
            raise NotConverged(
                f"The spread between {k - k0} studies did not converge while trimming; take the method DL."
            )
        centre = float(found.estimate[0])
        away = y - centre
        ranks = np.empty(k)
        # Equal distances keep their order, so that each rank is given once.
        ranks[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
        right = float(ranks[away > 0].sum())
        before, (k0, se_k0) = k0, _estimated(estimator, k, right, ranks[away < 0])
        if k0 == before:
            return k0, se_k0, centre
    raise NotConverged(
        f"Trim and fill of {data.k} studies goes back and forth between two answers; take another estimator (R0 or L0)."
    )


def _estimated(estimator: str, k: int, right: float, left: Array) -> tuple[int, float]:
    """The number of missing studies and its standard error, from the sum of ranks to the right and the ranks to the left."""
    if estimator == "R0":
        raw = k - (float(left.max()) if left.size else 0.0) - 1
    elif estimator == "L0":
        raw = (4 * right - k * (k + 1)) / (2 * k - 1)
    else:
        raw = k - 0.5 - np.sqrt(max(0.0, 2 * k**2 - 4 * right + 0.25))
    # A half goes to the even number; one study at least stays where it is.
    k0 = min(max(0, round(float(raw))), k - 1)
    if estimator == "R0":
        return k0, float(np.sqrt(2 * max(0.0, raw) + 2))
    # The variances are functions of the number before it is rounded.
    variance = (
        k * (k + 1) * (2 * k + 1)
        + 10 * raw**3
        + 27 * raw**2
        + 17 * raw
        - 18 * k * raw**2
        - 18 * k * raw
        + 6 * k**2 * raw
    ) / 24
    with np.errstate(invalid="ignore"):  # far from a funnel the formulas give no variance, and so no error
        scale = (
            4 / (2 * k - 1) if estimator == "L0" else 2 / np.sqrt((k - 0.5) ** 2 - raw * (2 * k - raw - 1))
        )
        return k0, float(scale * np.sqrt(variance))


def _result(
    data: Observed,
    answer: Pooled,
    unadjusted: Pooled,
    estimator: str,
    side: str,
    k0: int,
    se_k0: float,
    filled_y: Array,
    filled_v: Array,
    mirrored: NDArray[np.int64],
    notes: tuple[str, ...],
) -> TrimFill:
    return TrimFill(
        k=data.k, estimator=estimator, side=side, k0=k0, se_k0=se_k0,
        p_k0=0.5 ** (k0 + 1) if estimator == "R0" else float("nan"),
        estimate=answer.estimate, se=answer.se, statistic=answer.statistic, df=answer.df, p=answer.p, ci=answer.ci,
        tau2=answer.tau2, unadjusted=unadjusted.estimate,
        filled=tuple(zip(filled_y.tolist(), filled_v.tolist(), strict=True)),
        mirrored=tuple(data.studies[index] for index in mirrored.tolist()),
        method=answer.method, test=answer.test, level=answer.level, measure=answer.measure,
        estimate_exp=answer.estimate_exp, ci_exp=answer.ci_exp, studies=data.studies,
        converged=answer.converged, boundary=answer.boundary, data_hash=data_hash(data.y, data.v),
        options={"estimator": estimator, "side": side, "method": answer.method, "test": answer.test, "level": answer.level},
        versions=versions(), excluded=data.excluded, notes=notes,
    )  # fmt: skip
