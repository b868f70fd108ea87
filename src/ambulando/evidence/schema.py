"""The declared schema of the evidence tables, from ``data/schema.toml``, and the one way in which a row is read by it.

Standard library only. Rules between cells of a row stand with the rows (``rows``), rules between tables in ``base``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any

from ambulando.evidence.rows import PACKAGE, Cells
from ambulando.ground import InputError, packaged_toml


@dataclass(frozen=True)
class Column:
    """A column. ``least``, ``most`` and ``above`` bound a number; ``refers`` names the table (and column) that holds it."""

    name: str
    type: str
    about: str
    optional: bool = False
    absent: bool = False
    least: float | None = None
    most: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    refers: str = ""


@dataclass(frozen=True)
class Table:
    """A table, in the file ``name``.csv. ``key`` is its column of unique names; ``local`` says whether an installation may
    have rows of its own in it.
    """

    name: str
    about: str
    key: str
    local: bool
    provenance: bool
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        return next(one for one in self.columns if one.name == name)


def _column(name: str, given: Mapping[str, Any]) -> Column:
    known: dict[str, Any] = dict(given)
    return Column(name, **(known | {"choices": tuple(given.get("choices", ()))}))


@cache
def tables() -> Mapping[str, Table]:
    """Every declared table by its name."""
    declared = packaged_toml(PACKAGE, "schema.toml")
    shared = tuple(_column(name, given) for name, given in declared["provenance"].items())
    found = {}
    for name, given in declared.items():
        if name == "provenance":
            continue
        own = tuple(_column(column, about) for column, about in given["columns"].items())
        key = given.get("key", "id")
        provenance = given.get("provenance", False)
        if provenance:
            # Where another column is the key, it is the row's id too.
            own = (
                tuple(one for one in shared if one.name == key)
                + own
                + tuple(one for one in shared if one.name != "id")
            )
        found[name] = Table(name, given["about"], key, given.get("local", False), provenance, own)
    return MappingProxyType(found)


def table(name: str) -> Table:
    """The declaration of a table. Raises InputError for an unknown one."""
    if name not in tables():
        raise InputError(f"There is no table called {name!r}; there are {', '.join(sorted(tables()))}.")
    return tables()[name]


def value(column: Column, cells: Cells) -> Any:
    """The cell of a column as its type; None for an empty number or date, "" for an empty text."""
    name, needed = column.name, not column.optional
    if column.absent and name not in cells.cells:
        return ""
    if column.type == "text":
        one_of = column.choices if needed or cells.cells.get(name) else ()
        return cells.text(name, one_of=one_of, required=needed)
    if column.type == "date":
        return cells.day(name)
    if column.type == "yes-no":
        return cells.text(name, one_of=("yes", "no")) == "yes"
    low = -inf if column.least is None else column.least
    high = inf if column.most is None else column.most
    found = cells.maybe(name, low=low, high=high)
    if found is None:
        if needed:
            raise cells.refuse(name, "is empty where a number is needed")
        return None
    if column.above is not None and found <= column.above:
        raise cells.refuse(name, f"is not above {column.above:g}")
    if column.type == "whole":
        if found != int(found):
            raise cells.refuse(name, "is not a whole number")
        return int(found)
    return found


def values(table: Table, cells: Cells) -> dict[str, Any]:
    """The typed values of a line by column. Raises InputError with file, row and column."""
    return {column.name: value(column, cells) for column in table.columns}


def columns_fit(table: Table, names: Sequence[str], where: str) -> None:
    """Raises InputError when a file lacks a declared column or has one that is not declared."""
    known = {column.name for column in table.columns}
    missing = [one.name for one in table.columns if one.name not in names and not one.absent]
    if missing:
        raise InputError(f"{where} has no column {', '.join(missing)}, which {table.name} needs.")
    strange = [name for name in names if name not in known]
    if strange:
        raise InputError(
            f"{where} has the column {', '.join(strange)}, which {table.name} does not have; "
            f"'ambulando evidence schema {table.name}' shows those that it has."
        )
