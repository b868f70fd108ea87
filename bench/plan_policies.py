"""Ways of planning that `plan_evaluation.py` compares: each says every morning what is offered, and sees what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
from plan_oracle import Oracle
from plan_scene import SPAN, START, Scene, allowed, hours

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.plan import today as plan_today
from ambulando.plan import week as plan_week
from ambulando.plan.candidates import unsafe
from ambulando.plan.doing import Offered
from ambulando.response import following
from ambulando.response.following import Asked, Day, Now, table
from ambulando.safety.limits import Limits
from ambulando.safety.profile import Profile

#: Couch to 5k: minutes of running, and of walking with the five at the start, by week and run. As published by the NHS
#: (nine weeks, three runs each; read at st-clares.lancs.sch.uk/couch-to-5k and hallcrossmedical.co.uk/couch-to-5k).
COUCH = (
    ((8, 17),) * 3, ((9, 16),) * 3, ((9, 14),) * 3, ((16, 10.5),) * 3,
    ((15, 11), (16, 10), (20, 5)), ((18, 11), (20, 8), (25, 5)),
    ((25, 5),) * 3, ((28, 5),) * 3, ((30, 5),) * 3,
)  # fmt: skip
#: Adams' percentile goals: of the last nine days, the 60th; the first goal, the least and the most minutes of a day.
GOAL_DAYS, GOAL_SHARE, GOAL_FIRST, GOAL_LEAST, GOAL_MOST = 9, 0.6, 10.0, 5.0, 60.0
#: how much walking on a day scatters about what somebody aims for (SD of its logarithm); our assumption
GOAL_SCATTER = 0.4
#: plain Thompson sampling: the belief about every kind, and the noise of one evening
BELIEF, BELIEF_SD, EVENING_SD = 0.25, 0.30, 1.5


@dataclass(frozen=True)
class CheckIn:
    """A check-in of the morning, as the planner reads them."""

    day: date
    mood: float
    energy: float
    ill: bool


class Ambulando:
    """The planner itself, by its public functions, with what the application would know."""

    def __init__(self, here: Scene) -> None:
        self.here = here
        n = len(here.people)
        self.rngs = [Random(f"{here.seed}-{one}") for one in range(n)]
        self.bouts: list[list[Bout]] = [[] for _ in range(n)]
        self.checkins: list[list[CheckIn]] = [[] for _ in range(n)]
        self.offered: list[list[Offered]] = [[] for _ in range(n)]
        self.weeks: list[tuple[Any, ...]] = [()] * n
        self.missed = [0] * n
        self.today: dict[int, list[Any]] = {}

    def ask(self, now: Now) -> Asked:
        here, today = self.here, START + timedelta(now.t)
        mood, energy, noted = following.morning(here.people, here.luck, now)
        n = len(here.people)
        activity, minutes, hour = np.full((n, 3), -1), np.zeros((n, 3)), np.zeros((n, 3))
        self.today = {}
        for one in np.flatnonzero(~now.gone).tolist():
            if noted[one]:
                ill = bool(here.luck.ill[one, now.t])
                self.checkins[one].append(CheckIn(today, float(mood[one]), float(energy[one]), ill))
            if now.t % 7 == 0:
                self.weeks[one] = self._week(one, today)
            if not any(session.day == today for session in self.weeks[one]):
                continue
            session = plan_today.suggestion(
                self.weeks[one], today=today, energy=self._told(one, today, "energy")
            )
            sizes = sizes_of(session)
            self.today[one] = sizes
            for size, part in enumerate(sizes):
                activity[one, size] = table().place[part.activity]
                minutes[one, size] = part.minutes
                hour[one, size] = part.time.hour + part.time.minute / 60
        return Asked(activity, minutes, hour, less=True)

    def saw(self, now: Now, asked: Asked, day: Day) -> None:  # noqa: ARG002 - the others need it
        today = START + timedelta(now.t - 1)
        for one, sizes in self.today.items():
            if self._told(one, today, "ill"):  # a day of illness costs nothing
                continue
            size = int(day.size[one])
            part = sizes[max(size, 0)]
            self.missed[one] = 0 if size >= 0 else self.missed[one] + 1
            if size >= 0:
                start = datetime.combine(today, part.time, UTC)
                told = bool(self.here.luck.here[one, now.t - 1])
                felt = {
                    "effort": int(day.effort[one]),
                    "feeling_before": int(day.before[one]),
                    "feeling_after": int(day.after[one]),
                    "pain": bool(day.pain[one] or day.hurt[one]),
                }
                self.bouts[one].append(
                    Bout(part.activity, start, part.minutes * 60, **(felt if told else {}))
                )
            energy, mood = self._told(one, today, "energy"), self._told(one, today, "mood")
            self.offered[one].append(
                Offered(today, part.time, part.activity, part.minutes, size >= 0, energy=energy, mood=mood)
            )

    def _told(self, one: int, today: date, what: str) -> Any:
        """What somebody told this morning, None where they did not check in."""
        last = self.checkins[one][-1:]
        return getattr(last[0], what) if last and last[0].day == today else None

    def _week(self, one: int, today: date) -> tuple[Any, ...]:
        return plan_week.make(
            replace(self.here.profiles[one], ill=self._told(one, today, "ill")),
            today=today,
            rng=self.rngs[one],
            bouts=self.bouts[one],
            checkins=self.checkins[one][-60:],
            missed=self.missed[one],
            offered=self.offered[one],
        ).week


def sizes_of(session: Any) -> list[Any]:
    """A session and its smaller versions, largest first."""
    found = [session]
    while len(found) < 3:
        less = plan_today.smaller(found[-1])
        if less.minutes >= found[-1].minutes:
            break
        found.append(less)
    return found


class Scheduled:
    """Three fixed days a week of the person's own free times; ``plan`` gives activity, minutes and MET of a day (N,)."""

    def __init__(self, here: Scene) -> None:
        self.here = here
        self.days = np.array([three_days(one) for one in here.people.windows[:, :, 0]])
        self.most = np.array([limit.max_minutes or 999 for limit in here.limits], dtype=float)

    def ask(self, now: Now) -> Asked:
        on = self.days[:, now.t % 7]
        activity, minutes, met = self.plan(now)
        minutes = np.minimum(minutes, self.most)
        return half_too(np.where(on, activity, -1), minutes, hours(self.here.people, now.t), met)

    def plan(self, now: Now) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        raise NotImplementedError

    def saw(self, now: Now, asked: Asked, day: Day) -> None:
        """Nothing of it is used."""


class Guideline(Scheduled):
    """30 minutes of brisk walking, three times a week."""

    def __init__(self, here: Scene) -> None:
        super().__init__(here)
        self.walk = walk_for(here)

    def plan(self, now: Now) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # noqa: ARG002 - the same every day
        return self.walk, np.full(self.walk.size, 30.0), table().met[self.walk]


class CouchTo5k(Scheduled):
    """The nine weeks, a week again where fewer than two of its runs were done; then its last week. Who may not jog
    walks for the same time; who is only starting out jogs, as the programme has it.
    """

    def __init__(self, here: Scene) -> None:
        super().__init__(here)
        jog = catalogue()["jog"]
        self.walk = walk_for(here)
        self.runs = np.array(
            [unsafe(jog, replace(limit, max_intensity="vigorous")) is None for limit in here.limits]
        )
        self.most = np.where(self.runs, 999.0, self.most)
        self.level = np.zeros(len(here.people), dtype=int)
        self.turn = np.zeros(len(here.people), dtype=int)
        self.done = np.zeros(len(here.people), dtype=int)

    def plan(self, now: Now) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if now.t % 7 == 0:
            on = (self.done >= 2) & (self.level < len(COUCH) - 1)
            self.level = self.level + on
            self.turn[:] = self.done[:] = 0
        parts = np.array([COUCH[w][min(r, 2)] for w, r in zip(self.level, self.turn, strict=True)])
        known, place = table(), table().place
        total = parts.sum(axis=1)
        mixed = (
            parts[:, 0] * known.met[place["jog"]] + parts[:, 1] * known.met[place["moderate-walk"]]
        ) / total
        run = np.where(self.level < 4, place["walk-jog"], place["jog"])
        return (
            np.where(self.runs, run, self.walk),
            total,
            np.where(self.runs, mixed, known.met[self.walk]),
        )

    def saw(self, now: Now, asked: Asked, day: Day) -> None:  # noqa: ARG002
        self.turn += asked.activity[:, 0] >= 0
        self.done += day.size >= 0


class StepGoal:
    """A walking goal for every day: the 60th percentile of the last nine days."""

    def __init__(self, here: Scene) -> None:
        self.here = here
        n = len(here.people)
        self.did = np.zeros((SPAN, n))
        self.walk = np.full(n, table().place["moderate-walk"])
        self.most = np.array([limit.max_minutes or 999 for limit in here.limits], dtype=float)
        self.scatter = np.exp(GOAL_SCATTER * np.random.default_rng([here.seed, 4]).standard_normal((SPAN, n)))

    def ask(self, now: Now) -> Asked:
        goal = np.full(len(self.here.people), GOAL_FIRST)
        if now.t >= GOAL_DAYS:
            rank = round(GOAL_SHARE * (GOAL_DAYS + 1)) - 1
            goal = np.sort(self.did[now.t - GOAL_DAYS : now.t], axis=0)[rank]
        minutes = np.clip(goal, GOAL_LEAST, GOAL_MOST) * self.scatter[now.t]
        minutes = np.minimum(np.clip(minutes, 2.0, GOAL_MOST), self.most)
        return half_too(self.walk, minutes, hours(self.here.people, now.t), table().met[self.walk])

    def saw(self, now: Now, asked: Asked, day: Day) -> None:  # noqa: ARG002
        self.did[now.t - 1] = day.minutes


class Thompson(Scheduled):
    """Three times a week the kind that a draw from what is believed of each finds best for the evening's mood."""

    def __init__(self, here: Scene) -> None:
        super().__init__(here)
        n, kinds = here.people.liking.shape
        self.entry = np.array(
            [by_kind(one, limit) for one, limit in zip(here.profiles, here.limits, strict=True)]
        )
        self.mean, self.sure = np.full((n, kinds), BELIEF), np.full((n, kinds), 1 / BELIEF_SD**2)
        self.draws = np.random.default_rng([here.seed, 5]).standard_normal((SPAN, n, kinds))
        self.usual, self.days_seen = np.full(n, 4.5), np.ones(n)

    def plan(self, now: Now) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        drawn = self.mean + self.draws[now.t] / np.sqrt(self.sure)
        kind = np.where(self.entry >= 0, drawn, -np.inf).argmax(axis=1)
        activity = self.entry[np.arange(kind.size), kind]
        return activity, np.full(kind.size, 20.0 if now.t < 28 else 30.0), table().met[activity]

    def saw(self, now: Now, asked: Asked, day: Day) -> None:
        noted = self.here.luck.here[:, now.t - 1] & day.active
        done = noted & (day.size >= 0)
        every, kind = np.flatnonzero(done), table().kind[np.maximum(asked.activity[:, 0], 0)][done]
        felt = (day.mood - self.usual)[done]
        total = self.sure[every, kind] + 1 / EVENING_SD**2
        self.mean[every, kind] = (
            self.mean[every, kind] * self.sure[every, kind] + felt / EVENING_SD**2
        ) / total
        self.sure[every, kind] = total
        rest = noted & (day.size < 0)
        self.days_seen += rest
        self.usual += np.where(rest, (day.mood - self.usual) / self.days_seen, 0.0)


POLICIES: dict[str, Callable[[Scene], Any]] = {
    "Ambulando": Ambulando,
    "guideline, 30 min x 3": Guideline,
    "couch to 5k": CouchTo5k,
    "percentile step goal": StepGoal,
    "Thompson sampling": Thompson,
    "oracle": Oracle,
}


def half_too(activity: np.ndarray, minutes: np.ndarray, hour: np.ndarray, met: np.ndarray) -> Asked:
    """The whole, and the half that somebody may do of their own accord."""
    return Asked(
        np.repeat(activity[:, None], 2, axis=1),
        np.stack([minutes, minutes / 2], axis=1),
        np.repeat(hour[:, None], 2, axis=1),
        np.repeat(met[:, None], 2, axis=1),
    )


def three_days(start: np.ndarray) -> np.ndarray:
    """The three weekdays with free time that lie farthest apart, (7,)."""
    free = np.flatnonzero(start >= 0).tolist()

    def gap(days: tuple[int, ...]) -> int:
        return min((b - a) % 7 or 7 for a, b in zip(days, (*days[1:], days[0]), strict=True))

    chosen = max(combinations(free, min(3, len(free))), key=gap)
    return np.isin(np.arange(7), chosen)


def walk_for(here: Scene) -> np.ndarray:
    """The briskest of three walks that is safe for each."""
    names = ("brisk-walk", "moderate-walk", "easy-walk")
    return np.array([
        table().place[next((n for n in names if unsafe(catalogue()[n], limit) is None), "slow-stroll")]
        for limit in here.limits
    ])  # fmt: skip


def by_kind(profile: Profile, limits: Limits) -> np.ndarray:
    """For each kind the moderate activity nearest to 4 MET that this person may do, -1 without one; (K,)."""
    found = np.full(len(MODALITIES), -1)
    for entry in sorted(catalogue().values(), key=lambda entry: -abs(entry.met - 4)):
        if allowed(entry, profile, limits):
            found[MODALITIES.index(entry.modality)] = table().place[entry.id]
    return found
