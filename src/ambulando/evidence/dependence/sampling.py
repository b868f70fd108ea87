"""Sampling covariances of effects of one study: a shared control group, repeated measures, or a correlation one assumes.

Each function gives one block (n, n) for each study, in the order in which the studies first come; the rows of a block are
the study's rows as they come. Gleser & Olkin 2009 (in: Handbook of Research Synthesis, 2nd ed., ch. 19); Pustejovsky &
Tipton 2022, Prev Sci 23:425 (a constant correlation); Ishak et al. 2007, Clin Trials 4:525 (repeated measures).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.dependence.dependent import Codes, numbers
from ambulando.evidence.faults import (
    EvidenceFault,
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    UnknownOption,
)
from ambulando.evidence.results import Array

#: An eigenvalue below this part of the largest is none.
SINGULAR = 1e-12
MEASURES = ("SMD", "MD", "OR", "RR", "RD")


def study_codes(studies: Sequence[object]) -> tuple[Codes, tuple[str, ...]]:
    """Numbers (k,) that point into the names of the studies, in the order in which they first come."""
    found: dict[str, int] = {}
    codes = np.array([found.setdefault(str(one), len(found)) for one in studies], dtype=np.int64)
    return codes, tuple(found)


def rows_by_study(codes: Codes) -> list[Codes]:
    order = np.argsort(codes, kind="stable")
    return [np.asarray(one) for one in np.split(order, np.cumsum(np.bincount(codes))[:-1])]


def check_positive(blocks: Sequence[Array], studies: Sequence[str]) -> None:
    """Raises ImpossibleValue, naming the study, for a block that is not symmetric and positive definite."""
    for block, study in zip(blocks, studies, strict=True):
        if not np.all(np.isfinite(block)):
            raise ImpossibleValue(
                f"The sampling covariance of {study} has a cell without a number; give its variances and covariances.",
                study=study,
            )
        deviations = np.sqrt(np.abs(np.diag(block)))
        if np.any(np.abs(block - block.T) > 1e-8 * np.outer(deviations, deviations)):
            raise ImpossibleValue(
                f"The sampling covariance of {study} is not symmetric; the covariance of two effects is one number.",
                study=study,
            )
        if np.any(np.diag(block) <= 0):
            raise NegativeVariance(
                f"{study} has a sampling variance that is not above zero; a variance is above zero.",
                study=study,
            )
        correlation = block / np.outer(deviations, deviations)
        if np.linalg.eigvalsh(correlation)[0] < SINGULAR:
            raise ImpossibleValue(
                f"The sampling covariance of {study} is not positive definite: no effects can be correlated like this; "
                "look for a correlation that is too high, or an effect that is in twice.",
                study=study,
            )


def constant_correlation(vi: ArrayLike, clusters: Sequence[object], rho: float) -> tuple[Array, ...]:
    """Blocks in which the effects of a study are correlated by ``rho``: rho sqrt(v_i v_j). ``vi``, ``clusters`` (k,)."""
    if not -1 < rho < 1:
        raise ImpossibleValue(f"The correlation {rho} is not between -1 and 1.")
    v = _variances(vi, clusters)
    codes, studies = study_codes(clusters)
    blocks = []
    for rows in rows_by_study(codes):
        root = np.sqrt(v[rows])
        correlation = np.full((rows.size, rows.size), float(rho))
        np.fill_diagonal(correlation, 1.0)
        block = correlation * np.outer(root, root)
        np.fill_diagonal(block, v[rows])
        blocks.append(block)
    if rho < 0:
        check_positive(blocks, studies)
    return tuple(blocks)


def repeated_measures(
    vi: ArrayLike,
    clusters: Sequence[object],
    times: ArrayLike,
    *,
    phi: float,
    outcomes: Sequence[object] | None = None,
    rho: float = 1.0,
) -> tuple[Array, ...]:
    """Blocks of effects measured at several times: correlation ``phi`` to the power of the time between them (AR(1) in
    continuous time), times ``rho`` between different ``outcomes``. All columns (k,); times in one unit, such as weeks."""
    if not (0 <= phi < 1 and -1 < rho <= 1):
        raise ImpossibleValue(f"phi is {phi} and rho {rho}; phi is from 0 to below 1, rho between -1 and 1.")
    v, t = _variances(vi, clusters), numbers(times, "a time")
    if t.size != v.size or (outcomes is not None and len(outcomes) != v.size):
        raise EvidenceFault(f"There are {v.size} effects and {t.size} times; each effect needs one.")
    codes, studies = study_codes(clusters)
    kinds, _ = study_codes(outcomes if outcomes is not None else [0] * v.size)
    if outcomes is not None and rho == 1.0:
        raise ImpossibleValue("Several outcomes need the correlation between them, rho below 1.")
    blocks = []
    for rows in rows_by_study(codes):
        root = np.sqrt(v[rows])
        correlation = float(phi) ** np.abs(t[rows][:, None] - t[rows])
        correlation = correlation * np.where(kinds[rows][:, None] == kinds[rows], 1.0, rho)
        block = correlation * np.outer(root, root)
        np.fill_diagonal(block, v[rows])
        blocks.append(block)
    check_positive(blocks, studies)
    return tuple(blocks)


def covariance_shared_control(
    vi: ArrayLike,
    clusters: Sequence[object],
    *,
    measure: str,
    n_treated: ArrayLike | None = None,
    n_control: ArrayLike | None = None,
    effects: ArrayLike | None = None,
    sd_control: ArrayLike | None = None,
    events_control: ArrayLike | None = None,
    controls: Sequence[object] | None = None,
) -> tuple[Array, ...]:
    """Blocks of effects that share their control group.

    The covariance of two effects is what the shared group adds to both. SMD (Gleser & Olkin 2009): 1/n_c + d_i d_j / (2 N),
    N the people of all groups of the comparison set; needs ``effects``, ``n_treated``, ``n_control``. MD: sd_c^2 / n_c.
    OR: 1/events + 1/(n_c - events); RR: 1/events - 1/n_c; RD: q (1 - q) / n_c. All columns (k,), the control group's
    numbers repeated in each of its rows; ``controls`` names the control group where a study has several.
    """
    kind = measure.strip().upper()
    if kind not in MEASURES:
        raise UnknownOption(
            f"There is no shared-control covariance for {measure!r}; take one of {', '.join(MEASURES)}."
        )
    v = _variances(vi, clusters)
    n_c = _needed(n_control, "n_control", v.size, kind)
    codes, studies = study_codes(clusters)
    groups, _ = study_codes(controls if controls is not None else [0] * v.size)
    if np.any(n_c <= 0):
        raise ImpossibleValue("A control group has no people; n_control is above zero.")
    if kind == "SMD":
        d = _needed(effects, "effects", v.size, kind)
        n_t = _needed(n_treated, "n_treated", v.size, kind)
        shared = 1 / n_c
    else:
        shared = _shared_variance(kind, n_c, sd_control, events_control, v.size)
    blocks = []
    for rows, study in zip(rows_by_study(codes), studies, strict=True):
        together = groups[rows][:, None] == groups[rows]
        for column, what in ((n_c, "n_control"), (shared, "the control group")):
            if np.any(
                together & (np.abs(column[rows][:, None] - column[rows]) > 1e-9 * np.abs(column[rows]))
            ):
                raise EvidenceFault(
                    f"The effects of {study} do not share one control group: {what} differs between its rows; "
                    "name its groups in controls.",
                    study=study,
                )
        block = np.where(together, shared[rows], 0.0)
        if kind == "SMD":
            people = np.where(together, n_t[rows], 0.0).sum(axis=1) + n_c[rows]
            block = np.where(together, block + np.outer(d[rows], d[rows]) / (2 * people), 0.0)
        np.fill_diagonal(block, v[rows])
        blocks.append(block)
    check_positive(blocks, studies)
    return tuple(blocks)


def _shared_variance(
    kind: str, n_c: Array, sd_control: ArrayLike | None, events_control: ArrayLike | None, k: int
) -> Array:
    if kind == "MD":
        return np.asarray(_needed(sd_control, "sd_control", k, kind) ** 2 / n_c)
    events = _needed(events_control, "events_control", k, kind)
    for row in np.flatnonzero((events < 0) | (events > n_c)).tolist():
        raise ImpossibleValue(
            f"Row {row + 1} has {events[row]:g} events among {n_c[row]:g} people of the control group.",
            row=row + 1,
        )
    if kind == "RD":
        return np.asarray(events / n_c * (1 - events / n_c) / n_c)
    for row in np.flatnonzero((events == 0) | ((events == n_c) & (kind == "OR"))).tolist():
        raise ImpossibleValue(
            f"Row {row + 1} has a zero cell in its control group; add the same continuity correction as in its effect.",
            row=row + 1,
        )
    return np.asarray(1 / events + 1 / (n_c - events) if kind == "OR" else 1 / events - 1 / n_c)


def _needed(values: ArrayLike | None, name: str, k: int, kind: str) -> Array:
    if values is None:
        raise EvidenceFault(f"The shared-control covariance of {kind} needs {name}.")
    column = numbers(values, name)
    if column.size != k:
        raise EvidenceFault(
            f"There are {k} effects and {column.size} values of {name}; each effect needs one."
        )
    if not np.all(np.isfinite(column)):
        row = int(np.flatnonzero(~np.isfinite(column))[0]) + 1
        raise ImpossibleValue(f"Row {row} has no {name}, and its covariance needs it.", row=row)
    return column


def _variances(vi: ArrayLike, clusters: Sequence[object]) -> Array:
    v = numbers(vi, "a variance")
    if len(clusters) != v.size:
        raise EvidenceFault(
            f"There are {v.size} variances and {len(clusters)} study labels; each effect needs both."
        )
    for row in np.flatnonzero(~(v >= 0)).tolist():
        raise NegativeVariance(
            f"{clusters[row]} (row {row + 1}) has the variance {v[row]:g}; a variance is above zero.",
            row=row + 1,
            study=str(clusters[row]),
        )
    return v


def as_blocks(covariance: object, codes: Codes, studies: Sequence[str]) -> tuple[Array, ...]:
    """Blocks by study from what a caller gives: blocks already (one for each study), variances (k,), or a whole matrix
    (k, k) whose cells between studies are zero. ``codes`` (k,) point into ``studies``."""
    rows = rows_by_study(codes)
    k = codes.size
    try:
        return _blocks_from(covariance, codes, studies, rows, k)
    except EvidenceFault:
        raise
    except (TypeError, ValueError):
        raise NotANumber(
            "The sampling covariance is no list of numbers: give blocks by study, one matrix, or variances."
        ) from None


def _blocks_from(
    covariance: object, codes: Codes, studies: Sequence[str], rows: Sequence[Codes], k: int
) -> tuple[Array, ...]:
    if isinstance(covariance, np.ndarray) or (
        isinstance(covariance, Sequence) and len(covariance) == k and np.ndim(covariance[0]) < 2
    ):
        whole = np.asarray(covariance, dtype=float)
        if whole.shape == (k,):
            return tuple(np.diag(whole[one]) for one in rows)
        if whole.shape == (k, k):
            first, second = np.nonzero(whole)
            apart = np.flatnonzero(codes[first] != codes[second])
            if apart.size:
                a, b = (studies[codes[one[apart[0]]]] for one in (first, second))
                raise ImpossibleValue(
                    f"The sampling covariance joins {a} and {b}; effects of different studies are independent here, "
                    "so give both the same study label."
                )
            return tuple(whole[np.ix_(one, one)] for one in rows)
        raise EvidenceFault(f"The sampling covariance has the shape {whole.shape}; there are {k} effects.")
    blocks = [np.atleast_2d(np.asarray(one, dtype=float)) for one in covariance]  # type: ignore[attr-defined]
    if len(blocks) != len(rows):
        raise EvidenceFault(
            f"There are {len(blocks)} blocks of sampling covariance for {len(rows)} studies; each study needs one."
        )
    for block, one, study in zip(blocks, rows, studies, strict=True):
        if block.shape != (one.size, one.size):
            raise EvidenceFault(
                f"{study} has {one.size} effects and a sampling covariance of the shape {block.shape}.",
                study=study,
            )
    return tuple(blocks)
