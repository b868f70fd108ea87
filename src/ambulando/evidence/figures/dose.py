"""Dose-response curves."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.transforms import blended_transform_factory

from ambulando.evidence.dose import CurvePoint, DoseGroup, DoseResponse, basis, curve_at
from ambulando.evidence.figures.canvas import axes_of, look_of, round_step, write


def _points(response: DoseResponse, at: Sequence[float]) -> tuple[CurvePoint, ...]:
    return curve_at(
        at,
        response.coefficients,
        response.vcov,
        model=response.model,
        knots=response.knots,
        reference=response.reference,
    )


def dose_curve(
    response: DoseResponse,
    groups: Sequence[DoseGroup] = (),
    *,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    across: str = "dose",
    up: str = "relative risk",
    limit: float | None = None,
    labelled: Sequence[float] = (),
    mark: tuple[float, str] | None = None,
) -> Any:
    """The pooled curve with its 95% band on ``ax`` (or axes of its own), which it returns, up to dose ``limit``.

    ``groups`` are drawn as open circles, larger when more precise, each study moved to the curve at its own reference dose.
    Short strokes are the knots; beyond the last one the line is dashed. ``labelled`` doses carry their relative risk;
    ``mark`` is a dose and its words, as a person's own week.
    """
    look = look_of(theme, width)
    colours = look.colours
    if limit is None:
        limit = max([group.dose for group in groups] or [1.2 * max((*response.knots, *labelled, 1.0))])
    ax = axes_of(look, ax, 380.0 if look.wide else 330.0, 52 if look.wide else 44, 44, 14, 58)
    doses = np.linspace(0, limit, 241)
    curve = _points(response, doses.tolist())
    rr = np.array([point.rr for point in curve])
    low, high = (np.array([point.ci[side] for point in curve]) for side in (0, 1))
    inside_plot = rr.min() > 0.3 and rr.max() < 1.1
    floor = max(0.1, math.floor(10 * min(0.5, float(low.min()))) / 10) if inside_plot else float(low.min())
    ceiling = 1.12 if inside_plot else float(high.max())
    ax.set_xlim(0, limit)
    if inside_plot:
        ax.set_ylim(floor, ceiling)
        marks = np.arange(floor, 1.11, 0.1)
        ticks = marks if look.wide else np.arange(math.ceil(5 * floor - 1e-9) / 5, 1.11, 0.2)
        ax.set_yticks(ticks, [f"{tick:.1f}" for tick in ticks])
    else:
        ax.set_yscale("log")
        ax.set_ylim(floor / 1.05, ceiling * 1.05)
        marks = np.array(
            [v for v in (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2, 3, 5, 10, 20) if floor <= v <= ceiling]
        )
        ax.set_yticks(marks, [f"{tick:g}" for tick in marks])
        ax.minorticks_off()
    for level in marks:
        ax.axhline(level, color=colours["stone"], linewidth=0.4, alpha=0.35, zorder=0)
    ax.axhline(1, color=colours["stone"], linewidth=0.8, zorder=1)
    ax.fill_between(doses, low, high, color=colours["moss"], alpha=0.18, linewidth=0, zorder=2)
    last = response.knots[-1] if response.knots else limit
    inside = doses <= last
    ax.plot(doses[inside], rr[inside], color=colours["moss"], linewidth=2, solid_capstyle="round", zorder=4)
    ax.plot(doses[~inside], rr[~inside], color=colours["moss"], linewidth=2, linestyle=(0, (3, 2)), zorder=4)
    _circles(ax, response, groups, limit, floor, ceiling, colours["sky"])
    below = blended_transform_factory(ax.transData, ax.transAxes)
    for knot in response.knots:
        if 0 < knot < limit:
            ax.plot(
                [knot, knot], [0, 0.035], transform=below, color=colours["stone"], linewidth=1.2, zorder=3
            )
    for point in _points(response, list(labelled)) if labelled else ():
        ax.plot([point.dose], [point.rr], marker="o", markersize=5.5, color=colours["moss"],
                markeredgecolor=colours["paper"], markeredgewidth=1.2, zorder=6)  # fmt: skip
        box = {"facecolor": colours["paper"], "alpha": 0.5, "linewidth": 0, "boxstyle": "square,pad=0.15"}
        write(ax, look, point.dose, point.rr, f"{point.rr:.2f}", at=("data", "data"), shift=(7, 14), fontweight="bold", bbox=box, zorder=7)  # fmt: skip
    if mark is not None and 0 <= mark[0] <= limit:
        ax.axvline(mark[0], color=colours["clay"], linewidth=1.2, zorder=3)
        late = mark[0] > 0.6 * limit
        write(ax, look, mark[0], 0.97, mark[1], "clay", at=("data", "axes fraction"), shift=(-5 if late else 5, 0), ha="right" if late else "left", zorder=7)  # fmt: skip
    step = round_step(limit, 7)
    values = [place * step for place in range(int(limit / step + 1e-9) + 1)]
    ax.set_xticks(values, [f"{value:g}" for value in values])
    edge = ("axes fraction", "axes fraction")
    write(ax, look, 0, 1, up, "stone", at=edge, shift=(-34 if not look.wide else -42, 24))
    write(ax, look, 1, 0, across, "stone", at=edge, shift=(0, -40), ha="right")
    return ax


def dose_words(response: DoseResponse, labelled: Sequence[float] = (), about: str = "") -> str:
    """What a dose curve shows, for those who cannot see it; ``about`` is a sentence on what it is about."""
    marks = ", ".join(f"{point.rr:.2f} at {point.dose:g}" for point in _points(response, list(labelled)))
    return (
        f"Curve of the relative risk over {response.k} studies, against a dose of {response.reference:g}, with its 95% band: "
        f"{marks or 'none marked'}. Short strokes at the bottom are the knots; the line is dashed beyond the last one."
        + (f" {about}" if about else "")
    )


def _circles(
    ax: Any, response: DoseResponse, groups: Sequence[DoseGroup], limit: float, floor: float, ceiling: float, colour: str
) -> None:  # fmt: skip
    start = {group.id: group.dose for group in groups if group.se is None}
    beta = np.array(response.coefficients)
    zero = basis(response.reference, response.model, response.knots)
    for group in groups:
        if group.se is None or group.id not in start:
            continue
        moved = (basis(start[group.id], response.model, response.knots) - zero) @ beta
        height = math.exp(group.logrr + float(moved))
        if group.dose <= limit and floor <= height <= ceiling:
            size = min(9.0, max(2.5, 0.42 / group.se))
            ax.plot([group.dose], [height], marker="o", markersize=size, markerfacecolor="none",
                    markeredgecolor=colour, markeredgewidth=0.9, alpha=0.75, zorder=3)  # fmt: skip
