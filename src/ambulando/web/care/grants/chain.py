"""The record of every look: a chain in which each link seals the one before, so that nothing can be altered in silence.

HMAC-SHA-256 (RFC 2104) under a key of the installation: who can write to the database alone can not make a link that holds.
The head of each chain, sealed too, says how long it is, so that newest links that were taken away are missed.
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.conf import settings
from django.db import transaction

from ambulando.web.care.grants.models import Grant, Head, Look
from ambulando.web.care.grants.what import WHAT
from ambulando.web.home import key_file
from ambulando.web.people.models import Person

__all__ = ["START", "WHAT", "Fault", "broken", "record", "verified"]
#: the seal before the first link
START = "0" * 64


@dataclass(frozen=True)
class Fault:
    """A chain that does not hold: the number of the account, and of the first link at fault."""

    account: int
    link: int


@dataclass(frozen=True)
class Verified:
    """The chains of an installation: how many people have one, how many links, and what does not hold."""

    people: int
    looks: int
    faults: tuple[Fault, ...]


def has_key() -> bool:
    """Whether the key is here, or nothing was sealed yet. Without it nothing can be checked, and a new one is no help."""
    return (settings.DATA / "looks.key").exists() or not Head.objects.exists()


@cache
def _key() -> bytes:
    return key_file(settings.DATA / "looks.key", lambda: token_bytes(32))


def sealed(says: Sequence[Any]) -> str:
    """The seal over ``says``, of plain JSON values."""
    return hmac.new(_key(), json.dumps(says).encode(), sha256).hexdigest()


def seal_of(look: Look) -> str:
    """The seal of a link: over the one before and all that it says."""
    at = look.at.astimezone(UTC).isoformat()
    says = ["look", look.before, look.person_id, look.number, at, look.who, look.role]
    return sealed([*says, look.grant_number, look.what, look.items])


def head_seal_of(head: Head) -> str:
    return sealed(["head", head.person_id, head.number, head.last])


@transaction.atomic
def record(grant: Grant, what: str, now: datetime, *, items: Sequence[str] = (), who: str = "") -> Look:
    """Write down that somebody looked, or that a grant was changed (``who``: when it was not its reader).

    Two at once wait for each other at the head, so that each gets a number of its own.
    """
    if what not in WHAT:
        raise ValueError(f"{what!r} has no words in grants/what.py")
    Head.objects.get_or_create(
        person_id=grant.person_id, defaults={"last": START, "seal": ""}
    )  # a seal that does not hold until the first link is kept, in this same transaction
    head = Head.objects.select_for_update().get(person_id=grant.person_id)
    look = Look(
        person_id=grant.person_id,
        number=head.number + 1,
        at=now,
        who=who or grant.name,
        role=grant.role if not who else "",
        grant_number=grant.pk,
        what=what,
        items=list(items),
        before=head.last,
    )
    look.seal = seal_of(look)
    look.save(force_insert=True)
    head.number, head.last = look.number, look.seal
    head.seal = head_seal_of(head)
    head.save(force_update=True)
    return look


@transaction.atomic
def broken(person: Person, looks: Iterable[Look] | None = None) -> int | None:
    """The number of the first link that does not hold, or is missing; None where the whole chain holds."""
    head = Head.objects.select_for_update().filter(person=person).first()
    before, number = START, 0
    for number, look in enumerate(_rows(person) if looks is None else looks, start=1):
        if look.number != number or look.before != before or not _same(look.seal, seal_of(look)):
            return number
        before = look.seal
    if head is None:
        # who ever asked somebody in has a first link
        return 1 if number or person.grants.exists() else None
    if not _same(head.seal, head_seal_of(head)) or head.number != number or head.last != before:
        return min(head.number, number) + 1
    return None


def _rows(person: Person) -> Iterator[Look]:
    return person.looks.order_by("number", "pk").iterator(chunk_size=500)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def verified() -> Verified:
    """Every chain of this installation, one after the other, so that nobody waits long for a look to be kept."""
    faults, people, looks = [], 0, 0
    for person in Person.objects.order_by("pk"):
        count = person.looks.count()
        has_one = bool(count) or Head.objects.filter(person=person).exists() or person.grants.exists()
        if not has_one:
            continue
        people += 1
        looks += count
        if (link := broken(person)) is not None:
            faults.append(Fault(person.pk, link))
    return Verified(people, looks, tuple(faults))
