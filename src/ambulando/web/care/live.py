"""What is said at once to pages that are open: that something is new, never what it says. The page then asks for it.

One socket for each open page. A page is told only ids, so that what it may read is decided when it asks. A socket does
not outlive the sign-in that opened it.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from asgiref.sync import async_to_sync
from channels.auth import get_user
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

#: the codes with which a socket is closed: nobody is signed in; it is no longer shared
SIGN_IN, GONE = 4401, 4403


def room(person_id: int) -> str:
    return f"person.{person_id}"


def report_room(grant_id: int) -> str:
    """The room of all open pages of a report by its link."""
    return f"report.{grant_id}"


def session_room(key: str) -> str:
    """The room of all sockets of one sign-in. Its name does not tell the key of the session."""
    return f"session.{sha256(key.encode()).hexdigest()[:32]}"


def tell(people: Iterable[int], kind: str, **ids: Any) -> None:
    """Tell every open page of these people once what was changed is kept: ``kind`` and ids, nothing that was written."""
    _send([room(one) for one in people], {"kind": kind, **ids})


def tell_report(grant_id: int, kind: str) -> None:
    """Tell every open page of a report by its link the same way: ``kind`` alone."""
    _send([report_room(grant_id)], {"kind": kind})


def _send(rooms: Iterable[str], says: dict[str, Any]) -> None:
    def send() -> None:
        layer = get_channel_layer()
        for one in rooms:
            async_to_sync(layer.group_send)(one, {"type": "told", "says": says})

    transaction.on_commit(send, robust=True)


def sign_out(session: SessionBase) -> None:
    """Close every socket of this sign-in, now."""
    if session.session_key:
        layer = get_channel_layer()
        async_to_sync(layer.group_send)(session_room(session.session_key), {"type": "signed.out"})


class Live(AsyncJsonWebsocketConsumer):
    """The socket of an open page. It takes nothing in but a sign that the page is still there, which it answers."""

    async def connect(self) -> None:
        user = self.scope["user"]
        await self.accept()
        if not user.is_authenticated:
            await self.close(SIGN_IN)
            return
        self.person = user.pk
        self.rooms = [room(user.pk), session_room(self.scope["session"].session_key)]
        for one in self.rooms:
            await self.channel_layer.group_add(one, self.channel_name)

    async def disconnect(self, code: int) -> None:
        for one in getattr(self, "rooms", ()):
            await self.channel_layer.group_discard(one, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        if text_data == "there":
            await self.send_json({"kind": "here"})

    async def told(self, event: dict[str, Any]) -> None:
        if await self.still_signed_in():
            await self.send_json(event["says"])
        else:
            await self.signed_out(event)

    async def signed_out(self, _: dict[str, Any]) -> None:
        await self.send_json({"kind": "signed-out"})
        await self.close(SIGN_IN)

    async def still_signed_in(self) -> bool:
        """Whether the sign-in still holds: it was not ended elsewhere, by a new password or by leaving."""
        session = self.scope["session"]
        fresh = type(session._wrapped if hasattr(session, "_wrapped") else session)(session.session_key)
        user = await get_user({"session": fresh})
        return bool(user.pk == self.person and user.is_active)
