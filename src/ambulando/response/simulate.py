"""Simulated people for tests and demonstrations, made from the cited figures of ``data/simulator.toml``.

Everything made here carries ``simulated = True``; show it as such. The only randomness is the generator passed in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError, packaged_toml
from ambulando.response.design import STOCK_DAYS, dose_of
from ambulando.response.priors import SESSIONS_A_WEEK
from ambulando.response.series import Series, from_days


@dataclass(frozen=True)
class SimulatedCheckIn:
    """part: "morning" (before exercise) or "evening"; mood, energy, sleep (of the night before): whole, 0-10."""

    day: date
    part: str
    mood: int
    energy: int
    sleep: int
    simulated: bool = True


@dataclass(frozen=True)
class SimulatedBout:
    """One bout: a catalogue activity, its modality, whole minutes, effort 0-10."""

    day: date
    modality: str
    activity: str
    minutes: int
    effort: int
    simulated: bool = True


@dataclass(frozen=True)
class SimulatedAssessment:
    """One PHQ-9: nine answers 0-3 that add up to ``total``."""

    day: date
    answers: tuple[int, ...]
    total: int
    simulated: bool = True


@dataclass(frozen=True)
class Truth:
    """What the simulated person is really like.

    level: mood 0-10 on the first day; same_day: points by modality of a usual session; weeks: points of three usual
    sessions a week held for months; reverse: log-odds of a session per point of mood beforehand; persistence, sd,
    inertia_share: phi, s and rho of the model.
    """

    level: float
    same_day: dict[str, float]
    weeks: float
    reverse: float
    persistence: float
    sd: float
    inertia_share: float


@dataclass(frozen=True)
class Simulated:
    """A simulated person: what an application would hold of them, the same days as a Series, and the truth."""

    series: Series
    checkins: tuple[SimulatedCheckIn, ...]
    bouts: tuple[SimulatedBout, ...]
    phq9: tuple[SimulatedAssessment, ...]
    truth: Truth
    simulated: bool = True


def figures() -> dict[str, Any]:
    """The figures of ``data/simulator.toml``; not to be changed by the caller."""
    return packaged_toml("ambulando.response.data", "simulator.toml")


def simulated_truth(rng: np.random.Generator, modalities: Sequence[str]) -> Truth:
    """A person drawn from the cited figures."""
    facts = figures()

    def normal(name: str) -> float:
        return float(rng.normal(facts[name]["mean"], facts[name]["sd"]))

    spread, inertia = facts["spread"], facts["persistence"]
    return Truth(
        level=normal("level"),
        same_day={modality: normal("same_day") for modality in modalities},
        weeks=normal("weeks"),
        reverse=normal("reverse"),
        persistence=float(np.clip(rng.beta(*inertia["beta"]), inertia["low"], inertia["high"])),
        sd=float(np.clip(normal("spread"), spread["low"], spread["high"])),
        inertia_share=float(rng.uniform(spread["inertia_low"], spread["inertia_high"])),
    )


def simulated_person(
    rng: np.random.Generator,
    days: int,
    start: date,
    *,
    activities: Sequence[str] = ("moderate-walk", "hatha-yoga"),
    randomised: bool = False,
    truth: Truth | None = None,
) -> Simulated:
    """``days`` days of a simulated person from ``start`` on.

    activities: catalogue ids they choose from; randomised: every day a fair draw decides whether there is a session,
    and it is followed (otherwise low mood makes a session less likely); truth: who they are, drawn from the figures
    when not given. A missed day leaves no record at all, whatever was done. Raises InputError for fewer than one day,
    no activity or one that is not in the catalogue.
    """
    if days < 1:
        raise InputError(f"A simulated person needs at least one day, not {days}.")
    modality_of = {name: _modality(name) for name in activities}
    if not modality_of:
        raise InputError(
            "A simulated person needs something to do. Please name an activity of the catalogue."
        )
    facts = figures()
    who = truth or simulated_truth(rng, sorted(set(modality_of.values())))
    state = rng.normal(0, who.sd * math.sqrt(who.inertia_share))
    evening_noise = who.sd * math.sqrt(1 - who.inertia_share)
    stock, keep = 0.0, math.exp(-1 / STOCK_DAYS)
    checkins: list[SimulatedCheckIn] = []
    bouts: list[SimulatedBout] = []
    assessments: list[SimulatedAssessment] = []
    drawn: dict[date, bool] = {}
    lived: list[float] = []
    own = rng.normal(0, facts["phq9"]["spread_between_people"])
    for n in range(days):
        day = start + timedelta(n)
        base = who.level + who.weeks * stock / (SESSIONS_A_WEEK / 7)
        morning = base + state + rng.normal(0, evening_noise)
        sleep = _scale(6 + 0.6 * state + rng.normal(0, 1.5))
        dose, evening, bout = 0.0, base + state, None
        if rng.random() < _chance(0.5 if randomised else facts["sessions"]["share_of_days"],
                                  0.0 if randomised else who.reverse * state):  # fmt: skip
            activity = activities[int(rng.integers(len(activities)))]
            bout = _bout(rng, day, activity, modality_of[activity])
            dose = float(dose_of(np.array([bout.minutes]), catalogue()[activity].met, 30.0)[0])
            evening += who.same_day.get(bout.modality, 0.0) * dose
        stock = keep * stock + (1 - keep) * dose
        lived.append(evening)
        evening += rng.normal(0, evening_noise)
        missing = facts["missing"]
        tilt = missing["log_odds_by_mood_point"] * (evening - base) + missing["log_odds_by_day"] * n
        here = rng.random() >= _chance(missing["share_of_days"], tilt)
        with_morning = rng.random() >= missing["no_morning"]
        energy = _scale(morning + rng.normal(0, 1.0)), _scale(evening + rng.normal(0, 1.0))
        if here:
            drawn[day] = randomised
            if with_morning:
                checkins.append(SimulatedCheckIn(day, "morning", _scale(morning), energy[0], sleep))
            checkins.append(SimulatedCheckIn(day, "evening", _scale(evening), energy[1], sleep))
            if bout:
                bouts.append(bout)
        if (n + 1) % facts["phq9"]["every_days"] == 0:
            assessments.append(_assessment(rng, day, sum(lived[-7:]) / len(lived[-7:]), own))
        shock = who.sd * math.sqrt((1 - who.persistence**2) * who.inertia_share)
        state = who.persistence * state + rng.normal(0, shock)
    evenings = {row.day: row for row in checkins if row.part == "evening"}
    mornings = {row.day: row for row in checkins if row.part == "morning"}
    series = from_days(
        today=start + timedelta(days - 1),
        moods={day: float(row.mood) for day, row in evenings.items()},
        bouts=[(bout.day, bout.modality, float(bout.minutes)) for bout in bouts],
        morning={day: float(row.mood) for day, row in mornings.items()},
        sleep={day: float(row.sleep) for day, row in evenings.items()},
        phq9={row.day: row.total for row in assessments},
        randomised=drawn if randomised else None,
    )
    return Simulated(replace(series, simulated=True), tuple(checkins), tuple(bouts), tuple(assessments), who)


def _modality(activity: str) -> str:
    entry = catalogue().get(activity)
    if entry is None:
        raise InputError(f"There is no activity '{activity}' in the catalogue. Please use one of its ids.")
    return entry.modality


def _chance(share: float, tilt: float) -> float:
    """A probability ``share`` whose log-odds are moved by ``tilt``."""
    return 1 / (1 + (1 - share) / share * math.exp(-tilt))


def _scale(value: float) -> int:
    return int(np.clip(round(value), 0, 10))


def _bout(rng: np.random.Generator, day: date, activity: str, modality: str) -> SimulatedBout:
    minutes = int(rng.choice(figures()["sessions"]["minutes"]))
    effort = _scale(catalogue()[activity].met + rng.normal(0, 1.0))
    return SimulatedBout(day, modality, activity, minutes, effort)


def _assessment(rng: np.random.Generator, day: date, week: float, own: float) -> SimulatedAssessment:
    facts = figures()["phq9"]
    expected = facts["at_level"] + own - facts["points_by_mood_point"] * (week - facts["level"])
    total = int(np.clip(round(expected + rng.normal(0, facts["noise"])), 0, 27))
    answers = np.zeros(9, dtype=int)
    weights = np.array(facts["item_weights"])
    for _ in range(total):
        open_items = np.where(answers < 3, weights, 0.0)
        answers[int(rng.choice(9, p=open_items / open_items.sum()))] += 1
    return SimulatedAssessment(day, tuple(answers.tolist()), total)
