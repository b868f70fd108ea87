"""Pooling of all subsets: what it pools, which subsets there are, what it says on the way."""

import numpy as np
import pytest

from agreement import needs_oracle
from ambulando.evidence.checks.gosh import gosh
from ambulando.evidence.faults import EvidenceFault, NotConverged
from ambulando.evidence.univariate.pooling import pool
from evidence.univariate import effects, random_studies


@needs_oracle
def test_all_subsets_of_the_bcg_trials_are_pooled_as_each_alone():
    y, v = effects("bcg")
    found = gosh(y, v, least=1)
    assert (found.subsets, found.complete, found.members.shape) == (8191, True, (8191, 13))
    assert len({tuple(row) for row in found.members.tolist()}) == 8191
    for row in range(0, 8191, 97):
        has = found.members[row]
        alone = pool(y[has], v[has], test="z")
        ours = (found.estimate[row], found.tau2[row], found.i2[row], found.q[row], found.size[row])
        assert ours == pytest.approx(
            (alone.estimate, alone.tau2, alone.i2, alone.q, alone.k), rel=1e-7, abs=1e-9
        )
    assert gosh(y, v).subsets == 8178


@pytest.mark.parametrize("method", ["EE", "DL", "PM", "ML", "EB", "SJ"])
def test_any_estimator_can_be_taken(method):
    y, v = random_studies(1, 5)
    found = gosh(y, v, method=method)
    has = found.members[-1]
    assert found.estimate[-1] == pytest.approx(
        pool(y[has], v[has], method=method, test="z").estimate, rel=1e-9
    )


def test_many_studies_are_sampled_with_the_generator_given():
    y, v = random_studies(2, 18)
    one, same, other = (gosh(y, v, subsets=300, rng=np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert (one.subsets, one.complete) == (300, False)
    assert np.array_equal(one.members, same.members)
    assert not np.array_equal(one.members, other.members)
    assert one.size.min() >= 2
    # Every study is in about half of the subsets.
    assert np.abs(one.members.mean(axis=0) - 0.5).max() < 0.15
    with pytest.raises(EvidenceFault, match="please give rng"):
        gosh(y, v)


def test_progress_is_heard_to_the_end():
    heard = []
    y, v = random_studies(3, 8)
    found = gosh(y, v, progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (found.subsets, found.subsets)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_a_study_that_differs_splits_the_cloud():
    found = gosh([0.1, 0.12, 0.08, 0.11, 2.0], [0.01] * 5)
    with_it, without_it = found.with_and_without(4)
    assert with_it.min() > without_it.max()
    assert with_it.size + without_it.size == found.subsets


def test_subsets_that_do_not_converge_are_left_out_or_refused(monkeypatch):
    from ambulando.evidence.checks import subsets

    y, v = random_studies(3, 8)
    real = subsets.tau2_many

    def lost(share):
        def made(y, v, method):
            tau2, _ = real(y, v, method)
            return tau2, np.arange(tau2.size) >= share

        return made

    monkeypatch.setattr(subsets, "tau2_many", lost(1))
    with pytest.raises(NotConverged, match="in 7 of 247 subsets"):
        gosh(y, v)
    y, v = random_studies(3, 10)
    found = gosh(y, v)
    assert found.subsets == 2**10 - 11 - 9
    assert "9 subsets did not converge" in found.notes[0]


@pytest.mark.parametrize(("options", "words"), [({"least": 3}, "1 or 2"), ({"subsets": 0}, "one or more")])
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(EvidenceFault, match=words):
        gosh([0.1, 0.2, 0.3], [0.1] * 3, **options)
