"""Regression and rank tests of asymmetry, PET and PEESE, beside the reference, and rules that always hold."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import needs_oracle
from ambulando.evidence.checks.asymmetry import (
    PREDICTORS,
    egger,
    peese,
    pet,
    pet_peese,
    rank_test,
    regression_test,
    thompson,
)
from ambulando.evidence.faults import (
    CollinearModerators,
    EvidenceFault,
    ImpossibleValue,
    MissingColumns,
    TooFewStudies,
    UnknownOption,
)
from evidence.univariate import DATASETS, answers, columns, effects, random_studies


def people(name):
    if name == "bcg":
        return sum(columns("bcg_es.csv", "tpos", "tneg", "cpos", "cneg"))
    if name == "molloy2014":
        return columns("molloy2014_es.csv", "ni")[0]
    return sum(columns(f"{name}_es.csv", "n1i", "n2i"))


def of_counts(name):
    return answers("06_tsa_bayes_misc")["metabias_bcg"][name]


def log_odds():
    a, b, c, d = columns("bcg.csv", "tpos", "tneg", "cpos", "cneg")
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("model", ["rma", "lm"])
@pytest.mark.parametrize("predictor", PREDICTORS)
def test_every_regression_test_agrees_with_the_reference(agree, name, model, predictor):
    theirs = answers()[name]["regtest"][f"{model}_{predictor}"]
    found = regression_test(*effects(name), model=model, predictor=predictor, ni=people(name))
    ours = [found.statistic, found.df, found.p]
    expected = [theirs["stat"], theirs["df"], theirs["p"]]
    if theirs["limit"]:
        ours += [found.limit, *found.limit_ci]
        expected += [theirs["limit"], *theirs["limit_ci"]]
    else:
        assert math.isnan(found.limit)
    agree(
        f"Regression test, {model}, predictor {predictor}", name, ours, expected,
        rel=1e-10 if model == "lm" else 1e-7, reference="metafor",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_pet_and_peese_agree_with_the_reference(agree, name):
    y, v = effects(name)
    for which, method in (("pet", pet), ("peese", peese)):
        theirs, found = answers()[name][which], method(y, v)
        agree(
            f"{which.upper()}, mixed-effects regression", name,
            [found.estimate, found.slope, found.se, found.slope_se, found.statistic, found.p, found.slope_p, *found.ci,
             found.tau2],
            [theirs["beta"], theirs["se"], theirs["stat"][0], theirs["pval"], theirs["ci_lb"][0], theirs["ci_ub"][0],
             theirs["tau2"]],
            rel=1e-9, reference="metafor",
        )  # fmt: skip
        plain, simple = answers()[name][f"{which}_wls"], method(y, v, model="lm")
        agree(
            f"{which.upper()}, weighted least squares", name,
            [simple.estimate, simple.slope, simple.se, simple.slope_se], [plain["beta"], plain["se"]],
            rel=1e-10, reference="R lm",
        )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_the_rank_test_agrees_with_the_reference(agree, name):
    theirs, found = answers()[name]["ranktest"], rank_test(*effects(name))
    agree("Rank test of Begg, exact without ties", name, [found.tau, found.p], [theirs["tau"], theirs["p"]],
          rel=1e-10, reference="metafor")  # fmt: skip


@needs_oracle
def test_the_variants_for_odds_ratios_agree_with_the_reference(agree):
    y, v = log_odds()
    ranks, theirs = rank_test(y, v), of_counts("Begg")
    agree("Rank test of Begg, normal", "bcg", [ranks.z, ranks.p_normal, ranks.score, ranks.score_se],
          [theirs["stat"], theirs["p"], theirs["est"]], rel=1e-10, reference="meta")  # fmt: skip
    # The last one rests on a REML fit that the reference leaves at its own, looser, stop rule.
    for name, made, rel in (("Egger", egger, 1e-10), ("Thompson", thompson, 2e-6)):
        found, theirs = made(y, v), of_counts(name)
        assert found.name == name
        agree(f"Test of {name}", "bcg", [found.statistic, found.df, found.p, found.slope, found.slope_se],
              [theirs["stat"], theirs["df"], theirs["p"], theirs["est"]], rel=rel, reference="meta")  # fmt: skip


def test_the_exact_p_is_that_of_all_orders():
    y, v = np.array([0.3, 0.1, 0.9, 0.2, 0.5]), np.array([0.1, 0.2, 0.35, 0.4, 0.6])

    def score(x, z):
        return sum(np.sign((x[i] - x[j]) * (z[i] - z[j])) for i in range(5) for j in range(i))

    found = rank_test(y, v)
    scores = np.array([score(order, range(5)) for order in permutations(range(5))])
    assert found.exact
    assert found.p == pytest.approx(
        2 * min((scores <= found.score).mean(), (scores >= found.score).mean(), 0.5)
    )


def test_ties_and_very_many_studies_take_the_normal_distribution():
    tied = rank_test([0.3, 0.1, 0.9, 0.2], [0.1, 0.1, 0.3, 0.4])
    assert (tied.exact, tied.p) == (False, tied.p_normal)
    y, v = random_studies(3, 501)
    assert not rank_test(y, v).exact
    many = rank_test(y[:400], v[:400])
    assert many.exact
    assert many.p == pytest.approx(many.p_normal, abs=2e-3)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_order_sign_and_scale_do_not_matter(seed):
    y, v = random_studies(seed, 4 + seed % 20)
    order = np.random.default_rng(seed).permutation(y.size)
    for made in (lambda y, v: regression_test(y, v), egger, rank_test):
        one, shuffled, turned = made(y, v), made(y[order], v[order]), made(-7 * y, 49 * v)
        assert one.p == pytest.approx(shuffled.p, rel=1e-6)
        assert one.p == pytest.approx(turned.p, rel=1e-6)
    assert pet(7 * y, 49 * v).estimate == pytest.approx(7 * pet(y, v).estimate, rel=1e-6, abs=1e-9)


def test_the_published_form_of_egger_has_the_same_test():
    y, v = random_studies(11, 14)
    se = np.sqrt(v)
    design = np.column_stack([np.ones(14), 1 / se])
    coefficients, residual, *_ = np.linalg.lstsq(design, y / se, rcond=None)
    error = math.sqrt(float(residual[0]) / 12 * np.linalg.inv(design.T @ design)[0, 0])
    assert egger(y, v).slope == pytest.approx(coefficients[0], rel=1e-10)
    assert egger(y, v).statistic == pytest.approx(coefficients[0] / error, rel=1e-10)


def test_pet_peese_takes_peese_when_there_is_an_effect_and_pet_when_there_is_none():
    v = np.linspace(0.01, 0.3, 12)
    some = pet_peese(0.5 + 0.01 * np.cos(np.arange(12)), v)
    assert (some.chosen, some.estimate) == ("PEESE", some.peese.estimate)
    none = pet_peese(np.sqrt(v) * 1.5 + 0.01 * np.cos(np.arange(12)), v)
    assert (none.chosen, none.p) == ("PET", none.pet.p)
    # An effect against the direction of the pooled one is none.
    v = np.linspace(0.02, 0.3, 40)
    against = pet_peese(-0.6 + np.sqrt(v) * 3 + 0.01 * np.cos(np.arange(40)), v)
    assert (against.pet.estimate < 0, against.pet.p < 0.01, against.chosen) == (True, True, "PET")


def test_few_studies_are_answered_with_a_note():
    y, v = random_studies(4, 5)
    for found in (egger(y, v), rank_test(y, v), pet(y, v)):
        assert "With 5 studies this test says little" in found.notes[0]
    assert egger(*random_studies(4, 10)).notes == ()


def test_rows_left_out_do_not_shift_the_numbers_of_people():
    y, v, n = [0.1, math.nan, 0.3, 0.2, 0.6], [0.1, 0.1, 0.2, 0.3, 0.4], [10, 20, 30, 40, 50]
    found = regression_test(y, v, model="lm", predictor="ni", ni=n)
    keep = [0, 2, 3, 4]
    alone = regression_test(
        np.array(y)[keep], np.array(v)[keep], model="lm", predictor="ni", ni=np.array(n)[keep]
    )
    assert found.statistic == alone.statistic
    assert [one.row for one in found.excluded] == [2]


@pytest.mark.parametrize(
    ("call", "fault", "words"),
    [
        (lambda: egger([0.1, 0.2], [0.1, 0.2]), TooFewStudies, "needs 3 studies"),
        (lambda: egger([0.1, 0.2, 0.4], [0.1] * 3), CollinearModerators, "same precision"),
        (lambda: regression_test([0.1, 0.2, 0.4], [0.1] * 3), CollinearModerators, "same precision"),
        (lambda: rank_test([0.1, 0.2, 0.4], [0.1] * 3), EvidenceFault, "no ranks"),
        (lambda: regression_test([1, 2, 3], [1, 2, 3], predictor="ni"), MissingColumns, "needs ni"),
        (
            lambda: regression_test([1, 2, 3], [1, 2, 3], predictor="ni", ni=[1, 2]),
            EvidenceFault,
            "2 values of ni",
        ),
        (
            lambda: regression_test([1, 2, 3], [1, 2, 3], predictor="ni", ni=[1, 0, 2]),
            ImpossibleValue,
            r"Study 2 \(row 2\) has 0 people",
        ),
        (lambda: regression_test([1, 2, 3], [1, 2, 3], model="ols"), UnknownOption, "rma, lm"),
    ],
)
def test_what_cannot_be_tested_is_refused(call, fault, words):
    with pytest.raises(fault, match=words):
        call()
