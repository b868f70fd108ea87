"""``ambulando response decisions`` and ``response excursion``."""

import csv
import io
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from ambulando.response.decisions import draws_of, read
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, decisions
from places import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "decisions.csv"
HEAD = "person,day,kind,available,reason,options,chosen,probability,done\n"


@pytest.fixture
def written(tmp_path: Path):
    """A file of these rows."""

    def write(*rows: str) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text(HEAD + "".join(row + "\n" for row in rows))
        return path

    return write


def test_the_effect_of_a_modality_is_one_json_document(called) -> None:
    found = called("response", "excursion", EXAMPLE, "--treatment", "walking", "--json").json
    assert (found["people"], found["decisions"], found["available"]) == (24, 480, 436)
    (effect,) = found["coefficients"]
    assert set(effect) == {"name", "estimate", "se", "df", "statistic", "p", "ci"}
    assert effect["df"] == 24 - 2
    assert found["scale"] == "difference"


def test_moderators_and_controls_are_columns_known_before(called) -> None:
    said = called(
        *("response", "excursion", EXAMPLE, "--treatment", "easy-walk", "--outcome", "mood"),
        *("--moderators", "draws_before", "--controls", "mood_before, days_ahead", "--json"),
    )
    assert [one["name"] for one in said.json["coefficients"]] == ["effect", "draws_before"]
    assert said.json["coefficients"][0]["df"] == 24 - 2 - 4
    assert said.json["used"] < said.json["available"], "evenings without a check-in are left out"


def test_a_relative_effect_says_so(called) -> None:
    said = called("response", "excursion", EXAMPLE, "--treatment", "walking", "--relative")
    assert "log relative risk" in said.out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--treatment", "swimming"], "never among the options"),
        (["--treatment", "walking", "--outcome", "sleep"], "no column 'sleep'"),
        (["--treatment", "walking", "--moderators", "mood"], "not a number known before"),
        (["--treatment", "walking", "--kind", "swap"], "no decision of the kind 'swap'"),
        (["--treatment", "walking", "--outcome", "mood", "--relative"], "outcome of 0 and 1"),
    ],
)
def test_a_call_that_can_not_be_answered_gets_one_sentence(called, options: list[str], sentence: str) -> None:
    said = called("response", "excursion", EXAMPLE, *options)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1,0,activity,2,,easy-walk:1.0,easy-walk,1.0,1", "as available"),
        ("1,0,activity,1,,easy-walk:0.5 dishes:0.4,dishes,0.4,1", "do not add up to 1"),
        ("1,0,activity,1,,easy-walk:0.5 dishes:0.5,dishes,0.4,1", "another probability for 'dishes'"),
        ("1,0,activity,1,,easy-walk:0.5 dishes:half,dishes,0.5,1", "'half' as a chance"),
        ("1,0,activity,1,,easy-walk:0.5 dishes:0.5,dishes,0.5,yes", "'yes' as done"),
    ],
)
def test_a_row_that_can_not_be_right_is_named(called, written, row: str, sentence: str) -> None:
    said = called("response", "excursion", written(row), "--treatment", "easy-walk")
    assert (said.code, said.out) == (2, "")
    assert "Row 2 of rows.csv" in said.err
    assert sentence in said.err


def test_the_chance_of_a_modality_is_that_of_its_options_and_a_sure_thing_is_no_draw(written) -> None:
    path = written(
        "1,0,activity,1,,easy-walk:0.5 corner-walk:0.2 dishes:0.3,corner-walk,0.2,1",
        "1,1,activity,1,,easy-walk:0.5 corner-walk:0.5,easy-walk,0.5,1",
        "1,2,activity,1,,chair-yoga:0.5 dishes:0.5,dishes,0.5,0",
        "1,3,activity,0,single-option,easy-walk:1.0,easy-walk,1.0,",
        "1,3,activity,0,safety,,,,",
        "1,4,swap,1,,easy-walk:0.5 dishes:0.5,dishes,0.5,0",
    )
    _rows, draws = draws_of(read(path.read_text(), "rows.csv"), "walking", "done")
    assert draws.available.tolist() == [True, False, False, False, False]
    assert draws.probability[0] == pytest.approx(0.7)
    assert draws.treated.tolist() == [1, 1, 0, 1, 0]
    _rows, draws = draws_of(read(path.read_text(), "rows.csv"), "easy-walk", "done")
    assert draws.available.tolist() == [True, True, False, False, False]


def test_decisions_are_written_for_who_agreed_to_a_file_of_their_owner_alone(
    called, ada: Person, ben: Person, tmp_path: Path
) -> None:
    for person in (ada, ben):
        actions.make_week(person, timezone.localdate())
    out = tmp_path / "out.csv"
    refused = called("response", "decisions", "--out", out)
    assert refused.code == 2
    assert "Nobody here" in refused.err
    assert not out.exists()
    decisions.lend(ada)
    said = called("response", "decisions", "--out", out, "--json").json
    assert said["people"] == 1
    assert said["decisions"] == ada.decisions.count()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert tuple(rows[0]) == decisions.COLUMNS
    assert [row["chosen"] for row in rows] == [one.chosen for one in ada.decisions.order_by("pk")]
    again = called("response", "decisions", "--out", out)
    assert again.code == 2
    assert "there already" in again.err


def test_what_is_written_can_be_read_with_every_digit_of_its_odds(
    called, ada: Person, tmp_path: Path
) -> None:
    for ago in range(3):
        actions.make_week(ada, timezone.localdate() - timedelta(days=7 * ago))
    decisions.lend(ada)
    out = tmp_path / "out.csv"
    assert called("response", "decisions", "--out", out).code == 0
    read_back = read(out.read_text(), "out.csv")
    kept = list(ada.decisions.order_by("made_at", "pk"))
    assert [dict(one.odds) for one in read_back] == [
        {option["option"]: option["probability"] for option in one.options} for one in kept
    ]
