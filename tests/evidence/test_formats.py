"""Tables of our own columns as a format, and how a format is told from another."""

import pytest

from ambulando.evidence import effects, formats, tables
from ambulando.evidence.faults import ImpossibleValue, MissingColumns, NotANumber
from ambulando.ground import InputError
from places import SHARED

ORACLE = SHARED / "oracle" / "data"


@pytest.mark.parametrize(
    ("text", "measure", "values"),
    [
        ("slab,yi,vi\nA,-0.2,0.1\n", "GEN", {"yi": -0.2, "vi": 0.1}),
        ("slab,yi,sei,n1i,n2i\nA,-0.2,0.1,20,21\n", "GEN", {"yi": -0.2, "vi": 0.01, "n1i": 20, "n2i": 21}),
        ("slab,measure,yi,vi\nA,smd,-0.2,0.1\n", "SMD", {"yi": -0.2, "vi": 0.1}),
        ("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,2,3,4,5,6\n", "SMD",
         {"m1i": 1, "sd1i": 2, "n1i": 3, "m2i": 4, "sd2i": 5, "n2i": 6}),
        ("author,ai,bi,ci,di\nA,1,9,2,8\n", "RR", {"ai": 1, "n1i": 10, "ci": 2, "n2i": 10}),
        ("study,ai,n1i,ci,n2i\nA,1,10,2,10\n", "RR", {"ai": 1, "n1i": 10, "ci": 2, "n2i": 10}),
    ],
)  # fmt: skip
def test_each_set_of_columns_is_read(text, measure, values):
    found = formats.read(text)
    one = found.outcome()
    assert (found.format, one.measure, one.comparisons[0].study) == ("generic", measure, "A")
    assert one.comparisons[0].values == pytest.approx(values)


def test_further_columns_stay_beside_the_comparison_and_comments_do_not_count():
    text = "# a comment\nstudy,arm,against,yi,vi,year,weeks\nA,yoga,waiting list,-0.2,0.1,2001,8\n"
    one = formats.read(text).outcome()
    assert (one.comparisons[0].arm, one.comparisons[0].against) == ("yoga", "waiting list")
    assert one.comparisons[0].details == {"year": "2001", "weeks": "8"}
    assert formats.as_csv(one).splitlines()[0] == "study,arm,against,yi,vi,year,weeks"


def test_a_row_with_an_empty_cell_is_left_out_with_the_reason():
    found = formats.read("study,yi,vi\nA,-0.2,0.1\nB,NA,0.1\n")
    assert [(one.row, one.study, one.reason) for one in found.excluded] == [(3, "B", "yi is missing")]
    with pytest.raises(InputError, match=r"no comparison that can be used \(B, row 2: yi is missing\)"):
        formats.read("study,yi,vi\nB,NA,0.1\n").outcome()


@pytest.mark.parametrize(
    ("text", "fault", "words"),
    [
        ("study,yi\nA,1\n", MissingColumns, "it needs one of these sets: yi, vi; yi, sei"),
        ("study,yi,vi\nA,x,1\n", NotANumber, r"A \(row 2 of f\) has 'x' as yi"),
        ("study,yi,vi\nA,inf,1\n", NotANumber, "a number is needed"),
        ("study,yi,vi\nA,1,-1\n", ImpossibleValue, "a variance is above zero"),
        ("study,yi,sei\nA,1,-1\n", ImpossibleValue, "a variance is above zero"),
        ("study,measure,yi,vi\nA,SMD,1,1\nB,MD,1,1\n", InputError, "several measures"),
        ("study,yi,vi,yi\nA,1,1,1\n", InputError, "two columns 'yi'"),
        ("study,yi,vi\nA,1\n", InputError, "Row 2 of f has 2 cells"),
        ("study,yi,vi\n", InputError, "no study under it"),
        (" \n", InputError, "f is empty"),
    ],
)
def test_what_is_not_right_is_refused_by_name(text, fault, words):
    with pytest.raises(fault, match=words):
        formats.read(text, "f")


def test_an_unknown_format_and_a_file_that_is_not_there_are_named(tmp_path):
    with pytest.raises(
        InputError, match="no format called 'excel'; take one of auto, metapsy, revman, generic"
    ):
        formats.read("study,yi,vi\nA,1,1\n", form="excel")
    with pytest.raises(InputError, match="There is no file"):
        formats.read(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="is a folder"):
        formats.read(tmp_path)
    (tmp_path / "binary").write_bytes(b"\x00\x01\x02")
    with pytest.raises(InputError, match="is not a text file"):
        formats.read(tmp_path / "binary")


def test_an_effect_is_that_of_the_effects_module():
    means = formats.read("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,1,2,30,4,5,60\n").outcome().comparisons[0]
    for measure, function in (("SMD", effects.smd), ("MD", effects.md)):
        expected = function(1, 2, 30, 4, 5, 60)
        assert formats.effect_of(means, measure) == pytest.approx((float(expected.yi), float(expected.vi)))


@pytest.mark.skipif(not ORACLE.exists(), reason="the data sets of the project are not beside this checkout")
@pytest.mark.parametrize("path", sorted(ORACLE.glob("*_es.csv")), ids=lambda path: path.stem)
def test_converted_data_sets_pool_as_the_files_themselves(path):
    direct = tables.read(path.read_text(), path.name)
    again = tables.read(formats.as_csv(formats.read(path).outcome()), "converted")
    assert (again.yi, again.vi) == (direct.yi, direct.vi)
