"""The table of a finished comparison, and the design it is held against. No NumPy here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import index
from typing import Any

from ambulando.ground import InputError, rows_of
from ambulando.response.cells import count_in, date_in, number_in
from ambulando.response.protocol import (
    NONE,
    Day,
    Draw,
    Option,
    Protocol,
    check_options,
    check_seal,
    option_of,
    protocol_of,
)
from ambulando.response.series import TARGETS

#: "outcome" is a rating that is already turned so that more is better.
COLUMNS = ("date", "option", *TARGETS, "outcome", "done", "morning", "block", "not_today")


@dataclass(frozen=True)
class Sealed:
    """A design as it was kept: protocol, draws, seed and seal."""

    protocol: Protocol
    draws: tuple[Draw, ...]
    seed: int
    seal: str

    @property
    def holds(self) -> bool:
        """Whether nothing of it was changed since the start."""
        return check_seal(self.protocol, self.draws, self.seed, self.seal)

    def drew(self, days: Sequence[Day]) -> bool:
        """Whether every day of a table is a draw of this design, with the same option and block."""
        drawn = {(draw.day, draw.block, draw.option) for draw in self.draws}
        return all((day.day, day.block, day.option) in drawn for day in days)


def sealed_of(data: Any, where: str) -> Sealed:
    """A design from JSON: ``protocol``, ``schedule``, ``seed``, ``seal``. Raises InputError for anything else."""
    try:
        return Sealed(
            protocol_of(data["protocol"]),
            tuple(
                Draw(
                    date.fromisoformat(one["day"]),
                    index(one["block"]),
                    str(one["option"]),
                    one["probability"],
                )
                for one in data["schedule"]
            ),
            data["seed"],
            str(data["seal"]),
        )
    except InputError:
        raise
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{where} is not a design; please give the JSON that 'ambulando response design --json' wrote."
        ) from None


def read_comparison(
    text: str, where: str, *, today: date, sealed: Sealed | None = None
) -> tuple[tuple[Option, ...], tuple[Day, ...], str]:
    """The options, the days and the target of a CSV text.

    Columns: ``date``, ``option`` (as drawn), and ``mood``, ``energy``, ``sleep``, ``stress`` or ``outcome``; optional
    ``done`` (an option, ``none``, or 1 and 0 for as drawn or not), ``morning``, ``block``, ``not_today`` (0/1). Without a
    design the options stand in the order of the table, a rest day last, and without ``block`` the blocks are read from
    the order of the days: days in a row that hold each option once. Where that does not work out they are one block.
    With a design, drawn days that are not in the table count as days without a rating, up to its last day. Raises
    InputError, naming the row.
    """
    rows = rows_of(text, where=where, required=("date", "option"))
    unknown = [name for name in rows[0] if name not in COLUMNS] if rows else []
    if unknown:
        raise InputError(f"{where} has a column '{unknown[0]}'; the columns are {', '.join(COLUMNS)}.")
    if not rows:
        raise InputError(f"{where} has no days; it needs one row for each drawn day.")
    rated = [name for name in (*TARGETS, "outcome") if name in rows[0]]
    if len(rated) != 1:
        raise InputError(f"{where} needs one column with the rating: {', '.join(TARGETS)} or outcome.")
    planned = sealed.protocol.target if sealed else "mood"
    target = planned if rated[0] == "outcome" else rated[0]
    if sealed and target != planned:
        raise InputError(
            f"{where} holds {target}, and the design is about {planned}; please give that column."
        )
    known = {one.id: one for one in sealed.protocol.options} if sealed else {}
    read = []
    for number, row in enumerate(rows, start=2):
        place = f"Row {number} of {where}"
        option = _option(row["option"], known, sealed is not None, place)
        day = date_in(row["date"], place, today)
        read.append((day, option, row, place))
    options = tuple(known.values())
    if sealed is None:
        options = tuple(sorted(options, key=lambda one: one.kind == "rest"))
    check_options(options)
    read.sort(key=lambda one: one[0])
    blocks = _blocks([(day, option) for day, option, *_ in read], len(options), sealed)
    days = []
    for (day, option, row, place), block in zip(read, blocks, strict=True):
        value = number_in(row[rated[0]], place, rated[0])
        days.append(
            Day(
                day=day,
                block=count_in(row["block"], place, "block") if row.get("block") else block,
                option=option,
                done=_done(row.get("done", ""), option, known, place),
                outcome=10.0 - value if rated[0] == "stress" and value is not None else value,
                morning=number_in(row.get("morning", ""), place, "morning"),
                not_today=_flag(row.get("not_today", ""), "not_today", place),
            )
        )
    if sealed is not None:
        # A drawn day that came and does not stand in the table is one without a rating, not one that never was.
        there, last = {one.day for one in days}, days[-1].day
        days += [
            Day(draw.day, draw.block, draw.option)
            for draw in sealed.draws
            if draw.day <= last and draw.day not in there
        ]
        days.sort(key=lambda one: one.day)
    return options, tuple(days), target


def _option(text: str, known: dict[str, Option], closed: bool, place: str) -> str:
    """The id of an option; a new one is added to ``known`` unless a design has closed the list."""
    for one in known.values():
        if text in (one.id, str(one.label)):
            return one.id
    if closed:
        raise InputError(f"{place} has the option '{text}'; the design has {', '.join(known)}.")
    if not text:
        raise InputError(f"{place} has no option; please write what was drawn.")
    found = option_of(text)
    known.setdefault(found.id, found)
    return found.id


def _done(text: str, drawn: str, known: Mapping[str, Option], place: str) -> str | None:
    if not text:
        return None
    if text in ("1", "0", "yes", "no"):
        return drawn if text in ("1", "yes") else NONE
    for one in known.values():
        if text in (one.id, str(one.label)):
            return one.id
    if text == NONE:
        return NONE
    raise InputError(f"{place} has '{text}' as done; please give {', '.join(known)}, {NONE}, 1 or 0.")


def _blocks(drawn: Sequence[tuple[date, str]], size: int, sealed: Sealed | None) -> list[int]:
    if sealed is not None:
        of = {draw.day: draw.block for draw in sealed.draws}
        return [of.get(day, 0) for day, _ in drawn]
    names = [option for _, option in drawn]
    groups = [names[at : at + size] for at in range(0, len(names), size)]
    whole = all(len(set(group)) == len(group) for group in groups)
    return [at // size + 1 if whole else 1 for at in range(len(names))]


def _flag(text: str, name: str, place: str) -> bool:
    if text.lower() not in ("", "0", "1", "no", "yes", "true", "false"):
        raise InputError(f"{place} has '{text}' as {name}; please give 1 or 0.")
    return text.lower() in ("1", "yes", "true")
