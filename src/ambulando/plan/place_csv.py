"""A list of groups and places as a CSV file, written by hand or by a spreadsheet."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from ambulando.ground import InputError, rows_of
from ambulando.plan.places import GROUPS, LONGEST, Place, plain
from ambulando.safety.profile import DAYS, Window

REQUIRED = ("name", "kind", "activities")
#: Every column that is read; a file with another one is refused, for a slip in a name would lose what stands under it.
COLUMNS = (
    "id",
    *REQUIRED,
    "where",
    "days",
    "hours",
    "cost",
    "company",
    "supervised",
    "accessible",
    "contact",
    "source",
    "seen",
    "latitude",
    "longitude",
)
#: Rows and letters of a list; a city's groups are some hundreds.
MOST_ROWS = 20_000
MOST_LETTERS = 10_000_000
#: Times a week that one place may have.
MOST_TIMES = 21
_TIME = re.compile(r"(\w+)\s+(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})")


def read_csv(text: str, where: str, *, seen: date) -> tuple[Place, ...]:
    """The places of a CSV text. ``where``: what the file is called; ``seen``: the day for rows that name none.

    Columns: ``name``, ``kind`` and ``activities`` (with spaces between) are needed; see COLUMNS and docs/places.md for the
    rest. A row without ``id`` goes by its kind and name. Lines that begin with ``#`` are comments. Raises InputError naming
    row and column for what can not be; then nothing was read.
    """
    if len(text) > MOST_LETTERS:
        raise InputError(
            f"{where} has more than {MOST_LETTERS // 1_000_000} million letters; please split it."
        )
    rows = rows_of(text, where=where, required=REQUIRED)
    if odd := [name for name in (rows[0] if rows else {}) if name not in COLUMNS]:
        raise InputError(
            f"{where} has a column {odd[0][:40]!r} that is not known; it can have {', '.join(COLUMNS)}."
        )
    if len(rows) > MOST_ROWS:
        raise InputError(f"{where} has {len(rows)} rows; please give at most {MOST_ROWS} at once.")
    found: dict[str, tuple[int, Place]] = {}
    for number, row in enumerate(rows, start=2):
        place = _place(row, number, where, seen)
        if place.id in found:
            raise InputError(
                f"Row {number} of {where} has the same id as row {found[place.id][0]}, {place.id!r}; please give each its own."
            )
        found[place.id] = (number, place)
    return tuple(place for _number, place in found.values())


def days_from(text: str) -> tuple[Window, ...]:
    """Times as ``tuesday 10:00-11:00; thu 18:30-19:30``. Raises InputError with a sentence that begins with what is wrong."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        match = _TIME.fullmatch(part)
        if match is None:
            raise InputError(f"{part[:60]!r} is no time of the week; please write it as tuesday 10:00-11:00.")
        name, *clock = match.groups()
        day = next((one for one in DAYS if name.lower() in (one, one[:3])), None)
        if day is None:
            raise InputError(f"{name[:20]!r} is no day of the week; please give one of {', '.join(DAYS)}.")
        hours = [int(one) for one in clock]
        if hours[0] > 23 or hours[2] > 23 or hours[1] > 59 or hours[3] > 59:
            raise InputError(f"{part!r} has no such time of the day; please write it as tuesday 10:00-11:00.")
        start, end = time(hours[0], hours[1]), time(hours[2], hours[3])
        if end <= start:
            raise InputError(f"{part!r} ends before it starts; please turn it round.")
        found.append(Window(day, start, end))
    if len(found) > MOST_TIMES:
        raise InputError(f"{len(found)} times a week are too many; please give at most {MOST_TIMES}.")
    return tuple(sorted(set(found), key=lambda one: (DAYS.index(one.day), one.start, one.end)))


def _place(row: Mapping[str, str], number: int, where: str, seen: date) -> Place:
    def cell(column: str, read: Callable[[str], Any], default: Any) -> Any:
        text = plain(row.get(column, ""))
        if not text and column not in REQUIRED:
            return default
        try:
            return read(text)
        except ValueError as error:
            reason = str(error) if isinstance(error, InputError) else f"{text[:60]!r} is not one."
            raise InputError(f"Row {number} of {where}, {column}: {reason}") from None

    kind = cell("kind", str, "")
    name = cell("name", _text("name"), "")
    given: dict[str, Any] = {
        "id": cell("id", _text("id"), f"{kind}-{name}".casefold().replace(" ", "-")[: LONGEST["id"]]),
        "name": name,
        "kind": kind,
        "activities": cell("activities", lambda text: tuple(dict.fromkeys(text.split())), ()),
        "where": cell("where", _text("where"), ""),
        "days": cell("days", days_from, ()),
        "hours": cell("hours", _text("hours"), ""),
        "cost": cell("cost", _grade, 0),
        "company": cell("company", str, "together" if kind in GROUPS else "either"),
        "supervised": cell("supervised", _yes, False),
        "accessible": cell("accessible", _yes, None),
        "contact": cell("contact", _text("contact"), ""),
        "source": cell("source", _text("source"), plain(where)[: LONGEST["source"]]),
        "seen": cell("seen", _day, seen),
        "latitude": cell("latitude", _degrees, None),
        "longitude": cell("longitude", _degrees, None),
    }
    try:
        return Place(**given)
    except InputError as error:
        raise InputError(f"Row {number} of {where}: {error}") from None


def _text(field: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text:
            raise InputError("it is empty; please fill it in.")
        if len(text) > LONGEST[field]:
            raise InputError(f"it has {len(text)} letters; please use at most {LONGEST[field]}.")
        return text

    return read


def _yes(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise InputError(f"{text[:20]!r} is neither yes nor no; please give one, or leave it empty.")
    return text.lower() == "yes"


def _grade(text: str) -> int:
    if text not in ("0", "1", "2", "3"):
        raise InputError(f"{text[:20]!r} is not 0, 1, 2 or 3; please give 0 for free, 3 for a membership.")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text[:20]!r} is no day; please write it as 2026-05-31.") from None


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{text[:20]!r} is no number of degrees; please write it as -41.29.") from None
