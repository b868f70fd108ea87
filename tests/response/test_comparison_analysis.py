"""What a comparison found: against dense algebra, simulated people, hand counting, and Darwin's pairs."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from scipy import stats

from ambulando.ground import InputError
from ambulando.response.comparison_analysis import analyse
from ambulando.response.comparison_model import _columns, after_a_switch, compare, drawn
from ambulando.response.detect import detectable
from ambulando.response.harm import stop_reason
from ambulando.response.model import default_grid
from ambulando.response.priors import constants
from ambulando.response.protocol import Day, Option, Protocol, option_of, schedule
from ambulando.response.randomisation import p_randomisation

START = date(2026, 3, 2)
A, B = option_of("walking"), option_of("yoga")
REST = Option("rest", "a rest day", "rest")
PAIR = (A, B)


def protocol(blocks: int = 20, per_week: int = 3, options=PAIR) -> Protocol:
    return Protocol("two-kinds", options, "mood", blocks, per_week, START)


def lived(
    made: Protocol, rng: np.random.Generator, effect, *, missing=0.18, sd=1.5, phi=0.5, rho=0.64, next_day=0.0
):
    """Days as they may go: effect by option, inertia and noise, a share missing, all done as drawn."""
    draws = schedule(made, int(rng.integers(2**40)))
    at = [(draw.day - made.start).days for draw in draws]
    state, inner = rng.normal(), []
    for _ in range(at[-1] + 1):
        inner.append(state)
        state = phi * state + np.sqrt(1 - phi**2) * rng.normal()
    days, before = [], None
    for draw, place in zip(draws, at, strict=True):
        mood = 5 + sd * (np.sqrt(rho) * inner[place] + np.sqrt(1 - rho) * rng.normal()) + effect[draw.option]
        if before is not None and place - before[0] == 1:
            mood += next_day * effect[before[1]]
        before = (place, draw.option)
        outcome = None if rng.random() < missing else float(mood)
        days.append(Day(draw.day, draw.block, draw.option, draw.option, outcome))
    return days


def plain(*outcomes: float | None, drawn_: str = "AB") -> list[Day]:
    """Pairs of days, A first and B second."""
    return [
        Day(START + timedelta(3 * n), n // 2 + 1, "a" if n % 2 == 0 else "b", None, outcome)
        for n, outcome in enumerate(outcomes)
    ]


# ---- the model


def test_the_answer_equals_dense_algebra() -> None:
    """The posterior of every grid point by whole covariance matrices, and the mixture of them by its moments."""
    rng = np.random.default_rng(4)
    days = [
        replace(day, morning=float(rng.normal(5, 1)))
        for day in lived(protocol(8, 4), rng, {"walking": 0.5, "yoga": 0})
    ]
    names, columns, mean, sd = _columns(days, PAIR, drawn(days, PAIR), False)
    seen = np.array([day.outcome is not None for day in days])
    y = np.array([day.outcome for day in days if day.outcome is not None])
    x, at = columns[seen], np.array([(day.day - START).days for day in days])[seen]
    noise, grid = constants()["noise"], default_grid()
    contrast = np.array(
        [{("effect", "walking"): 1.0, ("effect", "yoga"): -1.0}.get(name, 0.0) for name in names]
    )

    def point(phi: float, rho: float, unit: float):
        sigma = rho * phi ** np.abs(np.subtract.outer(at, at)) + (1 - rho) * np.eye(at.size)
        cov = sigma + (x * (sd**2 / unit)) @ x.T
        away = y - x @ mean
        shape = noise["shape"] + y.size / 2
        start = noise["variance"] * (noise["shape"] - 1)
        solved = np.linalg.solve(cov, away)
        rate = start + away @ solved / 2
        beta = mean + (sd**2 / unit) * (x.T @ solved)
        evidence = -0.5 * np.linalg.slogdet(cov)[1] - shape * np.log(rate)
        left = np.diag(sd**2 / unit)
        spread = left - left @ x.T @ np.linalg.solve(cov, x @ left)
        return (
            contrast @ beta,
            contrast @ spread @ contrast * rate / (shape - 1),
            evidence,
            rate / (shape - 1),
        )

    def mixed(unit: float):
        all_ = np.array([point(phi, rho, unit) for phi, rho in zip(grid.phi, grid.rho, strict=True)])
        log = grid.log_pair + all_[:, 2]
        weight = np.exp(log - log.max())
        return all_, weight / weight.sum()

    first, weight = mixed(noise["variance"])
    points, weight = mixed(float(weight @ first[:, 3]))
    wanted = weight @ points[:, 0]
    variance = weight @ (points[:, 1] + points[:, 0] ** 2) - wanted**2
    found = compare(days, PAIR, drawn(days, PAIR))
    assert "morning" in names
    assert ("next", "walking") in names
    assert found.difference == pytest.approx(wanted, abs=1e-9)
    assert found.sd == pytest.approx(np.sqrt(variance), abs=1e-9)


def test_without_a_day_the_answer_is_the_belief() -> None:
    found = analyse(PAIR, [], rng=np.random.default_rng(0))
    assert (found.difference, found.sd) == pytest.approx((0.0, 0.30 * np.sqrt(2)), abs=1e-3)
    assert found.prior == (found.difference, found.sd)
    assert found.p_best == pytest.approx({"walking": 0.5, "yoga": 0.5})
    assert (found.grade, found.p_randomisation, found.as_done) == ("too early", None, None)
    rest = analyse((A, REST), [], rng=np.random.default_rng(0))
    assert (rest.difference, rest.sd) == pytest.approx((0.25, 0.30), abs=1e-3)


def test_the_interval_as_drawn_covers_95_of_100_and_claims_of_nothing_are_rare() -> None:
    rng = np.random.default_rng(11)
    made = protocol(20, 3)
    inside, claims, beaten, people = 0, 0, 0, 300
    for _ in range(people):
        one, two = rng.normal(0.25, 0.30, 2)
        days = lived(made, rng, {"walking": one, "yoga": two})
        found = compare(days, PAIR, drawn(days, PAIR))
        inside += found.ci[0] <= one - two <= found.ci[1]
        nothing = lived(made, rng, {"walking": 0.0, "yoga": 0.0})
        null = compare(nothing, PAIR, drawn(nothing, PAIR))
        claims += max(null.p_matters, null.p_worse) > 0.9
        p = p_randomisation(nothing, ("walking", "yoga"), rng)
        beaten += p is not None and p <= 0.05
    # 95% of 300 with a standard error of 1.3%
    assert 0.91 <= inside / people <= 0.985
    assert claims / people < 0.025
    assert beaten / people < 0.09


def test_days_chosen_by_mood_mislead_as_treated_and_not_as_drawn_nor_by_instrument() -> None:
    """On a low day they rest instead, as nothing would hold them: rest days look worse than they are."""
    rng = np.random.default_rng(12)
    options = (A, REST)
    made = protocol(60, 4, options)
    treated, as_drawn, by_draw = [], [], []
    for _ in range(60):
        days = lived(made, rng, {"walking": 0.0, "rest": 0.0}, missing=0.0)
        really = [
            replace(
                day,
                done="walking"
                if rng.random()
                < 1 / (1 + np.exp(-(4 * (day.option == "walking") - 2 + 0.58 * (day.outcome - 5))))
                else "none",
            )
            for day in days
        ]
        walked = [day.outcome for day in really if day.done == "walking"]
        rested = [day.outcome for day in really if day.done == "none"]
        treated.append(np.mean(walked) - np.mean(rested))
        found = analyse(made, really, rng=rng)
        as_drawn.append(found.data_alone.difference)
        assert found.as_done_alone is not None
        by_draw.append(found.as_done_alone.difference)
        assert found.compliance is not None
        assert 0.2 < found.compliance < 0.9
    assert np.mean(treated) > 0.3
    assert abs(np.mean(as_drawn)) < 0.1
    assert abs(np.mean(by_draw)) < 0.15


def test_as_done_finds_the_whole_effect_where_only_a_part_was_done() -> None:
    rng = np.random.default_rng(13)
    made = protocol(60, 4)
    found = []
    for _ in range(40):
        days = []
        for day in lived(made, rng, {"walking": 0.0, "yoga": 0.0}, missing=0.0, sd=0.5):
            done = day.option if rng.random() < 0.75 else ("yoga" if day.option == "walking" else "walking")
            days.append(replace(day, done=done, outcome=day.outcome + 1.0 * (done == "walking")))
        answer = analyse(made, days, rng=rng)
        assert answer.as_done_alone is not None
        found.append((answer.data_alone.difference, answer.as_done_alone.difference))
    drawn_, done_ = np.mean(found, axis=0)
    assert drawn_ == pytest.approx(0.5, abs=0.1)
    assert done_ == pytest.approx(1.0, abs=0.1)


def test_no_answer_as_done_where_the_draw_moved_little_or_nothing_is_known() -> None:
    rng = np.random.default_rng(14)
    days = lived(protocol(), rng, {"walking": 0.0, "yoga": 0.0})
    unknown = analyse(PAIR, [replace(day, done=None) for day in days], rng=rng)
    assert unknown.as_done is None
    assert "too little" in str(unknown.as_done_note)
    loose = analyse(PAIR, [replace(day, done="walking") for day in days], rng=rng)
    assert loose.as_done is None
    assert "loosely" in str(loose.as_done_note)


def test_carry_over_is_allowed_for_where_draws_follow_each_other() -> None:
    rng = np.random.default_rng(15)
    made = protocol(40, 4)
    days = lived(made, rng, {"walking": 0.5, "yoga": 0.0}, missing=0, next_day=0.5)
    found = analyse(made, days, rng=rng)
    assert found.carry_over is not None
    assert found.carry_over.sd < 0.15 * np.sqrt(2), "the days say something about it"
    assert found.after_switches_left_out is not None
    assert found.after_switches_left_out.days == found.days - after_a_switch(days).sum()
    apart = [replace(day, day=START + timedelta(3 * n)) for n, day in enumerate(days)]
    alone = analyse(PAIR, apart, rng=rng)
    assert (alone.carry_over, alone.after_switches_left_out) == (None, None)


def test_strong_carry_over_biases_little_when_allowed_for() -> None:
    """Every day drawn, and half of yesterday's effect still there."""
    rng = np.random.default_rng(16)
    off = []
    for _ in range(40):
        days = lived(protocol(60, 4), rng, {"walking": 0.4, "yoga": 0.0}, missing=0, sd=0.6, next_day=0.5)
        found = compare(days, PAIR, drawn(days, PAIR))
        off.append(found.difference - 0.4)
    assert abs(np.mean(off)) < 0.06


def test_what_it_could_find_is_found_about_as_often_as_it_said() -> None:
    rng = np.random.default_rng(23)
    made, people = protocol(20, 3), 150
    chance = dict(detectable(made, noise_sd=1.0).chances)[1.0]
    clear = 0
    for _ in range(people):
        days = lived(made, rng, {"walking": 1.0, "yoga": 0.0}, sd=1.0)
        clear += compare(days, PAIR, drawn(days, PAIR)).p_matters > 0.9
    assert clear / people == pytest.approx(chance, abs=0.1)


def test_a_comparison_too_short_for_grade_a_is_not_said_to_find_anything() -> None:
    told = dict(detectable(protocol(8, 3), noise_sd=0.5).chances)
    assert told[1.0] < 0.001, "16 drawn days never give the 20 with a rating that grade A needs"
    short, long = (dict(detectable(protocol(n, 3), noise_sd=0.3).chances)[1.0] for n in (12, 20))
    assert 0.4 < short < 0.7 < 0.95 < long, "24 drawn days give 20 with a rating about every second time"


# ---- missing days, not today, an early end


def test_missing_days_are_left_open_and_never_filled_in() -> None:
    rng = np.random.default_rng(17)
    days = lived(protocol(), rng, {"walking": 0.5, "yoga": 0.0}, missing=0.3)
    found = analyse(protocol(), days, rng=rng)
    rated = [day for day in days if day.outcome is not None]
    assert (found.days, found.missing, found.draws) == (len(rated), len(days) - len(rated), len(days))
    # The blocks of the test and the days of the draws before stay known, so only carry-over tells the two apart.
    far = [replace(day, day=START + timedelta(3 * n)) for n, day in enumerate(days)]
    without = [day for day in far if day.outcome is not None]
    one, two = compare(far, PAIR, drawn(far, PAIR)), compare(without, PAIR, drawn(without, PAIR))
    assert one.difference == pytest.approx(two.difference, abs=0.02)


def test_a_not_today_stays_with_what_was_drawn_and_counts_as_nothing_done() -> None:
    rng = np.random.default_rng(18)
    days = lived(protocol(), rng, {"walking": 0.5, "yoga": 0.0}, missing=0)
    marked = [replace(day, done=None, not_today=True) if n % 5 == 0 else day for n, day in enumerate(days)]
    found, plain_ = analyse(PAIR, marked, rng=rng), analyse(PAIR, days, rng=rng)
    assert found.itt == plain_.itt
    assert found.adherence.not_today == 8
    assert found.adherence.as_drawn == 32


def test_an_early_end_gives_the_answer_of_the_days_there_are() -> None:
    rng = np.random.default_rng(19)
    made = protocol()
    days = lived(made, rng, {"walking": 0.5, "yoga": 0.0})
    found = analyse(made, days[:25], rng=rng, reason="person")
    assert found.stopped_early
    assert found.itt == analyse(PAIR, days[:25], rng=rng).itt
    assert any("the person said so" in str(one) for one in found.clinician)
    assert not analyse(made, days, rng=rng).stopped_early


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"option": "dance"}, "not one of those compared"),
        ({"done": "dance"}, "'none' for none"),
        ({"outcome": float("nan")}, "not a number"),
        ({"morning": float("inf")}, "not a number"),
        ({"day": START + timedelta(2)}, "twice"),
    ],
)
def test_a_day_that_does_not_fit_is_named(change: dict, said: str) -> None:
    days = [Day(START, 1, "walking", None, 5.0), Day(START + timedelta(2), 1, "yoga", None, 5.0)]
    with pytest.raises(InputError, match=said):
        analyse(PAIR, [replace(days[0], **change), days[1]], rng=np.random.default_rng(0))


# ---- the randomisation test


def test_the_test_counts_as_by_hand() -> None:
    """Three pairs with differences 1, 2 and 3: of eight schedules two have a mean difference as large."""
    days = plain(5, 4, 6, 4, 7, 4)
    assert p_randomisation(days, ("a", "b"), np.random.default_rng(0)) == pytest.approx(2 / 8)
    signs = [
        abs(sum(s * d for s, d in zip(sign, (1, 2, 3), strict=True))) for sign in product((1, -1), repeat=3)
    ]
    assert sum(one >= 6 for one in signs) / 8 == 2 / 8
    assert p_randomisation(plain(5, 4, 6, 4, 4, 7), ("a", "b"), np.random.default_rng(0)) == pytest.approx(
        1.0
    )


def test_darwins_pairs_give_fishers_answer() -> None:
    """Fisher 1935, The Design of Experiments, section 21: of 32,768 arrangements of Darwin's 15 pairs of maize, 1,726 give
    a total as large as 314 eighths of an inch either way, 5.267%."""
    pairs = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert sum(pairs) == 314
    days = plain(*(value for pair in pairs for value in (float(pair), 0.0)))
    assert p_randomisation(days, ("a", "b"), np.random.default_rng(0)) == pytest.approx(1726 / 32768)


def test_drawn_schedules_agree_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(20)
    days = plain(*rng.normal(size=20).tolist())
    every = p_randomisation(days, ("a", "b"), rng)
    monkeypatch.setattr("ambulando.response.randomisation.EXACT", 1)
    assert p_randomisation(days, ("a", "b"), rng) == pytest.approx(every, abs=0.02)


def test_a_pair_with_one_rating_tells_nothing_to_the_test() -> None:
    full = plain(5, 4, 6, 4, 7, 4)
    gap = [*full, *(replace(day, day=day.day + timedelta(90), block=9) for day in plain(9, None))]
    rng = np.random.default_rng(0)
    assert p_randomisation(gap, ("a", "b"), rng) == p_randomisation(full, ("a", "b"), rng)
    assert p_randomisation(plain(5, None), ("a", "b"), rng) is None


def test_without_blocks_the_days_are_shuffled_whole() -> None:
    rng = np.random.default_rng(21)
    days = [replace(day, block=1) for day in plain(*rng.normal(size=24).tolist())]
    a, b = ([day.outcome for day in days if day.option == name] for name in ("a", "b"))
    wanted = stats.permutation_test(
        (a, b), lambda x, y: np.mean(x) - np.mean(y), n_resamples=9999, rng=np.random.default_rng(1)
    ).pvalue
    assert p_randomisation(days, ("a", "b"), rng) == pytest.approx(wanted, abs=0.02)


# ---- harm


def test_it_stops_for_harm_and_hardly_ever_for_nothing() -> None:
    rng = np.random.default_rng(22)
    made, stopped, harmed = protocol(12, 3), 0, 0
    for _ in range(60):
        days = lived(made, rng, {"walking": 0.0, "yoga": 0.0})
        stopped += any(stop_reason(made, days[:end]) for end in range(10, len(days) + 1))
    for _ in range(20):
        days = lived(made, rng, {"walking": -3.0, "yoga": 0.0})
        harmed += any(stop_reason(made, days[:end]) == "harm" for end in range(10, len(days) + 1))
    assert stopped <= 2
    assert harmed >= 16


def test_it_does_not_stop_before_there_are_enough_days() -> None:
    days = [
        Day(START + timedelta(2 * n), n // 2 + 1, ("walking", "yoga")[n % 2], None, 9.0 * (n % 2))
        for n in range(8)
    ]
    assert stop_reason(PAIR, days) is None
