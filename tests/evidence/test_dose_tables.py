"""A user's dose table: what is read, what is worked out from it, and what is refused with study and row."""

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dose import dose_table, dose_text
from ambulando.evidence.faults import ImpossibleValue, MissingColumns, NotANumber, UnknownOption
from ambulando.ground import InputError

HEAD = "id,type,dose,cases,n,logrr,se\n"
PLAIN = HEAD + "A,ir,0,100,1000,0,\nA,ir,5,80,1000,-0.2,0.1\nA,ir,9,70,1000,-0.3,0.1\n"


@needs_oracle
@pytest.mark.parametrize(
    ("name", "kind"),
    [("cc_ex", "cc"), ("ir_ex", "ir"), ("ci_ex", "ci"), ("alcohol_cvd", None), ("ari", None)],
)
def test_the_tables_of_the_reference_are_read_as_they_are(name, kind):
    found = dose_text((ORACLE / "data" / f"dr_{name}.csv").read_text(), name, kind=kind, model="linear")
    assert found.converged
    assert len(found.curve) >= 4


@needs_oracle
def test_a_standard_error_that_is_not_printed_comes_from_the_interval():
    groups = dose_table((ORACLE / "data" / "dr_cc_ex.csv").read_text(), "cc", kind="cc")
    assert groups[0].se is None
    assert [group.se**2 for group in groups[1:]] == pytest.approx(
        [0.0541723514314868, 0.0562746667726222, 0.0563275354421954]
    )
    assert [group.n for group in groups] == [337, 167, 186, 212]


def test_ratios_and_people_without_are_turned_into_what_is_needed():
    text = "dose,case,control,rr,lb,ub\n0,100,900,1,,\n5,80,920,0.8,0.6,1.1\n"
    groups = dose_table(text, "one.csv", kind="cc")
    assert groups[1].logrr == pytest.approx(np.log(0.8))
    assert (groups[1].n, groups[1].id, groups[1].row) == (1000, "one.csv", 3)


def test_a_reference_row_may_have_a_zero_or_no_standard_error():
    for end in ("0,", "0,0", ",", "NA,NA"):
        text = HEAD + f"A,ir,0,100,1000,{end}\nA,ir,5,80,1000,-0.2,0.1\n"
        assert [group.se is None for group in dose_table(text, "t")] == [True, False]


def test_knots_are_doses_or_a_number_of_them():
    doses = HEAD + "A,ir,0,100,1000,0,\n" + "".join(f"A,ir,{d},80,1000,-0.2,0.1\n" for d in range(1, 11))
    assert dose_text(doses, "t").knots == pytest.approx((1.0, 5.0, 9.0))
    assert len(dose_text(doses, "t", knots=5).coefficients) == 4
    assert dose_text(doses, "t", knots=(1, 2, 8)).knots == (1.0, 2.0, 8.0)


@pytest.mark.parametrize(
    ("text", "options", "fault", "words"),
    [
        ("id,type,dose,cases,n\nA,ir,0,1,10\n", {}, MissingColumns, "no column 'logrr' or 'se'"),
        ("id,dose,cases,n,logrr,se\nA,0,1,10,0,\n", {}, MissingColumns, "--type"),
        ("id,dose,y,sd\nA,0,1,10\n", {}, MissingColumns, "no column 'n'"),
        (HEAD, {}, InputError, "no dose group|no rows"),
        (HEAD + "A,ir,none,1,10,0,\n", {}, NotANumber, r"Study A \(row 2 of t.csv\) has 'none' as dose"),
        (HEAD + "A,ir,0,1,inf,0,\n", {}, NotANumber, "'inf' as n"),
        (
            HEAD + "A,ir,0,1,10,0,\nA,ir,1,1,10,0.4,\n",
            {},
            NotANumber,
            r"row 3 of t.csv\) has a logrr of 0.4 and no se",
        ),
        (HEAD + "A,ir,0,1,10,0,\nA,ir,1,1,10,,0.3\n", {}, NotANumber, "a se and no logrr"),
        ("type,dose,cases,n,rr,lb,ub\nir,0,1,10,1,,\nir,1,1,10,0,1,2\n", {}, ImpossibleValue, "a ratio of 0"),
        (
            "type,dose,cases,n,rr,lb,ub\nir,0,1,10,1,,\nir,1,1,10,1.5,2,1\n",
            {},
            ImpossibleValue,
            "an interval from 2 to 1",
        ),
        (PLAIN, {"measure": "MD"}, UnknownOption, "relative risks"),
        (PLAIN, {"knots": 9}, UnknownOption, "3 to 7"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, options, fault, words):
    with pytest.raises(fault, match=words):
        dose_text(text, "t.csv", **options)


def test_two_authors_with_one_id_are_two_studies():
    text = "id,author,type,dose,cases,n,logrr,se\n1,X,ir,0,9,99,0,\n1,X,ir,1,9,99,0.1,0.2\n1,Y,ir,0,9,99,0,\n1,Y,ir,1,9,99,0.1,0.2\n"
    assert dose_text(text, "t", model="linear").studies == ("1 X", "1 Y")
