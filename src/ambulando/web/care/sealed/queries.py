"""What is read of sealed threads: keys, by who may have them."""

from datetime import datetime
from typing import Any

from ambulando.web.care.sealed.models import PersonKey, SealWish, ThreadKey
from ambulando.web.care.threads import queries as threads
from ambulando.web.care.threads.models import Thread
from ambulando.web.care.threads.queries import Seen
from ambulando.web.people.models import Person


def seen(person: Person, pk: int, now: datetime) -> Seen | None:
    """The thread of this number as this side sees it; None for everybody who may not read it now."""
    return threads.thread_for(person, pk, now)


def keys_of(person: Person) -> list[PersonKey]:
    """All key pairs of a person, the one in use first."""
    return list(person.sealing_keys.all())


def key_of(person: Person) -> PersonKey | None:
    """The key pair in use."""
    return person.sealing_keys.first()


def wish_of(thread: Thread) -> SealWish | None:
    return SealWish.objects.filter(thread=thread).first()


def last_number(thread: Thread) -> int:
    """The number of the newest key of this thread; 0 before there is one."""
    last = ThreadKey.objects.filter(thread=thread).order_by("-number").first()
    return last.number if last else 0


def has_key(thread: Thread, number: int) -> bool:
    """Whether this thread has a key of this number."""
    return ThreadKey.objects.filter(thread=thread, number=number).exists()


def own_record(person: Person) -> dict[str, Any]:
    """A person's own keys, as their browser wrapped them."""
    return {
        "person": person.pk,
        "keys": [
            {
                "algorithm": one.algorithm,
                "public": one.public,
                "passphrase": one.passphrase,
                "recovery": one.recovery,
            }
            for one in keys_of(person)
        ],
    }


def thread_record(seen: Seen) -> dict[str, Any]:
    """What the browser of one side needs: both public keys, and the copies of the thread's keys that are for this side."""
    mine, theirs = key_of(seen.me), key_of(seen.other) if seen.other else None
    copies = ThreadKey.objects.filter(thread=seen.thread, person=seen.me)
    return {
        "thread": seen.thread.pk,
        "sealed": seen.thread.sealed,
        "me": {"id": seen.me.pk} | _public(mine),
        "other": {"id": seen.other.pk if seen.other else 0, "name": seen.name} | _public(theirs),
        "keys": [
            {
                "number": one.number,
                "algorithm": one.algorithm,
                "pair": one.pair,
                "copy": one.copy,
                "made_at": one.made_at.isoformat(),
            }
            for one in copies
        ],
    }


def _public(key: PersonKey | None) -> dict[str, str]:
    if key is None:
        return {"algorithm": "", "public": ""}
    return {"algorithm": key.algorithm, "public": key.public}


def messages_of(seen: Seen) -> list[dict[str, Any]]:
    """All messages of a thread, the oldest first; sealed ones as they are kept. One query."""
    rows = seen.thread.messages.order_by("pk")
    return [
        {
            "key": str(one.key),
            "writer": one.writer_id,
            "kind": one.kind,
            "body": "" if one.taken_back_at else one.body,
            "at": one.at.isoformat(),
            "taken_back": one.taken_back_at is not None,
        }
        for one in rows
    ]
