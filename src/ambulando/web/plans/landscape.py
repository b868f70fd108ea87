"""The path: a picture that grows with every session, never shrinks and has no end to reach."""

from math import sin

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

STEP = 13  # px between two sessions
SHOWN = 22  # sessions in view; earlier ones lie to the left of it
WIDTH, HEIGHT = 360, 116


def _y(index: float) -> float:
    """Height of the path at a session: it winds, and is the same each time it is drawn."""
    return 78 + 9 * sin(index * 0.55) + 4 * sin(index * 1.7 + 1)


def landscape(done: int) -> SafeString:
    """An SVG of the path after ``done`` sessions; its title says the same in words."""
    first = max(0, done - SHOWN)
    x0 = 24

    def point(index: float) -> tuple[float, float]:
        return x0 + (index - first) * STEP, _y(index)

    def line(start: int, end: int) -> str:
        # four points a step make the line round
        points = [point(start + k / 4) for k in range((end - start) * 4 + 1)]
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)

    ahead = done + max(3, (WIDTH - 20 - (x0 + (done - first) * STEP)) // STEP)
    parts = [f'<path class="ahead" d="{line(done, ahead)}"/>']
    if done:
        parts.append(f'<path class="way" d="{line(first, done)}"/>')
    for index in range(max(1, first), done + 1):
        x, y = point(index)
        if index % 4 == 0:  # something grows beside the path
            tall = 12 + (index * 7) % 9
            parts.append(
                f'<path class="trunk" d="M{x:.1f} {y - 9:.1f}v-{tall}"/>'
                f'<ellipse class="tree" cx="{x:.1f}" cy="{y - 12 - tall:.1f}" rx="{5 + index % 3}" ry="{7 + index % 4}"/>'
            )
        kind = "step last" if index == done else "step"
        parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{5 if index == done else 3.2}"/>')
    shift = (first * 5) % 120  # the hills move slower than the path, as hills do
    hills = (
        f'<circle class="sun" cx="300" cy="28" r="15"/>'
        f'<path class="far" d="M0 {HEIGHT}V64C{40 - shift / 6:.0f} 40 {90 - shift / 6:.0f} 40 140 60S{230 - shift / 6:.0f} 34 280 50 340 44 360 52V{HEIGHT}z"/>'
        f'<path class="near" d="M0 {HEIGHT}V92C60 74 {120 - shift / 4:.0f} 78 180 90S300 84 360 78V{HEIGHT}z"/>'
    )
    title = ngettext(
        "A path with {count} session so far", "A path with {count} sessions so far", done
    ).format(count=done)
    return format_html(
        '<svg class="landscape" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        WIDTH,
        HEIGHT,
        escape(title),
        mark_safe(hills),  # noqa: S308 - made of numbers alone
        mark_safe("".join(parts)),  # noqa: S308 - made of numbers alone
    )
