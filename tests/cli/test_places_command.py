"""``ambulando places``: a list from a file for everybody on an installation, looked at first with --dry-run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installation import PREPARE, ambulando, content, python
from places import ROOT

EXAMPLE = ROOT / "docs/examples/places.csv"
MAP = """<osm version="0.6">
<node id="1" lat="0" lon="0" version="1"><tag k="leisure" v="park"/><tag k="name" v="Near Park"/></node>
<node id="2" lat="1" lon="0" version="1"><tag k="leisure" v="park"/><tag k="name" v="Far Park"/></node>
</osm>"""


@pytest.fixture(autouse=True)
def no_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMBULANDO_DATA", str(tmp_path / "none"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after the first start."""
    data = tmp_path_factory.mktemp("places") / "data"
    python(PREPARE, data)
    return data


def told(data: Path, *arguments: object) -> dict[str, Any]:
    done = ambulando(data, "places", *(str(one) for one in arguments), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_list_is_kept_for_everybody_and_read_again_nothing_is_doubled(
    prepared: Path, tmp_path: Path
) -> None:
    before = content(prepared)
    looked = told(prepared, "import", EXAMPLE, "--dry-run")
    assert (looked["kept"], looked["new"]) == (False, 5)
    assert told(prepared, "list")["places"] == []
    assert set(content(prepared)) == set(before)
    kept = told(prepared, "import", EXAMPLE)
    assert (kept["list"], kept["kept"], kept["new"], kept["gone"]) == ("places.csv", True, 5, 0)
    assert told(prepared, "list")["places"] == sorted(kept["places"], key=lambda one: one["name"])
    again = told(prepared, "import", EXAMPLE)
    assert (again["new"], again["changed"], again["same"], again["gone"]) == (0, 0, 5, 0)
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("\n".join(EXAMPLE.read_text("utf-8").splitlines()[:4]), "utf-8")
    last = told(prepared, "import", shorter, "--name", "places.csv")
    assert (last["new"], last["same"], last["gone"]) == (0, 2, 3)
    assert len(told(prepared, "list")["places"]) == 2
    assert "2 places." in ambulando(prepared, "places", "list").stdout


def test_the_keys_of_the_answer(called: Callable[..., Any]) -> None:
    said = called("places", "import", EXAMPLE, "--dry-run", "--json").json
    assert set(said) == {"list", "kept", "new", "changed", "same", "gone", "places"}
    assert said["new"] is None
    assert said["places"][0] == {
        "id": "harbour-walkers",
        "name": "Harbour Walkers",
        "kind": "walking-group",
        "activities": ["walking"],
        "where": "Meets at the old pier, by the clock",
        "hours": "",
        "cost": 0,
        "company": "together",
        "supervised": True,
        "accessible": True,
        "contact": "+64 4 555 0101",
        "source": "Town walking list",
        "seen": "2026-05-04",
        "latitude": -41.285,
        "longitude": 174.781,
        "km": None,
        "days": [
            {"day": "tuesday", "from": "10:00", "to": "11:00"},
            {"day": "saturday", "from": "09:30", "to": "10:30"},
        ],
    }


def test_a_map_round_a_point(called: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text(MAP, "utf-8")
    said = called("places", "import", path, "--dry-run", "--near", "0,0.01", "--within", "5", "--json").json
    assert [one["name"] for one in said["places"]] == ["Near Park"]
    printed = called("places", "import", path, "--dry-run")
    assert "Far Park" in printed.out
    assert "Data © OpenStreetMap contributors, ODbL" in printed.out


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (["list.csv"], "name,kind\nA,park", "has no column 'activities'"),
        (["list.csv"], "name,kind,activities\nA,park,flying", "Row 2 of"),
        (["list.csv", "--within", "5"], "x", "--within needs --near"),
        (["list.csv", "--near", "here"], "x", "latitude and longitude"),
        (["list.csv", "--near", "99,0"], "name,kind,activities\nA,park,walking", "There is no place at 99,0"),
        (["list.csv", "--near", "0,0", "--within", "0"], "name,kind,activities\nA,park,walking", "0 km"),
        (["list.osm", "--near", "0,0", "--within", "1"], '<osm version="0.6"></osm>', "near that point"),
        (["list.osm"], "<osm", "can not be read as an extract"),
        (["list.txt"], "A park", "no extract of OpenStreetMap"),
        (["none.csv"], "", "There is no file"),
        (["none.osm"], "", "There is no file"),
    ],
)
def test_what_is_at_fault_is_said_in_one_sentence(
    arguments: list[str], text: str, said: str, called: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / arguments[0]
    if text:
        path.write_text(text, "utf-8")
    done = called("places", "import", path, *arguments[1:], "--dry-run")
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_without_an_installation_there_is_nothing_to_keep_it_in(called: Callable[..., Any]) -> None:
    for arguments in (("import", EXAMPLE), ("list",)):
        done = called("places", *arguments)
        assert done.code == 2
        assert "There is no installation yet" in done.err
    assert called("places", "import", EXAMPLE, "--dry-run").code == 0


def test_a_long_list_is_cut_for_the_eye_alone(called: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(
        "name,kind,activities\n" + "\n".join(f"Park {n},park,walking" for n in range(100)), "utf-8"
    )
    assert "... and 60 more" in called("places", "import", path, "--dry-run").out
    assert len(called("places", "import", path, "--dry-run", "--json").json["places"]) == 100
