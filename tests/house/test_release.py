"""A release is refused when something speaks against it, and then nothing is built."""

import importlib.util
from datetime import date
from types import ModuleType
from typing import Any

import pytest

import ambulando
from ambulando.ground import Words
from ambulando.web.doctor import Finding
from places import ROOT

FINE = "# Changes\n\n## 1.2.0 (2026-11-30)\n\n- All.\n\n## 1.1.0 (2026-01-01)\n"
FRESH = [Finding("helplines", True, Words("All are up to date."))]
OLD = [Finding("helplines", False, Words("A help line is out of date: Spain."))]


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "scripts/release.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_speaks_against_a_clean_release(release: ModuleType) -> None:
    assert release.refusals("1.2.0", FINE, "", FRESH) == []


@pytest.mark.parametrize(("change", "says"), [
    ({"lines": OLD}, "out of date: Spain"),
    ({"version": "1.3.0"}, "is not 1.3.0"),
    ({"changes": FINE.replace("2026-11-30", "unreleased")}, "says 'unreleased'"),
    ({"changes": "# Changes\n"}, "is not 1.2.0"),
    ({"changed": " M README.md\n"}, "not committed"),
])  # fmt: skip
def test_each_reason_against_it_is_told(release: ModuleType, change: dict[str, Any], says: str) -> None:
    (told,) = release.refusals(
        **({"version": "1.2.0", "changes": FINE, "changed": "", "lines": FRESH} | change)
    )
    assert says in told


def test_a_refused_release_builds_nothing(
    release: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("built in spite of a refusal")

    monkeypatch.setattr(release, "run", lambda *command, cwd: " M README.md\n")
    monkeypatch.setattr(release, "build", never)
    monkeypatch.setattr(release, "try_out", never)
    assert release.main() == 1
    assert "not committed" in capsys.readouterr().err


def test_help_lines_are_looked_at_from_the_day_of_the_release(
    release: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Later(date):
        @classmethod
        def today(cls) -> "Later":
            return cls(2035, 1, 1)

    monkeypatch.setattr(release, "date", Later)
    monkeypatch.setattr(release, "run", lambda *command, cwd: "")
    assert release.main() == 1
    assert "New Zealand" in capsys.readouterr().err


def test_the_wheel_is_built_installed_and_called_without_a_network(
    release: ModuleType, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("the build back end is not in this environment")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    wheel = release.build(tmp_path)
    assert wheel.name == f"ambulando-{ambulando.__version__}-py3-none-any.whl"
    release.try_out(wheel)
