"""Forest plots and dose curves as SVG text, in the tokens of the look, for phones and wide screens, light and dark.

Each figure carries a title and a description for people who cannot see it; a table of the same numbers belongs under it.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import blended_transform_factory

from ambulando.evidence.dose import DoseGroup, DoseResponse, basis, curve_at
from ambulando.evidence.drawing import POINT, canvas_of, signed, svg_of
from ambulando.evidence.pooling import Pooled
from ambulando.ground import InputError

#: CSS pixels from one study to the next.
ROW = 21


def _limits(pooled: Pooled, low: Sequence[float], high: Sequence[float]) -> tuple[float, float]:
    """An axis that holds the estimates and most of every interval; what reaches beyond gets an arrow."""
    ends = [*pooled.yi, *pooled.ci, *(end for end in pooled.pi if math.isfinite(end)), 0.0]
    left = min(*ends, float(np.quantile(low, 0.12)))
    right = max(*ends, float(np.quantile(high, 0.88)))
    room = 0.04 * (right - left)
    return left - room, right + room


def forest(
    pooled: Pooled,
    *,
    title: str = "Every trial and what they say together",
    theme: str = "light",
    width: str = "phone",
    better: str = "fewer symptoms with exercise",
    worse: str = "more symptoms",
    whole: str = "All together",
    new_study: str = "A new trial",
    transparent: bool = False,
    name: str = "forest",
) -> str:
    """A forest plot of ``pooled`` as SVG text.

    One row a study: name, a square as large as its weight on its estimate, a line for its 95% interval, the estimate as
    text (with the interval on wide screens). Under them the pooled effect as a diamond and the prediction interval as a
    bar. Ratios are drawn on the log scale and written as ratios. ``name`` prefixes the ids of title and description.
    """
    if not pooled.studies:
        raise InputError("This result has no studies in it, so there is nothing to draw.")
    ratio = pooled.estimate_exp is not None
    wide = width == "wide"
    has_pi = math.isfinite(pooled.pi[0])
    top, foot = 14.0, 66.0 if wide else 110.0
    height = top + ROW * (pooled.k + 0.6 + 1 + (1 if has_pi else 0)) + foot
    canvas = canvas_of(theme, width, height, transparent)
    colours = canvas.colours
    left, right = (176.0, 530.0) if wide else (118.0, 308.0)
    bottom = height - foot
    axes = canvas.axes(left, top, right, bottom)
    half = [1.959963984540054 * math.sqrt(variance) for variance in pooled.vi]
    low = [y - h for y, h in zip(pooled.yi, half, strict=True)]
    high = [y + h for y, h in zip(pooled.yi, half, strict=True)]
    x0, x1 = _limits(pooled, low, high)
    axes.set_xlim(x0, x1)
    axes.set_ylim(bottom - top, 0)
    axes.set_yticks([])
    axes.axvline(0, color=colours["stone"], linewidth=0.8, zorder=1)
    axes.axvline(pooled.estimate, color=colours["moss"], linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
    largest = max(pooled.weights)

    def shown(value: float) -> str:
        return signed(math.exp(value) if ratio else value)

    def beside(y: float, estimate: float, interval: tuple[float, float], **options: Any) -> None:
        words = shown(estimate) + (f"  ({shown(interval[0])}, {shown(interval[1])})" if wide else "")
        canvas.write(canvas.width - 10, top + y, words, ha="right", **options)

    for index, study in enumerate(pooled.studies):
        y = ROW * (index + 0.5)
        a, b = max(low[index], x0), min(high[index], x1)
        axes.plot([a, b], [y, y], color=colours["stone"], linewidth=1.0, solid_capstyle="butt", zorder=2)
        for cut, end, marker in ((low[index] < x0, x0, "<"), (high[index] > x1, x1, ">")):
            if cut:
                axes.plot(
                    [end], [y], marker=marker, markersize=4, color=colours["stone"], clip_on=False, zorder=2
                )
        side = (3.2 + 5.6 * math.sqrt(pooled.weights[index] / largest)) * POINT * (1.15 if wide else 1)
        axes.plot(
            [pooled.yi[index]],
            [y],
            marker="s",
            markersize=side,
            color=colours["sky"],
            markeredgewidth=0,
            zorder=3,
        )
        canvas.write(10, top + y, study)
        beside(y, pooled.yi[index], (low[index], high[index]))
    y = ROW * (pooled.k + 0.6 + 0.5)
    rule = 1 - (top + ROW * (pooled.k + 0.3)) / height
    canvas.figure.add_artist(
        Line2D(
            [10 / canvas.width, 1 - 10 / canvas.width], [rule, rule], color=colours["stone"], linewidth=0.5
        )
    )
    middle = pooled.estimate
    corners = [(pooled.ci[0], y), (middle, y - 6.5), (pooled.ci[1], y), (middle, y + 6.5)]
    axes.add_patch(Polygon(corners, closed=True, facecolor=colours["moss"], linewidth=0, zorder=4))
    canvas.write(10, top + y, whole, fontweight="bold")
    beside(y, middle, pooled.ci, fontweight="bold")
    if has_pi:
        y += ROW
        axes.plot(
            pooled.pi,
            [y, y],
            color=colours["moss"],
            linewidth=3.2,
            alpha=0.55,
            solid_capstyle="butt",
            zorder=3,
        )
        canvas.write(10, top + y, new_study, "stone")
        if wide:
            canvas.write(
                canvas.width - 10,
                top + y,
                f"({shown(pooled.pi[0])}, {shown(pooled.pi[1])})",
                "stone",
                ha="right",
            )
    _value_ticks(axes, x0, x1, ratio, wide)
    below = bottom + 42
    canvas.write(10, below, f"\u2190 {better}", "stone")
    canvas.write(canvas.width - 10, below, f"{worse} \u2192", "stone", ha="right")
    if not wide:
        # On a phone the rows have no room for intervals; the two that matter most stand here.
        words = f"{whole} {shown(middle)} ({shown(pooled.ci[0])}, {shown(pooled.ci[1])})"
        canvas.write(10, below + 26, words, fontweight="bold")
        if has_pi:
            canvas.write(
                10, below + 46, f"{new_study} ({shown(pooled.pi[0])}, {shown(pooled.pi[1])})", "stone"
            )
    description = (
        f"Forest plot of {pooled.k} studies. Pooled: {shown(middle)}, 95% interval {shown(pooled.ci[0])} to {shown(pooled.ci[1])}"
        + (f"; a new study may lie between {shown(pooled.pi[0])} and {shown(pooled.pi[1])}" if has_pi else "")
        + f". To the left of {'1' if ratio else '0'}: {better}; to the right: {worse}."
    )
    return svg_of(canvas, name, title, description)


def _value_ticks(axes: Any, x0: float, x1: float, ratio: bool, wide: bool) -> None:
    if ratio:
        narrow = [0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2] if wide else [0.5, 0.7, 1, 1.4, 2]
        candidates = [0.1, 0.2, 0.5, 1, 2, 5, 10] if x1 - x0 > 1.5 else narrow
        values = [v for v in candidates if x0 <= math.log(v) <= x1]
        axes.set_xticks([math.log(v) for v in values], [f"{v:g}" for v in values])
        return
    step = 1.0 if x1 - x0 > (4 if wide else 2.4) else 0.5
    values = [i * step for i in range(math.ceil(x0 / step), math.floor(x1 / step) + 1)]
    axes.set_xticks(values, [signed(v, 0 if step == 1 else 1) if v else "0" for v in values])


def dose_curve(
    response: DoseResponse,
    groups: Sequence[DoseGroup] = (),
    *,
    title: str = "How much activity goes with how much risk",
    theme: str = "light",
    width: str = "phone",
    across: str = "Activity a week (marginal MET-hours)",
    up: str = "Risk of becoming depressed, compared with none",
    limit: float = 30.0,
    labelled: Sequence[float] = (4.375, 8.75),
    your_week: float | None = None,
    your_words: str = "your week",
    transparent: bool = False,
    name: str = "dose",
) -> str:
    """The pooled curve with its 95% band as SVG text, up to dose ``limit``; dashed beyond the last knot.

    ``groups`` are drawn as open circles, larger when more precise, each study moved to the curve at its own reference dose.
    ``labelled`` doses are marked with their relative risk, ``your_week`` with a line.
    """
    wide = width == "wide"
    canvas = canvas_of(theme, width, 380.0 if wide else 330.0, transparent)
    colours = canvas.colours
    axes = canvas.axes(44 if not wide else 52, 44, canvas.width - 14, canvas.height - 58)
    doses = np.linspace(0, limit, 241)

    def points(at: Sequence[float]) -> Any:
        return curve_at(
            at,
            response.coefficients,
            response.vcov,
            model=response.model,
            knots=response.knots,
            reference=response.reference,
        )

    curve = points(doses.tolist())
    rr = np.array([point.rr for point in curve])
    low, high = (np.array([point.ci[side] for point in curve]) for side in (0, 1))
    axes.set_xlim(0, limit)
    floor = max(0.1, math.floor(10 * min(0.5, float(low.min()))) / 10)
    axes.set_ylim(floor, 1.12)
    for level in np.arange(floor, 1.11, 0.1):
        axes.axhline(level, color=colours["stone"], linewidth=0.4, alpha=0.35, zorder=0)
    axes.axhline(1, color=colours["stone"], linewidth=0.8, zorder=1)
    axes.fill_between(doses, low, high, color=colours["moss"], alpha=0.18, linewidth=0, zorder=2)
    last = response.knots[-1] if response.knots else limit
    inside = doses <= last
    axes.plot(doses[inside], rr[inside], color=colours["moss"], linewidth=2, solid_capstyle="round", zorder=4)
    axes.plot(
        doses[~inside], rr[~inside], color=colours["moss"], linewidth=2, linestyle=(0, (3, 2)), zorder=4
    )
    _circles(axes, response, groups, limit, floor, colours["sky"])
    below = blended_transform_factory(axes.transData, axes.transAxes)
    for knot in response.knots:
        if 0 < knot < limit:
            axes.plot(
                [knot, knot], [0, 0.035], transform=below, color=colours["stone"], linewidth=1.2, zorder=3
            )
    for point in points(list(labelled)) if labelled else ():
        axes.plot(
            [point.dose],
            [point.rr],
            marker="o",
            markersize=5.5,
            color=colours["moss"],
            markeredgecolor=colours["paper"],
            markeredgewidth=1.2,
            zorder=6,
        )
        axes.annotate(
            f"{point.rr:.2f}", (point.dose, point.rr), xytext=(5, 7), textcoords="offset points",
            fontsize=canvas.size * POINT, fontweight="bold", color=colours["ink"], zorder=7,
            bbox={"facecolor": colours["paper"], "alpha": 0.5, "linewidth": 0, "boxstyle": "square,pad=0.15"},
        )  # fmt: skip
    if your_week is not None and 0 <= your_week <= limit:
        axes.axvline(your_week, color=colours["clay"], linewidth=1.2, zorder=3)
        axes.annotate(
            your_words, (your_week, 1.11), xytext=(4, 0), textcoords="offset points", va="top",
            fontsize=canvas.size * POINT, color=colours["clay"], zorder=7,
        )  # fmt: skip
    axes.set_xticks(range(0, int(limit) + 1, 5))
    ticks = np.arange(floor, 1.11, 0.1) if wide else np.arange(math.ceil(5 * floor - 1e-9) / 5, 1.11, 0.2)
    axes.set_yticks(ticks, [f"{tick:.1f}" for tick in ticks])
    canvas.write(10, 20, up, "stone")
    canvas.write(canvas.width - 14, canvas.height - 18, across, "stone", ha="right")
    marks = (
        ", ".join(f"{point.rr:.2f} at {point.dose:g}" for point in points(list(labelled)))
        if labelled
        else "none marked"
    )
    description = (
        f"Curve of the relative risk over {response.k} studies, against a dose of {response.reference:g}, with its 95% band: {marks}. "
        "Short strokes at the bottom are the knots; the line is dashed beyond the last one. It is about the risk of becoming depressed, not about treatment."
    )
    return svg_of(canvas, name, title, description)


def _circles(
    axes: Any, response: DoseResponse, groups: Sequence[DoseGroup], limit: float, floor: float, colour: str
) -> None:
    start = {group.id: group.dose for group in groups if group.se is None}
    beta = np.array(response.coefficients)
    zero = basis(response.reference, response.model, response.knots)
    for group in groups:
        if group.se is None or group.id not in start:
            continue
        moved = (basis(start[group.id], response.model, response.knots) - zero) @ beta
        height = math.exp(group.logrr + float(moved))
        if group.dose <= limit and floor <= height <= 1.12:
            size = min(9.0, max(2.5, 0.42 / group.se))
            axes.plot(
                [group.dose],
                [height],
                marker="o",
                markersize=size,
                markerfacecolor="none",
                markeredgecolor=colour,
                markeredgewidth=0.9,
                alpha=0.75,
                zorder=3,
            )
