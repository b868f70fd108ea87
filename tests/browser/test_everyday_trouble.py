"""Taps that do not get through, taps after signing out elsewhere, where the focus goes, and long words."""

import time
from typing import Any

import pytest
from browser_people import sign_up
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def first(held: list[Any], page: Any) -> Any:
    """The first request that was held back. A browser that is busy wakes its service worker first, in its own time."""
    until = time.monotonic() + 15
    while not held:
        assert time.monotonic() < until, "nothing was sent"
        page.evaluate("null")  # lets the browser tell
    return held[0]


def test_a_tap_that_does_not_get_through_says_so(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "cable-out")
    page.locator("input[name=mood][value='4']").check(force=True)
    expect(page.locator("#saved")).to_contain_text("Saved.")
    open_page.watch.cut_the_line(page)
    page.locator("input[name=mood][value='5']").check(force=True)
    expect(page.get_by_text("That did not get through")).to_be_visible()
    expect(page.locator("#saved")).to_be_empty()
    page.context.set_offline(False)
    page.locator("input[name=mood][value='6']").check(force=True)
    expect(page.locator("#saved")).to_contain_text("Saved.")
    expect(page.get_by_text("That did not get through")).to_be_hidden()


def test_a_browser_that_keeps_nothing_for_offline_still_shows_the_page_without_a_fault(
    open_page: Any,
) -> None:
    page = open_page()  # a fault in its console would fail this test at its end
    page.add_init_script(
        "navigator.serviceWorker.register = () => Promise.reject(new DOMException('Operation has been aborted'))"
    )
    sign_up(page, "keeps-nothing")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_taps_just_before_the_page_is_left_are_kept(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "in-a-hurry")
    # three taps and away, faster than the first of them can be answered
    page.evaluate(
        """() => {
          for (const [scale, value] of [["mood", 4], ["energy", 6], ["sleep", 7]])
            document.querySelector(`input[name=${scale}][value="${value}"]`).click();
          location.assign("/journal/");
        }"""
    )
    page.wait_for_url("**/journal/")
    for scale, value in (("mood", 4), ("energy", 6), ("sleep", 7)):
        kept = page.locator(f"input[name={scale}][value='{value}']:checked")
        for _ in range(20):  # what was sent on leaving may be kept a moment after the next page is made
            page.goto("/today/")
            if kept.count():
                break
        expect(kept).to_have_count(1)


def test_saved_is_said_only_once_the_last_tap_is_kept(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "a-tap-that-waits")
    page.locator("input[name=mood][value='4']").check(force=True)
    expect(page.locator("#saved")).to_contain_text("Saved.")
    waits: list[Any] = []
    page.route("**/check-in/", lambda route: waits.append(route))
    page.locator("input[name=energy][value='6']").check(force=True)
    expect(page.locator("#saved")).to_be_empty()
    first(waits, page).continue_()
    expect(page.locator("#saved")).to_contain_text("Saved.")


def test_a_tap_after_signing_out_in_another_tab_leads_to_sign_in_and_back(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "two-tabs")
    page.context.clear_cookies(name="sessionid")
    page.locator("input[name=mood][value='4']").click(force=True)
    page.wait_for_url("**/account/login/?next=/today/")
    expect(page.get_by_text("You were signed out")).to_be_visible()
    page.locator("[name=login]").fill("two-tabs")
    page.locator("[name=password]").fill("it is solved by walking")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today/")


def test_with_little_energy_the_card_becomes_small_at_once_and_its_start_works(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "little-energy", barriers=())
    expect(page.get_by_role("button", name="swap")).to_be_visible()
    page.locator("input[name=energy][value='1']").check(force=True)
    expect(page.get_by_role("button", name="swap")).to_have_count(0)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Under way.")).to_be_visible()


def test_after_a_tap_on_the_card_the_keyboard_stays_there(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "keyboard-card")
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Under way.")).to_be_visible()
    expect(page.locator("#suggestion")).to_be_focused()


def test_a_long_word_in_a_note_does_not_make_the_journal_wider_than_the_phone(open_page: Any) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    sign_up(page, "n" * 140)
    page.goto("/journal/add/")
    page.locator("[name=note]").fill("x" * 300 + " سلام")
    page.get_by_role("button", name="Keep it").click()
    for path in ("/journal/", "/you/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.goto("/journal/")
    assert page.locator(".entry p[dir=auto]").count() == 1


def test_the_caption_of_the_time_line_stands_only_under_a_picture(open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    sign_up(page, "no-picture")
    page.locator("input[name=mood][value='4']").check(force=True)
    page.get_by_role("button", name="Save").click()
    page.goto("/progress/")
    expect(page.get_by_text("Dots are mood")).to_be_hidden()


def test_numbers_to_call_can_be_read_on_paper(open_page: Any) -> None:
    page = open_page()
    page.goto("/help/?country=NZ")
    page.emulate_media(media="print")
    for dial in page.locator(".dial").all():
        expect(dial).to_have_css("background-color", "rgba(0, 0, 0, 0)")
        expect(dial).to_have_css("color", "rgb(0, 0, 0)")


def test_done_is_counted_on_the_path_at_once(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "path-at-once")
    page.locator("#card").get_by_role("button", name="done", exact=True).click()
    expect(page.get_by_text("Done. That is 1 so far.")).to_be_visible()
    expect(page.get_by_text("1 session so far")).to_be_visible()


def test_what_has_the_focus_is_never_under_the_bar(open_page: Any) -> None:
    page = open_page(viewport={"width": 360, "height": 640})
    sign_up(page, "under-the-bar")
    page.goto("/start/safety/")
    page.locator("[name=age]").focus()
    hidden = []
    for _ in range(30):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => {
              const node = document.activeElement, bar = document.querySelector(".bar");
              if (bar.contains(node)) return [];
              return node.getBoundingClientRect().bottom > bar.getBoundingClientRect().top ? [node.id] : [];
            }"""
        )
    assert hidden == []


def test_words_are_not_broken_in_a_table(open_page: Any) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    sign_up(page, "whole-words")
    page.goto("/questions/phq-8/")
    page.locator("input[name=item-1][value='3']").check(force=True)
    page.get_by_role("button", name="Keep my answers").click()
    page.get_by_text("What you answered").click()
    heights = page.locator("th", has_text="Answer").bounding_box()["height"]
    assert heights < 60, "the word stands on one line"


@pytest.mark.parametrize("width", [320, 240])
def test_with_large_letters_no_page_needs_to_be_pushed_sideways(open_page: Any, width: int) -> None:
    """A phone of 360 px at 150 % has 240 px left; WCAG asks for 320."""
    page = open_page(viewport={"width": width, "height": 640})
    sign_up(page, f"large-letters-{width}")
    wide = []
    for path in ("/today/", "/week/", "/journal/add/", "/progress/", "/help/", "/you/", "/start/safety/"):
        page.goto(path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wide += [(path, over)] if over > 0 else []
    assert wide == []


def test_while_a_tap_is_on_its_way_the_card_takes_no_other(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "two-quick-taps")
    held = []
    page.route("**/smaller/", lambda route: held.append(route))
    page.get_by_role("button", name="smaller").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    first(held, page).continue_()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Under way.")).to_be_visible()


def test_a_tap_at_the_very_moment_the_card_appears_is_kept(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "quick-tap")
    page.evaluate(
        """() => new MutationObserver((_, watch) => {
          const effort = document.querySelector("input[name=effort][value='3']");
          if (effort) { watch.disconnect(); effort.click(); }
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    page.get_by_role("button", name="done", exact=True).click()
    expect(page.get_by_text("Thank you. The plan will take that into account.")).to_be_visible()


def test_the_keyboard_stays_on_start_when_a_check_in_brings_the_card_anew(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "keyboard-start", barriers=())
    start = page.get_by_role("button", name="Start", exact=True)
    start.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/today/")):
        page.evaluate("htmx.trigger(document.body, 'checked-in')")
    page.wait_for_function("!document.querySelector('.htmx-request')")
    expect(start).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Under way.")).to_be_visible()
