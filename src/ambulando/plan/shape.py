"""How to do a session, in a few short lines: sets, forms, spells and rests; effort by talking and by what is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ambulando.activity.catalogue import MODALITIES, Activity, catalogue
from ambulando.ground import InputError, Words, packaged_toml
from ambulando.plan.standing import Standing, modality_of
from ambulando.safety.limits import Limits

FILE = "data/shapes.toml"
ON = ("chair", "feet", "floor")


@dataclass(frozen=True)
class Shape:
    """Lines for some activities, for what somebody leads, or for a modality ``on`` chair, feet or floor ("": any), from ``least`` minutes on.

    ``rounds``: for more than one round of a strength session. ``calm``: the lines for who sees no counts.
    """

    activities: tuple[str, ...]
    modality: str
    on: str
    led: bool
    rounds: bool
    least: int
    says: tuple[str, ...]
    calm: tuple[str, ...]
    source: str
    certainty: str


@cache
def shapes() -> tuple[Shape, ...]:
    """All shapes, in the order of the file. Raises InputError, naming the file and the place, for one that is not whole."""
    found = []
    for place, entry in enumerate(packaged_toml("ambulando.plan", FILE)["shape"], start=1):
        named = tuple(entry.get("activities", ()))
        one = Shape(
            named,
            entry.get("modality", ""),
            entry.get("on", ""),
            entry.get("led", False),
            entry.get("rounds", False),
            entry["from"],
            tuple(entry["says"]),
            tuple(entry["calm"]),
            entry["source"],
            entry["certainty"],
        )
        known = one.led or (
            all(name in catalogue() for name in named) and (named or one.modality in MODALITIES)
        )
        if not known or one.on not in ("", *ON) or not one.source or not 1 <= len(one.says) <= 4:
            raise InputError(
                f"Shape {place} of {FILE} needs known activities or a modality, 1 to 4 lines and a source."
            )
        found.append(one)
    return tuple(found)


def shape(activity: Activity, minutes: int, *, standing: Standing, limits: Limits) -> tuple[Words, ...]:
    """One to four lines on how to do this activity for so many minutes, within the limits of safety.

    Strength grows by rounds before load and jogging by longer spells, both only after sessions without pain, and not
    where the plan must not grow. Without counts where the person sees none.
    """
    sets = _sets(minutes, standing, limits)
    found = _found(activity, minutes, limits, rounds=sets > 1)
    if limits.no_numbers:
        lines = [Words(line) for line in found.calm]
    else:
        values = _values(minutes, sets, standing, limits)
        lines = [Words(line, _used(line, values)) for line in found.says]
    if limits.no_floor and not activity.seated:  # getting up slowly comes before finer points
        lines = [Words(packaged_toml("ambulando.plan", FILE)["slowly"]["says"]), *lines[:3]]
    return tuple(lines)


def _found(activity: Activity, minutes: int, limits: Limits, *, rounds: bool) -> Shape:
    if activity.seated:
        on = "chair"
    else:
        on = "floor" if activity.floor and not limits.no_floor else "feet"
    own = [one for one in shapes() if activity.id in one.activities]
    if activity.supervised:
        own = own or [one for one in shapes() if one.led]
    kind = [one for one in shapes() if one.modality == activity.modality and one.on in ("", on)]
    kind = [one for one in kind if one.on == on] or kind
    kind = [one for one in kind if one.rounds == rounds] or kind
    fitting = [one for one in own or kind if one.least <= minutes]
    return max(fitting, key=lambda one: one.least)


def _numbers() -> Mapping[str, Any]:
    numbers: Mapping[str, Any] = packaged_toml("ambulando.plan", FILE)["numbers"]
    return numbers


def _without_pain(modality: str, standing: Standing, limits: Limits) -> int:
    """How many sessions of a kind were done without pain since one last hurt; none where nothing may grow."""
    if not limits.progression:
        return 0
    count = 0
    for bout in reversed(standing.bouts):
        if modality_of(bout) == modality:
            if bout.pain:
                break
            count += 1
    return count


def _sets(minutes: int, standing: Standing, limits: Limits) -> int:
    """Rounds of a strength session: earned by sessions without pain, and no more than its minutes hold for two moves."""
    numbers, done = _numbers(), _without_pain("strength", standing, limits)
    earned = 1 + (done >= numbers["second_round"]) + (done >= numbers["third_round"])
    room = int(minutes / (2 * numbers["set_minutes"]))
    return max(min(1 if standing.soft else earned, room), 1)


def _values(minutes: int, sets: int, standing: Standing, limits: Limits) -> dict[str, Any]:
    numbers = _numbers()
    ease = min(max(minutes // 5, 1), 5)
    moves = min(max(int(minutes / (sets * numbers["set_minutes"])), 2), numbers["most_moves"])
    grown = _without_pain("running", standing, limits) // numbers["longer_jog"]
    jog = numbers["jog"][min(0 if standing.soft else grown, len(numbers["jog"]) - 1)]
    spells = max(int((minutes - 2 * ease) * 60 / (jog + numbers["walk"])), 1)
    rounds = max(minutes // numbers["salutation_minutes"], 1)
    songs = max(round(minutes / numbers["song_minutes"]), 1)
    return {
        "moves": moves,
        "sets": sets,
        "ease": Words("a minute") if ease == 1 else Words("{n} minutes", {"n": ease}),
        "jog": jog,
        "walk": numbers["walk"],
        "spells": Words("once") if spells == 1 else Words("{n} times", {"n": spells}),
        "rounds": Words("one round") if rounds == 1 else Words("{n} rounds", {"n": rounds}),
        "songs": Words("one song") if songs == 1 else Words("{n} songs", {"n": songs}),
    }


def _used(line: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f"{{{name}}}" in line}
