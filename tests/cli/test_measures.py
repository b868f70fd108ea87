"""`ambulando measures`: what it prints, and what it keeps."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ambulando.measures.instruments import packaged
from places import ROOT

WHO_5 = ROOT / "packs/who-5/who-5.toml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packs of this installation lie; it is not there yet."""
    monkeypatch.setenv("AMBULANDO_INSTRUMENTS", str(tmp_path / "packs"))
    return tmp_path / "packs"


def test_the_list_names_every_instrument_with_its_licence(called: Callable, folder: Path) -> None:
    found = called("measures", "list", "--json").json
    assert [one["id"] for one in found["instruments"]] == list(packaged())
    assert all(one["licence"] and one["source"] and one["pack"] is False for one in found["instruments"])
    assert found["refused"] == []
    said = called("measures", "list")
    assert (said.code, said.err) == (0, "")
    assert all(id_ in said.out for id_ in packaged())


def test_the_list_tells_what_was_left_out(called: Callable, folder: Path) -> None:
    folder.mkdir()
    (folder / "broken.toml").write_text("id =")
    assert called("measures", "list", "--json").json["refused"][0].startswith("broken.toml")
    assert "Left out: broken.toml" in called("measures", "list").out


def test_show_gives_items_answers_bands_licence_and_codes(called: Callable, folder: Path) -> None:
    found = called("measures", "show", "evs", "--json").json
    assert [item["loinc"] for item in found["items"]] == ["89555-7", "68516-4"]
    assert found["items"][1]["needless_when"] == ["evs-1", 0]
    assert [item["id"] for item in found["extras"]] == ["evs-strength"]
    assert (found["scoring"], found["lowest"], found["highest"]) == ("product", 0, 10080)
    assert found["translate"] is False
    for id_ in packaged():
        said = called("measures", "show", id_)
        assert (said.code, said.err) == (0, "")
        assert "Licence: " in said.out


@pytest.mark.parametrize(("id_", "answers", "row"), [
    ("gad-7", "3,3,3,3,3,3,3", {"total": 21, "band": "severe", "complete": True, "missing": []}),
    ("gad-7", "3,3,-,3,3,3,3", {"total": None, "band": None, "complete": False, "missing": ["gad-7-3"]}),
    ("evs", "0,-", {"total": 0, "band": "0", "complete": True, "missing": []}),
    ("paces-s", "1,2,3,5", {"total": 2.75, "band": None, "complete": True}),
    ("feeling-scale", "-5", {"total": -5, "complete": True}),
    ("barriers", "1" + ",0" * 15 + ",1", {"total": None, "complete": True, "chosen": ["fatigue", "fear"]}),
])  # fmt: skip
def test_score_has_the_keys_of_every_form(
    called: Callable, folder: Path, id_: str, answers: str, row: dict[str, object]
) -> None:
    found = called("measures", "score", id_, "--answers", answers, "--json").json
    assert list(found) == ["instrument", "total", "band", "complete", "flags", "missing", "chosen"]
    assert found | row == found
    assert found["instrument"] == id_


def test_help_comes_before_any_total_and_never_into_the_json(called: Callable, folder: Path) -> None:
    said = called("measures", "score", "phq-9", "--answers", "3,3,3,3,3,3,3,3,1")
    assert said.out.startswith("Thank you for telling.")
    assert said.out.index("helplines") < said.out.index("25")
    found = called("measures", "score", "phq-9", "--answers", "3,3,3,3,3,3,3,3,1", "--json").json
    assert (found["total"], found["flags"]) == (25, ["item-9"])


def test_what_was_picked_is_said_in_words(called: Callable, folder: Path) -> None:
    assert "fatigue, fear" in called("measures", "score", "barriers", "--answers", "1" + ",0" * 15 + ",1").out


def test_change_says_one_sentence_and_marks_only_for_clinicians(called: Callable, folder: Path) -> None:
    found = called("measures", "change", "phq-9", "--before", "20", "--after", "4", "--json").json
    assert found["sentence"] == (
        "Your answers add up to 4 this time, 20 last time. That is 16 points lower, a shift many people notice."
    )
    assert (found["before"], found["after"], found["points"], found["kind"], found["noticed"]) == (
        20, 4, -16, "lower", True,
    )  # fmt: skip
    assert "clinician" not in found
    marked = called(
        "measures", "change", "phq-9", "--before", "20", "--after", "4", "--clinician", "--json"
    ).json
    assert {key: marked["clinician"][key] for key in ("reliable", "response", "remission")} == {
        "reliable": None,
        "response": True,
        "remission": True,
    }
    assert all("https://" in source for source in marked["clinician"]["sources"])
    plain = called("measures", "change", "phq-9", "--before", "20", "--after", "4").out
    assert "remission" not in plain.lower()
    assert (
        "remission"
        in called("measures", "change", "phq-9", "--before", "20", "--after", "4", "--clinician").out
    )


@pytest.mark.parametrize(("call", "said"), [
    ("change paces-s --before 3 --after 4", "Nothing says what counts as change"),
    ("change phq-9 --before 4.5 --after 4", "whole number from 0 to 27"),
    ("change phq-9 --before nan --after 4", "whole number from 0 to 27"),
    ("change phq-9 --before 28 --after 4", "28 is not"),
    ("change phq-9 --before x --after 4", "--before"),
    ("change phq-9 --before 4", "--after"),
    ("show phq-99", "There is no instrument 'phq-99'"),
    ("score barriers --answers 1,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0", "up to 2"),
    ("score evs --answers 8,1", "from 0 to 7"),
    ("add nowhere.toml", "There is no file nowhere.toml"),
])  # fmt: skip
def test_bad_input_is_one_sentence_and_code_2(called: Callable, folder: Path, call: str, said: str) -> None:
    result = called("measures", *call.split())
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert "Traceback" not in result.err


def test_add_shows_the_instrument_and_writes_nothing_until_it_is_told_to(
    called: Callable, folder: Path
) -> None:
    said = called("measures", "add", WHO_5)
    assert said.code == 0
    assert "I have felt calm and relaxed" in said.out
    assert "CC BY-NC-SA 3.0 IGO" in said.out
    assert "Nothing is written" in said.out
    assert not folder.exists()
    assert called("measures", "add", WHO_5, "--json").json["written"] is False
    assert not folder.exists()


def test_add_with_yes_copies_the_file_and_the_instrument_is_there(called: Callable, folder: Path) -> None:
    found = called("measures", "add", WHO_5, "--yes", "--json").json
    assert found["written"] is True
    assert Path(found["file"]) == folder / "who-5.toml"
    assert (folder / "who-5.toml").read_bytes() == WHO_5.read_bytes()
    assert [entry.name for entry in folder.iterdir()] == ["who-5.toml"]
    assert called("measures", "score", "who-5", "--answers", "5,5,5,5,5", "--json").json["total"] == 100
    (pack,) = [one for one in called("measures", "list", "--json").json["instruments"] if one["pack"]]
    assert pack["id"] == "who-5"
    assert called("measures", "add", WHO_5, "--yes").code == 0  # once more changes nothing


@pytest.mark.parametrize(("text", "said"), [
    ("id =", "is not readable TOML"), ("", "is not a whole instrument"),
    ((ROOT / "src/ambulando/measures/data/phq-9.toml").read_text("utf-8"), "part of the program"),
    ("#" * 300_000, "is larger than"),
])  # fmt: skip
def test_what_is_no_instrument_is_refused_and_not_kept(
    called: Callable, folder: Path, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "new.toml"
    file.write_text(text, "utf-8")
    result = called("measures", "add", file, "--yes")
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert not folder.exists()


def test_a_folder_that_can_not_be_written_is_said(called: Callable, folder: Path) -> None:
    folder.write_text("a file where a folder is due")
    result = called("measures", "add", WHO_5, "--yes")
    assert result.code == 2
    assert "can not be written" in result.err
