"""``ambulando evidence dose``: its answers, its options, its words, what it refuses."""

import csv
import json
import math

import pytest

from agreement import ORACLE, needs_oracle
from places import SHARED

CURVE = SHARED / "data" / "pearce2022" / "MA-DR_0.75_depression-non-fatal.csv"
HEAD = "id,type,dose,cases,n,logrr,se\n"
TWO = (
    "A,ir,0,100,1000,0,\nA,ir,5,80,1000,-0.2,0.1\nA,ir,9,70,1000,-0.3,0.1\n"
    "B,ir,1,90,900,0,\nB,ir,6,80,900,-0.1,0.1\nB,ir,12,70,900,-0.4,0.1\n"
)
SCORES = "id,dose,y,sd,n\nA,0,10,4,40\nA,5,12,4,41\nB,0,9,5,60\nB,10,12,5,61\n"


@pytest.fixture
def dose(called, tmp_path):
    """Run ``evidence dose`` in this process, on a file of the reference, an analysis (a name) or on a text."""

    def run(source, *options):
        file = ORACLE / "data" / source if source.endswith(".csv") else source
        if "\n" in source:
            file = tmp_path / "doses.csv"
            file.write_text(source)
        return called("evidence", "dose", file, *options)

    return run


def answers():
    return json.loads((ORACLE / "05_doseresponse.json").read_text())


@needs_oracle
@pytest.mark.parametrize("method", ["fixed", "ml", "reml", "mm"])
@pytest.mark.parametrize(("name", "short"), [("gl", "gl"), ("hamling", "h"), ("indep", "indep")])
def test_the_command_gives_what_the_reference_gives(dose, name, short, method):
    found = dose(
        "dr_alcohol_cvd.csv",
        "--model",
        "linear",
        "--covariance",
        name,
        "--method",
        method,
        "--at",
        "10",
        "--json",
    ).json
    expected = answers()["alcohol_cvd"][f"linear_{short}_{method}"]
    assert found["coefficients"] == pytest.approx(expected["coef"], rel=1e-4)
    assert found["vcov"][0] == pytest.approx(expected["vcov"], rel=1e-4)
    assert found["curve"][0]["rr"] == pytest.approx(math.exp(10 * expected["coef"][0]), rel=1e-5)
    assert set(found) >= {"k", "coefficients", "vcov", "psi", "q", "i2", "curve"}


@needs_oracle
@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("dr_cc_ex.csv", ("--type", "cc")), ("dr_ir_ex.csv", ("--type", "ir")), ("dr_ci_ex.csv", ("--type", "ci")),
        ("dr_ari.csv", ()), ("dr_ari.csv", ("--measure", "SMD")), ("dr_alcohol_cvd.csv", ("--stages", "1", "--knots", "4")),
    ],
)  # fmt: skip
def test_the_tables_of_the_reference_are_taken_as_they_are(dose, file, options):
    bend = () if "--knots" in options else ("--model", "linear")
    assert dose(file, *options, *bend, "--json").json["converged"] is True
    said = dose(file, *options, *bend)
    assert said.code == 0
    assert "nan" not in said.out


@pytest.mark.skipif(not CURVE.exists(), reason="the authors' curve in ../shared is not here")
def test_the_analysis_is_the_published_curve(dose):
    with CURVE.open() as file:
        published = [[float(cell) for cell in list(row.values())[:2]] for row in csv.DictReader(file)]
    for wanted in (4.375, 8.75, 17.5):
        (point,) = dose("pearce2022-any", "--at", str(wanted), "--json").json["curve"]
        at, rr = min(published, key=lambda one: abs(one[0] - wanted))
        assert point["rr"] == pytest.approx(rr, abs=0.001)
        (exact,) = dose("pearce2022-any", "--at", repr(at), "--json").json["curve"]
        assert exact["rr"] == pytest.approx(rr, abs=2e-5)


def test_an_analysis_is_pooled_as_its_source_did_unless_asked_otherwise(dose):
    usual = dose("pearce2022-any", "--json").json
    assert (usual["covariance"], usual["method"], usual["reference"]) == ("hamling", "reml", 0)
    assert round(usual["i2"], 1) == 73.7
    other = dose("pearce2022-any", "--covariance", "gl", "--knots", "3", "--json").json
    assert other["covariance"] == "gl"
    assert other["knots"] != usual["knots"]
    assert dose("pearce2022-any", "--model", "linear", "--json").json["knots"] == []


def test_notes_and_studies_left_out_are_said(dose):
    said = dose(HEAD + TWO + "C,ir,0,9,99,0,\nC,ir,4,8,99,-0.1,0.3\n", "--model", "quadratic", "--at", "5,40")
    assert "Left out: C (row 8), too few different doses for the quadratic model." in said.out
    assert "40 is outside the doses of the studies" in said.out
    kept = dose(
        HEAD + TWO + "C,ir,0,9,99,0,\nC,ir,4,8,99,-0.1,0.3\n",
        "--model",
        "quadratic",
        "--stages",
        "1",
        "--json",
    ).json
    assert (kept["k"], kept["excluded"]) == (3, [])


def test_scores_have_differences_and_no_ratio(dose):
    (point,) = dose(SCORES, "--model", "linear", "--at", "5", "--json").json["curve"]
    assert set(point) == {"dose", "difference", "ci"}
    assert "MD against 0" in dose(SCORES, "--model", "linear").out


def test_a_reference_dose_may_be_chosen(dose):
    found = dose(HEAD + TWO, "--model", "linear", "--reference", "5", "--at", "5,6", "--json").json
    assert found["curve"][0]["rr"] == 1
    assert found["reference"] == 5


def test_the_same_in_r(dose):
    said = dose(HEAD + TWO, "--model", "linear", "--r-code")
    assert said.out.startswith("library(dosresmeta)")
    both = dose(HEAD + TWO, "--model", "linear", "--r-code", "--json").json
    assert both["r_code"] == said.out
    assert both["k"] == 2


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (
            HEAD + TWO.replace("0,100,1000,0,\n", "0,100,1000,-0.1,0.2\n"),
            (),
            "Study A (rows 2, 3, 4) has no reference row",
        ),
        (HEAD + TWO.replace("-0.2,0.1", "0,"), (), "Study A (rows 2, 3) has 2 reference rows"),
        (
            HEAD + TWO.replace("-0.2,0.1", "-0.2,-0.1"),
            (),
            "Study A (row 3) has a standard error of -0.1 at dose 5",
        ),
        (HEAD + TWO.replace("-0.2,0.1", "low,0.1"), (), "Study A (row 3 of"),
        (HEAD + TWO.replace("A,ir,5,80,", "A,ci,5,80,"), (), "Study A has the type ci and ir"),
        (HEAD + TWO.replace("ir,5,80,1000", "ir,5,-1,1000"), (), "Study A (row 3) has -1 cases among 1000"),
        (HEAD + TWO.replace("ir", "ci").replace("5,80,1000", "5,80,40"), (), "has 80 cases among 40"),
        (HEAD + "A,ir,0,100,1000,0,\n", (), "Study A (row 2) has only its reference row"),
        (
            HEAD + "A,ir,0,50,60,0,\nA,ir,5,45,60,1.5,0.1\n",
            ("--covariance", "hamling"),
            "Study A (from row 2): no effective counts",
        ),
        (HEAD + TWO, ("--method", "best"), "'best'"),
        (HEAD + TWO, ("--stages", "3"), "1 or 2 stages"),
        (HEAD + TWO, ("--stages", "1", "--method", "mm"), "One stage is fitted by"),
        (HEAD + TWO, ("--knots", "9"), "3 to 7"),
        (HEAD + TWO, ("--knots", "4.5"), "three or more knots"),
        (HEAD + TWO, ("--reference", "-1"), "--reference"),
        (HEAD + TWO, ("--reference", "nan"), "--reference"),
        (HEAD + TWO, ("--measure", "SMD"), "relative risks"),
        (HEAD + TWO, ("--covariance", "hamling-strict", "--r-code"), "R has no covariance"),
        (HEAD + TWO, ("--level", "95"), "between 0.5 and 1"),
        (SCORES, ("--r-code",), "--r-code needs a file with the columns"),
        (SCORES, ("--covariance", "gl"), "no covariance of means"),
        (SCORES, ("--measure", "RR"), "no measure of means"),
        ("dose,cases,n,logrr,se\n0,9,99,0,\n1,9,99,0.1,0.2\n", (), "--type"),
        ("pearce2022-any", ("--r-code",), "are for files"),
        ("cooney2013-post", (), "no dose rows"),
        ("nothing", (), "no analysis of that name"),
    ],
)
def test_what_is_at_fault_is_said_in_one_sentence(dose, source, options, words):
    model = () if "--knots" in options else ("--model", "linear")
    said = dose(source, *model, *options)
    assert said.code == 2
    assert said.out == ""
    assert words in said.err
    assert "Traceback" not in said.err
    assert said.err.count("\n") == 1
