"""A living evidence base: what a new study would change, writing all of it or nothing, taking it out, giving it on."""

import json
from datetime import date

import numpy as np
import pytest

from ambulando.evidence import base, effects, export, formats, living, place, recompute, storing, tables
from ambulando.evidence.reproduce import reproduce
from ambulando.evidence.univariate.pooling import pool
from ambulando.ground import InputError, as_json, data_place

DAY = date(2026, 11, 22)
POST = "cooney2013-post"
SUMMARY = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\n"
SMITH = "Smith 2024,10,6,40,15,6,42\n"
DOSES = "id,type,dose,cases,n,logrr,se\nNewman 2025,ir,0,100,10000,0,\nNewman 2025,ir,8,80,10000,-0.25,0.12\nNewman 2025,ir,20,60,10000,-0.4,0.15\n"


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """A folder of local rows that nobody else has; the base is read anew before and after."""
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "own"))
    base.forget()
    yield tmp_path / "own"
    monkeypatch.undo()
    base.forget()


@pytest.fixture
def add(tmp_path):
    def run(text, analysis=POST, *, write=False, name="new.csv", **options):
        (tmp_path / name).write_text(text)
        return living.add(tmp_path / name, today=DAY, analysis=analysis, write=write, **options)

    return run


def content(folder):
    return {path.name: path.read_text() for path in folder.glob("*")} if folder.exists() else {}


def test_a_proposal_says_what_the_answer_was_and_becomes_and_writes_nothing(add, own):
    found = add(SUMMARY + SMITH)
    rows = base.rows_for(POST)
    old, _ = recompute.effects_of(rows)
    new = effects.smd([10], [6], [40], [15], [6], [42], exact=False, variance="revman")
    expected = pool([*old.yi, *new.yi], [*old.vi, *new.vi], method="DL", test="z")
    for mine, theirs in (
        (found.before, pool(old.yi, old.vi, method="DL", test="z")),
        (found.after, expected),
    ):
        assert (mine.k, mine.estimate, *mine.ci, *mine.pi, mine.tau2, mine.i2) == pytest.approx(
            (theirs.k, theirs.estimate, *theirs.ci, *theirs.pi, theirs.tau2, theirs.i2), rel=1e-12
        )
    assert [(one.study, one.n) for one in found.added] == [("Smith 2024", 82)]
    assert (found.changed, found.written, found.warnings, found.also) == (False, False, (), ())
    assert found.version_after.startswith(f"{found.version_before}+local.")
    assert not own.exists()
    assert base.version() == found.version_before


def test_what_is_written_is_read_again_with_day_source_and_way(add, own):
    found = add(SUMMARY + SMITH, write=True)
    assert found.written
    base.forget()  # as another process would
    assert base.version() == found.version_after
    row = base.rows_for(POST)[-1]
    assert (row.id, row.study, row.date) == ("local-cooney2013-post-smith-2024", "Smith 2024", DAY)
    assert (row.where, row.how, row.status) == (
        "row 2 of new.csv",
        "added here from a generic file",
        "as published",
    )
    assert "new.csv (SHA-256 " in base.references()[row.reference].citation
    assert base.studies()["Smith 2024"].year == 2024
    assert base.arms()["Smith 2024", "control"].role == "comparison"
    one = base.analyses()[POST]
    assert (one.k, one.n, one.added) == (36, 1353 + 82, 1)
    assert recompute.pooled(POST).estimate == found.after.estimate
    assert recompute.pooled(POST, local=False).estimate == found.before.estimate
    assert set(content(own)) == {"arms.csv", "contrasts_smd.csv", "references.csv", "studies.csv", ".lock"}


def test_the_version_is_the_same_wherever_and_whenever_the_same_rows_are_read(add):
    assert add(SUMMARY + SMITH).version_after == add(SUMMARY + SMITH).version_after
    assert add(SUMMARY + SMITH).version_after != add(SUMMARY + SMITH.replace("15", "16")).version_after


def test_figures_of_the_sources_are_reproduced_from_the_packaged_rows_alone(add):
    before = [(row.id, row.recomputed) for row in reproduce()]
    add(SUMMARY + SMITH, write=True)
    assert [(row.id, row.recomputed) for row in reproduce()] == before


def test_a_study_of_a_subgroup_counts_in_the_whole_too(add):
    found = add(SUMMARY + SMITH, "cooney2013-post-strength", write=True)
    assert (found.before.k, found.after.k) == (4, 5)
    assert [(one.analysis, one.before.k, one.after.k) for one in found.also] == [(POST, 35, 36)]
    base.forget()
    assert "Smith 2024" in {row.study for row in base.rows_for("cooney2013-post-strength")}
    assert "Smith 2024" not in {row.study for row in base.rows_for("cooney2013-post-mixed")}


def test_a_change_of_the_conclusion_is_said(add):
    found = add(SUMMARY + "Big 2026,10,6,400,9,6,400\n", "cooney2013-followup")
    assert (found.before.conclusion, found.after.conclusion, found.changed) == ("below", "unclear", True)


def test_events_and_effects_are_added_where_they_belong(add):
    found = add("study,ai,n1i,ci,n2i\nLee 2020,18,20,17,20\n", "cooney2013-completion", write=True)
    assert (found.after.k, found.after.measure) == (30, "RR")
    assert found.after.estimate_exp == pytest.approx(np.exp(found.after.estimate))
    found = add("study,measure,yi,vi\nLee 2020,SMD,-0.5,0.05\n", write=True)
    assert (found.added[0].effect, found.added[0].variance, found.added[0].n) == (-0.5, 0.05, None)
    assert base.rows_for(POST)[-1].yi == -0.5
    assert len([one for one in base.studies() if one == "Lee 2020"]) == 1


def test_a_cohort_is_added_to_a_dose_curve_and_taken_out_as_a_whole(add, own):
    found = add(DOSES, "pearce2022-any", write=True)
    assert (found.before.k, found.after.k, found.before.estimate) == (15, 16, None)
    assert [point.dose for point in found.after.curve] == [4.375, 8.75, 17.5]
    assert found.after.curve != found.before.curve
    with pytest.raises(
        InputError, match="one dose group of Newman 2025; please remove the cohort, local-newman-2025"
    ):
        living.remove("local-pearce2022-any-newman-2025-1", write=True)
    gone = living.remove("local-newman-2025", write=True)
    assert (gone.before.k, gone.after.k, len(gone.removed)) == (16, 15, 3)
    assert set(content(own)) == {".lock"}


def test_what_was_added_can_be_taken_out_and_nothing_of_it_stays(add, own):
    first = add(SUMMARY + SMITH, write=True)
    add(SUMMARY + "Jones 2025,9,6,30,11,6,30\n", write=True)
    one = content(own)
    preview = living.remove("local-cooney2013-post-jones-2025")
    assert (preview.written, content(own)) == (False, one)
    gone = living.remove("local-cooney2013-post-jones-2025", write=True)
    assert (gone.before.k, gone.after.k, gone.after.estimate) == (37, 36, first.after.estimate)
    assert base.version() == gone.version_after == first.version_after
    living.remove("local-smith-2024", write=True)
    assert base.version() == first.version_before
    assert not base.local_ids()


def test_only_local_rows_can_be_taken_out(add):
    with pytest.raises(InputError, match="is part of the program; rows that can be removed: none"):
        living.remove("cooney2013-post-singh-1997", write=True)
    add(SUMMARY + SMITH, write=True)
    with pytest.raises(
        InputError, match=r"no row of the local evidence base.*: local-cooney2013-post-smith-2024"
    ):
        living.remove("nothing", write=True)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            "Singh 1997,9.8,2.4,17,13.8,2,15",
            "is there already: the row cooney2013-post-singh-1997 has the same study and",
        ),
        ("Singh 1997,9,2.5,17,13.8,2,15", "its people would count twice"),
        ("Sing 1997,9.8,2.4,17,13.8,2,15", "has the same figures as Singh 1997"),
        ("Other 1997,9,5,17,11,5,15", "has the year and the numbers of people of Singh 1997"),
        ("Up 2024,15,6,40,10,6,42", "above zero, the pooled one (-0.62) is not"),
        ("Far 2024,5,6,90,25,6,90", "lies outside the prediction interval"),
        ("Unit 2024,10,6,40,11,60,42", "differ by a factor of 10.0"),
        ("Error 2024,10,0.95,40,15,0.93,42", "may be standard errors"),
    ],
)
def test_what_looks_odd_is_said_by_study_and_row(add, row, words):
    found = add(f"{SUMMARY}{row}\n")
    assert any(words in warning for warning in found.warnings), found.warnings
    assert all(row.split(",")[0] in warning and "row 2 of new.csv" in warning for warning in found.warnings)


def test_an_effect_without_a_measure_is_taken_for_that_of_the_analysis_and_it_is_said(add):
    found = add("study,yi,vi\nLee 2020,-0.5,0.05\n")
    assert "does not say what yi measures; it is taken as an SMD" in found.warnings[0]


def test_a_cohort_with_too_few_doses_for_a_curve_is_said_not_to_count(add):
    found = add("\n".join(DOSES.split("\n")[:3]) + "\n", "pearce2022-any")
    assert found.after.k == 15
    assert found.warnings[0].startswith("Newman 2025 does not count in pearce2022-any: ")


def test_a_dose_in_minutes_is_suspected(add):
    found = add(DOSES.replace(",8,", ",480,"), "pearce2022-any")
    assert "MET-hours a week here, not minutes" in found.warnings[0]


def test_the_same_study_with_the_same_figures_is_not_written_twice(add, own):
    add(SUMMARY + SMITH, write=True)
    before = content(own)
    assert "is there already" in add(SUMMARY + SMITH).warnings[0]
    with pytest.raises(
        InputError, match=r"is there already as local-cooney2013-post-smith-2024.*nothing was written"
    ):
        add(SUMMARY + SMITH, write=True)
    assert content(own) == before


@pytest.mark.parametrize(
    ("text", "analysis", "words"),
    [
        (
            SUMMARY + "Smith 2024,ten,6,40,15,6,42\n",
            POST,
            r"Smith 2024 \(row 2 of .*new.csv\) has 'ten' as m1i",
        ),
        (SUMMARY + "Smith 2024,10,0,40,15,6,42\n", POST, "a standard deviation is above zero"),
        (
            SUMMARY + "Smith 2024,10,6,40.5,15,6,42\n",
            POST,
            "contrasts_smd.csv, row 2, column n_arm: '40.5' is not a whole",
        ),
        (SUMMARY + "Smith 2024,10,6,1,15,6,1\n", POST, "needs four people or more"),
        ("study,ai,n1i,ci,n2i\nA,5,4,1,9\n", "cooney2013-completion", "5 events among 4 people"),
        ("study,ai,n1i,ci,n2i\nA,3,4,1,9\n", POST, "pools SMD; these comparisons are events"),
        (SUMMARY + SMITH, "cooney2013-completion", "pools RR; these comparisons are means"),
        ("study,measure,yi,vi\nA,OR,0.1,0.1\n", "cooney2013-completion", "effect of OR, which do not fit in"),
        (SUMMARY + SMITH, "noetel2024-yoga", "is only there as published"),
        (SUMMARY + SMITH, "nothing", "is no analysis of the evidence base"),
        (SUMMARY + SMITH, "pearce2022-any", "is a dose curve; it needs the columns id, type"),
        (SUMMARY + SMITH, None, "where it belongs; these fit: cooney2013-post, cooney2013-followup"),
        (DOSES, POST, "pools no doses"),
        (DOSES.replace("ir", "cc"), "pearce2022-any", r"Newman 2025 \(row 2 .* type 'cc'"),
        (DOSES.replace("Newman 2025", "Cabello"), "pearce2022-any", "Cabello .* is in this curve already"),
        ("study,what\nA,1\n", POST, "it needs one of these sets"),
        ("", POST, "is empty"),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_what_does_not_fit_is_refused_and_changes_nothing(add, own, text, analysis, words, write):
    version = base.version()
    with pytest.raises(InputError, match=words):
        add(text, analysis, write=write)
    assert not own.exists()
    assert base.version() == version


def test_one_wrong_row_of_several_keeps_all_of_them_out(add, own):
    with pytest.raises(InputError, match="Wrong 2024"):
        add(SUMMARY + SMITH + "Wrong 2024,1,-1,10,2,1,10\n", write=True)
    assert not own.exists()


@pytest.mark.parametrize("breaks", range(4))
def test_when_writing_fails_half_way_the_old_files_come_back(add, own, monkeypatch, breaks):
    add(SUMMARY + SMITH, write=True)
    before = content(own)
    draft, made = storing._draft, []

    def fails(folder, text):
        if len(made) == breaks:
            made.append(None)
            raise OSError(28, "No space left on device")
        made.append(text)
        return draft(folder, text)

    monkeypatch.setattr(storing, "_draft", fails)
    with pytest.raises(
        InputError, match=r"can not be written .No space left on device.; nothing was changed"
    ):
        add(SUMMARY + "Jones 2025,9,6,30,11,6,30\n", write=True)
    assert {name: text for name, text in content(own).items() if not name.startswith(".draft")} == before


def test_when_a_file_can_not_get_its_name_the_old_ones_come_back(add, own, monkeypatch):
    add(SUMMARY + SMITH, write=True)
    before = content(own)
    rename = type(own).replace

    def fails(draft, target):
        if target.name == "contrasts_smd.csv" and "Jones" in draft.read_text():
            raise OSError(5, "Input/output error")
        return rename(draft, target)

    monkeypatch.setattr(type(own), "replace", fails)
    with pytest.raises(InputError, match="nothing was changed"):
        add(SUMMARY + "Jones 2025,9,6,30,11,6,30\n", write=True)
    monkeypatch.undo()
    assert content(own) == before


def test_a_folder_that_can_not_be_made_is_named(add, own):
    own.parent.joinpath("file").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(place.VARIABLE, str(own.parent / "file" / "own"))
        with pytest.raises(InputError, match="can not be made or written"):
            add(SUMMARY + SMITH, write=True)


def test_a_strange_file_in_the_folder_is_refused(own):
    own.mkdir()
    (own / "analyses.csv").write_text("id\n")
    with pytest.raises(
        InputError, match=r"analyses.csv is no table of a local evidence base; those are references.csv"
    ):
        base.version()


def test_a_reference_that_is_there_can_be_the_source_and_a_citation_makes_a_new_one(add):
    add(SUMMARY + SMITH, write=True, source="krogh2017")
    assert base.rows_for(POST)[-1].reference == "krogh2017"
    add(SUMMARY + "Jones 2025,9,6,30,11,6,30\n", write=True, source="Jones A. A trial. Journal 2025.")
    found = base.references()[base.rows_for(POST)[-1].reference]
    assert (found.citation, found.year) == ("Jones A. A trial. Journal 2025.", 2025)


def test_the_name_of_a_study_that_is_there_is_kept_when_a_comma_is_all_that_differs(add):
    assert add(SUMMARY + '"Singh, 2005",9,6,18,14,6,20\n').added[0].study == "Singh 2005"


@pytest.mark.parametrize("analysis", ["cooney2013-post", "cooney2013-followup", "cooney2013-completion"])
def test_an_exported_analysis_pools_to_the_same_answer(analysis):
    text = export.plain_csv(export.rows_of_analysis(analysis))
    expected = recompute.pooled(analysis)
    again = formats.as_csv(formats.read(text).outcome())
    for one in (text, again):
        found = tables.pool_text(one, "export", method="DL", test="z")
        assert (found.k, found.estimate, *found.ci, found.tau2) == pytest.approx(
            (expected.k, expected.estimate, *expected.ci, expected.tau2), rel=1e-12
        )


def test_exported_rows_that_are_added_again_give_the_answer_of_all(add):
    """The follow-up trials, exported under other names and added beside themselves: every weight halves."""
    rows = export.rows_of_analysis("cooney2013-followup")
    text = export.plain_csv([row | {"study": f"Copy of {row['study']}"} for row in rows])
    found = add(text, "cooney2013-followup")
    expected = recompute.pooled("cooney2013-followup")
    both = pool(expected.yi * 2, expected.vi * 2, method="DL", test="z")
    assert (found.after.k, found.after.estimate, found.after.tau2) == pytest.approx(
        (16, both.estimate, both.tau2)
    )


def test_an_exported_curve_is_the_same_curve():
    text = export.plain_csv(export.rows_of_analysis("pearce2022-any"))
    expected = recompute.dose_curve("pearce2022-any", at=(4.375, 8.75))
    found = tables.dose_text(text, "export", knots=expected.knots, covariance="hamling", at=(4.375, 8.75))
    assert [point.rr for point in found.curve] == pytest.approx(
        [point.rr for point in expected.curve], rel=1e-9
    )


def test_an_exported_cohort_can_be_added_again_elsewhere(add):
    rows = [row for row in export.rows_of_analysis("pearce2022-any") if row["id"] in ("Chang", "Cabello")]
    text = export.plain_csv([row | {"id": f"Copy of {row['id']}"} for row in rows])
    add(text, "pearce2022-any", write=True)
    groups = [one for one in recompute.dose_groups("pearce2022-any") if one.id in ("Chang", "Copy of Chang")]
    half = len(groups) // 2
    for one, copy in zip(groups[:half], groups[half:], strict=True):
        assert (copy.kind, copy.dose, copy.cases, copy.n, copy.logrr) == (
            one.kind,
            one.dose,
            one.cases,
            one.n,
            one.logrr,
        )


def test_the_whole_base_goes_out_as_tables_that_are_read_as_the_same_rows(add):
    add(SUMMARY + SMITH, write=True)
    found = export.as_tables()
    assert base.version() in found["README.txt"]
    assert "references.csv, which keep their own terms" in found["README.txt"]
    rows = {name: tuple(each) for name, each in export.whole().items()}
    assert {f"{name}.csv" for name in rows} < set(found)
    assert "Smith 2024" in found["contrasts_smd.csv"]
    assert ",1.00,0.97,1.04," in found["published.csv"]


def test_the_whole_base_goes_out_as_one_document_with_statuses(add):
    add(SUMMARY + SMITH, write=True)
    found = json.loads(json.dumps(as_json(export.as_document()), allow_nan=False))
    assert found["version"] == base.version()
    rows = found["tables"]["contrasts_smd"]
    assert [row["local"] for row in rows] == [False] * 43 + [True]
    assert {row["status"] for row in found["tables"]["arms"]} == {"as published"}
    assert {row["status"] for row in found["tables"]["analyses"]} == {"inferred", "recomputed here"}
    assert found["schema"]["dose_rows"]["about"] == "A dose group of a cohort."
    assert "certainty" in found["tables"]


def test_evidence_of_an_installation_lies_in_its_data_folder_unless_said_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv(place.VARIABLE)
    monkeypatch.setenv("AMBULANDO_DATA", str(tmp_path / "data"))
    assert place.folder() == data_place() / "evidence" == (tmp_path / "data" / "evidence").resolve()
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "own"))
    assert place.folder() == tmp_path / "own"


def test_studies_in_another_alphabet_are_told_apart_and_accents_make_no_difference(add):
    rows = "\u0418\u0432\u0430\u043d\u043e\u0432 2020,10,3,20,12,3,20\n\u041f\u0435\u0442\u0440\u043e\u0432 2020,9,3,30,12,3,31\n"
    found = add(SUMMARY + rows, write=True)
    assert len({one.study for one in found.added}) == 2
    assert all(one.id.isascii() for one in found.added)  # they stand in addresses
    assert not [one for one in found.warnings if "already" in one]
    add(SUMMARY + "M\u00fcller 2021,10,3,40,12,3,41\n", write=True)
    again = add(SUMMARY + "Muller 2021,10,3,50,12,3,51\n")
    assert again.added[0].id == f"local-{POST}-muller-2021-2"
    assert any("has a row in this analysis already" in one for one in again.warnings)


def test_a_study_is_taken_out_by_its_name(add, own):
    add(SUMMARY + SMITH, write=True)
    name = living.add(own.parent / "new.csv", today=DAY, analysis="cooney2013-followup").added[0].study
    assert living.remove(name, write=True).written
    assert not base.local_ids()


def test_a_row_that_can_not_be_used_is_named_when_it_is_the_only_one(add):
    with pytest.raises(InputError, match=r"\(Smith 2024, row 2: m1i is missing\)"):
        add(SUMMARY + "Smith 2024,,2,10,2,3,10\n")
