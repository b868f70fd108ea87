"""How do you know? The pictures as they are drawn, on a phone in both themes, and with JavaScript off."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ambulando.web.demo import NAME, PASSWORD

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: words of a picture that reach over its edge, or lie on one another
CLASHES = """() => {
  const faults = [];
  for (const svg of document.querySelectorAll("svg.answered")) {
    const box = svg.getBoundingClientRect();
    const words = [...svg.querySelectorAll("text")].map((node) => [node.textContent, node.getBoundingClientRect()]);
    for (const [text, at] of words) {
      if (at.left < box.left - 1 || at.right > box.right + 1 || at.bottom > box.bottom + 1) faults.push(`${text} leaves its picture`);
    }
    for (const [n, [text, a]] of words.entries()) for (const [other, b] of words.slice(n + 1)) {
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3) {
        faults.push(`${text} lies on ${other}`);
      }
    }
  }
  return faults;
}"""


def sign_in(page: Any) -> None:
    page.goto("/account/login/")
    page.locator("[name=login]").fill(NAME)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_picture_and_every_table_under_it_can_be_read(open_page: Any, theme: str) -> None:
    page = open_page(viewport=PHONE, color_scheme=theme)
    sign_in(page)
    for path in ("/progress/answer/", "/progress/answer/?of=energy", "/progress/answer/?of=sleep"):
        page.goto(path)
        assert page.locator("svg.answered").count() == 3
        assert page.evaluate(CLASHES) == []
        for summary in page.locator("main summary").all():
            summary.click()
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": PHONE["width"], "height": whole + PHONE["height"]})
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        page.set_viewport_size(PHONE)
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_all_of_it_is_there_without_javascript(open_page: Any) -> None:
    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page)
    page.goto("/progress/")
    page.get_by_role("link", name="How do you know?").click()
    assert page.locator("svg.answered").count() == 3
    page.get_by_role("link", name="Sleep", exact=True).click()
    assert "How you slept in the night after" in page.locator("main").inner_text()
    page.goto("/today/?all=1")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("I am ill today").check()
    page.get_by_role("button", name="Save").click()
    page.goto("/today/?all=1")
    page.get_by_text("More", exact=True).click()
    assert page.get_by_label("I am ill today").is_checked()


def test_a_tick_is_saved_at_once_and_can_be_taken_back(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    sign_in(page)
    for told in (True, False):
        page.goto("/today/?all=1")
        page.get_by_text("More", exact=True).click()
        box = page.get_by_label("My medicine changed today")
        with page.expect_response("**/check-in/"):
            box.set_checked(told)
        page.get_by_text("Saved.").wait_for()
        page.goto("/today/?all=1")
        page.get_by_text("More", exact=True).click()
        assert page.get_by_label("My medicine changed today").is_checked() == told
