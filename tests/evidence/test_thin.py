"""Robust standard errors of large clusters from sums: the same numbers as from their whole covariances."""

from dataclasses import replace

import numpy as np
import pytest

from ambulando.evidence.dependence.cluster_effects import random_effects
from ambulando.evidence.dependence.multilevel import FULL, three_level
from ambulando.evidence.dependence.robust import htz, robust
from ambulando.evidence.dependence.sandwich import Batch

TYPES = ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")


def some_fit(seed, between=0.3, spread=(0.02, 0.4), sizes=(40, 25, 3, 60, 17, 1, 30)):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    rng.shuffle(codes)
    k, m = codes.size, len(sizes)
    v = rng.uniform(*spread, k)
    y = between * rng.normal(size=m)[codes] + rng.normal(size=k) * np.sqrt(v + 0.05)
    return three_level(y, v, codes, moderators={"x": rng.normal(size=k), "z": rng.normal(size=m)[codes]})


def in_full(working):
    """The same working model with every cluster's covariance in full."""
    more = tuple(Batch(rows[None], phi[None], w[None]) for rows, phi, w in working.thin.blocks())
    return replace(working, batches=working.batches + more, thin=None)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "options",
    [{}, {"between": 0.0}, {"between": 2.0, "spread": (0.001, 3.0)}],
    ids=["usual", "no-spread", "wide"],
)
def test_sums_give_what_whole_covariances_give(kind, options):
    working = some_fit(1, **options).model.working
    assert working.thin.sizes.min() > FULL
    ours, whole = robust(working, type=kind), robust(in_full(working), type=kind)
    assert np.array(ours.vcov) == pytest.approx(np.array(whole.vcov), rel=1e-8, abs=1e-14)
    assert [one.df for one in ours.coefficients] == pytest.approx(
        [one.df for one in whole.coefficients], rel=1e-8
    )
    assert htz(working, type=kind).p == pytest.approx(htz(in_full(working), type=kind).p, rel=1e-7)
    assert ours.clusters == whole.clusters == 7


def test_a_large_study_that_alone_determines_a_coefficient_is_taken_in_full():
    rng = np.random.default_rng(2)
    codes = np.repeat(np.arange(6), 20)
    fit = three_level(
        rng.normal(size=120) + 0.3 * codes,
        rng.uniform(0.1, 0.3, 120),
        codes,
        moderators={"first": (codes == 0) * 1.0},
    )
    working = fit.model.working
    ours, whole = robust(working), robust(in_full(working))
    assert np.array(ours.vcov) == pytest.approx(np.array(whole.vcov), rel=1e-7)
    assert [one.df for one in ours.coefficients] == pytest.approx(
        [one.df for one in whole.coefficients], rel=1e-6
    )


def test_random_effects_and_joined_clusters_know_large_studies():
    fit = some_fit(3)
    working = fit.model.working
    z = np.equal.outer(fit.model.rows.codes, np.arange(7)).astype(float)
    m = np.diag(np.array(fit.vi) + fit.sigma2[1]) + fit.sigma2[0] * z @ z.T
    w = np.linalg.inv(m)
    p = w - w @ working.x @ working.bread @ working.x.T @ w
    found = random_effects(fit)
    assert [one.estimate for one in found] == pytest.approx(
        list(fit.sigma2[0] * z.T @ w @ working.residuals), rel=1e-8
    )
    expected = fit.sigma2[0] - fit.sigma2[0] ** 2 * np.einsum("km,kl,lm->m", z, p, z)
    assert [one.se for one in found] == pytest.approx(list(np.sqrt(expected)), rel=1e-8)
    same = robust(fit, clusters=fit.cluster_of)
    assert np.array(same.vcov) == pytest.approx(np.array(robust(fit).vcov), rel=1e-8)
