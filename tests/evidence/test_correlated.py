"""Correlated and hierarchical effects: a dense likelihood, and the models of which they are a special case."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.evidence.dependence.correlated import che
from ambulando.evidence.dependence.multilevel import three_level
from ambulando.evidence.dependence.sampling import constant_correlation
from ambulando.evidence.faults import EvidenceFault, ImpossibleValue, TooFewStudies
from ambulando.evidence.univariate.pooling import pool


def some_effects(seed, k=26, m=7):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(m), rng.integers(0, m, k - m)])
    v = rng.uniform(0.02, 0.4, k)
    y = 0.3 + 0.4 * rng.normal(size=m)[codes] + rng.normal(size=k) * np.sqrt(v + 0.1)
    return y, v, [f"study {code}" for code in codes], rng


def dense(y, v, same, between, within_same, within, rho, reml):
    root = np.sqrt(v)
    known = np.where(same, rho * np.outer(root, root), 0)
    np.fill_diagonal(known, v)
    m = known + between * same + within * within_same
    inverse = np.linalg.inv(m)
    total = inverse.sum()
    e = y - inverse.sum(axis=0) @ y / total
    value = np.linalg.slogdet(m)[1] + e @ inverse @ e + reml * math.log(total / y.size)
    return -0.5 * ((y.size - reml) * math.log(2 * math.pi) + value)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), rho=st.floats(0, 0.95), method=st.sampled_from(["REML", "ML"]))
def test_no_other_variances_are_likelier_than_those_found(seed, rho, method):
    y, v, names, _ = some_effects(seed)
    found = che(y, v, names, rho=rho, method=method)
    same, own, reml = np.equal.outer(names, names), np.eye(y.size), method == "REML"
    assert dense(y, v, same, found.sigma2[0], own, found.sigma2[1], rho, reml) == pytest.approx(
        found.log_likelihood, abs=1e-9
    )
    for between in (0, 0.05, 0.2, 1.0):
        for within in (0, 0.05, 0.2, 1.0):
            assert dense(y, v, same, between, own, within, rho, reml) <= found.log_likelihood + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_without_correlation_it_is_the_three_level_model(seed):
    y, v, names, rng = some_effects(seed)
    moderators = {"x": rng.normal(size=y.size)}
    first, other = (
        three_level(y, v, names, moderators=moderators),
        che(y, v, names, rho=0.0, moderators=moderators),
    )
    assert other.sigma2 == pytest.approx(first.sigma2, rel=1e-7, abs=1e-10)
    assert other.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-10)
    assert np.array(other.weights) == pytest.approx(np.array(first.weights), rel=1e-7)
    assert other.q == pytest.approx(first.q, rel=1e-10)
    assert other.i2_levels == pytest.approx(first.i2_levels, rel=1e-7, abs=1e-8)
    assert other.robust.coefficients[1].df == pytest.approx(first.robust.coefficients[1].df, rel=1e-6)


def test_effects_may_share_the_second_level():
    y, v, names, rng = some_effects(5)
    inner = [f"arm {one}" for one in rng.integers(0, 2, y.size)]
    found = che(y, v, names, rho=0.0, inner=inner)
    same = np.equal.outer(names, names)
    both = same & np.equal.outer(inner, inner)
    assert dense(y, v, same, found.sigma2[0], both, found.sigma2[1], 0, True) == pytest.approx(
        found.log_likelihood, abs=1e-9
    )
    for sigma2 in ((0.05, 0.05), (0.2, 0.02), (0.0, 0.3)):
        assert dense(y, v, same, sigma2[0], both, sigma2[1], 0, True) <= found.log_likelihood + 1e-9


def test_blocks_of_ones_own_are_taken_as_they_are():
    y, v, names, _ = some_effects(6)
    first, other = che(y, v, names, rho=0.4), che(y, v, names, V=constant_correlation(v, names, 0.4))
    assert other.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-12)
    assert other.vi == first.vi
    assert (first.rho, other.rho) == (0.4, None)


def test_one_effect_in_each_study_is_plain_random_effects():
    y, v, _, _ = some_effects(3)
    names = [f"s{i}" for i in range(y.size)]
    found, plain = che(y, v, names, rho=0.6, test="z"), pool(y, v, test="z")
    assert found.sigma2[0] == pytest.approx(plain.tau2, rel=1e-8)
    assert math.isnan(found.sigma2[1])
    assert found.se == pytest.approx(plain.se, rel=1e-9)


@pytest.mark.parametrize(
    ("options", "fault", "words"),
    [
        ({"rho": 1.0}, ImpossibleValue, "1.0 is not between -1 and 1"),
        ({"clusters": ["a"] * 4}, TooFewStudies, "All effects belong to one study"),
        ({"inner": ["x"]}, EvidenceFault, "1 inner labels for 4 effects"),
        ({"vi": None}, EvidenceFault, "needs variances"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(options, fault, words):
    good = {"yi": [0.1, 0.4, 0.2, 0.5], "vi": [0.1, 0.1, 0.2, 0.1], "clusters": ["a", "b", "b", "c"]}
    with pytest.raises(fault) as caught:
        che(**{**good, **options})
    assert words in str(caught.value)
