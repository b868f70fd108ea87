"""One of two people loses the Wi-Fi and goes on over the mobile network: calls and messages go on without a tap."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from browser_of_tests import ARGUMENTS, CHROMIUM, wait_until
from calling import FAKE, FLOWS, Installation, Two
from networks import MOBILE, WIFI, Networks, networks
from playwright.sync_api import Error, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lines() -> Iterator[Networks]:
    with networks() as made:
        yield made


@pytest.fixture(scope="module")
def here(lines: Networks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    one = Installation(tmp_path_factory.mktemp("networks"), lines.here)
    try:
        one.start()
        people = Path(__file__).with_name("people_who_call.py")
        subprocess.run([sys.executable, str(people)], env=one.environment, check=True, timeout=300)
        one.relay.start(one.secret)
        yield one
    finally:
        one.relay.kill()
        one.stop()


@pytest.fixture(scope="module")
def browsers(here: Installation, lines: Networks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two of them: one with two networks, and one on this machine."""
    if CHROMIUM is None:
        pytest.fail("The browser tests need Chromium: make test installs it, or says what to install.")
    from playwright.sync_api import sync_playwright

    # a browser gives camera and microphone only to https, or to an address that it was told of
    options = [*ARGUMENTS, *FAKE, f"--unsafely-treat-insecure-origin-as-secure={here.address}"]
    programs = (lines.browser_in(tmp_path_factory.mktemp("programs"), CHROMIUM), CHROMIUM)
    with sync_playwright() as playwright:
        opened = []
        try:
            for one in programs:
                opened.append(playwright.chromium.launch(executable_path=one, args=options))
            yield tuple(opened)
        finally:
            for browser in opened:
                browser.close()


@pytest.fixture(params=["ada", "alex"], ids=["the-caller", "who-is-called"])
def two(request: Any, here: Installation, lines: Networks, browsers: Any) -> Iterator[Two]:
    """One of them has two networks: ``both.walks``."""
    lines.at_home()
    both = Two(here, *(browsers if request.param == "ada" else reversed(browsers)))
    both.walks, both.stays = (both.ada, both.alex) if request.param == "ada" else (both.alex, both.ada)
    try:
        yield both
    finally:
        for page in (both.ada, both.alex):  # nothing stays open for the next test
            with suppress(Error):
                page.get_by_role("button", name="Hang up").click(timeout=500)
                page.wait_for_url("**/calls/with/*/")
        for context in both.contexts:
            context.close()


#: long enough that no frame of before can be meant, which a buffer may still hold
FRAMES, ENERGY = 40, 0.0001


def flows_over(two: Two, address: str | None) -> None:
    """Wait until sound and many pictures came to both, over this local address of who walks (None: over any)."""
    for page, wanted in ((two.walks, address), (two.stays, None)):
        before = page.evaluate(FLOWS)
        wait_until(
            page,
            f"""async ([before, frames, energy, address]) => {{
              const now = await ({FLOWS})();
              return now.state === "connected" && now.frames - before.frames >= frames
                && now.energy - before.energy >= energy && (!address || now.local === address);
            }}""",
            [before, FRAMES, ENERGY, wanted],
        )


def hears_by_the_server(two: Two) -> None:
    """What is asked of who walks gets through by way of the server: it is asked again and again until it does."""
    two.walks.evaluate("""() => peers.at(-1).addEventListener("signalingstatechange", () => {
      if (peers.at(-1).signalingState === "have-remote-offer") document.documentElement.dataset.asked = "yes";
    })""")
    two.stays.evaluate("window.asking = setInterval(() => window.dispatchEvent(new Event('online')), 1200)")
    expect(two.walks.locator("html")).to_have_attribute("data-asked", "yes")
    two.stays.evaluate("clearInterval(asking)")


def goes_on(two: Two, lines: Networks, leave: Callable[[str], None], *, relayed: bool = False) -> None:
    two.choose(camera=True, relayOnly=relayed)
    two.connect()
    # A candidate of the relay has the relay's address; before the change the Wi-Fi alone is at hand, after it the other.
    wifi, mobile = (None, None) if relayed else (lines.address(WIFI), lines.address(MOBILE))
    flows_over(two, wifi)
    began = time.monotonic()
    leave(WIFI)
    lines.join(MOBILE)
    flows_over(two, mobile)
    print(f"\nsound and {FRAMES} frames to both {time.monotonic() - began:.1f} s after the Wi-Fi was lost")
    hears_by_the_server(two)
    print(f"one heard the other by the server {time.monotonic() - began:.1f} s after it")
    flows_over(two, mobile)
    two.hang_up()
    assert [one for one in two.errors if "net::ERR_" not in one] == []


def test_a_call_goes_on_over_another_network(two: Two, lines: Networks) -> None:
    goes_on(two, lines, lines.lose)


def test_a_call_goes_on_after_a_network_that_died_without_a_word(two: Two, lines: Networks) -> None:
    goes_on(two, lines, lines.silence)


def test_a_call_through_the_relay_goes_on_over_another_network(two: Two, lines: Networks) -> None:
    goes_on(two, lines, lines.lose, relayed=True)
