"""The socket of a call's page: what the two browsers say to each other until they have a way of their own.

It passes on to the other side and to nobody else, and looks at the grant each time. Nothing of it is kept or logged.
"""

import json
import time
from datetime import timedelta
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone

from ambulando.web.care import live
from ambulando.web.care.calls import actions, queries
from ambulando.web.care.calls.models import Call

#: the codes with which it is closed, beside those of ``live``: opened on another page; too much at once; the call is over
ELSEWHERE, TOO_MUCH, OVER = 4409, 4429, 4410
#: what is passed on: its kind, and the parts of it
PASSED_ON = {"here": ("hello",), "description": ("description",), "candidate": ("candidate",)}
#: characters of one message; a description with many ways is about 6,000
LONGEST = 24_000
#: messages at once, and each second after that
BURST, EACH_SECOND = 120, 20
#: how often the pages of who is called can be told again
RING_AGAIN = timedelta(seconds=4)


class Signal(AsyncWebsocketConsumer):
    """One page of a call. The first member to open it and the other are told of each other."""

    async def connect(self) -> None:
        self.user = self.scope["user"]
        self.pk = self.scope["url_route"]["kwargs"]["call"]
        self.replaced = False
        self.left, self.since, self.rang = float(BURST), time.monotonic(), timezone.now()
        call = await self._call() if self.user.is_authenticated else None
        await self.accept()  # only what was accepted can be closed with a code that the page reads
        if not self.user.is_authenticated:
            await self.close(live.SIGN_IN)
            return
        if call is None:
            await self.close(live.GONE)
            return
        if not call.is_open(timezone.now()):
            await self.close(OVER)
            return
        self.grant, self.room, self.person = call.grant_id, f"call.{call.pk}", self.user.pk
        self.rooms = [
            self.room,
            live.room(self.user.pk),
            live.session_room(self.scope["session"].session_key),
        ]
        for room in self.rooms:
            await self.channel_layer.group_add(room, self.channel_name)
        await self._pass_on("arrived", channel=self.channel_name)
        await self._say(kind="joined", state=call.state, polite=call.caller_id != self.user.pk)

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "room"):
            # One that died with a network is found out long after the next one came.
            if not self.replaced:
                await self._pass_on("passed", says={"kind": "away"})
            for room in self.rooms:
                await self.channel_layer.group_discard(room, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not hasattr(self, "room"):
            return
        if text_data is None or len(text_data) > LONGEST or not self._has_room():
            await self.close(TOO_MUCH)
            return
        said = _read(text_data)
        kind = said.get("kind")
        if not isinstance(kind, str) or kind not in (*PASSED_ON, "ping", "ring"):
            return
        call = await self._call()
        if call is None:
            await self._gone()
        elif not call.is_open(timezone.now()):
            await self._over(call.state)
        elif kind == "ping":
            if not await live.Live.still_signed_in(self):  # type: ignore[arg-type]  # it reads the scope alone
                await self.close(live.SIGN_IN)
                return
            await database_sync_to_async(actions.hear)(call, timezone.now())
            await self._say(kind="pong")  # a page that hears nothing opens another socket
        elif kind == "ring":
            await self._ring(call)
        else:
            parts = {name: said[name] for name in PASSED_ON[kind] if name in said}
            await self._pass_on(
                "passed", says={"kind": kind, "page": str(said.get("page", ""))[:40], **parts}
            )

    async def _ring(self, call: Call) -> None:
        now = timezone.now()
        if call.state == Call.RINGING and call.caller_id == self.user.pk and now - self.rang >= RING_AGAIN:
            self.rang = now
            await database_sync_to_async(actions.ring)(call)

    # what comes from the layer

    async def passed(self, event: dict[str, Any]) -> None:
        if event["who"] != self.user.pk:
            await self._say(**event["says"])

    async def arrived(self, event: dict[str, Any]) -> None:
        if event["who"] == self.user.pk and event["channel"] != self.channel_name:
            self.replaced = True
            await self.close(ELSEWHERE)

    async def told(self, event: dict[str, Any]) -> None:
        """What every open page of this person is told (see ``live``)."""
        says = event["says"]
        if says["kind"] == "gone" and says.get("grant") == self.grant:
            await self._gone()
        elif says.get("call") == self.pk and says["kind"] == "call-over":
            call = await self._call()
            await self._over(call.state if call else "")
        elif says.get("call") == self.pk and says["kind"] == "call-answered":
            await self._say(kind="answered")

    async def signed_out(self, _: dict[str, Any]) -> None:
        """This sign-in was ended."""
        await self.close(live.SIGN_IN)

    async def _gone(self) -> None:
        """The grant does not hold any more: the call is over for both, at once."""
        await self._say(kind="over")
        await self.close(live.GONE)
        await database_sync_to_async(_end)(self.pk)

    async def _over(self, state: str) -> None:
        await self._say(kind="over", state=state)
        await self.close(OVER)

    async def _call(self) -> Call | None:
        return await database_sync_to_async(queries.call_of)(self.user, self.pk, timezone.now())

    async def _pass_on(self, kind: str, **what: Any) -> None:
        await self.channel_layer.group_send(self.room, {"type": kind, "who": self.user.pk, **what})

    async def _say(self, **what: Any) -> None:
        await self.send(text_data=json.dumps(what))

    def _has_room(self) -> bool:
        """A bucket that fills by ``EACH_SECOND`` and holds ``BURST``."""
        now = time.monotonic()
        self.left = min(float(BURST), self.left + (now - self.since) * EACH_SECOND) - 1
        self.since = now
        return self.left >= 0


def _read(text: str) -> dict[str, Any]:
    """What was sent, where it is an object; else nothing."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _end(pk: int) -> None:
    call = queries.any_call(pk)
    if call:
        actions.end_with_grant(call, timezone.now())
