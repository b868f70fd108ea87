"""Many simulated people at once, as arrays: who they are, and the days that they live.

One day-by-day loop over all people together; ``simulate`` tells one of them as check-ins and bouts. Figures come from
``data/simulator.toml``, or from the beliefs of the model itself. The only randomness is the generator passed in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambulando.ground import InputError, packaged_toml
from ambulando.response.design import STOCK_DAYS
from ambulando.response.model import Grid
from ambulando.response.priors import SESSION_MINUTES, SESSIONS_A_WEEK, Priors, constants
from ambulando.response.protocol import NONE, Day, Protocol, days_of, schedule
from ambulando.response.series import Series

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: How evenings scatter about what is expected: "normal", "heavy" (Student's t, 3 degrees of freedom, outlying days)
#: or "skewed" (bad evenings further from the middle than good ones); the same SD for all three.
NOISES = ("normal", "heavy", "skewed")


@dataclass(frozen=True)
class People:
    """N people, K kinds of exercise. Arrays (N,), but same_day, next_day and weeks (N, K).

    level: mood 0-10 on the first day; trend: points in 90 days; same_day, next_day: points of a usual session; weeks:
    points of three usual sessions a week held for months; reverse: log-odds of a session per point of mood beforehand;
    persistence, sd, inertia_share: phi, s and rho of the model; dose_scale: kappa, minutes.
    """

    level: Floats
    trend: Floats
    same_day: Floats
    next_day: Floats
    weeks: Floats
    reverse: Floats
    persistence: Floats
    sd: Floats
    inertia_share: Floats
    dose_scale: Floats


@dataclass(frozen=True)
class Setting:
    """How the days of a crowd come about.

    days: their number; met: intensity of each of K kinds; drawn: a fair draw each day says whether there is a session
    (else low mood makes one less likely); asked, unasked: the share of days with a session where the draw said so and
    where it did not (1 and 0: always followed; in between, low mood weighs on it); suggested: the share of other days
    with a suggestion, which lifts the odds less and less; share: of days with a session without draws.
    missing: share of days without a check-in; missing_by_mood: its log-odds per point of mood; no_morning: share of
    recorded days without a morning rating; staying: "engaged", "trial" or "app", who leaves for good and when.
    noise: of NOISES; whole: ratings are whole numbers from 0 to 10 (else as they are, without ends); slow: share of
    the inertia that moves slower than one AR(1) can say (0.99 a day); ill: whether there are ill days.
    """

    days: int
    met: tuple[float, ...] = (4.0,)
    drawn: bool = False
    asked: float = 1.0
    unasked: float = 0.0
    suggested: float = 0.0
    share: float = 0.4
    missing: float = 0.18
    missing_by_mood: float = -0.2
    no_morning: float = 0.1
    staying: str = "engaged"
    noise: str = "normal"
    whole: bool = True
    slow: float = 0.0
    ill: bool = True

    def __post_init__(self) -> None:
        if self.days < 1:
            raise InputError(f"A simulated person needs at least one day, not {self.days}.")
        if self.noise not in NOISES:
            raise InputError(f"There is no noise '{self.noise}'. Please use one of {', '.join(NOISES)}.")
        if self.staying not in figures()["staying"]:
            known = ", ".join(figures()["staying"])
            raise InputError(f"There is no way of staying '{self.staying}'. Please use one of {known}.")


@dataclass(frozen=True)
class Lives:
    """The days of N people, simulated. Arrays (N, T); NaN where nothing was noted.

    mood, energy, stress: that evening; morning: mood before exercise; morning_energy; sleep: of the night before. kind:
    which of the K kinds a session is of, -1 for none; minutes: of it; both as lived, recorded or not. here: whether
    the day is recorded; stays: (N,), days until the person leaves for good. asked: what the draw said, all False
    without draws. ill: whether they were. on_rating: (N, K), the mean over days of what a usual session adds to the
    number that the person taps, ends and rounding included. wellbeing: the evening's mood without the noise of one
    evening. simulated: always True.
    """

    mood: Floats
    morning: Floats
    energy: Floats
    morning_energy: Floats
    stress: Floats
    sleep: Floats
    kind: NDArray[np.int64]
    minutes: Floats
    here: Flags
    stays: Floats
    drawn: bool
    asked: Flags
    ill: Flags
    on_rating: Floats
    wellbeing: Floats
    simulated: bool = True


def figures() -> dict[str, Any]:
    """The figures of ``data/simulator.toml``; not to be changed by the caller."""
    return packaged_toml("ambulando.response.data", "simulator.toml")


def from_figures(rng: np.random.Generator, people: int, kinds: int = 1) -> People:
    """People drawn from the cited figures."""
    facts = figures()

    def normal(name: str, *shape: int) -> Floats:
        return rng.normal(facts[name]["mean"], facts[name]["sd"], (people, *shape))

    spread, inertia = facts["spread"], facts["persistence"]
    alpha, beta = inertia["beta"]
    return People(
        level=normal("level"),
        trend=np.zeros(people),
        same_day=normal("same_day", kinds),
        next_day=np.zeros((people, kinds)),
        weeks=np.repeat(normal("weeks", 1), kinds, axis=1),
        reverse=normal("reverse"),
        persistence=np.clip(rng.beta(alpha, beta, people), inertia["low"], inertia["high"]),
        sd=np.clip(normal("spread"), spread["low"], spread["high"]),
        inertia_share=rng.uniform(spread["inertia_low"], spread["inertia_high"], people),
        dose_scale=np.full(people, facts["sessions"]["dose_scale"]),
    )


def from_beliefs(rng: np.random.Generator, people: int, modalities: Sequence[str], believed: Priors, grid: Grid) -> People:  # fmt: skip
    """People as the model believes them to be before any day, its priors and its grid; all of the same usual level."""
    facts = constants()
    reverse, noise = facts["reverse_causation"], facts["noise"]
    pair = rng.choice(grid.phi.size, size=people, p=np.exp(grid.log_pair))
    scale = rng.choice(grid.kappa.size, size=people, p=np.exp(grid.log_kappa))

    def effects(horizon: str) -> Floats:
        held = [believed.of(modality, horizon) for modality in modalities]
        return np.stack([rng.normal(one.mean, one.sd, people) for one in held], axis=1)

    return People(
        level=np.full(people, facts["level"]["mean"]),
        trend=rng.normal(facts["trend"]["mean"], facts["trend"]["sd"], people),
        same_day=effects("same-day"),
        next_day=effects("next-day"),
        weeks=effects("weeks"),
        reverse=rng.normal(reverse["mean"], reverse["sd"], people),
        persistence=grid.phi[pair],
        sd=np.sqrt(noise["variance"] * (noise["shape"] - 1) / rng.gamma(noise["shape"], size=people)),
        inertia_share=grid.rho[pair],
        dose_scale=grid.kappa[scale],
    )


def live(rng: np.random.Generator, who: People, setting: Setting) -> Lives:
    """The days of all of ``who``."""
    facts = figures()
    people, kinds = who.same_day.shape
    days = setting.days
    met = np.array(setting.met)
    everyone = np.arange(people)
    choice = rng.integers(kinds, size=(people, days))
    length = rng.choice(np.array(facts["sessions"]["minutes"], dtype=float), size=(people, days))
    asked = rng.random((people, days)) < 0.5 if setting.drawn else np.zeros((people, days), dtype=bool)
    suggested = rng.random((people, days)) < setting.suggested
    ill = illness(rng, people, days) if setting.ill else np.zeros((people, days), dtype=bool)
    slow = who.inertia_share * setting.slow
    fast = who.inertia_share - slow
    state = rng.normal(0, who.sd * np.sqrt(fast))
    drift = rng.normal(0, who.sd * np.sqrt(slow))
    one_evening = (who.sd * np.sqrt(1 - who.inertia_share))[:, None] * _noise(
        rng, (people, days), setting.noise
    )
    one_morning = (who.sd * np.sqrt(1 - who.inertia_share))[:, None] * rng.standard_normal((people, days))
    expected, before, lived, dose = (np.empty((people, days)) for _ in range(4))
    kind = np.full((people, days), -1)
    stock, keep = np.zeros((people, kinds)), math.exp(-1 / STOCK_DAYS)
    yesterday = np.zeros((people, kinds))
    for t in range(days):
        base = who.level + who.trend * t / 90 + facts["ill"]["mood"] * ill[:, t]
        base += (who.weeks * keep * stock).sum(axis=1) / (SESSIONS_A_WEEK / 7)
        base += (who.next_day * yesterday).sum(axis=1)
        inertia = state + drift
        pull = who.reverse * inertia
        if setting.drawn:
            likely = np.where(asked[:, t], chance(setting.asked, pull), chance(setting.unasked, pull))
        else:
            lift = (
                suggested[:, t]
                * facts["suggestion"]["lift"]
                * math.exp(-t / facts["suggestion"]["fade_days"])
            )
            likely = chance(setting.share, pull + lift)
        moved = (rng.random(people) < likely) & ~ill[:, t]
        kind[moved, t] = choice[moved, t]
        dose[:, t] = moved * _dose(length[:, t], met[choice[:, t]], who.dose_scale)
        yesterday = np.zeros((people, kinds))
        yesterday[everyone, choice[:, t]] = dose[:, t]
        before[:, t], expected[:, t] = base + inertia, base
        stock = keep * stock + (1 - keep) * yesterday
        # Today's session is in today's stock already, as in the model.
        lived[:, t] = base + inertia + who.same_day[everyone, choice[:, t]] * dose[:, t]
        lived[:, t] += (who.weeks * (1 - keep) * yesterday).sum(axis=1) / (SESSIONS_A_WEEK / 7)
        state = who.persistence * state + rng.normal(0, who.sd * np.sqrt((1 - who.persistence**2) * fast))
        drift = 0.99 * drift + rng.normal(0, who.sd * np.sqrt((1 - 0.99**2) * slow))
    evening = lived + one_evening
    morning = before + one_morning
    tilt = setting.missing_by_mood * (evening - expected) + facts["missing"]["log_odds_by_day"] * np.arange(
        days
    )
    here = rng.random((people, days)) >= chance(setting.missing, tilt)
    stays = _last_day(rng, people, setting.staying)
    here &= np.arange(days) < stays[:, None]
    with_morning = here & (rng.random((people, days)) >= setting.no_morning)

    def rated(value: Floats, noted: Flags) -> Floats:
        return np.where(noted, np.clip(np.round(value), 0, 10) if setting.whole else value, math.nan)

    energy, stress = facts["energy"], facts["stress"]
    plain = before + one_evening
    always = np.ones((people, days), dtype=bool)
    return Lives(
        mood=rated(evening, here),
        morning=rated(morning, with_morning),
        energy=rated(evening + energy["session_extra"] * dose + rng.normal(0, energy["noise"], evening.shape), here),
        morning_energy=rated(morning + rng.normal(0, energy["noise"], evening.shape), with_morning),
        stress=rated(
            stress["level"]
            + stress["by_mood_point"] * (evening - who.level[:, None])
            + stress["session"] * dose
            + rng.normal(0, stress["noise"], evening.shape),
            here,
        ),
        sleep=rated(6 + 0.6 * (before - expected) + rng.normal(0, 1.5, evening.shape), here),
        kind=kind,
        minutes=np.where(kind >= 0, length, 0.0),
        here=here,
        stays=stays,
        drawn=setting.drawn,
        asked=asked,
        ill=ill,
        on_rating=np.stack(
            [
                (rated(plain + effect[:, None], always) - rated(plain, always)).mean(axis=1)
                for effect in who.same_day.T
            ],
            axis=1,
        ),
        wellbeing=lived,
    )  # fmt: skip


def series_of(
    lives: Lives, one: int, modalities: Sequence[str], start: date, *, morning: bool = True
) -> Series:
    """The days of person number ``one`` as the engine reads them, from the first recorded day to the last.

    start: the date of the crowd's first day; without ``morning``, evenings alone.
    """
    recorded = np.flatnonzero(lives.here[one])
    first, last = (int(recorded[0]), int(recorded[-1]) + 1) if recorded.size else (0, 0)
    span = slice(first, last)
    here = lives.here[one, span]

    def noted(values: Floats) -> tuple[float | None, ...]:
        return tuple(None if math.isnan(value) else value for value in values[one, span].tolist())

    kind, minutes = lives.kind[one, span], lives.minutes[one, span]
    followed = here & (lives.asked[one, span] == (kind >= 0))
    return Series(
        start=start + timedelta(first),
        mood=noted(lives.mood),
        minutes={
            modality: tuple(np.where(here, minutes * (kind == k), math.nan).tolist())
            for k, modality in enumerate(modalities)
        },
        morning=noted(lives.morning) if morning else None,
        randomised=tuple(followed.tolist()) if lives.drawn else None,
        simulated=True,
    )


def compared(
    rng: np.random.Generator,
    who: People,
    setting: Setting,
    protocol: Protocol,
    seeds: Sequence[int],
    effects: Floats,
) -> list[tuple[Day, ...]]:
    """The draw days of everybody's own comparison (target mood), with no other exercise between them.

    seeds: of each person's schedule; effects: (N, K), points of each option of the protocol on the evening, against
    doing nothing; ``setting`` says how ratings, gaps and noise come about and how often the option drawn is done
    (``asked``, less on low days; otherwise nothing is); its days and share are those of the protocol.
    """
    span = [(day - protocol.start).days for day in days_of(protocol)]
    lives = live(rng, who, replace(setting, days=span[-1] + 1, share=0.0, drawn=False, whole=False))
    inertia = lives.wellbeing - who.level[:, None]
    kept = rng.random(inertia.shape) < chance(setting.asked, who.reverse[:, None] * inertia)
    place = {option.id: k for k, option in enumerate(protocol.options)}

    def noted(value: float) -> float | None:
        if math.isnan(value):
            return None
        return float(np.clip(round(value), 0, 10)) if setting.whole else value

    out = []
    for one, seed in enumerate(seeds):
        rows = []
        for at, draw in zip(span, schedule(protocol, seed), strict=True):
            done = bool(kept[one, at])
            added = effects[one, place[draw.option]] if done else 0.0
            rows.append(
                Day(
                    day=draw.day,
                    block=draw.block,
                    option=draw.option,
                    done=draw.option if done else NONE,
                    outcome=noted(float(lives.mood[one, at] + added)),
                    morning=noted(float(lives.morning[one, at])),
                )
            )
        out.append(tuple(rows))
    return out


def chance(share: float, tilt: Any) -> Any:
    """A probability ``share`` whose log-odds are moved by ``tilt`` (a number or an array); 0 and 1 stay as they are."""
    if share in (0.0, 1.0):
        return share + 0.0 * tilt
    return 1 / (1 + (1 - share) / share * np.exp(-tilt))


def _dose(minutes: Floats, met: Floats, scale: Floats) -> Floats:
    """``design.dose_of`` for arrays of people."""
    rate = met / 4.0 / scale
    dose: Floats = np.expm1(-rate * minutes) / np.expm1(-rate * SESSION_MINUTES)
    return dose


def _noise(rng: np.random.Generator, shape: tuple[int, int], noise: str) -> Floats:
    """Mean 0, SD 1."""
    if noise == "heavy":
        return rng.standard_t(3, shape) / math.sqrt(3)
    if noise == "skewed":
        return (2.0 - rng.gamma(2.0, size=shape)) / math.sqrt(2)
    return rng.standard_normal(shape)


def illness(rng: np.random.Generator, people: int, days: int) -> Flags:
    """Spells of illness that start and end by chance."""
    facts = figures()["ill"]
    ill = np.zeros((people, days), dtype=bool)
    drawn = rng.random((people, days))
    for t in range(1, days):
        ill[:, t] = drawn[:, t] < np.where(ill[:, t - 1], 1 - 1 / facts["days"], facts["starts"])
    return ill


def _last_day(rng: np.random.Generator, people: int, staying: str) -> Floats:
    """How many days each person stays: infinity, exponential from one figure, Weibull through two."""
    known = figures()["staying"][staying].get("by_day", [])
    if not known:
        return np.full(people, math.inf)
    day, share = known[0]
    gone = -math.log(share)
    shape = math.log(-math.log(known[1][1]) / gone) / math.log(known[1][0] / day) if len(known) > 1 else 1.0
    stays: Floats = np.maximum(day * np.exp(np.log(rng.exponential(size=people) / gone) / shape), 1.0)
    return stays
