"""What every floor stands on: errors for people, sentences that can be translated, tables of facts, where data lies.

Knows nothing of the floors above.
"""

import csv
import io
import os
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any


class InputError(ValueError):
    """The input is at fault. Its text is one clear sentence: what is wrong, where, what to do."""


@dataclass(frozen=True)
class Words:
    """A sentence for a person: an English pattern (``str.format`` fields) and what is put into it.

    The pattern stays apart from its values, so that a page can translate it. ``str()`` gives the English.
    """

    pattern: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.pattern.format(**self.values) if self.values else self.pattern


def stored(words: Words) -> dict[str, Any]:
    """A sentence as plain data that keeps its pattern, so that what was kept yesterday can be read in another language."""
    return {
        "pattern": words.pattern,
        "values": {
            name: stored(value) if isinstance(value, Words) else value for name, value in words.values.items()
        },
    }


def words_of(data: Mapping[str, Any]) -> Words:
    """The sentence that ``stored`` made plain."""
    return Words(
        data["pattern"],
        {
            name: words_of(value) if isinstance(value, Mapping) else value
            for name, value in data["values"].items()
        },
    )


def data_place() -> Path:
    """The folder of an installation's data, whether it is there yet or not.

    ``AMBULANDO_DATA`` when it is set; ``var/`` of the checkout whose ``.venv`` runs this; else the user's data folder.
    """
    if chosen := os.environ.get("AMBULANDO_DATA"):
        folder = Path(chosen)
    elif (Path(sys.prefix).parent / "pyproject.toml").exists():
        folder = Path(sys.prefix).parent / "var"
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser() / "ambulando"
    return folder.resolve()


def rows_of(text: str, *, where: str, required: Iterable[str] = ()) -> tuple[dict[str, str], ...]:
    """The rows of a CSV text, as dictionaries of stripped strings; lines that start with ``#`` are comments.

    Raises InputError, naming ``where``, for a missing or double column, an empty table or a row of the wrong length.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError(f"{where} has no rows. It needs a line of column names and at least one row.")
    reader = csv.reader(io.StringIO("\n".join(lines)), strict=True)
    try:
        table = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise InputError(f"{where} is not a readable CSV file ({error}).") from error
    names = table[0]
    for sign, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and sign in names[0]:
            raise InputError(f"{where} has {word} between its cells; please save it with commas.")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{where} has two columns {name!r}; please keep one of them.")
    missing = [name for name in required if name not in names]
    if missing:
        raise InputError(
            f"{where} has no column {' or '.join(repr(name) for name in missing)}; it has {', '.join(names)}."
        )
    for number, row in enumerate(table[1:], start=2):
        if len(row) != len(names):
            raise InputError(
                f"Row {number} of {where} has {len(row)} cells where the first line names {len(names)}."
            )
    return tuple(dict(zip(names, row, strict=True)) for row in table[1:])


@cache
def packaged_rows(package: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file that lies in ``package`` (its data is part of the program, so it is read once)."""
    return rows_of(files(package).joinpath(name).read_text("utf-8"), where=name)


@cache
def packaged_toml(package: str, name: str) -> dict[str, Any]:
    """A TOML file that lies in ``package``; callers must not change what they get."""
    return tomllib.loads(files(package).joinpath(name).read_text("utf-8"))


def as_json(value: Any) -> Any:
    """A result of the core as JSON: dataclasses by field, Words as text, missing numbers as null."""
    if isinstance(value, Words):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return as_json(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [as_json(item) for item in value]
    return str(value)
