"""Group trials: the pooled answer, who is in it, and each person seen beside the group."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.evidence.dependence.cluster_effects import random_effects
from ambulando.evidence.dependence.multilevel import three_level
from ambulando.evidence.dependence.robust import robust
from ambulando.ground import InputError
from ambulando.response.group import own_noise, pooled, rows_of
from ambulando.response.group_csv import paired, read_group
from ambulando.response.group_interval import prediction_interval
from ambulando.response.model import default_grid
from ambulando.response.protocol import Day

OPTIONS = ("walking", "yoga")
START = date(2026, 3, 2)


def person(
    rng: np.random.Generator, effect: float, blocks: int, *, missing: float = 0.0, sd: float = 1.5
) -> list[Day]:
    """Blocks of two days a week in a drawn order, with inert and with plain noise."""
    state, states = rng.normal(0, 0.8 * sd), []
    for _ in range(7 * blocks):
        states.append(state)
        state = 0.5 * state + rng.normal(0, 0.8 * sd * math.sqrt(0.75))
    days = []
    for block in range(blocks):
        order = OPTIONS if rng.random() < 0.5 else OPTIONS[::-1]
        for offset, option in zip((block % 2, 3 + block % 2), order, strict=True):
            t = 7 * block + offset
            half = effect / 2 if option == OPTIONS[0] else -effect / 2
            rating = 5 + half + states[t] + rng.normal(0, 0.6 * sd)
            outcome = None if rng.random() < missing else float(rating)
            days.append(Day(START + timedelta(t), block + 1, option, outcome=outcome))
    return days


def people(seed: int, lengths: list[int], *, mean: float = 0.3, spread: float = 0.3) -> dict[str, list[Day]]:
    rng = np.random.default_rng(seed)
    return {f"p{n}": person(rng, rng.normal(mean, spread), blocks) for n, blocks in enumerate(lengths)}


UNEQUAL = [12, 12, 3, 1, 8, 10, 1, 16]


def test_the_group_effect_is_that_of_the_three_level_model_called_by_hand():
    members = people(1, UNEQUAL)
    found = pooled(members, OPTIONS)
    rows = [row for name, days in members.items() for row in rows_of(name, days, OPTIONS)]
    fit = three_level(
        [row.yi for row in rows], [row.vi for row in rows], [row.person for row in rows], test="contain"
    )
    beside = robust(fit).coefficients[0]
    assert (found.people, found.blocks) == (8, sum(UNEQUAL))
    assert (found.estimate, found.se, found.ci, found.sigma2) == (fit.estimate, fit.se, fit.ci, fit.sigma2)
    assert (found.robust.se, found.robust.df, found.robust.ci) == (beside.se, beside.df, beside.ci)


def test_shrunk_results_are_the_best_linear_unbiased_predictions_of_dense_algebra():
    members = people(4, UNEQUAL, spread=0.9)
    found = pooled(members, OPTIONS)
    between, within = found.sigma2
    assert between > 0.05, "nothing would be tested"
    rows = [row for name, days in members.items() for row in rows_of(name, days, OPTIONS)]
    names = list(members)
    belongs = np.array([[row.person == name for name in names] for row in rows], dtype=float)
    y, ones = np.array([row.yi for row in rows]), np.ones(len(rows))
    inverse = np.linalg.inv(
        between * belongs @ belongs.T + np.diag([row.vi for row in rows]) + within * np.eye(len(rows))
    )
    mean = ones @ inverse @ y / (ones @ inverse @ ones)
    dense = mean + between * belongs.T @ inverse @ (y - mean)
    assert [one.shrunk for one in found.members] == pytest.approx(dense.tolist(), abs=1e-9)

    fit = three_level(y, [row.vi for row in rows], [row.person for row in rows], test="contain")
    by_evidence = {one.name: fit.estimate + one.estimate for one in random_effects(fit)}
    assert {one.person: one.shrunk for one in found.members} == pytest.approx(by_evidence, abs=1e-9)


def test_who_has_fewer_days_leans_more_on_the_group():
    found = pooled(people(4, UNEQUAL, spread=0.9), OPTIONS)
    shares = {one.blocks: one.own_share for one in found.members}
    assert shares[1] < shares[3] < shares[8] < shares[16] < 1
    for one in found.members:
        low, high = sorted([one.raw, found.estimate])
        assert low <= one.shrunk <= high
        if one.blocks <= 3:
            assert one.shrunk_ci[1] - one.shrunk_ci[0] < one.raw_ci[1] - one.raw_ci[0]


def test_the_variance_of_a_block_is_that_of_its_days_under_the_persons_own_noise():
    days = person(np.random.default_rng(3), 0.0, 10)
    noise = own_noise(days, default_grid())
    for row in rows_of("p", days, OPTIONS):
        first, second = [one.day for one in days if one.block == row.block]
        expected = 2 * (noise.covariance[0] - noise.covariance[(second - first).days])
        assert row.vi == pytest.approx(expected, rel=1e-12)


def test_blocks_of_a_steadier_person_have_smaller_variances():
    rng = np.random.default_rng(5)
    calm, restless = person(rng, 0.0, 14, sd=0.5), person(rng, 0.0, 14, sd=3.0)
    assert rows_of("a", calm, OPTIONS)[0].vi < 0.3 * rows_of("b", restless, OPTIONS)[0].vi


def test_days_close_together_differ_less_than_days_far_apart():
    days = person(np.random.default_rng(8), 0.0, 14)
    covariance = own_noise(days, default_grid()).covariance
    assert np.all(np.diff(covariance) < 0)
    assert covariance[0] > 0


def test_a_block_that_lacks_one_of_the_two_gives_no_row():
    days = person(np.random.default_rng(2), 0.0, 4)
    days[0] = replace(days[0], outcome=None)
    rows = rows_of("p", days, OPTIONS)
    assert [row.block for row in rows] == [2, 3, 4]


def test_what_was_drawn_counts_and_not_what_was_done():
    members = people(1, UNEQUAL)
    other = {name: [replace(one, done="none") for one in days] for name, days in members.items()}
    as_drawn = {name: [replace(one, done=one.option) for one in days] for name, days in members.items()}
    never, always = pooled(other, OPTIONS), pooled(as_drawn, OPTIONS)
    assert never.estimate == always.estimate
    assert (never.adherence, always.adherence) == (0.0, 1.0)
    assert pooled(members, OPTIONS).adherence is None


def test_longer_periods_are_compared_by_their_means():
    days = []
    for period in range(6):
        option = OPTIONS[period % 2]
        for n in range(4):
            rating = (6.0 if option == OPTIONS[0] else 5.0) + 0.1 * n
            days.append(Day(START + timedelta(5 * period + n), period // 2, option, outcome=rating))
    rows = rows_of("p", days, OPTIONS)
    assert [row.yi for row in rows] == pytest.approx([1.0] * 3)
    assert [row.days for row in rows] == [8] * 3


def test_a_morning_rating_makes_the_answer_sharper():
    rng = np.random.default_rng(6)
    plain, told = {}, {}
    for n in range(6):
        with_it = []
        for one in person(rng, 0.0, 12, sd=0.3):
            state = float(rng.normal(0, 1.5))
            with_it.append(replace(one, outcome=one.outcome + state, morning=5 + state))
        told[f"p{n}"] = with_it
        plain[f"p{n}"] = [replace(one, morning=None) for one in with_it]
    assert pooled(told, OPTIONS).se < 0.6 * pooled(plain, OPTIONS).se


@pytest.mark.parametrize(
    ("lengths", "says"),
    [
        ([], "There are no results yet"),
        ([5], "One person has results so far"),
        ([5, 9], "Two people have results so far"),
    ],
)
def test_fewer_than_three_people_are_told_in_a_sentence_and_not_pooled(lengths, says):
    found = pooled(people(1, lengths), OPTIONS)
    assert says in str(found.sentence)
    assert (found.estimate, found.ci, found.pi, found.sigma2, found.robust, found.p_matters) == (None,) * 6
    assert all(one.shrunk is None and math.isfinite(one.raw) for one in found.members)
    assert len(found.members) == len(lengths)


def test_three_people_with_one_block_each_are_pooled_without_a_variance_within():
    found = pooled(people(1, [1, 1, 1]), OPTIONS)
    assert (found.people, found.blocks) == (3, 3)
    assert found.sigma2[1] is None
    assert math.isfinite(found.estimate)


def test_who_has_no_whole_block_yet_is_counted_and_left_out():
    members = people(1, UNEQUAL)
    with_new = members | {"new": [Day(START, 1, "walking", outcome=5.0)], "nobody": []}
    found = pooled(with_new, OPTIONS)
    assert found.estimate == pooled(members, OPTIONS).estimate
    assert (found.people, found.without_a_block) == (8, 2)


def test_leaving_takes_the_persons_rows_out():
    members = people(1, UNEQUAL)
    without = {name: days for name, days in members.items() if name != "p0"}
    found = pooled(without, OPTIONS)
    assert found.blocks == sum(UNEQUAL[1:])
    assert "p0" not in {one.person for one in found.members}
    assert found.estimate != pooled(members, OPTIONS).estimate


def test_turning_the_two_round_turns_the_answer_round():
    members = people(2, UNEQUAL)
    one, other = pooled(members, OPTIONS), pooled(members, OPTIONS[::-1])
    assert one.estimate == pytest.approx(
        -other.estimate, abs=1e-3
    )  # the prior of the noise knows one option by name
    assert one.p_matters == pytest.approx(other.p_worse, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(1, 8), min_size=3, max_size=7), st.floats(0, 0.4))
def test_whatever_comes_in_all_numbers_are_finite_and_the_order_of_people_does_not_matter(
    seed, lengths, missing
):
    rng = np.random.default_rng(seed)
    members = {f"p{n}": person(rng, 0.3, blocks, missing=missing) for n, blocks in enumerate(lengths)}
    found = pooled(members, OPTIONS)
    turned = pooled({name: days[::-1] for name, days in reversed(members.items())}, OPTIONS)
    assert sum(one.blocks for one in found.members) == found.blocks
    if found.estimate is None:
        assert found.people < 3
        return
    numbers = [found.estimate, found.se, *found.ci, *found.pi, found.p_matters, found.robust.se]
    numbers += [
        value for one in found.members for value in (one.raw, *one.raw_ci, one.shrunk, *one.shrunk_ci)
    ]
    assert all(math.isfinite(value) for value in numbers)
    assert found.pi[0] < found.estimate < found.pi[1]
    assert turned.estimate == pytest.approx(found.estimate, abs=1e-6)


def test_intervals_hold_what_they_promise_in_simulated_groups():
    """Ten people of unequal length who differ by 0.3 points; bench figures stand in docs/group-trials.md."""
    rng = np.random.default_rng(20)
    group = new = own = together = count = 0
    closer = []
    trials = 120
    for _ in range(trials):
        effects = rng.normal(0.3, 0.3, 10)
        lengths = rng.choice([1, 4, 8, 12, 16], 10)
        members = {
            f"p{n}": person(rng, effect, int(blocks), missing=0.15)
            for n, (effect, blocks) in enumerate(zip(effects, lengths, strict=True))
        }
        found = pooled(members, OPTIONS)
        group += found.robust.ci[0] < 0.3 < found.robust.ci[1]
        new += found.pi[0] < rng.normal(0.3, 0.3) < found.pi[1]
        for one in found.members:
            truth = effects[int(one.person[1:])]
            own += one.raw_ci[0] < truth < one.raw_ci[1]
            together += one.shrunk_ci[0] < truth < one.shrunk_ci[1]
            closer.append((one.shrunk - truth) ** 2 - (one.raw - truth) ** 2)
            count += 1
    assert group / trials > 0.89
    assert new / trials > 0.91
    assert own / count > 0.93
    assert together / count > 0.93
    assert np.mean(closer) < 0, "shrinking is worth it"


def test_where_there_is_no_difference_a_group_is_hardly_ever_told_of_one():
    rng = np.random.default_rng(21)
    told = 0
    for _ in range(150):
        found = pooled({f"p{n}": person(rng, 0.0, 8) for n in range(5)}, OPTIONS)
        told += "was better" in str(found.sentence)
    assert told / 150 < 0.06


def test_a_group_is_told_of_a_difference_only_where_both_ways_to_reckon_the_error_agree():
    rng = np.random.default_rng(0)
    told = 0
    for _ in range(300):
        found = pooled({f"p{n}": person(rng, 0.0, 6) for n in range(3)}, OPTIONS)
        if "was better" in str(found.sentence):
            told += 1
            assert not found.ci[0] <= 0 <= found.ci[1]
    assert told <= 6


def test_a_clear_difference_is_named_with_its_interval_and_in_its_direction():
    rng = np.random.default_rng(22)
    members = {f"p{n}": person(rng, -2.0, 14, sd=0.8) for n in range(8)}
    sentence = str(pooled(members, OPTIONS).sentence)
    assert "better on days drawn for “yoga” than on days drawn for “walking”, by about 2" in sentence
    assert "fits the group" in sentence


def test_too_few_people_are_told_that_their_spread_is_not_known():
    assert "can not tell how much people differ" in str(pooled(people(1, [8] * 4), OPTIONS).spread)
    assert "can not tell" not in str(pooled(people(1, [8] * 6), OPTIONS).spread)


def test_the_prediction_interval_is_the_plain_one_where_everything_is_known():
    """Many people whose means are exact: their own spread, with Student's t."""
    means = np.random.default_rng(1).normal(0, 1, 400)
    means = 0.5 + 0.4 * (means - means.mean()) / means.std()
    low, high = prediction_interval(means, np.full(400, 1e-9))
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.4, 0.5 + 1.96 * 0.4), abs=0.02)


def test_the_prediction_interval_moves_and_stretches_with_its_people():
    means, variances = np.array([0.1, 0.5, -0.4, 0.9]), np.array([0.1, 0.2, 0.1, 0.3])
    low, high = prediction_interval(means, variances)
    moved = prediction_interval(10 * means + 3, 100 * variances)
    assert moved == pytest.approx((10 * low + 3, 10 * high + 3), abs=1e-6)


# The table


CSV = "person,date,option,mood\n" + "\n".join(
    f"{who},2026-03-{day:02},{option},{mood}"
    for who in ("a", "b", "c")
    for day, option, mood in [(2, "yoga", 5), (4, "walking", 6), (6, "walking", 7), (9, "yoga", 4)]
)


def test_without_a_column_of_blocks_each_day_goes_with_the_next_of_the_other_option():
    read = read_group(CSV, "group.csv")
    assert read.options == OPTIONS
    assert [one.block for one in read.members["a"]] == [1, 1, 2, 2]
    assert [row.yi for row in rows_of("a", read.members["a"], OPTIONS)] == pytest.approx([1.0, 3.0])


def test_days_of_a_third_option_are_not_put_together():
    days = tuple(Day(START + timedelta(n), 0, name) for n, name in enumerate(("walking", "rest", "yoga")))
    assert [one.block for one in paired(days, OPTIONS)] == [1, 0, 1]


def test_stress_is_turned_round_so_that_more_is_better():
    read = read_group(CSV.replace("mood", "stress"), "group.csv", target="stress")
    assert [one.outcome for one in read.members["a"]] == [5.0, 4.0, 3.0, 6.0]


def test_the_first_option_named_is_the_one_that_the_answer_is_about():
    turned = read_group(CSV, "group.csv", options=("yoga", "walking"))
    assert [row.yi for row in rows_of("a", turned.members["a"], turned.options)] == pytest.approx(
        [-1.0, -3.0]
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("2026-03-02", "yesterday"), "Row 2 of group.csv has the date 'yesterday'"),
        (("2026-03-04", "2026-03-02"), "2026-03-02 of a for the second time"),
        (("yoga,5", "yoga,11"), "Row 2 of group.csv has the mood '11'"),
        (("yoga,5", "yoga,fine"), "Row 2 of group.csv has the mood 'fine'"),
        (("a,2026-03-02", ",2026-03-02"), "Row 2 of group.csv names no person"),
        (("yoga,5", ",5"), "Row 2 of group.csv names no option"),
        (("2026-03-02", "2027-03-02"), "in the future"),
        (("yoga", "walking"), "1 options"),
        (("yoga,5", "rest,5"), "3 options"),
        (("person", "who"), "no column 'person'"),
        (("mood", "energy"), "no column 'mood'"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_hold_is_refused_in_one_sentence(change, says):
    count = -1 if change[0] == "yoga" else 1
    with pytest.raises(InputError, match=says):
        read_group(CSV.replace(*change, count), "group.csv", today=date(2026, 11, 1))


@pytest.mark.parametrize("block", ["one", "", "1.5", "-1", "9" * 5000])
def test_a_block_has_to_be_a_number(block):
    text = f"person,date,option,mood,block\na,2026-03-01,x,5,{block}\na,2026-03-02,y,5,1\n"
    with pytest.raises(InputError, match=f"has the block '{block}'"):
        read_group(text, "group.csv")


def test_what_was_done_can_be_told_as_in_a_comparison_of_one():
    text = "person,date,option,mood,done\na,2026-03-01,x,5,1\na,2026-03-02,y,5,0\na,2026-03-03,x,5,y\na,2026-03-04,y,5,\n"
    assert [one.done for one in read_group(text, "group.csv").members["a"]] == ["x", "none", "y", None]


@pytest.mark.parametrize(("options", "says"), [(("walking", "tango"), "no option 'tango'; it has"), (("walking", "walking"), "two different")])  # fmt: skip
def test_options_that_can_not_be_compared_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        pooled(read_group(CSV, "group.csv", options=options).members, options)


def test_a_target_that_is_not_known_is_refused():
    with pytest.raises(InputError, match="no target 'weight'"):
        read_group(CSV, "group.csv", target="weight")
