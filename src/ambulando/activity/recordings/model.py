"""What reading a recording gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from ambulando.activity.bouts import Bout


@dataclass(frozen=True)
class Day:
    """What a device counted over one day, without saying when: ``steps``, ``active_minutes``, ``metres``; None where unknown."""

    steps: int | None = None
    active_minutes: float | None = None
    metres: float | None = None


@dataclass(frozen=True)
class Recording:
    """What a file from a device holds.

    ``format`` "fit" or "gpx"; ``bouts`` in order of start; ``days`` by local ISO date; ``fingerprint`` the SHA-256 of
    the content, so that the same file is known again; ``warnings`` about the file as a whole, also part of each bout's.
    """

    format: str
    bouts: tuple[Bout, ...]
    days: Mapping[str, Day] = field(default_factory=dict)
    fingerprint: str = ""
    warnings: tuple[str, ...] = ()


def shown(name: str) -> str:
    """A file's name as a sentence can carry it: without folders or control characters, not too long."""
    last = PurePath(name.replace("\\", "/")).name or "The file"
    clean = "".join(letter if letter.isprintable() else "?" for letter in last)
    return clean if len(clean) <= 80 else clean[:60] + "..." + clean[-15:]
