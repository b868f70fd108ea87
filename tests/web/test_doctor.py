"""Each check of the doctor: it holds on a sound installation, tells of its fault, and changes nothing."""

import os
import shutil
import sqlite3
from collections import namedtuple
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from ambulando.evidence import base
from ambulando.ground import InputError, Words
from ambulando.safety import helplines as lines
from ambulando.web import doctor, heartbeat
from ambulando.web.library.models import Publication
from ambulando.web.people.models import Person

FRESH = date(2026, 6, 2)
NOW = 1_800_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder as an installation makes it, whose worker was there a minute ago."""
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    (made / "secret.key").touch(mode=0o600)
    heartbeat.beat(made)
    os.utime(made / heartbeat.NAME, (NOW - 60, NOW - 60))
    return made


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """All help lines from one fresh source."""
    monkeypatch.setattr(doctor, "stale", lambda today: ())


def only(findings: tuple[doctor.Finding, ...], check: str) -> list[doctor.Finding]:
    return [one for one in findings if one.check == check]


def test_a_sound_installation_is_found_well(folder: Path, fresh: None, db: None) -> None:
    Publication.objects.get_or_create(version=base.version(), defaults={"results": {}})
    found = (*doctor.around(folder, FRESH), *doctor.within(folder, NOW))
    assert [one for one in found if not one.ok] == []
    assert {
        "helplines",
        "data-folder",
        "disk-space",
        "database",
        "integrity",
        "migrations",
        "evidence",
        "worker",
    } <= {one.check for one in found}


def test_looking_changes_nothing(folder: Path, db: None) -> None:
    before = {path.name: (path.stat().st_mtime_ns, path.stat().st_mode) for path in folder.iterdir()}
    doctor.around(folder, FRESH)
    doctor.within(folder, NOW)
    assert {path.name: (path.stat().st_mtime_ns, path.stat().st_mode) for path in folder.iterdir()} == before


def test_looking_from_outside_makes_no_folder(tmp_path: Path) -> None:
    doctor.around(tmp_path / "not" / "there", FRESH)
    assert list(tmp_path.iterdir()) == []


def test_a_stale_help_line_is_named_with_country_number_and_date() -> None:
    day = date(2026, 11, 22)
    found = only(doctor.helplines(day), "helplines")
    assert [one.ok for one in found] == [False] * len(lines.stale(day))
    (spain,) = [str(one.says) for one in found if "Spain" in str(one.says)]
    assert "024" in spain
    assert "2025-10-11" in spain


def test_a_help_line_that_soon_goes_stale_is_told_and_is_no_fault() -> None:
    day = date(2027, 5, 20)  # most sources are of the 2nd of June
    soon = only(doctor.helplines(day), "helplines-soon")
    assert soon
    assert all(one.ok for one in soon)
    old = {str(one.says) for one in only(doctor.helplines(day), "helplines")}
    assert not {str(one.says) for one in soon} & old


def test_a_folder_that_others_can_look_into_is_a_fault_with_its_mend(folder: Path) -> None:
    folder.chmod(0o750)
    (found,) = doctor.data_folder(folder)
    assert (found.check, found.ok) == ("data-folder", False)
    assert f"chmod 700 {folder}" in str(found.does)


@pytest.mark.parametrize("name", ["secret.key", "vapid.key", "vapid.pem"])
def test_a_key_that_others_can_read_is_a_fault(folder: Path, name: str) -> None:
    (folder / name).touch()
    (folder / name).chmod(0o640)
    (found,) = doctor.data_folder(folder)
    assert (found.check, found.ok) == ("keys", False)
    assert name in str(found.says)


def test_a_diary_that_can_be_read_but_not_written_is_a_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = folder / "ambulando.sqlite3"
    database.touch()
    assert doctor.unwritable(folder) == ()
    monkeypatch.setattr(doctor.os, "access", lambda place, _mode: place != database)
    (found,) = doctor.unwritable(folder)
    assert not found.ok
    assert str(database) in str(found.says)


def test_a_disk_that_is_nearly_full_is_a_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(1, 1, doctor.LEAST_FREE - 1))
    assert not doctor.disk_space(folder).ok
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(1, 1, doctor.LEAST_FREE))
    assert doctor.disk_space(folder).ok


@pytest.mark.parametrize(("minutes", "ok"), [(0, True), (30, True), (31, False), (3000, False), (-5, True)])
def test_a_worker_that_was_not_seen_for_long_is_a_fault(folder: Path, minutes: int, ok: bool) -> None:
    os.utime(folder / heartbeat.NAME, (NOW - 60 * minutes, NOW - 60 * minutes))
    assert doctor.worker(folder, NOW).ok is ok


def test_a_worker_that_never_ran_is_a_fault(tmp_path: Path) -> None:
    found = doctor.worker(tmp_path, NOW)
    assert not found.ok
    assert "has not run" in str(found.says)


def test_a_pack_of_questionnaires_that_can_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.ok for one in doctor.instrument_packs()] == [True]
    monkeypatch.setattr("ambulando.measures.instruments.refused_packs", lambda: ("mine.toml has no items.",))
    (found,) = doctor.instrument_packs()
    assert not found.ok
    assert "mine.toml has no items." in str(found.says)


def test_an_inbox_that_nobody_can_be_told_through_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.ok for one in doctor.inbox()] == [True]
    monkeypatch.setattr("ambulando.web.help.inbox.problems", lambda: ["inbox.toml does not say 'zone'."])
    (found,) = doctor.inbox()
    assert (found.ok, str(found.says)) == (False, "inbox.toml does not say 'zone'.")


def test_a_database_that_can_not_be_read_is_the_one_thing_told_of_it(
    folder: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Any:
        raise DatabaseError("file is not a database")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", fail)
        found = doctor.within(folder, NOW)
    assert [one.check for one in found if not one.ok] == ["database"]
    assert not {"integrity", "migrations", "evidence"} & {one.check for one in found}


def test_a_damaged_database_is_a_fault(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Damaged:
        def __enter__(self) -> "Damaged":
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, statement: str) -> "Damaged":
            assert "quick_check" in statement
            return self

        def fetchone(self) -> tuple[str]:
            return ("row 3 missing from index",)

    assert doctor.integrity().ok
    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", Damaged)
        found = doctor.integrity()
    assert not found.ok
    assert "row 3 missing" in str(found.says)


def test_a_database_of_an_older_or_a_newer_version_is_a_fault(folder: Path, db: None) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    assert doctor.migrations().ok
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("library", "0001_initial")
    older = doctor.migrations()
    recorder.record_applied("library", "0001_initial")
    recorder.record_applied("library", "9999_of_tomorrow")
    newer = doctor.migrations()
    assert (older.ok, newer.ok) == (False, False)
    assert "older" in str(older.says)
    assert "newer" in str(newer.says)
    assert "evidence" not in {one.check for one in doctor.within(folder, NOW)}, "its tables may not be there"


def test_pages_that_show_another_evidence_base_are_a_fault(db: None) -> None:
    Publication.objects.all().delete()  # another test may have published for its whole process
    Publication.objects.create(version="2020.01+00000000", results={})
    assert not doctor.evidence().ok
    Publication.objects.get_or_create(version=base.version(), defaults={"results": {}})
    assert doctor.evidence().ok


def test_an_evidence_base_that_can_not_be_read_is_told_with_its_reason(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise InputError("Row 3 of studies.csv has no id.")

    monkeypatch.setattr(base, "version", fail)
    found = doctor.evidence()
    assert not found.ok
    assert "Row 3 of studies.csv" in str(found.says)


@pytest.mark.parametrize(("sends", "required", "ok"), [
    (True, True, True), (True, False, True), (False, False, True), (False, True, False),
])  # fmt: skip
def test_without_e_mail_there_is_a_note_and_a_fault_only_where_addresses_are_checked(
    settings: Any, sends: bool, required: bool, ok: bool
) -> None:
    settings.SENDS_EMAIL, settings.EMAIL_REQUIRED = sends, required
    assert doctor.email().ok is ok


@pytest.mark.parametrize(("url", "says"), [
    ("", "this machine alone"),
    ("http://10.0.0.5:8000", "http://10.0.0.5:8000, without https"),
    ("https://move.example.org", "https://move.example.org."),
    ("https://ada:word@move.example.org", "https://move.example.org."),
])  # fmt: skip
def test_the_address_is_a_note(settings: Any, url: str, says: str) -> None:
    from urllib.parse import urlsplit

    settings.PUBLIC = urlsplit(url)
    settings.HTTPS = settings.PUBLIC.scheme == "https"
    found = doctor.address()
    assert found.ok
    assert says in str(found.says)


def test_calls_without_a_relay_are_a_note_and_addresses_that_are_none_a_fault(settings: Any) -> None:
    settings.TURN, settings.CALLS = (), ""
    assert doctor.calls().ok
    assert "AMBULANDO_TURN" in str(doctor.calls().does)
    settings.TURN = ("turn:relay.example.org:3478",)
    assert doctor.calls() == doctor.Finding("calls", True, Words("The addresses for calls can be used."))
    settings.TURN = ("relay.example.org",)
    assert not doctor.calls().ok
    assert "AMBULANDO_TURN has 'relay.example.org'" in str(doctor.calls().says)
    settings.TURN, settings.CALLS = (), "https://meet.example.org/"
    assert "AMBULANDO_CALLS" in str(doctor.calls().says)


def test_a_sqlite_with_the_fault_of_the_log_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    assert not doctor.sqlite().ok
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert doctor.sqlite().ok


def test_no_finding_names_a_person(folder: Path, ada: Person) -> None:
    found = (*doctor.around(folder, FRESH), *doctor.within(folder, NOW))
    assert not [one for one in found if "ada" in f"{one.says} {one.does}".replace(str(folder), "").split()]


def test_every_sentence_can_be_translated(folder: Path, db: None) -> None:
    for one in (*doctor.around(folder, FRESH), *doctor.within(folder, NOW), doctor.no_database(folder)):
        assert isinstance(one.says, Words)
        assert one.does is None or isinstance(one.does, Words)
