"""What a person told about themselves, checked. The keys are those of the command line."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import time
from typing import Any

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError
from ambulando.safety.limits import INTENSITIES
from ambulando.safety.words import countries_of_the_world, country_code, named, nearest

CONDITIONS: tuple[str, ...] = tuple(named("condition"))
SYMPTOMS: tuple[str, ...] = tuple(named("symptom"))
BARRIERS: tuple[str, ...] = tuple(named("barrier"))
PLACES = ("home", "outdoors", "gym", "pool", "class")
COMPANY = ("alone", "together", "either")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEATHER = ("rain", "wind", "cold", "ice", "dark")
SEASONS = ("spring", "summer", "autumn", "winter")
MOST_BARRIERS = 2
MOST_MEDICINES = 60
MOST_HOMEWORK = 5
#: letters of what somebody writes in their own words
LONGEST_WORDS = 120


@dataclass(frozen=True)
class Active:
    """How much a person moves now, at moderate effort: days a week, and minutes on each of them."""

    days: int
    minutes: int


@dataclass(frozen=True)
class Window:
    """A time of the week that a session may lie in. ``day`` is a weekday in English, lower case."""

    day: str
    start: time
    end: time


@dataclass(frozen=True)
class Aim:
    """What a person wants to do of one modality in a week: ``km`` or ``minutes``; ``grow``: and slowly more after that."""

    modality: str
    km: float | None = None
    minutes: int | None = None
    grow: bool = True


@dataclass(frozen=True)
class Care:
    """What a clinician asked for. ``max_minutes`` of one session, ``max_intensity``, ``minutes_per_week`` at most,
    ``sessions`` a week as a goal, and what to ``avoid`` (activities or modalities).
    """

    max_minutes: int | None = None
    max_intensity: str | None = None
    minutes_per_week: int | None = None
    sessions: int | None = None
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Homework:
    """Something agreed on in therapy: an activity, ``times`` a week, ``minutes`` (None: what the plan would give), a note."""

    activity: str
    times: int = 1
    minutes: int | None = None
    note: str = ""


@dataclass(frozen=True)
class OwnPlan:
    """A person's own if-then words: when they begin (``cue``), and what they do ``instead`` when ``barrier`` is in the way."""

    cue: str = ""
    barrier: str | None = None
    instead: str = ""


@dataclass(frozen=True)
class Profile:
    """A person's answers. None, or an empty tuple, where they did not say.

    ``minutes_per_week`` is what they have time for; ``money`` is the dearest they would go, 0 (free) to 3;
    ``energy`` and ``confidence`` are 0 to 10; ``clearance`` is True once a clinician agreed to more than light.
    ``intensity`` is how hard they would like it; ``flare``: a flare of pain today; ``medicine_changed``: a new medicine or
    dose in the last weeks; ``hot``: hot days where they are now; ``ill``: ill today; ``weather``: how it is outside these
    days; ``season``: of the year, where they are; ``aim``: what they want to grow towards; ``care``: what a clinician asked
    for; ``homework``: from therapy; ``own_plans``: their own if-then words.
    """

    age: int | None = None
    country: str | None = None
    active: Active | None = None
    conditions: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    pregnant: bool | None = None
    phq9: int | None = None
    barriers: tuple[str, ...] = ()
    likes: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    company: str | None = None
    kit: tuple[str, ...] = ()
    money: int | None = None
    windows: tuple[Window, ...] = ()
    minutes_per_week: int | None = None
    energy: int | None = None
    confidence: int | None = None
    clearance: bool | None = None
    intensity: str | None = None
    flare: bool | None = None
    medicine_changed: bool | None = None
    hot: bool | None = None
    ill: bool | None = None
    weather: tuple[str, ...] = ()
    season: str | None = None
    aim: Aim | None = None
    care: Care | None = None
    homework: tuple[Homework, ...] = ()
    own_plans: tuple[OwnPlan, ...] = ()


KEYS = tuple(field.name for field in fields(Profile))


def profile_from(mapping: Mapping[str, Any]) -> Profile:
    """The profile that a JSON object describes. Every key is optional, and null is the same as leaving it out.

    Raises InputError, in one sentence, for an unknown key or id and for a value that can not be.
    """
    if not isinstance(mapping, Mapping):
        raise InputError('A profile is a JSON object, such as {"age": 34}; this is something else.')
    _known_keys(mapping, KEYS, "A profile")
    given = {key: _READERS[key](value, key) for key, value in mapping.items() if value is not None}
    return Profile(**given)


def _known_keys(mapping: Mapping[Any, Any], known: Iterable[str], what: str) -> None:
    known = tuple(known)
    for key in mapping:
        if key not in known:
            name = str(key)[:60]
            near = nearest(name, known)
            hint = f"did you mean '{near}'?" if near else f"it may have {', '.join(known)}."
            raise InputError(f"{what} has no '{name}'; {hint}")


def _shown(value: Any) -> str:
    """What somebody gave, as a message quotes it: its beginning."""
    if isinstance(value, int) and abs(value) >= 10**40:  # Python refuses to write out thousands of digits
        return "a very large number"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _whole(smallest: int, largest: int) -> Callable[[Any, str], int]:
    def read(value: Any, key: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not smallest <= value <= largest:
            raise InputError(
                f"'{key}' is {_shown(value)}; please give a whole number from {smallest} to {largest}."
            )
        return value

    return read


def _yes_or_no(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"'{key}' is {_shown(value)}; please give true or false, or leave it out.")
    return value


def _list(value: Any, key: str) -> list[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, list | tuple):
        raise InputError(f"'{key}' is {_shown(value)}; please give a list, such as [].")
    return list(value)


def _ids(
    known: Callable[[], Iterable[str]], most: int | None = None
) -> Callable[[Any, str], tuple[str, ...]]:
    def read(value: Any, key: str) -> tuple[str, ...]:
        offered = tuple(known())
        found: list[str] = []
        for word in _list(value, key):
            if word not in offered:
                name = word[:60] if isinstance(word, str) else _shown(word)
                near = nearest(name, offered)
                hint = f"did you mean '{near}'?" if near else f"known are {', '.join(offered[:30])}."
                raise InputError(f"'{key}' has '{name}', which is not known; {hint}")
            if word not in found:
                found.append(word)
        if most is not None and len(found) > most:
            raise InputError(f"'{key}' has {len(found)} entries; please pick the {most} that matter most.")
        return tuple(found)

    return read


def _names(value: Any, key: str) -> tuple[str, ...]:
    found = []
    for word in _list(value, key):
        if not isinstance(word, str) or not word.strip() or len(word) > 120:
            raise InputError(f"'{key}' has {_shown(word)}; please give each as a name of up to 120 letters.")
        found.append(" ".join(word.split()))
    if len(found) > MOST_MEDICINES:
        raise InputError(f"'{key}' has {len(found)} entries; please give at most {MOST_MEDICINES}.")
    return tuple(dict.fromkeys(found))


def _one_of(offered: tuple[str, ...]) -> Callable[[Any, str], str]:
    def read(value: Any, key: str) -> str:
        if not isinstance(value, str) or value not in offered:
            near = nearest(str(value)[:60], offered) if len(offered) > 30 else None
            hint = f"did you mean '{near}'?" if near else f"please give one of {', '.join(offered[:30])}."
            raise InputError(f"'{key}' is {_shown(value)}; {hint}")
        return value

    return read


def _country(value: Any, key: str) -> str:
    code = country_code(value) if isinstance(value, str) else ""
    if code not in countries_of_the_world():
        raise InputError(
            f"'{key}' is {_shown(value)}, which is no country's two-letter code; please give one such as NZ."
        )
    return code


def _active(value: Any, key: str) -> Active:
    if not isinstance(value, Mapping):
        raise InputError(
            f'\'{key}\' is {_shown(value)}; please give days a week and minutes a day, as {{"days": 2, "minutes": 20}}.'
        )
    _known_keys(value, ("days", "minutes"), f"'{key}'")
    if value.get("days") is None or value.get("minutes") is None:
        raise InputError(f'\'{key}\' needs both days and minutes, as {{"days": 2, "minutes": 20}}.')
    days = _whole(0, 7)(value["days"], f"{key}.days")
    return Active(days, _whole(0, 1440)(value["minutes"], f"{key}.minutes"))


def _windows(value: Any, key: str) -> tuple[Window, ...]:
    found = []
    for place, entry in enumerate(_list(value, key), start=1):
        where = f"Window {place}"
        if not isinstance(entry, Mapping):
            raise InputError(f"{where} is {_shown(entry)}; please give day, from and to.")
        _known_keys(entry, ("day", "from", "to"), where)
        for part in ("day", "from", "to"):
            if part not in entry:
                raise InputError(f"{where} has no '{part}'; please give day, from and to.")
        day = str(entry["day"]).strip().lower()
        match = [name for name in DAYS if day in (name, name[:3])]
        if not match:
            raise InputError(
                f"{where} has the day {_shown(entry['day'])}; please give one of {', '.join(DAYS)}."
            )
        start, end = _clock(entry["from"], where), _clock(entry["to"], where)
        if end <= start:
            raise InputError(
                f"{where} ends at {entry['to']}, not after it starts at {entry['from']}; please swap them."
            )
        found.append(Window(match[0], start, end))
    return tuple(found)


def _part(value: Any, key: str, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """A JSON object within a profile, without what is null."""
    if not isinstance(value, Mapping):
        raise InputError(f"'{key}' is {_shown(value)}; please give an object with {', '.join(known)}.")
    _known_keys(value, known, f"'{key}'")
    given = {name: told for name, told in value.items() if told is not None}
    for name in needed:
        if name not in given:
            raise InputError(f"'{key}' has no '{name}'; please give it.")
    return given


def _own_words(value: Any, key: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_WORDS:
        raise InputError(f"'{key}' is {_shown(value)}; please write at most {LONGEST_WORDS} letters.")
    return " ".join(value.split())


def _aim(value: Any, key: str) -> Aim:
    given = _part(value, key, ("modality", "km", "minutes", "grow"), ("modality",))
    if ("km" in given) == ("minutes" in given):
        raise InputError(f"'{key}' needs either km or minutes a week, and not both.")
    km = given.get("km")
    if km is not None and (isinstance(km, bool) or not isinstance(km, int | float) or not 0.1 <= km <= 200):
        raise InputError(f"'{key}.km' is {_shown(km)}; please give a number from 0.1 to 200.")
    return Aim(
        _one_of(MODALITIES)(given["modality"], f"{key}.modality"),
        None if km is None else float(km),
        _whole(2, 2000)(given["minutes"], f"{key}.minutes") if "minutes" in given else None,
        _yes_or_no(given.get("grow", True), f"{key}.grow"),
    )


def _care(value: Any, key: str) -> Care:
    readers: Mapping[str, Callable[[Any, str], Any]] = {
        "max_minutes": _whole(2, 240),
        "max_intensity": _one_of(INTENSITIES),
        "minutes_per_week": _whole(2, 2000),
        "sessions": _whole(1, 7),
        "avoid": _ids(_kinds_of_movement),
    }
    given = _part(value, key, tuple(readers))
    return Care(**{name: readers[name](told, f"{key}.{name}") for name, told in given.items()})


def _homework(value: Any, key: str) -> tuple[Homework, ...]:
    entries = _list(value, key)
    if len(entries) > MOST_HOMEWORK:
        raise InputError(f"'{key}' has {len(entries)} entries; please give at most {MOST_HOMEWORK}.")
    found = []
    for place, entry in enumerate(entries, start=1):
        where = f"{key} {place}"
        given = _part(entry, where, ("activity", "times", "minutes", "note"), ("activity",))
        found.append(
            Homework(
                _one_of(tuple(catalogue()))(given["activity"], f"{where}.activity"),
                _whole(1, 7)(given.get("times", 1), f"{where}.times"),
                _whole(2, 240)(given["minutes"], f"{where}.minutes") if "minutes" in given else None,
                _own_words(given.get("note", ""), f"{where}.note"),
            )
        )
    return tuple(found)


def _own_plans(value: Any, key: str) -> tuple[OwnPlan, ...]:
    entries = _list(value, key)
    if len(entries) > MOST_BARRIERS + 1:
        raise InputError(f"'{key}' has {len(entries)} entries; please give at most {MOST_BARRIERS + 1}.")
    found = []
    for place, entry in enumerate(entries, start=1):
        where = f"{key} {place}"
        given = _part(entry, where, ("cue", "barrier", "instead"))
        barrier = _one_of(BARRIERS)(given["barrier"], f"{where}.barrier") if "barrier" in given else None
        cue = _own_words(given.get("cue", ""), f"{where}.cue")
        found.append(OwnPlan(cue, barrier, _own_words(given.get("instead", ""), f"{where}.instead")))
    return tuple(found)


def _clock(value: Any, where: str) -> time:
    try:
        if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
            raise ValueError
        return time(int(value[:2]), int(value[3:]))
    except ValueError as error:
        raise InputError(f"{where} has the time {_shown(value)}; please write it as 08:30.") from error


def _kinds_of_movement() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*MODALITIES, *catalogue())))


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "age": _whole(0, 120),
    "country": _country,
    "active": _active,
    "conditions": _ids(lambda: CONDITIONS),
    "symptoms": _ids(lambda: SYMPTOMS),
    "medicines": _names,
    "pregnant": _yes_or_no,
    "phq9": _whole(0, 27),
    "barriers": _ids(lambda: BARRIERS, MOST_BARRIERS),
    "likes": _ids(_kinds_of_movement),
    "dislikes": _ids(_kinds_of_movement),
    "places": _ids(lambda: PLACES),
    "company": _one_of(COMPANY),
    "kit": _names,
    "money": _whole(0, 3),
    "windows": _windows,
    "minutes_per_week": _whole(0, 10080),
    "energy": _whole(0, 10),
    "confidence": _whole(0, 10),
    "clearance": _yes_or_no,
    "intensity": _one_of(INTENSITIES),
    "flare": _yes_or_no,
    "medicine_changed": _yes_or_no,
    "hot": _yes_or_no,
    "ill": _yes_or_no,
    "weather": _ids(lambda: WEATHER),
    "season": _one_of(SEASONS),
    "aim": _aim,
    "care": _care,
    "homework": _homework,
    "own_plans": _own_plans,
}
