"""Sealed threads: each gets only their own wrapped keys; the two of a thread get its keys and agree to seal it."""

import json
from typing import Any

from authorised.rules import Row
from authorised.world import World
from sealing import has_key, key_of, thread_key, wrapped

from ambulando.web.care.sealed.models import PersonKey, SealWish

AFTER = ("threads",)


def plant(world: World) -> None:
    for who in ("person", "clinician", "friend"):
        has_key(world.people[who])


def new_key(world: World, who: str) -> str:
    """A key in the place of Ada's."""
    return json.dumps(key_of(PersonKey.objects.get(person=world.ada).public))


def new_passphrase(world: World, who: str) -> str:
    return json.dumps({"public": PersonKey.objects.get(person=world.ada).public, "passphrase": wrapped()})


def yes(world: World, who: str) -> str:
    """Yes to a wish of the other side."""
    other = {"person": "clinician", "clinician": "person", "friend": "person"}.get(who, "clinician")
    me: Any = world.people.get(who if who in ("person", "clinician", "friend") else "person")
    other = other if world.people[other] != me else "clinician"
    SealWish.objects.update_or_create(
        thread_id=world.value("@thread", who), defaults={"person": world.people[other], "asked_at": world.now}
    )
    return json.dumps(thread_key(1, me, world.people[other]))


AT = {"thread": "@thread"}
ROWS = {
    "sealing_key": Row("own page", "nothing, signed in"),
    "sealing_key_record": Row("own page", "own", body=new_key),
    "sealing_passphrase": Row("no page, signed in", "own", body=new_passphrase),
    "seal": Row("both sides", "both sides", at=AT, body={"do": "ask"}),
    "seal_keys": Row("both sides", "both sides", at=AT, body=yes),
    "seal_all": Row("both sides", "nothing, signed in", at=AT),
}
