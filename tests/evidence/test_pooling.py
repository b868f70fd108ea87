"""Pooling against the reference answers of metafor (tight tolerances), and rules that always hold."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.evidence.pooling import pool, pool_many
from ambulando.evidence.tau2 import tau2_of
from ambulando.ground import InputError
from places import SHARED

ORACLE = SHARED / "oracle"
needs_oracle = pytest.mark.skipif(
    not ORACLE.exists(), reason="the reference answers in ../shared are not here"
)
KEYS = {
    "k": "k", "estimate": "beta", "se": "se", "statistic": "stat", "p": "pval", "tau2": "tau2",
    "q": "QE", "q_p": "QEp", "i2": "I2", "h2": "H2",
}  # fmt: skip
DATASETS = ("bcg", "raudenbush1985", "normand1999", "molloy2014", "li2007")
METHODS = ("EE", "DL", "PM", "ML", "REML")


def oracle(name):
    return json.loads((ORACLE / "02_uni.json").read_text())[name]


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("method", METHODS)
def test_pooling_agrees_with_the_reference(name, method):
    data = oracle(name)
    compared = 0
    for test in ("z", "t", "knha", "adhoc"):
        expected = data.get(f"{method}_{test}")
        if expected is None:
            continue
        found = pool(data["yi"], data["vi"], method=method, test=test)
        for ours, theirs in KEYS.items():
            value = expected[theirs][0] if isinstance(expected[theirs], list) else expected[theirs]
            assert getattr(found, ours) == pytest.approx(value, rel=1e-9, abs=1e-14), (test, ours)
        assert found.ci == pytest.approx((expected["ci_lb"][0], expected["ci_ub"][0]), rel=1e-9)
        if expected["pi"] and method != "EE":
            assert found.pi == pytest.approx(tuple(expected["pi"]), rel=1e-9)
        assert found.converged
        compared += 1
    assert compared >= 2


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_the_q_profile_interval_agrees_with_the_reference(name):
    data = oracle(name)
    found = pool(data["yi"], data["vi"]).tau2_ci
    # metafor finds these ends with its default, looser root search.
    assert found == pytest.approx(tuple(data["tau2_qprofile"][0][1:]), rel=1e-8)


@needs_oracle
def test_the_answer_everybody_knows():
    data = oracle("bcg")
    found = pool(data["yi"], data["vi"], measure="RR")
    assert found.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert found.ci == pytest.approx((-1.1084, -0.3206), abs=5e-5)
    assert found.pi == pytest.approx((-1.996, 0.567), abs=5e-4)
    assert found.estimate_exp == pytest.approx(math.exp(found.estimate))
    assert found.ci_exp == pytest.approx(tuple(math.exp(end) for end in found.ci))


@given(st.integers(2, 30), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_order_of_studies_and_the_unit_do_not_matter(k, seed):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 1, k)
    y = rng.normal(0, 1, k) * rng.uniform(0, 2)
    order = rng.permutation(k)
    for method in ("DL", "PM", "REML"):
        one = pool(y, v, method=method, test="z")
        shuffled = pool(y[order], v[order], method=method, test="z")
        scaled = pool(10 * y, 100 * v, method=method, test="z")
        turned = pool(-y, v, method=method, test="z")
        assert shuffled.estimate == pytest.approx(one.estimate, rel=1e-7, abs=1e-9)
        assert scaled.estimate == pytest.approx(10 * one.estimate, rel=1e-7, abs=1e-8)
        assert scaled.tau2 == pytest.approx(100 * one.tau2, rel=1e-7, abs=1e-8)
        assert turned.ci == pytest.approx((-one.ci[1], -one.ci[0]), rel=1e-7, abs=1e-9)
        assert sum(one.weights) == pytest.approx(100)
        assert one.converged
        assert one.tau2 >= 0


@given(st.integers(2, 25), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_reml_sits_where_its_likelihood_is_flat_or_at_zero(k, seed):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 1, k)
    y = rng.normal(0, 1, k)

    def likelihood(tau2):
        w = 1 / (v + tau2)
        mean = w @ y / w.sum()
        return -0.5 * (np.log(v + tau2).sum() + np.log(w.sum()) + w @ (y - mean) ** 2)

    found = tau2_of(y, v, "REML")
    here = likelihood(found.value)
    for near in (found.value + 1e-3, max(0.0, found.value - 1e-3)):
        assert likelihood(near) <= here + 1e-12
    assert found.boundary == (found.value == 0)


def test_many_data_sets_at_once_are_as_each_alone():
    rng = np.random.default_rng(3)
    v = rng.uniform(0.02, 0.4, (40, 12))
    y = rng.normal(0, 0.5, (40, 12))
    for method in ("EE", "DL", "PM", "ML", "REML"):
        estimates, errors, tau2 = pool_many(y, v, method=method)
        for row in range(40):
            alone = pool(y[row], v[row], method=method, test="z")
            assert (estimates[row], errors[row]) == pytest.approx((alone.estimate, alone.se), rel=1e-9)
            assert tau2[row] == pytest.approx(alone.tau2, rel=1e-8, abs=1e-11)


def test_the_ad_hoc_floor_never_lets_the_interval_shrink_below_z():
    y, v = [0.30, 0.31, 0.29, 0.30], [0.04, 0.05, 0.04, 0.06]
    plain, safe, z = (pool(y, v, test=test) for test in ("hksj", "adhoc", "z"))
    assert plain.se < z.se
    assert safe.se == pytest.approx(z.se)


def test_rows_that_cannot_be_used_stay_visible_with_their_reason():
    found = pool([0.1, math.nan, 0.3, 0.2], [0.1, 0.1, math.nan, 0.0], test="z", studies=["A", "B", "C", "D"])
    assert found.k == 1
    assert found.studies == ("A",)
    assert [(one.study, one.row) for one in found.excluded] == [("B", 2), ("C", 3), ("D", 4)]
    assert "variance is zero" in found.excluded[2].reason


def test_spellings_are_taken_in_any_case():
    y, v = [0.1, 0.4, -0.2], [0.1, 0.1, 0.2]
    assert pool(y, v, method="reml", test="HKSJ") == pool(y, v, method="REML", test="knha")
    assert {pool(y, v, method=name, test="Z").method for name in ("Common", "fe", "EE", "fixed")} == {"EE"}


def test_a_common_effect_has_no_prediction_interval():
    found = pool([0.1, 0.4, -0.2], [0.1, 0.1, 0.2], method="common", test="z")
    assert all(math.isnan(end) for end in (*found.pi, *found.tau2_ci))


def test_the_result_says_which_data_and_options_it_comes_from():
    one = pool([0.1, 0.4], [0.1, 0.1])
    other = pool([0.1, 0.5], [0.1, 0.1])
    assert one.data_hash != other.data_hash
    assert one.options["method"] == "REML"
    assert set(one.versions) == {"ambulando", "numpy", "scipy"}


@pytest.mark.parametrize(
    ("yi", "vi", "options", "words"),
    [
        ([0.1, 0.2], [0.1, -0.2], {}, "Study 2 .row 2. has a negative variance"),
        ([0.1], [0.1], {}, "Only one study"),
        ([math.nan], [0.1], {}, "nothing to pool"),
        ([0.1, 0.2], [0.1], {}, "2 effects and 1 variances"),
        ([0.1, 0.2], [0.1, 0.1], {"method": "best"}, "method called 'best'"),
        ([0.1, 0.2], [0.1, 0.1], {"test": "f"}, "test called 'f'"),
        ([0.1, 0.2], [0.1, 0.1], {"level": 95}, "between 0.5 and 1"),
    ],
)
def test_what_cannot_be_pooled_is_refused_in_one_sentence(yi, vi, options, words):
    with pytest.raises(InputError, match=words):
        pool(yi, vi, **options)
