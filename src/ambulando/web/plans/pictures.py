"""The pictures of an answer, drawn in the page: small SVGs made of numbers, in the colours of the theme.

Each has a title, a description, and the same numbers in a table under it. All are pure functions of a stored answer.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDTH = 360
LEFT, RIGHT = 14, 346
#: the density picture: top and foot of the curves
TOP, FOOT = 44, 190
#: height of a row with its label over it
ROW = 40


@dataclass(frozen=True)
class Axis:
    """A scale of points along the picture, from ``low`` to ``high`` between the pixels ``start`` and ``end``."""

    low: float
    high: float
    start: float = LEFT
    end: float = RIGHT

    def at(self, value: float) -> float:
        """The pixel of a value; one beyond an end stands at the end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + (self.end - self.start) * share

    def ticks(self) -> list[float]:
        """Round values along the axis, six at most, zero among them where it is in view."""
        step = 10.0 ** math.floor(math.log10(self.high - self.low))
        step = next(
            one
            for one in (step / 10, step / 5, step / 2, step, step * 2)
            if (self.high - self.low) / one <= 5.5
        )
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def axis_of(
    values: Iterable[float | None], *, least: float = 0.5, start: float = LEFT, end: float = RIGHT
) -> Axis:
    """An axis that holds all these values and zero, with a little room, at least ``least`` points to each side of
    their middle."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    half = max((high - low) / 2 * 1.06, least)
    middle = (low + high) / 2
    return Axis(middle - half, middle + half, start, end)


@dataclass(frozen=True)
class Mark:
    """One row of the picture of what would change: a value with its 95% interval, or alone."""

    name: str
    mean: float
    ci: tuple[float, float] | None = None
    #: the answer itself, which the others are held against
    main: bool = False


def belief(curve: Mapping[str, Any]) -> SafeString:
    """What was believed before, what is believed with the person's days and, dashed, after allowing for reverse
    causation. ``curve``: "x", and the densities "prior", "posterior" and "corrected" (or None) there."""
    xs = curve["x"]
    lines = {
        name: [value if value is not None and value > 0 else 0.0 for value in curve[name]]
        for name in ("prior", "posterior", "corrected")
        if curve.get(name)
    }
    most = max((max(values) for values in lines.values()), default=0.0) or 1.0
    axis = Axis(xs[0], xs[-1])

    def path(values: Sequence[float]) -> str:
        points = (
            f"{axis.at(x):.1f} {FOOT - (FOOT - TOP) * value / most:.1f}"
            for x, value in zip(xs, values, strict=True)
        )
        return "M" + "L".join(points)

    parts = [
        _zero(axis, TOP - 8, FOOT),
        f'<path class="grid" d="M{LEFT} {FOOT}H{RIGHT}"/>',
        _ticks(axis, FOOT + 18),
    ]
    parts.append(
        f'<path class="band" d="{path(lines["posterior"])}L{axis.at(xs[-1]):.1f} {FOOT}L{axis.at(xs[0]):.1f} {FOOT}z"/>'
    )
    parts.append(f'<path class="before" d="{path(lines["prior"])}"/>')
    parts.append(f'<path class="line" d="{path(lines["posterior"])}"/>')
    legend = [("before", _("before your days")), ("line", _("with your days"))]
    if "corrected" in lines:
        parts.append(f'<path class="turned" d="{path(lines["corrected"])}"/>')
        legend.append(("turned", _("allowing for low days")))
    words = mark_safe("")
    for place, (kind, name) in enumerate(legend):
        x, y = LEFT + 170 * (place % 2), 12 + 18 * (place // 2)
        parts.append(f'<path class="{kind}" d="M{x} {y - 4}h22"/>')
        words += format_html('<text x="{}" y="{}">{}</text>', x + 28, y, name)
    return _svg(
        FOOT + 42,
        "belief",
        _("What was believed before your days, and with them"),
        _("Two curves or three over the size of a difference. The higher a curve, the more likely that size. The numbers stand in the table below."),
        parts,
        words + _axis_name(FOOT + 36),
    )  # fmt: skip


def days_after(days: Sequence[Mapping[str, Any]]) -> SafeString:
    """What goes with one usual session on its day and on each of the days after, with 95% intervals.

    ``days``: "mean" and "ci", from the day of the session on.
    """
    axis = axis_of([value for day in days for value in (day["mean"], *day["ci"])], start=FOOT, end=TOP - 24)
    left, right = LEFT + 26, RIGHT - 10
    parts = []
    for tick in axis.ticks():
        y = axis.at(tick)
        kind = "one" if abs(tick) < 1e-9 else "grid"
        parts.append(
            f'<path class="{kind}" d="M{left} {y:.1f}H{RIGHT}"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(tick)}</text>'
        )
    for place, day in enumerate(days):
        x = left + 14 + (right - left - 14) * place / max(len(days) - 1, 1)
        low, high = (axis.at(end) for end in day["ci"])
        parts.append(
            f'<path class="span" d="M{x:.1f} {low:.1f}V{high:.1f}"/>'
            f'<circle class="dot" cx="{x:.1f}" cy="{axis.at(day["mean"]):.1f}" r="5"/>'
            f'<text x="{x:.1f}" y="{FOOT + 20}" text-anchor="middle">{place}</text>'
        )
    words = format_html(
        '<text x="{}" y="{}" text-anchor="end">{}</text>', RIGHT, FOOT + 38, _("days after a session")
    )
    return _svg(
        FOOT + 44,
        "days-after",
        _("Day by day after one usual session"),
        _("A dot for each day, from the day of a session to a week later, with the range that fits your days. The numbers stand in the table below."),
        parts,
        words,
    )  # fmt: skip


def what_would_change(marks: Sequence[Mark]) -> SafeString:
    """The same difference under other assumptions or from other days, one row each; the answer itself goes first."""
    axis = axis_of([value for mark in marks for value in (mark.mean, *(mark.ci or ()))])
    foot = 10 + ROW * len(marks)
    parts = [_zero(axis, 6, foot), _ticks(axis, foot + 16)]
    main = next((mark for mark in marks if mark.main), None)
    if main:
        parts.append(f'<path class="held" d="M{axis.at(main.mean):.1f} 6V{foot}"/>')
    words = mark_safe("")
    for place, mark in enumerate(marks):
        y = 10 + ROW * place + 27
        if mark.ci:
            parts.append(f'<path class="span" d="M{axis.at(mark.ci[0]):.1f} {y}H{axis.at(mark.ci[1]):.1f}"/>')
        kind = "dot" if mark.main else "dot other"
        parts.append(f'<circle class="{kind}" cx="{axis.at(mark.mean):.1f}" cy="{y}" r="5"/>')
        words += format_html('<text class="label" x="{}" y="{}">{}</text>', LEFT, y - 12, mark.name)
    return _svg(
        foot + 40,
        "would-change",
        _("The same difference, looked at in other ways"),
        _("A row for each way of looking: a dot, and the range that fits. The numbers stand in the table below."),
        parts,
        words + _axis_name(foot + 34),
    )  # fmt: skip


def _zero(axis: Axis, top: float, foot: float) -> str:
    return f'<path class="one" d="M{axis.at(0):.1f} {top}V{foot}"/>'


def _ticks(axis: Axis, y: float) -> str:
    return "".join(
        f'<text x="{axis.at(tick):.1f}" y="{y}" text-anchor="middle">{_number(tick)}</text>'
        for tick in axis.ticks()
        if LEFT + 8 <= axis.at(tick) <= RIGHT - 8
    )


def _number(value: float) -> str:
    return f"{value:+.4g}".replace("-", "−") if abs(value) > 1e-9 else "0"


def _axis_name(y: float) -> SafeString:
    return format_html('<text x="{}" y="{}">{}</text>', LEFT, y, _("worse")) + format_html(
        '<text x="{}" y="{}" text-anchor="end">{}</text>', RIGHT, y, _("better, in points")
    )


def _svg(
    height: float, name: str, title: str, description: str, parts: Sequence[str], words: SafeString
) -> SafeString:
    return format_html(
        '<svg class="curve answered" viewBox="0 0 {} {}" role="img" aria-label="{}" aria-describedby="{}-said">'
        '<title>{}</title><desc id="{}-said">{}</desc>{}{}</svg>',
        WIDTH,
        height,
        title,
        name,
        title,
        name,
        description,
        mark_safe("".join(parts)),  # noqa: S308 - made of numbers alone
        words,
    )
