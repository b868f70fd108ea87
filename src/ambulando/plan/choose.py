"""Drawing lots among near-equals: smooth odds with a floor, so that what is chosen can be learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from random import Random

from ambulando.plan.rules import number, whole
from ambulando.plan.score import Scored


@dataclass(frozen=True)
class Choice:
    """What was drawn, with which ``probability``, among which ``odds`` (option and probability, best first)."""

    chosen: Scored
    probability: float
    odds: tuple[tuple[Scored, float], ...]


def odds_of(options: Sequence[Scored]) -> tuple[tuple[Scored, float], ...]:
    """The near-equals of the best option with their probabilities, best first; they add up to 1.

    Near-equal: liked as much as the best and within ``odds.near`` of its score, four at most. Each keeps at least
    ``odds.floor``; the rest goes by a softmax of the scores. ``options`` must hold one or more.
    """
    ordered = sorted(options, key=lambda option: (-option.total, option.activity.id))
    best = ordered[0]
    near = [
        option
        for option in ordered
        if option.parts["liked"] == best.parts["liked"]
        and best.total - option.total <= number("odds", "near")
    ][: whole("odds", "options")]
    pull = [exp((option.total - best.total) / number("odds", "temperature")) for option in near]
    floor = number("odds", "floor")
    shared = 1 - floor * len(near)
    return tuple(
        (option, floor + shared * weight / sum(pull)) for option, weight in zip(near, pull, strict=True)
    )


def choose(options: Sequence[Scored], rng: Random) -> Choice:
    """Draw one option. One draw of ``rng`` is used, also when there is nothing to choose between."""
    odds = odds_of(options)
    at = rng.random()
    for option, probability in odds:
        at -= probability
        if at < 0:
            return Choice(option, probability, odds)
    return Choice(*odds[-1], odds)  # what rounding leaves belongs to the last one
