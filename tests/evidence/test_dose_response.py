"""Dose-response against the reference answers of dosresmeta, and the rules of the splines."""

import csv
import json

import numpy as np
import pytest

from ambulando.evidence.covariance import greenland_longnecker, pseudo_cases
from ambulando.evidence.dose import DoseGroup, basis, curve_at, dose_response, groups_from, person_year_knots
from ambulando.ground import InputError, rows_of
from places import SHARED

ORACLE = SHARED / "oracle"
needs_oracle = pytest.mark.skipif(
    not ORACLE.exists(), reason="the reference answers in ../shared are not here"
)
#: dosresmeta stops its search earlier than we do.
LOOSER = 2e-6


def answers():
    return json.loads((ORACLE / "05_doseresponse.json").read_text())


def alcohol():
    return groups_from(
        rows_of((ORACLE / "data" / "dr_alcohol_cvd.csv").read_text(), where="alcohol"), "alcohol"
    )


@needs_oracle
@pytest.mark.parametrize("kind", ["cc", "ci", "ir"])
def test_covariances_agree_with_the_reference(kind):
    expected = np.array(answers()["covar"][f"{kind}_ex"]["gl"])
    with (ORACLE / "data" / f"dr_{kind}_ex.csv").open() as file:
        rows = list(csv.DictReader(file))
    cases, n, logrr = (
        np.array([float(row[column]) for row in rows])
        for column in ("case" if kind == "cc" else "cases", "n", "logrr")
    )
    found = greenland_longnecker(cases, n, logrr[1:], np.sqrt(np.diag(expected)), kind)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@needs_oracle
@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("linear_gl_fixed", {"model": "linear", "method": "fixed"}),
        ("linear_gl_reml", {"model": "linear"}),
        ("linear_indep_fixed", {"model": "linear", "method": "fixed", "covariance": "indep"}),
        ("linear_indep_reml", {"model": "linear", "covariance": "indep"}),
        ("quadratic_reml", {"model": "quadratic"}),
    ],
)
def test_pooled_coefficients_agree_with_the_reference(key, options):
    expected = answers()["alcohol_cvd"][key]
    found = dose_response(alcohol(), **options)
    assert found.converged
    np.testing.assert_allclose(found.coefficients, expected["coef"], rtol=LOOSER)
    np.testing.assert_allclose(np.ravel(found.vcov), np.ravel(expected["vcov"]), rtol=LOOSER)
    if expected["Psi"]:
        np.testing.assert_allclose(np.ravel(found.psi), np.ravel(expected["Psi"]), rtol=LOOSER)


def study(name, *rows, kind="ir"):
    return [DoseGroup(name, kind, dose, cases, n, logrr, se) for dose, cases, n, logrr, se in rows]


TWO = [
    *study("A", (0, 100, 1000, 0.0, None), (5, 80, 1000, -0.2, 0.1), (10, 70, 1000, -0.3, 0.12)),
    *study("B", (1, 50, 600, 0.0, None), (6, 40, 600, -0.25, 0.15), (12, 30, 600, -0.45, 0.2)),
]


def test_reconstructed_cases_keep_the_total_and_give_the_odds_ratios():
    cases, n = np.array([165.0, 74, 90, 122]), np.array([337.0, 167, 186, 212])
    logrr = np.array([-0.2, 0.1, 0.5])
    found = pseudo_cases(cases, n, logrr)
    assert found.sum() == pytest.approx(cases.sum())
    odds = np.log(found / (n - found))
    np.testing.assert_allclose(odds[1:] - odds[0], logrr, atol=1e-10)


def test_the_spline_is_straight_below_the_first_and_above_the_last_knot():
    knots = (2.0, 5.0, 9.0)
    for start in (0.0, 12.0):
        bends = np.diff(basis(np.array([start, start + 0.5, start + 1.0]), "rcs", knots), n=2, axis=0)
        np.testing.assert_allclose(bends, 0, atol=1e-12)
    inside = np.diff(basis(np.array([4.0, 4.5, 5.0]), "rcs", knots), n=2, axis=0)
    assert np.abs(inside).max() > 1e-4


def test_the_curve_is_one_at_its_reference_dose():
    found = dose_response(TWO, model="linear", at=(0.0, 5.0, 10.0))
    assert found.curve[0].rr == 1
    assert found.curve[0].ci == (1, 1)
    assert found.curve[2].rr == pytest.approx(found.curve[1].rr ** 2)


def test_the_order_of_rows_does_not_matter():
    forward, backward = (dose_response(rows, model="linear") for rows in (TWO, TWO[::-1]))
    assert forward.coefficients == pytest.approx(backward.coefficients, rel=1e-9)


def test_the_reference_row_need_not_have_the_lowest_dose():
    rows = study("C", (10, 70, 1000, 0.0, None), (0, 100, 1000, 0.3, 0.1), (5, 80, 1000, 0.1, 0.1))
    assert dose_response(rows, model="linear", method="fixed").coefficients[0] < 0


def test_a_study_with_too_few_doses_is_left_out_and_named():
    short = study("Short", (0, 10, 100, 0.0, None), (5, 8, 100, -0.2, 0.4))
    found = dose_response([*TWO, *short], model="quadratic")
    assert found.k == 2
    assert found.excluded[0].study == "Short"


def test_knots_by_person_years_begin_with_the_top_quarter_of_doses():
    # The top quarter of these doses holds well over a quarter of the years, so the dose below them is taken.
    assert person_year_knots([0, 1, 2, 3], [1, 1, 1, 97]) == pytest.approx((0.0, 1.125, 2.25))
    # Here it holds almost none: the doses below are taken in until a quarter is held, which 0 completes.
    assert person_year_knots([0, 1, 2, 3], [97, 1, 1, 1])[2] == pytest.approx(0.75)


def test_curve_points_carry_the_variance_of_their_coefficients():
    (point,) = curve_at([2.0], [0.1], [[0.04]], model="linear")
    assert np.log(point.ci[1] / point.ci[0]) == pytest.approx(2 * 1.959963984540054 * 0.4)


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        (
            study("A", (0, 9, 99, 0.1, 0.1), (1, 9, 99, 0.1, 0.1)),
            {"model": "linear"},
            "Study A has no reference row",
        ),
        (study("A", (0, 9, 99, 0, None)), {"model": "linear"}, "Study A has only its reference row"),
        (
            study("A", (0, 9, 99, 0, None), (1, 9, 99, 0.1, -1)),
            {"model": "linear"},
            "Study A has a standard error of -1",
        ),
        (
            study("A", (0, 9, 5, 0, None), (1, 9, 99, 0.1, 1), kind="ci"),
            {"model": "linear"},
            "9 cases among 5",
        ),
        (
            study("A", (0, 9, 99, 0, None), (1, 9, 99, 0.1, 1), kind="xx"),
            {"model": "linear"},
            "needs one of cc, ci, ir",
        ),
        (
            study("A", (0, 0, 99, 0, None), (1, 9, 99, 0.1, 1), kind="cc"),
            {"model": "linear"},
            "Study A: A dose group has no cases",
        ),
        (TWO, {"model": "cubic"}, "no dose model called 'cubic'"),
        (TWO, {"model": "rcs", "knots": (1, 1, 2)}, "each above the one before"),
        (TWO, {"model": "linear", "method": "best"}, "way of pooling called 'best'"),
        (TWO, {"model": "linear", "covariance": "best"}, "covariance called 'best'"),
    ],
)
def test_impossible_rows_are_refused_by_study(rows, options, words):
    with pytest.raises(InputError, match=words):
        dose_response(rows, **options)


def test_studies_that_agree_to_the_last_digit_are_pooled_without_heterogeneity() -> None:
    one = [
        DoseGroup(
            f"study {number}", "ir", dose, 100.0, 10_000.0, -0.1 * dose / 10, None if dose == 0 else 0.1
        )
        for number in range(3)
        for dose in (0.0, 5.0, 10.0)
    ]
    found = dose_response(one, model="linear", method="reml", at=(10.0,))
    assert found.curve[0].rr == pytest.approx(np.exp(-0.1), abs=1e-6)
    assert np.allclose(found.psi, 0, atol=1e-6)
