"""Where help is: numbers as they are dialled, with the source and date of each, and a fallback for everywhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from ambulando.ground import InputError, Words, packaged_toml
from ambulando.safety.words import PACKAGE, countries_of_the_world, country_code

#: A number whose source is older than this is not trusted to lead any more.
MONTHS_FRESH = 12


@dataclass(frozen=True)
class Line:
    """One service. ``dial`` and ``text`` are as dialled, None where it has none; ``text_word`` is what to send.

    ``tel`` and ``sms`` are the digits for a link. ``verified`` is the date of the source, ``seen`` the day it was
    read, ``stale`` whether the source is older than twelve months (False when no date of today was given).
    """

    name: str
    dial: str | None
    text: str | None
    text_word: str | None
    chat: str | None
    hours: str
    languages: str
    source: str
    verified: date
    seen: date
    stale: bool = False

    @property
    def tel(self) -> str | None:
        """The digits of ``dial`` for a ``tel:`` link, with no country code put before them."""
        return _digits(self.dial)

    @property
    def sms(self) -> str | None:
        """The digits of ``text`` for an ``sms:`` link."""
        return _digits(self.text)


@dataclass(frozen=True)
class Helplines:
    """Help for one country. ``lead_with_fallback``: no number here is fresh, so the fallback comes first.

    ``country`` is the two-letter code, None where it is not known. ``emergency`` is the number to dial in danger,
    ``emergency_also`` others that work too, ``fallback`` the address that finds help anywhere.
    """

    country: str | None
    name: str | None
    lines: tuple[Line, ...]
    emergency: str
    emergency_also: tuple[str, ...]
    emergency_words: Words
    emergency_source: str
    fallback: str
    fallback_name: str
    lead_with_fallback: bool


@dataclass(frozen=True)
class Stale:
    """A number to verify anew: the country, the line, and the date of its source."""

    country: str
    line: str
    dial: str
    verified: date


def helplines(country: str | None, *, today: date | None = None) -> Helplines:
    """Help for a country by its two-letter code (UK is taken as GB). It never fails: an unknown one gets the fallback.

    With ``today``, fresh lines come first, stale ones are marked, and the fallback leads when none is fresh.
    """
    code = country_code(country) if isinstance(country, str) else None
    found = _countries().get(code or "")
    if found is None:
        name = countries_of_the_world().get(code or "")
        return replace(_elsewhere(), country=code if name else None, name=name)
    if today is None:
        return found
    lines = tuple(replace(line, stale=_is_stale(line.verified, today)) for line in found.lines)
    ordered = tuple(sorted(lines, key=lambda line: line.stale))
    return replace(found, lines=ordered, lead_with_fallback=all(line.stale for line in ordered))


def countries() -> tuple[tuple[str, str], ...]:
    """Code and name of each country with numbers of its own, by name."""
    return tuple(
        sorted(((code, found.name or code) for code, found in _countries().items()), key=lambda pair: pair[1])
    )


def stale(today: date) -> tuple[Stale, ...]:
    """The numbers whose source is older than twelve months on this day, the oldest first."""
    old = [
        Stale(code, line.name, line.dial or line.text or "", line.verified)
        for code, found in _countries().items()
        for line in found.lines
        if _is_stale(line.verified, today)
    ]
    return tuple(sorted(old, key=lambda one: (one.verified, one.country, one.line)))


def helplines_of(table: Mapping[str, Any]) -> dict[str, Helplines]:
    """The countries that a TOML table describes, checked. Raises InputError naming the country at fault."""
    known = countries_of_the_world()
    found: dict[str, Helplines] = {}
    for row in table["countries"]:
        code = str(row.get("code"))
        where = f"helplines.toml, country '{code}',"
        if code not in known or code in found:
            raise InputError(f"{where} is not a country's code or stands there twice.")
        try:
            lines = tuple(_line(line, where) for line in row["lines"])
            emergency, also = str(row["emergency"]), tuple(str(number) for number in row["emergency_also"])
            source = str(row["emergency_source"])
        except KeyError as error:
            raise InputError(f"{where} has no {error}.") from error
        if not lines:
            raise InputError(f"{where} has no line; leave the country out.")
        found[code] = Helplines(
            country=code,
            name=str(row["name"]),
            lines=lines,
            emergency=_dialled(emergency, where),
            emergency_also=tuple(_dialled(number, where) for number in also),
            emergency_words=Words("In danger now, call {number}.", {"number": emergency}),
            emergency_source=source,
            fallback=str(table["fallback"]["url"]),
            fallback_name=str(table["fallback"]["name"]),
            lead_with_fallback=False,
        )
    return found


@cache
def _countries() -> dict[str, Helplines]:
    return helplines_of(packaged_toml(PACKAGE, "data/helplines.toml"))


@cache
def _elsewhere() -> Helplines:
    table = packaged_toml(PACKAGE, "data/helplines.toml")
    number = str(table["elsewhere"]["emergency"])
    return Helplines(
        country=None,
        name=None,
        lines=(),
        emergency=number,
        emergency_also=(),
        emergency_words=Words(
            "In danger now, call the emergency number of the place where you are. {number} works in Europe and on many mobile phones.",
            {"number": number},
        ),
        emergency_source=str(table["elsewhere"]["emergency_source"]),
        fallback=str(table["fallback"]["url"]),
        fallback_name=str(table["fallback"]["name"]),
        lead_with_fallback=True,
    )


def _line(row: Mapping[str, Any], where: str) -> Line:
    dial, text = row.get("dial"), row.get("text")
    if dial is None and text is None:
        raise InputError(f"{where} has a line that can neither be called nor texted.")
    for number in (dial, text):
        if number is not None:
            _dialled(number, where)
    verified, seen = row["verified"], row["seen"]
    if type(verified) is not date or type(seen) is not date or verified > seen:
        raise InputError(
            f"{where} needs for each line the date of its source, and the day, not before, it was read."
        )
    if "https://" not in row["source"] and "http://" not in row["source"]:
        raise InputError(f"{where} has a line without the address of its source.")
    return Line(
        name=str(row["name"]),
        dial=dial,
        text=text,
        text_word=row.get("text_word"),
        chat=row.get("chat"),
        hours=str(row["hours"]),
        languages=str(row["languages"]),
        source=str(row["source"]),
        verified=verified,
        seen=seen,
    )


def _dialled(number: Any, where: str) -> str:
    # An international form (+44 116 123) of a short code does not connect, so none may stand in the data.
    if not isinstance(number, str) or not re.fullmatch(r"[0-9](?:[ -]?[0-9])*", number):
        raise InputError(f"{where} has the number {number!r}, which is not written as it is dialled there.")
    return number


def _digits(number: str | None) -> str | None:
    return None if number is None else re.sub(r"[^0-9]", "", number)


def _is_stale(verified: date, today: date) -> bool:
    months = (today.year - verified.year) * 12 + today.month - verified.month
    return months > MONTHS_FRESH or (months == MONTHS_FRESH and today.day > verified.day)
