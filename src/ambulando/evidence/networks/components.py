"""Additive component models: the effect of "exercise + therapy" is that of exercise plus that of therapy.

Welton et al. 2009 (American Journal of Epidemiology 169:1158); Rücker, Petropoulou & Schwarzer 2020 (Biometrical Journal 62:808).
A network that falls into parts can be joined by the components that the parts share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri

from ambulando.evidence.effects import RATIO_MEASURES
from ambulando.evidence.faults import DisconnectedNetwork, ImpossibleValue, MissingReference, UnknownOption
from ambulando.evidence.networks.build import TOLERANCE, build, sorted_names
from ambulando.evidence.networks.fit import Comparison, hash_of
from ambulando.evidence.networks.graph import Graph, laplacian, parts_of, solve, weights
from ambulando.evidence.networks.heterogeneity import maximum, named
from ambulando.evidence.networks.inconsistency import degrees
from ambulando.evidence.results import Array, Excluded, Interval, sensible_level, versions


@dataclass(frozen=True)
class Component:
    """The effect of adding one component. ``identified`` is False when the studies cannot tell it from others; its numbers
    are then those of the smallest effects that fit, and only sums and differences of components mean something.
    """

    name: str
    estimate: float
    se: float
    ci: Interval
    statistic: float
    p: float
    estimate_exp: float | None
    ci_exp: Interval | None
    identified: bool


@dataclass(frozen=True)
class ComponentNetwork:
    """An additive component model. ``q_additive`` is its Q, ``q_difference`` what additivity costs beside the network where
    every combination has an effect of its own (NaN for a network in parts). ``league`` is as that of ``Network``.
    """

    k: int
    treatments: tuple[str, ...]
    components: tuple[Component, ...]
    inactive: str | None
    connected: bool
    parts: tuple[tuple[str, ...], ...]
    method: str
    tau2: float
    tau: float
    q_additive: float
    q_additive_df: int
    q_additive_p: float
    q_difference: float
    q_difference_df: int
    q_difference_p: float
    league: Mapping[str, Mapping[str, Comparison]]
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


@dataclass(frozen=True, eq=False)
class _Fit:
    beta: Array
    covariance: Array
    projection: Array
    rank: int
    q: float
    trace: float
    slope: float
    w_total: float


def split_name(name: str, separator: str) -> tuple[str, ...]:
    """The components of a combination."""
    return tuple(part.strip() for part in name.split(separator))


def component_network(
    studies: Sequence[str],
    treat1: Sequence[str],
    treat2: Sequence[str],
    TE: ArrayLike,
    seTE: ArrayLike,
    *,
    separator: str = "+",
    inactive: str | None = None,
    method: str = "DL",
    level: float = 0.95,
    measure: str = "GEN",
    tolerance: float = TOLERANCE,
    rows: Sequence[int] | None = None,
) -> ComponentNetwork:
    """The additive model of contrasts as for ``network``; combinations are named with ``separator`` between components.

    ``inactive`` is a treatment without effect (placebo, waiting list): all components are then effects against it. The network
    may fall into parts. Raises the faults of ``build.build`` but for DisconnectedNetwork, which is raised when components do
    not join what studies do not; MissingReference for an unknown ``inactive``.
    """
    method = named(method)
    if method.endswith("-uncorrelated"):
        raise UnknownOption("A component model takes the methods DL, REML, ML and EE.")
    sensible_level(level)
    if not separator.strip():
        raise UnknownOption("The separator of components is empty; '+' is usual.")
    graph, excluded, notes = build(
        studies, treat1, treat2, TE, seTE, rows=rows, tolerance=tolerance, connected=False
    )
    made_of = [split_name(name, separator) for name in graph.treatments]
    for name, those in zip(graph.treatments, made_of, strict=True):
        if not all(those) or len(set(those)) < len(those):
            raise ImpossibleValue(
                f"The treatment {name!r} has an empty or a double component between its {separator!r}."
            )
    names = sorted_names([part for those in made_of for part in those])
    if inactive is not None and inactive not in names:
        raise MissingReference(
            f"The inactive component {inactive!r} is none of this network; it has {', '.join(names)}."
        )
    names = tuple(name for name in names if name != inactive)
    matrix = np.array([[float(name in those) for name in names] for those in made_of])
    first = _fit(graph, matrix, 0.0)
    df = degrees(graph) - first.rank
    if method == "EE" or df == 0:
        tau2, boundary = 0.0, False
    elif method == "DL":
        tau2 = max(0.0, (first.q - df) / first.trace)
        boundary = tau2 == 0.0
    else:
        restricted = method == "REML"

        def slope(value: float) -> float:
            one = _fit(graph, matrix, value)
            return one.slope - (one.trace if restricted else one.w_total)

        def log_likelihood(value: float) -> float:
            # only its differences are used, so it is the integral of the slope
            from scipy.integrate import quad

            return float(quad(slope, 0.0, value, limit=200)[0])

        estimate = maximum(slope, log_likelihood, scale=float(np.median(graph.variance)))
        tau2, boundary = estimate.value, estimate.boundary
    found = _fit(graph, matrix, tau2)
    parts = parts_of(graph.t, graph.first, graph.second)
    connected = int(parts.max()) == 0
    standard = solve(graph, 0.0, parts=parts)
    df_difference = int(graph.t - 1 - parts.max()) - first.rank
    q_difference = max(0.0, first.q - standard.q) if connected else float("nan")
    table, lost = _league(graph, matrix, found, level, measure)
    part_of = dict(zip(graph.treatments, parts.tolist(), strict=True))
    across = sum(part_of[one] != part_of[other] for one, other in lost)
    if not connected and across == sum(one != other for one in parts for other in parts):
        raise DisconnectedNetwork(
            f"The network falls into {int(parts.max()) + 1} parts, and their components do not join them: "
            f"{lost[0][0]} cannot be compared with {lost[0][1]}; add a study that does, or name an inactive component."
        )
    own = np.linalg.norm(np.eye(len(names)) - found.projection, axis=1) < 1e-6
    all_notes = list(notes)
    if not own.all():
        missing = ", ".join(name for name, is_own in zip(names, own, strict=True) if not is_own)
        all_notes.append(
            f"The studies do not tell these components apart on their own: {missing}; only sums and differences of them count, "
            "unless an inactive component is named."
        )
    if lost:
        told = "; ".join(f"{one} with {other}" for one, other in lost[:6] if one < other)
        all_notes.append(
            f"The model cannot compare every pair, and leaves these empty: {told}{' ...' if len(lost) > 6 else ''}."
        )
    if not any(len(those) > 1 for those in made_of):
        all_notes.append(
            f"No treatment combines components with {separator!r}, so this is the usual network."
        )
    if not connected:
        all_notes.append(
            f"The network falls into {int(parts.max()) + 1} parts, which are joined by components alone."
        )
    return ComponentNetwork(
        k=len(graph.studies), treatments=graph.treatments,
        components=_components(names, found, own, level, measure), inactive=inactive, connected=connected,
        parts=tuple(
            tuple(graph.treatments[one] for one in np.flatnonzero(parts == part)) for part in range(int(parts.max()) + 1)
        ),
        method=method, tau2=tau2, tau=tau2**0.5,
        q_additive=first.q, q_additive_df=df, q_additive_p=float(chdtrc(df, first.q)) if df > 0 else float("nan"),
        q_difference=q_difference, q_difference_df=df_difference,
        q_difference_p=float(chdtrc(df_difference, q_difference)) if connected and df_difference > 0 else float("nan"),
        league=table, measure=measure, level=level, studies=graph.studies, converged=True, boundary=boundary,
        data_hash=hash_of(graph),
        options={
            "method": method, "separator": separator, "inactive": inactive, "level": level, "measure": measure,
            "tolerance": tolerance,
        },
        versions=versions(), excluded=excluded, notes=tuple(all_notes),
    )  # fmt: skip


def _fit(graph: Graph, matrix: Array, tau2: float) -> _Fit:
    """Least squares of the components; where they are not unique, the smallest ones."""
    found = weights(graph, tau2)
    whole = laplacian(graph.t, graph.first, graph.second, found.w)
    flow = found.w * graph.te
    moments = matrix.T @ (np.bincount(graph.first, flow, graph.t) - np.bincount(graph.second, flow, graph.t))
    values, vectors = np.linalg.eigh(matrix.T @ whole @ matrix)
    some = values > 1e-10 * values[-1]
    kept = vectors[:, some]
    covariance = (kept / values[some]) @ kept.T
    beta = covariance @ moments
    x = matrix[graph.first] - matrix[graph.second]
    residual = graph.te - x @ beta
    spread = np.einsum("mi,ij,mj->m", x, covariance, x)
    return _Fit(
        beta=beta,
        covariance=covariance,
        projection=kept @ kept.T,
        rank=int(some.sum()),
        q=float(found.w @ residual**2),
        trace=float(found.w.sum() - found.w2 @ spread),
        slope=float(found.w2 @ residual**2),
        w_total=float(found.w.sum()),
    )


def _components(
    names: tuple[str, ...], found: _Fit, own: Array, level: float, measure: str
) -> tuple[Component, ...]:
    z = float(-ndtri((1 - level) / 2))
    rows = []
    for name, estimate, variance, is_own in zip(
        names, found.beta.tolist(), np.diag(found.covariance).tolist(), own.tolist(), strict=True
    ):
        se = max(variance, 0.0) ** 0.5
        rows.append(Component(name, *_cell(estimate, se, z, measure), identified=bool(is_own)))
    return tuple(rows)


def _cell(
    estimate: float, se: float, z: float, measure: str
) -> tuple[float, float, Interval, float, float, float | None, Interval | None]:
    ci = (estimate - z * se, estimate + z * se)
    statistic = estimate / se if se > 0 else float("nan")
    ratio = measure in RATIO_MEASURES
    with np.errstate(over="ignore"):  # the end of an interval may be a ratio beyond all numbers
        power, low, high = (float(np.exp(one)) for one in (estimate, *ci))
    p = float(2 * ndtr(-abs(statistic)))
    return estimate, se, ci, statistic, p, power if ratio else None, (low, high) if ratio else None


def _league(
    graph: Graph, matrix: Array, found: _Fit, level: float, measure: str
) -> tuple[dict[str, dict[str, Comparison]], list[tuple[str, str]]]:
    """Every combination against every other, and the pairs that the model cannot compare."""
    z, nan = float(-ndtri((1 - level) / 2)), float("nan")
    lost: list[tuple[str, str]] = []
    table: dict[str, dict[str, Comparison]] = {name: {} for name in graph.treatments}
    outside = np.eye(matrix.shape[1]) - found.projection
    for i, one in enumerate(graph.treatments):
        x = matrix[i] - matrix
        variance = np.einsum("ti,ij,tj->t", x, found.covariance, x)
        unknown = np.linalg.norm(x @ outside, axis=1) > 1e-6
        for j, other in enumerate(graph.treatments):
            if i == j:
                continue
            if unknown[j]:
                lost.append((one, other))
                estimate, se = nan, nan
            else:
                estimate, se = float(x[j] @ found.beta), float(max(variance[j], 0.0)) ** 0.5
            value, error, ci, statistic, p, power, power_ci = _cell(estimate, se, z, measure)
            table[one][other] = Comparison(
                value,
                error,
                ci,
                (nan, nan),
                statistic,
                p,
                power,
                power_ci,
                (nan, nan) if power is not None else None,
            )
    return table, lost
