"""When a walking group meets. All its times stand on one clock, its own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ambulando.safety.profile import DAYS
from ambulando.web.care.walks.models import Walk

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Meeting:
    """One time that a group meets. ``day`` is the date on its own clock, ``start`` and ``end`` are aware."""

    day: date
    start: datetime
    end: datetime
    cancelled: bool


def meetings(
    walk: Walk, since: date, until: date, cancelled: Collection[date] = frozenset()
) -> tuple[Meeting, ...]:
    """The times from ``since`` to ``until`` (both included, on the group's clock), in order."""
    since = max(since, walk.first)
    until = min(until, walk.last) if walk.last else until
    singles = {date.fromisoformat(one) for one in walk.dates}
    days = (since + n * DAY for n in range(max(0, (until - since).days + 1)))
    return tuple(
        meeting(walk, day, day in cancelled)
        for day in days
        if day in singles or DAYS[day.weekday()] in walk.weekly
    )


def meeting(walk: Walk, day: date, cancelled: bool = False) -> Meeting:
    start = datetime.combine(day, walk.starts, tzinfo=walk.zone)
    # the length is true time, also on the night when clocks change
    end = (start.astimezone(UTC) + timedelta(minutes=walk.minutes)).astimezone(walk.zone)
    return Meeting(day, start, end, cancelled)


def own_clock(one: Meeting, zone: tzinfo) -> tuple[date, time, time]:
    """The day, start and end of a meeting on somebody's own clock; an end on the next day is the last minute of this one."""
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    return start.date(), start.time(), end.time() if end.date() == start.date() else time(23, 59)
