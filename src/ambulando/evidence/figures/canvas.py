"""What every figure is drawn with: tokens of the look, axes measured in CSS pixels, and SVG text with a title.

A figure is drawn on matplotlib axes, which it returns: those of the caller, or its own of the right size. ``svg`` makes of
them what a page shows. The same input gives the same bytes: no date, a fixed salt for ids, text kept as text.
"""

import io
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ambulando.evidence.faults import UnknownOption

#: The tokens of the look; the page's stylesheet has the same.
THEMES = {
    "light": {"paper": "#FBFAF6", "sand": "#EFEBE1", "ink": "#22302B", "stone": "#5C6A64", "moss": "#2F6B4F", "sky": "#34607F", "clay": "#A4562F"},
    "dark": {"paper": "#16201C", "sand": "#1F2B26", "ink": "#E8EDE6", "stone": "#A9B6AE", "moss": "#7FC29B", "sky": "#8DB9D6", "clay": "#E0A07C"},
}  # fmt: skip
#: Widths in CSS pixels.
WIDTHS = {"phone": 360, "wide": 720}
#: CSS pixels an inch, and points a CSS pixel.
PIXELS, POINT = 96.0, 0.75
MINUS = "\u2212"

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ambulando",
    "font.family": "sans-serif",
    "axes.unicode_minus": True,
    "path.simplify": False,
}


@dataclass(frozen=True)
class Look:
    """The colours of a theme, the width of the figure and the height of its text in CSS pixels."""

    colours: dict[str, str]
    width: float
    wide: bool
    size: float

    @property
    def points(self) -> float:
        """The height of text as matplotlib wants it."""
        return self.size * POINT


def look_of(theme: str, width: str) -> Look:
    """``theme`` one of THEMES, ``width`` one of WIDTHS. Raises UnknownOption for another name."""
    if theme not in THEMES:
        raise UnknownOption(f"There is no theme called {theme!r}; take one of {', '.join(THEMES)}.")
    if width not in WIDTHS:
        raise UnknownOption(f"There is no width called {width!r}; take one of {', '.join(WIDTHS)}.")
    return Look(THEMES[theme], float(WIDTHS[width]), width == "wide", 12.5 if width == "wide" else 11.0)


def axes_of(look: Look, ax: Any, height: float, left: float, top: float, right: float, bottom: float) -> Any:
    """The caller's axes, or those of a new figure of ``look.width`` x ``height`` CSS pixels with these margins; bare."""
    if ax is None:
        figure = Figure(
            figsize=(look.width / PIXELS, height / PIXELS), dpi=PIXELS, facecolor=look.colours["paper"]
        )
        FigureCanvasAgg(figure)
        ax = figure.add_axes(
            (
                left / look.width,
                bottom / height,
                (look.width - left - right) / look.width,
                (height - top - bottom) / height,
            )
        )
    ax.patch.set_visible(False)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.tick_params(length=0, labelsize=look.points, colors=look.colours["stone"])
    return ax


def write(
    ax: Any,
    look: Look,
    x: float,
    y: float,
    text: str,
    colour: str = "ink",
    *,
    at: tuple[Any, Any] = ("axes fraction", "data"),
    shift: tuple[float, float] = (0.0, 0.0),
    **options: Any,
) -> None:
    """Text at (x, y) in the coordinates ``at``, moved by ``shift`` CSS pixels right and up; it may stand outside the axes."""
    ax.annotate(
        text, (x, y), xycoords=at, xytext=(shift[0] * POINT, shift[1] * POINT), textcoords="offset points",
        **{"fontsize": look.points, "color": look.colours[colour], "va": "center", "annotation_clip": False, "parse_math": False} | options,
    )  # fmt: skip


def svg(ax: Any, *, name: str, title: str, description: str, transparent: bool = False) -> str:
    """The SVG text of the figure of ``ax``, in CSS pixels; ``name`` prefixes the ids of its title and description."""
    figure = ax.figure
    out = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(
            out,
            format="svg",
            facecolor="none" if transparent else figure.get_facecolor(),
            metadata={"Date": None, "Creator": None},
        )
    text = out.getvalue()
    start = text.index("<svg")
    head, body = text[start:].split(">", 1)
    # The size goes into CSS pixels, and the picture may shrink with its column.
    across, down = (round(inches * PIXELS, 2) for inches in figure.get_size_inches())
    kept = [
        part
        for part in head.replace("\n", " ").split(" ")
        if part and not part.startswith(("width=", "height="))
    ]
    labels = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    words = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return f'{" ".join(kept)} width="{across:g}" height="{down:g}" {labels}>\n {words}{_plain_fonts(body)}'


def _plain_fonts(body: str) -> str:
    """Any sans-serif font of the reader will do, instead of matplotlib's list: the drawing leaves room for wide ones."""
    return re.sub(r"(?:'[^']*', )+sans-serif", "sans-serif", body)


def short(text: str, most: int) -> str:
    """A name of at most ``most`` letters."""
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def short_names(names: Sequence[str], most: int) -> dict[str, str]:
    """Names of at most ``most`` letters; those that would then look the same lose their beginning instead of their end."""
    cut = {name: short(name, most) for name in names}
    seen = Counter(cut.values())
    return {name: shown if seen[shown] == 1 else _end(name, most) for name, shown in cut.items()}


def _end(name: str, most: int) -> str:
    """The last words of a name, or its last letters where one word is too long."""
    words = name.split()
    while len(words) > 1 and len(" ".join(words)) > most - 2:
        words = words[1:]
    said = f"\u2026 {' '.join(words)}"
    return said if len(said) <= most else f"\u2026{name[1 - most :]}"


def signed(value: float, digits: int = 2) -> str:
    """A number with a true minus sign and fixed digits; what rounds to nothing has no sign."""
    shown = f"{value:.{digits}f}"
    return shown.lstrip("-") if float(shown) == 0 else shown.replace("-", MINUS)


def round_step(span: float, most: int) -> float:
    """1, 2 or 5 times a power of ten, so that at most ``most`` steps fill ``span``."""
    step = 10.0 ** math.floor(math.log10(span / most))
    return step * next((factor for factor in (1, 2, 5) if span / (step * factor) <= most), 10)


def ratio_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """Places on a log axis from ``low`` to ``high``, and the ratios that stand there: the finest set of at most ``most``."""
    tens = [10.0**power for power in range(-6, 7)]
    sets = (
        [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0],
        [0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 2.0],
        [0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 4.0],
        sorted(factor * ten for ten in tens for factor in (1, 2, 5)),
        sorted(factor * ten for ten in tens for factor in (1, 3)),
        tens,
    )
    for values in sets:
        inside = [value for value in values if low <= math.log(value) <= high]
        reaches = math.log(values[0]) <= low + 0.35 and math.log(values[-1]) >= high - 0.35
        if reaches and 2 <= len(inside) <= most:
            break
    return [math.log(value) for value in inside], [f"{value:g}" for value in inside]
