"""The configuration of coturn in docs/calls.md, word for word: it starts, gives what it should, and is no door inwards."""

import hmac
import re
import secrets
import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from ipaddress import IPv4Address, ip_address

import pytest
from relay import Relay

from ambulando.web.care.calls import turn
from places import ROOT

pytestmark = pytest.mark.browser

GUIDE = (ROOT / "docs" / "calls.md").read_text("utf-8")
(CONFIGURATION,) = re.findall(r"`/etc/turnserver\.conf`:\n\n```\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
SECRET = "of a test alone"
MAGIC = 0x2112A442
ALLOCATE, PERMIT = 0x0003, 0x0008
GRANTED = 0x0100
USERNAME, INTEGRITY, ERROR, LIFETIME, PEER, REALM, NONCE, TRANSPORT = (
    0x06,
    0x08,
    0x09,
    0x0D,
    0x12,
    0x14,
    0x15,
    0x19,
)


class Asking:
    """A browser's side of TURN over UDP (RFC 8656), as far as it is needed to be let in and to name a peer."""

    def __init__(self, port: int, name: str, password: str) -> None:
        self.line = socket.socket(type=socket.SOCK_DGRAM)
        self.line.settimeout(5)
        self.line.connect(("127.0.0.1", port))
        self.name, self.password = name, password
        self.realm = self.nonce = b""

    def ask(self, method: int, *parts: bytes) -> int:
        """0 where it is granted, else the code of the refusal. A first refusal tells realm and nonce; then once more."""
        answer, told = self._say(method, b"".join(parts))
        code = _code(answer, told)
        if code in (401, 438) and (told[REALM], told[NONCE]) != (self.realm, self.nonce):
            self.realm, self.nonce = told[REALM], told[NONCE]
            code = _code(*self._say(method, b"".join(parts)))
        return code

    def allocate(self) -> int:
        return self.ask(ALLOCATE, _part(TRANSPORT, b"\x11\0\0\0"), _part(LIFETIME, struct.pack("!I", 600)))

    def permit(self, peer: str) -> int:
        return self.ask(PERMIT, _part(PEER, self._address(peer)))

    def _address(self, peer: str) -> bytes:
        """XOR-PEER-ADDRESS; of IPv4 alone, as the relay of these tests has no other."""
        address = int(IPv4Address(peer)) ^ MAGIC
        return struct.pack("!BBHI", 0, 1, 5000 ^ (MAGIC >> 16), address)

    def _say(self, method: int, body: bytes) -> tuple[int, dict[int, bytes]]:
        if self.nonce:
            body += _part(USERNAME, self.name.encode()) + _part(REALM, self.realm) + _part(NONCE, self.nonce)
        sign = secrets.token_bytes(12)
        head = struct.pack("!HHI", method, len(body) + (24 if self.nonce else 0), MAGIC) + sign
        if self.nonce:
            key = md5(b":".join((self.name.encode(), self.realm, self.password.encode()))).digest()
            body += _part(INTEGRITY, hmac.digest(key, head + body, "sha1"))
        self.line.send(head + body)
        answer = self.line.recv(2048)
        told, at = {}, 20
        while at < len(answer):
            kind, size = struct.unpack_from("!HH", answer, at)
            told[kind] = answer[at + 4 : at + 4 + size]
            at += 4 + size + -size % 4
        return struct.unpack_from("!H", answer)[0], told


def _part(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def _code(answer: int, told: dict[int, bytes]) -> int:
    return 0 if answer & GRANTED and ERROR not in told else told[ERROR][2] * 100 + told[ERROR][3]


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    one = Relay(tmp_path_factory.mktemp("relay"))
    try:
        one.start_with(CONFIGURATION.replace("THE CONTENT OF turn.secret", SECRET))
        yield one
    finally:
        one.kill()


def let_in(relay: Relay, now: datetime | None = None, secret: str = SECRET) -> Asking:
    return Asking(relay.port, *turn.credential(secret, secrets.token_hex(8), now or datetime.now(UTC)))


def test_every_line_of_it_is_understood(relay: Relay) -> None:
    lines = [line for line in CONFIGURATION.splitlines() if line]
    assert len(lines) > 20
    said = (relay.folder / "turn.out").read_text()
    assert not re.search(r"bad config|unrecognized|unknown|wrong|ERROR", said, re.IGNORECASE), said


def test_our_credential_gets_a_way_and_no_other_does(relay: Relay) -> None:
    assert let_in(relay).allocate() == 0
    assert let_in(relay, secret="another").allocate() == 401
    assert let_in(relay, datetime.now(UTC) - turn.LASTS - timedelta(minutes=1)).allocate() == 401


@pytest.mark.parametrize("peer", ["0.0.0.1", "10.0.0.1", "10.255.255.254", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"])  # fmt: skip
def test_it_is_no_door_into_the_network_it_stands_in(relay: Relay, peer: str) -> None:
    asking = let_in(relay)
    assert asking.allocate() == 0
    # a range that begins with "::" makes this coturn refuse everybody
    assert asking.permit("203.0.113.7") == 0, (
        "somebody out there is let through; nothing is sent to them here"
    )
    assert asking.permit(peer) == 403


def test_the_ranges_of_ipv6_are_those_that_are_nobodys_outside() -> None:
    ranges = [
        line.partition("=")[2] for line in CONFIGURATION.splitlines() if line.startswith("denied-peer-ip=")
    ]
    pairs = [(ip_address(one.split("-")[0]), ip_address(one.split("-")[-1])) for one in ranges]
    for inside in ("::1", "::ffff:10.0.0.1", "fc00::1", "fd12:3456::1", "fe80::1", "64:ff9b::a00:1"):
        address = ip_address(inside)
        assert any(low.version == address.version and low <= address <= high for low, high in pairs), inside
    assert not any(low.version == 6 and low <= ip_address("2001:db8::1") <= high for low, high in pairs)
