"""A table of studies with the columns of ``tables``: summary data, or effects with their variances."""

import math
from collections.abc import Mapping

from ambulando.evidence.faults import MissingColumns
from ambulando.evidence.formats.dataset import (
    EFFECT,
    EVENTS,
    MEANS,
    Comparison,
    Dataset,
    Outcome,
    lines_of,
    number_of,
    possible,
    repeated,
)
from ambulando.evidence.results import Excluded
from ambulando.ground import InputError

NAMES = ("slab", "study", "studlab", "author", "authors")
CELLS = ("ai", "bi", "ci", "di")
#: (columns, shape) in the order in which they are looked for, which is that of ``tables``: an effect comes first.
KINDS = (
    (EFFECT, "effect"),
    (("yi", "sei"), "effect"),
    (MEANS, "means"),
    (CELLS, "events"),
    (EVENTS, "events"),
)
FIRST = {"means": "SMD", "events": "RR", "effect": "GEN"}


def read(text: str, where: str, *, measure: str | None = None) -> Dataset:
    """The one outcome of a CSV table. A column ``measure``, the same in all rows, or the argument names the measure.

    Raises MissingColumns for a table without one of the known sets of columns, NotANumber and ImpossibleValue by row.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.startswith("#")]
    rows = lines_of("\n".join(lines), where)
    if not rows:
        raise InputError(f"{where} has a line of column names and no study under it.")
    names = tuple(rows[0])
    known = [(columns, shape) for columns, shape in KINDS if all(one in names for one in columns)]
    if not known:
        ways = "; ".join(", ".join(columns) for columns, _ in KINDS)
        raise MissingColumns(
            f"{where} has the columns {', '.join(names)}; it needs one of these sets: {ways}."
        )
    columns, shape = known[0]
    stated = {row["measure"] for row in rows} if "measure" in names else set()
    if len(stated) > 1:
        raise InputError(
            f"{where} has several measures ({', '.join(sorted(stated))}); please give one table for each."
        )
    comparisons: list[Comparison] = []
    excluded: list[Excluded] = []
    used = {*columns, *NAMES, "arm", "against", "measure", "n1i", "n2i"}
    for number, cells in enumerate(rows, start=2):
        study = next((cells[name] for name in NAMES if cells.get(name)), f"Row {number}")
        values = {name: number_of(cells[name], name, number, study, where) for name in columns}
        missing = [name for name, value in values.items() if math.isnan(value)]
        if missing:
            reason = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
            excluded.append(Excluded(number, study, reason))
            continue
        if shape == "effect":
            values = _effect(values, cells, number, study, where)
        elif columns == CELLS:
            a, b, c, d = values.values()
            values = {"ai": a, "n1i": a + b, "ci": c, "n2i": c + d}
        details = {name: cells[name] for name in names if name and name not in used and cells[name]}
        comparisons.append(
            possible(
                Comparison(
                    number, study, cells.get("arm") or "exercise", cells.get("against") or "control", shape, values, details
                ),
                where,
            )
        )  # fmt: skip
    wanted = (measure or next(iter(stated), "") or FIRST[shape]).upper()
    outcomes = (Outcome("1", where, wanted, tuple(comparisons)),) if comparisons else ()
    return Dataset("generic", outcomes, tuple(excluded), repeated(outcomes))


def _effect(
    values: Mapping[str, float], cells: Mapping[str, str], row: int, study: str, where: str
) -> dict[str, float]:
    """The effect with its variance, and the people in both arms where they stand beside it."""
    variance = values["vi"] if "vi" in values else values["sei"] * abs(values["sei"])
    found = {"yi": values["yi"], "vi": variance}
    sizes = {name: number_of(cells.get(name, ""), name, row, study, where) for name in ("n1i", "n2i")}
    return found | {name: value for name, value in sizes.items() if not math.isnan(value)}
