"""Exact integration of densities: known ones of every shape, and mixtures."""

import math

import numpy as np
import pytest
from scipy.special import gammainc, gammaln, ndtr, ndtri

from ambulando.evidence.bayes.quadrature import Mixture, highest, panels, shortest
from ambulando.evidence.faults import NotConverged


def test_a_gamma_density_is_integrated_to_the_last_digits():
    found = panels(lambda x: 2 * np.log(x) - x + 3.0, 0.1, 10.0)
    assert found.log_total == pytest.approx(3 + math.log(2), rel=1e-13)
    x = np.array([0.01, 0.5, 2.0, 9.0, 30.0])
    assert found.cdf(x) == pytest.approx(gammainc(3, x), rel=1e-11)
    assert found.density(x) == pytest.approx(np.exp(2 * np.log(x) - x) / 2, rel=1e-10)
    assert found.cdf(found.quantile(np.array([1e-6, 0.3, 0.999]))) == pytest.approx(
        [1e-6, 0.3, 0.999], rel=1e-10
    )
    assert (found.moment(1), found.moment(2)) == pytest.approx((3, 12), rel=1e-12)


def test_heavy_tails_are_followed_to_their_end():
    found = panels(lambda x: -1.5 * np.log1p(x**2), 0.1, 1.0)
    # A t distribution of two degrees of freedom, in disguise.
    assert found.log_total == pytest.approx(0.0, abs=1e-12)
    assert found.cdf(np.array([3.0]))[0] == pytest.approx(3 / math.sqrt(10), rel=1e-12)
    assert found.moment(2) == math.inf


def test_a_narrow_peak_far_from_the_scales_given_is_found():
    found = panels(lambda x: -0.5 * ((x - 7.3) / 1e-3) ** 2, 0.1, 10.0)
    assert found.quantile(np.array([0.5, 0.975])) == pytest.approx(
        [7.3, 7.3 + 1.959963984540054e-3], rel=1e-12
    )


def test_a_density_without_integral_is_refused():
    with pytest.raises(NotConverged, match="no finite integral"):
        panels(lambda x: -np.log1p(x), 0.1, 1.0)


def test_a_bounded_density_ends_there():
    found = panels(lambda x: np.zeros_like(x), 0.1, 1.0, upper=2.0)
    assert (found.cdf(np.array([1.0, 5.0])), found.density(np.array([3.0]))[0]) == (
        pytest.approx([0.5, 1.0]),
        0.0,
    )
    assert found.moment(2) == pytest.approx(4 / 3, rel=1e-13)


def test_a_mixture_of_one_is_a_normal_distribution():
    one = Mixture(np.ones(1), np.array([2.0]), np.array([3.0]))
    assert one.cdf(np.array([5.0]))[0] == pytest.approx(ndtr(1.0))
    assert one.quantile(np.array([1e-10, 0.2, 0.9])) == pytest.approx(
        2 + 3 * ndtri([1e-10, 0.2, 0.9]), rel=1e-12
    )
    low, high = shortest(one.quantile, one.density, 0.95)
    assert (low, high) == pytest.approx((2 - 3 * 1.959963984540054, 2 + 3 * 1.959963984540054), rel=1e-7)
    assert (one.mean(), one.sd(), highest(one.density, -5, 9)) == pytest.approx((2, 3, 2), rel=1e-7)


def test_the_shortest_interval_of_a_falling_density_starts_at_its_bound():
    found = panels(lambda x: -x, 0.1, 1.0)
    low, high = shortest(found.quantile, found.density, 0.95)
    assert low == pytest.approx(0, abs=1e-10)
    assert high == pytest.approx(-math.log(0.05), rel=1e-9)


def test_the_ends_of_a_shortest_interval_have_one_height():
    found = panels(lambda x: 2 * np.log(x) - x - gammaln(3), 0.1, 10.0)
    low, high = shortest(found.quantile, found.density, 0.9)
    assert found.density(np.array([low]))[0] == pytest.approx(found.density(np.array([high]))[0], rel=1e-8)
    assert float(found.cdf(np.array([high]))[0] - found.cdf(np.array([low]))[0]) == pytest.approx(
        0.9, rel=1e-11
    )
