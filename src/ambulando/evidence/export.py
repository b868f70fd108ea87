"""The evidence base, or one analysis of it, as tables and as JSON for others: with version, sources and statuses."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from importlib.resources import files
from typing import Any

import numpy as np

from ambulando.evidence import base, recompute, schema
from ambulando.evidence.additions import table_text
from ambulando.evidence.formats.dataset import written
from ambulando.evidence.modalities import choices
from ambulando.evidence.rows import PACKAGE, Contrast, DoseRow, EventContrast, Published, Reference, Row
from ambulando.evidence.within_person import facts
from ambulando.ground import packaged_rows

#: What the rows may be used for; facts themselves are nobody's, their collection is given on with its sources named.
TERMS = (
    "Facts carried over from the sources named in references.csv, which keep their own terms; please cite them. The "
    "collection, its checks and what is recomputed from it belong to Ambulando, under the Apache License 2.0."
)


def whole() -> Mapping[str, Sequence[Row | Reference]]:
    """Every table of the base by name, local rows included."""
    return {
        "references": tuple(base.references().values()),
        "studies": tuple(base.studies().values()),
        "arms": tuple(base.arms().values()),
        "contrasts_smd": base.contrasts(),
        "contrasts_events": base.event_contrasts(),
        "contrasts_effects": base.effect_contrasts(),
        "dose_rows": base.dose_rows(),
        "subgroups": base.memberships(),
        "analyses": base.recomputed(),
        "published": base.published(),
        "tolerances": tuple(base.tolerances().values()),
        "within_person": facts(),
        "modalities": tuple(choices().values()),
    }


def others() -> Mapping[str, Sequence[Mapping[str, str]]]:
    """Packaged tables that their own modules read (judgements of certainty, claims ...), as they are."""
    names = sorted(one.name for one in files(PACKAGE).iterdir() if one.name.endswith(".csv"))
    return {name[:-4]: packaged_rows(PACKAGE, name) for name in names if name[:-4] not in schema.tables()}


def cells(row: Row | Reference, name: str) -> dict[str, str]:
    """A row as the cells of its table; reading them gives the same row."""
    # The digits that a source prints are facts too: 1.00 is not 1.
    printed = row.printed if isinstance(row, Published) else {}
    return {
        column.name: printed[column.name] if column.name in printed else _cell(getattr(row, column.name))
        for column in schema.table(name).columns
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return written(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def as_tables() -> dict[str, str]:
    """The whole base as texts by file name: a CSV for each table and a README with version and terms."""
    found = {
        f"{name}.csv": table_text(name, [cells(row, name) for row in rows]) for name, rows in whole().items()
    }
    found |= {f"{name}.csv": plain_csv(rows) for name, rows in others().items()}
    lines = [f"Evidence base of Ambulando, version {base.version()}.", "", TERMS, ""]
    lines += [f"{one.file}: {one.about}" for one in schema.tables().values() if one.file in found]
    return found | {"README.txt": "\n".join(lines) + "\n"}


def as_document() -> dict[str, Any]:
    """The whole base as one document; every row has its ``status`` and whether it is ``local``."""
    local = base.local_ids()
    tables: dict[str, Any] = {
        name: [
            {field.name: getattr(row, field.name) for field in fields(row)}
            | ({"status": row.status} if isinstance(row, Row) else {})
            | {"local": row.id in local}
            for row in rows
        ]
        for name, rows in whole().items()
    }
    return {
        "version": base.version(),
        "terms": TERMS,
        "schema": {name: asdict(one) for name, one in schema.tables().items()},
        "tables": tables | dict(others()),
    }


def rows_of_analysis(analysis: str) -> list[dict[str, str]]:
    """The rows of an analysis in the columns that ``evidence pool``, ``evidence dose`` and ``evidence add`` read.

    Contrasts: summary data where there are some, the effect ``yi`` with its variance ``vi`` as pooled, the measure. Dose
    rows: DOSE_COLUMNS. Raises InputError for an analysis that is not recomputed here.
    """
    rows = base.rows_for(analysis)
    if base.analyses()[analysis].rows == "dose":
        groups = recompute.dose_groups(analysis)
        cohorts = [row for row in rows if isinstance(row, DoseRow)]
        return [
            {
                "id": row.study, "type": group.kind, "dose": written(row.dose), "cases": written(row.cases),
                "n": written(group.n), "logrr": repr(row.log_rr), "se": "" if row.se is None else repr(row.se),
                "ratio": row.ratio, "person_years": written(row.person_years), "reference": row.reference,
                "status": row.status,
            }
            for row, group in zip(cohorts, groups, strict=True)
        ]  # fmt: skip
    found, _ = recompute.effects_of([row for row in rows if not isinstance(row, DoseRow)])
    exported = []
    for row, yi, vi in zip(rows, np.asarray(found.yi).tolist(), np.asarray(found.vi).tolist(), strict=True):
        if isinstance(row, DoseRow):
            continue
        line = {"study": row.study, "arm": row.arm, "against": row.against, "measure": found.measure}
        line |= {"yi": repr(yi), "vi": repr(vi), "n1i": _cell(row.n_arm), "n2i": _cell(row.n_against)}
        if isinstance(row, Contrast):
            line |= {"m1i": _cell(row.mean_arm), "sd1i": _cell(row.sd_arm)}
            line |= {"m2i": _cell(row.mean_against), "sd2i": _cell(row.sd_against)}
        elif isinstance(row, EventContrast):
            line |= {"ai": _cell(row.events_arm), "ci": _cell(row.events_against)}
        exported.append(line | {"id": row.id, "reference": row.reference, "status": row.status})
    return exported


def plain_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as CSV, with every column that one of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
