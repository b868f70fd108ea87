"""The words for what went into a session: what the person most often does, and what is known of its form."""

from datetime import time, timedelta

import pytest
from plan_people import TODAY

from ambulando.activity.catalogue import catalogue
from ambulando.plan import reasons
from ambulando.plan.doing import Offered, learn
from ambulando.plan.score import score
from ambulando.plan.standing import standing
from ambulando.safety.profile import profile_from


def said(offered, *, at=time(9), minutes=10, **told):
    profile = profile_from(told)
    state = standing(profile, today=TODAY)
    doing = learn(offered, profile=profile, standing=state)
    chosen = score(
        catalogue()["easy-walk"], minutes=minutes, at=at, profile=profile, standing=state, doing=doing
    )
    return [str(one) for one in reasons.usually(chosen)]


def offers(count, done, at=lambda n: time(9), minutes=lambda n: 10, weather=()):
    return [
        Offered(TODAY - timedelta(days=n + 1), at(n), "easy-walk", minutes(n), bool(done(n)), weather=weather)
        for n in range(count)
    ]


def test_what_is_done_in_the_morning_is_said_of_mornings_and_of_no_other_time():
    mixed = offers(30, lambda n: n % 2, at=lambda n: time(9 if n % 2 else 19))
    assert said(mixed) == ["The morning is when you most often do it."]
    assert said(mixed, at=time(19)) == []


def test_short_ones_are_named_where_long_ones_stay_undone():
    mixed = offers(40, lambda n: n % 2, minutes=lambda n: 5 if n % 2 else 40)
    assert said(mixed, minutes=5) == ["Short ones are what you most often do."]
    assert said(mixed, minutes=40) == []


def test_both_come_in_one_sentence():
    mixed = offers(
        40, lambda n: n % 2, at=lambda n: time(9 if n % 2 else 19), minutes=lambda n: 5 if n % 2 else 40
    )
    assert said(mixed, minutes=5) == ["Short ones in the morning are what you most often do."]


def test_who_goes_out_in_the_rain_hears_that_they_have():
    wet = offers(30, lambda n: n % 9, weather=("rain",))
    assert "You have often gone out in such weather." in said(wet, weather=["rain"])
    assert said(wet) == []


@pytest.mark.parametrize("done", [True, False])
def test_before_own_days_say_something_nothing_is_said_of_them(done):
    assert said([]) == said(offers(7, lambda n: done)) == []


def test_what_stays_undone_is_never_held_against_anybody():
    """Where most stays undone there is nothing to say, and no sentence counts or names what was missed."""
    assert said(offers(40, lambda n: False)) == []
    assert (
        said(offers(40, lambda n: n % 5 == 0, at=lambda n: time(9 if n % 5 == 0 else 19)), at=time(19)) == []
    )
    for sentence in reasons.USUALLY.values():
        assert not set(sentence.lower().split()) & {"not", "missed", "only", "never", "failed"}
        assert not any(letter.isdigit() for letter in sentence)


def test_of_the_form_two_traits_at_most_are_said():
    for activity in catalogue().values():
        assert len(reasons.form(activity, "either")) <= 2
