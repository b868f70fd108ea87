"""The evidence base: its tables, read once and checked, and its version. Standard library only.

What is recomputed here and what is only "as published" are kept apart by the ``status`` of an analysis. Every row has an
``id``, the reference it stands in, and whether it was read there or inferred.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from ambulando.evidence.rows import (
    CERTAINTIES,
    PACKAGE,
    AnalysisRow,
    Cells,
    Contrast,
    DoseRow,
    EventContrast,
    Membership,
    Published,
    Reference,
    Row,
    Tolerance,
    table,
)
from ambulando.ground import InputError

EDITION = "2026.11"
MEASURES = ("SMD", "MD", "RR", "OR", "HR", "percent", "MET-minutes")
PRINTED = ("k", "n", "estimate", "low", "high", "i2", "tau2", "q", "z")


@dataclass(frozen=True)
class Analysis:
    """A question and its pooled answer. ``status`` is "recomputed" (from rows of this base, see ``recompute``) or "as
    published" (then ``estimate`` and ``ci`` are the printed ones). ``confirmed`` "inferred" marks an analysis whose
    choice of studies was inferred. ``rows`` says which kind of rows it is recomputed from.
    """

    id: str
    question: str
    measure: str
    status: str
    k: int | None
    n: int | None
    reference: str
    where: str
    confirmed: str
    certainty: str
    certainty_note: str
    rows: str
    of: str
    estimate: float | None
    ci: tuple[float, float] | None
    interval: str
    note: str


@cache
def version() -> str:
    """The edition and the first 8 hex digits of a SHA-256 over names and contents of all data files."""
    digest = hashlib.sha256()
    for file in sorted(files(PACKAGE).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".csv"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{EDITION}+{digest.hexdigest()[:8]}"


@cache
def references() -> Mapping[str, Reference]:
    """All sources by id."""

    def one(cells: Cells) -> Reference:
        doi = cells.text("doi", required=False)
        if doi and not doi.startswith("10."):
            raise cells.refuse("doi", "is not a DOI; it starts with 10.")
        year = int(cells.number_in("year", low=1900, high=2100))
        text = [cells.text("id"), cells.text("citation")]
        rest = [cells.text(name, required=False) for name in ("url", "kind", "note")]
        return Reference(text[0], text[1], year, doi, *rest)

    found: dict[str, Reference] = {}
    for row in table("references.csv", one):
        if row.id in found:
            raise InputError(
                f"references.csv: the id {row.id!r} stands in two rows; every row needs its own."
            )
        found[row.id] = row
    return MappingProxyType(found)


R = TypeVar("R", bound=Row)


def checked(file: str, row_from: Callable[[Cells], R]) -> tuple[R, ...]:
    """The rows of a packaged table, each with its own id and a reference that is known."""
    rows = table(file, row_from)
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise InputError(f"{file}: the id {row.id!r} stands in two rows; every row needs its own.")
        seen.add(row.id)
        if row.reference not in references():
            raise InputError(
                f"{file}: row {row.id!r} cites {row.reference!r}, which references.csv does not have."
            )
    return rows


@cache
def contrasts() -> tuple[Contrast, ...]:
    """Every contrast of scores."""

    def one(c: Cells) -> Contrast:
        return Contrast(
            *c.provenance(), c.text("analysis"), c.text("study"), c.text("arm"), c.text("against"),
            c.whole("n_arm"), c.number_in("mean_arm"), c.number_in("sd_arm", low=1e-9),
            c.whole("n_against"), c.number_in("mean_against"), c.number_in("sd_against", low=1e-9),
            *_printed(c, "printed_smd"),
        )  # fmt: skip

    return checked("contrasts_smd.csv", one)


@cache
def event_contrasts() -> tuple[EventContrast, ...]:
    """Every contrast of events."""

    def one(c: Cells) -> EventContrast:
        for arm in ("arm", "against"):
            if c.whole(f"events_{arm}") > c.whole(f"n_{arm}"):
                raise c.refuse(f"events_{arm}", "is more than the people in the arm")
        return EventContrast(
            *c.provenance(), c.text("analysis"), c.text("study"), c.text("arm"), c.text("against"),
            c.whole("events_arm"), c.whole("n_arm"), c.whole("events_against"), c.whole("n_against"),
            *_printed(c, "printed_rr"),
        )  # fmt: skip

    return checked("contrasts_events.csv", one)


def _printed(c: Cells, estimate: str) -> tuple[float, float, float, float]:
    middle = c.number_in(estimate)
    low, high = c.number_in("printed_low", high=middle), c.number_in("printed_high", low=middle)
    return middle, low, high, c.number_in("printed_weight", low=0, high=100)


@cache
def dose_rows() -> tuple[DoseRow, ...]:
    """Every dose group of every cohort."""

    def one(c: Cells) -> DoseRow:
        is_reference = c.text("is_reference", one_of=("yes", "no")) == "yes"
        se = c.maybe("se", low=1e-9)
        if is_reference != (se is None):
            raise c.refuse("se", "does not fit: the reference group has none and every other group has one")
        return DoseRow(
            *c.provenance(), c.text("analysis"), c.text("study"), c.text("ratio", one_of=("OR", "HR", "RR")),
            c.text("type_label", one_of=("ir", "ci", "cc")), c.number_in("dose", low=0), c.number_in("persons", low=1),
            c.number_in("person_years", low=1), c.number_in("cases", low=0), c.number_in("rr", low=1e-9),
            c.maybe("low"), c.maybe("high"), c.number_in("log_rr"), se, is_reference,
        )  # fmt: skip

    return checked("dose_rows.csv", one)


@cache
def memberships() -> tuple[Membership, ...]:
    """Which studies an analysis takes that uses only some rows of another."""
    return checked(
        "subgroups.csv", lambda c: Membership(*c.provenance(), c.text("analysis"), c.text("study"))
    )


@cache
def published() -> tuple[Published, ...]:
    """Every pooled result as printed."""

    def one(c: Cells) -> Published:
        low, high = c.maybe("low"), c.maybe("high")
        estimate = c.maybe("estimate")
        if (low is None) != (high is None) or (low is not None and high is not None and low > high):
            raise c.refuse("low", "and high are not an interval")
        if estimate is not None and low is not None and high is not None and not low <= estimate <= high:
            raise c.refuse("estimate", "lies outside its interval")
        return Published(
            *c.provenance(), c.text("analysis", required=False), c.text("question"),
            c.text("measure", one_of=MEASURES), c.maybe("dose", low=0), c.maybe_whole("k"), c.maybe_whole("n"),
            estimate, low, high, c.text("interval", required=False), c.text("model"),
            c.text("certainty", one_of=CERTAINTIES), c.text("certainty_note"),
            {name: c.text(name, required=False) for name in PRINTED},
        )  # fmt: skip

    return checked("published.csv", one)


@cache
def tolerances() -> Mapping[tuple[str, str], Tolerance]:
    """The stated slack of recomputed quantities, by analysis and quantity."""
    rows = checked(
        "tolerances.csv",
        lambda c: Tolerance(
            *c.provenance(), c.text("analysis"), c.text("quantity"), c.number_in("slack", low=0)
        ),
    )
    return MappingProxyType({(row.analysis, row.quantity): row for row in rows})


@cache
def _recomputed() -> tuple[AnalysisRow, ...]:
    return checked(
        "analyses.csv",
        lambda c: AnalysisRow(
            *c.provenance(), c.text("question"), c.text("measure", one_of=MEASURES),
            c.text("rows", one_of=("smd", "events", "dose")), c.text("of", required=False), c.whole("k"),
            c.maybe_whole("n"), c.text("certainty", one_of=CERTAINTIES), c.text("certainty_note"),
        ),
    )  # fmt: skip


def rows_for(analysis: str) -> tuple[Contrast | EventContrast | DoseRow, ...]:
    """The rows that a recomputed analysis uses, in the order of its table. Raises InputError for an unknown one."""
    known = {row.id: row for row in _recomputed()}
    if analysis not in known:
        raise InputError(
            f"There is no recomputed analysis called {analysis!r}; there are {', '.join(sorted(known))}."
        )
    row = known[analysis]
    everything: Mapping[str, tuple[Contrast | EventContrast | DoseRow, ...]] = {
        "smd": contrasts(),
        "events": event_contrasts(),
        "dose": dose_rows(),
    }
    of = row.of or row.id
    rows = tuple(one for one in everything[row.rows] if one.analysis == of)
    if row.of:
        members = {member.study for member in memberships() if member.analysis == analysis}
        rows = tuple(one for one in rows if one.study in members)
    return rows


@cache
def analyses() -> Mapping[str, Analysis]:
    """All analyses by id: those recomputed here first, then the published ones that are not."""
    found: dict[str, Analysis] = {}
    for row in _recomputed():
        studies = {one.study for one in rows_for(row.id)}
        if len(studies) != row.k:
            raise InputError(f"analyses.csv: {row.id!r} says {row.k} studies and has rows of {len(studies)}.")
        found[row.id] = Analysis(
            row.id, row.question, row.measure, "recomputed", row.k, row.n, row.reference, row.where, row.confirmed,
            row.certainty, row.certainty_note, row.rows, row.of, None, None, "", row.note,
        )  # fmt: skip
    for result in published():
        if result.analysis:
            if result.analysis not in found:
                raise InputError(
                    f"published.csv: row {result.id!r} names the unknown analysis {result.analysis!r}."
                )
            continue
        ci = None if result.low is None or result.high is None else (result.low, result.high)
        found[result.id] = Analysis(
            result.id, result.question, result.measure, "as published", result.k, result.n, result.reference,
            result.where, result.confirmed, result.certainty, result.certainty_note, "", "", result.estimate, ci,
            result.interval, result.note,
        )  # fmt: skip
    return MappingProxyType(found)
