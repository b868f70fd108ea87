"""All tests of bias and influence of one table of studies together: what ``evidence bias`` prints."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.checks.asymmetry import (
    Asymmetry,
    PetPeese,
    PrecisionEffect,
    RankTest,
    peese,
    pet,
    pet_peese,
    rank_test,
    regression_test,
)
from ambulando.evidence.checks.asymmetry_binary import TESTS, BinaryAsymmetry, binary_test, schwarzer
from ambulando.evidence.checks.failsafe import ExcessSignificance, FailSafe, excess_significance, fail_safe
from ambulando.evidence.checks.gosh import Gosh
from ambulando.evidence.checks.influence import Influence, Step, StudyInfluence, influence, leave_one_out
from ambulando.evidence.checks.observed import observed
from ambulando.evidence.checks.selection import Selection, cuts_of, selection
from ambulando.evidence.checks.trimfill import TrimFill, trim_and_fill
from ambulando.evidence.faults import EvidenceFault, UnknownOption
from ambulando.evidence.results import Excluded, Interval, data_hash, versions
from ambulando.evidence.univariate.pooling import Pooled, pool

A = TypeVar("A")
#: Events and people of both arms, by the names that tables give them.
CELLS = ("ai", "bi", "ci", "di")


@dataclass(frozen=True)
class Bias:
    """The answers of all tests. Field names are the JSON keys of ``evidence bias``; a test that is not possible with these
    studies is None, and ``notes`` says why.

    ``egger`` is the regression test on the standard error (mixed-effects, or least squares when asked for), ``egger_lm``
    always by least squares. ``pet`` and ``peese`` are mixed-effects regressions (DerSimonian-Laird), ``_lm`` least squares.
    ``selection`` is the three-parameter model. ``binary`` are the tests for events, by name.
    """

    k: int
    measure: str
    method: str
    test: str
    estimate: float
    se: float
    p: float
    ci: Interval
    tau2: float
    i2: float
    egger: Asymmetry | None
    egger_lm: Asymmetry | None
    begg: RankTest | None
    trim_and_fill: TrimFill | None
    pet: PrecisionEffect | None
    peese: PrecisionEffect | None
    pet_lm: PrecisionEffect | None
    peese_lm: PrecisionEffect | None
    pet_peese: PetPeese | None
    selection: Selection | None
    binary: dict[str, BinaryAsymmetry | RankTest]
    fail_safe: dict[str, FailSafe]
    excess_significance: ExcessSignificance | None
    influence: tuple[StudyInfluence, ...]
    influential: tuple[str, ...]
    leave_one_out: tuple[Step, ...]
    level: float
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def bias(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    measure: str = "GEN",
    egger: str = "rma",
    estimator: str = "L0",
    side: str = "auto",
    steps: Sequence[float] = (0.025,),
    counts: Mapping[str, ArrayLike] | None = None,
    rows: Sequence[int] | None = None,
    studies: Sequence[str] | None = None,
) -> Bias:
    """All tests of ``yi`` (k,) with variances ``vi`` (k,); options as for each of them.

    ``counts`` are the cells ai, bi, ci, di of studies with events; ``rows`` (k,) the rows of a file, for the answers by
    study. Raises TooFewStudies under 3 studies, NotConverged when pooling does not converge, or as ``pooling.pool``.
    """
    data = observed(yi, vi, studies, least=3, what="A test of bias")
    whole: Pooled = pool(yi, vi, method=method, test=test, level=level, measure=measure, studies=studies)
    y, v, names = data.y, data.v, data.studies
    notes: list[str] = []

    def tried(name: str, made: Callable[[], A]) -> A | None:
        try:
            found = made()
        except UnknownOption:
            raise
        except EvidenceFault as fault:
            notes.append(f"{name}: {fault}")
            return None
        notes.extend(getattr(found, "notes", ()))
        return found

    asked: dict[str, object] = {"egger": egger, "estimator": estimator, "side": side, "steps": list(steps)}
    cuts_of(steps)
    moved: Influence = influence(y, v, method=method, studies=names)
    without = leave_one_out(y, v, method=method, test=test, level=level, studies=names)
    binary: dict[str, BinaryAsymmetry | RankTest] = {}
    if counts is not None:
        a, b, c, d = (np.asarray(counts[cell], dtype=float) for cell in CELLS)
        for name in TESTS:
            one = tried(name, lambda name=name: binary_test(name, a, a + b, c, c + d, studies=names))  # type: ignore[misc]
            if one is not None:
                binary[name.lower()] = one
        ranks = tried("Schwarzer", lambda: schwarzer(a, a + b, c, c + d, studies=names))
        if ranks is not None:
            binary["schwarzer"] = ranks
    safe = {}
    for kind in ("Rosenthal", "Orwin", "Rosenberg"):
        number = tried(kind, lambda kind=kind: fail_safe(y, v, kind=kind, studies=names))  # type: ignore[misc]
        if number is not None:
            safe[kind.lower()] = number
    places = data.rows if rows is None else tuple(rows[place - 1] for place in data.rows)
    answer = Bias(
        k=data.k, measure=measure, method=whole.method, test=whole.test, estimate=whole.estimate, se=whole.se, p=whole.p,
        ci=whole.ci, tau2=whole.tau2, i2=whole.i2,
        egger=tried("Egger", lambda: regression_test(y, v, model=egger, method=method, level=level, studies=names)),
        egger_lm=tried("Egger", lambda: regression_test(y, v, model="lm", level=level, studies=names)),
        begg=tried("Begg", lambda: rank_test(y, v, studies=names)),
        trim_and_fill=tried(
            "Trim and fill",
            lambda: trim_and_fill(
                y, v, estimator=estimator, side=side, method=method, test=test, level=level, measure=measure,
                studies=names,
            ),
        ),
        pet=tried("PET", lambda: pet(y, v, level=level, studies=names)),
        peese=tried("PEESE", lambda: peese(y, v, level=level, studies=names)),
        pet_lm=tried("PET", lambda: pet(y, v, model="lm", level=level, studies=names)),
        peese_lm=tried("PEESE", lambda: peese(y, v, model="lm", level=level, studies=names)),
        pet_peese=tried("PET-PEESE", lambda: pet_peese(y, v, level=level, studies=names)),
        selection=tried("Selection model", lambda: selection(y, v, steps=steps, level=level, studies=names)),
        binary=binary, fail_safe=safe,
        excess_significance=tried("Excess significance", lambda: excess_significance(y, v, method=method, studies=names)),
        influence=tuple(replace(one, row=places[one.row - 1]) for one in moved.influence),
        influential=moved.influential,
        leave_one_out=tuple(replace(one, row=places[one.row - 1]) for one in without.steps),
        level=level, studies=names, converged=whole.converged, boundary=whole.boundary, data_hash=data_hash(y, v),
        options=whole.options | asked, versions=versions(), excluded=whole.excluded, notes=(),
    )  # fmt: skip
    return replace(answer, notes=tuple(dict.fromkeys((*whole.notes, *notes))))


@dataclass(frozen=True)
class StudyCloud:
    """The median effect of the subsets with a study, and of those without it."""

    row: int
    study: str
    with_it: float
    without_it: float
    i2_with_it: float
    i2_without_it: float


@dataclass(frozen=True)
class GoshSummary:
    """GOSH in numbers: quantiles (0, 2.5, 25, 50, 75, 97.5, 100%) of the subsets' effects and I2, and each study's part."""

    subsets: int
    complete: bool
    estimate_quantiles: tuple[float, ...]
    i2_quantiles: tuple[float, ...]
    studies: tuple[StudyCloud, ...]
    notes: tuple[str, ...]


def summary_of(found: Gosh, rows: Sequence[int] | None = None) -> GoshSummary:
    """The subsets of ``gosh.gosh`` in a few numbers; ``rows`` (k,) of a file name the studies."""
    at = (0, 0.025, 0.25, 0.5, 0.75, 0.975, 1)
    clouds = []
    for place, study in enumerate(found.studies):
        has = found.members[:, place]
        medians = [
            float(np.median(column[mark])) if mark.any() else float("nan")
            for column in (found.estimate, found.i2)
            for mark in (has, ~has)
        ]
        clouds.append(StudyCloud(place + 1 if rows is None else rows[place], study, *medians))
    return GoshSummary(
        found.subsets, found.complete, tuple(np.quantile(found.estimate, at).tolist()),
        tuple(np.quantile(found.i2, at).tolist()), tuple(clouds), found.notes,
    )  # fmt: skip


def sizes_of(summary: Mapping[str, Sequence[float]]) -> tuple[float, ...] | None:
    """The people of each study, from the numbers its effect was computed from; None where they are not among them."""
    for columns in (CELLS, ("n1i", "n2i"), ("ni",)):
        if all(column in summary for column in columns):
            return tuple(sum(one) for one in zip(*(summary[column] for column in columns), strict=True))
    return None
