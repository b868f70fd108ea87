"""The pass and the closed form against dense algebra, which knows nothing of Kalman."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ambulando.response.beside import mixture_of
from ambulando.response.design import BEFORE, REVERSE, covariates_of, design
from ambulando.response.gram import settled
from ambulando.response.mixture import student_cdf, summaries
from ambulando.response.model import Noise, conjugate, default_grid, posterior, predicted_variance, whiten
from ambulando.response.priors import priors
from ambulando.response.reverse import corrected
from ambulando.response.series import Series

NOISE = Noise(4.0, 2.25)
START = date(2026, 1, 1)


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
    white, log_det = whiten(grid, seen, columns[seen], predicted_variance(grid, seen))
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
    white, log_det = whiten(grid, seen, columns[seen], predicted_variance(grid, seen))
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
    np.testing.assert_allclose(student_cdf(t, df), stats.t.cdf(t, df), rtol=0, atol=1e-8)


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


def whole_person(seed: int, length: int, questionnaires: int) -> Series:
    """Everything that can be noted, at random, with gaps in all of it."""
    rng = np.random.default_rng(seed)

    def some(values, share):
        return tuple(v if rng.random() < share else None for v in values)

    gap = rng.random(length) < 0.15
    minutes = {
        m: tuple(
            math.nan if g else float(v)
            for g, v in zip(gap, rng.choice([0.0, 0.0, 10.0, 40.0], length), strict=True)
        )
        for m in ("walking", "yoga")
    }
    mood = [
        None if g or rng.random() < 0.2 else float(v)
        for g, v in zip(gap, rng.integers(0, 11, length), strict=True)
    ]
    totals = [None] * length
    weeks = np.arange(rng.integers(7), length, 7)  # of totals of one week only the first would count
    for t in rng.choice(weeks, questionnaires, replace=False):
        totals[t] = int(rng.integers(0, 28))
    return Series(
        START, tuple(mood), minutes,
        morning=some(rng.integers(0, 11, length).astype(float).tolist(), 0.9),
        sleep=some(rng.integers(0, 11, length).astype(float).tolist(), 0.9),
        phq9=tuple(totals),
        randomised=tuple((rng.random(length) < 0.3).tolist()),
        ill=some((rng.random(length) < 0.2).tolist(), 0.9),
        medicine_changed=tuple(t == length // 2 for t in range(length)),
    )  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(36, 60), st.sampled_from([0, 2, 5]), st.booleans(), st.booleans())
def test_a_whole_person_equals_dense_algebra_at_every_grid_point(
    seed, length, questionnaires, by_draw, before
):
    grid, series = default_grid(), whole_person(seed, length, questionnaires)
    believed, rated = priors("central", series.minutes), series.rated("mood")
    covariates = covariates_of(series, rated, "mood")
    if not before:
        covariates = tuple(name for name in covariates if name not in BEFORE)
    seen = np.array([value is not None for value in rated])
    variance = predicted_variance(grid, seen)
    made = design(series, rated, believed, grid, variance, covariates=covariates, by_draw=by_draw)
    white = made.whitened(grid, variance)
    same = "drawn" if by_draw else "same-day"
    others = tuple(name for name in made.place if name[0] == "" and name != REVERSE)
    names = [(m, kind) for kind in ("next-day", "weeks", same) for m in ("walking", "yoga")]
    if by_draw:
        names = [("walking", "observed"), ("yoga", "observed"), *names]
    left, found = settled(white, others, names, (REVERSE,), made.beliefs, grid, NOISE)
    repaired, _ = corrected(left, names, made.beliefs, found, grid, NOISE)

    # The dense way: one covariance for days and questionnaires together, all coefficients at once, point by point.
    every = [*others, *names]
    mean, sd = np.array([made.beliefs[name] for name in every]).T
    totals = [(t, total) for t, total in enumerate(series.phq9) if total is not None]
    week = np.zeros((len(totals), length))
    for row, (t, _) in zip(week, totals, strict=True):
        row[max(t - 6, 0) : t + 1] = 1 / min(t + 1, 7)
    days = np.eye(length)[seen]
    evidence, fixed_evidence, means, covs, rates, shifted = [], [], [], [], [], []
    for p, (phi, rho) in enumerate(zip(grid.phi, grid.rho, strict=True)):
        apart = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
        state = rho * phi**apart
        rows = np.vstack([days, week])
        noise = np.diag([1 - rho] * int(seen.sum()) + [(2.6 / 1.8) ** 2 / left.unit] * len(totals))
        sigma = rows @ state @ rows.T + noise
        y = np.array([*(v for v in rated if v is not None), *(-total / 1.8 for _, total in totals)])
        for scale in range(grid.kappa.size):
            x = rows @ made.columns[:, [made.place[name][scale] for name in every]]
            if totals:
                x[seen.sum() :, every.index(("", "questionnaire"))] = -1 / 1.8

            def solved(x, mean, sd, y=y, sigma=sigma):
                prior = np.diag(sd**2 / left.unit)
                precision = np.linalg.inv(prior) + x.T @ np.linalg.solve(sigma, x)
                cov = np.linalg.inv(precision)
                beta = cov @ (np.linalg.solve(prior, mean) + x.T @ np.linalg.solve(sigma, y))
                total = sigma + x @ prior @ x.T
                off = y - x @ mean
                rate = NOISE.variance * (NOISE.shape - 1) + 0.5 * off @ np.linalg.solve(total, off)
                shape = NOISE.shape + y.size / 2
                return beta, cov, rate, -0.5 * np.linalg.slogdet(total)[1] - shape * math.log(rate)

            beta, cov, rate, log = solved(x, mean, sd)
            means.append(beta[len(others) :])
            covs.append(cov[len(others) :, len(others) :])
            rates.append(rate)
            evidence.append(log)
            own = rate / (NOISE.shape + y.size / 2 - 1)
            tilt = rows @ made.shock[:, p]
            wide_sd = 0.2 * own * math.sqrt(left.unit / own)
            beta, cov, rate, log = solved(
                np.column_stack([x, tilt]), np.append(mean, 0.5 * own), np.append(sd, wide_sd)
            )
            at = len(every) - 1
            shifted.append((beta[at], math.sqrt(rate / (NOISE.shape + y.size / 2) * cov[at, at])))
            fixed_evidence.append(log)
    np.testing.assert_allclose(found.mean, means, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.cov, covs, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.rate, rates, rtol=1e-9)
    weight = np.exp(grid.log_prior + evidence - np.max(grid.log_prior + evidence))
    np.testing.assert_allclose(found.weight, weight / weight.sum(), rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        np.stack([repaired.location, repaired.scale], axis=1), shifted, rtol=0, atol=1e-9
    )
    weight = np.exp(grid.log_prior + fixed_evidence - np.max(grid.log_prior + fixed_evidence))
    np.testing.assert_allclose(repaired.weight, weight / weight.sum(), rtol=0, atol=1e-9)
    one = mixture_of(found, names, {names[-1]: 1.0, names[0]: -2.0})
    both = np.array([[c[-1, -1] + 4 * c[0, 0] - 4 * c[0, -1]] for c in covs])[:, 0]
    np.testing.assert_allclose(one.scale**2, both * np.array(rates) / found.shape, rtol=1e-9)


def test_the_tipping_point_is_the_strength_at_which_the_mean_is_zero():
    grid = default_grid()
    rng = np.random.default_rng(3)
    minutes = tuple((30.0 * (rng.random(80) < 0.5)).tolist())
    series = Series(
        START,
        tuple(float(v) + (m > 0) for v, m in zip(rng.normal(5, 1, 80), minutes, strict=True)),
        {"walking": minutes},
    )
    believed, rated = priors("central", ["walking"]), series.rated("mood")
    variance = predicted_variance(grid, np.ones(80, dtype=bool))
    made = design(series, rated, believed, grid, variance)
    others, names = (
        (("", "level"), ("", "trend")),
        tuple(("walking", kind) for kind in ("next-day", "weeks", "same-day")),
    )
    left, plain = settled(made.whitened(grid, variance), others, names, (REVERSE,), made.beliefs, grid, NOISE)
    _, tipping = corrected(left, names, made.beliefs, plain, grid, NOISE)
    gram = left.of((REVERSE, *names))
    taken = tipping * plain.variance
    less = gram[:, 1:, 1:].copy()
    less[:, :, -1] -= taken[:, None] * gram[:, 1:, 0]
    less[:, -1, :] -= taken[:, None] * gram[:, 0, 1:]
    less[:, -1, -1] += taken**2 * gram[:, 0, 0]
    mean, sd = np.array([made.beliefs[name] for name in names]).T
    then = conjugate(less, left.count, left.log_det, mean, sd, NOISE, grid.log_prior, left.unit)
    assert plain.weight @ then.mean[:, -1] == pytest.approx(0.0, abs=1e-9)
