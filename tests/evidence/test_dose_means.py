"""Scores by dose: differences of means against the reference, and the rules that always hold."""

import json
from dataclasses import replace

import numpy as np
import pytest

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dose import MeanGroup, dose_means, means_from
from ambulando.evidence.dose.means import study_of_means
from ambulando.evidence.faults import (
    ImpossibleValue,
    MissingReference,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.ground import rows_of


def aripiprazole():
    return means_from(rows_of((ORACLE / "data" / "dr_ari.csv").read_text(), where="ari"), "ari")


@needs_oracle
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("md_quadratic", {"measure": "MD", "model": "quadratic"}),
        ("smd_linear", {"measure": "SMD", "model": "linear"}),
    ],
)
def test_differences_of_means_agree_with_the_reference(agree, key, options):
    expected = json.loads((ORACLE / "05_doseresponse.json").read_text())["ari"][key]
    groups = aripiprazole()
    found = dose_means(groups, **options)
    what = f"Scores by dose, {key.replace('_', ' ')}"

    def same(name, ours, theirs, rel=1e-10):
        agree(f"{what}: {name}", "ari", ours, theirs, rel=rel, reference="dosresmeta")

    same("coefficients", found.coefficients, expected["coef"])
    same("covariance", found.vcov, expected["vcov"])
    same("coefficients of the studies", found.study_coefficients, expected["bi"])
    same("log-likelihood", found.log_likelihood, expected["logLik"])
    same("AIC", found.aic, expected["AIC"])
    for name, theirs in zip(found.studies, expected["Slist"], strict=True):
        study = study_of_means([group for group in groups if group.id == name], options["measure"])
        same("covariance within studies", study.s, theirs)
    # The reference stops just above zero, where we say that there is no spread.
    np.testing.assert_allclose(found.psi, np.reshape(expected["Psi"], np.shape(found.psi)), atol=1e-12)
    assert found.boundary


GROUPS = [
    MeanGroup("A", 0, 10.0, 4.0, 40), MeanGroup("A", 5, 12.0, 4.5, 42), MeanGroup("A", 10, 13.0, 4.2, 39),
    MeanGroup("B", 0, 9.0, 5.0, 60), MeanGroup("B", 10, 12.5, 5.1, 61),
]  # fmt: skip


def test_the_sign_and_the_unit_of_the_score_carry_over_to_the_curve():
    found = dose_means(GROUPS, at=(5.0,))
    times = dose_means([replace(g, mean=-3 * g.mean, sd=3 * g.sd) for g in GROUPS], at=(5.0,))
    assert times.curve[0].difference == pytest.approx(-3 * found.curve[0].difference)
    standard = [
        dose_means(rows, measure="SMD", at=(5.0,)).curve[0].difference
        for rows in (GROUPS, [replace(g, mean=3 * g.mean + 7, sd=3 * g.sd) for g in GROUPS])
    ]
    assert standard[0] == pytest.approx(standard[1])


def test_the_order_of_rows_does_not_matter():
    assert dose_means(GROUPS[::-1]).coefficients == pytest.approx(dose_means(GROUPS).coefficients)


def test_without_shared_groups_the_differences_are_independent():
    found = study_of_means(GROUPS[:3], "MD", independent=True)
    assert found.s[0, 1] == 0
    shared = study_of_means(GROUPS[:3], "MD")
    assert shared.s[0, 1] == pytest.approx(16 / 40)
    assert np.diag(found.s) == pytest.approx(np.diag(shared.s))
    assert dose_means(GROUPS, covariance="indep").covariance == "indep"


@pytest.mark.parametrize(
    ("groups", "options", "fault", "words"),
    [
        (GROUPS[:1], {}, TooFewStudies, "Study A has one dose group only"),
        (
            [GROUPS[0], replace(GROUPS[0], row=3), GROUPS[1]],
            {},
            MissingReference,
            "two groups at its lowest dose 0",
        ),
        (
            [GROUPS[0], replace(GROUPS[1], sd=0.0, row=3)],
            {},
            ImpossibleValue,
            r"Study A \(row 3\) has 0 as sd",
        ),
        ([GROUPS[0], replace(GROUPS[1], n=1.0)], {}, ImpossibleValue, "1 as n"),
        ([GROUPS[0], replace(GROUPS[1], dose=-1.0)], {}, ImpossibleValue, "a dose of -1"),
        ([GROUPS[0], replace(GROUPS[1], mean=np.nan)], {}, NotANumber, "a number missing"),
        (GROUPS, {"measure": "ROM"}, UnknownOption, "no measure of means called 'ROM'"),
        (GROUPS, {"covariance": "gl"}, UnknownOption, "no covariance of means called 'gl'"),
    ],
)
def test_impossible_rows_are_refused_by_study(groups, options, fault, words):
    with pytest.raises(fault, match=words):
        dose_means(groups, **options)
