"""The simulated people that `plan_evaluation.py` plans for: what they tell, and what safety allows them."""

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

import numpy as np

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.plan.candidates import AT_HAND, likes, unsafe
from ambulando.response import followers
from ambulando.response.followers import Followers, Luck
from ambulando.response.following import Asked
from ambulando.safety.limits import Limits
from ambulando.safety.profile import DAYS, Active, Profile, Window
from ambulando.safety.screen import screen

START = date(2026, 1, 5)  # a Monday
SPAN = 84
#: the last fortnight, in which mood and being active count
LAST = 70


@dataclass(frozen=True)
class Scene:
    """Simulated people, their luck, and what they tell: the same for every policy."""

    people: Followers
    luck: Luck
    profiles: tuple[Profile, ...]
    limits: tuple[Limits, ...]
    seed: int


def scene(people: Followers, luck: Luck, seed: int) -> Scene:
    profiles = tuple(profile_of(people, one) for one in range(len(people)))
    return Scene(people, luck, profiles, tuple(screen(profile).limits for profile in profiles), seed)


def profile_of(people: Followers, one: int) -> Profile:
    """What person number ``one`` tells at the start."""
    names = followers.barriers()
    windows = tuple(
        Window(day, _clock(start), _clock(end))
        for day, (start, end) in zip(DAYS, people.windows[one].tolist(), strict=True)
        if start >= 0
    )
    return Profile(
        age=int(people.age[one]),
        active=Active(int(people.days[one]), int(people.minutes[one])),
        conditions=("chronic-pain",) if people.sore[one] else (),
        phq9=int(people.phq9[one]),
        barriers=tuple(names[at] for at in people.barriers[one].tolist() if at >= 0),
        likes=tuple(m for m, liked in zip(MODALITIES, people.told_likes[one].tolist(), strict=True) if liked),
        windows=windows,
        minutes_per_week=int(people.offered[one]),
        money=int(people.money[one]),
    )


def hours(people: Followers, t: int) -> np.ndarray:
    """When somebody would go on this day: as their free time begins, else at their own hour."""
    start = people.windows[:, t % 7, 0]
    return np.where(start >= 0, start / 60, people.hour)


def allowed(entry: Any, profile: Profile, limits: Limits) -> bool:
    """Whether an activity is safe, affordable, needs no kit, and can be reached (a liked one wherever it is)."""
    near = likes(profile, entry) or bool(set(entry.places) & set(AT_HAND))
    cheap = profile.money is None or entry.cost <= profile.money
    return near and cheap and not entry.kit and unsafe(entry, limits) is None


def breaks(here: Scene, asked: Asked, *, jogs: bool = False) -> np.ndarray:
    """(N,) whether what is offered breaks a limit of safety; ``jogs``: but for the effort of somebody starting out."""
    entries = list(catalogue().values())
    found = np.zeros(len(here.people), dtype=bool)
    for one in np.flatnonzero(asked.activity[:, 0] >= 0).tolist():
        entry, limit = entries[asked.activity[one, 0]], here.limits[one]
        jogging = jogs and entry.modality == "running"
        if jogging:
            limit = replace(limit, max_intensity="vigorous", max_minutes=None)
        long = limit.max_minutes is not None and asked.minutes[one, 0] > limit.max_minutes
        found[one] = long or unsafe(entry, limit) is not None
    return found


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
