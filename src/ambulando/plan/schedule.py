"""On which days, at what time, how long: the person's windows, rest days between sessions, safe hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import combinations, pairwise

from ambulando.plan.rules import number, whole
from ambulando.plan.standing import Standing
from ambulando.safety.profile import DAYS, Profile
from ambulando.safety.screen import Limits

DAY = 24 * 60
#: Two sessions of one day need at least this many minutes between them.
APART = 10


@dataclass(frozen=True)
class Slot:
    """A place for a session: ``day``, ``time`` and how many ``minutes`` it has room for. ``hot``: in the hot hours."""

    day: date
    time: time
    minutes: int
    hot: bool


@dataclass(frozen=True)
class Slots:
    """The places of a week in order of time. ``asked``: whether they lie in the person's own windows."""

    slots: tuple[Slot, ...]
    asked: bool


@dataclass(frozen=True)
class _Opening:
    """A stretch of free time in minutes from midnight."""

    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start


def schedule(
    profile: Profile, standing: Standing, limits: Limits, *, sessions: int, minutes: int, early: bool = False
) -> Slots:
    """Places for up to ``sessions`` of ``minutes`` each in the seven days from ``standing.today``.

    One a day; two on the same day only for who offers one day a week, and fewer than asked where the windows do not
    have room. Without windows (or where safety closes all of them) in the morning, at a fixed hour. Every session begins
    at ``limits.earliest_hour`` or later, and ends before ``limits.latest_hour``.
    """
    days = [standing.today + timedelta(days=ahead) for ahead in range(7)]
    free = {day: _openings(profile, day, limits) for day in days}
    asked = any(free.values())
    if not asked:
        free = {day: [_default(limits, early=early)] for day in days}
    open_days = [day for day in days if free[day]]
    if len(open_days) == 1 and sessions > 1:
        only = open_days[0]
        parts = _two(free[only], minutes) or [_best(free[only], minutes, limits, early=early)]
        return Slots(tuple(_slot(only, part, limits, minutes) for part in parts), asked)
    roomy = [day for day in open_days if max(part.minutes for part in free[day]) >= minutes]
    chosen = _spread(roomy if len(roomy) >= sessions else open_days, sessions, standing)
    return Slots(
        tuple(_slot(day, _best(free[day], minutes, limits, early=early), limits, minutes) for day in chosen),
        asked,
    )


def is_hot(start: int, end: int) -> bool:
    """Whether a stretch (minutes from midnight) touches the hot hours of the day."""
    return start < whole("heat", "to") * 60 and end > whole("heat", "from") * 60


def _openings(profile: Profile, day: date, limits: Limits) -> list[_Opening]:
    earliest = 60 * (limits.earliest_hour or 0)
    latest = DAY if limits.latest_hour is None else limits.latest_hour * 60
    found = []
    for window in profile.windows:
        if window.day == DAYS[day.weekday()]:
            opening = _Opening(max(_minute(window.start), earliest), min(_minute(window.end), latest))
            if opening.minutes >= number("smallest", "minutes"):
                found.append(opening)
    return sorted(found, key=lambda part: part.start)


def _default(limits: Limits, *, early: bool) -> _Opening:
    latest = 24 if limits.latest_hour is None else limits.latest_hour
    hour = min(whole("times", "early" if early or limits.no_heat else "hour"), max(latest - 1, 0))
    end = min(latest, hour + 1)
    return _Opening(hour * 60, end * 60)


def _best(openings: Sequence[_Opening], minutes: int, limits: Limits, *, early: bool) -> _Opening:
    """The first opening with room, outside the hot hours where they matter; else the longest."""

    def worth(part: _Opening) -> tuple[bool, bool, int, int]:
        cool = not (limits.no_heat and is_hot(part.start, part.start + minutes))
        room = part.minutes >= minutes
        return (room, cool, 0 if room else part.minutes, -part.start)

    if early:
        roomy = [part for part in openings if part.minutes >= minutes]
        return min(roomy or openings, key=lambda part: part.start)
    return max(openings, key=worth)


def _two(openings: Sequence[_Opening], minutes: int) -> list[_Opening] | None:
    """Two separate places on one day, or None."""
    if len(openings) > 1 and openings[-1].start >= openings[0].start + minutes + APART:
        first = openings[0]
        return [_Opening(first.start, min(first.end, openings[-1].start - APART)), openings[-1]]
    whole_day = openings[0]
    if whole_day.minutes >= 2 * minutes + APART:
        return [
            _Opening(whole_day.start, whole_day.start + minutes),
            _Opening(whole_day.end - minutes, whole_day.end),
        ]
    return None


def _spread(days: Sequence[date], count: int, standing: Standing) -> tuple[date, ...]:
    """The days that lie farthest apart, away from what was done yesterday or today; among equals the earliest."""
    count = min(count, len(days))
    last = standing.bouts[-1].day if standing.bouts else None

    def worth(chosen: tuple[date, ...]) -> tuple[int, int, list[int]]:
        gaps = [(later - earlier).days for earlier, later in pairwise(chosen)]
        around = 7 - (chosen[-1] - chosen[0]).days  # to the same day a week later
        if last is not None:
            gaps.append(min((chosen[0] - last).days, 2))  # one day of rest is enough
        return (
            min([*gaps, around]),
            -sum(gap * gap for gap in [*gaps, around]),
            [-(day - standing.today).days for day in chosen],
        )

    return max(combinations(days, count), key=worth)


def _slot(day: date, part: _Opening, limits: Limits, minutes: int) -> Slot:
    hot = limits.no_heat and is_hot(part.start, part.start + min(part.minutes, minutes))
    return Slot(day, time(part.start // 60, part.start % 60), part.minutes, hot)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
