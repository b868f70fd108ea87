"""Withdrawal while a clinician has a page open: the page clears itself within a second, and asks in vain from then on."""

from typing import Any

import pytest
from browser_people import sign_up

from ambulando.web.care.grants.demo import NAME as THERAPIST
from ambulando.web.demo import NAME, PASSWORD

pytestmark = pytest.mark.browser
#: milliseconds that the issue allows
WITHIN = 1000
#: how often it is tried on a machine that is busy with other tests
TRIES = 6
#: keeps, by the clock of the page, when it was cleared
WATCH = """() => {
  new MutationObserver(() => {
    if (!document.querySelector("[data-grant]")) window.cleared ??= Date.now();
  }).observe(document.getElementById("main"), { childList: true, subtree: true });
}"""


def sign_in(page: Any, name: str, password: str = PASSWORD) -> None:
    page.goto("/account/login/?next=/in/")
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/in/")


def let_in(person: Any, reader: Any, account: str) -> str:
    """Ask, read the link, say yes, confirm: as the two would. Gives the number of the grant."""
    person.goto("/team/ask/")
    person.get_by_label("What do you call them?").fill("Dr Mere")
    person.locator("#item-mood").check()
    person.locator("#item-bouts").check()
    person.get_by_role("button", name="Make the invitation").click()
    number = person.url.rstrip("/").rpartition("/")[2]
    link = person.locator(".secret").inner_text()
    code = person.locator("p.code").inner_text()
    assert code.lower() in link
    reader.goto(link)
    reader.get_by_role("button", name="Yes, I would like to").click()
    reader.get_by_text("Until then you see nothing of theirs.").wait_for()
    # the person's page says so by itself
    person.locator("bdi", has_text=account).wait_for()
    person.get_by_role("button", name="Yes, let them in").click()
    person.get_by_text("They are in.").wait_for()
    reader.get_by_text("They let you see this.").wait_for()
    return number


def ended_with_the_page_open(person: Any, reader: Any, number: str) -> float:
    """Milliseconds from the tap of one to when the page of the other is cleared."""
    reader.goto(f"/people/{number}/")
    reader.locator("[data-grant]").wait_for()
    reader.locator("html[data-live=on]").wait_for(state="attached")
    reader.evaluate(WATCH)
    person.goto("/team/")
    button = person.get_by_role("button", name="End it now")
    ended = button.evaluate("(one) => { const at = Date.now(); one.click(); return at; }")
    reader.get_by_text("This is no longer shared with you.").wait_for()
    person.get_by_text("It has ended.").wait_for()
    return float(reader.evaluate("window.cleared")) - ended


def test_from_the_invitation_to_the_end_with_the_page_open(open_page: Any, capsys: Any) -> None:
    person, reader = open_page(), open_page()
    sign_up(person, "wanda")
    sign_in(reader, THERAPIST)
    number = let_in(person, reader, THERAPIST)

    took = [ended_with_the_page_open(person, reader, number)]
    while took[-1] >= WITHIN and len(took) < TRIES:  # the machine was busy with other things
        number = let_in(person, reader, THERAPIST)
        took.append(ended_with_the_page_open(person, reader, number))
    with capsys.disabled():
        print(f"\nwithdrawal: from the tap to a cleared page {[round(one) for one in took]} ms")
    assert took[-1] < WITHIN
    assert reader.get_by_role("heading", level=1).inner_text() == "This is no longer shared with you."
    assert "wanda" not in reader.locator("body").inner_text()
    for path in ("", "assessments/", "report/", "export.zip", "agreement/"):
        assert reader.request.get(f"/people/{number}/{path}").status == 404

    person.goto("/team/looks/")
    assert "looked at your page" in person.locator("main").inner_text()
    assert "This record is whole" in person.locator("main").inner_text()


def test_what_is_shared_no_more_leaves_an_open_page(open_page: Any) -> None:
    person, reader = open_page(), open_page()
    sign_up(person, "wilma")
    sign_in(reader, THERAPIST)
    number = let_in(person, reader, THERAPIST)
    reader.goto(f"/people/{number}/")
    reader.locator("html[data-live=on]").wait_for(state="attached")
    person.goto(f"/team/{number}/change/")
    person.locator("#item-bouts").uncheck()
    with reader.expect_event("load"):  # it asks anew
        person.get_by_role("button", name="Keep it").click()
    reader.locator("[data-grant]").wait_for()


def test_a_withdrawal_that_was_missed_while_the_line_was_cut_is_seen_when_it_is_back(open_page: Any) -> None:
    person, reader = open_page(), open_page()
    sign_up(person, "wendy")
    sign_in(reader, THERAPIST)
    number = let_in(person, reader, THERAPIST)
    reader.goto(f"/people/{number}/")
    reader.locator("html[data-live=on]").wait_for(state="attached")
    open_page.watch.cut_the_line(reader)
    reader.evaluate("live.socket.close()")
    reader.locator("html:not([data-live])").wait_for(state="attached")
    person.goto("/team/")
    person.get_by_role("button", name="End it now").click()
    person.get_by_text("It has ended.").wait_for()
    reader.context.set_offline(False)
    reader.get_by_text("This is no longer shared with you.").wait_for()
    # back on the line, the page asks whether it is still shared
    open_page.watch.errors = [text for text in open_page.watch.errors if "404" not in text]


def test_a_report_by_its_link_opens_with_one_tap_and_without_an_account(open_page: Any) -> None:
    person, doctor = open_page(), open_page()
    sign_in(person, NAME)
    person.goto("/team/ask/report/")
    person.get_by_label("What do you call them?").fill("Dr Lee")
    person.locator("#item-mood").check()
    person.get_by_role("button", name="Make the link").click()
    doctor.goto(person.locator(".secret").inner_text())
    assert NAME not in doctor.locator("main").inner_text()
    doctor.get_by_role("button", name="Open the report").click()
    doctor.locator("article.report").wait_for()
    assert NAME in doctor.locator("main").inner_text()
    person.goto("/team/looks/")
    assert "Dr Lee opened the report by its link" in person.locator("main").inner_text()


def report_open(person: Any, doctor: Any, called: str) -> str:
    """A report by its link that somebody without an account has open. Gives the path of its grant."""
    person.goto("/team/ask/report/")
    person.get_by_label("What do you call them?").fill(called)
    person.locator("#item-mood").check()
    person.locator("#item-bouts").check()
    person.get_by_role("button", name="Make the link").click()
    doctor.goto(person.locator(".secret").inner_text())
    doctor.get_by_role("button", name="Open the report").click()
    doctor.locator("article.report").wait_for()
    doctor.locator("html[data-live=on]").wait_for(state="attached")
    return str(person.url)


def test_an_open_report_by_its_link_clears_itself_when_it_is_ended(open_page: Any) -> None:
    person, doctor = open_page(), open_page()
    sign_up(person, "willa")
    report_open(person, doctor, "Dr Lee")
    person.goto("/team/")
    person.get_by_role("link", name="Open Dr Lee").click()
    person.get_by_role("button", name="End it now").click()
    person.get_by_text("It has ended.").wait_for()
    doctor.get_by_role("heading", level=1, name="This is no longer shared with you.").wait_for()
    assert "willa" not in doctor.locator("body").inner_text()
    assert "willa" not in doctor.title()


def test_an_open_report_by_its_link_clears_itself_when_less_is_shared(open_page: Any) -> None:
    person, doctor = open_page(), open_page()
    sign_up(person, "winona")
    page = report_open(person, doctor, "Dr Lee")
    person.goto(page + "change/")
    person.locator("#item-bouts").uncheck()
    person.get_by_role("button", name="Keep it").click()
    doctor.get_by_role("heading", level=1, name="What is shared here was changed.").wait_for()
    assert "winona" not in doctor.locator("body").inner_text()


def test_an_open_report_whose_line_was_cut_clears_itself_when_it_is_back(open_page: Any) -> None:
    person, doctor = open_page(), open_page()
    sign_up(person, "wren")
    page = report_open(person, doctor, "Dr Lee")
    open_page.watch.cut_the_line(doctor)
    person.goto(page)
    person.get_by_role("button", name="End it now").click()
    person.get_by_text("It has ended.").wait_for()
    doctor.context.set_offline(False)
    doctor.get_by_role("heading", level=1, name="This is no longer shared").wait_for()
