"""An installation with a relay, and two people who call each other in two browsers."""

import os
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from browser_of_tests import PATIENCE, PHONE, wait_until
from playwright.sync_api import expect
from relay import Relay, free_port

FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
PASSWORD = "it is solved by walking"
#: what the page's connections say of themselves; the page itself is as it is shipped
PEERS = """
  const Made = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Made { constructor(config) {
    if (window.through) for (const one of config.iceServers) one.urls = [window.through];
    super(config);
    peers.push(this);
  } };
"""
FLOWS = """async () => {
  const pc = window.peers?.at(-1);
  const sum = { frames: 0, sound: 0, energy: 0, pair: null, local: null, state: pc?.connectionState };
  if (!pc || pc.connectionState === "closed") return sum;
  const report = await pc.getStats();
  for (const one of report.values()) {
    if (one.type === "inbound-rtp" && one.kind === "video") sum.frames += one.framesDecoded ?? 0;
    if (one.type === "inbound-rtp" && one.kind === "audio") { sum.sound += one.packetsReceived ?? 0; sum.energy += one.totalAudioEnergy ?? 0; }
    if (one.type === "transport" && one.selectedCandidatePairId) {
      const pair = report.get(one.selectedCandidatePairId);
      const local = report.get(pair.localCandidateId);
      Object.assign(sum, { pair: local.candidateType, local: local.address });
    }
  }
  return sum;
}"""


class Installation:
    """A server that can be stopped and started again on its port, with a relay beside it.

    ``host`` is the address of this machine at which both are to be met.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.folder, self.host, self.port, self.relay = folder, host, free_port(), Relay(folder, host)
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = os.environ | {
            "AMBULANDO_DATA": str(folder / "data"),
            "AMBULANDO_TURN": self.relay.address,
            "AMBULANDO_URL": self.address,
            "DJANGO_SETTINGS_MODULE": "ambulando.web.settings",
        }

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def secret(self) -> str:
        return (self.folder / "data" / "turn.secret").read_text().strip()

    def start(self) -> None:
        program = str(Path(sys.executable).with_name("ambulando"))
        command = [program, "serve", "--host", self.host, "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stderr=log, stdout=log)
        deadline = time.monotonic() + 300
        while True:
            with suppress(OSError):
                urllib.request.urlopen(f"{self.address}/help/", timeout=5).close()
                return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "the server did not answer in time"

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)
                raise
            finally:
                self.process = None


class Two:
    """Ada and Alex, each in a browser profile of their own; Alex can have a browser of his own."""

    def __init__(self, here: Installation, browser: Any, his: Any = None) -> None:
        self.here, self.errors = here, []
        self.contexts = [
            one.new_context(base_url=here.address, viewport=PHONE) for one in (browser, his or browser)
        ]
        self.ada, self.alex = (
            self._signed_in(*one) for one in zip(self.contexts, ("ada", "alex"), strict=True)
        )

    def _signed_in(self, context: Any, name: str) -> Any:
        context.add_init_script(PEERS)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto("/account/login/")
        page.locator("input[name=login]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/today/")
        return page

    def choose(self, **choices: Any) -> None:
        for page in (self.ada, self.alex):
            page.evaluate("one => localStorage.setItem('call-choices', JSON.stringify(one))", choices)

    def ring(self) -> None:
        """Ada calls; Alex, on any page, sees it."""
        self.alex.goto("/help/")
        self.alex.wait_for_function("() => document.documentElement.dataset.live === 'on'")
        self.ada.goto("/calls/")
        self.ada.get_by_role("link", name="Alex").first.click()
        self.ada.get_by_role("button", name="Call now").click()
        expect(self.ada.locator("#call-state")).to_have_text("Ringing")
        expect(self.alex.get_by_text("ada is calling.")).to_be_visible()

    def connect(self) -> float:
        """Ring and answer. Returns the seconds from the tap on "Answer" until both are connected."""
        self.ring()
        self.alex.get_by_role("button", name="Answer").evaluate(
            "button => { sessionStorage.setItem('tapped', performance.timeOrigin + performance.now()); button.click(); }"
        )
        for page in (self.ada, self.alex):
            expect(page.locator("#call-state")).to_have_text("Connected")
        when = "performance.timeOrigin + performance.getEntriesByName('call-connected')[0].startTime"
        tapped = float(self.alex.evaluate("sessionStorage.getItem('tapped')"))
        return (max(page.evaluate(when) for page in (self.ada, self.alex)) - tapped) / 1000

    def quickest(self) -> float:
        """Connect. Where the machine is busy with other tests, once more, up to eight times; each is printed."""
        tries = [self.connect()]
        while tries[-1] >= 3 and len(tries) < 8:
            self.hang_up()
            tries.append(self.connect())
        print(f"\nseconds from the tap on Answer, of each try: {[round(one, 2) for one in tries]}")
        return tries[-1]

    def flows(self, *names: str) -> list[dict[str, Any]]:
        """Wait until each of these grows on both sides. Returns the last figures."""
        last = []
        for page in (self.ada, self.alex):
            before = page.evaluate(FLOWS)
            grown = f"async ([names, before]) => {{ const now = await ({FLOWS})(); return names.every((one) => now[one] > before[one]); }}"
            wait_until(page, grown, [list(names), before])
            last.append(page.evaluate(FLOWS))
        return last

    def hang_up(self) -> None:
        self.ada.get_by_role("button", name="Hang up").click()
        self.ada.wait_for_url("**/calls/with/*/")
        expect(self.alex.locator("#call-state")).to_have_text("The call is over.")
