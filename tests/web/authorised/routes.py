"""Every route of the installation, from the URL configuration and the sockets."""

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver

from ambulando.web.sockets import socket_urlpatterns


def pages(resolver: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """(name, address pattern) of each page. Each has a name of its own."""
    for one in (resolver or get_resolver()).url_patterns:
        if hasattr(one, "url_patterns"):
            yield from pages(one, before + str(one.pattern))
        else:
            yield one.name or before + str(one.pattern), before + str(one.pattern)


def sockets() -> Iterator[tuple[str, str]]:
    """The name of a socket is "socket " and its address pattern."""
    for one in socket_urlpatterns:
        yield f"socket {one.pattern}", str(one.pattern)


def every() -> list[tuple[str, str]]:
    return [*pages(), *sockets()]
