"""Drawing lots among near-equals."""

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.activity.catalogue import catalogue
from ambulando.plan.choose import choose, odds_of
from ambulando.plan.rules import number
from ambulando.plan.score import Scored

NAMES = sorted(catalogue())


def option(name, total, liked=1.0):
    return Scored(catalogue()[name], {"liked": liked}, total)


OPTIONS = st.lists(
    st.builds(option, st.sampled_from(NAMES), st.floats(-3, 5), st.sampled_from([0.0, 1.0])),
    min_size=1,
    max_size=30,
)


@given(OPTIONS)
def test_the_odds_add_up_to_one_and_each_keeps_its_floor(options):
    odds = odds_of(options)
    assert sum(chance for _, chance in odds) == pytest.approx(1)
    assert 1 <= len(odds) <= 4
    for _, chance in odds:
        assert number("odds", "floor") - 1e-12 <= chance <= 1


@given(OPTIONS)
def test_only_near_equals_that_are_liked_as_much_take_part(options):
    best = max(options, key=lambda one: one.total)
    for one, _ in odds_of(options):
        assert best.total - one.total <= number("odds", "near")
    assert len({one.parts["liked"] for one, _ in odds_of(options)}) == 1


@given(OPTIONS)
def test_a_better_option_never_has_worse_odds(options):
    odds = odds_of(options)
    for (better, more), (worse, less) in itertools.pairwise(odds):
        assert better.total >= worse.total
        assert more >= less - 1e-12


@given(OPTIONS, st.integers(0, 99))
def test_the_same_seed_draws_the_same_option_and_says_its_odds(options, seed):
    one, two = (choose(options, Random(seed)) for _ in range(2))
    assert one == two
    assert (one.chosen, one.probability) in one.odds


def test_drawn_frequencies_follow_the_stated_odds():
    options = [option("easy-walk", 1.0), option("chair-yoga", 0.97), option("dishes", 0.92)]
    rng = Random(7)
    drawn = [choose(options, rng).chosen.activity.id for _ in range(4000)]
    for one, chance in odds_of(options):
        assert drawn.count(one.activity.id) / 4000 == pytest.approx(chance, abs=0.03)


def test_a_clear_winner_is_chosen_for_certain():
    assert choose([option("easy-walk", 2.0), option("dishes", 0.5)], Random(1)).probability == 1


class At:
    """A place of the lots, given instead of drawn."""

    def __init__(self, place: float) -> None:
        self.place = place

    def random(self) -> float:
        return self.place


@given(OPTIONS)
def test_each_option_is_drawn_on_a_stretch_as_long_as_its_stated_chance(options):
    """Counted out over 1000 evenly spread places of the lots; each stretch may be off by one place at either end."""
    drawn = [choose(options, At((place + 0.5) / 1000)).chosen for place in range(1000)]
    for one, chance in odds_of(options):
        assert abs(drawn.count(one) / 1000 - chance * _alike(one, options)) <= 0.004


def _alike(one, options):
    """The same option can stand in a generated list more than once; then it has that many stretches."""
    return sum(other == one for other, _ in odds_of(options))
