"""A user's own table: what is read, what is left out with a reason, and what is refused in one sentence."""

import pytest

from ambulando.evidence.pooling import pool
from ambulando.evidence.tables import dose_text, pool_text, read
from ambulando.ground import InputError
from places import SHARED

ORACLE = SHARED / "oracle" / "data"
needs_oracle = pytest.mark.skipif(not ORACLE.exists(), reason="the data sets in ../shared are not here")

MEANS = "slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,20,13,6,20\nB,9,4,30,12,5,31\nC,11,6,25,12,6,24\nD,8,5,40,11,5,41\n"


def test_effects_with_variances_or_standard_errors_are_the_same():
    one = pool_text("study,yi,vi\nA,0.1,0.04\nB,0.3,0.09\n", "a.csv")
    other = pool_text("study,yi,sei\nA,0.1,0.2\nB,0.3,0.3\n", "b.csv")
    assert one.estimate == pytest.approx(other.estimate)
    assert one.studies == ("A", "B")


def test_summary_data_become_effects():
    assert pool_text(MEANS, "m.csv").measure == "SMD"
    assert pool_text(MEANS, "m.csv", measure="md").estimate == pytest.approx(-2.6, abs=0.5)
    events = "slab,ai,n1i,ci,n2i\nA,5,20,8,20\nB,7,30,12,30\n"
    cells = "slab,ai,bi,ci,di\nA,5,15,8,12\nB,7,23,12,18\n"
    one, other = pool_text(events, "e.csv"), pool_text(cells, "c.csv")
    assert one.estimate == pytest.approx(other.estimate)
    assert one.measure == "RR"
    assert one.estimate_exp is not None


@needs_oracle
@pytest.mark.parametrize(
    "name", ["bcg_es.csv", "normand1999_es.csv", "raudenbush1985_es.csv", "molloy2014_es.csv"]
)
def test_the_data_sets_of_the_reference_are_read_as_they_are(name):
    assert pool_text((ORACLE / name).read_text(), name).k > 8


def test_a_row_with_a_missing_cell_stays_visible():
    found = pool_text("slab,yi,vi\nA,0.1,0.04\nB,NA,0.09\nC,0.2,\nD,0.3,0.1\n", "x.csv")
    assert found.k == 2
    assert [(one.row, one.study, one.reason) for one in found.excluded] == [
        (3, "B", "yi is missing"),
        (4, "C", "vi is missing"),
    ]


def test_a_zero_cell_without_correction_is_left_out_with_the_reason():
    found = read("slab,ai,n1i,ci,n2i\nA,0,20,8,20\nB,7,30,12,30\n", "e.csv", continuity="none")
    assert found.studies == ("B",)
    assert "cell is zero" in found.excluded[0].reason


def test_a_standard_error_entered_as_standard_deviation_is_suspected():
    text = MEANS + "Odd,10.6,0.8,29,11,0.8,29\n"
    found = pool_text(text, "m.csv")
    assert found.k == 5
    assert "Odd (row 6)" in found.notes[0]
    assert pool_text(MEANS, "m.csv").notes != found.notes


def test_the_same_numbers_give_the_same_answer_as_pooling_them_directly():
    text = "yi,vi\n" + "".join(f"{y},{v}\n" for y, v in ((0.1, 0.04), (0.5, 0.05), (-0.2, 0.1)))
    assert (
        pool_text(text, "x.csv", method="dl", test="z").ci
        == pool([0.1, 0.5, -0.2], [0.04, 0.05, 0.1], method="DL", test="z").ci
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slab,yi,vi\nA,0.1,-0.2\n", r"A \(row 2 of x.csv\) has a negative variance"),
        ("slab,yi,sei\nA,0.1,-0.2\n", "negative standard error"),
        ("slab,yi,vi\nA,much,0.2\n", "has 'much' as yi"),
        ("slab,yi,vi\nA,inf,0.2\n", "a finite number is needed"),
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,0,9,1,1,9\n", r"A \(row 2 of x.csv\) has 0 as sd1i"),
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,1,0,1,1,9\n", "at least one person"),
        ("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,1,1,1,1,2\n", "needs four or more"),
        ("slab,ai,n1i,ci,n2i\nA,9,8,1,9\n", "9 events among 8 people"),
        ("slab,ai,bi,ci,di\nA,-1,8,1,9\n", "has -1 as ai"),
        ("slab,ai,bi,ci,di\nA,0,0,1,9\n", "arm without people"),
        ("a,b\n1,2\n", "not enough"),
        ("yi,vi\n", "no study under it"),
        ("yi,vi\nNA,1\n", "No study of x.csv is complete"),
        ("yi,vi\n1,0\n", "No study of x.csv can be used .Row 2: its variance is zero"),
        ("", "has no rows"),
    ],
)
def test_impossible_input_is_refused_with_study_and_row(text, words):
    with pytest.raises(InputError, match=words):
        pool_text(text, "x.csv")


def test_a_measure_that_the_columns_cannot_give_is_refused():
    with pytest.raises(InputError, match="give SMD, MD and not RR"):
        pool_text(MEANS, "m.csv", measure="RR")


@needs_oracle
def test_a_dose_table_becomes_a_curve():
    text = (ORACLE / "dr_alcohol_cvd.csv").read_text()
    found = dose_text(text, "dr.csv", model="linear", at=(10.0,))
    assert found.k == 6
    assert found.curve[0].rr == pytest.approx(0.957, abs=0.001)
    assert dose_text(text, "dr.csv", model="rcs").curve[0].rr == 1


def test_a_dose_table_without_its_columns_is_refused():
    with pytest.raises(InputError, match="no column 'logrr' or 'se'"):
        dose_text("id,type,dose,cases,n\nA,ir,0,1,10\n", "dr.csv")
    with pytest.raises(InputError, match=r"Row 2 of dr.csv \(study A\) has 'none' as dose"):
        dose_text("id,type,dose,cases,n,logrr,se\nA,ir,none,1,10,0,\n", "dr.csv")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("yi,yi,vi\n1,2,3\n2,3,4\n", "has two columns 'yi'"),
        ("yi;vi\n1;2\n2;3\n", "semicolons"),
        ("slab,yi,vi\nA,1e200,1\nB,1,1\n", "A (row 2 of t.csv) has 1e+200 as yi"),
        ("slab,yi,vi\nA,1,1e-300\nB,1,1\n", "A (row 2 of t.csv) has 1e-300 as vi"),
        ("slab,yi,sei\nA,1,1e-200\nB,1,1\n", "A (row 2 of t.csv) has 1e-200 as sei"),
    ],
)
def test_numbers_and_columns_that_would_give_a_wrong_answer_are_refused(text, words):
    with pytest.raises(InputError) as error:
        pool_text(text, "t.csv")
    assert words in str(error.value)


def test_a_ratio_that_is_no_logarithm_is_refused():
    with pytest.raises(InputError, match="logarithm"):
        pool_text("slab,yi,vi\nA,900,1\nB,901,1\n", "t.csv", measure="RR")


def test_studies_that_agree_to_the_last_digit_are_told_that_their_interval_has_no_width():
    answer = pool_text("yi,vi\n1,1\n1,1\n1,1\n", "t.csv")
    assert answer.ci == (1.0, 1.0)
    assert any("no width" in note for note in answer.notes)
    assert not any(
        "no width" in note for note in pool_text("yi,vi\n1,1\n1,1\n1,1\n", "t.csv", test="z").notes
    )


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("1,ir,-5,8,100,-0.2,0.3", "dose of -5"),
        ("1,ir,5,8,100,900,0.3", "logrr of 900"),
        ("1,ir,1e200,8,100,0.1,0.3", r"dose of 1e\+200"),
    ],
)
def test_impossible_dose_rows_are_refused(cells, words):
    text = f"id,type,dose,cases,n,logrr,se\n1,ir,0,10,100,0,\n{cells}\n"
    with pytest.raises(InputError, match=words):
        dose_text(text, "d.csv", model="linear")
