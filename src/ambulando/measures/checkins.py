"""The daily check-in: mood, energy, sleep and, for who wants it, stress; one tap each on a track of eleven places."""

from dataclasses import dataclass
from functools import cache

from ambulando.ground import InputError, Words, packaged_rows

PACKAGE = "ambulando.measures"


@dataclass(frozen=True)
class Scale:
    """One question with its two ends. Places are whole numbers from ``smallest`` to ``largest``.

    Those that are ``core`` are asked on Today; the others are there for who wants them.
    """

    id: str
    name: str
    question: Words
    low: Words
    high: Words
    smallest: int
    largest: int
    core: bool


@cache
def scales() -> dict[str, Scale]:
    """All scales of a check-in by id, in the order in which they are asked."""
    rows = packaged_rows(PACKAGE, "data/scales.csv")
    return {
        row["id"]: Scale(
            id=row["id"],
            name=row["name"],
            question=Words(row["question"]),
            low=Words(row["low"]),
            high=Words(row["high"]),
            smallest=int(row["smallest"]),
            largest=int(row["largest"]),
            core=row["core"] == "yes",
        )
        for row in rows
    }


def check(mood: int | None, energy: int | None, sleep: int | None, stress: int | None = None) -> None:
    """Pass a check-in that can be kept; None is a question left alone.

    Raises InputError for a place that is not on the scale, or when nothing at all was answered.
    """
    given = {"mood": mood, "energy": energy, "sleep": sleep, "stress": stress}
    for id_, place in given.items():
        scale = scales()[id_]
        whole = isinstance(place, int) and not isinstance(place, bool)
        if place is not None and not (whole and scale.smallest <= place <= scale.largest):
            raise InputError(
                f"{scale.name} is {place!r}; please pick a whole number from {scale.smallest} to {scale.largest}."
            )
    if all(place is None for place in given.values()):
        raise InputError("Nothing was picked; please pick a place on at least one of mood, energy and sleep.")
