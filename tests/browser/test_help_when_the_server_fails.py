"""Help that was kept takes the place of a server that answers with an error, or that does not answer at all."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from browser_of_tests import PATIENCE
from browser_people import sign_up
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.fixture
def line(server: str) -> Iterator[Any]:
    """A line to the server that can be made to fail: ``line.does`` is "work", "break" (502) or "hang"."""
    opener = urllib.request.build_opener(_Stays)

    class Handler(BaseHTTPRequestHandler):
        def carry(self) -> None:
            if front.does == "hang":
                front.over.wait(60)
                return
            if front.does == "break":
                self.send_error(502)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
            request = urllib.request.Request(
                server + self.path, body, dict(self.headers), method=self.command
            )
            try:
                answer = opener.open(request, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                text = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        do_GET = do_POST = carry

        def log_message(self, *_: Any) -> None:
            pass

    front = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    front.daemon_threads = True
    front.does, front.over = "work", threading.Event()
    front.address = f"http://127.0.0.1:{front.server_port}"
    threading.Thread(target=front.serve_forever, daemon=True).start()
    yield front
    front.over.set()
    front.shutdown()
    front.server_close()


@pytest.fixture
def page(line: Any, chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(base_url=line.address, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def ruled(page: Any) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()


def kept(page: Any, path: str, text: str) -> None:
    """Wait until what is kept of this page has this text."""
    assert page.evaluate(
        """async ([path, text]) => {
          for (let tries = 0; tries < 300; tries++) {
            const found = await (await caches.match(path, { ignoreVary: true }))?.text();
            if (found?.includes(text)) return true;
            await new Promise((again) => setTimeout(again, 50));
          }
        }""",
        [path, text],
    ), (path, text)


@pytest.mark.parametrize("does", ["break", "hang"])
def test_kept_help_takes_the_place_of_a_server_that_fails(line: Any, page: Any, does: str) -> None:
    sign_up(page, f"server-{does}")
    page.goto("/help/")
    ruled(page)
    kept(page, "/help/now/", "tel:1737")
    line.does = does
    for path in ("/help/", "/help/now/", "/assessments/1/help/", "/assessments/1/help/?now"):
        page.goto(path)
        expect(page.locator("a[href='tel:1737']")).to_be_visible()


def test_another_country_that_was_looked_at_does_not_stay_offline(line: Any, page: Any) -> None:
    sign_up(page, "looked-at")
    page.goto("/help/")
    ruled(page)
    kept(page, "/help/", "tel:1737")
    page.goto("/help/?country=GB")
    expect(page.locator("a[href='tel:116123']").first).to_be_visible()
    page.goto("/today/")
    line.does = "break"
    page.goto("/help/")
    expect(page.locator("a[href='tel:1737']")).to_be_visible()


def test_who_has_no_account_finds_the_country_they_chose_offline(line: Any, page: Any) -> None:
    page.goto("/help/")
    ruled(page)
    page.goto("/help/?country=US")
    kept(page, "/help/now/", "tel:911")
    line.does = "break"
    page.goto("/help/")
    page.get_by_role("button", name="I am not safe now").click()
    expect(page.locator("a[href='tel:911']")).to_be_visible()
