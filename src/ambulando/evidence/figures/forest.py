"""Forest plots."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Polygon
from matplotlib.transforms import blended_transform_factory
from scipy.special import ndtri

from ambulando.evidence.faults import TooFewStudies
from ambulando.evidence.figures.canvas import (
    POINT,
    Look,
    axes_of,
    look_of,
    ratio_ticks,
    round_step,
    short,
    signed,
    write,
)
from ambulando.evidence.results import Interval
from ambulando.evidence.univariate.pooling import Pooled

#: CSS pixels from one study to the next.
ROW = 21


def forest(
    pooled: Pooled,
    *,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    better: str = "",
    worse: str = "",
    whole: str = "All together",
    new_study: str = "A new study",
    order: Sequence[int] | None = None,
) -> Any:
    """A forest plot of ``pooled`` on ``ax`` (or axes of its own), which it returns.

    One row a study: name, a square as large as its weight on its estimate, a line for its interval, the estimate as text
    (with interval and weight on wide figures). Under them the pooled effect as a diamond, the prediction interval as a bar,
    and the spread between studies in words. Ratios are drawn on the log scale and written as ratios. ``better`` and ``worse``
    say what lies to the left and right; ``order`` gives the rows (places among the studies, from 0) from the top.
    """
    if not pooled.studies:
        raise TooFewStudies("This result has no studies in it, so there is nothing to draw.")
    look = look_of(theme, width)
    rows = list(range(pooled.k)) if order is None else list(order)
    has_pi = math.isfinite(pooled.pi[0])
    below = 68.0 + (22 if look.wide else 44 if has_pi else 24)
    last = len(rows) + 0.6 + (2 if has_pi else 1)
    top = 34.0 if look.wide else 14.0
    longest = max(map(len, (*pooled.studies, f"{whole}  ", new_study)))  # ``whole`` is bold
    left, right = (10 + 6.6 * min(30, longest), 236.0) if look.wide else (118.0, 52.0)
    ax = axes_of(look, ax, top + ROW * last + below, left, top, right, below)
    critical = float(-ndtri((1 - pooled.level) / 2))
    low = [y - critical * math.sqrt(v) for y, v in zip(pooled.yi, pooled.vi, strict=True)]
    high = [y + critical * math.sqrt(v) for y, v in zip(pooled.yi, pooled.vi, strict=True)]
    x0, x1 = _limits(pooled, low, high)
    ax.set_xlim(x0, x1)
    ax.set_ylim(last, 0)
    ax.set_yticks([])
    upto = len(rows) + 0.3
    colours = look.colours
    ax.plot([0, 0], [0, last], color=colours["stone"], linewidth=0.8, zorder=1)
    ax.plot([pooled.estimate] * 2, [0, upto], color=colours["moss"], linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)  # fmt: skip
    columns = _Columns(ax, look, pooled, left)
    if look.wide:
        columns.head(-0.6, pooled.measure if pooled.estimate_exp is not None else "effect")
    largest = max(pooled.weights)
    for place, index in enumerate(rows):
        y = place + 0.5
        _line(ax, colours["stone"], y, low[index], high[index], x0, x1)
        side = (3.2 + 5.6 * math.sqrt(pooled.weights[index] / largest)) * POINT * (1.15 if look.wide else 1)
        ax.plot([pooled.yi[index]], [y], marker="s", markersize=side, color=colours["sky"], markeredgewidth=0, zorder=3)  # fmt: skip
        columns.study(y, pooled.studies[index])
        columns.numbers(y, pooled.yi[index], (low[index], high[index]), pooled.weights[index])
    across = blended_transform_factory(ax.transAxes, ax.transData)
    ax.plot([-left / (look.width - left - right), 1 + right / (look.width - left - right)], [upto, upto],
            transform=across, color=colours["stone"], linewidth=0.5, clip_on=False)  # fmt: skip
    y = len(rows) + 1.1
    middle, half = pooled.estimate, 6.5 / ROW
    corners = [(pooled.ci[0], y), (middle, y - half), (pooled.ci[1], y), (middle, y + half)]
    ax.add_patch(Polygon(corners, closed=True, facecolor=colours["moss"], linewidth=0, zorder=4))
    columns.study(y, whole, fontweight="bold")
    columns.numbers(y, middle, pooled.ci, None, fontweight="bold")
    if has_pi:
        y += 1
        ax.plot(pooled.pi, [y, y], color=colours["moss"], linewidth=3.2, alpha=0.55, solid_capstyle="butt", zorder=3)  # fmt: skip
        columns.study(y, new_study, "stone")
        if look.wide:
            columns.interval(y, pooled.pi, "stone")
    _value_ticks(ax, x0, x1, pooled.estimate_exp is not None, look.wide)
    edge: dict[str, Any] = {"at": ("axes fraction", "axes fraction")}
    if better:
        write(ax, look, 0, 0, f"\u2190 {better}", "stone", shift=(10 - left, -42), **edge)
    if worse:
        write(ax, look, 1, 0, f"{worse} \u2192", "stone", shift=(right - 10, -42), ha="right", **edge)
    if look.wide:
        write(ax, look, 0, 0, _spread(pooled), "stone", shift=(10 - left, -66), **edge)
    else:
        # On a phone the rows have no room for intervals; the two that matter most stand here.
        words = f"{whole} {columns.shown(middle)} {columns.between(pooled.ci)}"
        write(ax, look, 0, 0, words, shift=(10 - left, -68), fontweight="bold", **edge)
        if has_pi:
            write(ax, look, 0, 0, f"{new_study} {columns.between(pooled.pi)}", "stone", shift=(10 - left, -88), **edge)  # fmt: skip
    return ax


def forest_words(pooled: Pooled, better: str = "", worse: str = "", new_study: str = "a new study") -> str:
    """What a forest plot shows, for those who cannot see it; ``better`` and ``worse`` as in ``forest``."""
    ratio = pooled.estimate_exp is not None

    def shown(value: float) -> str:
        return signed(math.exp(value) if ratio else value)

    found = (
        f"Forest plot of {_studies(pooled)}. Pooled: {shown(pooled.estimate)}, {pooled.level:.0%} interval "
        f"{shown(pooled.ci[0])} to {shown(pooled.ci[1])}"
    )
    if math.isfinite(pooled.pi[0]):
        found += f"; {new_study} may lie between {shown(pooled.pi[0])} and {shown(pooled.pi[1])}"
    sides = (
        f" To the left of {'1' if ratio else '0'}: {better}; to the right: {worse}."
        if better and worse
        else ""
    )
    return f"{found}.{sides}"


class _Columns:
    """Where names stand to the left of the axes, and numbers to the right."""

    def __init__(self, ax: Any, look: Look, pooled: Pooled, left: float) -> None:
        self.ax, self.look, self.left = ax, look, left
        self.ratio = pooled.estimate_exp is not None
        self.level = pooled.level

    def shown(self, value: float) -> str:
        return signed(math.exp(value) if self.ratio else value)

    def between(self, interval: Interval) -> str:
        return f"({self.shown(interval[0])}, {self.shown(interval[1])})"

    def head(self, y: float, measure: str) -> None:
        self.study(y, "study", "stone")
        for text, shift in ((measure, 56.0), (f"{self.level:.0%} interval", 174.0), ("weight", 226.0)):
            write(self.ax, self.look, 1, y, text, "stone", shift=(shift, 0), ha="right")

    def study(self, y: float, text: str, colour: str = "ink", **options: Any) -> None:
        most = 30 if self.look.wide else 17
        write(self.ax, self.look, 0, y, short(text, most), colour, shift=(10 - self.left, 0), **options)

    def numbers(
        self, y: float, estimate: float, interval: Interval, weight: float | None, **options: Any
    ) -> None:
        write(self.ax, self.look, 1, y, self.shown(estimate), shift=(56.0 if self.look.wide else 42.0, 0), ha="right", **options)  # fmt: skip
        if self.look.wide:
            self.interval(y, interval, **options)
            if weight is not None:
                write(self.ax, self.look, 1, y, f"{weight:.1f}%", "stone", shift=(226, 0), ha="right")

    def interval(self, y: float, interval: Interval, colour: str = "ink", **options: Any) -> None:
        write(self.ax, self.look, 1, y, self.between(interval), colour, shift=(174, 0), ha="right", **options)


def _studies(pooled: Pooled) -> str:
    return f"{pooled.k} {'study' if pooled.k == 1 else 'studies'}"


def _spread(pooled: Pooled) -> str:
    p = f"= {pooled.q_p:.3f}" if pooled.q_p >= 0.001 else "< 0.001"
    return (
        f"{_studies(pooled)}, {pooled.method}; Q = {pooled.q:.2f} on {pooled.q_df} df (p {p}), "
        f"\u03c4\u00b2 = {pooled.tau2:.3f}, I\u00b2 = {pooled.i2:.0f}%"
    )


def _limits(pooled: Pooled, low: Sequence[float], high: Sequence[float]) -> Interval:
    """An axis that holds the estimates and most of every interval; what reaches beyond gets an arrow."""
    ends = [*pooled.yi, *pooled.ci, *(end for end in pooled.pi if math.isfinite(end)), 0.0]
    left = min(*ends, float(np.quantile(low, 0.12)))
    right = max(*ends, float(np.quantile(high, 0.88)))
    room = 0.04 * (right - left)
    return left - room, right + room


def _line(ax: Any, colour: str, y: float, low: float, high: float, x0: float, x1: float) -> None:
    ax.plot(
        [max(low, x0), min(high, x1)], [y, y], color=colour, linewidth=1.0, solid_capstyle="butt", zorder=2
    )
    for cut, end, marker in ((low < x0, x0, "<"), (high > x1, x1, ">")):
        if cut:
            ax.plot([end], [y], marker=marker, markersize=4, color=colour, clip_on=False, zorder=2)


def _value_ticks(axes: Any, x0: float, x1: float, ratio: bool, wide: bool) -> None:
    most = 7 if wide else 5
    if ratio:
        axes.set_xticks(*ratio_ticks(x0, x1, most))
        return
    # Steps of 1, 2 or 5 times a power of ten, at most seven on a wide figure and five on a phone.
    span = x1 - x0
    step = round_step(span, most)
    digits = max(0, -math.floor(math.log10(step)))
    values = [i * step for i in range(math.ceil(x0 / step), math.floor(x1 / step) + 1)]
    axes.set_xticks(values, [signed(v, digits) if abs(v) > step / 2 else "0" for v in values])
