"""A socket for tests. That of channels.testing can not be imported without daphne, which nothing here needs."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.conf import settings

#: seconds in which something that comes has come, and in which nothing is waited for
SOON, NOTHING = 5, 0.1


class Socket(ApplicationCommunicator):
    def __init__(self, client: Any, path: str = "/ws/live/", origin: str = "http://localhost") -> None:
        from ambulando.web.asgi import application

        headers = [(b"host", b"localhost"), (b"origin", origin.encode())]
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME) if client else None
        if cookie:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie.value}".encode()))
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(SOON))["type"] == "websocket.accept")

    async def send(self, **message: Any) -> None:
        await self.send_input({"type": "websocket.receive"} | message)

    async def text(self) -> str:
        return str((await self.receive_output(SOON))["text"])

    async def told(self) -> Any:
        return json.loads(await self.text())

    async def code(self) -> int:
        """With which it is closed."""
        message = await self.receive_output(SOON)
        assert message["type"] == "websocket.close"
        return int(message["code"])

    async def nothing(self) -> bool:
        return bool(await self.receive_nothing(NOTHING))

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(SOON)
