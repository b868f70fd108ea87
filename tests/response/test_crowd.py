"""Many simulated people at once: the same lives as one at a time, made as the figures and the settings say."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ambulando.ground import InputError
from ambulando.response.crowd import (
    Setting,
    compared,
    figures,
    from_beliefs,
    from_figures,
    live,
    series_of,
)
from ambulando.response.design import dose_of
from ambulando.response.model import default_grid
from ambulando.response.priors import constants, priors
from ambulando.response.protocol import Protocol, option_of, schedule
from ambulando.response.simulate import simulated_person

START = date(2026, 1, 5)
PROTOCOL = Protocol("test", (option_of("walking"), option_of("yoga")), "mood", 10, 3, START)


def crowd(seed: int = 1, people: int = 300, days: int = 60, *, fixed: dict | None = None, **setting):
    rng = np.random.default_rng(seed)
    who = from_figures(rng, people)
    for name, value in (fixed or {}).items():
        who = replace(who, **{name: np.full(getattr(who, name).shape, value)})
    return who, live(rng, who, Setting(days=days, **setting))


def inertia(lives, who):
    """How far the evening's mood is from the person's own level, before the noise of one evening."""
    return lives.wellbeing - who.level[:, None]


def test_the_same_seed_gives_the_same_crowd_and_it_is_labelled_simulated():
    first, again, other = crowd(2)[1], crowd(2)[1], crowd(3)[1]
    np.testing.assert_array_equal(first.mood, again.mood)
    np.testing.assert_array_equal(first.minutes, again.minutes)
    assert not np.array_equal(first.mood, other.mood, equal_nan=True)
    assert first.simulated
    assert series_of(first, 0, ("walking",), START).simulated


def test_a_crowd_and_people_one_by_one_agree_in_distribution():
    people, days = 250, 56
    _who, lives = crowd(4, people, days, met=(3.5,))
    facts = figures()
    ones = [
        simulated_person(np.random.default_rng([5, n]), days, START, activities=("moderate-walk",)).series
        for n in range(people)
    ]
    ours = {
        "recorded": lives.here.mean(axis=1),
        "mood": np.nanmean(lives.mood, axis=1),
        "spread": np.nanstd(lives.mood, axis=1),
        "minutes": np.array([m[h].mean() for m, h in zip(lives.minutes, lives.here, strict=True)]),
    }
    theirs = {name: [] for name in ours}
    for one in ones:
        mood = np.array([np.nan if value is None else value for value in one.mood])
        minutes = np.array(one.minutes.get("walking", (np.nan,)))
        theirs["recorded"].append(one.days / days)
        theirs["mood"].append(np.nanmean(mood))
        theirs["spread"].append(np.nanstd(mood))
        theirs["minutes"].append(np.nanmean(minutes))
    for name, values in ours.items():
        other = np.array(theirs[name])
        error = np.sqrt(values.var() / people + other.var() / people)
        assert abs(values.mean() - other.mean()) < 4 * error, name
        assert values.std() == pytest.approx(other.std(), rel=0.25), name
    assert 1 - ours["recorded"].mean() == pytest.approx(facts["missing"]["share_of_days"], abs=0.05)


def test_the_effect_and_the_dose_are_those_of_the_model():
    grid, believed = default_grid(), priors("central", ["walking"])
    who = from_beliefs(np.random.default_rng(6), 40, ["walking"], believed, grid)
    setting = {"drawn": True, "whole": False, "ill": False, "met": (believed.met["walking"],)}
    with_it = live(np.random.default_rng(7), who, Setting(days=30, **setting))
    nothing = replace(who, same_day=0 * who.same_day)
    without = live(np.random.default_rng(7), nothing, Setting(days=30, **setting))
    for one in range(40):
        dose = dose_of(with_it.minutes[one], believed.met["walking"], float(who.dose_scale[one]))
        np.testing.assert_allclose(
            with_it.wellbeing[one] - without.wellbeing[one], who.same_day[one, 0] * dose, atol=1e-9
        )
    np.testing.assert_allclose(with_it.on_rating, who.same_day, atol=1e-9)


def test_people_of_the_models_beliefs_are_spread_as_the_priors_say():
    grid, believed = default_grid(), priors("central", ["walking", "yoga"])
    who = from_beliefs(np.random.default_rng(8), 6000, ["walking", "yoga"], believed, grid)
    for column, modality in enumerate(("walking", "yoga")):
        belief = believed.of(modality, "same-day")
        assert who.same_day[:, column].mean() == pytest.approx(belief.mean, abs=0.02)
        assert who.same_day[:, column].std() == pytest.approx(belief.sd, rel=0.05)
    assert np.mean(who.sd**2) == pytest.approx(constants()["noise"]["variance"], rel=0.05)
    assert who.persistence.mean() == pytest.approx(np.exp(grid.log_pair) @ grid.phi, abs=0.02)
    assert set(who.dose_scale) == set(grid.kappa)


def test_whole_ratings_are_taps_from_0_to_10_and_a_gap_is_nothing_at_all():
    who, lives = crowd(9, fixed={"level": 9.0})
    assert set(np.unique(lives.mood[lives.here])) <= set(range(11))
    assert np.isnan(lives.mood[~lives.here]).all()
    assert lives.on_rating.mean() < who.same_day.mean(), "near the end of the scale less of it can be seen"
    for one in range(20):
        series = series_of(lives, one, ("walking",), START)
        first, last = np.flatnonzero(lives.here[one])[[0, -1]].tolist()
        assert series.start == START + timedelta(first)
        assert len(series.mood) == last - first + 1
        for n, here in enumerate(lives.here[one, first : last + 1]):
            assert (series.mood[n] is None) == (not here)
            assert np.isnan(series.minutes["walking"][n]) == (not here)


def test_every_noise_has_the_same_spread_and_its_own_shape():
    shapes = {}
    for noise in ("normal", "heavy", "skewed"):
        _, lives = crowd(10, 400, 60, noise=noise, whole=False, ill=False, missing=0.01,
                         fixed={"inertia_share": 0.0, "sd": 1.5, "same_day": 0.0, "weeks": 0.0})  # fmt: skip
        left = (lives.mood - lives.wellbeing)[lives.here]
        assert left.std() == pytest.approx(1.5, rel=0.06)
        shapes[noise] = np.mean(left**3) / 1.5**3, np.mean(np.abs(left) > 6.0)
    assert shapes["skewed"][0] < -1.0
    assert abs(shapes["normal"][0]) < 0.1
    assert shapes["heavy"][1] > 5 * shapes["normal"][1] > 0


def test_inertia_is_as_persistent_as_it_is_set():
    for slow, low, high in ((0.0, 0.25, 0.35), (0.6, 0.6, 0.8)):
        who, lives = crowd(11, 400, 120, slow=slow, ill=False, whole=False,
                           fixed={"persistence": 0.3, "same_day": 0.0, "weeks": 0.0})  # fmt: skip
        state = inertia(lives, who)
        together = np.mean(state[:, 1:] * state[:, :-1]) / np.mean(state**2)
        assert low < together < high


def test_low_days_go_missing_and_late_days_too():
    who, lives = crowd(12, 600, 80, missing=0.3, missing_by_mood=-0.6, ill=False)
    state = inertia(lives, who)
    assert state[lives.here].mean() > state[~lives.here].mean() + 0.3
    assert lives.here[:, :20].mean() > lives.here[:, -20:].mean()


def test_a_draw_that_is_followed_in_part_is_followed_less_on_low_days():
    facts = figures()["adherence"]
    who, lives = crowd(13, 800, 40, drawn=True, asked=facts["asked"], unasked=facts["unasked"], ill=False,
                       fixed={"reverse": 0.5, "same_day": 0.0, "weeks": 0.0})  # fmt: skip
    done, asked = lives.kind >= 0, lives.asked
    assert done[asked].mean() == pytest.approx(facts["asked"], abs=0.03)
    assert done[~asked].mean() == pytest.approx(facts["unasked"], abs=0.03)
    state = inertia(lives, who)
    assert state[asked & done].mean() > state[asked & ~done].mean() + 0.2
    series = series_of(lives, 0, ("walking",), START)
    marked = (lives.here[0] & (asked[0] == done[0])).tolist()
    assert sum(series.randomised) == sum(marked)


def test_a_draw_that_is_always_followed_knows_nothing_of_the_mood():
    who, lives = crowd(
        14, 800, 40, drawn=True, ill=False, fixed={"reverse": 0.8, "same_day": 0.0, "weeks": 0.0}
    )
    np.testing.assert_array_equal(lives.kind >= 0, lives.asked)
    state = inertia(lives, who)
    assert abs(state[lives.asked].mean() - state[~lives.asked].mean()) < 0.05


def test_a_suggestion_helps_at_first_and_wears_off():
    _, none = crowd(15, 2000, 60, ill=False, fixed={"reverse": 0.0})
    _, every = crowd(15, 2000, 60, ill=False, suggested=1.0, fixed={"reverse": 0.0})
    more = (every.kind >= 0).mean(axis=0) - (none.kind >= 0).mean(axis=0)
    assert more[:3].mean() > 0.08
    assert abs(more[45:].mean()) < 0.02


@pytest.mark.parametrize("staying", ["trial", "app"])
def test_people_leave_as_often_as_was_read(staying):
    # With hardly a missing day, who leaves shows as the share still there.
    _, lives = crowd(16, 4000, 90, staying=staying, missing=0.001, missing_by_mood=0.0, ill=False)
    for day, share in figures()["staying"][staying]["by_day"]:
        assert lives.here[:, day - 1].mean() == pytest.approx(share, abs=0.02)


def test_on_an_ill_day_mood_is_lower_and_there_is_no_session():
    _who, lives = crowd(17, 600, 120)
    assert 0.01 < lives.ill.mean() < 0.08
    assert (lives.kind[lives.ill] == -1).all()
    assert np.nanmean(lives.mood[lives.ill]) < np.nanmean(lives.mood[~lives.ill]) - 0.3


def test_energy_goes_with_mood_and_stress_against_it():
    _, lives = crowd(18, 300, 60)
    here = lives.here
    assert np.corrcoef(lives.mood[here], lives.energy[here])[0, 1] > 0.5
    assert np.corrcoef(lives.mood[here], lives.stress[here])[0, 1] < -0.3


def test_a_comparison_has_the_days_of_its_schedule_and_the_effects_that_it_was_given():
    rng = np.random.default_rng(19)
    who = from_figures(rng, 400, 2)
    effects = np.tile([2.0, 0.0], (400, 1))
    setting = Setting(days=1, met=(4.0, 4.0), whole=False, missing=0.1)
    lives = compared(rng, who, setting, PROTOCOL, range(400), effects)
    assert [(day.day, day.block, day.option) for day in lives[3]] == [
        (draw.day, draw.block, draw.option) for draw in schedule(PROTOCOL, 3)
    ]
    rated = [day for days in lives for day in days if day.outcome is not None]
    means = [
        np.mean([day.outcome for day in rated if day.option == option]) for option in ("walking", "yoga")
    ]
    assert means[0] - means[1] == pytest.approx(2.0, abs=0.1)
    assert all(day.done == day.option for day in rated)
    part = compared(rng, who, replace(setting, asked=0.63), PROTOCOL, range(400), effects)
    assert np.mean([day.done == day.option for days in part for day in days]) == pytest.approx(0.63, abs=0.03)


def test_a_setting_that_can_not_be_is_refused():
    with pytest.raises(InputError, match="at least one day"):
        Setting(days=0)
    with pytest.raises(InputError, match="no noise 'pink'"):
        Setting(days=3, noise="pink")
    with pytest.raises(InputError, match="no way of staying 'forever'"):
        Setting(days=3, staying="forever")
