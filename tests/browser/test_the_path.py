"""A person lives the whole path in a real browser, with JavaScript and without."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browser_people import sign_up
from playwright.sync_api import expect

from places import SHARED, needs_shared

pytestmark = pytest.mark.browser

WALK_START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def walk(folder: Path) -> Path:
    points = "".join(
        f'<trkpt lat="{-41.3 + 0.000125 * n:.6f}" lon="174.78"><time>{WALK_START + timedelta(seconds=10 * n):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        for n in range(121)
    )
    path = folder / "walk.gpx"
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>walking</type><trkseg>{points}</trkseg></trk></gpx>"
    )
    return path


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_person_lives_the_path(open_page: Any, tmp_path: Path, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    sign_up(page, "path-js" if javascript else "path-plain")

    # the check-in: three taps, and each is kept
    for scale, value in (("mood", 4), ("energy", 6), ("sleep", 7)):
        tap = page.locator(f"input[name={scale}][value='{value}']")
        if javascript:
            with page.expect_response("**/check-in/"):
                tap.check(force=True)
            expect(page.locator("#saved")).to_contain_text("Saved.")
        else:
            tap.check(force=True)
    if not javascript:
        page.get_by_role("button", name="Save").click()
    page.goto("/today/")
    expect(page.locator("input[name=energy][value='6']")).to_be_checked()

    # the suggestion: taken, done, and how hard it was
    page.get_by_role("button", name="smaller").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Under way.")).to_be_visible()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("Done. That is 1 so far.")).to_be_visible()
    page.locator("input[name=effort][value='3']").check(force=True)
    if not javascript:
        page.locator("#card").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Thank you. The plan will take that into account.")).to_be_visible()

    # a recording
    page.goto("/journal/")
    page.get_by_role("button", name="Import a file").click()
    page.get_by_label("Files from your watch").set_input_files(walk(tmp_path))
    page.get_by_role("button", name="Read them").click()
    expect(page.get_by_text("is in your journal now.")).to_be_visible()

    # a PHQ-9 with a positive item 9 leads to help before any total
    page.goto("/questions/")
    page.get_by_role("button", name="Open PHQ-9").click()
    for item in range(1, 9):
        page.locator(f"input[name=item-{item}][value='1']").check()
    page.locator("input[name=item-9][value='1']").check()
    page.get_by_role("button", name="Keep my answers").click()
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    expect(page.locator("a[href='tel:1737']")).to_be_visible()
    expect(page.get_by_text("add up to")).to_have_count(0)
    page.get_by_role("button", name="Keep going").click()
    expect(page.get_by_text("Your answers add up to 9")).to_be_visible()

    # progress, and why
    page.goto("/progress/")
    expect(page.get_by_text("2 sessions so far")).to_be_visible()
    if javascript:
        expect(page.locator(".chart canvas")).to_be_visible()
    else:
        page.get_by_text("The same as a table").click()
        expect(page.get_by_role("cell", name="PHQ-9 9")).to_be_visible()
    page.goto("/week/")
    page.get_by_role("link", name="Why this?").first.click()
    expect(page.get_by_role("heading", name="Every number on the way")).to_be_visible()
    page.get_by_role("link", name="Look at the evidence").click()
    expect(page.get_by_role("heading", name="Why: what trials say")).to_be_visible()
    page.get_by_role("link", name="Does exercise help with depression?").click()
    expect(page.get_by_text("How sure: low.")).to_be_visible()
    expect(page.locator("img[src*='forest']")).to_be_visible()
    assert page.locator("img[src*='forest']").evaluate("image => image.complete && image.naturalWidth > 300")
    page.get_by_text("each with its source").click()
    expect(page.get_by_role("region", name="The results, one by one")).to_be_visible()

    # help, from wherever
    page.locator(".help-link").click()
    expect(page.get_by_role("heading", name="People you can talk to")).to_be_visible()


def test_with_the_cable_out_help_still_opens(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "offline")
    page.goto("/help/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # now through the service worker, which keeps the lines of this person's country
    open_page.watch.cut_the_line(page)
    page.goto("/help/")
    expect(page.locator("a[href='tel:1737']")).to_be_visible()
    assert page.locator(".help-link").evaluate("link => getComputedStyle(link).borderRadius") != "0px", (
        "with its style"
    )
    page.goto("/progress/")
    expect(page.get_by_role("heading", name="No connection just now")).to_be_visible()
    page.get_by_role("button", name="Help works offline").click()
    expect(page.locator("a[href='tel:1737']")).to_be_visible()


@needs_shared
def test_a_real_recording_of_a_watch_is_imported(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "watch")
    page.goto("/journal/import/")
    page.get_by_label("Files from your watch").set_input_files(
        SHARED / "data/recordings/garmin-fenix-5-run.fit"
    )
    page.get_by_role("button", name="Read them").click()
    expect(page.get_by_text("0.2 km")).to_be_visible()
    page.goto("/journal/?until=2017-06-12")
    expect(page.get_by_text("from a file")).to_be_visible()


def test_the_whole_day_works_by_keyboard_alone(open_page: Any) -> None:
    page = open_page()
    sign_up(page, "keyboard")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("input[name=mood][value='0']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[name=mood]:checked")).to_have_value("1")
    expect(page.locator("#saved")).to_contain_text("Saved.")
    start = page.get_by_role("button", name="Start", exact=True)
    for _ in range(60):
        if start.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(start).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Done", exact=True)).to_be_visible()
