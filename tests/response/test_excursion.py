"""The excursion effect: equal to published answers, to plain algebra, and right on average where the truth is known."""

import numpy as np
import pytest
from r_numbers import RNumbers
from scipy import stats

from ambulando.ground import InputError
from ambulando.response.excursion import Draws, Excursion, excursion

# Answers of the R package MRTAnalysis 0.4.1 (CRAN), by its authors: its help pages give the calls, its repository
# (tqian/MRTAnalysis_R-package, data-raw) the programs that made its data sets with a seed, told again here.


def heartsteps() -> tuple[Draws, dict[str, np.ndarray]]:
    """The data set data_mimicHeartSteps: 37 people, 210 decisions each; seed 123."""
    numbers, people, times = RNumbers(123), 37, 210
    size = people * times
    before = np.minimum(np.log(np.maximum(20 + 50 * numbers.normal(size), 0) + 0.5), 8.5)
    home, there = numbers.yes(0.3624668, size), numbers.yes(0.8038462, size)
    sent = numbers.yes(0.6, size) * there
    pre, at_home, send = (column.reshape(people, times) for column in (before, home, sent))
    steps, last = np.zeros((people, times)), np.zeros(people)
    for t in range(times):
        effect = 0.442889 - 0.017908 * (t // 5) + 0.101423 * at_home[:, t]
        level = 1.755916 + 0.403241 * pre[:, t] + 0.063676 * last - 0.009488 * (t // 5)
        mean = level + 0.119917 * at_home[:, t] + (send[:, t] - 0.6) * effect
        steps[:, t] = last = np.clip(mean + 2.716 * numbers.normal(people), np.log(0.5), 8.5)
    who = np.repeat(np.arange(people), times)
    return Draws(who, steps.ravel(), sent, np.full(size, 0.6), there == 1), {"before": before, "home": home}


def yes_or_no() -> tuple[Draws, dict[str, np.ndarray]]:
    """The data set data_binary: 100 people, 30 decisions each; seed 123."""
    numbers, people, times = RNumbers(123), 100, 30
    drawn, outcome, there, chance = (np.zeros((people, times)) for _ in range(4))
    share, late = np.arange(1, times + 1) / times, (np.arange(1, times + 1) > times / 2) * 1.0
    for t in range(times):
        there[:, t] = numbers.yes(0.8, people)
        chance[:, t] = (0.3, 0.5, 0.7)[t % 3]
        drawn[:, t] = numbers.yes(chance[0, t], people) * there[:, t]
        rate = np.exp(-1.5 + 0.5 * share[t] + 0.3 * late[t])
        outcome[:, t] = numbers.yes(rate * np.exp(drawn[:, t] * (0.1 + 0.3 * share[t])), people)
    who = np.repeat(np.arange(people), times)
    draws = Draws(who, outcome.ravel(), drawn.ravel(), chance.ravel(), there.ravel() == 1)
    return draws, {"share": np.tile(share, people), "late": np.tile(late, people)}


def changing_odds() -> tuple[Draws, dict[str, np.ndarray]]:
    """120 people, 30 decisions each, with odds that hang on a covariate; seed 42."""
    numbers, people, times = RNumbers(42), 120, 30
    size = people * times
    time = np.tile(np.arange(1.0, times + 1), people)
    x = numbers.normal(size)
    there, chance = numbers.yes(0.8, size), np.where(x > 0, 0.7, 0.4)
    drawn = numbers.yes(chance, size)
    y = 1 + 0.5 * x + drawn * (0.3 - 0.2 * time / times) + numbers.normal(size)
    return Draws(np.repeat(np.arange(people), times), y, drawn, chance, there == 1), {"time": time, "x": x}


def numbers_of(found: Excursion) -> list[float]:
    return [number for one in found.coefficients for number in (one.estimate, one.se, one.df)]


def test_the_data_sets_begin_as_published() -> None:
    draws, columns = heartsteps()
    assert draws.outcome[:3] == pytest.approx([2.3902011, -0.6931472, 2.4646823], abs=1e-7)
    assert columns["before"][1] == pytest.approx(2.1962380, abs=1e-7)


def test_the_effect_and_its_error_are_those_of_the_published_program() -> None:
    draws, of = heartsteps()
    assert numbers_of(excursion(draws)) == pytest.approx(
        [0.158169870264215, 0.064142778147441, 35], rel=1e-11
    )
    moderated = excursion(
        draws, moderators={"home": of["home"]}, controls={"before": of["before"]}, centre=0.5
    )
    wanted = [0.106014713870972, 0.0686923368538035, 32, 0.132504541599981, 0.148258117388771, 32]
    assert numbers_of(moderated) == pytest.approx(wanted, rel=1e-11)
    controlled = excursion(draws, controls={"before": of["before"]})
    assert controlled.coefficients[0].estimate == pytest.approx(0.1574444, abs=5e-8)


def test_odds_that_change_and_large_samples_are_those_of_the_published_program() -> None:
    draws, of = changing_odds()
    found = excursion(
        draws, moderators={"time": of["time"]}, controls={"x": of["x"]}, centre=0.55, small_sample=False
    )
    wanted = [0.36616697360609, 0.0823226510833497, 115, -0.00913535426184898, 0.00484432308445716, 115]
    assert numbers_of(found) == pytest.approx(wanted, rel=1e-10)


def test_relative_effects_are_those_of_the_published_program() -> None:
    draws, of = yes_or_no()
    both = {"share": of["share"], "late": of["late"]}
    found = excursion(draws, centre=0.5, relative=True)
    # the published program stops its search for the root at about 1e-9
    assert numbers_of(found) == pytest.approx([0.363081514211068, 0.0518461973743827, 98], rel=1e-7)
    found = excursion(draws, moderators={"share": both["share"]}, controls=both, centre=0.5, relative=True)
    wanted = [0.0811449530615108, 0.131643619142923, 95, 0.429313323995954, 0.190545440484182, 95]
    assert numbers_of(found) == pytest.approx(wanted, rel=1e-7)
    found = excursion(draws, moderators={"late": both["late"]}, controls=both, centre=0.4, relative=True)
    wanted = [0.235631520718757, 0.098445881311189, 95, 0.162360227579909, 0.118370801418086, 95]
    assert numbers_of(found) == pytest.approx(wanted, rel=1e-7)
    assert found.scale == "log relative risk"


def few(people: int = 9, times: int = 14, seed: int = 3) -> tuple[Draws, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = people * times
    x, chance = rng.normal(size=size), rng.uniform(0.15, 0.85, size)
    drawn = (rng.random(size) < chance) * 1.0
    y = 3 + x + 0.4 * drawn * x + np.repeat(rng.normal(size=people), times) + rng.normal(size=size)
    y[::17] = np.nan
    return Draws(np.repeat(np.arange(people), times), y, drawn, chance, rng.random(size) < 0.8), x


def test_it_equals_the_formulas_written_out_with_whole_matrices() -> None:
    draws, x = few()
    found = excursion(draws, moderators={"x": x})
    used = draws.available & np.isfinite(draws.outcome)
    a, p, y, who = (
        np.asarray(column)[used] for column in (draws.treated, draws.probability, draws.outcome, draws.person)
    )
    middle = p.mean()
    weight = np.diag(np.where(a == 1, middle / p, (1 - middle) / (1 - p)))
    f = np.column_stack([np.ones(a.size), x[used]])
    design = np.column_stack([f, (a - middle)[:, None] * f])
    inverse = np.linalg.inv(design.T @ weight @ design)
    theta = inverse @ design.T @ weight @ y
    meat = np.zeros((4, 4))
    for one in np.unique(who):
        rows = np.flatnonzero(who == one)
        own, w = design[rows], weight[np.ix_(rows, rows)]
        hat = own @ inverse @ own.T @ w
        residual = np.linalg.solve(np.eye(rows.size) - hat, y[rows] - own @ theta)
        score = own.T @ w @ residual
        meat += np.outer(score, score)
    se = np.sqrt(np.diag(inverse @ meat @ inverse))
    for j, one in enumerate(found.coefficients):
        assert one.estimate == pytest.approx(theta[2 + j], rel=1e-10)
        assert one.se == pytest.approx(se[2 + j], rel=1e-10)
        assert one.df == 9 - 4
        assert one.statistic == pytest.approx(one.estimate / one.se)
        assert one.p == pytest.approx(2 * stats.t.sf(abs(one.statistic), 5))
        assert one.ci == pytest.approx(stats.t(5, one.estimate, one.se).interval(0.95))
    assert (found.people, found.decisions) == (9, 126)
    assert found.used == used.sum() < found.available == draws.available.sum()
    assert [one.name for one in found.coefficients] == ["effect", "x"]


def test_the_order_of_rows_and_what_stands_on_days_without_a_draw_do_not_matter() -> None:
    draws, x = few()
    found = excursion(draws, moderators={"x": x})
    mixed = np.random.default_rng(1).permutation(x.size)
    y, p = draws.outcome.copy(), draws.probability.copy()
    y[~draws.available], p[~draws.available] = 1e6, np.nan
    again = Draws(
        np.asarray(draws.person)[mixed], y[mixed], draws.treated[mixed], p[mixed], draws.available[mixed]
    )
    assert numbers_of(excursion(again, moderators={"x": x[mixed]})) == pytest.approx(numbers_of(found))


def boruvka(rng: np.random.Generator, people: int, times: int) -> tuple[Draws, np.ndarray]:
    """The design of section 5 of Boruvka 2018 with the middle moderation of 0.5: states of -1 and 1 that change how likely
    a draw is and how well it does. Over all states the effect is -0.2 (errors: AR(1), 0.5 at a lag of two)."""
    state = np.where(rng.random((people, times)) < 0.5, 1.0, -1.0)
    drawn, chance, y = (np.zeros((people, times)) for _ in range(3))
    last, error = np.zeros(people), rng.normal(size=people)
    for t in range(times):
        chance[:, t] = 1 / (1 + np.exp(0.8 * last - 0.8 * state[:, t]))
        drawn[:, t] = last = (rng.random(people) < chance[:, t]) * 1.0
        error = np.sqrt(0.5) * error + np.sqrt(0.5) * rng.normal(size=people)
        y[:, t] = 0.8 * state[:, t] + (drawn[:, t] - chance[:, t]) * (-0.2 + 0.5 * state[:, t]) + error
    who = np.repeat(np.arange(people), times)
    draws = Draws(who, y.ravel(), drawn.ravel(), chance.ravel(), np.ones(people * times, dtype=bool))
    return draws, state.ravel()


def test_with_thirty_people_it_is_right_on_average_where_the_usual_regression_is_not() -> None:
    """Table 2 of Boruvka 2018 (n = T = 30, 1000 trials): a constant centre has mean -0.20, SD 0.08, coverage 0.94; one that
    follows the state has mean -0.14, SD 0.09, coverage 0.89. Regression without weights and centring goes wrong as far."""
    rng = np.random.default_rng(20180)
    constant, follows, naive = [], [], []
    covered = {"constant": 0, "follows": 0}
    trials = 500
    for _ in range(trials):
        draws, state = boruvka(rng, 30, 30)
        (one,) = excursion(draws, controls={"state": state}).coefficients
        constant.append(one.estimate)
        covered["constant"] += one.ci[0] <= -0.2 <= one.ci[1]
        shares = [draws.treated[state == s].mean() for s in (-1, 1)]
        (two,) = excursion(
            draws, controls={"state": state}, centre=np.where(state == 1, shares[1], shares[0])
        ).coefficients
        follows.append(two.estimate)
        covered["follows"] += two.ci[0] <= -0.2 <= two.ci[1]
        design = np.column_stack([np.ones(900), state, draws.treated])
        naive.append(np.linalg.lstsq(design, draws.outcome, rcond=None)[0][2])
    assert np.mean(constant) == pytest.approx(-0.20, abs=0.012)
    assert np.std(constant) == pytest.approx(0.08, abs=0.012)
    assert 0.92 <= covered["constant"] / trials <= 0.97
    assert np.mean(follows) == pytest.approx(-0.14, abs=0.02)
    assert np.std(follows) == pytest.approx(0.09, abs=0.015)
    assert 0.83 <= covered["follows"] / trials <= 0.92
    assert np.mean(naive) > -0.16


def test_one_person_is_analysed_within_their_own_days_and_it_says_so() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        draws, state = boruvka(rng, 1, 60)
        found = excursion(draws, moderators={"state": state})
        effect = found.coefficients[0]
        covered += effect.ci[0] <= -0.2 <= effect.ci[1]
    assert (found.people, found.errors, effect.df) == (1, "within one person", 60 - 4)
    assert 0.925 <= covered / 400 <= 0.975


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"probability": np.full(126, 1.0)}, "probability"),
        ({"treated": np.full(126, 0.5)}, "0 or 1"),
        ({"treated": np.zeros(126)}, "never drawn"),
        ({"treated": np.ones(126)}, "always drawn"),
        ({"outcome": np.full(126, np.nan)}, "known outcome"),
        ({"person": np.repeat([1, 2, 3], 42)}, "3 people for 4 numbers"),
    ],
)
def test_what_can_not_be_analysed_is_said_in_one_sentence(change: dict[str, np.ndarray], said: str) -> None:
    draws, x = few()
    with pytest.raises(InputError, match=said):
        excursion(Draws(**{**vars(draws), **change}), moderators={"x": x})


def test_moderators_that_say_the_same_or_are_missing_are_refused() -> None:
    draws, x = few()
    with pytest.raises(InputError, match="told apart"):
        excursion(draws, moderators={"x": x}, controls={"twice": 2 * x})
    with pytest.raises(InputError, match="x is missing"):
        excursion(draws, moderators={"x": np.where(np.cumsum(draws.available) == 2, np.nan, x)})
    with pytest.raises(InputError, match="outcome of 0 and 1"):
        excursion(draws, relative=True)
    with pytest.raises(InputError, match="centre"):
        excursion(draws, centre=1.0)


@pytest.mark.parametrize("level", [0.0, 5.0])
def test_an_outcome_that_never_changes_is_refused_and_not_called_certain(level: float) -> None:
    draws = few()[0]
    with pytest.raises(InputError, match="the same on each day"):
        excursion(
            Draws(
                draws.person,
                np.full(draws.outcome.size, level),
                draws.treated,
                draws.probability,
                draws.available,
            )
        )


def test_a_handful_of_draws_of_one_person_is_too_few() -> None:
    draws, _state = boruvka(np.random.default_rng(1), 1, 19)
    with pytest.raises(InputError, match="20 or more"):
        excursion(draws)
