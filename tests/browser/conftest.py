"""A real server and a real Chromium. Every page is watched: no error in its console, no request to another host."""

import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser_of_tests import ARGUMENTS, CHROMIUM, PATIENCE, PHONE
from playwright.sync_api import Error, sync_playwright

DEVICES = itertools.count(1)
#: htmx tells so, as two errors, when who uses the page goes on before a part of it was read anew. What fails has other names.
LEFT = ("htmx:sendAbort", "htmx:afterRequest")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `ambulando serve` with a new data folder, in which a simulated person has twelve weeks of days."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("data")
    log = (data / "log").open("w")
    environment = os.environ | {
        "AMBULANDO_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "ambulando.web.settings",
    }
    command = [str(Path(sys.executable).with_name("ambulando")), "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 90
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/help/", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, (data / "log").read_text()
                assert time.monotonic() < deadline, "the server did not answer in time"
        make = Path(__file__).with_name("people_of_the_browser.py")
        subprocess.run([sys.executable, str(make)], env=environment, check=True, timeout=300)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.fail("The browser tests need Chromium: make test installs it, or says what to install.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page did that it must not do."""

    host: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    cut: bool = False

    def cut_the_line(self, page: Any) -> None:
        """Take the network away. That the browser says so in its console, also a moment later, is no fault of the page."""
        self.cut = True
        page.context.set_offline(True)

    @property
    def faults(self) -> list[str]:
        told = [text for text in self.errors if not text.startswith(LEFT)]
        return [text for text in told if not (self.cut and "ERR_INTERNET_DISCONNECTED" in text)]

    def over(self, page: Any) -> None:
        page.on(
            "console",
            lambda message: message.type in ("error", "warning") and self.errors.append(message.text),
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._look(request.url))

    def _look(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.foreign.append(address)


@pytest.fixture
def open_page(server: str, chromium: Any) -> Iterator[Any]:
    """``open_page(**options)`` gives a watched page of a new browser profile; at the end nothing may have gone wrong."""
    watch = Watch(urlsplit(server).netloc)
    contexts = []

    def make(**options: Any) -> Any:
        # every device has an address of its own, so that the limit on sign-ups from one is not met
        address = {"X-Forwarded-For": f"2001:db8::{next(DEVICES):x}"}
        context = chromium.new_context(
            base_url=server,
            **{"viewport": PHONE, "timezone_id": "Pacific/Auckland", "extra_http_headers": address} | options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        watch.over(page)
        return page

    make.watch = watch  # type: ignore[attr-defined] - a test that cuts the line empties it
    yield make
    for page in [page for context in contexts for page in context.pages]:
        with suppress(Error):  # a page in the middle of being left
            page.evaluate("null")  # lets the browser tell what it has to tell
    # What is broken off by taking the browser away is no fault of a page.
    faults, foreign = watch.faults, list(watch.foreign)
    for context in contexts:
        context.close()
    assert faults == []
    assert foreign == []
