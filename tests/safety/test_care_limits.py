"""What a clinician asked for binds beside safety: it can only ever make the limits tighter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError
from ambulando.safety.limits import INTENSITIES, tightest
from ambulando.safety.profile import Profile, profile_from
from ambulando.safety.rules import care_rules, care_rules_of, rules
from ambulando.safety.screen import of_care, screen
from cast import ADA, BEN, CLEO, FAY, HANA
from places import ROOT

CARES = st.fixed_dictionaries(
    {},
    optional={
        "max_minutes": st.integers(2, 240),
        "max_intensity": st.sampled_from(INTENSITIES),
        "minutes_per_week": st.integers(2, 2000),
        "sessions": st.integers(1, 7),
        "avoid": st.lists(st.sampled_from([*MODALITIES, *catalogue()]), max_size=4, unique=True),
    },
)
PEOPLE = (ADA, BEN, CLEO, FAY, HANA)


def asked(care: dict, told: dict = HANA) -> Profile:
    return profile_from({**told, "care": care})


def ids(profile: Profile) -> list[str]:
    return [one.rule for one in screen(profile).constraints]


def test_at_most_twenty_minutes_is_said_as_it_was_asked_and_binds() -> None:
    found = screen(asked({"max_minutes": 20}))
    (one,) = [one for one in found.constraints if one.rule == "clinician-minutes"]
    assert str(one.reason) == "Your clinician said at most 20 minutes at a time."
    assert one.certainty == "clinician"
    assert found.limits.max_minutes == 20


def test_nothing_harder_than_light_binds() -> None:
    assert screen(asked({"max_intensity": "light"})).limits.max_intensity == "light"


def test_a_week_a_goal_and_what_to_leave_out_are_said_with_their_rules() -> None:
    found = screen(asked({"minutes_per_week": 60, "sessions": 3, "avoid": ["running", "easy-walk"]}))
    said = {one.rule: str(one.reason) for one in found.constraints if one.rule.startswith("clinician")}
    assert said["clinician-week"] == "Your clinician said at most 60 minutes in a week."
    assert "3" in said["clinician-sessions"]
    assert "running" in said["clinician-avoid"]
    assert catalogue()["easy-walk"].name in said["clinician-avoid"]


def test_hard_is_fine_makes_no_rule_and_lifts_no_limit() -> None:
    free, said = screen(profile_from(BEN)), screen(asked({"max_intensity": "vigorous"}, BEN))
    assert said == free
    assert said.limits.max_intensity == "light"


def test_moderate_is_fine_does_not_lift_the_limit_of_who_was_not_checked_yet() -> None:
    assert screen(asked({"max_intensity": "moderate"}, BEN)).limits.max_intensity == "light"
    assert screen(asked({"max_intensity": "moderate"}, {**BEN, "clearance": True})).limits.max_intensity in (
        "moderate",
        "light",
    )


@pytest.mark.parametrize("person", [CLEO, FAY])
def test_no_word_of_a_clinician_lifts_a_hold_or_makes_a_plan(person: dict) -> None:
    care = {"max_minutes": 60, "max_intensity": "vigorous", "sessions": 7}
    found = screen(asked(care, person))
    assert found.outcome == screen(profile_from(person)).outcome
    assert found.limits.max_minutes == 0
    assert all(one.effect == "stop" for one in found.shown)


def test_who_should_see_no_numbers_reads_none_of_their_clinicians() -> None:
    found = screen(asked({"max_minutes": 20, "minutes_per_week": 60, "sessions": 3}, FAY))
    said = [str(one.reason) for one in found.constraints if one.rule.startswith("clinician")]
    assert len(said) == 3
    assert not any(any(letter.isdigit() for letter in text) for text in said)


@settings(deadline=None)
@given(st.sampled_from(PEOPLE), CARES)
def test_what_was_asked_never_widens_a_limit_nor_changes_the_outcome(person: dict, care: dict) -> None:
    free, found = screen(profile_from(person)), screen(asked(care, person))
    assert found.outcome == free.outcome
    assert tightest(found.limits, free.limits) == found.limits
    assert [one for one in found.constraints if one in free.constraints] == list(free.constraints)


@settings(deadline=None)
@given(st.sampled_from(PEOPLE), CARES)
def test_the_gravest_still_comes_first(person: dict, care: dict) -> None:
    order = ("stop", "ask-first", "avoid", "cap", "allow")
    effects = [order.index(one.effect) for one in screen(asked(care, person)).constraints]
    assert effects == sorted(effects)


def test_who_was_asked_nothing_has_no_rule_of_a_clinician() -> None:
    assert of_care(profile_from(ADA)) == ()
    assert of_care(asked({})) == ()


def test_no_id_is_that_of_another_rule_and_every_key_has_one() -> None:
    found = [rule.id for rule in care_rules()]
    assert len(set(found)) == len(found)
    assert set(found).isdisjoint(rule.id for rule in rules())
    assert {rule.key for rule in care_rules()} == {
        "max_minutes",
        "max_intensity",
        "minutes_per_week",
        "sessions",
        "avoid",
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "mood"}, "has the key 'mood'"),
        ({"effect": "stop"}, "has the effect 'stop'"),
        ({"reason": "At most {minutes}."}, "tells 'minutes'"),
        ({"colour": "red"}, "is not whole"),
    ],
)
def test_a_rule_that_is_not_right_is_refused_by_name(change: dict, said: str) -> None:
    row = {"id": "x", "key": "sessions", "effect": "cap", "reason": "R.", "reason_no_numbers": "R."}
    with pytest.raises(InputError, match=f"rule 'x', {said}"):
        care_rules_of({"care": [row | change]})


def test_every_rule_of_a_clinician_stands_in_the_hazard_log() -> None:
    log = (ROOT / "docs" / "hazards.md").read_text("utf-8")
    for rule in care_rules():
        assert f"\n| `{rule.id}` |" in log, rule.id
