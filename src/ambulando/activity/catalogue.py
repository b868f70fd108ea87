"""The catalogue: activities a person with little energy might really do, with their MET and what regimens are chosen by.

The content is data: ``data/catalogue.csv`` (own wording and our judgement of the attributes) and ``data/compendium.csv``
(the MET values, each with edition, code and source). Both are checked when they are first read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from ambulando.ground import InputError, packaged_rows

MODALITIES: tuple[str, ...] = (
    "walking",
    "running",
    "cycling",
    "swimming",
    "aerobic",
    "strength",
    "yoga",
    "tai-chi",
    "dance",
    "mixed",
    "sport",
    "everyday",
)
PLACES: tuple[str, ...] = ("home", "outdoors", "gym", "pool", "class")
COMPANY: tuple[str, ...] = ("alone", "together", "either")
ATTENTION: tuple[str, ...] = ("low", "medium", "high")
NATURE: tuple[str, ...] = ("yes", "can", "no")
SEASONS: tuple[str, ...] = ("spring", "summer", "autumn", "winter")
#: Things that an activity may need at hand; a place brings its own (a gym its machines).
KIT: tuple[str, ...] = (
    "ball",
    "band",
    "bicycle",
    "boules",
    "children",
    "dog",
    "e-bike",
    "exercise-bike",
    "frisbee",
    "garden",
    "handcycle",
    "plants",
    "racket",
    "screen",
    "skipping-rope",
    "snow-shovel",
    "tandem",
    "vacuum-cleaner",
    "walking-poles",
    "weights",
    "wheelchair",
)
#: Kit that nobody buys for the activity: who is there, and what a person lives with.
FREE_KIT = frozenset({"children", "wheelchair"})
#: The columns of a row, in the order of the file.
COLUMNS: tuple[str, ...] = (
    "id", "name", "modality", "edition", "code", "fit", "dynamic", "continuous", "attention", "company", "places",
    "impact", "cost", "kit", "seated", "floor", "falls", "nature", "supervised", "children", "wheelchair",
    "pain_friendly", "seasons", "twin", "smallest",
)  # fmt: skip
#: How far the attributes can be trusted: they are not measurements.
ATTRIBUTES_CERTAINTY = "our judgement"

_DATA = "ambulando.activity.data"
_FILE = "catalogue.csv"


@dataclass(frozen=True)
class Activity:
    """One entry of the catalogue.

    ``met`` is the energy cost as a multiple of rest, carried from the Compendium entry ``code`` of ``edition``;
    ``certainty`` says "as tabulated" where that entry describes this activity and "nearest entry" where it stands in.
    ``impact`` and ``cost`` run from 0 (none) to 3. ``twin`` is the id of the indoor counterpart, or None.
    ``seated``: can be done sitting on something that does not move; ``floor``: gets down on the floor; ``falls``: a fall or
    a knock is a part of it. ``nature``: "yes" where trees, plants or water are around it, "can" where the place may be
    chosen so, "no" indoors. ``supervised``: led by somebody, or a class. ``children``: can be done with a child along.
    ``wheelchair``: can be done sitting in a wheelchair, without getting out of it. ``pain_friendly``: no impact, not on the
    floor, no fall or knock in it, not vigorous, no load that has to be held, and can be stopped at any moment; it is no
    promise that nothing hurts. ``seasons``: when it can be done, () for all year.
    """

    id: str
    name: str
    modality: str
    met: float
    code: str
    edition: str
    source: str
    certainty: str
    dynamic: bool
    continuous: bool
    attention: str
    company: str
    place: str
    places: tuple[str, ...]
    impact: int
    cost: int
    kit: tuple[str, ...]
    seated: bool
    floor: bool
    falls: bool
    nature: str
    supervised: bool
    children: bool
    wheelchair: bool
    pain_friendly: bool
    seasons: tuple[str, ...]
    smallest: str
    twin: str | None = None

    @property
    def intensity(self) -> Literal["light", "moderate", "vigorous"]:
        """Light below 3 MET, moderate below 6, else vigorous: for an average body; a person's own effort rating wins."""
        return "light" if self.met < 3 else "moderate" if self.met < 6 else "vigorous"


@dataclass(frozen=True)
class Met:
    """One MET value of the Compendium, with where it was read."""

    edition: str
    code: str
    met: float
    what: str
    source: str
    certainty: str
    confirmed: str


@cache
def compendium() -> Mapping[tuple[str, str], Met]:
    """The MET values by (edition, code)."""
    found: dict[tuple[str, str], Met] = {}
    for number, row in enumerate(packaged_rows(_DATA, "compendium.csv"), start=2):
        entry = Met(**(row | {"met": _number(row["met"], "met", number, "compendium.csv")}))  # type: ignore[arg-type]  # a row is text, only met is a number
        if not 0.9 <= entry.met <= 23 or len(entry.code) != 5 or not entry.code.isdigit():
            raise InputError(
                f"Row {number} of compendium.csv has an impossible MET or code ({entry.met}, {entry.code})."
            )
        if (entry.edition, entry.code) in found:
            raise InputError(f"Row {number} of compendium.csv repeats code {entry.code} of {entry.edition}.")
        found[entry.edition, entry.code] = entry
    return MappingProxyType(found)


@cache
def catalogue() -> Mapping[str, Activity]:
    """All activities by id, in the order of the file; InputError names file and row where the file is at fault."""
    found: dict[str, Activity] = {}
    for number, row in enumerate(packaged_rows(_DATA, _FILE), start=2):
        activity = activity_from(row, number)
        if activity.id in found or activity.id in MODALITIES:
            raise InputError(f"Row {number} of {_FILE} uses the id {activity.id!r}, which is taken.")
        found[activity.id] = activity
    for activity in found.values():
        if activity.twin is not None and (
            activity.twin not in found or found[activity.twin].place == "outdoors"
        ):
            raise InputError(
                f"{_FILE} names {activity.twin!r} as the indoor twin of {activity.id!r}; it is not one."
            )
    return MappingProxyType(found)


def activity(id: str) -> Activity:  # noqa: A002 - the word of the interface
    """The activity with this id; InputError where the catalogue has none."""
    found = catalogue().get(id)
    if found is None:
        raise InputError(
            f"There is no activity {str(id)[:40]!r} in the catalogue; please choose one that it lists."
        )
    return found


def activity_from(row: Mapping[str, str], number: int, where: str = _FILE) -> Activity:
    """The activity that a row of text says, checked; InputError names ``where``, the row and the cell."""
    if absent := [column for column in COLUMNS if column not in row]:
        raise InputError(
            f"{where} has no column {' or '.join(repr(column) for column in absent)}; please add it."
        )
    places = tuple(row["places"].split())
    place = "outdoors" if places == ("outdoors",) else "either" if "outdoors" in places else "indoors"
    entry = compendium().get((row["edition"], row["code"]))
    if entry is None:
        raise InputError(
            f"Row {number} of {where} names code {row['code']} of {row['edition']}, which has no MET here."
        )
    found = Activity(
        id=row["id"],
        name=row["name"],
        modality=_one_of(row["modality"], MODALITIES, "modality", number, where),
        met=entry.met,
        code=entry.code,
        edition=entry.edition,
        source=entry.source,
        certainty={"same": entry.certainty, "nearest": "nearest entry"}[
            _one_of(row["fit"], ("same", "nearest"), "fit", number, where)
        ],
        dynamic=_yes(row["dynamic"], "dynamic", number, where),
        continuous=_yes(row["continuous"], "continuous", number, where),
        attention=_one_of(row["attention"], ATTENTION, "attention", number, where),
        company=_one_of(row["company"], COMPANY, "company", number, where),
        place=place,
        places=tuple(_one_of(name, PLACES, "places", number, where) for name in places),
        impact=_grade(row["impact"], "impact", number, where),
        cost=_grade(row["cost"], "cost", number, where),
        kit=tuple(_one_of(name, KIT, "kit", number, where) for name in row["kit"].split()),
        seated=_yes(row["seated"], "seated", number, where),
        floor=_yes(row["floor"], "floor", number, where),
        falls=_yes(row["falls"], "falls", number, where),
        nature=_one_of(row["nature"], NATURE, "nature", number, where),
        supervised=_yes(row["supervised"], "supervised", number, where),
        children=_yes(row["children"], "children", number, where),
        wheelchair=_yes(row["wheelchair"], "wheelchair", number, where),
        pain_friendly=_yes(row["pain_friendly"], "pain_friendly", number, where),
        seasons=tuple(_one_of(name, SEASONS, "seasons", number, where) for name in row["seasons"].split()),
        smallest=row["smallest"],
        twin=row["twin"] or None,
    )
    for column, text in (
        ("id", found.id),
        ("name", found.name),
        ("smallest", found.smallest),
        ("places", places),
    ):
        if not text:
            raise InputError(f"Row {number} of {where} has an empty {column!r}; it needs one.")
    for column, says, true in _rules_of_a_row(found):
        if not true:
            raise InputError(f"Row {number} of {where} has {column} {row[column]!r}, but {says}.")
    return found


def is_free(activity: Activity) -> bool:
    """Whether an activity costs nothing and needs no kit that costs something."""
    return activity.cost == 0 and FREE_KIT.issuperset(activity.kit)


def in_season(activity: Activity, season: str | None) -> bool:
    """Whether an activity can be done in a season of SEASONS; None (not known) leaves nothing out."""
    return season is None or not activity.seasons or season in activity.seasons


def _rules_of_a_row(found: Activity) -> Iterator[tuple[str, str, bool]]:
    """(column, what is wrong, whether it is right) for cells that must fit each other."""
    outdoors, kind = "outdoors" in found.places, found.intensity
    gentle = not found.impact and not found.floor and not found.falls and kind != "vigorous"
    yield "nature", "it is never outdoors", outdoors or found.nature == "no"
    seated = found.seated and not found.floor
    yield "wheelchair", "it can not be done sitting", seated or not found.wheelchair
    yield (
        "kit",
        "it is not one that can be done in a wheelchair",
        found.wheelchair or "wheelchair" not in found.kit,
    )
    yield "kit", "it is not one that can be done with children", found.children or "children" not in found.kit
    yield (
        "pain_friendly",
        "it is vigorous or has impact, the floor or falls in it",
        gentle or not found.pain_friendly,
    )
    yield "supervised", "nobody leads what is done alone", not found.supervised or found.company != "alone"


def _one_of(text: str, allowed: tuple[str, ...], column: str, number: int, where: str) -> str:
    if text not in allowed:
        raise InputError(f"Row {number} of {where} has {column} {text!r}; it can be {', '.join(allowed)}.")
    return text


def _yes(text: str, column: str, number: int, where: str) -> bool:
    return _one_of(text, ("yes", "no"), column, number, where) == "yes"


def _grade(text: str, column: str, number: int, where: str) -> int:
    return int(_one_of(text, ("0", "1", "2", "3"), column, number, where))


def _number(text: str, column: str, number: int, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"Row {number} of {where} has {column} {text!r}; it needs a number.") from None
