"""A user's table of studies, from CSV text to a pooled effect or a dose curve, with errors that name study and row.

Columns: ``yi`` with ``vi`` or ``sei``; or ``m1i, sd1i, n1i, m2i, sd2i, n2i``; or ``ai, bi, ci, di``; or
``ai, n1i, ci, n2i``; the study's name in ``slab``, ``study``, ``studlab`` or ``author``. Empty cells and NA are missing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from ambulando.evidence import effects
from ambulando.evidence.dose import DoseResponse, dose_response, groups_from
from ambulando.evidence.pooling import Pooled, pool
from ambulando.evidence.results import Excluded
from ambulando.ground import InputError, rows_of

NAMES = ("slab", "study", "studlab", "author", "authors")
MISSING = ("", "NA", "NaN", "nan", ".")
SHAPES = {
    "effect and variance": ("yi", "vi"),
    "effect and standard error": ("yi", "sei"),
    "means": ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    "cells": ("ai", "bi", "ci", "di"),
    "events": ("ai", "n1i", "ci", "n2i"),
}
#: The measures each shape can give; the first is taken when none is asked for.
CHOICES = {
    "effect and variance": ("GEN", "SMD", "MD", "RR", "OR", "HR"),
    "effect and standard error": ("GEN", "SMD", "MD", "RR", "OR", "HR"),
    "means": ("SMD", "MD"),
    "cells": ("RR", "OR"),
    "events": ("RR", "OR"),
}
#: No quantity of a study is larger, and no standard error smaller: beyond lies a slip of the keyboard, and overflow.
LARGEST, SMALLEST_ERROR = 1e15, 1e-15
#: No logarithm of a ratio is larger.
LARGEST_LOG = 100.0
DOSE_COLUMNS = ("id", "type", "dose", "cases", "n", "logrr", "se")


@dataclass(frozen=True)
class Studies:
    """The usable rows of a table: effects with their studies and file rows; what was left out, and what looks odd."""

    measure: str
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    studies: tuple[str, ...]
    rows: tuple[int, ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Line:
    row: int
    study: str
    values: Mapping[str, float]


def shape_of(columns: Sequence[str], where: str) -> str:
    """Which of SHAPES a table has. Raises InputError with what is needed if it has none."""
    for name, needed in SHAPES.items():
        if all(column in columns for column in needed):
            return name
    ways = "; ".join(", ".join(needed) for needed in SHAPES.values())
    raise InputError(
        f"{where} has the columns {', '.join(columns)}, which is not enough; it needs one of these sets: {ways}."
    )


def read(text: str, where: str, *, measure: str | None = None, continuity: str = "only-zero") -> Studies:
    """The studies of a CSV text; ``where`` names it in messages. Raises InputError for what cannot be."""
    table = rows_of(text, where=where)
    if not table:
        raise InputError(f"{where} has a line of column names and no study under it.")
    shape = shape_of(tuple(table[0]), where)
    wanted = (measure or CHOICES[shape][0]).upper()
    if wanted not in CHOICES[shape]:
        raise InputError(f"{where} has {shape}, which give {', '.join(CHOICES[shape])} and not {wanted}.")
    lines, excluded = _lines(table, SHAPES[shape], where)
    for line in lines:
        _possible(line, shape, where)
    if not lines:
        raise InputError(f"No study of {where} is complete, so there is nothing to pool.")
    found = _effects(lines, shape, wanted, continuity)
    if wanted in effects.RATIO_MEASURES:
        for line, yi in zip(lines, found.yi, strict=True):
            if abs(yi) > LARGEST_LOG:
                raise InputError(
                    f"{_place(line.study, line.row, where)} has {yi:g} as yi; for {wanted} it is the logarithm of the ratio."
                )
    usable = []
    for index, line in enumerate(lines):
        if math.isfinite(found.yi[index]) and found.vi[index] > 0:
            usable.append(index)
        else:
            excluded.append(Excluded(line.row, line.study, _lost(shape, found.vi[index])))
    return Studies(
        measure=wanted,
        yi=tuple(float(found.yi[index]) for index in usable),
        vi=tuple(float(found.vi[index]) for index in usable),
        studies=tuple(lines[index].study for index in usable),
        rows=tuple(lines[index].row for index in usable),
        excluded=tuple(sorted(excluded, key=lambda one: one.row)),
        notes=_suspects(lines) if shape == "means" else (),
    )


def pool_text(
    text: str,
    where: str,
    *,
    measure: str | None = None,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    continuity: str = "only-zero",
) -> Pooled:
    """The pooled effect of a CSV text (see ``read`` and ``pool.pool``); rows left out are listed by their row in the file."""
    studies = read(text, where, measure=measure, continuity=continuity)
    if not studies.yi:
        reasons = "; ".join(f"{one.study}: {one.reason}" for one in studies.excluded[:3])
        raise InputError(f"No study of {where} can be used ({reasons}).")
    answer = pool(
        studies.yi,
        studies.vi,
        method=method,
        test=test,
        level=level,
        measure=studies.measure,
        studies=studies.studies,
    )
    options = answer.options | ({"continuity": continuity} if studies.measure in ("RR", "OR") else {})
    return replace(answer, excluded=studies.excluded, notes=studies.notes + answer.notes, options=options)


def dose_text(
    text: str,
    where: str,
    *,
    model: str = "rcs",
    knots: Sequence[float] = (),
    covariance: str = "gl",
    method: str = "reml",
    at: Sequence[float] = (),
) -> DoseResponse:
    """The pooled dose-response curve of a CSV text with the columns DOSE_COLUMNS (se empty in each reference row).

    Without ``knots`` a spline takes the 10%, 50% and 90% quantiles of the doses; without ``at`` the curve is given at the
    doses of the table.
    """
    table = rows_of(text, where=where, required=DOSE_COLUMNS)
    groups = groups_from(table, where)
    if not groups:
        raise InputError(f"{where} has a line of column names and no dose group under it.")
    doses = [group.dose for group in groups]
    if model == "rcs" and not knots:
        knots = [float(knot) for knot in np.quantile(doses, (0.1, 0.5, 0.9))]
    return dose_response(
        groups,
        model=model,
        knots=knots,
        covariance=covariance,
        method=method,
        at=at or tuple(sorted(set(doses))),
    )


def _lines(
    table: Sequence[Mapping[str, str]], columns: Sequence[str], where: str
) -> tuple[list[_Line], list[Excluded]]:
    lines, excluded = [], []
    for row, cells in enumerate(table, start=2):
        name = next((cells[column] for column in NAMES if cells.get(column)), f"Row {row}")
        values: dict[str, float] = {}
        absent = []
        for column in columns:
            if cells[column] in MISSING:
                absent.append(column)
                continue
            try:
                values[column] = float(cells[column])
            except ValueError:
                raise InputError(
                    f"{_place(name, row, where)} has {cells[column]!r} as {column}; a number is needed there."
                ) from None
            if not math.isfinite(values[column]):
                raise InputError(
                    f"{_place(name, row, where)} has {cells[column]!r} as {column}; a finite number is needed there."
                )
        if absent:
            excluded.append(
                Excluded(row, name, f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} missing")
            )
        else:
            lines.append(_Line(row, name, values))
    return lines, excluded


def _place(study: str, row: int, where: str) -> str:
    return f"Row {row} of {where}" if study == f"Row {row}" else f"{study} (row {row} of {where})"


def _possible(line: _Line, shape: str, where: str) -> None:
    """Refuse values that cannot be, by study and row."""
    v = line.values
    at = _place(line.study, line.row, where)
    for column, value in v.items():
        least = {"vi": SMALLEST_ERROR**2, "sei": SMALLEST_ERROR}.get(column, 0.0)
        if abs(value) > LARGEST or 0 < value < least:
            raise InputError(f"{at} has {value:g} as {column}, which can hardly be; please check it.")
    if "vi" in v and v["vi"] < 0:
        raise InputError(f"{at} has a negative variance ({v['vi']:g}); a variance is above zero.")
    if shape == "effect and standard error" and v["sei"] < 0:
        raise InputError(f"{at} has a negative standard error ({v['sei']:g}); it is above zero.")
    for column in ("sd1i", "sd2i"):
        if column in v and v[column] <= 0:
            raise InputError(f"{at} has {v[column]:g} as {column}; a standard deviation is above zero.")
    for column in ("n1i", "n2i"):
        if column in v and v[column] < 1:
            raise InputError(f"{at} has {v[column]:g} as {column}; an arm has at least one person.")
    if shape == "means" and v["n1i"] + v["n2i"] <= 3:
        raise InputError(
            f"{at} has {v['n1i'] + v['n2i']:g} people in both arms; a standardised difference needs four or more."
        )
    for column in ("ai", "bi", "ci", "di"):
        if column in v and v[column] < 0:
            raise InputError(f"{at} has {v[column]:g} as {column}; a number of people is not below zero.")
    if shape == "events":
        for events, people in (("ai", "n1i"), ("ci", "n2i")):
            if v[events] > v[people]:
                raise InputError(
                    f"{at} has {v[events]:g} events among {v[people]:g} people ({events}, {people}); check both."
                )
    if shape == "cells" and (v["ai"] + v["bi"] == 0 or v["ci"] + v["di"] == 0):
        raise InputError(f"{at} has an arm without people; check ai, bi, ci and di.")


def _effects(lines: Sequence[_Line], shape: str, measure: str, continuity: str) -> effects.Effects:
    columns = {column: np.array([line.values[column] for line in lines]) for column in SHAPES[shape]}
    if shape == "effect and variance":
        return effects.Effects(measure, columns["yi"], columns["vi"])
    if shape == "effect and standard error":
        return effects.Effects(measure, columns["yi"], columns["sei"] ** 2)
    if shape == "means":
        return (effects.smd if measure == "SMD" else effects.md)(*(columns[name] for name in SHAPES["means"]))
    a, c = columns["ai"], columns["ci"]
    b = columns["bi"] if shape == "cells" else columns["n1i"] - a
    d = columns["di"] if shape == "cells" else columns["n2i"] - c
    return effects.two_by_two(measure, a, b, c, d, continuity=continuity)


def _lost(shape: str, variance: float) -> str:
    if shape in ("cells", "events"):
        return "a cell is zero and the continuity rule adds nothing to it"
    return "its variance is zero" if variance == 0 else "no effect could be computed"


def _suspects(lines: Sequence[_Line]) -> tuple[str, ...]:
    """Studies whose SDs may be standard errors: in both arms under a third of the usual SD relative to the mean, and usual
    again (within a factor of two) when multiplied by the root of n. A hint for the reader, never a correction.
    """
    arms = (("m1i", "sd1i", "n1i"), ("m2i", "sd2i", "n2i"))
    if len(lines) < 4 or any(line.values[mean] == 0 for line in lines for mean, _, _ in arms):
        return ()
    relative = {
        (line.row, sd): line.values[sd] / abs(line.values[mean]) for line in lines for mean, sd, _ in arms
    }
    usual = median(relative.values())
    notes = []
    for line in lines:
        odd = [
            relative[line.row, sd] < usual / 3
            and 0.5 < relative[line.row, sd] * math.sqrt(line.values[n]) / usual < 2
            for _, sd, n in arms
        ]
        if all(odd):
            notes.append(
                f"{line.study} (row {line.row}): the standard deviations {line.values['sd1i']:g} and {line.values['sd2i']:g} "
                "are small beside the others and may be standard errors; please look them up."
            )
    return tuple(notes)
