"""Which option was really done on a day, read from what the person did."""

from collections.abc import Mapping, Sequence
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import catalogue
from ambulando.response.protocol import NONE
from ambulando.web.comparisons.models import Draw

#: hours from which a bout no longer counts as one of the morning
MORNING_ENDS = 14


def done_of(draw: Draw, options: Sequence[Mapping[str, Any]], bouts: Sequence[Bout]) -> str | None:
    """The id of the option that was done, "none" for no option, None where what the person did does not tell.

    ``options``: those of the stored protocol. ``bouts``: of this day.
    """
    kinds = {option["kind"] for option in options}
    drawn = next(option for option in options if option["id"] == draw.option)
    if "time" in kinds and bouts:
        return _by_hour(options, bouts)
    # Smaller, or just as planned, and also where it ended after midnight: the tap says what it was.
    if draw.state == Draw.DONE and drawn["kind"] != "rest":
        return draw.option
    if not bouts:
        return next((option["id"] for option in options if option["kind"] == "rest"), NONE)
    fitting = [option for option in options if _holds(option, bouts)]
    if "minutes" in kinds:
        return _by_minutes(fitting, bouts)
    if "activity" in kinds or "rest" in kinds:
        return _one_of(fitting, drawn)
    return None  # music and company leave no trace in a bout


def _holds(option: Mapping[str, Any], bouts: Sequence[Bout]) -> bool:
    """Whether one of the bouts is of the option's activity, or of its kind."""
    if option["kind"] == "rest":
        return False
    if option["activity"] is None:  # whatever the plan had
        return True
    entries = catalogue()
    wanted = entries[option["activity"]].modality if option["activity"] in entries else option["activity"]
    return any(entries[bout.activity].modality == wanted for bout in bouts)


def _one_of(fitting: Sequence[Mapping[str, Any]], drawn: Mapping[str, Any]) -> str:
    if drawn in fitting:
        return str(drawn["id"])
    return str(fitting[0]["id"]) if fitting else NONE


def _by_hour(options: Sequence[Mapping[str, Any]], bouts: Sequence[Bout]) -> str:
    part = "morning" if bouts[0].start.hour < MORNING_ENDS else "evening"
    return str(next((option["id"] for option in options if option["time"] == part), NONE))


def _by_minutes(fitting: Sequence[Mapping[str, Any]], bouts: Sequence[Bout]) -> str:
    if not fitting:
        return NONE
    took = sum(bout.minutes for bout in bouts)
    return str(min(fitting, key=lambda option: abs(option["minutes"] - took))["id"])
