"""Sampling covariances within a study: formulas, numbers by hand, and what cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.evidence.dependence.sampling import (
    constant_correlation,
    covariance_shared_control,
    repeated_measures,
)
from ambulando.evidence.faults import EvidenceFault, ImpossibleValue, NegativeVariance, UnknownOption

NAMES = ["a", "b", "a", "b", "c"]
V = [0.04, 0.09, 0.16, 0.01, 0.5]


@given(st.floats(-0.3, 0.99))
def test_a_constant_correlation_is_that_of_every_pair(rho):
    first, second, third = constant_correlation(V, NAMES, rho)
    assert first == pytest.approx(np.array([[0.04, rho * 0.08], [rho * 0.08, 0.16]]))
    assert second == pytest.approx(np.array([[0.09, rho * 0.03], [rho * 0.03, 0.01]]))
    assert third == pytest.approx(np.array([[0.5]]))


def test_correlations_of_repeated_measures_fall_with_the_time_between():
    block, _, _ = repeated_measures(V, NAMES, [0, 0, 3, 1, 2], phi=0.8)
    assert block[0, 1] == pytest.approx(0.8**3 * 0.2 * 0.4)
    block, other, _ = repeated_measures(V, NAMES, [0, 0, 3, 0, 2], phi=0.8, outcomes=[1, 1, 2, 2, 1], rho=0.5)
    assert block[0, 1] == pytest.approx(0.5 * 0.8**3 * 0.2 * 0.4)
    assert other[0, 1] == pytest.approx(0.5 * 0.3 * 0.1)


def test_standardised_differences_that_share_a_control_group_have_gleser_and_olkins_covariance():
    d, n_t, n_c = np.array([0.4, 0.9]), np.array([30, 20]), np.array([25, 25])
    people = 75
    v = 1 / n_t + 1 / n_c + d**2 / (2 * people)
    (block,) = covariance_shared_control(
        v, ["a", "a"], measure="SMD", effects=d, n_treated=n_t, n_control=n_c
    )
    assert block == pytest.approx(np.array([[v[0], 1 / 25 + 0.36 / 150], [1 / 25 + 0.36 / 150, v[1]]]))


def test_that_covariance_is_what_samples_show():
    rng = np.random.default_rng(1)
    means, sizes = np.array([0.0, 0.5, 1.2]), (40, 50, 45)
    groups = [rng.normal(mean, 1, size=(40_000, n)) for mean, n in zip(means, sizes, strict=True)]
    inside = sum(((one - one.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for one in groups)
    sd = np.sqrt(inside / (sum(sizes) - 3))
    d = [(one.mean(axis=1) - groups[0].mean(axis=1)) / sd for one in groups[1:]]
    seen = np.cov(*d)[0, 1]
    (block,) = covariance_shared_control(
        [0.1, 0.1], ["a", "a"], measure="SMD", effects=means[1:], n_treated=[50, 45], n_control=[40, 40]
    )
    # 40,000 samples leave an error of about 1%, the approximation for large groups another 2%.
    assert block[0, 1] == pytest.approx(seen, rel=0.04)


@pytest.mark.parametrize(
    ("measure", "more", "covariance"),
    [
        ("MD", {"sd_control": [3, 3]}, 9 / 20),
        ("OR", {"events_control": [8, 8]}, 1 / 8 + 1 / 12),
        ("RR", {"events_control": [8, 8]}, 1 / 8 - 1 / 20),
        ("RD", {"events_control": [8, 8]}, 0.4 * 0.6 / 20),
    ],
)
def test_what_the_shared_group_adds_is_the_covariance(measure, more, covariance):
    (block,) = covariance_shared_control([0.9, 0.8], ["a", "a"], measure=measure, n_control=[20, 20], **more)
    assert block == pytest.approx(np.array([[0.9, covariance], [covariance, 0.8]]))


def test_a_study_may_have_several_control_groups():
    (block,) = covariance_shared_control(
        [0.9, 0.8, 0.7],
        ["a"] * 3,
        measure="MD",
        n_control=[20, 10, 20],
        sd_control=[2, 3, 2],
        controls=["x", "y", "x"],
    )
    assert block[0, 2] == pytest.approx(0.2)
    assert block[0, 1] == 0
    assert block[1, 2] == 0


@pytest.mark.parametrize(
    ("call", "fault", "words"),
    [
        (lambda: constant_correlation(V, NAMES, 1.0), ImpossibleValue, "1.0 is not between -1 and 1"),
        (lambda: constant_correlation(V, ["a"] * 5, -0.5), ImpossibleValue, "a is not positive definite"),
        (lambda: constant_correlation(V, ["a"], 0.5), EvidenceFault, "5 variances and 1 study labels"),
        (lambda: constant_correlation([0.1, -1], ["a", "b"], 0.5), NegativeVariance, "b (row 2) has the variance -1"),
        (lambda: repeated_measures(V, NAMES, [1] * 5, phi=0.8), ImpossibleValue, "a is not positive definite"),
        (lambda: repeated_measures(V, NAMES, [1, 2], phi=0.8), EvidenceFault, "5 effects and 2 times"),
        (lambda: repeated_measures(V, NAMES, [1] * 5, phi=1.8), ImpossibleValue, "phi is 1.8"),
        (lambda: repeated_measures(V, NAMES, [1] * 5, phi=0.8, outcomes=[1] * 5), ImpossibleValue, "rho below 1"),
        (lambda: covariance_shared_control(V, NAMES, measure="COR", n_control=[9] * 5), UnknownOption, "'COR'"),
        (lambda: covariance_shared_control(V, NAMES, measure="MD", n_control=[9] * 5), EvidenceFault, "needs sd_control"),
        (lambda: covariance_shared_control(V, NAMES, measure="MD"), EvidenceFault, "needs n_control"),
        (
            lambda: covariance_shared_control(V, NAMES, measure="MD", n_control=[9, 9, 8, 9, 9], sd_control=[1] * 5),
            EvidenceFault,
            "The effects of a do not share one control group: n_control",
        ),
        (
            lambda: covariance_shared_control(V, NAMES, measure="OR", n_control=[9] * 5, events_control=[10] * 5),
            ImpossibleValue,
            "10 events among 9 people",
        ),
        (
            lambda: covariance_shared_control(V, NAMES, measure="OR", n_control=[9] * 5, events_control=[0] * 5),
            ImpossibleValue,
            "Row 1 has a zero cell",
        ),
        (
            lambda: covariance_shared_control([0.1, 0.1], ["a"] * 2, measure="MD", n_control=[2, 2], sd_control=[1, 1]),
            ImpossibleValue,
            "a is not positive definite",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence_that_names_the_study(call, fault, words):
    with pytest.raises(fault) as caught:
        call()
    assert words in str(caught.value)
