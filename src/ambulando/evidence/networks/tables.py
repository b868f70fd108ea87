"""A user's table of a network, from CSV text: contrasts, or the arms of studies. Errors name study and row.

Contrasts: ``studlab``, ``treat1``, ``treat2``, ``TE``, ``seTE`` (also ``lnOR``, ``selnOR``; ``study``, ``id``, ``author`` with
``year``). Arms: ``study``, ``treatment`` with ``event`` (``events``, ``r``, ``death``) and ``n``, or ``mean`` (``mi``), ``sd``
(``sdi``) and ``n`` (``ni``). Optional: ``rob`` (risk of bias: low, some, high) and ``indirectness`` (low, some, high) of each study.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ambulando.evidence.faults import ImpossibleValue, MissingColumns, NotANumber, UnknownOption
from ambulando.evidence.networks.arms import Arm, Contrasts, contrasts
from ambulando.evidence.results import Excluded
from ambulando.ground import rows_of

STUDY = ("studlab", "study", "id", "slab", "author", "authors")
EFFECT = {
    "te": None, "yi": None, "effect": None, "lnor": "OR", "logor": "OR", "lnrr": "RR", "logrr": "RR", "lnhr": "HR", "loghr": "HR",
    "md": "MD", "smd": "SMD", "rd": "RD",
}  # fmt: skip
ERROR = ("sete", "sei", "se", "selnor", "selogor", "selnrr", "selogrr", "selnhr", "seloghr")
TREATMENT = ("treatment", "treat", "trt", "arm")
EVENTS = ("event", "events", "r", "ri", "death", "deaths", "responders", "xi")
PEOPLE = ("n", "ni", "total", "samplesize")
MEAN, SD = ("mean", "mi"), ("sd", "sdi")
MISSING = ("", "na", "nan", ".")
#: The measures that a table of contrasts can be said to have.
GIVEN = ("GEN", "MD", "SMD", "OR", "RR", "HR", "RD")
LARGEST, SMALLEST_ERROR, LARGEST_LOG = 1e15, 1e-15, 100.0
WAYS = "studlab, treat1, treat2, TE, seTE for contrasts; study, treatment, event, n or study, treatment, mean, sd, n for arms"


@dataclass(frozen=True)
class Table:
    """The contrasts of a table, and what it had them from: ``arms`` when it was one of arms; ``columns`` maps the role of a
    column to its name in the file. ``risk_of_bias`` and ``indirectness`` are labels by study, where the table has them.
    """

    contrasts: Contrasts
    arms: tuple[Arm, ...]
    columns: Mapping[str, str]
    risk_of_bias: Mapping[str, str]
    indirectness: Mapping[str, str]


def read(text: str, where: str, *, measure: str | None = None) -> Table:
    """The network of a CSV text; ``where`` names it in messages. Raises MissingColumns, NotANumber, ImpossibleValue."""
    lines = rows_of(text, where=where)
    if not lines:
        raise MissingColumns(f"{where} has a line of column names and no study under it.")
    names = {name.lower(): name for name in lines[0]}
    study = _first(names, STUDY)
    effect = _first(names, EFFECT)
    error = _first(names, ERROR)
    if study and "treat1" in names and "treat2" in names and effect and error:
        columns = {
            "TE": effect,
            "seTE": error,
            "treat1": names["treat1"],
            "treat2": names["treat2"],
            "studlab": study,
        }
        wanted = (measure or EFFECT[effect.lower()] or "GEN").upper()
        if wanted not in GIVEN:
            raise UnknownOption(
                f"The measure {wanted} is none that contrasts have here; take one of {', '.join(GIVEN)}."
            )
        labels = _labels(lines, study, names)
        return Table(
            _contrasts(lines, columns, labels, wanted, where), (), columns,
            _marks(lines, labels, names, ("rob", "risk_of_bias"), where),
            _marks(lines, labels, names, ("indirectness", "indirect"), where),
        )  # fmt: skip
    treatment, people = _first(names, TREATMENT), _first(names, PEOPLE)
    events, mean, sd = _first(names, EVENTS), _first(names, MEAN), _first(names, SD)
    if not (study and treatment and people and (events or (mean and sd))):
        raise MissingColumns(
            f"{where} has the columns {', '.join(lines[0])}, which is no network; it needs {WAYS}."
        )
    columns = {"studlab": study, "treat": treatment, "n": people}
    if events:
        columns["event"] = events
    else:
        columns |= {"mean": mean or "", "sd": sd or ""}
    labels = _labels(lines, study, names)
    arms, lost = _arms(lines, columns, labels, where)
    found = contrasts(arms, measure)
    found = Contrasts(
        found.measure, found.studlab, found.treat1, found.treat2, found.TE, found.seTE, found.rows,
        tuple(sorted((*lost, *found.excluded), key=lambda one: one.row)), found.notes,
    )  # fmt: skip
    return Table(
        found, tuple(arms), columns,
        _marks(lines, labels, names, ("rob", "risk_of_bias"), where),
        _marks(lines, labels, names, ("indirectness", "indirect"), where),
    )  # fmt: skip


def _first(names: Mapping[str, str], wanted: Sequence[str] | Mapping[str, object]) -> str | None:
    return next((names[name] for name in wanted if name in names), None)


def _labels(lines: Sequence[Mapping[str, str]], study: str, names: Mapping[str, str]) -> list[str]:
    """A name for the study of each row; a bare number or author gets author and year beside it, where there are such columns."""
    author = _first(names, ("author", "authors"))
    year = names.get("year")
    labels = []
    for row, cells in enumerate(lines, start=2):
        name = cells[study]
        if not name:
            raise ImpossibleValue(f"Row {row} has no study in the column {study!r}; please name it.", row=row)
        beside = [cells[column] for column in (author, year) if column and column != study and cells[column]]
        if author == study:
            name = " ".join([name, *beside])
        elif beside and study.lower() == "id":
            name = f"{' '.join(beside)} ({name})"
        labels.append(name)
    return labels


def _number(cells: Mapping[str, str], column: str, study: str, row: int, where: str) -> float | None:
    text = cells[column]
    if text.lower() in MISSING:
        return None
    at = f"{study} (row {row} of {where})"
    try:
        value = float(text)
    except ValueError:
        raise NotANumber(
            f"{at} has {text!r} as {column}; a number is needed there.", row=row, study=study
        ) from None
    if not math.isfinite(value):
        raise NotANumber(
            f"{at} has {text!r} as {column}; a finite number is needed there.", row=row, study=study
        )
    if abs(value) > LARGEST:
        raise ImpossibleValue(
            f"{at} has {value:g} as {column}, which can hardly be; please check it.", row=row, study=study
        )
    return value


def _contrasts(
    lines: Sequence[Mapping[str, str]],
    columns: Mapping[str, str],
    labels: Sequence[str],
    measure: str,
    where: str,
) -> Contrasts:
    te, se = [], []
    for row, (cells, study) in enumerate(zip(lines, labels, strict=True), start=2):
        effect = _number(cells, columns["TE"], study, row, where)
        error = _number(cells, columns["seTE"], study, row, where)
        if error is not None and 0 < error < SMALLEST_ERROR:
            raise ImpossibleValue(
                f"{study} (row {row} of {where}) has {error:g} as {columns['seTE']}, which can hardly be; please check it.",
                row=row,
                study=study,
            )
        if effect is not None and measure in ("OR", "RR", "HR") and abs(effect) > LARGEST_LOG:
            raise ImpossibleValue(
                f"{study} (row {row} of {where}) has {effect:g} as {columns['TE']}; for {measure} it is the logarithm of the ratio.",
                row=row,
                study=study,
            )
        te.append(math.nan if effect is None else effect)
        se.append(math.nan if error is None else error)
    return Contrasts(
        measure, tuple(labels), tuple(cells[columns["treat1"]] for cells in lines),
        tuple(cells[columns["treat2"]] for cells in lines), tuple(te), tuple(se), tuple(range(2, len(lines) + 2)), (), (),
    )  # fmt: skip


def _arms(
    lines: Sequence[Mapping[str, str]], columns: Mapping[str, str], labels: Sequence[str], where: str
) -> tuple[list[Arm], list[Excluded]]:
    arms, lost = [], []
    roles = [role for role in ("event", "mean", "sd", "n") if role in columns]
    for row, (cells, study) in enumerate(zip(lines, labels, strict=True), start=2):
        treatment = cells[columns["treat"]]
        if not treatment:
            raise ImpossibleValue(
                f"{study} (row {row} of {where}) names no treatment; please name it.", row=row, study=study
            )
        values = {role: _number(cells, columns[role], study, row, where) for role in roles}
        absent = [columns[role] for role, value in values.items() if value is None]
        if absent:
            lost.append(Excluded(row, study, f"{treatment} has no {' and no '.join(absent)}"))
            continue
        arms.append(
            Arm(
                study,
                treatment,
                values["n"] or 0.0,
                values.get("event"),
                values.get("mean"),
                values.get("sd"),
                row,
            )
        )
    return arms, lost


def _marks(
    lines: Sequence[Mapping[str, str]],
    labels: Sequence[str],
    names: Mapping[str, str],
    wanted: Sequence[str],
    where: str,
) -> dict[str, str]:
    """The label of each study in an optional column, in small letters; rows of one study must agree."""
    column = _first(names, wanted)
    if column is None:
        return {}
    found: dict[str, str] = {}
    for row, (cells, study) in enumerate(zip(lines, labels, strict=True), start=2):
        label = cells[column].lower()
        if label in MISSING:
            continue
        if found.setdefault(study, label) != label:
            raise ImpossibleValue(
                f"{study} has {found[study]} and {label} (row {row} of {where}) as {column}; a study has one of them.",
                row=row,
                study=study,
            )
    return found
