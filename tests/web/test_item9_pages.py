"""After a hard answer: help before any total; and answers that waited on a device for a connection."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.help.models import HelpShown
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person

CHOSEN = {"alone": "Put the kettle on.", "name-1": "Mia", "number-1": "021 555 0199"}


def answered(client: Client, nine: int, *others: int | None) -> str:
    data = {f"item-{n}": str(one) for n, one in enumerate(others or [1] * 8, start=1) if one is not None}
    return client.post("/questions/phq-9/", data | {"item-9": str(nine)}, follow=True).content.decode()


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_the_page_has_all_ways_out_and_none_is_shut(as_ada: Client, ada: Person) -> None:
    as_ada.post("/help/plan/change/", CHOSEN)
    page = main_of(answered(as_ada, 1))
    pk = ada.assessments.get().pk
    for way in ('tel:1737"', 'sms:1737"', 'tel:111"', "tel:0215550199", "sms:0215550199?body=", 'href="/help/plan/"',
                'href="?now"', f'href="/assessments/{pk}/?on=1"'):  # fmt: skip
        assert way in page
    assert "Keep going" in page
    assert "Put the kettle on." in page
    assert "dialog" not in page


def test_with_1_the_lines_come_first_and_the_one_chosen_is_near(as_ada: Client) -> None:
    as_ada.post("/help/plan/change/", CHOSEN)
    page = main_of(answered(as_ada, 1))
    assert page.index("tel:1737") < page.index("tel:111") < page.index("tel:0215550199")


@pytest.mark.parametrize("nine", [2, 3])
def test_with_2_or_more_the_emergency_number_comes_before_all_else(as_ada: Client, nine: int) -> None:
    as_ada.post("/help/plan/change/", CHOSEN)
    page = main_of(answered(as_ada, nine))
    assert re.search(r'href="(?:tel|sms):(\d+)', page)[1] == "111"
    assert page.index("tel:111") < page.index("tel:1737") < page.index("tel:0215550199")


@pytest.mark.parametrize("nine", [1, 2, 3])
@pytest.mark.parametrize("others", [[1] * 8, [None] * 8])
def test_no_number_label_or_claim_stands_on_it(as_ada: Client, nine: int, others: list[int | None]) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", main_of(answered(as_ada, nine, *others))).split()).lower()
    for never in ("risk", "score", "total", "points", "severe", "phq", "add up", "should", "must", "!"):
        assert never not in text.split("lines of your country")[0].split("source of")[0], never
    assert "thank you for telling us" in text
    assert "no one is watching these answers. no one else was told." in text, "nobody reads here"


def test_the_answers_are_kept_before_the_page_comes(as_ada: Client, ada: Person) -> None:
    answered(as_ada, 3, *[None] * 8)
    kept = ada.assessments.get()
    assert kept.answers[8] == 3
    assert kept.help_shown


def test_that_the_page_was_shown_is_kept(as_ada: Client, ada: Person) -> None:
    answered(as_ada, 1)
    assert ada.help_shown.get().page == HelpShown.AFTER
    as_ada.get(f"/assessments/{ada.assessments.get().pk}/help/?now")
    assert set(ada.help_shown.values_list("page", flat=True)) == {HelpShown.AFTER, HelpShown.NOW}


# Answers that waited on a device


def mark(client: Client) -> str:
    page = client.get("/questions/phq-9/").content.decode()
    return page.split('name="of" value="')[1].split('"')[0]


def waited(client: Client, **other: Any) -> dict[str, str]:
    data = {"path": "/questions/phq-9/", "of": mark(client), "at": timezone.now().isoformat()}
    return data | {"item-1": "2", "item-9": "2"} | other


def test_the_form_says_what_is_shown_while_there_is_no_connection(as_ada: Client) -> None:
    page = as_ada.get("/questions/phq-9/").content.decode()
    assert 'data-outbox="Your answers wait on this device.' in page
    assert "outbox" in page.split("</head>")[0]


def test_answers_that_waited_are_kept_on_their_day_and_lead_to_help(as_ada: Client, ada: Person) -> None:
    at = timezone.now() - timedelta(days=2)
    answer = as_ada.post("/help/answers/", waited(as_ada, at=at.isoformat()))
    kept = ada.assessments.get()
    assert answer.status_code == 200
    assert answer.json()["to"] == f"/assessments/{kept.pk}/help/"
    assert (kept.day, kept.answers[0], kept.answers[8]) == (at.date(), 2, 2)
    assert ada.help_shown.get().at == at, "the device showed help then"


def test_the_same_answers_are_kept_once_however_often_they_are_sent(as_ada: Client, ada: Person) -> None:
    data = waited(as_ada)
    first = as_ada.post("/help/answers/", data).json()["to"]
    ada.assessments.update(made_at=timezone.now() - timedelta(hours=1))
    assert as_ada.post("/help/answers/", data).json()["to"] == first
    assert ada.assessments.count() == 1
    assert ada.help_shown.count() == 1
    as_ada.post("/help/answers/", data | {"item-1": "3"})
    assert ada.assessments.count() == 2


def test_what_reached_us_before_the_line_broke_is_not_kept_twice(as_ada: Client, ada: Person) -> None:
    data = waited(as_ada)
    as_ada.post("/questions/phq-9/", data)
    ada.assessments.update(made_at=timezone.now() - timedelta(minutes=30))
    as_ada.post("/help/answers/", data)
    assert ada.assessments.count() == 1


def test_the_answers_of_another_are_refused(as_ada: Client, as_ben: Client, ada: Person, ben: Person) -> None:
    data = waited(as_ada)
    assert as_ben.post("/help/answers/", data).status_code == 403
    for of in ("", "x", data["of"][:-1]):
        assert as_ada.post("/help/answers/", data | {"of": of}).status_code == 403
    assert not ada.assessments.exists()
    assert not ben.assessments.exists()


def test_who_is_not_signed_in_is_told_so_and_nothing_is_lost_by_a_redirect(
    client: Client, as_ada: Client
) -> None:
    assert client.get("/help/answers/").json() == {"token": None}
    assert client.post("/help/answers/", waited(as_ada)).status_code == 401


def test_they_need_the_token_of_this_session(ada: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    data = waited(client)
    assert client.post("/help/answers/", data).status_code == 403
    token = json.loads(client.get("/help/answers/").content)["token"]
    assert client.post("/help/answers/", data, headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize("other", [
    {"path": "/questions/iq/"}, {"path": "/you/leave/"}, {"path": ""}, {"path": "/questions/feeling-scale/"},
    {"item-1": "9"}, {"item-1": "often"}, {"item-1": "", "item-9": ""},
])  # fmt: skip
def test_what_are_no_answers_is_one_sentence_and_keeps_nothing(
    as_ada: Client, ada: Person, other: dict[str, str]
) -> None:
    answer = as_ada.post("/help/answers/", waited(as_ada, **other))
    assert answer.status_code == 422
    assert answer.json()["said"].endswith(".")
    assert not ada.assessments.exists()


@pytest.mark.parametrize("at", ["", "yesterday", "2026-13-45T00:00:00Z", "1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z",
                                "2026-01-01T00:00:00"])  # fmt: skip
def test_a_clock_that_is_far_off_does_not_decide_on_the_day(as_ada: Client, ada: Person, at: str) -> None:
    as_ada.post("/help/answers/", waited(as_ada, at=at))
    assert ada.assessments.get().day == timezone.localdate()


def test_a_page_says_for_whom_it_is_and_no_more(
    as_ada: Client, as_ben: Client, client: Client, ada: Person
) -> None:
    marks = {who.get("/help/")["Ambulando-For"] for who in (as_ada, as_ben, client)}
    assert len(marks) == 3
    assert client.get("/help/")["Ambulando-For"] == ""
    assert as_ada.get("/today/")["Ambulando-For"] == as_ada.get("/nothing/")["Ambulando-For"]
    assert as_ada.get("/help/")["Ambulando-For"].split()[1] == "NZ", "its lines are on the help page"
    assert ada.username not in as_ada.get("/help/")["Ambulando-For"]


def test_the_service_worker_keeps_help_for_everybody_and_a_plan_once_it_was_opened(client: Client) -> None:
    script = client.get("/sw.js").content.decode()
    pages = json.loads(re.search(r"PAGES = (\[.*?\]);", script)[1])
    assert pages[0] == "/help/"
    assert {"/help/now/", "/offline/"} <= set(pages)
    assert json.loads(re.search(r"OWN = (\[.*?\]);", script)[1]) == ["/help/plan/"]
    assert "/help/plan/" not in pages


def test_a_remark_of_the_journal_does_not_break_what_is_kept(as_ada: Client, ada: Person) -> None:
    """An assessment can be removed while what was shown stays, until the person removes that too."""
    assessment, _route = journal.assess(ada, "phq-9", [0] * 8 + [1], timezone.localdate())
    as_ada.get(f"/assessments/{assessment.pk}/help/")
    journal.remove_assessment(ada, assessment)
    assert as_ada.get("/help/kept/").status_code == 200
    assert ada.help_shown.count() == 1
