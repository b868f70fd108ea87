"""Network figures: who was compared with whom, the league table as a map, ranks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from ambulando.evidence.faults import TooFewStudies
from ambulando.evidence.figures.canvas import PIXELS, POINT, axes_of, look_of, short_names, signed, write

#: The height of a line, in heights of its text.
LINE = 1.2


def network_graph(
    treatments: Sequence[str],
    comparisons: Mapping[tuple[str, str], int],
    *,
    sizes: Mapping[str, float] | None = None,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
) -> Any:
    """The network on ``ax`` (or axes of its own), which it returns: a circle a treatment, a line a direct comparison.

    ``comparisons`` is the number of studies of each pair: the wider the line, the more, with the number on it where there is
    room. ``sizes`` (people or studies of each treatment) make the circles larger. Neighbours on the circle are chosen so that
    few lines cross.
    """
    if len(treatments) < 2:
        raise TooFewStudies("A network has two or more treatments.")
    look = look_of(theme, width)
    colours = look.colours
    most = 26 if look.wide else 14
    shown = short_names(treatments, most)
    margin = 24 + 6.9 * min(most, max(len(one) for one in treatments))
    # each side has a line for half of the names
    height = max(520.0 if look.wide else 360.0, LINE * look.size * (math.ceil(len(treatments) / 2) + 2))
    ax = axes_of(look, ax, height, margin, 36, margin, 36)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_aspect("equal")
    ax.set_xlim(-1.1, 1.1)
    ax.set_ylim(-1.1, 1.1)
    names = _around(treatments, comparisons)
    angle = {name: math.pi / 2 - 2 * math.pi * index / len(names) for index, name in enumerate(names)}
    place = {name: (math.cos(turn), math.sin(turn)) for name, turn in angle.items()}
    largest_count = max(comparisons.values(), default=1)
    for (a, b), count in comparisons.items():
        (x0, y0), (x1, y1) = place[a], place[b]
        ax.plot([x0, x1], [y0, y1], color=colours["stone"], alpha=0.55, linewidth=0.8 + 6.0 * count / max(largest_count, 4), solid_capstyle="butt", zorder=1)  # fmt: skip
        if count > 1 and len(comparisons) <= 24:
            box = {"facecolor": colours["paper"], "linewidth": 0, "boxstyle": "round,pad=0.15"}
            write(ax, look, 0.5 * (x0 + x1), 0.5 * (y0 + y1), str(count), "stone", at=("data", "data"), ha="center", bbox=box, fontsize=look.points * 0.85, zorder=2)  # fmt: skip
    largest = max(sizes.values()) if sizes else 1.0
    frame = ax.get_window_extent()
    radius = min(frame.width, frame.height) * PIXELS / ax.figure.dpi / 2.2
    widest = 0.9 * 2 * math.pi * radius / len(names) * POINT  # so that neighbours do not touch
    away: dict[str, float] = {}
    for name, (x, y) in place.items():
        share = math.sqrt(sizes.get(name, 0.0) / largest) if sizes else 0.5
        size = min((8 + 20 * share) * POINT * (1.2 if look.wide else 1), widest)
        ax.plot([x], [y], "o", markersize=size, markerfacecolor=colours["moss"], markeredgecolor=colours["paper"], markeredgewidth=1.2, clip_on=False, zorder=3)  # fmt: skip
        away[name] = size / POINT / 2 + 5
    for name, (across, up, side) in _labels(place, away, radius, LINE * look.size).items():
        x, y = place[name]
        write(ax, look, x, y, shown[name], at=("data", "data"), shift=(across, up), ha=side, zorder=4)
    return ax


def _labels(
    place: Mapping[str, tuple[float, float]], away: Mapping[str, float], radius: float, line: float
) -> dict[str, tuple[float, float, str]]:
    """Where each name stands, in CSS pixels from its circle, and its alignment: no two of a side are on one line.

    Names at the top and at the bottom stand in the middle while there is room; of many treatments they go to a side too.
    """
    found: dict[str, tuple[float, float, str]] = {}
    sides: dict[str, list[str]] = {"left": [], "right": []}
    middle = 0.2 if len(place) <= 12 else 0.0
    for name, (x, y) in place.items():
        if abs(x) < middle:
            found[name] = away[name] * x, 1.35 * away[name] * y, "center"
        else:
            sides["left" if x >= 0 else "right"].append(name)
    for side, names in sides.items():
        names.sort(key=lambda name: place[name][1])
        heights = [(radius + away[name]) * place[name][1] for name in names]
        for name, height in zip(names, spread_out(heights, line), strict=True):
            x, y = place[name]
            # A name that was moved up or down stays outside the ring.
            ring = math.sqrt(max((radius + away[name]) ** 2 - height**2, 0.0))
            across = max(ring - radius * abs(x), away[name] * abs(x))
            found[name] = math.copysign(across, 1 if side == "left" else -1), height - radius * y, side
    return found


def spread_out(wanted: Sequence[float], least: float) -> list[float]:
    """Rising places as near as can be to ``wanted`` (rising too), each at least ``least`` above the one before."""
    groups: list[tuple[float, int]] = []  # where the first of each group would be, and how many are in it
    for index, value in enumerate(wanted):
        start, held = value - index * least, 1
        while groups and groups[-1][0] >= start:
            before, many = groups.pop()
            start, held = (before * many + start * held) / (many + held), many + held
        groups.append((start, held))
    starts = [start for start, held in groups for _ in range(held)]
    return [start + index * least for index, start in enumerate(starts)]


def _around(treatments: Sequence[str], comparisons: Mapping[tuple[str, str], int]) -> list[str]:
    """An order on the circle with short lines: from the order given, places are exchanged while that shortens them."""
    count = len(treatments)
    index = {name: place for place, name in enumerate(treatments)}
    weight = np.zeros((count, count))
    for (a, b), studies in comparisons.items():
        weight[index[a], index[b]] += 1 + studies
        weight[index[b], index[a]] += 1 + studies
    turn = 2 * np.pi * np.arange(count) / count
    chord = np.sin(np.abs(turn[:, None] - turn[None, :]) / 2)
    order = np.arange(count)

    def length(one: NDArray[np.int64]) -> float:
        return float((weight[np.ix_(one, one)] * chord).sum())

    best, better = length(order), True
    while better:
        better = False
        for i in range(count):
            for j in range(i + 1, count):
                order[[i, j]] = order[[j, i]]
                now = length(order)
                if now < best - 1e-9:
                    best, better = now, True
                else:
                    order[[i, j]] = order[[j, i]]
    return [treatments[int(place)] for place in order]


def league_map(
    treatments: Sequence[str],
    estimates: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    ratio: bool = False,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    lower_is_better: bool = True,
) -> Any:
    """The league table as a map on ``ax`` (or axes of its own), which it returns: row against column, (T, T) each.

    The colour says how far the interval lies from no difference, in half widths: moss for the row being better, clay for the
    column; pale where the interval holds no difference. Numbers are the estimates (ratios where ``ratio``).
    """
    look = look_of(theme, width)
    names = list(treatments)
    count = len(names)
    middle, lower, upper = (np.asarray(one, dtype=float) for one in (estimates, low, high))
    most = 22 if look.wide or count <= 10 else 14
    shown = short_names(names, most)
    longest = 8 + 7.4 * min(most, max(len(one) for one in names))
    cell = (look.width - longest - 24) / count
    high = max(cell * (0.62 if look.wide else 0.8), LINE * look.size)  # a row is not lower than its name
    small = min(look.points, 0.8 * cell * POINT)  # nor is a column narrower than its
    ax = axes_of(
        look,
        ax,
        longest + 24 + high * count,
        longest + 10,
        longest + 10,
        14,
        14,
    )
    ax.set_xlim(0, count)
    ax.set_ylim(count, 0)
    ax.set_xticks([])
    ax.set_yticks([])
    paper, moss, clay = look.colours["paper"], look.colours["moss"], look.colours["clay"]
    shades = LinearSegmentedColormap.from_list("league", [clay, paper, moss])
    for row in range(count):
        write(ax, look, 0, row + 0.5, shown[names[row]], shift=(-6, 0), ha="right")
        write(ax, look, row + 0.5, 1, shown[names[row]], at=("data", "axes fraction"), shift=(0, 6), ha="center", va="bottom", rotation=90, fontsize=small)  # fmt: skip
        for column in range(count):
            if row == column:
                ax.add_patch(
                    Rectangle(
                        (column, row), 1, 1, facecolor=look.colours["sand"], edgecolor=paper, linewidth=1
                    )
                )
                continue
            value = middle[row, column]
            half = (upper[row, column] - lower[row, column]) / 2
            strength = value / half / 2 if half > 0 else 0.0
            better = -strength if lower_is_better else strength
            shade = shades(0.5 + 0.5 * max(-1.0, min(1.0, 0.55 * better)))
            ax.add_patch(Rectangle((column, row), 1, 1, facecolor=shade, edgecolor=paper, linewidth=1))
            if cell > 24:
                dark = 0.299 * shade[0] + 0.587 * shade[1] + 0.114 * shade[2] < 0.5
                ink = "#FFFFFF" if dark else "#111111"
                number = (
                    signed(math.exp(value) if ratio else value, 2 if cell > 34 else 1)
                    .replace("\u22120.00", "0.00")
                    .replace("\u22120.0", "0.0")
                )
                bold = "bold" if lower[row, column] > 0 or upper[row, column] < 0 else "normal"
                ax.text(column + 0.5, row + 0.5, number, ha="center", va="center", color=ink, fontweight=bold, fontsize=min(look.points, 0.26 * cell))  # fmt: skip
    return ax


def rank_plot(
    treatments: Sequence[str],
    probabilities: ArrayLike,
    scores: Sequence[float],
    *,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    score: str = "P-score",
) -> Any:
    """Ranks on ``ax`` (or axes of its own), which it returns: a row a treatment, the best first, a cell a rank.

    ``probabilities`` (T, T) is the chance of each treatment (row) to have each rank (column, best first): the darker, the more
    likely; the dot is the mean rank. ``scores`` stand at the right.
    """
    look = look_of(theme, width)
    chances = np.asarray(probabilities, dtype=float)
    count = len(treatments)
    order = np.argsort(-np.asarray(scores, dtype=float), kind="stable")
    longest = 8 + 7.4 * min(26 if look.wide else 17, max(len(one) for one in treatments))
    ax = axes_of(look, ax, 46 + 23.0 * count + 40, longest + 12, 34, 62, 44)
    ax.set_xlim(0.5, count + 0.5)
    ax.set_ylim(count, 0)
    ax.set_yticks([])
    most = max(float(chances.max()), 1e-9)
    shown = short_names(treatments, 26 if look.wide else 17)
    for place, index in enumerate(order):
        for rank in range(count):
            ax.add_patch(Rectangle((rank + 0.5, place + 0.08), 1, 0.84, facecolor=look.colours["moss"], alpha=0.08 + 0.84 * chances[index, rank] / most, linewidth=0, zorder=2))  # fmt: skip
        mean = float(chances[index] @ np.arange(1, count + 1))
        ax.plot([mean], [place + 0.5], "o", markersize=5, markerfacecolor=look.colours["paper"], markeredgecolor=look.colours["ink"], markeredgewidth=1.0, zorder=4)  # fmt: skip
        write(ax, look, 0, place + 0.5, shown[treatments[index]], shift=(-8, 0), ha="right")  # fmt: skip
        write(ax, look, 1, place + 0.5, f"{scores[index]:.2f}", shift=(50, 0), ha="right")
    step = math.ceil(count / (16 if look.wide else 8))
    ranks = list(range(1, count + 1, step))
    ax.set_xticks(ranks, [str(rank) for rank in ranks])
    edge = ("axes fraction", "axes fraction")
    write(ax, look, 1, 1, score, "stone", at=edge, shift=(52, 16), ha="right")
    write(ax, look, 0.5, 0, "rank (dot: its mean)", "stone", at=edge, shift=(0, -32), ha="center")
    return ax
