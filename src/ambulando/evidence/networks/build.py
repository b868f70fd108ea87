"""From contrasts to a graph, with the faults that a reader can repair: each names the study and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from ambulando.evidence.faults import (
    DisconnectedNetwork,
    ImpossibleValue,
    InconsistentArms,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
)
from ambulando.evidence.networks.graph import Arms, Graph, Ints, centred_covariance, parts_of
from ambulando.evidence.results import Array, Excluded

#: By how much the contrasts of a study of several arms may fail to add up: what rounding to three digits leaves.
TOLERANCE = 1e-3
#: Beyond this ratio of the largest to the smallest standard error fewer than six digits of an answer would be left.
LARGEST_RATIO = 1e5
#: An arm variance this far below zero, relative to the largest variance of the study, is rounding of standard errors.
ROUNDING = 0.01


@dataclass
class _Study:
    """The contrasts of a study while they are gathered: of each pair (lower, higher) effect, variance and row."""

    name: str
    pairs: dict[tuple[int, int], tuple[float, float, int, bool]] = field(default_factory=dict)


def sorted_names(names: Sequence[str]) -> tuple[str, ...]:
    """Different names in the order of an alphabet that minds no capitals."""
    return tuple(sorted(set(names), key=lambda name: (name.casefold(), name)))


def numbers(values: ArrayLike, studies: Sequence[str], rows: Sequence[int], what: str) -> Array:
    """``values`` (m,) as numbers. Raises NotANumber with study and row."""
    try:
        found = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        found = np.empty(len(studies))
        for place, value in enumerate(np.atleast_1d(np.asarray(values, dtype=object))):
            try:
                found[place] = np.nan if value is None else float(value)
            except (TypeError, ValueError):
                raise NotANumber(
                    f"{studies[place]} (row {rows[place]}) has {value!r} as {what}; a number is needed there.",
                    row=rows[place],
                    study=studies[place],
                ) from None
    if found.ndim != 1 or found.size != len(studies):
        raise ImpossibleValue(
            f"There are {found.size} values of {what} for {len(studies)} contrasts; each needs one."
        )
    for place in np.flatnonzero(np.isinf(found)).tolist():
        raise NotANumber(
            f"{studies[place]} (row {rows[place]}) has a number without end as {what}; a finite one is needed there.",
            row=rows[place],
            study=studies[place],
        )
    return found


def build(
    studies: Sequence[str],
    treat1: Sequence[str],
    treat2: Sequence[str],
    TE: ArrayLike,
    seTE: ArrayLike,
    *,
    rows: Sequence[int] | None = None,
    tolerance: float = TOLERANCE,
    connected: bool = True,
    least: int = 2,
) -> tuple[Graph, tuple[Excluded, ...], tuple[str, ...]]:
    """The graph of contrasts (m,), the rows that were left out, and notes. ``TE`` is the effect of treat1 minus treat2.

    Raises NotANumber, NegativeVariance, ImpossibleValue, InconsistentArms, TooFewStudies, and DisconnectedNetwork
    (unless ``connected`` is False). ``tolerance`` is by how much the contrasts of one study may fail to add up.
    """
    names = [str(one) for one in studies]
    lines = list(rows) if rows is not None else list(range(1, len(names) + 1))
    if not len(names) == len(treat1) == len(treat2) == len(lines):
        raise ImpossibleValue(
            f"There are {len(names)} studies, {len(treat1)} first and {len(treat2)} second treatments; each contrast needs one of all."
        )
    te, se = numbers(TE, names, lines, "TE"), numbers(seTE, names, lines, "seTE")
    excluded = []
    kept = []
    for place, (name, one, other) in enumerate(zip(names, treat1, treat2, strict=True)):
        if not one or not other:
            raise ImpossibleValue(
                f"{name} (row {lines[place]}) names only one treatment; please name both that it compares.",
                row=lines[place],
                study=name,
            )
        if one == other:
            raise ImpossibleValue(
                f"{name} (row {lines[place]}) compares {one} with itself; please correct one of the two treatments.",
                row=lines[place],
                study=name,
            )
        if se[place] < 0:
            raise NegativeVariance(
                f"{name} (row {lines[place]}) has a negative standard error ({se[place]:g}); it is above zero.",
                row=lines[place],
                study=name,
            )
        if se[place] == 0:
            raise ImpossibleValue(
                f"{name} (row {lines[place]}) has a standard error of zero for {one} against {other}; it is above zero.",
                row=lines[place],
                study=name,
            )
        if np.isnan(te[place]) or np.isnan(se[place]):
            lost = "effect" if np.isnan(te[place]) else "standard error"
            excluded.append(Excluded(lines[place], name, f"{one} against {other} has no {lost}"))
        else:
            kept.append(place)
    treatments = sorted_names([name for place in kept for name in (treat1[place], treat2[place])])
    number = {name: place for place, name in enumerate(treatments)}
    gathered: dict[str, _Study] = {}
    for place in kept:
        low, high = sorted((number[treat1[place]], number[treat2[place]]))
        study = gathered.setdefault(names[place], _Study(names[place]))
        pair, flipped = (low, high), treatments[low] != treat1[place]
        if pair in study.pairs:
            raise ImpossibleValue(
                f"{names[place]} compares {treat1[place]} with {treat2[place]} twice (rows "
                f"{lines[study.pairs[pair][2]]} and {lines[place]}); please keep one of the rows, or give them different study names.",
                row=lines[place],
                study=names[place],
            )
        sign = -1.0 if flipped else 1.0
        study.pairs[pair] = (sign * float(te[place]), float(se[place]) ** 2, place, flipped)
    if len(gathered) < least:
        raise TooFewStudies(
            f"A network needs two studies or more, and {'only ' + next(iter(gathered)) if gathered else 'none'} can be used."
        )
    notes: list[str] = []
    for study in gathered.values():
        _complete(study, treatments, lines, tolerance, notes)
    graph = _graph(tuple(gathered.values()), treatments, len(names))
    _comparable(graph)
    _possible(graph, notes)
    if connected:
        check_connected(graph)
    return graph, tuple(excluded), tuple(notes)


def check_connected(graph: Graph) -> None:
    """Raise DisconnectedNetwork, with the parts by name, when no chain of comparisons joins all treatments."""
    parts = parts_of(graph.t, graph.first, graph.second)
    if parts.max() == 0:
        return
    told = "; ".join(
        f"{index + 1}: {', '.join(graph.treatments[one] for one in np.flatnonzero(parts == index))}"
        for index in range(int(parts.max()) + 1)
    )
    raise DisconnectedNetwork(
        f"The network falls into {int(parts.max()) + 1} parts that no study joins ({told}); add a study that compares across "
        "them, take one part at a time, or, where treatments share components (as 'exercise + therapy' does), use a component model."
    )


def _complete(
    study: _Study, treatments: tuple[str, ...], lines: Sequence[int], tolerance: float, notes: list[str]
) -> None:
    """Check that a study has each pair of its arms and that they add up; derive a pair that follows from the others."""
    arms = sorted({arm for pair in study.pairs for arm in pair})
    missing = [pair for pair in combinations(arms, 2) if pair not in study.pairs]
    if missing:
        told = " and ".join(f"{treatments[one]} against {treatments[other]}" for one, other in missing)
        derived = _derived(study.pairs, arms, missing)
        if derived is None:
            raise InconsistentArms(
                f"{study.name} has {len(arms)} arms and so {len(arms) * (len(arms) - 1) // 2} comparisons, of which {told} "
                f"{'is' if len(missing) == 1 else 'are'} missing and cannot be derived from the others; please add "
                f"{'it' if len(missing) == 1 else 'them'}, or give the study by its arms.",
                study=study.name,
            )
        study.pairs.update(derived)
        notes.append(
            f"{study.name}: {told} was not given and was derived from the other comparisons of the study."
        )
    worst, cycle = 0.0, (0, 0, 0)
    for i, j, k in combinations(arms, 3):
        gap = abs(study.pairs[i, j][0] + study.pairs[j, k][0] - study.pairs[i, k][0])
        if gap > worst:
            worst, cycle = gap, (i, j, k)
    size = max(abs(te) for te, *_ in study.pairs.values())
    if worst > max(tolerance, 1e-12 * size):
        a, b, c = (treatments[arm] for arm in cycle)
        ab, bc, ac = (
            study.pairs[pair][0]
            for pair in ((cycle[0], cycle[1]), (cycle[1], cycle[2]), (cycle[0], cycle[2]))
        )
        given = ", ".join(str(lines[place]) for *_, place, _ in study.pairs.values() if place >= 0)
        raise InconsistentArms(
            f"The comparisons of {study.name} (rows {given}) do not add up: {a} against {b} ({ab:g}) and {b} against {c} ({bc:g}) "
            f"make {ab + bc:g}, and {a} against {c} is {ac:g}, which is {worst:.4g} apart; please check them, or, if this is "
            f"rounding, raise the tolerance above {tolerance:g}.",
            study=study.name,
        )


def _derived(
    pairs: Mapping[tuple[int, int], tuple[float, float, int, bool]],
    arms: Sequence[int],
    missing: Sequence[tuple[int, int]],
) -> dict[tuple[int, int], tuple[float, float, int, bool]] | None:
    """Missing pairs from the effects and variances of the arms, where those that are there determine them; else None."""
    place = {arm: index for index, arm in enumerate(arms)}
    difference, together = np.zeros((len(pairs), len(arms))), np.zeros((len(pairs), len(arms)))
    for line, (one, other) in enumerate(pairs):
        difference[line, place[one]], difference[line, place[other]] = 1, -1
        together[line, place[one]] = together[line, place[other]] = 1
    if np.linalg.matrix_rank(difference) < len(arms) - 1 or np.linalg.matrix_rank(together) < len(arms):
        return None
    values = np.array([pair[:2] for pair in pairs.values()])
    effects = np.linalg.lstsq(difference, values[:, 0])[0]
    variances = np.linalg.lstsq(together, values[:, 1])[0]
    found = {}
    for one, other in missing:
        variance = float(variances[place[one]] + variances[place[other]])
        if variance <= 0:
            return None
        found[one, other] = (float(effects[place[one]] - effects[place[other]]), variance, -1, False)
    return found


def _graph(studies: Sequence[_Study], treatments: tuple[str, ...], contrasts: int) -> Graph:
    designs: dict[tuple[int, ...], int] = {}
    edges: list[tuple[int, int, int, int, float, float, int, bool]] = []
    several: dict[int, list[Ints]] = {}
    for number, study in enumerate(studies):
        arms = tuple(sorted({arm for pair in study.pairs for arm in pair}))
        design = designs.setdefault(arms, len(designs))
        table = np.zeros((len(arms), len(arms)), dtype=np.intp)
        for i, j in combinations(range(len(arms)), 2):
            te, variance, row, flipped = study.pairs[arms[i], arms[j]]
            table[i, j] = table[j, i] = len(edges)
            edges.append((number, design, arms[i], arms[j], te, variance, row, flipped))
        if len(arms) > 2:
            several.setdefault(len(arms), []).append(table)
    order = sorted(designs)
    renumbered = np.array([order.index(arms) for arms in designs], dtype=np.intp)
    study_, design_, first, second, te_, variance_, row_, flipped_ = zip(*edges, strict=True)
    return Graph(
        treatments=treatments,
        studies=tuple(study.name for study in studies),
        designs=tuple(order),
        study=np.array(study_, dtype=np.intp),
        design=renumbered[np.array(design_, dtype=np.intp)],
        first=np.array(first, dtype=np.intp),
        second=np.array(second, dtype=np.intp),
        te=np.array(te_),
        variance=np.array(variance_),
        row=np.array(row_, dtype=np.intp),
        flipped=np.array(flipped_, dtype=bool),
        several=tuple(Arms(p, np.array(tables)) for p, tables in sorted(several.items())),
        contrasts=contrasts,
    )


def _comparable(graph: Graph) -> None:
    """Raise ImpossibleValue when standard errors are too far apart for studies of one network."""
    least, most = int(graph.variance.argmin()), int(graph.variance.argmax())
    low, high = (float(graph.variance[edge]) ** 0.5 for edge in (least, most))
    if high > LARGEST_RATIO * low:
        one, other = (graph.studies[graph.study[edge]] for edge in (least, most))
        raise ImpossibleValue(
            f"The standard errors of {one} ({low:.4g}) and {other} ({high:.4g}) are too far apart for one network; please check "
            "whether both are on the same scale.",
            study=one,
        )


def _possible(graph: Graph, notes: list[str]) -> None:
    """Whether the standard errors of studies of several arms can come from arms at all.

    Independent arms have V_ij = v_i + v_j with every v_i above zero; with three arms the v_i always exist, and one below
    zero tells that a standard error is wrong. What is never possible is a covariance that is not positive definite.
    """
    for arms in graph.several:
        p = arms.p
        variance = np.where(np.eye(p, dtype=bool), 0.0, graph.variance[arms.edges])
        total = variance.sum(axis=2)
        own = (total - total.sum(axis=1, keepdims=True) / (2 * (p - 1))) / (p - 2)
        values = np.linalg.eigvalsh(centred_covariance(variance))
        largest = variance.max(axis=(1, 2))
        apart = np.where(np.eye(p, dtype=bool), 0.0, np.abs(variance - own[:, :, None] - own[:, None, :]))
        for place in range(len(variance)):
            edges = arms.edges[place]
            name = graph.studies[graph.study[edges[0, 1]]]
            low = int(own[place].argmin())
            nodes = sorted(
                {
                    int(one)
                    for pair in (graph.first, graph.second)
                    for one in pair[edges[np.triu_indices(p, 1)]]
                }
            )
            if own[place, low] < -ROUNDING * largest[place] or values[place, 1] <= 1e-10 * largest[place]:
                longest = np.unravel_index(int(variance[place].argmax()), (p, p))
                raise InconsistentArms(
                    f"The standard errors of {name} cannot belong to one study: they would give its arm "
                    f"{graph.treatments[nodes[low]]} a variance of {own[place, low]:.4g}; the standard error of "
                    f"{graph.treatments[nodes[min(longest)]]} against {graph.treatments[nodes[max(longest)]]} "
                    f"({variance[place].max() ** 0.5:.4g}) is the largest, please check it and the others.",
                    study=name,
                )
            if apart[place].max() > 2 * ROUNDING * largest[place] and p > 3:
                notes.append(
                    f"{name}: its standard errors are not those of independent arms (they differ by up to "
                    f"{100 * apart[place].max() / largest[place]:.0f}% of a variance); they were used as they are."
                )
