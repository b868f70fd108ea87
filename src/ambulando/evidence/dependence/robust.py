"""Cluster-robust tests of a fit: CR0, CR1, CR1p, CR1S, CR2 and CR3 with Satterthwaite degrees of freedom, and the HTZ test.

The working model is the fit's own; its clusters may be joined into larger ones (``clusters``), never split. The arithmetic
is in ``sandwich``; sources are named there.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.dependence.dependent import Codes, check_rank, numbers, option, tested
from ambulando.evidence.dependence.multilevel import ThreeLevel
from ambulando.evidence.dependence.sampling import as_blocks, rows_by_study, study_codes
from ambulando.evidence.dependence.sandwich import (
    TESTS,
    TYPES,
    Batch,
    Robust,
    WaldTest,
    Working,
    batches_by_size,
    htz_of,
    regression,
    robust_of,
)
from ambulando.evidence.dependence.structures import MultivariateEffects
from ambulando.evidence.faults import EvidenceFault, UnknownOption
from ambulando.evidence.results import Array, sensible_level
from ambulando.evidence.univariate.pooling import Pooled
from ambulando.evidence.univariate.regression import Regression

Fitted = Pooled | Regression | ThreeLevel | MultivariateEffects | Working


def robust(
    fit: Fitted,
    *,
    clusters: Sequence[object] | None = None,
    type: str = "CR2",  # noqa: A002 - the word of the literature
    test: str = "Satterthwaite",
    level: float = 0.95,
) -> Robust:
    """Robust standard errors and tests of the coefficients of ``fit``.

    ``clusters`` (k,), in the order of the fit's effects, are the independent studies; a fit of independent effects (pool,
    regress) needs them, the others have their own. ``type`` CR0, CR1, CR1p, CR1S, CR2 or CR3; ``test`` Satterthwaite, naive-t (studies - 1), naive-tp
    (studies - p) or z. Raises TooFewStudies for fewer than two clusters, EvidenceFault for clusters that split the fit's.
    """
    sensible_level(level)
    kind, kind_of_test = option(type, TYPES, "type of robust covariance"), option(test, TESTS, "test")
    return robust_of(working_of(fit, clusters), kind=kind, test=kind_of_test, level=level)


def htz(
    fit: Fitted,
    contrasts: Sequence[str] | ArrayLike | None = None,
    *,
    clusters: Sequence[object] | None = None,
    type: str = "CR2",  # noqa: A002
) -> WaldTest:
    """The HTZ test that several coefficients, or the rows of a matrix of ``contrasts`` (s, p), are all zero.

    ``contrasts`` are names of coefficients, or a matrix; by default all coefficients but the intercept. Tipton &
    Pustejovsky 2015. Raises UnknownOption for a name that the fit does not have.
    """
    kind = option(type, TYPES, "type of robust covariance")
    working = working_of(fit, clusters)
    p = len(working.names)
    if contrasts is None:
        which = tested(working.names)
    elif isinstance(contrasts, Sequence) and all(isinstance(one, str) for one in contrasts):
        for name in contrasts:
            if name not in working.names:
                raise UnknownOption(
                    f"There is no coefficient {name!r}; take some of {', '.join(working.names)}."
                )
        which = [working.names.index(str(name)) for name in contrasts]
    else:
        matrix = np.atleast_2d(np.asarray(contrasts, dtype=float))
        if matrix.shape[1] != p or np.linalg.matrix_rank(matrix) < matrix.shape[0]:
            raise EvidenceFault(
                f"The contrasts have the shape {matrix.shape}; they need {p} columns and rows that do not follow from each other."
            )
        return htz_of(working, matrix, [f"contrast {i + 1}" for i in range(matrix.shape[0])], kind=kind)
    return htz_of(working, np.eye(p)[which], [working.names[i] for i in which], kind=kind)


def weighted_regression(
    yi: ArrayLike,
    x: ArrayLike,
    weights: object,
    clusters: Sequence[object],
    *,
    target: object = None,
    names: Sequence[str] | None = None,
) -> Working:
    """Any weighted regression as a working model for ``robust`` and ``htz``: effects (k,), design (k, p), weights and
    target covariance each as blocks by cluster, (k, k) or a diagonal (k,). ``target`` is by default the inverse of the
    weights."""
    y, design = numbers(yi, "an effect"), np.asarray(x, dtype=float).reshape(len(clusters), -1)
    codes, found = study_codes(clusters)
    labels = tuple(names) if names is not None else tuple(f"x{i + 1}" for i in range(design.shape[1]))
    check_rank(design, labels)
    w = as_blocks(weights, codes, found)
    phi = (
        tuple(np.asarray(np.linalg.inv(one)) for one in w)
        if target is None
        else as_blocks(target, codes, found)
    )
    return regression(labels, design, y, _batches(codes, phi, w))


def working_of(fit: Fitted, clusters: Sequence[object] | None = None) -> Working:
    """The working model of a fit."""
    if isinstance(fit, Working):
        if clusters is not None:
            raise EvidenceFault("A weighted regression has its clusters already; give them where it is made.")
        return fit
    if isinstance(fit, Pooled | Regression):
        if clusters is None:
            raise EvidenceFault(
                "A fit of independent effects knows no clusters; name the study of each effect in clusters."
            )
        if isinstance(fit, Pooled):
            design, names = np.ones((fit.k, 1)), ["intercept"]
        else:
            design, names = np.asarray(fit.design), [one.name for one in fit.coefficients]
        return weighted_regression(
            fit.yi,
            design,
            np.asarray(fit.weights),
            _checked(clusters, fit.k),
            target=np.asarray(fit.vi) + (0.0 if np.isnan(fit.tau2) else fit.tau2),
            names=names,
        )
    model = fit.model
    if clusters is None:
        return model.working
    inside = [""] * len(model.rows.clusters)
    outer, joined = study_codes(_checked(clusters, fit.k))
    for code, home in zip(model.rows.codes.tolist(), outer.tolist(), strict=True):
        name = joined[home]
        if inside[code] not in ("", name):
            raise EvidenceFault(
                f"{model.rows.clusters[code]} lies in several clusters ({inside[code]}, {name}); "
                "clusters may join studies, not split them.",
                study=model.rows.clusters[code],
            )
        inside[code] = name
    sizes = np.bincount(outer)
    phi = [np.zeros((size, size)) for size in sizes.tolist()]
    weights = [np.zeros((size, size)) for size in sizes.tolist()]
    place = np.empty(fit.k, dtype=np.int64)
    for rows in rows_by_study(outer):
        place[rows] = np.arange(rows.size)
    working = model.working
    blocks = [
        block for batch in working.batches for block in zip(batch.rows, batch.phi, batch.w, strict=True)
    ]
    for rows, one, w in blocks + (working.thin.blocks() if working.thin else []):
        at = np.ix_(place[rows], place[rows])
        phi[outer[rows[0]]][at], weights[outer[rows[0]]][at] = one, w
    return replace(working, batches=_batches(outer, phi, weights), thin=None)


def _batches(codes: Codes, phi: Sequence[Array], w: Sequence[Array]) -> tuple[Batch, ...]:
    """Blocks by cluster, those of one size together."""
    made = []
    for rows in batches_by_size(codes):
        which = codes[rows[:, 0]].tolist()
        made.append(Batch(rows, np.stack([phi[one] for one in which]), np.stack([w[one] for one in which])))
    return tuple(made)


def _checked(clusters: Sequence[object], k: int) -> Sequence[object]:
    if len(clusters) != k:
        raise EvidenceFault(
            f"There are {len(clusters)} clusters for {k} effects that the fit used; each needs one."
        )
    return clusters
