"""Figures: drawn on axes, the same bytes each time, words for those who cannot see them, and nothing off the edge."""

import hashlib
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure

from ambulando.evidence import figures, recompute
from ambulando.evidence.dose import DoseGroup, dose_response
from ambulando.evidence.faults import ImpossibleValue, TooFewStudies, UnknownOption
from ambulando.evidence.figures.canvas import ratio_ticks, round_step, signed
from ambulando.evidence.univariate.pooling import pool

SVG = "{http://www.w3.org/2000/svg}"
TREATMENTS = ("walking", "strength", "yoga", "usual care")
COMPARISONS = {("walking", "usual care"): 6, ("strength", "usual care"): 3, ("yoga", "walking"): 1}
LEAGUE = np.array([[0, -0.1, -0.2, -0.6], [0.1, 0, -0.1, -0.5], [0.2, 0.1, 0, -0.4], [0.6, 0.5, 0.4, 0]])
CHANCES = np.array([[0.6, 0.3, 0.1, 0], [0.3, 0.4, 0.3, 0], [0.1, 0.3, 0.6, 0], [0, 0, 0, 1.0]])
LIGHTS = {
    "Ada 2001": {"randomisation": "low", "missing data": "some concerns"},
    "Ben 2002": {"randomisation": "high"},
}


@pytest.fixture(scope="module")
def post():
    return recompute.pooled("cooney2013-post")


@pytest.fixture(scope="module")
def curve():
    return recompute.dose_curve("pearce2022-any"), recompute.dose_groups("pearce2022-any")


def every(post, curve, **options):
    """Each figure by name, drawn on axes."""
    rng = np.random.default_rng(5)
    return {
        "forest": figures.forest(post, better="fewer symptoms", worse="more symptoms", **options),
        "funnel": figures.funnel(post, filled=[(0.3, 0.2)], line=(-0.2, -1.0), **options),
        "baujat": figures.baujat(post.studies, rng.gamma(1, 3, post.k), rng.gamma(1, 1, post.k), **options),
        "gosh": figures.gosh_plot(rng.normal(-0.6, 0.1, 500), rng.uniform(0, 90, 500), **options),
        "dose": figures.dose_curve(*curve, limit=30, labelled=(4.375,), mark=(3, "your week"), **options),
        "graph": figures.network_graph(TREATMENTS, COMPARISONS, **options),
        "league": figures.league_map(TREATMENTS, LEAGUE, LEAGUE - 0.3, LEAGUE + 0.3, **options),
        "ranks": figures.rank_plot(TREATMENTS, CHANCES, [0.9, 0.6, 0.5, 0.0], **options),
        "lights": figures.traffic_lights(LIGHTS, **options),
    }


def shown(ax, name="one"):
    return figures.svg(ax, name=name, title="A title", description="What it shows")


def texts(svg):
    return ["".join(node.itertext()).strip() for node in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("theme", figures.THEMES)
@pytest.mark.parametrize("width", figures.WIDTHS)
def test_a_forest_plot_names_every_study_and_the_answer(post, theme, width):
    svg = shown(figures.forest(post, theme=theme, width=width, better="fewer symptoms"))
    said = texts(svg)
    assert set(post.studies) <= set(said)
    together = " ".join(said)
    assert "\u22120.62" in together
    assert "(\u22120.81, \u22120.42)" in together
    assert "fewer symptoms" in together
    assert figures.THEMES[theme]["moss"].lower() in svg
    assert figures.THEMES[theme]["paper"].lower() in svg
    assert ET.fromstring(svg).get("width") == str(figures.WIDTHS[width])


@pytest.mark.parametrize("theme", figures.THEMES)
@pytest.mark.parametrize("width", figures.WIDTHS)
def test_every_figure_stays_inside_its_frame(post, curve, theme, width):
    for name, ax in every(post, curve, theme=theme, width=width).items():
        figure = ax.figure
        renderer = figure.canvas.get_renderer()
        across, down = figure.bbox.width, figure.bbox.height
        for one in [*figure.findobj(lambda artist: hasattr(artist, "get_text"))]:
            if not one.get_text() or not one.get_visible():
                continue
            box = one.get_window_extent(renderer)
            assert -1 <= box.x0 < box.x1 <= across + 1, (name, one.get_text())
            assert -1 <= box.y0 < box.y1 <= down + 1, (name, one.get_text())


def test_a_figure_is_drawn_on_the_axes_of_the_caller(post, curve):
    for name in every(post, curve):
        figure = Figure(figsize=(8, 8))
        ax = figure.add_subplot()
        again = every(post, curve, ax=ax)[name]
        assert again is ax
        assert ax.get_children()


def test_a_dose_curve_marks_its_doses_its_knots_and_a_week(curve):
    ax = figures.dose_curve(*curve, limit=30, labelled=(4.375, 8.75), mark=(3, "your week"), up="Risk")
    said = texts(shown(ax))
    assert {"0.82", "0.75", "your week", "Risk"} <= set(said)
    inner = [knot for knot in curve[0].knots if 0 < knot < 30]
    strokes = [line.get_xdata()[0] for line in ax.lines if list(line.get_ydata()) == [0, 0.035]]
    assert strokes == inner


def test_every_figure_has_a_title_and_a_description(post, curve):
    for ax in every(post, curve).values():
        root = ET.fromstring(shown(ax, "one"))
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == "one-title one-desc"
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]


def test_the_words_of_a_figure_hold_its_numbers(post, curve):
    assert "\u22120.62" in figures.forest_words(post)
    assert "35 studies" in figures.funnel_words(post)
    assert "0.82 at 4.375" in figures.dose_words(curve[0], (4.375,), "It is about risk.")
    assert "It is about risk." in figures.dose_words(curve[0], (), "It is about risk.")


def test_figures_are_the_same_bytes_in_another_process(post):
    code = (
        "import hashlib; from ambulando.evidence import figures, recompute;"
        "ax = figures.forest(recompute.pooled('cooney2013-post'));"
        "svg = figures.svg(ax, name='one', title='A title', description='What it shows');"
        "print(hashlib.sha256(svg.encode()).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert hashlib.sha256(shown(figures.forest(post)).encode()).hexdigest() == other


def test_figures_need_no_font_and_no_other_host(post, curve):
    for name, ax in every(post, curve).items():
        svg = shown(ax)
        assert name == "gosh" or "<image" not in svg  # thousands of dots are one picture
        assert not re.search(r'(href|src)="http', svg)
        assert "DejaVu" not in svg
        assert "sans-serif" in svg


def test_ratios_are_written_as_ratios():
    completion = recompute.pooled("cooney2013-completion")
    assert "1.00" in texts(shown(figures.forest(completion)))
    assert "left of 1: fewer stay;" in figures.forest_words(completion, "fewer stay", "more stay")
    assert "left" not in figures.forest_words(completion)  # what is better there, only the caller knows


def test_one_study_and_names_with_markup_can_be_drawn():
    ax = figures.forest(pool([0.1], [0.1], test="z", studies=["A & B <1999>"]))
    svg = figures.svg(ax, name="one", title="R&D <1>", description="")
    assert "A & B <1999>" in texts(svg)
    assert ET.fromstring(svg).find(f"{SVG}title").text == "R&D <1>"


def test_a_transparent_figure_has_no_paper(post):
    svg = figures.svg(
        figures.baujat(["A"], [1.0], [1.0]), name="a", title="", description="", transparent=True
    )
    assert f"fill: {figures.THEMES['light']['paper'].lower()}" not in svg.split("line2d")[0]


def test_a_curve_of_other_size_than_ours_is_drawn_on_a_log_scale():
    groups = [
        DoseGroup(f"Cohort {study}", "ir", dose, 50.0, 1000.0, slope * dose, None if dose == 0 else 0.2)
        for study, slope in enumerate((0.1, 0.12, 0.09))
        for dose in (0.0, 5.0, 10.0, 20.0)
    ]
    ax = figures.dose_curve(dose_response(groups, model="linear", at=(10.0,)), groups)
    assert ax.get_yscale() == "log"
    assert ax.get_xlim() == (0.0, 20.0)


def test_lights_carry_a_sign_as_well_as_a_colour():
    said = texts(shown(figures.traffic_lights(LIGHTS)))
    assert {"+", "\u2013", "\u00d7"} <= set(said)
    assert any("some concerns" in text for text in said)


def test_neighbours_in_the_picture_of_a_network_are_those_that_were_compared():
    ring = {(f"T{i}", f"T{(i * 3 + 3) % 8}"): 1 for i in range(8) if i != (i * 3 + 3) % 8}
    first = figures.network_graph([f"T{i}" for i in range(8)], ring)
    again = figures.network_graph([f"T{i}" for i in range(8)], ring)
    assert shown(first) == shown(again)


def test_what_cannot_be_drawn_is_said(post):
    with pytest.raises(UnknownOption, match="no theme called 'sepia'"):
        figures.forest(post, theme="sepia")
    with pytest.raises(UnknownOption, match="no width called 'watch'"):
        figures.forest(post, width="watch")
    with pytest.raises(ImpossibleValue, match="Ada 2001 has 'fine' as randomisation"):
        figures.traffic_lights({"Ada 2001": {"randomisation": "fine"}})
    with pytest.raises(TooFewStudies, match="two or more treatments"):
        figures.network_graph(["walking"], {})


def test_numbers_have_a_true_minus_and_nothing_has_none():
    assert signed(-0.618) == "\u22120.62"
    assert signed(-0.001) == "0.00"
    assert signed(-0.03) == "\u22120.03"


@pytest.mark.parametrize(("low", "high"), [(-3.0, 0.6), (-0.1, 0.1), (-9.0, 9.0), (0.2, 1.4)])
def test_ticks_of_ratios_are_few_and_inside(low, high):
    places, words = ratio_ticks(low, high, 7)
    assert 2 <= len(places) <= 10
    assert all(low <= place <= high for place in places)
    assert [math.exp(place) for place in places] == pytest.approx([float(word) for word in words])


def test_steps_are_round():
    assert round_step(30, 7) == 5
    assert round_step(2.9, 7) == 0.5
    assert round_step(0.06, 7) == pytest.approx(0.01)


def boxes(ax):
    """The place of each text of a figure in pixels, without the empty ones."""
    ax.figure.draw_without_rendering()  # only then axes of an equal aspect have their shape
    renderer = ax.figure.canvas.get_renderer()
    return [
        (one.get_text(), one.get_window_extent(renderer))
        for one in ax.figure.findobj(lambda artist: hasattr(artist, "get_text"))
        if one.get_text() and one.get_visible()
    ]


def names_that_cover_another(ax):
    """Pairs of texts of which one lies on the other by more than two pixels in both directions."""
    found = boxes(ax)
    return [
        (one, other)
        for at, (one, a) in enumerate(found)
        for other, b in found[at + 1 :]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
    ]


@pytest.mark.parametrize("width", figures.WIDTHS)
@pytest.mark.parametrize("count", [9, 22, 30])
def test_names_of_many_treatments_do_not_cover_each_other(width, count):
    names = ["Placebo", *(f"Cognitive behavioural therapy, variety {place}" for place in range(1, count))]
    pairs = {("Placebo", name): 1 for name in names[1:]}
    graph = figures.network_graph(names, pairs, sizes=dict.fromkeys(names, 1.0), width=width)
    zero = np.zeros((count, count))
    league = figures.league_map(names, zero, zero - 1, zero + 1, width=width)
    for ax in (graph, league):
        assert names_that_cover_another(ax) == []
        across, down = ax.figure.bbox.width, ax.figure.bbox.height
        for name, box in boxes(ax):
            assert -1 <= box.x0 < box.x1 <= across + 1, name
            assert -1 <= box.y0 < box.y1 <= down + 1, name


@pytest.mark.parametrize("width", figures.WIDTHS)
def test_long_names_that_begin_alike_stay_different(width):
    names = ["Usual care", *(f"Face-to-face psychotherapy with {drug}" for drug in ("SSRI", "SNRI", "TCA"))]
    pairs = {("Usual care", name): 1 for name in names[1:]}
    said = texts(shown(figures.network_graph(names, pairs, width=width)))
    assert len({name for name in said if "\u2026" in name}) == 3


def test_a_name_is_never_read_as_a_formula():
    pooled = pool([0.1, 0.2], [0.1, 0.2], studies=["Smith $x_1$ 2001", "Price: $5 or $6"])
    assert {"Smith $x_1$ 2001", "Price: $5 or $6"} <= set(texts(shown(figures.forest(pooled))))


def test_the_words_under_the_studies_keep_clear_of_the_line_of_no_difference():
    far = pool([4.0, 4.2, 4.4], [0.1, 0.1, 0.1], studies=["A", "B", "C"], measure="OR")
    ax = figures.forest(far)
    line = ax.transData.transform((0.0, 0.0))[0]
    ends = {name: box.x1 for name, box in boxes(ax)}
    assert ends["All together"] < line
    assert ends["A new study"] < line


def test_a_study_with_a_long_name_is_named_in_a_baujat_plot_too():
    names = ["The collaborative group of exercise in older adults with heart failure 2019", "B", "C"]
    for width in figures.WIDTHS:
        said = texts(shown(figures.baujat(names, [5.0, 1.0, 0.1], [4.0, 1.0, 0.1], width=width)))
        assert any(name.startswith("The collaborative") for name in said)
