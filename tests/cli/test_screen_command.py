"""``ambulando safety screen``: every key of a profile, with what can be and what can not, and the keys of its answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from ambulando.safety.profile import KEYS
from cast import ADA

#: key -> (what can be, what can not)
VALUES: dict[str, tuple[list[Any], list[Any]]] = {
    "age": ([0, 17, 120], [-1, 121, 1.5, "34", True, [], {}]),
    "country": (["NZ", "uk"], ["", "ZZ", 7, [], "New Zealand"]),
    "active": ([{"days": 0, "minutes": 0}], [[], 3, {"days": 8, "minutes": 1}, {"days": 1}, {"days": 1, "minutes": "x"}, {"x": 1}]),
    "conditions": ([[], ["heart", "heart"]], ["heart", ["hart"], [3], [None], [[]], {"heart": True}]),
    "symptoms": ([["palpitations"]], [["x"], "palpitations", [{}]]),
    "medicines": ([["sertraline 50 mg, lithium"]], ["sertraline", [""], [3], ["x" * 121], ["x"] * 61 and [str(n) for n in range(61)]]),
    "pregnant": ([True, False], ["yes", 1, "true"]),
    "phq9": ([0, 27], [28, -1, 3.0, "3"]),
    "barriers": ([["pain", "time"]], [["pain", "time", "cost"], ["x"], "pain"]),
    "likes": ([["walking"]], [["wolking"], "walking", [3]]),
    "dislikes": ([["easy-walk"]], [["x"], 3]),
    "places": ([["home"]], [["moon"], "home"]),
    "company": (["alone"], ["x", 3, []]),
    "kit": ([["ball"]], [[""], "ball", [3]]),
    "money": ([0, 3], [4, "0", -1]),
    "windows": ([[{"day": "Mon", "from": "08:00", "to": "09:00"}]], [
        [{"day": "x", "from": "08:00", "to": "09:00"}], [{"day": "monday", "from": "09:00", "to": "08:00"}], [3],
        [{"day": "monday", "from": "8", "to": "09:00"}], [{"day": "monday", "to": "09:00"}], "monday",
        [{"day": "monday", "from": "24:00", "to": "25:00"}], [{"day": None, "from": None, "to": None}],
    ]),
    "minutes_per_week": ([0, 10080], [10081, -1, "60"]),
    "energy": ([0, 10], [11, "3", 3.5]),
    "confidence": ([0, 10], [11, -1]),
    "clearance": ([True, False], ["yes", 0, "null"]),
    "intensity": (["light"], ["hard", 3]),
    "flare": ([True], ["yes", 1]),
    "medicine_changed": ([True], ["yes"]),
    "hot": ([False], [30]),
    "ill": ([True], ["yes"]),
    "weather": ([["rain"], []], [["frogs"], "rain"]),
    "season": (["winter"], ["monsoon", 3]),
    "aim": ([{"modality": "walking", "km": 4}], [{"modality": "walking"}, 4]),
    "care": ([{"max_minutes": 20}], [{"max_minutes": 0}, "less"]),
    "homework": ([[{"activity": "easy-walk"}]], [[{"activity": "flying"}], "walk"]),
    "own_plans": ([[{"cue": "I have had tea"}]], [[{"cue": 3}], "tea"]),
}  # fmt: skip


def screened(called: Any, folder: Path, told: Any) -> Any:
    (folder / "p.json").write_text(json.dumps(told))
    return called("safety", "screen", folder / "p.json", "--json")


def test_every_key_is_here() -> None:
    assert set(VALUES) == set(KEYS)


@pytest.mark.parametrize("key", VALUES)
def test_what_can_be_is_taken_and_null_is_the_same_as_nothing(called: Any, tmp_path: Path, key: str) -> None:
    for value in VALUES[key][0]:
        assert screened(called, tmp_path, {key: value}).json["outcome"]
    assert screened(called, tmp_path, {key: None}).json == screened(called, tmp_path, {}).json


@pytest.mark.parametrize("key", VALUES)
def test_what_can_not_be_ends_in_one_sentence_that_names_the_key(
    called: Any, tmp_path: Path, key: str
) -> None:
    for value in VALUES[key][1]:
        said = screened(called, tmp_path, {key: value})
        assert said.code == 2, (key, value, said.out)
        assert said.out == ""
        assert len(said.err.strip().splitlines()) == 1, said.err
        assert "Traceback" not in said.err
        assert key in said.err or "Window" in said.err, said.err


@pytest.mark.parametrize("told", [[], 3, "x", None, {"agee": 3}, {"": 1}])
def test_what_is_no_profile_ends_in_one_sentence(called: Any, tmp_path: Path, told: Any) -> None:
    said = screened(called, tmp_path, told)
    assert (said.code, said.out, len(said.err.strip().splitlines())) == (2, "", 1)


def test_the_answer_has_its_keys(called: Any, tmp_path: Path) -> None:
    found = screened(
        called, tmp_path, ADA | {"conditions": ["heart", "fibromyalgia"], "clearance": False}
    ).json
    assert {"outcome", "constraints"} <= set(found)
    assert found["constraints"]
    for one in found["constraints"]:
        assert set(one) == {"rule", "effect", "reason", "source"}
