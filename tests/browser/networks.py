"""Two networks at hand, of which one is lost: a browser in a Linux network namespace of its own.

    the tests, the server, the other browser ── router ══ Wi-Fi, mobile ══ the namespace of one browser

The router is a namespace too, so that losing the Wi-Fi changes nothing that this machine itself could see.
"""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

IP = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")
#: the interfaces of the browser, and how dear each route is: the Wi-Fi comes first, as in a phone
WIFI, MOBILE = "wifi", "mobile"
METRIC = {WIFI: 100, MOBILE: 600}
#: the last number of its address; the router has the one before
LAST = {WIFI: 10, MOBILE: 18}
#: a part of the private addresses; each set of networks has one block of 256 of it
BLOCK = "10.213"


def ip(*words: str) -> None:
    subprocess.run([str(IP), *words], check=True, capture_output=True, text=True, timeout=30)


class Networks:
    """The networks of one browser. ``here`` is the address of this machine, over whichever way it is reached."""

    def __init__(self) -> None:
        number = os.getpid()
        self.router, self.inside, self.link = f"ambr{number}", f"ambi{number}", f"amb{number}"
        self.block = ""

    @property
    def here(self) -> str:
        return f"{self.block}.1"

    def address(self, interface: str) -> str:
        return f"{self.block}.{LAST[interface]}"

    def begin(self) -> None:
        """What a machine may refuse: the namespaces, a pair of linked interfaces, and a router that passes on."""
        for namespace in (self.router, self.inside):
            ip("netns", "add", namespace)
        ip("link", "add", self.link, "type", "veth", "peer", "name", "out", "netns", self.router)
        self._switch(self.router, "ipv4/ip_forward")

    def make(self) -> None:
        for namespace in (self.router, self.inside):
            ip("-n", namespace, "link", "set", "lo", "up")
        ip("-n", self.router, "link", "set", "out", "up")
        ip("link", "set", self.link, "up")
        self.block = self._free_block()
        ip("addr", "add", f"{self.here}/32", "dev", self.link)
        ip("-n", self.router, "addr", "add", f"{self.block}.2/32", "peer", f"{self.here}/32", "dev", "out")
        ip("route", "replace", f"{self.block}.0/24", "via", f"{self.block}.2", "dev", self.link, "onlink")
        for interface in (WIFI, MOBILE):
            ends = ("type", "veth", "peer", "name", interface, "netns", self.router)
            ip("link", "add", interface, "netns", self.inside, *ends)
            ip("-n", self.router, "addr", "add", f"{self._gate(interface)}/30", "dev", interface)
            ip("-n", self.router, "link", "set", interface, "up")
            ip("-n", self.inside, "addr", "add", f"{self.address(interface)}/30", "dev", interface)
        self.join(WIFI)

    def join(self, interface: str) -> None:
        """This network is at hand."""
        ip("-n", self.inside, "link", "set", interface, "up")
        way = ("default", "via", self._gate(interface), "dev", interface, "metric", str(METRIC[interface]))
        ip("-n", self.inside, "route", "add", *way)

    def lose(self, interface: str) -> None:
        """The interface goes down, and its routes with it. Nobody says goodbye."""
        ip("-n", self.inside, "link", "set", interface, "down")

    def silence(self, interface: str) -> None:
        """Nothing comes through any more, though the interface stays up; the default route goes over the other."""
        ip("-n", self.router, "route", "replace", "blackhole", f"{self._gate(interface, 2)}/30")
        ip("-n", self.inside, "route", "del", "default", "dev", interface)

    def at_home(self) -> None:
        """As at the beginning: the Wi-Fi alone."""
        ip("-n", self.router, "route", "replace", f"{self._gate(WIFI, 2)}/30", "dev", WIFI)
        for interface in (WIFI, MOBILE):
            self.lose(interface)
        self.join(WIFI)

    def remove(self) -> None:
        for words in (
            ("link", "del", self.link),
            ("netns", "del", self.inside),
            ("netns", "del", self.router),
        ):
            subprocess.run(
                [str(IP), *words], capture_output=True, timeout=30
            )  # what is not there need not go

    def browser_in(self, folder: Path, chromium: str) -> Path:
        """A program that starts Chromium in the namespace."""
        program = folder / f"chromium-in-{self.inside}"
        program.write_text(f'#!/bin/sh\nexec {IP} netns exec {self.inside} {chromium} "$@"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program

    def _gate(self, interface: str, before: int = 1) -> str:
        return f"{self.block}.{LAST[interface] - before}"

    def _switch(self, namespace: str, name: str) -> None:
        write = f"echo 1 > /proc/sys/net/{name}"
        words = [str(IP), "netns", "exec", namespace, "sh", "-c", write]
        subprocess.run(words, check=True, capture_output=True, text=True, timeout=30)

    def _free_block(self) -> str:
        """The route is made where there is none, in one step: two test runs never get the same."""
        for offset in range(256):
            block = f"{BLOCK}.{(os.getpid() + offset) % 256}"
            made = subprocess.run(
                [str(IP), "route", "add", f"{block}.0/24", "dev", self.link], capture_output=True, timeout=30
            )
            if made.returncode == 0:
                return block
        raise OSError("no block of addresses is free")


@contextmanager
def networks() -> Iterator[Networks]:
    """Two networks, gone at the end. Where they can not be made the test is left out, with the reason."""
    if IP is None:
        pytest.skip(
            "A change of network needs Debian's iproute2: make test installs it, or says what to install."
        )
    if os.geteuid() != 0:
        pytest.skip("A change of network needs network namespaces, and only root may make them.")
    made = Networks()
    try:
        try:
            made.begin()
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or error
            pytest.skip(f"No network namespaces can be made here: {str(said).strip()}")
        made.make()
        yield made
    finally:
        made.remove()
