"""Dose groups: the rows of a dose-response table, read and checked, with the study and the row in every fault."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from ambulando.evidence.dose.covariance import KINDS
from ambulando.evidence.faults import (
    EvidenceFault,
    ImpossibleValue,
    MissingColumns,
    MissingReference,
    NegativeVariance,
    NotANumber,
    TooFewStudies,
)

#: No dose of any unit is larger, and no log relative risk: beyond lies a slip of the keyboard, and overflow.
LARGEST_DOSE, LARGEST_LOG = 1e6, 100.0
MISSING = ("", "NA", "NaN", "nan", ".")
NAMES = ("slab", "study", "studlab", "author", "authors", "first_author")
#: Columns that may stand under another name.
ALSO = {
    "cases": ("case",), "n": ("peryears", "personyrs"), "ratio": ("adjrr", "rr", "RR", "or", "hr"),
    "low": ("lb", "lci", "lci_effect"), "high": ("ub", "uci", "uci_effect"), "controls": ("control",),
}  # fmt: skip
RATIO = float(-2 * ndtri(0.025))


@dataclass(frozen=True)
class DoseGroup:
    """One dose group of one study. ``se`` is None in the reference group, where ``logrr`` is 0.

    ``kind`` is cc, ci or ir (see covariance.py); ``cases`` and ``n`` may be NaN where the covariance asks for neither;
    ``row`` is that of the table, 0 when there is none.
    """

    id: str
    kind: str
    dose: float
    cases: float
    n: float
    logrr: float
    se: float | None
    row: int = 0


@dataclass(frozen=True)
class MeanGroup:
    """One dose group of one study whose outcome is a score: its mean, standard deviation and number of people."""

    id: str
    dose: float
    mean: float
    sd: float
    n: float
    row: int = 0


def groups_from(
    rows: Sequence[Mapping[str, str]], where: str, *, kind: str | None = None
) -> tuple[DoseGroup, ...]:
    """Dose groups from CSV rows with the columns id, type, dose, cases, n, logrr, se (se empty or 0 in the reference row).

    Without ``id`` all rows are of one study; ``kind`` is the type where there is no such column. ``logrr`` may be
    given as a ratio (adjrr, rr, or, hr) and ``se`` as the limits of its 95% interval (lb and ub, lci and uci). Raises
    MissingColumns, NotANumber, each naming study and row.
    """
    columns = set(rows[0]) if rows else set()
    found = {name: next((one for one in (name, *ALSO[name]) if one in columns), None) for name in ALSO}
    lacking = ["dose"] if "dose" not in columns else []
    if "logrr" not in columns and found["ratio"] is None:
        lacking.append("logrr")
    if "se" not in columns and (found["low"] is None or found["high"] is None):
        lacking.append("se")
    lacking += [name for name in ("cases", "n") if found[name] is None and found["controls"] is None]
    if lacking:
        raise MissingColumns(
            f"{where} has no column {' or '.join(repr(one) for one in lacking)}; a dose table has id, type, dose, cases, n,"
            f" logrr and se, and this one has {', '.join(rows[0]) if rows else 'no rows'}."
        )
    if "type" not in columns and kind is None:
        raise MissingColumns(
            f"{where} has no column 'type'; add one, or give --type {'|'.join(KINDS)} for all its studies."
        )
    return tuple(_group(row, number, where, found, kind) for number, row in enumerate(rows, start=2))


def _group(
    row: Mapping[str, str], number: int, where: str, found: Mapping[str, str | None], kind: str | None
) -> DoseGroup:
    label = label_of(row, where)

    def value(column: str | None) -> float:
        return number_in(row, column, label, number, where)

    logrr = value("logrr") if "logrr" in row else math.nan
    if math.isnan(logrr) and found["ratio"]:
        ratio = value(found["ratio"])
        if ratio <= 0:
            raise ImpossibleValue(
                f"Study {label} (row {number} of {where}) has a ratio of {ratio:g}; it is above zero.",
                row=number, study=label,
            )  # fmt: skip
        logrr = math.log(ratio)
    se = value("se") if "se" in row else math.nan
    low, high = value(found["low"]), value(found["high"])
    if math.isnan(se) and not (math.isnan(low) or math.isnan(high)):
        if not 0 < low <= high:
            raise ImpossibleValue(
                f"Study {label} (row {number} of {where}) has an interval from {low:g} to {high:g}; a ratio's limits are"
                " above zero and rise.",
                row=number, study=label,
            )  # fmt: skip
        se = (math.log(high) - math.log(low)) / RATIO
    if math.isnan(se) and not math.isnan(logrr) and logrr != 0:
        raise NotANumber(
            f"Study {label} (row {number} of {where}) has a logrr of {logrr:g} and no se; fill in se, or leave logrr"
            " empty where this is the reference row.",
            row=number, study=label,
        )  # fmt: skip
    if math.isnan(logrr) and not math.isnan(se) and se != 0:
        raise NotANumber(
            f"Study {label} (row {number} of {where}) has a se and no logrr; fill it in.",
            row=number,
            study=label,
        )
    reference = math.isnan(se) or (se == 0 and (math.isnan(logrr) or logrr == 0))
    cases, n = value(found["cases"]), value(found["n"])
    if found["n"] is None:
        n = cases + value(found["controls"])
    elif found["cases"] is None:
        cases = n - value(found["controls"])
    return DoseGroup(
        label,
        (row["type"] if "type" in row else str(kind)).strip().lower(),
        value("dose"),
        cases,
        n,
        0.0 if reference else logrr,
        None if reference else se,
        number,
    )


def means_from(rows: Sequence[Mapping[str, str]], where: str) -> tuple[MeanGroup, ...]:
    """Dose groups of scores from CSV rows with the columns id, dose, y (or mean), sd and n."""
    columns = set(rows[0]) if rows else set()
    mean = "y" if "y" in columns else "mean"
    lacking = [name for name in ("dose", mean, "sd", "n") if name not in columns]
    if lacking:
        raise MissingColumns(
            f"{where} has no column {' or '.join(repr(one) for one in lacking)}; a table of scores by dose has id, dose, y, sd and n."
        )
    found = []
    for number, row in enumerate(rows, start=2):
        label = label_of(row, where)
        dose, value, sd, n = (
            number_in(row, column, label, number, where) for column in ("dose", mean, "sd", "n")
        )
        found.append(MeanGroup(label, dose, value, sd, n, number))
    return tuple(found)


def label_of(row: Mapping[str, str], where: str) -> str:
    """A study's name: its id with its author; the table's name when it has no column for either."""
    name = next((row[column] for column in NAMES if row.get(column)), "")
    identity = row.get("id", "")
    return " ".join(dict.fromkeys(part for part in (identity, name) if part)) or where


def number_in(row: Mapping[str, str], column: str | None, label: str, number: int, where: str) -> float:
    """The number in a cell, NaN for an empty one or no column. Raises NotANumber for text."""
    if column is None or row.get(column, "") in MISSING:
        return math.nan
    try:
        found = float(row[column])
    except ValueError:
        found = math.inf
    if not math.isfinite(found):
        raise NotANumber(
            f"Study {label} (row {number} of {where}) has {row[column]!r} as {column}; a number is needed.",
            row=number,
            study=label,
        )
    return found


def reference_and_others(groups: Sequence[DoseGroup]) -> tuple[DoseGroup, list[DoseGroup]]:
    """The reference group of a study, and the others, checked. Raises a fault with study and row for what cannot be."""
    name = groups[0].id
    kinds = {group.kind for group in groups}
    if len(kinds) > 1 or not kinds <= set(KINDS):
        raise ImpossibleValue(
            f"Study {name} has the type {' and '.join(sorted(kinds))}; it needs one of {', '.join(KINDS)}.",
            row=groups[0].row,
            study=name,
        )
    for group in groups:
        _check(group)
    references = [group for group in groups if group.se is None]
    if len(references) != 1:
        where = ", ".join(str(group.row) for group in (references or groups) if group.row)
        found = "no reference row" if not references else f"{len(references)} reference rows"
        raise MissingReference(
            f"Study {name}{f' (rows {where})' if where else ''} has {found}; exactly one row of a study has an empty se.",
            row=(references or list(groups))[0].row,
            study=name,
        )
    others = [group for group in groups if group.se is not None]
    if not others:
        raise TooFewStudies(
            f"Study {name}{_row(groups[0].row)} has only its reference row; it needs another dose group.",
            row=groups[0].row,
            study=name,
        )
    return references[0], others


def _row(row: int) -> str:
    return f" (row {row})" if row else ""


def _check(group: DoseGroup) -> None:
    def fault(kind: type[EvidenceFault], words: str) -> EvidenceFault:
        return kind(f"Study {group.id}{_row(group.row)} has {words}", row=group.row, study=group.id)

    if not math.isfinite(group.dose):
        raise fault(NotANumber, "no dose; every group has one.")
    if not 0 <= group.dose <= LARGEST_DOSE:
        raise fault(ImpossibleValue, f"a dose of {group.dose:g}; it can be 0 to {LARGEST_DOSE:,.0f}.")
    at = f"at dose {group.dose:g}"
    if not math.isfinite(group.logrr) or (group.se is not None and not math.isfinite(group.se)):
        raise fault(NotANumber, f"a number missing {at}; logrr and se are needed.")
    if abs(group.logrr) > LARGEST_LOG:
        raise fault(ImpossibleValue, f"a logrr of {group.logrr:g} {at}; it is the logarithm of the ratio.")
    if group.se is None and group.logrr != 0:
        raise fault(MissingReference, f"a logrr of {group.logrr:g} in its reference row; there it is 0.")
    if group.se is not None and group.se < 0:
        raise fault(NegativeVariance, f"a standard error of {group.se:g} {at}; it must be above zero.")
    if group.se == 0:
        raise fault(ImpossibleValue, f"a standard error of 0 {at}; it must be above zero.")
    if group.n <= 0 or group.cases < 0 or (group.kind != "ir" and group.cases > group.n):
        raise fault(
            ImpossibleValue,
            f"{group.cases:g} cases among {group.n:g} {at}, which cannot be; check cases and n.",
        )
