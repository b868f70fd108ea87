"""Decisions of ordinary use as rows: what was offered with which odds, what was drawn, and what came of it.

A CSV with one row for each decision. Its columns: ``person`` (any label), ``day``, ``kind`` (activity, or swap where the
person asked for another one), ``available`` (0/1), ``reason`` why there was no draw, ``options`` with their odds as in
``easy-walk:0.55 chair-yoga:0.45``, ``chosen``, ``probability``, then numbers: what came of it (``done``, ``mood``) and what was
known before. An empty cell is a number that is not known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose, nan

import numpy as np
from numpy.typing import NDArray

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError, rows_of
from ambulando.response.excursion import Draws

Floats = NDArray[np.float64]

REQUIRED = ("person", "day", "kind", "available", "reason", "options", "chosen", "probability")
#: what is not a number that was known before a draw
NOT_BEFORE = ("done", "mood")
#: odds are written with all their digits; what adding them up rounds is less than this
ROUNDING = 1e-9
#: a day, a rating or a count beyond this is a slip of the pen, and would drown all others
LARGEST = 1e6


@dataclass(frozen=True)
class Decision:
    """One decision. ``odds``: chance by option; empty, like ``chosen``, where there was nothing to decide. ``numbers``: the
    other columns by name, NaN where empty."""

    person: str
    kind: str
    available: bool
    odds: Mapping[str, float]
    chosen: str
    numbers: Mapping[str, float]


def written(odds: Sequence[Mapping[str, object]]) -> str:
    """Options and their odds as a cell. Each of ``odds`` has ``option`` and ``probability``."""
    return " ".join(f"{one['option']}:{one['probability']!r}" for one in odds)


def read(text: str, where: str) -> tuple[Decision, ...]:
    """The decisions of a CSV text. Raises InputError, naming ``where`` and the row, for what is not one."""
    rows = rows_of(text, where=where, required=REQUIRED)
    names = [name for name in rows[0] if name not in REQUIRED or name == "day"] if rows else []
    return tuple(
        _decision(row, names, f"Row {number} of {where}") for number, row in enumerate(rows, start=2)
    )


def _decision(row: Mapping[str, str], names: Sequence[str], where: str) -> Decision:
    if row["available"] not in ("0", "1"):
        raise InputError(f"{where} has '{row['available']}' as available; please give 0 or 1.")
    available = row["available"] == "1"
    odds: dict[str, float] = {}
    for part in row["options"].split():
        option, _, chance = part.partition(":")
        odds[option] = _number(chance, where, "a chance of its options")
    if available:
        if not isclose(sum(odds.values()), 1, abs_tol=ROUNDING) or min(odds.values()) <= 0:
            raise InputError(f"{where} has odds that are not above 0 or do not add up to 1.")
        if not isclose(
            odds.get(row["chosen"], nan), _number(row["probability"], where, "probability"), abs_tol=ROUNDING
        ):
            raise InputError(f"{where} has another probability for '{row['chosen']}' than its odds have.")
    numbers = {name: _number(row[name], where, name) if row[name] else nan for name in names}
    return Decision(row["person"], row["kind"], available, odds, row["chosen"], numbers)


def _number(text: str, where: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not abs(number) <= LARGEST:
        raise InputError(f"{where} has '{text}' as {name}; please give a number up to a million.")
    return number


def draws_of(
    rows: Sequence[Decision], treatment: str, outcome: str, *, kind: str = "activity"
) -> tuple[tuple[Decision, ...], Draws]:
    """The decisions of a kind, and the draws between ``treatment`` and what else could have been drawn.

    ``treatment`` is an activity or a modality, such as easy-walk or walking; its chance is that of all options that belong
    to it. There is a draw where that is neither 0 nor 1. Raises InputError for what was never drawn or is not a column.
    """
    kept = tuple(row for row in rows if row.kind == kind)
    if not rows:
        raise InputError("There are no decisions here; please give at least one row.")
    if not kept:
        raise InputError(
            f"There is no decision of the kind '{kind}'; there are {_listed(row.kind for row in rows)}."
        )
    if outcome not in kept[0].numbers:
        raise InputError(f"There is no column '{outcome}'; the numbers are {_listed(kept[0].numbers)}.")
    offered = {option for row in kept for option in row.odds}
    ours = {option for option in offered if treatment in (option, _modality(option))}
    if not ours:
        raise InputError(f"'{treatment}' was never among the options; there were {_listed(offered)}.")
    chance = np.array([sum(c for option, c in row.odds.items() if option in ours) for row in kept])
    whole = np.array([sum(option in ours for option in row.odds) in (0, len(row.odds)) for row in kept])
    return kept, Draws(
        person=[row.person for row in kept],
        outcome=column(kept, outcome),
        treated=np.array([float(row.chosen in ours) for row in kept]),
        probability=chance,
        available=np.array([row.available for row in kept]) & ~whole,
    )


def column(rows: Sequence[Decision], name: str) -> Floats:
    """The numbers of a column, NaN where empty."""
    return np.array([row.numbers[name] for row in rows])


def known_before(rows: Sequence[Decision], names: Sequence[str]) -> dict[str, Floats]:
    """Columns by name, for moderators and controls. Raises InputError for what is no such column or came afterwards."""
    for name in names:
        if name not in rows[0].numbers or name in NOT_BEFORE:
            fit = [one for one in rows[0].numbers if one not in NOT_BEFORE]
            raise InputError(f"'{name}' is not a number known before the draw; those are {_listed(fit)}.")
    return {name: column(rows, name) for name in names}


def _modality(option: str) -> str | None:
    found = catalogue().get(option)
    return found.modality if found else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
