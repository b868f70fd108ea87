"""Deletion diagnostics, leave-one-out and cumulative pooling beside the reference, and rules that always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import needs_oracle
from ambulando.evidence.checks import subsets
from ambulando.evidence.checks.influence import cumulative, influence, leave_one_out
from ambulando.evidence.faults import (
    EvidenceFault,
    NegativeVariance,
    NotConverged,
    TooFewStudies,
    UnknownOption,
)
from ambulando.evidence.univariate.pooling import pool
from evidence.univariate import DATASETS, answers, effects, random_studies

#: Ours and the reference's names.
DIAGNOSTICS = {
    "rstudent": "rstudent", "dffits": "dffits", "cook": "cook.d", "cov_ratio": "cov.r", "tau2_without": "tau2.del",
    "q_without": "QE.del", "hat": "hat", "weight": "weight", "dfbetas": "dfbs",
}  # fmt: skip


def columns_of(rows, names):
    return {name: [getattr(row, name) for row in rows] for name in names}


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_deletion_diagnostics_agree_with_the_reference(agree, name):
    theirs = answers()[name]
    found = influence(*effects(name))
    for ours, reference in DIAGNOSTICS.items():
        agree(
            f"Influence of each study, {ours}", name, columns_of(found.influence, [ours]),
            theirs["influence"][reference], rel=1e-7, reference="metafor",
        )  # fmt: skip
    agree(
        "Standardised residuals of each study", name, columns_of(found.influence, ["rstandard"]), theirs["rstandard"],
        rel=1e-7, reference="metafor",
    )  # fmt: skip
    agree(
        "Baujat's coordinates", name, columns_of(found.influence, ["baujat_x", "baujat_y"]),
        [theirs["baujat"]["x"], theirs["baujat"]["y"]], rel=1e-7, reference="metafor",
    )  # fmt: skip
    assert [one.influential for one in found.influence] == theirs["influence"]["is_infl"]


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_leave_one_out_agrees_with_the_reference(agree, name):
    theirs = answers()[name]["leave1out"]
    steps = leave_one_out(*effects(name), test="z").steps
    ours = [[getattr(one, key) for one in steps] for key in ("estimate", "se", "q", "tau2", "i2")] + [
        [one.ci[end] for one in steps] for end in (0, 1)
    ]
    agree(
        "Pooled effects without each study", name, ours,
        [theirs[key] for key in ("estimate", "se", "Q", "tau2", "I2", "ci.lb", "ci.ub")],
        rel=1e-7, floor=1e-6, reference="metafor",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_cumulative_pooling_agrees_with_the_reference(agree, name):
    theirs = answers()[name]["cumul"]
    steps = cumulative(*effects(name), test="z").steps
    ours = [[getattr(one, key) for one in steps] for key in ("estimate", "se")]
    ours += [[one.ci[end] for one in steps] for end in (0, 1)]
    agree(
        "Cumulative pooled effects", name, ours, [theirs[key] for key in ("estimate", "se", "ci.lb", "ci.ub")],
        rel=1e-7, reference="metafor",
    )  # fmt: skip
    # Where tau2 is zero the reference stops a little above it, so sizes count from 0.1.
    agree(
        "Cumulative tau2 and I2", name, [[one.tau2 for one in steps], [one.i2 for one in steps]],
        [theirs["tau2"], theirs["I2"]], rel=1e-7, floor=0.1, reference="metafor",
    )  # fmt: skip


@pytest.mark.parametrize("method", ["EE", "DL", "PM", "REML"])
@pytest.mark.parametrize("test", ["z", "t", "knha", "adhoc"])
def test_each_step_is_what_pooling_those_studies_gives(method, test):
    y, v = random_studies(5, 7)
    for index, step in enumerate(leave_one_out(y, v, method=method, test=test).steps):
        alone = pool(np.delete(y, index), np.delete(v, index), method=method, test=test)
        assert (step.estimate, step.se, step.p, *step.ci) == pytest.approx(
            (alone.estimate, alone.se, alone.p, *alone.ci), rel=1e-9
        )
        assert (step.q, step.i2, step.h2) == pytest.approx((alone.q, alone.i2, alone.h2), rel=1e-9)
    for size, step in enumerate(cumulative(y, v, method=method, test=test).steps, start=1):
        alone = pool(y[:size], v[:size], method=method, test=test if size > 1 else "z")
        assert (step.k, step.estimate, step.se) == pytest.approx((size, alone.estimate, alone.se), rel=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_order_of_studies_their_sign_and_scale_do_not_matter(seed):
    y, v = random_studies(seed, 3 + seed % 15)
    order = np.random.default_rng(seed).permutation(y.size)
    one, shuffled, turned = influence(y, v), influence(y[order], v[order]), influence(-10 * y, 100 * v)
    for place, index in enumerate(order):
        a, b, c = one.influence[index], shuffled.influence[place], turned.influence[index]
        assert (a.cook, a.hat, a.rstudent) == pytest.approx((b.cook, b.hat, b.rstudent), rel=1e-6, abs=1e-9)
        assert (a.cook, a.rstudent) == pytest.approx((c.cook, -c.rstudent), rel=1e-6, abs=1e-9)
    assert sum(row.weight for row in one.influence) == pytest.approx(100)


def test_studies_come_in_by_the_column_given():
    y, v = [0.1, 0.2, 0.3, 0.4], [0.1] * 4
    names = ["D", "B", "C", "A"]
    found = cumulative(y, v, order=[2004, 1998, 2001, 1998], studies=names)
    assert [one.study for one in found.steps] == ["B", "A", "C", "D"]
    assert [one.row for one in found.steps] == [2, 4, 3, 1]
    assert [one.study for one in cumulative(y, v, order=["b", "a", "d", "c"], studies=names).steps] == list(
        "BDAC"
    )


def test_the_order_is_of_all_studies_and_those_left_out_stay_visible():
    found = cumulative(
        [0.1, math.nan, 0.3], [0.1, 0.1, 0.2], order=[3, 2, 1], studies=["A", "B", "C"], test="z"
    )
    assert [one.study for one in found.steps] == ["C", "A"]
    assert [(one.study, one.row) for one in found.excluded] == [("B", 2)]
    with pytest.raises(EvidenceFault, match="2 values for 3 studies"):
        cumulative([0.1, math.nan, 0.3], [0.1, 0.1, 0.2], order=[1, 2])
    with pytest.raises(EvidenceFault, match=r"A \(row 1\) has no value"):
        cumulative([0.1, 0.3], [0.1, 0.2], order=[math.nan, 2], studies=["A", "B"])


def test_blocks_give_the_same_as_one_piece(monkeypatch):
    y, v = random_studies(8, 25)
    whole = influence(y, v)
    monkeypatch.setattr(subsets, "BLOCK", 60)
    monkeypatch.setattr("ambulando.evidence.checks.influence.BLOCK", 60)
    pieces = influence(y, v)
    for name in ("estimate_without", "dfbetas"):
        assert [getattr(one, name) for one in whole.influence] == pytest.approx(
            [getattr(one, name) for one in pieces.influence], rel=1e-12
        )


def test_a_fit_that_does_not_converge_is_named_and_not_returned(monkeypatch):
    def lost(y, v, method):
        return np.zeros(y.shape[0]), np.arange(y.shape[0]) != 1

    monkeypatch.setattr(subsets, "tau2_many", lost)
    with pytest.raises(NotConverged, match="all studies but B"):
        influence([0.1, 0.2, 0.4], [0.1, 0.1, 0.1], studies=["A", "B", "C"])


def test_what_cannot_be_is_refused():
    with pytest.raises(TooFewStudies, match="needs 3 studies"):
        influence([0.1, 0.2], [0.1, 0.1])
    with pytest.raises(NegativeVariance, match=r"Study 2 \(row 2\)"):
        leave_one_out([0.1, 0.2, 0.3], [0.1, -0.1, 0.1])
    with pytest.raises(UnknownOption, match="method called 'best'"):
        cumulative([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], method="best")
    with pytest.raises(EvidenceFault, match="level"):
        leave_one_out([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], level=95)
