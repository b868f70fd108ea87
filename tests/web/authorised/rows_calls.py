"""Calls: between the two sides of a grant that holds, and nobody else."""

from datetime import timedelta
from typing import Any

from authorised.rules import Row
from authorised.world import World

#: who of the nine has a call and appointments of their own with Ada
BOTH = ("clinician", "friend")


def plant(world: World) -> None:
    from ambulando.web.care.calls.models import Appointment, Call

    world.at |= {"call": {}, "asked": {}}
    for who in BOTH:
        grant, now = world.grants[who], world.now
        soon = now + timedelta(hours=1)  # it still rings when the last of the nine is tried
        call = Call.objects.create(grant=grant, caller=world.ada, asked_at=soon, heard_at=soon)
        world.at["call"][who] = call.pk
        # Ada asked for one time, and each of them for another, so that each side has one to accept
        for asked_by, name in ((world.ada, "asked"), (world.people[who], "asked_of_ada")):
            one = Appointment.objects.create(
                grant=grant, asked_by=asked_by, starts_at=now + timedelta(days=2), minutes=30, made_at=now
            )
            world.at.setdefault(name, {})[who] = one.pk
    world.at["asked"]["person"] = world.at["asked_of_ada"]["clinician"]


def a_time(world: Any, _: str) -> dict[str, str]:
    return {"day": (world.now + timedelta(days=9)).date().isoformat(), "time": "14:00", "minutes": "30"}


ONLY_READERS = "it rings with who is called, who answers; here Ada calls"
ROWS = {
    "calls": Row("own page", "nothing, signed in", reads={"clinician": "sees", "friend": "sees"}, why="each sees whom they may call"),
    "calls_check": Row("own page", "nothing, signed in", reads={"person": "own"}, why="it is the same for all"),
    "calls_with": Row("both sides", "nothing, signed in", at={"grant": "@grant"}),
    "call_start": Row("no page", "both sides", at={"grant": "@grant"}),
    "call_plan": Row("both sides", "both sides", at={"grant": "@grant"}, body=a_time),
    "call_accept": Row("no page", "both sides", at={"pk": "@asked"}),
    "call_another": Row("both sides", "both sides", at={"pk": "@asked"}, body=a_time),
    "call_call_off": Row("no page", "both sides", at={"pk": "@asked"}),
    "call_file": Row("both sides", "nothing, signed in", at={"pk": "@asked"}),
    "call": Row("both sides", "nothing, signed in", at={"call": "@call"}),
    "call_ringing": Row("both sides", "nothing, signed in", at={"call": "@call"}, reads={"person": "own"}, why=ONLY_READERS),
    "call_answer": Row("no page", "both sides", at={"call": "@call"}, writes={"person": "keeps"}, why=ONLY_READERS),
    "call_decline": Row("no page", "both sides", at={"call": "@call"}),
    "call_end": Row("no page", "both sides", at={"call": "@call"}),
    "call_relay": Row("both sides", "nothing, signed in", at={"call": "@call"}),
    "socket ws/calls/<int:call>/": Row("both sides", "both sides, nothing", at={"call": "@call"}, body={"kind": "here", "page": "p"}),
}  # fmt: skip
