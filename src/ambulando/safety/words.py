"""What a profile may name: conditions, symptoms and barriers with their words; classes of medicines; countries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from ambulando.ground import InputError, Words, packaged_rows

PACKAGE = "ambulando.safety"
KINDS = ("condition", "symptom", "barrier", "medicine")


@dataclass(frozen=True)
class Named:
    """One thing to choose: ``name`` for a list, ``said`` for the middle of a sentence ("you told us about ...")."""

    id: str
    name: Words
    said: Words


@cache
def named(kind: str) -> Mapping[str, Named]:
    """All conditions, symptoms, barriers or classes of medicines by id. ``kind`` is one of KINDS."""
    rows = packaged_rows(PACKAGE, "data/answers.csv")
    for number, row in enumerate(rows, start=1):
        if row["kind"] not in KINDS or not row["id"]:
            raise InputError(f"Row {number} of answers.csv is none of these: {', '.join(KINDS)}.")
    found = [Named(row["id"], Words(row["name"]), Words(row["said"])) for row in rows if row["kind"] == kind]
    if len({one.id for one in found}) < len(found):
        raise InputError(f"answers.csv names a {kind} twice.")
    return {one.id: one for one in found}


@cache
def countries_of_the_world() -> Mapping[str, str]:
    """English names by two-letter code (ISO 3166-1)."""
    return {row["code"]: row["name"] for row in packaged_rows(PACKAGE, "data/countries.csv")}


def country_code(written: str) -> str:
    """The two-letter code for what was written, in capitals; UK is taken as GB. It may be no country's code."""
    code = written.strip().upper()
    return "GB" if code == "UK" else code


def nearest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str | None:
    """The known word that ``word`` looks like (``alike`` of 1: it is the same), to ask with, never to take instead."""
    close = get_close_matches(word.casefold(), list(known), n=1, cutoff=alike)
    return close[0] if close else None
