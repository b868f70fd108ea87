"""Requests that no page of ours sends: huge, odd, or with a number that was made up. None of them ends in an error of ours."""

import json
from typing import Any

import pytest
from django.test import Client

from ambulando.web.people.models import Person

HUGE = 10**30


@pytest.mark.parametrize("path", [
    f"/assessments/{HUGE}/", f"/assessments/{HUGE}/help/", f"/assessments/{HUGE}/help/word/", "/help/?country=%00", "/help/?country=" + "x" * 5000,
    "/help/now/?country=%F0%9F%92%99", "/stop/?country=%00", "/reminders/x/", "/reminders/%00/", "/help/kept/", "/journal/?until=0001-01-01",
    f"/compare/{HUGE}/", f"/groups/{HUGE}/", "/join/%00/", "/join/" + "a" * 500 + "/", "/compare/new/%00/", "/progress/answer/?of=%00",
])  # fmt: skip
def test_an_odd_address_is_a_page_or_not_there(as_ada: Client, path: str) -> None:
    assert as_ada.get(path).status_code in (200, 404)


@pytest.mark.parametrize("path", [
    f"/help/alert/{HUGE}/seen/", f"/help/kept/shown/{HUGE}/remove/", "/help/kept/person/1/remove/", f"/you/signals/{HUGE}/away/", f"/you/signals/{HUGE}/remove/",
])  # fmt: skip
def test_a_number_that_was_made_up_changes_nothing(as_ada: Client, path: str) -> None:
    assert as_ada.post(path).status_code in (302, 404)


ODD = ["\x00", "💙" * 3000, "‮abc", "x" * 100_000, "9" * 6000, "-1", "1_0", "٣"]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("path", ["/help/plan/change/", "/help/alert/", "/help/day-after/", "/help/answers/", "/you/reminders/",
                                  "/you/signals/looking/", "/questions/phq-9/"])  # fmt: skip
def test_odd_text_is_kept_or_refused_in_words(as_ada: Client, path: str, text: str) -> None:
    names = (
        "alone",
        "name-1",
        "number-1",
        "tell",
        "answer",
        "of",
        "path",
        "at",
        "hour",
        "email",
        "look",
        "item-1",
        "item-9",
    )
    assert as_ada.post(path, dict.fromkeys(names, text)).status_code < 500


@pytest.mark.parametrize("sent", ["[" * 7000, '{"old": "\\ud800"}', "\x00", "null", "9" * 7000, "{" * 9000,
                                  json.dumps({name: {"endpoint": "\ud800", "keys": {"p256dh": "\ud800", "auth": "\x00"}} for name in ("old", "new")}),
                                  json.dumps({"endpoint": "\ud800", "keys": {"p256dh": "é", "auth": "é"}}),
                                  json.dumps({"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "é", "auth": "é"}})])  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/reminders/device/", "/you/reminders/device/", "/you/reminders/device/remove/"]
)
def test_what_no_browser_says_of_itself_is_refused_in_words(
    as_ada: Client, ada: Person, path: str, sent: str
) -> None:
    answer: Any = as_ada.post(path, sent, content_type="application/json")
    assert answer.status_code in (204, 404, 422)
    assert not ada.devices.exists()
