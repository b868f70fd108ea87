"""Two pictures of a result, for the page: the days of each option, and how large the difference may be. Pure, from stored numbers."""

import math
from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDTH = 360
LEFT, RIGHT = 16, 344
#: of the picture of days: the height of a row, and where the first begins
ROW, TOP = 62, 24
#: points of the bell, and its height
POINTS, BELL = 61, 110


def _x(value: float, low: float, high: float) -> float:
    return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)


def days(rows: Sequence[tuple[str, Sequence[float]]]) -> SafeString:
    """An SVG with a row of dots for each option, one dot a day, and a line at their mean. ``rows``: label and ratings, 0 to 10."""
    height = TOP + ROW * len(rows) + 22
    parts, words = [], []
    for tick in range(0, 11, 2):
        x = _x(tick, 0, 10)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP - 6}V{height - 22}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 6}" text-anchor="middle">{tick}</text>')
    for number, (label, ratings) in enumerate(rows):
        base = TOP + ROW * number + ROW - 12
        words.append(format_html('<text class="value" x="{}" y="{}">{}</text>', LEFT, base - 36, label))
        stacked: dict[float, int] = {}
        for rating in sorted(ratings):
            level = stacked[rating] = stacked.get(rating, -1) + 1
            # Days with the same rating stand one above the other; past the fifth they share a place.
            parts.append(
                f'<circle class="day of-{number}" cx="{_x(rating, 0, 10):.1f}" cy="{base - 7 * min(level, 4):.1f}" r="4"/>'
            )
        if ratings:
            mean = _x(sum(ratings) / len(ratings), 0, 10)
            parts.append(f'<path class="mean" d="M{mean:.1f} {base + 7}V{base - 32}"/>')
    return _svg(
        height,
        _("One dot for each day that was drawn, by option"),
        _(
            "Dots to the right are better days. The line is the mean. The same numbers stand in the table below."
        ),
        parts,
        words,
    )


def difference(mean: float, sd: float, ci: Sequence[float], better: str, other: str) -> SafeString:
    """An SVG of how likely each size of the difference is: a bell with its middle 95 percent, and a line at no difference."""
    reach = max(abs(ci[0]), abs(ci[1]), abs(mean) + 3 * sd, 0.5)
    low, high = -reach, reach
    top, base = 48, 48 + BELL

    def y(value: float) -> float:
        return base - BELL * math.exp(-0.5 * ((value - mean) / sd) ** 2)

    grid = [low + (high - low) * n / (POINTS - 1) for n in range(POINTS)]
    inside = [ci[0], *(value for value in grid if ci[0] < value < ci[1]), ci[1]]
    line = "M" + "L".join(f"{_x(value, low, high):.1f} {y(value):.1f}" for value in grid)
    band = "L".join(f"{_x(value, low, high):.1f} {y(value):.1f}" for value in inside)
    zero = _x(0, low, high)
    parts = [
        f'<path class="band" d="M{_x(ci[0], low, high):.1f} {base}L{band}L{_x(ci[1], low, high):.1f} {base}z"/>',
        f'<path class="line" d="{line}"/>',
        f'<path class="one" d="M{LEFT} {base}H{RIGHT}"/><path class="one" d="M{zero:.1f} {top - 8}V{base}"/>',
    ]
    step = 0.5 if reach < 1.25 else 1 if reach < 4 else 2
    tick = -math.floor(reach / step) * step
    while tick <= reach:
        written = f"{tick:+g}".replace("-", "−") if tick else "0"
        parts.append(
            f'<text class="tick" x="{_x(tick, low, high):.1f}" y="{base + 18}" text-anchor="middle">{written}</text>'
        )
        tick += step
    words = [
        format_html(
            '<text class="value" x="{}" y="14">{}</text>', LEFT, _("← {name} better").format(name=other)
        ),
        format_html(
            '<text class="value" x="{}" y="32" text-anchor="end">{}</text>',
            RIGHT,
            _("{name} better →").format(name=better),
        ),
        format_html(
            '<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>',
            WIDTH / 2,
            base + 38,
            _("difference in points"),
        ),
    ]
    return _svg(
        base + 46,
        _("How large the difference may be"),
        _(
            "The higher the curve, the more your days speak for that size. The coloured part holds 95 percent of it."
        ),
        parts,
        words,
    )


def _svg(
    height: float, title: str, desc: str, parts: Sequence[str], words: Sequence[SafeString]
) -> SafeString:
    return format_html(
        '<svg class="curve compared" viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>{}{}</svg>',
        WIDTH,
        height,
        title,
        desc,
        mark_safe("".join(parts)),  # noqa: S308 - made of numbers alone
        mark_safe("".join(words)),  # noqa: S308 - each part was escaped by format_html
    )
