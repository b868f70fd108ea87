"""Cluster-robust tests against metafor and clubSandwich, against a dense computation, and rules that always hold."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dependence.correlated import che
from ambulando.evidence.dependence.multilevel import three_level
from ambulando.evidence.dependence.robust import htz, robust, weighted_regression, working_of
from ambulando.evidence.faults import CollinearModerators, EvidenceFault, TooFewStudies, UnknownOption
from ambulando.evidence.univariate.pooling import pool
from ambulando.evidence.univariate.regression import regress

DATA = "konstantopoulos2011"
TYPES = ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")


@pytest.fixture
def districts():
    with open(ORACLE / "data" / f"{DATA}.csv") as file:
        rows = list(csv.DictReader(file))
    return three_level(
        [float(row["yi"]) for row in rows],
        [float(row["vi"]) for row in rows],
        [row["district"] for row in rows],
    )


def answers():
    return json.loads((ORACLE / "03_mv_robust.json").read_text())[DATA]


def some_fit(seed, k=30, m=8, **options):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(m), rng.integers(0, m, k - m)])
    v = rng.uniform(0.05, 0.4, k)
    y = 0.3 + 0.3 * rng.normal(size=m)[codes] + rng.normal(size=k) * np.sqrt(v)
    moderators = {"x": rng.normal(size=k), "z": rng.normal(size=m)[codes]}
    return three_level(y, v, [f"s{code}" for code in codes], moderators=moderators, **options)


def parts(working):
    """The whole design, weights, working covariance and cluster of each row of a working model."""
    k = working.x.shape[0]
    w, phi, codes, seen = np.zeros((k, k)), np.zeros((k, k)), np.zeros(k, dtype=int), 0
    for batch in working.batches:
        for rows, one, inverse in zip(batch.rows, batch.phi, batch.w, strict=True):
            phi[np.ix_(rows, rows)], w[np.ix_(rows, rows)], codes[rows] = one, inverse, seen
            seen += 1
    return w, phi, codes, seen


def root(matrix, power):
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    large = values > 1e-10 * values.max()
    return (vectors[:, large] * values[large] ** power) @ vectors[:, large].T


def by_hand(working, kind):
    """Contributions of clusters and their covariance under the working model, with matrices over all rows."""
    w, phi, codes, m = parts(working)
    x = working.x
    bread = np.linalg.inv(x.T @ w @ x)
    away = np.eye(x.shape[0]) - x @ bread @ x.T @ w
    spread = away @ phi @ away.T
    turned = np.zeros((m, x.shape[0], x.shape[1]))
    for code in range(m):
        at = np.flatnonzero(codes == code)
        inside = np.ix_(at, at)
        t = (w @ x @ bread)[at]
        if kind == "CR2":
            half = root(phi[inside], 0.5)
            t = half @ root(half @ spread[inside] @ half, -0.5) @ half @ t
        elif kind == "CR3":
            t = np.linalg.inv(away[inside]).T @ t
        turned[code, at] = t
    g = np.einsum("mkp,k->mp", turned, working.residuals)
    covariance = np.einsum("mkp,kl,nlq->mpnq", turned, spread, turned)
    return g, covariance


@needs_oracle
@pytest.mark.parametrize("kind", TYPES)
def test_robust_types_agree_with_the_reference(agree, districts, kind):
    theirs = answers()[f"clubSandwich_{kind}"]
    satterthwaite = robust(districts, type=kind)
    naive, z = robust(districts, type=kind, test="naive-t"), robust(districts, type=kind, test="z")
    agree(
        f"Robust {kind}: standard error, degrees of freedom and tests", DATA,
        [districts.estimate, satterthwaite.se, satterthwaite.statistic, satterthwaite.df, satterthwaite.p,
         z.df, z.p, naive.df, naive.p],
        [theirs[key] for key in ("beta", "SE", "tstat", "df_Satt", "p_Satt", "df_z", "p_z", "df_t", "p_t")],
        rel=1e-7, reference="clubSandwich",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize(
    ("entry", "kind", "test"),
    [
        ("robust_CR1", "CR1p", "naive-tp"),
        ("robust_CR1p_noadj", "CR0", "naive-tp"),
        ("robust_CR2", "CR2", "Satterthwaite"),
    ],
)
def test_robust_fits_agree_with_the_reference(agree, districts, entry, kind, test):
    theirs, found = answers()[entry], robust(districts, type=kind, test=test)
    wald = found.statistic**2
    agree(
        f"Robust three-level fit, {entry}", DATA,
        [districts.estimate, found.se, found.df, found.statistic, found.p, *found.ci, wald, 1, found.df, found.p],
        [theirs[key] for key in ("beta", "se", "dfs", "stat", "pval", "ci_lb", "ci_ub", "QM", "QMdf", "QMp")],
        rel=1e-6, reference="metafor",
    )  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("seed", range(3))
def test_standard_errors_and_degrees_of_freedom_are_those_of_whole_matrices(kind, seed):
    fit = some_fit(seed)
    working = fit.model.working
    g, covariance = by_hand(working, kind)
    found = robust(fit, type=kind)
    (k, p), m = working.x.shape, 8
    factor = {"CR1": m / (m - 1), "CR1p": m / (m - p), "CR1S": m * (k - 1) / ((m - 1) * (k - p))}.get(kind, 1)
    assert np.array(found.vcov) == pytest.approx(factor * g.T @ g, rel=1e-9, abs=1e-14)
    for index, one in enumerate(found.coefficients):
        own = covariance[:, index, :, index]
        assert one.df == pytest.approx(np.trace(own) ** 2 / (own**2).sum(), rel=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_cr2_is_unbiased_under_its_working_model(seed):
    fit = some_fit(seed)
    _, covariance = by_hand(fit.model.working, "CR2")
    expected = np.einsum("mpmq->pq", covariance)
    assert expected == pytest.approx(np.array(fit.vcov), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_htz_test_is_that_of_whole_matrices(seed):
    fit = some_fit(seed)
    g, covariance = by_hand(fit.model.working, "CR2")
    pick = np.eye(3)[1:]
    omega = root(pick @ np.einsum("mpmq->pq", covariance) @ pick.T, -0.5)
    turned = np.einsum("sp,mpnq,tq->msnt", omega @ pick, covariance, omega @ pick)
    total = np.einsum("msns,mtnt->", turned, turned) + np.einsum("msnt,mtns->", turned, turned)
    eta = 2 * 3 / total
    estimate = pick @ fit.model.working.beta
    q = estimate @ np.linalg.solve(pick @ g.T @ g @ pick.T, estimate)
    found = htz(fit)
    assert found.names == ("x", "z")
    assert found.df == pytest.approx((2, eta - 1), rel=1e-8)
    assert found.statistic == pytest.approx(q * (eta - 1) / (eta * 2), rel=1e-8)
    assert htz(fit, pick).p == pytest.approx(found.p)


def test_the_htz_test_of_one_coefficient_is_its_t_test():
    fit = some_fit(4)
    alone, found = htz(fit, ["z"]), robust(fit).coefficients[2]
    assert alone.statistic == pytest.approx(found.statistic**2, rel=1e-9)
    assert alone.df[1] == pytest.approx(found.df, rel=1e-9)
    assert alone.p == pytest.approx(found.p, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-3, 3), factor=st.sampled_from([-2.0, 0.01, 40.0]))
def test_another_scale_and_origin_of_a_moderator_change_only_its_coefficient(seed, shift, factor):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(7), rng.integers(0, 7, 15)])
    y, v, x = rng.normal(size=22), rng.uniform(0.1, 0.5, 22), rng.normal(size=22)
    first, other = (three_level(y, v, codes, moderators={"x": one}).robust for one in (x, shift + factor * x))
    a, b = first.coefficients[1], other.coefficients[1]
    assert b.estimate * factor == pytest.approx(a.estimate, rel=1e-6, abs=1e-8)
    assert abs(b.statistic) == pytest.approx(abs(a.statistic), rel=1e-6, abs=1e-8)
    assert b.df == pytest.approx(a.df, rel=1e-5)


def test_a_pooled_fit_can_be_given_the_studies_of_its_effects():
    rng = np.random.default_rng(5)
    y, v = rng.normal(size=12), rng.uniform(0.1, 0.5, 12)
    fit, names = pool(y, v), ["a", "a", "b", "b", "c", "c", "d", "e", "f", "g", "g", "g"]
    found = robust(fit, clusters=names, type="CR0")
    w = 1 / (v + fit.tau2)
    sums = [sum((w * (y - fit.estimate))[i] for i in range(12) if names[i] == one) for one in "abcdefg"]
    assert found.se == pytest.approx(np.sqrt(np.square(sums).sum()) / w.sum(), rel=1e-10)
    assert found.clusters == 7


def test_a_regression_can_be_given_the_studies_of_its_effects():
    rng = np.random.default_rng(7)
    y, v, x = rng.normal(size=20), rng.uniform(0.1, 0.5, 20), rng.normal(size=20)
    codes = np.repeat(np.arange(8), [4, 3, 3, 2, 2, 2, 2, 2])
    fit = regress(y, v, {"x": x})
    found, working = robust(fit, clusters=codes), working_of(fit, codes)
    g, covariance = by_hand(working, "CR2")
    assert [one.estimate for one in found.coefficients] == pytest.approx(
        [one.estimate for one in fit.coefficients]
    )
    assert np.array(found.vcov) == pytest.approx(g.T @ g, rel=1e-9)
    own = covariance[:, 1, :, 1]
    assert found.coefficients[1].df == pytest.approx(np.trace(own) ** 2 / (own**2).sum(), rel=1e-8)
    assert found.coefficients[1].name == "x"


def test_larger_clusters_may_join_studies_and_not_split_them():
    fit = some_fit(2, k=40, m=10)
    labs = [f"lab {int(name[1:]) // 2}" for name in fit.cluster_of]
    joined = robust(fit, clusters=labs)
    assert joined.clusters == 5
    assert robust(fit, clusters=fit.cluster_of).vcov == pytest.approx(np.array(robust(fit).vcov), rel=1e-9)
    with pytest.raises(EvidenceFault, match="lies in several clusters"):
        robust(fit, clusters=list(range(fit.k)))


def test_a_study_that_alone_determines_a_coefficient_is_allowed():
    rng = np.random.default_rng(6)
    codes = np.repeat(np.arange(4), 3)
    fit = three_level(
        rng.normal(size=12), np.full(12, 0.2), codes, moderators={"first": (codes == 0).astype(float)}
    )
    found = robust(fit)
    assert np.all(np.isfinite([one.se for one in found.coefficients]))
    assert any("below 4" in note for note in found.notes)


def test_any_weighted_regression_can_be_tested():
    fit = some_fit(3)
    w, _, _, _ = parts(fit.model.working)
    working = weighted_regression(fit.yi, fit.model.rows.x, w, fit.cluster_of, names=("intercept", "x", "z"))
    assert robust(working).vcov == pytest.approx(np.array(robust(fit).vcov), rel=1e-8)
    equal = weighted_regression(
        fit.yi, fit.model.rows.x, np.ones(fit.k), fit.cluster_of, target=np.linalg.inv(w)
    )
    g, covariance = by_hand(equal, "CR2")
    found = robust(equal)
    assert np.array(found.vcov) == pytest.approx(g.T @ g, rel=1e-8)
    own = covariance[:, 1, :, 1]
    assert found.coefficients[1].df == pytest.approx(np.trace(own) ** 2 / (own**2).sum(), rel=1e-8)


def test_correlated_effects_carry_their_own_robust_tests():
    rng = np.random.default_rng(8)
    codes = np.repeat(np.arange(8), 3)
    fit = che(rng.normal(size=24), rng.uniform(0.1, 0.4, 24), codes, rho=0.7)
    g, covariance = by_hand(fit.model.working, "CR2")
    assert fit.robust.se == pytest.approx(np.sqrt(g.T @ g)[0, 0], rel=1e-8)
    own = covariance[:, 0, :, 0]
    assert fit.robust.df == pytest.approx(np.trace(own) ** 2 / (own**2).sum(), rel=1e-8)


@pytest.mark.parametrize(
    ("call", "fault", "words"),
    [
        (lambda fit: robust(fit, type="CR9"), UnknownOption, "no type of robust covariance called 'CR9'"),
        (lambda fit: robust(fit, test="F"), UnknownOption, "no test called 'F'"),
        (lambda fit: robust(fit, clusters=["a"]), EvidenceFault, "1 clusters for 30 effects"),
        (lambda fit: robust(fit, clusters=["a"] * 30), TooFewStudies, "at least 2 studies, and there is 1"),
        (lambda fit: htz(fit, ["y"]), UnknownOption, "no coefficient 'y'; take some of intercept, x, z"),
        (lambda fit: htz(fit, np.ones((2, 3))), EvidenceFault, "do not follow from each other"),
        (lambda fit: robust(pool([0.1, 0.2], [0.1, 0.1])), EvidenceFault, "knows no clusters"),
        (
            lambda fit: robust(fit, type="CR1p", clusters=[f"{int(n[1:]) // 3}" for n in fit.cluster_of]),
            TooFewStudies,
            "at least 4 studies",
        ),
        (
            lambda fit: weighted_regression([1, 2, 3], np.ones((3, 2)), np.ones(3), ["a", "b", "c"]),
            CollinearModerators,
            "leave one of them out",
        ),
    ],
)
def test_what_cannot_be_tested_is_said_in_a_sentence(call, fault, words):
    with pytest.raises(fault) as caught:
        call(some_fit(1))
    assert words in str(caught.value)
