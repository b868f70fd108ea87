"""Figures of results, drawn on matplotlib axes, which each function returns; ``svg`` makes of them what a page shows.

Every figure takes ``ax`` (the caller's axes), ``theme`` (light, dark) and ``width`` (phone, wide). It carries a title and a
description for people who cannot see it (the ``..._words`` functions); a table of the same numbers belongs under it.
"""

from ambulando.evidence.figures.canvas import THEMES, WIDTHS, svg
from ambulando.evidence.figures.dose import dose_curve, dose_words
from ambulando.evidence.figures.forest import forest, forest_words
from ambulando.evidence.figures.funnel import baujat, funnel, funnel_words, gosh_plot
from ambulando.evidence.figures.lights import traffic_lights
from ambulando.evidence.figures.network import league_map, network_graph, rank_plot

__all__ = [
    "THEMES",
    "WIDTHS",
    "baujat",
    "dose_curve",
    "dose_words",
    "forest",
    "forest_words",
    "funnel",
    "funnel_words",
    "gosh_plot",
    "league_map",
    "network_graph",
    "rank_plot",
    "svg",
    "traffic_lights",
]
