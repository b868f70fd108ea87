"""One pooled curve from many studies: against the reference answers of dosresmeta, and the rules that always hold."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import ORACLE, needs_oracle
from ambulando.evidence.dose import DoseGroup, basis, curve_at, dose_response, groups_from, person_year_knots
from ambulando.evidence.dose.basis import quantile_knots
from ambulando.evidence.faults import (
    ImpossibleValue,
    MissingReference,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.univariate import pooling
from ambulando.ground import rows_of

REFERENCE = "dosresmeta"
#: dosresmeta reconstructs cases to about 1e-7, and Hamling's counts by a general search to about 1e-5; mixmeta's search for
#: maximum likelihood stops at about 1e-5 of psi. Where neither is used, agreement is to rounding.
STOPS = {"gl": 2e-6, "h": 1e-4, "indep": 1e-6}


def answers():
    return json.loads((ORACLE / "05_doseresponse.json").read_text())


def alcohol():
    return groups_from(
        rows_of((ORACLE / "data" / "dr_alcohol_cvd.csv").read_text(), where="alcohol"), "alcohol"
    )


ENTRIES = {
    "single_study_trend_gl": {"model": "linear", "covariance": "gl"},
    "quadratic_reml": {"model": "quadratic", "covariance": "gl", "method": "reml"},
} | {
    f"linear_{short}_{method}": {"model": "linear", "covariance": name, "method": method}
    for short, name in (("gl", "gl"), ("h", "hamling"), ("indep", "indep"))
    for method in ("fixed", "reml", "ml", "mm")
}


@needs_oracle
def test_every_reference_answer_is_compared():
    assert set(answers()["alcohol_cvd"]) - set(ENTRIES) == {"waldtest_quad"}
    assert answers()["alcohol_cvd"]["waldtest_quad"] == []


@needs_oracle
@pytest.mark.parametrize("key", ENTRIES)
def test_pooled_coefficients_agree_with_the_reference(agree, key):
    expected = answers()["alcohol_cvd"][key]
    options = ENTRIES[key]
    groups = alcohol()
    if key.startswith("single"):
        groups = [group for group in groups if group.id == groups[0].id]
    found = dose_response(groups, **options)
    assert found.converged
    short = {"hamling": "h"}.get(options["covariance"], options["covariance"])
    rel = max(STOPS[short], 2e-5 if options.get("method") == "ml" and short == "gl" else 0)
    what = f"Dose-response, {key.replace('_', ' ')}"
    agree(
        f"{what}: coefficients",
        "alcohol_cvd",
        found.coefficients,
        expected["coef"],
        rel=rel,
        reference=REFERENCE,
    )
    agree(f"{what}: covariance", "alcohol_cvd", found.vcov, expected["vcov"], rel=rel, reference=REFERENCE)
    agree(f"{what}: standard errors", "alcohol_cvd", found.se, expected["se"], rel=rel, reference=REFERENCE)
    if expected["Psi"]:
        agree(f"{what}: psi", "alcohol_cvd", found.psi, expected["Psi"], rel=rel, reference=REFERENCE)
    if expected["bi"]:
        agree(
            f"{what}: coefficients of the studies", "alcohol_cvd", found.study_coefficients, expected["bi"],
            rel=rel, reference=REFERENCE,
        )  # fmt: skip
    if expected["logLik"] is not None:
        agree(
            f"{what}: log-likelihood",
            "alcohol_cvd",
            found.log_likelihood,
            expected["logLik"],
            rel=rel,
            reference=REFERENCE,
        )
        agree(f"{what}: AIC", "alcohol_cvd", found.aic, expected["AIC"], rel=rel, reference=REFERENCE)
    else:
        assert np.isnan(found.log_likelihood)


@needs_oracle
def test_with_given_covariances_the_answers_are_those_of_the_reference_to_the_last_digits(agree):
    for method, rel in (("fixed", 1e-10), ("mm", 1e-10), ("reml", 2e-8), ("ml", 1e-6)):
        expected = answers()["alcohol_cvd"][f"linear_indep_{method}"]
        found = dose_response(alcohol(), model="linear", covariance="indep", method=method)
        agree(
            f"Dose-response without covariances, {method}", "alcohol_cvd",
            [found.coefficients, found.vcov], [expected["coef"], expected["vcov"]], rel=rel, reference=REFERENCE,
        )  # fmt: skip


def study(name, *rows, kind="ir"):
    return [DoseGroup(name, kind, dose, cases, n, logrr, se) for dose, cases, n, logrr, se in rows]


TWO = [
    *study("A", (0, 100, 1000, 0.0, None), (5, 80, 1000, -0.2, 0.1), (10, 70, 1000, -0.3, 0.12)),
    *study("B", (1, 50, 600, 0.0, None), (6, 40, 600, -0.25, 0.15), (12, 30, 600, -0.45, 0.2)),
]


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


REF = (0, 9, 99, 0, None)


@pytest.mark.parametrize(
    ("rows", "options", "fault", "words"),
    [
        (study("A", (0, 9, 99, 0.1, 0.1), (1, 9, 99, 0.1, 0.1)), {}, MissingReference, "Study A has no reference row"),
        (study("A", REF, REF, (1, 9, 99, 0.1, 0.1)), {}, MissingReference, "Study A has 2 reference rows"),
        (study("A", (0, 9, 99, 0.2, None), (1, 9, 99, 0.1, 1)), {}, MissingReference, "a logrr of 0.2 in its reference row"),
        (study("A", REF), {}, TooFewStudies, "Study A has only its reference row"),
        (study("A", REF, (1, 9, 99, 0.1, -1)), {}, NegativeVariance, "Study A has a standard error of -1"),
        (study("A", REF, (1, 9, 99, 0.1, 0.0)), {}, ImpossibleValue, "Study A has a standard error of 0"),
        (study("A", (0, 9, 5, 0, None), (1, 9, 99, 0.1, 1), kind="ci"), {}, ImpossibleValue, "9 cases among 5"),
        (study("A", REF, (1, -2, 99, 0.1, 1)), {}, ImpossibleValue, "-2 cases among 99"),
        (study("A", REF, (1, 9, 99, 0.1, 1), kind="xx"), {}, ImpossibleValue, "needs one of cc, ci, ir"),
        (study("A", REF, (-1, 9, 99, 0.1, 1)), {}, ImpossibleValue, "a dose of -1"),
        (study("A", REF, (np.nan, 9, 99, 0.1, 1)), {}, NotANumber, "Study A has no dose"),
        (study("A", REF, (1, 9, 99, np.nan, 1)), {}, NotANumber, "a number missing at dose 1"),
        (study("A", REF, (1, 9, 99, 300, 1)), {}, ImpossibleValue, "the logarithm of the ratio"),
        (study("A", REF, (1, 9, np.nan, 0.1, 1)), {}, ImpossibleValue, "cases or n is missing"),
        (study("A", (0, 0, 99, 0, None), (1, 9, 99, 0.1, 1), kind="cc"), {}, ImpossibleValue, "Study A: a dose group has no cases"),
        (study("A", REF, (0, 9, 99, 0.1, 1)), {}, TooFewStudies, "No study has enough dose groups"),
        ([], {}, TooFewStudies, "no dose group"),
        (TWO, {"model": "cubic"}, UnknownOption, "no dose model called 'cubic'"),
        (TWO, {"model": "rcs", "knots": (1, 1, 2)}, ImpossibleValue, "each above the one before"),
        (TWO, {"method": "best"}, UnknownOption, "way of pooling called 'best'"),
        (TWO, {"covariance": "best"}, UnknownOption, "covariance called 'best'"),
        (TWO, {"stages": 3}, UnknownOption, "1 or 2 stages"),
        (TWO, {"stages": 1, "method": "mm"}, UnknownOption, "One stage is fitted by"),
        (TWO, {"level": 95}, ImpossibleValue, "level 95"),
    ],
)  # fmt: skip
def test_impossible_rows_and_options_are_refused_by_name(rows, options, fault, words):
    with pytest.raises(fault, match=words):
        dose_response(rows, **({"model": "linear"} | options))


def test_a_fault_names_the_row_of_the_table():
    rows = [
        replace(group, row=number)
        for number, group in enumerate(study("A", REF, (1, 9, 99, 0.1, -1)), start=2)
    ]
    with pytest.raises(NegativeVariance, match=r"Study A \(row 3\)") as error:
        dose_response(rows, model="linear")
    assert (error.value.row, error.value.study) == (3, "A")


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


@st.composite
def many(draw):
    """Studies of three to five dose groups each, with any reference row."""
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = []
    for name in range(draw(st.integers(2, 6))):
        doses = np.sort(numbers.uniform(0, 30, draw(st.integers(3, 5))))
        n = numbers.uniform(500, 5000, doses.size)
        kind = str(numbers.choice(["ir", "ci", "cc"]))
        cases = np.maximum(n * numbers.uniform(0.05, 0.3, doses.size), 2)
        slope = numbers.normal(-0.02, 0.02)
        reference = int(numbers.integers(0, doses.size))
        for index, dose in enumerate(doses):
            own = index == reference
            logrr = 0.0 if own else slope * (dose - doses[reference]) + numbers.normal(0, 0.1)
            se = None if own else float(numbers.uniform(0.1, 0.4))
            rows.append(
                DoseGroup(
                    f"S{name}", kind, float(dose), float(cases[index]), float(n[index]), float(logrr), se
                )
            )
    return rows


def agree_on_curve(one, other, *, rel=1e-6):
    assert [point.rr for point in one.curve] == pytest.approx([point.rr for point in other.curve], rel=rel)
    assert np.ravel([point.ci for point in one.curve]) == pytest.approx(
        np.ravel([point.ci for point in other.curve]), rel=rel
    )


@settings(max_examples=25, deadline=None)
@given(many(), st.randoms(use_true_random=False), st.sampled_from(["fixed", "ml", "reml"]))
def test_neither_the_order_of_rows_nor_the_unit_of_dose_changes_the_curve(rows, random, method):
    at = (5.0, 20.0)
    before = dose_response(rows, model="quadratic", method=method, at=at)
    mixed = list(rows)
    random.shuffle(mixed)
    agree_on_curve(before, dose_response(mixed, model="quadratic", method=method, at=at))
    minutes = [replace(group, dose=group.dose * 60) for group in rows]
    after = dose_response(minutes, model="quadratic", method=method, at=[one * 60 for one in at])
    # (Of mm this holds for a line only: where psi is cut off at zero, the cut depends on the unit.)
    agree_on_curve(before, after)
    assert after.q == pytest.approx(before.q, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(many(), st.sampled_from(["fixed", "ml", "reml"]), st.sampled_from(["linear", "quadratic"]))
def test_one_stage_is_two_stages_when_every_study_can_be_fitted_alone(rows, method, model):
    """With covariances that are known, a study's own coefficients say all that its groups say about the common ones."""
    one, two = (
        dose_response(rows, model=model, method=method, stages=stages, at=(5.0, 20.0)) for stages in (1, 2)
    )
    agree_on_curve(one, two)
    np.testing.assert_allclose(one.psi, two.psi, rtol=1e-4, atol=1e-9)
    # What differs is the fit within studies, which counts in Q of the groups.
    assert one.q >= two.q - 1e-8
    assert one.q_df == two.q_df + sum(
        len([g for g in rows if g.id == name]) - 1 for name in two.studies
    ) - two.k * len(two.coefficients)


@settings(max_examples=25, deadline=None)
@given(many())
def test_one_coefficient_is_pooled_as_any_effect(rows):
    for method in ("reml", "ml"):
        found = dose_response(rows, model="linear", method=method)
        single = [dose_response([g for g in rows if g.id == name], model="linear") for name in found.studies]
        expected = pooling.pool(
            [one.coefficients[0] for one in single],
            [one.vcov[0][0] for one in single],
            method=method.upper(),
            test="z",
        )
        assert found.coefficients[0] == pytest.approx(expected.estimate, rel=1e-6, abs=1e-9)
        assert found.psi[0][0] == pytest.approx(expected.tau2, rel=1e-5, abs=1e-9)


def moved_to(rows, index):
    """Rate ratios of one study against another of its groups, with the standard errors that their counts give."""
    log_rate = np.array([np.log(group.cases / group.n) for group in rows])
    return [
        replace(
            group,
            logrr=0.0 if number == index else float(log_rate[number] - log_rate[index]),
            se=None if number == index else float(np.sqrt(1 / group.cases + 1 / rows[index].cases)),
        )
        for number, group in enumerate(rows)
    ]


@pytest.mark.parametrize("covariance", ["gl", "hamling-strict"])
def test_crude_rates_give_the_same_trend_whichever_group_is_the_reference(covariance):
    """Where ratios and standard errors are those of the counts, so are the covariances: no group is special."""
    rows = study("A", (0, 100, 5000, 0, None), (4, 80, 5200, 0, 1), (9, 60, 4000, 0, 1), (20, 55, 4500, 0, 1))
    found = [
        dose_response(
            moved_to(rows, index), model="quadratic", covariance=covariance, at=(10.0,), reference=0.0
        )
        for index in range(4)
    ]
    for other in found[1:]:
        agree_on_curve(found[0], other, rel=1e-9)
        np.testing.assert_allclose(other.vcov, found[0].vcov, rtol=1e-8)


def test_one_stage_keeps_a_study_that_has_fewer_groups_than_coefficients():
    short = study("Short", (0, 100, 1000, 0.0, None), (5, 80, 1000, -0.2, 0.1))
    one = dose_response([*TWO, *short], model="quadratic", stages=1, method="fixed")
    assert one.k == 3
    assert not one.excluded
    without = dose_response(TWO, model="quadratic", stages=1, method="fixed")
    assert np.linalg.det(one.vcov) < np.linalg.det(without.vcov)


def test_one_study_is_not_said_to_differ_from_others():
    found = dose_response(study("A", REF, (1, 9, 99, 0.1, 0.4), (2, 8, 99, 0.3, 0.5)), model="linear")
    assert found.psi == ((0.0,),)
    assert found.q_df == 1
    assert "one study" in found.notes[0]


def test_doses_that_nobody_had_are_called_an_extrapolation():
    found = dose_response(TWO, model="linear", at=(6.0, 40.0))
    assert any("40 is outside the doses of the studies (0 to 12)" in note for note in found.notes)
    assert not any("outside" in note for note in dose_response(TWO, model="linear", at=(6.0,)).notes)


def test_the_curve_is_against_the_lowest_dose_unless_asked_otherwise():
    high = [replace(group, dose=group.dose + 10) for group in TWO]
    found = dose_response(high, model="linear", at=(10.0,))
    assert (found.reference, found.curve[0].rr) == (10.0, 1.0)
    (point,) = dose_response(high, model="linear", at=(10.0,), reference=12.0).curve
    assert np.log(point.rr) == pytest.approx(-2 * found.coefficients[0])


def test_a_bend_is_tested_where_there_is_one():
    assert dose_response(TWO, model="linear").curvature is None
    bent = dose_response(alcohol_like(), model="quadratic", method="fixed")
    assert bent.curvature is not None
    assert bent.curvature.statistic == pytest.approx((bent.coefficients[1] / bent.se[1]) ** 2)
    assert bent.trend.df == 2


def alcohol_like():
    return [*TWO, *study("C", (0, 90, 900, 0.0, None), (4, 80, 950, -0.1, 0.1), (11, 70, 900, 0.1, 0.15))]


def test_knots_lie_at_quantiles_of_the_doses():
    assert quantile_knots(range(101), 3) == (10.0, 50.0, 90.0)
    assert quantile_knots(range(101), 4) == (5.0, 35.0, 65.0, 95.0)
    with pytest.raises(ImpossibleValue, match="fall together"):
        quantile_knots([0, 0, 0, 0, 1, 2], 3)
    with pytest.raises(UnknownOption, match="3 to 7"):
        quantile_knots(range(9), 2)


def test_a_result_carries_where_it_comes_from():
    found = dose_response(TWO, model="linear")
    other = dose_response([replace(TWO[1], logrr=-0.21), TWO[0], *TWO[2:]], model="linear")
    assert found.data_hash != other.data_hash
    assert found.options["covariance"] == "gl"
    assert set(found.versions) == {"ambulando", "numpy", "scipy"}


@needs_oracle
@pytest.mark.parametrize(
    ("method", "coefficients", "psi", "log_likelihood"),
    [
        ("reml", [-0.0263490535411, 0.1303989426727], [3.348314037e-4, -1.822131235e-3, 9.915922458e-3], -5.05738772068),
        ("ml", [-0.0220778642616, 0.0875220346665], [0, 0, 0], -5.79907626105),
    ],
)  # fmt: skip
def test_one_stage_with_a_short_study_agrees_with_a_general_mixed_model(
    agree, method, coefficients, psi, log_likelihood
):
    """The answers of metafor 3.8 (rma.mv, struct GEN) for the same contrasts; Bobak keeps one group besides its reference."""
    groups = [group for group in alcohol() if not (group.id == "2 Bobak" and group.dose > 20)]
    found = dose_response(groups, model="rcs", knots=(1.0, 16.0, 60.0), stages=1, method=method)
    assert found.k == 6
    assert found.boundary
    what = f"Dose-response in one stage, spline, {method}"
    agree(
        f"{what}: coefficients",
        "alcohol_cvd",
        found.coefficients,
        coefficients,
        rel=1e-7,
        reference="metafor",
    )
    agree(
        f"{what}: log-likelihood",
        "alcohol_cvd",
        found.log_likelihood,
        log_likelihood,
        rel=1e-10,
        reference="metafor",
    )
    ours = [found.psi[0][0], found.psi[0][1], found.psi[1][1]]
    agree(f"{what}: psi", "alcohol_cvd", ours, psi, rel=2e-6, reference="metafor")


def test_an_unknown_covariance_is_no_fault_of_a_study():
    with pytest.raises(UnknownOption, match=r"^There is no covariance called 'best'"):
        dose_response(study("A", REF, (5, 9, 99, 0.1, 1)), covariance="best", model="linear")


def test_studies_without_two_doses_are_named_and_the_repair_is_one_that_helps():
    with pytest.raises(TooFewStudies, match=r"\(A: .*\); add a study of two or more different doses\.$"):
        dose_response(study("A", REF, (0, 9, 99, 0.1, 1)), model="linear")
    with pytest.raises(TooFewStudies, match=r"\(A: .*\); take the linear model or one stage\.$"):
        dose_response(study("A", REF, (5, 9, 99, 0.1, 1)), model="quadratic")
