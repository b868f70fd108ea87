"""From a protocol and a result of the core to what is stored, and back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ambulando.ground import as_json, stored
from ambulando.response.protocol import Day, protocol_of
from ambulando.response.protocol import plain_protocol as content_of

if TYPE_CHECKING:  # they bring NumPy, which the web process does not need to start
    from ambulando.response.comparison_analysis import Result
    from ambulando.response.comparison_model import Compared

__all__ = ["content_of", "protocol_of", "stored_days", "stored_result"]


def stored_result(result: "Result") -> dict[str, Any]:
    """A result as JSON, its sentences kept so that they can be translated, its pairs as rows."""
    analyses = {
        name: _stored(getattr(result, name))
        for name in ("itt", "as_done", "after_switches_left_out", "data_alone")
    }
    return {
        **as_json(result),
        **analyses,
        "as_done_note": stored(result.as_done_note),
        "sentence": stored(result.sentence),
        "clinician": [stored(one) for one in result.clinician],
    }


def stored_days(days: Sequence[Day]) -> list[Any]:
    """The days that a result was made from, to tell later whether they are still the same."""
    kept: list[Any] = as_json([asdict(day) for day in days])
    return kept


def _stored(found: "Compared | None") -> dict[str, Any] | None:
    if found is None:
        return None
    pairs = [
        {"first": first, "second": second, **as_json(one)} for (first, second), one in found.pairs.items()
    ]
    return {**as_json(found), "pairs": pairs}
