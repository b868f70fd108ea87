"""Which activity of the catalogue a recording's sport or speed becomes (``data/sports.csv``, ``data/paces.csv``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ambulando.activity.catalogue import activity
from ambulando.ground import InputError, packaged_rows

_DATA = "ambulando.activity.data"
#: Above this speed (km/h, while moving) a recording is hardly one of a body alone.
VEHICLE = 45.0
#: What a recording becomes that tells neither its sport nor its speed.
UNKNOWN = "home-exercise"
#: The modalities in which a standing recorder means a standing person.
_TRAVELLING = ("walking", "running", "cycling")


@dataclass(frozen=True)
class Choice:
    """The activity id chosen (None: not a bout at all), and the warnings that go with it."""

    activity: str | None
    warnings: tuple[str, ...] = ()


def chosen(sport: str | None, sub_sport: str | None, kmh: float | None) -> Choice:
    """The activity for a sport (FIT sport or GPX type; None or "generic" when not told) at ``kmh``, its moving speed."""
    word = (sport or "").strip().lower()
    known = _sports()
    row = known.get((word, (sub_sport or "").strip().lower())) or known.get((word, ""))
    warnings: list[str] = []
    if kmh is not None and kmh > VEHICLE:
        warnings.append(f"The speed was {kmh:.0f} km/h on average: perhaps a car or train is part of this.")
    if row is not None:
        found, exact = row
        if not exact:
            warnings.append(
                f"The catalogue has no {word.replace('_', ' ')} of this kind: the nearest is chosen."
            )
        if found == "none":
            return Choice(None)
        if not found.startswith("pace:"):
            return Choice(found, tuple(warnings))
        return Choice(_by_pace(found.removeprefix("pace:"), kmh), tuple(warnings))
    if word not in ("", "generic", "all", "multisport"):
        warnings.append(f"The recording names a sport that we do not know ({word[:40]}).")
    if kmh:
        warnings.append("The activity is guessed from speed: please change it if it was something else.")
        return Choice(_by_pace("any", kmh), tuple(warnings))
    warnings.append("The recording does not say what it was: please choose the activity.")
    return Choice(UNKNOWN, tuple(warnings))


def travels(activity_id: str) -> bool:
    """Whether time in movement can be told from positions: on foot or on wheels, and not on a machine."""
    found = activity(activity_id)
    return (found.modality in _TRAVELLING or "wheelchair" in found.kit) and found.place != "indoors"


def _by_pace(kind: str, kmh: float | None) -> str:
    """The activity of the first pace above ``kmh``; the middle one of the kind where no speed is known."""
    paces = _paces()[kind]
    if not kmh:
        return paces[len(paces) // 2][1]
    return next(found for below, found in paces if kmh < below)


@cache
def _sports() -> Mapping[tuple[str, str], tuple[str, bool]]:
    rows = packaged_rows(_DATA, "sports.csv")
    for number, row in enumerate(rows, start=2):
        if row["activity"].startswith("pace:"):
            if row["activity"].removeprefix("pace:") not in _paces():
                raise InputError(
                    f"Row {number} of sports.csv names {row['activity']!r}, which paces.csv does not have."
                )
        elif row["activity"] != "none":
            activity(row["activity"])
    return {(row["sport"], row["sub_sport"]): (row["activity"], row["exact"] == "yes") for row in rows}


@cache
def _paces() -> Mapping[str, tuple[tuple[float, str], ...]]:
    kinds: dict[str, list[tuple[float, str]]] = {}
    for row in packaged_rows(_DATA, "paces.csv"):
        below = float(row["below"]) if row["below"] else float("inf")
        kinds.setdefault(row["kind"], []).append((below, activity(row["activity"]).id))
    for kind, paces in kinds.items():
        borders = [below for below, _ in paces]
        if borders != sorted(set(borders)) or borders[-1] != float("inf"):
            raise InputError(f"The borders of {kind!r} in paces.csv must rise and end with an empty one.")
    return {kind: tuple(paces) for kind, paces in kinds.items()}
