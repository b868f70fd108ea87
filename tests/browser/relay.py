"""A real relay: Debian's coturn on a free port of this machine, with the secret of the installation."""

import random
import select
import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

TURNSERVER = shutil.which("turnserver")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(type=kind) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Relay:
    """Started with ``start``; ``kill`` takes it away as a broken line would, and it can be started again on its port."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        if TURNSERVER is None:
            pytest.fail("The tests of calls need coturn: make test installs it, or says what to install.")
        self.folder, self.host, self.port = folder, host, free_port(socket.SOCK_DGRAM)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"turn:{self.host}:{self.port}?transport=udp"

    def start(self, secret: str) -> None:
        # The shipped configuration denies loopback peers (docs/calls.md); here both browsers are on this machine.
        options = ["-n", f"--listening-ip={self.host}", f"--relay-ip={self.host}", f"--listening-port={self.port}",
                   "--use-auth-secret", f"--static-auth-secret={secret}", "--realm=ambulando", "--allow-loopback-peers",
                   "--no-tls", "--no-dtls", "--no-cli", "--no-tcp-relay", "--no-multicast-peers", "--fingerprint",
                   f"--pidfile={self.folder}/turn.pid", f"--log-file={self.folder}/turn.log", "--simple-log",
                   f"--userdb={self.folder}/turn.db"]  # fmt: skip
        self._run(options)

    def start_with(self, configuration: str) -> None:
        """Start with a configuration's own text; beside it stand only where it listens and where it writes."""
        file = self.folder / "turnserver.conf"
        file.write_text(configuration)
        self._run(["-c", str(file), f"--listening-ip={self.host}", f"--relay-ip={self.host}", f"--listening-port={self.port}",
                   f"--pidfile={self.folder}/turn.pid", f"--log-file={self.folder}/turn.log",
                   f"--userdb={self.folder}/turn.db"])  # fmt: skip

    def _run(self, options: list[str]) -> None:
        with (self.folder / "turn.out").open("ab") as log:
            self.process = subprocess.Popen([str(TURNSERVER), *options], stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "turn.out").read_text(errors="replace")
            assert time.monotonic() < deadline, "the relay did not answer in time"

    def _answers(self) -> bool:
        """Whether a STUN binding request (RFC 8489) gets an answer."""
        with socket.socket(type=socket.SOCK_DGRAM) as ask:
            ask.settimeout(0.3)
            try:
                ask.sendto(b"\x00\x01\x00\x00\x21\x12\xa4\x42ambulando-it", (self.host, self.port))
                return bool(ask.recv(2048))
            except OSError:
                return False

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None


class PoorLine:
    """A line to the relay on which packets get lost: what comes is passed on both ways, but for ``loss`` of it."""

    def __init__(self, to: int) -> None:
        self.to, self.loss, self.lost, self.over = to, 0.0, 0, False
        self.chance = random.Random(7)
        self.front = self._socket()
        self.front.bind(("127.0.0.1", 0))
        self.ways: dict[tuple[str, int], socket.socket] = {}
        self.carrier = threading.Thread(target=self._carry, daemon=True)
        self.carrier.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.over = True
        self.carrier.join(10)
        for one in (self.front, *self.ways.values()):
            one.close()

    @property
    def address(self) -> str:
        return f"turn:127.0.0.1:{self.front.getsockname()[1]}?transport=udp"

    @staticmethod
    def _socket() -> socket.socket:
        one = socket.socket(type=socket.SOCK_DGRAM)
        one.setblocking(False)
        return one

    def _carry(self) -> None:
        while not self.over:
            ready, _, _ = select.select([self.front, *self.ways.values()], [], [], 0.2)
            for one in ready:
                with suppress(OSError):
                    self._pass_on(one)

    def _pass_on(self, one: socket.socket) -> None:
        said, whose = one.recvfrom(65_536)
        if self.chance.random() < self.loss:
            self.lost += 1
        elif one is self.front:
            if whose not in self.ways:
                self.ways[whose] = self._socket()
                self.ways[whose].connect(("127.0.0.1", self.to))
            self.ways[whose].send(said)
        else:
            self.front.sendto(said, next(who for who, way in self.ways.items() if way is one))
