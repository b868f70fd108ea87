"""An instrument out of its TOML file, checked: what is amiss is refused by the name of the file."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ambulando.ground import InputError, Words
from ambulando.measures.shape import (
    Answer,
    Band,
    ChangeRule,
    ClinicalRule,
    ClinicalRules,
    Codes,
    Flag,
    Instrument,
    Item,
    Noticed,
)

SCORINGS = ("sum", "mean", "product", "single", "choose")
PARTIALS = ("no-total",)
GROUPS = ("questionnaire", "session", "plan")
KINDS = ("choice", "whole")
#: How far a fact can be trusted: read in a study or review, stated in a guideline or label, or our own judgement.
CERTAINTIES = ("study", "review", "guideline", "label", "judgement")
#: the largest total that can be stored
MOST = 32767

TOP = {
    "id", "name", "title", "about", "lead", "group", "items", "extras", "answers", "bands", "band_facts", "flags",
    "recall_days", "every_days", "scoring", "scale", "unit", "most", "better", "partial", "licence", "translate",
    "copyright", "source", "certainty", "seen", "loinc", "change", "clinicians",
}  # fmt: skip
ITEM = {
    "id", "text", "loinc", "answers", "answer_list", "kind", "low", "high", "unit", "low_words", "high_words",
    "needless_when",
}  # fmt: skip
ANSWER = {"score", "text", "loinc"}
FACTS = {"source", "certainty"}


class _TableError(ValueError):
    """One thing that is wrong in a table, as the end of a sentence."""


def instrument_from(text: str, *, where: str) -> Instrument:
    """The instrument that a TOML text describes. Raises InputError, naming ``where``, for anything amiss."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"{where} is not readable TOML: {str(error) or 'it goes too deep'}.") from None
    return instrument_of(table, where=where)


def instrument_of(table: Mapping[str, Any], *, where: str) -> Instrument:
    """The instrument that a TOML table describes. Raises InputError, naming ``where``, for anything amiss."""
    try:
        made = _built(table)
    except _TableError as amiss:
        raise InputError(f"{where} is not a whole instrument: {amiss}.") from None
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


def _known(table: Any, keys: set[str], what: str) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        raise _TableError(f"{what} is to be a table")
    for key in table:
        if key not in keys:
            raise _TableError(f"{what} has '{key}', which is not known")
    return table


def _tables(table: Mapping[str, Any], key: str, keys: set[str]) -> list[Mapping[str, Any]]:
    rows = table.get(key, [])
    if not isinstance(rows, list):
        raise _TableError(f"'{key}' is to be a list of tables")
    return [_known(row, keys, f"'{key}'") for row in rows]


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _TableError(
            f"it has no '{key}'" if value is None else f"'{key}' is to be a text, not {value!r}"
        )
    return value


def _text_or_none(table: Mapping[str, Any], key: str) -> str | None:
    return _text(table, key) if key in table else None


def _words(table: Mapping[str, Any], key: str) -> Words | None:
    return Words(_text(table, key)) if key in table else None


def _whole(table: Mapping[str, Any], key: str) -> int:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MOST:
        raise _TableError(
            f"it has no '{key}'" if value is None else f"'{key}' is to be a whole number, not {value!r}"
        )
    return value


def _count(table: Mapping[str, Any], key: str) -> int:
    if (value := _whole(table, key)) < 1:
        raise _TableError(f"'{key}' is to be 1 or more, not {value}")
    return value


def _count_or_none(table: Mapping[str, Any], key: str) -> int | None:
    return _count(table, key) if key in table else None


def _number(table: Mapping[str, Any], key: str) -> float:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1000:
        raise _TableError(f"'{key}' is to be a number above 0, not {value!r}")
    return float(value)


def _answers(rows: Sequence[Mapping[str, Any]]) -> tuple[Answer, ...]:
    return tuple(
        Answer(_whole(row, "score"), _text(row, "text"), _text_or_none(row, "loinc")) for row in rows
    )


def _item(row: Mapping[str, Any], shared: tuple[Answer, ...], answer_list: str | None) -> Item:
    kind = row.get("kind", "choice")
    if kind == "whole":
        answers: tuple[Answer, ...] = ()
        answer_list = None
        low, high = _whole(row, "low"), _whole(row, "high")
        if low >= high:
            raise _TableError(f"the item '{row.get('id')}' goes from {low} to {high}")
    elif kind == "choice":
        answers = _answers(_tables(row, "answers", ANSWER)) or shared
        if len({answer.score for answer in answers}) < max(2, len(answers)):
            raise _TableError(
                f"the item '{row.get('id')}' needs at least two answers, each with a score of its own"
            )
        low, high = min(one.score for one in answers), max(one.score for one in answers)
    else:
        raise _TableError(f"the item '{row.get('id')}' is to be one of {', '.join(KINDS)}")
    needless = row.get("needless_when")
    if needless is not None:
        needless = _known(needless, {"item", "equals"}, "'needless_when'")
    return Item(
        id=_text(row, "id"),
        text=_text(row, "text"),
        loinc=_text_or_none(row, "loinc"),
        answers=answers,
        answer_list=_text_or_none(row, "answer_list") or answer_list,
        kind=kind,
        low=low,
        high=high,
        unit=_words(row, "unit"),
        low_words=_words(row, "low_words"),
        high_words=_words(row, "high_words"),
        needless_when=(_text(needless, "item"), _whole(needless, "equals")) if needless else None,
    )


def _change(table: Mapping[str, Any]) -> ChangeRule | None:
    if "change" not in table:
        return None
    rule = _known(table["change"], FACTS | {"points", "noticed"}, "'change'")
    noticed = None
    if "noticed" in rule:
        more = _known(rule["noticed"], FACTS | {"drop", "from"}, "'noticed'")
        noticed = Noticed(
            _number(more, "drop"), _whole(more, "from"), _text(more, "source"), _text(more, "certainty")
        )
    return ChangeRule(_count(rule, "points"), _text(rule, "source"), _text(rule, "certainty"), noticed)


def _clinical(table: Mapping[str, Any], name: str, figure: str) -> ClinicalRule | None:
    if name not in table:
        return None
    rule = _known(table[name], FACTS | {figure, "from"}, f"'{name}'")
    return ClinicalRule(
        source=_text(rule, "source"),
        certainty=_text(rule, "certainty"),
        points=_count(rule, "points") if figure == "points" else 0,
        drop=_number(rule, "drop") if figure == "drop" else 0.0,
        below=_count(rule, "below") if figure == "below" else 0,
        start=_count_or_none(rule, "from") or 0,
    )


def _built(table: Mapping[str, Any]) -> Instrument:
    _known(table, TOP, "it")
    codes = _known(table.get("loinc", {}), {"panel", "total", "answer_list"}, "'loinc'")
    answer_list = _text_or_none(codes, "answer_list")
    answers = _answers(_tables(table, "answers", ANSWER))
    facts = _known(table.get("band_facts", {}), FACTS, "'band_facts'")
    clinicians = _known(table.get("clinicians", {}), {"reliable", "response", "remission"}, "'clinicians'")
    for key in ("translate", "seen"):
        if key not in table:
            raise _TableError(f"it has no '{key}'")
    return Instrument(
        id=_text(table, "id"),
        name=_text(table, "name"),
        title=_text(table, "title"),
        about=Words(_text(table, "about")),
        lead=_text(table, "lead"),
        group=_text(table, "group"),
        items=tuple(_item(row, answers, answer_list) for row in _tables(table, "items", ITEM)),
        extras=tuple(_item(row, answers, answer_list) for row in _tables(table, "extras", ITEM)),
        answers=answers,
        bands=tuple(
            Band(
                _text(row, "id"),
                _whole(row, "low"),
                _whole(row, "high"),
                _text(row, "label"),
                Words(_text(row, "sentence")),
            )
            for row in _tables(table, "bands", {"id", "low", "high", "label", "sentence"})
        ),
        band_source=_text_or_none(facts, "source"),
        band_certainty=_text_or_none(facts, "certainty"),
        flags=tuple(
            Flag(_text(row, "id"), _text(row, "item"), _whole(row, "at_least"))
            for row in _tables(table, "flags", {"id", "item", "at_least"})
        ),
        recall_days=_count_or_none(table, "recall_days"),
        every_days=_count_or_none(table, "every_days"),
        scoring=_text(table, "scoring"),
        scale=_number(table, "scale") if "scale" in table else 1.0,
        unit=_words(table, "unit"),
        most=_count_or_none(table, "most"),
        better=_text_or_none(table, "better"),
        partial=_text(table, "partial"),
        licence=_text(table, "licence"),
        translate=table["translate"],
        copyright=_text(table, "copyright"),
        source=_text(table, "source"),
        certainty=_text(table, "certainty"),
        seen=table["seen"],
        loinc=Codes(_text_or_none(codes, "panel"), _text_or_none(codes, "total"), answer_list),
        change=_change(table),
        clinicians=ClinicalRules(
            _clinical(clinicians, "reliable", "points"),
            _clinical(clinicians, "response", "drop"),
            _clinical(clinicians, "remission", "below"),
        ),
    )


def _check(one: Instrument, where: str) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.id) or len(one.id) > 32:
        raise InputError(f"{where} has the id '{one.id}'; an id is small letters, digits and - (at most 32).")
    _check_words(one, where)
    _check_items(one, where)
    _check_scoring(one, where)
    _check_bands(one, where)


def _check_words(one: Instrument, where: str) -> None:
    if one.group not in GROUPS:
        raise InputError(f"{where} has the group '{one.group}', which is not one of {', '.join(GROUPS)}.")
    if not isinstance(one.translate, bool):
        raise InputError(f"{where} needs true or false in 'translate': does the licence allow translations?")
    if not isinstance(one.seen, date):
        raise InputError(f"{where} needs in 'seen' the date on which its source was read.")
    if one.better not in (None, "lower", "higher"):
        raise InputError(f"{where} has in 'better' something other than lower or higher.")
    marks = one.clinicians
    rules = [one.change, one.change and one.change.noticed, marks.reliable, marks.response, marks.remission]
    certainties = {one.certainty} | {rule.certainty for rule in rules if rule}
    if one.band_certainty:
        certainties.add(one.band_certainty)
    if not certainties <= set(CERTAINTIES):
        raise InputError(f"{where} has a certainty that is not one of {', '.join(CERTAINTIES)}.")


def _check_items(one: Instrument, where: str) -> None:
    asked = one.items + one.extras
    codes = [one.loinc.panel, one.loinc.total, one.loinc.answer_list]
    codes += [item.loinc for item in asked] + [item.answer_list for item in asked]
    codes += [answer.loinc for item in asked for answer in item.answers]
    for code in codes:
        if code is not None and not check_digit_holds(code):
            raise InputError(f"{where} has the LOINC code '{code}', whose check digit is wrong.")
    if not one.items or len({item.id for item in asked}) < len(asked):
        raise InputError(f"{where} needs at least one item, and every item an id of its own.")
    coded = [item.loinc for item in asked if item.loinc]
    if len(set(coded)) < len(coded):
        raise InputError(f"{where} gives two items the same LOINC code.")
    numbered = [f"{one.id}-{place}" for place in range(1, len(one.items) + 1)]
    # What is chosen among is known by names, not by numbers.
    if one.scoring != "choose" and [item.id for item in one.items] != numbered:
        raise InputError(f"{where} does not number its items {one.id}-1, {one.id}-2 and so on, in order.")
    known = {item.id for item in one.items}
    for flag in one.flags:
        if flag.item not in known:
            raise InputError(
                f"{where} has the flag '{flag.id}' on '{flag.item}', which is none of its items."
            )
    earlier: set[str] = set()
    for item in asked:
        if item.needless_when and item.needless_when[0] not in earlier:
            raise InputError(
                f"{where} makes '{item.id}' needless by '{item.needless_when[0]}', which is no earlier item."
            )
        earlier.add(item.id)


def _check_scoring(one: Instrument, where: str) -> None:
    if one.scoring not in SCORINGS or one.partial not in PARTIALS:
        raise InputError(f"{where} has a scoring or partial rule that is not known.")
    if one.scoring == "single" and len(one.items) != 1:
        raise InputError(f"{where} scores a single answer and has {len(one.items)} items.")
    if one.scoring == "choose":
        if one.most is None or not 1 <= one.most <= len(one.items):
            raise InputError(f"{where} needs in 'most' how many may be chosen.")
        if any((item.low, item.high, len(item.answers)) != (0, 1, 2) for item in one.items):
            raise InputError(f"{where} needs the answers 0 and 1 to each thing that can be chosen.")
    elif one.most is not None:
        raise InputError(f"{where} has 'most', which only goes with the scoring 'choose'.")
    if one.scoring not in ("sum", "product") and any(item.needless_when for item in one.items):
        raise InputError(f"{where} makes an item needless, which only goes with a sum or a product.")
    if one.scoring == "product" and any(item.low < 0 for item in one.items):
        raise InputError(f"{where} has answers below zero in a product.")
    if one.scoring != "mean" and one.scale != int(one.scale):
        raise InputError(f"{where} has a scale that leaves no whole totals.")
    if not -MOST <= one.lowest <= one.highest <= MOST:
        raise InputError(f"{where} has totals beyond {MOST}.")
    if (one.change or one.clinicians != ClinicalRules()) and one.scoring == "choose":
        raise InputError(f"{where} has a rule for change, and no total.")
    if (one.clinicians.response or one.clinicians.remission) and one.better != "lower":
        raise InputError(f"{where} has a mark of response or remission, and lower totals are not better.")
    if one.change and one.change.noticed and one.better != "lower":
        raise InputError(f"{where} has a drop that people notice, and lower totals are not better.")


def _check_bands(one: Instrument, where: str) -> None:
    if not one.bands:
        return
    if one.scoring in ("mean", "choose"):
        raise InputError(f"{where} has bands, which need whole totals.")
    if not (one.band_source and one.band_certainty):
        raise InputError(f"{where} has bands and does not say in 'band_facts' where they come from.")
    due = one.lowest
    for band in one.bands:
        if band.low != due or band.high < band.low:
            raise InputError(f"{where} has the band '{band.id}' from {band.low} where one from {due} is due.")
        due = band.high + 1
    if due != one.highest + 1:
        raise InputError(f"{where} has bands up to {due - 1} where the total goes up to {one.highest}.")
