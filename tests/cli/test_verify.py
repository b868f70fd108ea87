"""``ambulando verify``: what it finds, its exit codes, and that it names nobody."""

import json
from pathlib import Path

import pytest

from installation import PREPARE, ambulando, python

SETUP = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "ambulando.web.settings"
import django
django.setup()
"""
MAKE = """
from datetime import datetime, UTC
from ambulando.web.care.grants import actions
from ambulando.web.people.models import Person
now = datetime(2026, 11, 23, 9, tzinfo=UTC)
ada, ben = (Person.objects.create_user(name, password="it is solved by walking") for name in ("ada", "ben"))
grant = actions.invite(ada, now, name="Dr Mere", role="therapist", items=["mood"])
actions.confirm(ada, actions.accept(ben, grant, now), now)
actions.invite(ben, now, name="Cleo", role="friend", items=["encouragement"])
"""
TAMPER = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("DROP TRIGGER looks_only_grow")
    cursor.execute("UPDATE grants_look SET who = 'Nobody' WHERE number = 2")
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("verify") / "data"
    python(PREPARE, data)
    python(SETUP + MAKE, data)
    return data


def test_without_a_database_it_says_so_and_makes_nothing(tmp_path: Path) -> None:
    done = ambulando(tmp_path / "data", "verify")
    assert done.returncode == 2
    assert "There is no database in" in done.stderr
    assert not (tmp_path / "data").exists()


def test_whole_records_then_a_fault_then_a_lost_key(prepared: Path) -> None:
    done = ambulando(prepared, "verify", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"people": 2, "looks": 4, "faults": [], "ok": True}
    assert ambulando(prepared, "verify").stdout == "2 people, 4 entries: no records at fault.\n"

    python(SETUP + TAMPER, prepared)
    done = ambulando(prepared, "verify", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "people": 2, "looks": 4, "faults": [{"account": 1, "link": 2}], "ok": False,
    }  # fmt: skip
    done = ambulando(prepared, "verify")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "FAULT  account 1: entry 2 was changed or moved, or is gone"
    for name in ("ada", "ben", "Mere", "Cleo", "Nobody", "mood"):
        assert name not in done.stdout + done.stderr

    (prepared / "looks.key").rename(prepared / "elsewhere")
    done = ambulando(prepared, "verify")
    assert done.returncode == 2
    assert "looks.key" in done.stderr
    assert not (prepared / "looks.key").exists(), "a new key would be no help"
    (prepared / "elsewhere").rename(prepared / "looks.key")


def test_a_fault_of_ours_is_told_apart(prepared: Path, tmp_path: Path) -> None:
    (tmp_path / "ambulando.sqlite3").write_text("this is no database " * 100)
    (tmp_path / "looks.key").write_bytes(b"k" * 32)
    assert ambulando(tmp_path, "verify").returncode == 3
