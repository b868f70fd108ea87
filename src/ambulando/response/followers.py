"""Simulated people who can be offered sessions: who they are, what they tell of themselves, and what luck they will have.

How they answer is in ``following``. Mood, its inertia, illness and effects are those of ``crowd``; the rest comes from
``data/following.toml``. What chance decides is drawn beforehand, so that several ways of planning meet the same people
with the same luck.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambulando.activity.catalogue import MODALITIES
from ambulando.ground import packaged_toml
from ambulando.response.crowd import Flags, Floats, People, from_figures, illness
from ambulando.response.crowd import figures as of_crowd

Whole = NDArray[np.int64]

#: What a session can be that helps against a barrier; "short" goes by its minutes.
TAGS = ("light", "short", "home", "free", "simple", "easy")


@dataclass(frozen=True)
class Wrong:
    """By which factor an assumption is wrong. effect: points of the same day and of weeks; slope: what minutes and
    effort cost; pull: of mood on doing, and the share of mood that is inertia; spread: between people; leaving: the
    hazard; burden: of being asked, and of how soon its first lift fades.
    """

    effect: float = 1.0
    slope: float = 1.0
    pull: float = 1.0
    spread: float = 1.0
    leaving: float = 1.0
    burden: float = 1.0


@dataclass(frozen=True)
class Followers:
    """N people. Arrays (N,), but liking and told_likes (N, K), helped (N, TAGS), barriers (N, 2), windows (N, 7, 2).

    who: mood and effects; willing: log-odds of a session without cost; comfortable_minutes, comfortable_met and what
    more costs (steep_minutes, steep_met); liking: in SDs; hour: their own, with hour_lift; helped: what helps against
    their barriers, adds up to 1 (0 without any), with ease; tired: log-odds by asking; novelty_days: the first lift
    fades in; leaves: hazard a day.
    What they tell: phq9, age, days and minutes they move now, barriers (numbers of BARRIERS, -1 none), told_likes, sore,
    windows (minutes from midnight, -1 none), offered minutes a week, money.
    """

    who: People
    willing: Floats
    comfortable_minutes: Floats
    steep_minutes: Floats
    comfortable_met: Floats
    steep_met: Floats
    liking: Floats
    like_weight: Floats
    hour: Floats
    hour_lift: Floats
    helped: Floats
    ease: Floats
    tired: Floats
    novelty_days: float
    leaves: Floats
    phq9: Whole
    age: Whole
    days: Whole
    minutes: Whole
    barriers: Whole
    told_likes: Flags
    sore: Flags
    windows: Whole
    offered: Whole
    money: Whole

    def __len__(self) -> int:
        return int(self.willing.size)


@dataclass(frozen=True)
class Luck:
    """What chance decides, (N, T) each, the same whatever is offered. will, looks, hurt, heals, stays: uniform; shock,
    evening, morning, tired, felt, effort: normal; ill, here: whether ill, and whether they check in.
    """

    will: Floats
    looks: Floats
    hurt: Floats
    heals: Floats
    stays: Floats
    shock: Floats
    evening: Floats
    morning: Floats
    tired: Floats
    felt: Floats
    effort: Floats
    ill: Flags
    here: Flags


@cache
def figures() -> dict[str, Any]:
    """The figures of ``data/following.toml``; not to be changed by the caller."""
    return packaged_toml("ambulando.response.data", "following.toml")


@cache
def barriers() -> tuple[str, ...]:
    """The barriers that can be in the way, by number."""
    return tuple(name for name, value in figures()["helps"].items() if isinstance(value, list))


def drawn(rng: np.random.Generator, people: int, wrong: Wrong = Wrong()) -> Followers:
    """People drawn from the figures; the same generator gives the same people, but for what is ``wrong``."""
    facts = figures()
    kinds, wide = len(MODALITIES), wrong.spread
    who = from_figures(rng, people, kinds)
    crowd = of_crowd()

    def apart(values: Floats, mean: float) -> Floats:
        return mean + wide * (values - mean)

    def normal(name: str, what: str, spread: str) -> Floats:
        return rng.normal(facts[name][what], facts[name][spread], people)

    weeks = apart(who.weeks, crowd["weeks"]["mean"])
    weeks = weeks + rng.normal(0, wide * facts["benefit"]["kind_sd"], (people, kinds))
    who = replace(
        who,
        same_day=wrong.effect * apart(who.same_day, crowd["same_day"]["mean"]),
        weeks=wrong.effect * weeks,
        reverse=wrong.pull * who.reverse,
        inertia_share=np.minimum(who.inertia_share * wrong.pull, 0.95),
    )
    minutes, hours, told = facts["minutes"], facts["hours"], facts["people"]
    willing = rng.normal(facts["base"]["log_odds"], wide * facts["base"]["sd"], people)
    comfortable = minutes["comfortable"] * np.exp(rng.normal(0, wide * minutes["comfortable_sd"], people))
    comfortable_met = np.clip(normal("effort", "comfortable", "comfortable_sd"), 2.0, 8.0)
    steep_minutes = wrong.slope * np.maximum(normal("minutes", "steep", "steep_sd"), 0.2)
    steep_met = wrong.slope * np.maximum(normal("effort", "steep", "steep_sd"), 0.1)
    liking = rng.normal(0, 1, (people, kinds))
    says = liking + rng.normal(0, facts["liking"]["noise"], (people, kinds))
    third = np.sort(says, axis=1)[:, -3:-2]
    evening = rng.random(people) < hours["evening_share"]
    hour = np.where(evening, hours["evening"], hours["morning"]) + rng.normal(0, hours["scatter"], people)
    moves = rng.random(people) >= told["little"]
    days = np.where(moves, rng.integers(told["days"][0], told["days"][1] + 1, people), 0)
    does = np.where(moves, 5 * rng.integers(told["minutes"][0] // 5, told["minutes"][1] // 5 + 1, people), 0)
    number = rng.choice(3, people, p=told["barriers"])
    named = np.argsort(rng.random((people, len(barriers()))), axis=1)[:, :2]
    named = np.where(np.arange(2) < number[:, None], named, -1)
    phq9 = np.clip(np.round(normal("people", "phq9", "phq9_sd")), 5, 27).astype(int)
    leave = facts["leaving"]
    hazard = leave["a_day"] * leave["phq9"] ** (phq9 - 12) * np.exp(rng.normal(0, wide * leave["sd"], people))
    return Followers(
        who=who,
        willing=willing,
        comfortable_minutes=np.maximum(comfortable, does),
        steep_minutes=steep_minutes,
        comfortable_met=comfortable_met,
        steep_met=steep_met,
        liking=liking,
        like_weight=np.maximum(normal("liking", "weight", "weight_sd"), 0.0),
        hour=np.clip(hour, 6.0, 21.0),
        hour_lift=np.maximum(normal("hours", "lift", "lift_sd"), 0.0),
        helped=_helped(named),
        ease=normal("ease", "weight", "weight_sd"),
        tired=wrong.burden * np.maximum(normal("burden", "weight", "weight_sd"), 0.0),
        novelty_days=crowd["suggestion"]["fade_days"] / wrong.burden,
        leaves=wrong.leaving * hazard,
        phq9=phq9,
        age=rng.integers(told["age"][0], told["age"][1] + 1, people),
        days=days,
        minutes=does,
        barriers=named,
        told_likes=(says >= third) & (says > facts["liking"]["named"]),
        sore=rng.random(people) < told["sore"],
        windows=_windows(rng, hour),
        offered=10 * rng.integers(told["offered"][0] // 10, told["offered"][1] // 10 + 1, people),
        money=rng.choice(4, people, p=told["money"]),
    )


def luck_of(rng: np.random.Generator, people: int, days: int) -> Luck:
    """What chance holds for ``people`` over ``days``."""
    shape = (people, days)
    will, looks, hurt, heals, stays = (rng.random(shape) for _ in range(5))
    shock, evening, morning, tired, felt, effort = (rng.standard_normal(shape) for _ in range(6))
    ill = illness(rng, people, days)
    here = rng.random(shape) >= of_crowd()["missing"]["share_of_days"]
    return Luck(
        will, looks, hurt, heals, stays, shock, evening, morning, tired, felt, effort, ill=ill, here=here
    )


def _helped(named: Whole) -> Floats:
    rows = np.array([[tag in figures()["helps"][name] for tag in TAGS] for name in barriers()], dtype=float)
    rows /= rows.sum(axis=1, keepdims=True)
    known = (named >= 0)[:, :, None]
    total: Floats = np.where(known, rows[named], 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return total


def _windows(rng: np.random.Generator, hour: Floats) -> Whole:
    """Free times by weekday, (N, 7, 2): start and end in minutes from midnight, -1 on days without."""
    facts = figures()["people"]
    n = hour.size
    number = rng.integers(facts["windows"][0], facts["windows"][1] + 1, n)
    order = np.argsort(np.argsort(rng.random((n, 7)), axis=1), axis=1)
    good = rng.random((n, 7)) < facts["good_windows"]
    near = hour[:, None] + rng.normal(0, 1, (n, 7))
    start = np.clip(np.where(good, near, rng.uniform(7, 20, (n, 7))), 6, 21)
    begins = (15 * np.round(4 * start)).astype(int)
    long = 15 * rng.integers(facts["window_minutes"][0] // 15, facts["window_minutes"][1] // 15 + 1, (n, 7))
    both = np.stack([begins, np.minimum(begins + long, 23 * 60 + 45)], axis=2)
    found: Whole = np.where((order < number[:, None])[:, :, None], both, -1)
    return found
