"""Pooling against the reference answers of metafor (tight stop rules), and rules that always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import needs_oracle
from ambulando.evidence.faults import (
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    NotConverged,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.univariate.pooling import METHODS, pool, pool_many
from ambulando.ground import InputError, as_json
from evidence.univariate import DATASETS, answers, effects, first, random_studies

KEYS = {
    "k": "k", "estimate": "beta", "se": "se", "statistic": "stat", "df": "dfs", "p": "pval", "tau2": "tau2",
    "se_tau2": "se_tau2", "q": "QE", "q_df": "QE_df", "q_p": "QEp", "i2": "I2", "h2": "H2",
}  # fmt: skip
NAMES = ("EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "GENQ")
CLOSED = ("EE", "DL", "HE", "HS", "HSk", "SJ", "GENQ")


def fit(name, method, test, **options):
    y, v = effects(name)
    # The reference was given these weights for its generalised Q.
    weights = 1 / (v + 0.1) if method == "GENQ" else None
    return pool(y, v, method=method, test=test, weights=weights, **options)


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("method", NAMES)
def test_every_estimator_with_every_test_agrees_with_the_reference(agree, name, method):
    compared = 0
    for test in ("z", "t", "knha", "adhoc"):
        theirs = answers()[name].get(f"{method}_{test}")
        if theirs is None:
            continue
        found = fit(name, method, test)
        ours = [getattr(found, key) for key in KEYS] + [*found.ci] + ([*found.pi] if theirs["pi"] else [])
        expected = [first(theirs[key]) for key in KEYS.values()] + [
            first(theirs["ci_lb"]),
            first(theirs["ci_ub"]),
        ]
        closed = method in CLOSED
        agree(
            f"Pooled effect, {method}, {test} test", name, ours, expected + theirs["pi"],
            rel=1e-10 if closed else 1e-8, reference="metafor",
        )  # fmt: skip
        compared += 1
    assert compared == (2 if method == "EE" else 4)


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_the_weights_agree_with_the_reference(agree, name):
    found = fit(name, "REML", "z")
    agree(
        "Weights of studies, REML",
        name,
        found.weights,
        answers()[name]["weights"],
        rel=1e-8,
        reference="metafor",
    )


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_the_q_profile_interval_agrees_with_the_reference(agree, name):
    agree(
        "Q-profile interval of tau2", name, fit(name, "REML", "z").tau2_ci, answers()[name]["tau2_qprofile"][0][1:],
        rel=1e-8, reference="metafor",
    )  # fmt: skip


@needs_oracle
def test_the_answer_everybody_knows():
    found = pool(*effects("bcg"), measure="RR")
    assert found.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert found.ci == pytest.approx((-1.1084, -0.3206), abs=5e-5)
    assert found.pi == pytest.approx((-1.996, 0.567), abs=5e-4)
    assert found.estimate_exp == pytest.approx(math.exp(found.estimate))
    assert found.ci_exp == pytest.approx(tuple(math.exp(end) for end in found.ci))


@given(st.integers(2, 30), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_order_of_studies_their_sign_and_the_unit_do_not_matter(k, seed):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 1, k)
    y = rng.normal(0, 1, k) * rng.uniform(0, 2)
    order = rng.permutation(k)
    for method in ("DL", "PM", "REML", "ML", "SJ", "HE", "HSk", "PMM"):
        one = pool(y, v, method=method, test="z")
        shuffled = pool(y[order], v[order], method=method, test="z")
        scaled = pool(10 * y, 100 * v, method=method, test="z")
        turned = pool(-y, v, method=method, test="z")
        assert shuffled.estimate == pytest.approx(one.estimate, rel=1e-7, abs=1e-9)
        assert scaled.estimate == pytest.approx(10 * one.estimate, rel=1e-7, abs=1e-8)
        assert scaled.tau2 == pytest.approx(100 * one.tau2, rel=1e-7, abs=1e-8)
        assert turned.ci == pytest.approx((-one.ci[1], -one.ci[0]), rel=1e-7, abs=1e-9)
        assert sum(one.weights) == pytest.approx(100)
        assert one.converged
        assert one.tau2 >= 0


@given(st.integers(0, 2**32 - 1), st.floats(1e-6, 1e6))
@settings(max_examples=30, deadline=None)
def test_a_shift_of_all_effects_shifts_the_mean_alone(seed, by):
    y, v = random_studies(seed)
    one, moved = pool(y, v), pool(y + by, v)
    assert moved.estimate == pytest.approx(one.estimate + by, rel=1e-9, abs=1e-9)
    assert moved.tau2 == pytest.approx(one.tau2, rel=1e-5, abs=1e-8 * (1 + by**2 * 1e-6))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_q_profile_interval_is_where_q_meets_its_quantiles(seed):
    from scipy.special import chdtri

    y, v = random_studies(seed)
    for end, tail in zip(pool(y, v).tau2_ci, (0.025, 0.975), strict=True):
        w = 1 / (v + end)
        q = w @ (y - w @ y / w.sum()) ** 2
        target = chdtri(y.size - 1, tail)
        assert q == pytest.approx(target, rel=1e-9) if end > 0 else q <= target


def test_empirical_bayes_and_paule_mandel_are_one_estimate_under_two_names():
    y, v = random_studies(5, 12)
    pm, eb = (pool(y, v, method=method) for method in ("PM", "EB"))
    assert (pm.method, eb.method) == ("PM", "EB")
    assert pm.tau2 == eb.tau2


def test_given_weights_of_the_inverse_variance_are_dersimonian_and_laird():
    y, v = random_studies(8, 9)
    genq, dl = pool(y, v, method="GENQ", weights=1 / v), pool(y, v, method="DL")
    assert genq.tau2 == pytest.approx(dl.tau2, rel=1e-12)
    assert genq.se_tau2 == pytest.approx(dl.se_tau2, rel=1e-12)
    with pytest.raises(UnknownOption, match="GENQ needs weights"):
        pool(y, v, method="GENQ")
    with pytest.raises(NegativeVariance, match="Study 1 has the weight -1"):
        pool(y, v, method="GENQ", weights=[-1] * 9)


def test_many_data_sets_at_once_are_as_each_alone():
    rng = np.random.default_rng(3)
    v = rng.uniform(0.02, 0.4, (40, 12))
    y = rng.normal(0, 0.5, (40, 12))
    for method in sorted(set(METHODS.values())):
        weights = np.linspace(1, 3, 12) if method == "GENQ" else None
        estimates, errors, tau2 = pool_many(y, v, method=method, weights=weights)
        for row in range(40):
            alone = pool(y[row], v[row], method=method, test="z", weights=weights)
            assert (estimates[row], errors[row]) == pytest.approx((alone.estimate, alone.se), rel=1e-9)
            assert tau2[row] == pytest.approx(alone.tau2, rel=1e-8, abs=1e-11)


@pytest.mark.parametrize("method", ["EE", "DL", "PM", "REML", "ML", "SJ", "HE", "HS", "HSk", "PMM"])
def test_an_infinite_variance_leaves_a_study_out_of_its_data_set(method):
    y, v = random_studies(11, 8)
    without = np.where(np.eye(8, dtype=bool), np.inf, v)
    estimates, _, tau2 = pool_many(np.tile(y, (8, 1)), without, method=method)
    for left in range(8):
        rest = np.arange(8) != left
        alone = pool(y[rest], v[rest], method=method, test="z")
        assert estimates[left] == pytest.approx(alone.estimate, rel=1e-9)
        assert tau2[left] == pytest.approx(alone.tau2, rel=1e-8, abs=1e-11)


def test_an_empty_data_set_among_many_is_not_a_number():
    estimates, errors, tau2 = pool_many([[0.1, 0.2], [0.1, 0.2]], [[0.1, 0.1], [np.inf, np.inf]])
    assert np.isfinite([estimates[0], errors[0], tau2[0]]).all()
    assert np.isnan([estimates[1], errors[1], tau2[1]]).all()


def test_the_ad_hoc_floor_never_lets_the_interval_shrink_below_z():
    y, v = [0.30, 0.31, 0.29, 0.30], [0.04, 0.05, 0.04, 0.06]
    plain, safe, z = (pool(y, v, test=test) for test in ("hksj", "adhoc", "z"))
    assert plain.se < z.se
    assert safe.se == pytest.approx(z.se)


def test_rows_that_cannot_be_used_stay_visible_with_their_reason():
    found = pool([0.1, math.nan, 0.3, 0.2], [0.1, 0.1, math.nan, 0.0], test="z", studies=["A", "B", "C", "D"])
    assert found.k == 1
    assert found.studies == ("A",)
    assert [(one.study, one.row) for one in found.excluded] == [("B", 2), ("C", 3), ("D", 4)]
    assert "variance is zero" in found.excluded[2].reason


def test_where_no_study_is_left_the_reasons_are_told_by_name():
    with pytest.raises(TooFewStudies, match=r"A: its variance is zero.*; B: no effect could be computed"):
        pool([0.1, math.nan], [0.0, 0.1], studies=["A", "B"])


def test_spellings_are_taken_in_any_case():
    y, v = [0.1, 0.4, -0.2], [0.1, 0.1, 0.2]
    assert pool(y, v, method="reml", test="HKSJ") == pool(y, v, method="REML", test="knha")
    assert {pool(y, v, method=name, test="Z").method for name in ("Common", "fe", "EE", "fixed")} == {"EE"}


def test_a_common_effect_has_no_prediction_interval():
    found = pool([0.1, 0.4, -0.2], [0.1, 0.1, 0.2], method="common", test="z")
    assert all(math.isnan(end) for end in (*found.pi, *found.tau2_ci))


def test_the_result_says_which_data_and_options_it_comes_from():
    one = pool([0.1, 0.4], [0.1, 0.1])
    other = pool([0.1, 0.5], [0.1, 0.1])
    assert one.data_hash != other.data_hash
    assert one.options["method"] == "REML"
    assert set(one.versions) == {"ambulando", "numpy", "scipy"}


def test_the_result_is_whole_in_json_and_missing_numbers_are_null():
    found = as_json(pool([0.1, 0.4], [0.1, 0.1], method="EE", test="z"))
    assert found["se_tau2"] is None
    assert found["pi"] == [None, None]
    assert found["yi"] == [0.1, 0.4]


def test_a_fit_that_finds_nothing_never_returns(monkeypatch):
    y, v = random_studies(4, 9, spread=2)
    for module in ("tau2", "likelihood", "tau2_many"):
        monkeypatch.setattr(f"ambulando.evidence.univariate.{module}.MAX_STEPS", 1)
    monkeypatch.setattr("ambulando.evidence.univariate.tau2_many.PATIENCE", 1)
    for method in ("PM", "REML"):
        with pytest.raises(NotConverged, match=f"{method} found no estimate of tau2"):
            pool(5 * y, v, method=method)
        assert np.isnan(pool_many([5 * y], [v], method=method)).all()


def test_a_second_maximum_of_the_likelihood_is_reported():
    # Two precise studies agree, the others are far apart: the likelihood has a maximum for each view.
    v = [0.02452652716546447, 0.03671167661847458, 2.005, 3.0368, 4.6674, 5.1272, 6.6486, 10.3412, 49.1785]
    found = None
    for seed in range(400):
        rng = np.random.default_rng(seed)
        y = rng.normal(0, 1, 9) * np.exp(rng.normal(0, 1.5, 9))
        found = pool(y, v, method="ML")
        if any("lower maximum" in note for note in found.notes):
            break
    assert found is not None
    assert any("the highest is given" in note for note in found.notes)


@pytest.mark.parametrize(
    ("yi", "vi", "options", "fault", "words"),
    [
        ([0.1, 0.2], [0.1, -0.2], {}, NegativeVariance, "Study 2 .row 2. has a negative variance"),
        ([0.1], [0.1], {}, TooFewStudies, "Only one study can be used .Study 1."),
        ([math.nan], [0.1], {}, TooFewStudies, "nothing to pool"),
        ([], [], {}, TooFewStudies, "nothing to pool"),
        ([0.1, 1e40], [0.1, 0.1], {}, ImpossibleValue, "Study 2 .row 2. has the effect 1e.40"),
        ([0.1, 0.2], [0.1, 1e-80], {}, ImpossibleValue, "variance 1e-80"),
        ([1e10, 3, 4], [1e-25, 1, 1], {}, ImpossibleValue, "Study 1 .row 1. has the variance 1e-25"),
        ([1, 2, math.nan], [1, 1e-20, 1], {}, ImpossibleValue, "Study 2 .row 2. has the variance 1e-20"),
        ([0.1, 0.2], [0.1], {}, InputError, "2 effects and 1 variances"),
        ([0.1, "much"], [0.1, 0.1], {}, NotANumber, "effect in row 2 is 'much'"),
        ([0.1, 0.2], [0.1, 0.1], {"method": "best"}, UnknownOption, "method called 'best'"),
        ([0.1, 0.2], [0.1, 0.1], {"test": "f"}, UnknownOption, "test called 'f'"),
        ([0.1, 0.2], [0.1, 0.1], {"level": 95}, ImpossibleValue, "between 0.5 and 1"),
    ],
)
def test_what_cannot_be_pooled_is_refused_in_one_sentence(yi, vi, options, fault, words):
    with pytest.raises(fault, match=words):
        pool(yi, vi, **options)


def test_a_fault_knows_row_and_study():
    with pytest.raises(NegativeVariance) as fault:
        pool([0.1, 0.2], [0.1, -1], studies=["A", "B"])
    assert (fault.value.row, fault.value.study) == (2, "B")


def test_one_study_has_its_own_effect_and_says_that_it_is_alone():
    found = pool([0.3], [0.04], test="z")
    assert (found.estimate, found.se, found.tau2) == (0.3, pytest.approx(0.2), 0.0)
    assert all(math.isnan(end) for end in (*found.tau2_ci, *found.pi))
    assert "Only 1 study" in found.notes[0]
