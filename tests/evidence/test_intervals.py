"""Other intervals for tau2, I2, the mean and predictions, against metafor and meta."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import chdtri

from agreement import needs_oracle
from ambulando.evidence.faults import TooFewStudies, UnknownOption
from ambulando.evidence.univariate.intervals import (
    PREDICTIONS,
    henmi_copas,
    i2_interval,
    kenward_roger,
    prediction_interval,
    tau2_interval,
)
from ambulando.evidence.univariate.pooling import pool
from ambulando.evidence.univariate.tau2 import log_likelihood
from evidence.univariate import DATASETS, answers, effects, random_studies

KINDS = {
    "qprofile": ("Q-profile interval of tau2, tau, I2, H2", "tau2_qprofile"),
    "profile": ("Profile likelihood interval of tau2, tau, I2, H2", "tau2_ci_PL"),
    "higgins-thompson": ("Higgins-Thompson interval of tau2, tau, I2, H2", "tau2_ci_HT"),
}


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("kind", KINDS)
def test_intervals_of_heterogeneity_agree_with_the_reference(agree, name, kind):
    found = tau2_interval(*effects(name), kind=kind)
    subject, key = KINDS[kind]
    ours = [
        [found.tau2, *found.tau2_ci], [found.tau, *found.tau_ci], [found.i2, *found.i2_ci], [found.h2, *found.h2_ci],
    ]  # fmt: skip
    agree(subject, name, ours, answers()[name][key], rel=1e-8, reference="metafor")


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_the_prediction_interval_of_higgins_and_others_agrees_with_the_reference(agree, name):
    found = prediction_interval(*effects(name), kind="HTS")
    agree(
        "Prediction interval, t with k - 2",
        name,
        found.ci,
        answers()[name]["pi_riley_t"],
        rel=1e-8,
        reference="metafor",
    )


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
def test_henmi_copas_agrees_with_the_reference(agree, name):
    found, theirs = henmi_copas(*effects(name)), answers()[name]["hc"]
    agree("Henmi-Copas mean and error", name, [found.estimate, found.se], [theirs["beta"], theirs["se"]],
          rel=1e-10, reference="metafor")  # fmt: skip
    # The reference looks for its critical value with the default stop rule of uniroot, 1.2e-4.
    agree("Henmi-Copas interval", name, found.ci, theirs["ci"], rel=2e-4, reference="metafor")


@needs_oracle
def test_classic_hartung_knapp_and_kenward_roger_with_every_prediction_interval_agree_with_meta(agree):
    y, v = effects("bcg")
    compared = 0
    for key, theirs in answers("06_tsa_bayes_misc")["meta_bcg"].items():
        if "error" in theirs:
            continue
        test, kind = key.split("__")
        ahead = prediction_interval(y, v, kind=kind)
        mean = kenward_roger(y, v) if test == "KR" else pool(y, v, test="z" if test == "classic" else "knha")
        plain = pool(y, v)
        # meta calls metafor with its default stop rule, so its tau2 is right to 3e-7.
        agree(
            f"{test} mean, {kind} prediction interval", "bcg",
            [mean.estimate, mean.se, *mean.ci, *ahead.ci, ahead.se, mean.df, ahead.df, plain.tau2, plain.i2 * 0 + 1],
            [theirs["TE"], theirs["se"], *theirs["ci"], *theirs["pi"], theirs["seTE_predict"], theirs["df"],
             theirs["df_predict"], theirs["tau2"], 1],
            rel=1e-6, reference="meta",
        )  # fmt: skip
        agree(
            "Q-profile interval of tau2, through meta",
            "bcg",
            plain.tau2_ci,
            theirs["tau2_ci"],
            rel=1e-3,
            reference="meta",
        )
        agree(
            "I2 and H from Q, with the Higgins-Thompson interval", "bcg",
            [(plain.q - 12) / plain.q, *(end / 100 for end in i2_interval(plain.q, 12)), math.sqrt(plain.q / 12)],
            [theirs["I2"], *theirs["I2_ci"], theirs["H"]], rel=1e-10, reference="meta",
        )  # fmt: skip
        compared += 1
    assert compared == 15


@given(st.integers(0, 2**32 - 1), st.sampled_from(["ML", "REML"]))
@settings(max_examples=40, deadline=None)
def test_the_profile_interval_ends_where_the_likelihood_has_fallen_enough(seed, method):
    y, v = random_studies(seed)
    found = tau2_interval(y, v, kind="profile", method=method, level=0.9)
    restricted = method == "REML"
    bar = log_likelihood(y, v, found.tau2, restricted=restricted) - chdtri(1, 0.1) / 2
    low, high = found.tau2_ci
    assert log_likelihood(y, v, high, restricted=restricted) == pytest.approx(bar, abs=1e-9)
    assert low == 0 or log_likelihood(y, v, low, restricted=restricted) == pytest.approx(bar, abs=1e-9)
    assert low <= found.tau2 <= high


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_intervals_turn_with_the_sign_and_scale_with_the_unit(seed):
    y, v = random_studies(seed, 8)
    for make in (henmi_copas, kenward_roger, prediction_interval):
        one, turned, scaled = make(y, v), make(-y, v), make(10 * y, 100 * v)
        assert turned.ci == pytest.approx((-one.ci[1], -one.ci[0]), rel=1e-6, abs=1e-8)
        assert scaled.ci == pytest.approx((10 * one.ci[0], 10 * one.ci[1]), rel=1e-6, abs=1e-7)


def test_without_heterogeneity_henmi_copas_is_about_the_common_effect():
    y, v = [0.30, 0.31, 0.29, 0.30], [0.04, 0.05, 0.04, 0.06]
    found, common = henmi_copas(y, v), pool(y, v, method="EE", test="z")
    assert found.estimate == pytest.approx(common.estimate)
    assert found.boundary
    # Where there is no heterogeneity its error is often taken too large, which its critical value makes good.
    assert found.se == pytest.approx(common.se)
    assert common.ci[0] < found.ci[0] < found.estimate < found.ci[1] < common.ci[1]


def test_the_p_value_of_henmi_copas_meets_its_interval():
    y, v = random_studies(3, 10)
    found = henmi_copas(y, v)
    at_the_end = henmi_copas(y - found.ci[0], v)
    assert at_the_end.p == pytest.approx(0.05, abs=1e-6)


def test_partlett_and_riley_take_one_degree_of_freedom_more_away():
    y, v = random_studies(9, 10)
    for plain, safer in (("HK", "HK-PR"), ("KR", "KR-PR"), ("V", "HTS")):
        one, other = (prediction_interval(y, v, kind=kind) for kind in (plain, safer))
        assert one.df - other.df == pytest.approx(1)
        assert one.se == pytest.approx(other.se)
        assert other.ci[1] > one.ci[1]


def test_a_mean_interval_carries_where_it_comes_from():
    found = kenward_roger([0.1, 0.5, math.nan], [0.1, 0.1, 0.1], studies=["A", "B", "C"])
    assert (found.k, found.studies) == (2, ("A", "B"))
    assert found.excluded[0].study == "C"
    assert found.options["kind"] == "KR"


@pytest.mark.parametrize(
    ("job", "fault", "words"),
    [
        (lambda: tau2_interval([0.1], [0.1]), TooFewStudies, "only Study 1 can be used"),
        (
            lambda: tau2_interval([0.1, 0.2], [0.1, 0.1], kind="x"),
            UnknownOption,
            "interval of tau2 called 'x'",
        ),
        (
            lambda: tau2_interval([0.1, 0.2], [0.1, 0.1], kind="pl", method="DL"),
            UnknownOption,
            "ML or REML, not DL",
        ),
        (lambda: tau2_interval([0.1, 0.2], [0.1, 0.1], method="EE"), UnknownOption, "no interval of tau2"),
        (lambda: henmi_copas([0.1], [0.1]), TooFewStudies, "two studies"),
        (lambda: kenward_roger([0.1], [0.1]), TooFewStudies, "two studies"),
        (
            lambda: prediction_interval([0.1, 0.2], [0.1, 0.1], kind="HTS"),
            TooFewStudies,
            "more than 2 studies",
        ),
        (
            lambda: prediction_interval([0.1, 0.2], [0.1, 0.1], kind="?"),
            UnknownOption,
            "prediction interval called",
        ),
        (
            lambda: prediction_interval([0.1, 0.2], [0.1, 0.1], method="EE"),
            UnknownOption,
            "for the method EE",
        ),
    ],
)
def test_what_has_no_interval_is_refused_in_one_sentence(job, fault, words):
    with pytest.raises(fault, match=words):
        job()


def test_every_kind_of_prediction_interval_can_be_had():
    y, v = random_studies(21, 12)
    widths = {kind: np.diff(prediction_interval(y, v, kind=kind).ci)[0] for kind in PREDICTIONS}
    assert min(widths, key=widths.__getitem__) == "s"
