"""Around a session: one tap each, by finger and by keyboard; and the one quiet line about a questionnaire."""

from collections.abc import Callable
from typing import Any

import pytest
from browser_people import sign_up
from playwright.sync_api import Response, expect

pytestmark = pytest.mark.browser


def kept(what: str) -> Callable[[Response], bool]:
    """Whether this is the answer to the tap that sent ``what``."""
    return lambda response: f"&{what}&" in f"&{response.request.post_data or ''}&"


def test_each_tap_around_a_session_is_kept_and_the_card_goes_when_it_was_told(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "around-a-session")
    page.get_by_role("button", name="Start", exact=True).click()
    for place in ("-2", "1"):  # the second tap has its place too
        with page.expect_response(
            kept(f"feeling_before={place}")
        ):  # "Saved." may still stand there from before
            page.locator(f"input[name=feeling_before][value='{place}']").check(force=True)
        expect(page.locator("#felt-before")).to_have_text("Saved.")
    page.goto("/today/")
    expect(page.locator("input[name=feeling_before][value='1']")).to_be_checked()
    page.get_by_role("button", name="Done", exact=True).click()
    page.locator("input[name=feeling_after][value='3']").check(force=True)
    page.locator("input[name=talk][value='1']").check(force=True)
    expect(page.locator(".how .saved")).to_have_text("Saved.")

    # by keyboard: the arrows pass over other places, and the last one counts
    page.locator("input[name=effort][value='0']").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".how .saved")).to_contain_text("The plan will take that into account.")
    expect(page.locator("input[name=effort][value='4']")).to_be_focused()
    with page.expect_response(kept("effort=5")):  # not one of the places passed over
        page.keyboard.press("ArrowRight")
    page.goto("/today/")
    expect(page.locator(".how")).to_have_count(0)
    page.goto("/journal/")
    expect(page.get_by_text("effort 5")).to_be_visible()
    expect(page.get_by_text("felt before +1")).to_be_visible()


def test_how_it_was_is_skipped_in_one_tap(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "skips-how-it-was")
    page.get_by_role("button", name="done", exact=True).click()
    page.locator(".how").get_by_role("button", name="skip").click()
    expect(page.locator(".how")).to_have_count(0)
    expect(page.get_by_role("heading", name="That is enough for today")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_line_about_a_questionnaire_goes_with_one_tap(open_page: Any, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    sign_up(page, f"one-quiet-line-{javascript}")
    page.goto("/questions/")
    page.get_by_role("button", name="offer it on Today GAD-7").click()
    page.goto("/today/")
    expect(page.get_by_text("The GAD-7 can be filled in, if you like.")).to_be_visible()
    page.get_by_role("button", name="skip this time").click()
    expect(page.get_by_text("It comes again on")).to_be_visible()
    expect(page.get_by_text("if you like.", exact=False).filter(has_text="GAD-7")).to_have_count(0)
