"""What a comparison is made of: its question, options and length, the draws, and the seal on them. No NumPy here.

A comparison is a person's own N-of-1 trial. Its days come in blocks; in each block every option stands once, in an order
that a draw decides, so no option comes more than twice in a row. The days between are outside the draw.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from operator import index
from typing import Any

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.ground import InputError, Words, packaged_toml, stored, words_of
from ambulando.response.series import check_target
from ambulando.response.words import CALLED

KINDS = ("activity", "minutes", "time", "company", "music", "rest")
#: How many options, blocks and draw days a week a comparison may have.
OPTIONS, BLOCKS, PER_WEEK = (2, 4), (4, 60), (2, 4)
#: A start after this year is a slip of the pen; the calendar of dates ends at 9999.
LAST_YEAR = 9000
#: What was done when it was none of the options.
NONE = "none"
#: The days of the week that are drawn, counted from the first, in odd and in even weeks.
_DRAWN = {
    2: ((0, 3), (1, 4)),
    3: ((0, 2, 4), (1, 3, 5)),
    4: ((0, 2, 4, 5), (0, 2, 3, 5)),
}


@dataclass(frozen=True)
class Option:
    """One of the things compared. activity: a catalogue or modality id, where there is one; minutes and time
    ("morning", "evening") where they are what is compared."""

    id: str
    label: Words | str
    kind: str = "activity"
    activity: str | None = None
    minutes: int | None = None
    time: str | None = None


@dataclass(frozen=True)
class Question:
    """A question on offer. options: () where the person picks them; why: what it could tell them."""

    id: str
    text: Words
    kind: str
    why: Words
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Protocol:
    """A comparison before it starts. Raises InputError for what can not be compared.

    question: an id of ``questions()`` or the person's own words; blocks: how often each option comes; per_week: draw
    days a week; start: the first draw day.
    """

    question: str
    options: tuple[Option, ...]
    target: str
    blocks: int
    per_week: int
    start: date

    def __post_init__(self) -> None:
        check_options(self.options)
        if not self.question.strip():
            raise InputError("A comparison has no question; please write what it asks.")
        _within("draw days a week", self.per_week, PER_WEEK)
        _within("blocks", self.blocks, BLOCKS)
        check_target(self.target)
        if self.start.year > LAST_YEAR:
            raise InputError(f"A comparison can not start on {self.start}; please check the year.")

    @property
    def draws(self) -> int:
        return self.blocks * len(self.options)


@dataclass(frozen=True)
class Draw:
    """What the draw says for one day. probability: the chance that this day had of this option before its block began."""

    day: date
    block: int
    option: str
    probability: float


@dataclass(frozen=True)
class Day:
    """A draw day as it went. option: as drawn; done: the option that was really done, "none" for none of them, None
    where it is not known; outcome: signed so that more is better; morning: the rating from before.

    A "not today" counts as nothing done. Its outcome, if there is one, still counts for what was drawn.
    """

    day: date
    block: int
    option: str
    done: str | None = None
    outcome: float | None = None
    morning: float | None = None
    not_today: bool = False


def check_options(options: Sequence[Option]) -> None:
    """Pass options that can be compared. Raises InputError."""
    _within("options", len(options), OPTIONS)
    ids = [option.id for option in options]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise InputError(f"The option '{id_}' stands there twice; please give each option once.")
    for option in options:
        if option.kind not in KINDS or not option.id or option.id == NONE:
            raise InputError(
                f"'{option.id}' can not be an option of a comparison; please name it another way."
            )
    if sum(option.kind == "rest" for option in options) > 1:
        raise InputError("Only one of the options can be a rest day.")


def _within(what: str, count: int, limits: tuple[int, int]) -> None:
    if not limits[0] <= count <= limits[1]:
        raise InputError(
            f"A comparison has {limits[0]} to {limits[1]} {what}, and this one has {count}; please change that."
        )


@cache
def facts() -> dict[str, Any]:
    """The figures and questions of ``data/comparisons.toml``; not to be changed by the caller."""
    return packaged_toml("ambulando.response.data", "comparisons.toml")


@cache
def questions() -> tuple[Question, ...]:
    """The questions on offer, in the order in which they are shown."""
    found = []
    for entry in facts()["questions"]:
        options = tuple(
            Option(
                id=one["id"],
                label=Words(one["label"]),
                kind=one.get("kind", entry["kind"]),
                minutes=one.get("minutes"),
                time=one.get("time"),
            )
            for one in entry.get("options", ())
        )
        found.append(Question(entry["id"], Words(entry["text"]), entry["kind"], Words(entry["why"]), options))
    return tuple(found)


def options_for(question: Question, chosen: Sequence[str] = ()) -> tuple[Option, ...]:
    """The options of a question. chosen: activities or modalities, by id or in own words.

    Where the question is what to do, they are the options. Else one alone is what is done either way; two or more have to be
    options of the question. Raises InputError for others, which would answer another question.
    """
    if not question.options:
        return tuple(option_of(text) for text in chosen)
    if len(chosen) > 1:
        own = {option.id: option for option in question.options}
        for text in chosen:
            if text not in own:
                raise InputError(
                    f"The question '{question.id}' is about {', '.join(own)}, not '{text}'; please give one activity, or "
                    "write your own question."
                )
        return tuple(own[text] for text in chosen)
    return tuple(
        replace(option, activity=chosen[0]) if chosen and option.kind != "rest" else option
        for option in question.options
    )


def option_of(text: str, *, kind: str = "activity") -> Option:
    """An option from an activity id, a modality id, an option of a question, or free text."""
    plain = " ".join(text.split())
    if not plain:
        raise InputError("An option has no name; please write what it is.")
    known = catalogue()
    if plain in known:
        return Option(plain, Words(known[plain].name), "activity", plain)
    if plain in MODALITIES:
        return Option(plain, CALLED.get(plain, Words(plain)), "activity", plain)
    for question in questions():
        for option in question.options:
            if plain == option.id:
                return option
    return Option(_slug(plain), plain, kind)


def _slug(text: str) -> str:
    """An id that a file can carry: small letters and figures of any script, with "-" between; signs alone stay as they are."""
    kept = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    return "-".join(kept.split()) or text


def days_of(protocol: Protocol) -> tuple[date, ...]:
    """The days that the draw decides: spread over the week, and over the days of the week from week to week."""
    pattern = _DRAWN[protocol.per_week]
    offsets: list[int] = []
    week = 0
    while len(offsets) < protocol.draws:
        offsets += [7 * week + day for day in pattern[week % 2]]
        week += 1
    return tuple(protocol.start + timedelta(days=offset) for offset in offsets[: protocol.draws])


def schedule(protocol: Protocol, seed: int) -> tuple[Draw, ...]:
    """What each day's draw says; the same protocol and seed give the same schedule.

    In block b the options stand in the order of SHA-256("seed/b/option id"), which anyone can check with any tool.
    Every order of a block is as likely as any other.
    """
    ids = [option.id for option in protocol.options]
    days = days_of(protocol)
    drawn = []
    for block in range(protocol.blocks):
        for place, option in enumerate(sorted(ids, key=lambda id_: _lot(seed, block + 1, id_))):
            drawn.append(Draw(days[block * len(ids) + place], block + 1, option, 1.0 / len(ids)))
    return tuple(drawn)


def _lot(seed: int, block: int, option: str) -> str:
    return hashlib.sha256(f"{seed}/{block}/{option}".encode()).hexdigest()


def seal(protocol: Protocol, draws: Iterable[Draw], seed: int) -> str:
    """SHA-256 (hex) over protocol, schedule and seed, as JSON with sorted keys and no spaces.

    Made at the start and kept, it shows at the end that nothing was changed in between.
    """
    content = {
        "protocol": plain_protocol(protocol),
        "schedule": [[one.day.isoformat(), one.block, one.option, one.probability] for one in draws],
        "seed": seed,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check_seal(protocol: Protocol, draws: Sequence[Draw], seed: int, sealed: str) -> bool:
    """Whether the seal is that of this protocol, schedule and seed, and the schedule is the one that the seed gives."""
    return seal(protocol, draws, seed) == sealed and tuple(draws) == schedule(protocol, seed)


def plain_protocol(protocol: Protocol) -> dict[str, Any]:
    """A protocol as plain data (JSON); ``protocol_of`` reads it back."""
    return {
        "question": protocol.question,
        "options": [
            {
                "id": one.id,
                "label": stored(one.label) if isinstance(one.label, Words) else one.label,
                "kind": one.kind,
                "activity": one.activity,
                "minutes": one.minutes,
                "time": one.time,
            }
            for one in protocol.options
        ],
        "target": protocol.target,
        "blocks": protocol.blocks,
        "per_week": protocol.per_week,
        "start": protocol.start.isoformat(),
    }


def protocol_of(data: Mapping[str, Any]) -> Protocol:
    """The protocol that ``plain_protocol`` made plain. Raises InputError where a part is missing or of another kind."""
    try:
        options = tuple(
            Option(
                id=str(one["id"]),
                label=_label(one["label"]),
                kind=str(one["kind"]),
                activity=one["activity"],
                minutes=one["minutes"],
                time=one["time"],
            )
            for one in data["options"]
        )
        return Protocol(
            str(data["question"]),
            options,
            str(data["target"]),
            index(data["blocks"]),
            index(data["per_week"]),
            date.fromisoformat(data["start"]),
        )
    except InputError:
        raise
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        raise InputError(
            "This is not the protocol of a comparison; please use what 'ambulando response design --json' wrote."
        ) from None


def _label(data: Any) -> Words | str:
    """What an option is called. It is written out once, so that a broken pattern is found here and not in a sentence."""
    label = words_of(data) if isinstance(data, Mapping) else str(data)
    str(label)
    return label
