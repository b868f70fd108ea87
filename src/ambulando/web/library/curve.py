"""The dose curve as a picture in the page, so that a person's own week can stand on it: pure, from stored points."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDTH, HEIGHT = 360, 250
LEFT, TOP, RIGHT, BOTTOM = 34, 34, 350, 200
#: how far the picture reaches, in marginal MET-hours a week, and its lowest risk
LIMIT, FLOOR, CEILING = 30.0, 0.57, 1.03


def at(points: Sequence[Mapping[str, Any]], dose: float) -> dict[str, Any]:
    """The curve at a dose, between the two stored points around it; beyond the last point, that point."""
    for before, after in pairwise(points):
        if before["dose"] <= dose <= after["dose"]:
            share = (dose - before["dose"]) / (after["dose"] - before["dose"])

            def between(one: float, other: float, share: float = share) -> float:
                return one + share * (other - one)

            ci = [between(before["ci"][side], after["ci"][side]) for side in (0, 1)]
            return {"dose": dose, "rr": between(before["rr"], after["rr"]), "ci": ci}
    return {**points[-1], "dose": dose}


def _x(dose: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(dose, LIMIT) / LIMIT


def _y(risk: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * (min(max(risk, FLOOR), CEILING) - FLOOR) / (CEILING - FLOOR)


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_x(dose):.1f} {_y(risk):.1f}" for dose, risk in points)


def picture(
    curve: Mapping[str, Any],
    an_hour: float,
    marked: Sequence[float] = (),
    own: float | None = None,
    own_words: str = "",
) -> SafeString:
    """An SVG of ``curve`` (its "points" and "knots") with its interval, solid up to the last knot.

    ``an_hour``: the dose of an hour of brisk walking, in which the axis is written; ``marked`` doses carry their risk;
    ``own`` is a person's week, with ``own_words`` beside it.
    """
    points = [point for point in curve["points"] if point["dose"] <= LIMIT]
    last = curve["knots"][-1] if curve["knots"] else LIMIT
    band = [(point["dose"], point["ci"][1]) for point in points]
    band += [(point["dose"], point["ci"][0]) for point in reversed(points)]
    parts = []
    for tenth in range(6, 11):
        parts.append(
            f'<path class="{"one" if tenth == 10 else "grid"}" d="M{LEFT} {_y(tenth / 10):.1f}H{RIGHT}"/>'
            f'<text class="tick" x="{LEFT - 6}" y="{_y(tenth / 10) + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>'
        )
    for hours in range(0, 9, 2):
        parts.append(
            f'<text class="tick" x="{_x(hours * an_hour):.1f}" y="{BOTTOM + 18}" text-anchor="middle">{hours}</text>'
        )
    parts.append(f'<path class="band" d="{_line(band)}z"/>')
    for kind, some in (
        ("line", [point for point in points if point["dose"] <= last]),
        ("line further", [point for point in points if point["dose"] >= last]),
    ):
        if some:
            parts.append(f'<path class="{kind}" d="{_line([(p["dose"], p["rr"]) for p in some])}"/>')
    for dose in marked:
        point = at(points, dose)
        x, y = _x(dose), _y(point["rr"])
        parts.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
            f'<text class="value" x="{x + 5:.1f}" y="{y - 8:.1f}">{point["rr"]:.2f}</text>'
        )
    words = format_html(
        '<text class="name" x="4" y="14">{}</text>', _("Risk, beside those who did nothing (1.0)")
    )
    words += format_html(
        '<text class="name" x="{}" y="{}" text-anchor="end">{}</text>',
        RIGHT,
        BOTTOM + 40,
        _("A week, as hours of brisk walking"),
    )
    if own is not None:
        x, y = _x(own), _y(at(points, own)["rr"])
        parts.append(
            f'<path class="mine" d="M{x:.1f} {TOP}V{BOTTOM}"/>'
            f'<circle class="mine here" cx="{x:.1f}" cy="{y:.1f}" r="7"/>'
        )
        side = "end" if x > (LEFT + RIGHT) / 2 else "start"
        words += format_html(
            '<text class="mine" x="{}" y="{}" text-anchor="{}">{}</text>',
            f"{x - 6 if side == 'end' else x + 6:.1f}",
            TOP - 4,
            side,
            own_words,
        )
    alt = _(
        "Curve: how the risk of becoming depressed goes with what people do in a week, with its interval. It falls steeply at "
        "first and then flattens. The values stand in the table below."
    )
    return format_html(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        WIDTH,
        HEIGHT,
        alt,
        mark_safe("".join(parts)),  # noqa: S308 - made of numbers alone
        words,
    )
