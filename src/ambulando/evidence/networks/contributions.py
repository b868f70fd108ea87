"""How much each direct comparison, and each study, contributes to each answer of a network.

The hat matrix of a comparison is a flow of evidence from one treatment to the other (König, Krahn & Binder 2013). Two ways
to share it out: along shortest paths, taken away one after the other (Papakonstantinou et al. 2018, F1000Research 7:610), which
depends on the order of paths of the same length; or by all paths of a random walk, which depends on nothing (Davies et al. 2022,
Statistics in Medicine 41:2091).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.networks.fit import Network
from ambulando.evidence.networks.graph import laplacian
from ambulando.evidence.results import Array, versions

WAYS = ("shortest-path", "random-walk")
#: Flows below this are rounding.
NOTHING = 1e-10


@dataclass(frozen=True)
class Contributions:
    """``matrix[row][column]``: the share (0 to 1) of the direct comparison ``columns`` in the network comparison ``rows``; rows
    add up to 1. ``by_study`` shares the same evidence out among ``studies``.
    """

    k: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]
    studies: tuple[str, ...]
    by_study: tuple[tuple[float, ...], ...]
    way: str
    data_hash: str
    options: Mapping[str, object]
    versions: Mapping[str, str]
    notes: tuple[str, ...]


def contributions(found: Network, *, way: str = "shortest-path", common: bool = False) -> Contributions:
    """The contribution matrix of ``found``, of its random-effects model unless ``common``."""
    if way not in WAYS:
        raise UnknownOption(f"Contributions are shared out by {' or '.join(WAYS)}, not {way!r}.")
    graph, solution = found.graph, found.common if common else found.random
    t, names = graph.t, graph.treatments
    weight = -solution.laplacian
    np.fill_diagonal(weight, 0.0)
    pair = graph.first * t + graph.second
    direct = np.unique(pair)
    columns = [(int(one) // t, int(one) % t) for one in direct]
    share = _along_shortest_paths if way == "shortest-path" else _by_random_walk
    rows, matrix = [], []
    for one, other in zip(*np.triu_indices(t, 1), strict=True):
        potential = solution.inverse[one] - solution.inverse[other]
        flow = np.maximum(weight * (potential[:, None] - potential[None, :]), 0.0)
        flow[flow < NOTHING] = 0.0
        rows.append(f"{names[one]}:{names[other]}")
        matrix.append(share(flow, int(one), int(other), columns))
    shares = np.array(matrix)
    place = np.searchsorted(direct, pair)
    within = np.maximum(solution.weights.w, 0.0)
    within = within / np.bincount(place, within, direct.size)[place]
    to_study = np.zeros((direct.size, len(graph.studies)))
    np.add.at(to_study, (place, graph.study), within)
    return Contributions(
        k=found.k,
        rows=tuple(rows),
        columns=tuple(f"{names[one]}:{names[other]}" for one, other in columns),
        matrix=tuple(tuple(row) for row in shares.tolist()),
        studies=graph.studies,
        by_study=tuple(tuple(row) for row in (shares @ to_study).tolist()),
        way=way,
        data_hash=found.data_hash,
        options=dict(found.options) | {"way": way, "common": common},
        versions=versions(),
        notes=(
            "Among paths of the same length the order of the treatments decides; 'random-walk' needs no such choice.",
        )
        if way == "shortest-path"
        else (),
    )


def _along_shortest_paths(
    flow: Array,
    start: int,
    end: int,
    columns: Sequence[tuple[int, int]],
) -> list[float]:
    """Paths by breadth-first search; treatments are tried in the order in which the directed comparisons name them."""
    directed = [(i, j) if flow[i, j] > 0 else (j, i) for i, j in columns if flow[i, j] > 0 or flow[j, i] > 0]
    order = {
        node: place for place, node in enumerate(dict.fromkeys(node for edge in directed for node in edge))
    }
    ahead: dict[int, list[int]] = {}
    left = {edge: float(flow[edge]) for edge in directed}
    for i, j in sorted(directed, key=lambda edge: order[edge[1]]):
        ahead.setdefault(i, []).append(j)
    column = {edge: place for place, edge in enumerate(columns)}
    shares = [0.0] * len(columns)
    while (path := _shortest(ahead, start, end)) is not None:
        amount = min(left[edge] for edge in path)
        for i, j in path:
            shares[column[min(i, j), max(i, j)]] += amount / len(path)
            left[i, j] -= amount
            if left[i, j] <= NOTHING:
                ahead[i].remove(j)
    return shares


def _shortest(ahead: Mapping[int, list[int]], start: int, end: int) -> list[tuple[int, int]] | None:
    before: dict[int, int] = {start: start}
    queue = [start]
    for node in queue:
        for following in ahead.get(node, ()):
            if following not in before:
                before[following] = node
                queue.append(following)
        if end in before:
            break
    else:
        return None
    path = []
    while end != start:
        path.append((before[end], end))
        end = before[end]
    return path


def _by_random_walk(
    flow: Array,
    start: int,
    end: int,
    columns: Sequence[tuple[int, int]],
) -> list[float]:
    """All paths at once: the chance to be at a node after so many steps, and to arrive in so many more."""
    t = flow.shape[0]
    out = flow.sum(axis=1, keepdims=True)
    step = np.divide(flow, out, out=np.zeros_like(flow), where=out > NOTHING)
    step[end] = 0.0
    came, comes = np.zeros((t, t)), np.zeros((t, t))
    came[0, start] = comes[0, end] = 1.0
    for length in range(1, t):
        came[length] = came[length - 1] @ step
        comes[length] = step @ comes[length - 1]
    per_length = 1 / (np.arange(t)[:, None] + np.arange(t)[None, :] + 1)
    passing = came.T @ per_length @ comes * step
    return [float(passing[i, j] + passing[j, i]) for i, j in columns]


@dataclass(frozen=True)
class Measure:
    """How the evidence of one comparison runs: the ``proportion`` that is direct, the mean number of comparisons on its way
    (``mean_path``) and the least number of independent ways (``min_parallel``).
    """

    pair: str
    proportion: float
    mean_path: float
    min_parallel: float


def measures(found: Network, *, common: bool = False) -> tuple[Measure, ...]:
    """Measures of every pair (König, Krahn & Binder 2013), with designs as the sources of evidence."""
    graph, solution = found.graph, found.common if common else found.random
    t = graph.t
    total, largest = np.zeros((t, t)), np.zeros((t, t))
    for number, arms in enumerate(graph.designs):
        edges = graph.design == number
        part = laplacian(t, graph.first[edges], graph.second[edges], solution.weights.w[edges])
        net = part[list(arms)] @ solution.inverse
        through = np.maximum(net[:, :, None] - net[:, None, :], 0.0).sum(axis=0)
        total += through
        largest = np.maximum(largest, through)
    share = {one.pair: one.proportion for one in found.splits}
    names = graph.treatments
    return tuple(
        Measure(name, share[name], float(total[i, j]), float(1 / largest[i, j]))
        for i, j in zip(*np.triu_indices(t, 1), strict=True)
        for name in (f"{names[i]}:{names[j]}",)
    )
