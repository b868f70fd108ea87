"""Three-level models against the reference answers of metafor, against a dense likelihood, and rules that always hold."""

import csv
import json
import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dependence import rankone
from ambulando.evidence.dependence.multilevel import three_level
from ambulando.evidence.faults import (
    CollinearModerators,
    EvidenceFault,
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.univariate.pooling import pool
from ambulando.ground import as_json

DATA = "konstantopoulos2011"


def answers():
    return json.loads((ORACLE / "03_mv_robust.json").read_text())[DATA]


def table():
    with open(ORACLE / "data" / f"{DATA}.csv") as file:
        rows = list(csv.DictReader(file))
    year = np.array([float(row["year"]) for row in rows])
    return {
        "yi": [float(row["yi"]) for row in rows],
        "vi": [float(row["vi"]) for row in rows],
        "clusters": [row["district"] for row in rows],
    }, year - year.mean()


def some_effects(seed, k=24, m=6, moderator=False):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(m), rng.integers(0, m, k - m)])
    v = rng.uniform(0.02, 0.4, k)
    y = (
        0.3
        + rng.normal(size=m)[codes] * rng.uniform(0, 0.6)
        + rng.normal(size=k) * np.sqrt(v + rng.uniform(0, 0.2))
    )
    columns = {"x": rng.normal(size=k)} if moderator else None
    return y, v, [f"study {code}" for code in codes], columns


def dense(y, v, x, codes, between, within, reml):
    """The log-likelihood with the whole k x k covariance, from its definition."""
    same = np.equal.outer(codes, codes)
    whole = np.diag(v + within) + between * same
    inverse = np.linalg.inv(whole)
    information = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    k, p = x.shape
    value = np.linalg.slogdet(whole)[1] + residual @ inverse @ residual
    if reml:
        value += np.linalg.slogdet(information)[1] - np.linalg.slogdet(x.T @ x)[1]
    return -0.5 * ((k - p if reml else k) * math.log(2 * math.pi) + value)


@needs_oracle
@pytest.mark.parametrize(
    ("entry", "options"),
    [
        ("reml_z", {"test": "z"}),
        ("reml_t", {"test": "t"}),
        ("reml_t_contain", {"test": "contain"}),
        ("ml", {"method": "ML", "test": "z"}),
    ],
)
def test_three_level_pooling_agrees_with_the_reference(agree, entry, options):
    theirs, (data, _) = answers()[entry], table()
    found = three_level(**data, **options)
    name = f"Three-level pooling, {entry}"
    close = {"rel": 1e-6, "reference": "metafor"}
    agree(f"{name}: variances of the levels", DATA, found.sigma2, theirs["sigma2"], **close)
    agree(
        f"{name}: estimate and test", DATA,
        [found.estimate, found.se, found.statistic, found.df, found.p, *found.ci, *found.pi],
        [theirs[key][0] for key in ("beta", "se", "stat", "dfs", "pval", "ci_lb", "ci_ub")] + theirs["pi"], **close,
    )  # fmt: skip
    agree(
        f"{name}: log-likelihoods", DATA, [found.log_likelihood_ml, found.log_likelihood],
        [theirs["ll"][0], theirs["ll"][1 if found.method == "REML" else 0]] if entry != "ml" else [theirs["ll"][0]] * 2,
        **close,
    )  # fmt: skip
    agree(
        f"{name}: test of the intercept",
        DATA,
        [found.qm, found.qm_df, found.qm_p],
        [theirs["QM"], theirs["QMdf"], theirs["QMp"]],
        **close,
    )
    agree(
        f"{name}: heterogeneity Q", DATA, [found.q, found.q_df, found.q_p],
        [theirs["QE"], theirs["QE_df"], theirs["QEp"]], rel=1e-10, reference="metafor",
    )  # fmt: skip
    assert (found.k, found.clusters, found.method) == (theirs["k"], 11, theirs["method"])
    assert found.converged
    assert not found.boundary


@needs_oracle
def test_three_level_regression_agrees_with_the_reference(agree):
    theirs, (data, year) = answers()["year"], table()
    found = three_level(**data, moderators={"year": year}, test="z")
    rows = found.coefficients
    close = {"rel": 1e-6, "reference": "metafor"}
    agree("Three-level regression: variances of the levels", DATA, found.sigma2, theirs["sigma2"], **close)
    for key, ours in (
        ("beta", [one.estimate for one in rows]), ("se", [one.se for one in rows]), ("stat", [one.statistic for one in rows]),
        ("pval", [one.p for one in rows]), ("ci_lb", [one.ci[0] for one in rows]), ("ci_ub", [one.ci[1] for one in rows]),
        ("vcov", found.vcov), ("QM", found.qm), ("QMdf", found.qm_df), ("QMp", found.qm_p),
        ("QE", found.q), ("QE_df", found.q_df), ("QEp", found.q_p),
        ("ll", [found.log_likelihood_ml, found.log_likelihood]),
    ):  # fmt: skip
        agree(f"Three-level regression: {key}", DATA, ours, theirs[key], **close)
    assert [one.name for one in rows] == ["intercept", "year"]
    assert found.estimate is None
    assert found.pi is None


@needs_oracle
def test_i2_of_the_levels_agrees_with_the_reference(agree):
    data, _ = table()
    found, theirs = three_level(**data), answers()["var_share"]
    agree(
        "Three-level I2: total and by level", DATA, [found.i2_levels, found.i2],
        [theirs["I2_by_level"], theirs["I2_total"]], rel=1e-6, reference="metafor",
    )  # fmt: skip


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_likelihood_slope_and_information_are_those_of_the_dense_model(seed, reml):
    y, v, names, columns = some_effects(seed, moderator=True)
    codes = np.unique(names, return_inverse=True)[1]
    x = np.column_stack([np.ones(y.size), columns["x"]])
    data = rankone.stack(y, v, x, codes)
    theta = np.array([0.2, 0.07])
    point = rankone.point(data, theta, reml)
    assert point.value == pytest.approx(dense(y, v, x, codes, *theta, reml), abs=1e-11)
    assert rankone.log_likelihood(data, theta, reml) == pytest.approx(point.value, abs=1e-11)
    step = 1e-5
    for index, one in enumerate(np.eye(2)):
        up, down = (dense(y, v, x, codes, *(theta + sign * step * one), reml) for sign in (1, -1))
        assert point.gradient[index] == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-5)
        higher, lower = (rankone.point(data, theta + sign * step * one, reml).gradient for sign in (1, -1))
        assert point.observed[index] == pytest.approx((lower - higher) / (2 * step), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("method", ["REML", "ML"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_other_variances_are_likelier_than_those_found(method, seed):
    y, v, names, columns = some_effects(seed, moderator=seed % 2 == 0)
    found = three_level(y, v, names, method=method, moderators=columns)
    codes = np.unique(names, return_inverse=True)[1]
    x = np.column_stack([np.ones(y.size), *(columns or {}).values()])
    assert dense(y, v, x, codes, *found.sigma2, method == "REML") == pytest.approx(
        found.log_likelihood, abs=1e-9
    )
    for between in (0, 0.01, 0.1, 0.3, 1.0, 3.0):
        for within in (0, 0.01, 0.1, 0.3, 1.0):
            assert dense(y, v, x, codes, between, within, method == "REML") <= found.log_likelihood + 1e-9
    assert found.boundary == (min(found.sigma2) == 0)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_studies_do_not_matter(seed, order):
    y, v, names, _ = some_effects(seed)
    places = list(range(y.size))
    order.shuffle(places)
    first = three_level(y, v, names)
    other = three_level(y[places], v[places], [f"trial {names[i][::-1]}" for i in places])
    assert other.sigma2 == pytest.approx(first.sigma2, rel=1e-7, abs=1e-10)
    assert other.estimate == pytest.approx(first.estimate, rel=1e-8, abs=1e-10)
    assert other.robust.se == pytest.approx(first.robust.se, rel=1e-7)
    assert other.robust.df == pytest.approx(first.robust.df, rel=1e-6)
    assert np.array(other.weights) == pytest.approx(np.array(first.weights)[places], rel=1e-7)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([-1.0, 1e-4, 0.3, 250.0, 1e6]))
def test_effects_in_other_units_give_the_same_answer_in_those_units(seed, scale):
    y, v, names, _ = some_effects(seed)
    first, other = three_level(y, v, names), three_level(y * scale, v * scale**2, names)
    assert np.array(other.sigma2) / scale**2 == pytest.approx(np.array(first.sigma2), rel=1e-6, abs=1e-10)
    assert other.estimate / scale == pytest.approx(first.estimate, rel=1e-7, abs=1e-10)
    assert other.se / abs(scale) == pytest.approx(first.se, rel=1e-7)
    assert other.i2 == pytest.approx(first.i2, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_one_effect_in_each_study_is_plain_random_effects_and_says_so(method):
    y, v, _, _ = some_effects(3)
    names = [f"study {i}" for i in range(y.size)]
    found, plain = three_level(y, v, names, method=method, test="z"), pool(y, v, method=method, test="z")
    assert found.sigma2[0] == pytest.approx(plain.tau2, rel=1e-8)
    assert math.isnan(found.sigma2[1])
    assert found.estimate == pytest.approx(plain.estimate, rel=1e-9)
    assert found.se == pytest.approx(plain.se, rel=1e-9)
    assert found.pi == pytest.approx(plain.pi, rel=1e-9)
    assert np.array(found.weights) == pytest.approx(np.array(plain.weights), rel=1e-9)
    assert "cannot be told apart" in found.notes[0]


def test_studies_that_do_not_differ_leave_random_effects_of_effects():
    # Within each study the effects repel each other, so that nothing is left between studies.
    y = np.array([0.9, -0.4, 0.8, -0.3, 0.7, -0.5, 0.6, -0.2])
    v, names = np.full(8, 0.02), ["a", "a", "b", "b", "c", "c", "d", "d"]
    found, plain = three_level(y, v, names, test="z"), pool(y, v, test="z")
    assert found.sigma2[0] == 0
    assert found.boundary
    assert found.sigma2[1] == pytest.approx(plain.tau2, rel=1e-9)
    assert found.se == pytest.approx(plain.se, rel=1e-9)


def test_equal_effects_have_no_spread_at_either_level():
    found = three_level([0.5] * 6, [0.1] * 6, ["a", "a", "b", "b", "c", "c"])
    assert found.sigma2 == (0, 0)
    assert found.boundary
    assert found.estimate == pytest.approx(0.5)


def test_weights_make_the_estimate():
    y, v, names, _ = some_effects(5)
    found = three_level(y, v, names)
    assert sum(found.weights) == pytest.approx(100)
    assert np.array(found.weights) @ y / 100 == pytest.approx(found.estimate, rel=1e-12)


def test_ratio_measures_are_given_on_both_scales():
    y, v, names, _ = some_effects(5)
    found = three_level(y, v, names, measure="RR")
    assert found.estimate_exp == pytest.approx(math.exp(found.estimate))
    assert found.ci_exp == pytest.approx(tuple(np.exp(found.ci)))
    assert three_level(y, v, names, measure="SMD").estimate_exp is None


def test_text_moderators_are_coded_by_treatment_and_containment_counts_studies():
    y, v, names, _ = some_effects(2, k=30, m=10)
    kind = ["walking" if int(name.split()[1]) % 2 else "yoga" for name in names]
    found = three_level(y, v, names, moderators={"kind": kind, "dose": v}, test="contain")
    assert [one.name for one in found.coefficients] == ["intercept", "kind:yoga", "dose"]
    # Ten studies and three coefficients; the dose differs within studies, the kind does not.
    assert [one.df for one in found.coefficients] == [7, 7, 27]
    assert found.qm_df == (2, 7)


def test_rows_that_cannot_be_used_are_listed_with_the_reason():
    y, v, names, _ = some_effects(4)
    y[0], v[1], v[2] = np.nan, np.nan, 0
    names[3] = ""
    found = three_level(y, v, names, moderators={"x": [None, 1, 2, 3, math.nan, *range(y.size - 5)]})
    assert [(one.row, one.reason) for one in found.excluded] == [
        (1, "no effect could be computed"),
        (2, "no variance could be computed"),
        (3, "its variance is zero"),
        (4, "no study is named for it"),
        (5, "its moderator x is missing"),
    ]
    assert found.k == y.size - 5


@pytest.mark.parametrize(
    ("change", "fault", "words"),
    [
        ({"vi": [0.1, -0.2, 0.1, 0.1]}, NegativeVariance, "b (row 2) has a negative variance"),
        ({"vi": [0.1, "much", 0.1, 0.1]}, NotANumber, "'much' in row 2"),
        ({"vi": [0.1, 0.1]}, EvidenceFault, "4 effects, 2 variances"),
        ({"clusters": ["a"] * 4}, TooFewStudies, "All effects belong to one study, a,"),
        ({"yi": [0.1, 1e200, 0.2, 0.5]}, ImpossibleValue, "b (row 2) has the effect 1e+200"),
        ({"vi": [0.1, 0.1, 1e300, 0.1]}, ImpossibleValue, "b (row 3) has the effect 0.2 with the variance 1e+300"),
        ({"yi": [0.1], "vi": [0.1], "clusters": ["a"]}, TooFewStudies, "All effects belong to one study, a,"),
        ({"vi": [0, 0, 0, 0]}, TooFewStudies, "nothing to pool"),
        ({"moderators": {"x": [1, 1, 1, 1]}}, CollinearModerators, "The moderator x is the same for all effects"),
        ({"moderators": {"x": [1, 2, 3, 4], "z": [2, 4, 6, 8]}}, CollinearModerators, "moderator z follows from x"),
        ({"moderators": {"x": ["p", "p", "p", "p"]}}, CollinearModerators, "Every usable effect has x 'p'"),
        ({"moderators": {"x": [1, 2, 4, 3], "z": [1, 0, 0, 1], "w": [2, 1, 5, 1]}}, TooFewStudies, "4 effects for 4"),
        ({"moderators": {"x": [1, 2]}}, EvidenceFault, "x has 2 values for 4 effects"),
        ({"method": "magic"}, UnknownOption, "no method called 'magic'"),
        ({"test": "magic"}, UnknownOption, "no test called 'magic'"),
        ({"level": 95}, EvidenceFault, "The level 95"),
        ({"studies": ["one"]}, EvidenceFault, "1 study names for 4 effects"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(change, fault, words):
    good = {"yi": [0.1, 0.4, 0.2, 0.5], "vi": [0.1, 0.1, 0.2, 0.1], "clusters": ["a", "b", "b", "c"]}
    with pytest.raises(fault) as caught:
        three_level(**{**good, **change})
    assert words in str(caught.value)


def test_a_fault_knows_its_row_and_study():
    with pytest.raises(NegativeVariance) as caught:
        three_level([0.1, 0.2], [0.1, -1], ["a", "b"])
    assert (caught.value.row, caught.value.study) == (2, "b")


def test_the_result_is_plain_json_without_its_working():
    y, v, names, _ = some_effects(1)
    answer = as_json(three_level(y, v, names))
    text = json.dumps(answer, allow_nan=False)
    assert json.loads(text)["sigma2"] == answer["sigma2"]
    assert {"se", "df", "p", "ci"} <= set(answer["robust"])
    assert "kept" not in answer


def test_a_result_that_is_changed_keeps_its_data():
    y, v, names, _ = some_effects(1)
    found = three_level(y, v, names)
    assert replace(found, notes=("seen",)).model is found.model


def test_memory_grows_linearly_with_the_number_of_effects():
    peaks = []
    for k in (2_000, 8_000):
        rng = np.random.default_rng(k)
        y, v, names = rng.normal(size=k), rng.uniform(0.1, 0.3, k), np.repeat(np.arange(k // 4), 4).tolist()
        three_level(y, v, names)
        tracemalloc.start()
        three_level(y, v, names)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # A matrix of 8,000 by 8,000 alone would be 512 MB, sixteen times that of 2,000.
    assert peaks[1] < 5 * peaks[0]
    assert peaks[1] < 60e6
