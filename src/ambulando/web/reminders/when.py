"""Whether now is the time for a reminder. Plain values in, a day or a yes out; no clock, no database.

A day is a day of the person's own clock. Where a change of the clock takes an hour away, the next one serves; where
it gives one twice, the day has had its reminder the second time.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

#: reminders come from this hour of the person's clock on, and before that one
EARLIEST, LATEST = 8, 21
#: hours after the chosen one in which a reminder may still come, as after a stop of the installation
WITHIN = 3
#: who travels over the date line has two days in one; their reminders still lie this far apart
APART = timedelta(hours=20)
PAUSE = timedelta(days=7)


def day_of(now: datetime, *, zone: ZoneInfo, hour: int) -> date | None:
    """The person's day, when now is in its time for reminders; else None. ``now`` is aware, ``hour`` the chosen one."""
    local = now.astimezone(zone)
    in_time = hour <= local.hour < hour + WITHIN and EARLIEST <= local.hour < LATEST
    return local.date() if in_time else None


def may_come(
    now: datetime,
    day: date,
    *,
    snoozed_until: date | None,
    last_day: date | None,
    last_at: datetime | None,
    quiet_until: datetime | None,
) -> bool:
    """Whether a reminder may come now, on this day of the person.

    ``last_day`` and ``last_at`` are those of the last reminder that was made, sent or not; ``quiet_until`` is how long
    a help page keeps reminders silent. All moments are aware.
    """
    if snoozed_until is not None and day < snoozed_until:
        return False
    if last_day == day or (last_at is not None and now - last_at < APART):
        return False
    return quiet_until is None or now >= quiet_until
