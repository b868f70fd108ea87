"""``evidence figure``: each kind is written in each form, and what cannot be drawn is said."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

STUDIES = "slab,yi,vi\nAda 2001,-0.5,0.04\nBen 2003,-0.2,0.09\nCleo 2005,0.1,0.06\nDan 2009,-0.8,0.2\n"
NETWORK = (
    "studlab,treat1,treat2,TE,seTE\nS1,walking,waiting,-0.6,0.2\nS2,strength,waiting,-0.4,0.2\n"
    "S3,yoga,waiting,-0.3,0.3\nS4,walking,yoga,-0.2,0.2\n"
)
DOSES = "id,type,dose,cases,n,logrr,se\n" + "".join(
    f"{name},ir,{dose},{cases},1000,{-0.02 * dose * slope:.3f},{'' if dose == 0 else 0.15}\n"
    for name, slope in (("A", 1.0), ("B", 0.7), ("C", 1.2))
    for dose, cases in ((0, 60), (5, 50), (10, 45), (20, 40))
)
LIGHTS = "study,randomisation,missing data\nAda 2001,low,some concerns\nBen 2003,high,low\n"
TABLES = {
    "forest": STUDIES, "funnel": STUDIES, "baujat": STUDIES, "gosh": STUDIES, "dose": DOSES,
    "graph": NETWORK, "league": NETWORK, "ranks": NETWORK, "lights": LIGHTS,
}  # fmt: skip


def call(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "ambulando", "evidence", "figure", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_each_kind_is_drawn_with_words_for_those_who_can_not_see_it(kind, tmp_path):
    (tmp_path / "table.csv").write_text(TABLES[kind])
    done = call(kind, "table.csv", "--out", "it.svg", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["figure"] == kind
    root = ET.parse(tmp_path / "it.svg").getroot()
    assert root.find("{http://www.w3.org/2000/svg}desc").text == answer["description"]
    assert len(answer["description"]) > 40


def test_a_printer_and_a_page_get_their_own_forms(tmp_path):
    (tmp_path / "table.csv").write_text(STUDIES)
    for name, start in (("it.pdf", b"%PDF"), ("it.png", b"\x89PNG")):
        assert call("forest", "table.csv", "--out", name, cwd=tmp_path).returncode == 0
        assert (tmp_path / name).read_bytes().startswith(start)


def test_who_ranks_first_depends_on_what_is_good(tmp_path):
    (tmp_path / "table.csv").write_text(NETWORK)
    good = call("league", "table.csv", "--out", "a.svg", cwd=tmp_path).stdout
    bad = call("league", "table.csv", "--out", "a.svg", "--small-values", "undesirable", cwd=tmp_path).stdout
    assert "walking ranks first" in good
    assert "waiting ranks first" in bad


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("pie", "table.csv", "--out", "it.svg"), "no figure called pie"),
        (("forest", "table.csv", "--out", "it.gif"), "written as .svg, .png or .pdf"),
        (("forest", "table.csv", "--out", "nowhere/it.svg"), "can not be written"),
        (("forest", "absent.csv", "--out", "it.svg"), "no file absent.csv"),
        (("forest", "table.csv", "--out", "it.svg", "--theme", "sepia"), "no theme called 'sepia'"),
        (
            ("forest", "table.csv", "--out", "it.svg", "--small-values", "undesirable"),
            "is for league and ranks",
        ),
        (("lights", "lights.csv", "--out", "it.svg"), "Ada 2001 has 'fine' as randomisation"),
    ],
)
def test_what_can_not_be_drawn_is_said_in_a_sentence_and_nothing_is_written(arguments, sentence, tmp_path):
    (tmp_path / "table.csv").write_text(STUDIES)
    (tmp_path / "lights.csv").write_text("study,randomisation\nAda 2001,fine\n")
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("it.*"))


def test_one_study_makes_a_forest_plot_and_no_funnel(tmp_path):
    (tmp_path / "table.csv").write_text("slab,yi,vi\nAda 2001,-0.4,0.04\n")
    done = call("forest", "table.csv", "--out", "it.svg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Forest plot of 1 study." in done.stdout
    assert "1 study, " in (tmp_path / "it.svg").read_text()
    done = call("funnel", "table.csv", "--out", "it.svg", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "A funnel plot needs two or more studies.\n")
