"""What would change an answer: halves, tomorrow's session, odd days, and how many drawn days it would take."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ambulando.ground import InputError
from ambulando.response.fit import fit
from ambulando.response.sensitivity import sensitivity
from ambulando.response.series import Series

START = date(2026, 1, 1)


def person(seed: int, days: int, *, early: float = 0.0, late: float = 0.0, pull: float = 0.0) -> Series:
    """An effect of walking in the first and in the second half of the days; pull: low mood keeps them from it."""
    rng = np.random.default_rng(seed)
    state, moods, minutes = 0.0, [], []
    for t in range(days):
        walked = rng.random() < 1 / (1 + math.exp(-pull * state))
        mood = 5 + (early if t < days // 2 else late) * walked + state + rng.normal(0, 0.7)
        minutes.append(30.0 * walked)
        moods.append(None if rng.random() < 0.1 else float(mood))
        state = 0.6 * state + rng.normal(0, 0.8)
    return Series(START, tuple(moods), {"walking": tuple(minutes)})


def mean_of(series: Series, target: str = "mood") -> float:
    return fit(series, target=target).effects[0].mean


def test_each_half_speaks_for_itself():
    found = sensitivity(person(1, 160, early=1.5, late=-1.0))
    assert found.modality == "walking"
    assert found.first_half > 0.5
    assert found.second_half < 0.0


def test_a_half_with_too_few_days_says_nothing():
    found = sensitivity(person(2, 26))
    assert (found.first_half, found.second_half, found.lead_mean, found.lead_ci) == (None, None, None, None)
    assert found.lead_warns is False
    assert found.draw_days > 0


def test_the_session_of_tomorrow_warns_where_low_mood_keeps_a_person_from_it():
    warned = [sensitivity(person(seed, 250, pull=2.0)).lead_warns for seed in range(6)]
    calm = [sensitivity(person(seed, 250, early=1.0, late=1.0)).lead_warns for seed in range(6)]
    assert sum(warned) >= 4
    assert sum(calm) <= 1
    found = sensitivity(person(3, 250, pull=2.0))
    assert found.lead_ci[0] < found.lead_mean < found.lead_ci[1]


def test_a_few_odd_days_move_the_robust_answer_less():
    series = person(4, 100, early=0.5, late=0.5)
    walked = [t for t, m in enumerate(series.minutes["walking"]) if m > 0 and series.mood[t] is not None]
    odd = tuple(20.0 if t in walked[::8] else mood for t, mood in enumerate(series.mood))
    found, plain = sensitivity(replace(series, mood=odd)), mean_of(series)
    assert found.odd_days >= len(walked[::8])
    assert abs(found.robust_mean - plain) < abs(mean_of(replace(series, mood=odd)) - plain)
    assert "pulled in" in str(found.robust_method)


def test_days_that_are_all_alike_have_no_odd_ones():
    series = Series(START, (5.0,) * 40, {"walking": (30.0, 0.0) * 20})
    found = sensitivity(series)
    assert found.odd_days == 0
    assert found.robust_mean == pytest.approx(mean_of(series), abs=1e-9)


def test_a_restless_mood_asks_for_more_drawn_days():
    calm = person(5, 120)
    restless = replace(calm, mood=tuple(None if m is None else 5 + 3 * (m - 5) for m in calm.mood))
    assert sensitivity(restless).draw_days > 3 * sensitivity(calm).draw_days


def test_the_drawn_days_would_give_half_a_point_to_each_side():
    rng = np.random.default_rng(6)
    found = sensitivity(person(7, 150))
    known = fit(person(7, 150)).how_do_you_know
    phi, rho = known.persistence, known.inertia_share
    days = found.draw_days
    apart = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    sigma = known.noise_sd**2 * (rho * phi**apart + (1 - rho) * np.eye(days))
    widths = []
    for _ in range(40):
        x = np.column_stack([np.ones(days), rng.random(days) < 0.5]).astype(float)
        widths.append(1.96 * np.sqrt(np.linalg.inv(x.T @ np.linalg.solve(sigma, x))[1, 1]))
    assert np.mean(widths) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("target", ["energy", "sleep", "stress"])
def test_every_target_has_it(target):
    series = person(8, 90, early=1.0, late=1.0)
    turned = tuple(None if m is None else 10 - m for m in series.mood)
    rated = replace(series, energy=series.mood, stress=turned, sleep=(None, *series.mood[:-1]))
    found = sensitivity(rated, target=target)
    assert found.robust_mean == pytest.approx(mean_of(rated, target), abs=0.2)
    assert found.first_half is not None


def test_nothing_done_gives_nothing_to_lean_on():
    found = sensitivity(Series(START, (5.0,) * 30, {"walking": (0.0,) * 30}))
    assert (found.modality, found.robust_mean, found.draw_days) == (None, None, None)


def test_an_unknown_target_is_refused():
    with pytest.raises(InputError, match="no target 'joy'"):
        sensitivity(person(9, 20), target="joy")
