"""Covariances of dose groups against the reference, and against the equations that define them."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dose import DoseGroup, dose_response
from ambulando.evidence.dose.covariance import COVARIANCES, KINDS, covariance_of, pseudo_cases
from ambulando.evidence.dose.hamling import NoEffectiveCounts, effective_counts
from ambulando.evidence.faults import ImpossibleValue, NotConverged, UnknownOption

FORM_OF = {"cc": "odds", "ci": "risk", "ir": "rate"}


def example(kind):
    """Cases and n (g,), log ratios (g - 1,), and the reference's answers."""
    expected = json.loads((ORACLE / "05_doseresponse.json").read_text())["covar"][f"{kind}_ex"]
    with (ORACLE / "data" / f"dr_{kind}_ex.csv").open() as file:
        rows = list(csv.DictReader(file))
    column = "case" if kind == "cc" else "cases"
    cases, n, logrr = (np.array([float(row[name]) for row in rows]) for name in (column, "n", "logrr"))
    return cases, n, logrr[1:], expected


@needs_oracle
@pytest.mark.parametrize("kind", KINDS)
def test_greenland_and_longnecker_agree_with_the_reference(agree, kind):
    cases, n, logrr, expected = example(kind)
    theirs = np.array(expected["gl"])
    found, note = covariance_of("gl", cases=cases, n=n, logrr=logrr, se=np.sqrt(np.diag(theirs)), kind=kind)
    assert note == ""
    # The reference keeps the cases of the reference group from its last step but one, which are 1e-7 off.
    agree(
        "Dose groups: covariance of Greenland and Longnecker",
        f"{kind}_ex",
        found,
        theirs,
        rel=2e-7,
        reference="dosresmeta",
    )


@needs_oracle
@pytest.mark.parametrize("kind", KINDS)
def test_reconstructed_cases_agree_with_the_reference(agree, kind):
    cases, n, logrr, expected = example(kind)
    theirs = np.array(expected["gl_pseudo"]["A"])
    found = pseudo_cases(cases, n, logrr, kind)
    assert expected["gl_pseudo"]["N"] == n.tolist()
    agree(
        "Dose groups: reconstructed cases",
        f"{kind}_ex",
        found[1:],
        theirs[1:],
        rel=1e-10,
        reference="dosresmeta",
    )
    agree(
        "Dose groups: reconstructed cases of the reference group",
        f"{kind}_ex",
        found[0],
        theirs[0],
        rel=1e-6,
        reference="dosresmeta",
    )


@needs_oracle
@pytest.mark.parametrize("kind", KINDS)
def test_covariances_are_those_of_the_reference_for_its_own_reconstructed_cases(kind):
    """What is left of the difference is where the reference stopped, and not the formula."""
    _, n, _, expected = example(kind)
    a, theirs = np.array(expected["gl_pseudo"]["A"]), np.array(expected["gl"])
    own = {"cc": 1 / a + 1 / (n - a), "ci": 1 / a - 1 / n, "ir": 1 / a}[kind]
    se = np.sqrt(np.diag(theirs))
    correlation = own[0] / np.sqrt(np.outer(own[0] + own[1:], own[0] + own[1:]))
    off = ~np.eye(se.size, dtype=bool)
    np.testing.assert_allclose((np.outer(se, se) * correlation)[off], theirs[off], rtol=1e-12)


@needs_oracle
@pytest.mark.parametrize("kind", KINDS)
def test_hamling_agrees_with_the_reference_as_far_as_its_search_goes(agree, kind):
    cases, n, logrr, expected = example(kind)
    theirs = np.array(expected["h"])
    found, _ = covariance_of("hamling", cases=cases, n=n, logrr=logrr, se=np.sqrt(np.diag(theirs)), kind=kind)
    # A general optimiser of two squared differences stops at about four digits of the counts.
    agree("Dose groups: covariance of Hamling", f"{kind}_ex", found, theirs, rel=5e-5, reference="dosresmeta")


@st.composite
def studies(draw):
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(KINDS))
    size = draw(st.integers(2, 7))
    n = np.round(numbers.uniform(50, 5000, size))
    cases = np.clip(np.round(n * numbers.uniform(0.02, 0.4, size)), 1, n - 1)
    below = {"cc": n - cases, "ci": n, "ir": n}[kind]
    log = np.log(cases / below)
    own = 1 / cases + {"cc": 1 / (n - cases), "ci": -1 / n, "ir": 0 * n}[kind]
    logrr = log[1:] - log[0] + numbers.normal(0, 0.15, size - 1)
    se = np.sqrt((own[1:] + own[0]) * numbers.uniform(1, 1.6, size - 1))
    return kind, cases, n, logrr, se


@settings(max_examples=150, deadline=None)
@given(studies())
def test_effective_counts_meet_every_equation_that_defines_them(study):
    kind, cases, n, logrr, se = study
    try:
        a, b = effective_counts(cases, n, logrr, se, FORM_OF[kind])
    except NoEffectiveCounts:
        assert kind == "ci"  # of odds and rates there is always a solution
        return
    below = n - cases if kind == "cc" else n
    assert a.min() > 0
    assert b.min() > 0
    np.testing.assert_allclose(np.log(a[1:] / b[1:]) - np.log(a[0] / b[0]), logrr, rtol=0, atol=1e-12)
    own = 1 / a + {"cc": 1 / b, "ci": -1 / b, "ir": 0 * b}[kind]
    np.testing.assert_allclose(own[1:] + own[0], se**2, rtol=1e-12)
    assert b[0] / b.sum() == pytest.approx(below[0] / below.sum(), rel=1e-12)
    assert b.sum() / a.sum() == pytest.approx(below.sum() / cases.sum(), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(studies())
def test_counts_that_are_not_adjusted_come_back_as_they_are(study):
    kind, cases, n, _, _ = study
    below = n - cases if kind == "cc" else n
    log = np.log(cases / below)
    own = 1 / cases + {"cc": 1 / (n - cases), "ci": -1 / n, "ir": 0 * n}[kind]
    a, b = effective_counts(cases, n, log[1:] - log[0], np.sqrt(own[1:] + own[0]), FORM_OF[kind])
    np.testing.assert_allclose(a, cases, rtol=1e-6)
    np.testing.assert_allclose(b, below, rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(studies(), st.sampled_from(COVARIANCES))
def test_every_covariance_keeps_the_standard_errors_and_is_one(study, name):
    kind, cases, n, logrr, se = study
    try:
        found, _ = covariance_of(name, cases=cases, n=n, logrr=logrr, se=se, kind=kind)
    except (NoEffectiveCounts, ImpossibleValue):
        return
    np.testing.assert_allclose(np.diag(found), se**2, rtol=1e-12)
    np.testing.assert_allclose(found, found.T)
    assert np.linalg.eigvalsh(found)[0] > 0
    order = np.random.default_rng(1).permutation(logrr.size)
    whole = np.concatenate([[0], order + 1])
    mixed, _ = covariance_of(
        name, cases=cases[whole], n=n[whole], logrr=logrr[order], se=se[order], kind=kind
    )
    np.testing.assert_allclose(mixed, found[np.ix_(order, order)], rtol=1e-9)


def test_reconstructed_cases_keep_the_total_and_give_the_ratios():
    cases, n = np.array([165.0, 74, 90, 122]), np.array([337.0, 167, 186, 212])
    logrr = np.array([-0.2, 0.1, 0.5])
    found = pseudo_cases(cases, n, logrr)
    assert found.sum() == pytest.approx(cases.sum())
    odds = np.log(found / (n - found))
    np.testing.assert_allclose(odds[1:] - odds[0], logrr, atol=1e-12)
    rates = pseudo_cases(cases, n, logrr, "ir")
    assert rates.sum() == pytest.approx(cases.sum())
    np.testing.assert_allclose(np.log(rates / n)[1:] - np.log(rates / n)[0], logrr, atol=1e-12)


#: Standard errors so small and a ratio so large that no counts of people at risk give both.
IMPOSSIBLE = {
    "cases": np.array([50.0, 45]), "n": np.array([60.0, 60]), "logrr": np.array([1.5]), "se": np.array([0.1]), "kind": "ir",
}  # fmt: skip


def test_a_study_without_effective_counts_is_named_and_falls_back_only_when_asked():
    with pytest.raises(NoEffectiveCounts, match="hamling-or-gl"):
        covariance_of("hamling", **IMPOSSIBLE)
    found, note = covariance_of("hamling-or-gl", **IMPOSSIBLE)
    assert "Greenland and Longnecker" in note
    np.testing.assert_array_equal(found, covariance_of("gl", **IMPOSSIBLE)[0])
    rows = [
        DoseGroup("Mill", "ir", 0.0, 50, 60, 0.0, None, 2),
        DoseGroup("Mill", "ir", 5.0, 45, 60, 1.5, 0.1, 3),
    ]
    with pytest.raises(NoEffectiveCounts, match=r"Study Mill \(from row 2\)") as error:
        dose_response(rows, model="linear", covariance="hamling")
    assert error.value.study == "Mill"
    assert "Study Mill" in dose_response(rows, model="linear", covariance="hamling-or-gl").notes[0]


@pytest.mark.parametrize(
    ("changes", "fault", "words"),
    [
        ({"name": "best"}, UnknownOption, "no covariance called 'best'"),
        ({"kind": "rct"}, UnknownOption, "no study type called 'rct'"),
        (
            {"name": "hamling", "cases": np.array([0.0, 0])},
            ImpossibleValue,
            "Hamling's covariance needs cases",
        ),
        ({"name": "gl", "kind": "cc", "cases": np.array([0.0, 9])}, ImpossibleValue, "no cases"),
        ({"name": "gl", "n": np.array([60.0, np.nan])}, ImpossibleValue, "cases or n is missing"),
        ({"name": "gl", "kind": "cc", "logrr": np.array([-60.0])}, NotConverged, "No numbers of cases"),
    ],
)
def test_what_no_covariance_can_be_made_of_is_refused(changes, fault, words):
    given = {"name": "gl"} | IMPOSSIBLE | changes
    with pytest.raises(fault, match=f"(?i){words}"):
        covariance_of(**given)


def test_cohorts_need_no_cases_for_greenland_and_longnecker():
    without = IMPOSSIBLE | {"cases": np.array([np.nan, np.nan])}
    np.testing.assert_array_equal(covariance_of("gl", **without)[0], covariance_of("gl", **IMPOSSIBLE)[0])
