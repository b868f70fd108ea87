"""Each question has its own prior, from its own studies."""

from dataclasses import dataclass

import pytest

from ambulando.activity.catalogue import MODALITIES
from ambulando.evidence.base import references
from ambulando.evidence.within_person import facts
from ambulando.ground import InputError
from ambulando.response import priors as module
from ambulando.response.priors import NAMES, constants, priors


@dataclass(frozen=True)
class Finding:
    effect: float
    ci: tuple[float, float]
    sources: tuple[str, ...] = ("a trial",)


@dataclass(frozen=True)
class SameDay:
    mean: float
    sd: float
    sources: tuple[str, ...] = ("a diary study",)


def test_the_trials_move_only_the_weeks_and_the_diaries_only_the_same_day(monkeypatch):
    before = priors("central", ["walking"])
    monkeypatch.setattr(module, "finding", lambda modality: Finding(-2.0, (-2.1, -1.9)))
    trials = priors("central", ["walking"])
    assert trials.same_day == before.same_day
    assert trials.next_day == before.next_day
    assert trials.weeks["walking"].mean > before.weeks["walking"].mean
    monkeypatch.setattr(module, "same_day", lambda: SameDay(1.0, 0.5))
    diaries = priors("central", ["walking"])
    assert diaries.weeks == trials.weeks
    assert (diaries.same_day["walking"].mean, diaries.same_day["walking"].sd) == (1.0, 0.5)


def test_the_trials_are_shrunk_for_bias_by_the_name_of_the_prior(monkeypatch):
    monkeypatch.setattr(module, "finding", lambda modality: Finding(-0.62, (-0.81, -0.42)))
    means = [priors(name, ["walking"]).weeks["walking"].mean for name in NAMES]
    # -0.62 becomes about -0.11, -0.35 and stays -0.62; times 5 PHQ-9 points an SD, over 1.8 points a mood point.
    assert means == pytest.approx([0.105 * 5 / 1.8, 0.347 * 5 / 1.8, 0.62 * 5 / 1.8], abs=0.01)
    assert all(priors(name, ["walking"]).weeks["walking"].sd > 0.4 for name in NAMES)


def test_the_three_names_go_from_doubt_to_hope_on_both_questions():
    found = [priors(name, ["walking"]) for name in NAMES]
    for horizon in ("same-day", "weeks"):
        means = [each.of("walking", horizon).mean for each in found]
        assert means == sorted(means)
        assert len(set(means)) == 3


def test_the_central_same_day_prior_is_that_of_the_within_person_studies():
    belief = priors("central", ["yoga"]).of("yoga", "same-day")
    assert belief.mean == pytest.approx(0.25, abs=0.05)
    assert belief.sd == pytest.approx(0.30, abs=0.05)
    assert belief.sources


def test_another_name_is_refused():
    with pytest.raises(InputError, match=r"no prior 'rosy'.*sceptical, central, published"):
        priors("rosy", ["walking"])


def test_the_derived_figures_follow_from_the_rows_of_the_evidence():
    rows = {row.id: row for row in facts()}
    same_day = constants()["same_day"]
    spread = constants()["noise"]["variance"] ** 0.5
    # A correlation times the SD of mood over that of a session (two days in five); a standardised change times the SD.
    assert same_day["sceptical"]["mean"] == pytest.approx(
        rows["rehder2026-activity-before"].low * spread / 0.48, abs=0.01
    )
    assert same_day["published"]["mean"] == pytest.approx(
        rows["weinstein2024-mood"].estimate * spread, abs=0.01
    )
    reverse = constants()["reverse_causation"]
    assert abs(reverse["mean"] - rows["emerson2018-mood-to-exercise"].estimate) < reverse["sd"]


def test_every_source_of_every_prior_is_a_reference_of_the_evidence():
    known = references()
    for name in NAMES:
        found = priors(name, MODALITIES)
        for belief in (found.next_day, *found.same_day.values(), *found.weeks.values()):
            assert belief.basis
            assert set(belief.sources) <= set(known)


def entries(table):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from ([(key, value)] if "source" in value else [])
            yield from entries(value)


def test_every_figure_has_a_source_and_a_certainty():
    found = list(entries(constants()))
    assert len(found) >= 14
    for name, entry in found:
        assert entry["source"], name
        assert (
            "weeks" in name or name == "next_day" or entry["certainty"] in ("read", "derived", "assumed")
        ), name


@pytest.mark.parametrize("target", ["energy", "sleep", "stress"])
def test_no_trial_effect_is_carried_over_to_another_rating(target, monkeypatch):
    before = priors("central", MODALITIES, target)
    monkeypatch.setattr(module, "finding", lambda modality: Finding(-2.0, (-2.1, -1.9)))
    assert priors("central", MODALITIES, target) == before
    for name in NAMES:
        found = priors(name, ["walking"], target)
        assert found.target == target
        assert found.of("walking", "weeks").mean == 0.0
        assert found.of("walking", "same-day").sd == priors(name, ["walking"]).of("walking", "same-day").sd


def test_only_energy_has_a_diary_figure_beside_mood_and_it_follows_from_the_row():
    rows = {row.id: row for row in facts()}
    row, spread = rows["rehder2026-activity-before"], constants()["noise"]["variance"] ** 0.5
    means = [priors(name, ["walking"], "energy").of("walking", "same-day").mean for name in NAMES]
    assert means == pytest.approx([r * spread / 0.48 for r in (row.low, row.estimate, row.high)], abs=0.01)
    for target in ("sleep", "stress"):
        assert {priors(name, ["walking"], target).of("walking", "same-day").mean for name in NAMES} == {0.0}
    with pytest.raises(InputError, match="no target 'joy'"):
        priors("central", ["walking"], "joy")


def test_a_questionnaire_is_as_noisy_as_its_retest():
    entry = constants()["questionnaire"]
    assert entry["noise"] == pytest.approx(5 * (1 - 0.737) ** 0.5, abs=0.05)
    assert entry["phq9_per_mood_point"] == constants()["weeks"]["phq9_per_mood_point"]
