"""Questionnaires: help before any total, and a total in words a person can trust."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import convert
from ambulando.web.templatetags import words


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


def test_who_sees_the_answers_is_said_before_the_form(as_ada: Client) -> None:
    page = as_ada.get("/questions/phq-9/").content.decode()
    assert page.index("No one is watching these answers") < page.index('name="item-1"')


def test_the_phq_9_says_beforehand_what_it_asks_about(as_ada: Client) -> None:
    page = as_ada.get("/questions/").content.decode()
    assert "One of them asks about thoughts of death." in page
    assert "This is the usual choice here." in page


def test_a_question_beside_the_scored_ones_is_asked_and_kept_and_adds_nothing(
    as_ada: Client, ada: Person
) -> None:
    assert 'name="item-10"' in as_ada.get("/questions/phq-9/").content.decode()
    page = fill_in(as_ada, "phq-9", [1] * 8 + [0, 2]).content.decode()
    assert "Your answers add up to 8" in page
    assert "Very difficult" in page
    assert ada.assessments.get().answers == [1] * 8 + [0, 2]


def test_item_9_leads_to_help_with_the_question_beside_it_too(as_ada: Client) -> None:
    page = fill_in(as_ada, "phq-9", [0] * 8 + [1, 0])
    assert "Thank you for telling us" in page.content.decode()


def test_days_and_minutes_are_whole_numbers_and_their_product_reaches_the_plan(
    as_ada: Client, ada: Person
) -> None:
    page = as_ada.get("/questions/evs/").content.decode()
    assert 'type="number"' in page
    assert 'max="1440"' in page
    assert "Leave this out if you put 0 for question 1." in page
    assert "is not part of the total" in page
    page = fill_in(as_ada, "evs", [4, 25, 1]).content.decode()
    assert "100 minutes a week" in page
    kept = ada.assessments.get()
    assert (kept.total, type(kept.total), kept.answers) == (100, int, [4, 25, 1])
    ada.refresh_from_db()
    profile = convert.profile_of(ada, timezone.localdate())
    assert (profile.active.days, profile.active.minutes) == (4, 25)


def test_no_day_needs_no_minutes(as_ada: Client, ada: Person) -> None:
    page = fill_in(as_ada, "evs", [0, None]).content.decode()
    assert "0 minutes a week" in page
    ada.refresh_from_db()
    assert convert.profile_of(ada, timezone.localdate()).active.minutes == 0


@pytest.mark.parametrize("minutes", ["1441", "-1", "12.5", "a few", "9" * 5000])
def test_an_impossible_number_is_one_sentence_and_what_was_written_stays(
    as_ada: Client, ada: Person, minutes: str
) -> None:
    answer = as_ada.post("/questions/evs/", {"item-1": "3", "item-2": minutes})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('role="alert"') >= 1
    assert f'value="{minutes}"' in page
    assert re.search(r'name="item-1" value="3"[^>]* checked', page)
    assert not ada.assessments.exists()


def test_a_mean_that_is_whole_is_written_the_same_on_every_page(as_ada: Client, ada: Person) -> None:
    page = fill_in(as_ada, "paces-s", [4, 4, 4, 4]).content.decode()
    assert "Your answers come to 4 on average." in page
    assert ">PACES-S: 4<" in as_ada.get("/progress/").content.decode()
    assert as_ada.get("/progress/time-line.json").json()["score"] == [], "a mean has no place among points"


def test_a_mean_is_shown_with_one_decimal_and_totals_stay_whole(as_ada: Client, ada: Person) -> None:
    page = fill_in(as_ada, "paces-s", [3, 4, 4, 4]).content.decode()
    assert "Your answers come to 3.8 on average." in page
    assert ada.assessments.get().total == 3.75
    fill_in(as_ada, "phq-8", [1] * 8)
    assert repr(ada.assessments.get(instrument="phq-8").total) == "8"
    assert ">PHQ-8: 8<" in as_ada.get("/progress/").content.decode()
    assert ">PACES-S: 3.8<" in as_ada.get("/progress/").content.decode()


def test_what_gets_in_the_way_is_picked_as_chips_and_reaches_the_plan(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/questions/barriers/").content.decode()
    assert 'data-at-most="2"' in page
    numbers = dict(re.findall(r'name="item-(\d+)" value="1"[^>]*><span>([^<]*)<', page))
    pain, time = (
        next(n for n, text in numbers.items() if text.startswith(word)) for word in ("Pain", "No time")
    )
    page = as_ada.post("/questions/barriers/", {f"item-{pain}": "1", f"item-{time}": "1"}, follow=True)
    assert "You chose:" in page.content.decode()
    assert "Make another week now" in page.content.decode()
    ada.refresh_from_db()
    assert set(convert.profile_of(ada, timezone.localdate()).barriers) == {"pain", "time"}


def test_nothing_in_the_way_is_an_answer_too(as_ada: Client, ada: Person) -> None:
    assert "You chose none of them." in as_ada.post("/questions/barriers/", {}, follow=True).content.decode()
    ada.refresh_from_db()
    assert convert.profile_of(ada, timezone.localdate()).barriers == ()


def test_too_many_picks_are_refused_and_stay_picked(as_ada: Client, ada: Person) -> None:
    answer = as_ada.post("/questions/barriers/", {f"item-{n}": "1" for n in (1, 2, 3)})
    assert answer.status_code == 422
    assert answer.content.decode().count(" checked") == 3
    ada.refresh_from_db()
    assert ada.answers["barriers"] == ["fatigue", "weather"]


def test_confidence_is_one_tap_from_the_week_and_reaches_the_plan(as_ada: Client, ada: Person) -> None:
    week = as_ada.get("/week/").content.decode()
    assert 'href="/questions/confidence/"' in week
    assert 'href="/questions/barriers/"' in week
    assert 'name="item-1" value="10"' in as_ada.get("/questions/confidence/").content.decode()
    fill_in(as_ada, "confidence", [9])
    ada.refresh_from_db()
    assert convert.profile_of(ada, timezone.localdate()).confidence == 9


def test_what_is_changed_later_on_the_form_of_likes_counts(as_ada: Client, ada: Person) -> None:
    as_ada.post("/questions/barriers/", {"item-1": "1"})
    ada.refresh_from_db()
    people.tell(ada, {"barriers": ["cost"]})
    assert convert.profile_of(ada, timezone.localdate()).barriers == ("cost",)


def test_a_form_whose_pack_is_gone_is_kept_and_can_be_removed(as_ada: Client, ada: Person) -> None:
    gone = ada.assessments.create(instrument="gone-1", day=timezone.localdate(), answers=[1], total=1)
    for path in ("/journal/", "/progress/"):
        assert "GONE-1" in as_ada.get(path).content.decode()
    assert as_ada.get(f"/assessments/{gone.pk}/").status_code == 404
    as_ada.post(f"/assessments/{gone.pk}/remove/")
    assert not ada.assessments.exists()


def test_words_are_left_as_they_are_quoted_where_the_licence_allows_no_translation(
    as_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "gettext", lambda text: f"⟦{text}⟧")
    assert "⟦For an average week" not in as_ada.get("/questions/evs/").content.decode()
    assert "⟦Little interest" in as_ada.get("/questions/phq-8/").content.decode()


def test_what_was_told_before_is_picked_already(as_ada: Client) -> None:
    page = as_ada.get("/questions/barriers/").content.decode()
    assert page.count(" checked>") == 2
    assert re.search(r"checked><span>[^<]*tired", page)
    assert 'value="6" aria-label="6" checked>' in as_ada.get("/questions/confidence/").content.decode()


def test_a_form_that_counts_exercise_is_not_shown_to_whom_counts_can_do_harm(
    as_ada: Client, ada: Person
) -> None:
    fill_in(as_ada, "evs", [4, 25])
    kept = ada.assessments.get()
    ada.refresh_from_db()
    ada.answers |= {"conditions": ["eating-disorder"]}
    ada.save()
    assert "Exercise Vital Sign" not in as_ada.get("/questions/").content.decode()
    assert "100" not in as_ada.get("/progress/").content.decode()
    for path in ("/questions/evs/", f"/assessments/{kept.pk}/"):
        assert as_ada.get(path).status_code == 404
    assert ada.assessments.exists(), "kept, and to be removed by its person"
    as_ada.post(f"/assessments/{kept.pk}/remove/")
    assert not ada.assessments.exists()
