"""``ambulando doctor``: its answer, its exit codes, and that it only looks."""

import json
from pathlib import Path

import pytest

from installation import PREPARE, ambulando, content, python


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after the first start, without a worker."""
    data = tmp_path_factory.mktemp("doctor") / "data"
    python(PREPARE, data)
    return data


def checks(said: str) -> dict[str, bool]:
    return {one["check"]: one["ok"] for one in json.loads(said)["checks"]}


def test_before_the_first_start_it_says_so_and_makes_nothing(tmp_path: Path) -> None:
    done = ambulando(tmp_path / "data", "doctor")
    assert done.returncode == 1
    assert "There is no database in" in done.stdout
    assert done.stderr == ""
    assert not (tmp_path / "data").exists()


def test_the_answer_as_json(tmp_path: Path) -> None:
    done = ambulando(tmp_path / "data", "doctor", "--json", "--today", "2026-06-02")
    said = json.loads(done.stdout)
    assert {"version", "checks", "ok"} <= set(said)
    assert said["ok"] is False
    for one in said["checks"]:
        assert set(one) == {"check", "ok", "says", "does"}
        assert one["says"]
        assert one["ok"] or one["does"], "a fault is told with its mend"


def test_a_prepared_installation_lacks_only_its_worker(prepared: Path) -> None:
    done = ambulando(prepared, "doctor", "--json", "--today", "2026-07-01")
    assert [check for check, ok in checks(done.stdout).items() if not ok] == ["worker"]
    assert done.returncode == 1
    (prepared / "worker.beat").touch()
    done = ambulando(prepared, "doctor", "--today", "2026-07-01")
    (prepared / "worker.beat").unlink()
    assert done.returncode == 0, done.stdout
    assert done.stdout.rstrip().endswith("checks hold.")


def test_a_stale_help_line_is_a_check_that_does_not_hold(prepared: Path) -> None:
    done = ambulando(prepared, "doctor", "--today", "2029-01-01")
    assert done.returncode == 1
    assert "New Zealand, 1737" in done.stdout


def test_it_only_looks(prepared: Path) -> None:
    before = content(prepared)
    ambulando(prepared, "doctor")
    assert content(prepared) == before


def test_a_day_that_is_none_is_a_fault_of_the_call(tmp_path: Path) -> None:
    done = ambulando(tmp_path / "data", "doctor", "--today", "soon")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "--today is 'soon'; please give a day as YYYY-MM-DD.\n"


def test_a_damaged_database_is_told_without_a_traceback(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "ambulando.sqlite3").write_bytes(b"this is no database" * 100)
    done = ambulando(data, "doctor", "--json")
    assert done.returncode == 1
    assert checks(done.stdout)["database"] is False
    assert "Traceback" not in done.stderr


def test_before_the_first_start_no_django_is_loaded(tmp_path: Path) -> None:
    code = """
import sys
from ambulando import cli
sys.argv = ["ambulando", "doctor", "--json"]
try:
    cli.main()
except SystemExit:
    pass
print("django" in sys.modules)
"""
    assert python(code, tmp_path / "data").splitlines()[-1] == "False"
