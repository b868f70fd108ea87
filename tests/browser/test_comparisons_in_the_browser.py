"""A person compares two things on a phone, from the idea to the result, with JavaScript and without."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from browser_people import sign_up
from playwright.sync_api import expect
from test_pages import SCREENS, findings, sign_in

pytestmark = pytest.mark.browser

#: what only time does: in place of weeks, a comparison that began earlier
BEGIN = """
import django; django.setup()
from django.utils import timezone
from ambulando.response.protocol import Protocol, option_of
from ambulando.web.comparisons import actions
from ambulando.web.people.models import Person
person = Person.objects.get(username={name!r})
start = timezone.localdate(timezone=person.zone)
options = tuple(map(option_of, ("easy-walk", "chair-yoga")))
actions.begin(person, Protocol("two-kinds", options, "mood", 12, 2, start), today=start)
"""


def on_the_server(tmp_path_factory: pytest.TempPathFactory, code: str) -> None:
    keys = tmp_path_factory.getbasetemp().glob("data*/secret.key")
    (data,) = {key.resolve().parent for key in keys}  # pytest links to its newest folder too
    environment = os.environ | {
        "AMBULANDO_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "ambulando.web.settings",
    }
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, cwd=Path(data))


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_person_compares_two_things(
    open_page: Any, tmp_path_factory: pytest.TempPathFactory, javascript: bool
) -> None:
    page = open_page(java_script_enabled=javascript)
    name = "compares-js" if javascript else "compares-plain"
    sign_up(page, name)

    # the idea
    page.goto("/progress/")
    page.get_by_role("link", name="Look at the questions").click()
    page.get_by_role("link", name="Which of two or more activities?").click()

    # one alone can not be compared
    first, second = page.locator("input[name=options]").nth(0), page.locator("input[name=options]").nth(1)
    first.check(force=True)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Please pick two of them, or up to four.")).to_be_visible()
    expect(first).to_be_checked()
    open_page.watch.errors = [text for text in open_page.watch.errors if "422" not in text]
    second.check(force=True)
    page.get_by_role("button", name="Next").click()

    # what it could find, and the start
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    expect(page.get_by_text("Most often the answer is “no clear difference”.")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("link", name="A reminder, one a day at most")).to_be_visible()
    page.get_by_text("How it is sealed").click()
    expect(page.locator(".seal")).to_have_text(re.compile("^[0-9a-f]{64}$"))

    # stopped with one tap
    page.get_by_role("button", name="Stop it now").click()
    expect(page.get_by_text("You stopped it early, and that is fine.")).to_be_visible()
    page.get_by_text("Remove this").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()

    # a drawn day
    on_the_server(tmp_path_factory, BEGIN.format(name=name))
    page.goto("/today/")
    drawn = page.get_by_text("A draw decided this, for your comparison.")
    expect(drawn).to_be_visible()
    page.get_by_role("link", name="Why this?").click()
    expect(page.get_by_text("as you agreed for your comparison")).to_be_visible()
    page.goto("/today/")
    page.get_by_role("button", name="smaller").click()
    expect(drawn).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("Done. That is 1 so far.")).to_be_visible()
    page.get_by_role("button", name="take that back").first.click()
    expect(drawn).to_be_visible()
    page.get_by_role("button", name="not today").click()
    expect(page.get_by_text("That is fine. Rest is part of it.")).to_be_visible()
    expect(drawn).to_have_count(0)
    page.goto("/compare/")
    page.get_by_role("button", name="See how it goes").click()
    expect(page.get_by_text("1 of 24 drawn days have come.")).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_pages_of_a_comparison_have_no_finding(open_page: Any, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    sign_in(page)
    page.goto("/compare/")
    result = page.locator("a[href^='/compare/']", has_text="Look").first.get_attribute("href")
    two = "options=moderate-walk&options=hatha-yoga&target=mood&weeks=12&per_week=2"
    wrong = []
    for path in ("/compare/", "/compare/new/two-kinds/", "/compare/new/minutes/", "/compare/new/two-kinds/?target=mood",
                 f"/compare/new/two-kinds/?{two}", result):  # fmt: skip
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wrong += findings(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{path} is {wide} px wider than the screen")
    open_page.watch.errors = [text for text in open_page.watch.errors if "422" not in text]
    assert wrong == []


def test_a_result_is_there_for_who_prints_it(open_page: Any) -> None:
    page = open_page()
    sign_in(page)
    page.goto("/compare/")
    page.get_by_role("link", name="Look").first.click()
    expect(page.get_by_text("no clear difference").first).to_be_visible()
    assert page.locator("svg.compared").count() == 2
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="For your clinician")).to_be_visible()
    expect(page.locator("nav.bar")).to_be_hidden()
