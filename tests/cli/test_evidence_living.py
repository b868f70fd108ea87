"""The commands of the living evidence base, as a person calls them."""

import csv
import io
import json

import pytest

from ambulando.evidence import base, place

KEYS = ["analysis", "added", "before", "after", "warnings", "written", "version_before", "version_after"]
STUDY = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nSmith 2024,10,6,40,15,6,42\n"
METAPSY = (
    "study;condition_arm1;condition_arm2;outcome_type;time;mean_arm1;sd_arm1;n_arm1;mean_arm2;sd_arm2;n_arm2\n"
    "Smith, 2011;exercise;wl;msd;post;10,5;6,25;40;15,5;6,1;42\n"
)
RIS = "TY  - JOUR\nTI  - A trial of walking for depression\nPY  - 2024\nER  - \n"


@pytest.fixture
def say(monkeypatch, called, tmp_path):
    """Run a command in this process, as its entry point does, with a folder of local rows that nobody else has."""
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "own"))
    base.forget()

    def run(*arguments):
        base.forget()
        return called("evidence", *arguments)

    yield run
    monkeypatch.undo()
    base.forget()


@pytest.fixture
def study(tmp_path):
    (tmp_path / "new.csv").write_text(STUDY)
    return tmp_path / "new.csv"


def test_add_shows_without_writing_and_writes_with_yes(say, study, tmp_path):
    found = say("add", study, "--analysis", "cooney2013-post", "--json").json
    assert set(KEYS) <= set(found)
    assert {"estimate", "ci", "pi", "tau2", "i2", "k"} <= set(found["before"])
    assert (found["before"]["k"], found["after"]["k"], found["written"]) == (35, 36, False)
    assert not (tmp_path / "own").exists()
    written = say("add", study, "--analysis", "cooney2013-post", "--yes", "--json").json
    assert (written["written"], written["version_after"]) == (True, found["version_after"])
    listed = say("list", "--json").json
    assert listed["version"] == found["version_after"]
    one = next(one for one in listed["analyses"] if one["id"] == "cooney2013-post")
    assert (one["k"], one["n"], one["added"]) == (36, 1353 + 82, 1)
    assert [row["id"] for row in listed["added"]] == ["local-cooney2013-post-smith-2024"]
    assert say("pool", "cooney2013-post", "--json").json["estimate"] == found["after"]["estimate"]
    gone = say("remove", "local-cooney2013-post-smith-2024", "--yes", "--json").json
    assert (gone["written"], gone["after"]["k"], gone["version_after"]) == (True, 35, found["version_before"])


def test_a_person_reads_what_was_and_what_becomes(say, study):
    said = say("add", study, "--analysis", "cooney2013-post-strength", "--yes").out
    for words in (
        "1 new row",
        "was",
        "becomes",
        "Also cooney2013-post",
        "The conclusion stays",
        "Written to",
    ):
        assert words in said
    said = say("remove", "local-smith-2024").out
    assert "Taken out: local-cooney2013-post-smith-2024" in said
    assert "Nothing is written." in said


def test_another_folder_can_be_chosen(say, study, tmp_path):
    say("add", study, "--analysis", "cooney2013-post", "--yes", "--base", tmp_path / "other")
    assert (tmp_path / "other" / "contrasts_smd.csv").exists()
    assert "+local." in say("list", "--json", "--base", tmp_path / "other").json["version"]
    assert "+local." not in say("list", "--json", "--base", tmp_path / "none").json["version"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (STUDY.replace("10,6", "ten,6"), "Smith 2024 (row 2 of"),
        (STUDY.replace("sd1i", "sd"), "it needs one of these sets"),
        ("", "is empty"),
        ("<COCHRANE_REVIEW><a></COCHRANE_REVIEW>", "not a readable XML file"),
    ],
)
def test_a_file_that_is_not_right_gets_one_sentence_and_changes_nothing(say, tmp_path, text, words):
    (tmp_path / "bad.csv").write_text(text)
    said = say("add", tmp_path / "bad.csv", "--analysis", "cooney2013-post", "--yes", "--json")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert words in said.err
    assert not (tmp_path / "own").exists()


def test_a_file_that_is_not_there_and_a_format_that_does_not_exist(say, study):
    assert (say("add", "nowhere.csv").code, say("add", "nowhere.csv").err) == (
        2,
        "There is no file nowhere.csv.\n",
    )
    assert "take one of auto, metapsy, revman, generic" in say("add", study, "--format", "excel").err
    assert "it is csv or json" in say("convert", study, "--to", "xlsx").err


def test_convert_gives_a_table_that_pool_reads(say, tmp_path):
    (tmp_path / "m.csv").write_text(METAPSY)
    out = say("convert", tmp_path / "m.csv").out
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["study"], row["m1i"], row["arm"]) == ("Smith, 2011", "10.5", "exercise")
    say("convert", tmp_path / "m.csv", "--to", "csv", "--out", tmp_path / "table.csv")
    pooled = say("pool", tmp_path / "table.csv", "--test", "z", "--json").json
    assert pooled["k"] == 1
    found = say("convert", tmp_path / "m.csv", "--to", "json").json
    assert found["outcomes"][0]["id"] == "scores-post"
    assert found == say("convert", tmp_path / "m.csv", "--json").json


def test_export_writes_a_folder_a_document_or_one_analysis(say, tmp_path):
    found = say("export", "--out", tmp_path / "all", "--json").json
    assert str(tmp_path / "all" / "published.csv") in found["files"]
    assert found["version"] in (tmp_path / "all" / "README.txt").read_text()
    say("export", "--out", tmp_path / "all.json")
    assert json.loads((tmp_path / "all.json").read_text())["version"] == found["version"]
    say("export", "--out", tmp_path / "one.csv", "--analysis", "cooney2013-followup")
    ours = say("pool", tmp_path / "one.csv", "--method", "DL", "--test", "z", "--json").json
    assert ours["estimate"] == pytest.approx(
        say("pool", "cooney2013-followup", "--json").json["estimate"], rel=1e-12
    )
    say("export", "--out", tmp_path / "one.json", "--analysis", "cooney2013-followup")
    assert len(json.loads((tmp_path / "one.json").read_text())["rows"]) == 8
    assert "several tables; please name a folder" in say("export", "--out", tmp_path / "x.csv").err
    assert say("export", "--out", tmp_path / "x.csv", "--analysis", "noetel2024-yoga").code == 2
    (tmp_path / "file").write_text("")
    assert "can not be written" in say("export", "--out", tmp_path / "file" / "x.json").err


def test_schema_shows_tables_and_columns(say):
    found = say("schema", "--json").json
    assert {"studies", "arms", "contrasts_smd", "dose_rows", "published", "references"} <= {
        one["name"] for one in found["tables"]
    }
    (one,) = say("schema", "dose_rows", "--json").json["tables"]
    dose = next(column for column in one["columns"] if column["name"] == "dose")
    assert (dose["type"], dose["least"], dose["most"], dose["optional"]) == ("number", 0, 10000, False)
    assert "marginal MET-hours a week" in say("schema", "dose_rows").out
    assert "contrasts_events" in say("schema").out
    assert say("schema", "trials").code == 2


def test_screen_lists_records_once_and_writes_those_that_are_left(say, tmp_path):
    (tmp_path / "a.ris").write_text(RIS + "\n" + RIS.replace("walking", "dancing"))
    (tmp_path / "b.ris").write_text(RIS)
    found = say("screen", tmp_path / "a.ris", tmp_path / "b.ris", "--json").json
    assert [found[key] for key in ("identified", "duplicates", "known", "to_screen")] == [3, 1, 0, 2]
    said = say("screen", tmp_path / "a.ris", "--out", tmp_path / "list.ris").out
    assert (
        "2 records identified, 0 duplicates removed, 0 in the evidence base already, 2 left to screen."
        in said
    )
    assert say("screen", tmp_path / "list.ris", "--json").json["identified"] == 2
    (tmp_path / "twice.ris").write_text(RIS + "\n" + RIS)
    assert "2 records identified, 1 duplicate removed," in say("screen", tmp_path / "twice.ris").out
    assert "1 record identified, 0 duplicates removed," in say("screen", tmp_path / "b.ris").out
    assert say("screen", tmp_path / "nowhere.ris").code == 2


def test_an_analysis_without_rows_can_not_be_exported_and_the_others_are_named(say, tmp_path):
    said = say("export", "--analysis", "noetel2024-yoga", "--out", tmp_path / "x.csv")
    assert said.code == 2
    assert "is only there as published; there are rows of cooney2013-post," in said.err
