"""The set phrases with which people encourage each other."""

from collections.abc import Mapping
from functools import cache

from ambulando.ground import packaged_toml


@cache
def phrases() -> Mapping[str, str]:
    """id: text, in the order of the file."""
    rows = packaged_toml(__package__, "data/phrases.toml")["phrase"]
    return {row["id"]: row["text"] for row in rows}
