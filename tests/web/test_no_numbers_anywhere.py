"""For whom numbers can do harm, no page they can reach tells one of their exercise."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.journal.models import Bout, CheckIn
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions

#: numbers that nothing else on a page has
MINUTES, METRES, COUNT = 217, 7391, 13
TOLD = re.compile(rf"\b({MINUTES}|7[.,]391|7[.,]39|7[.,]4 km|{COUNT} sessions?|{COUNT} so far|2821)\b")


@pytest.mark.parametrize("condition", ["eating-disorder", "compulsive-exercise"])
def test_no_page_that_can_be_reached_tells_a_number_of_their_exercise(
    as_ada: Client, ada: Person, condition: str
) -> None:
    now = timezone.now()
    actions.make_week(ada, timezone.localdate())
    for ago in range(1, COUNT + 1):
        Bout.objects.create(
            person=ada, activity="brisk-walk", start=now - timedelta(days=ago), seconds=MINUTES * 60,
            effort=7, metres=METRES,
        )  # fmt: skip
        CheckIn.objects.create(
            person=ada, day=(now - timedelta(days=ago)).date(), part="later", mood=5, energy=9
        )
    assert TOLD.search(as_ada.get("/journal/").content.decode()), "others read them, so that this can fail"
    sessions = [one.pk for one in ada.sessions.all()]
    people.tell(ada, {"conditions": [condition]})
    actions.make_week(ada, timezone.localdate())
    seen: set[str] = set()
    ahead = ["/today/", *(f"/sessions/{pk}/{part}" for pk in sessions for part in ("", "why/", "stop/"))]
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = as_ada.get(path)
        if answer.status_code != 200 or "text/html" not in answer.get("content-type", ""):
            if answer.status_code == 302 and answer["location"].startswith("/"):
                ahead.append(answer["location"])
            continue
        page = unescape(answer.content.decode())
        shown = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
        if not re.fullmatch(r"/journal/bouts/\d+/", path):  # one's own entry, opened to be put right
            found = TOLD.search(
                re.sub(r"(href|value|id|for|d|points|transform|cx|cy|x|y)=\"[^\"]*\"", " ", shown)
            )
            assert not found, (
                path,
                found,
                shown[max(0, found.start() - 200) : found.end() + 80] if found else "",
            )
        for link in re.findall(r'href="(/[^"#]*)', page):
            if (
                not link.startswith(("/static", "/accounts/logout", "/rules", "/why/", "/legal"))
                and len(seen) < 400
            ):
                ahead.append(link)
    assert {"/progress/", "/journal/", "/week/", "/today/"} <= seen
