"""A hard answer leads to help with JavaScript on, with it off, and with the network cable out; and nothing is lost."""

from typing import Any

import pytest
from browser_people import sign_up
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LATER = "They will be sent when there is a connection."


def until(page: Any, check: str) -> None:
    """Wait until ``check``, the body of an async function with ``kept(path)``, the text that is kept of a page, holds."""
    held = page.evaluate(
        f"""async () => {{
          const kept = async (path) => (await caches.match(path, {{ ignoreVary: true }}))?.text();
          const check = async () => {{ {check} }};
          for (let tries = 0; tries < 300; tries++) {{
            if (await check()) return true;
            await new Promise((again) => setTimeout(again, 50));
          }}
          return false;
        }}"""
    )
    assert held, check


def kept_for_offline(page: Any) -> None:
    """Wait until the service worker rules the page and keeps help as this person sees it."""
    page.goto("/today/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    until(
        page, "return navigator.serviceWorker.controller && (await kept('/help/now/'))?.includes('tel:1737')"
    )


def answer(page: Any, nine: int, *, go: bool = True) -> None:
    if go:
        page.goto("/questions/phq-9/")
    page.locator("input[name=item-1][value='2']").check(force=True)
    page.locator(f"input[name=item-9][value='{nine}']").check(force=True)
    page.get_by_role("button", name="Keep my answers").click()


def numbers(page: Any) -> list[str]:
    links = page.locator("main a[href^='tel:']").all()
    return [link.get_attribute("href").removeprefix("tel:") for link in links if link.is_visible()]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("nine", "first"), [(1, "1737"), (2, "111")])
def test_a_hard_answer_leads_to_help(open_page: Any, script: bool, nine: int, first: str) -> None:
    page = open_page(java_script_enabled=script)
    sign_up(page, f"item-9-{script}-{nine}")
    answer(page, nine)
    page.wait_for_url("**/assessments/*/help/")
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    assert numbers(page)[0] == first
    page.get_by_role("button", name="Keep going").click()
    expect(
        page.get_by_text("8 questions were left out").or_(page.get_by_text("7 questions were left out"))
    ).to_be_visible()


@pytest.mark.parametrize(("nine", "heading"), [(1, "People you can talk to"), (2, "Please reach someone now"), (3, "Please reach someone now")])  # fmt: skip
def test_with_the_cable_out_a_hard_answer_leads_to_help_and_waits(
    open_page: Any, nine: int, heading: str
) -> None:
    page = open_page()
    sign_up(page, f"cable-out-{nine}")
    page.goto("/questions/phq-9/")
    page.wait_for_load_state("networkidle")
    open_page.watch.cut_the_line(page)
    answer(page, nine, go=False)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_text(LATER)).to_be_visible()
    assert numbers(page)[0] == "111"
    page.get_by_role("button", name="Back to my answers").click()
    expect(page.locator(f"input[name=item-9][value='{nine}']")).to_be_checked()
    page.context.set_offline(False)
    expect(page.get_by_text("The answers that waited on this device are kept now.")).to_be_visible()
    page.get_by_role("link", name="See them").click()
    page.wait_for_url("**/assessments/*/help/")
    page.goto("/journal/")
    expect(page.locator("a[href^='/assessments/']")).to_have_count(1)
    assert page.evaluate("localStorage.getItem('waiting')") is None


def test_an_older_browser_loses_no_answer_either(open_page: Any) -> None:
    page = open_page()
    page.add_init_script("delete AbortSignal.timeout")
    sign_up(page, "older-browser")
    page.goto("/questions/phq-9/")
    page.wait_for_load_state("networkidle")
    open_page.watch.cut_the_line(page)
    answer(page, 2, go=False)
    expect(page.get_by_role("heading", name="Please reach someone now")).to_be_visible()
    expect(page.get_by_text(LATER)).to_be_visible()


def test_signing_out_does_not_throw_away_what_could_not_be_sent_without_a_word(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "signs-out-too-soon")
    page.goto("/questions/phq-9/")
    page.wait_for_load_state("networkidle")
    open_page.watch.cut_the_line(page)
    answer(page, 1, go=False)
    expect(page.get_by_text(LATER)).to_be_visible()
    page.evaluate("sessionStorage.kept = localStorage.waiting; localStorage.clear()")
    page.context.set_offline(False)
    page.goto("/you/")
    page.evaluate("localStorage.waiting = sessionStorage.kept")
    page.evaluate("void (waitingAnswers.send = () => Promise.reject(new Error()))")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#not-sent")).to_be_visible()
    assert page.evaluate("localStorage.waiting")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/")


def test_without_a_hard_answer_one_calm_line_says_that_they_wait(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "calm-line")
    page.goto("/questions/phq-8/")
    page.wait_for_load_state("networkidle")
    open_page.watch.cut_the_line(page)
    page.locator("input[name=item-1][value='2']").check(force=True)
    page.get_by_role("button", name="Keep my answers").click()
    expect(page.get_by_text(LATER)).to_be_visible()
    expect(page.locator("input[name=item-1][value='2']")).to_be_checked()
    page.context.set_offline(False)
    page.goto("/today/")
    expect(page.get_by_text("The answers that waited on this device are kept now.")).to_be_visible()


def test_answers_that_wait_are_not_sent_by_somebody_else(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "waits-one")
    page.goto("/questions/phq-9/")
    page.wait_for_load_state("networkidle")
    open_page.watch.cut_the_line(page)
    answer(page, 1, go=False)
    expect(page.get_by_text(LATER)).to_be_visible()
    page.context.clear_cookies(name="sessionid")  # the session ended before there was a connection
    page.context.set_offline(False)
    page.goto("/help/")
    assert page.evaluate("localStorage.getItem('waiting')")
    sign_up(page, "waits-two")
    page.wait_for_function("JSON.parse(localStorage.getItem('waiting'))[0].refusedTo")
    expect(page.get_by_text("are kept now")).to_have_count(0)
    page.goto("/journal/")
    expect(page.locator("a[href^='/assessments/']")).to_have_count(0)
    page.context.clear_cookies(name="sessionid")
    page.goto("/account/login/")
    page.locator("[name=login]").fill("waits-one")
    page.locator("[name=password]").fill("it is solved by walking")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The answers that waited on this device are kept now.")).to_be_visible()
    # the answers of the one were refused to the other, and the browser says so in its console
    open_page.watch.errors = [text for text in open_page.watch.errors if "403" not in text]


def test_help_the_one_chosen_and_the_own_plan_open_offline_and_are_gone_after_signing_out(
    open_page: Any,
) -> None:
    page = open_page()
    sign_up(page, "own-plan-offline")
    kept_for_offline(page)
    assert page.evaluate("caches.match('/help/plan/').then((kept) => !kept)"), "nobody opened it yet"
    page.goto("/help/plan/change/")
    page.get_by_label("What I can do alone").fill("Put the kettle on.")
    page.get_by_label("First person", exact=True).fill("Mia")
    page.get_by_label("Number of the first person").fill("021 555 0199")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/help/plan/")
    until(
        page,
        """const pages = await Promise.all(["/help/", "/help/now/", "/help/plan/"].map(kept));
           return pages.every((text) => text?.includes("tel:0215550199"));""",
    )
    open_page.watch.cut_the_line(page)
    for path, heading in (("/help/", "People you can talk to"), ("/help/now/", "Please reach someone now"), ("/help/plan/", "My plan for hard moments")):  # fmt: skip
        page.goto(path)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        expect(page.locator("a[href='tel:0215550199']")).to_be_visible()
        expect(page.get_by_text("Put the kettle on.")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/you/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/")
    until(
        page,
        "return !(await kept('/help/plan/')) && (await kept('/help/')) && !(await kept('/help/')).includes('0215550199')",
    )


def test_who_signs_in_next_finds_nothing_of_the_one_before(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "before-on-device")
    kept_for_offline(page)
    page.goto("/help/plan/change/")
    page.get_by_label("What I can do alone").fill("Put the kettle on.")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/help/plan/")
    until(page, "return await kept('/help/plan/')")
    page.context.clear_cookies(name="sessionid")
    sign_up(page, "next-on-device", country="GB")
    until(page, "return !(await kept('/help/plan/')) && (await kept('/help/'))?.includes('tel:116123')")
    open_page.watch.cut_the_line(page)
    page.goto("/help/")
    expect(page.locator("a[href='tel:116123']").first).to_be_visible()
    expect(page.get_by_text("Put the kettle on.")).to_have_count(0)
    page.goto("/help/plan/")
    expect(page.get_by_text("Put the kettle on.")).to_have_count(0)
