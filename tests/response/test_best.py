"""The chance of being the largest, against sampling, symmetry and what is exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ambulando.response.best import p_best


def mixture(size: int, seed: int, points: int = 12):
    rng = np.random.default_rng(seed)
    weight = rng.dirichlet(np.ones(points))
    location = 0.3 * rng.normal(size=size) + 0.05 * rng.normal(size=(points, size))
    root = 0.25 * rng.normal(size=(points, size, size))
    return weight, location, root @ root.transpose(0, 2, 1) / size + 0.02 * np.eye(size)


def test_of_two_it_is_the_students_distribution_of_their_difference() -> None:
    found = p_best(np.ones(1), np.array([[0.4, 0.1]]), np.array([[[0.09, 0.02], [0.02, 0.05]]]), 12.0)
    assert found[0] == pytest.approx(stats.t.cdf(0.3 / np.sqrt(0.1), 12), abs=5e-6)


@pytest.mark.parametrize(("size", "tolerance"), [(3, 2e-3), (4, 4e-3), (6, 4e-3)])
def test_of_more_it_agrees_with_sampling(size: int, tolerance: float) -> None:
    weight, location, cov = mixture(size, size)
    rng, draws, df = np.random.default_rng(1), 400_000, 20.0
    of = rng.choice(weight.size, p=weight, size=draws)
    normal = np.einsum("nij,nj->ni", np.linalg.cholesky(cov)[of], rng.normal(size=(draws, size)))
    sampled = location[of] + normal * np.sqrt(df / rng.chisquare(df, size=(draws, 1)))
    share = np.bincount(sampled.argmax(axis=1), minlength=size) / draws
    np.testing.assert_allclose(p_best(weight, location, cov, df), share, atol=tolerance)


@settings(max_examples=40, deadline=None)
@given(size=st.integers(1, 5), seed=st.integers(0, 10_000), shift=st.floats(-5, 5))
def test_chances_add_up_and_do_not_move_when_all_move(size: int, seed: int, shift: float) -> None:
    weight, location, cov = mixture(size, seed, 4)
    found = p_best(weight, location, cov, 15.0)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()
    # a shift that rounds away can move a path that is just parallel, no more
    np.testing.assert_allclose(p_best(weight, location + shift, cov, 15.0), found, atol=1e-6)


def test_equals_share_the_chance_evenly() -> None:
    for size in (2, 3, 4):
        found = p_best(np.ones(1), np.zeros((1, size)), np.eye(size)[None], 30.0)
        np.testing.assert_allclose(found, 1 / size, atol=3e-3)


def test_what_is_known_for_certain_is_compared_as_it_is() -> None:
    """A rest day has the effect 0 and no spread."""
    cov = np.zeros((1, 3, 3))
    cov[0, 0, 0] = 0.04
    found = p_best(np.ones(1), np.array([[0.2, 0.0, -0.5]]), cov, 40.0)
    assert found[2] == pytest.approx(0.0, abs=1e-3)
    assert found[0] == pytest.approx(stats.t.cdf(1.0, 40), abs=2e-3)


def test_the_same_input_gives_the_same_answer() -> None:
    given_ = mixture(5, 9)
    assert p_best(*given_, 11.0).tolist() == p_best(*given_, 11.0).tolist()
