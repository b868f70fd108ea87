"""Multivariate random effects: several outcomes or times in a study, with known sampling covariances.

y_j = X_j b + u_j + e_j with u_j ~ N(0, G) over the outcomes that study j has, e_j ~ N(0, V_j). Berkey et al. 1998, Stat Med
17:2537; Jackson, Riley & White 2011, Stat Med 30:2481. ML and REML by Newton
steps from several starts; studies of one size are handled together.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ambulando.evidence.dependence.blockfit import Fit, fit, rows_with_blocks
from ambulando.evidence.dependence.dependent import (
    Codes,
    Coefficient,
    Moderators,
    Rows,
    check_rank,
    coefficients_of,
    critical,
    option,
    tested,
    wald,
)
from ambulando.evidence.dependence.multilevel import METHODS
from ambulando.evidence.dependence.sandwich import Model, Robust, Working, robust_of
from ambulando.evidence.dependence.shapes import NAMES, shape
from ambulando.evidence.faults import EvidenceFault, TooFewStudies
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.ground import InputError

TESTS = {"z": "z", "t": "t"}
#: Structures in which every outcome has its own variance.
OWN = ("UN", "DIAG", "HCS", "HAR")
MEANS = {"each": "each", "common": "common"}


@dataclass(frozen=True)
class MultivariateEffects:
    """A multivariate fit. ``g`` (q, q) is the covariance of the true effects over ``outcomes``; ``tau2`` (q,) its diagonal,
    ``correlation`` (q, q) its correlations (NaN where a variance is zero), ``rho`` the one correlation of CS, HCS, AR, HAR,
    CAR or of two outcomes. ``pi`` are prediction intervals of the outcomes' effects, where the model has no moderators."""

    k: int
    clusters: int
    outcomes: tuple[str, ...]
    structure: str
    method: str
    test: str
    coefficients: tuple[Coefficient, ...]
    vcov: tuple[tuple[float, ...], ...]
    tau2: tuple[float, ...]
    rho: float | None
    correlation: tuple[tuple[float, ...], ...]
    g: tuple[tuple[float, ...], ...]
    pi: tuple[Interval, ...] | None
    q: float
    q_df: int
    q_p: float
    qm: float
    qm_df: tuple[int, float]
    qm_p: float
    robust: Robust
    log_likelihood: float
    log_likelihood_ml: float
    aic: float
    bic: float
    aicc: float
    level: float
    studies: tuple[str, ...]
    outcome_of: tuple[str, ...]
    yi: tuple[float, ...]
    covariances: tuple[tuple[tuple[float, ...], ...], ...]
    converged: bool
    boundary: bool
    iterations: int
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]
    kept: InitVar[Model | None] = None

    def __post_init__(self, kept: Model | None) -> None:
        # Not a field, so that it is not printed; set all the same, so that dataclasses.replace carries it on.
        object.__setattr__(self, "kept", kept)

    @property
    def model(self) -> Model:
        """Rows and working model of this fit."""
        found: Model | None = getattr(self, "kept", None)
        if found is None:
            raise InputError("This result was made by hand, so it has no data; fit the model again.")
        return found


def multivariate_effects(
    yi: ArrayLike,
    V: object,
    outcomes: Sequence[object],
    studies: Sequence[object],
    *,
    moderators: Moderators | None = None,
    structure: str = "UN",
    method: str = "REML",
    means: str = "each",
    test: str = "z",
    level: float = 0.95,
) -> MultivariateEffects:
    """Pool effects ``yi`` (k,) of several ``outcomes`` (k,) in ``studies`` (k,), which may lack some outcomes.

    ``V``: sampling covariances as blocks by study (in the order in which studies first come), as a (k, k) matrix, or as
    variances (k,). ``structure`` ID, DIAG, CS, HCS, UN, or AR, HAR (steps of outcomes in sorted order) and CAR (outcomes are
    times). ``means`` each: one mean, and one slope of every moderator, for each outcome; common: one for all.

    Raises NegativeVariance, ImpossibleValue (a covariance that is none), TooFewStudies, CollinearModerators, UnknownOption,
    NotConverged.
    """
    sensible_level(level)
    structure, method = option(structure, NAMES, "structure"), option(method, METHODS, "method")
    test, means = option(test, TESTS, "test"), option(means, MEANS, "kind of means")
    if len(outcomes) != len(studies):
        raise EvidenceFault(
            f"There are {len(outcomes)} outcomes and {len(studies)} studies; each effect needs both."
        )
    rows, covariances = rows_with_blocks(yi, V, studies, moderators)
    kept = [str(one) for one, keep in zip(outcomes, rows.keep.tolist(), strict=True) if keep]
    levels = _levels(kept, structure)
    slots = np.array([levels.index(one) for one in kept], dtype=np.int64)
    if structure != "CS" or means == "each":
        _check_once(rows, slots, levels)
    if means == "each":
        _check_spread(rows, slots, levels, structure, method)
        rows = _by_outcome(rows, slots, levels)
    times = (
        np.array([float(one) for one in levels])
        if structure == "CAR"
        else np.arange(len(levels), dtype=float)
    )
    if structure in ("HCS", "CS", "AR", "HAR", "CAR") and len(levels) == 1:
        structure = "ID"
    fitted = fit(rows, covariances, slots, shape(structure, len(levels), times), method)
    return _result(
        rows, covariances, slots, levels, fitted,
        {"structure": structure, "method": method, "means": means, "test": test, "level": level},
    )  # fmt: skip


def _levels(kept: list[str], structure: str) -> list[str]:
    if structure != "CAR":
        return sorted(set(kept))
    try:
        return sorted(set(kept), key=float)
    except ValueError:
        raise EvidenceFault("The structure CAR needs times, that is numbers, as outcomes.") from None


def _check_once(rows: Rows, slots: Codes, levels: list[str]) -> None:
    """An outcome that a study has twice would share one random effect, which is seldom meant."""
    _, first, counts = np.unique(rows.codes * len(levels) + slots, return_index=True, return_counts=True)
    for at in first[counts > 1].tolist()[:1]:
        raise EvidenceFault(
            f"{rows.clusters[rows.codes[at]]} has the outcome {levels[slots[at]]} more than once; "
            "average these effects first, or use three_level or che.",
            study=rows.clusters[rows.codes[at]],
        )


def _check_spread(rows: Rows, slots: Codes, levels: list[str], structure: str, method: str) -> None:
    """With its own mean (and slopes) and its own variance, an outcome of too few studies says nothing to REML."""
    if method != "REML" or structure not in OWN:
        return
    for slot, count in enumerate(np.bincount(slots).tolist()):
        if count <= rows.x.shape[1]:
            raise TooFewStudies(
                f"{'One study has' if count == 1 else f'{count} studies have'} the outcome {levels[slot]}, too few for a "
                f"variance of its own; use the structure CS or ID, or leave this outcome out."
            )


def _by_outcome(rows: Rows, slots: Codes, levels: list[str]) -> Rows:
    """The design with every column once for each outcome: means first, then slopes."""
    columns, names = [], []
    for index, name in enumerate(rows.names):
        for slot, outcome in enumerate(levels):
            columns.append(np.where(slots == slot, rows.x[:, index], 0.0))
            names.append(outcome if name == "intercept" else f"{outcome}:{name}")
    x = np.column_stack(columns)
    check_rank(x, names)
    return replace(rows, x=x, names=tuple(names))


def _result(
    rows: Rows,
    covariances: Sequence[Array],
    slots: Codes,
    levels: list[str],
    fitted: Fit,
    options: dict[str, object],
) -> MultivariateEffects:
    (k, p), q = rows.x.shape, len(levels)
    level, reml, t = float(str(options["level"])), options["method"] == "REML", options["test"] == "t"
    df = float(k - p) if t else float("nan")
    coefficients = coefficients_of(rows.names, fitted.beta, np.sqrt(np.diag(fitted.vcov)), [df] * p, level)
    qm, qm_df, qm_p = wald(fitted.beta, fitted.vcov, tested(rows.names), df)
    tau2 = np.diag(fitted.g)
    sd = np.sqrt(tau2)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.where(np.outer(sd, sd) > 0, fitted.g / np.outer(sd, sd), np.nan)
    structure = str(options["structure"])
    one = structure not in ("UN", "DIAG", "ID") or q == 2
    rho = (float(correlation[0, 1]) if structure not in ("DIAG", "ID") else 0.0) if one and q > 1 else None
    half = [
        critical(level, df) * float(np.sqrt(v + c.se**2)) for v, c in zip(tau2, coefficients, strict=False)
    ]
    means_alone = p == q and options["means"] == "each"
    pi = tuple((c.estimate - h, c.estimate + h) for c, h in zip(coefficients, half, strict=False))
    if p == 1 and options["means"] == "common":
        means_alone = bool(np.ptp(tau2) <= 1e-12 * tau2.max())
        pi = pi[:1]
    log = fitted.log_reml if reml else fitted.log_ml
    free, seen = p + fitted.found.theta.size, k - p if reml else k
    residuals = rows.y - rows.x @ fitted.beta
    working = Working(rows.names, rows.x, fitted.beta, residuals, fitted.vcov, fitted.batches)
    return MultivariateEffects(
        k=k, clusters=len(rows.clusters), outcomes=tuple(levels), structure=structure, method=str(options["method"]),
        test=str(options["test"]), coefficients=coefficients, vcov=_nested(fitted.vcov), tau2=tuple(tau2.tolist()),
        rho=rho, correlation=_nested(correlation), g=_nested(fitted.g), pi=pi if means_alone else None,
        q=fitted.q, q_df=k - p, q_p=float(chdtrc(k - p, fitted.q)), qm=qm, qm_df=qm_df, qm_p=qm_p,
        robust=robust_of(working, level=level),
        log_likelihood=log, log_likelihood_ml=fitted.log_ml,
        aic=-2 * log + 2 * free, bic=-2 * log + free * float(np.log(seen)),
        aicc=-2 * log + 2 * free * max(seen, free + 2) / (max(seen, free + 2) - free - 1), level=level,
        studies=tuple(rows.clusters[code] for code in rows.codes.tolist()),
        outcome_of=tuple(levels[slot] for slot in slots.tolist()), yi=tuple(rows.y.tolist()),
        covariances=tuple(_nested(block) for block in covariances),
        converged=fitted.found.converged, boundary=bool(np.linalg.eigvalsh(fitted.g)[0] <= 1e-8 * tau2.max()),
        iterations=fitted.found.iterations,
        data_hash=data_hash(rows.y, rows.codes, slots, rows.x.ravel(), *(block.ravel() for block in covariances)),
        options=options, versions=versions(), excluded=rows.excluded, notes=_notes(rows, slots, levels, structure),
        kept=Model(rows, working, tuple(covariances), slots),
    )  # fmt: skip


def _nested(matrix: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))


def _notes(rows: Rows, slots: Codes, levels: list[str], structure: str) -> tuple[str, ...]:
    notes = []
    m, q = len(rows.clusters), len(levels)
    if m < 5:
        notes.append(f"Only {m} studies: the spread between them can hardly be estimated.")
    present = np.zeros((m, q))
    present[rows.codes, slots] = 1
    together = present.T @ present
    if structure in OWN:
        notes += [
            f"Only one study has {levels[i]}, so its spread between studies rests on nothing."
            for i in np.flatnonzero(np.diag(together) == 1).tolist()
        ]
    if structure == "UN":
        notes += [
            f"No study has both {levels[i]} and {levels[j]}, so their correlation rests on nothing."
            for i in range(q)
            for j in range(i)
            if together[i, j] == 0
        ]
    return tuple(notes)
