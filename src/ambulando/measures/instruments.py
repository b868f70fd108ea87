"""The questionnaires, read from one TOML file each. A new instrument is a new file in ``data/``, no code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from ambulando.ground import InputError, Words, packaged_toml

PACKAGE = "ambulando.measures"
SCORINGS = ("sum",)
PARTIALS = ("no-total",)
#: How far a fact can be trusted: read in a study, stated in a guideline, or our own judgement.
CERTAINTIES = ("study", "guideline", "judgement")


@dataclass(frozen=True)
class Answer:
    """One answer a person can choose: its score, its words and its LOINC answer code."""

    score: int
    text: str
    loinc: str


@dataclass(frozen=True)
class Item:
    """One question. ``answers`` are its own where the form gives it others than the rest."""

    id: str
    text: str
    loinc: str
    answers: tuple[Answer, ...]
    answer_list: str


@dataclass(frozen=True)
class Band:
    """A range of totals, both ends included. The sentence explains it to the person, without a diagnosis."""

    id: str
    low: int
    high: int
    label: str
    sentence: Words


@dataclass(frozen=True)
class Flag:
    """A mark that a score carries when one item reaches ``at_least``."""

    id: str
    item: str
    at_least: int


@dataclass(frozen=True)
class Noticed:
    """A share of the earlier total that many people notice when it falls by so much, from ``start`` points up."""

    drop: float
    start: int
    source: str
    certainty: str


@dataclass(frozen=True)
class ChangeRule:
    """What counts as change: at least ``points``, and what many people notice, where a source says so."""

    points: int
    source: str
    certainty: str
    noticed: Noticed | None


@dataclass(frozen=True)
class Codes:
    """LOINC codes of the whole form and of its total; None where none was confirmed."""

    panel: str | None
    total: str | None
    answer_list: str


@dataclass(frozen=True)
class Instrument:
    """A questionnaire. ``items`` are scored, ``extras`` are asked beside them and never scored."""

    id: str
    name: str
    title: str
    lead: str
    items: tuple[Item, ...]
    extras: tuple[Item, ...]
    answers: tuple[Answer, ...]
    bands: tuple[Band, ...]
    band_source: str
    band_certainty: str
    flags: tuple[Flag, ...]
    recall_days: int
    every_days: int
    scoring: str
    partial: str
    licence: str
    copyright: str
    source: str
    seen: date
    loinc: Codes
    change: ChangeRule | None

    @property
    def lowest(self) -> int:
        """The smallest total there can be."""
        return sum(min(answer.score for answer in item.answers) for item in self.items)

    @property
    def highest(self) -> int:
        """The largest total there can be."""
        return sum(max(answer.score for answer in item.answers) for item in self.items)


@cache
def instruments() -> Mapping[str, Instrument]:
    """All questionnaires by id, each checked on load. Raises InputError naming the file that is at fault."""
    folder = files(PACKAGE).joinpath("data")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    found = [instrument_of(packaged_toml(PACKAGE, f"data/{name}"), where=name) for name in names]
    return {one.id: one for one in found}


def instrument(id: str) -> Instrument:  # noqa: A002 - the word of the whole project for a name that stays
    """The questionnaire with this id. Raises InputError that lists the known ones."""
    known = instruments()
    if id not in known:
        raise InputError(f"There is no instrument '{id}'; the instruments are {', '.join(known)}.")
    return known[id]


def instrument_of(table: Mapping[str, Any], *, where: str) -> Instrument:
    """The instrument that a TOML table describes. Raises InputError, naming ``where``, for anything amiss."""
    try:
        made = _built(table)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{where} is not a whole instrument: {error!r} is missing or of the wrong kind."
        ) from error
    _check(made, where)
    return made


def check_digit_holds(code: str) -> bool:
    """Whether a LOINC code ends in its mod-10 check digit.

    Every second place from the right is doubled and the digits are summed (Luhn). The letters of answer and list
    codes (LA, LL) count as A = 1 to Z = 26, which is how the published codes come out.
    """
    match = re.fullmatch(r"([A-Z]{0,2}[0-9]+)-([0-9])", code)
    if not match:
        return False
    total = 0
    for place, sign in enumerate(reversed(match[1])):
        value = int(sign) if sign.isdigit() else ord(sign) - ord("A") + 1
        total += sum(int(digit) for digit in str(value * (2 if place % 2 == 0 else 1)))
    return (10 - total % 10) % 10 == int(match[2])


def _answers(rows: list[Mapping[str, Any]]) -> tuple[Answer, ...]:
    return tuple(Answer(int(row["score"]), str(row["text"]), str(row["loinc"])) for row in rows)


def _item(row: Mapping[str, Any], answers: tuple[Answer, ...], answer_list: str) -> Item:
    own = _answers(row["answers"]) if "answers" in row else answers
    return Item(
        str(row["id"]), str(row["text"]), str(row["loinc"]), own, str(row.get("answer_list", answer_list))
    )


def _change(table: Mapping[str, Any] | None) -> ChangeRule | None:
    if table is None:
        return None
    more = table.get("noticed")
    noticed = more and Noticed(
        float(more["drop"]), int(more["from"]), str(more["source"]), str(more["certainty"])
    )
    return ChangeRule(int(table["points"]), str(table["source"]), str(table["certainty"]), noticed)


def _built(table: Mapping[str, Any]) -> Instrument:
    answers = _answers(table["answers"])
    codes = Codes(
        table["loinc"].get("panel"), table["loinc"].get("total"), str(table["loinc"]["answer_list"])
    )
    return Instrument(
        id=str(table["id"]),
        name=str(table["name"]),
        title=str(table["title"]),
        lead=str(table["lead"]),
        items=tuple(_item(row, answers, codes.answer_list) for row in table["items"]),
        extras=tuple(_item(row, answers, codes.answer_list) for row in table.get("extras", [])),
        answers=answers,
        bands=tuple(
            Band(
                str(row["id"]),
                int(row["low"]),
                int(row["high"]),
                str(row["label"]),
                Words(str(row["sentence"])),
            )
            for row in table["bands"]
        ),
        band_source=str(table["band_facts"]["source"]),
        band_certainty=str(table["band_facts"]["certainty"]),
        flags=tuple(
            Flag(str(row["id"]), str(row["item"]), int(row["at_least"])) for row in table.get("flags", [])
        ),
        recall_days=int(table["recall_days"]),
        every_days=int(table["every_days"]),
        scoring=str(table["scoring"]),
        partial=str(table["partial"]),
        licence=str(table["licence"]),
        copyright=str(table["copyright"]),
        source=str(table["source"]),
        seen=table["seen"],
        loinc=codes,
        change=_change(table.get("change")),
    )


def _check(one: Instrument, where: str) -> None:
    asked = one.items + one.extras
    codes = [one.loinc.panel, one.loinc.total, one.loinc.answer_list]
    codes += [item.loinc for item in asked] + [item.answer_list for item in asked]
    codes += [answer.loinc for item in asked for answer in item.answers]
    for code in codes:
        if code is not None and not check_digit_holds(code):
            raise InputError(f"{where} has the LOINC code '{code}', whose check digit is wrong.")
    if not one.items or len({item.id for item in asked}) < len(asked):
        raise InputError(f"{where} needs at least one item, and every item an id of its own.")
    if len({item.loinc for item in asked}) < len(asked):
        raise InputError(f"{where} gives two items the same LOINC code.")
    if [item.id for item in one.items] != [f"{one.id}-{place}" for place in range(1, len(one.items) + 1)]:
        raise InputError(f"{where} does not number its items {one.id}-1, {one.id}-2 and so on, in order.")
    if one.scoring not in SCORINGS or one.partial not in PARTIALS:
        raise InputError(f"{where} has a scoring or partial rule that is not known.")
    if not isinstance(one.seen, date):
        raise InputError(f"{where} needs in 'seen' the date on which its source was read.")
    _check_bands(one, where)
    known = {item.id for item in one.items}
    for flag in one.flags:
        if flag.item not in known:
            raise InputError(
                f"{where} has the flag '{flag.id}' on '{flag.item}', which is none of its items."
            )
    certainties = [one.band_certainty]
    if one.change:
        certainties.append(one.change.certainty)
        if one.change.noticed:
            certainties.append(one.change.noticed.certainty)
    if not set(certainties) <= set(CERTAINTIES):
        raise InputError(f"{where} has a certainty that is not one of {', '.join(CERTAINTIES)}.")


def _check_bands(one: Instrument, where: str) -> None:
    due = one.lowest
    for band in one.bands:
        if band.low != due or band.high < band.low:
            raise InputError(f"{where} has the band '{band.id}' from {band.low} where one from {due} is due.")
        due = band.high + 1
    if due != one.highest + 1:
        raise InputError(f"{where} has bands up to {due - 1} where the total goes up to {one.highest}.")
