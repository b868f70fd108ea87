"""A group trial as a table: one row a drawn day of one person."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ambulando.ground import InputError, rows_of
from ambulando.response.comparison import Day

#: Ratings of which less is better; they are turned round.
TURNED = ("stress",)
TARGETS = ("mood", "energy", "stress", "sleep")


@dataclass(frozen=True)
class GroupDays:
    """The drawn days by person, oldest first, and the two options that are compared."""

    options: tuple[str, str]
    members: Mapping[str, tuple[Day, ...]]


def read_group(
    text: str,
    where: str,
    *,
    target: str = "mood",
    options: tuple[str, str] | None = None,
    today: date | None = None,
) -> GroupDays:
    """The days in a CSV: ``person``, ``date``, ``option`` (as drawn) and the target (0-10), optional ``block``, ``morning`` and
    ``done`` (the option that was done; empty where that is not known). Rows in any order.

    options: the two to compare, the first minus the second; without them the two of the file in the order of the alphabet.
    Without ``block``, each day is put together with the next day of the other option that is still free. Raises InputError
    naming ``where`` and the row.
    """
    if target not in TARGETS:
        raise InputError(f"There is no target '{target}'. Please use one of {', '.join(TARGETS)}.")
    rows = rows_of(text, where=where, required=("person", "date", "option", target))
    if not rows:
        raise InputError(f"{where} has no days. Please add at least one row.")
    here = sorted({row["option"] for row in rows} - {""})
    options = options or _two(here, where)
    for name in options:
        if name not in here:
            raise InputError(f"{where} has no option '{name}'; it has {', '.join(here)}.")
    members: dict[str, dict[date, Day]] = {}
    for number, row in enumerate(rows, start=2):
        place = f"Row {number} of {where}"
        if not row["person"] or not row["option"]:
            raise InputError(
                f"{place} names no {'person' if not row['person'] else 'option'}. Please fill it in."
            )
        one = Day(
            day=_date(row["date"], place, today),
            block=_block(row["block"], place) if "block" in row else 0,
            option=row["option"],
            done=row.get("done") or None,
            outcome=_signed(_rating(row[target], place, target), target),
            morning=_signed(_rating(row.get("morning", ""), place, "morning"), target),
            not_today=False,
        )
        days = members.setdefault(row["person"], {})
        if one.day in days:
            raise InputError(
                f"{place} has {one.day} of {row['person']} for the second time. Please keep one row a day."
            )
        days[one.day] = one
    ordered = {person: tuple(days[day] for day in sorted(days)) for person, days in members.items()}
    if "block" not in rows[0]:
        ordered = {person: paired(days, options) for person, days in ordered.items()}
    return GroupDays(options, ordered)


def paired(days: tuple[Day, ...], options: tuple[str, str]) -> tuple[Day, ...]:
    """The days with blocks: each with the next day of the other option that is still free, whatever its outcome."""
    waiting: dict[str, list[int]] = {name: [] for name in options}
    blocks = 0
    made = []
    for one in days:
        if one.option not in waiting:
            made.append(one)
            continue
        other = options[1] if one.option == options[0] else options[0]
        if waiting[other]:
            block = waiting[other].pop(0)
        else:
            blocks += 1
            block = blocks
            waiting[one.option].append(block)
        made.append(replace(one, block=block))
    return tuple(made)


def _two(here: list[str], where: str) -> tuple[str, str]:
    if len(here) != 2:
        raise InputError(
            f"{where} has {len(here)} options ({', '.join(here)}). Please name the two to compare, such as --options walking,yoga."
        )
    return (here[0], here[1])


def _date(cell: str, place: str, today: date | None) -> date:
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


def _block(cell: str, place: str) -> int:
    if not cell.isascii() or not cell.isdigit():
        raise InputError(f"{place} has the block '{cell}'. Please give a whole number.")
    return int(cell)


def _rating(cell: str, place: str, name: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 10:
        raise InputError(f"{place} has the {name} '{cell}'. Please give a number from 0 to 10.")
    return value


def _signed(value: float | None, target: str) -> float | None:
    """So that more is better."""
    return 10 - value if value is not None and target in TURNED else value
