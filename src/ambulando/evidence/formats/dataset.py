"""What every format of studies is read into: outcomes, each with its comparisons of two arms."""

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ambulando.evidence import effects
from ambulando.evidence.faults import ImpossibleValue, NotANumber
from ambulando.evidence.results import Excluded
from ambulando.ground import InputError

#: The columns of the shapes that a comparison can have, as ``tables`` names them.
MEANS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
EVENTS = ("ai", "n1i", "ci", "n2i")
EFFECT = ("yi", "vi")
SHAPES = {"means": MEANS, "events": EVENTS, "effect": EFFECT}
MISSING = ("", "NA", "NaN", "nan", ".")


@dataclass(frozen=True)
class Comparison:
    """Two arms of a study. ``values`` has the columns of one of SHAPES (and n1i, n2i beside an effect where they are known);
    ``details`` what else the file says: instrument, time, rating, subgroup, year ... ``row`` is its place in the file.
    """

    row: int
    study: str
    arm: str
    against: str
    shape: str
    values: Mapping[str, float]
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """An outcome of a file. ``measure`` is SMD, MD, RR, OR, RD or GEN; for RR and OR an effect is a logarithm.
    ``model`` is how the file's program pools it, where it says so.
    """

    id: str
    name: str
    measure: str
    comparisons: tuple[Comparison, ...]
    model: str = ""


@dataclass(frozen=True)
class Dataset:
    """The outcomes of a file; the rows left out with the reason; what a reader should know of it."""

    format: str
    outcomes: tuple[Outcome, ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]

    def outcome(self, name: str | None = None) -> Outcome:
        """The outcome of that id, or the only one. Raises InputError when it is not there, or none is named of several."""
        if not self.outcomes:
            reasons = "; ".join(f"{one.study}, row {one.row}: {one.reason}" for one in self.excluded[:3])
            raise InputError(f"There is no comparison that can be used{f' ({reasons})' if reasons else ''}.")
        if name is None and len(self.outcomes) == 1:
            return self.outcomes[0]
        known = ", ".join(f"{one.id} ({one.name})" for one in self.outcomes)
        if name is None:
            raise InputError(f"There are several outcomes; please choose one with --outcome: {known}.")
        for one in self.outcomes:
            if one.id == name:
                return one
        raise InputError(f"There is no outcome {name!r}; there is {known}.")


def possible(one: Comparison, where: str) -> Comparison:
    """The comparison itself. Raises ImpossibleValue, by study and row, where a number of it can not be."""
    at, v = f"{one.study} (row {one.row} of {where})", one.values
    wrong = ""
    for name in ("n1i", "n2i"):
        if name in v and not v[name] >= 1:
            wrong = f"has {v[name]:g} as {name}; an arm has at least one person"
    for name in ("sd1i", "sd2i"):
        if name in v and not v[name] > 0:
            wrong = f"has {v[name]:g} as {name}; a standard deviation is above zero"
    for events, people in (("ai", "n1i"), ("ci", "n2i")):
        if events in v and not 0 <= v[events] <= v[people]:
            wrong = (
                f"has {v[events]:g} events among {v[people]:g} people ({events}, {people}); please check both"
            )
    if "vi" in v and not v["vi"] > 0:
        wrong = f"has {v['vi']:g} as its variance; a variance is above zero"
    if wrong:
        raise ImpossibleValue(f"{at} {wrong}.", row=one.row, study=one.study)
    return one


def effect_of(comparison: Comparison, measure: str) -> tuple[float, float]:
    """The effect and sampling variance of one comparison: as it is, or by ``effects`` from its summary data."""
    v = comparison.values
    if comparison.shape == "effect":
        return v["yi"], v["vi"]
    if comparison.shape == "means":
        columns = [np.array([v[name]]) for name in MEANS]
        found = (effects.md if measure == "MD" else effects.smd)(*columns)
    else:
        a, c = np.array([v["ai"]]), np.array([v["ci"]])
        b, d = np.array([v["n1i"]]) - a, np.array([v["n2i"]]) - c
        found = effects.two_by_two(measure, a, b, c, d, continuity="only-zero")
    return float(found.yi[0]), float(found.vi[0])


def as_csv(outcome: Outcome) -> str:
    """An outcome as the table that ``evidence pool`` reads: summary data where all comparisons have the same, else the
    effect of each with its variance.
    """
    shapes = {one.shape for one in outcome.comparisons}
    shape = shapes.pop() if len(shapes) == 1 else "effect"
    columns = SHAPES[shape]
    extra = [
        name
        for name in dict.fromkeys(name for one in outcome.comparisons for name in one.details)
        if name not in (*columns, "study", "arm", "against")
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["study", "arm", "against", *columns, *extra])
    for one in outcome.comparisons:
        values = one.values
        if shape == "effect":
            values = dict(zip(EFFECT, effect_of(one, outcome.measure), strict=True))
        writer.writerow(
            [one.study, one.arm, one.against]
            + [written(values[name]) for name in columns]
            + [one.details.get(name, "") for name in extra]
        )
    return text.getvalue()


def written(value: float) -> str:
    """A number with all its digits, and a whole one without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def number_of(text: str, column: str, row: int, study: str, where: str, *, comma: bool = False) -> float:
    """The number of a cell, NaN where it is missing; with ``comma`` the decimals may stand after a comma.

    Raises NotANumber with study, row and column.
    """
    if text in MISSING:
        return math.nan
    try:
        value = float(text.replace(",", ".") if comma else text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise NotANumber(
            f"{study} (row {row} of {where}) has {text!r} as {column}; a number is needed there.",
            row=row,
            study=study,
        )
    return value


def lines_of(text: str, where: str, *, delimiter: str = ",") -> tuple[dict[str, str], ...]:
    """The rows of a delimited text as stripped cells by column name. Raises InputError for a row of the wrong length."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter, strict=True)
    try:
        rows = [[cell.strip() for cell in row] for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"{where} is not a readable table ({error}).") from error
    if not rows:
        raise InputError(f"{where} has no rows. It needs a line of column names and at least one row.")
    names = rows[0]
    double = sorted({name for name in names if name and names.count(name) > 1})
    if double:
        raise InputError(f"{where} has two columns {double[0]!r}; please keep one of them.")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            raise InputError(
                f"Row {number} of {where} has {len(row)} cells where the first line names {len(names)}."
            )
    return tuple(dict(zip(names, row, strict=True)) for row in rows[1:])


def repeated(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """A note for each outcome in which a study has several comparisons, since those depend on each other."""
    notes = []
    for one in outcomes:
        counts = Counter(comparison.study for comparison in one.comparisons)
        several = [study for study, count in counts.items() if count > 1]
        if several:
            notes.append(
                f"{one.name}: {', '.join(several[:3])}{' and others' if len(several) > 3 else ''} "
                f"{'has' if len(several) == 1 else 'have'} several comparisons, which depend on each other; "
                "pool them with --cluster study."
            )
    return tuple(notes)
