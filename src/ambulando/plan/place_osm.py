"""Places from an extract of OpenStreetMap, read from a file with the library osmium; nothing is asked of any server.

The data are (c) OpenStreetMap contributors, under the Open Database License; every place carries that as its source.
"""

import bz2
import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ambulando.ground import InputError, packaged_toml
from ambulando.plan.places import LONGEST, Place, distance, near, nearest, plain

ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
#: Where their terms stand, as the attribution asks for.
COPYRIGHT = "https://www.openstreetmap.org/copyright"
SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf")
#: Places that one extract may give; more would drown those that are near.
MOST_PLACES = 20_000
#: Paths of one name nearer than this (km) are pieces of the same one.
SAME_PATH = 2.0
#: What a compressed extract may unpack to, in bytes, where a limit is asked for.
MOST_UNPACKED = 2 * 1024**3
_PRIVATE = ("private", "no", "customers", "members", "residents")
_ACCESSIBLE = {"yes": True, "designated": True, "no": False}


@dataclass(frozen=True)
class _Thing:
    """An object of the map that is a place, and the node or way that says where it lies."""

    place: Place
    node: int | None = None
    way: int | None = None


def read_osm(
    path: Path,
    *,
    seen: date,
    at: tuple[float, float] | None = None,
    within: float | None = None,
    most_unpacked: int | None = None,
    name: str | None = None,
) -> tuple[Place, ...]:
    """The places of an extract (.osm, .osm.gz, .osm.bz2, .osm.pbf) that have a name and are open to the public.

    ``seen``: the day of the extract, for what carries no ``check_date``. ``at``: latitude and longitude from which ``km``
    are measured; ``within``: only places so near. ``most_unpacked``: bytes beyond which a compressed file is refused.
    ``name``: what the file is called where it is spoken of. Ways and relations lie where their first node is. Opening hours stay as they are written. Raises InputError for a file that
    is no extract, for more than MOST_PLACES, and where osmium is not installed. Memory grows with the places, not the file.
    """
    called = name or path.name
    if not str(path).lower().endswith(SUFFIXES):
        raise InputError(
            f"{called} is no extract of OpenStreetMap; please give .osm, .osm.gz, .osm.bz2 or .osm.pbf."
        )
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    try:
        import osmium
    except ImportError:
        raise InputError(
            "A map can not be read without the library osmium. Please install ambulando[places], which brings it with it."
        ) from None
    if most_unpacked is not None:
        _check_unpacked(path, most_unpacked, called)
    try:
        file = osmium.io.File(str(path), _format(path))
        things = list(_things(osmium, file, seen))
        places = _located(osmium, file, things)
    except (RuntimeError, ValueError, UnicodeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{called} can not be read as an extract of OpenStreetMap ({_short(error, path, called)})."
        ) from None
    if at is not None:
        places = [one for one in near(places, *at, within=within) if within is None or one.km is not None]
    if len(places) > MOST_PLACES:
        raise InputError(
            f"{called} has {len(places)} places, more than {MOST_PLACES}; please take those near a point with --near and --within."
        )
    places.sort(key=nearest)
    return tuple(_paths_once(places))


def _things(osmium: Any, file: Any, seen: date) -> Iterator[_Thing]:
    """What is a place, in one pass over the file; the library passes over the rest."""
    tags = [(row["key"], row["value"]) for row in _table()["tag"]]
    found = (
        osmium.FileProcessor(file)
        .with_filter(osmium.filter.KeyFilter("name"))
        .with_filter(osmium.filter.TagFilter(*tags))
    )
    for thing in found:
        place = place_from(
            {tag.k: tag.v for tag in thing.tags}, f"osm-{_KIND[thing.type_str()]}-{thing.id}", seen
        )
        if place is None:
            continue
        if thing.is_node():
            if thing.location.valid():
                place = replace(place, latitude=thing.location.lat, longitude=thing.location.lon)
            yield _Thing(place)
        elif thing.is_way():
            yield _Thing(place, node=thing.nodes[0].ref if len(thing.nodes) else None)
        elif thing.is_relation():
            members = list(thing.members)
            outer = [one.ref for one in members if one.type == "w" and one.role != "inner"]
            nodes = [one.ref for one in members if one.type == "n"]
            yield _Thing(
                place, node=None if outer or not nodes else nodes[0], way=outer[0] if outer else None
            )


_KIND = {"n": "node", "w": "way", "r": "relation"}


def _located(osmium: Any, file: Any, things: Sequence[_Thing]) -> list[Place]:
    """The places with the coordinates of their first nodes, which other passes look up."""
    ways = {one.way for one in things if one.way is not None}
    first: dict[int, int] = {}
    if ways:
        for way in _by_id(osmium, file, osmium.osm.WAY, ways):
            if len(way.nodes):
                first[way.id] = way.nodes[0].ref
    wanted = [one.node if one.way is None else first.get(one.way) for one in things]
    nodes = {one for one in wanted if one is not None}
    lies: dict[int, tuple[float, float]] = {}
    if nodes:
        for node in _by_id(osmium, file, osmium.osm.NODE, nodes):
            if node.location.valid():
                lies[node.id] = (node.location.lat, node.location.lon)
    found = []
    for thing, ref in zip(things, wanted, strict=True):
        point = lies.get(ref) if ref is not None else None
        found.append(
            thing.place if point is None else replace(thing.place, latitude=point[0], longitude=point[1])
        )
    return found


def _by_id(osmium: Any, file: Any, entity: Any, ids: Iterable[int]) -> Iterator[Any]:
    return iter(osmium.FileProcessor(file, entity).with_filter(osmium.filter.IdFilter(ids)))


def place_from(tags: Mapping[str, str], id: str, seen: date) -> Place | None:  # noqa: A002 - the word of the interface
    """The place that an object of the map is by its tags, without coordinates; None where it is none for the public."""
    row = next((row for row in _table()["tag"] if tags.get(row["key"]) == row["value"]), None)
    name = plain(tags.get("name", ""))[: LONGEST["name"]].strip()
    if row is None or not name or tags.get("access") in _PRIVATE or tags.get("garden:type") == "residential":
        return None
    sports = [one.strip() for one in tags.get("sport", "").split(";")]
    activities = [*row["activities"], *(each for one in sports for each in _table()["sport"].get(one, ()))]
    if not activities:
        return None
    kind = next(
        (_table()["kind_by_sport"][one] for one in sports if one in _table()["kind_by_sport"]), row["kind"]
    )
    cost = {"no": 0, "yes": max(1, row["cost"])}.get(tags.get("fee", ""), row["cost"])
    return Place(
        id=id,
        name=name,
        kind=kind if row["value"] == "sports_centre" else row["kind"],
        activities=tuple(dict.fromkeys(activities)),
        where=_address(tags),
        cost=cost,
        accessible=_ACCESSIBLE.get(tags.get("wheelchair", "")),
        contact=_cut(
            "contact",
            tags.get("contact:phone")
            or tags.get("phone")
            or tags.get("website")
            or tags.get("contact:website"),
        ),
        source=ATTRIBUTION,
        seen=_checked(tags.get("check_date"), seen),
        hours=_cut("hours", tags.get("opening_hours")),
    )


def _address(tags: Mapping[str, str]) -> str:
    street = " ".join(
        filter(None, (tags.get("addr:housenumber"), tags.get("addr:street") or tags.get("addr:place")))
    )
    parts = (street, tags.get("addr:suburb"), tags.get("addr:city"))
    return _cut("where", ", ".join(part for part in parts if part))


def _checked(written: str | None, seen: date) -> date:
    try:
        return min(date.fromisoformat(written or ""), seen)
    except ValueError:
        return seen


def _cut(field: str, text: str | None) -> str:
    return plain(text or "")[: LONGEST[field]].strip()


def _paths_once(places: Iterable[Place]) -> Iterator[Place]:
    """Without the further pieces of a path: the map holds one of some length in many, each with its name."""
    kept: dict[str, list[Place]] = {}
    for place in places:
        if place.kind == "path":
            pieces = kept.setdefault(place.name.casefold(), [])
            if any(_same(place, one) for one in pieces):
                continue
            pieces.append(place)
        yield place


def _same(place: Place, other: Place) -> bool:
    if place.latitude is None or place.longitude is None:
        return True
    apart = distance(place.latitude, place.longitude, other)
    return apart is None or apart < SAME_PATH


def _check_unpacked(path: Path, most: int, called: str) -> None:
    """Raises InputError for a compressed file that unpacks to more than ``most`` bytes, or not at all."""
    openers: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}
    opener = openers.get(path.suffix.lower())
    if opener is None:
        return
    size = 0
    try:
        with opener(path, "rb") as stream:
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                if size > most:
                    raise InputError(
                        f"{called} unpacks to more than {most >> 20} MB; please give a smaller extract."
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{called} is a damaged compressed file; please download it again.") from error


def _table() -> dict[str, Any]:
    return packaged_toml("ambulando.plan", "data/osm.toml")


def _format(path: Path) -> str:
    """What the library calls the form of a file, by its suffix in whatever case."""
    name = path.name.lower()
    return (
        "pbf" if name.endswith(".pbf") else max((one for one in SUFFIXES if name.endswith(one)), key=len)[1:]
    )


def _short(error: Exception, path: Path, called: str) -> str:
    """What went wrong, without the folder in which it lay."""
    return plain(str(error).replace(str(path), called))[:120] or type(error).__name__
