"""Permutation tests and the bootstrap."""

import math
from itertools import permutations

import numpy as np
import pytest

from agreement import needs_oracle
from ambulando.evidence.faults import ImpossibleValue, TooFewStudies, UnknownOption
from ambulando.evidence.univariate.pooling import pool, pool_many
from ambulando.evidence.univariate.regression import regress
from ambulando.evidence.univariate.resample import _orders, bootstrap, permute_mean, permute_moderators
from evidence.univariate import answers, columns, effects, random_studies


@needs_oracle
def test_the_exact_permutation_test_agrees_with_the_reference(agree):
    y, v = effects("bcg")
    (ablat,) = columns("bcg.csv", "ablat")
    found = permute_moderators(regress(y[:7], v[:7], {"ablat": ablat[:7]}, test="z"))
    theirs = answers()["metareg_bcg"]["perm_exact_first7"]
    assert (found.exact, found.permutations, found.failed) == (True, 2520, 0)
    # One of the 2520 fits of the reference did not converge and was dropped: 463 of 2519, where ours are 464 of 2520. So
    # the counts are compared, less that one.
    ours = [(p * 2520 - 1) / 2519 for p in (*found.p, found.qm_p)]
    agree("Exact permutation test of a moderator", "first 7 of bcg", ours, [*theirs["p_perm"], theirs["QMp"]],
          rel=1e-10, reference="metafor")  # fmt: skip


def test_a_closed_form_permutation_test_is_that_of_the_reference():
    # metafor 3.8 on the first seven BCG trials with DL: 469 of 2520 orders.
    y = [-0.889311333920205, -1.58538865720143, -1.34807314829969, -1.44155119002131, -0.217547322211296,
         -0.786115585818864, -1.6208982235984]  # fmt: skip
    v = [0.325584765003961, 0.194581121398144, 0.415367965367965, 0.0200100319022476, 0.0512101721696309,
         0.00690561845590876, 0.223017247572315]  # fmt: skip
    found = permute_moderators(regress(y, v, {"ablat": [44, 55, 42, 52, 13, 44, 19]}, method="DL", test="z"))
    assert found.p == pytest.approx((2317 / 2520, 469 / 2520), rel=1e-12)


def test_every_distinct_order_comes_once():
    for items in ([0, 0, 1, 2], [0, 1, 2, 3], [1, 1, 1]):
        assert sorted(map(tuple, _orders(items))) == sorted(set(permutations(items)))


def test_exact_sign_flips_are_a_count_over_all_of_them():
    y, v = random_studies(4, 6)
    observed = abs(pool(y, v, test="z").statistic)
    hits = 0
    for code in range(64):
        signs = np.array([1 if code >> bit & 1 else -1 for bit in range(6)])
        hits += abs(pool(signs * y, v, test="z").statistic) >= observed * (1 - 1e-8)
    found = permute_mean(y, v)
    assert (found.exact, found.permutations) == (True, 64)
    assert found.p[0] == pytest.approx(hits / 64)


def test_drawn_permutations_come_near_the_exact_answer_and_are_repeatable(monkeypatch):
    y, v = random_studies(7, 9)
    exact = permute_mean(y, v, test="knha").p[0]
    monkeypatch.setattr("ambulando.evidence.univariate.resample.EXACT", 10)
    drawn = [permute_mean(y, v, test="knha", rng=np.random.default_rng(3), repeats=400) for _ in range(2)]
    assert drawn[0].p == drawn[1].p
    assert not drawn[0].exact
    assert drawn[0].p[0] == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 400) + 0.01)


def test_a_moderator_that_decides_is_found_and_noise_is_not():
    rng = np.random.default_rng(5)
    v = rng.uniform(0.01, 0.05, 16)
    x, noise = np.arange(16.0), rng.permutation(16).astype(float)
    y = 0.2 * x + rng.normal(0, 0.3, 16)
    found = permute_moderators(regress(y, v, {"x": x, "noise": noise}), rng=rng, repeats=300)
    assert found.names == ("intercept", "x", "noise")
    assert found.p[1] < 0.02 < 0.05 < found.p[2]
    assert found.qm_p < 0.02


def test_progress_is_told_until_all_is_done():
    said = []
    y, v = random_studies(3, 30)
    bootstrap(
        y,
        v,
        rng=np.random.default_rng(1),
        repeats=7000,
        progress=lambda done, total: said.append((done, total)),
    )
    assert len(said) > 1
    assert said[-1] == (7000, 7000)
    assert [done for done, _ in said] == sorted(done for done, _ in said)


@pytest.mark.parametrize("kind", ["nonparametric", "parametric"])
def test_a_bootstrap_is_that_of_its_own_refits(kind):
    y, v = random_studies(6, 15)
    found = bootstrap(y, v, rng=np.random.default_rng(2), repeats=500, kind=kind, method="DL")
    assert found.estimates == pytest.approx(np.array(found.estimates))
    assert found.ci == pytest.approx(tuple(np.quantile(found.estimates, (0.025, 0.975))))
    assert found.ci_bca[0] < found.estimate < found.ci_bca[1]
    again = bootstrap(y, v, rng=np.random.default_rng(2), repeats=500, kind=kind, method="DL")
    assert again == found


def test_the_error_of_a_parametric_bootstrap_is_the_standard_error():
    rng = np.random.default_rng(9)
    v = rng.uniform(0.05, 0.2, 60)
    y = rng.normal(0.4, np.sqrt(v + 0.2))
    found = bootstrap(y, v, rng=rng, repeats=3000, kind="parametric")
    assert found.se == pytest.approx(pool(y, v, test="z").se, rel=0.06)


def test_the_bca_interval_moves_to_the_side_of_the_skew():
    rng = np.random.default_rng(10)
    y = np.concatenate([rng.normal(0, 0.1, 18), [4.0, 5.0]])
    found = bootstrap(y, np.full(20, 0.01), rng=rng, repeats=2000, method="EE")
    assert found.ci_bca[0] > found.ci[0]
    assert found.ci_bca[1] > found.ci[1]


def test_a_bootstrap_of_many_studies_leaves_out_groups_of_them():
    y, v = random_studies(6, 450)
    found = bootstrap(y, v, rng=np.random.default_rng(2), repeats=50)
    assert np.isfinite(found.ci_bca).all()


def test_refits_that_fail_are_counted_and_said(monkeypatch):
    y, v = random_studies(6, 12)

    def failing(effects, variances, *, method):
        means, errors, tau2 = pool_many(effects, variances, method=method)
        means[:2] = tau2[:2] = np.nan
        return means, errors, tau2

    monkeypatch.setattr("ambulando.evidence.univariate.resample.pool_many", failing)
    found = bootstrap(y, v, rng=np.random.default_rng(2), repeats=100)
    assert (found.failed, found.converged) == (2, False)
    assert "2 of 100 refits did not converge" in found.notes[0]


@pytest.mark.parametrize(
    ("job", "fault", "sentence"),
    [
        (lambda: permute_mean([0.1], [0.1]), TooFewStudies, "only Study 1"),
        (lambda: permute_mean(*random_studies(1, 20)), UnknownOption, "random generator"),
        (lambda: permute_mean([0.2] * 3, [0.1] * 3, test="knha"), ImpossibleValue, "exactly on the fit"),
        (
            lambda: bootstrap([0.1, 0.2], [0.1, 0.1], rng=np.random.default_rng(1)),
            TooFewStudies,
            "three studies",
        ),
        (
            lambda: bootstrap([0.1] * 4, [0.1] * 4, rng=np.random.default_rng(1), repeats=0),
            ImpossibleValue,
            "0 repeats",
        ),
        (
            lambda: bootstrap([0.1] * 4, [0.1] * 4, rng=np.random.default_rng(1), kind="x"),
            UnknownOption,
            "called 'x'",
        ),
    ],
)
def test_what_cannot_be_resampled_is_refused_in_one_sentence(job, fault, sentence):
    with pytest.raises(fault, match=sentence):
        job()
