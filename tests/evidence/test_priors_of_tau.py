"""Priors of tau: each is a density, and each can be named in text."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from ambulando.evidence.bayes import priors
from ambulando.evidence.faults import EvidenceFault, UnknownOption

PROPER = ("half-normal:0.5", "half-cauchy:0.4", "half-t:3:0.5", "exponential:0.7", "lomax:2:0.6", "log-normal:-1:0.8",
          "inverse-gamma:2:0.3", "uniform:3")  # fmt: skip
V = np.array([0.1, 0.2])


@pytest.mark.parametrize("text", PROPER)
def test_a_proper_prior_is_a_density(text):
    prior = priors.prior_from(text)
    assert prior.proper
    end = prior.upper if math.isfinite(prior.upper) else np.inf
    pieces = [0, 0.5, min(3.0, end), end]
    total = sum(
        quad(lambda t: math.exp(float(prior.log_density(np.array([t]), V)[0])), low, high, epsabs=1e-12)[0]
        for low, high in itertools.pairwise(pieces)
        if high > low
    )
    assert total == pytest.approx(1, rel=1e-7)
    assert str(prior) == text
    near = math.exp(float(prior.log_density(np.array([1e-12]), V)[0]))
    assert prior.at_zero == pytest.approx(near, rel=1e-9, abs=1e-9)


def test_half_t_of_one_degree_is_half_cauchy_and_of_many_half_normal():
    t = np.array([0.1, 0.6, 2.0])
    assert priors.half_t(1, 0.4).log_density(t, V) == pytest.approx(priors.half_cauchy(0.4).log_density(t, V))
    assert priors.half_t(1e7, 0.4).log_density(t, V) == pytest.approx(
        priors.half_normal(0.4).log_density(t, V), abs=1e-4
    )


def test_jeffreys_is_the_root_of_the_information():
    t = np.array([0.3, 1.2])
    expected = [math.sqrt(sum((x / (v + x * x)) ** 2 for v in V)) for x in t]
    assert np.exp(priors.jeffreys().log_density(t, V)) == pytest.approx(expected)
    assert not priors.jeffreys().proper


@pytest.mark.parametrize(
    ("text", "fault", "words"),
    [
        ("flat", UnknownOption, "half-normal, half-cauchy"),
        ("half-normal", EvidenceFault, "takes 1 numbers"),
        ("half-normal:a", EvidenceFault, "no number"),
        ("half-normal:-1", EvidenceFault, "above zero"),
        ("half-t:3:nan", EvidenceFault, "above zero"),
    ],
)
def test_what_is_no_prior_is_refused(text, fault, words):
    with pytest.raises(fault, match=words):
        priors.prior_from(text)
