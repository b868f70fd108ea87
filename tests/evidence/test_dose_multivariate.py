"""Several outcomes pooled together, against mixmeta and metafor, and the rules that always hold."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dose import multivariate
from ambulando.evidence.dose.mixed import answer, block
from ambulando.evidence.faults import (
    CollinearModerators,
    ImpossibleValue,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.univariate import pooling

#: mixmeta stops its search where the likelihood still rises by 4e-7, and psi by 1e-3 of itself.
LOOSE = 2e-3
METHODS = ("fixed", "ml", "reml", "mm", "vc")


def berkey():
    with (ORACLE / "data" / "mixmeta_berkey98.csv").open() as file:
        rows = list(csv.DictReader(file))
    column = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    y = np.column_stack([column["PD"], column["AL"]])
    s = np.array(
        [[column["var_PD"], column["cov_PD_AL"]], [column["cov_PD_AL"], column["var_AL"]]]
    ).transpose(2, 0, 1)
    return y, s, column["pubyear"]


def answers():
    return json.loads((ORACLE / "05_doseresponse.json").read_text())["mixmeta_berkey98"]


def estimates(found):
    return [one.estimate for one in found.coefficients]


@needs_oracle
@pytest.mark.parametrize("method", METHODS)
def test_pooled_outcomes_agree_with_the_reference(agree, method):
    y, s, _ = berkey()
    expected, found = answers()[method], multivariate(y, s, method=method)
    rel = {"fixed": 1e-10, "mm": 1e-10, "vc": 1e-8}.get(method, LOOSE)
    what = f"Two outcomes, {method}"
    agree(
        f"{what}: coefficients", "berkey98", estimates(found), expected["coef"], rel=rel, reference="mixmeta"
    )
    agree(f"{what}: covariance", "berkey98", found.vcov, expected["vcov"], rel=rel, reference="mixmeta")
    if expected["Psi"]:
        agree(f"{what}: psi", "berkey98", found.psi, expected["Psi"], rel=rel, reference="mixmeta")
    if expected["ll"] is not None:
        agree(
            f"{what}: log-likelihood",
            "berkey98",
            found.log_likelihood,
            expected["ll"],
            rel=2e-7,
            reference="mixmeta",
        )
        # The summit is ours: the likelihood at the psi of the reference is no higher.
        blocks = [block(one, np.eye(2), cov) for one, cov in zip(y, s, strict=True)]
        theirs = answer(blocks, np.array(expected["Psi"] or np.zeros((2, 2))), method)
        assert found.log_likelihood >= theirs.log_likelihood


@needs_oracle
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_pooled_outcomes_agree_with_a_tighter_search(agree, method):
    y, s, _ = berkey()
    expected = json.loads((ORACLE / "03_mv_robust.json").read_text())["berkey1998"][f"un_{method}"]
    found = multivariate(y, s, method=method)
    agree(
        f"Two outcomes, {method}, tight",
        "berkey1998",
        estimates(found)[::-1],
        expected["beta"],
        rel=1e-6,
        reference="metafor",
    )
    ours = [found.psi[1][1], found.psi[0][0]]
    agree(
        f"Two outcomes, {method}, tight: tau2",
        "berkey1998",
        ours,
        expected["tau2"],
        rel=1e-6,
        reference="metafor",
    )
    rho = found.psi[0][1] / np.sqrt(found.psi[0][0] * found.psi[1][1])
    agree(
        f"Two outcomes, {method}, tight: rho",
        "berkey1998",
        rho,
        expected["rho"],
        rel=1e-6,
        reference="metafor",
    )


@needs_oracle
def test_a_moderator_of_two_outcomes_agrees_with_the_reference(agree):
    y, s, year = berkey()
    expected, found = answers()["pubyear"], multivariate(y, s, moderators={"pubyear": year})
    agree(
        "Two outcomes by year: coefficients",
        "berkey98",
        estimates(found),
        expected["coef"],
        rel=LOOSE,
        reference="mixmeta",
    )
    agree(
        "Two outcomes by year: covariance",
        "berkey98",
        found.vcov,
        expected["vcov"],
        rel=LOOSE,
        reference="mixmeta",
    )
    agree("Two outcomes by year: psi", "berkey98", found.psi, expected["Psi"], rel=LOOSE, reference="mixmeta")
    assert [(one.outcome, one.moderator) for one in found.coefficients[1:3]] == [
        ("outcome 2", ""),
        ("outcome 1", "pubyear"),
    ]
    assert found.qm is not None
    assert found.qm.df == 2


@needs_oracle
def test_heterogeneity_of_all_and_of_each_outcome_agrees_with_the_reference(agree):
    y, s, _ = berkey()
    expected, found = answers()["qtest"], multivariate(y, s)
    parts = found.q_outcomes
    agree(
        "Two outcomes: Q",
        "berkey98",
        [found.q, *(one.q for one in parts)],
        expected["Q"],
        rel=1e-10,
        reference="mixmeta",
    )
    assert [found.q_df, *(one.df for one in parts)] == expected["df"]
    # The reference prints p below its last digit as zero.
    agree(
        "Two outcomes: p of Q",
        "berkey98",
        [one.p for one in parts[:1]],
        expected["p"][1:2],
        rel=1e-8,
        reference="mixmeta",
    )
    assert max(found.q_p, parts[1].p) < 1e-15


@st.composite
def outcomes(draw, p=2, least=4):
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(least, 12))
    root = numbers.normal(size=(p, p)) * draw(st.sampled_from([0.0, 0.5, 2.0]))
    s = np.array([(lambda a: a @ a.T / 8)(numbers.normal(size=(p, p + 2))) for _ in range(k)])
    y = numbers.normal(size=(k, p)) @ root.T + np.array(
        [numbers.multivariate_normal(np.ones(p), one) for one in s]
    )
    return y, s


@settings(max_examples=25, deadline=None)
@given(outcomes(), st.sampled_from(["fixed", "ml", "reml"]))
def test_linear_changes_of_the_outcomes_change_the_answer_alike(case, method):
    y, s = case
    turn = np.array([[2.0, 0.3], [-1.0, 50.0]])
    before = multivariate(y, s, method=method)
    after = multivariate(y @ turn.T, turn @ s @ turn.T, method=method)
    scale = np.abs(turn) @ np.abs(estimates(before)) + np.sqrt(np.diag(turn @ np.array(before.vcov) @ turn.T))
    np.testing.assert_allclose(
        np.array(estimates(after)) / scale, turn @ estimates(before) / scale, atol=1e-6
    )
    assert after.q == pytest.approx(before.q, rel=1e-8)
    assert after.boundary == before.boundary


@settings(max_examples=25, deadline=None)
@given(outcomes(), st.sampled_from(METHODS))
def test_the_order_of_studies_does_not_matter(case, method):
    y, s = case
    order = np.random.default_rng(0).permutation(len(y))
    one, other = multivariate(y, s, method=method), multivariate(y[order], s[order], method=method)
    np.testing.assert_allclose(estimates(one), estimates(other), rtol=1e-5, atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(outcomes(p=1), st.sampled_from([("reml", "REML"), ("ml", "ML"), ("mm", "DL"), ("fixed", "EE")]))
def test_one_outcome_is_pooled_as_any_effect(case, methods):
    y, s = case
    found = multivariate(y, s, method=methods[0])
    expected = pooling.pool(y[:, 0], s[:, 0, 0], method=methods[1], test="z")
    assert estimates(found)[0] == pytest.approx(expected.estimate, rel=1e-6)
    assert found.psi[0][0] == pytest.approx(expected.tau2, rel=1e-5, abs=1e-9)
    assert found.q == pytest.approx(expected.q, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(outcomes(), st.sampled_from(["fixed", "ml", "reml", "mm", "vc"]))
def test_outcomes_that_were_not_measured_are_as_outcomes_without_information(case, method):
    """The limit of a variance without end, which is how a missing outcome is often given to software without them."""
    y, s = case
    y, s = y.copy(), s.copy()
    y[0, 1] = np.nan
    found = multivariate(y, s, method=method)
    if method in ("mm", "vc"):
        assert np.all(np.isfinite(np.array(found.psi)))
        return
    y[0, 1] = 0.0
    s[0, 0, 1] = s[0, 1, 0] = 0.0
    s[0, 1, 1] = 1e9
    np.testing.assert_allclose(
        estimates(found), estimates(multivariate(y, s, method=method)), rtol=1e-4, atol=1e-5
    )


def test_no_neighbour_of_the_answer_is_likelier():
    """Also where psi has no full rank, which is the rule with few studies."""
    numbers = np.random.default_rng(3)
    edges = 0
    for p in (1, 2, 3):
        for _ in range(6):
            k = int(numbers.integers(p + 1, 12))
            s = np.array([(lambda a: a @ a.T / 8)(numbers.normal(size=(p, p + 2))) for _ in range(k)])
            y = numbers.normal(size=(k, p)) * numbers.choice([0.1, 1.0])
            found = multivariate(y, s, method="reml")
            edges += found.boundary
            blocks = [block(one, np.eye(p), cov) for one, cov in zip(y, s, strict=True)]
            for _ in range(20):
                a = numbers.normal(size=(p, p))
                near = np.array(found.psi) + 1e-3 * a @ a.T
                assert answer(blocks, near, "reml").log_likelihood <= found.log_likelihood + 1e-9
                shrunk = np.array(found.psi) * numbers.uniform(0.5, 1)
                assert answer(blocks, shrunk, "reml").log_likelihood <= found.log_likelihood + 1e-9
    assert edges > 3


Y = [[0.1, 0.2], [0.3, 0.1], [0.2, 0.5], [0.4, 0.3]]
S = [[[0.1, 0.02], [0.02, 0.1]]] * 4


def changed(where, value):
    s = np.array(S)
    s[where] = value
    return s


@pytest.mark.parametrize(
    ("y", "s", "options", "fault", "words"),
    [
        (Y, S[:3], {}, ImpossibleValue, "covariances of shape"),
        (Y, S, {"method": "best"}, UnknownOption, "'best'"),
        (Y, S, {"level": 95}, ImpossibleValue, "level"),
        (Y, S, {"studies": ["A"]}, ImpossibleValue, "one entry for each study"),
        (Y, changed((1, 0, 0), -1), {}, NegativeVariance, r"Study 2 \(row 2\) has a negative variance"),
        (Y, changed((1, 0, 1), 0.05), {}, ImpossibleValue, "a covariance within it that cannot be"),
        (Y, changed((2, slice(None), slice(None)), 0.1), {}, ImpossibleValue, "Study 3"),
        (Y, changed((1, [0, 1], [1, 0]), np.nan), {}, NotANumber, "a covariance missing"),
        (np.full((4, 2), np.nan), S, {}, TooFewStudies, "nothing to pool"),
        (Y, S, {"moderators": {"one": [1, 1, 1, 1]}}, CollinearModerators, "told apart"),
        (Y[:1], S[:1], {"method": "mm"}, TooFewStudies, "how they differ"),
        (Y[:1], S[:1], {"method": "vc"}, TooFewStudies, "one study"),
    ],
)
def test_what_cannot_be_pooled_is_refused_by_name(y, s, options, fault, words):
    with pytest.raises(fault, match=words):
        multivariate(y, s, **options)


def test_studies_without_an_outcome_or_a_moderator_are_left_out_and_listed():
    y = [*Y, [np.nan, np.nan], [0.2, 0.2]]
    found = multivariate(
        y, [*S, *S[:2]], moderators={"dose": [1, 2, 3, 5, 4, np.nan]}, studies=list("ABCDEF")
    )
    assert [(one.row, one.study, one.reason) for one in found.excluded] == [
        (5, "E", "no outcome with a variance"),
        (6, "F", "a moderator is missing"),
    ]
    assert found.studies == tuple("ABCD")
