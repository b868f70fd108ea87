"""RevMan 5 files (RM5) and RevMan Web's table of data rows."""

import csv
import io

import pytest

from ambulando.evidence import base, effects, formats, recompute, tables
from ambulando.evidence.faults import ImpossibleValue, NotANumber
from ambulando.ground import InputError

REVIEW = """<?xml version="1.0" encoding="UTF-8"?>
<COCHRANE_REVIEW MODIFIED="2013-09-01" REVMAN_VERSION="5.2">
 <STUDIES_AND_REFERENCES><STUDIES><INCLUDED_STUDIES>
  <STUDY ID="STD-Singh-1997" NAME="Singh 1997" YEAR="1997"/><STUDY ID="STD-Dunn-2005" NAME="Dunn 2005" YEAR="2005"/>
 </INCLUDED_STUDIES></STUDIES></STUDIES_AND_REFERENCES>
 <ANALYSES_AND_DATA>
  <COMPARISON ID="CMP-001" NO="1"><NAME>Exercise versus control</NAME>
   {outcomes}
  </COMPARISON>
 </ANALYSES_AND_DATA>
</COCHRANE_REVIEW>
"""
CONT = """<CONT_OUTCOME ID="CMP-001.01" NO="1" METHOD="IV" RANDOM="YES" EFFECT_MEASURE="SMD">
 <NAME>Symptoms &amp; mood</NAME><GROUP_LABEL_1>Exercise</GROUP_LABEL_1><GROUP_LABEL_2>Control</GROUP_LABEL_2>
 {rows}
</CONT_OUTCOME>"""
ROWS = """<CONT_DATA STUDY_ID="STD-Singh-1997" MEAN_1="9.8" SD_1="2.4" TOTAL_1="17" MEAN_2="13.8" SD_2="2.0" TOTAL_2="15"/>
<CONT_DATA STUDY_ID="STD-Dunn-2005" MEAN_1="10" SD_1="5.5" TOTAL_1="16" MEAN_2="14" SD_2="4.9" TOTAL_2="13"/>"""
WEB = (
    "Analysis group", "Analysis number", "Analysis name", "Subgroup", "Applicability", "Study", "Study year", "GIV Mean",
    "GIV SE", "Experimental mean", "Experimental SD", "Experimental cases", "Experimental N", "Control mean", "Control SD",
    "Control cases", "Control N", "O-E", "Variance", "Weight", "Mean", "CI start", "CI end", "Footnotes",
)  # fmt: skip


def review(*outcomes):
    return REVIEW.format(outcomes="".join(outcomes))


def web(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, WEB, restval="")
    writer.writeheader()
    writer.writerows(
        {"Analysis group": "1", "Analysis number": "1", "Analysis name": "Symptoms", **row} for row in rows
    )
    return text.getvalue()


def test_means_are_read_with_names_labels_and_model():
    found = formats.read(review(CONT.format(rows=ROWS)))
    one = found.outcome()
    assert (found.format, one.id, one.name) == ("revman", "1.1", "Exercise versus control, Symptoms & mood")
    assert (one.measure, one.model) == ("SMD", "IV random")
    first = one.comparisons[0]
    assert (first.study, first.arm, first.against, first.details) == (
        "Singh 1997", "Exercise", "Control", {"year": "1997"},
    )  # fmt: skip
    assert list(first.values.values()) == [9.8, 2.4, 17, 13.8, 2.0, 15]


def test_the_effect_of_a_cochrane_row_is_the_printed_one():
    studies = tables.read(formats.as_csv(formats.read(review(CONT.format(rows=ROWS))).outcome()), "f")
    printed = {row.study: row.printed_smd for row in base.rows_for("cooney2013-post")}
    assert list(studies.yi) == pytest.approx([printed[name] for name in studies.studies], abs=0.01)


def test_subgroups_events_inverse_variance_and_observed_minus_expected():
    dich = """<DICH_OUTCOME ID="CMP-001.02" NO="2" METHOD="MH" RANDOM="NO" EFFECT_MEASURE="RR"><NAME>Stayed</NAME>
      <DICH_SUBGROUP ID="CMP-001.02.01" NO="1"><NAME>Aerobic</NAME>
       <DICH_DATA STUDY_ID="STD-Dunn-2005" EVENTS_1="15" TOTAL_1="16" EVENTS_2="9" TOTAL_2="13"/></DICH_SUBGROUP></DICH_OUTCOME>"""
    giv = """<IV_OUTCOME ID="CMP-001.03" NO="3" METHOD="IV" RANDOM="YES" EFFECT_MEASURE="OR"><NAME>Response</NAME>
       <IV_DATA STUDY_ID="STD-Dunn-2005" ESTIMATE="-0.5" SE="0.2"/></IV_OUTCOME>"""
    ipd = """<IPD_OUTCOME ID="CMP-001.04" NO="4"><NAME>Time</NAME>
       <IPD_DATA STUDY_ID="STD-Dunn-2005" O_E="-3" VAR="6"/></IPD_OUTCOME>"""
    found = formats.read(review(CONT.format(rows=ROWS), dich, giv, ipd))
    assert [one.id for one in found.outcomes] == ["1.1", "1.2", "1.3", "1.4"]
    stayed, response, time = (found.outcome(id_) for id_ in ("1.2", "1.3", "1.4"))
    assert stayed.comparisons[0].details == {"year": "2005", "subgroup": "Aerobic"}
    assert (stayed.measure, stayed.model) == ("RR", "MH fixed")
    expected = effects.two_by_two("RR", [15], [1], [9], [4])
    assert formats.effect_of(stayed.comparisons[0], "RR") == pytest.approx((expected.yi[0], expected.vi[0]))
    assert (response.measure, response.comparisons[0].values) == (
        "OR",
        pytest.approx({"yi": -0.5, "vi": 0.04}),
    )
    assert time.comparisons[0].values == pytest.approx({"yi": -0.5, "vi": 1 / 6})


def test_a_row_that_can_not_be_estimated_is_left_out_with_the_reason():
    empty = '<CONT_DATA STUDY_ID="STD-Dunn-2005" MEAN_1="0" SD_1="0" TOTAL_1="0" MEAN_2="0" SD_2="0" TOTAL_2="0"/>'
    lost = '<CONT_DATA STUDY_ID="STD-Doe-2001" MEAN_1="3" TOTAL_1="5" MEAN_2="2" SD_2="1" TOTAL_2="5"/>'
    found = formats.read(review(CONT.format(rows=ROWS + empty + lost)))
    assert [(one.row, one.study, one.reason) for one in found.excluded] == [
        (3, "Dunn 2005", "its effect can not be estimated: an arm has no people or no spread"),
        (4, "Doe 2001", "SD_1 is missing"),
    ]


@pytest.mark.parametrize(
    ("row", "fault", "words"),
    [
        (ROWS.replace('"2.4"', '"x"'), NotANumber, r"Singh 1997 \(row 1 of f.rm5\) has 'x' as SD_1"),
        (ROWS.replace('"2.4"', '"-2"'), ImpossibleValue, "a standard deviation is above zero"),
    ],
)
def test_a_wrong_cell_is_named_by_study_and_row(row, fault, words):
    with pytest.raises(fault, match=words):
        formats.read(review(CONT.format(rows=row)), "f.rm5")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><COCHRANE_REVIEW>&b;</COCHRANE_REVIEW>', "declares entities"),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><COCHRANE_REVIEW>&b;</COCHRANE_REVIEW>',
            "entities",
        ),
        ("<COCHRANE_REVIEW><A></COCHRANE_REVIEW>", "not a readable XML file"),
        ("<COCHRANE_REVIEW></COCHRANE_REVIEW>", "no comparison with data"),
        ("<COCHRANE_REVIEW>" + "<a>" * 300, "elements in elements without end"),
        ("<html></html>", "XML and no RM5 file"),
    ],
)
def test_what_is_no_honest_rm5_file_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        formats.read(text, "f.rm5")


def test_an_older_encoding_is_read_as_the_file_says(tmp_path):
    text = (
        review(CONT.format(rows=ROWS)).replace("Singh 1997", "Hallgrën 1997").replace("UTF-8", "ISO-8859-1")
    )
    (tmp_path / "a.rm5").write_bytes(text.encode("latin-1"))
    assert formats.read(tmp_path / "a.rm5").outcome().comparisons[0].study == "Hallgrën 1997"


def test_the_rows_of_revman_web_pool_to_what_the_review_prints():
    """Cooney's first analysis as RevMan Web would export it."""
    rows = base.rows_for("cooney2013-post", local=False)
    text = web(
        *(
            {
                "Study": row.study, "Study year": row.study[-4:], "Experimental mean": row.mean_arm,
                "Experimental SD": row.sd_arm, "Experimental N": row.n_arm, "Control mean": row.mean_against,
                "Control SD": row.sd_against, "Control N": row.n_against, "Mean": row.printed_smd,
            }
            for row in rows
        )
    )  # fmt: skip
    found = formats.read(text)
    assert (found.format, found.outcome().id, found.outcome().name) == ("revman", "1.1", "Symptoms")
    pooled = tables.pool_text(formats.as_csv(found.outcome()), "f", method="DL", test="z")
    assert pooled.k == 35
    assert pooled.estimate == pytest.approx(
        recompute.pooled("cooney2013-post", local=False).estimate, abs=0.01
    )


def test_the_other_kinds_of_rows_of_revman_web():
    found = formats.read(
        web(
            {"Study": "A 2001", "Analysis number": "2", "Experimental cases": 5, "Experimental N": 20, "Control cases": 8,
             "Control N": 21},
            {"Study": "B 2002", "Analysis number": "3", "GIV Mean": -0.4, "GIV SE": 0.1, "Experimental N": 30,
             "Subgroup": "Women"},
            {"Study": "C 2003", "Analysis number": "4", "O-E": 2, "Variance": 4},
            {"Study": "D 2004", "Analysis number": "4"},
        )
    )  # fmt: skip
    assert {one.id: one.measure for one in found.outcomes} == {"1.2": "RR", "1.3": "GEN", "1.4": "GEN"}
    assert found.outcome("1.3").comparisons[0].values == pytest.approx({"yi": -0.4, "vi": 0.01})
    assert found.outcome("1.3").comparisons[0].details["subgroup"] == "Women"
    assert [one.study for one in found.excluded] == ["D 2004"]


def test_a_negative_standard_error_is_refused():
    with pytest.raises(ImpossibleValue, match=r"B 2002 \(row 2 of f.csv\)"):
        formats.read(web({"Study": "B 2002", "GIV Mean": -0.4, "GIV SE": -0.1}), "f.csv")
