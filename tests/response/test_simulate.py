"""Simulated people: labelled, repeatable, and as the cited figures say."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError
from ambulando.response.comparison_analysis import analyse
from ambulando.response.crowd import figures
from ambulando.response.fit import fit
from ambulando.response.protocol import Protocol, option_of
from ambulando.response.simulate import (
    chance_of_session,
    simulated_comparison,
    simulated_person,
    simulated_truth,
)

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


def test_energy_stress_and_ill_days_are_noted_too():
    one = made(12, 300)
    evenings = [row for row in one.checkins if row.part == "evening"]
    assert all(type(row.stress) is int and 0 <= row.stress <= 10 for row in evenings)
    assert all(row.stress is None for row in one.checkins if row.part == "morning")
    assert any(row.ill for row in evenings)
    for n, day in enumerate(one.series.start + timedelta(n) for n in range(len(one.series.mood))):
        row = next((row for row in evenings if row.day == day), None)
        assert one.series.energy[n] == (row.energy if row else None)
        assert one.series.stress[n] == (row.stress if row else None)
        assert one.series.ill[n] == (row.ill if row else None)
    ill = {row.day for row in evenings if row.ill}
    assert not ill & {bout.day for bout in one.bouts}


def test_a_draw_followed_in_part_marks_only_the_days_on_which_it_was_followed():
    one = made(8, 120, randomised=True, adherence=True, activities=("moderate-walk",))
    marked = [flag for flag in one.series.randomised if flag is not None]
    assert 0.5 < np.mean(marked) < 0.9
    assert all(flag for flag in made(8, 120, randomised=True).series.randomised if flag is not None)


def test_people_leave_apps_and_trials_but_not_an_engaged_diary():
    last = {
        staying: np.mean([len(made(seed, 60, staying=staying).series.mood) for seed in range(25)])
        for staying in ("engaged", "trial", "app")
    }
    assert last["app"] < 15 < last["trial"] < last["engaged"]


def test_a_suggestion_makes_a_session_likelier_and_wears_off():
    who = simulated_truth(np.random.default_rng(9), ["walking"])
    plain = chance_of_session(who, 0.0, offered=False, days_of_offers=0)
    assert plain == pytest.approx(figures()["sessions"]["share_of_days"])
    offered = [chance_of_session(who, 0.0, offered=True, days_of_offers=days) for days in (0, 10, 60)]
    assert offered[0] > offered[1] > offered[2] > plain
    assert offered[2] == pytest.approx(plain, abs=0.001)
    assert chance_of_session(replace(who, reverse=0.5), -2.0, offered=False, days_of_offers=0) < plain


def test_a_simulated_comparison_can_be_analysed_and_its_effect_is_found():
    protocol = Protocol("w", (option_of("walking"), option_of("yoga")), "mood", 20, 3, START)
    days = simulated_comparison(
        np.random.default_rng(10), protocol, 4, effects={"walking": 2.5, "yoga": 0.0}, adherence=True
    )
    assert len(days) == 40
    assert 0.4 < np.mean([day.done == day.option for day in days]) < 0.9
    found = analyse(protocol, days, rng=np.random.default_rng(11))
    assert found.as_done.difference > 0
    with pytest.raises(InputError, match="No effect is given for yoga"):
        simulated_comparison(np.random.default_rng(10), protocol, 4, effects={"walking": 1.0})


def test_every_figure_has_a_source_and_a_certainty():
    def check(entry: dict, name: str) -> None:
        if "source" in entry:
            assert entry["certainty"] in ("read", "derived", "assumed"), name
            return
        parts = {key: value for key, value in entry.items() if isinstance(value, dict)}
        assert parts, f"{name} has no source"
        for key, value in parts.items():
            check(value, f"{name}.{key}")

    for name, entry in figures().items():
        if name != "date":
            check(entry, name)


def test_a_person_without_days_or_activities_is_refused():
    with pytest.raises(InputError, match="at least one day"):
        made(days=0)
    with pytest.raises(InputError, match="needs something to do"):
        made(activities=())
    with pytest.raises(InputError, match="no activity 'moonwalk'"):
        made(activities=("moonwalk",))
