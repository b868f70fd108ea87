"""What means stop, in any session, and what to do then."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from ambulando.ground import InputError, Words, packaged_toml
from ambulando.safety.words import PACKAGE, named

ANY_NUMBER = "your emergency number"


@dataclass(frozen=True)
class StopSign:
    """A sign that means stop. ``symptom``: what it becomes among a person's answers, or None where it may pass by itself.

    ``urgent``: call at once, without waiting for it to pass.
    """

    id: str
    words: Words
    symptom: str | None
    urgent: bool
    advice: str

    def what_to_do(self, emergency: str = ANY_NUMBER) -> Words:
        """What to do for this sign. ``emergency`` is the number as dialled where the person is."""
        return _filled(self.advice, emergency)


@cache
def stop_signs() -> tuple[StopSign, ...]:
    """The signs that mean stop now, the most pressing first. Raises InputError naming the sign that is at fault."""
    symptoms = named("symptom")
    found = []
    for row in _table()["signs"]:
        symptom = row.get("symptom")
        if symptom is not None and symptom not in symptoms:
            raise InputError(
                f"stop-signs.toml, sign '{row['id']}', has the symptom '{symptom}', which is not known."
            )
        found.append(
            StopSign(
                str(row["id"]), Words(str(row["words"])), symptom, bool(row["urgent"]), str(row["advice"])
            )
        )
    return tuple(found)


def sign(id_: str) -> StopSign:
    """The sign of this id. Raises InputError for another."""
    for one in stop_signs():
        if one.id == id_:
            return one
    raise InputError("Please choose one of the signs, or say that it is none of them.")


def symptom_after(one: StopSign, before: Collection[str]) -> str | None:
    """What goes among the person's answers after this sign, so that the plan holds until it was looked at; or None.

    ``before``: the ids of the signs of earlier sessions. What settles once and comes back is looked at too.
    """
    if one.symptom is None and one.id in before:
        return str(_table()["recurs"])
    return one.symptom


def what_to_do(emergency: str = ANY_NUMBER) -> tuple[Words, ...]:
    """What to do after stopping, step by step. ``emergency`` is the number as dialled where the person is."""
    return tuple(_filled(str(row["words"]), emergency) for row in _table()["steps"])


def source() -> str:
    """Where the signs come from."""
    return str(_table()["source"])


def _filled(pattern: str, emergency: str) -> Words:
    number = Words(emergency) if emergency == ANY_NUMBER else emergency
    return Words(pattern, {"emergency": number} if "{emergency}" in pattern else {})


def _table() -> dict[str, Any]:
    table = packaged_toml(PACKAGE, "data/stop-signs.toml")
    if not all(table.get(key) for key in ("signs", "steps", "source", "recurs")):
        raise InputError(
            "stop-signs.toml needs signs, steps, a source and what a sign becomes that comes back."
        )
    return table
