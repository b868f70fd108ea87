"""The programme that chooses all sessions of a week together, and the lots after it."""

import itertools
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_people import TODAY

from ambulando.activity.catalogue import catalogue
from ambulando.plan import fill, programme
from ambulando.plan.programme import Entry, Option, Programme, may_follow, solve, spacing, worth
from ambulando.plan.rules import number
from ambulando.plan.standing import loaded
from ambulando.plan.week import make
from ambulando.safety.profile import profile_from

KINDS = ("walking", "yoga", "strength")


@st.composite
def programmes(draw):
    places = draw(st.integers(1, 5))
    options = tuple(
        Option(
            f"option {index}",
            kind := draw(st.sampled_from(KINDS)),
            loaded=kind == "strength",
            group=draw(st.booleans()),
            before=(before := draw(st.integers(0, 1))),
            kind_before=before + draw(st.integers(0, 1)),
            wanted=draw(st.sampled_from([0, 0, 0, 1, 2])),
        )
        for index in range(draw(st.integers(1, 4)))
    )
    days = sorted(draw(st.lists(st.integers(0, 6), min_size=places, max_size=places, unique=True)))
    entries = {
        (place, option): Entry(draw(st.integers(2, 20)), draw(st.integers(0, 300)) / 100)
        for place in range(places)
        for option in range(len(options))
        if draw(st.integers(0, 5))
    }
    return Programme(
        tuple(TODAY + timedelta(days=day) for day in days),
        options,
        entries,
        sessions=draw(st.integers(1, 3)),
        minutes=draw(st.integers(2, 60)),
        fixed=(),
        last=draw(st.sampled_from([None, TODAY, TODAY - timedelta(days=1)])),
    )


def every_week(problem, count):
    """All weeks of so many sessions that keep the rules, looked at one by one."""
    for places in itertools.combinations(range(len(problem.days)), count):
        for chosen in itertools.product(range(len(problem.options)), repeat=count):
            pairs = tuple(zip(places, chosen, strict=True))
            if all(pair in problem.entries for pair in pairs) and may_follow(problem, pairs):
                yield pairs


@settings(max_examples=150, deadline=None)
@given(programmes())
def test_no_week_is_better_than_that_of_the_programme(problem):
    found = solve(problem)
    most = next(
        (count for count in range(problem.sessions, 0, -1) if next(every_week(problem, count), None)), 0
    )
    assert len(found.chosen) == most
    if most:
        assert may_follow(problem, found.chosen)
        best = max(worth(problem, one) for one in every_week(problem, most))
        assert worth(problem, found.chosen) == pytest.approx(best, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_without_an_optimum_each_place_gets_the_best_that_still_may_be(problem):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programme, "_optimum", lambda *_: None)
        found = solve(problem)
    assert may_follow(problem, found.chosen)
    assert bool(found.chosen) == any(True for _ in every_week(problem, 1))
    assert not found.chosen or found.by == "greedy"


def test_when_the_solver_finds_no_optimum_the_week_is_still_there_and_its_trace_says_so(monkeypatch):
    told = profile_from({"likes": ["walking", "strength"], "active": {"days": 4, "minutes": 30}})
    together = make(told, today=TODAY, rng=Random(1))
    monkeypatch.setattr(programme, "_optimum", lambda *_: None)
    greedy = make(told, today=TODAY, rng=Random(1))
    assert len(greedy.week) == len(together.week)
    heavy = [one.day for one in greedy.week if loaded(catalogue()[one.activity])]
    assert all((later - day).days > 1 for day, later in itertools.pairwise(heavy))
    for made, word in ((together, "chosen together"), (greedy, "chosen one after the other")):
        for session in made.week:
            (step,) = [step for step in session.trace["steps"] if step["rule"] == "programme"]
            assert step["name"].startswith(word)


def test_neighbouring_days_cost_most_and_a_day_of_rest_is_enough():
    days = tuple(TODAY + timedelta(days=day) for day in range(7))
    problem = Programme(days, (), {}, sessions=3, minutes=60)
    costs = {places: spacing(problem, places) for places in itertools.combinations(range(7), 3)}
    best = min(costs, key=costs.__getitem__)
    assert all(later - day >= 2 for day, later in itertools.pairwise(best))
    assert costs[0, 1, 2] == max(costs.values())
    after = Programme(days, (), {}, sessions=1, minutes=60, last=TODAY - timedelta(days=1))
    assert spacing(after, (0,)) > spacing(after, (1,)) == spacing(after, (2,))


def test_homework_comes_first_as_often_as_it_was_agreed_on():
    told = {"likes": ["walking"], "homework": [{"activity": "tidy", "times": 2, "minutes": 5}]}
    for seed in range(5):
        week = make(profile_from(told), today=TODAY, rng=Random(seed)).week
        assert [session.activity for session in week].count("tidy") == 2
        for session in week:
            if session.activity == "tidy":
                assert session.minutes <= 5
                assert session.probability == 1
                assert "homework" in [step["rule"] for step in session.trace["steps"]]


def test_who_is_open_to_company_has_a_choice_with_others_in_the_week_or_is_told_of_one():
    open_to_it = make(profile_from({"company": "either"}), today=TODAY, rng=Random(1))
    alone = make(profile_from({"company": "alone"}), today=TODAY, rng=Random(1))
    assert fill.is_group(catalogue()[open_to_it.trace["group"]])
    named = "If you would like company" in str(open_to_it.message)
    assert named != any(fill.is_group(catalogue()[one.activity]) for one in open_to_it.week)
    assert alone.trace["group"] is None
    assert "company" not in str(alone.message)


def test_the_probability_that_is_stored_is_the_one_with_which_it_happens():
    """Drawn anew 500 times: the first session alone, and the second given what the first one was."""
    told = profile_from({"likes": ["walking"], "active": {"days": 3, "minutes": 20}})
    first: Counter[str] = Counter()
    second: Counter[tuple[str, str]] = Counter()
    said: dict[tuple[str, ...], float] = {}
    times = 500
    for seed in range(times):
        one, two, *_ = make(told, today=TODAY, rng=Random(seed)).week
        first[one.activity] += 1
        second[one.activity, two.activity] += 1
        for key, session in (((one.activity,), one), ((one.activity, two.activity), two)):
            assert said.setdefault(key, session.probability) == session.probability
    assert len(first) > 1, "nothing to draw among"
    for activity, count in first.items():
        assert count / times == pytest.approx(said[activity,], abs=4.5 * (0.25 / times) ** 0.5)
    for (one, two), count in second.items():
        of = first[one]
        assert count / of == pytest.approx(said[one, two], abs=4.5 * (0.25 / of) ** 0.5)
    assert min(said.values()) >= number("odds", "floor") - 1e-9
