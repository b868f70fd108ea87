"""The table of rules: what its loader refuses."""

import ast
import copy
from typing import Any

import pytest

from ambulando.ground import InputError, packaged_toml
from ambulando.safety.medicines import CLASSES
from ambulando.safety.profile import CONDITIONS, SYMPTOMS
from ambulando.safety.rules import REASSURANCES, rules, rules_of
from places import ROOT


def table() -> dict[str, Any]:
    return copy.deepcopy(packaged_toml("ambulando.safety", "data/rules.toml"))


def of(t: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(row for row in t["rules"] if row["id"] == id_)


def test_only_being_active_and_being_cleared_can_lift_a_rule() -> None:
    assert {fact for rule in rules() for fact in rule.unless} == set(REASSURANCES)


def test_only_symptoms_hold() -> None:
    for rule in rules():
        if rule.outcome == "hold":
            assert all(fact.startswith("symptom:") for fact in rule.any_of)


def test_each_source_has_an_address_but_our_own_judgement() -> None:
    sources = table()["sources"]
    for name, source in sources.items():
        assert source.get("address", "").startswith("https://") == (name != "judgement"), name
    assert "Our own judgement, not reviewed by a clinician" in {rule.source for rule in rules()}


@pytest.mark.parametrize(("rule", "change", "said"), [
    ("ssri", {"any": ["medicine:sris"]}, "asks for the fact 'medicine:sris'"),
    ("ssri", {"any": ["condition:hart"]}, "asks for the fact 'condition:hart'"),
    ("ssri", {"unless": ["condition:heart"]}, "may not be lifted by 'condition:heart'"),
    ("ssri", {"effect": "forbid"}, "has the effect 'forbid'"),
    ("ssri", {"outcome": "maybe"}, "has the outcome 'maybe'"),
    ("ssri", {"certainty": "sure"}, "has the certainty 'sure'"),
    ("ssri", {"source": "hearsay"}, "is missing or not known"),
    ("ssri", {"limits": {"max_minutes": 5}}, "allows and limits at once"),
    ("ssri", {"limits": {"max_minuets": 5}}, "is missing or not known"),
    ("ssri", {"reason": "You are {age}."}, "tells 'age'"),
    ("bipolar", {"limits": {"max_intensity": "extreme"}}, "has the intensity 'extreme'"),
    ("flare", {"limits": {"share": 0.0}}, "leaves a share of 0.0"),
    ("flare", {"limits": {"share": 1.5}}, "leaves a share of 1.5"),
    ("ssri", {"any": ["psychotropics"]}, "asks for the fact 'psychotropics'"),
    ("falls", {"outcome": "hold"}, "effect stop exactly when it holds"),
    ("palpitations", {"any": ["condition:heart"]}, "which only a symptom may do"),
    ("palpitations", {"limits": {}}, "max_minutes 0 exactly when it stops"),
    ("under-18", {"effect": "cap"}, "effect stop exactly when"),
])  # fmt: skip
def test_a_spoiled_rule_is_refused_by_name(rule: str, change: dict[str, Any], said: str) -> None:
    spoiled = table()
    of(spoiled, rule).update(change)
    with pytest.raises(InputError, match=said) as refused:
        rules_of(spoiled)
    assert f"rule '{rule}'" in str(refused.value)


def test_a_group_stands_for_each_of_its_facts() -> None:
    by_id = {rule.id: rule for rule in rules()}
    assert by_id["heat-over-65"].any_of == tuple(table()["groups"]["heat"])
    assert "medicine:sedative" in by_id["psychotropic-heart-rate"].any_of
    assert "medicine:sedative" not in by_id["heat-over-65"].any_of, "the heat list leaves them out"


def test_two_rules_of_one_name_are_refused() -> None:
    spoiled = table()
    spoiled["rules"].append(of(spoiled, "ssri"))
    with pytest.raises(InputError, match="two rules with the id 'ssri'"):
        rules_of(spoiled)


def test_a_rule_without_a_reason_is_refused() -> None:
    spoiled = table()
    del of(spoiled, "ssri")["reason"]
    with pytest.raises(InputError, match="'reason' is missing"):
        rules_of(spoiled)


#: what may be named beside the table, and why that is no rule
NAMED = {
    ("plan/candidates.py", "wheelchair"),  # who lives with one has it at hand: kit, not a limit
    ("plan/places.py", "wheelchair"),  # a place that a list calls out of reach: where, not what
    ("plan/place_osm.py", "wheelchair"),  # a key of OpenStreetMap
    ("web/people/words.py", "wheelchair"),  # the name of a thing to have
}
#: other things that are spelled alike: a barrier, a key of a profile, the name of a limit
ALIKE = {"fatigue", "pregnant", "falls"}


def test_no_rule_is_coded_beside_the_table() -> None:
    """Neither the planner nor a page names a condition, a symptom or a class of medicines to act on it."""
    ids = {*CONDITIONS, *SYMPTOMS, *CLASSES}
    found = set()
    for floor in ("plan", "web"):
        for path in sorted((ROOT / "src/ambulando" / floor).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and node.value in ids:
                    found.add((str(path.relative_to(ROOT / "src/ambulando")), node.value))
    assert {one for one in found if one[1] not in ALIKE} <= NAMED
