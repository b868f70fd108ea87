"""The record of every look: a chain in which each link seals the one before, so that nothing can be altered in silence.

HMAC-SHA-256 (RFC 2104) under a key of the installation: who can write to the database alone can not make a link that holds.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.conf import settings
from django.db import transaction

from ambulando.web.care.grants.models import Grant, Look
from ambulando.web.home import key_file
from ambulando.web.people.models import Person

#: the seal before the first link
START = "0" * 64


@cache
def _key() -> bytes:
    return key_file(settings.DATA / "looks.key", lambda: token_bytes(32))


def seal_of(look: Look) -> str:
    """The seal of a link: over the one before and all that it says."""
    says: list[Any] = [look.before, look.person_id, look.number, look.at.isoformat(), look.who, look.role]
    says += [look.grant_number, look.what, look.items]
    return hmac.new(_key(), json.dumps(says, ensure_ascii=False).encode(), sha256).hexdigest()


@transaction.atomic
def record(grant: Grant, what: str, now: datetime, *, items: Sequence[str] = (), who: str = "") -> Look:
    """Write down that somebody looked, or that a grant was changed (``who``: when it was not its reader)."""
    last = grant.person.looks.order_by("-number").first()
    look = Look(
        person=grant.person,
        number=last.number + 1 if last else 1,
        at=now,
        who=who or grant.name,
        role=grant.role if not who else "",
        grant_number=grant.pk,
        what=what,
        items=list(items),
        before=last.seal if last else START,
    )
    look.seal = seal_of(look)
    look.save(force_insert=True)
    return look


def broken(person: Person, looks: Iterable[Look] | None = None) -> int | None:
    """The number of the first link that does not hold; None where all do."""
    before = START
    rows = looks if looks is not None else person.looks.order_by("number").iterator()
    for number, look in enumerate(rows, start=1):
        if (
            look.number != number
            or look.before != before
            or not hmac.compare_digest(look.seal, seal_of(look))
        ):
            return number
        before = look.seal
    return None
