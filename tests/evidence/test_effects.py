"""Effect sizes against the reference answers, and rules that always hold."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.evidence import effects
from ambulando.ground import InputError
from places import SHARED

ORACLE = SHARED / "oracle"
needs_oracle = pytest.mark.skipif(
    not ORACLE.exists(), reason="the reference answers in ../shared are not here"
)

means = st.floats(-50, 50)
sds = st.floats(0.1, 30)
sizes = st.integers(3, 500)


def columns(name: str, *wanted: str) -> list[np.ndarray]:
    with (ORACLE / "data" / name).open() as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(row[column]) for row in rows]) for column in wanted]


def answer(*path: str) -> tuple[np.ndarray, np.ndarray]:
    found = json.loads((ORACLE / "01_escalc.json").read_text())
    for part in path:
        found = found[part]
    return tuple(np.array([np.nan if x is None else x for x in found[key]]) for key in ("yi", "vi"))


def agree(found: effects.Effects, expected: tuple[np.ndarray, np.ndarray]) -> None:
    np.testing.assert_allclose(found.yi, expected[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.vi, expected[1], rtol=1e-12)


@needs_oracle
@pytest.mark.parametrize(
    ("variance", "key"), [("ls", "SMD"), ("ls2", "SMD_vtype_LS2"), ("ub", "SMD_vtype_UB")]
)
def test_hedges_g_agrees_with_the_reference(variance, key):
    data = columns("normand1999.csv", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
    agree(effects.smd(*data, variance=variance), answer("normand1999", key))


@needs_oracle
def test_mean_differences_agree_with_the_reference():
    agree(
        effects.md(*columns("normand1999.csv", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")),
        answer("normand1999", "MD"),
    )


@needs_oracle
@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_ratios_agree_with_the_reference(measure):
    agree(
        effects.two_by_two(measure, *columns("bcg.csv", "tpos", "tneg", "cpos", "cneg")),
        answer("bcg", measure),
    )


@needs_oracle
@pytest.mark.parametrize("measure", ["RR", "OR"])
@pytest.mark.parametrize(
    ("rule", "key"), [("only-zero", "only0"), ("all", "all"), ("if-any-all", "if0all"), ("none", "none")]
)
def test_zero_cells_agree_with_the_reference_under_each_rule(measure, rule, key):
    a, n1, c, n2 = columns("zero_cells.csv", "ai", "n1i", "ci", "n2i")
    found = effects.two_by_two(measure, a, n1 - a, c, n2 - c, continuity=rule)
    agree(found, answer("zero_cells", f"{measure}_{key}"))


@needs_oracle
def test_studies_without_events_in_both_arms_can_be_dropped():
    a, n1, c, n2 = columns("zero_cells.csv", "ai", "n1i", "ci", "n2i")
    agree(
        effects.two_by_two("OR", a, n1 - a, c, n2 - c, drop_double_zero=True),
        answer("zero_cells", "OR_drop00"),
    )


def test_the_rules_differ_where_only_one_arm_is_full():
    full = (10, 0, 7, 5)
    assert (
        effects.two_by_two("RR", *full, continuity="only-zero").yi
        != effects.two_by_two("RR", *full, continuity="no-events").yi
    )


def test_the_approximate_factor_is_one_minus_three_over_four_n_minus_nine():
    assert effects.correction(28, exact=False) == pytest.approx(1 - 3 / (4 * 30 - 9), rel=1e-15)
    assert effects.correction(28) == pytest.approx(0.972932, abs=1e-6)


def test_revman_variance_is_that_of_its_formula():
    found = effects.smd(8.7, 6.9, 55, 7.8, 6.5, 48, exact=False, variance="revman")
    expected = 103 / (55 * 48) + float(found.yi) ** 2 / (2 * (103 - 3.94))
    assert float(found.vi) == pytest.approx(expected, rel=1e-14)


@given(means, sds, sizes, means, sds, sizes)
def test_swapping_the_arms_turns_the_sign_and_keeps_the_variance(m1, s1, n1, m2, s2, n2):
    for measure in (effects.smd, effects.md):
        one, other = measure(m1, s1, n1, m2, s2, n2), measure(m2, s2, n2, m1, s1, n1)
        assert float(one.yi) == pytest.approx(-float(other.yi), abs=1e-12)
        assert float(one.vi) == pytest.approx(float(other.vi), rel=1e-9)


@given(means, sds, sizes, means, sds, sizes, st.floats(0.01, 100))
def test_g_does_not_know_the_unit_of_the_scale(m1, s1, n1, m2, s2, n2, unit):
    one = effects.smd(m1, s1, n1, m2, s2, n2)
    other = effects.smd(m1 * unit, s1 * unit, n1, m2 * unit, s2 * unit, n2)
    assert float(one.yi) == pytest.approx(float(other.yi), rel=1e-9, abs=1e-12)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_a_corrected_ratio_is_always_finite_and_turns_with_the_arms(a, b, c, d):
    for measure in ("RR", "OR"):
        one, other = effects.two_by_two(measure, a, b, c, d), effects.two_by_two(measure, c, d, a, b)
        assert np.isfinite(one.yi)
        assert one.vi > 0
        assert float(one.yi) == pytest.approx(-float(other.yi), abs=1e-12)


def test_unknown_names_are_refused():
    with pytest.raises(InputError, match="variance called 'x'"):
        effects.smd(1, 1, 9, 1, 1, 9, variance="x")
    with pytest.raises(InputError, match="take RR or OR"):
        effects.two_by_two("RD", 1, 2, 3, 4)
    with pytest.raises(InputError, match="continuity rule"):
        effects.two_by_two("RR", 1, 2, 3, 4, continuity="x")
