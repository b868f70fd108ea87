"""The tables of facts: complete, consistent, and equal to the facts they were carried over from."""

import csv
import dataclasses
import subprocess
import sys
from collections import Counter

import pytest

from ambulando.evidence import base, certainty, modalities, questions, rows, within_person
from ambulando.ground import InputError
from places import SHARED

DATA = SHARED / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the source facts in ../shared are not here")


def source(name):
    with (DATA / name).open() as file:
        return list(csv.DictReader(file))


def everything():
    return [
        *base.contrasts(), *base.event_contrasts(), *base.dose_rows(), *base.published(), *base.memberships(),
        *base.tolerances().values(), *within_person.facts(), *base.studies().values(), *base.arms().values(),
    ]  # fmt: skip


def test_the_tables_hold_what_they_should():
    smd = [row.analysis for row in base.contrasts()]
    assert smd.count("cooney2013-post") == 35
    assert smd.count("cooney2013-followup") == 8
    assert len(base.event_contrasts()) == 29
    assert len(base.dose_rows()) == 62
    assert len({row.study for row in base.dose_rows()}) == 15


def test_every_row_has_its_own_id_a_known_reference_and_a_place():
    ids = [row.id for row in everything()]
    assert len(ids) == len(set(ids)) + len(
        {row.id for row in base.tolerances().values()} & {r.id for r in base.published()}
    )
    for row in everything():
        assert row.reference in base.references()
        assert row.where
        assert row.how
        assert row.confirmed in ("yes", "inferred")


def test_inferred_rows_say_so_and_only_subgroups_are_inferred():
    inferred = {row.id for row in everything() if row.confirmed == "inferred"}
    assert inferred
    assert inferred <= {row.id for row in base.memberships()}
    assert base.analyses()["cooney2013-post-aerobic"].confirmed == "inferred"
    assert base.analyses()["cooney2013-post"].confirmed == "yes"


def test_references_have_a_citation_and_no_made_up_form_of_doi():
    for reference in base.references().values():
        assert str(reference.year) in reference.citation
        assert not reference.doi or reference.doi.startswith("10.")
        assert not reference.url or reference.url.startswith("https://")


def test_every_reference_is_cited():
    cited = {row.reference for row in everything()} | {one.reference for one in base.analyses().values()}
    cited |= {row.reference for row in (*questions.stated().values(), *certainty.judged())}
    assert set(base.references()) == cited


def test_person_years_and_cases_add_up_as_the_paper_says():
    # The paper prints 2 110 588 person-years; the authors' rows, rounded, add up to three fewer.
    assert sum(row.person_years for row in base.dose_rows()) == pytest.approx(2_110_588, abs=3)
    assert round(sum(row.cases for row in base.dose_rows())) == 28_806


@needs_data
def test_contrasts_equal_their_source():
    theirs = source("cooney2013/analysis_1_1_post_treatment_smd.csv") + source(
        "cooney2013/analysis_1_2_followup_smd.csv"
    )
    for row, fact in zip(base.contrasts(), theirs, strict=True):
        names = (
            "n_ex",
            "mean_ex",
            "sd_ex",
            "n_ctl",
            "mean_ctl",
            "sd_ctl",
            "smd_pub",
            "lo_pub",
            "hi_pub",
            "weight_pct_pub",
        )
        ours = dataclasses.astuple(row)[-10:]
        assert (row.study, ours) == (fact["study"], tuple(float(fact[name]) for name in names))


@needs_data
def test_event_contrasts_equal_their_source():
    for row, fact in zip(
        base.event_contrasts(), source("cooney2013/analysis_1_3_completion_rr.csv"), strict=True
    ):
        names = ("events_ex", "n_ex", "events_ctl", "n_ctl", "rr_pub", "lo_pub", "hi_pub", "weight_pct_pub")
        assert (row.study, dataclasses.astuple(row)[-8:]) == (
            fact["study"],
            tuple(float(fact[name]) for name in names),
        )


@needs_data
def test_dose_rows_equal_their_source():
    for row, fact in zip(base.dose_rows(), source("pearce2022/main-Depression-Non-fatal.csv"), strict=True):
        ours = (row.dose, row.persons, row.person_years, row.cases, row.rr, row.log_rr)
        names = ("dose", "totalpersons", "personyrs", "cases", "RR", "logrr")
        assert ours == tuple(float(fact[name]) for name in names)
        assert row.se == (None if fact["se"] == "NA" else float(fact["se"]))


@needs_data
def test_nothing_unconfirmed_is_among_the_published_results():
    confirmed = [
        fact
        for fact in source("targets/meta_targets.csv")
        if fact["confirmed_in_stored_text"].startswith("yes")
    ]
    facts = [fact for fact in confirmed if not fact["source"].startswith("Cooney")]
    # Of Krogh's 21 subgroup rows, "all" and "less than high risk of bias" stand among the others already.
    expected = (
        len(source("cooney2013/published_targets.csv"))
        + len(facts)
        + len(source("targets/krogh2017_subgroups.csv"))
        - 2
    )
    # Read in the abstract later, for what else there is beside exercise: not among the shared targets.
    later = [row for row in base.published() if row.reference == "cuijpers2020"]
    assert len(base.published()) == expected + len(later)
    carried = {(row.printed["estimate"], row.printed["low"], row.printed["high"]) for row in base.published()}
    for fact in facts:
        if " to " not in fact["estimate"]:
            assert (fact["estimate"], fact["lo"], fact["hi"]) in carried
    modalities_with_an_interval = {
        "walking/jogging vs active control",
        "yoga",
        "strength training",
        "mixed aerobic",
        "tai chi/qigong",
    }
    assert len([row for row in base.published() if row.reference == "noetel2024"]) == len(
        modalities_with_an_interval
    )
    assert "kvam2016" not in {row.reference for row in base.published()}


def test_analyses_say_whether_they_are_recomputed():
    found = base.analyses()
    assert found["cooney2013-post"].status == "recomputed"
    assert found["noetel2024-yoga"].status == "as published"
    assert found["noetel2024-walking-jogging"].certainty == "low"
    assert {
        found[f"noetel2024-{one}"].certainty for one in ("yoga", "strength", "mixed-aerobic", "tai-chi")
    } == {"very low"}
    assert "cooney2013-1-1" not in found


def test_subgroups_take_their_studies_from_the_whole():
    parts = [base.rows_for(f"cooney2013-post-{one}") for one in ("aerobic", "mixed", "strength")]
    assert [len(part) for part in parts] == [28, 3, 4]
    assert {row.id for part in parts for row in part} == {row.id for row in base.rows_for("cooney2013-post")}
    with pytest.raises(InputError, match="no recomputed analysis called 'x'"):
        base.rows_for("x")


def test_every_trial_and_cohort_has_a_row_and_every_arm_too():
    used = {row.study for row in (*base.contrasts(), *base.event_contrasts(), *base.dose_rows())}
    assert used == set(base.studies())
    assert Counter(one.design for one in base.studies().values()) == {"randomised trial": 35, "cohort": 15}
    for one in base.studies().values():
        assert one.year is None or str(one.year) in one.study
    assert len(base.arms()) == 70
    assert Counter(one.role for one in base.arms().values()) == {"exercise": 35, "comparison": 35}


def test_the_status_of_a_row_says_what_it_is():
    by_id = {row.id: row for row in everything()}
    assert by_id["cooney2013-post-singh-1997"].status == "as published"
    assert by_id["cooney2013-1-1"].status == "recomputed here"
    assert by_id["noetel2024-yoga"].status == "as published"
    assert by_id["cooney2013-modality-chu-2008"].status == "inferred"
    assert {row.id: row.status for row in base.recomputed()}["cooney2013-post-aerobic"] == "inferred"


def test_the_version_is_that_of_the_content():
    edition, digest = base.version().split("+")
    assert edition == "2026.11"
    assert len(digest) == 8
    assert int(digest, 16) >= 0


@pytest.mark.parametrize(
    ("cells", "read", "words"),
    [
        ({"n": "x"}, lambda c: c.number_in("n"), "file.csv, row 4, column n: 'x' is not a number."),
        ({"n": ""}, lambda c: c.number_in("n"), "is empty"),
        ({"n": "-1"}, lambda c: c.number_in("n", low=0), "is outside 0 to inf"),
        ({"n": "1.5"}, lambda c: c.whole("n"), "is not a whole number"),
        ({"n": "maybe"}, lambda c: c.text("n", one_of=("yes", "no")), "is not one of yes, no"),
        ({"n": "soon"}, lambda c: c.day("n"), "is not a date"),
    ],
)
def test_a_cell_that_is_not_what_it_should_be_is_named(cells, read, words):
    with pytest.raises(InputError, match=words):
        read(rows.Cells("file.csv", 4, cells))


def test_the_web_process_gets_the_evidence_without_numpy():
    code = (
        "import sys; from ambulando.evidence import base, modalities, within_person;"
        "modalities.finding('walking'); within_person.same_day(); base.version();"
        "print([m for m in sys.modules if m.split('.')[0] in ('numpy', 'scipy', 'matplotlib')])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


@pytest.mark.parametrize("modality", modalities.MODALITY_IDS)
def test_every_modality_has_a_finding_that_says_how_sure_and_that_less_bias_found_less(modality):
    found = modalities.finding(modality)
    assert found.ci[0] <= found.effect <= found.ci[1] < 0
    assert set(found.sources) <= set(base.references())
    assert set(found.rows) <= set(base.analyses())
    sentence = str(found.sentence)
    assert f"How sure: {found.certainty}." in sentence
    assert "\u22120.11" in sentence
    assert "\u22120.37" in sentence
    assert "!" not in sentence
    assert ("no firm result" in sentence) == (found.fit != "own")
    assert ("exercise as a whole" in sentence) == (found.fit == "whole")


def test_modalities_without_a_row_of_their_own_fall_back_to_exercise_as_a_whole():
    whole = {name for name in modalities.MODALITY_IDS if modalities.finding(name).fit == "whole"}
    assert whole == {"dance", "mixed", "sport", "everyday"}
    with pytest.raises(InputError, match="no modality called 'chess'"):
        modalities.finding("chess")


def test_the_same_day_prior_is_small_and_wide():
    found = within_person.same_day()
    assert (found.mean, found.sd) == (0.25, 0.30)
    assert set(found.sources) <= set(base.references())
    assert "cannot say which came first" in str(found.sentence)
