"""Sequential boundaries beside published tables, the reference, and simulation-free rules."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from agreement import needs_oracle
from ambulando.evidence.faults import EvidenceFault, UnknownOption
from ambulando.evidence.monitoring.boundaries import Looks, boundaries, crossing, spent, wedge
from evidence.univariate import answers


def of_reference(name):
    return answers("06_tsa_bayes_misc")[name]


@needs_oracle
def test_one_sided_boundaries_agree_with_the_reference(agree):
    theirs = of_reference("of_boundaries_side1")
    found = boundaries(theirs["inf_frac"], alpha=theirs["alpha"][0], sides=1, power=1 - theirs["beta"][0])
    # The reference integrates on a grid of its own, to six digits of a limit and four of the maximum.
    agree(
        "O'Brien-Fleming limits, one side",
        "four looks",
        found.upper,
        theirs["alpha_ubound"],
        rel=1e-6,
        reference="RTSA",
    )
    agree(
        "Drift of a single look", "four looks", found.drift, theirs["delta"][0], rel=1e-10, reference="RTSA"
    )
    agree(
        "Inflation of the maximum",
        "four looks",
        found.inflation,
        theirs["root"][0],
        rel=1e-4,
        reference="RTSA",
    )


@needs_oracle
def test_two_sided_boundaries_at_many_looks_agree_with_the_reference(agree):
    theirs = of_reference("rtsa_perioOxy")["bounds"]
    shares = np.array(theirs["inf_frac"]) / theirs["root"][0]
    found = boundaries([*shares[:-1].tolist(), 1.0], alpha=theirs["alpha"][0], power=1 - theirs["beta"][0])
    # It writes 20 where hardly any error is spent; ours are the limits themselves, and out of reach as well.
    reached = [place for place, limit in enumerate(theirs["alpha_ubound"]) if limit != 20]
    assert all(found.upper[place] > 6 for place in range(len(shares)) if place not in reached)
    agree("O'Brien-Fleming limits, two sides", "perioOxy", [found.upper[place] for place in reached],
          [theirs["alpha_ubound"][place] for place in reached], rel=1e-4, reference="RTSA")  # fmt: skip
    assert found.lower == tuple(-limit for limit in found.upper)


@needs_oracle
def test_the_first_futility_limit_agrees_with_the_reference(agree):
    theirs = of_reference("rtsa_perioOxy")["bounds"]
    t, root = np.array(theirs["inf_frac"]), theirs["root"][0]
    first = next(place for place, limit in enumerate(theirs["beta_ubound"]) if limit is not None)
    # Futility begins there at the last look but one; nothing is spent before.
    wanted = np.where(np.arange(t.size) < first, 0.0, spent("obrien-fleming", t / root, theirs["beta"][0]))
    found = wedge(t, np.array(theirs["alpha_ubound"]), wanted, theirs["delta"][0], 2)
    agree(
        "First futility limit",
        "perioOxy",
        found[first],
        theirs["beta_ubound"][first],
        rel=1e-4,
        reference="RTSA",
    )


@pytest.mark.parametrize(
    ("spending", "expected"),
    [
        ("obrien-fleming", (4.8769, 3.3570, 2.6803, 2.2898, 2.0310)),
        ("pocock", (2.4380, 2.4268, 2.4101, 2.3966, 2.3859)),
    ],
)
def test_five_looks_have_the_limits_of_the_textbooks(spending, expected):
    # Jennison & Turnbull 2000 and the program of Lan & DeMets, two-sided 5%, four digits (cut off, not rounded).
    assert boundaries([0.2, 0.4, 0.6, 0.8, 1.0], spending=spending).upper == pytest.approx(expected, abs=1e-4)


def test_one_look_is_the_ordinary_test():
    found = boundaries([1.0], alpha=0.05)
    assert found.upper[0] == pytest.approx(1.959963984540054, rel=1e-12)
    # Two-sided, the far limit adds a little to the power.
    assert found.inflation == pytest.approx(1.0, abs=1e-5)
    assert boundaries([1.0], alpha=0.05, sides=1, futility="pocock").inflation == pytest.approx(1.0, abs=1e-9)


@given(st.lists(st.floats(0.05, 1.0), min_size=1, max_size=5, unique=True), st.sampled_from([1, 2]))
@settings(max_examples=20, deadline=None)
def test_the_error_of_all_looks_is_alpha(fractions, sides):
    t = sorted({round(one, 2) for one in fractions} | {1.0})
    for spending in ("obrien-fleming", "pocock", "linear", "power", "hsd"):
        found = boundaries(t, sides=sides, spending=spending, alpha=0.05)
        total = crossing(np.array(t), np.array(found.upper), 0.0, sides) * sides
        assert total == pytest.approx(0.05, rel=1e-8)
        assert found.spent[-1] == pytest.approx(0.05)
        grown = crossing(np.array(t), np.array(found.upper), found.drift * math.sqrt(found.inflation), sides)
        assert grown == pytest.approx(0.8, rel=1e-8)


def test_two_looks_are_the_bivariate_normal_distribution():
    t = np.array([0.4, 1.0])
    looks = Looks(t, 0.7)
    limit = 1.3
    looks.go_on([(-12.0, limit)])
    from scipy.integrate import quad

    def inner(z):
        mean, sd = (z * math.sqrt(0.4) + 0.7 * 0.6), math.sqrt(0.6)
        return (
            math.exp(-0.5 * (z - 0.7 * math.sqrt(0.4)) ** 2)
            / math.sqrt(2 * math.pi)
            * float(ndtr((mean - 1.9) / sd))
        )

    assert looks.above(1.9) == pytest.approx(quad(inner, -12, limit, epsabs=1e-14)[0], rel=1e-10)


def test_futility_meets_the_limit_at_the_end_and_keeps_the_power():
    t = np.array([0.3, 0.6, 1.0])
    found = boundaries(t.tolist(), sides=1, alpha=0.025, power=0.9, futility="obrien-fleming")
    assert found.futility[-1] == found.upper[-1]
    assert found.inflation > boundaries(t.tolist(), sides=1, alpha=0.025, power=0.9).inflation
    looks, total = Looks(t, found.drift * math.sqrt(found.inflation)), 0.0
    for upper, lower in zip(found.upper, found.futility, strict=True):
        total += looks.above(upper)
        looks.go_on([(min(lower, upper - 1e-9), upper)])
    assert total == pytest.approx(0.9, rel=1e-7)


def test_spending_functions_start_at_nothing_and_end_at_alpha():
    t = np.array([1e-9, 0.5, 1.0, 1.7])
    for name in ("obrien-fleming", "pocock", "linear", "power", "hsd"):
        used = spent(name, t, 0.03)
        assert used[0] == pytest.approx(0, abs=1e-9)
        assert used[2:] == pytest.approx([0.03, 0.03])
        assert 0 < used[1] < 0.03
    assert spent("power", t, 0.03, 1.0)[1] == pytest.approx(0.015)
    assert spent("hsd", t, 0.03, 0.0)[1] == pytest.approx(0.015)
    assert spent("obrien-fleming", t, 0.05)[1] == pytest.approx(
        2 * (1 - ndtr(-ndtri(0.025) / math.sqrt(0.5)))
    )


@pytest.mark.parametrize(
    ("call", "fault", "words"),
    [
        (lambda: boundaries([0.5, 0.4]), EvidenceFault, "rising"),
        (lambda: boundaries([]), EvidenceFault, "rising"),
        (lambda: boundaries([0.5, 1.2]), EvidenceFault, "maximum is 1"),
        (lambda: boundaries([1.0], alpha=5), EvidenceFault, "alpha"),
        (lambda: boundaries([1.0], power=0.3), EvidenceFault, "power"),
        (lambda: boundaries([1.0], sides=3), EvidenceFault, "one or two sides"),
        (lambda: boundaries([1.0], spending="all"), UnknownOption, "obrien-fleming, pocock"),
    ],
)
def test_what_cannot_be_is_refused(call, fault, words):
    with pytest.raises(fault, match=words):
        call()


def test_a_look_too_early_to_spend_anything_can_not_be_crossed():
    found = boundaries([0.0001, 0.5, 1.0])
    assert found.upper[0] == math.inf
    assert found.upper[1:] == pytest.approx(boundaries([0.5, 1.0]).upper, rel=1e-9)
