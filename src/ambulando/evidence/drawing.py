"""What every figure is drawn with: tokens of the look, a canvas measured in CSS pixels, and SVG text with a title.

The same input gives the same bytes: no date, a fixed salt for ids, text kept as text.
"""

import io
import re
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from ambulando.ground import InputError

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
class Canvas:
    """A figure of ``width`` x ``height`` CSS pixels in the ``colours`` of a theme, with text of ``size`` CSS pixels."""

    figure: Figure
    width: float
    height: float
    colours: dict[str, str]
    size: float

    def axes(self, left: float, top: float, right: float, bottom: float) -> Any:
        """Axes between distances in CSS pixels from the left and top edges."""
        axes = self.figure.add_axes(
            (
                left / self.width,
                1 - bottom / self.height,
                (right - left) / self.width,
                (bottom - top) / self.height,
            )
        )
        axes.patch.set_visible(False)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0, labelsize=self.size * POINT, colors=self.colours["stone"])
        return axes

    def write(self, x: float, y: float, text: str, colour: str = "ink", **options: Any) -> None:
        """Text at CSS pixels from the left and top edges."""
        place = (x / self.width, 1 - y / self.height)
        self.figure.text(
            *place, text, color=self.colours[colour], fontsize=self.size * POINT, va="center", **options
        )


def canvas_of(theme: str, width: str, height: float, transparent: bool) -> Canvas:
    """An empty canvas; ``theme`` one of THEMES, ``width`` one of WIDTHS. Raises InputError for another name."""
    if theme not in THEMES:
        raise InputError(f"There is no theme called {theme!r}; take one of {', '.join(THEMES)}.")
    if width not in WIDTHS:
        raise InputError(f"There is no width called {width!r}; take one of {', '.join(WIDTHS)}.")
    colours = THEMES[theme]
    pixels = float(WIDTHS[width])
    figure = Figure(
        figsize=(pixels / PIXELS, height / PIXELS), facecolor="none" if transparent else colours["paper"]
    )
    FigureCanvasSVG(figure)
    return Canvas(figure, pixels, height, colours, 11.0 if width == "phone" else 12.5)


def svg_of(canvas: Canvas, name: str, title: str, description: str) -> str:
    """The SVG text of a canvas; ``name`` prefixes the ids of its title and description."""
    out = io.StringIO()
    with mpl.rc_context(STYLE):
        canvas.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    start = text.index("<svg")
    head, body = text[start:].split(">", 1)
    # The size goes into CSS pixels, and the picture may shrink with its column.
    size = f'width="{canvas.width:g}" height="{canvas.height:g}"'
    kept = [
        part
        for part in head.replace("\n", " ").split(" ")
        if part and not part.startswith(("width=", "height="))
    ]
    labels = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    words = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return f"{' '.join(kept)} {size} {labels}>\n {words}{_plain_fonts(body)}"


def _plain_fonts(body: str) -> str:
    """Any sans-serif font of the reader will do, instead of matplotlib's list: the drawing leaves room for wide ones."""
    return re.sub(r"(?:'[^']*', )+sans-serif", "sans-serif", body)


def signed(value: float, digits: int = 2) -> str:
    """A number with a true minus sign and fixed digits."""
    return f"{value:.{digits}f}".replace("-", MINUS)
