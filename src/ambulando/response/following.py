"""How simulated people answer to being offered a session: whether they do it, how it feels, what it gives, when they leave.

For trying out ways of planning; who they are is in ``followers``. All of them live a day at once. Nothing here knows a plan.
"""

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.response.crowd import Flags, Floats
from ambulando.response.crowd import figures as of_crowd
from ambulando.response.design import STOCK_DAYS, dose_of
from ambulando.response.followers import TAGS, Followers, Luck, Whole, figures
from ambulando.response.priors import SESSIONS_A_WEEK

#: A session of so many minutes is a short one.
SHORT = 15.0
#: The training stock that three usual sessions a week keep up.
USUAL_STOCK = SESSIONS_A_WEEK / 7
KEEP = math.exp(-1 / STOCK_DAYS)


@dataclass(frozen=True)
class Asked:
    """What is offered on a day, largest first; arrays (N, S). activity: its number in the catalogue, -1 nothing; minutes;
    hour; met: None for that of the catalogue. less: whether the smaller sizes are offered (else they are looked at less).
    """

    activity: Whole
    minutes: Floats
    hour: Floats
    met: Floats | None = None
    less: bool = False


@dataclass
class Now:
    """Where N people are; it moves on with every day. t: the day; stock (N, K); longest (T, N, 2) minutes by day of
    easy and of loaded sessions; failures in a row; sour: bad sessions, fading; gone, and on which day (T without)."""

    state: Floats
    stock: Floats
    longest: Floats
    failures: Floats
    sour: Floats
    asks: Floats
    habit: Floats
    pain: Floats
    gone: Flags
    left: Whole
    t: int = 0


@dataclass(frozen=True)
class Day:
    """A day as lived, arrays (N,). size: which size was done, -1 none; minutes of it; effort 0-10; before, after: -5 to 5;
    mood of the evening; wellbeing: without the noise of the evening; gain: beyond what it would be without exercise;
    pain; hurt: what was done today brought it; active: still there in the morning."""

    size: Whole
    minutes: Floats
    effort: Floats
    before: Floats
    after: Floats
    mood: Floats
    wellbeing: Floats
    gain: Floats
    pain: Flags
    hurt: Flags
    active: Flags


@dataclass(frozen=True)
class Table:
    """The catalogue as arrays (A,), tags (A, TAGS); ids in its order."""

    ids: tuple[str, ...]
    kind: Whole
    met: Floats
    impact: Whole
    loaded: Flags
    tags: Floats
    place: dict[str, int] = field(default_factory=dict)


@cache
def table() -> Table:
    """The catalogue as the simulated people see it."""
    entries = list(catalogue().values())
    tags = [
        (a.intensity == "light", False, "home" in a.places, a.cost == 0, a.attention == "low", a.impact == 0)
        for a in entries
    ]
    ids = tuple(a.id for a in entries)
    return Table(
        ids=ids,
        kind=np.array([MODALITIES.index(a.modality) for a in entries]),
        met=np.array([a.met for a in entries]),
        impact=np.array([a.impact for a in entries]),
        loaded=np.array([a.impact >= 2 or a.modality in ("running", "strength") for a in entries]),
        tags=np.array(tags, dtype=float),
        place={name: at for at, name in enumerate(ids)},
    )


def begin(people: Followers, luck: Luck) -> Now:
    """The morning of the first day."""
    n, days = luck.will.shape
    kinds = people.who.same_day.shape[1]
    spread = people.who.sd * np.sqrt(people.who.inertia_share)
    return Now(
        state=spread * luck.shock[:, 0],
        stock=np.zeros((n, kinds)),
        longest=np.zeros((days, n, 2)),
        failures=np.zeros(n),
        sour=np.zeros(n),
        asks=np.zeros(n),
        habit=np.zeros(n),
        pain=np.zeros(n),
        gone=np.zeros(n, dtype=bool),
        left=np.full(n, days),
    )


def benefit(people: Followers, stock: Floats) -> Floats:
    """Points of mood that a training stock (..., K) gives, saturating: three usual sessions a week give ``weeks``."""
    half = figures()["benefit"]["half"]
    usual = stock.sum(axis=-1) / USUAL_STOCK
    points = (people.who.weeks * stock).sum(axis=-1) / USUAL_STOCK
    found: Floats = points * (1 + half) / (usual + half)
    return found


def morning(people: Followers, luck: Luck, now: Now) -> tuple[Floats, Floats, Flags]:
    """Mood and energy as rated before any exercise (0-10, whole), and whether the person checks in; (N,) each."""
    noise = people.who.sd * np.sqrt(1 - people.who.inertia_share)
    mood = _before(people, luck, now) + noise * luck.morning[:, now.t]
    energy = mood + of_crowd()["energy"]["noise"] * luck.tired[:, now.t]
    here = luck.here[:, now.t] & ~now.gone
    return np.clip(np.round(mood), 0, 10), np.clip(np.round(energy), 0, 10), here


def log_odds(people: Followers, luck: Luck, now: Now, asked: Asked) -> Floats:
    """Of doing each thing that is asked, (N, S); minus infinity where nothing is, or the person is ill or gone."""
    facts = figures()
    what = np.maximum(asked.activity, 0)
    pull = now.state + of_crowd()["ill"]["mood"] * luck.ill[:, now.t]
    lift = of_crowd()["suggestion"]["lift"] * math.exp(-now.t / people.novelty_days)
    steady = people.willing + people.who.reverse * pull + lift + facts["habit"]["weight"] * now.habit
    steady = steady - people.tired * now.asks + facts["pain"]["doing"] * (now.pain > 0)
    like = np.take_along_axis(people.liking, table().kind[what], axis=1)
    own = np.exp(-0.5 * ((asked.hour - people.hour[:, None]) / facts["hours"]["width"]) ** 2)
    found = (
        steady[:, None]
        - people.steep_minutes[:, None] * length(people, now, asked.minutes)
        - people.steep_met[:, None] * strain(people, now, what, asked.met)
        + people.like_weight[:, None] * like
        + people.hour_lift[:, None] * (own - 0.5)
        + people.ease[:, None] * _ease(people, what, asked.minutes)
    )
    can = (asked.activity >= 0) & (asked.minutes > 0) & ~(luck.ill[:, now.t] | now.gone)[:, None]
    return np.where(can, found, -np.inf)


def live(people: Followers, luck: Luck, now: Now, asked: Asked) -> Day:
    """The day of all of them; ``now`` becomes the next morning."""
    facts, t = figures(), now.t
    n = len(people)
    every = np.arange(n)
    active = ~now.gone
    # Somebody who does not feel like the whole of it does the largest part that they feel like, if they look at one.
    would = luck.will[:, t, None] < 1 / (1 + np.exp(-log_odds(people, luck, now, asked)))
    if would.shape[1] > 1:
        would[:, 1:] &= (luck.looks[:, t] < facts["less"]["offered" if asked.less else "own"])[:, None]
    done = would.any(axis=1)
    size = np.where(done, would.argmax(axis=1), -1)
    at = np.maximum(size, 0)
    what = np.maximum(asked.activity[every, at], 0)
    minutes = np.where(done, asked.minutes[every, at], 0.0)
    met = table().met[what] if asked.met is None else asked.met[every, at]
    kind = table().kind[what]
    hard = strain(people, now, what[:, None], met[:, None])[:, 0]
    long = length(people, now, minutes[:, None])[:, 0]
    felt, rated = facts["feeling"], facts["felt_effort"]
    change = (
        felt["usual"] + felt["liking"] * people.liking[every, kind] + felt["effort"] * hard
        + felt["minutes"] * long + felt["noise"] * luck.felt[:, t]
    )  # fmt: skip
    effort = rated["usual"] + rated["effort"] * hard + rated["minutes"] * long
    effort = effort + rated["noise"] * luck.effort[:, t]
    before = _before(people, luck, now)
    start = np.clip(np.round(before - 5), -5, 5)
    dose = np.where(done, dose_of(minutes, met, people.who.dose_scale), 0.0)
    today = np.zeros_like(now.stock)
    today[every, kind] = dose
    stock = KEEP * now.stock + (1 - KEEP) * today
    acute = people.who.same_day[every, kind] * dose + facts["benefit"]["too_hard"] * hard * done
    base = _before(people, luck, now, counted=False)
    pain = np.where(now.pain > 0, facts["pain"]["mood"], 0.0)
    gain = benefit(people, stock) + acute + pain
    noise = people.who.sd * np.sqrt(1 - people.who.inertia_share)
    hurt = done & (luck.hurt[:, t] < risk(now, what, minutes))
    found = Day(
        size=size,
        minutes=minutes,
        effort=np.clip(np.round(effort), 0, 10),
        before=start,
        after=np.clip(np.round(start + change), -5, 5),
        mood=np.clip(np.round(base + gain + noise * luck.evening[:, t]), 0, 10),
        wellbeing=base + gain,
        gain=gain,
        pain=now.pain > 0,
        hurt=hurt,
        active=active,
    )
    asked_now = (asked.activity[:, 0] >= 0) & active & ~luck.ill[:, t]
    now.stock = stock
    now.longest[t, every, table().loaded[what].astype(int)] = minutes
    now.failures = np.where(done, 0.0, now.failures + asked_now)
    leave = facts["leaving"]
    now.sour = now.sour * math.exp(-1 / leave["fades"]) + (done & (change < 0))
    now.asks = facts["burden"]["keep"] * now.asks + asked_now
    habit = facts["habit"]
    now.habit = np.where(done, now.habit + habit["each"] * (1 - now.habit), (1 - habit["fades"]) * now.habit)
    heals = luck.heals[:, t] < 1 / facts["pain"]["days"]
    now.pain = np.where(hurt, 1.0, np.where(heals, 0.0, now.pain))
    leaves = active & (luck.stays[:, t] < hazard(people, now))
    now.left = np.where(leaves, t + 1, now.left)
    now.gone = now.gone | leaves
    if t + 1 < luck.will.shape[1]:
        new = people.who.sd * np.sqrt((1 - people.who.persistence**2) * people.who.inertia_share)
        now.state = people.who.persistence * now.state + new * luck.shock[:, t + 1]
    now.t = t + 1
    return found


def hazard(people: Followers, now: Now) -> Floats:
    """Of leaving for good tonight, (N,)."""
    leave = figures()["leaving"]
    factor = leave["failure"] ** np.minimum(now.failures, leave["most"]) * leave["bad"] ** now.sour
    found: Floats = np.minimum(people.leaves * factor * leave["habit"] ** now.habit, 0.9)
    return found


def risk(now: Now, activity: Whole, minutes: Floats) -> Floats:
    """The chance (N,) that a session ends in pain: by impact, and by how far it is over the longest of 30 days."""
    facts, jump = figures()["pain"], figures()["jump"]
    first = max(0, now.t - jump["days"])
    recent = now.longest[first : now.t].max(axis=0) if now.t else np.zeros((activity.size, 2))
    longest = recent[np.arange(activity.size), table().loaded[activity].astype(int)]
    over = np.where(longest > 0, minutes / np.maximum(longest, 1e-9), np.inf)
    factor = np.array([1.0, *jump["hazard"]])[np.searchsorted(jump["over"], over, side="left")]
    found: Floats = np.array(facts["by_impact"])[table().impact[activity]] * factor
    return found


def _before(people: Followers, luck: Luck, now: Now, *, counted: bool = True) -> Floats:
    """Mood before today's session; without ``counted``, as it would be had there never been any."""
    mood: Floats = people.who.level + now.state + of_crowd()["ill"]["mood"] * luck.ill[:, now.t]
    if counted:
        mood = mood + benefit(people, KEEP * now.stock)
        mood = mood + np.where(now.pain > 0, figures()["pain"]["mood"], 0.0)
    return mood


def _used(now: Now) -> Floats:
    """How much is kept up, in usual weeks, at most one and a half; (N, 1)."""
    found: Floats = np.minimum(now.stock.sum(axis=1) / USUAL_STOCK, 1.5)[:, None]
    return found


def length(people: Followers, now: Now, minutes: Floats) -> Floats:
    """What the minutes cost, (N, S): little below what is comfortable, more and more above, then less steeply."""
    facts = figures()["minutes"]
    fits = people.comfortable_minutes * np.exp(facts["by_mood_point"] * now.state)
    found: Floats = np.log1p((minutes / (fits[:, None] * (1 + facts["grows"] * _used(now)))) ** 2)
    return found


def strain(people: Followers, now: Now, activity: Whole, met: Floats | None) -> Floats:
    """Effort above what is comfortable, (N, S): 1 for half as much again; nothing up to a tenth above."""
    facts = figures()["effort"]
    hard = table().met[activity] if met is None else met
    share = hard / (people.comfortable_met[:, None] * (1 + facts["grows"] * _used(now)))
    found: Floats = np.maximum(share - facts["free"], 0.0) / 0.5
    return found


def _ease(people: Followers, activity: Whole, minutes: Floats) -> Floats:
    """-1 to 1, (N, S): how much of what helps against their barriers a session has; 0 without a barrier."""
    tags = table().tags[activity].copy()
    tags[..., TAGS.index("short")] = minutes <= SHORT
    has = np.einsum("nst,nt->ns", tags, people.helped)
    found: Floats = np.where(people.helped.sum(axis=1, keepdims=True) > 0, 2 * has - 1, 0.0)
    return found
