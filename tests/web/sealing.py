"""Keys and sealed words for tests, in the shapes that ``static/sealed-crypto.js`` makes. Nothing in them opens."""

import base64
import json
import secrets
from typing import Any

from django.utils import timezone

from sign_up import signed_up


def b64(length: int) -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(length)).decode().rstrip("=")


def wrapped(way: str = "passphrase") -> dict[str, Any]:
    how = {"kdf": "PBKDF2-SHA-256", "rounds": 600_000} if way == "passphrase" else {"kdf": "HKDF-SHA-256"}
    return how | {"salt": b64(16), "nonce": b64(12), "sealed": b64(48 + 16)}


def key_of(replaces: str = "") -> dict[str, Any]:
    """What a browser sends of a new key pair."""
    keys = {"passphrase": wrapped(), "recovery": wrapped("recovery")}
    return {"v": 1, "algorithm": "X25519", "public": b64(32), "replaces": replaces} | keys


def thread_key(number: int, *people: Any) -> dict[str, Any]:
    """The key of a thread between these two, made by the first."""
    from ambulando.web.care.sealed import queries

    pair = [{"id": one.pk, "public": queries.key_of(one).public} for one in people]
    copies = {str(one.pk): {"nonce": b64(12), "sealed": b64(48)} for one in people}
    return {"number": number, "algorithm": "X25519", "pair": pair, "copies": copies}


def message(key: int = 1, after: str = "") -> str:
    return json.dumps({"v": 1, "key": key, "after": after, "nonce": b64(12), "sealed": b64(64 + 16)})


def thread_between(person: Any, reader: Any) -> Any:
    """A thread of a grant to which both said yes."""
    from ambulando.web.care.grants.models import Grant
    from ambulando.web.care.threads.models import Thread

    now = timezone.now()
    grant = Grant.objects.create(
        person=person,
        reader=reader,
        name=reader.username,
        role="therapist",
        items=["encouragement"],
        accepted_at=now,
        confirmed_at=now,
    )
    return Thread.objects.create(grant=grant)


def has_key(person: Any, record: dict[str, Any] | None = None) -> Any:
    from ambulando.web.care.sealed import actions, queries

    known = queries.key_of(person)
    return actions.add_key(person, record or key_of(known.public if known else ""), timezone.now())


def sealed_thread(person: Any, reader: Any) -> Any:
    """A thread to whose sealing both said yes."""
    from ambulando.web.care.sealed import actions
    from ambulando.web.care.threads.queries import thread_for

    thread, now = thread_between(person, reader), timezone.now()
    has_key(person)
    has_key(reader)
    actions.ask(person, thread_for(person, thread.pk, now), now)
    found = thread_key(1, reader, person)
    actions.add_thread_key(reader, thread_for(reader, thread.pk, now), found, now)
    thread.refresh_from_db()
    return thread


def cora(name: str = "cora") -> Any:
    from cast import ADA

    return signed_up(name, ADA)
