"""Between people: the mean and the spread of an effect are learned from those who share, draws first, never from few."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.ground import InputError
from ambulando.response.design import REVERSE, design
from ambulando.response.fit import fit
from ambulando.response.model import Grid
from ambulando.response.people import (
    Learned,
    PersonEffect,
    Spread,
    constants,
    learned,
    own_effects,
    pulled_in,
    said,
    with_learned,
    without_prior,
)
from ambulando.response.priors import Prior, priors
from ambulando.response.series import Series
from ambulando.response.simulate import simulated_person, simulated_truth

TODAY = date(2026, 11, 22)
START = date(2026, 1, 1)
CENTRAL = priors("central", ["walking", "yoga"])
LEAST = constants()["people"]["least"]


def crowd(
    rng: np.random.Generator,
    people: int,
    *,
    mean: float = 0.25,
    tau: float = 0.3,
    bias: float = 0.0,
    randomised: bool = True,
    modality: str = "walking",
) -> list[PersonEffect]:
    """People whose own effects differ by ``tau``, each with an estimate of its own error."""
    se = rng.uniform(0.25, 0.6, people)
    estimates = rng.normal(rng.normal(mean, tau, people), se) + bias
    who = f"{modality}{'' if randomised else ', observed'}"
    return [
        PersonEffect(f"{who} {n}", modality, "same-day", float(y), float(s), randomised)
        for n, (y, s) in enumerate(zip(estimates, se, strict=True))
    ]


def spread_of(rows: list[PersonEffect]) -> Spread:
    (spread,) = learned(rows, prior=CENTRAL, today=TODAY).spreads
    return spread


def life(rng: np.random.Generator, *, randomised: bool, reverse: float = 0.5, days: int = 120) -> Series:
    truth = replace(simulated_truth(rng, ["walking"]), reverse=reverse)
    made = simulated_person(
        rng, days, START, activities=["moderate-walk"], randomised=randomised, truth=truth
    )
    return replace(made.series, simulated=False)


# --- what one person's days say


@given(
    st.floats(-3, 3), st.floats(0.05, 0.9), st.floats(-1, 1), st.floats(0.2, 3.0)
)  # an estimate with its error, and a prior
def test_taking_the_prior_off_gives_back_what_the_days_said(y: float, se: float, m: float, sd: float) -> None:
    precision = se**-2 + sd**-2
    found = without_prior((y / se**2 + m / sd**2) / precision, precision**-0.5, Prior(m, sd, (), ""))
    assert found == pytest.approx((y, se), abs=1e-6)


def test_days_that_hardly_say_anything_give_no_number() -> None:
    assert without_prior(0.25, 0.99, Prior(0.25, 1.0, (), "")) is None
    assert without_prior(0.25, 1.02, Prior(0.25, 1.0, (), "")) is None
    assert own_effects("x", life(np.random.default_rng(1), randomised=True, days=14)) == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_persons_own_number_is_that_of_dense_least_squares(seed: int) -> None:
    series = replace(life(np.random.default_rng(seed), randomised=True), phq9=None)
    grid = Grid(np.array([0.4]), np.array([0.5]), np.zeros(1), np.array([30.0]), np.zeros(1))
    (own,) = own_effects("x", series, grid=grid)

    found = fit(series, prior=CENTRAL, grid=grid).how_do_you_know
    days = np.flatnonzero([mood is not None for mood in series.mood])
    nothing = np.zeros((len(series.mood), 1))
    made = design(series, series.mood, CENTRAL, grid, nothing, covariates=found.covariates, by_draw=True)
    effect = ("walking", "drawn")
    others = [name for name in made.place if name not in (effect, ("walking", "same-day"), REVERSE)]
    columns = made.columns[np.ix_(days, [made.place[name][0] for name in others])]
    dose, mood = made.columns[days, made.place[effect][0]], made.y[days]
    mean, sd = np.array([made.beliefs[name] for name in others]).T
    # The days' own covariance, and what the level, the trend and the later effects may add to it.
    apart = np.abs(days[:, None] - days[None, :])
    covariance = found.noise_sd**2 * (0.5 * 0.4**apart + 0.5 * np.eye(days.size))
    covariance += (columns * sd**2) @ columns.T
    pull = np.linalg.solve(covariance, dose)
    se = (pull @ dose) ** -0.5
    assert own.randomised
    assert own.se == pytest.approx(se, rel=0.03)
    assert own.estimate == pytest.approx(pull @ (mood - columns @ mean) * se**2, abs=0.05 * se)


@pytest.mark.parametrize("randomised", [True, False])
def test_the_width_of_the_prior_that_is_taken_off_hardly_matters(
    randomised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = constants()
    for seed in range(6):
        series = life(np.random.default_rng(seed), randomised=randomised)
        monkeypatch.setattr("ambulando.response.people.constants", lambda: facts)
        (usual,) = own_effects("x", series)
        wider = facts | {"own": facts["own"] | {"prior_sd": 10.0}}
        monkeypatch.setattr("ambulando.response.people.constants", lambda told=wider: told)
        (flat,) = own_effects("x", series)
        assert usual.estimate == pytest.approx(flat.estimate, abs=0.15 * flat.se)
        assert usual.se == pytest.approx(flat.se, rel=0.06)


def test_drawn_days_give_a_randomised_number_and_free_days_the_corrected_one() -> None:
    rng = np.random.default_rng(11)
    (drawn,) = own_effects("a", life(rng, randomised=True))
    series = life(rng, randomised=False, reverse=1.0)
    (free,) = own_effects("b", series)
    assert (drawn.randomised, free.randomised) == (True, False)
    wide = replace(CENTRAL, same_day=dict.fromkeys(CENTRAL.same_day, Prior(0.25, 1.0, (), "")))
    plain = next(one for one in fit(series, prior=wide).effects if one.horizon == "same-day")
    assert free.estimate < plain.mean
    assert free.se > plain.sd


def test_a_simulated_person_gives_nothing() -> None:
    made = simulated_person(np.random.default_rng(1), 120, START, randomised=True)
    assert own_effects("x", made.series) == ()


# --- few people


def test_with_fewer_than_ten_people_nothing_changes() -> None:
    rows = crowd(np.random.default_rng(2), LEAST - 1, mean=2.0, tau=1.5)
    found = learned(rows, prior=CENTRAL, today=TODAY)
    assert found.spreads == ()
    assert with_learned(CENTRAL, found) is CENTRAL


def test_only_the_modality_with_enough_people_is_learned() -> None:
    rng = np.random.default_rng(3)
    rows = [*crowd(rng, 20), *crowd(rng, LEAST - 1, modality="yoga")]
    found = learned(rows, prior=CENTRAL, today=TODAY)
    believed = with_learned(CENTRAL, found)
    assert [one.modality for one in found.spreads] == ["walking"]
    assert believed.same_day["yoga"] == CENTRAL.same_day["yoga"]
    assert believed.same_day["walking"] != CENTRAL.same_day["walking"]
    assert (believed.weeks, believed.next_day) == (CENTRAL.weeks, CENTRAL.next_day)


@pytest.mark.parametrize("horizon", ["next-day", "weeks"])
def test_what_no_draw_can_tell_is_not_learned(horizon: str) -> None:
    rows = [replace(row, horizon=horizon) for row in crowd(np.random.default_rng(4), 40)]
    assert learned(rows, prior=CENTRAL, today=TODAY).spreads == ()


# --- mean and spread


@pytest.mark.parametrize("tau", [0.1, 0.2, 0.3, 0.5, 0.8])
def test_the_spread_and_the_mean_are_recovered(tau: float) -> None:
    rng = np.random.default_rng(5)
    found = [spread_of(crowd(rng, 150, mean=0.1, tau=tau)) for _ in range(12)]
    assert np.mean([one.mean for one in found]) == pytest.approx(0.1, abs=0.08)
    assert np.mean([one.tau for one in found]) == pytest.approx(tau, abs=0.07)
    assert sum(one.tau_ci[0] <= tau <= one.tau_ci[1] for one in found) >= 10
    for one in found:
        assert one.sd**2 == pytest.approx(one.tau**2 + one.mean_sd**2)


def test_the_spread_never_falls_below_its_floor() -> None:
    alike = [PersonEffect(str(n), "walking", "same-day", 0.25 + 0.001 * n, 0.05, True) for n in range(200)]
    assert spread_of(alike).tau == constants()["tau"]["floor"]


def test_few_people_with_vague_days_leave_the_mean_near_where_it_was() -> None:
    vague = [replace(row, estimate=1.25, se=0.9) for row in crowd(np.random.default_rng(6), LEAST)]
    assert 0.25 < spread_of(vague).mean < 0.25 + 0.5 * (1.25 - 0.25)


def test_one_person_far_out_hardly_moves_the_others_however_far() -> None:
    rng = np.random.default_rng(7)
    for _ in range(5):
        rows = crowd(rng, 30)
        before = spread_of(rows)
        odd = PersonEffect("odd", "walking", "same-day", 6.0, 0.3, True)
        after = spread_of([*rows, odd])
        assert abs(after.mean - before.mean) < 0.1
        assert after.tau < before.tau + 0.2
        further = spread_of([*rows, replace(odd, estimate=600.0)])
        assert (further.mean, further.sd) == pytest.approx((after.mean, after.sd), rel=1e-6)


def test_nobody_is_pulled_in_among_people_who_differ_as_people_do() -> None:
    rng = np.random.default_rng(8)
    moved = 0
    for _ in range(50):
        rows = crowd(rng, 40)
        estimates = np.array([row.estimate for row in rows])
        moved += (pulled_in(estimates, np.array([row.se for row in rows]), 0.3) != estimates).sum()
    assert moved < 0.01 * 50 * 40


@pytest.mark.parametrize(("people", "tau", "most"), [
    (20, 0.2, 0.98), (20, 0.3, 0.97), (20, 0.5, 0.97), (20, 0.8, 0.97),
    (60, 0.2, 0.97), (60, 0.3, 0.97), (60, 0.5, 0.97), (60, 0.8, 0.97),
    (60, 0.1, 1.0),  # so near the floor intervals are wider than they need be
])  # fmt: skip
def test_intervals_of_new_people_under_the_learned_prior_cover(people: int, tau: float, most: float) -> None:
    rng = np.random.default_rng(9)
    covered = []
    for _ in range(40):
        mean = rng.normal(0.25, 0.15)
        prior = spread_of(crowd(rng, people, mean=mean, tau=tau))
        truth, se = rng.normal(mean, tau, 200), rng.uniform(0.25, 0.6, 200)
        pull = 1 / (se**-2 + prior.sd**-2)
        after = pull * (rng.normal(truth, se) / se**2 + prior.mean / prior.sd**2)
        covered.append(np.mean(np.abs(truth - after) < 1.96 * np.sqrt(pull)))
    assert 0.93 <= np.mean(covered) <= most


# --- draws first


def test_where_enough_people_were_randomised_the_others_do_not_count() -> None:
    rng = np.random.default_rng(10)
    drawn, observed = crowd(rng, LEAST), crowd(rng, 200, bias=0.75, randomised=False)
    assert spread_of([*drawn, *observed]) == spread_of(drawn)
    assert spread_of(drawn).by_draw


def test_confounded_people_alone_never_move_the_mean_and_never_narrow_the_prior() -> None:
    rng = np.random.default_rng(11)
    for people in (LEAST, 60, 300):
        for bias in (0.0, 0.75):
            rows = [
                *crowd(rng, LEAST - 1, mean=1.0),
                *crowd(rng, people, bias=bias, tau=0.1, randomised=False),
            ]
            believed = with_learned(CENTRAL, learned(rows, prior=CENTRAL, today=TODAY)).same_day["walking"]
            before = CENTRAL.same_day["walking"]
            assert believed.mean == before.mean
            assert believed.sd >= before.sd


def test_people_from_their_diaries_alone_keep_the_mean_however_low_mood_keeps_them_in() -> None:
    rng = np.random.default_rng(12)
    rows = [
        one for n in range(LEAST + 2) for one in own_effects(str(n), life(rng, randomised=False, reverse=1.2))
    ]
    assert len(rows) >= LEAST
    believed = with_learned(CENTRAL, learned(rows, prior=CENTRAL, today=TODAY)).same_day["walking"]
    assert believed.mean == CENTRAL.same_day["walking"].mean


def test_observed_people_who_differ_a_lot_widen_the_prior_and_it_says_so() -> None:
    rows = crowd(np.random.default_rng(13), 60, tau=0.9, randomised=False)
    spread = spread_of(rows)
    assert not spread.by_draw
    assert (spread.people, spread.randomised_people) == (60, 0)
    assert CENTRAL.same_day["walking"].sd < spread.sd < 1.0
    few_drawn = crowd(np.random.default_rng(21), LEAST - 1)
    both = spread_of([*rows, *few_drawn])
    assert (both.people, both.randomised_people) == (60 + LEAST - 1, LEAST - 1)
    assert both.sd > CENTRAL.same_day["walking"].sd
    assert "That people differ more than we thought comes from 60 people here." in str(said(spread, TODAY))


def test_from_days_to_the_next_persons_prior() -> None:
    rng = np.random.default_rng(14)
    rows = [one for n in range(40) for one in own_effects(str(n), life(rng, randomised=True))]
    spread = spread_of(rows)
    assert spread.people == spread.randomised_people == len(rows) > 30
    # drawn by the simulator with a mean of 0.26 and a spread of 0.30; a dose of 10 to 45 minutes takes a little off
    assert abs(spread.mean - 0.26) < 2.5 * spread.mean_sd
    assert spread.tau_ci[0] <= 0.30 <= spread.tau_ci[1]


# --- what it says, and what it refuses


def test_an_answer_says_from_how_many_people_and_when() -> None:
    found = learned(crowd(np.random.default_rng(15), 14), prior=CENTRAL, today=TODAY)
    believed = with_learned(CENTRAL, found)
    answer = fit(life(np.random.default_rng(16), randomised=False), prior=believed)
    (belief,) = [one for one in answer.how_do_you_know.priors if one.horizon == "same-day"]
    assert answer.prior == "learned"
    assert belief.basis.startswith("Before your days: from 14 people here whose days a draw decided")
    assert "2026-11-22" in belief.basis
    assert (belief.mean, belief.sd) == (found.spreads[0].mean, found.spreads[0].sd)
    assert set(belief.sources) == set(CENTRAL.same_day["walking"].sources)


def test_no_mark_of_a_person_is_in_what_was_learned() -> None:
    rows = [replace(row, person=f"ada{n}") for n, row in enumerate(crowd(np.random.default_rng(17), 12))]
    assert "ada" not in repr(learned(rows, prior=CENTRAL, today=TODAY))


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(14)))
def test_the_order_of_people_and_their_names_do_not_matter(order: list[int]) -> None:
    rows = crowd(np.random.default_rng(18), 14)
    mixed = [replace(rows[n], person=f"{order[n]} of them") for n in order]
    one, other = spread_of(rows), spread_of(mixed)
    assert (other.mean, other.sd) == pytest.approx((one.mean, one.sd), rel=1e-9)


def test_the_version_follows_the_numbers() -> None:
    rows = crowd(np.random.default_rng(19), 14)
    one, same = (learned(rows, prior=CENTRAL, today=TODAY) for _ in range(2))
    assert one.version == same.version
    assert one.version.startswith("2026-11-22+")
    assert learned(rows[1:], prior=CENTRAL, today=TODAY).version != one.version


def test_numbers_that_are_none_and_people_counted_twice_are_refused() -> None:
    rows = crowd(np.random.default_rng(20), 12)
    for bad in (replace(rows[0], estimate=float("nan")), replace(rows[0], se=0.0)):
        with pytest.raises(InputError, match="no number, or its error"):
            learned([*rows[1:], bad], prior=CENTRAL, today=TODAY)
    with pytest.raises(InputError, match="two numbers for walking"):
        learned([*rows, rows[0]], prior=CENTRAL, today=TODAY)


def test_what_was_learned_from_one_prior_does_not_go_into_another() -> None:
    with pytest.raises(InputError, match="does not go with 'sceptical'"):
        with_learned(priors("sceptical", ["walking"]), Learned((), "central", "v", TODAY))


def test_every_figure_says_how_sure_it_is() -> None:
    for name, entry in constants().items():
        if isinstance(entry, dict):
            assert entry["certainty"] in ("read", "derived", "assumed"), name
            assert entry["source"].endswith("."), name
