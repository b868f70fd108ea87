"""Questionnaires: help before any total, and a total in words a person can trust."""

import re

import pytest
from django.test import Client

from ambulando.web.people.models import Person


def fill_in(client: Client, instrument: str, answers: list[int | None], **more):
    data = {f"item-{n}": str(answer) for n, answer in enumerate(answers, start=1) if answer is not None}
    return client.post(f"/questions/{instrument}/", data, follow=True, **more)


@pytest.mark.parametrize("answer", [1, 2, 3])
def test_a_positive_item_9_leads_to_help_before_any_total(as_ada: Client, ada: Person, answer: int) -> None:
    page = fill_in(as_ada, "phq-9", [1, 1, 1, 1, 1, 1, 1, 1, answer])
    assert page.redirect_chain[-1][0].endswith("/help/")
    text = page.content.decode()
    assert "Thank you for telling us" in text
    assert 'href="tel:1737"' in text, "numbers as dialled in the person's country"
    assert 'href="tel:111"' in text
    total = str(8 + answer)
    assert not re.search(rf"\b{total}\b", re.sub(r"<[^>]+>", " ", text)), "no total on the help page"
    assert "add up" not in text
    kept = ada.assessments.get()
    assert (kept.total, kept.help_shown) == (8 + answer, True)
    assert f"/assessments/{kept.pk}/" in text, "the way on stays open"


def test_from_2_on_the_emergency_number_comes_first(as_ada: Client) -> None:
    low = fill_in(as_ada, "phq-9", [0] * 8 + [1]).content.decode()
    high = fill_in(as_ada, "phq-9", [0] * 8 + [2]).content.decode()
    assert low.index('href="tel:1737"') < low.index('href="tel:111"')
    assert high.index('href="tel:111"') < high.index('href="tel:1737"')


def test_who_says_not_safe_now_gets_the_emergency_number_first(as_ada: Client, ada: Person) -> None:
    page = fill_in(as_ada, "phq-9", [0] * 8 + [1]).content.decode()
    assert "I am not safe now" in page
    page = as_ada.get(f"/assessments/{ada.assessments.get().pk}/help/?now").content.decode()
    assert page.index('href="tel:111"') < page.index('href="tel:1737"')


def test_help_comes_also_when_other_questions_were_left_out(as_ada: Client, ada: Person) -> None:
    page = fill_in(as_ada, "phq-9", [None] * 8 + [1])
    assert "Thank you for telling us" in page.content.decode()
    assert ada.assessments.get().total is None


def test_a_zero_at_item_9_goes_to_the_result_where_help_is_still_a_link_away(as_ada: Client) -> None:
    page = fill_in(as_ada, "phq-9", [1] * 8 + [0]).content.decode()
    assert "Your answers add up to 8" in page
    assert page.count('href="/help/"') >= 2


def test_the_phq_8_does_not_ask_the_question_that_nobody_would_answer_to(as_ada: Client) -> None:
    page = as_ada.get("/questions/").content.decode()
    assert page.index("PHQ-8") < page.index("PHQ-9")
    assert "No one is watching these answers" in page
    assert "item-9" not in as_ada.get("/questions/phq-8/").content.decode()


def test_a_second_assessment_is_compared_in_plain_words(as_ada: Client) -> None:
    fill_in(as_ada, "phq-9", [2, 2, 2, 2, 2, 2, 1, 1, 0])
    page = fill_in(as_ada, "phq-9", [1, 1, 1, 1, 1, 1, 1, 0, 0]).content.decode()
    assert "Your answers add up to 7 this time, 14 last time." in page
    for never in ("cured", "remission", "worse", "improv"):
        assert never not in page.lower()


def test_left_out_questions_give_no_total_and_are_kept(as_ada: Client, ada: Person) -> None:
    page = fill_in(as_ada, "phq-8", [1, None, 1, 1, 1, 1, 1, 1]).content.decode()
    assert "1 question was left out" in page
    assert ada.assessments.get().answers == [1, None, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("bad", ["4", "-1", "often", "1.5"])
def test_an_impossible_answer_is_refused_and_nothing_is_kept(as_ada: Client, ada: Person, bad: str) -> None:
    answer = as_ada.post("/questions/phq-8/", {"item-1": bad})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ada.assessments.exists()


def test_an_empty_form_is_refused_kindly(as_ada: Client, ada: Person) -> None:
    assert as_ada.post("/questions/phq-8/", {}).status_code == 422
    assert not ada.assessments.exists()


def test_nobody_sees_the_answers_of_another(as_ada: Client, as_ben: Client, ada: Person) -> None:
    fill_in(as_ada, "phq-9", [1] * 9)
    pk = ada.assessments.get().pk
    for path in (f"/assessments/{pk}/", f"/assessments/{pk}/help/", f"/assessments/{pk}/remove/"):
        assert as_ben.get(path).status_code == 404
    assert as_ben.post(f"/assessments/{pk}/remove/").status_code == 404
    assert ada.assessments.exists()


def test_an_assessment_can_be_removed(as_ada: Client, ada: Person) -> None:
    fill_in(as_ada, "phq-8", [1] * 8)
    as_ada.post(f"/assessments/{ada.assessments.get().pk}/remove/")
    assert not ada.assessments.exists()


def test_an_unknown_questionnaire_is_not_here(as_ada: Client) -> None:
    assert as_ada.get("/questions/iq/").status_code == 404


@pytest.mark.parametrize(("instrument", "answers"), [("phq-8", [1] * 8), ("phq-9", [1] * 8 + [0])])
def test_the_page_after_item_9_is_for_those_alone_who_answered_it_so(
    as_ada: Client, ada: Person, instrument: str, answers: list[int]
) -> None:
    fill_in(as_ada, instrument, answers)
    pk = ada.assessments.get().pk
    answer = as_ada.get(f"/assessments/{pk}/help/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/assessments/{pk}/"
