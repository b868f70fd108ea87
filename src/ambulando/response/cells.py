"""The cells of a table of days: a date, a number, a count. What does not fit raises InputError, naming the row."""

import math
from datetime import date

from ambulando.ground import InputError


def date_in(cell: str, place: str, today: date | None) -> date:
    """An ISO 8601 date; given ``today``, none after it."""
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        raise InputError(
            f"{place} has the date '{cell}'. Please write year-month-day, such as 2026-03-01."
        ) from None
    if today is not None and day > today:
        raise InputError(
            f"{place} has the date {day}, which is in the future. Please pick today or an earlier day."
        )
    return day


def number_in(cell: str, place: str, name: str, low: float = 0, high: float | None = 10) -> float | None:
    """A finite number from ``low`` to ``high`` (a rating, unless said otherwise; None: no end), or None for an empty cell."""
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not (low <= value <= (math.inf if high is None else high)) or math.isinf(value):
        limits = f"from {low:g} to {high:g}" if high is not None else f"of {low:g} or more"
        raise InputError(f"{place} has the {name} '{cell}'. Please give a number {limits}.")
    return value


def count_in(cell: str, place: str, name: str) -> int:
    """A whole number from 0 on, of nine digits at most."""
    if not cell.isascii() or not cell.isdigit() or len(cell) > 9:
        raise InputError(f"{place} has the {name} '{cell}'. Please give a whole number.")
    return int(cell)
