"""What an operator writes in AMBULANDO_TURN and AMBULANDO_CALLS: whether browsers can do anything with it."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from ambulando.ground import InputError

#: RFC 7065, without names that are not plain: turn:host, turns:host:5349, turn:[::1]:3478?transport=udp
RELAY = re.compile(
    r"turns?:(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>[0-9]{1,5}))?(?:\?transport=(?:udp|tcp))?"
)


def check(relays: Iterable[str], rooms: str) -> None:
    """Raises InputError, in one sentence, for what no call could be made with. One wrong address stops a browser's call."""
    for one in relays:
        found = RELAY.fullmatch(one)
        if found is None or not 0 < int(found["port"] or 3478) < 65536:
            raise InputError(
                f"AMBULANDO_TURN has '{one}', which is no address of a relay; please write it as turn:relay.example.org:3478."
            )
    if rooms and not _are_rooms(rooms):
        raise InputError(
            f"AMBULANDO_CALLS is '{rooms}'; please write an address with a place for the room, as https://meet.example.org/{{room}}."
        )


def _are_rooms(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return (
            parts.scheme == "https" and bool(parts.hostname) and "{room}" in f"{parts.path}{parts.fragment}"
        )
    except ValueError:
        return False
