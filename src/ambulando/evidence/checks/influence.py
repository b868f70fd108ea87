"""What each study does to the answer: leave-one-out, cumulative pooling, deletion diagnostics, Baujat's coordinates.

Formulas: Viechtbauer & Cheung 2010, Research Synthesis Methods 1:112 (deletion diagnostics of random-effects models);
Baujat et al. 2002, Statistics in Medicine 21:2641; Lau et al. 1992, NEJM 327:248 (cumulative meta-analysis).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, ndtr, ndtri, stdtr, stdtrit

from ambulando.evidence.checks.observed import Observed, choice, observed
from ambulando.evidence.checks.subsets import BLOCK, Pools, pools, without_each
from ambulando.evidence.faults import EvidenceFault, NotConverged
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.evidence.univariate.pooling import METHODS, TESTS


@dataclass(frozen=True)
class StudyInfluence:
    """One study: the pooled effect ``estimate_without`` it (with se, tau2, Q, I2), and how far it moves the answer.

    ``row`` is its place among the studies, from 1. ``rstandard`` and ``rstudent`` are standardised and studentised deleted
    residuals; ``dffits`` and ``dfbetas`` the change of the fitted value and of the pooled effect in standard errors;
    ``cook`` the squared distance, ``cov_ratio`` the ratio of variances without and with the study; ``hat`` its leverage,
    ``weight`` the same in percent. ``baujat_x`` is its share of the heterogeneity, ``baujat_y`` its influence.
    """

    row: int
    study: str
    estimate_without: float
    se_without: float
    tau2_without: float
    q_without: float
    i2_without: float
    rstandard: float
    rstudent: float
    dffits: float
    cook: float
    cov_ratio: float
    hat: float
    weight: float
    dfbetas: float
    influential: bool
    baujat_x: float
    baujat_y: float


@dataclass(frozen=True)
class Influence:
    """The studies in their order, and the pooled effect with all of them."""

    k: int
    method: str
    estimate: float
    se: float
    tau2: float
    influence: tuple[StudyInfluence, ...]
    influential: tuple[str, ...]
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A pooled effect of some of the studies; ``study`` is the one left out, or the one that came last."""

    row: int
    study: str
    k: int
    estimate: float
    se: float
    statistic: float
    p: float
    ci: Interval
    tau2: float
    q: float
    i2: float
    h2: float


@dataclass(frozen=True)
class Steps:
    """Pooled effects, one for each study left out (``leave_one_out``) or added (``cumulative``)."""

    k: int
    method: str
    test: str
    steps: tuple[Step, ...]
    level: float
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def influence(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", studies: Sequence[str] | None = None
) -> Influence:
    """Deletion diagnostics of the pooled effect of ``yi`` (k,) with variances ``vi`` (k,); tau2 is estimated anew each time.

    Standard errors are those of the model (the z test). A study counts as influential when its dffits, Cook's distance,
    leverage or dfbetas passes the usual limit. Raises TooFewStudies under 3 studies, NotConverged, or as ``observed``.
    """
    method = choice(method, METHODS, "method")
    data = observed(yi, vi, studies, least=3, what="Leaving out one study at a time")
    y, v, k = data.y, data.v, data.k
    whole = pools(y[None], v[None], method)
    _settled(whole, "all studies together", data, None)
    estimate, variance, tau2 = float(whole.estimate[0]), float(whole.variance[0]), float(whole.tau2[0])
    total = v + tau2
    hat = variance / total
    without, spread = _without_each(data, method)

    moved = estimate - without.estimate
    rstudent = (y - without.estimate) / np.sqrt(v + without.tau2 + without.variance)
    dffits = moved / np.sqrt(hat * (v + without.tau2))
    cook = moved**2 / variance
    dfbetas = moved * np.sqrt(spread)
    # The limits of Viechtbauer & Cheung 2010 with one coefficient; P(chi2 of 1 df < d) is gammainc(1/2, d/2).
    strong = (
        (np.abs(dffits) > 3 * np.sqrt(1 / (k - 1)))
        | (gammainc(0.5, cook / 2) > 0.5)
        | (hat > 3 / k)
        | (np.abs(dfbetas) > 1)
    )
    columns: dict[str, Array] = {
        "estimate_without": without.estimate,
        "se_without": np.sqrt(without.variance),
        "tau2_without": without.tau2,
        "q_without": without.q,
        "i2_without": without.i2,
        "rstandard": (y - estimate) / np.sqrt(total - variance),
        "rstudent": rstudent,
        "dffits": dffits,
        "cook": cook,
        "cov_ratio": without.variance / variance,
        "hat": hat,
        "weight": 100 * hat,
        "dfbetas": dfbetas,
        "baujat_x": (y - estimate) ** 2 / total,
        "baujat_y": moved**2 / without.variance,
    }
    listed: dict[str, list[Any]] = {name: column.tolist() for name, column in columns.items()}
    rows = tuple(
        StudyInfluence(
            row=data.rows[index],
            study=data.studies[index],
            influential=bool(strong[index]),
            **{name: values[index] for name, values in listed.items()},
        )
        for index in range(k)
    )
    names = tuple(one.study for one in rows if one.influential)
    return Influence(
        k=k, method=method, estimate=estimate, se=variance**0.5, tau2=tau2, influence=rows, influential=names,
        studies=data.studies, converged=True, boundary=method != "EE" and tau2 == 0,
        data_hash=data_hash(y, v), options={"method": method}, versions=versions(), excluded=data.excluded, notes=(),
    )  # fmt: skip


def leave_one_out(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> Steps:
    """The pooled effect without each study in turn; ``method`` and ``test`` as for ``pooling.pool``."""
    method, test = choice(method, METHODS, "method"), choice(test, TESTS, "test")
    sensible_level(level)
    data = observed(yi, vi, studies, least=3, what="Leaving out one study at a time")
    steps = []
    for start, stop in _blocks(data.k):
        rows = without_each(data.k, start, stop)
        y, v = data.y[rows], data.v[rows]
        found = pools(y, v, method)
        for index in range(start, stop):
            _settled(found, f"all studies but {data.studies[index]}", data, index - start)
        steps += _steps(data, list(range(start, stop)), y, v, found, test, level)
    return _result(data, method, test, level, tuple(steps), {"order": "left out"})


def cumulative(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    order: Sequence[float] | Sequence[str] | None = None,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> Steps:
    """The pooled effect as studies came in, by ``order`` (k,), as years, smallest first; without it as they stand.

    Equal values of ``order`` keep their order. The first step is one study, with its own z interval. ``k`` of a step says
    how many studies it pools. Raises EvidenceFault when ``order`` has another length or a missing value.
    """
    method, test = choice(method, METHODS, "method"), choice(test, TESTS, "test")
    sensible_level(level)
    data = observed(yi, vi, studies, least=1, what="Cumulative pooling")
    sequence = list(range(data.k)) if order is None else in_order(order, data)
    steps = []
    for size in range(1, data.k + 1):
        rows = np.array(sequence[:size])[None]
        y, v = data.y[rows], data.v[rows]
        found = pools(y, v, method)
        _settled(found, f"the first {size} studies", data, 0)
        steps += _steps(data, [sequence[size - 1]], y, v, found, test if size > 1 else "z", level)
    return _result(data, method, test, level, tuple(steps), {"order": "given" if order is None else "sorted"})


def in_order(order: Sequence[float] | Sequence[str], data: Observed) -> list[int]:
    """The places of the usable studies, sorted by ``order`` (one value for each study of the input)."""
    if len(order) != data.k + len(data.excluded):
        raise EvidenceFault(f"The order has {len(order)} values for {data.k + len(data.excluded)} studies.")
    lost = {one.row for one in data.excluded}
    # ``rows`` are rows of a file or places; their ranks are the places in ``order``.
    places = {row: place for place, row in enumerate(sorted((*data.rows, *lost)))}
    values = [order[places[row]] for row in data.rows]
    for index, value in enumerate(values):
        if value is None or value != value or value == "":
            raise EvidenceFault(
                f"{data.studies[index]} (row {data.rows[index]}) has no value to be sorted by.",
                row=data.rows[index],
                study=data.studies[index],
            )
    try:
        keys: list[Any] = [float(value) for value in values]
    except ValueError:
        keys = [str(value) for value in values]
    return sorted(range(data.k), key=keys.__getitem__)


def _blocks(k: int) -> list[tuple[int, int]]:
    height = max(1, BLOCK // k)
    return [(start, min(k, start + height)) for start in range(0, k, height)]


def _without_each(data: Observed, method: str) -> tuple[Pools, Array]:
    """The pools without each study, and the summed weights of all studies at each of their tau2 (for dfbetas)."""
    parts, spread = [], []
    for start, stop in _blocks(data.k):
        rows = without_each(data.k, start, stop)
        found = pools(data.y[rows], data.v[rows], method)
        for index in np.flatnonzero(~found.converged).tolist():
            _settled(found, f"all studies but {data.studies[start + index]}", data, index)
        parts.append(found)
        spread.append((1 / (data.v[None] + found.tau2[:, None])).sum(axis=1))
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in Pools.__dataclass_fields__
    }
    return Pools(**joined), np.concatenate(spread)


def _settled(found: Pools, which: str, data: Observed, index: int | None) -> None:
    if not found.converged[index or 0]:
        raise NotConverged(
            f"The spread between studies did not converge for {which} ({data.k} studies in all); take the method DL."
        )


def _steps(
    data: Observed, places: Sequence[int], y: Array, v: Array, found: Pools, test: str, level: float
) -> list[Step]:
    size = y.shape[1]
    se = np.sqrt(found.variance)
    if test in ("knha", "adhoc"):
        w = 1 / (v + found.tau2[:, None])
        scale = np.einsum("ij,ij->i", w, (y - found.estimate[:, None]) ** 2) / (size - 1)
        se = se * np.sqrt(np.maximum(scale, 1.0) if test == "adhoc" else scale)
    tail = (1 - level) / 2
    critical = float(-ndtri(tail) if test == "z" else -stdtrit(size - 1, tail))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = found.estimate / se
    p = 2 * (ndtr(-np.abs(statistic)) if test == "z" else stdtr(size - 1, -np.abs(statistic)))
    return [
        Step(
            row=data.rows[place], study=data.studies[place], k=size,
            estimate=float(found.estimate[i]), se=float(se[i]), statistic=float(statistic[i]), p=float(p[i]),
            ci=(float(found.estimate[i] - critical * se[i]), float(found.estimate[i] + critical * se[i])),
            tau2=float(found.tau2[i]), q=float(found.q[i]), i2=float(found.i2[i]), h2=float(found.h2[i]),
        )
        for i, place in enumerate(places)
    ]  # fmt: skip


def _result(
    data: Observed, method: str, test: str, level: float, steps: tuple[Step, ...], more: dict[str, object]
) -> Steps:
    return Steps(
        k=data.k, method=method, test=test, steps=steps, level=level, studies=data.studies, converged=True,
        data_hash=data_hash(data.y, data.v), options={"method": method, "test": test, "level": level, **more},
        versions=versions(), excluded=data.excluded, notes=(),
    )  # fmt: skip
