"""The time line as a picture in the page: mood, minutes and totals of questionnaires, from numbers alone, with a table under it."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ambulando.web.care.caseload.one import Day

WIDTH, LEFT, RIGHT = 360, 26, 346
#: mood above, with the totals of questionnaires among it; minutes below
TOP, MIDDLE, FOOT = 28, 148, 206
#: the largest total on the axis
MOST = 27


def time_line(days: Sequence[Day], first: date, last: date) -> SafeString:
    """``days``: in any order, between ``first`` and ``last``."""
    span = max((last - first).days, 1)

    def x(day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / span

    def y(value: float, most: float) -> float:
        return MIDDLE - (MIDDLE - TOP) * min(value, most) / most

    parts = []
    for tick in (0, 5, 10):
        parts.append(f'<path class="grid" d="M{LEFT} {y(tick, 10):.1f}H{RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y(tick, 10) + 4:.1f}" text-anchor="end">{tick}</text>')
    parts.append(f'<path class="one" d="M{LEFT} {FOOT}H{RIGHT}"/>')
    most = max([30, *(one.minutes for one in days if one.minutes)])
    wide = max(1.5, (RIGHT - LEFT) / (span + 1) * 0.7)
    ordered = sorted(days, key=lambda one: one.day)
    for one in ordered:
        if one.minutes:
            tall = (FOOT - MIDDLE - 10) * one.minutes / most
            parts.append(
                f'<rect class="minutes" x="{x(one.day) - wide / 2:.1f}" y="{FOOT - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}"/>'
            )
    moods = [(x(one.day), y(one.mood, 10)) for one in ordered if one.mood is not None]
    if moods:
        line = "L".join(f"{at:.1f} {high:.1f}" for at, high in moods)
        parts.append(f'<path class="line thin" d="M{line}"/>')
        parts += [f'<circle class="dot" cx="{at:.1f}" cy="{high:.1f}" r="2.2"/>' for at, high in moods]
    for one in ordered:
        if one.filled and one.filled.total is not None:
            at, high = x(one.day), y(one.filled.total, MOST)
            parts.append(f'<path class="total" d="M{at:.1f} {high - 5:.1f}l5 5l-5 5l-5 -5z"/>')
            parts.append(
                f'<text class="value" x="{min(at, RIGHT - 8):.1f}" y="{high - 8:.1f}" text-anchor="middle">{one.filled.total:g}</text>'
            )
    words = format_html(
        '<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>',
        *(LEFT, FOOT + 18, date_format(first, "j M Y")),
        *(RIGHT, FOOT + 18, date_format(last, "j M Y")),
    )
    return format_html(
        '<svg class="curve time-line" viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>{}{}</svg>',
        WIDTH,
        FOOT + 26,
        _("Day by day"),
        _("Dots are mood, bars are minutes, diamonds are totals of questionnaires. The numbers stand in the table below."),
        mark_safe("".join(parts)),  # noqa: S308 - made of numbers alone
        words,
    )  # fmt: skip
