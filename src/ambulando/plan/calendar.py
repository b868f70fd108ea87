"""Calendars: what an .ics file leaves free, and a plan written as one (RFC 5545).

Only times are taken from a calendar; who or what an entry is about is never kept.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from datetime import tzinfo as Zone  # noqa: N812 - a zone is what it is
from typing import Any

from ambulando.ground import InputError

#: letters of a calendar; ten years of a busy person's entries are well below it
LONGEST = 10_000_000
#: times that one calendar may hold in the days that are asked for
MOST = 5_000
#: entries that repeat in one calendar; following each costs time
MOST_RULES = 1_000
_LONGEST_MONTH = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: an entry that repeats from so far back is a mistake, or made to be slow
OLDEST = timedelta(days=366 * 60)


@dataclass(frozen=True, order=True)
class Busy:
    """A time that is taken: naive local datetimes, ``end`` after ``start``. Raises InputError where they are not."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise InputError("A time that is taken is in local time; please give it without an offset.")
        if self.end <= self.start:
            raise InputError(f"A time that is taken ends at {self.end}, not after it starts at {self.start}.")


@dataclass(frozen=True)
class Entry:
    """One session as a calendar shows it. ``start`` is aware; ``uid`` stays the same when the session moves."""

    uid: str
    start: datetime
    minutes: int
    title: str
    text: str


def read_ics(text: str, where: str, *, since: date, until: date, zone: Zone) -> tuple[Busy, ...]:
    """The times from ``since`` to ``until`` (both included) that the entries of a calendar take, in local time of ``zone``.

    Entries that repeat are followed, with what was moved or left out. Not taken: what is cancelled or marked as free, and
    entries of whole days, such as birthdays. A time without a zone is local. Overlaps are joined. Raises InputError,
    naming ``where``, for what is no calendar, for one that is too large and for one that was cut off.
    """
    from icalendar import Calendar

    if len(text) > LONGEST:
        raise InputError(f"{where} is larger than {LONGEST // 1_000_000} MB, so it was not read.")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise InputError(
            f"{where} is not a calendar. Please give an .ics file, as calendar programs write it."
        )
    begun, ended = (len(re.findall(rf"(?im)^{word}:VCALENDAR\s*$", text)) for word in ("BEGIN", "END"))
    if ended < begun:  # the reader takes what is there, and days whose entries are missing would look free
        raise InputError(f"{where} ends before the calendar does. Please export it again.")
    first = datetime.combine(since, time())
    last = datetime.combine(until + timedelta(days=1), time())
    found: list[Busy] = []
    try:
        for calendar in Calendar.from_ical(text, multiple=True):
            for start, end in _times(calendar, first, last, zone):
                start, end = max(start, first), min(end, last)
                if start < end:
                    found.append(Busy(start, end))
                if len(found) > MOST:
                    raise InputError(
                        f"{where} has more than {MOST} entries in these days, so it was not read."
                    )
    except InputError:
        raise
    except Exception as error:  # whatever the file does to its reader, it is the file that is at fault
        raise InputError(f"{where} could not be read as a calendar: {_short(error)}.") from error
    return joined(found)


def joined(times: Iterable[Busy]) -> tuple[Busy, ...]:
    """The same times in order, those that touch or overlap as one."""
    found: list[Busy] = []
    for one in sorted(times):
        if found and one.start <= found[-1].end:
            found[-1] = Busy(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)


def outside(free: Iterable[Busy], *, since: date, until: date) -> tuple[Busy, ...]:
    """What is taken where a calendar says which times are free: all the rest from ``since`` to ``until``."""
    at, last = datetime.combine(since, time()), datetime.combine(until + timedelta(days=1), time())
    taken: list[Busy] = []
    for one in joined(free):
        if at < min(one.start, last):
            taken.append(Busy(at, min(one.start, last)))
        at = max(at, one.end)
    if at < last:
        taken.append(Busy(at, last))
    return tuple(taken)


def write_ics(entries: Sequence[Entry], *, name: str, now: datetime) -> bytes:
    """A calendar of these sessions that others may subscribe to. ``now``: aware, when it was made."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    for key, value in (
        ("prodid", "-//Ambulando//EN"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
        ("x-wr-calname", name),
        ("x-published-ttl", "PT1H"),
    ):
        calendar.add(key, value)
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now)
        event.add("dtstart", entry.start)
        event.add("duration", timedelta(minutes=entry.minutes))
        event.add("summary", entry.title)
        if entry.text:
            event.add("description", entry.text)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")  # nobody is to be told that the time is taken
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _times(calendar: Any, first: datetime, last: datetime, zone: Zone) -> Iterator[tuple[datetime, datetime]]:
    """Local start and end of each entry that may touch the days from ``first`` to ``last``."""
    events = [event for event in calendar.walk("VEVENT") if isinstance(_value(event, "DTSTART"), datetime)]
    moved = {
        (str(event.get("UID", "")), _local(_value(event, "RECURRENCE-ID"), zone))
        for event in events
        if _value(event, "RECURRENCE-ID") is not None
    }
    if sum(event.get("RRULE") is not None for event in events) > MOST_RULES:
        raise InputError(f"This calendar has more than {MOST_RULES} entries that repeat, so it was not read.")
    for event in events:
        if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
            continue
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        length = _length(event, zone)
        if length <= timedelta():
            continue
        uid = str(event.get("UID", ""))
        repeats = _value(event, "RECURRENCE-ID") is None
        for start in _starts(event, first - length, last, zone):
            if not (repeats and (uid, start) in moved):
                yield start, start + length
    for free_busy in calendar.walk("VFREEBUSY"):
        listed = free_busy.get("FREEBUSY", [])
        for period in listed if isinstance(listed, list) else [listed]:
            if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                yield _local(period.start, zone), _local(period.end, zone)


def _starts(event: Any, first: datetime, last: datetime, zone: Zone) -> Iterator[datetime]:
    """The local starts of an entry between ``first`` and ``last``, those of its repetitions included."""
    from dateutil.rrule import rruleset, rrulestr

    start = _value(event, "DTSTART")
    rule, extra = event.get("RRULE"), _listed(event, "RDATE", zone)
    if rule is None and not extra:
        yield _local(start, zone)
        return
    if first - _local(start, zone) > OLDEST:
        return
    # Repetitions are counted on the clock of the entry's own zone, where summer time keeps nine o'clock at nine.
    own = start.tzinfo
    clock = start.replace(tzinfo=None)
    dates = rruleset()
    dates.rdate(clock)
    for one in rule if isinstance(rule, list) else [rule] if rule is not None else []:
        _check_rule(one)
        dates.rrule(rrulestr(_naive(one, own), dtstart=clock))
    margin = timedelta(days=2)  # for the distance between two zones
    left_out = set(_listed(event, "EXDATE", zone))
    for count, moment in enumerate(dates.xafter(first - margin, inc=True)):
        if moment > last + margin or count > MOST:
            break
        local = _local(moment.replace(tzinfo=own), zone)
        if local not in left_out:
            yield local
    yield from (moment for moment in extra if moment not in left_out)


def _check_rule(rule: Any) -> None:
    """Raises InputError for a rule of repetition that no calendar program writes, and that would be slow to follow to its end."""
    parts = {key.upper(): [str(one).upper() for one in rule.get(key, [])] for key in rule}
    often = parts.get("FREQ", [""])[0]
    fine = often not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or bool(
        parts.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"}
    )
    if often in ("DAILY", "WEEKLY"):  # these would be looked for day by day, for ever where there is none
        fine = fine or bool(parts.keys() & {"BYSETPOS", "BYYEARDAY", "BYWEEKNO"})
    months, days = parts.get("BYMONTH"), parts.get("BYMONTHDAY")
    never = months and days and all(int(day) > _LONGEST_MONTH[int(month)] for day in days for month in months)
    if fine or never:
        raise InputError(
            "An entry of this calendar repeats in a way that we do not follow. Please take it out."
        )


def _naive(rule: Any, own: Zone | None) -> str:
    """A rule as text, its UNTIL on the clock of the entry, as the repetitions are."""
    plain = rule.copy()
    until = plain.get("UNTIL")
    for one in until if isinstance(until, list) else [until]:
        if isinstance(one, datetime) and one.tzinfo is not None:
            plain["UNTIL"] = [one.astimezone(own).replace(tzinfo=None) if own else one.replace(tzinfo=None)]
    text: str = plain.to_ical().decode()
    return text


def _listed(event: Any, key: str, zone: Zone) -> list[datetime]:
    """The moments of RDATE or EXDATE, which may stand once or several times."""
    held = event.get(key)
    groups = held if isinstance(held, list) else [] if held is None else [held]
    moments = (moment.dt for group in groups for moment in getattr(group, "dts", []))
    return [
        _local(moment[0] if isinstance(moment, tuple) else moment, zone)
        for moment in moments
        if isinstance(moment, datetime | tuple)
    ]


def _length(event: Any, zone: Zone) -> timedelta:
    end, length = _value(event, "DTEND"), _value(event, "DURATION")
    if isinstance(end, datetime):
        return _local(end, zone) - _local(_value(event, "DTSTART"), zone)
    return length if isinstance(length, timedelta) else timedelta()


def _value(event: Any, key: str) -> Any:
    held = event.get(key)
    return None if held is None else held.dt


def _local(moment: Any, zone: Zone) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
