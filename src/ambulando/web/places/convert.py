"""From rows to what the core takes, and back."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError, as_json
from ambulando.plan.places import Place
from ambulando.safety.profile import Window
from ambulando.web.places.models import Place as Row

#: what a place of the core and a row have in common under the same name
SAME = (
    "name", "kind", "where", "hours", "cost", "company", "supervised", "accessible", "contact", "source", "seen",
    "latitude", "longitude", "km",
)  # fmt: skip


def place_of(row: Row, *, own: bool = False) -> Place | None:
    """The place of a row; None where the catalogue has lost all that is done there. ``own``: the person chose it."""
    known = tuple(one for one in row.activities if one in MODALITIES or one in catalogue())
    try:
        return Place(
            id=row.ident or f"place-{row.pk}",
            activities=known,
            days=tuple(window_of(one) for one in row.days),
            own=own or row.person_id is not None,
            **{name: getattr(row, name) for name in SAME},
        )
    except InputError:
        return None


def places_of(rows: Iterable[Row], own: frozenset[int] = frozenset()) -> tuple[Place, ...]:
    """The places of rows; ``own`` are the keys of those that the person chose."""
    found = (place_of(row, own=row.pk in own) for row in rows)
    return tuple(place for place in found if place is not None)


def fields_of(place: Place) -> dict[str, Any]:
    """A place as the fields of a row."""
    return {
        **{name: getattr(place, name) for name in SAME},
        "activities": list(place.activities),
        "days": [stored_window(one) for one in place.days],
    }


def stored_place(place: Place) -> dict[str, Any]:
    """A place as JSON, for a draft."""
    return {"ident": place.id, **as_json(fields_of(place))}


def place_from(stored: Mapping[str, Any]) -> Place:
    """The place that ``stored_place`` made plain. Raises InputError where the catalogue no longer has what is done there."""
    return Place(
        id=stored["ident"],
        activities=tuple(stored["activities"]),
        days=tuple(window_of(one) for one in stored["days"]),
        **{name: stored[name] for name in SAME if name != "seen"},
        seen=date.fromisoformat(stored["seen"]) if stored["seen"] else None,
    )


def window_of(stored: Mapping[str, str]) -> Window:
    return Window(stored["day"], time.fromisoformat(stored["from"]), time.fromisoformat(stored["to"]))


def stored_window(window: Window) -> dict[str, str]:
    return {"day": window.day, "from": f"{window.start:%H:%M}", "to": f"{window.end:%H:%M}"}
