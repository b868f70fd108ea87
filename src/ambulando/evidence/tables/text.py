"""The text of a table, as columns of cells and columns of numbers, with faults that name the row."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from ambulando.evidence.faults import MissingColumns, NotANumber
from ambulando.evidence.results import Array
from ambulando.ground import InputError

#: Cells that say that there is nothing.
MISSING = frozenset(("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "."))


@dataclass(frozen=True)
class Table:
    """Columns of cells by name, in the order of the file; ``rows`` are their rows in the file, the line of names being row 1.

    ``decimal_comma`` where the cells are not separated by commas, so that one in a number is its decimal point.
    """

    where: str
    columns: Mapping[str, tuple[str, ...]]
    rows: tuple[int, ...]
    decimal_comma: bool

    def column(self, name: str, why: str) -> str:
        """The name of a column as it stands in the file, whatever its case. Raises MissingColumns, saying ``why``."""
        if name in self.columns:
            return name
        same = [one for one in self.columns if one.lower() == name.strip().lower()]
        if len(same) == 1:
            return same[0]
        close = get_close_matches(name, list(self.columns), 1)
        hint = f"did you mean '{close[0]}'?" if close else f"it has {', '.join(self.columns)}."
        raise MissingColumns(f"{self.where} has no column '{name}' for {why}; {hint}")

    def numbers(self, name: str, studies: Sequence[str]) -> Array:
        """A column as numbers, NaN where it is empty. Raises NotANumber for text, with the study and its row."""
        cells = self.columns[name]
        if self.decimal_comma:
            cells = tuple(cell.replace(",", ".") for cell in cells)
        try:
            found = np.array([math.nan if cell in MISSING else float(cell) for cell in cells])
            # Python reads 1_000 as a number; in a table it is a slip.
            sound = not any("_" in cell for cell in cells) and not np.isinf(found).any()
        except ValueError:
            sound = False
        if sound:
            return found
        for index, cell in enumerate(cells):
            needed = None if cell in MISSING else _needed(cell)
            if needed:
                raise NotANumber(
                    f"{place(studies[index], self.rows[index], self.where)} has {self.columns[name][index]!r} as {name}; "
                    f"{needed} is needed there.",
                    row=self.rows[index],
                    study=studies[index],
                )
        raise AssertionError("a column that is no column of numbers has a cell that is no number")


def _needed(cell: str) -> str | None:
    try:
        value = float(cell)
    except ValueError:
        return "a number"
    if "_" in cell:
        return "a number"
    return None if math.isfinite(value) or math.isnan(value) else "a finite number"


def place(study: str, row: int, where: str = "") -> str:
    """How a study is named to a reader: its name, its row, the file."""
    of = f" of {where}" if where else ""
    if study == f"Row {row}":
        return f"Row {row}{of}"
    # a bare number is the name of many studies, and reads like a quantity
    name = f"Study {study}" if study.replace(".", "", 1).isdigit() else study
    return f"{name} (row {row}{of})"


def table_of(text: str, where: str) -> Table:
    """The table of a CSV text; cells are separated by commas, or by semicolons or tabs where the line of names has no comma.

    Empty lines and lines that start with ``#`` are passed over, and keep their numbers. Raises InputError for an empty
    table, a double column, a row that is too short or too long.
    """
    lines = [
        "" if line.startswith("#") or not line.strip() else line
        for line in text.lstrip("\ufeff").splitlines()
    ]
    head = next((line for line in lines if line), None)
    if head is None:
        raise InputError(f"{where} has no rows; it needs a line of column names and at least one row.")
    mark = "," if "," in head else ";" if ";" in head else "\t" if "\t" in head else ","
    try:
        reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=mark, strict=True)
        records = [(number, cells) for number, cells in enumerate(reader, start=1) if any(cells)]
    except csv.Error as error:
        raise InputError(f"{where} is not a readable CSV file ({error}).") from error
    first, names = records[0][0], [name.strip() for name in records[0][1]]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{where} has two columns {name!r}; please keep one of them.")
    for number, cells in records[1:]:
        if len(cells) != len(names):
            raise InputError(
                f"Row {number - first + 1} of {where} has {len(cells)} cells where the first line names {len(names)}."
            )
    if len(records) == 1:
        raise InputError(f"{where} has a line of column names and no study under it.")
    columns = zip(*(cells for _, cells in records[1:]), strict=True)
    return Table(
        where,
        {name: tuple(map(str.strip, cells)) for name, cells in zip(names, columns, strict=True)},
        tuple(number - first + 1 for number, _ in records[1:]),
        mark != ",",
    )
