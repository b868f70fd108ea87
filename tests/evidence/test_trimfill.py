"""Trim and fill beside the reference, and rules that always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import needs_oracle
from ambulando.evidence.checks.trimfill import ESTIMATORS, trim_and_fill
from ambulando.evidence.faults import NotConverged, TooFewStudies, UnknownOption
from ambulando.evidence.univariate.pooling import pool
from evidence.univariate import DATASETS, answers, effects, random_studies


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_estimator_on_both_sides_agrees_with_the_reference(agree, name, side, estimator):
    theirs = answers()[name]["trimfill"][f"{side}_{estimator}"]
    found = trim_and_fill(*effects(name), side=side, estimator=estimator, test="z")
    agree(f"Trim and fill, {estimator}, missing studies", name, [found.k0, found.se_k0, found.p_k0],
          [theirs["k0"], theirs["se_k0"], theirs["p_k0"]], rel=1e-10, reference="metafor")  # fmt: skip
    # The trimmed and filled models are fitted there with the default stop rule of REML, 1e-5 of tau2.
    agree(f"Trim and fill, {estimator}, effect", name, [found.estimate, found.se, *found.ci],
          [theirs["beta"], theirs["se"], theirs["ci"]],
          rel=1e-4 if theirs["k0"] else 1e-8, reference="metafor")  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_the_side_is_found_as_the_reference_finds_it(agree, name):
    theirs, found = answers()[name]["trimfill"]["default"], trim_and_fill(*effects(name), test="z")
    assert (found.side, found.k0) == (theirs["side"], theirs["k0"])
    agree("Trim and fill, side found", name, [found.estimate, found.se], [theirs["beta"], theirs["se"]],
          rel=1e-4, reference="metafor")  # fmt: skip


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_turning_the_effects_turns_the_side_and_order_does_not_matter(seed):
    y, v = random_studies(seed, 5 + seed % 15)
    order = np.random.default_rng(seed).permutation(y.size)
    one = trim_and_fill(y, v, side="left")
    turned, shuffled = trim_and_fill(-y, v, side="right"), trim_and_fill(y[order], v[order], side="left")
    assert (turned.k0, shuffled.k0) == (one.k0, one.k0)
    assert (-turned.estimate, shuffled.estimate) == pytest.approx((one.estimate,) * 2, rel=1e-7, abs=1e-9)


def test_the_answer_is_that_of_the_studies_with_those_filled_in():
    y = np.array([0.1, 0.2, 0.25, 0.4, 0.8, 1.1, 1.5])
    v = np.array([0.01, 0.02, 0.02, 0.05, 0.1, 0.2, 0.3])
    found = trim_and_fill(y, v, side="left", studies=list("ABCDEFG"))
    assert found.k0 == len(found.filled) > 0
    assert found.mirrored == tuple("ABCDEFG")[-found.k0 :]
    more_y, more_v = zip(*found.filled, strict=True)
    alone = pool([*y, *more_y], [*v, *more_v])
    assert (found.estimate, found.se, *found.ci) == pytest.approx(
        (alone.estimate, alone.se, *alone.ci), rel=1e-12
    )
    assert found.estimate < found.unadjusted


def test_studies_of_one_precision_have_no_side():
    found = trim_and_fill([0.1, 0.2, 0.6], [0.1, 0.1, 0.1])
    assert found.side == "left"
    assert any("side of missing studies can not be told" in note for note in found.notes)


def test_trimming_that_goes_back_and_forth_is_no_answer(monkeypatch):
    answers_ = iter([(1, 1.0), (0, 1.0)] * 60)
    monkeypatch.setattr("ambulando.evidence.checks.trimfill._estimated", lambda *_: next(answers_))
    with pytest.raises(NotConverged, match="back and forth"):
        trim_and_fill([0.1, 0.2, 0.6, 0.9], [0.1, 0.2, 0.1, 0.3], side="left")


def test_what_cannot_be_is_refused():
    with pytest.raises(TooFewStudies, match="needs 3 studies"):
        trim_and_fill([0.1, 0.2], [0.1, 0.1])
    with pytest.raises(UnknownOption, match="L0, R0, Q0"):
        trim_and_fill([0.1, 0.2, 0.3], [0.1, 0.2, 0.1], estimator="L1")
    with pytest.raises(UnknownOption, match="left, right, auto"):
        trim_and_fill([0.1, 0.2, 0.3], [0.1, 0.2, 0.1], side="top")
