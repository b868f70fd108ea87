"""How a number or a choice came about: plain dictionaries and lists that can be stored as JSON as they are."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import ambulando
from ambulando.ground import Words, stored

Row = dict[str, str]
Step = dict[str, Any]

#: What a row of a trace can point at.
KINDS = (
    "analysis",
    "published",
    "contrast",
    "bout",
    "checkin",
    "offer",
    "assessment",
    "rule",
    "catalogue",
    "reference",
)


def row(kind: str, name: object, **told: str) -> Row:
    """A pointer to one row. ``kind`` is one of KINDS; bouts, check-ins and offers go by their time or day (ISO 8601).

    ``told``: what the row says, where nothing else keeps it.
    """
    if kind not in KINDS:
        raise ValueError(f"A row of a trace can not be a {kind!r}.")
    id_ = name.isoformat() if isinstance(name, date | datetime) else str(name)
    return {"kind": kind, "id": id_, **told}


def step(
    name: str | Words,
    value: float | int | str | None,
    unit: str,
    rule: str,
    rows: Iterable[Row] = (),
) -> Step:
    """One number on the way: its name, value, unit, the rule that made it and the rows it was made from."""
    pointers = {(one["kind"], one["id"]): one for one in ({"kind": "rule", "id": rule}, *rows)}
    return {
        "name": stored(name) if isinstance(name, Words) else name,
        "value": round(value, 4) if isinstance(value, float) else value,
        "unit": unit,
        "rule": rule,
        "rows": list(pointers.values()),
    }


def versions(evidence_version: str) -> dict[str, str]:
    """With what a plan was made: the version of the evidence base and of the package."""
    return {"evidence": evidence_version, "package": ambulando.__version__}
