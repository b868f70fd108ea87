"""Meta-regression against metafor, and rules that always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import needs_oracle
from ambulando.evidence.faults import (
    CollinearModerators,
    MissingColumns,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.univariate.fitted import fit_statistics
from ambulando.evidence.univariate.pooling import pool
from ambulando.evidence.univariate.regression import contrast, predict, regress, regress_many, vif, wald
from ambulando.ground import InputError, as_json
from evidence.univariate import answers, columns, effects, random_studies, words

KEYS = {
    "tau2": "tau2", "se_tau2": "se_tau2", "i2": "I2", "h2": "H2", "r2": "R2", "q": "QE", "q_df": "QE_df", "q_p": "QEp",
    "qm": "QM", "qm_p": "QMp",
}  # fmt: skip


def bcg():
    ablat, year = columns("bcg.csv", "ablat", "year")
    return *effects("bcg"), ablat, year, words("bcg.csv", "alloc")


def reference(name):
    return answers()["metareg_bcg"][name]


def ours_and_theirs(found, theirs):
    by = found.coefficients
    fit = fit_statistics(found)
    ours = [getattr(found, key) for key in KEYS]
    ours += [
        [one.estimate for one in by],
        [one.se for one in by],
        [one.statistic for one in by],
        [one.p for one in by],
    ]
    ours += [[one.ci[0] for one in by], [one.ci[1] for one in by], found.vcov, [fit.ml.ll, fit.reml.ll]]
    ours += [[found.qm_df, found.df]]
    expected = [theirs[key] for key in KEYS.values()]
    expected += [
        theirs[key] for key in ("beta", "se", "stat", "pval", "ci_lb", "ci_ub", "vcov", "ll", "QMdf")
    ]
    return ours, expected


@needs_oracle
@pytest.mark.parametrize("method", ["EE", "DL", "ML", "REML", "EB", "PM"])
def test_two_moderators_with_every_method_and_test_agree_with_the_reference(agree, method):
    y, v, ablat, year, _ = bcg()
    tests = ("z",) if method == "EE" else ("z", "knha", "adhoc")
    for test in tests:
        found = regress(y, v, {"ablat": ablat, "year": year}, method=method, test=test)
        ours, theirs = ours_and_theirs(found, reference(f"{method}_{test}"))
        # The year's coefficient is a difference of large numbers, which costs both sides two digits.
        agree(f"Meta-regression, {method}, {test} test", "bcg", ours, theirs, rel=1e-8, reference="metafor")


@needs_oracle
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("alloc", {}),
        ("alloc_x_ablat", {"interactions": [("alloc", "ablat")]}),
        ("alloc_nointercept", {"intercept": False}),
    ],
)
def test_categories_interactions_and_no_intercept_agree_with_the_reference(agree, name, options):
    y, v, ablat, _, alloc = bcg()
    moderators = {"alloc": alloc} | ({"ablat": ablat} if "x_ablat" in name else {})
    found = regress(y, v, moderators, test="z", **options)
    theirs = reference(name)
    # These fits have the default stop rule of the reference (1e-5), so its tau2 is right to 2e-6; covariances that are
    # zero come out as 1e-18 on one side, hence the floor.
    agree(f"Meta-regression with categories: {name}", "bcg", *ours_and_theirs(found, theirs), rel=5e-5,
          reference="metafor", floor=1e-6)  # fmt: skip
    expected = [
        one.replace("alloc", "alloc:").replace("factor(alloc:)", "alloc:") for one in theirs["coef_names"]
    ]
    expected = [one.replace("intrcpt", "intercept").replace(":ablat", "*ablat") for one in expected]
    assert [one.name for one in found.coefficients] == expected


@needs_oracle
def test_predictions_contrasts_inflation_and_wald_tests_agree_with_the_reference(agree):
    y, v, ablat, year, alloc = bcg()
    found = regress(y, v, {"ablat": ablat, "year": year}, test="z")
    ahead = predict(found, {"ablat": [10, 20, 30, 40, 50], "year": [1970] * 5})
    theirs = reference("predict")
    # All of these come from fits with the default stop rule of the reference.
    agree(
        "Predictions of a meta-regression", "bcg",
        [[one.estimate for one in ahead], [one.se for one in ahead], *zip(*(one.ci for one in ahead), strict=True),
         *zip(*(one.pi for one in ahead), strict=True)],
        [theirs[key] for key in ("pred", "se", "ci.lb", "ci.ub", "pi.lb", "pi.ub")], rel=2e-4, reference="metafor",
    )  # fmt: skip
    made = [contrast(found, (1, lat, 1970)) for lat in (33.5, 13)]
    theirs = reference("contrasts")
    agree(
        "Contrasts of a meta-regression", "bcg",
        [[one.estimate for one in made], [one.se for one in made], [one.statistic for one in made], [one.p for one in made]],
        [theirs[key] for key in ("est", "se", "z", "p")], rel=5e-4, reference="metafor",
    )  # fmt: skip
    joint, theirs = wald(found, ["ablat", "year"]), reference("anova_btt2")
    agree("Wald test of two moderators", "bcg", [joint.statistic, joint.df, joint.df2, joint.p],
          [theirs["QM"], *theirs["df"], theirs["p"]], rel=2e-4, reference="metafor")  # fmt: skip
    agree(
        "Variance inflation",
        "bcg",
        [one.gvif for one in vif(found)],
        reference("vif"),
        rel=1e-5,
        reference="metafor",
    )
    general = vif(regress(y, v, {"alloc": alloc, "ablat": ablat}, test="z"))[0]
    agree("Generalised variance inflation", "bcg", [general.gvif, general.gsif],
          [reference("vif_alloc")["gvif"], reference("vif_alloc")["gsif"]], rel=1e-6, reference="metafor")  # fmt: skip


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_shifting_or_scaling_a_moderator_changes_its_coefficient_alone(seed):
    y, v = random_studies(seed, 14)
    x = np.random.default_rng(seed).normal(0, 1, 14)
    one, other = regress(y, v, {"x": x}), regress(y, v, {"x": 10 * x + 1000})
    assert other.coefficients[1].estimate == pytest.approx(
        one.coefficients[1].estimate / 10, rel=1e-6, abs=1e-9
    )
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-7, abs=1e-10)
    assert other.qm == pytest.approx(one.qm, rel=1e-6, abs=1e-9)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_the_order_of_studies_does_not_matter_to_a_regression(seed):
    y, v = random_studies(seed, 12)
    rng = np.random.default_rng(seed)
    x, group = rng.normal(0, 1, 12), np.array(list("abc") * 4)
    order = rng.permutation(12)
    one = regress(y, v, {"x": x, "group": group.tolist()})
    other = regress(y[order], v[order], {"x": x[order], "group": group[order].tolist()})
    assert [c.estimate for c in other.coefficients] == pytest.approx(
        [c.estimate for c in one.coefficients], rel=1e-6, abs=1e-9
    )


def test_the_base_of_a_category_is_a_matter_of_names():
    y, v = random_studies(4, 10)
    one = regress(y, v, {"g": ["a", "b"] * 5})
    other = regress(y, v, {"g": ["b", "a"] * 5})
    assert one.coefficients[1].estimate == pytest.approx(-other.coefficients[1].estimate)
    assert one.qm == pytest.approx(other.qm)


def test_many_regressions_at_once_are_as_each_alone():
    rng = np.random.default_rng(8)
    v, y = rng.uniform(0.1, 2, (20, 11)), rng.normal(0, 1, (20, 11))
    x = rng.normal(0, 1, (20, 11))
    X = np.stack([np.ones_like(x), x], axis=2)
    for method, test in (("REML", "z"), ("DL", "knha"), ("PM", "adhoc"), ("ML", "t")):
        many = regress_many(y, v, X, method=method, test=test)
        for row in range(20):
            alone = regress(y[row], v[row], {"x": x[row]}, method=method, test=test)
            assert many.beta[row] == pytest.approx([one.estimate for one in alone.coefficients], rel=1e-7)
            assert many.se[row] == pytest.approx([one.se for one in alone.coefficients], rel=1e-7)
            assert many.qm[row] == pytest.approx(alone.qm, rel=1e-6)


def test_predictions_follow_the_coding_of_categories():
    y, v = random_studies(10, 12)
    group = list("abc") * 4
    found, means = regress(y, v, {"g": group}), regress(y, v, {"g": group}, intercept=False)
    ahead = predict(found, {"g": ["a", "b", "c"]})
    assert [one.estimate for one in ahead] == pytest.approx([one.estimate for one in means.coefficients])
    assert [one.se for one in ahead] == pytest.approx([one.se for one in means.coefficients])
    assert ahead[1].moderators == {"g": "b"}
    assert ahead[0].pi[0] < ahead[0].ci[0]


def test_a_study_without_a_moderator_is_left_out_and_listed():
    y, v = random_studies(2, 8)
    x = [1.0, 2.0, math.nan, 4.0, 5.0, None, 7.0, 8.0]
    found = regress(y, v, {"x": x}, studies=list("ABCDEFGH"))
    assert found.k == 6
    assert [(one.row, one.study, one.reason) for one in found.excluded] == [
        (3, "C", "its x is missing"),
        (6, "F", "its x is missing"),
    ]


def test_a_regression_without_moderators_that_matter_has_no_r2_below_zero():
    y, v = random_studies(6, 20)
    assert regress(y, v, {"x": np.arange(20.0) % 3}).r2 >= 0
    # Without a mean among the columns there is nothing to compare with.
    assert math.isnan(regress(y, v, {"x": np.arange(20.0)}, intercept=False).r2)


def test_a_centred_moderator_leaves_the_mean_of_equal_variances():
    y, _ = random_studies(3, 9)
    v = np.full(9, 0.1)
    found = regress(y, v, {"x": np.arange(9.0) - 4}, method="EE", test="z")
    assert found.coefficients[0].estimate == pytest.approx(pool(y, v, method="EE", test="z").estimate)


def test_effects_that_lie_on_the_fit_are_noted():
    found = regress([1.0, 2.0, 3.0, 4.0], [1.0] * 4, {"x": [1, 2, 3, 4]})
    assert "exactly on the fit" in found.notes[0]
    assert found.coefficients[1].estimate == pytest.approx(1)


def test_a_regression_is_whole_in_json():
    y, v = random_studies(3, 9)
    found = as_json(regress(y, v, {"x": np.arange(9.0)}))
    assert {"coefficients", "qm", "r2", "tau2", "tau2_ci", "q", "i2", "weights", "excluded"} <= set(found)
    assert found["estimate"] is None
    assert found["coefficients"][1]["name"] == "x"


Y, V = [0.1, 0.4, -0.2, 0.3, 0.6], [0.1, 0.1, 0.2, 0.1, 0.1]


@pytest.mark.parametrize(
    ("moderators", "options", "fault", "words_"),
    [
        ({"x": [1, 2, 3, 4, 5], "y": [2, 4, 6, 8, 10]}, {}, CollinearModerators, "'y' follows from 'x'"),
        ({"x": [1, 1, 1, 1, 1]}, {}, CollinearModerators, "'x' is 1 in every study"),
        ({"g": ["a"] * 5}, {}, CollinearModerators, "'g' is 'a' in every study"),
        (
            {"x": list(range(5)), "g": list("abcde")},
            {},
            TooFewStudies,
            "5 studies are too few for 6 coefficients",
        ),
        (
            {"g": ["a", "a", "b", "b", "b"], "x": [0, 0, 1, 1, 1]},
            {},
            CollinearModerators,
            "'x' follows from 'g:b'",
        ),
        ({"x": [1, 2, "three", 4, 5]}, {}, NotANumber, "'three' in Study 3"),
        ({"x": [1, 2, 3]}, {}, InputError, "3 values for 5 studies"),
        ({"x": [1, math.nan, None, math.nan, math.nan]}, {}, TooFewStudies, "1 can be used"),
        ({}, {}, MissingColumns, "at least one moderator"),
        ({"x": [1, 2, 3, 4, 6]}, {"interactions": [("x", "z")]}, MissingColumns, "needs 'z'"),
        ({"x": [1, 2, 3, 4, 6]}, {"method": "GENQ"}, UnknownOption, "pooled effect"),
    ],
)
def test_a_regression_that_cannot_be_is_refused_in_one_sentence(moderators, options, fault, words_):
    with pytest.raises(fault, match=words_):
        regress(Y, V, moderators, **options)


def test_predicting_at_what_is_not_in_the_model_is_refused():
    found = regress(Y, V, {"g": list("aabba")})
    with pytest.raises(UnknownOption, match="has no 'c'; it has a, b"):
        predict(found, {"g": ["c"]})
    with pytest.raises(UnknownOption, match="no moderator 'h'"):
        predict(found, {"h": ["a"]})
    with pytest.raises(MissingColumns, match="no value of the moderator 'g'"):
        predict(found, {})
    with pytest.raises(UnknownOption, match="no coefficient 'x'"):
        wald(found, ["x"])
    with pytest.raises(InputError, match="1 weights for 2 coefficients"):
        contrast(found, [1])


def test_few_studies_for_one_coefficient_are_said_in_the_singular():
    assert (
        "5 studies are few for 1 coefficient of moderators; ten for each is usual."
        in regress(Y, V, {"x": [1, 2, 3, 4, 6]}).notes
    )
