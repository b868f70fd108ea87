"""Scores: preference first, evidence as a tie-break, the chance of doing on a bad day."""

import math
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.evidence.modalities import finding
from ambulando.plan import regimen
from ambulando.plan import score as module
from ambulando.plan.barriers import barriers
from ambulando.plan.doing import FEATURES, Offered, beliefs, chance, features, learn, prior
from ambulando.plan.rules import number, rules
from ambulando.plan.score import (
    PARTS,
    WEIGHTS,
    Answer,
    Scoring,
    answer_of,
    dose,
    mood_points,
    of_evidence,
    of_own,
    reach,
    score,
    scores,
    weights_of,
)
from ambulando.plan.score_trace import score_steps
from ambulando.plan.standing import standing
from ambulando.plan.trace import KINDS
from ambulando.safety.profile import Profile, profile_from
from cast import ADA

NAMES = sorted(catalogue())
MORNING = time(10)


def scored(name, answer=None, minutes=10, bouts=(), at=MORNING, doing=None, **told):
    profile = profile_from(told)
    return score(
        catalogue()[name],
        minutes=minutes,
        at=at,
        profile=profile,
        standing=standing(profile, today=TODAY, bouts=bouts),
        barriers=tuple(barriers()[one] for one in profile.barriers),
        answer=answer,
        doing=doing or prior(),
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
        score(one, minutes=10, at=MORNING, profile=profile, standing=state, doing=prior())
        for one in (catalogue()["moderate-walk"], alike)
    )
    assert walk.total > other.total
    assert {name for name in PARTS if walk.parts[name] != other.parts[name]} == {"evidence", "benefit"}


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


def test_what_felt_good_is_enjoyed_more_and_what_felt_worse_less():
    good = [replace(bout("easy-walk", ago, 10), feeling_before=-1, feeling_after=2) for ago in (2, 4)]
    bad = [replace(one, feeling_after=-3) for one in good]
    plain = scored("easy-walk", bouts=[bout("easy-walk", 2, 10), bout("easy-walk", 4, 10)])
    better, worse = (scored("easy-walk", bouts=bouts) for bouts in (good, bad))
    assert better.parts["enjoyment"] > plain.parts["enjoyment"] > worse.parts["enjoyment"]
    assert better.parts["doing"] > plain.parts["doing"] > worse.parts["doing"]
    assert scored("chair-yoga", bouts=good).parts["enjoyment"] == number("enjoyment", "start")


def test_what_leaves_something_done_gives_mastery_and_so_does_what_went_well():
    assert scored("dishes").parts["mastery"] > scored("easy-walk").parts["mastery"] == 0
    well = [bout("easy-walk", ago, 10) for ago in (1, 3, 5)]
    assert scored("easy-walk", bouts=well).parts["mastery"] > 0
    hard = [bout("easy-walk", ago, 10, effort=9) for ago in (1, 3, 5)]
    assert scored("easy-walk", bouts=hard).parts["mastery"] == 0


def test_strain_is_taken_off_and_more_of_it_with_little_energy():
    tired, rested = (scored("brisk-walk", energy=energy) for energy in (1, 8))
    assert tired.parts["strain"] > rested.parts["strain"] > 0 == scored("slow-stroll").parts["strain"]


def test_the_form_counts_by_what_is_known_of_each_trait():
    alone, open_to = (scored("group-walk", company=company) for company in ("alone", "together"))
    assert open_to.parts["regimen"] > alone.parts["regimen"]


def test_trials_and_own_days_join_by_how_sure_each_of_them_is():
    trials = mood_points(0.35, None)
    assert trials == pytest.approx(0.26, abs=0.002), (
        "the shrunk effect of trials is a day's effect in diaries"
    )
    assert mood_points(0.35, Answer(-0.4, 0.1, "C")) == trials, "grade C is trials with other people"
    vague, sure = (mood_points(0.35, Answer(-0.4, sd, "A")) for sd in (0.6, 0.05))
    assert -0.4 < sure < -0.35 < 0 < vague < trials
    drawn, seen = (mood_points(0.35, Answer(-0.4, 0.1, grade)) for grade in "AB")
    assert drawn < seen < trials, "what was not drawn by lot moves it less"


def test_the_benefit_counts_only_as_far_as_the_session_is_likely_to_be_done():
    short, long = scored("easy-walk", minutes=10), scored("easy-walk", minutes=40)
    assert short.parts["benefit"] < long.parts["benefit"]
    assert short.parts["doing"] > long.parts["doing"]
    rest = sum(
        weights_of(standing(profile_from({}), today=TODAY))[name] * short.parts[name]
        for name in ("liked", "doing", "enjoyment", "mastery", "regimen")
    )
    assert short.total - rest == pytest.approx(
        number("benefit", "weight") * short.parts["benefit"] * short.parts["doing"]
    )


def test_minutes_bring_less_with_each_more_and_no_more_than_a_full_session():
    gained = [dose(minutes) - dose(minutes - 10) for minutes in (10, 20, 30)]
    assert gained == sorted(gained, reverse=True)
    assert dose(0) == 0
    assert dose(30) == pytest.approx(1) == dose(90)


def test_the_hours_at_which_a_person_does_most_lift_the_score_at_these_hours():
    offered = [
        Offered(TODAY - timedelta(days=ago), time(9 if ago % 2 else 19), "easy-walk", 10, bool(ago % 2))
        for ago in range(1, 40)
    ]
    state = standing(profile_from({}), today=TODAY)
    learned = learn(offered, profile=profile_from({}), standing=state)
    assert (
        scored("dishes", at=time(9), doing=learned).total > scored("dishes", at=time(19), doing=learned).total
    )


def total_of(found, state):
    """The total by the formula of the contract, from parts and weights alone."""
    weights = weights_of(state)
    added = sum(
        weights[name] * found.parts[name] for name in ("liked", "doing", "enjoyment", "mastery", "regimen")
    )
    benefit = weights["benefit"] * found.parts["benefit"] * found.parts["doing"]
    return added + benefit - weights["strain"] * found.parts["strain"]


@given(PROFILES, BOUTS, st.sampled_from(NAMES), st.integers(2, 60), st.floats(-5, 5), st.floats(0.01, 5))
def test_every_part_stays_in_its_range_and_the_total_is_their_weighted_sum(
    profile: Profile, bouts, name, minutes, mean, sd
):
    state = standing(profile, today=TODAY, bouts=bouts)
    named = tuple(barriers()[one] for one in profile.barriers)
    found = score(
        catalogue()[name],
        minutes=minutes,
        at=MORNING,
        profile=profile,
        standing=state,
        barriers=named,
        answer=Answer(mean, sd, "B"),
        doing=prior(),
    )
    assert set(found.parts) == set(PARTS)
    for part, value in found.parts.items():
        assert (-1 if part in ("own", "benefit") else 0) <= value <= 1
    assert found.total == pytest.approx(total_of(found, state))


@given(PROFILES, BOUTS)
def test_many_scores_at_once_are_the_same_as_one_by_one(profile: Profile, bouts):
    state = standing(profile, today=TODAY, bouts=bouts)
    named = tuple(barriers()[one] for one in profile.barriers)
    sessions = [(catalogue()[name], 5 + at, time(8 + at)) for at, name in enumerate(NAMES[::17])]
    answers = {"walking": Answer(0.3, 0.2, "A")}
    told = {"profile": profile, "standing": state, "barriers": named, "doing": prior()}
    together = scores(sessions, answers=answers, **told)
    for found, (activity, minutes, at) in zip(together, sessions, strict=True):
        alone = score(activity, minutes=minutes, at=at, answer=answers.get(activity.modality), **told)
        assert found.total == pytest.approx(alone.total, abs=1e-12)
        assert found.parts == pytest.approx(alone.parts)


# ---- the steps of a trace


def values(steps):
    return {one["name"]: one["value"] for one in steps}


@given(PROFILES, BOUTS, st.sampled_from(NAMES), st.integers(2, 60), st.sampled_from([None, "A", "B", "C"]))
def test_the_total_can_be_worked_out_again_from_the_steps_alone(
    profile: Profile, bouts, name, minutes, grade
):
    """Each step has four digits; the recomputed total may be off by a few of the last ones."""
    state = standing(profile, today=TODAY, bouts=bouts)
    named = tuple(barriers()[one] for one in profile.barriers)
    found = score(
        catalogue()[name], minutes=minutes, at=MORNING, profile=profile, standing=state, barriers=named,
        answer=Answer(0.4, 0.2, grade) if grade else None, doing=prior(),
    )  # fmt: skip
    steps = score_steps(found, state)
    told = values(steps)

    effect, certain, fits = told["effect in trials"], *(
        one["value"] for one in steps if one["rule"] == "evidence" and one["unit"] == "share"
    )  # fmt: skip
    evidence = min(max(-effect * certain * fits, 0), 1) * told["share for effort"]
    assert told["evidence"] == pytest.approx(evidence, abs=2e-4)
    points = evidence * told["mood points for one in trials"]
    if "seen in you" in told:
        held = told["give or take between people"] ** -2
        seen = told["give or take in you"] ** -2
        points = (held * points + seen * told["seen in you"]) / (held + seen)
    assert told["a full session may bring"] == pytest.approx(points, abs=5e-4)
    share = min(max(points / told["counts in full from"], -1), 1) * told["share for its minutes"]
    assert told["benefit"] == pytest.approx(share, abs=2e-3)

    added = [one for one in steps if one["unit"] == "log-odds"]
    unsure = told["how unsure the log-odds are"]
    logit = sum(one["value"] for one in added) / math.sqrt(1 + math.pi / 8 * unsure)
    assert told["doing"] == pytest.approx(1 / (1 + math.exp(-logit)), abs=5e-4)

    total = sum(
        told[name] * told[WEIGHTS[name]] for name in ("liked", "doing", "enjoyment", "mastery", "regimen")
    )
    total += (
        told["benefit"] * told["doing"] * told[WEIGHTS["benefit"]] - told["strain"] * told[WEIGHTS["strain"]]
    )
    assert total == pytest.approx(found.total, abs=1e-3)


def test_every_step_names_a_rule_that_there_is_and_rows_of_a_known_kind():
    bouts = [bout("easy-walk", 2, 10)]
    found = scored("easy-walk", bouts=bouts, answer=Answer(0.3, 0.2, "A"), **ADA)
    steps = score_steps(found, standing(profile_from(ADA), today=TODAY, bouts=bouts))
    for one in steps:
        assert one["rule"] in rules()
        assert one["rows"][0] == {"kind": "rule", "id": one["rule"]}
        assert {pointer["kind"] for pointer in one["rows"]} <= set(KINDS)
    names = [one["name"] for one in steps]
    assert len(names) == len(set(names)), "each number has a name of its own"


def test_each_feature_that_counts_is_a_step_with_the_rows_it_was_read_from():
    bouts = [replace(bout("easy-walk", 2, 10), feeling_before=0, feeling_after=2)]
    found = scored("easy-walk", bouts=bouts, weather=["rain"], likes=["walking"], confidence=4)
    steps = score_steps(found, standing(profile_from({}), today=TODAY, bouts=bouts))
    by_rule = {one["rule"]: one for one in steps}
    assert found.made is not None
    for name, value in zip(FEATURES, found.made.x, strict=True):
        assert (f"doing-{name}" in by_rule) == (value != 0)
    habit = by_rule["doing-habit"]
    assert habit["name"] == beliefs()["habit"].name
    assert habit["value"] == pytest.approx(beliefs()["habit"].mean)
    assert [pointer["kind"] for pointer in habit["rows"]] == ["rule", "bout"]
    assert [pointer["kind"] for pointer in by_rule["doing-weather"]["rows"]] == ["rule", "catalogue"]


def test_every_modality_has_evidence_between_nothing_and_all():
    for modality in MODALITIES:
        assert 0 <= of_evidence(finding(modality)) <= 1


def test_adas_easy_walk_starts_from_the_cited_adherence():
    chance = scored("easy-walk").parts["doing"]
    assert chance == pytest.approx(0.717)
    assert scored("easy-walk", **{**ADA, "likes": []}).parts["doing"] < chance


@settings(max_examples=25, deadline=None)
@given(PROFILES, BOUTS, st.integers(0, 23), st.integers(1, 90))
def test_the_table_of_all_activities_holds_of_each_what_is_worked_out_for_it_alone(
    told, bouts, hour, minutes
):
    stands = standing(told, today=TODAY, bouts=bouts)
    named = tuple(barriers()[one] for one in told.barriers)
    answers = {"walking": Answer(0.8, 0.3, "A"), "yoga": Answer(-0.5, 0.6, "B"), "dance": Answer(1, 1, "C")}
    scoring = Scoring(told, stands, named, answers, prior())
    asked = [(entry, minutes, time(hour)) for entry in catalogue().values()]
    made = scoring.scores(asked)
    assert scoring.totals(asked) == [one.total for one in made]
    weights = weights_of(stands)
    for one in made:
        entry = one.activity
        x = features(
            entry,
            minutes=minutes,
            at=time(hour),
            energy=stands.energy,
            profile=told,
            standing=stands,
            barriers=named,
        )
        evidence = of_evidence(finding(entry.modality)) * reach(entry, stands)
        points = mood_points(evidence, answers.get(entry.modality))
        assert one.made.x == pytest.approx(x, abs=1e-12)
        assert one.parts["doing"] == pytest.approx(chance(prior(), x), abs=1e-12)
        assert one.parts["evidence"] == pytest.approx(evidence, abs=1e-12)
        assert one.parts["own"] == of_own(answers.get(entry.modality))
        assert one.parts["benefit"] == pytest.approx(
            min(max(points / number("benefit", "range"), -1), 1) * dose(minutes), abs=1e-12
        )
        assert one.parts["regimen"] == pytest.approx(regimen.fit(entry, company=told.company), abs=1e-12)
        assert one.total == pytest.approx(
            sum(weights[name] * one.parts[name] for name in WEIGHTS if name not in ("benefit", "strain"))
            + weights["benefit"] * one.parts["benefit"] * one.parts["doing"]
            - weights["strain"] * one.parts["strain"],
            abs=1e-12,
        )


def test_an_activity_that_the_catalogue_does_not_hold_is_scored_by_what_it_is():
    walk = catalogue()["moderate-walk"]
    told = profile_from({"likes": ["walking"], "barriers": ["time"]})
    stands = standing(told, today=TODAY)
    scoring = Scoring(told, stands, (barriers()["time"],), {}, prior())
    same, hard = replace(walk, id="another-walk"), replace(walk, met=9.0)
    by_itself, copied, harder = scoring.scores(
        [(walk, 10, MORNING), (same, 10, MORNING), (hard, 10, MORNING)]
    )
    assert copied.parts == by_itself.parts
    assert harder.parts["strain"] > by_itself.parts["strain"]
    assert scoring.totals([]) == scoring.scores([]) == []
