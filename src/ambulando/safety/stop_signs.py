"""What means stop, in any session, and what to do then."""

from functools import cache

from ambulando.ground import InputError, Words, packaged_toml
from ambulando.safety.words import PACKAGE


@cache
def stop_signs() -> tuple[Words, ...]:
    """The signs that mean stop now, the most pressing first."""
    return tuple(Words(str(row["words"])) for row in _table()["signs"])


def what_to_do(emergency: str = "your emergency number") -> tuple[Words, ...]:
    """What to do after stopping, step by step. ``emergency`` is the number as dialled where the person is."""
    return tuple(
        Words(str(row["words"]), {"emergency": emergency} if "{emergency}" in row["words"] else {})
        for row in _table()["steps"]
    )


def source() -> str:
    """Where the signs come from."""
    return str(_table()["source"])


def _table() -> dict[str, list[dict[str, str]]]:
    table = packaged_toml(PACKAGE, "data/stop-signs.toml")
    if not table.get("signs") or not table.get("steps") or not table.get("source"):
        raise InputError("stop-signs.toml needs signs, steps and a source.")
    return table
