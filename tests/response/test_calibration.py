"""Over many simulated people: intervals cover, reverse causation is allowed for, nothing is claimed from nothing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ambulando.response.design import dose_of
from ambulando.response.fit import fit
from ambulando.response.model import default_grid
from ambulando.response.priors import constants, priors
from ambulando.response.series import Series
from ambulando.response.simulate import simulated_person, simulated_truth

START = date(2026, 1, 1)


def test_ninety_five_percent_intervals_cover_under_the_prior():
    rng = np.random.default_rng(20261122)
    grid, believed, facts = default_grid(), priors("central", ["walking", "yoga"]), constants()
    people, days = 200, 60
    covered = {"same-day": [], "next-day": []}
    for _ in range(people):
        pair = rng.choice(grid.phi.size, p=np.exp(grid.log_pair))
        phi, rho, kappa = grid.phi[pair], grid.rho[pair], rng.choice(grid.kappa)
        shape = facts["noise"]["shape"]
        s = np.sqrt(facts["noise"]["variance"] * (shape - 1) / rng.gamma(shape))
        state = rng.normal(0, s * np.sqrt(rho))
        moods = np.full(days, 5.0)
        truth, minutes = {}, {}
        for modality in ("walking", "yoga"):
            minutes[modality] = np.where(
                rng.random(days) < 0.4, rng.choice([10.0, 20.0, 30.0, 45.0], days), 0.0
            )
            dose = dose_of(minutes[modality], believed.met[modality], kappa)
            for horizon, column in (
                ("same-day", dose),
                ("next-day", np.concatenate([[dose.mean()], dose[:-1]])),
            ):
                belief = believed.of(modality, horizon)
                truth[modality, horizon] = rng.normal(belief.mean, belief.sd)
                moods += truth[modality, horizon] * column
        for t in range(days):
            moods[t] += state + rng.normal(0, s * np.sqrt(1 - rho))
            state = phi * state + rng.normal(0, s * np.sqrt((1 - phi**2) * rho))
        seen = rng.random(days) > 0.2
        answer = fit(
            Series(
                START,
                tuple(float(m) if here else None for m, here in zip(moods, seen, strict=True)),
                {modality: tuple(values.tolist()) for modality, values in minutes.items()},
            )
        )
        for effect in answer.effects:
            if effect.horizon in covered:
                covered[effect.horizon].append(
                    effect.ci[0] < truth[effect.modality, effect.horizon] < effect.ci[1]
                )
    for horizon, hits in covered.items():
        # 400 intervals: a standard error of 1.1 points, so 95% plus or minus 3.3 is three of them.
        assert np.mean(hits) == pytest.approx(0.95, abs=0.033), horizon


def test_under_reverse_causation_the_naive_difference_misleads_and_the_correction_does_not():
    rng = np.random.default_rng(4)
    people, days = 80, 120
    naive, ours, repaired, naive_covers, covers = [], [], [], [], []
    for _ in range(people):
        gamma, effect = rng.normal(0.5, 0.2), rng.normal(0.25, 0.30)
        state = np.zeros(days)
        for t in range(1, days):
            state[t] = 0.5 * state[t - 1] + rng.normal(0, 1.2 * np.sqrt(0.75))
        session = rng.random(days) < 1 / (1 + np.exp(0.7 - gamma * state))
        mood = np.clip(5 + effect * session + state + rng.normal(0, 0.9, days), 0, 10)
        seen = rng.random(days) > 0.2
        moods = tuple(float(m) if here else None for m, here in zip(mood, seen, strict=True))
        answer = fit(Series(START, moods, {"walking": tuple((30.0 * session).tolist())}))
        with_it, without = mood[seen & session], mood[seen & ~session]
        difference = with_it.mean() - without.mean()
        se = np.sqrt(with_it.var(ddof=1) / with_it.size + without.var(ddof=1) / without.size)
        naive.append(difference - effect)
        naive_covers.append(abs(difference - effect) < 1.96 * se)
        ours.append(answer.effects[0].mean - effect)
        repaired.append(answer.corrected.mean - effect)
        covers.append(answer.corrected.ci[0] < effect < answer.corrected.ci[1])
    # Standard errors over 80 people are about 0.03 to 0.04 points and, at 95% coverage, 2.4 percent.
    assert np.mean(naive) > 0.5
    assert np.mean(ours) < 0.6 * np.mean(naive)
    assert abs(np.mean(repaired)) < 0.1
    assert np.mean(naive_covers) < 0.65
    assert np.mean(covers) > 0.87


def test_where_exercise_does_nothing_almost_nobody_is_told_that_it_does():
    rng = np.random.default_rng(6)
    people, told = 120, 0
    for _ in range(people):
        truth = replace(simulated_truth(rng, ["walking"]), same_day={"walking": 0.0}, weeks=0.0)
        made = simulated_person(rng, 84, START, activities=("moderate-walk",), randomised=True, truth=truth)
        told += "lifted" in str(fit(made.series).sentence)
    # At a true rate of 2.5% six or fewer of 120 has a chance of 97%.
    assert told <= 6


def test_a_large_true_effect_on_drawn_days_is_found():
    rng = np.random.default_rng(8)
    found = []
    for _ in range(10):
        truth = replace(simulated_truth(rng, ["walking"]), same_day={"walking": 2.0})
        made = simulated_person(rng, 200, START, activities=("moderate-walk",), randomised=True, truth=truth)
        found.append("lifted" in str(fit(made.series).sentence))
    assert sum(found) >= 8
