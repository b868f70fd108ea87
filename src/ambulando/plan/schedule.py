"""On which days and at what times there is room: the person's windows, their calendar, safe hours, the heat of the day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from ambulando.plan.calendar import Busy
from ambulando.plan.rules import number, whole
from ambulando.safety.profile import DAYS, Profile, Window
from ambulando.safety.screen import Limits

#: a stretch of one day, in minutes from midnight
Stretch = tuple[int, int]
DAY = 24 * 60
#: A session of today begins at one of these minutes of an hour: the next that is still to come.
QUARTER = 15
#: Two sessions of one day need at least this many minutes between them.
APART = 10


@dataclass(frozen=True)
class Slot:
    """A place for a session: ``day``, ``time`` and how many ``minutes`` it has room for. ``hot``: in the hot hours.

    ``meets``: the time of a group, for what that group does and nothing else.
    """

    day: date
    time: time
    minutes: int
    hot: bool
    meets: bool = False


@dataclass(frozen=True)
class Openings:
    """Where a week has room. ``parts``: for each session that could be, in order of time, the slots that it may choose
    from (one part a day, two for who offers one day). ``asked``: whether they lie in the person's own windows.
    """

    parts: tuple[tuple[Slot, ...], ...]
    asked: bool

    @property
    def days(self) -> tuple[date, ...]:
        """The day of each part."""
        return tuple(slots[0].day for slots in self.parts)


def openings(
    profile: Profile,
    limits: Limits,
    *,
    days: Sequence[date],
    sessions: int,
    minutes: int,
    early: bool = False,
    busy: Sequence[Busy] = (),
    meetings: Sequence[Window] = (),
    now: datetime | None = None,
) -> Openings:
    """Where up to ``sessions`` of ``minutes`` each may be on these days: the person's windows without what is ``busy``.

    Days without room for ``minutes`` are left out where there are enough others. Without windows (or where safety or a
    calendar closes all of them) in the morning, at a fixed hour, or at the free hour next to it. Every session begins at
    ``limits.earliest_hour`` or later and ends before ``limits.latest_hour``. ``early``: only the first slot of a day.
    ``meetings``: when groups meet; those within the person's windows are slots of their own. ``now``: what of its day is
    gone is no room any more. No parts at all only where no day has two free minutes.
    """
    closed = {day: [*gone_by(day, now), *taken(day, busy)] for day in days}
    rooms = {day: _windows(profile, day, limits, closed[day]) for day in days}
    asked = any(rooms.values())
    if not asked:
        rooms = {day: _default(limits, closed[day], minutes, early=early) for day in days}
    open_days = [day for day in days if rooms[day]]
    if len(open_days) == 1 and sessions > 1 and (two := _two(rooms[open_days[0]], minutes)):
        parts = tuple((_slot(open_days[0], *part, limits, minutes),) for part in two)
        return Openings(parts, asked)
    roomy = [day for day in open_days if max(end - start for start, end in rooms[day]) >= minutes]
    if len(roomy) >= sessions:
        open_days = roomy
    return Openings(
        tuple(
            (
                *_slots(day, rooms[day], limits, minutes, early=early),
                *_meeting(day, rooms[day] if asked else _any(limits, closed[day]), meetings, limits, minutes),
            )
            for day in open_days
        ),
        asked,
    )


def taken(day: date, busy: Iterable[Busy]) -> list[Stretch]:
    """What of a day is taken, in whole minutes, so that nothing planned touches it."""
    midnight, minute = datetime.combine(day, time()), timedelta(minutes=1)
    found = []
    for one in busy:
        start = max((one.start - midnight) // minute, 0)
        end = min(-((midnight - one.end) // minute), DAY)
        if start < end:
            found.append((start, end))
    return sorted(found)


def gone_by(day: date, now: datetime | None) -> list[Stretch]:
    """What of a day is gone, up to the next quarter of an hour that is still to come."""
    if now is None or day != now.date():
        return []
    minute = _minute(now.time())
    return [(0, minute - minute % QUARTER + QUARTER)] if now.time() > time() else []


def free(stretches: Iterable[Stretch], busy: Iterable[Stretch]) -> list[Stretch]:
    """What is left of ``stretches`` without ``busy``, in order of time."""
    left = sorted(stretches)
    for start, end in busy:
        parts = []
        for first, last in left:
            if end <= first or last <= start:
                parts.append((first, last))
            else:
                parts += [part for part in ((first, start), (end, last)) if part[0] < part[1]]
        left = parts
    return left


def is_hot(start: int, end: int) -> bool:
    """Whether a stretch (minutes from midnight) touches the hot hours of the day."""
    return start < whole("heat", "to") * 60 and end > whole("heat", "from") * 60


def _windows(profile: Profile, day: date, limits: Limits, busy: Sequence[Stretch]) -> list[Stretch]:
    """What the person's windows leave on a day within the hours of safety."""
    first, last = _hours(limits)
    found = [
        (max(_minute(window.start), first), min(_minute(window.end), last))
        for window in profile.windows
        if window.day == DAYS[day.weekday()]
    ]
    return _with_room(free(found, busy))


def _default(limits: Limits, busy: Sequence[Stretch], minutes: int, *, early: bool) -> list[Stretch]:
    """An hour of the morning; where that has no room the free time next to it in the day, then anywhere."""
    first, last = _hours(limits)
    hour = min(whole("times", "early" if early or limits.no_heat else "hour") * 60, max(last - 60, 0))
    day = (max(first, whole("times", "first") * 60), min(last, whole("times", "last") * 60))
    stretches = [free([within], busy) for within in ((hour, min(last, hour + 60)), day, (first, last))]
    roomy = [[part for part in parts if part[1] - part[0] >= minutes] for parts in stretches]
    for left in (*roomy, *map(_with_room, stretches)):
        if left:
            nearest = min(left, key=lambda part: (abs(part[0] - hour), part))
            return [(nearest[0], min(nearest[1], nearest[0] + 60))]
    return []


def _any(limits: Limits, busy: Sequence[Stretch]) -> list[Stretch]:
    """All free time of a day, for who gave no times."""
    first, last = _hours(limits)
    return free([(max(first, whole("times", "first") * 60), min(last, whole("times", "last") * 60))], busy)


def _meeting(
    day: date, rooms: Sequence[Stretch], meetings: Sequence[Window], limits: Limits, minutes: int
) -> list[Slot]:
    """The slots of groups that meet on a day while there is room."""
    found = {}
    for one in meetings:
        start, end = _minute(one.start), _minute(one.end)
        room = [min(end, until) - start for since, until in rooms if since <= start < until]
        if one.day == DAYS[day.weekday()] and room and max(room) >= number("place", "shortest"):
            slot = _slot(day, start, start + max(room), limits, minutes)
            found[start] = replace(slot, meets=True)
    return [found[start] for start in sorted(found)]


def _hours(limits: Limits) -> Stretch:
    """From when to when safety lets a session be, in minutes from midnight."""
    latest = DAY if limits.latest_hour is None else limits.latest_hour * 60
    return 60 * (limits.earliest_hour or 0), latest


def _with_room(stretches: Sequence[Stretch]) -> list[Stretch]:
    return [part for part in stretches if part[1] - part[0] >= number("smallest", "minutes")]


def _slots(
    day: date, free: Sequence[Stretch], limits: Limits, minutes: int, *, early: bool
) -> tuple[Slot, ...]:
    """The slots that a session of a day may choose from: those with room, else the longest; the cool ones where heat matters."""
    roomy = [part for part in free if part[1] - part[0] >= minutes]
    roomy = roomy or [max(free, key=lambda part: (part[1] - part[0], -part[0]))]
    starts = [(start, end) for part in roomy for start, end in _starts(part, minutes)]
    slots = [_slot(day, start, end, limits, minutes) for start, end in sorted(set(starts))]
    slots = [slot for slot in slots if not slot.hot] or slots
    return tuple(slots[: 1 if early else whole("times", "a_day")])


def _starts(part: Stretch, minutes: int) -> list[Stretch]:
    """When to begin within a stretch: at its start, and where it is long also in its middle and near its end."""
    start, end = part
    if end - start < minutes + whole("times", "long"):
        return [part]
    later = (start + (end - start - minutes) // 2, end - minutes)
    return [part, *((at - at % QUARTER, end) for at in later)]


def _two(free: Sequence[Stretch], minutes: int) -> list[Stretch] | None:
    """Two separate places on one day, or None."""
    if len(free) > 1 and free[-1][0] >= free[0][0] + minutes + APART:
        first, last = free[0], free[-1]
        return [(first[0], min(first[1], last[0] - APART)), last]
    start, end = free[0]
    if end - start >= 2 * minutes + APART:
        return [(start, start + minutes), (end - minutes, end)]
    return None


def _slot(day: date, start: int, end: int, limits: Limits, minutes: int) -> Slot:
    hot = limits.no_heat and is_hot(start, start + min(end - start, minutes))
    return Slot(day, time(start // 60, start % 60), end - start, hot)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
