"""What a page shows of somebody in the directory."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ambulando.web.care.directory.models import KINDS, Clinician
from ambulando.web.care.directory.words import FOCUS, LANGUAGES, WAYS


@dataclass(frozen=True)
class Card:
    """A profile with its identifiers as words, in the order of their tables."""

    row: Clinician
    kind: Any
    languages: tuple[Any, ...]
    focus: tuple[Any, ...]
    ways: tuple[Any, ...]


def card(row: Clinician) -> Card:
    return Card(
        row=row,
        kind=KINDS.get(row.kind, row.kind),
        languages=tuple(name for id_, name in LANGUAGES.items() if id_ in row.languages),
        focus=tuple(name for id_, name in FOCUS.items() if id_ in row.focus),
        ways=tuple(name for id_, name in WAYS.items() if id_ in row.ways),
    )


def cards(rows: Iterable[Clinician]) -> list[Card]:
    return [card(one) for one in rows]
