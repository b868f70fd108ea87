"""Plots of what may be wrong with a set of studies: funnel, Baujat, all subsets (GOSH)."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Polygon
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ambulando.evidence.faults import TooFewStudies
from ambulando.evidence.figures.canvas import (
    PIXELS,
    Look,
    axes_of,
    look_of,
    ratio_ticks,
    round_step,
    short,
    signed,
    write,
)
from ambulando.evidence.results import Array
from ambulando.evidence.univariate.pooling import Pooled


def funnel(
    pooled: Pooled,
    *,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    contours: Sequence[float] = (0.9, 0.95, 0.99),
    filled: Sequence[tuple[float, float]] = (),
    line: tuple[float, float] | None = None,
) -> Any:
    """A funnel plot on ``ax`` (or axes of its own), which it returns: effect across, standard error downwards.

    Shaded bands mark where a study alone would be significant at each level of ``contours`` (Peters 2008); dotted lines
    where 95% of studies would lie around the pooled effect if nothing but chance were at work. ``filled`` are (effect,
    variance) of studies that trim and fill added, open circles; ``line`` is (effect at no error, slope) of a regression test.
    """
    if len(pooled.studies) < 2:
        raise TooFewStudies("A funnel plot needs two or more studies.")
    look = look_of(theme, width)
    colours, ratio = look.colours, pooled.estimate_exp is not None
    ax = axes_of(look, ax, 400.0 if look.wide else 330.0, 62 if look.wide else 46, 40, 16, 64)
    errors = np.sqrt(np.asarray(pooled.vi))
    added = np.asarray(filled, dtype=float).reshape(-1, 2)
    deepest = 1.08 * float(max(errors.max(), np.sqrt(added[:, 1]).max() if len(added) else 0.0))
    centre, reach = pooled.estimate, 1.96 * deepest
    ends = [*pooled.yi, *added[:, 0].tolist(), 0.0]
    left, right = min(centre - reach, *ends), max(centre + reach, *ends)
    room = 0.03 * (right - left)
    left, right = left - room, right + room
    ax.set_xlim(left, right)
    ax.set_ylim(deepest, 0)
    # From the middle outwards, each band lies over the wider one, so the middle stays clear.
    for level, alpha in zip(sorted(contours, reverse=True), (0.10, 0.17, 0.26, 0.34), strict=False):
        z = float(-ndtri((1 - level) / 2))
        for sign in (-1, 1):
            edge = left if sign < 0 else right
            corners = [(0, 0), (sign * z * deepest, deepest), (edge, deepest), (edge, 0)]
            ax.add_patch(Polygon(corners, closed=True, facecolor=colours["stone"], alpha=alpha / 2, linewidth=0, zorder=0))  # fmt: skip
    ax.plot([0, 0], [0, deepest], color=colours["stone"], linewidth=0.8, zorder=1)
    ax.plot([centre, centre], [0, deepest], color=colours["moss"], linewidth=1.2, zorder=2)
    for sign in (-1, 1):
        ax.plot([centre, centre + sign * reach], [0, deepest], color=colours["moss"], linewidth=0.9, linestyle=(0, (2, 3)), zorder=2)  # fmt: skip
    if line is not None:
        ax.plot([line[0], line[0] + line[1] * deepest], [0, deepest], color=colours["clay"], linewidth=1.2, linestyle=(0, (5, 2)), zorder=2)  # fmt: skip
    ax.plot(pooled.yi, errors, "o", markersize=5.4, markerfacecolor=colours["sky"], markeredgecolor=colours["paper"], markeredgewidth=0.6, zorder=4)  # fmt: skip
    if len(added):
        ax.plot(added[:, 0], np.sqrt(added[:, 1]), "o", markersize=5.4, markerfacecolor=colours["paper"], markeredgecolor=colours["clay"], markeredgewidth=1.2, zorder=4)  # fmt: skip
    _ticks(ax, left, right, ratio)
    step = round_step(deepest, 5)
    marks = [i * step for i in range(int(deepest / step) + 1)]
    ax.set_yticks(marks, [f"{mark:g}" for mark in marks])
    edge = ("axes fraction", "axes fraction")
    write(ax, look, 0, 1, "standard error", "stone", at=edge, shift=(-30, 20))
    across = f"{pooled.measure}, on a log scale" if ratio else "effect"
    write(ax, look, 1, 0, across, "stone", at=edge, shift=(0, -44), ha="right")
    levels = ", ".join(f"{level:.0%}" for level in sorted(contours))
    if contours:
        words = f"shaded: significant at {levels}" if look.wide else f"shaded: {levels}"
        write(ax, look, 0, 0, words, "stone", at=edge, shift=(0 if look.wide else -30, -44))
    return ax


def funnel_words(pooled: Pooled) -> str:
    """What a funnel plot shows, for those who cannot see it."""
    errors = np.sqrt(np.asarray(pooled.vi))
    middle = float(np.median(errors))
    small = [y for y, error in zip(pooled.yi, errors, strict=True) if error > middle]
    large = [y for y, error in zip(pooled.yi, errors, strict=True) if error <= middle]
    return (
        f"Funnel plot of {len(pooled.studies)} studies around {signed(pooled.estimate)}. The more precise half has a mean "
        f"effect of {signed(float(np.mean(large)))}, the less precise half {signed(float(np.mean(small))) if small else 'none'}."
    )


def baujat(
    studies: Sequence[str],
    heterogeneity: Sequence[float],
    influence: Sequence[float],
    *,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    labelled: int = 5,
) -> Any:
    """A Baujat plot on ``ax`` (or axes of its own), which it returns: what each study adds to Q, and what it moves.

    ``heterogeneity`` and ``influence`` are the two coordinates of each study (Baujat 2002); the ``labelled`` farthest out
    carry their names.
    """
    if not studies:
        raise TooFewStudies("There are no studies to draw.")
    look = look_of(theme, width)
    ax = axes_of(look, ax, 380.0 if look.wide else 330.0, 62 if look.wide else 46, 40, 24, 64)
    x, y = np.asarray(heterogeneity, dtype=float), np.asarray(influence, dtype=float)
    ax.set_xlim(0, 1.12 * (float(x.max()) or 1.0))
    ax.set_ylim(0, 1.12 * (float(y.max()) or 1.0))
    _grid(ax, look.colours["stone"])
    ax.plot(x, y, "o", markersize=5.4, markerfacecolor=look.colours["sky"], markeredgecolor=look.colours["paper"], markeredgewidth=0.6, zorder=4)  # fmt: skip
    _names(ax, look, studies, x, y, labelled)
    edge = ("axes fraction", "axes fraction")
    write(ax, look, 0, 1, "how far it moves the pooled effect", "stone", at=edge, shift=(-30, 20))
    write(ax, look, 1, 0, "what it adds to Q", "stone", at=edge, shift=(0, -44), ha="right")
    return ax


def gosh_plot(
    estimates: ArrayLike,
    i2: ArrayLike,
    *,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    marked: Sequence[bool] | None = None,
    marked_words: str = "",
) -> Any:
    """All subsets of the studies on ``ax`` (or axes of its own), which it returns: pooled effect across, I2 upwards.

    ``estimates`` and ``i2`` (percent) are of shape (subsets,) (Olkin 2012); ``marked`` subsets, as those with one study, are
    drawn in another colour. More than one cloud says that the studies are not of one kind.
    """
    look = look_of(theme, width)
    ax = axes_of(look, ax, 400.0 if look.wide else 330.0, 50, 40, 16, 64)
    x, y = np.asarray(estimates, dtype=float), np.asarray(i2, dtype=float)
    ok = np.isfinite(x) & np.isfinite(y)
    chosen = np.zeros(x.shape, dtype=bool) if marked is None else np.asarray(marked, dtype=bool)
    low, high = float(x[ok].min()), float(x[ok].max())
    ax.set_xlim(low - 0.03 * (high - low), high + 0.03 * (high - low))
    ax.set_ylim(-2, 102)
    _grid(ax, look.colours["stone"])
    # One picture element for the whole cloud: thousands of dots as SVG shapes would weigh megabytes.
    for mask, colour in ((ok & ~chosen, "sky"), (ok & chosen, "clay")):
        ax.plot(x[mask], y[mask], ".", markersize=2.2, alpha=0.35, color=look.colours[colour], rasterized=True, zorder=3)  # fmt: skip
    edge = ("axes fraction", "axes fraction")
    write(ax, look, 0, 1, "I\u00b2 (%)", "stone", at=edge, shift=(-30, 20))
    write(ax, look, 1, 0, "pooled effect of a subset", "stone", at=edge, shift=(0, -44), ha="right")
    if marked_words:
        write(ax, look, 0, 0, marked_words, "clay", at=edge, shift=(0, -44))
    return ax


def _names(ax: Any, look: Look, studies: Sequence[str], x: Array, y: Array, most: int) -> None:
    """Names beside the points farthest out, where they cover no other name; else none."""
    figure = ax.figure
    pixels = ax.transData.transform(np.column_stack([x, y])) * PIXELS / figure.dpi
    taken = [(across - 3, up - 3, across + 3, up + 3) for across, up in pixels.tolist()]
    right_end = figure.get_size_inches()[0] * PIXELS
    for index in np.argsort(-np.hypot(x / (x.max() or 1), y / (y.max() or 1)))[:most]:
        across, up = pixels[index]
        name = short(studies[index], 36 if look.wide else 22)
        wide = 0.6 * look.size * len(name)
        for side, lift in ((1, 8), (-1, 8), (1, -8), (-1, -8)):
            start = across + 7 if side > 0 else across - 7 - wide
            box = (start, up + lift - 8, start + wide, up + lift + 8)
            free = all(box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1] for b in taken)
            if free and box[0] >= 0 and box[2] <= right_end:
                taken.append(box)
                write(ax, look, x[index], y[index], name, at=("data", "data"), shift=(7 * side, lift), ha="left" if side > 0 else "right")  # fmt: skip
                break


def _ticks(ax: Any, left: float, right: float, ratio: bool) -> None:
    if ratio:
        ax.set_xticks(*ratio_ticks(left, right, 7))
        return
    step = round_step(right - left, 7)
    digits = max(0, -math.floor(math.log10(step)))
    marks = [i * step for i in range(math.ceil(left / step), math.floor(right / step) + 1)]
    ax.set_xticks(marks, [signed(mark, digits) if abs(mark) > step / 2 else "0" for mark in marks])


def _grid(ax: Any, colour: str) -> None:
    ax.grid(True, color=colour, linewidth=0.4, alpha=0.35, zorder=0)
    ax.set_axisbelow(True)
