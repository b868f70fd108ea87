"""Does it help me? What the answer may say, and what must never change it."""

import math
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.ground import InputError, Words
from ambulando.response.fit import HORIZONS, Fit, ModalityEffect, fit
from ambulando.response.priors import priors
from ambulando.response.series import Series
from ambulando.response.words import sentence

START = date(2026, 1, 1)
CAUSAL = (
    "lift",
    "lower your",
    "lowered",
    "improve",
    "because",
    "makes you",
    "helps",
    "thanks to",
    "leads to",
    "boost",
)


def person(
    seed: int, days: int, *, effect: float = 0.0, randomised: bool = False, modalities=("walking",)
) -> Series:
    """Days of white and inert mood, sessions by coin, a fifth of the moods missing."""
    rng = np.random.default_rng(seed)
    state, moods = 0.0, []
    minutes = {m: tuple(30.0 * (rng.random(days) < 0.5)) for m in modalities}
    for t in range(days):
        state = 0.4 * state + rng.normal(0, 0.8)
        mood = 5 + effect * (minutes[modalities[0]][t] > 0) + state + rng.normal(0, 0.7)
        moods.append(None if rng.random() < 0.2 else float(np.clip(mood, 0, 10)))
    minutes = {m: tuple(float(v) for v in values) for m, values in minutes.items()}
    return Series(START, tuple(moods), minutes, randomised=(True,) * days if randomised else None)


def of(answer: Fit, modality: str, horizon: str) -> ModalityEffect:
    return next(e for e in answer.effects if (e.modality, e.horizon) == (modality, horizon))


def numbers(answer: Fit) -> list[float]:
    return [v for e in answer.effects for v in (e.mean, e.sd, *e.ci, e.p_positive, e.p_matters)]


def test_a_few_days_give_grade_c_and_too_early_to_say():
    answer = fit(person(1, 14))
    assert answer.grade == "C"
    assert answer.corrected is None
    assert answer.tipping_point is None
    assert "too early" in str(answer.sentence)
    assert of(answer, "walking", "same-day").mean == pytest.approx(0.25, abs=0.3), (
        "the prior still does the work"
    )


def test_enough_own_days_give_grade_b_with_a_correction_that_says_less():
    answer = fit(person(2, 120, effect=1.2))
    assert answer.grade == "B"
    same_day = of(answer, "walking", "same-day")
    assert (
        str(answer.sentence)
        == "On days with walking, your evenings were a bit better. We can not tell yet which caused which."
    )
    assert answer.corrected is not None
    assert answer.corrected.mean < same_day.mean
    assert answer.corrected.ci[0] < answer.corrected.mean < answer.corrected.ci[1]
    assert answer.tipping_point is not None
    assert answer.tipping_point > 0.5


def test_only_draws_give_grade_a_and_with_it_a_causal_verb():
    days = person(3, 200, effect=1.5, randomised=True)
    answer = fit(days)
    assert answer.grade == "A"
    assert "lifted your evening mood" in str(answer.sentence)
    assert answer.tipping_point is None
    assert fit(replace(days, randomised=None)).grade == "B"
    few = (True,) * 15 + (False,) * 185
    assert fit(replace(days, randomised=few)).grade == "B"


def test_draws_without_rest_days_do_not_give_grade_a():
    days = person(3, 200, effect=1.5, randomised=True)
    busy = replace(days, minutes={**days.minutes, "yoga": tuple(30.0 - m for m in days.minutes["walking"])})
    assert fit(busy).grade == "B"


def test_with_grade_a_the_days_of_free_choice_do_not_move_the_answer_much():
    rng = np.random.default_rng(7)
    days = 200
    drawn = np.arange(days) < 100
    state = rng.normal(0, 1.2, days)
    session = np.where(drawn, rng.random(days) < 0.5, state > 0)
    mood = np.clip(5 + state + rng.normal(0, 0.5, days), 0, 10)
    series = Series(
        START,
        tuple(mood.tolist()),
        {"walking": tuple((30.0 * session).tolist())},
        randomised=tuple(drawn.tolist()),
    )
    by_draw = of(fit(series), "walking", "same-day").mean
    by_choice = of(fit(replace(series, randomised=None)), "walking", "same-day").mean
    assert by_choice > 0.7, "choosing to walk on good days looks like an effect"
    assert by_draw < 0.4


def walked_by_draw_then_yoga_by_choice() -> Series:
    """Sixty drawn days of walking, which does nothing, then sixty days with yoga by choice, two points up."""
    rng = np.random.default_rng(5)
    coin, drawn = rng.random(120) < 0.5, np.arange(120) < 60
    mood = 5 + 2.0 * (coin & ~drawn) + rng.normal(0, 1, 120)
    return Series(
        START,
        tuple(np.clip(mood, 0, 10).tolist()),
        {
            "walking": tuple((30.0 * (coin & drawn)).tolist()),
            "yoga": tuple((30.0 * (coin & ~drawn)).tolist()),
        },
        randomised=tuple(drawn.tolist()),
    )


def test_beside_a_draw_a_kind_that_was_only_observed_is_told_from_the_days_that_were_observed():
    answer = fit(walked_by_draw_then_yoga_by_choice())
    walking, yoga = (of(answer, modality, "same-day") for modality in ("walking", "yoga"))
    assert (answer.modality, walking.grade, yoga.grade, yoga.measured) == ("walking", "A", "B", True)
    assert yoga.mean > 0.6, "grade B is what the person's own days say, not the belief before them"
    assert yoga.sd < 0.8 * yoga.prior_sd


def test_a_draw_and_a_choice_are_not_held_against_each_other_for_the_best():
    assert fit(walked_by_draw_then_yoga_by_choice()).p_best == {}


def test_a_hopeful_prior_alone_claims_nothing():
    rng = np.random.default_rng(21)
    moods, walked = np.clip(5 + rng.normal(0, 1.5, 40), 0, 10), rng.random(40) < 0.3
    assert moods[walked].mean() < moods[~walked].mean(), "evenings with walking were lower by a little"
    answer = fit(
        Series(START, tuple(moods.tolist()), {"walking": tuple((30.0 * walked).tolist())}), prior="published"
    )
    assert of(answer, "walking", "same-day").p_positive > 0.9
    assert "no clear difference" in str(answer.sentence)


def test_by_draw_it_is_said_that_days_on_which_the_draw_was_not_followed_are_not_among_them():
    limits = " ".join(str(one) for one in fit(person(3, 200, randomised=True)).how_do_you_know.limits)
    assert "did not follow the draw" in limits
    assert "did not follow" not in " ".join(str(one) for one in fit(person(3, 200)).how_do_you_know.limits)


def test_the_days_can_say_that_it_is_worse():
    assert "a bit lower" in str(fit(person(4, 200, effect=-1.5)).sentence)
    assert "lowered your evening mood" in str(fit(person(4, 200, effect=-1.5, randomised=True)).sentence)


def test_no_clear_difference_is_an_answer():
    # Far less than the mood's own movement: neither day kind may be called better.
    answer = sentence("B", "walking", 0.05, (-0.3, 0.4), 0.6, 0.2, 0.05)
    assert "no clear difference" in str(answer)
    assert "no clear difference" in str(sentence("A", "walking", 0.25, (0.02, 0.5), 0.98, 0.85, 0.0))


@given(
    grade=st.sampled_from("BC"),
    modality=st.sampled_from([None, "walking", "tai-chi", "everyday"]),
    mean=st.floats(-3, 3),
    chance=st.floats(0, 1),
    matters=st.floats(0, 1),
)
def test_below_grade_a_no_sentence_has_a_causal_verb(grade, modality, mean, chance, matters):
    said = str(sentence(grade, modality, mean, (mean - 1, mean + 1), chance, matters, 1 - matters)).lower()
    assert not [verb for verb in CAUSAL if verb in said]
    assert "!" not in said


@given(p_matters=st.floats(0, 0.9), p_worse=st.floats(0, 0.9))
def test_grade_a_claims_nothing_without_a_chance_above_nine_in_ten(p_matters, p_worse):
    said = str(sentence("A", "walking", 0.5, (0.1, 0.9), 0.99, p_matters, p_worse))
    assert "no clear difference" in said
    assert not [verb for verb in CAUSAL if verb in said]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(-40_000, 40_000))
def test_shifting_all_dates_changes_nothing(seed, by):
    series = person(seed, 40)
    # The weekdays get other names, and every one of them is believed alike.
    moved = fit(replace(series, start=START + timedelta(by)))
    assert numbers(moved) == pytest.approx(numbers(fit(series)), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.booleans())
def test_missing_days_at_the_end_change_nothing(seed, more, by_draw):
    series = person(seed, 60, randomised=by_draw)
    longer = Series(
        series.start,
        series.mood + (None,) * more,
        {m: values + (math.nan,) * more for m, values in series.minutes.items()},
        randomised=series.randomised + (None,) * more if series.randomised else None,
    )
    short, long = fit(series), fit(longer)
    assert numbers(long) == pytest.approx(numbers(short), abs=1e-9)
    assert (long.grade, long.days, str(long.sentence)) == (short.grade, short.days, str(short.sentence))
    assert long.how_do_you_know.missing == short.how_do_you_know.missing


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 80), st.booleans())
def test_all_days_missing_give_the_prior_and_grade_c(days, with_minutes):
    minutes = (30.0 if with_minutes else math.nan,) * days
    answer = fit(Series(START, (None,) * days, {"walking": minutes}))
    assert (answer.grade, answer.days, answer.modality) == ("C", 0, None)
    for effect in answer.effects:
        assert effect.mean == pytest.approx(effect.prior_mean, abs=1e-9)
        assert effect.sd == pytest.approx(effect.prior_sd, abs=1e-9)
        assert not effect.measured or with_minutes
    assert answer.how_do_you_know.first is None


def test_nothing_at_all_is_answered_too():
    answer = fit(Series(START, (), {}))
    assert (answer.days, answer.grade, answer.effects) == (0, "C", ())
    assert "too early" in str(answer.sentence)


def test_what_was_never_done_keeps_its_prior():
    series = person(5, 80)
    answer = fit(replace(series, minutes={**series.minutes, "yoga": (0.0,) * 80}))
    for horizon in HORIZONS:
        effect = of(answer, "yoga", horizon)
        assert (effect.mean, effect.sd) == (pytest.approx(effect.prior_mean), pytest.approx(effect.prior_sd))
        assert (effect.measured, effect.grade) == (False, "C")


def test_weeks_are_never_called_measured():
    for randomised in (False, True):
        weeks = of(fit(person(6, 300, effect=1.0, randomised=randomised)), "walking", "weeks")
        assert (weeks.grade, weeks.measured) == ("C", False)


def test_more_belief_gives_more_effect():
    series = person(8, 60)
    means = [
        of(fit(series, prior=name), "walking", "same-day").mean
        for name in ("sceptical", "central", "published")
    ]
    assert means == sorted(means)
    own = priors("central", ["walking"])
    assert fit(series, prior=own).effects == fit(series).effects
    with pytest.raises(InputError, match="no prior"):
        fit(series, prior="rosy")
    with pytest.raises(InputError, match="say nothing about walking"):
        fit(series, prior=priors("central", ["yoga"]))


def test_what_trials_found_for_exercise_as_a_whole_is_not_said_of_one_kind():
    assert "people were offered walking or not" in str(sentence("C", "walking"))
    assert "no firm trial result for dance alone" in str(sentence("C", "dance"))
    assert "offered dance" not in str(sentence("C", "dance"))


def test_a_restless_mood_does_not_widen_what_is_believed_of_exercise():
    rng = np.random.default_rng(9)
    moods = tuple(rng.choice([0.0, 1.0, 9.0, 10.0], 40).tolist())
    answer = fit(Series(START, moods, {"walking": tuple((30.0 * (rng.random(40) < 0.4)).tolist())}))
    for effect in answer.effects:
        assert effect.sd < 1.05 * effect.prior_sd


def test_a_morning_rating_is_used_when_it_stands_on_most_days_and_never_filled_in():
    series = person(10, 100)
    rated = [t for t, mood in enumerate(series.mood) if mood is not None]
    all_but_five = tuple(None if t in rated[:5] else 5.0 + (t % 3) for t in range(100))
    answer = fit(replace(series, morning=all_but_five))
    known = answer.how_do_you_know
    assert (known.covariates, known.days) == (("weekday", "morning"), len(rated))
    # A day without it has a level of its own: another mood on such a day says nothing about the rating.
    moods = tuple(9.0 if t in rated[:5] else mood for t, mood in enumerate(series.mood))
    level = fit(replace(series, morning=all_but_five, mood=moods))
    assert of(level, "walking", "same-day").mean == pytest.approx(
        of(answer, "walking", "same-day").mean, abs=0.2
    )
    rarely = tuple(5.0 if t % 7 == 0 else None for t in range(100))
    ignored = fit(replace(series, morning=rarely))
    assert ignored.how_do_you_know.covariates == ("weekday",)
    assert numbers(ignored) == numbers(fit(series))


def test_a_morning_rating_does_not_touch_the_next_day_or_the_weeks():
    series = person(11, 100)
    rng = np.random.default_rng(1)
    with_morning = fit(replace(series, morning=tuple(rng.uniform(2, 8, 100).tolist())))
    without = fit(series)
    for horizon in ("next-day", "weeks"):
        assert of(with_morning, "walking", horizon).mean == pytest.approx(
            of(without, "walking", horizon).mean, abs=1e-12
        )
    assert of(with_morning, "walking", "same-day").mean != of(without, "walking", "same-day").mean


def test_the_answer_says_how_it_knows():
    series = person(12, 90, modalities=("walking", "yoga"))
    known = fit(replace(series, phq9=(14,) + (None,) * 88 + (10,))).how_do_you_know
    assert known.questionnaires == 2
    assert known.days == series.days
    assert known.days + known.missing == (known.last - known.first).days + 1
    assert set(known.session_days) == {"walking", "yoga"}
    assert len(known.priors) == 6
    assert all(belief.basis for belief in known.priors)
    assert 0 < known.persistence < 1
    assert 0.5 < known.noise_sd < 2.5
    assert any("questionnaire" in str(words) for words in known.limits)
    assert any("not measured in you" in str(words) for words in known.limits)


def plain(value) -> bool:
    if is_dataclass(value):
        return all(plain(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, dict):
        return all(type(key) is str and plain(item) for key, item in value.items())
    if isinstance(value, tuple):
        return all(plain(item) for item in value)
    return type(value) in (int, float, str, bool, date, type(None))


def test_an_answer_holds_plain_values_with_the_documented_keys():
    answer = fit(person(13, 90))
    assert plain(answer)
    assert set(asdict(answer)) >= {"days", "grade", "effects", "corrected", "tipping_point", "sentence"}
    assert set(asdict(answer)["effects"][0]) >= {
        "modality", "horizon", "mean", "sd", "ci", "p_positive", "p_matters", "prior_mean", "prior_sd",
    }  # fmt: skip
    assert isinstance(answer.sentence, Words)


def test_the_same_days_give_the_same_answer():
    series = person(14, 50)
    assert fit(series) == fit(series)


RATINGS = ("energy", "sleep", "stress")


def rated(seed: int, days: int, *, effect: float = 0.0, randomised: bool = False) -> Series:
    """A person whose energy and stress follow their mood, and whose nights follow the day before."""
    series = person(seed, days, effect=effect, randomised=randomised)
    stress = tuple(None if mood is None else 10.0 - mood for mood in series.mood)
    return replace(series, energy=series.mood, stress=stress, sleep=(None, *series.mood[:-1]))


@pytest.mark.parametrize("target", RATINGS)
def test_energy_sleep_and_stress_have_the_same_engine_and_words_of_their_own(target):
    seen = fit(rated(2, 160, effect=1.5), target=target)
    drawn = fit(rated(2, 160, effect=1.5, randomised=True), target=target)
    assert (seen.target, seen.grade, drawn.grade) == (target, "B", "A")
    assert of(seen, "walking", "same-day").mean > 0.5, "above zero is better, for stress too"
    assert target in str(seen.sentence) or "slept" in str(seen.sentence)
    assert not [verb for verb in CAUSAL if verb in str(seen.sentence)]
    assert target in str(drawn.sentence)
    assert "by about" in str(drawn.sentence)
    assert {(e.modality, e.horizon) for e in seen.effects} == {("walking", h) for h in HORIZONS}
    few = fit(rated(2, 10), target=target)
    assert "too early" in str(few.sentence)
    assert fit(person(2, 40), target=target).days == 0, "without a rating there is nothing to answer from"


def test_less_stress_counts_as_better_and_more_of_it_is_told_as_more():
    series = rated(4, 200, effect=-1.5, randomised=True)
    worse = fit(series, target="stress")
    assert of(worse, "walking", "same-day").mean < -0.5
    assert "raised your stress" in str(worse.sentence)
    assert "-" not in str(worse.sentence), "how much worse is told without a minus sign"
    assert "more stress" in str(fit(replace(series, randomised=None), target="stress").sentence)


def test_the_prior_for_energy_sleep_and_stress_is_not_that_for_mood():
    series = rated(5, 40)
    for target in RATINGS:
        answer = fit(series, target=target)
        assert of(answer, "walking", "weeks").prior_mean == 0.0, "no trial effect is carried over"
        assert of(answer, "walking", "same-day").prior_mean < 0.25
    with pytest.raises(InputError, match="no target 'joy'"):
        fit(series, target="joy")
    with pytest.raises(InputError, match="priors are for mood, not sleep"):
        fit(series, target="sleep", prior=priors("central", ["walking"]))


def test_the_three_priors_are_shown_side_by_side_and_each_is_what_it_gives_alone():
    series = person(15, 60)
    answer = fit(series)
    for beside, horizon in ((answer.by_prior, "same-day"), (answer.weeks_by_prior, "weeks")):
        assert [one.name for one in beside] == ["sceptical", "central", "published"]
        assert beside[1].mean == pytest.approx(of(answer, "walking", horizon).mean, abs=1e-9)
        for one in beside:
            alone = of(fit(series, prior=one.name), "walking", horizon)
            assert (one.prior_mean, one.prior_sd) == (alone.prior_mean, alone.prior_sd)
            assert (one.mean, one.sd) == (pytest.approx(alone.mean), pytest.approx(alone.sd))


def test_the_days_after_a_session_fade_into_a_share_of_the_training_stock():
    answer = fit(person(16, 120, effect=1.0))
    assert [one.days for one in answer.day_after] == list(range(8))
    assert answer.day_after[0].mean == pytest.approx(of(answer, "walking", "same-day").mean, abs=0.15)
    later = [one.mean for one in answer.day_after[2:]]
    weeks = of(answer, "walking", "weeks").mean
    assert later == pytest.approx([weeks * later[0] / weeks * math.exp(-n / 28) for n in range(6)])
    assert all(one.ci[0] < one.mean < one.ci[1] for one in answer.day_after)


def test_the_curves_are_densities_of_what_was_believed_and_what_is():
    curve = fit(person(17, 90)).curve
    step = curve.x[1] - curve.x[0]
    for values in (curve.prior, curve.posterior, curve.corrected):
        assert len(values) == len(curve.x) == 61
        assert sum(values) * step == pytest.approx(1.0, abs=0.02)
    assert fit(person(17, 10)).curve.corrected is None


def test_the_chance_that_a_kind_is_best_is_told_where_there_are_two_kinds():
    assert fit(person(18, 60)).p_best == {}
    chances = fit(person(18, 200, effect=1.5, modalities=("walking", "yoga"))).p_best
    assert set(chances) == {"walking", "yoga"}
    assert sum(chances.values()) == pytest.approx(1.0)
    assert chances["walking"] > 0.9


def test_illness_and_a_change_of_medicine_have_a_level_of_their_own_and_no_cause():
    rng = np.random.default_rng(19)
    series = person(19, 140)
    ill = tuple(bool(t % 20 < 3) for t in range(140))
    changed = tuple(t == 70 for t in range(140))
    # Ill days are low and without walking; from the change on all is higher.
    minutes = tuple(0.0 if ill[t] else 30.0 * (rng.random() < 0.5) for t in range(140))
    moods = tuple(
        None if m is None else min(10.0, max(0.0, m - 2.5 * ill[t] + 1.5 * (t >= 70)))
        for t, m in enumerate(series.mood)
    )
    hard = replace(series, mood=moods, minutes={"walking": minutes})
    told = fit(replace(hard, ill=ill, medicine_changed=changed))
    assert told.how_do_you_know.covariates == ("weekday", "illness", "medicine")
    assert of(told, "walking", "same-day").mean < of(fit(hard), "walking", "same-day").mean - 0.1
    said = " ".join(str(words) for words in told.how_do_you_know.limits)
    assert "we can not tell what did what" in said
    assert "days of being ill and changes of medicine" in str(told.how_do_you_know.model)
    rarely = replace(hard, ill=(True,) + (False,) * 139, medicine_changed=(False,) * 138 + (True, False))
    assert fit(rarely).how_do_you_know.covariates == ("weekday",)


def test_a_column_that_says_nothing_changes_next_to_nothing():
    series = person(20, 60)
    never = replace(series, ill=(False,) * 60, medicine_changed=(None,) * 60, phq9=(None,) * 60)
    assert numbers(fit(never)) == numbers(fit(series))


def test_totals_of_the_same_week_count_once():
    series = person(21, 60)
    daily = tuple(10 + t % 5 for t in range(60))
    weekly = tuple(total if t % 7 == 0 else None for t, total in enumerate(daily))
    answer = fit(replace(series, phq9=daily))
    assert answer.how_do_you_know.questionnaires == 9
    assert numbers(answer) == numbers(fit(replace(series, phq9=weekly)))


def test_questionnaires_that_fall_speak_for_a_level_that_rose():
    days = 60
    flat = Series(START, (5.0, 6.0, 4.0) * 20, {"walking": (0.0,) * 30 + (30.0,) * 30})
    falling = tuple(20 - t // 4 if t % 14 == 13 else None for t in range(days))
    rising = tuple(6 + t // 4 if t % 14 == 13 else None for t in range(days))
    up, down = (of(fit(replace(flat, phq9=totals)), "walking", "weeks").mean for totals in (falling, rising))
    assert up > down + 0.02
