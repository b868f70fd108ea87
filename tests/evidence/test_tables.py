"""A user's own table: what is read, what is left out with a reason, what is noted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence import effects
from ambulando.evidence.tables import dose_text, pool_text, read
from ambulando.evidence.univariate.pooling import pool
from ambulando.ground import InputError
from places import SHARED, needs_shared

MEANS = "slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,10,5,20,13,6,20\nB,9,4,30,12,5,31\nC,11,6,25,12,6,24\nD,8,5,40,11,5,41\n"
EVENTS = "slab,ai,n1i,ci,n2i\nA,5,20,8,20\nB,7,30,12,30\nC,0,25,3,25\nD,0,9,0,10\n"


def data(name: str) -> str:
    return (ORACLE / "data" / name).read_text()


# Shapes


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


#: Each file that can be pooled, with what is asked of it: the measure that is found, how many effects, the first study.
POOLABLE = [
    ("bcg.csv", None, "RR", 13, "Aronson 1948"),
    ("bcg_es.csv", None, "GEN", 13, "Aronson 1948"),
    ("bcg_es.csv", "OR", "OR", 13, "Aronson 1948"),
    ("berkey1998.csv", None, "GEN", 10, "Pihlstrom et al."),
    ("konstantopoulos2011.csv", None, "GEN", 56, "1"),
    ("li2007_es.csv", "OR", "OR", 22, "Morton 1984"),
    ("molloy2014_es.csv", None, "GEN", 16, "Axelsson et al. 2009"),
    ("molloy2014_es.csv", "ZCOR", "ZCOR", 16, "Axelsson et al. 2009"),
    ("normand1999.csv", None, "SMD", 9, "Edinburgh"),
    ("normand1999.csv", "MD", "MD", 9, "Edinburgh"),
    ("normand1999_es.csv", "SMD", "SMD", 9, "Edinburgh"),
    ("prepost.csv", None, "SMCR", 3, "Row 2"),
    ("pritz1997.csv", None, "PLO", 14, "Giannotta et al."),
    ("raudenbush1985_es.csv", None, "GEN", 19, "Rosenthal et al."),
    ("robumeta_hierdat.csv", None, "GEN", 68, "1"),
    ("rtsa_perioOxy.csv", None, "RR", 15, "Gardella 2008"),
    ("zero_cells.csv", "OR", "OR", 5, "Row 2"),
]


@needs_oracle
@pytest.mark.parametrize(("name", "measure", "found", "k", "first"), POOLABLE)
def test_the_data_sets_of_the_reference_are_read_as_they_are(name, measure, found, k, first):
    studies = read(data(name), name, measure=measure)
    assert (studies.measure, len(studies.yi), studies.studies[0]) == (found, k, first)
    assert studies.excluded == ()
    assert pool_text(data(name), name, measure=measure).k == k


@needs_oracle
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Senn2013.csv", "15 different pairs of treatments"),
        ("linde2016.csv", "evidence network"),
        ("senn2013_arms.csv", "one row for each arm"),
        ("gurusamy2011.csv", "one row for each arm"),
        ("woods2010.csv", "one row for each arm"),
        ("dr_alcohol_cvd.csv", "evidence dose"),
        ("dr_ari.csv", "evidence dose"),
        ("dr_cc_ex.csv", "evidence dose"),
        ("dr_ci_ex.csv", "evidence dose"),
        ("dr_ir_ex.csv", "evidence dose"),
        ("mixmeta_berkey98.csv", "it needs one of these sets"),
        ("fivenum.csv", "it needs one of these sets"),
    ],
)
def test_data_sets_for_other_methods_say_which(name, words):
    with pytest.raises(InputError, match=words):
        read(data(name), name)


@needs_oracle
@pytest.mark.parametrize("name", ["bcg.csv", "bcg_es.csv"])
def test_effects_from_the_columns_of_a_file_agree_with_the_reference(name, agree):
    ours = read(data(name), name, measure="RR")
    theirs = read(data("bcg_es.csv"), "bcg_es.csv")
    agree(
        "effects read from a file of counts", name.removesuffix(".csv"), [ours.yi, ours.vi], [theirs.yi, theirs.vi],
        rel=1e-10, reference="metafor",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "measure", "yi", "vi"),
    [
        ("study,effectsize,var\nA,0.1,0.04\n", "GEN", 0.1, 0.04),
        ("studlab,TE,seTE\nA,0.1,0.2\n", "GEN", 0.1, 0.04),
        ("study,g,se\nA,0.1,0.2\n", "SMD", 0.1, 0.04),
        ("study,logRR,se\nA,0.1,0.2\n", "RR", 0.1, 0.04),
        ("study,lnOR,selnOR\nA,0.1,0.2\n", "OR", 0.1, 0.04),
        ("study,yi,ci.lb,ci.ub\nA,0.1,-0.291993,0.491993\n", "GEN", 0.1, 0.04),
        ("study,HR,lower,upper\nA,1,0.675710,1.479923\n", "HR", 0, 0.04),
        ("study,m1i,se1i,n1i,m2i,se2i,n2i\nA,10,1,25,9,1,25\n", "SMD", None, None),
        ("study,ti,n1i,n2i\nA,2.1,20,22\n", "SMD", 0.636555500675614, 0.100278389566931),
        ("study,x1i,t1i,x2i,t2i\nA,5,40.5,7,14\n", "IRR", -1.3987168811184478, 0.3428571428571429),
        ("study,xi,ti\nA,5,40.5\n", "IRLN", -2.091864061678393, 0.2),
        ("study,mi,sdi,ni\nA,55,47,155\n", "MN", 55, 14.251612903225807),
        ("study,ri,ni\nA,0.3,10\n", "ZCOR", 0.3095196042031118, 1 / 7),
    ],
)
def test_columns_go_by_many_names(text, measure, yi, vi):
    found = read(text, "x.csv")
    assert found.measure == measure
    if yi is None:
        yi, vi = (float(x) for x in (lambda e: (e.yi, e.vi))(effects.smd(10, 5, 25, 9, 5, 25)))
    assert found.yi[0] == pytest.approx(yi, rel=1e-9, abs=1e-9)
    assert found.vi[0] == pytest.approx(vi, rel=1e-4 if "pper" in text or "ub" in text else 1e-9)


def test_given_effects_win_unless_a_measure_is_asked_for_that_the_counts_give():
    text = "slab,yi,vi,ai,n1i,ci,n2i\nA,9,1,5,20,8,20\n"
    assert read(text, "x.csv").yi == (9,)
    assert read(text, "x.csv", measure="GEN").yi == (9,)
    assert read(text, "x.csv", measure="HR").yi == (9,)
    assert read(text, "x.csv", measure="RR").yi[0] == pytest.approx(np.log(5 / 8))
    assert read(text, "x.csv", measure="RR").shape == "events and people"


@pytest.mark.parametrize(
    "text",
    ["slab;yi;vi\nA;0,1;0,04\nB;0.3;0,09\n", "slab\tyi\tvi\nA\t0,1\t0.04\nB\t0.3\t0,09\n"],
)
def test_semicolons_and_tabs_separate_cells_and_leave_the_comma_to_the_decimals(text):
    found = read(text, "x.csv", moderators=["yi"])
    assert found.yi == (0.1, 0.3)
    assert found.vi == (0.04, 0.09)
    assert found.moderators == {"yi": (0.1, 0.3)}


def test_empty_lines_and_comments_keep_the_rows_of_the_file():
    found = read("slab,yi,vi\n# the first wave\nA,1,1\n\n,,\nB,NA,1\nC,2,1\n", "x.csv")
    assert found.rows == (3, 7)
    assert found.excluded[0].row == 6


# Names


def test_a_study_is_named_by_words_rather_than_numbers():
    assert read("study,source,yi,vi\n1,Here,1,1\n2,There,2,1\n", "x.csv").studies == ("Here", "There")
    assert read("study,yi,vi\n1,1,1\n2,2,1\n", "x.csv").studies == ("1", "2")
    assert read("yi,vi\n1,1\n2,1\n", "x.csv").studies == ("Row 2", "Row 3")
    assert read("slab,yi,vi\n,1,1\nB,2,1\n", "x.csv").studies == ("Row 2", "B")


def test_author_and_year_are_joined_where_the_author_alone_is_of_several_studies():
    text = "author,year,yi,vi\nLi,2001,1,1\nLi,2004,2,1\nWu,2001,3,1\n"
    assert read(text, "x.csv").studies == ("Li 2001", "Li 2004", "Wu 2001")
    assert read(text.replace("Li,2004", "Xi,2004"), "x.csv").studies == ("Li", "Xi", "Wu")


def test_a_source_that_is_a_kind_of_publication_is_no_name():
    text = "studyid,source,yi,vi\n1,journal,1,1\n2,journal,2,1\n3,thesis,2,1\n"
    assert read(text, "x.csv").studies == ("1", "2", "3")


def test_a_table_with_events_and_means_says_that_there_are_both():
    text = "slab,ai,n1i,ci,n2i,m1i,sd1i,m2i,sd2i\nA,5,20,8,20,10,5,13,6\n"
    assert read(text, "x.csv").notes == ("x.csv also has means; --measure SMD takes those.",)
    assert read(text, "x.csv", measure="SMD").notes == ()


# Moderators, clusters, groups


def test_a_moderator_is_numbers_where_every_used_cell_is_one():
    text = "slab,yi,vi,age,place\nA,1,1,20,home\nB,2,1,,gym\nC,3,1,40,gym\nD,,1,old,gym\n"
    found = read(text, "x.csv", moderators=["age", "place"])
    assert found.moderators == {"age": (20.0, 40.0), "place": ("home", "gym")}
    assert [(one.study, one.reason) for one in found.excluded] == [
        ("B", "age is missing"),
        ("D", "yi is missing"),
    ]


def test_a_moderator_with_words_among_numbers_is_groups_and_says_so():
    text = "slab,yi,vi,age\nA,1,1,20\nB,2,1,young\nC,3,1,old\n"
    found = read(text, "x.csv", moderators=["age"])
    assert found.moderators == {"age": ("20", "young", "old")}
    assert "B (row 3)" in found.notes[0]


def test_clusters_and_groups_are_texts_and_a_row_without_is_left_out():
    text = "slab,yi,vi,district,kind\nA,1,1,11,a\nB,2,1,11,b\nC,3,1,,b\nD,4,1,12,\n"
    found = read(text, "x.csv", cluster="district", group="KIND")
    assert found.clusters == ("11", "11")
    assert found.groups == ("a", "b")
    assert [one.reason for one in found.excluded] == ["district is missing", "KIND is missing"]


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(order):
    rows = [f"S{i},{i / 7},{1 + i / 3},{i % 2},{'ab'[i % 2]}" for i in range(6)]
    found = read(
        "slab,yi,vi,m,c\n" + "\n".join(rows[i] for i in order), "x.csv", moderators=["m"], cluster="c"
    )
    assert found.studies == tuple(f"S{i}" for i in order)
    assert found.yi == tuple(i / 7 for i in order)
    assert found.moderators["m"] == tuple(float(i % 2) for i in order)
    assert found.clusters == tuple("ab"[i % 2] for i in order)


# Left out, with the reason


def test_a_row_with_a_missing_cell_stays_visible():
    found = pool_text("slab,yi,vi\nA,0.1,0.04\nB,NA,0.09\nC,0.2,\nD,0.3,0.1\nE,,\n", "x.csv")
    assert found.k == 2
    assert [(one.row, one.study, one.reason) for one in found.excluded] == [
        (3, "B", "yi is missing"),
        (4, "C", "vi is missing"),
        (6, "E", "yi, vi are missing"),
    ]


def test_studies_are_left_out_by_name():
    found = read(EVENTS, "e.csv", exclude=["A", "C,D"])
    assert found.studies == ("B",)
    assert [one.reason for one in found.excluded] == ["left out as asked"] * 3
    comma = read('slab,yi,vi\n"Li, 2001",1,1\nB,2,1\n', "x.csv", exclude=["Li, 2001"])
    assert comma.studies == ("B",)


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        (EVENTS, {"continuity": "none"}, "a cell is zero and the continuity rule 'none' adds nothing to it"),
        (EVENTS.replace("C,0,25,3", "C,0,25,0"), {"continuity": "none"}, "nobody, or everybody, of both arms had the event, and"),
        (EVENTS.replace("C,0,25,3", "C,25,25,25"), {"drop_double_zero": True}, "nobody, or everybody, of both arms had the event"),
        (EVENTS, {"measure": "RTET"}, "a tetrachoric correlation needs all four"),
        (MEANS.replace("C,11", "C,-11"), {"measure": "ROM"}, "differ in sign"),
        ("slab,ri,ni\nA,0.3,30\nC,0.2,3\n", {}, "3 people are too few"),
        ("slab,ri,ni\nA,0.3,30\nC,1,30\n", {}, "no effect could be computed"),
        ("slab,yi,vi\nA,1,1\nC,1,0\n", {}, "its variance is zero"),
    ],
)  # fmt: skip
def test_a_study_without_an_effect_is_left_out_with_the_reason(text, options, reason):
    found = read(text, "e.csv", **options)
    assert reason in next(one.reason for one in found.excluded if one.study == "C")


# Zero cells and other notes


def test_what_is_done_about_cells_of_zero_is_said_by_study():
    single, double = read(EVENTS, "e.csv").notes
    assert single.startswith("C (row 4): a cell is zero, so 0.5 was added")
    assert double.startswith("D (row 5): nobody, or everybody")
    assert read(EVENTS, "e.csv", continuity="none").notes == ()
    assert len(read(EVENTS, "e.csv", drop_double_zero=True).notes) == 1
    assert read(EVENTS, "e.csv", measure="AS").notes == ()


def test_studies_without_events_tell_something_about_a_difference_of_risks():
    notes = read(EVENTS, "e.csv", measure="RD").notes
    assert notes[-1].startswith(
        "D (row 5): nobody, or everybody, of both arms had the event, so 0.5 was added"
    )
    assert not any("ratio" in note or "leave such studies out" in note for note in notes)


def test_many_studies_with_zero_cells_are_counted_and_not_all_named():
    text = "slab,ai,n1i,ci,n2i\n" + "".join(f"S{i},0,20,3,20\n" for i in range(40))
    assert "and 34 more" in read(text, "e.csv").notes[0]


def test_counts_are_kept_of_studies_that_give_no_effect_alone():
    found = read(EVENTS, "e.csv", continuity="none")
    assert found.studies == ("A", "B")
    assert found.counts.studies == ("A", "B", "C", "D")
    assert found.counts.bi == (15, 23, 25, 9)
    assert found.summary == {"ai": (5, 7), "bi": (15, 23), "ci": (8, 12), "di": (12, 18)}
    assert read(MEANS, "m.csv").counts is None
    assert read(MEANS, "m.csv").summary["n1i"] == (20, 30, 25, 40)


@needs_shared
def test_a_standard_error_entered_as_standard_deviation_is_suspected_in_cooney_2013():
    name = "analysis_1_2_followup_smd.csv"
    found = read((SHARED / "data" / "cooney2013" / name).read_text(), name)
    assert any(
        note.startswith("Blumenthal 1999 (row 2): the standard deviations 0.8 and 0.8")
        for note in found.notes
    )


def test_a_standard_error_entered_as_standard_deviation_is_suspected():
    text = MEANS + "Odd,10.6,0.8,29,11,0.8,29\n"
    found = pool_text(text, "m.csv")
    assert found.k == 5
    assert "Odd (row 6)" in found.notes[0]
    assert pool_text(MEANS, "m.csv").notes != found.notes
    # also where a mean is zero, and where one arm alone is odd
    assert "Odd (row 6)" in read(text.replace("A,10", "A,0"), "m.csv").notes[0]
    alone = read(MEANS + "One,10.6,0.8,29,11,4.5,29\n", "m.csv").notes
    assert alone[0].startswith("One (row 6): the standard deviation 0.8 is small beside the 4.5")


def test_rows_of_one_study_are_not_taken_for_several_without_a_word():
    text = "study,yi,vi\nA,1,1\nA,2,1\nB,3,1\nC,2,2\nD,1,2\n"
    assert any("--cluster study" in note for note in pool_text(text, "x.csv").notes)
    assert not any("--cluster" in note for note in pool_text(text.replace("A,2", "E,2"), "x.csv").notes)


# Direction


def test_effects_are_turned_round_all_or_by_study():
    plain = read(EVENTS, "e.csv")
    every, some = read(EVENTS, "e.csv", flip=True), read(EVENTS, "e.csv", flip=["A", "C"])
    assert every.yi == tuple(-y for y in plain.yi)
    assert some.yi == (-plain.yi[0], plain.yi[1], -plain.yi[2], plain.yi[3])
    assert every.vi == some.vi == plain.vi
    assert (every.counts.ai, every.counts.ci) == (plain.counts.ci, plain.counts.ai)
    assert some.options["flip"] == ["A", "C"]


# The same answers


def test_the_same_numbers_give_the_same_answer_as_pooling_them_directly():
    text = "yi,vi\n" + "".join(f"{y},{v}\n" for y, v in ((0.1, 0.04), (0.5, 0.05), (-0.2, 0.1)))
    assert (
        pool_text(text, "x.csv", method="dl", test="z").ci
        == pool([0.1, 0.5, -0.2], [0.04, 0.05, 0.1], method="DL", test="z").ci
    )


def test_studies_that_agree_to_the_last_digit_are_told_that_their_interval_has_no_width():
    answer = pool_text("yi,vi\n1,1\n1,1\n1,1\n", "t.csv")
    assert answer.ci == (1.0, 1.0)
    assert any("no width" in note for note in answer.notes)
    assert not any(
        "no width" in note for note in pool_text("yi,vi\n1,1\n1,1\n1,1\n", "t.csv", test="z").notes
    )


@needs_oracle
def test_a_dose_table_becomes_a_curve():
    text = data("dr_alcohol_cvd.csv")
    found = dose_text(text, "dr.csv", model="linear", at=(10.0,))
    assert found.k == 6
    assert found.curve[0].rr == pytest.approx(0.957, abs=0.001)
    assert dose_text(text, "dr.csv", model="rcs").curve[0].rr == 1
