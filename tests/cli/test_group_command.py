"""`ambulando response group`: the same comparison by several people, pooled."""

from pathlib import Path

import pytest

from places import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "group.csv"
KEYS = {"people", "blocks", "estimate", "se", "ci", "pi", "sigma2", "robust", "members", "sentence"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two people, two pairs of days each."""
    rows = [
        f"{who},2026-03-{day:02},{option},{mood}"
        for who in ("a", "b")
        for day, option, mood in [(2, "yoga", 5), (4, "walking", 6), (6, "walking", 7), (9, "yoga", 4)]
    ]
    file = tmp_path / "two.csv"
    file.write_text("\n".join(["person,date,option,mood", *rows]))
    return file


def test_the_document_has_the_keys_that_stay(called):
    found = called("response", "group", EXAMPLE, "--json").json
    assert set(found) >= KEYS
    assert found["options"] == ["walking", "yoga"]
    assert (found["people"], found["blocks"], found["without_a_block"]) == (7, 45, 1)
    assert len(found["sigma2"]) == len(found["ci"]) == len(found["pi"]) == 2
    assert set(found["robust"]) == {"se", "df", "p", "ci"}
    assert [one["person"] for one in found["members"]] == ["p1", "p2", "p3", "p4", "p5", "p6", "p8"]
    assert set(found["members"][0]) >= {"person", "raw", "raw_ci", "shrunk", "shrunk_ci"}
    assert "In this group of 7 people" in found["sentence"]


def test_a_person_reads_the_same_in_words(called):
    said = called("response", "group", EXAMPLE)
    assert said.code == 0
    assert said.out.startswith("walking minus yoga: 7 people, 45 blocks.")
    assert "People seem to differ" in said.out


def test_two_people_get_a_sentence_and_nulls(called, table):
    found = called("response", "group", table, "--json").json
    assert (found["people"], found["blocks"]) == (2, 4)
    assert found["estimate"] is found["ci"] is found["sigma2"] is found["robust"] is None
    assert found["sentence"].startswith("Two people have results so far.")
    assert [one["shrunk"] for one in found["members"]] == [None, None]
    assert "Two people" in called("response", "group", table).out


def test_the_options_can_be_named_and_turned_round(called, table):
    plain = called("response", "group", table, "--json").json
    turned = called("response", "group", table, "--options", "yoga,walking", "--json").json
    assert turned["options"] == ["yoga", "walking"]
    assert turned["members"][0]["raw"] == pytest.approx(-plain["members"][0]["raw"])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--target", "weight"], "no target 'weight'"),
        (["--target", "energy"], "no column 'energy'"),
        (["--options", "walking"], "two with a comma"),
        (["--options", "walking,walking"], "two different options"),
        (["--options", "walking,tango"], "no option 'tango'"),
    ],
)
def test_a_call_that_is_at_fault_is_one_sentence_and_exit_code_2(called, table, more, says):
    said = called("response", "group", table, *more, "--json")
    assert said.code == 2
    assert said.out == ""
    assert says in said.err
    assert said.err.count("\n") == 1


def test_a_file_that_is_not_there_is_said(called, tmp_path):
    said = called("response", "group", tmp_path / "none.csv")
    assert said.code == 2
    assert "There is no file" in said.err
