"""The Metapsy data standard (docs.metapsy.org, "Data Format"): a row for each comparison of two arms on an outcome, cells
apart by semicolons, decimals after a comma, NA for what is missing.

Effects there are above zero where the first arm did better; here an effect below zero is fewer symptoms, so precalculated
Hedges' g changes its sign. Log risk ratios and summary data stay as they are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ambulando.evidence.faults import NegativeVariance
from ambulando.evidence.formats.dataset import (
    EVENTS,
    MEANS,
    MISSING,
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

COLUMNS = ("study", "condition_arm1", "condition_arm2")
DETAILS = (
    "multi_arm1",
    "multi_arm2",
    "outcome_type",
    "instrument",
    "time",
    "time_weeks",
    "rating",
    "year",
    "full_ref",
)
MEANS_IN = (
    ("mean_arm1", "sd_arm1", "n_arm1", "mean_arm2", "sd_arm2", "n_arm2"),
    (
        "mean_change_arm1",
        "sd_change_arm1",
        "n_change_arm1",
        "mean_change_arm2",
        "sd_change_arm2",
        "n_change_arm2",
    ),
)
G_IN = (("precalc_g", "precalc_g_se"), (".g", ".g_se"))
EVENTS_IN = ("event_arm1", "totaln_arm1", "event_arm2", "totaln_arm2")
RATIO_IN = (("precalc_log_rr", "precalc_log_rr_se"), (".log_rr", ".log_rr_se"))
FLIPPED = (
    "Precalculated Hedges' g of Metapsy is above zero where the first arm did better; its sign was changed, so that an "
    "effect below zero is fewer symptoms."
)


def fits(text: str) -> bool:
    """Whether the first line is that of a Metapsy table."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    return all(name in first for name in COLUMNS)


def read(text: str, where: str) -> Dataset:
    """The outcomes of a Metapsy table: scores by time of measurement, events by type of outcome and time.

    Raises InputError for a table without the columns, and for text where a number belongs.
    """
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = ";" if ";" in first else ","
    rows = lines_of(text, where, delimiter=delimiter)
    if rows:
        missing = [name for name in COLUMNS if name not in rows[0]]
        if missing:
            raise InputError(f"{where} has no column {', '.join(missing)}, which the Metapsy format has.")
    groups: dict[tuple[str, str, str], list[Comparison]] = {}
    excluded: list[Excluded] = []
    notes: list[str] = []
    for number, cells in enumerate(rows, start=2):
        line = _Line(number, cells["study"] or f"Row {number}", cells, where, delimiter == ";")
        found = _values(line)
        if found is None:
            excluded.append(Excluded(number, line.study, "it has no complete means, events or effect"))
            continue
        shape, values, measure, source = found
        if source == "mean_change_arm1" and values["m1i"] > 0 and values["m2i"] > 0:
            notes.append(
                f"{line.study} (row {number}): both arms have a change above zero; here a change below zero is fewer "
                "symptoms, so please check its direction."
            )
        if source in ("precalc_g", ".g") and FLIPPED not in notes:
            notes.append(FLIPPED)
        details = {name: cells[name] for name in DETAILS if cells.get(name, "NA") not in MISSING}
        comparison = Comparison(number, line.study, _arm(cells, 1), _arm(cells, 2), shape, values, details)
        kind = "scores" if measure == "SMD" else details.get("outcome_type", "events")
        groups.setdefault((kind, details.get("time", ""), measure), []).append(possible(comparison, where))
    outcomes = tuple(
        Outcome(
            "-".join(part for part in (kind, time) if part),
            ("scores of symptoms" if measure == "SMD" else kind) + (f", {time}" if time else ""),
            measure,
            tuple(comparisons),
        )
        for (kind, time, measure), comparisons in groups.items()
    )
    return Dataset("metapsy", outcomes, tuple(excluded), (*notes, *repeated(outcomes)))


def _arm(cells: Mapping[str, str], which: int) -> str:
    """The condition, with what tells arms of a trial with several apart."""
    condition, part = cells[f"condition_arm{which}"], cells.get(f"multi_arm{which}", "NA")
    return condition if part in MISSING else f"{condition} ({part})"


@dataclass(frozen=True)
class _Line:
    number: int
    study: str
    cells: Mapping[str, str]
    where: str
    comma: bool

    def numbers(self, names: Sequence[str]) -> list[float] | None:
        """The numbers of columns; None where one is missing."""
        found = [
            number_of(self.cells.get(name, ""), name, self.number, self.study, self.where, comma=self.comma)
            for name in names
        ]
        return None if any(map(math.isnan, found)) else found


def _values(line: _Line) -> tuple[str, dict[str, float], str, str] | None:
    """(shape, values, measure, first column) of the first complete group of columns; None where there is none."""
    for names in MEANS_IN:
        if found := line.numbers(names):
            return "means", dict(zip(MEANS, found, strict=True)), "SMD", names[0]
    for effect, error in G_IN:
        if found := line.numbers((effect, error)):
            return "effect", _effect(line, -found[0], found[1]), "SMD", effect
    if found := line.numbers(EVENTS_IN):
        return "events", dict(zip(EVENTS, found, strict=True)), "RR", EVENTS_IN[0]
    for effect, error in RATIO_IN:
        if found := line.numbers((effect, error)):
            return "effect", _effect(line, *found), "RR", effect
    return None


def _effect(line: _Line, effect: float, error: float) -> dict[str, float]:
    """The effect with its variance, and the people in both arms where they are known."""
    if error < 0:
        raise NegativeVariance(
            f"{line.study} (row {line.number} of {line.where}) has a negative standard error ({error:g}); it is above zero.",
            row=line.number,
            study=line.study,
        )
    for names in (("n_arm1", "n_arm2"), ("totaln_arm1", "totaln_arm2")):
        if sizes := line.numbers(names):
            return {"yi": effect, "vi": error**2, "n1i": sizes[0], "n2i": sizes[1]}
    return {"yi": effect, "vi": error**2}
