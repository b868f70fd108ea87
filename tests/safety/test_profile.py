"""What a person told: every key read, every wrong one refused in a sentence."""

import inspect
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cast
from ambulando.ground import InputError
from ambulando.safety.profile import (
    BARRIERS,
    CONDITIONS,
    KEYS,
    SYMPTOMS,
    Active,
    Profile,
    Window,
    profile_from,
)
from ambulando.safety.words import countries_of_the_world, named

PEOPLE = {
    name: value for name, value in inspect.getmembers(cast) if name.isupper() and isinstance(value, dict)
}


def test_the_keys_and_ids_are_those_of_the_command_line() -> None:
    assert " ".join(KEYS) == (
        "age country active conditions symptoms medicines pregnant phq9 barriers likes dislikes places company kit"
        " money windows minutes_per_week energy confidence clearance intensity flare medicine_changed hot"
        " ill weather season aim care homework own_plans"
    )
    assert " ".join(CONDITIONS) == (
        "heart heart-failure metabolic kidney eating-disorder compulsive-exercise bipolar post-exertional-malaise"
        " fibromyalgia chronic-pain pregnant postpartum falls wheelchair"
    )
    assert " ".join(SYMPTOMS) == (
        "chest-discomfort breathless-at-rest dizziness-or-fainting breathless-lying-down ankle-swelling palpitations"
        " calf-pain-walking warning-sign fatigue"
    )
    assert " ".join(BARRIERS) == (
        "fatigue motivation low-mood stress sleep pain confidence shame alone time cost access weather childcare"
        " side-effects missed-week fear"
    )


def test_every_id_has_words_for_a_list_and_for_a_sentence() -> None:
    for kind in ("condition", "symptom", "barrier"):
        for one in named(kind).values():
            assert str(one.name)
            assert str(one.said)


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_everybody_in_the_cast_can_be_read(name: str) -> None:
    made = profile_from(PEOPLE[name])
    assert made.age == PEOPLE[name]["age"]
    assert made.windows[0] == Window("monday", time(8), time(10))


def test_everything_may_be_left_out_or_null() -> None:
    assert profile_from({}) == Profile()
    assert profile_from(dict.fromkeys(KEYS)) == Profile()


def test_what_was_told_is_kept() -> None:
    made = profile_from(
        {"active": {"days": 2, "minutes": 20}, "country": " uk ", "barriers": ["time", "time"]}
    )
    assert made.active == Active(2, 20)
    assert made.country == "GB"
    assert made.barriers == ("time",)


def test_a_country_without_helplines_is_a_country_all_the_same() -> None:
    assert profile_from({"country": "PE"}).country == "PE"
    assert len(countries_of_the_world()) == 249


@pytest.mark.parametrize(("given_", "said"), [
    ({"agee": 3}, r"A profile has no 'agee'; did you mean 'age'\?"),
    ({"shoe_size_in_inches": 3}, r"A profile has no 'shoe_size_in_inches'; it may have age, country"),
    ({"age": -1}, "'age' is -1; please give a whole number from 0 to 120"),
    ({"age": 121}, "from 0 to 120"),
    ({"age": "34"}, "'age' is '34'"),
    ({"age": 34.5}, "whole number"),
    ({"age": True}, "whole number"),
    ({"phq9": 28}, "from 0 to 27"),
    ({"energy": 11}, "'energy' is 11; please give a whole number from 0 to 10"),
    ({"confidence": -1}, "'confidence' is -1"),
    ({"money": 9}, "'money' is 9; please give a whole number from 0 to 3"),
    ({"minutes_per_week": -5}, "'minutes_per_week' is -5"),
    ({"country": "XX"}, "no country's two-letter code"),
    ({"country": 7}, "no country's two-letter code"),
    ({"conditions": ["hart"]}, r"'conditions' has 'hart', which is not known; did you mean 'heart'\?"),
    ({"conditions": ["qqqq"]}, "known are heart, heart-failure"),
    ({"conditions": "heart"}, "'conditions' is 'heart'; please give a list"),
    ({"conditions": [None]}, "'conditions' has 'None'"),
    ({"symptoms": ["chest"]}, "'symptoms' has 'chest'"),
    ({"barriers": ["time", "cost", "pain"]}, "'barriers' has 3 entries; please pick the 2 that matter most"),
    ({"barriers": ["tired"]}, "'barriers' has 'tired'"),
    ({"likes": ["wallking"]}, r"'likes' has 'wallking', which is not known; did you mean 'walking'\?"),
    ({"places": ["moon"]}, "'places' has 'moon'"),
    ({"company": "dog"}, "'company' is 'dog'; please give one of alone, together, either"),
    ({"medicines": "sertraline"}, "please give a list"),
    ({"medicines": [""]}, "each as a name"),
    ({"medicines": [7]}, "each as a name"),
    ({"medicines": [f"medicine {place}" for place in range(61)]}, "at most 60"),
    ({"pregnant": "no"}, "'pregnant' is 'no'; please give true or false"),
    ({"clearance": 1}, "'clearance' is 1; please give true or false"),
    ({"intensity": "hard"}, "'intensity' is 'hard'; please give one of light, moderate, vigorous"),
    ({"flare": 1}, "'flare' is 1; please give true or false"),
    ({"medicine_changed": "yes"}, "'medicine_changed' is 'yes'"),
    ({"hot": 30}, "'hot' is 30"),
    ({"flair": True}, r"A profile has no 'flair'; did you mean 'flare'\?"),
    ({"active": 3}, "days a week and minutes a day"),
    ({"active": {"days": 2}}, "needs both days and minutes"),
    ({"active": {"days": 8, "minutes": 3}}, "'active.days' is 8"),
    ({"active": {"dayz": 8, "minutes": 3}}, r"'active' has no 'dayz'; did you mean 'days'\?"),
    ({"windows": [{"day": "monday", "from": "10:00", "to": "09:00"}]}, "Window 1 ends at 09:00, not after it starts"),
    ({"windows": [{"day": "monday", "from": "10:00", "to": "10:00"}]}, "not after it starts"),
    ({"windows": [{"day": "moonday", "from": "10:00", "to": "11:00"}]}, "Window 1 has the day 'moonday'"),
    ({"windows": [{"day": "monday", "from": "25:00", "to": "26:00"}]}, "Window 1 has the time '25:00'"),
    ({"windows": [{"day": "monday", "from": 10, "to": "11:00"}]}, "Window 1 has the time 10"),
    ({"windows": [{"day": "monday", "from": "10:00"}]}, "Window 1 has no 'to'"),
    ({"windows": [{"day": "monday", "from": "10:00", "to": "11:00", "place": "x"}]}, "Window 1 has no 'place'"),
    ({"windows": ["monday"]}, "Window 1 is 'monday'"),
])  # fmt: skip
def test_what_can_not_be_is_refused_in_one_sentence(given_: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        profile_from(given_)
    assert "\n" not in str(refused.value)


def test_something_that_is_no_object_is_refused() -> None:
    with pytest.raises(InputError, match="A profile is a JSON object"):
        profile_from(["age", 34])  # type: ignore[arg-type]  # what a file may hold


def test_a_weekday_may_be_shortened() -> None:
    (window,) = profile_from({"windows": [{"day": "Fri", "from": "08:00", "to": "08:30"}]}).windows
    assert window == Window("friday", time(8), time(8, 30))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), JSON, max_size=4))
def test_whatever_a_file_holds_is_read_or_refused(mapping: dict[str, Any]) -> None:
    try:
        made = profile_from(mapping)
    except InputError:
        return  # the one error that a caller has to know
    assert set(mapping) <= set(KEYS)
    assert isinstance(made, Profile)
