"""If-then plans in a person's own words: as they wrote them, whatever they wrote."""

from dataclasses import replace
from datetime import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import TODAY

from ambulando.activity.catalogue import catalogue
from ambulando.ground import as_json, stored, words_of
from ambulando.plan import sentences
from ambulando.plan.barriers import barriers
from ambulando.plan.own_words import CUES, own_of, reworded
from ambulando.plan.session import session_from, with_minutes
from ambulando.plan.week import make
from ambulando.safety.profile import LONGEST_WORDS, OwnPlan, profile_from
from cast import ADA

WALK, TWIN = catalogue()["easy-walk"], catalogue()["indoor-walk"]
ODD = [
    "{cue}",
    "{",
    "}}",
    "%s %(x)s",
    "<b>tea</b>",
    "“tea” & cake",
    "茶を飲んだ",
    "☕",
    "x" * LONGEST_WORDS,
    "{0.__class__}",
]


def said(barrier: str | None, cue: str = "", instead: str = "", minutes: int = 8) -> str:
    return str(
        sentences.if_then(
            WALK,
            minutes=minutes,
            at=time(8),
            barrier=barriers()[barrier] if barrier else None,
            indoor=TWIN,
            own=OwnPlan(cue, barrier, instead),
        )
    )


def test_their_own_words_make_the_whole_plan():
    assert (
        said("weather", "I have had tea", "I dance to one song")
        == "If it is 08:00 and I have had tea, then walk at an easy pace for 8 minutes. If it rains or it is dark: I dance to one song."
    )


def test_a_stop_at_the_end_is_not_doubled():
    assert said("weather", "I have had tea.", "I dance. ").endswith("If it rains or it is dark: I dance.")
    assert "tea., then" not in said("weather", "I have had tea.")


@pytest.mark.parametrize("barrier", [None, *barriers()])
@pytest.mark.parametrize("written", ODD)
def test_odd_letters_stay_as_they_were_written(barrier: str | None, written: str):
    assert said(barrier, written, written).count(written) >= 2


@given(st.text(max_size=LONGEST_WORDS), st.text(max_size=LONGEST_WORDS), st.sampled_from([None, *barriers()]))
def test_whatever_is_written_is_only_ever_a_value(cue: str, instead: str, barrier: str | None):
    made = sentences.if_then(
        WALK,
        minutes=8,
        at=time(8),
        barrier=barriers()[barrier] if barrier else None,
        indoor=TWIN,
        own=OwnPlan(cue, barrier, instead),
    )
    assert sentences.as_clause(instead) in str(made)
    assert words_of(stored(made)) == made
    known = {one for row in barriers().values() for one in (row.own, row.if_then)}
    assert made.pattern in known | {sentences.OWN, sentences.IF_THEN, sentences.SMALLEST}


@pytest.mark.parametrize("barrier", [None, *barriers()])
def test_what_is_left_empty_is_as_it_was_without_it(barrier: str | None):
    row = barriers()[barrier] if barrier else None
    plain = sentences.if_then(WALK, minutes=8, at=time(8), barrier=row, indoor=TWIN)
    for empty in ("", "  ", ".", " . "):
        assert said(barrier, "", empty) == str(plain)


def test_the_words_for_one_barrier_do_not_stand_in_the_plan_of_another():
    plan = sentences.if_then(
        WALK,
        minutes=8,
        at=time(8),
        barrier=barriers()["fatigue"],
        indoor=None,
        own=OwnPlan("", "weather", "I dance"),
    )
    assert "dance" not in str(plan)


def test_the_signs_to_stop_stay_where_their_own_words_are():
    """What side effects and fear of harm need is said beside what the person wrote."""
    assert "If you feel unwell, sit down" in said("side-effects", "", "I go later")
    assert "If something feels wrong, stop and rest" in said("fear", "", "I go slowly")


def test_when_to_begin_is_said_once_and_holds_for_all():
    profile = profile_from(
        {"own_plans": [{"cue": "I have had tea"}, {"barrier": "weather", "instead": "I dance"}]}
    )
    assert own_of(profile, barriers()["weather"]) == OwnPlan("I have had tea", "weather", "I dance")
    assert own_of(profile, barriers()["fatigue"]) == OwnPlan("I have had tea", "fatigue", "")
    assert own_of(profile, None) == OwnPlan("I have had tea", None, "")
    assert own_of(profile_from({}), None) is None


def test_a_cue_for_one_barrier_comes_before_that_for_all():
    profile = profile_from({"own_plans": [{"cue": "noon"}, {"barrier": "weather", "cue": "it is dry"}]})
    assert own_of(profile, barriers()["weather"]).cue == "it is dry"
    assert own_of(profile, barriers()["pain"]).cue == "noon"


@pytest.fixture(scope="module")
def week():
    told = {"own_plans": [{"cue": "I have had tea"}, {"barrier": "fatigue", "instead": "I sit in the sun"}]}
    return make(profile_from(ADA | {"barriers": ["fatigue"]} | told), today=TODAY, rng=Random(1)).week


def test_a_week_is_made_with_their_words(week):
    for session in week:
        assert "and I have had tea, then" in str(session.if_then)
        assert str(session.if_then).endswith("If there is no energy: I sit in the sun.")
        assert words_of(session.trace["if_then"]) == session.if_then


def test_new_words_change_the_sentence_and_nothing_else(week):
    profile = profile_from(ADA | {"barriers": ["fatigue"], "own_plans": [{"cue": "the cat is fed"}]})
    for session in week:
        made = reworded(session, profile)
        assert "and the cat is fed, then" in str(made.if_then)
        assert "I sit in the sun" not in str(made.if_then)
        same = lambda one: {k: v for k, v in as_json(one).items() if k not in ("if_then", "trace")}  # noqa: E731
        assert same(made) == same(session)
        assert {**made.trace, "if_then": 0} == {**session.trace, "if_then": 0}


def test_their_words_stay_when_a_session_becomes_smaller(week):
    for session in week:
        small = with_minutes(session_from(as_json(session)), 2, "smallest")
        assert "for 2 minutes" in str(small.if_then)
        assert "I sit in the sun" in str(small.if_then)


def test_how_to_do_it_is_not_said_of_other_minutes_than_it_was_made_for(week):
    session = replace(week[0], trace={**week[0].trace, "how": [{"pattern": "x", "values": {}}]})
    assert "how" in with_minutes(session, session.minutes, "full").trace
    assert "how" not in with_minutes(session, 2, "smallest").trace


def test_taken_out_again_the_plan_is_as_it_was_made_without_them():
    bare = profile_from(ADA)
    worded = profile_from(ADA | {"own_plans": [{"cue": "x"}, {"barrier": "weather", "instead": "y"}]})
    for session in make(bare, today=TODAY, rng=Random(3)).week:
        assert reworded(reworded(session, worded), bare).if_then.pattern == session.if_then.pattern
        assert str(reworded(reworded(session, worded), bare).if_then) == str(session.if_then)


def test_ideas_to_start_from_are_short_enough_to_keep():
    for idea in (*map(str, CUES), *(idea for barrier in barriers().values() for idea in barrier.ideas)):
        assert 0 < len(idea) <= LONGEST_WORDS
        assert not set(idea) & set("{}!.")
