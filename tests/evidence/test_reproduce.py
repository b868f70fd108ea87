"""Published beside recomputed, and the tolerances behind it."""

import numpy as np
import pytest

from ambulando.evidence import base, effects, recompute
from ambulando.evidence.pooling import pool
from ambulando.evidence.reproduce import half_unit, reproduce
from ambulando.ground import InputError
from places import SHARED

CURVE = SHARED / "data" / "pearce2022" / "MA-DR_0.75_depression-non-fatal.csv"


def test_every_figure_holds_within_its_stated_tolerance():
    rows = reproduce()
    assert len({row.id for row in rows}) == len(rows) >= 70
    assert [row.id for row in rows if not row.holds] == []
    assert {row.analysis for row in rows} == {
        one.id for one in base.analyses().values() if one.status == "recomputed"
    }


def test_cooney_post_treatment_is_as_printed():
    found = recompute.pooled("cooney2013-post")
    assert [f"{value:.2f}" for value in (found.estimate, *found.ci)] == ["-0.62", "-0.81", "-0.42"]
    assert found.weights == pytest.approx(
        [row.printed_weight for row in base.rows_for("cooney2013-post")], abs=0.02
    )


def test_cooney_completion_is_as_printed_only_under_the_right_continuity_rule():
    found = recompute.pooled("cooney2013-completion")
    assert [f"{value:.2f}" for value in (found.estimate_exp, *found.ci_exp)] == ["1.00", "0.97", "1.04"]
    rows = base.rows_for("cooney2013-completion")
    assert found.weights == pytest.approx([row.printed_weight for row in rows], abs=0.02)
    a, c = ([getattr(row, f"events_{arm}") for row in rows] for arm in ("arm", "against"))
    b, d = (
        [getattr(row, f"n_{arm}") - getattr(row, f"events_{arm}") for row in rows]
        for arm in ("arm", "against")
    )
    other = effects.two_by_two("RR", a, b, c, d, continuity="no-events")
    wrong = pool(other.yi, other.vi, method="DL", test="z", measure="RR")
    assert max(abs(ours - row.printed_weight) for ours, row in zip(wrong.weights, rows, strict=True)) > 5


def test_cooney_rows_are_as_printed_where_the_means_allow():
    found, _ = recompute.effects_of(base.rows_for("cooney2013-post"))
    printed = [row.printed_smd for row in base.rows_for("cooney2013-post")]
    # Means and standard deviations have one digit, so a difference of some hundredths is rounding.
    np.testing.assert_allclose(found.yi, printed, atol=0.035)


@pytest.mark.parametrize(
    ("analysis", "at_half", "at_full"),
    [
        ("pearce2022-any", 0.822, 0.745),
        ("pearce2022-major", 0.829, 0.751),
        ("pearce2022-symptoms", 0.799, 0.731),
    ],
)
def test_the_dose_curves_are_those_of_the_authors(analysis, at_half, at_full):
    found = recompute.dose_curve(analysis, at=(4.375, 8.75))
    assert found.converged
    assert [point.rr for point in found.curve] == pytest.approx([at_half, at_full], abs=0.001)


def test_the_knots_of_the_whole_curve_are_the_printed_ones():
    assert recompute.dose_curve("pearce2022-any").knots == pytest.approx((0, 4.092, 14.565), abs=5e-4)


@pytest.mark.skipif(not CURVE.exists(), reason="the authors' curve in ../shared is not here")
def test_the_dose_curve_stays_within_two_thousandths_of_the_authors_one():
    doses, theirs = np.loadtxt(CURVE, delimiter=",", skiprows=1, usecols=(0, 1), unpack=True)
    at = [float(dose) for dose in doses if dose <= 30][::10]
    ours = [point.rr for point in recompute.dose_curve("pearce2022-any", at=at).curve]
    np.testing.assert_allclose(ours, theirs[doses <= 30][::10], atol=0.002)


def test_half_a_unit_of_the_last_digit():
    assert [half_unit(text) for text in ("-0.62", "20.7", "0", "1.00")] == pytest.approx(
        [0.005, 0.05, 0.5, 0.005]
    )


def test_slack_for_rounded_means_is_what_rounding_gives():
    """The stated slack is derived, not chosen: twice the standard deviation from rounding every mean and SD to one digit."""
    columns = ("mean_arm", "sd_arm", "n_arm", "mean_against", "sd_against", "n_against")
    for analysis in ("cooney2013-post", "cooney2013-followup"):
        rows = base.rows_for(analysis)
        data = np.array([[float(getattr(row, column)) for row in rows] for column in columns])

        def figures(values):
            found = effects.smd(*values, exact=False, variance="revman")
            answer = pool(found.yi, found.vi, method="DL", test="z")
            return np.array([answer.estimate, answer.ci[0], answer.ci[1], answer.tau2, answer.q])

        variance = np.zeros(5)
        for column in (0, 1, 3, 4):
            for index in range(len(rows)):
                step = np.zeros_like(data)
                step[column, index] = 0.01
                variance += ((figures(data + step) - figures(data - step)) / 0.02 * 0.05) ** 2 / 3
        for quantity, expected in zip(
            ("estimate", "low", "high", "tau2", "q"), 2 * np.sqrt(variance), strict=True
        ):
            assert base.tolerances()[analysis, quantity].slack == pytest.approx(expected, rel=0.1)


def test_slack_for_the_covariance_is_below_what_the_covariance_changes():
    for analysis in ("pearce2022-any", "pearce2022-major", "pearce2022-symptoms"):
        with_it, without = (recompute.dose_curve(analysis, covariance=one) for one in ("gl", "indep"))
        change = max(abs(one.rr - other.rr) for one, other in zip(with_it.curve, without.curve, strict=True))
        assert base.tolerances()[analysis, "estimate"].slack <= change
        assert base.tolerances()[analysis, "i2"].slack <= abs(with_it.i2 - without.i2)


def test_analyses_that_cannot_be_pooled_again_are_refused_in_one_sentence():
    with pytest.raises(InputError, match="only there as published"):
        recompute.pooled("noetel2024-yoga")
    with pytest.raises(InputError, match="has a dose curve"):
        recompute.pooled("pearce2022-any")
    with pytest.raises(InputError, match="has no dose rows"):
        recompute.dose_curve("cooney2013-post")
    with pytest.raises(InputError, match="no recomputed analysis called 'nothing'"):
        recompute.pooled("nothing")
