"""Simulated people: labelled, repeatable, and as the cited figures say."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError
from ambulando.response.fit import fit
from ambulando.response.simulate import figures, simulated_person, simulated_truth

START = date(2026, 1, 5)


def made(seed: int = 1, days: int = 84, **more):
    return simulated_person(np.random.default_rng(seed), days, START, **more)


def test_everything_is_labelled_simulated():
    one = made()
    assert one.simulated
    assert one.series.simulated
    assert fit(one.series).simulated
    assert all(row.simulated for row in (*one.checkins, *one.bouts, *one.phq9))


def test_the_same_seed_gives_the_same_person():
    assert repr(made(2)) == repr(made(2))
    assert repr(made(2)) != repr(made(3))


def test_check_ins_bouts_and_questionnaires_are_what_a_person_could_have_entered():
    one = made(4, 120)
    last = START + timedelta(119)
    for row in one.checkins:
        assert row.part in ("morning", "evening")
        assert START <= row.day <= last
        assert all(type(value) is int and 0 <= value <= 10 for value in (row.mood, row.energy, row.sleep))
    for bout in one.bouts:
        assert catalogue()[bout.activity].modality == bout.modality
        assert bout.modality in MODALITIES
        assert 5 <= bout.minutes <= 60
        assert 0 <= bout.effort <= 10
    assert [row.day for row in one.phq9] == [START + timedelta(14 * n - 1) for n in range(1, 9)]
    for row in one.phq9:
        assert len(row.answers) == 9
        assert sum(row.answers) == row.total
        assert all(0 <= answer <= 3 for answer in row.answers)


def test_the_series_holds_the_same_days():
    one = made(5, 60)
    evenings = {row.day: row.mood for row in one.checkins if row.part == "evening"}
    assert one.series.days == len(evenings)
    for n, mood in enumerate(one.series.mood):
        assert mood == evenings.get(one.series.start + timedelta(n))
    total = sum(bout.minutes for bout in one.bouts)
    assert sum(np.nansum(values) for values in one.series.minutes.values()) == total


def test_low_mood_keeps_simulated_people_in_unless_a_draw_decides():
    def lead(randomised: bool) -> float:
        rng = np.random.default_rng(6)
        truth = replace(simulated_truth(rng, ["walking"]), reverse=0.6, weeks=0.0, sd=1.5, persistence=0.3)
        one = simulated_person(
            rng, 1500, START, activities=("moderate-walk",), randomised=randomised, truth=truth
        )
        active = {bout.day for bout in one.bouts}
        mornings = [row for row in one.checkins if row.part == "morning"]
        return float(
            np.mean([row.mood for row in mornings if row.day in active])
            - np.mean([row.mood for row in mornings if row.day not in active])
        )

    assert lead(False) > 0.3
    assert abs(lead(True)) < 0.25


def test_days_go_missing_as_often_as_is_cited():
    share = np.mean([1 - made(seed, 84).series.days / 84 for seed in range(20)])
    assert share == pytest.approx(figures()["missing"]["share_of_days"], abs=0.07)


def test_a_person_without_days_or_activities_is_refused():
    with pytest.raises(InputError, match="at least one day"):
        made(days=0)
    with pytest.raises(InputError, match="needs something to do"):
        made(activities=())
    with pytest.raises(InputError, match="no activity 'moonwalk'"):
        made(activities=("moonwalk",))
