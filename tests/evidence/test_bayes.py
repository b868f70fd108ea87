"""Bayesian pooling beside the reference and beside brute force, and rules that always hold."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from agreement import needs_oracle
from ambulando.evidence.bayes import posteriors as bayes
from ambulando.evidence.faults import EvidenceFault, NegativeVariance, NotConverged, TooFewStudies
from evidence.univariate import answers, effects, random_studies

ENTRIES = ("bcg_halfnormal_0.25", "bcg_halfnormal_0.5", "bcg_halfnormal_1")


def brute(y, v, prior, mu_prior=None):
    """Posterior means and chances by adaptive integration over tau, with nothing shared but the formula."""
    y, v = np.asarray(y), np.asarray(v)

    def given_tau(tau):
        w = 1 / (v + tau**2)
        precision, moment, extra = w.sum(), w @ y, 0.0
        if mu_prior:
            precision, moment = precision + mu_prior[1] ** -2, moment + mu_prior[0] * mu_prior[1] ** -2
            extra = (mu_prior[0] / mu_prior[1]) ** 2
        mean = moment / precision
        rest = (w * y**2).sum() + extra - precision * mean**2
        height = math.exp(
            0.5 * (np.log(w).sum() - math.log(precision) - rest)
            + float(prior.log_density(np.array([tau]), v)[0])
        )
        return height, mean, precision**-0.5

    def integral(part):
        pieces = [one for one in (1e-12, 0.1, 0.3, 0.6, 1, 2, 4, 20, 200) if one <= prior.upper]
        return sum(
            quad(
                lambda tau: given_tau(tau)[0] * part(tau, *given_tau(tau)[1:]),
                low,
                high,
                epsrel=1e-12,
                epsabs=0,
                limit=200,
            )[0]
            for low, high in itertools.pairwise(pieces)
        )

    total = integral(lambda *_: 1.0)
    return lambda part: integral(part) / total


@needs_oracle
@pytest.mark.parametrize("entry", ENTRIES)
def test_the_posterior_of_tau_agrees_with_the_reference(agree, entry):
    theirs = answers("06_tsa_bayes_misc")["bayesmeta"][entry]
    found = bayes.posterior(*effects("bcg"), tau_prior=bayes.half_normal(float(entry.split("_")[-1])))
    agree("Bayesian pooling, tau (median, mean, sd)", entry.replace("_", " "), [found.tau.median, found.tau.mean, found.tau.sd],
          theirs["tau"][1:4], rel=1e-10, reference="bayesmeta")  # fmt: skip
    # Modes and shortest intervals come from a search there, to about four digits.
    agree("Bayesian pooling, tau (mode, shortest interval)", entry.replace("_", " "), [found.tau.mode, *found.tau.ci],
          [theirs["tau"][0], *theirs["tau"][4:]], rel=1e-4, reference="bayesmeta")  # fmt: skip
    agree("Bayesian pooling, least Bayes factor of no mean effect", entry.replace("_", " "), found.bf_mu_zero_least,
          theirs["bf"][1][1], rel=1e-7, reference="bayesmeta")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("entry", ENTRIES)
def test_the_posteriors_of_effects_agree_with_the_reference_to_its_grid(agree, entry):
    theirs = answers("06_tsa_bayes_misc")["bayesmeta"][entry]
    found = bayes.posterior(*effects("bcg"), tau_prior=bayes.half_normal(float(entry.split("_")[-1])))
    # The reference replaces the mixture over tau by a grid that is right to a divergence of 1%; ours is exact (see below).
    for name in ("mu", "theta"):
        one = getattr(found, name)
        agree(f"Bayesian pooling, {name}", entry.replace("_", " "),
              [one.mode, one.median, one.mean, one.sd, *one.ci], theirs[name], rel=7e-3, reference="bayesmeta")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize(
    "prior", ["half-normal:0.5", "half-cauchy:0.5", "half-t:4:0.3", "lomax:3:0.5", "uniform:4"]
)
@pytest.mark.parametrize("mu_prior", [None, (0.1, 0.6)])
def test_every_number_is_that_of_brute_force(prior, mu_prior):
    y, v = effects("bcg")
    found = bayes.posterior(y, v, tau_prior=prior, mu_prior=mu_prior)
    mean_of = brute(y, v, bayes.prior_from(prior), mu_prior)
    mean = mean_of(lambda tau, m, s: m)
    assert found.mu.mean == pytest.approx(mean, rel=1e-9)
    assert found.mu.sd**2 == pytest.approx(mean_of(lambda tau, m, s: s**2 + (m - mean) ** 2), rel=1e-8)
    assert found.theta.sd**2 == pytest.approx(
        mean_of(lambda tau, m, s: s**2 + tau**2 + (m - mean) ** 2), rel=1e-7
    )
    assert found.tau.mean == pytest.approx(mean_of(lambda tau, m, s: tau), rel=1e-8)
    for x in (-1.1, -0.5, 0.0):
        below = mean_of(lambda tau, m, s, x=x: float(ndtr((x - m) / s)))
        assert found.p_below(x) == pytest.approx(below, rel=1e-8)
        assert found.quantile(found.p_below(x))[0] == pytest.approx(x, abs=1e-9)
        of_theta = mean_of(lambda tau, m, s, x=x: float(ndtr((x - m) / math.hypot(s, tau))))
        assert found.p_below(x, "theta") == pytest.approx(of_theta, rel=1e-8)
    one = found.shrinkage[3]

    def shrunk(tau, m, s):
        return (tau**2 * y[3] + v[3] * m) / (tau**2 + v[3])

    assert one.mean == pytest.approx(mean_of(shrunk), rel=1e-8)
    spread = mean_of(
        lambda t, m, s: (
            t**2 * v[3] / (t**2 + v[3]) + (v[3] / (t**2 + v[3]) * s) ** 2 + (shrunk(t, m, s) - one.mean) ** 2
        )
    )
    assert one.sd**2 == pytest.approx(spread, rel=1e-7)


def test_bayes_factors_are_ratios_of_likelihoods():
    y, v = [0.2, 0.5, -0.1], [0.05, 0.1, 0.08]
    found = bayes.posterior(y, v, tau_prior="half-normal:0.4", mu_prior=(0, 1))

    def likelihood(mu, tau):
        return math.prod(
            math.exp(-0.5 * (a - mu) ** 2 / (b + tau**2)) / math.sqrt(2 * math.pi * (b + tau**2))
            for a, b in zip(y, v, strict=True)
        )

    def prior_of_mu(mu):
        return math.exp(-0.5 * mu**2) / math.sqrt(2 * math.pi)

    def prior_of_tau(tau):
        return 2 * math.exp(-0.5 * (tau / 0.4) ** 2) / (0.4 * math.sqrt(2 * math.pi))

    def over_mu(tau):
        return quad(lambda mu: likelihood(mu, tau) * prior_of_mu(mu), -6, 6, points=[0.2], epsabs=1e-14)[0]

    whole = quad(lambda tau: over_mu(tau) * prior_of_tau(tau), 0, 4, epsabs=1e-13)[0]
    no_effect = quad(lambda tau: likelihood(0, tau) * prior_of_tau(tau), 0, 4, epsabs=1e-14)[0]
    assert found.bf_mu_zero == pytest.approx(no_effect / whole, rel=1e-7)
    assert found.bf_tau_zero == pytest.approx(over_mu(0) / whole, rel=1e-7)
    assert found.log_marginal == pytest.approx(math.log(whole), rel=1e-7)
    best = max(over_mu(tau) for tau in np.linspace(0, 0.5, 26))
    assert found.bf_tau_zero_least <= over_mu(0) / best * (1 + 1e-9)


def test_improper_priors_have_no_bayes_factor():
    y, v = random_studies(4, 6)
    flat = bayes.posterior(y, v, tau_prior="uniform")
    assert all(
        math.isnan(one)
        for one in (flat.bf_mu_zero, flat.bf_tau_zero, flat.bf_mu_zero_least, flat.log_marginal)
    )
    assert math.isnan(bayes.posterior(y, v).bf_mu_zero)
    assert bayes.posterior(y, v).bf_tau_zero > 0


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_order_and_sign_do_not_matter_and_intervals_hold_their_probability(seed):
    y, v = random_studies(seed, 2 + seed % 8)
    order = np.random.default_rng(seed).permutation(y.size)
    one = bayes.posterior(y, v)
    shuffled, turned = bayes.posterior(y[order], v[order]), bayes.posterior(-y, v)
    assert shuffled.mu.median == pytest.approx(one.mu.median, abs=1e-9)
    assert turned.mu.median == pytest.approx(-one.mu.median, abs=1e-9)
    assert turned.theta.ci == pytest.approx((-one.theta.ci[1], -one.theta.ci[0]), abs=1e-6)
    for what in ("mu", "theta", "tau"):
        summary = getattr(one, what)
        for low, high in (summary.ci, summary.ci_central):
            inside = float(one.cdf([high], what)[0] - one.cdf([low], what)[0])
            assert inside == pytest.approx(0.95, abs=1e-9)
        assert summary.ci[1] - summary.ci[0] <= summary.ci_central[1] - summary.ci_central[0] + 1e-9
        assert one.interval(0.95, what) == pytest.approx(summary.ci, rel=1e-9)
        assert one.interval(0.95, what, central=True) == pytest.approx(summary.ci_central, rel=1e-9)


def test_a_scale_of_tau_near_zero_gives_the_common_effect():
    y, v = random_studies(9, 8)
    found = bayes.posterior(y, v, tau_prior=bayes.half_normal(1e-6))
    w = 1 / v
    assert found.mu.mean == pytest.approx(w @ y / w.sum(), rel=1e-8)
    assert found.mu.sd == pytest.approx(w.sum() ** -0.5, rel=1e-8)


def test_one_study_answers_with_the_prior_and_says_so():
    found = bayes.posterior([0.3], [0.04])
    assert found.tau.median == pytest.approx(0.5 * 0.6744897501960817, rel=1e-9)
    assert "the prior of tau says more" in found.notes[0]


def test_the_mixture_is_the_posterior_of_mu():
    y, v = random_studies(2, 7)
    found = bayes.posterior(y, v)
    mixture = found.mixture()
    assert mixture.weights.sum() == pytest.approx(1, rel=1e-12)
    assert (mixture.mean(), mixture.sd()) == pytest.approx((found.mu.mean, found.mu.sd), rel=1e-12)
    assert found.mixture(predictive=True).sd() == pytest.approx(found.theta.sd, rel=1e-9)
    assert found.density([0.1])[0] == pytest.approx(float(mixture.density(np.array([0.1]))[0]))


def test_tails_without_a_standard_deviation_say_so():
    found = bayes.posterior([0.1, 0.5], [0.01, 0.2], tau_prior="half-cauchy:0.5")
    assert found.theta.sd == math.inf
    assert any("too heavy" in note for note in found.notes)
    assert all(math.isfinite(end) for end in found.theta.ci)


@pytest.mark.parametrize(
    ("options", "fault", "words"),
    [
        ({"tau_prior": "uniform"}, TooFewStudies, "needs 3 studies"),
        ({"mu_prior": (0, -1)}, EvidenceFault, "standard deviation is above zero"),
        ({"level": 95}, EvidenceFault, "level"),
    ],
)
def test_what_cannot_be_is_refused(options, fault, words):
    with pytest.raises(fault, match=words):
        bayes.posterior([0.1, 0.2], [0.1, 0.1], **options)
    with pytest.raises(NegativeVariance):
        bayes.posterior([0.1, 0.2], [0.1, -0.1])
    found = bayes.posterior([0.1, 0.2], [0.1, 0.1])
    with pytest.raises(EvidenceFault, match="mu, theta or tau"):
        found.cdf([0.0], "sigma")
    with pytest.raises(EvidenceFault, match="between 0 and 1"):
        found.quantile([1.5])


def test_a_prior_without_end_that_is_made_by_hand_is_refused():
    flat = bayes.TauPrior("by-hand", (), lambda t, _: np.zeros_like(t), math.nan, proper=False, least=1)
    with pytest.raises(NotConverged, match="no finite integral"):
        bayes.posterior([0.1, 0.2], [0.1, 0.1], tau_prior=flat)
