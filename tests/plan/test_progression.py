"""Goals and the limits of growth."""

from dataclasses import replace
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout

from ambulando.activity.catalogue import catalogue
from ambulando.ground import words_of
from ambulando.plan.progression import cap, goal, percentile
from ambulando.plan.standing import loaded, modality_of, standing
from ambulando.safety.limits import Limits
from ambulando.safety.profile import Profile, profile_from
from cast import ADA, HANA

FREE = Limits()
WALK, RUN, SQUATS = (catalogue()[name] for name in ("easy-walk", "easy-run", "weighted-squats"))


def stands(bouts=(), **told):
    return standing(profile_from(told), today=TODAY, bouts=bouts)


def planned(bouts=(), limits=FREE, missed=0, **told):
    profile = profile_from(told)
    return goal(profile, standing(profile, today=TODAY, bouts=bouts), limits, missed=missed)


def said(step):
    name = step["name"]
    return str(words_of(name)) if isinstance(name, dict) else name


def test_the_percentile_goes_by_rank_times_n_plus_one():
    days = [10.0, 20, 30, 40, 50, 60, 70, 80, 90]
    assert percentile(days, 0.6) == 60
    assert percentile(days, 0.4) == 40
    assert percentile([5.0], 0.6) == 5
    assert percentile([10.0, 20], 0.5) == 15


def test_who_moves_little_starts_with_five_to_ten_light_minutes_two_or_three_times():
    aim = planned(active={"days": 0, "minutes": 0})
    assert 5 <= aim.minutes <= 10
    assert aim.sessions == 3
    assert aim.light_only


def test_a_gentle_start_with_low_energy_is_gentler():
    aim = planned(energy=2)
    assert aim.minutes <= 5
    assert aim.sessions == 2


def test_the_gentle_start_ends_after_three_weeks_of_doing():
    early = planned([bout("easy-walk", ago, 8) for ago in (1, 4, 8)])
    later = planned([bout("easy-walk", ago, 8) for ago in (1, 4, 8, 15, 22, 29)])
    assert early.light_only
    assert not later.light_only


def test_the_goal_is_the_sixtieth_percentile_of_the_last_nine_active_days_and_softer_when_phq9_is_high():
    bouts = [bout("easy-walk", 3 * number, 10 * (number + 1)) for number in range(9)]  # 10 to 90 minutes
    assert any(
        said(one).startswith("percentile 60% of the last 9") and one["value"] == 60
        for one in planned(bouts).steps
    )
    soft = planned(bouts, phq9=15)
    assert any(said(one).startswith("percentile 40%") and one["value"] == 40 for one in soft.steps)
    assert soft.minutes < planned(bouts).minutes


def test_growth_takes_three_sessions_that_did_not_feel_hard():
    easy = [bout("easy-walk", ago, 20, effort=3) for ago in range(0, 28, 2)]
    hard = [bout("easy-walk", ago, 20, effort=8) for ago in range(0, 28, 2)]
    assert planned(easy).minutes == 22
    assert planned(hard).minutes == 20


def test_more_often_comes_before_longer():
    twice_a_week = [bout("easy-walk", ago, 40) for ago in (1, 4, 8, 11, 15, 18, 22, 25)]
    aim = planned(twice_a_week)
    assert (aim.sessions, aim.minutes) == (3, 38)  # 40 would pass the limit of the week: 86 + 30 minutes
    assert not any(one["rule"] == "step-up" for one in aim.steps)


def test_two_missed_sessions_shorten_the_next_ones_by_a_quarter():
    bouts = [bout("easy-walk", ago, 40, effort=8) for ago in range(0, 28, 2)]
    assert (planned(bouts).minutes, planned(bouts, missed=2).minutes) == (40, 30)


def test_a_missed_week_halves_the_plan():
    bouts = [bout("easy-walk", ago, 40) for ago in range(8, 28, 2)]
    aim = planned(bouts)
    assert (aim.sessions, aim.minutes) == (2, 20)


@pytest.mark.parametrize(("gap", "most"), [(14, 26), (27, 26), (28, 20), (60, 20)])
def test_after_a_gap_a_session_restarts_at_65_percent_and_after_four_weeks_at_half_of_the_old_longest(
    gap, most
):
    old = [bout("easy-walk", gap + ago, 40) for ago in (0, 3, 6)]
    assert cap(WALK, stands(old), FREE).minutes == most


def test_running_grows_by_a_tenth_of_the_longest_of_thirty_days_at_most():
    done = stands([bout("easy-run", 2, 20), bout("easy-run", 40, 60)])
    assert cap(RUN, done, FREE).minutes == 22


def test_walking_grows_by_five_minutes_or_a_tenth_whichever_is_larger():
    assert cap(WALK, stands([bout("easy-walk", 2, 20)]), FREE).minutes == 25
    assert cap(WALK, stands([bout("easy-walk", 2, 58)]), FREE).minutes == 60  # an hour is the most we plan
    assert cap(WALK, stands([bout("moderate-walk", 2, 52)]), FREE).minutes == 57


def test_a_kind_that_is_new_this_month_starts_small_even_for_somebody_fit():
    fit = stands([bout("easy-walk", ago, 50) for ago in range(0, 40, 2)])
    assert cap(RUN, fit, FREE).minutes == 10
    assert cap(catalogue()["chair-yoga"], fit, FREE).minutes == 25


def test_strength_and_jumping_count_as_loaded_and_walking_does_not():
    assert loaded(SQUATS)
    assert loaded(RUN)
    assert loaded(catalogue()["football"])
    assert not loaded(WALK)


def test_what_somebody_said_of_themselves_counts_until_there_are_four_weeks_of_records():
    assert planned(active={"days": 5, "minutes": 45}).minutes == 36
    assert (
        planned(
            [bout("easy-walk", ago, 10) for ago in range(0, 30, 3)], active={"days": 5, "minutes": 45}
        ).minutes
        < 12
    )


def test_without_growth_minutes_stay_at_the_recent_usual():
    limits = Limits(progression=False)
    bouts = [bout("easy-walk", ago, minutes) for ago, minutes in ((1, 4), (3, 6), (5, 30))]
    assert planned(bouts, limits).minutes == 6
    assert cap(WALK, stands(bouts), limits).minutes == 6
    assert planned([], limits).minutes == 5


def test_nothing_to_offer_still_leaves_the_two_minutes():
    aim = planned(minutes_per_week=0)
    assert (aim.sessions, aim.minutes, aim.total) == (1, 2, 2)
    assert (planned(minutes_per_week=7).sessions, planned(minutes_per_week=7).minutes) == (2, 3)


@given(PROFILES, BOUTS, st.integers(0, 4))
def test_a_week_stays_within_what_was_offered_and_within_growth(profile: Profile, bouts, missed):
    state = standing(profile, today=TODAY, bouts=bouts)
    aim = goal(profile, state, FREE, missed=missed)
    assert 1 <= aim.sessions <= 4
    assert aim.minutes >= 2
    assert aim.sessions * aim.minutes <= aim.total
    if profile.minutes_per_week is not None:
        assert aim.total <= max(profile.minutes_per_week, 2)
    assert aim.total <= max(state.week_minutes * 1.2, state.week_minutes + 30) + 1e-6


@given(PROFILES, BOUTS, st.sampled_from(sorted(catalogue())))
def test_no_cap_lets_a_session_grow_faster_than_its_rule(profile: Profile, bouts, name):
    activity = catalogue()[name]
    state = standing(profile, today=TODAY, bouts=bouts)
    most = cap(activity, state, FREE, liked=True).minutes
    same = [
        one.minutes
        for one in bouts
        if modality_of(one) == activity.modality
        and (TODAY - one.day).days < 30
        and (loaded(catalogue()[one.activity]) or not loaded(activity))
    ]
    assert most <= 60
    if same and loaded(activity):
        assert most <= max(1, floor(1.10 * max(same) + 1e-6))
    elif same:
        assert most <= max(1.10 * max(same), max(same) + 5) + 1e-6
    elif bouts and state.account is None and min((TODAY - one.day).days for one in bouts) >= 30:
        assert most <= max(10, 0.5 * max(one.minutes for one in bouts))
    assert cap(activity, state, Limits(max_minutes=7)).minutes <= 7


@given(PROFILES, BOUTS)
def test_missing_sessions_never_makes_a_plan_longer(profile: Profile, bouts):
    state = standing(profile, today=TODAY, bouts=bouts)
    usual, after = (goal(profile, state, FREE, missed=missed) for missed in (0, 2))
    assert after.minutes <= usual.minutes


def test_the_cast_starts_where_they_stand():
    ada, hana = (profile_from(person) for person in (ADA, HANA))
    assert goal(ada, standing(ada, today=TODAY), FREE).minutes <= 8
    assert goal(hana, standing(hana, today=TODAY), FREE).sessions == 4


@pytest.mark.parametrize(
    ("gentle", "hard"), [("chair-dance", "culture-dance"), ("chair-mix", "circuit"), ("bowls", "hoops")]
)
def test_a_long_gentle_form_does_not_open_a_long_jumping_one(gentle, hard):
    stands = standing(profile_from({}), today=TODAY, bouts=[bout(gentle, ago, 60) for ago in range(1, 12)])
    assert cap(catalogue()[hard], stands, Limits()).minutes == 10
    assert cap(catalogue()[gentle], stands, Limits()).minutes == 60


def test_a_jumping_form_grows_by_a_tenth_of_its_own_kind_of_load():
    bouts = [bout("chair-dance", 3, 60), bout("culture-dance", 5, 20)]
    stands = standing(profile_from({}), today=TODAY, bouts=bouts)
    assert cap(catalogue()["culture-dance"], stands, Limits()).minutes == 22


def felt(activity, ago, minutes, before, after):
    return replace(bout(activity, ago, minutes, effort=3), feeling_before=before, feeling_after=after)


@pytest.mark.parametrize(
    ("before", "after", "minutes"),
    [(1, 2, 22), (1, 1, 22), (-3, -3, 22), (1, 0, 20), (5, 4, 20), (None, -5, 22), (1, None, 22)],
)
def test_a_session_grows_only_if_it_felt_no_worse_after_than_before(before, after, minutes):
    bouts = [bout("easy-walk", ago, 20, effort=3) for ago in range(2, 28, 2)]
    assert planned([*bouts, felt("easy-walk", 0, 20, before, after)]).minutes == minutes


def test_growth_that_was_held_back_names_the_rule_and_the_session():
    worse = felt("easy-walk", 2, 20, 2, -1)
    bouts = [bout("easy-walk", ago, 20, effort=3) for ago in (0, *range(4, 28, 2))]
    held, goal_of_a_session = [
        one for one in planned([*bouts, worse]).steps if one["rule"] == "step-up-feeling"
    ]
    assert goal_of_a_session["name"] == "goal of a session"
    assert {"kind": "bout", "id": worse.start.isoformat()} in held["rows"]
    assert held["value"] == 20


def test_a_session_that_felt_worse_long_ago_holds_nothing_back():
    bouts = [bout("easy-walk", ago, 20, effort=3) for ago in range(0, 8, 2)]
    older = [felt("easy-walk", ago, 20, 3, -3) for ago in range(8, 28, 2)]
    assert planned([*bouts, *older]).minutes == 22


def test_nothing_is_said_of_feelings_where_growth_was_not_earned_anyway():
    hard = [replace(felt("easy-walk", ago, 20, 2, -1), effort=9) for ago in range(0, 28, 2)]
    assert not [one for one in planned(hard).steps if one["rule"] == "step-up-feeling"]


@given(PROFILES, BOUTS, st.lists(st.tuples(*[st.none() | st.integers(-5, 5)] * 2), min_size=25, max_size=25))
def test_how_it_felt_never_makes_a_plan_longer(profile: Profile, bouts, feelings):
    told = [
        replace(one, feeling_before=before, feeling_after=after)
        for one, (before, after) in zip(bouts, feelings, strict=False)
    ]
    silent, said = (goal(profile, standing(profile, today=TODAY, bouts=some), FREE) for some in (bouts, told))
    assert said.minutes * said.sessions <= silent.minutes * silent.sessions
    assert said.sessions <= silent.sessions
