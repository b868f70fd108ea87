"""What a device counted over whole days (FIT monitoring files)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ambulando.activity.recordings.model import Day

#: Seconds in FIT files count from here.
_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
#: One cycle of these is two steps.
_STEPPING = ("walking", "running")

Counts = dict[tuple[str, str, str], float]


def days_of(messages: Iterable[Mapping[str, Any]]) -> dict[str, Day]:
    """The days in monitoring messages, by ISO date on the device's own clock.

    A count runs up from midnight and starts anew each day, one for each kind of movement, so a day is the largest
    count of each kind, added up. A message stamped at midnight closes the day before. Times are given in full or as
    their lowest 16 bits, which go on from the last full one.
    """
    offset = timedelta(0)
    clock: datetime | None = None
    counts: Counts = {}
    for message in messages:
        time, local = message.get("timestamp"), message.get("local_timestamp")
        if isinstance(time, datetime):
            clock = time
            if isinstance(local, datetime):
                offset = local - time
                continue
        elif clock is not None and isinstance(low := message.get("timestamp_16"), int):
            stamp = int((clock - _EPOCH).total_seconds())
            clock = _EPOCH + timedelta(seconds=stamp + ((low - stamp) & 0xFFFF))
        if clock is None:
            continue
        _count(counts, (clock + offset - timedelta(seconds=1)).date().isoformat(), message)
    return {day: _day(counts, day) for day in sorted({day for day, _, _ in counts})}


def _count(counts: Counts, day: str, message: Mapping[str, Any]) -> None:
    kind = str(message.get("activity_type"))
    steps = message.get("steps")
    if steps is None and kind in _STEPPING and isinstance(message.get("cycles"), int | float):
        steps = 2 * message["cycles"]
    active = message.get("active_time") if kind != "sedentary" else None
    for name, value in (("steps", steps), ("active", active), ("metres", message.get("distance"))):
        if isinstance(value, int | float):
            key = (day, name, kind)
            counts[key] = max(counts.get(key, 0.0), float(value))


def _day(counts: Counts, day: str) -> Day:
    def total(name: str) -> float | None:
        values = [value for (when, what, _), value in counts.items() if (when, what) == (day, name)]
        return sum(values) if values else None

    steps, active = total("steps"), total("active")
    return Day(
        steps=None if steps is None else round(steps),
        active_minutes=None if active is None else active / 60,
        metres=total("metres"),
    )
