"""Fail-safe numbers and excess significance, beside the reference."""

from itertools import product

import numpy as np
import pytest

from agreement import needs_oracle
from ambulando.evidence.checks.failsafe import KINDS, excess_significance, fail_safe
from ambulando.evidence.faults import EvidenceFault, TooFewStudies, UnknownOption
from evidence.univariate import DATASETS, answers, effects, random_studies


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("kind", KINDS)
def test_fail_safe_numbers_agree_with_the_reference(agree, name, kind):
    theirs = answers()[name]["fsn"][kind]["fsnum"]
    # The general one searches with an approximation there, of which no formula is published; 52 stand beside 50.
    rel = 0.05 if (kind, name) == ("General", "molloy2014") else 0
    agree(f"Fail-safe number, {kind}", name, fail_safe(*effects(name), kind=kind).number, theirs,
          rel=rel, reference="metafor")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_excess_significance_agrees_with_the_reference(agree, name):
    theirs, found = answers()[name]["tes"], excess_significance(*effects(name))
    # The reference integrates the power numerically. From many combinations on it takes the chi-square test.
    p = found.p_chi2 if name == "li2007" else found.p
    agree("Excess significance", name, [found.significant, found.expected, p], [theirs["O"], theirs["E"], theirs["p"]],
          rel=2e-5, reference="metafor")  # fmt: skip


def test_the_exact_p_is_that_of_all_outcomes():
    y, v = random_studies(6, 8)
    found = excess_significance(y, v)
    total = 0.0
    for outcome in product((0, 1), repeat=8):
        if sum(outcome) >= found.significant:
            total += float(np.prod(np.where(outcome, found.power, 1 - np.array(found.power))))
    assert found.p == pytest.approx(total, rel=1e-12)


def test_without_heterogeneity_the_power_is_that_of_a_z_test():
    found = excess_significance([0.2, 0.2, 0.2], [0.01, 0.04, 1.0])
    from math import erf, sqrt

    def normal(x):
        return 0.5 * (1 + erf(x / sqrt(2)))

    assert found.tau2 == 0
    assert found.power[0] == pytest.approx(normal(2 - 1.959963984540054) + normal(-2 - 1.959963984540054))


def test_the_general_number_is_the_first_that_is_no_longer_significant():
    y, v = np.array([0.5, 0.6, 0.4, 0.7]), np.full(4, 0.02)
    number = fail_safe(y, v, kind="General").number
    assert number > 4
    assert fail_safe(y / 100, v, kind="General").number == 0


def test_what_makes_no_sense_is_refused():
    with pytest.raises(EvidenceFault, match="between zero and the mean"):
        fail_safe([0.4, 0.2], [0.1, 0.1], kind="Orwin", target=-0.1)
    with pytest.raises(UnknownOption, match="Rosenthal"):
        fail_safe([0.4, 0.2], [0.1, 0.1], kind="best")
    with pytest.raises(TooFewStudies):
        excess_significance([0.4], [0.1])
    with pytest.raises(EvidenceFault, match="alpha"):
        fail_safe([0.4, 0.2], [0.1, 0.1], alpha=5)
