"""A group trial as a table: one row a drawn day of one person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ambulando.ground import InputError, rows_of
from ambulando.response.cells import count_in, date_in, number_in
from ambulando.response.protocol import NONE, Day
from ambulando.response.series import check_target

#: Ratings of which less is better; they are turned round.
TURNED = ("stress",)


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
    ``done`` (the option that was done, ``none``, or 1 and 0 for as drawn or not; empty where that is not known). Rows in any order.

    options: the two to compare, the first minus the second; without them the two of the file in the order of the alphabet.
    Without ``block``, each day is put together with the next day of the other option that is still free. Raises InputError
    naming ``where`` and the row.
    """
    check_target(target)
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
            day=date_in(row["date"], place, today),
            block=count_in(row["block"], place, "block") if "block" in row else 0,
            option=row["option"],
            done=_done(row.get("done", ""), row["option"]),
            outcome=_signed(number_in(row[target], place, target), target),
            morning=_signed(number_in(row.get("morning", ""), place, "morning"), target),
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


def _done(text: str, drawn: str) -> str | None:
    told = {"": None, "1": drawn, "yes": drawn, "0": NONE, "no": NONE}
    return told.get(text, text)


def _signed(value: float | None, target: str) -> float | None:
    """So that more is better."""
    return 10 - value if value is not None and target in TURNED else value
