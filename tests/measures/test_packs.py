"""Packs: instruments that an installation added. A broken one is left out and named, and takes nothing else with it."""

import os
from pathlib import Path

import pytest

from ambulando.ground import InputError
from ambulando.measures.instruments import (
    instrument,
    instruments,
    pack_of,
    packaged,
    packs_place,
    refused_packs,
)
from ambulando.measures.scoring import score
from places import ROOT

WHO_5 = ROOT / "packs/who-5/who-5.toml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of packs of an installation, empty."""
    monkeypatch.delenv("AMBULANDO_INSTRUMENTS", raising=False)
    monkeypatch.setenv("AMBULANDO_DATA", str(tmp_path))
    (tmp_path / "instruments").mkdir()
    return tmp_path / "instruments"


def test_a_pack_in_the_data_folder_is_there_at_the_next_call_and_gone_when_it_is_taken_away(
    folder: Path,
) -> None:
    assert "who-5" not in instruments()
    (folder / "who-5.toml").write_bytes(WHO_5.read_bytes())
    assert score("who-5", [5, 5, 5, 5, 5]).total == 100
    assert refused_packs() == ()
    (folder / "who-5.toml").unlink()
    with pytest.raises(InputError, match="no instrument 'who-5'"):
        instrument("who-5")


def test_a_pack_that_was_changed_is_read_anew(folder: Path) -> None:
    pack = folder / "who-5.toml"
    pack.write_bytes(WHO_5.read_bytes())
    assert instrument("who-5").name == "WHO-5"
    pack.write_text(WHO_5.read_text("utf-8").replace('name = "WHO-5"', 'name = "WHO-5, ours"'), "utf-8")
    assert instrument("who-5").name == "WHO-5, ours"


def test_the_folder_of_packs_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMBULANDO_INSTRUMENTS", str(WHO_5.parent))
    assert packs_place() == WHO_5.parent
    assert list(instruments()) == [*packaged(), "who-5"]


@pytest.mark.parametrize("there", [False, True])
def test_without_a_folder_there_are_no_packs_and_nothing_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    place = tmp_path / "nowhere"
    if there:
        place.write_text("a file, not a folder")
    monkeypatch.setenv("AMBULANDO_INSTRUMENTS", str(place))
    assert instruments() == packaged()
    assert refused_packs() == ()


BROKEN: dict[str, tuple[bytes, str]] = {
    "a text that is no TOML": (b"id =", "is not readable TOML"),
    "nothing at all": (b"", "is not a whole instrument"),
    "what is not text": (b"\xff\xfe\x00", "is not a text file in UTF-8"),
    "half an instrument": (b'id = "half"\nname = "Half"\n', "is not a whole instrument"),
    "an id of the program": (
        (ROOT / "src/ambulando/measures/data/phq-9.toml").read_bytes(),
        "which is part of the program",
    ),
    "more than an instrument can be": (b"#" * 300_000, "is larger than an instrument can be"),
    "brackets without end": (b"a = " + b"[" * 50_000, "is not readable TOML"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_pack_is_left_out_and_named_and_the_others_stay(folder: Path, what: str) -> None:
    content, said = BROKEN[what]
    (folder / "broken.toml").write_bytes(content)
    (folder / "who-5.toml").write_bytes(WHO_5.read_bytes())
    assert list(instruments()) == [*packaged(), "who-5"]
    (sentence,) = refused_packs()
    assert sentence.startswith("broken.toml")
    assert said in sentence
    assert "\n" not in sentence


def test_of_two_packs_with_one_id_the_first_stays(folder: Path) -> None:
    (folder / "a.toml").write_bytes(WHO_5.read_bytes())
    (folder / "b.toml").write_bytes(WHO_5.read_bytes())
    assert "who-5" in instruments()
    assert [sentence.partition(" ")[0] for sentence in refused_packs()] == ["b.toml"]


def test_what_can_not_be_opened_is_named(folder: Path) -> None:
    (folder / "folder.toml").mkdir()
    (folder / "lost.toml").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.toml")
    (folder / "zero.toml").symlink_to("/dev/zero")
    assert refused_packs() == tuple(
        f"{name}.toml can not be read." for name in ("folder", "lost", "pipe", "zero")
    )
    assert instruments() == packaged()


def test_other_files_and_hidden_ones_are_no_packs(folder: Path) -> None:
    (folder / "LICENSE.txt").write_text("words")
    (folder / ".half.toml").write_text("half written")
    assert instruments() == packaged()
    assert refused_packs() == ()


def test_the_pack_of_the_who_5_says_under_which_terms_it_stands_and_what_was_not_confirmed() -> None:
    form = pack_of(WHO_5.read_text("utf-8"), where="who-5.toml")
    assert "CC BY-NC-SA 3.0 IGO" in form.licence
    assert not form.translate
    assert (form.scale, form.lowest, form.highest, form.better) == (4, 0, 100, "higher")
    assert (form.loinc.panel, form.loinc.total) == (None, None)
    licence = (WHO_5.parent / "LICENSE.txt").read_text("utf-8")
    assert "Not confirmed" in licence
    assert "https://creativecommons.org/licenses/by-nc-sa/3.0/igo/" in licence


def test_the_pack_is_not_part_of_what_is_installed() -> None:
    assert ROOT / "src" not in WHO_5.parents
    assert "who-5" not in packaged()


def test_looking_for_packs_costs_no_reading_while_nothing_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "who-5.toml").write_bytes(WHO_5.read_bytes())
    first = instrument("who-5")
    monkeypatch.setattr(Path, "read_text", lambda *_: pytest.fail("read again"))
    assert instrument("who-5") is first
