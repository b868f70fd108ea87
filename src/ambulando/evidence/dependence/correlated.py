"""Correlated and hierarchical effects: three levels with sampling errors that are correlated within a study.

Pustejovsky & Tipton 2022, Prev Sci 23:425 (the CHE working model), to be used with the robust standard errors it carries.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.dependence.blockfit import fit, rows_with_blocks
from ambulando.evidence.dependence.dependent import Codes, Moderators, Rows, option, rows_of
from ambulando.evidence.dependence.multilevel import METHODS, TESTS, Solved, ThreeLevel, assembled
from ambulando.evidence.dependence.sampling import constant_correlation
from ambulando.evidence.dependence.shapes import levels_shape
from ambulando.evidence.faults import EvidenceFault
from ambulando.evidence.results import sensible_level


def che(
    yi: ArrayLike,
    vi: ArrayLike | None,
    clusters: Sequence[object],
    *,
    rho: float = 0.6,
    V: object = None,
    inner: Sequence[object] | None = None,
    method: str = "REML",
    test: str = "t",
    level: float = 0.95,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
    moderators: Moderators | None = None,
) -> ThreeLevel:
    """Correlated and hierarchical effects: the three-level model whose sampling errors are correlated by ``rho`` within a
    study, or have the covariances ``V`` (as in ``multivariate_effects``). ``inner`` (k,) labels the second level, where
    several effects share one (by default each effect is its own); ``vi`` is not read where ``V`` is given. Raises what ``multilevel.three_level`` raises.
    """
    sensible_level(level)
    method, test = option(method, METHODS, "method"), option(test, TESTS, "test")
    if V is None:
        if vi is None:
            raise EvidenceFault("The model needs variances, or covariances in V.")
        rows = rows_of(yi, vi, clusters, studies=studies, moderators=moderators)
        names = [rows.clusters[code] for code in rows.codes.tolist()]
        covariances = constant_correlation(rows.v, names, rho)
    else:
        rows, covariances = rows_with_blocks(yi, V, clusters, moderators, studies)
    slots = _places(rows, inner)
    # Where no study has two inner places the levels are one.
    fitted = fit(rows, covariances, slots, levels_shape(int(slots.max()) + 1), method)
    between, within = (fitted.found.theta * fitted.unit).tolist()
    solved = Solved(
        (between, within), fitted.beta, fitted.vcov, fitted.log_ml, fitted.log_reml, fitted.weights, fitted.q,
        fitted.typical, fitted.found, fitted.batches,
    )  # fmt: skip
    return assembled(
        rows, solved, method=method, test=test, level=level, measure=measure, apart=bool(slots.max() > 0),
        rho=rho if V is None else None, covariances=covariances, slots=slots,
    )  # fmt: skip


def _places(rows: Rows, inner: Sequence[object] | None) -> Codes:
    """The place of each row within its cluster: its own, or that of its inner label."""
    labels = list(range(rows.keep.size)) if inner is None else [str(one) for one in inner]
    if len(labels) != rows.keep.size:
        raise EvidenceFault(f"There are {len(labels)} inner labels for {rows.keep.size} effects.")
    kept = [one for one, keep in zip(labels, rows.keep.tolist(), strict=True) if keep]
    seen: list[dict[object, int]] = [{} for _ in rows.clusters]
    return np.array(
        [
            seen[code].setdefault(one, len(seen[code]))
            for code, one in zip(rows.codes.tolist(), kept, strict=True)
        ],
        dtype=np.int64,
    )
