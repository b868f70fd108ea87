"""Network meta-analysis of contrasts: every treatment against every other, from direct and indirect evidence together.

Weighted least squares on the graph of the network, exact for studies of several arms (Rücker 2012; Rücker & Schwarzer 2014).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtrit

from ambulando.evidence.effects import RATIO_MEASURES
from ambulando.evidence.faults import MissingReference, UnknownOption
from ambulando.evidence.networks.build import TOLERANCE, build
from ambulando.evidence.networks.graph import Graph, Solution, solve
from ambulando.evidence.networks.heterogeneity import named, tau2_of
from ambulando.evidence.networks.inconsistency import Design, degrees, inconsistency
from ambulando.evidence.networks.splits import Split, splits
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions

SMALL_VALUES = ("desirable", "undesirable")


@dataclass(frozen=True)
class Comparison:
    """One treatment minus another. For ratio measures ``estimate`` is a logarithm and the ``_exp`` fields the ratio."""

    estimate: float
    se: float
    ci: Interval
    pi: Interval
    statistic: float
    p: float
    estimate_exp: float | None
    ci_exp: Interval | None
    pi_exp: Interval | None


League = Mapping[str, Mapping[str, Comparison]]


@dataclass(frozen=True)
class Network:
    """A network meta-analysis. Field names are the JSON keys of ``evidence network``.

    ``league[A][B]`` is A minus B. ``q`` is that of the whole network under a common effect, ``q_heterogeneity`` within and
    ``q_inconsistency`` between designs; ``q_inconsistency_random`` is the design-by-treatment interaction with the heterogeneity
    ``tau2_within`` that is left within designs. ``i2`` is a percentage. ``p_scores`` are 0 to 1, the mean certainty that a
    treatment beats another. ``graph``, ``common`` and ``random`` are what the other functions of this package work on;
    ``common`` is the solution at tau2 = 0 and ``random`` that of ``method``.
    """

    k: int
    contrasts: int
    treatments: tuple[str, ...]
    reference: str | None
    method: str
    tau2: float
    tau: float
    tau2_reml: float | None
    i2: float
    q: float
    q_df: int
    q_p: float
    q_heterogeneity: float
    q_heterogeneity_df: int
    q_heterogeneity_p: float
    q_inconsistency: float
    q_inconsistency_df: int
    q_inconsistency_p: float
    q_inconsistency_random: float
    q_inconsistency_random_p: float
    tau2_within: float
    designs: tuple[Design, ...]
    league: League
    p_scores: Mapping[str, float]
    p_scores_common: Mapping[str, float]
    small_values: str
    splits: tuple[Split, ...]
    measure: str
    level: float
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    data_hash: str
    options: Mapping[str, object]
    versions: Mapping[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]
    graph: Graph
    common: Solution
    random: Solution


def network(
    studies: Sequence[str],
    treat1: Sequence[str],
    treat2: Sequence[str],
    TE: ArrayLike,
    seTE: ArrayLike,
    *,
    method: str = "DL",
    reference: str | None = None,
    level: float = 0.95,
    measure: str = "GEN",
    small_values: str = "desirable",
    tolerance: float = TOLERANCE,
    rows: Sequence[int] | None = None,
    least: int = 2,
) -> Network:
    """The network of contrasts (m,): effect ``TE`` of treat1 minus treat2 in each study, with standard error ``seTE``.

    A study of p arms gives all p(p-1)/2 contrasts. ``method`` DL (the usual one for networks, so that answers can be
    compared), REML, ML or EE (common effect). ``small_values`` tells whether a smaller effect is "desirable", as with symptoms.
    ``rows`` are the places of the contrasts in a table, for messages; ``least`` is the least number of studies. Raises the faults of ``build.build``, MissingReference and UnknownOption.
    """
    method = named(method)
    if small_values not in SMALL_VALUES:
        raise UnknownOption(f"Small values are {' or '.join(SMALL_VALUES)}, not {small_values!r}.")
    sensible_level(level)
    if not 0 <= tolerance < np.inf:
        raise UnknownOption(f"The tolerance {tolerance} is not a number from 0.")
    graph, excluded, notes = build(
        studies, treat1, treat2, TE, seTE, rows=rows, tolerance=tolerance, least=least
    )
    known(graph, reference)
    common = solve(graph, 0.0)
    df = degrees(graph) - (graph.t - 1)
    tau2 = tau2_of(graph, common, df, method, graph.treatments.index(reference) if reference else None)
    random = solve(graph, tau2.value) if tau2.value > 0 else common
    tests = inconsistency(graph, common)
    reml = (
        tau2.value
        if method == "REML"
        else tau2_of(graph, common, df, "REML").value
        if method != "EE"
        else None
    )
    sign = 1 if small_values == "desirable" else -1
    q = tests.total.q
    return Network(
        k=len(graph.studies), contrasts=graph.te.size, treatments=graph.treatments, reference=reference, method=method,
        tau2=tau2.value, tau=tau2.value**0.5, tau2_reml=reml, i2=max(0.0, 100 * (q - df) / q) if q > 0 else 0.0,
        q=q, q_df=df, q_p=tests.total.p,
        q_heterogeneity=tests.within.q, q_heterogeneity_df=tests.within.df, q_heterogeneity_p=tests.within.p,
        q_inconsistency=tests.between.q, q_inconsistency_df=tests.between.df, q_inconsistency_p=tests.between.p,
        q_inconsistency_random=tests.between_random.q, q_inconsistency_random_p=tests.between_random.p,
        tau2_within=tests.tau2_within, designs=tests.designs,
        league=league(graph.treatments, random, tau2.value, df if method != "EE" else 0, level, measure),
        p_scores=p_scores(graph.treatments, random, sign), p_scores_common=p_scores(graph.treatments, common, sign),
        small_values=small_values, splits=splits(graph, random, tau2.value),
        measure=measure, level=level, studies=graph.studies, converged=True, boundary=tau2.boundary,
        data_hash=hash_of(graph),
        options={
            "method": method, "reference": reference, "level": level, "measure": measure, "small_values": small_values,
            "tolerance": tolerance,
        },
        versions=versions(), excluded=excluded, notes=notes + _notes(method, df, tests.between.df, reml),
        graph=graph, common=common, random=random,
    )  # fmt: skip


def known(graph: Graph, reference: str | None) -> None:
    """Raise MissingReference when the reference is no treatment of the network."""
    if reference is not None and reference not in graph.treatments:
        raise MissingReference(
            f"The reference {reference!r} is no treatment of this network; it has {', '.join(graph.treatments)}."
        )


def hash_of(graph: Graph) -> str:
    """The fingerprint of the edges of a network."""
    return data_hash(graph.study, graph.first, graph.second, graph.te, graph.variance)


def differences(found: Solution) -> tuple[Array, Array]:
    """Effects (T, T), row minus column, and their standard errors."""
    diagonal = np.diag(found.inverse)
    variance = diagonal[:, None] + diagonal[None, :] - 2 * found.inverse
    np.fill_diagonal(variance, 0.0)
    return found.effects[:, None] - found.effects[None, :], np.sqrt(np.maximum(variance, 0.0))


def league(
    treatments: tuple[str, ...], found: Solution, tau2: float, df: int, level: float, measure: str
) -> dict[str, dict[str, Comparison]]:
    """Every treatment minus every other; prediction intervals by the t distribution with ``df``, none without."""
    te, se = differences(found)
    z = -ndtri((1 - level) / 2)
    reach = -stdtrit(df, (1 - level) / 2) * np.sqrt(se**2 + tau2) if df > 0 else np.full_like(se, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = te / se
    columns = np.array(
        [te, se, te - z * se, te + z * se, te - reach, te + reach, statistic, 2 * ndtr(-np.abs(statistic))]
    )
    with np.errstate(over="ignore"):  # the end of an interval may be a ratio beyond all numbers
        ratios = np.exp(columns[[0, 2, 3, 4, 5]]) if measure in RATIO_MEASURES else None
    cells = np.moveaxis(columns, 0, 2).tolist()
    powers = np.moveaxis(ratios, 0, 2).tolist() if ratios is not None else None
    table: dict[str, dict[str, Comparison]] = {}
    for i, one in enumerate(treatments):
        row = table[one] = {}
        for j, other in enumerate(treatments):
            if i == j:
                continue
            estimate, error, low, high, least, most, z_value, p = cells[i][j]
            e = powers[i][j] if powers is not None else None
            row[other] = Comparison(
                estimate, error, (low, high), (least, most), z_value, p,
                e[0] if e else None, (e[1], e[2]) if e else None, (e[3], e[4]) if e else None,
            )  # fmt: skip
    return table


def p_scores(treatments: tuple[str, ...], found: Solution, sign: int) -> dict[str, float]:
    """P-scores (Rücker & Schwarzer 2015, BMC Medical Research Methodology 15:58); ``sign`` is 1 when smaller is better."""
    te, se = differences(found)
    with np.errstate(divide="ignore", invalid="ignore"):
        certainty = ndtr(-sign * te / se)
    np.fill_diagonal(certainty, 0.0)
    scores = certainty.sum(axis=1) / (len(treatments) - 1)
    return dict(zip(treatments, scores.tolist(), strict=True))


def _notes(method: str, df: int, df_between: int, reml: float | None) -> tuple[str, ...]:
    notes = []
    if method == "DL" and reml is not None:
        notes.append(
            f"tau2 is estimated by DL, as is usual for networks, so that answers can be compared; by REML it is {reml:.4g}."
        )
    if method.endswith("-uncorrelated"):
        notes.append(
            "tau2 was estimated without the sampling covariance within studies of several arms, to compare with programs "
            f"that leave it out; with it, {method.split('-')[0]} is the method to take."
        )
    if df == 0 and method != "EE":
        notes.append(
            "Each comparison rests on one study alone, so the spread between studies cannot be estimated."
        )
    elif 0 < df < 4 and method != "EE":
        notes.append(
            "There are few studies beside the comparisons, so the spread between them can hardly be estimated."
        )
    if df_between == 0:
        notes.append("There are no closed loops of different studies, so consistency cannot be tested.")
    return tuple(notes)


def hat_matrix(found: Network, *, common: bool = True) -> Array:
    """The hat matrix (m, m) of the contrasts in the order they were given: network estimates as sums of the contrasts.

    Made on request alone, for it grows with the square of the studies.
    """
    graph, solution = found.graph, found.common if common else found.random
    given = np.flatnonzero(graph.row >= 0)
    order = given[np.argsort(graph.row[given])]
    first, second = graph.first[order], graph.second[order]
    inverse, sign = solution.inverse, np.where(graph.flipped[order], -1.0, 1.0)
    apart = inverse[first] - inverse[second]
    between = apart[:, first] - apart[:, second]
    return np.asarray(sign[:, None] * between * (sign * solution.weights.w[order])[None, :])
