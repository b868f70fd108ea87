"""Effect sizes: rules that always hold, ways back from what papers print, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.evidence import effects
from ambulando.evidence.faults import UnknownOption

means = st.floats(-50, 50)
positive = st.floats(1, 50)
sds = st.floats(0.1, 30)
sizes = st.integers(3, 500)
cells = st.integers(0, 40)
people = st.integers(1, 40)
#: Measures that turn their sign when the groups are swapped (up to the last digits), and keep their variance.
TURNING = ("RR", "OR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "PBIT", "OR2D")


# Factors and variances


def test_the_approximate_factor_is_one_minus_three_over_four_n_minus_nine():
    assert effects.correction(28, exact=False) == pytest.approx(1 - 3 / (4 * 30 - 9), rel=1e-15)
    assert effects.correction(28) == pytest.approx(0.972932, abs=1e-6)


@settings(deadline=None)
@given(st.floats(3, 1e7))
def test_the_factor_keeps_its_digits_for_many_people(df):
    """Gamma(x + 1) = x gamma(x) makes J(m) J(m + 1) sqrt(m (m + 1)) = m - 1."""
    product = float(effects.correction(df) * effects.correction(df + 1))
    assert product * np.sqrt(df / (df + 1)) * (df + 1) / (df - 1) == pytest.approx(1, abs=1e-12)


def test_revman_variance_is_that_of_its_formula():
    found = effects.smd(8.7, 6.9, 55, 7.8, 6.5, 48, exact=False, variance="revman")
    expected = 103 / (55 * 48) + float(found.yi) ** 2 / (2 * (103 - 3.94))
    assert float(found.vi) == pytest.approx(expected, rel=1e-14)


def test_the_averaged_variance_passes_over_studies_without_an_effect():
    g = effects.smd([1, 2, 3], [1, 0, 1], [20, 20, 30], [0, 0, 0], [1, 0, 1], [20, 20, 30], variance="av")
    alone = effects.smd([1, 3], [1, 1], [20, 30], [0, 0], [1, 1], [20, 30], variance="av")
    assert g.vi[[0, 2]] == pytest.approx(alone.vi)
    assert np.isnan(g.vi[1])


def test_glass_takes_the_second_group_for_its_unit():
    found = effects.glass(10, 99, 20, 7, 2, 15)
    assert float(found.yi) == pytest.approx(1.5 * float(effects.correction(14)))
    assert float(found.vi) == pytest.approx(1 / 20 + 1 / 15 + float(found.yi) ** 2 / 30)


# Numbers of metafor 3.8, where its version 5 is not at hand


def test_rates_of_two_groups_are_those_of_the_reference():
    data = ([0, 3, 0, 5], [10, 20, 30, 40.5], [2, 0, 0, 7], [11, 12, 13, 14])
    ratio = effects.two_rates("IRR", *data)
    assert ratio.yi == pytest.approx(
        [-1.5141277326297753, 1.4350845252893227, -0.8362480242006183, -1.3987168811184478], rel=1e-13
    )
    assert ratio.vi == pytest.approx([2.4, 2.2857142857142856, 4, 0.3428571428571429], rel=1e-13)
    difference = effects.two_rates("IRD", *data)
    assert difference.yi == pytest.approx(
        [-0.1772727272727272, 0.1333333333333333, -0.0217948717948718, -0.3765432098765432], rel=1e-13
    )
    assert difference.vi[3] == pytest.approx(0.038762601519803166, rel=1e-13)
    root = effects.two_rates("IRSD", *data)
    assert root.yi == pytest.approx(
        [-0.4264014327112209, 0.3872983346207417, 0, -0.3557425967233943], rel=1e-13
    )
    assert root.vi[0] == pytest.approx(0.04772727272727273, rel=1e-13)


@pytest.mark.parametrize(
    ("measure", "yi", "vi"),
    [
        ("IR", [0.05, 0.15, 0.01666666666666667, 0.12345679012345678], 0.0030483158055174516),
        ("IRLN", [-2.995732273553991, -1.897119984885881, -4.0943445622221, -2.091864061678393], 0.2),
        ("IRS", [0, 0.3872983346207417, 0, 0.3513641844631533], 0.006172839506172839),
        ("IRFT", [0.15811388300841897, 0.41725596506034979, 0.09128709291752768, 0.36813218196145192], 0.006172839506172839),
    ],
)  # fmt: skip
def test_rates_of_one_group_are_those_of_the_reference(measure, yi, vi):
    found = effects.rate(measure, [0, 3, 0, 5], [10, 20, 30, 40.5])
    assert found.yi == pytest.approx(yi, rel=1e-13)
    assert found.vi[3] == pytest.approx(vi, rel=1e-13)


@pytest.mark.parametrize(
    ("measure", "yi", "vi"),
    [
        ("COR", [0.3, -0.8, 0, 0.95], [0.092011111111111113, 0.006821052631578943, 0.034482758620689655, 0.002376562500000002]),
        ("UCOR", [0.3225549115135305, -0.8083483827410799, 0, 0.9661569400160422],
         [0.089193480823255178, 0.006321724713280970, 0.034482758620689655, 0.001106918426848703]),
        ("ZCOR", [0.3095196042031118, -1.0986122886681098, 0, 1.8317808230648227], [1 / 7, 1 / 17, 1 / 27, 0.5]),
    ],
)  # fmt: skip
def test_correlations_are_those_of_the_reference(measure, yi, vi):
    found = effects.correlation(measure, [0.3, -0.8, 0, 0.95], [10, 20, 30, 5])
    assert found.yi == pytest.approx(yi, rel=1e-12)
    assert found.vi == pytest.approx(vi, rel=1e-12)


def test_proportions_of_nobody_or_everybody_are_those_of_the_reference():
    x, n = [0, 3], [5, 3]
    assert effects.proportion("PR", x, n).vi == pytest.approx([0.01273148148148148, 0.02734375], rel=1e-13)
    assert effects.proportion("PLO", x, n).yi == pytest.approx([-2.3978952727983707, 1.9459101490553132])
    assert effects.proportion("PAS", x, n).yi == pytest.approx([0, np.pi / 2])
    assert effects.proportion("PFT", x, n).yi == pytest.approx(
        [0.2102671676419826, 1.3089969389957470], rel=1e-13
    )


def test_means_of_one_group_are_those_of_the_reference():
    assert float(effects.mean("MN", 55, 47, 155).vi) == pytest.approx(14.251612903225807, rel=1e-14)
    log = effects.mean("MNLN", 55, 47, 155)
    assert float(log.yi) == pytest.approx(4.007333185232471, rel=1e-14)
    assert float(log.vi) == pytest.approx(0.0047112769928019192, rel=1e-14)


# What always holds


@settings(deadline=None)
@given(means, sds, sizes, means, sds, sizes)
def test_swapping_the_arms_turns_the_sign_and_keeps_the_variance(m1, s1, n1, m2, s2, n2):
    for measure in ("SMD", "SMDH", "MD", "RPB", "D2OR", "VR"):
        one = effects.two_means(measure, m1, s1, n1, m2, s2, n2)
        other = effects.two_means(measure, m2, s2, n2, m1, s1, n1)
        assert float(one.yi) == pytest.approx(-float(other.yi), abs=1e-12)
        assert float(one.vi) == pytest.approx(float(other.vi), rel=1e-9)


@settings(deadline=None)
@given(positive, sds, sizes, positive, sds, sizes)
def test_ratios_of_means_turn_with_the_arms(m1, s1, n1, m2, s2, n2):
    for measure in ("ROM", "CVR"):
        one = effects.two_means(measure, m1, s1, n1, m2, s2, n2)
        other = effects.two_means(measure, m2, s2, n2, m1, s1, n1)
        assert float(one.yi) == pytest.approx(-float(other.yi), rel=1e-9, abs=1e-9)
        assert float(one.vi) == pytest.approx(float(other.vi), rel=1e-9)


@settings(deadline=None)
@given(means, sds, sizes, means, sds, sizes, st.floats(0.01, 100))
def test_g_does_not_know_the_unit_of_the_scale(m1, s1, n1, m2, s2, n2, unit):
    one = effects.smd(m1, s1, n1, m2, s2, n2)
    other = effects.smd(m1 * unit, s1 * unit, n1, m2 * unit, s2 * unit, n2)
    assert float(one.yi) == pytest.approx(float(other.yi), rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(cells, people, cells, people)
def test_a_corrected_ratio_is_always_finite_and_turns_with_the_arms(a, b, c, d):
    for measure in ("RR", "OR"):
        one, other = effects.two_by_two(measure, a, b, c, d), effects.two_by_two(measure, c, d, a, b)
        assert np.isfinite(one.yi)
        assert one.vi > 0
        assert float(one.yi) == pytest.approx(-float(other.yi), abs=1e-12)


@settings(deadline=None)
@given(*([people] * 4))
def test_measures_of_events_turn_with_the_arms(a, b, c, d):
    for measure in TURNING:
        one, other = effects.two_by_two(measure, a, b, c, d), effects.two_by_two(measure, c, d, a, b)
        assert float(one.yi) == pytest.approx(-float(other.yi), rel=1e-9, abs=1e-12)
        assert float(one.vi) == pytest.approx(float(other.vi), rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(*([people] * 4))
def test_a_tetrachoric_correlation_gives_the_table_back(a, b, c, d):
    """Checked with an integral that the search does not use: over the correlation, from none to that found."""
    found = effects.two_by_two("RTET", a, b, c, d)
    n, r = a + b + c + d, float(found.yi)
    from scipy.special import ndtri

    h, k = float(ndtri((a + b) / n)), float(ndtri((a + c) / n))
    nodes, weights = np.polynomial.legendre.leggauss(200)
    angles = np.arcsin(r) * (nodes + 1) / 2
    heights = np.exp(-(h**2 - 2 * h * k * np.sin(angles) + k**2) / (2 * np.cos(angles) ** 2)) / (2 * np.pi)
    share = (a + b) / n * (a + c) / n + np.arcsin(r) / 2 * float(weights @ heights)
    assert share == pytest.approx(a / n, abs=1e-9)
    assert float(found.vi) > 0
    turned = effects.two_by_two("RTET", b, a, d, c)
    assert float(turned.yi) == pytest.approx(-r, abs=1e-9)
    assert float(turned.vi) == pytest.approx(float(found.vi), rel=1e-6)


def test_a_tetrachoric_correlation_of_halves_has_its_closed_form():
    """With both cuts at the middle it is sin(2 pi (a/n - 1/4))."""
    found = effects.two_by_two("RTET", 40, 10, 10, 40)
    assert float(found.yi) == pytest.approx(np.sin(2 * np.pi * 0.15), rel=1e-12)


def test_an_empty_cell_has_no_tetrachoric_correlation():
    found = effects.two_by_two("RTET", [0, 4], [5, 5], [6, 6], [7, 7])
    assert np.isnan(found.yi[0])
    assert np.isfinite(found.vi[1])


def test_the_rules_differ_where_only_one_arm_is_full():
    full = (10, 0, 7, 5)
    assert (
        effects.two_by_two("RR", *full, continuity="only-zero").yi
        != effects.two_by_two("RR", *full, continuity="no-events").yi
    )


def test_measures_that_need_no_correction_have_none_unless_asked():
    empty = (0, 10, 3, 7)
    assert effects.two_by_two("AS", *empty).yi == -np.arcsin(np.sqrt(0.3))
    assert effects.two_by_two("AS", *empty, continuity="only-zero").yi != effects.two_by_two("AS", *empty).yi


def test_effects_are_turned_round_when_told():
    found = effects.md([3, 1], 1, 10, [1, 2], 1, 10)
    assert effects.flipped(found).yi.tolist() == [-2, 1]
    assert effects.flipped(found).vi.tolist() == found.vi.tolist()


def test_the_scale_that_people_read():
    assert effects.natural("SMD", 0.5) is None
    assert effects.natural("RR", 0.0) == ("risk ratio", 1.0)
    name, value = effects.natural("PLO", float(effects.proportion("PLO", 3, 10).yi))
    assert (name, value) == ("proportion", pytest.approx(0.3))
    assert effects.natural("PAS", np.pi / 4) == ("proportion", pytest.approx(0.5))
    assert effects.natural("ZCOR", np.arctanh(0.3)) == ("correlation", pytest.approx(0.3))


# From what papers print


@settings(deadline=None)
@given(means, sds, sizes, means, sds, sizes)
def test_t_f_and_d_lead_to_the_same_g(m1, s1, n1, m2, s2, n2):
    g = effects.smd(m1, s1, n1, m2, s2, n2)
    pooled = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
    d = (m1 - m2) / pooled
    t = d / np.sqrt(1 / n1 + 1 / n2)
    for other in (
        effects.smd_from_d(d, n1, n2),
        effects.smd_from_t(t, n1, n2),
        effects.smd_from_f(t**2, np.sign(t), n1, n2),
    ):
        assert float(other.yi) == pytest.approx(float(g.yi), rel=1e-9, abs=1e-12)
        assert float(other.vi) == pytest.approx(float(g.vi), rel=1e-9)


@settings(deadline=None)
@given(st.floats(0.05, 8), st.sampled_from([-1, 1]), sizes, sizes)
def test_a_p_value_and_a_direction_lead_to_the_same_g(t, sign, n1, n2):
    from scipy.special import stdtr

    p = 2 * stdtr(n1 + n2 - 2, -t)
    one, other = effects.smd_from_t(sign * t, n1, n2), effects.smd_from_p(p, sign, n1, n2)
    assert float(other.yi) == pytest.approx(float(one.yi), rel=1e-6)


def test_a_p_value_that_is_none_gives_nothing():
    assert np.isnan(effects.smd_from_p([0, 1.5, -1], 1, 10, 10).yi).all()


def test_standard_deviations_come_back_from_errors_and_intervals():
    assert float(effects.sd_from_se(0.8, 25)) == pytest.approx(4)
    # 95% interval of 25 people with SD 4: t of 24 degrees of freedom is 2.0639
    assert float(effects.sd_from_interval(10 - 2.063899 * 0.8, 10 + 2.063899 * 0.8, 25)) == pytest.approx(
        4, rel=1e-6
    )
    assert float(effects.se_from_interval(-1.959964, 1.959964)) == pytest.approx(1, rel=1e-6)
    assert float(effects.se_from_interval(-1.644854, 1.644854, level=0.9)) == pytest.approx(1, rel=1e-6)
    assert float(effects.se_from_p(-1.959964, 0.05)) == pytest.approx(1, rel=1e-6)


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 60))
def test_a_table_comes_back_from_its_ratio_and_margins(a, b, c, d):
    for measure in ("OR", "RR"):
        ratio = np.exp(effects.two_by_two(measure, a, b, c, d).yi)
        found = effects.table_from_ratio(measure, ratio, a + b, c + d, a + c)
        assert [float(cell) for cell in found] == [a, b, c, d]
        exact = effects.table_from_ratio(measure, ratio, a + b, c + d, a + c, whole=False)
        assert [float(cell) for cell in exact] == pytest.approx([a, b, c, d], rel=1e-9)


def test_margins_without_a_table_give_none():
    assert np.isnan(effects.table_from_ratio("RR", 10, 20, 20, 30)).all()
    assert np.isnan(effects.table_from_ratio("OR", -1, 20, 20, 30)).all()


def test_a_median_alone_gives_no_mean():
    mean, sd = effects.mean_and_sd([6, 6], [20, 20], smallest=[np.nan, 2], largest=[np.nan, 14])
    assert np.isnan([mean[0], sd[0]]).all()
    assert np.isfinite([mean[1], sd[1]]).all()


# What is refused


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: effects.smd(1, 1, 9, 1, 1, 9, variance="x"), "variance called 'x'"),
        (
            lambda: effects.two_by_two("SMD", 1, 2, 3, 4),
            "no measure called 'SMD' for events; take one of RR, OR, RD",
        ),
        (lambda: effects.two_by_two("RR", 1, 2, 3, 4, continuity="x"), "continuity rule called 'x'"),
        (lambda: effects.two_means("RR", 1, 1, 9, 1, 1, 9), "no measure called 'RR' for means"),
        (lambda: effects.two_rates("RR", 1, 1, 9, 1), "for rates"),
        (lambda: effects.rate("RR", 1, 1), "for one rate"),
        (lambda: effects.mean("RR", 1, 1, 1), "for one mean"),
        (lambda: effects.correlation("RR", 1, 1), "for correlations"),
        (lambda: effects.proportion("RR", 1, 1), "for proportions"),
        (lambda: effects.change("RR", 1, 1, 1, 1, 1, 1), "for two times"),
        (lambda: effects.table_from_ratio("RD", 1, 1, 1, 1), "not from 'RD'"),
    ],
)
def test_unknown_names_are_refused(call, words):
    with pytest.raises(UnknownOption, match=words):
        call()


def test_every_measure_has_words_and_every_function_a_known_measure():
    names = {
        *effects.MEANS, *effects.COUNTS, *effects.RATES, *effects.CHANGES, *effects.PROPORTIONS, *effects.ONE_RATE,
        *effects.ONE_MEAN, *effects.CORRELATIONS, "GEN", "HR",
    }  # fmt: skip
    assert names == set(effects.MEASURES)
    assert set(effects.RATIO_MEASURES) < names
