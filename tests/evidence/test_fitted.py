"""Fit statistics, residuals and shrunken effects, against metafor."""

import numpy as np
import pytest

from agreement import needs_oracle
from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.univariate.fitted import fit_statistics, likelihood_ratio, residuals, shrunken
from ambulando.evidence.univariate.pooling import pool
from ambulando.evidence.univariate.regression import regress
from evidence.univariate import DATASETS, answers, columns, effects, random_studies

METHODS = ("EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "GENQ")
# Nine studies, fitted by metafor 3.8 with a threshold of 1e-12.
Y = (0.5341137, 0.3088154, 0.4007994, 0.9671103, 0.6745269, -0.1085453, -1.213022, -0.6241492, 0.8672863)
V = (0.1760311, 0.6556373, 0.3387068, 0.2958007, 0.5015755, 0.5032955, 0.1434751, 0.2709507, 0.4832074)


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_log_likelihoods_agree_with_the_reference(agree, name):
    y, v = effects(name)
    for method in METHODS:
        fit = fit_statistics(
            pool(y, v, method=method, test="z", weights=1 / (v + 0.1) if method == "GENQ" else None)
        )
        agree(f"Log-likelihoods, {method}", name, [fit.ml.ll, fit.reml.ll], answers()[name][f"{method}_z"]["ll"],
              rel=1e-10, reference="metafor")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_standardised_residuals_agree_with_the_reference(agree, name):
    found = residuals(pool(*effects(name)))
    agree("Standardised residuals, REML", name, [one.z for one in found], answers()[name]["rstandard"], rel=1e-8,
          reference="metafor")  # fmt: skip


@needs_oracle
def test_the_likelihood_ratio_test_agrees_with_the_reference(agree):
    y, v = effects("bcg")
    (ablat,) = columns("bcg.csv", "ablat")
    found = likelihood_ratio(regress(y, v, {"ablat": ablat}, method="ML"), pool(y, v, method="ML"))
    theirs = answers()["metareg_bcg"]["lrt_ml"]
    # The reference stops its ML fits at 1e-5 here.
    agree("Likelihood ratio test of a moderator, ML", "bcg", [found.statistic, found.p], [theirs["LRT"], theirs["p"]],
          rel=1e-7, reference="metafor")  # fmt: skip
    assert found.df == 1


def test_deviance_and_criteria_are_those_of_the_reference():
    fit = fit_statistics(pool(Y, V, test="z"))
    ours = [
        [one.ll, one.deviance, one.aic, one.bic, one.aicc] for one in (fit.ml, fit.reml)
    ]  # fmt: skip
    assert ours[0] == pytest.approx([-10.3118967, 13.89413187, 24.6237934, 25.01824256, 26.6237934], rel=1e-6)
    assert ours[1] == pytest.approx(
        [-9.547803697, 19.09560739, 23.09560739, 23.25449048, 25.49560739], rel=1e-6
    )


def test_shrunken_effects_are_those_of_the_reference():
    found = shrunken(pool(Y, V, test="z"))
    expected = {
        0: (0.4094807347, 0.3597300296, -0.2955771674, 1.1145386369),
        6: (-0.8538786705, 0.3331001979, -1.5067430616, -0.2010142794),
    }
    for index, numbers in expected.items():
        assert (found[index].estimate, found[index].se, *found[index].pi) == pytest.approx(numbers, rel=1e-5)


def test_without_heterogeneity_every_study_shrinks_to_the_mean():
    pooled = pool([0.30, 0.31, 0.29, 0.30], [0.04, 0.05, 0.04, 0.06])
    assert [one.estimate for one in shrunken(pooled)] == pytest.approx([pooled.estimate] * 4)


def test_residuals_of_a_regression_have_the_variance_of_their_definition():
    y, v = random_studies(4, 10)
    found = regress(y, v, {"x": np.arange(10.0)}, test="z")
    X, total = np.array(found.design), v + found.tau2
    H = X @ np.linalg.inv(X.T @ (X / total[:, None])) @ (X / total[:, None]).T
    left = np.eye(10) - H
    expected = np.sqrt(np.diag(left @ np.diag(total) @ left.T))
    assert [one.se for one in residuals(found)] == pytest.approx(expected.tolist())


def test_models_that_cannot_be_compared_are_refused():
    y, v = random_studies(4, 10)
    x = np.arange(10.0)
    ml, null = regress(y, v, {"x": x}, method="ML"), pool(y, v, method="ML")
    for larger, smaller, sentence in (
        (regress(y, v, {"x": x}), null, "fitted by ML"),
        (ml, pool(y[1:], v[1:], method="ML"), "different studies"),
        (null, ml, "swap them"),
    ):
        with pytest.raises(UnknownOption, match=sentence):
            likelihood_ratio(larger, smaller)
