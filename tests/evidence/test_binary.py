"""Mantel-Haenszel and Peto against metafor, and rules that always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import needs_oracle
from ambulando.evidence.faults import ImpossibleValue, NotANumber, TooFewStudies, UnknownOption
from ambulando.evidence.univariate.binary import mantel_haenszel, peto, rates_mantel_haenszel
from ambulando.ground import InputError
from evidence.univariate import answers, columns


def counts(name):
    if name == "bcg":
        return columns("bcg.csv", "tpos", "tneg", "cpos", "cneg")
    a, n1, c, n2 = columns(
        {"li2007": "li2007_es.csv", "zero": "zero_cells.csv"}[name], "ai", "n1i", "ci", "n2i"
    )
    return [a, n1 - a, c, n2 - c]


@needs_oracle
@pytest.mark.parametrize("name", ["bcg", "li2007", "zero"])
@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "PETO"])
def test_pooled_counts_agree_with_the_reference(agree, name, measure):
    table, theirs = counts(name), answers()["mh"][name][measure]
    found = peto(*table) if measure == "PETO" else mantel_haenszel(*table, measure=measure)
    ours = [found.estimate, found.se, *found.ci, found.statistic, found.p, found.q, found.q_p, found.i2]
    expected = [
        theirs["beta"],
        theirs["se"],
        *theirs["ci"],
        theirs["z"],
        theirs["p"],
        theirs["QE"],
        theirs["QEp"],
        theirs["I2"],
    ]
    if measure != "PETO":
        ours += [*found.mh, *found.tarone]
        expected += [theirs["MH"], theirs["MHp"], theirs["TA"], theirs["TAp"]]
    subject = "Peto odds ratio" if measure == "PETO" else f"Mantel-Haenszel {measure}, its tests"
    agree(subject, name, ours, expected, rel=1e-10, reference="metafor")


def test_rates_are_those_of_the_reference():
    # From metafor 3.8, rma.mh.
    table = ([3, 0, 7, 2], [100, 50, 210, 33], [6, 2, 5, 9], [110, 40, 150, 60])
    ratio, difference = (rates_mantel_haenszel(*table, measure=one) for one in ("IRR", "IRD"))
    assert (ratio.estimate, ratio.se, ratio.q) == pytest.approx(
        (-0.556271456941, 0.374632102568, 1.78513801125)
    )
    assert ratio.mh == pytest.approx((1.76671058558, 0.183789694428))
    assert (difference.estimate, difference.se, difference.q) == pytest.approx(
        (-0.0234471301835, 0.0151143520986, 2.92642837406)
    )


def test_a_single_table_has_its_own_effect():
    for measure, expected in (("OR", math.log(4 * 18 / (16 * 2))), ("RR", math.log(2)), ("RD", 0.1)):
        assert mantel_haenszel([4], [16], [2], [18], measure=measure).estimate == pytest.approx(expected)


tables = st.lists(st.tuples(*[st.integers(1, 60)] * 4), min_size=2, max_size=10)


@given(tables, st.sampled_from(["OR", "RR", "RD"]))
@settings(max_examples=60, deadline=None)
def test_the_order_of_studies_and_of_groups_does_not_matter(rows, measure):
    a, b, c, d = np.array(rows, dtype=float).T
    one, shuffled = (
        mantel_haenszel(a, b, c, d, measure=measure),
        mantel_haenszel(a[::-1], b[::-1], c[::-1], d[::-1], measure=measure),
    )
    turned = mantel_haenszel(c, d, a, b, measure=measure)
    assert shuffled.estimate == pytest.approx(one.estimate, rel=1e-9, abs=1e-12)
    assert turned.estimate == pytest.approx(-one.estimate, rel=1e-9, abs=1e-12)
    assert turned.se == pytest.approx(one.se, rel=1e-9)
    assert sum(one.weights) == pytest.approx(100)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_naming_the_other_outcome_turns_the_odds_ratio_and_the_tests_stay(rows):
    a, b, c, d = np.array(rows, dtype=float).T
    for make in (mantel_haenszel, peto):
        one, other = make(a, b, c, d), make(b, a, d, c)
        assert other.estimate == pytest.approx(-one.estimate, rel=1e-8, abs=1e-10)
        assert other.mh == pytest.approx(one.mh, rel=1e-8, nan_ok=True)
        assert other.tarone == pytest.approx(one.tarone, rel=1e-6, abs=1e-9, nan_ok=True)


@given(tables)
@settings(max_examples=40, deadline=None)
def test_the_breslow_day_counts_have_the_common_odds_ratio(rows):
    from ambulando.evidence.univariate.binary import _breslow_day

    a, b, c, d = np.array(rows, dtype=float).T
    # Tables whose cells all have the common ratio exactly have a statistic of zero.
    ratio = 3.0
    expected = a.copy()
    for index in range(a.size):
        n1, n2, m1 = a[index] + b[index], c[index] + d[index], a[index] + c[index]
        low, high = max(0.0, m1 - n2), min(n1, m1)
        for _ in range(200):
            middle = (low + high) / 2
            inside = middle * (n2 - m1 + middle) < ratio * (n1 - middle) * (m1 - middle)
            low, high = (middle, high) if inside else (low, middle)
        expected[index] = low
    plain, corrected = _breslow_day(expected, a + b, c + d, a + c, ratio, a.size - 1)
    assert plain[0] == pytest.approx(0, abs=1e-6)
    assert corrected[0] == pytest.approx(0, abs=1e-6)


def test_the_continuity_correction_can_be_left_out():
    plain, corrected = (
        mantel_haenszel([4, 5], [16, 9], [2, 3], [18, 12], correct=one) for one in (False, True)
    )
    assert plain.mh[0] > corrected.mh[0]
    assert plain.estimate == corrected.estimate


def test_a_study_without_events_is_named_in_the_notes():
    found = mantel_haenszel([0, 3], [20, 17], [0, 5], [20, 15], studies=["Empty", "Full"])
    assert "Empty has no events" in found.notes[0]
    assert mantel_haenszel([0, 3], [20, 17], [0, 5], [20, 15], measure="RD").notes == ()


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_one_study_with_events_among_others_without_has_no_heterogeneity(measure):
    found = mantel_haenszel([0, 15], [345, 373], [0, 6], [193, 63], measure=measure)
    assert (found.q, found.q_df, found.q_p, found.i2, found.h2) == (0, 0, 1, 0, 1)


def test_a_study_with_a_missing_count_is_left_out_and_listed():
    found = mantel_haenszel([3, math.nan], [17, 4], [5, 5], [15, 5], studies=["A", "B"])
    assert (found.k, found.excluded[0].study, found.excluded[0].row) == (1, "B", 2)


@pytest.mark.parametrize(
    ("job", "fault", "sentence"),
    [
        (lambda: mantel_haenszel([-1], [2], [3], [4]), ImpossibleValue, "Study 1 .row 1. has -1 as ai"),
        (lambda: mantel_haenszel([0], [0], [3], [4]), ImpossibleValue, "group without people"),
        (lambda: mantel_haenszel([0], [5], [0], [4]), TooFewStudies, "no pooled OR"),
        (lambda: peto([0], [5], [0], [4]), TooFewStudies, "no Peto odds ratio"),
        (lambda: mantel_haenszel(["x"], [5], [0], [4]), NotANumber, "'x'"),
        (lambda: mantel_haenszel([1, 2], [5], [0], [4]), InputError, "different lengths"),
        (lambda: mantel_haenszel([math.nan], [5], [0], [4]), TooFewStudies, "all four counts"),
        (lambda: mantel_haenszel([1], [5], [1], [4], measure="HR"), UnknownOption, "not HR"),
        (lambda: rates_mantel_haenszel([1], [0], [1], [4]), ImpossibleValue, "without person-time"),
        (lambda: rates_mantel_haenszel([0], [3], [1], [4]), TooFewStudies, "no pooled IRR"),
    ],
)
def test_counts_that_cannot_be_pooled_are_refused_in_one_sentence(job, fault, sentence):
    with pytest.raises(fault, match=sentence):
        job()
