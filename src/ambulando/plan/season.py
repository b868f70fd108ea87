"""The season of the year where somebody lives, from their country and the date."""

from datetime import date
from functools import cache

from ambulando.ground import packaged_rows
from ambulando.plan.rules import number
from ambulando.safety.profile import SEASONS

FILE = "data/latitudes.csv"
#: which way round the seasons go; "none" between the tropics
HEMISPHERES = ("north", "south", "none")


def hemisphere(country: str | None) -> str | None:
    """One of HEMISPHERES, by the latitude of a town of the country; None where the country is not known."""
    latitude = _latitudes().get(country or "")
    if latitude is None:
        return None
    if abs(latitude) <= number("season", "tropic"):
        return "none"
    return "north" if latitude > 0 else "south"


def season(where: str | None, day: date) -> str | None:
    """The season of a day in whole months, as weather services count it: from December winter in the north, summer in the
    south. ``where`` is one of HEMISPHERES; None, as between the tropics, gives None.
    """
    if where not in ("north", "south"):
        return None
    quarter = (day.month % 12) // 3  # 0 from December on
    return SEASONS[(quarter + (3 if where == "north" else 1)) % 4]


@cache
def _latitudes() -> dict[str, float]:
    return {row["code"]: float(row["latitude"]) for row in packaged_rows("ambulando.plan", FILE)}
