"""A small part of bench/plan_evaluation.py: the same people and luck for every way of planning, within safety, told as it is."""

import sys

import numpy as np
import pytest

from ambulando.response import following
from ambulando.response.followers import drawn, luck_of
from places import ROOT

sys.path.insert(0, str(ROOT / "bench"))
import plan_evaluation as evaluation
import plan_evaluation_report as report
import plan_policies as policies
import plan_scene

PEOPLE, DAYS = 24, 21
#: A chunk that the benchmark itself does not reach.
NUMBER = 9001
MAIN = evaluation.CASES[0]


@pytest.fixture(scope="module")
def lived():
    return evaluation.lived(MAIN, NUMBER, PEOPLE, DAYS)


def scene(people=PEOPLE, days=DAYS):
    who = drawn(np.random.default_rng([1, NUMBER]), people)
    return plan_scene.scene(who, luck_of(np.random.default_rng([2, NUMBER]), people, days), NUMBER)


def offers(name, here, days=DAYS):
    """What a policy offers day by day, and what became of it."""
    policy, now = policies.POLICIES[name](here), following.begin(here.people, here.luck)
    for _ in range(days):
        asked = policy.ask(now)
        day = following.live(here.people, here.luck, now, asked)
        policy.saw(now, asked, day)
        yield asked, day


def test_the_same_seed_gives_the_same_numbers(lived):
    again = evaluation.lived(MAIN, NUMBER, PEOPLE, DAYS)
    for name, value in lived.items():
        if not name.endswith("/seconds"):
            assert np.array_equal(value, again[name]), name


def test_every_way_is_lived_and_does_something(lived):
    assert set(report.policies(lived)) == set(policies.POLICIES)
    for name in policies.POLICIES:
        assert lived[f"{name}/sessions"].sum() > 0, name
        assert lived[f"{name}/minutes"].sum() > lived[f"{name}/sessions"].sum()
        assert (lived[f"{name}/sessions"] <= lived[f"{name}/offers"]).all()


def test_no_way_offers_what_is_beyond_safety(lived):
    for name in policies.POLICIES:
        assert lived[f"{name}/unsafe"].sum() == 0, name


def test_all_ways_meet_the_same_luck():
    here = scene(days=7)
    plain = [
        [day.wellbeing - day.gain for _, day in offers(name, here, 7)]
        for name in ("guideline, 30 min x 3", "percentile step goal", "oracle")
    ]
    for other in plain[1:]:
        assert np.allclose(plain[0], other)


def test_the_worlds_that_are_wrong_are_wrong_by_a_factor_of_two_both_ways():
    for name in ("effect", "slope", "pull", "spread", "leaving", "burden"):
        factors = sorted(getattr(case.wrong, name) for case in evaluation.CASES)
        assert (factors[0], factors[-1]) == (0.5, 2.0), name


def test_the_guideline_is_thirty_minutes_three_times_unless_safety_says_less():
    here = scene()
    for asked, _ in list(offers("guideline, 30 min x 3", here, 7)):
        for one in np.flatnonzero(asked.activity[:, 0] >= 0):
            assert asked.minutes[one, 0] == min(30, here.limits[one].max_minutes or 30)
    days = sum(asked.activity[:, 0] >= 0 for asked, _ in offers("guideline, 30 min x 3", here, 7))
    assert (days == 3).all()


def test_couch_to_5k_walks_with_those_whose_joints_are_sore():
    here = scene()
    running = {following.table().place[name] for name in ("walk-jog", "jog")}
    ran = np.zeros(PEOPLE, dtype=bool)
    for asked, _ in offers("couch to 5k", here, 7):
        ran |= np.isin(asked.activity[:, 0], list(running))
    assert here.people.sore.any()
    assert not ran[here.people.sore].any()
    assert ran[~here.people.sore].sum() > PEOPLE // 2


def test_the_couch_table_adds_up_to_its_nine_weeks():
    assert len(policies.COUCH) == 9
    assert all(len(week) == 3 for week in policies.COUCH)
    run = [week[-1][0] for week in policies.COUCH]
    assert run == sorted(run)
    assert run[-1] == 30


def test_a_step_goal_follows_what_was_walked():
    here = scene()
    days = list(offers("percentile step goal", here))
    assert np.unique(days[0][0].minutes[:, 0]).size > 1  # walking scatters about the goal
    walked = np.array([day.minutes for _, day in days[:9]])
    keen = walked.sum(axis=0) > np.quantile(walked.sum(axis=0), 0.7)
    later = np.mean([asked.minutes[:, 0] for asked, _ in days[9:]], axis=0)
    assert later[keen].mean() > later[~keen].mean()


def test_thompson_sampling_learns_what_lifts_an_evening():
    here = scene(40, 84)
    policy, now = policies.POLICIES["Thompson sampling"](here), following.begin(here.people, here.luck)
    for _ in range(84):
        asked = policy.ask(now)
        policy.saw(now, asked, following.live(here.people, here.luck, now, asked))
    told = policy.sure > policy.sure.min()
    assert told.any()
    assert np.corrcoef(policy.mean[told], here.people.who.same_day[told])[0, 1] > 0.1


def test_ambulando_is_asked_with_what_the_application_knows_and_offers_smaller_sizes():
    here = scene()
    policy = policies.Ambulando(here)
    now = following.begin(here.people, here.luck)
    seen = np.zeros(PEOPLE, dtype=bool)
    for _ in range(7):
        asked = policy.ask(now)
        assert (np.diff(asked.minutes, axis=1) <= 0).all()
        policy.saw(now, asked, following.live(here.people, here.luck, now, asked))
        seen |= asked.activity[:, 0] >= 0
    assert seen.all()
    assert any(policy.bouts)
    noted = sum(map(len, policy.checkins)) / (7 * PEOPLE)
    assert 0.7 < noted < 0.95


def test_a_profile_tells_what_a_person_knows_of_themselves_and_no_more():
    here = scene()
    profile = here.profiles[0]
    assert profile.likes or not here.people.told_likes[0].any()
    assert {window.day for window in profile.windows} <= set(plan_scene.DAYS)
    assert profile.minutes_per_week >= 90


def made(lead):
    """Stored results in which ours is ahead by ``lead`` of everybody, give or take."""
    rng = np.random.default_rng(3)
    found = {}
    for name in policies.POLICIES:
        for outcome in (*evaluation.OUTCOMES, "seconds"):
            found[f"{name}/{outcome}"] = np.abs(rng.normal(0.5, 0.1, 400))
        found[f"{name}/gain"] = rng.normal(0.5 + (lead if name == report.OURS else 0), 0.1, 400)
        found[f"{name}/active"] = (rng.random(400) < 0.7 + (lead if name == report.OURS else 0)).astype(float)
        found[f"{name}/unsafe"] = np.zeros(400)
    return found


def test_the_page_tells_margins_with_their_intervals():
    text = report.page(evaluation.CASES, {"main": made(0.2)}, "0123abcd")
    mean, low, high = report.margin(made(0.2), "couch to 5k", "gain")
    assert low < mean < high
    assert f"**{mean:+.2f} ({low:+.2f} to {high:+.2f})**" in text
    assert "is clearly ahead in 8" in text
    assert "Everything here is simulated" in text
    assert "not done yet" in text
    assert text.count("\n") < 130


def test_the_page_says_where_it_is_behind():
    text = report.page(evaluation.CASES[:1], {"main": made(-0.2)}, "0123abcd")
    assert "is clearly ahead in 0" in text
    assert "mood gain against couch to 5k: as assumed." in text
    assert "not done yet" not in text
