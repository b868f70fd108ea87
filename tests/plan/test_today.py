"""The one suggestion of a day, smaller, and swap."""

from dataclasses import replace
from datetime import time, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout, broken

from ambulando.activity.catalogue import catalogue
from ambulando.plan.places import Place, placed
from ambulando.plan.session import with_minutes
from ambulando.plan.today import moved, shorter, smaller, suggestion, swap
from ambulando.plan.week import make
from ambulando.safety.limits import INTENSITIES
from ambulando.safety.profile import Window, profile_from
from ambulando.safety.screen import screen
from cast import ADA, CLEO, HANA


def week(told, seed=1):
    return make(profile_from(told), today=TODAY, rng=Random(seed)).week


def first(minutes, told=ADA):
    return with_minutes(week(told)[0], minutes, "full")


def test_the_session_of_today_is_the_suggestion():
    sessions = week(HANA)
    assert suggestion(sessions, today=TODAY, energy=7) == sessions[0]
    assert suggestion(list(reversed(sessions)), today=TODAY) == sessions[0]


def test_a_rest_day_offers_the_smallest_version_of_the_next_session():
    sessions = week(HANA)
    offered = suggestion(sessions, today=TODAY + timedelta(days=1), energy=8)
    assert offered is not None
    assert offered.day == TODAY + timedelta(days=1)
    assert offered.activity == sessions[1].activity
    assert (offered.size, 2 <= offered.minutes <= 5) == ("smallest", True)


def test_low_energy_makes_the_suggestion_smaller_and_almost_none_the_smallest():
    sessions = week(HANA)
    full, low, none = (suggestion(sessions, today=TODAY, energy=energy) for energy in (8, 2, 0))
    assert (full.size, low.size, none.size) == ("full", "half", "smallest")
    assert none.minutes < low.minutes < full.minutes


def test_a_week_that_was_planned_for_low_energy_is_not_halved_again():
    sessions = list(week(ADA | {"active": {"days": 3, "minutes": 60}, "minutes_per_week": None, "energy": 2}))
    assert sessions[0].day == TODAY
    assert sessions[0].minutes < sessions[1].minutes
    assert suggestion(sessions, today=TODAY, energy=2) == sessions[0]


def test_without_a_session_ahead_there_is_no_suggestion():
    assert suggestion([], today=TODAY) is None
    assert suggestion(week(ADA), today=TODAY + timedelta(days=20)) is None


def test_smaller_is_half_and_then_the_smallest_version_which_stays():
    half = smaller(first(30))
    assert (half.minutes, half.size) == (15, "half")
    smallest = smaller(half)
    assert (smallest.minutes, smallest.size) == (5, "smallest")
    assert smaller(smallest).minutes == 5
    assert (smaller(first(8)).minutes, smaller(first(8)).size) == (4, "smallest")
    assert smaller(first(2)).minutes == 2


def test_smaller_says_its_minutes_everywhere_and_notes_itself_in_the_trace():
    half = smaller(first(30))
    assert "for 15 minutes" in str(half.if_then)
    assert half.trace["if_then"]["values"]["minutes"] == 15
    assert half.trace["steps"][-1]["value"] == 15
    assert half.trace["steps"][-1]["rule"] == "smallest"


@given(st.integers(2, 180), st.integers(1, 5))
def test_smaller_never_grows_and_ends_between_two_and_five_minutes(minutes, times):
    session = first(minutes)
    for _ in range(times):
        before = session.minutes
        session = smaller(session)
        assert session.minutes <= before
        assert session.minutes >= 2
    assert times < 2 or session.minutes <= 5


def test_swap_offers_something_else_that_is_liked():
    for seed in range(20):
        session = week(ADA, seed)[0]
        other = swap(session, profile_from(ADA), today=TODAY, rng=Random(seed))
        assert other.activity != session.activity
        assert catalogue()[other.activity].modality in ("walking", "yoga")
        assert (other.day, other.time) == (session.day, session.time)


def test_swap_leaves_the_session_where_safety_holds_the_plan_by_now():
    session = week(ADA)[0]
    assert swap(session, profile_from(CLEO), today=TODAY, rng=Random(1)) == session


@given(PROFILES, BOUTS, st.integers(0, 2**32))
def test_a_swap_is_safe_and_asks_no_more(profile, bouts, seed):
    sessions = make(profile, today=TODAY, rng=Random(seed), bouts=bouts).week
    limits = screen(profile).limits
    for session in sessions:
        other = swap(session, profile, today=TODAY, rng=Random(seed), bouts=bouts)
        before, after = catalogue()[session.activity], catalogue()[other.activity]
        assert not broken(after, limits)
        assert other.minutes <= session.minutes
        assert after.met * other.minutes <= before.met * session.minutes + 1e-6
        assert after.impact <= before.impact
        assert INTENSITIES.index(after.intensity) <= INTENSITIES.index(before.intensity)


def test_the_smallest_version_names_no_longer_one():
    session = first(30)
    smallest = smaller(smaller(session))
    assert str(smallest.if_then).endswith("That is all, and it counts in full.")
    assert f"for {smallest.minutes} minutes" in str(smallest.if_then)
    assert smallest.trace["if_then"]["pattern"] == smallest.if_then.pattern


# --- where


CLASS = Place(
    id="class",
    name="Chair yoga at the hall",
    kind="class",
    activities=("yoga", "strength", "tai-chi", "dance", "aerobic", "mixed"),
    days=(Window("monday", time(18), time(18, 45)), Window("thursday", time(18), time(18, 45))),
)
PARK = Place(id="park", name="The park", kind="park", activities=("walking", "yoga", "everyday"))
DONE = [bout("chair-yoga-class", ago, 45) for ago in (2, 5, 9, 12, 16, 19)]
JOINS = {
    "company": "together",
    "likes": ["chair-yoga-class"],
    "windows": [{"day": day, "from": "18:00", "to": "20:00"} for day in ("monday", "thursday")],
    "active": {"days": 3, "minutes": 45},
}


def in_a_class():
    made = make(profile_from(JOINS), today=TODAY, rng=Random(1), bouts=DONE, places=[CLASS])
    return next(one for one in made.week if one.trace.get("place", {}).get("id") == "class")


def test_a_few_minutes_name_no_class_and_no_park_to_go_to():
    session = in_a_class()
    assert session.minutes >= 20
    half = smaller(session)
    assert half.minutes >= 10
    assert half.trace["place"] == session.trace["place"]
    for little in (smaller(smaller(session)), shorter(session, 0.1), smaller(shorter(session, 0.1))):
        assert little.minutes < 10
        assert "place" not in little.trace
        (step,) = (one for one in little.trace["steps"] if one["name"] == "worth a way from")
        assert (step["value"], step["rule"]) == (10, "place")


def test_ones_own_place_is_close_enough_for_a_few_minutes():
    session = in_a_class()
    own = replace(session, trace={**session.trace, "place": {**session.trace["place"], "own": True}})
    assert smaller(smaller(own)).trace["place"]["own"]


def test_what_is_done_on_another_day_names_no_place_that_was_for_its_own():
    session = in_a_class()
    early = moved(session, session.day - timedelta(days=1))
    assert early.day == session.day - timedelta(days=1)
    assert "place" not in early.trace
    assert early.trace["steps"][-1]["value"] == session.day.isoformat()
    assert moved(session, session.day) == session
    always = replace(session, trace={**session.trace, "place": {**session.trace["place"], "when": []}})
    assert moved(always, early.day).trace["place"]["name"] == CLASS.name
    rest_day = suggestion([session], today=session.day - timedelta(days=1))
    assert rest_day is not None
    assert "place" not in rest_day.trace


def test_a_place_is_found_for_what_is_really_planned():
    profile, session = profile_from(JOINS), in_a_class()
    little = smaller(smaller(session))
    assert placed(little, [CLASS, PARK], profile) == little, "nobody needs a way for five minutes"
    assert placed(little, [replace(CLASS, own=True)], profile).trace["place"]["own"]
    early = moved(session, session.day - timedelta(days=1))
    assert placed(early, [CLASS], profile) == early
    studio = replace(CLASS, id="studio", name="The studio", days=(Window("sunday", time(18), time(20)),))
    sunday = moved(session, TODAY + timedelta(days=6))
    found = placed(sunday, [CLASS, studio], replace(profile, windows=()))
    assert found.trace["place"]["name"] == "The studio"
    assert found.trace["steps"][-1]["value"] == "The studio"
