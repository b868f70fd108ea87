"""Effects in groups of studies."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import chdtrc

from agreement import needs_oracle
from ambulando.evidence.faults import TooFewStudies
from ambulando.evidence.univariate.pooling import pool
from ambulando.evidence.univariate.regression import regress
from ambulando.evidence.univariate.subgroups import subgroups
from ambulando.ground import InputError, as_json
from evidence.univariate import answers, effects, random_studies, words


@needs_oracle
def test_a_common_tau2_agrees_with_the_regression_of_the_reference(agree):
    found = subgroups(*effects("bcg"), words("bcg.csv", "alloc"), common_tau2=True, test="z")
    between, within = answers()["metareg_bcg"]["alloc"], answers()["metareg_bcg"]["alloc_nointercept"]
    # The reference has its default stop rule here.
    agree(
        "Subgroups with a common tau2", "bcg",
        [found.q_between, found.p, found.tau2, found.q_within, [one.estimate for one in found.groups],
         [one.se for one in found.groups]],
        [between["QM"], between["QMp"], between["tau2"], between["QE"], within["beta"], within["se"]],
        rel=1e-5, reference="metafor",
    )  # fmt: skip


def test_with_its_own_tau2_a_group_is_pooled_as_if_alone():
    y, v = random_studies(4, 12)
    groups = list("aabbbbcccccc")
    found = subgroups(y, v, groups, measure="OR")
    for group in found.groups:
        here = [index for index, one in enumerate(groups) if one == group.name]
        alone = pool(y[here], v[here], measure="OR")
        assert (group.estimate, group.se, group.ci, group.tau2) == (
            alone.estimate,
            alone.se,
            alone.ci,
            alone.tau2,
        )
        assert group.estimate_exp == pytest.approx(math.exp(group.estimate))
    w = np.array([one.se**-2 for one in found.groups])
    means = np.array([one.estimate for one in found.groups])
    assert found.q_between == pytest.approx(w @ (means - w @ means / w.sum()) ** 2)
    assert found.p == pytest.approx(chdtrc(2, found.q_between))
    assert (found.df, found.q_within_df) == (2, 9)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_the_common_effect_splits_q_into_within_and_between(seed):
    y, v = random_studies(seed, 12)
    found = subgroups(y, v, list("abc") * 4, method="EE", test="z")
    assert found.q_within + found.q_between == pytest.approx(
        pool(y, v, method="EE", test="z").q, rel=1e-9, abs=1e-9
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_the_names_of_groups_do_not_matter(seed):
    y, v = random_studies(seed, 12)
    one = subgroups(y, v, list("abc") * 4, common_tau2=True)
    other = subgroups(y, v, list("zyx") * 4, common_tau2=True)
    assert one.q_between == pytest.approx(other.q_between, rel=1e-6, abs=1e-9)
    assert [group.estimate for group in one.groups] == pytest.approx(
        [group.estimate for group in other.groups[::-1]]
    )


def test_a_common_tau2_is_that_of_the_regression():
    y, v = random_studies(5, 12)
    groups = list("abc") * 4
    found, regression = subgroups(y, v, groups, common_tau2=True), regress(y, v, {"group": groups})
    assert (found.q_between, found.p, found.df2) == (regression.qm, regression.qm_p, regression.df)
    assert [one.tau2 for one in found.groups] == pytest.approx([found.tau2] * 3)


def test_a_group_of_one_study_has_the_z_test_and_says_so():
    y, v = random_studies(5, 5)
    found = subgroups(y, v, ["a", "a", "b", "a", "a"])
    assert [one.test for one in found.groups] == ["knha", "z"]
    assert any("b has the z test" in note for note in found.notes)


def test_studies_without_a_group_stay_visible():
    found = subgroups([0.1, 0.2, 0.3, 0.4, 0.5], [0.1] * 5, ["a", "", "b", "a", "b"], studies=list("VWXYZ"))
    assert found.k == 4
    assert (found.excluded[0].row, found.excluded[0].study) == (2, "W")
    assert as_json(found)["tau2"] is None


@pytest.mark.parametrize(
    ("groups", "options", "fault", "sentence"),
    [
        (["a"] * 4, {}, TooFewStudies, "these studies have 1 .a."),
        (list("ab"), {}, InputError, "2 groups for 4 effects"),
        (list("abcd"), {"common_tau2": True}, TooFewStudies, "Every group has one study"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(groups, options, fault, sentence):
    with pytest.raises(fault, match=sentence):
        subgroups([0.1, 0.2, 0.3, 0.5], [0.1] * 4, groups, **options)
