"""What a page shows of a place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ambulando.activity.catalogue import catalogue
from ambulando.ground import Words
from ambulando.plan.place_osm import ATTRIBUTION
from ambulando.plan.places import Place, stale, when
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.places import convert
from ambulando.web.places.models import Place as Row
from ambulando.web.places.words import COST_NAMES, KIND_NAMES
from ambulando.web.templatetags.words import say


@dataclass(frozen=True)
class Card:
    """A place as a page shows it. ``mine``: the person entered it; ``picked``: what they said of one of everybody's."""

    pk: int
    place: Place
    kind: Any
    cost: Any
    done: tuple[str, ...]
    when: tuple[Words, ...]
    stale: bool
    mine: bool
    picked: bool | None
    #: an address of a web page that can be followed; empty for a phone number or anything else
    link: str


def cards(rows: Iterable[Row], picks: Mapping[int, bool], today: date) -> list[Card]:
    """The cards of rows, in their order, without those of which the catalogue knows nothing any more."""
    found = ((row, convert.place_of(row, own=picks.get(row.pk, False))) for row in rows)
    return [card(row, place, picks.get(row.pk), today) for row, place in found if place is not None]


def card(row: Row, place: Place, picked: bool | None, today: date) -> Card:
    return Card(
        pk=row.pk,
        place=place,
        kind=KIND_NAMES[place.kind],
        cost=COST_NAMES[place.cost],
        done=tuple(done_at(place)),
        when=when(place),
        stale=stale(place, today),
        mine=row.person_id is not None,
        picked=picked,
        link=place.contact if place.contact.startswith(("https://", "http://")) else "",
    )


def done_at(place: Place) -> list[str]:
    """What is done there, by the names of the catalogue."""
    return [
        str(MODALITY_NAMES[one]) if one in MODALITY_NAMES else say(catalogue()[one].name)
        for one in place.activities
    ]


def from_map(shown: Iterable[Card]) -> bool:
    """Whether OpenStreetMap is to be named on a page with these."""
    return any(one.place.source == ATTRIBUTION for one in shown)
