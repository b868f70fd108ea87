"""The road to an aim, week by week, on the limits of growth."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout

from ambulando.activity.catalogue import MODALITIES
from ambulando.ground import InputError
from ambulando.plan.pace import MILES, WITH_DISTANCE, in_km, in_unit, pace, usual_of
from ambulando.plan.road import road, unit_of
from ambulando.plan.rules import rules
from ambulando.plan.standing import standing
from ambulando.safety.limits import Limits
from ambulando.safety.profile import Aim, Profile, profile_from

TWO_MILES = Aim("walking", km=3.2)


def drawn(aim, bouts=(), limits=Limits(), weeks=12, **told):  # noqa: B008 - frozen
    profile = profile_from(told)
    return road(
        aim, standing=standing(profile, today=TODAY, bouts=bouts), limits=limits, profile=profile, weeks=weeks
    )


def far(activity, ago, minutes, metres):
    return replace(bout(activity, ago, minutes), metres=metres)


def test_two_miles_a_week_then_slowly_more_is_a_road_of_small_steps():
    found = drawn(TWO_MILES, country="US")
    assert len(found.weeks) == 12
    assert [one.starts for one in found.weeks[:3]] == [0, 7, 14]
    assert (found.weeks[0].sessions, found.weeks[0].minutes) == (2, 5)
    assert found.weeks[1].sessions == 3  # more often comes before longer
    assert 3 < found.reached_in < 9
    assert "miles in all" in str(found.weeks[0].words)
    last, there = found.weeks[-1], found.weeks[found.reached_in - 1]
    assert last.sessions * last.minutes > there.sessions * there.minutes  # and slowly more
    assert "slowly on" in str(found.sentence)


def test_who_wants_no_more_than_the_aim_stays_at_it():
    found = drawn(replace(TWO_MILES, grow=False))
    there = found.weeks[found.reached_in - 1]
    for week in found.weeks[found.reached_in - 1 :]:
        assert (week.sessions, week.minutes) == (there.sessions, there.minutes)
    assert all(week.sessions * week.minutes <= 60 for week in found.weeks)
    assert "stays level" in str(found.sentence)


def test_distance_becomes_time_by_ones_own_pace_and_names_the_walks():
    walks = [far("easy-walk", ago, 30, 2000) for ago in (2, 5, 8)]
    state = standing(profile_from({}), today=TODAY, bouts=walks)
    own = pace("walking", state)
    assert (own.minutes, own.own) == (15, True)
    assert {"kind": "bout", "id": walks[0].start.isoformat()} in own.step["rows"]
    assert drawn(TWO_MILES, walks).weeks[0].km == pytest.approx(
        30 * drawn(TWO_MILES, walks).weeks[0].sessions / 15, abs=0.06
    )


def test_without_a_pace_the_speed_of_the_tables_counts_and_says_so():
    found = pace("walking", standing(profile_from({}), today=TODAY))
    assert (found.minutes, found.own) == (18.75, False)
    assert found.step["rule"] == "pace"
    assert "Compendium" in rules()["pace"].source


def test_a_stroll_of_a_few_metres_or_a_clock_left_running_is_no_pace():
    odd = [far("easy-walk", 2, 20, 250), far("easy-walk", 3, 400, 1000)]
    assert not pace("walking", standing(profile_from({}), today=TODAY, bouts=odd)).own


def test_where_nothing_may_grow_the_road_is_level_and_says_so_kindly():
    found = drawn(TWO_MILES, limits=Limits(progression=False))
    assert len({(one.sessions, one.minutes) for one in found.weeks}) == 1
    assert found.reached_in is None
    assert "keep it level" in str(found.sentence)


def test_where_no_session_is_right_there_is_no_road():
    assert drawn(TWO_MILES, limits=Limits(max_minutes=0)).weeks == ()


def test_an_aim_that_is_far_is_not_reached_and_there_is_no_hurry():
    found = drawn(Aim("walking", km=60))
    assert found.reached_in is None
    assert "no hurry" in str(found.sentence)


def test_a_road_that_the_offered_time_ends_says_so_and_names_the_rule():
    found = drawn(Aim("walking", minutes=300), minutes_per_week=45)
    assert found.weeks[-1].sessions * found.weeks[-1].minutes <= 45
    assert "as far as your time" in str(found.sentence)
    assert any(one["rule"] == "offered" and one["value"] == 45 for one in found.steps)


def test_who_is_there_already_hears_it():
    walks = [bout("easy-walk", ago, 30) for ago in range(1, 28, 2)]
    assert drawn(Aim("walking", minutes=60), walks).reached_in == 1


def test_minutes_can_be_an_aim_for_every_kind_and_distance_for_those_that_have_one():
    for kind in MODALITIES:
        assert drawn(Aim(kind, minutes=60)).weeks
        if kind in WITH_DISTANCE:
            assert drawn(Aim(kind, km=5)).weeks[0].km is not None
        else:
            with pytest.raises(InputError, match="There is no distance"):
                drawn(Aim(kind, km=5))


@pytest.mark.parametrize("weeks", [0, 53])
def test_a_road_of_no_weeks_or_of_more_than_a_year_is_refused(weeks):
    with pytest.raises(InputError, match="1 to 52"):
        drawn(TWO_MILES, weeks=weeks)


def test_miles_are_for_the_countries_that_use_them():
    assert {
        country for country in ("US", "GB", "LR", "MM", "DE", "IE", "CA", None) if unit_of(country) == "mile"
    } == set(MILES)
    assert in_unit(in_km(2, "mile"), "mile") == pytest.approx(2)
    assert in_km(2, "mile") == pytest.approx(3.218688)
    assert in_km(2, "km") == 2


def test_every_step_names_a_rule_that_there_is():
    for one in (*drawn(TWO_MILES).steps, *drawn(TWO_MILES, limits=Limits(progression=False)).steps):
        assert one["rule"] in rules()


AIMS = st.builds(
    lambda kind, minutes, grow: Aim(kind, minutes=minutes, grow=grow),
    st.sampled_from(MODALITIES),
    st.integers(2, 600),
    st.booleans(),
)


@given(PROFILES, BOUTS, AIMS, st.none() | st.integers(2, 60), st.booleans())
def test_no_road_grows_faster_than_its_rules(profile: Profile, bouts, aim, most, progression):
    state = standing(profile, today=TODAY, bouts=bouts)
    limits = Limits(max_minutes=most, progression=progression)
    weeks = road(aim, standing=state, limits=limits, profile=profile).weeks
    usual, _ = usual_of(aim.modality, state)
    first = weeks[0]
    assert first.sessions * first.minutes <= max(usual * 1.2, usual + 30) + 1e-6
    for before, after in pairwise(weeks):
        past, now = before.sessions * before.minutes, after.sessions * after.minutes
        assert past <= now <= max(past * 1.2, past + 30) + 1e-6
        assert after.sessions - before.sessions in (0, 1)
        if aim.modality in ("running", "strength"):
            assert after.minutes <= 1.10 * before.minutes + 1e-6
        else:
            assert after.minutes <= max(1.10 * before.minutes, before.minutes + 5) + 1e-6
        if not progression:
            assert now == past
    for week in weeks:
        assert 1 <= week.sessions <= 5
        assert 1 <= week.minutes <= min(60, most or 60)
        if profile.minutes_per_week is not None:
            assert week.sessions * week.minutes <= max(profile.minutes_per_week, 2)
        if not aim.grow:
            assert week.sessions * week.minutes <= max(aim.minutes, usual, 2)
