"""The pass and the closed form against dense algebra, which knows nothing of Kalman."""

import math

import numpy as np
import pytest
from scipy import stats

from ambulando.response.mixture import student_cdf, summaries
from ambulando.response.model import Noise, conjugate, default_grid, posterior, predicted_variance, whiten

NOISE = Noise(4.0, 2.25)


def days(seed: int, length: int, columns: int):
    """Regressors, y and which days are seen, with gaps at the start, in the middle and at the end."""
    rng = np.random.default_rng(seed)
    seen = rng.random(length) > 0.3
    seen[[0, length - 1]] = False
    seen[1:3] = True
    return rng.normal(size=(length, columns)), rng.normal(size=length) + 5, seen


def covariance(phi: float, rho: float, length: int) -> np.ndarray:
    apart = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    return rho * phi**apart + (1 - rho) * np.eye(length)


def test_the_pass_equals_dense_generalised_least_squares():
    grid = default_grid()
    regressors, y, seen = days(1, 60, 5)
    columns = np.column_stack([regressors, y])[:, None, :]
    white, log_det = whiten(grid, seen, columns, predicted_variance(grid, seen))
    for p, (phi, rho) in enumerate(zip(grid.phi, grid.rho, strict=True)):
        sigma = covariance(phi, rho, 60)[np.ix_(seen, seen)]
        kept = columns[seen, 0]
        np.testing.assert_allclose(
            white[p].T @ white[p], kept.T @ np.linalg.solve(sigma, kept), rtol=0, atol=1e-9
        )
        assert log_det[p] == pytest.approx(np.linalg.slogdet(sigma)[1], abs=1e-9)


def test_the_posterior_and_its_evidence_equal_dense_algebra():
    grid = default_grid()
    regressors, y, seen = days(2, 45, 4)
    mean, sd = np.array([5.0, 0.25, 0.0, 1.0]), np.array([3.0, 0.3, 0.15, 0.8])
    columns = np.column_stack([regressors, y])[:, None, :]
    white, log_det = whiten(grid, seen, columns, predicted_variance(grid, seen))
    gram = white.transpose(0, 2, 1) @ white
    unit = 1.7
    found = conjugate(gram, int(seen.sum()), log_det, mean, sd, NOISE, grid.log_pair, unit)
    rate, evidence = NOISE.variance * (NOISE.shape - 1), []
    for p, (phi, rho) in enumerate(zip(grid.phi, grid.rho, strict=True)):
        x, rated = regressors[seen], y[seen]
        sigma = covariance(phi, rho, 45)[np.ix_(seen, seen)]
        prior = np.diag(sd**2 / unit)
        # beta by the normal equations, y by its marginal: a multivariate t with 2a degrees of freedom.
        precision = np.linalg.inv(prior) + x.T @ np.linalg.solve(sigma, x)
        beta = np.linalg.solve(precision, np.linalg.solve(prior, mean) + x.T @ np.linalg.solve(sigma, rated))
        marginal = stats.multivariate_t(
            x @ mean, rate / NOISE.shape * (sigma + x @ prior @ x.T), df=2 * NOISE.shape
        )
        evidence.append(marginal.logpdf(rated))
        misfit = rated - x @ mean
        scaled = rate + 0.5 * misfit @ np.linalg.solve(sigma + x @ prior @ x.T, misfit)
        np.testing.assert_allclose(found.mean[p], beta, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.cov[p], np.linalg.inv(precision), rtol=0, atol=1e-9)
        assert found.rate[p] == pytest.approx(scaled, abs=1e-9)
        assert found.log_evidence[p] == pytest.approx(evidence[-1], abs=1e-9)
    weight = np.exp(grid.log_pair + evidence - np.max(grid.log_pair + evidence))
    np.testing.assert_allclose(found.weight, weight / weight.sum(), rtol=0, atol=1e-9)


def test_without_days_the_posterior_is_the_prior():
    grid = default_grid()
    gram = np.zeros((grid.log_prior.size, 3, 3))
    found = posterior(
        gram, 0, np.zeros(gram.shape[0]), np.array([5.0, 0.25]), np.array([3.0, 0.3]), NOISE, grid.log_prior
    )
    np.testing.assert_allclose(found.weight, np.exp(grid.log_prior), atol=1e-12)
    scale = np.sqrt((found.rate / found.shape)[:, None] * np.diagonal(found.cov, axis1=1, axis2=2))
    level, effect = summaries(found.weight, found.mean, scale, 2 * found.shape, 0.2)
    assert (level.mean, level.sd) == (pytest.approx(5.0), pytest.approx(3.0))
    assert (effect.mean, effect.sd) == (pytest.approx(0.25), pytest.approx(0.3))


def test_the_grid_is_a_distribution_of_thirty_to_sixty_points():
    grid = default_grid()
    assert 30 <= grid.log_prior.size <= 60
    assert np.exp(grid.log_prior).sum() == pytest.approx(1.0)
    assert np.exp(grid.log_pair) @ grid.phi == pytest.approx(0.35, abs=0.05), (
        "the mean persistence that is cited"
    )


@pytest.mark.parametrize("df", [5.0, 8.0, 37.0, 128.0, 3000.0])
def test_student_t_is_that_of_scipy(df):
    t = np.linspace(-9, 9, 1001)
    np.testing.assert_allclose(student_cdf(t, df), stats.t.cdf(t, df), rtol=0, atol=3e-6)


def test_the_ends_of_an_interval_leave_two_and_a_half_percent_on_each_side_of_a_two_humped_mixture():
    weight = np.array([0.3, 0.7])
    location, scale = np.array([[-2.0], [1.0]]), np.array([[0.4], [0.2]])
    found = summaries(weight, location, scale, 10.0, 0.2)[0]

    def below(at: float) -> float:
        return float(weight @ stats.t.cdf((at - location[:, 0]) / scale[:, 0], 10.0))

    assert below(found.ci[0]) == pytest.approx(0.025, abs=1e-5)
    assert below(found.ci[1]) == pytest.approx(0.975, abs=1e-5)
    assert found.p_positive == pytest.approx(1 - below(0.0), abs=1e-5)
    assert found.p_matters == pytest.approx(1 - below(0.2), abs=1e-5)
    assert found.p_worse == pytest.approx(below(-0.2), abs=1e-5)
    spread = weight @ (scale[:, 0] ** 2 * 10 / 8 + location[:, 0] ** 2) - 0.1**2
    assert (found.mean, found.sd) == (pytest.approx(0.1), pytest.approx(math.sqrt(spread)))
