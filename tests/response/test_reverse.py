"""The correction for reverse causation, held against Bayes' rule and dense algebra."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ambulando.response.crowd import Setting, from_figures, live, series_of
from ambulando.response.design import REVERSE, design
from ambulando.response.fit import fit
from ambulando.response.model import default_grid, predicted_variance
from ambulando.response.priors import priors
from ambulando.response.series import Series

START = date(2026, 1, 5)


def selected(gamma: float, variance: float, share: float = 0.33) -> tuple[float, float]:
    """By numerical integration, for u ~ N(0, variance) and a logistic pull gamma: by how much the mean of u differs
    between days with and without a session, and the variance of u within days of one kind."""
    u = np.linspace(-9, 9, 20001) * np.sqrt(variance)
    density = np.exp(-0.5 * u**2 / variance)
    density /= density.sum()
    session = 1 / (1 + (1 - share) / share * np.exp(-gamma * u))
    yes, no = density * session, density * (1 - session)
    means = yes @ u / yes.sum(), no @ u / no.sum()
    within = yes @ (u - means[0]) ** 2 + no @ (u - means[1]) ** 2
    return means[0] - means[1], within


@pytest.mark.parametrize(("gamma", "told"), [(0.2, 0.28), (0.4, 0.54), (0.58, 0.75)])
def test_what_a_session_tells_about_the_mood_before_it_is_gamma_times_its_variance(gamma, told):
    shift, within = selected(gamma, 1.44)
    # The biases of the plain difference that were measured with these people.
    assert shift == pytest.approx(told, abs=0.02)
    # Bayes' rule is exact with the variance within days of one kind, and nearly so with the whole of it: the column uses
    # the whole, which says up to an eighth too much at the strength of the diary study.
    assert shift == pytest.approx(gamma * within, rel=0.02)
    assert 1.0 < gamma * 1.44 / shift < 1.13


def test_the_column_is_the_shift_of_the_state_given_the_days_before_by_dense_algebra():
    rng = np.random.default_rng(1)
    length, grid = 14, default_grid()
    seen = rng.random(length) > 0.3
    session = rng.random(length) < 0.4
    recorded = seen | (rng.random(length) < 0.5)
    series = Series(
        START,
        tuple(5.0 if here else None for here in seen),
        {"walking": tuple(np.where(recorded, 30.0 * session, np.nan).tolist())},
    )
    made = design(series, series.mood, priors("central", ["walking"]), grid, predicted_variance(grid, seen))
    assert made.place[REVERSE]
    chosen = np.where(recorded, session - session[recorded].mean(), 0.0)
    for pair in range(grid.phi.size):
        phi, rho = grid.phi[pair], grid.rho[pair]
        lag = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
        state = rho * phi**lag
        expected = np.zeros(length)
        for t in range(length):
            before = np.flatnonzero(seen[:t])
            noisy = state[np.ix_(before, before)] + (1 - rho) * np.eye(before.size)
            left = state[t, t] - state[t, before] @ np.linalg.solve(noisy, state[before, t])
            # A shock on day t, fading with phi from there on.
            expected[t:] += left * chosen[t] * phi ** np.arange(length - t)
        np.testing.assert_allclose(made.shock[:, pair], expected, atol=1e-12)


def people(reverse: float, number: int, days: int):
    """People of the published bias, with a true effect of 0.26 points."""
    rng = np.random.default_rng([2, int(100 * reverse)])
    who = from_figures(rng, number)
    fixed = {"level": 5.0, "same_day": 0.26, "weeks": 0.0, "reverse": reverse, "persistence": 0.5, "sd": 1.5,
             "inertia_share": 0.64}  # fmt: skip
    who = replace(who, **{name: np.full(getattr(who, name).shape, value) for name, value in fixed.items()})
    setting = Setting(days=days, share=0.33, missing=0.2, missing_by_mood=0.0, whole=False, ill=False)
    lives = live(rng, who, setting)
    return [fit(series_of(lives, one, ("walking",), START, morning=False)) for one in range(number)]


def test_the_correction_takes_off_what_the_pull_of_low_mood_puts_on():
    pulled = people(0.5, 40, 200)
    before = np.mean([answer.effects[0].mean for answer in pulled])
    after = np.mean([answer.corrected.mean for answer in pulled])
    assert before > 0.26 + 0.2
    assert after == pytest.approx(0.26, abs=0.1)
    assert np.mean([answer.corrected.sd > answer.effects[0].sd for answer in pulled]) > 0.95


def test_where_nothing_pulls_the_correction_takes_off_too_much_and_its_interval_still_covers():
    free = people(0.0, 40, 120)
    assert np.mean([answer.corrected.mean for answer in free]) < 0.26
    assert np.mean([answer.corrected.ci[0] < 0.26 < answer.corrected.ci[1] for answer in free]) > 0.8


def test_on_drawn_days_there_is_nothing_to_correct():
    rng = np.random.default_rng(3)
    lives = live(rng, from_figures(rng, 1), Setting(days=80, drawn=True, ill=False))
    answer = fit(series_of(lives, 0, ("walking",), START, morning=False))
    assert answer.grade == "A"
    assert answer.corrected.mean == pytest.approx(answer.effects[0].mean, abs=0.01)
