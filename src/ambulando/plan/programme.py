"""Which activity goes into which place of a week, all sessions chosen together: a small mixed-integer programme.

Solved with HiGHS through SciPy (Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5). The days come as whole patterns (a
variable for every set of days), so that spacing costs no extra rows and the relaxation is tight.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from ambulando.plan.rules import number

#: So that of equal weeks always the same one is taken: the earlier days, and the better option on the earlier day.
TIE = 1e-4
#: closer to a whole number than this is whole
WHOLE = 1e-6


@dataclass(frozen=True)
class Option:
    """An activity as the programme sees it. ``loaded``: never on two days in a row. ``before``: how often the week
    holds it already, ``kind_before``: how often its modality; ``wanted``: how often it is still asked for as homework.
    """

    id: str
    modality: str
    loaded: bool
    group: bool
    before: int = 0
    kind_before: int = 0
    wanted: int = 0


@dataclass(frozen=True)
class Entry:
    """An option in a place: the minutes it would have there, and what it is worth."""

    minutes: int
    worth: float


@dataclass(frozen=True)
class Programme:
    """What is to be decided. ``days``: the day of every place. ``entries``: by place and option what may be there.

    ``sessions``: how many places are to be filled; ``minutes``: at most in all of them. ``fixed``: days that have a
    session already; ``last``: the day something was last done.
    """

    days: tuple[date, ...]
    options: tuple[Option, ...]
    entries: Mapping[tuple[int, int], Entry]
    sessions: int
    minutes: int
    fixed: tuple[date, ...] = ()
    last: date | None = None


@dataclass(frozen=True)
class Solution:
    """``chosen``: pairs of place and option in order of the days. ``by``: "programme" or "greedy"."""

    chosen: tuple[tuple[int, int], ...]
    by: str


def solve(programme: Programme) -> Solution:
    """The best week of this programme. With fewer sessions where so many can not be, none where nothing can.

    Where HiGHS gives no optimum, places are filled one after the other, each with the best that still may be.
    """
    for count in range(min(programme.sessions, len(programme.days)), 0, -1):
        costs = _patterns(programme, count)
        chosen, by = _optimum(programme, costs), "programme"
        if chosen is None:
            chosen, by = _greedy(programme, costs), "greedy"
        if chosen:
            return Solution(chosen, by)
    return Solution((), "programme")


def spacing(programme: Programme, places: Sequence[int]) -> float:
    """What the distances between the sessions of these places cost: most where they are on neighbouring days."""
    days = sorted({*programme.fixed, *(programme.days[place] for place in places)})
    cost = sum(1 / (later - earlier).days for earlier, later in pairwise(days))
    cost += 1 / (
        2 * max(7 - (days[-1] - days[0]).days, 1)
    )  # to the same day a week later, which may change still
    if programme.last is not None and days[0] >= programme.last:
        rest = (days[0] - programme.last).days
        cost += 1 / min(rest, 2) if rest else 2  # one day of rest is enough
    return number("spacing", "weight") * cost


def may_follow(programme: Programme, chosen: Sequence[tuple[int, int]]) -> bool:
    """Whether these places and options keep every rule of the programme that is never let go of."""
    if sum(programme.entries[pair].minutes for pair in chosen) > programme.minutes:
        return False
    heavy = [programme.days[place] for place, option in chosen if programme.options[option].loaded]
    return all(abs((one - other).days) > 1 for one, other in combinations(heavy, 2))


def worth(programme: Programme, chosen: Sequence[tuple[int, int]]) -> float:
    """What a week is worth: its entries, less spacing and variety, more for homework and for a choice with others."""
    total = sum(programme.entries[pair].worth for pair in chosen)
    total -= spacing(programme, [place for place, _ in chosen])
    names = [programme.options[option] for _, option in chosen]
    for name, rule in (("id", "same_activity"), ("modality", "same_kind")):
        kept = {getattr(one, name): one.before if name == "id" else one.kind_before for one in names}
        for value, before in kept.items():
            count = sum(getattr(one, name) == value for one in names)
            total -= number("variety", rule) * (count - (0 if before else 1))
    for one in set(names):
        total += number("homework", "weight") * min(one.wanted, names.count(one))
    if any(one.group for one in names):
        total += number("together", "weight")
    return total - sum(_tie(*pair) for pair in chosen)


def _tie(place: int, option: int) -> float:
    return TIE * (2 * place + option * (1 - place / 10))


def _patterns(programme: Programme, count: int) -> dict[tuple[int, ...], float]:
    """Every set of so many places that can be filled, with what its spacing costs; the cheapest first."""
    open_ = sorted({place for place, _ in programme.entries})
    costs = {places: spacing(programme, places) for places in combinations(open_, count)}
    return dict(sorted(costs.items(), key=lambda item: (item[1], item[0])))


def _optimum(
    programme: Programme, costs: Mapping[tuple[int, ...], float]
) -> tuple[tuple[int, int], ...] | None:
    """The optimum by HiGHS, or None."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    if not costs:
        return None
    columns, pairs = _columns(programme, costs)
    matrix = csc_array(
        (np.array(columns.value), np.array(columns.at_row, np.int32), np.array(columns.start, np.int32)),
        shape=(len(columns.low), len(columns.cost)),
    )
    given = {
        "bounds": Bounds(np.zeros(len(columns.cost)), np.array(columns.upper)),
        "constraints": LinearConstraint(matrix, columns.low, columns.high),
    }
    cost, whole = np.array(columns.cost), len(costs) + len(pairs)
    # The relaxation of this form is nearly always whole by itself, and then it is the optimum: no branching needed.
    found = milp(cost, **given)
    if found.success and np.abs(found.x[:whole] - np.rint(found.x[:whole])).max() > WHOLE:
        found = milp(
            cost,
            integrality=np.arange(len(cost)) < whole,
            **given,
            options={"mip_rel_gap": 0.0},
        )
    if not found.success:
        return None
    taken = found.x[len(costs) : whole].tolist()
    return tuple(sorted(pair for pair, value in zip(pairs, taken, strict=True) if value > 0.5))


class _Columns:
    """The programme as HiGHS takes it, column by column: each variable's cost, upper bound and entries in the rows; ``low``
    and ``high`` bound the rows.
    """

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.value: list[float] = []
        self.at_row: list[int] = []
        self.start: list[int] = [0]
        self.low: list[float] = []
        self.high: list[float] = []

    def row(self, low: float, high: float) -> int:
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def variable(
        self, cost: float, upper: float, rows: Sequence[int], values: Sequence[float] | None = None
    ) -> None:
        """``values``: 1 in every row where they are not given."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.at_row += rows
        self.value += [1.0] * len(rows) if values is None else values
        self.start.append(len(self.at_row))


def _columns(
    programme: Programme, costs: Mapping[tuple[int, ...], float]
) -> tuple[_Columns, list[tuple[int, int]]]:
    """The variables: the patterns, then the entries (in the order of the pairs given back), then variety, homework and a
    choice with others, which cost or pay.
    """
    made, free = _Columns(), float("inf")
    days, options, entries = programme.days, programme.options, programme.entries
    count = len(next(iter(costs)))
    one_pattern = made.row(1, 1)
    held = [made.row(0, 0) for _ in days]  # a place is filled where the pattern holds it
    for pattern, cost in costs.items():
        made.variable(
            cost, 1, [one_pattern, *(held[place] for place in pattern)], [1.0, *[-1.0] * len(pattern)]
        )
    heavy = [place for place, option in entries if options[option].loaded]
    apart: list[list[int]] = [[] for _ in days]  # loaded ones on neighbouring days
    for one, other in combinations(range(len(days)), 2):
        if abs((days[one] - days[other]).days) <= 1 and (one in heavy or other in heavy):
            row = made.row(-free, 1)
            apart[one].append(row)
            apart[other].append(row)
    longest = max((entry.minutes for entry in entries.values()), default=0)
    minutes = [made.row(-free, programme.minutes)] if longest * count > programme.minutes else []
    soft = _soft(programme, made, count)
    same = {"same_activity": number("variety", "same_activity"), "same_kind": number("variety", "same_kind")}
    for (place, index), entry in entries.items():
        option = options[index]
        cost = _tie(place, index) - entry.worth
        cost += same["same_activity"] if option.before else 0
        cost += same["same_kind"] if option.kind_before else 0
        rows = [held[place], *(apart[place] if option.loaded else ()), *soft.more[index]]
        values = [1.0] * len(rows)
        paid = soft.paid[index]
        made.variable(
            cost,
            1,
            [*rows, *minutes, *paid],
            [*values, *([float(entry.minutes)] if minutes else ()), *[-1.0] * len(paid)],
        )
    for cost, upper, row, value in soft.variables:
        made.variable(cost, upper, [row], [value])
    return made, list(entries)


@dataclass(frozen=True)
class _Soft:
    """By option the rows that count it as ``more`` of the same, and those that it is ``paid`` in; the ``variables`` of
    these rows: cost, upper bound, row, value in it.
    """

    more: list[list[int]]
    paid: list[list[int]]
    variables: list[tuple[float, float, int, float]]


def _soft(programme: Programme, made: _Columns, count: int) -> _Soft:
    """Variety, homework and a choice with others."""
    options = programme.options
    offered = Counter(index for _, index in programme.entries)
    soft = _Soft([[] for _ in options], [[] for _ in options], [])
    groups: dict[tuple[str, str], list[int]] = {}
    for index in offered if count > 1 else ():
        option = options[index]
        if not option.before:
            groups.setdefault(("same_activity", option.id), []).append(index)
        if not option.kind_before:
            groups.setdefault(("same_kind", option.modality), []).append(index)
    for (rule, _), indices in groups.items():
        if sum(offered[index] for index in indices) > 1:
            row = made.row(-float("inf"), 1)
            soft.variables.append((number("variety", rule), count - 1, row, -1.0))
            for index in indices:
                soft.more[index].append(row)
    for index, option in enumerate(options):
        if option.wanted and offered[index]:
            row = made.row(-float("inf"), 0)
            soft.variables.append((-number("homework", "weight"), option.wanted, row, 1.0))
            soft.paid[index].append(row)
    with_others = [index for index in offered if options[index].group]
    if with_others:
        row = made.row(-float("inf"), 0)
        soft.variables.append((-number("together", "weight"), 1, row, 1.0))
        for index in with_others:
            soft.paid[index].append(row)
    return soft


def _greedy(
    programme: Programme, costs: Mapping[tuple[int, ...], float]
) -> tuple[tuple[int, int], ...] | None:
    """The best spaced pattern that can be filled place by place, each with the best that still may be there."""
    for pattern in costs:
        chosen: list[tuple[int, int]] = []
        for place in pattern:
            fits = [
                [*chosen, pair]
                for pair in programme.entries
                if pair[0] == place and may_follow(programme, [*chosen, pair])
            ]
            if not fits:
                break
            chosen = max(fits, key=lambda one: worth(programme, one))
        if len(chosen) == len(pattern):
            return tuple(chosen)
    return None
