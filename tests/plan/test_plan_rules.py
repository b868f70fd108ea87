"""The rules behind the numbers of a plan, and the shape of their traces."""

import pytest

from ambulando.ground import InputError
from ambulando.plan import rules as module
from ambulando.plan.milestones import milestone
from ambulando.plan.rules import number, rules
from ambulando.plan.trace import row, step
from ambulando.safety.profile import BARRIERS, CONDITIONS, SYMPTOMS


def test_every_rule_says_what_it_does_where_it_is_from_and_how_sure_it_is():
    for rule in rules().values():
        assert rule.says.endswith(".")
        assert len(rule.source) > 5
        assert rule.certainty in ("cited", "our judgement")


def test_a_rule_without_a_source_is_refused_by_name(monkeypatch):
    broken = {"growth": {"says": "More.", "numbers": {}, "source": "", "certainty": "cited"}}
    monkeypatch.setattr(module, "packaged_toml", lambda *_: broken)
    with pytest.raises(InputError, match=r"Rule 'growth' of data/rules\.toml"):
        rules.__wrapped__()


def test_liking_outweighs_all_that_trials_and_own_answers_can_say():
    """The benefit, which both of them make, runs from -1 to 1."""
    assert number("liked", "weight") > 2 * number("benefit", "weight")


def test_in_low_mood_the_chance_of_doing_weighs_most():
    others = [
        number(name, "weight")
        for name in ("liked", "benefit", "enjoyment", "pleasure-or-mastery", "regimen", "strain")
    ]
    assert number("doing", "low_weight") > max(others)


def test_a_step_points_at_its_rule_and_at_every_row_once():
    bout = row("bout", "2026-06-01T09:00:00+00:00")
    assert step("minutes", 8.123456, "minutes", "percentile", [bout, bout]) == {
        "name": "minutes",
        "value": 8.1235,
        "unit": "minutes",
        "rule": "percentile",
        "rows": [{"kind": "rule", "id": "percentile"}, bout],
    }


def test_a_row_of_an_unknown_kind_is_an_error():
    with pytest.raises(ValueError, match="can not be a 'guess'"):
        row("guess", "x")


def test_milestones_come_at_3_7_13_24_and_36_sessions_and_nowhere_else():
    assert [count for count in range(100) if milestone(count)] == [3, 7, 13, 24, 36]
    assert "That is 7 sessions so far" in str(milestone(7))


def test_a_negative_number_of_sessions_is_refused():
    with pytest.raises(InputError, match="can not be -1"):
        milestone(-1)


def test_a_rule_that_is_for_some_names_only_what_a_profile_can_hold():
    known = {"conditions": CONDITIONS, "symptoms": SYMPTOMS, "barriers": BARRIERS}
    for rule in rules().values():
        for key, ids in rule.whom.items():
            assert ids <= set(known[key]), f"{rule.id} names what nobody can say"
