"""The pictures of an answer stay inside their box, whatever the numbers are, and say in words what they show."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ambulando.web.plans import pictures
from ambulando.web.plans.pictures import Axis, Mark

VALUES = some.floats(-50, 50)
DENSITIES = some.lists(some.one_of(some.none(), some.floats(0, 1e6)), min_size=61, max_size=61)


def read(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)


def inside(drawing: str) -> None:
    """Every point of every shape, and the start of every word, is in the view box."""
    tree = read(drawing)
    _left, _top, width, height = map(float, tree.attrib["viewBox"].split())
    for node in tree.iter():
        if node.tag == "path":
            assert re.fullmatch(r"[MLVHhz\d .-]+", node.attrib["d"]), "no path holds a number that is none"
            for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", node.attrib["d"]):
                assert 0 <= float(x) <= width
                assert 0 <= float(y) <= height
            for x in re.findall(r"H(-?[\d.]+)", node.attrib["d"]):
                assert 0 <= float(x) <= width
            for y in re.findall(r"V(-?[\d.]+)", node.attrib["d"]):
                assert 0 <= float(y) <= height
        for across, down in (("x", "y"), ("cx", "cy")):
            if across in node.attrib:
                assert 0 <= float(node.attrib[across]) <= width
                assert 0 <= float(node.attrib[down]) <= height


@given(some.floats(-20, 20), some.floats(0.01, 40), DENSITIES, DENSITIES, some.one_of(some.none(), DENSITIES))
def test_the_curves_of_any_belief_stay_in_their_picture(low, width, prior, posterior, corrected) -> None:
    curve = {
        "x": [low + width * n / 60 for n in range(61)],
        "prior": prior,
        "posterior": posterior,
        "corrected": corrected,
    }
    drawing = pictures.belief(curve)
    inside(drawing)
    assert ('class="turned"' in drawing) == bool(corrected)


@given(some.lists(some.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8))
def test_the_days_after_any_session_stay_in_their_picture(values) -> None:
    days = [{"mean": middle, "ci": [low, high]} for low, middle, high in map(sorted, values)]
    drawing = pictures.days_after(days)
    inside(drawing)
    assert drawing.count("<circle") == len(days)


@given(
    some.lists(
        some.tuples(VALUES, some.one_of(some.none(), some.tuples(VALUES, VALUES))), min_size=1, max_size=9
    )
)
def test_any_other_ways_of_looking_stay_in_their_picture(values) -> None:
    marks = [Mark(f"way {n}", mean, ci, main=n == 0) for n, (mean, ci) in enumerate(values)]
    drawing = pictures.what_would_change(marks)
    inside(drawing)
    assert drawing.count("<circle") == len(marks)
    assert drawing.count('class="held"') == 1


@given(some.floats(-100, 100), some.floats(0.001, 200))
def test_an_axis_has_a_few_round_ticks_within_its_ends(low, width) -> None:
    axis = Axis(low, low + width)
    assert len(axis.ticks()) <= 7
    for tick in axis.ticks():
        assert low - 1e-6 <= tick <= low + width + 1e-6


def test_a_value_beyond_the_end_of_an_axis_stands_at_its_end() -> None:
    assert Axis(-1, 1, 0, 100).at(5) == 100
    assert Axis(-1, 1, 0, 100).at(-5) == 0
    assert Axis(-1, 1, 0, 100).at(0) == 50


def test_higher_values_stand_higher() -> None:
    days = [{"mean": 0.0, "ci": [-0.1, 0.1]}, {"mean": 1.0, "ci": [0.9, 1.1]}]
    low, high = (
        float(node.attrib["cy"]) for node in read(pictures.days_after(days)).iter() if node.tag == "circle"
    )
    assert high < low


@pytest.mark.parametrize(
    "drawing",
    [
        pictures.belief({"x": [-1.0, 0.0, 1.0], "prior": [0, 1, 0], "posterior": [0, 1, 0], "corrected": None}),
        pictures.days_after([{"mean": 0.1, "ci": [-0.2, 0.4]}]),
        pictures.what_would_change([Mark("<b>one</b> & two", 0.1, (-0.2, 0.4), main=True)]),
    ],
)  # fmt: skip
def test_a_picture_tells_a_reader_what_it_is_and_has_no_style_of_its_own(drawing: str) -> None:
    tree = read(drawing)  # that it can be read at all says that names are escaped
    assert tree.attrib["role"] == "img"
    title, said = tree.find("title").text, tree.find("desc")
    assert tree.attrib["aria-label"] == title
    assert tree.attrib["aria-describedby"] == said.attrib["id"]
    assert "table below" in said.text
    assert "style" not in drawing
    assert "#" not in drawing.replace("&#", ""), "colours are those of the theme"


def test_pictures_on_one_page_have_names_of_their_own() -> None:
    drawings = [
        pictures.belief({"x": [-1.0, 1.0], "prior": [1, 1], "posterior": [1, 1], "corrected": None}),
        pictures.days_after([{"mean": 0.1, "ci": [-0.2, 0.4]}]),
        pictures.what_would_change([Mark("one", 0.1)]),
    ]
    assert len({read(one).find("desc").attrib["id"] for one in drawings}) == 3
