"""Simulated people for tests and demonstrations, made from the cited figures of ``data/simulator.toml``.

Everything made here carries ``simulated = True``; show it as such. The only randomness is the generator passed in.
``crowd`` lives the days; here one life is told as what an application would hold of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.response.crowd import (
    Floats,
    Lives,
    People,
    Setting,
    chance,
    compared,
    figures,
    from_figures,
    live,
)
from ambulando.response.protocol import Day, Protocol
from ambulando.response.series import Series, from_days


@dataclass(frozen=True)
class SimulatedCheckIn:
    """part: "morning" (before exercise) or "evening"; mood, energy, sleep (of the night before), stress: whole, 0-10.

    stress is asked in the evening, None in the morning; ill: whether the person was ill that day.
    """

    day: date
    part: str
    mood: int
    energy: int
    sleep: int
    stress: int | None = None
    ill: bool = False
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


def simulated_truth(rng: np.random.Generator, modalities: Sequence[str]) -> Truth:
    """A person drawn from the cited figures."""
    who = from_figures(rng, 1, len(modalities))
    return Truth(
        level=float(who.level[0]),
        same_day={modality: float(who.same_day[0, k]) for k, modality in enumerate(modalities)},
        weeks=float(who.weeks[0, 0]),
        reverse=float(who.reverse[0]),
        persistence=float(who.persistence[0]),
        sd=float(who.sd[0]),
        inertia_share=float(who.inertia_share[0]),
    )


def simulated_person(
    rng: np.random.Generator,
    days: int,
    start: date,
    *,
    activities: Sequence[str] = ("moderate-walk", "hatha-yoga"),
    randomised: bool = False,
    truth: Truth | None = None,
    adherence: bool = False,
    suggested: float = 0.0,
    staying: str = "engaged",
) -> Simulated:
    """``days`` days of a simulated person from ``start`` on.

    activities: catalogue ids they choose from; randomised: every day a fair draw decides whether there is a session,
    and it is followed (otherwise low mood makes a session less likely), or, with ``adherence``, followed as often as
    the figures say and less on low days; suggested: the share of other days with a suggestion, which helps less and
    less; staying: "engaged", "trial" or "app", who leaves and when; truth: who they are, drawn from the figures when
    not given. A missed day leaves no record at all, whatever was done. Raises InputError for fewer than one day, no
    activity, one that is not in the catalogue, or an unknown way of staying.
    """
    modality_of = {name: _modality(name) for name in activities}
    if not modality_of:
        raise InputError(
            "A simulated person needs something to do. Please name an activity of the catalogue."
        )
    facts = figures()
    missing = facts["missing"]
    setting = Setting(
        days=days,
        met=tuple(catalogue()[name].met for name in activities),
        drawn=randomised,
        asked=facts["adherence"]["asked"] if adherence else 1.0,
        unasked=facts["adherence"]["unasked"] if adherence else 0.0,
        suggested=suggested,
        share=facts["sessions"]["share_of_days"],
        missing=missing["share_of_days"],
        missing_by_mood=missing["log_odds_by_mood_point"],
        no_morning=missing["no_morning"],
        staying=staying,
    )
    who = truth or simulated_truth(rng, sorted(set(modality_of.values())))
    lives = live(rng, _people(who, [modality_of[name] for name in activities]), setting)
    span = [start + timedelta(n) for n in range(days)]
    checkins = tuple(row for n, day in enumerate(span) for row in _check_ins(lives, n, day))
    bouts = tuple(
        _bout(rng, day, activities[lives.kind[0, n]], int(lives.minutes[0, n]))
        for n, day in enumerate(span)
        if lives.here[0, n] and lives.kind[0, n] >= 0
    )
    own = rng.normal(0, facts["phq9"]["spread_between_people"])
    assessments = tuple(
        _assessment(rng, span[n], float(lives.wellbeing[0, max(0, n - 6) : n + 1].mean()), own)
        for n in range(facts["phq9"]["every_days"] - 1, days, facts["phq9"]["every_days"])
        if n < lives.stays[0]
    )
    return Simulated(
        replace(_series(lives, span, checkins, bouts, assessments), simulated=True),
        checkins,
        bouts,
        assessments,
        who,
    )


def simulated_comparison(
    rng: np.random.Generator,
    protocol: Protocol,
    seed: int,
    *,
    effects: Mapping[str, float],
    truth: Truth | None = None,
    adherence: bool = False,
) -> tuple[Day, ...]:
    """The draw days of a simulated person's own comparison, for ``comparison.analyse`` (target mood).

    seed: of its schedule; effects: points of each option on the evening, against doing nothing; adherence: whether what
    is drawn is done as often as the figures say and less on low days (else always). Raises InputError for an option
    without an effect.
    """
    lacking = [option.id for option in protocol.options if option.id not in effects]
    if lacking:
        raise InputError(f"No effect is given for {', '.join(lacking)}. Please give one for every option.")
    who = _people(truth or simulated_truth(rng, ["mixed"]), ["mixed"])
    asked = figures()["adherence"]["asked"] if adherence else 1.0
    points = np.array([[effects[option.id] for option in protocol.options]])
    return compared(rng, who, Setting(days=1, asked=asked), protocol, [seed], points)[0]


def chance_of_session(who: Truth, mood_above_usual: float, *, offered: bool, days_of_offers: int) -> float:
    """How likely a session is on a day, 0-1: for trying out ways of choosing what to suggest.

    mood_above_usual: points above the person's own level before the session; offered: whether something is suggested
    today; days_of_offers: since the first suggestion, with which the lift of a suggestion wears off.
    """
    facts = figures()
    suggestion = facts["suggestion"]
    lift = suggestion["lift"] * np.exp(-days_of_offers / suggestion["fade_days"]) if offered else 0.0
    return float(chance(facts["sessions"]["share_of_days"], who.reverse * mood_above_usual + lift))


def _people(who: Truth, modalities: Sequence[str]) -> People:
    """One person as a crowd of one, a column for each activity."""

    def one(value: float) -> Floats:
        return np.array([value])

    return People(
        level=one(who.level),
        trend=one(0.0),
        same_day=np.array([[who.same_day.get(modality, 0.0) for modality in modalities]]),
        next_day=np.zeros((1, len(modalities))),
        weeks=np.full((1, len(modalities)), who.weeks),
        reverse=one(who.reverse),
        persistence=one(who.persistence),
        sd=one(who.sd),
        inertia_share=one(who.inertia_share),
        dose_scale=one(figures()["sessions"]["dose_scale"]),
    )


def _series(
    lives: Lives,
    span: Sequence[date],
    checkins: Sequence[SimulatedCheckIn],
    bouts: Sequence[SimulatedBout],
    assessments: Sequence[SimulatedAssessment],
) -> Series:
    evenings = {row.day: row for row in checkins if row.part == "evening"}
    mornings = {row.day: row for row in checkins if row.part == "morning"}
    followed = lives.asked[0] == (lives.kind[0] >= 0)
    drawn: Mapping[date, bool] = {
        day: bool(followed[n]) for n, day in enumerate(span) if lives.here[0, n] and lives.drawn
    }
    return from_days(
        today=span[-1],
        moods={day: float(row.mood) for day, row in evenings.items()},
        bouts=[(bout.day, bout.modality, float(bout.minutes)) for bout in bouts],
        morning={day: float(row.mood) for day, row in mornings.items()},
        sleep={day: float(row.sleep) for day, row in evenings.items()},
        phq9={row.day: row.total for row in assessments},
        randomised=drawn if lives.drawn else None,
        energy={day: float(row.energy) for day, row in evenings.items()},
        stress={day: None if row.stress is None else float(row.stress) for day, row in evenings.items()},
        ill={day: row.ill for day, row in evenings.items()},
    )


def _modality(activity: str) -> str:
    entry = catalogue().get(activity)
    if entry is None:
        raise InputError(f"There is no activity '{activity}' in the catalogue. Please use one of its ids.")
    return entry.modality


def _check_ins(lives: Lives, n: int, day: date) -> list[SimulatedCheckIn]:
    """What was noted on day number ``n``: a morning where there is one, and the evening."""
    rows: list[SimulatedCheckIn] = []
    if not lives.here[0, n]:
        return rows
    sleep, ill = int(lives.sleep[0, n]), bool(lives.ill[0, n])
    if np.isfinite(lives.morning[0, n]):
        mood, energy = int(lives.morning[0, n]), int(lives.morning_energy[0, n])
        rows.append(SimulatedCheckIn(day, "morning", mood, energy, sleep, None, ill))
    mood, energy, stress = (int(values[0, n]) for values in (lives.mood, lives.energy, lives.stress))
    rows.append(SimulatedCheckIn(day, "evening", mood, energy, sleep, stress, ill))
    return rows


def _bout(rng: np.random.Generator, day: date, activity: str, minutes: int) -> SimulatedBout:
    entry = catalogue()[activity]
    effort = int(np.clip(round(entry.met + rng.normal(0, 1.0)), 0, 10))
    return SimulatedBout(day, entry.modality, activity, minutes, effort)


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
