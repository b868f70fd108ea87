"""What the article that this project began with says, claim by claim, with its study and a verdict.

"reproduced": computed again here from rows, and it holds. "as published": a source says it, and we repeat it as such. "not
found": no source that shows it was found, and what was looked for stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ambulando.evidence import base
from ambulando.evidence.questions import RECOMPUTED, Finding, finding, questions
from ambulando.evidence.rows import PACKAGE, Cells
from ambulando.ground import InputError, Words, packaged_rows

VERDICTS = ("reproduced", "as published", "not found")


@dataclass(frozen=True)
class Claim:
    """A claim. Field names are the JSON keys of ``evidence claims``; ``reference`` is empty where no source shows it.

    ``question`` is the id of the question whose answer it bears on.
    """

    id: str
    claim: str
    verdict: str
    says: Words
    study: str
    rows: tuple[str, ...]
    question: str
    reference: str
    looked_for: str
    date: str


@cache
def claims() -> Mapping[str, Claim]:
    """Every claim by id. Raises InputError for a row, reference or question that is not there."""
    found: dict[str, Claim] = {}
    for number, line in enumerate(packaged_rows(PACKAGE, "claims.csv"), start=2):
        one = _claim(Cells("claims.csv", number, line))
        if one.id in found:
            raise InputError(f"claims.csv: the id {one.id!r} stands in two rows; every row needs its own.")
        found[one.id] = one
    return MappingProxyType(found)


def _claim(c: Cells) -> Claim:
    verdict = c.text("verdict", one_of=VERDICTS)
    reference = c.text("reference", required=verdict != "not found")
    if reference and reference not in base.references():
        raise c.refuse("reference", "is not in references.csv")
    return Claim(
        id=c.text("id"),
        claim=c.text("claim"),
        verdict=verdict,
        says=Words(c.text("says")),
        study=c.text("study"),
        rows=tuple(c.text("rows", required=False).split()),
        question=c.text("question", one_of=tuple(one.id for one in questions())),
        reference=reference,
        looked_for=c.text("looked_for", required=verdict == "not found"),
        date=c.day("date").isoformat(),
    )


def findings(claim: str) -> tuple[Finding, ...]:
    """The rows that bear on a claim, pooled where they can be. Raises InputError for an unknown claim."""
    if claim not in claims():
        raise InputError(f"There is no claim called {claim!r}; there are {', '.join(claims())}.")
    return tuple(finding(row) for row in claims()[claim].rows)


def is_recomputed(claim: str) -> bool:
    """Whether the first row of a claim is computed here, as "reproduced" needs."""
    found = findings(claim)
    return bool(found) and found[0].status == RECOMPUTED
