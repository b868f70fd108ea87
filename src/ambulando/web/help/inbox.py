"""The inbox of whoever reads word of hard answers: named by the operator in ``inbox.toml``, with hours, and monitored."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ambulando.ground import InputError

NAME = "inbox.toml"
TEXTS = {"name": 120, "email": 254, "hours": 120, "zone": 64}


@dataclass(frozen=True)
class Inbox:
    """Who reads (``name``), where (``email``), and when: ``hours`` in plain words, in the time of ``zone``."""

    name: str
    email: str
    hours: str
    zone: str


def place() -> Path:
    return Path(settings.DATA) / NAME


def inbox() -> Inbox | None:
    """What the operator named; None where there is no such file. Raises InputError when it does not hold."""
    try:
        text = place().read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{NAME} can not be read ({error}). Save it as plain text in the data folder."
        ) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{NAME} is not valid TOML ({error}). Please put it right.") from None
    if unknown := sorted(table.keys() - {*TEXTS, "monitored"}):
        raise InputError(
            f"{NAME} has '{unknown[0]}', which it does not know. Take it out, or check its spelling."
        )
    for key, longest in TEXTS.items():
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{NAME} does not say '{key}'. Add a line such as {key} = \"...\".")
        if len(value) > longest or len(value.strip().splitlines()) > 1:
            raise InputError(
                f"'{key}' in {NAME} is too long. Keep it to one line of at most {longest} letters."
            )
    if table.get("monitored") is not True:
        raise InputError(
            f"{NAME} does not say 'monitored = true', so nobody can be told. Add it once someone reads there."
        )
    try:
        validate_email(table["email"].strip())
    except ValidationError:
        raise InputError(f"'email' in {NAME} is not an e-mail address. Please check it.") from None
    if table["zone"].strip() not in available_timezones():
        raise InputError(f"'zone' in {NAME} is not a time zone we know. Use one such as \"Europe/London\".")
    return Inbox(**{key: table[key].strip() for key in TEXTS})


def monitored() -> Inbox | None:
    """The inbox to which word can really be sent: it is named, it holds, and this installation sends e-mail."""
    if not settings.SENDS_EMAIL:
        return None
    try:
        return inbox()
    except InputError:
        return None


def problems() -> list[str]:
    """What keeps word from being sent though the operator named an inbox, one sentence each."""
    try:
        found = inbox()
    except InputError as error:
        return [str(error)]
    if found and not settings.SENDS_EMAIL:
        return [f"{NAME} names {found.name}, but this installation sends no e-mail. Set AMBULANDO_SMTP."]
    return []
