"""The evidence base: its tables, read once and checked, and its version. Standard library only.

What is recomputed here and what is only "as published" are kept apart by the ``status`` of an analysis. Every row has an
``id``, the reference it stands in, and whether it was read there or inferred. Beside the packaged rows stand those that
this installation added (``place.folder``, ``living``); they are checked by the same declared ``schema``.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from ambulando.evidence import place, schema
from ambulando.evidence.rows import (
    PACKAGE,
    PRINTED,
    RULES,
    AnalysisRow,
    Arm,
    Cells,
    Contrast,
    DoseRow,
    EffectContrast,
    EventContrast,
    Membership,
    Published,
    Reference,
    Row,
    Study,
    Tolerance,
    made,
)
from ambulando.ground import InputError, packaged_rows, rows_of

EDITION = "2026.11"

AnyContrast = Contrast | EventContrast | EffectContrast
AnyRow = AnyContrast | DoseRow


@dataclass(frozen=True)
class Analysis:
    """A question and its pooled answer. ``status`` is "recomputed" (from rows of this base, see ``recompute``) or "as
    published" (then ``estimate`` and ``ci`` are the printed ones). ``confirmed`` "inferred" marks an analysis whose
    choice of studies was inferred. ``rows`` says which kind of rows it is recomputed from. ``k`` and ``n`` count the
    ``added`` studies of this installation too.
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
    added: int = 0


#: Tables that stand in for those of the folder, see ``with_local``; the last one counts.
_instead: list[Mapping[str, str]] = []


@contextmanager
def with_local(texts: Mapping[str, str]) -> Iterator[None]:
    """Within it, the evidence base is the packaged tables and these, given as text by file name.

    So that an addition is checked and pooled by the very way in which it will be read, before anything is written. For
    one thread alone: what is read is kept for the whole process.
    """
    _instead.append(MappingProxyType(dict(texts)))
    forget()
    try:
        yield
    finally:
        _instead.pop()
        forget()


@cache
def local_texts() -> Mapping[str, str]:
    """The tables that this installation added rows to, by file name. Raises InputError for a file that is none of them."""
    if _instead:
        return _instead[-1]
    folder = place.folder()
    found = {}
    if folder.is_dir():
        for path in sorted(folder.glob("*.csv")):
            if not (path.stem in schema.tables() and schema.table(path.stem).local):
                known = ", ".join(one.file for one in schema.tables().values() if one.local)
                raise InputError(f"{path} is no table of a local evidence base; those are {known}.")
            try:
                found[path.name] = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f"{path} can not be read ({error}).") from None
    return MappingProxyType(found)


def version_of(local: Mapping[str, str]) -> str:
    """The edition and 8 hex digits of a SHA-256 over names and contents of the packaged tables; with rows of an
    installation, given as text by file name, "+local." and the same of those.
    """
    packaged = {
        file.name: file.read_bytes()
        for file in files(PACKAGE).iterdir()
        if file.name.endswith((".csv", ".toml"))
    }
    found = f"{EDITION}+{_digest(packaged)}"
    if local:
        found += f"+local.{_digest({name: text.encode() for name, text in local.items()})}"
    return found


def _digest(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + contents[name] + b"\0")
    return digest.hexdigest()[:8]


@cache
def version() -> str:
    """The version of the evidence base, local rows included (see ``version_of``)."""
    return version_of(local_texts())


R = TypeVar("R", bound=Row)
T = TypeVar("T")


def table(
    name: str, row_from: Callable[[Cells, schema.Table], T], local: Mapping[str, str], only: str | None = None
) -> tuple[T, ...]:
    """All rows of a declared table as ``row_from`` makes them, the packaged ones first, then those of ``local``.

    Row 1 is the line of column names. only: the key of the one row that is wanted.
    """
    declared = schema.table(name)
    places = [(declared.file, packaged_rows(PACKAGE, declared.file))]
    if declared.local and declared.file in local:
        where = f"the local {declared.file}"
        places.append((where, rows_of(local[declared.file], where=where)))
    found = []
    seen: set[str] = set()
    for where, lines in places:
        if lines:
            schema.columns_fit(declared, tuple(lines[0]), where)
        for number, line in enumerate(lines, start=2):
            cells = Cells(where, number, line)
            key = cells.text(declared.key)
            if key in seen:
                raise InputError(
                    f"{where}: the {declared.key} {key!r} stands in two rows; every row needs its own."
                )
            seen.add(key)
            if only is None or key == only:
                found.append(row_from(cells, declared))
    return tuple(found)


def _values(cells: Cells, declared: schema.Table) -> dict[str, object]:
    """The values of a line, checked by the schema, the rules of its table and the sources that there are."""
    values = schema.values(declared, cells)
    if declared.name in RULES:
        RULES[declared.name](cells, values)
    if declared.provenance and values["reference"] not in reference_ids():
        raise cells.refuse("reference", "is not in references.csv")
    return {"id": values[declared.key]} | values


def rows_from(name: str, kind: type[R]) -> tuple[R, ...]:
    """The rows of a declared table, of the class whose fields are named as its columns."""
    return table(name, lambda cells, declared: made(kind, _values(cells, declared)), local_texts())


def checked(file: str, row_from: Callable[[Cells], R]) -> tuple[R, ...]:
    """The rows of a packaged table that is read cell by cell, each with its own id and a reference that is known."""
    lines = packaged_rows(PACKAGE, file)
    rows = tuple(row_from(Cells(file, number, cells)) for number, cells in enumerate(lines, start=2))
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
def reference_ids() -> frozenset[str]:
    """The ids of all sources, for who needs to know no more than that there is one."""
    return frozenset(table("references", lambda cells, declared: cells.text(declared.key), local_texts()))


@cache
def references() -> Mapping[str, Reference]:
    """All sources by id."""

    def one(cells: Cells, declared: schema.Table) -> Reference:
        values = schema.values(declared, cells)
        RULES["references"](cells, values)
        return made(Reference, values)

    return MappingProxyType({row.id: row for row in table("references", one, local_texts())})


@cache
def studies() -> Mapping[str, Study]:
    """Every trial and cohort, by the name that other tables use."""
    return _by("studies", rows_from("studies", Study), lambda row: row.study)


@cache
def arms() -> Mapping[tuple[str, str], Arm]:
    """Every arm of every trial, by the names of both."""
    return _by("arms", rows_from("arms", Arm), lambda row: (row.study, row.arm))


K = TypeVar("K")


def _by(name: str, rows: Iterable[R], key: Callable[[R], K]) -> Mapping[K, R]:
    found: dict[K, R] = {}
    for row in rows:
        if key(row) in found:
            raise InputError(f"{name}.csv: {key(row)!r} stands in two rows; it needs one.")
        found[key(row)] = row
    return MappingProxyType(found)


@cache
def contrasts() -> tuple[Contrast, ...]:
    """Every contrast of scores."""
    return _placed(rows_from("contrasts_smd", Contrast))


@cache
def event_contrasts() -> tuple[EventContrast, ...]:
    """Every contrast of events."""
    return _placed(rows_from("contrasts_events", EventContrast))


@cache
def effect_contrasts() -> tuple[EffectContrast, ...]:
    """Every contrast that is given as an effect with its variance."""
    return _placed(rows_from("contrasts_effects", EffectContrast))


@cache
def dose_rows() -> tuple[DoseRow, ...]:
    """Every dose group of every cohort."""
    return _placed(rows_from("dose_rows", DoseRow))


P = TypeVar("P", Contrast, EventContrast, EffectContrast, DoseRow)


def _placed(rows: tuple[P, ...]) -> tuple[P, ...]:
    """Rows whose analysis, study and arms are there, else an InputError that names the row."""
    known = {row.id for row in recomputed() if not row.of}
    for row in rows:
        if row.analysis not in known:
            raise InputError(
                f"Row {row.id!r} is of the analysis {row.analysis!r}, which analyses.csv does not have."
            )
        if row.study not in studies():
            raise InputError(
                f"Row {row.id!r} is of the study {row.study!r}, which studies.csv does not have."
            )
        named: tuple[str, ...] = () if isinstance(row, DoseRow) else (row.arm, row.against)
        for arm in named:
            if (row.study, arm) not in arms():
                raise InputError(
                    f"Row {row.id!r} names the arm {arm!r} of {row.study}, which arms.csv does not have."
                )
    return rows


@cache
def memberships() -> tuple[Membership, ...]:
    """Which studies an analysis takes that uses only some rows of another."""
    rows = rows_from("subgroups", Membership)
    known = {row.id for row in recomputed() if row.of}
    for row in rows:
        if row.analysis not in known:
            raise InputError(
                f"Row {row.id!r} is of {row.analysis!r}, which is no analysis that takes some rows of another."
            )
        if row.study not in studies():
            raise InputError(
                f"Row {row.id!r} is of the study {row.study!r}, which studies.csv does not have."
            )
    return rows


def _published(cells: Cells, declared: schema.Table) -> Published:
    printed = {name: cells.text(name, required=False) for name in PRINTED}
    return made(Published, _values(cells, declared) | {"printed": printed})


@cache
def published() -> tuple[Published, ...]:
    """Every pooled result as printed."""
    return table("published", _published, {})


@cache
def tolerances() -> Mapping[tuple[str, str], Tolerance]:
    """The stated slack of recomputed quantities, by analysis and quantity."""
    return _by("tolerances", rows_from("tolerances", Tolerance), lambda row: (row.analysis, row.quantity))


@cache
def recomputed() -> tuple[AnalysisRow, ...]:
    """Every analysis that is pooled again here."""
    return rows_from("analyses", AnalysisRow)


@cache
def local_ids() -> frozenset[str]:
    """The ids of all rows that this installation added."""
    return frozenset(
        line.get("id", "") for name, text in local_texts().items() for line in rows_of(text, where=name)
    )


def rows_for(analysis: str, *, local: bool = True) -> tuple[AnyRow, ...]:
    """The rows that a recomputed analysis uses, in the order of its tables; with ``local`` those of this installation
    too. Raises InputError for an unknown analysis.
    """
    known = {row.id: row for row in recomputed()}
    if analysis not in known:
        raise InputError(
            f"There is no recomputed analysis called {analysis!r}; there are {', '.join(sorted(known))}."
        )
    row = known[analysis]
    everything: Mapping[str, tuple[AnyRow, ...]] = {
        "smd": (*contrasts(), *effect_contrasts()),
        "events": (*event_contrasts(), *effect_contrasts()),
        "dose": dose_rows(),
    }
    of = row.of or row.id
    rows = tuple(one for one in everything[row.rows] if one.analysis == of)
    if row.of:
        members = {member.study for member in memberships() if member.analysis == analysis}
        rows = tuple(one for one in rows if one.study in members)
    return rows if local else tuple(one for one in rows if one.id not in local_ids())


def people_in(rows: Iterable[AnyRow]) -> int:
    """People in both arms of contrasts, or in all dose groups, as far as they are known."""
    total = 0.0
    for row in rows:
        if isinstance(row, DoseRow):
            total += row.persons or 0.0
        else:
            total += (row.n_arm or 0) + (row.n_against or 0)
    return round(total)


def _as_published(result: Published) -> Analysis:
    ci = None if result.low is None or result.high is None else (result.low, result.high)
    return Analysis(
        result.id, result.question, result.measure, "as published", result.k, result.n, result.reference,
        result.where, result.confirmed, result.certainty, result.certainty_note, "", "", result.estimate, ci,
        result.interval, result.note,
    )  # fmt: skip


@cache
def as_published(analysis: str) -> Analysis:
    """One analysis that is not recomputed here. It reads that row alone, so that a first answer is quick.

    Raises InputError where there is none of this id.
    """
    for result in table("published", _published, {}, only=analysis):
        if not result.analysis:
            return _as_published(result)
    raise InputError(f"There is no analysis {analysis!r} that is only published.")


@cache
def analyses() -> Mapping[str, Analysis]:
    """All analyses by id: those recomputed here first, then the published ones that are not."""
    found: dict[str, Analysis] = {}
    for row in recomputed():
        packaged, everything = rows_for(row.id, local=False), rows_for(row.id)
        k, total = len({one.study for one in packaged}), len({one.study for one in everything})
        if k != row.k:
            raise InputError(f"analyses.csv: {row.id!r} says {row.k} studies and has rows of {k}.")
        added = [one for one in everything if one.id in local_ids()]
        n = None if row.n is None else row.n + people_in(added)
        found[row.id] = Analysis(
            row.id, row.question, row.measure, "recomputed", total, n, row.reference, row.where, row.confirmed,
            row.certainty, row.certainty_note, row.rows, row.of, None, None, "", row.note, total - k,
        )  # fmt: skip
    for result in published():
        if result.analysis and result.analysis not in found:
            raise InputError(
                f"published.csv: row {result.id!r} names the unknown analysis {result.analysis!r}."
            )
    found |= {result.id: _as_published(result) for result in published() if not result.analysis}
    return MappingProxyType(found)


def forget() -> None:
    """Read everything anew at the next call: after rows were written, or another folder was chosen."""
    for read in (
        local_texts, version, reference_ids, references, studies, arms, contrasts, event_contrasts, effect_contrasts, dose_rows,
        memberships, published, tolerances, recomputed, local_ids, as_published, analyses,
    ):  # fmt: skip
        read.cache_clear()
