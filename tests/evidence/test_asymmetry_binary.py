"""Tests of asymmetry for events in two arms, beside the reference."""

import numpy as np
import pytest

from agreement import needs_oracle
from ambulando.evidence.checks.asymmetry_binary import TESTS, binary_test, schwarzer
from ambulando.evidence.faults import EvidenceFault, ImpossibleValue, TooFewStudies, UnknownOption
from evidence.univariate import answers, columns


def counts():
    a, b, c, d = columns("bcg.csv", "tpos", "tneg", "cpos", "cneg")
    return a, a + b, c, c + d


@needs_oracle
@pytest.mark.parametrize("name", TESTS)
def test_the_regressions_agree_with_the_reference(agree, name):
    theirs, found = answers("06_tsa_bayes_misc")["metabias_bcg"][name], binary_test(name, *counts())
    agree(
        f"Test of {name}", "bcg", [found.statistic, found.df, found.p, found.slope, found.se],
        [theirs["stat"], theirs["df"], theirs["p"], theirs["est"]], rel=1e-10, reference="meta",
    )  # fmt: skip


@needs_oracle
def test_the_rank_test_for_counts_agrees_with_the_reference(agree):
    theirs, found = answers("06_tsa_bayes_misc")["metabias_bcg"]["Schwarzer"], schwarzer(*counts())
    agree(
        "Test of Schwarzer", "bcg", [found.z, found.p_normal, found.score, found.score_se],
        [theirs["stat"], theirs["p"], theirs["est"]], rel=1e-10, reference="meta",
    )  # fmt: skip


def test_studies_without_or_with_only_events_stay_visible():
    a, n1, c, n2 = [1, 0, 5, 7, 9, 3], [20, 20, 5, 30, 44, 20], [4, 0, 9, 8, 12, 0], [21, 20, 9, 31, 40, 25]
    for name in TESTS:
        found = binary_test(name, a, n1, c, n2, studies=list("ABCDEF"))
        assert [(one.study, one.reason) for one in found.excluded] == [
            ("B", "nobody had the event"), ("C", "everybody had the event"),
        ]  # fmt: skip
        assert np.isfinite(found.p)
    assert schwarzer(a, n1, c, n2).k == 4


def test_swapping_the_arms_turns_the_slope():
    a, n1, c, n2 = [1, 5, 7, 9, 3], [20, 15, 30, 44, 20], [4, 9, 8, 12, 1], [21, 19, 31, 40, 25]
    for name in TESTS:
        one, other = binary_test(name, a, n1, c, n2), binary_test(name, c, n2, a, n1)
        assert other.slope == pytest.approx(-one.slope, rel=1e-9)
        assert other.p == pytest.approx(one.p, rel=1e-9)


@pytest.mark.parametrize(
    ("columns", "fault", "words"),
    [
        (([5, 1, 1], [4, 9, 9], [1, 2, 3], [9, 9, 9]), ImpossibleValue, r"A \(row 1\) has 5 events among 4"),
        (([0, 1, 1], [4, 9, 9], [0, 2, 3], [9, 9, 9]), TooFewStudies, "there are 2"),
        (([1, 1], [4, 9, 9], [1, 2, 3], [9, 9, 9]), EvidenceFault, "differ in length"),
    ],
)
def test_impossible_counts_are_refused(columns, fault, words):
    with pytest.raises(fault, match=words):
        binary_test("Peters", *columns, studies=["A", "B", "C"])
    with pytest.raises(UnknownOption, match="Harbord"):
        binary_test("Best", *columns, studies=["A", "B", "C"])
