"""Scores: preference first, evidence as a tie-break, the chance of doing on a bad day."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.evidence.modalities import finding
from ambulando.plan import score as module
from ambulando.plan.barriers import barriers
from ambulando.plan.rules import number
from ambulando.plan.score import PARTS, Answer, answer_of, of_doing, of_evidence, of_own, score, weights_of
from ambulando.plan.standing import standing
from ambulando.safety.profile import Profile, profile_from
from cast import ADA

NAMES = sorted(catalogue())


def scored(name, answer=None, minutes=10, bouts=(), **told):
    profile = profile_from(told)
    return score(
        catalogue()[name],
        minutes=minutes,
        profile=profile,
        standing=standing(profile, today=TODAY, bouts=bouts),
        barriers=tuple(barriers()[one] for one in profile.barriers),
        answer=answer,
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_evidence_and_no_answer_lifts_what_is_not_liked_over_the_same_thing_liked(name, monkeypatch):
    activity = catalogue()[name]
    liked = scored(name, likes=[activity.modality], answer=Answer(-2, 0.1, "A"))
    monkeypatch.setattr(
        module, "finding", lambda modality: replace(finding(modality), effect=-3.0, certainty="high")
    )
    praised = scored(name, answer=Answer(2, 0.1, "A"))
    assert liked.total > praised.total


def test_evidence_breaks_a_tie_between_two_liked_kinds():
    alike = replace(catalogue()["moderate-walk"], id="same", modality="tai-chi")
    profile = profile_from({"likes": ["walking", "tai-chi"]})
    state = standing(profile, today=TODAY)
    walk, other = (
        score(one, minutes=10, profile=profile, standing=state)
        for one in (catalogue()["moderate-walk"], alike)
    )
    assert walk.total > other.total
    assert {name for name in PARTS if walk.parts[name] != other.parts[name]} == {"evidence"}


def test_less_certain_and_less_direct_evidence_counts_less():
    found = finding("walking")
    parts = [of_evidence(replace(found, certainty=word)) for word in ("high", "moderate", "low", "very low")]
    assert parts == sorted(parts, reverse=True)
    fits = [of_evidence(replace(found, fit=fit)) for fit in ("own", "near", "whole")]
    assert fits == sorted(fits, reverse=True)
    assert of_evidence(finding("dance")) < of_evidence(finding("walking"))


def test_an_effect_against_exercise_counts_as_none():
    assert of_evidence(replace(finding("walking"), effect=0.3)) == 0


def test_the_own_answer_is_shrunk_by_its_uncertainty():
    assert of_own(None) == 0
    assert 0 < of_own(Answer(0.3, 0.6, "B")) < of_own(Answer(0.3, 0.1, "B"))
    assert of_own(Answer(-0.3, 0.1, "B")) < 0


def test_an_answer_is_read_from_an_object_or_a_mapping_and_left_out_when_it_has_no_spread():
    assert answer_of({"mean": 0.2, "sd": 0.3, "grade": "B"}) == Answer(0.2, 0.3, "B")
    assert answer_of(Answer(0.2, 0.3, "A")) == Answer(0.2, 0.3, "A")
    assert answer_of({"mean": 0.2, "sd": 0.0, "grade": "B"}) is None
    assert answer_of({"mean": 0.2}) is None
    assert answer_of(None) is None


@pytest.mark.parametrize("told", [{"energy": 2}, {"phq9": 16}])
def test_on_a_bad_day_the_chance_of_doing_weighs_most(told):
    profile = profile_from(told)
    weights = weights_of(standing(profile, today=TODAY))
    assert max(weights, key=weights.__getitem__) == "doing"
    usual = weights_of(standing(profile_from({}), today=TODAY))
    assert max(usual, key=usual.__getitem__) == "liked"


def test_a_smaller_session_is_likelier_to_be_done():
    chances = [scored("easy-walk", minutes=minutes).parts["doing"] for minutes in (5, 10, 20, 40)]
    assert chances == sorted(chances, reverse=True)


def test_low_energy_makes_effort_count_more():
    def lost(energy):
        easy, hard = (scored(name, energy=energy).parts["doing"] for name in ("slow-stroll", "brisk-walk"))
        return easy - hard

    assert lost(1) > lost(7)


def test_what_fits_the_barrier_is_likelier_to_be_done():
    assert (
        scored("chair-yoga", barriers=["weather"]).parts["doing"]
        > scored("chair-yoga", barriers=["alone"]).parts["doing"]
    )


def test_who_came_back_to_a_kind_is_likely_to_do_it_again():
    often = [bout("easy-walk", ago, 10) for ago in range(1, 9, 2)]
    assert scored("easy-walk", bouts=often).parts["doing"] > scored("easy-walk").parts["doing"]
    assert scored("easy-walk", bouts=often).parts["enjoyment"] > scored("easy-walk").parts["enjoyment"]
    hard = [bout("easy-walk", ago, 10, effort=9) for ago in range(1, 9, 2)]
    assert scored("easy-walk", bouts=hard).parts["enjoyment"] < scored("easy-walk").parts["enjoyment"]


@given(PROFILES, BOUTS, st.sampled_from(NAMES), st.integers(2, 60), st.floats(-5, 5), st.floats(0.01, 5))
def test_every_part_stays_in_its_range_and_the_total_is_their_weighted_sum(
    profile: Profile, bouts, name, minutes, mean, sd
):
    state = standing(profile, today=TODAY, bouts=bouts)
    named = tuple(barriers()[one] for one in profile.barriers)
    found = score(
        catalogue()[name],
        minutes=minutes,
        profile=profile,
        standing=state,
        barriers=named,
        answer=Answer(mean, sd, "B"),
    )
    for part, value in found.parts.items():
        assert (-1 if part == "own" else 0) <= value <= 1
    weights = weights_of(state)
    assert found.total == pytest.approx(sum(weights[part] * found.parts[part] for part in PARTS))


def test_every_modality_has_evidence_between_nothing_and_all():
    for modality in MODALITIES:
        assert 0 <= of_evidence(finding(modality)) <= 1


def test_adas_easy_walk_starts_from_the_cited_adherence():
    profile = profile_from({})
    chance = of_doing(
        catalogue()["easy-walk"],
        minutes=10,
        standing=standing(profile, today=TODAY),
        profile=profile,
        barriers=(),
    )
    assert chance == pytest.approx(number("doing", "base"))
    assert scored("easy-walk", **ADA).parts["doing"] < chance
