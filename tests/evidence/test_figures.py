"""Figures: the same bytes each time, words for those who cannot see them, and nothing off the edge."""

import hashlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from ambulando.evidence import drawing, figures, recompute
from ambulando.evidence.pooling import pool
from ambulando.ground import InputError

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def post():
    return recompute.pooled("cooney2013-post")


@pytest.fixture(scope="module")
def curve():
    return recompute.dose_curve("pearce2022-any"), recompute.dose_groups("pearce2022-any")


def texts(svg):
    return ["".join(node.itertext()).strip() for node in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("theme", drawing.THEMES)
@pytest.mark.parametrize("width", drawing.WIDTHS)
def test_a_forest_plot_names_every_study_and_the_answer(post, theme, width):
    svg = figures.forest(post, theme=theme, width=width)
    shown = texts(svg)
    assert set(post.studies) <= set(shown)
    assert any("\u22120.62" in text and "\u22120.81" in text for text in shown)
    assert any("fewer symptoms with exercise" in text for text in shown)
    assert drawing.THEMES[theme]["moss"].lower() in svg
    assert drawing.THEMES[theme]["paper"].lower() in svg
    assert ET.fromstring(svg).get("width") == str(drawing.WIDTHS[width])


@pytest.mark.parametrize("theme", drawing.THEMES)
@pytest.mark.parametrize("width", drawing.WIDTHS)
def test_a_dose_curve_marks_its_doses(curve, theme, width):
    shown = texts(figures.dose_curve(*curve, theme=theme, width=width, your_week=3))
    assert "0.82" in shown
    assert "your week" in shown
    assert "Risk of becoming depressed, compared with none" in shown


def test_every_figure_has_a_title_and_a_description(post, curve):
    for svg in (figures.forest(post, name="one"), figures.dose_curve(*curve, name="one")):
        root = ET.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == "one-title one-desc"
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert len(root.find(f"{SVG}desc").text) > 80


def test_figures_are_the_same_bytes_in_another_process(post):
    code = (
        "import hashlib; from ambulando.evidence import figures, recompute;"
        "print(hashlib.sha256(figures.forest(recompute.pooled('cooney2013-post')).encode()).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert hashlib.sha256(figures.forest(post).encode()).hexdigest() == other


def test_figures_need_no_font_and_no_other_host(post, curve):
    for svg in (figures.forest(post), figures.dose_curve(*curve)):
        assert "<image" not in svg
        assert not re.search(r'(href|src)="http', svg)
        assert "DejaVu" not in svg
        assert "sans-serif" in svg


def test_text_stays_inside_the_figure(post):
    for width, pixels in drawing.WIDTHS.items():
        svg = figures.forest(post, width=width)
        for x in re.findall(r'<text[^>]* x="([-\d.]+)"', svg):
            assert 0 <= float(x) <= pixels * 0.75


def test_ratios_are_written_as_ratios():
    svg = figures.forest(recompute.pooled("cooney2013-completion"), better="fewer", worse="more")
    assert "1.00" in texts(svg)
    assert "left of 1" in svg


def test_one_study_and_names_with_markup_can_be_drawn():
    svg = figures.forest(pool([0.1], [0.1], test="z", studies=["A & B <1999>"]), title="R&D <1>")
    assert "A & B <1999>" in texts(svg)
    assert ET.fromstring(svg).find(f"{SVG}title").text == "R&D <1>"


def test_a_transparent_figure_has_no_paper(post):
    assert drawing.THEMES["light"]["paper"].lower() not in figures.forest(post, transparent=True)


def test_unknown_themes_and_widths_are_refused(post):
    with pytest.raises(InputError, match="no theme called 'sepia'"):
        figures.forest(post, theme="sepia")
    with pytest.raises(InputError, match="no width called 'watch'"):
        figures.forest(post, width="watch")
