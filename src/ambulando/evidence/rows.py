"""What a row of each evidence table is, and how a line of CSV becomes one, checked. Standard library only."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from ambulando.ground import InputError

PACKAGE = "ambulando.evidence.data"
CONFIRMED = ("yes", "inferred")
CERTAINTIES = ("high", "moderate", "low", "very low", "not graded")


@dataclass(frozen=True)
class Reference:
    """A source. ``doi`` and ``url`` are empty where none was seen."""

    id: str
    citation: str
    year: int
    doi: str
    url: str
    kind: str
    note: str


@dataclass(frozen=True)
class Row:
    """What every row of facts carries: where it stands in which source, how it came here, and whether that is read or
    inferred (``confirmed`` "yes" or "inferred").
    """

    id: str
    reference: str
    where: str
    how: str
    confirmed: str
    date: date
    note: str

    @property
    def status(self) -> str:
        """ "inferred", "recomputed here" (see Published and AnalysisRow) or "as published"."""
        return "inferred" if self.confirmed == "inferred" else "as published"


@dataclass(frozen=True)
class Study(Row):
    """One trial or cohort. ``study`` is its name in the source; ``year`` is as the name says it."""

    study: str
    year: int | None
    design: str
    comparator: str


@dataclass(frozen=True)
class Arm(Row):
    """A group of people in a trial; ``role`` is "exercise" or "comparison"."""

    study: str
    arm: str
    role: str


@dataclass(frozen=True)
class Contrast(Row):
    """Two arms of a study compared on a score; lower scores are fewer symptoms.

    ``effect`` "summary": its difference is computed from the means; "printed": the printed one counts, because the means
    are printed so coarsely that they leave it open. The printed figures are None where there are none.
    """

    analysis: str
    study: str
    arm: str
    against: str
    effect: str
    n_arm: int
    mean_arm: float
    sd_arm: float
    n_against: int
    mean_against: float
    sd_against: float
    printed_smd: float | None
    printed_low: float | None
    printed_high: float | None
    printed_weight: float | None


@dataclass(frozen=True)
class EventContrast(Row):
    """Two arms of a study compared on an event."""

    analysis: str
    study: str
    arm: str
    against: str
    events_arm: int
    n_arm: int
    events_against: int
    n_against: int
    printed_rr: float | None
    printed_low: float | None
    printed_high: float | None
    printed_weight: float | None


@dataclass(frozen=True)
class EffectContrast(Row):
    """Two arms of a study compared, as an effect ``yi`` with its variance ``vi``; the logarithm where ``measure`` is RR."""

    analysis: str
    study: str
    arm: str
    against: str
    measure: str
    n_arm: int | None
    n_against: int | None
    yi: float
    vi: float


@dataclass(frozen=True)
class DoseRow(Row):
    """A dose group of a cohort; ``dose`` in marginal MET-hours a week, ``log_rr`` and ``se`` against the reference group."""

    analysis: str
    study: str
    ratio: str
    type_label: str
    dose: float
    persons: float | None
    person_years: float
    cases: float
    rr: float
    low: float | None
    high: float | None
    log_rr: float
    se: float | None
    is_reference: bool


@dataclass(frozen=True)
class Published(Row):
    """A pooled result as its source prints it. ``printed`` keeps the digits of every figure; ``interval`` says what kind
    of interval ``low`` and ``high`` are. ``analysis`` is set where it is also recomputed here.
    """

    analysis: str
    question: str
    measure: str
    dose: float | None
    k: int | None
    n: int | None
    estimate: float | None
    low: float | None
    high: float | None
    interval: str
    model: str
    certainty: str
    certainty_note: str
    printed: Mapping[str, str]

    @property
    def status(self) -> str:
        return "recomputed here" if self.analysis else super().status


@dataclass(frozen=True)
class Membership(Row):
    """A study that belongs to an analysis which takes only some rows of another."""

    analysis: str
    study: str


@dataclass(frozen=True)
class WithinPerson(Row):
    """A fact about the same person on different days, or before and after a session."""

    question: str
    measure: str
    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int | None
    people: str


@dataclass(frozen=True)
class Tolerance(Row):
    """By how much a recomputed quantity may differ beyond the rounding of the printed one, and why."""

    analysis: str
    quantity: str
    slack: float


@dataclass(frozen=True)
class AnalysisRow(Row):
    """An analysis that is recomputed here from the rows of one table."""

    question: str
    measure: str
    rows: str
    of: str
    k: int
    n: int | None
    certainty: str
    certainty_note: str

    @property
    def status(self) -> str:
        return "inferred" if self.confirmed == "inferred" else "recomputed here"


#: The figures of a published result whose printed digits are kept.
PRINTED = ("k", "n", "estimate", "low", "high", "i2", "tau2", "q", "z")


class Cells:
    """The cells of one line; a cell that is not what it should be is an InputError naming file, row and column."""

    def __init__(self, file: str, number: int, cells: Mapping[str, str]) -> None:
        self.file, self.number, self.cells = file, number, cells

    def refuse(self, column: str, what: str) -> InputError:
        return InputError(
            f"{self.file}, row {self.number}, column {column}: {self.cells.get(column, '')!r} {what}."
        )

    def text(self, column: str, *, one_of: tuple[str, ...] = (), required: bool = True) -> str:
        value = self.cells.get(column)
        if value is None or (required and not value):
            raise self.refuse(column, "is empty where a value is needed")
        if one_of and value not in one_of:
            raise self.refuse(column, f"is not one of {', '.join(one_of)}")
        return value

    def maybe(self, column: str, *, low: float = -math.inf, high: float = math.inf) -> float | None:
        text = self.text(column, required=False)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            raise self.refuse(column, "is not a number") from None
        if not low <= value <= high or not math.isfinite(value):
            raise self.refuse(column, f"is outside {low:g} to {high:g}")
        return value

    def number_in(self, column: str, *, low: float = -math.inf, high: float = math.inf) -> float:
        value = self.maybe(column, low=low, high=high)
        if value is None:
            raise self.refuse(column, "is empty where a number is needed")
        return value

    def maybe_whole(self, column: str) -> int | None:
        value = self.maybe(column, low=0)
        if value is not None and value != int(value):
            raise self.refuse(column, "is not a whole number")
        return None if value is None else int(value)

    def whole(self, column: str) -> int:
        value = self.maybe_whole(column)
        if value is None:
            raise self.refuse(column, "is empty where a whole number is needed")
        return value

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self.text(column))
        except ValueError:
            raise self.refuse(column, "is not a date like 2026-11-22") from None

    def provenance(self) -> tuple[str, str, str, str, str, date, str]:
        """The fields of ``Row``, in order."""
        confirmed = self.text("confirmed", one_of=CONFIRMED)
        names = [self.text(name) for name in ("id", "reference", "where", "how")]
        return (
            names[0],
            names[1],
            names[2],
            names[3],
            confirmed,
            self.day("date"),
            self.cells.get("note", ""),
        )


T = TypeVar("T")
Values = Mapping[str, Any]


def made(kind: type[T], values: Values) -> T:
    """A row from the values of its columns, which are named as its fields."""
    return kind(**{field.name: values[field.name] for field in fields(kind)})  # type: ignore[arg-type]


def _in_order(cells: Cells, values: Values, middle: str, low: str, high: str) -> None:
    """An interval needs both ends, and what it is of inside."""
    ends = values[low], values[high]
    if (ends[0] is None) != (ends[1] is None) or (ends[0] is not None and ends[0] > ends[1]):
        raise cells.refuse(low, f"and {high} are not an interval")
    if values[middle] is not None and ends[0] is not None and not ends[0] <= values[middle] <= ends[1]:
        raise cells.refuse(middle, "lies outside its interval")


def _doi(cells: Cells, values: Values) -> None:
    if values["doi"] and not values["doi"].startswith("10."):
        raise cells.refuse("doi", "is not a DOI; it starts with 10.")


def _score(cells: Cells, values: Values) -> None:
    _in_order(cells, values, "printed_smd", "printed_low", "printed_high")
    if values["effect"] == "printed" and values["printed_smd"] is None:
        raise cells.refuse("effect", "needs a printed_smd")
    if values["n_arm"] + values["n_against"] <= 3:
        raise cells.refuse(
            "n_arm", "and n_against are too few; a standardised difference needs four people or more"
        )


def _events(cells: Cells, values: Values) -> None:
    for arm in ("arm", "against"):
        if values[f"events_{arm}"] > values[f"n_{arm}"]:
            raise cells.refuse(f"events_{arm}", "is more than the people in the arm")
    _in_order(cells, values, "printed_rr", "printed_low", "printed_high")


def _dose(cells: Cells, values: Values) -> None:
    if values["is_reference"] != (values["se"] is None):
        raise cells.refuse("se", "does not fit: the reference group has none and every other group has one")


def _published(cells: Cells, values: Values) -> None:
    _in_order(cells, values, "estimate", "low", "high")


#: What must hold between the cells of a row, by table.
RULES: Mapping[str, Callable[[Cells, Values], None]] = MappingProxyType(
    {
        "references": _doi,
        "contrasts_smd": _score,
        "contrasts_events": _events,
        "dose_rows": _dose,
        "published": _published,
    }
)
