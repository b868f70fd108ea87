"""Goals and the limits of growth."""

from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout

from ambulando.activity.catalogue import catalogue
from ambulando.ground import words_of
from ambulando.plan.effort import ceiling
from ambulando.plan.progression import cap, goal, mastery, percentile, planned_week
from ambulando.plan.standing import loaded, modality_of, standing
from ambulando.safety.limits import INTENSITIES, Limits
from ambulando.safety.profile import Profile, profile_from
from cast import ADA, HANA

FREE = Limits()
WALK, RUN, SQUATS = (catalogue()[name] for name in ("easy-walk", "easy-run", "weighted-squats"))


def stands(bouts=(), **told):
    return standing(profile_from(told), today=TODAY, bouts=bouts)


@dataclass(frozen=True)
class Felt:
    """A check-in some days before today."""

    ago: int
    mood: float | None = None
    energy: float | None = None
    ill: bool = False

    @property
    def day(self):
        return TODAY - timedelta(days=self.ago)


def planned(bouts=(), limits=FREE, missed=0, checkins=(), mastered=None, **told):
    profile = profile_from(told)
    state = standing(profile, today=TODAY, bouts=bouts, checkins=checkins)
    return goal(profile, state, limits, missed=missed, mastered=mastered)


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
    assert aim.minutes <= 5 < planned().minutes
    assert aim.sessions == 3


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
    for told, share in (({"phq9": 14}, 60), ({"phq9": 15}, 50), ({"confidence": 5}, 50), ({"phq9": 20}, 40)):
        steps = planned(bouts, **told).steps
        assert any(said(one).startswith(f"percentile {share}%") and one["value"] == share for one in steps)
    both = planned(bouts, phq9=16, confidence=5)
    assert any(said(one).startswith("percentile 40%") for one in both.steps)
    assert planned(bouts, phq9=20).minutes <= planned(bouts, phq9=15).minutes <= planned(bouts).minutes


def test_growth_takes_three_sessions_that_did_not_feel_hard():
    easy = [bout("easy-walk", ago, 20, effort=3) for ago in range(0, 28, 2)]
    hard = [bout("easy-walk", ago, 20, effort=8) for ago in range(0, 28, 2)]
    assert planned(easy).minutes == 22
    assert planned(hard).minutes == 20


def test_more_often_comes_before_longer():
    once_a_week = [bout("easy-walk", ago, 20, effort=3) for ago in (0, 6, 13, 20, 27)]
    aim = planned(once_a_week)
    assert aim.sessions == 3
    assert not any(one["rule"] == "step-up" for one in aim.steps)
    twice_a_week = [bout("easy-walk", ago, 20, effort=3) for ago in (1, 4, 8, 11, 15, 18, 22, 25)]
    assert (planned(twice_a_week).sessions, planned(twice_a_week).minutes) == (
        3,
        23,
    )  # 70 minutes of a week, shared
    assert any(one["rule"] == "step-up" for one in planned(twice_a_week).steps)


def test_days_that_were_made_smaller_do_not_shrink_the_plan_and_two_misses_do():
    walks = [bout("easy-walk", ago, 5 if ago % 4 == 0 else 20, effort=8) for ago in range(0, 28, 2)]
    aim = planned(walks, phq9=15)
    assert aim.minutes == 20
    assert any(one["rule"] == "hold" for one in aim.steps)
    assert planned(walks, phq9=15, missed=2).minutes == 5


def test_a_week_grows_from_what_was_planned_and_mostly_done():
    week = [(TODAY - timedelta(days=ago), 20, ago != 2) for ago in (1, 2, 4, 6)]
    assert planned_week(week, TODAY) == 80
    assert planned_week([(day, minutes, False) for day, minutes, _ in week], TODAY) == 0
    assert planned_week([(day - timedelta(days=28), *rest) for day, *rest in week], TODAY) == 0
    assert planned_week([], TODAY) == 0


def test_two_missed_sessions_shorten_the_next_ones_by_a_quarter():
    bouts = [bout("easy-walk", ago, 40, effort=8) for ago in range(0, 28, 2)]
    assert (planned(bouts).minutes, planned(bouts, missed=2).minutes) == (40, 30)


def test_a_missed_week_halves_the_plan():
    bouts = [bout("easy-walk", ago, 40) for ago in range(8, 28, 2)]
    aim = planned(bouts, checkins=[Felt(ago=3)])
    assert (aim.sessions, aim.minutes) == (2, 20)


@pytest.mark.parametrize(("ago", "minutes"), [(6, 20), (7, 10), (0, 10)])
def test_after_seven_days_without_a_word_it_starts_again_with_ten_minutes_at_most(ago, minutes):
    bouts = [bout("easy-walk", ago, 40) for ago in range(8, 28, 2)]
    aim = planned(bouts, checkins=[Felt(ago=ago)])  # a check-in of today is the coming back
    assert aim.minutes == minutes
    assert any(one["rule"] == "silent-week" for one in aim.steps) == (minutes == 10)


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
        <= 15  # ten minutes, and five more for three good ones
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
    assert 1 <= aim.sessions <= 5
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
    assert goal(ada, standing(ada, today=TODAY), FREE).minutes <= 10
    assert goal(hana, standing(hana, today=TODAY), FREE).sessions == 5


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
    [
        *((1, 2, 22), (1, 1, 22), (1, None, 22), (None, 1, 22), (-3, 0, 22), (-3, -3, 22)),
        *((1, 0, 20), (5, 4, 20), (None, 0, 20), (None, -5, 20), (2, -1, 20)),  # as long as before
    ],
)
def test_a_session_grows_only_if_it_felt_good_and_no_worse_than_before(before, after, minutes):
    bouts = [bout("easy-walk", ago, 20, effort=3) for ago in range(2, 28, 2)]
    assert planned([*bouts, felt("easy-walk", 0, 20, before, after)]).minutes == minutes


def test_one_point_in_one_of_three_sessions_is_no_difference_and_two_sessions_that_felt_worse_are():
    walks = [bout("easy-walk", ago, 20, effort=3) for ago in range(6, 28, 2)]

    def after(*felt_so):
        return [*walks, *(felt("easy-walk", 4 - 2 * at, 20, *one) for at, one in enumerate(felt_so))]

    assert planned(after((0, 1), (1, 0), (0, 1))).minutes == 22
    assert planned(after((0, 1), (3, 1), (0, 1))).minutes == 20
    assert planned(after((0, 1), (1, 0), (1, 0))).minutes == 15


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
    # whole minutes of the same week, shared by fewer sessions
    assert said.minutes * said.sessions <= (silent.minutes + 1) * silent.sessions
    assert said.sessions <= silent.sessions


def test_growth_takes_three_sessions_that_did_not_hurt():
    walks = [bout("easy-walk", ago, 20, effort=3) for ago in range(0, 28, 2)]
    assert planned(walks).minutes == 22
    for place, minutes in ((0, 15), (1, 20), (2, 20), (3, 22)):
        hurt = [replace(one, pain=number == place) for number, one in enumerate(walks)]
        aim = planned(hurt)
        assert aim.minutes == minutes
        if place in (1, 2):
            (held,) = [one for one in aim.steps if said(one) == "as long as before"]
            assert held["rule"] == "step-up-pain"
            assert {"kind": "bout", "id": walks[place].start.isoformat()} in held["rows"]


def test_pain_that_was_not_told_counts_as_not_told():
    walks = [bout("easy-walk", ago, 20, effort=3) for ago in range(0, 28, 2)]
    assert planned(walks).minutes == planned([replace(one, pain=False) for one in walks]).minutes


def test_a_kind_that_hurt_last_time_is_a_quarter_shorter_and_gentler_than_that_time_and_others_are_not():
    walks = [bout("moderate-walk", ago, 20) for ago in (6, 4, 2)]
    state = stands([*walks[:2], replace(walks[2], pain=True), bout("chair-yoga", 1, 20)])
    assert cap(WALK, state, FREE).minutes == 15
    assert cap(WALK, state, FREE).step["rule"] == "step-down-feeling"
    assert cap(catalogue()["chair-yoga"], state, FREE).minutes == 25
    assert ceiling(WALK, state, FREE, liked=True, named=True).intensity == "light"


GENTLE = tuple(bout("easy-walk", ago, 30, effort=3) for ago in range(0, 28, 2))
BRISK = catalogue()["brisk-walk"]


def test_from_light_to_moderate_comes_after_often_and_ten_minutes():
    assert ceiling(BRISK, stands(GENTLE), FREE).intensity == "moderate"
    assert ceiling(BRISK, stands(GENTLE, phq9=15), FREE).intensity == "moderate"
    seldom = [bout("easy-walk", ago, 30, effort=3) for ago in range(0, 28, 5)]
    short = [bout("easy-walk", ago, 9, effort=3) for ago in range(0, 28, 2)]
    hard = [bout("easy-walk", ago, 30, effort=7) for ago in range(0, 28, 2)]
    for bouts in (seldom, short, hard):
        assert ceiling(BRISK, stands(bouts), FREE, liked=True).intensity == "light"
    for told in ({"feeling_after": 0}, {"feeling_before": 4, "feeling_after": 2}, {"pain": True}):
        last = replace(GENTLE[0], **told)
        assert ceiling(BRISK, stands([last, *GENTLE[1:]]), FREE, liked=True).intensity == "light"


def test_vigorous_comes_after_thirty_minutes_and_only_in_a_kind_that_is_liked_and_not_when_goals_are_soft():
    brisk = [bout("brisk-walk", ago, 30, effort=3) for ago in range(0, 28, 2)]
    assert ceiling(BRISK, stands(brisk), FREE, liked=True).intensity == "vigorous"
    assert ceiling(BRISK, stands(brisk), FREE).intensity == "moderate"
    assert ceiling(BRISK, stands(brisk, phq9=15), FREE, liked=True).intensity == "moderate"
    short = [bout("brisk-walk", ago, 29, effort=3) for ago in range(0, 28, 2)]
    assert ceiling(BRISK, stands(short), FREE, liked=True).intensity == "moderate"


def test_pain_in_any_of_the_last_three_keeps_a_kind_as_it_is():
    walks = [GENTLE[0], replace(GENTLE[1], pain=True), *GENTLE[2:]]
    assert ceiling(BRISK, stands(walks), FREE, liked=True).intensity == "light"


def test_brisker_is_no_growth_for_whom_nothing_grows():
    assert ceiling(BRISK, stands(GENTLE), Limits(progression=False), liked=True).intensity == "light"


def test_what_somebody_names_or_does_already_is_their_own_choice():
    assert ceiling(BRISK, stands(GENTLE[:4]), FREE, named=True).intensity == "vigorous"
    mixed = [bout("brisk-walk", 1, 10), *GENTLE[1:]]
    assert ceiling(BRISK, stands(mixed), FREE).intensity == "moderate"
    assert ceiling(BRISK, stands(), FREE).intensity == "vigorous"  # not done yet: the other rules say


def test_the_step_of_a_ceiling_names_its_rule_and_the_sessions():
    found = ceiling(BRISK, stands(GENTLE), FREE, liked=True).step
    assert (found["rule"], found["value"]) == ("intensity-step", "moderate")
    assert [one["id"] for one in found["rows"] if one["kind"] == "bout"] == [
        one.start.isoformat() for one in sorted(GENTLE[:3], key=lambda one: one.start)
    ]


@pytest.mark.parametrize(("done", "minutes"), [(0, 13), (1, 13), (2, 20)])
def test_after_an_illness_the_first_two_sessions_are_smaller(done, minutes):
    ill = [Felt(ago=5, ill=True), Felt(ago=1)]
    before = [bout("easy-walk", ago, 20, effort=8) for ago in range(6, 30, 2)]
    since = [bout("easy-walk", ago, 20, effort=8) for ago in (3, 1)[:done]]
    aim = planned([*before, *since], checkins=ill)
    assert aim.minutes == minutes
    assert any(one["rule"] == "after-illness" for one in aim.steps) == (done < 2)


def test_an_illness_of_long_ago_or_of_today_makes_nothing_smaller_here():
    bouts = [bout("easy-walk", ago, 20, effort=8) for ago in range(16, 40, 2)]
    walks = [*bouts, bout("easy-walk", 1, 20, effort=8)]
    assert planned(walks, checkins=[Felt(ago=15, ill=True)]).minutes == 20
    assert planned(walks, checkins=[Felt(ago=0, ill=True)]).minutes == 20


def test_mastery_is_the_share_done_of_what_was_offered_and_too_little_of_it_makes_goals_softer():
    assert mastery([True] * 5) is None
    assert mastery([True, False] * 4) == 0.5
    assert mastery([False] * 40 + [True] * 12) == 1
    bouts = [bout("easy-walk", 2 * number, 10 * (number + 1), effort=3) for number in range(9)]
    assert planned(bouts, mastered=0.8).minutes == planned(bouts).minutes
    low = planned(bouts, mastered=0.5)
    assert low.minutes * low.sessions < planned(bouts).minutes * planned(bouts).sessions
    assert not any(one["rule"] == "step-up" for one in low.steps)
    assert any(one["rule"] == "mastery" and one["value"] == 0.5 for one in low.steps)


def test_who_wants_no_more_than_their_aim_gets_no_more_and_keeps_what_they_do():
    bouts = [bout("easy-walk", ago, 20, effort=3) for ago in range(0, 28, 2)]  # 70 minutes a week
    aim = {"modality": "walking", "minutes": 60, "grow": False}
    assert planned(bouts).minutes > 20
    assert planned(bouts, aim=aim).minutes == 20
    assert planned(bouts, aim=aim).total <= 80
    assert planned(bouts, aim={**aim, "grow": True}).minutes == planned(bouts).minutes
    assert planned([], aim={**aim, "minutes": 10}).total == 10


@given(PROFILES, BOUTS, st.lists(st.sampled_from((None, True, False)), min_size=25, max_size=25))
def test_nothing_grows_after_pain(profile: Profile, bouts, pains):
    hurt = [replace(one, pain=pain) for one, pain in zip(bouts, pains, strict=False)]
    state = standing(profile, today=TODAY, bouts=hurt)
    aim = goal(profile, state, FREE)
    if any(one.pain for one in state.last):
        assert not any(one["rule"] == "step-up" for one in aim.steps)
        silent = goal(profile, standing(profile, today=TODAY, bouts=bouts), FREE)
        assert aim.sessions <= silent.sessions
    for kind, last in state.last_of.items():
        if last[-1].pain:
            for activity in (one for one in catalogue().values() if one.modality == kind):
                assert cap(activity, state, FREE, liked=True).minutes <= max(0.75 * last[-1].minutes, 2)


@given(PROFILES, BOUTS, st.floats(0, 1))
def test_doing_less_of_what_was_offered_never_makes_goals_larger(profile: Profile, bouts, share):
    state = standing(profile, today=TODAY, bouts=bouts)
    known, unknown = (goal(profile, state, FREE, mastered=value) for value in (share, None))
    assert known.sessions <= unknown.sessions
    assert known.total == unknown.total


@given(PROFILES, BOUTS, st.integers(0, 27), st.integers(0, 27))
def test_a_higher_phq9_never_makes_the_goal_of_a_session_larger(profile: Profile, bouts, one, other):
    low, high = sorted((one, other))
    goals = []
    for total in (low, high):
        told = replace(profile, phq9=total)
        found = goal(told, standing(told, today=TODAY, bouts=bouts), FREE)
        goals.append((found.sessions, found.steps[0]["value"]))
    assert goals[1][0] <= goals[0][0]
    assert goals[1][1] <= goals[0][1]


@given(PROFILES, BOUTS, st.sampled_from(sorted(catalogue())))
def test_a_ceiling_is_at_most_one_step_over_what_was_done(profile: Profile, bouts, name):
    state = standing(profile, today=TODAY, bouts=bouts)
    entry = catalogue()[name]
    last = state.last_of.get(entry.modality, ())
    if len(last) == 3 and entry.modality != "everyday":
        used = max(INTENSITIES.index(catalogue()[one.activity].intensity) for one in last)
        assert INTENSITIES.index(ceiling(entry, state, FREE, liked=True).intensity) <= used + 1
        assert INTENSITIES.index(ceiling(entry, state, FREE).intensity) <= used
