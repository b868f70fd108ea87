"""New rows for the evidence base, from the comparisons of a file or from its dose groups. Nothing is read or written here.

Rows are given as cells by column, in tables by name; ``living`` checks them by the schema and writes them.
"""

import csv
import io
import math
import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ambulando.evidence import base, schema
from ambulando.evidence.dose import groups_from
from ambulando.evidence.formats.dataset import EVENTS, MEANS, Outcome, effect_of, written
from ambulando.evidence.tables import DOSE_COLUMNS
from ambulando.ground import InputError, rows_of

#: Rows to add: cells by column, in tables by name.
NewRows = Mapping[str, Sequence[Mapping[str, str]]]
Cells = dict[str, str]
Growing = dict[str, list[Cells]]

SCORE_COLUMNS = ("mean_arm", "sd_arm", "n_arm", "mean_against", "sd_against", "n_against")
EVENT_COLUMNS = ("events_arm", "n_arm", "events_against", "n_against")
#: The measure of the effects that each kind of analysis pools.
MEASURE_OF = {"smd": "SMD", "events": "RR"}


@dataclass(frozen=True)
class Source:
    """Where new rows come from: ``citation`` in words, ``year``, the file's ``name``, the ``format`` it was read as, and the
    ``day`` on which it is added. ``id`` is that of a reference that is there already, or a new one.
    """

    id: str
    citation: str
    year: int
    name: str
    format: str
    day: date


def slug(text: str) -> str:
    """A name for ids and addresses, which also tells studies apart: small letters without accents, digits and hyphens.

    Letters that have no such form, as those of another alphabet, leave a short fingerprint of the text.
    """
    parts = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(one for one in parts if not unicodedata.combining(one))
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if any(one.isalnum() and not one.isascii() for one in plain):
        found = f"{found}-{zlib.crc32(plain.encode()):08x}".lstrip("-")
    return found or "row"


def year_in(name: str) -> int | None:
    """The year that a study's name says, as in "Singh 2005" or "Smith, 2011b"."""
    found = re.search(r"(?<!\d)((?:19|20)\d\d)[a-z]?\b", name)
    return int(found[1]) if found else None


def analysis_for(outcome: Outcome, wanted: str | None) -> base.Analysis:
    """The analysis that an outcome is added to: the one named, or the only one of its kind.

    Raises InputError when there is none, several, or one that takes other rows.
    """
    recomputed = {id_: one for id_, one in base.analyses().items() if one.status == "recomputed"}
    shapes = {one.shape for one in outcome.comparisons}
    if wanted is None:
        kinds = {"means": {"smd"}, "events": {"events"}}.get(
            next(iter(shapes)) if len(shapes) == 1 else "", set()
        )
        fitting = [id_ for id_, one in recomputed.items() if not one.of and (one.rows in kinds or not kinds)]
        fitting = [id_ for id_ in fitting if recomputed[id_].rows != "dose"]
        if len(fitting) != 1:
            raise InputError(f"Please say with --analysis where it belongs; these fit: {', '.join(fitting)}.")
        return recomputed[fitting[0]]
    one = named(wanted)
    if one.rows == "dose":
        raise InputError(f"{wanted} is a dose curve; it needs the columns {', '.join(DOSE_COLUMNS)}.")
    measure = MEASURE_OF[one.rows]
    for shape in shapes:
        fits = {"means": one.rows == "smd", "events": one.rows == "events"}.get(
            shape, outcome.measure in (measure, "GEN")
        )
        if not fits or outcome.measure == "MD":
            raise InputError(
                f"{wanted} pools {measure}; these comparisons are {shape} of {outcome.measure}, which do not fit in."
            )
    return one


def named(wanted: str, what: str = "rows can be added to") -> base.Analysis:
    """An analysis with rows of its own; ``what`` is what they are wanted for, in the message. Raises InputError for another."""
    one = base.analyses().get(wanted)
    if one is None or one.status != "recomputed":
        known = ", ".join(id_ for id_, each in base.analyses().items() if each.status == "recomputed")
        why = "is only there as published" if one else "is no analysis of the evidence base"
        raise InputError(f"{wanted!r} {why}; {what} {known}.")
    return one


def from_outcome(outcome: Outcome, analysis: base.Analysis, source: Source) -> NewRows:
    """The rows of an outcome's comparisons, with the studies, arms and the source that they need."""
    found: Growing = {}
    taken = set(base.local_ids()) | {row.id for row in base.rows_for(analysis.id)}
    for one in outcome.comparisons:
        study = _study_name(one.study)
        where = f"row {one.row} of {source.name}"
        shared = _provenance(source, where)
        row = {"id": _free(f"local-{analysis.of or analysis.id}-{slug(study)}", taken)}
        row |= {
            "analysis": analysis.of or analysis.id,
            "study": study,
            "arm": one.arm,
            "against": one.against,
        }
        v = one.values
        if one.shape == "means":
            table = "contrasts_smd"
            row |= {"effect": "summary"} | _cells(SCORE_COLUMNS, [v[name] for name in MEANS])
        elif one.shape == "events":
            table = "contrasts_events"
            row |= _cells(EVENT_COLUMNS, [v[name] for name in EVENTS])
        else:
            table = "contrasts_effects"
            yi, vi = effect_of(one, outcome.measure)
            row |= {"measure": MEASURE_OF[analysis.rows], "yi": repr(yi), "vi": repr(vi)}
            row |= {
                ours: written(v[theirs])
                for ours, theirs in (("n_arm", "n1i"), ("n_against", "n2i"))
                if theirs in v
            }
        about = "; ".join(
            f"{name}: {value}" for name, value in one.details.items() if name not in ("year", "estimable")
        )
        found.setdefault(table, []).append(row | shared | {"note": about})
        _need_study(found, study, one.details.get("year", ""), "randomised trial", one.against, shared)
        for arm, role in ((one.arm, "exercise"), (one.against, "comparison")):
            _need_arm(found, study, arm, role, shared)
        if analysis.of:
            _need_member(found, analysis.id, study, shared)
    return _with_source(found, source)


def from_doses(text: str, where: str, analysis: base.Analysis, source: Source) -> NewRows:
    """The rows of a table of dose groups (DOSE_COLUMNS), with the studies and the source that they need.

    ``n`` are person-years, type ir. As ``export`` writes them, a column ``person_years`` stands beside ``n``, which then is
    what the authors' own coding takes (see ``recompute.dose_groups``). Raises InputError for other types, by row.
    """
    lines = rows_of(text, where=where, required=DOSE_COLUMNS)
    known = {row.study for row in base.rows_for(analysis.of or analysis.id)}
    found: Growing = {}
    taken = set(base.local_ids()) | {row.id for row in base.rows_for(analysis.id)}
    for number, (group, line) in enumerate(zip(groups_from(lines, where), lines, strict=True), start=2):
        years = line.get("person_years", "") or written(group.n)
        as_coded = group.kind == "ci" and years == written(group.n) and "person_years" in line
        if group.kind != "ir" and not as_coded:
            raise InputError(
                f"{group.id} (row {number} of {where}) is of type {group.kind!r}; {analysis.id} is a curve over "
                "person-years, so it needs type ir, with person-years as n."
            )
        study = _study_name(group.id)
        if study in known:
            raise InputError(
                f"{study} (row {number} of {where}) is in this curve already; a cohort counts once."
            )
        shared = _provenance(source, f"row {number} of {source.name}")
        row = {
            "id": _free(f"local-{analysis.of or analysis.id}-{slug(study)}-{number - 1}", taken),
            "analysis": analysis.of or analysis.id,
            "study": study,
            "ratio": line.get("ratio", "") or "RR",
            "type_label": group.kind,
            "dose": written(group.dose),
            "persons": "" if years == written(group.n) else written(group.n),
            "person_years": years,
            "cases": written(group.cases),
            "rr": repr(math.exp(group.logrr)),
            "log_rr": repr(group.logrr),
            "se": "" if group.se is None else repr(group.se),
            "is_reference": "yes" if group.se is None else "no",
        }
        found.setdefault("dose_rows", []).append(row | shared)
        _need_study(found, study, "", "cohort", "", shared)
        if analysis.of:
            _need_member(found, analysis.id, study, shared)
    return _with_source(found, source)


def _cells(names: Sequence[str], values: Sequence[float]) -> Cells:
    return {name: written(value) for name, value in zip(names, values, strict=True)}


def _study_name(name: str) -> str:
    """The study's name as the base has it, when only a comma or the case of letters differs."""
    known = {slug(one): one for one in base.studies()}
    return known.get(slug(name), name)


def _free(id_: str, taken: set[str]) -> str:
    """The id, with a number when it is taken; from now on it is."""
    found, number = id_, 2
    while found in taken:
        found, number = f"{id_}-{number}", number + 1
    taken.add(found)
    return found


def _provenance(source: Source, where: str) -> Cells:
    return {
        "reference": source.id,
        "where": where,
        "how": f"added here from a {source.format} file",
        "confirmed": "yes",
        "date": source.day.isoformat(),
        "note": "",
    }


def _need_study(
    found: Growing,
    study: str,
    year: str,
    design: str,
    comparator: str,
    shared: Cells,
) -> None:
    rows = found.setdefault("studies", [])
    if study in base.studies() or any(row["study"] == study for row in rows):
        return
    said = year if year.isdigit() else str(year_in(study) or "")
    row = {
        "id": f"local-{slug(study)}",
        "study": study,
        "year": said,
        "design": design,
        "comparator": comparator,
    }
    rows.append(row | shared)


def _need_arm(found: Growing, study: str, arm: str, role: str, shared: Cells) -> None:
    rows = found.setdefault("arms", [])
    if (study, arm) in base.arms() or any((row["study"], row["arm"]) == (study, arm) for row in rows):
        return
    rows.append({"id": f"local-{slug(study)}-{slug(arm)}", "study": study, "arm": arm, "role": role} | shared)


def _need_member(found: Growing, analysis: str, study: str, shared: Cells) -> None:
    rows = found.setdefault("subgroups", [])
    known = {(row.analysis, row.study) for row in base.memberships()} | {
        (row["analysis"], row["study"]) for row in rows
    }
    if (analysis, study) not in known:
        rows.append({"id": f"local-{analysis}-{slug(study)}", "analysis": analysis, "study": study} | shared)


def _with_source(found: Growing, source: Source) -> NewRows:
    if source.id not in base.references():
        row = {"id": source.id, "citation": source.citation, "year": str(source.year), "kind": "added here"}
        found["references"] = [row]
    return {name: rows for name, rows in found.items() if rows}


def table_text(name: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as the text of their table, with all its declared columns."""
    names = [column.name for column in schema.table(name).columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    # A line in a cell would look like a row or a comment to who reads the file by eye.
    writer.writerows({name: " ".join(row.get(name, "").split()) for name in names} for row in rows)
    return text.getvalue()
