"""The socket of a report that was opened by its link, without an account: that it is gone, or was changed, and nothing else."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

from ambulando.web.care import live
from ambulando.web.care.grants import queries


class Report(AsyncJsonWebsocketConsumer):
    """It takes nothing in but a sign that the page is still there; the answer says whether the report still is."""

    async def connect(self) -> None:
        found = await self._found()
        await self.accept()  # only what was accepted can be closed with a code that the page reads
        if found is None:
            await self.close(live.GONE)
            return
        self.room = live.report_room(found)
        await self.channel_layer.group_add(self.room, self.channel_name)

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "room"):
            await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        if text_data != "there" or not hasattr(self, "room"):
            return
        # The end of its last day, and an account that was turned off, are told by nobody.
        if await self._found() is None:
            await self.told({"says": {"kind": "gone"}})
        else:
            await self.send_json({"kind": "here"})

    async def told(self, event: dict[str, Any]) -> None:
        await self.send_json(event["says"])
        if event["says"]["kind"] == "gone":
            await self.close(live.GONE)

    @database_sync_to_async
    def _found(self) -> int | None:
        """The number of the grant that this word opens now."""
        found = queries.report(self.scope["url_route"]["kwargs"]["word"], timezone.now())
        return found.pk if found else None
