"""Estimators of tau2: roots and highest maxima, of one data set and of many, with and without moderators."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.univariate.likelihood import climb, rises
from ambulando.evidence.univariate.sums import sums_many, sums_of
from ambulando.evidence.univariate.tau2 import METHODS, log_likelihood, solve_q, standard_error, tau2_of
from ambulando.evidence.univariate.tau2_many import tau2_many
from evidence.univariate import random_studies

SEEDS = st.integers(0, 2**32 - 1)


def wild(seed):
    """Few studies with variances of many sizes and heavy-tailed effects: likelihoods with several maxima are among them."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 12))
    v = np.exp(rng.normal(0, rng.choice([0.5, 1, 2, 3]), k))
    return rng.normal(0, 1, k) * np.exp(rng.normal(0, 1.5, k)), v


@given(SEEDS, st.sampled_from(["ML", "REML"]))
@settings(max_examples=150, deadline=None)
def test_no_tau2_has_a_higher_likelihood(seed, method):
    y, v = wild(seed)
    found = tau2_of(y, v, method)
    assert found.converged
    best = log_likelihood(y, v, found.value, restricted=method == "REML")
    for t in np.concatenate([[0.0], np.geomspace(1e-6, 1e5, 300)]):
        assert log_likelihood(y, v, t, restricted=method == "REML") <= best + 1e-9
    assert found.boundary == (found.value == 0)


def test_every_maximum_of_a_likelihood_with_two_is_known_and_the_higher_wins():
    twice = 0
    for seed in range(600):
        y, v = wild(seed)
        found = tau2_of(y, v, "REML")
        heights = [log_likelihood(y, v, t, restricted=True) for t in (found.value, *found.others)]
        assert heights == sorted(heights, reverse=True)
        for place in found.others:
            near = [
                log_likelihood(y, v, max(place + step, 0), restricted=True)
                for step in (-1e-4 * place, 1e-4 * place)
            ]
            assert max(near) <= heights[1 + found.others.index(place)] + 1e-10
        twice += bool(found.others)
    assert twice >= 3


def test_a_single_maximum_is_proved_and_nothing_else_is_found():
    y, v = random_studies(1, 15)
    sums = sums_of(y, v)
    place, found, _ = climb(sums, True, 0.1)
    assert found
    assert rises(sums, True, place) == []
    # From a place that is no maximum, the true one is among the brackets.
    assert any(low <= place <= high for low, high in rises(sums, True, place + 50))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_paule_mandel_meets_its_equation_or_sits_at_zero(seed):
    y, v = wild(seed)
    found = tau2_of(y, v, "PM")
    w = 1 / (v + found.value)
    q = w @ (y - w @ y / w.sum()) ** 2
    assert found.converged
    assert q <= y.size - 1 if found.boundary else q == pytest.approx(y.size - 1, rel=1e-9)


def test_a_target_that_no_tau2_meets_is_the_boundary():
    y, v = random_studies(2, 6)
    assert solve_q(y, v, 1e9) == tau2_of(y * 0, v, "PM")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("k", "spread"), [(2, 1), (3, 2), (12, 1), (40, 0.3)])
def test_many_data_sets_have_the_tau2_of_each_alone(method, k, spread):
    rng = np.random.default_rng(k)
    v = np.exp(rng.normal(0, spread, (150, k)))
    y = 2 * rng.normal(0, 1, (150, k))
    weights = rng.uniform(1, 2, k) if method == "GENQ" else None
    values, converged = tau2_many(y, v, method, weights=weights)
    assert converged.all()
    alone = [tau2_of(y[row], v[row], method, weights=weights).value for row in range(150)]
    assert values == pytest.approx(np.array(alone), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_many_regressions_have_the_tau2_of_each_alone(method):
    rng = np.random.default_rng(4)
    v, y = rng.uniform(0.1, 3, (30, 9)), 2 * rng.normal(0, 1, (30, 9))
    X = np.linalg.qr(rng.normal(0, 1, (30, 9, 3)))[0]
    values, _ = tau2_many(y, v, method, X)
    alone = [tau2_of(y[row], v[row], method, X[row]).value for row in range(30)]
    assert values == pytest.approx(np.array(alone), rel=1e-9, abs=1e-12)


def test_the_sums_are_those_of_the_projection_matrix():
    rng = np.random.default_rng(6)
    y, v, t = rng.normal(0, 1, 7), rng.uniform(0.1, 2, 7), 0.3
    for X in (None, np.linalg.qr(rng.normal(0, 1, (7, 3)))[0]):
        columns = np.ones((7, 1)) if X is None else X
        W = np.diag(1 / (v + t))
        P = W - W @ columns @ np.linalg.inv(columns.T @ W @ columns) @ columns.T @ W
        expected = (
            y @ P @ y, y @ P @ P @ y, y @ P @ P @ P @ y, np.trace(P), np.trace(P @ P), np.trace(W), np.trace(W @ W),
        )  # fmt: skip
        assert sums_of(y, v, X).at(t) == pytest.approx(expected, rel=1e-11)
        many = sums_many(y[None], v[None], np.array([t]), X)
        assert [float(one[0]) for one in many] == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("method", ["DL", "HE", "SJ", "HS", "HSk", "GENQ"])
def test_the_standard_error_of_a_moment_estimate_is_that_of_simulated_ones(method):
    rng = np.random.default_rng(12)
    v = rng.uniform(0.1, 1, 25)
    weights = rng.uniform(1, 2, 25) if method == "GENQ" else None
    y = rng.normal(0, np.sqrt(v + 3), (20_000, 25))
    # With tau2 this large none is cut off at zero. SJ takes its crude variance as known, so its error is a guide alone.
    values, _ = tau2_many(y, v, method, weights=weights)
    said = standard_error(y[0], v, method, 3.0, weights=weights)
    assert said == pytest.approx(values.std(), rel=0.4 if method == "SJ" else 0.05)


def test_accuracy_holds_with_one_study_a_billion_times_as_precise():
    y = np.array([0.5, 0.1, 0.9, 0.3, 0.7])
    v = np.array([1e-10, 0.1, 0.1, 0.1, 0.1])
    t = tau2_of(y, v, "PM").value
    w = 1 / (v + t)
    assert t == 0 or w @ (y - w @ y / w.sum()) ** 2 == pytest.approx(4, rel=1e-8)


def test_an_unknown_estimator_is_refused_by_name():
    for refuse in (tau2_of, lambda y, v, name: tau2_many(y[None], v[None], name)):
        with pytest.raises(UnknownOption, match="'BEST'"):
            refuse(np.ones(3), np.ones(3), "BEST")
