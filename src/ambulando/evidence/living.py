"""The evidence base as a living thing: what a new study would change, writing it, and taking it out again.

Rows of an installation lie in a folder of its own (``place.folder``), a table of the declared ``schema`` in each file. An
addition is read and pooled by the same way before and after it is written. Files are written whole and then renamed, those
that others refer to first, so that an interruption leaves the old answers or the new ones.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ambulando.evidence import additions, base, doubts, formats, place, recompute, schema
from ambulando.evidence.dose import CurvePoint, DoseResponse
from ambulando.evidence.results import Array, Excluded, Interval
from ambulando.evidence.rows import DoseRow
from ambulando.evidence.storing import locked
from ambulando.evidence.storing import write as write_tables
from ambulando.evidence.tables import DOSE_COLUMNS
from ambulando.evidence.univariate.pooling import Pooled
from ambulando.ground import InputError, rows_of


@dataclass(frozen=True)
class Point:
    """The risk ratio of a dose with its 95% interval."""

    dose: float
    rr: float
    ci: Interval


@dataclass(frozen=True)
class Answer:
    """A pooled answer at one time; of a dose curve ``estimate``, ``ci`` and ``pi`` are missing and ``curve`` has its points.

    ``conclusion`` says on which side of no difference the 95% interval lies: "below", "above" or "unclear".
    """

    k: int
    estimate: float | None
    ci: Interval | None
    pi: Interval | None
    p: float | None
    tau2: float | None
    i2: float
    estimate_exp: float | None
    ci_exp: Interval | None
    method: str
    test: str
    measure: str
    conclusion: str
    curve: tuple[Point, ...]


@dataclass(frozen=True)
class Change:
    """What an analysis answers before and after."""

    analysis: str
    before: Answer
    after: Answer
    changed: bool


@dataclass(frozen=True)
class Added:
    """A row that is added, or taken out; ``effect`` and ``variance`` are those that are pooled (of a dose row, log risk)."""

    id: str
    analysis: str
    study: str
    where: str
    effect: float | None
    variance: float | None
    n: int | None


@dataclass(frozen=True)
class Proposal:
    """What an addition is and does. Field names are the JSON keys of ``evidence add``; ``changed`` tells whether the
    conclusion (see Answer) of the analysis is another one, ``also`` holds the other analyses that its rows count for.
    """

    analysis: str
    added: tuple[Added, ...]
    before: Answer
    after: Answer
    changed: bool
    also: tuple[Change, ...]
    warnings: tuple[str, ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]
    written: bool
    version_before: str
    version_after: str
    folder: str


@dataclass(frozen=True)
class Removal:
    """What taking rows out does. Field names are the JSON keys of ``evidence remove``."""

    removed: tuple[Added, ...]
    analysis: str
    before: Answer
    after: Answer
    changed: bool
    also: tuple[Change, ...]
    written: bool
    version_before: str
    version_after: str
    folder: str


def answer_of(analysis: str) -> Answer:
    """The pooled answer of an analysis as its source pooled it (see ``recompute``), local rows included."""
    one = base.analyses()[analysis]
    if one.rows == "dose":
        return _of_curve(recompute.dose_curve(analysis))
    return _of_pooled(recompute.pooled(analysis))


def _of_pooled(found: Pooled) -> Answer:
    side = "below" if found.ci[1] < 0 else "above" if found.ci[0] > 0 else "unclear"
    return Answer(
        found.k, found.estimate, found.ci, found.pi, found.p, found.tau2, found.i2, found.estimate_exp, found.ci_exp,
        found.method, found.test, found.measure, side, (),
    )  # fmt: skip


def _of_curve(found: DoseResponse) -> Answer:
    """The conclusion is that of the middle one of the doses."""
    points = tuple(Point(one.dose, one.rr, one.ci) for one in found.curve if isinstance(one, CurvePoint))
    middle = points[len(points) // 2].ci
    side = "below" if middle[1] < 1 else "above" if middle[0] > 1 else "unclear"
    return Answer(
        found.k, None, None, None, None, None, found.i2, None, None, found.method, "z", "RR", side, points
    )


def add(
    path: Path,
    *,
    today: date,
    analysis: str | None = None,
    outcome: str | None = None,
    form: str = "auto",
    source: str | None = None,
    write: bool = False,
) -> Proposal:
    """What the studies of a file (see ``formats``; for a dose curve a table with DOSE_COLUMNS) would change in an analysis.

    ``source`` is a reference that is there, or a citation in words; without it the file stands as the source, with its
    SHA-256. Only with ``write`` is anything written, and then all of it. Raises InputError for what can not be read, does
    not fit, or is there already; nothing is changed then.
    """
    if write:
        # What is refused leaves not even a folder behind.
        add(path, today=today, analysis=analysis, outcome=outcome, form=form, source=source)
    with locked(place.folder(), only_if=write):
        base.forget()
        before_texts, version_before = dict(base.local_texts()), base.version()
        new, chosen, excluded, notes, doubtful = _read(path, today, analysis, outcome, form, source, write)
        texts = _with_rows(before_texts, new)
        touched = _touched(chosen)
        before = {name: answer_of(name) for name in touched}
        old = base.rows_for(chosen)
        with base.with_local(texts):
            version_after = base.version()
            known = {row.id for row in old}
            fresh = tuple(row for row in base.rows_for(chosen) if row.id not in known)
            after = {name: answer_of(name) for name in touched}
            added = _shown(fresh)
            unused = _unused(chosen, {row.study for row in fresh})
        warnings = (*doubtful, *unused, *_doubts(fresh, old, chosen))
        if write:
            for row in _contrasts(fresh):
                if twin := doubts.same(row, _contrasts(old)):
                    raise InputError(
                        f"{row.study} ({row.where}) is there already as {twin.id}, with the same figures; nothing was written."
                    )
            write_tables(place.folder(), before_texts, texts)
            base.forget()
        changes = [_change(name, before[name], after[name]) for name in touched]
        others = tuple(one for one in changes[1:] if one.before != one.after)
        return Proposal(
            chosen, added, changes[0].before, changes[0].after, changes[0].changed, others, warnings,
            excluded, notes, write, version_before, version_after, str(place.folder()),
        )  # fmt: skip


def _read(
    path: Path,
    today: date,
    analysis: str | None,
    outcome: str | None,
    form: str,
    source: str | None,
    write: bool,
) -> tuple[additions.NewRows, str, tuple[Excluded, ...], tuple[str, ...], tuple[str, ...]]:
    """(new rows, analysis, rows left out, notes, doubts) of a file."""
    data = formats.bytes_of(path)
    text = formats.text_of(data, str(path))
    digest = hashlib.sha256(data).hexdigest()[:12]
    citation = f"Added from the file {path.name} (SHA-256 {digest}), {today.isoformat()}."
    known = source in base.references()
    reference = source if known and source else f"local-{additions.slug(source or digest)[:60]}"
    origin = additions.Source(
        reference,
        (source or citation),
        additions.year_in(source or "") or today.year,
        path.name,
        form,
        today,
    )
    if _is_dose(text) and form in ("auto", "generic"):
        wanted = additions.named(analysis or "pearce2022-any")
        if wanted.rows != "dose":
            raise InputError(f"{path} is a table of dose groups, and {wanted.id} pools no doses.")
        origin = replace(origin, format="generic")
        return additions.from_doses(text, str(path), wanted, origin), wanted.id, (), (), ()
    found = formats.read(text, str(path), form=form)
    one = found.outcome(outcome)
    said = {name for comparison in one.comparisons if (name := comparison.details.get("analysis"))}
    if analysis is None and len(said) == 1:
        analysis = said.pop()
    chosen = additions.analysis_for(one, analysis)
    doubtful: tuple[str, ...] = ()
    if analysis is None:
        if write:
            raise InputError(
                f"Please say with --analysis where it belongs, for example --analysis {chosen.id}."
            )
        doubtful = (f"No analysis was named; the only one of this kind asks: {chosen.question}",)
    if one.measure == "GEN":
        measure = additions.MEASURE_OF[chosen.rows]
        doubtful += (
            f"{path.name} does not say what yi measures; it is taken as {'a log ' if measure == 'RR' else 'an '}{measure}. "
            "A column 'measure' says it.",
        )
    new = additions.from_outcome(one, chosen, replace(origin, format=found.format))
    return new, chosen.id, found.excluded, found.notes, doubtful


def _is_dose(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    names = [name.strip().strip('"') for name in lines[0].split(",")] if lines else []
    return all(name in names for name in DOSE_COLUMNS)


def _unused(analysis: str, studies: set[str]) -> list[str]:
    """A sentence for each of the studies that the pooled answer leaves out, as a cohort with too few doses for a curve."""
    if base.analyses()[analysis].rows == "dose":
        left = recompute.dose_curve(analysis).excluded
    else:
        left = recompute.pooled(analysis).excluded
    return [
        f"{one.study} does not count in {analysis}: {one.reason}." for one in left if one.study in studies
    ]


def _touched(analysis: str) -> list[str]:
    """The analysis, the whole that it takes some rows of, and what takes some of its rows."""
    everything = base.analyses()
    whole = everything[analysis].of or analysis
    related = [
        name
        for name, one in everything.items()
        if one.status == "recomputed" and (one.of == whole or name == whole)
    ]
    return [analysis, *(name for name in related if name != analysis)]


def _change(name: str, before: Answer, after: Answer) -> Change:
    return Change(name, before, after, before.conclusion != after.conclusion)


def _shown(rows: Sequence[base.AnyRow]) -> tuple[Added, ...]:
    contrasts = _contrasts(rows)
    values: Mapping[str, tuple[float, float]] = {}
    if contrasts:
        found, _ = recompute.effects_of(contrasts)
        pairs: list[Array] = [found.yi, found.vi]
        values = {row.id: (float(y), float(v)) for row, y, v in zip(contrasts, *pairs, strict=True)}
    shown = []
    for row in rows:
        if isinstance(row, DoseRow):
            effect, variance = row.log_rr, None if row.se is None else row.se**2
        else:
            effect, variance = values[row.id]
        shown.append(
            Added(row.id, row.analysis, row.study, row.where, effect, variance, base.people_in([row]) or None)
        )
    return tuple(shown)


def _doubts(fresh: Sequence[base.AnyRow], old: Sequence[base.AnyRow], analysis: str) -> tuple[str, ...]:
    if base.analyses()[analysis].rows == "dose":
        return doubts.of_doses([row for row in fresh if isinstance(row, DoseRow)])
    return doubts.of_contrasts(_contrasts(fresh), _contrasts(old), recompute.pooled(analysis))


def _contrasts(rows: Sequence[base.AnyRow]) -> list[base.AnyContrast]:
    return [row for row in rows if not isinstance(row, DoseRow)]


def remove(row_id: str, *, write: bool = False) -> Removal:
    """What taking out a local row would change: a contrast, or by a study's id all its local rows.

    What then nothing refers to any more (its study, arms, memberships, source) goes too. Raises InputError for a row that
    is not local, and for a single dose group, without which its cohort would mean something else.
    """
    if write:
        remove(row_id)
    with locked(place.folder(), only_if=write):
        base.forget()
        texts, version_before = dict(base.local_texts()), base.version()
        tables = {Path(name).stem: rows_of(text, where=name) for name, text in texts.items()}
        gone = _to_remove(row_id, tables)
        kept = {name: [row for row in rows if row["id"] not in gone] for name, rows in tables.items()}
        _without_orphans(kept)
        new = {f"{name}.csv": additions.table_text(name, rows) for name, rows in kept.items() if rows}
        touched = sorted(
            {
                name
                for name, one in base.analyses().items()
                if one.status == "recomputed" and any(row.id in gone for row in base.rows_for(name))
            },
            key=lambda name: bool(base.analyses()[name].of),
        )
        rows = tuple(
            {row.id: row for name in touched for row in base.rows_for(name) if row.id in gone}.values()
        )
        removed = _shown(rows)
        before = {name: answer_of(name) for name in touched}
        with base.with_local(new):
            version_after = base.version()
            after = {name: answer_of(name) for name in touched}
        if write:
            write_tables(place.folder(), texts, new)
            base.forget()
        changes = [_change(name, before[name], after[name]) for name in touched]
        return Removal(
            removed, changes[0].analysis, changes[0].before, changes[0].after, changes[0].changed, tuple(changes[1:]),
            write, version_before, version_after, str(place.folder()),
        )  # fmt: skip


COUNTED = ("contrasts_smd", "contrasts_events", "contrasts_effects", "dose_rows")


def _to_remove(row_id: str, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> set[str]:
    """The ids of the rows that count and go. Raises InputError when none of them is meant."""
    counted = [row for name in COUNTED for row in tables.get(name, ())]
    for row in tables.get("studies", ()):
        if row_id in (row["id"], row["study"]):
            return {one["id"] for one in counted if one["study"] == row["study"]}
    for row in tables.get("dose_rows", ()):
        if row["id"] == row_id:
            raise InputError(
                f"{row_id} is one dose group of {row['study']}; please remove the cohort, local-{additions.slug(row['study'])}."
            )
    if any(row["id"] == row_id for row in counted):
        return {row_id}
    known = ", ".join(sorted(row["id"] for row in counted)) or "none"
    packaged = any(
        row.id == row_id for name, one in base.analyses().items() if one.status == "recomputed"
        for row in base.rows_for(name, local=False)
    )  # fmt: skip
    why = "is part of the program" if packaged else "is no row of the local evidence base"
    raise InputError(f"{row_id!r} {why}; rows that can be removed: {known}.")


def _without_orphans(tables: dict[str, list[dict[str, str]]]) -> None:
    """Take out memberships, arms, studies and sources that no row refers to any more."""
    counted = [row for name in COUNTED for row in tables.get(name, [])]
    studies = {row["study"] for row in counted}
    arms = {(row["study"], row.get(side, "")) for row in counted for side in ("arm", "against")}
    for name in ("subgroups", "studies"):
        if name in tables:
            tables[name] = [row for row in tables[name] if row["study"] in studies]
    if "arms" in tables:
        tables["arms"] = [row for row in tables["arms"] if (row["study"], row["arm"]) in arms]
    cited = {row.get("reference") for rows in tables.values() for row in rows}
    if "references" in tables:
        tables["references"] = [row for row in tables["references"] if row["id"] in cited]


def _with_rows(texts: Mapping[str, str], new: additions.NewRows) -> dict[str, str]:
    """The local tables with new rows under the old ones."""
    found = dict(texts)
    for name, rows in new.items():
        file = schema.table(name).file
        old = rows_of(found[file], where=f"the local {file}") if file in found else ()
        found[file] = additions.table_text(name, [*old, *rows])
    return found
