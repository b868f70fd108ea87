"""What is said at once to pages that are open: that something is new, never what it says. The page then asks for it.

One socket for each open page. A page is told only ids, so that what it may read is decided when it asks.
"""

from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import transaction

#: the codes with which a socket is closed: nobody is signed in; it is no longer shared
SIGN_IN, GONE = 4401, 4403


def room(person_id: int) -> str:
    return f"person.{person_id}"


def tell(people: Iterable[int], kind: str, **ids: Any) -> None:
    """Tell every open page of these people once what was changed is kept: ``kind`` and ids, nothing that was written."""
    rooms = [room(one) for one in people]

    def send() -> None:
        layer = get_channel_layer()
        for one in rooms:
            async_to_sync(layer.group_send)(one, {"type": "told", "says": {"kind": kind, **ids}})

    transaction.on_commit(send, robust=True)


class Live(AsyncJsonWebsocketConsumer):
    """The socket of an open page. It takes nothing in."""

    async def connect(self) -> None:
        user = self.scope["user"]
        await self.accept()
        if not user.is_authenticated:
            await self.close(SIGN_IN)
            return
        self.room = room(user.pk)
        await self.channel_layer.group_add(self.room, self.channel_name)

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "room"):
            await self.channel_layer.group_discard(self.room, self.channel_name)

    async def told(self, event: dict[str, Any]) -> None:
        await self.send_json(event["says"])
