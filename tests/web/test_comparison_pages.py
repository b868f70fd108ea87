"""The pages of a comparison: the idea, setting it up, before the start, while it runs, on Today, and what came out."""

import json
import re
from datetime import timedelta
from html import unescape

import numpy as np
import pytest
from comparing_people import begun, ended, lived, protocol, standing, today
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ambulando.activity.catalogue import activity
from ambulando.response.comparison_analysis import analyse
from ambulando.response.comparison_csv import read_comparison, sealed_of
from ambulando.response.protocol import check_seal, protocol_of, schedule
from ambulando.web.comparisons import actions, jobs, queries
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans

CHOSEN = {"options": ["easy-walk", "chair-yoga"], "target": "mood", "weeks": "12", "per_week": "2"}


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(answer.content.decode())


# --- the way in


def test_progress_leads_to_it_quietly(as_ada: Client) -> None:
    assert 'href="/compare/"' in page_of(as_ada, "/progress/")


def test_the_page_says_what_it_is_and_offers_questions(as_ada: Client) -> None:
    page = page_of(as_ada, "/compare/")
    assert "chance decides between two things that you would be fine with on any day" in page
    for question in ("two-kinds", "time-of-day", "music", "session-or-rest"):
        assert f'href="/compare/new/{question}/"' in page


def test_nobody_compares_while_safety_holds_their_plan(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"symptoms": ["chest-discomfort"]})
    page = page_of(as_ada, "/compare/")
    assert "/compare/new/" not in page
    assert "Your plan and your rest come first." in page
    assert as_ada.post("/compare/new/two-kinds/", CHOSEN)["location"] == "/compare/"
    assert not ada.comparisons.exists()


def test_only_what_is_right_for_the_person_can_be_picked(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"conditions": ["heart"], "clearance": None})
    page = page_of(as_ada, "/compare/new/two-kinds/")
    assert 'value="easy-walk"' in page
    for harder in ("easy-run", "brisk-walk", "intervals"):
        assert f'value="{harder}"' not in page
    answer = as_ada.get("/compare/new/two-kinds/", CHOSEN | {"options": ["easy-walk", "easy-run"]})
    assert answer.status_code == 422


def test_what_the_person_likes_stands_first(as_ada: Client) -> None:
    picks = re.findall(r'name="options" value="([a-z-]+)"', page_of(as_ada, "/compare/new/two-kinds/"))
    assert {activity(id_).modality for id_ in picks[:5]} <= {"walking", "yoga"}
    assert {activity(id_).modality for id_ in picks} > {"walking", "yoga"}


def test_a_choice_that_can_not_be_compared_gets_a_sentence(as_ada: Client, ada: Person) -> None:
    answer = as_ada.get("/compare/new/two-kinds/", CHOSEN | {"options": ["easy-walk"]})
    assert answer.status_code == 422
    assert "Please pick two of them, or up to four." in answer.content.decode()
    long = {"activity": "easy-walk", "minutes": ["5", "60"], "target": "mood", "weeks": "12", "per_week": "2"}
    answer = as_ada.get("/compare/new/minutes/", long)
    assert answer.status_code == 422
    assert not ada.comparisons.exists()


def test_a_question_that_is_not_ours_is_not_found(as_ada: Client) -> None:
    assert as_ada.get("/compare/new/walking-or-war/").status_code == 404


# --- before the start


def test_before_the_start_it_says_what_it_could_find_and_what_it_asks(as_ada: Client, ada: Person) -> None:
    answer = as_ada.get("/compare/new/two-kinds/", CHOSEN)
    page = unescape(answer.content.decode())
    assert "Most often the answer is “no clear difference”." in page
    assert "would show in about 8 of 10 tries" in page
    assert re.search(r"24 drawn days in about 12 weeks", page)
    assert "One tap on your mood in the morning and one in the evening" in page
    assert "You can stop any time." in page
    assert page.count("%") >= 5, "the chances stand in a table"
    assert not ada.comparisons.exists(), "looking starts nothing"


def test_a_short_one_is_called_short(as_ada: Client) -> None:
    page = page_of(
        as_ada, "/compare/new/two-kinds/?options=easy-walk&options=chair-yoga&target=mood&weeks=8&per_week=2"
    )
    assert "This is rather short." in page


@pytest.mark.parametrize(
    "question", ["two-kinds", "time-of-day", "minutes", "music", "company", "session-or-rest"]
)
def test_each_question_can_be_started(as_ada: Client, ada: Person, question: str) -> None:
    form = {"activity": "easy-walk", "minutes": ["5", "10"]} | CHOSEN
    answer = as_ada.post(f"/compare/new/{question}/", form, follow=True)
    (made,) = ada.comparisons.all()
    assert answer.redirect_chain[-1][0] == f"/compare/{made.pk}/"
    assert made.question == question
    assert made.starts == today() + timedelta(days=1)
    assert made.seal in answer.content.decode()


def test_one_that_runs_keeps_a_second_from_starting(as_ada: Client, ada: Person) -> None:
    first = actions.begin(ada, protocol(), today=today())
    assert as_ada.post("/compare/new/two-kinds/", CHOSEN)["location"] == f"/compare/{first.pk}/"
    assert ada.comparisons.count() == 1


# --- while it runs


def test_what_is_to_come_is_not_shown(as_ada: Client, ada: Person) -> None:
    made = actions.begin(ada, protocol(), today=today())
    pages = [page_of(as_ada, path) for path in (f"/compare/{made.pk}/", "/compare/", "/progress/")]
    week = page_of(as_ada, "/week/")
    assert "1 of 24 drawn days have come." in pages[0]
    for page in pages:
        assert str(made.seed) not in page
    assert "A draw decided" not in week
    for part in ("days.csv", "design.json"):
        assert as_ada.get(f"/compare/{made.pk}/{part}").status_code == 404


def test_a_reminder_is_that_of_the_reminders_page(as_ada: Client, ada: Person) -> None:
    made = begun(ada)
    assert reverse("reminders") in page_of(as_ada, f"/compare/{made.pk}/")


def test_today_offers_what_was_drawn_and_why_tells_it(as_ada: Client, ada: Person) -> None:
    begun(ada, "chair-yoga")
    page = page_of(as_ada, "/today/")
    assert "A draw decided this, for your comparison." in page
    session = standing(ada)
    assert session.activity == "chair-yoga"
    why = page_of(as_ada, f"/sessions/{session.pk}/why/")
    assert "A draw decided this, as you agreed for your comparison. The chance was 50 %." in why
    assert "decided by a draw" in why
    assert "/why/rules/#comparison" in why
    assert 'id="comparison"' in page_of(as_ada, "/why/rules/")


def test_not_today_is_as_easy_on_a_drawn_day(as_ada: Client, ada: Person) -> None:
    made = begun(ada)
    page_of(as_ada, "/today/")
    said = as_ada.post(f"/sessions/{standing(ada).pk}/not-today/", follow=True).content.decode()
    assert "That is fine. Rest is part of it." in said
    assert "A draw decided this" not in said
    assert made.draws.first().state == "not-today"
    as_ada.post(f"/sessions/{standing(ada).pk}/undo/")
    assert made.draws.first().state == "open"


def test_a_smaller_session_is_still_that_of_the_draw(as_ada: Client, ada: Person) -> None:
    made = begun(ada)
    page_of(as_ada, "/today/")
    card = as_ada.post(
        f"/sessions/{standing(ada).pk}/smaller/", headers={"hx-request": "true"}
    ).content.decode()
    assert "A draw decided this" in card
    as_ada.post(f"/sessions/{standing(ada).pk}/done/")
    assert made.draws.first().state == "done"


def test_a_drawn_rest_day_says_so(as_ada: Client, ada: Person) -> None:
    form = CHOSEN | {"activity": "easy-walk"}
    for _ in range(40):
        as_ada.post("/compare/new/session-or-rest/", form)
        made = ada.comparisons.get()
        first = made.draws.first()
        if first.option == "rest":
            break
        made.delete()
    made.draws.exclude(pk=first.pk).delete()
    made.draws.update(day=today())
    page = page_of(as_ada, "/today/")
    assert "A draw decided: today is a rest day" in page


def test_today_takes_at_most_two_queries_more_on_later_visits(
    as_ada: Client, ada: Person, django_assert_max_num_queries
) -> None:
    as_ada.get("/today/")
    with CaptureQueriesContext(connection) as without:
        as_ada.get("/today/")
    before = len(without)
    begun(ada)
    as_ada.get("/today/")
    with django_assert_max_num_queries(before + 2):
        as_ada.get("/today/")


def test_it_is_stopped_with_one_tap(as_ada: Client, ada: Person) -> None:
    made = begun(ada)
    page = as_ada.post(f"/compare/{made.pk}/stop/", follow=True).content.decode()
    assert "It has ended. That is fine, and your days stay yours." in page
    made.refresh_from_db()
    assert (made.state, made.reason) == ("stopped", "person")
    page_of(as_ada, "/today/")
    assert made.draws.first().session is None, "a draw of one that was stopped decides nothing more"


# --- what came out


def test_the_result_says_it_in_a_sentence_and_shows_how_it_knows(as_ada: Client, ada: Person) -> None:
    made = ended(ada, gain=3)
    page = page_of(as_ada, f"/compare/{made.pk}/")
    assert "On days that a draw decided" in page
    assert "grade A: tested in you" in page
    for part in (
        "The chance of each to be the best of these", "As drawn, then as done", "What this can not know",
        "For your clinician", "Check it yourself", "Randomisation test", "Carry-over",
    ):  # fmt: skip
        assert part in page
    assert page.index(">as drawn<") < page.index(">as done<")
    assert page.count("<title>") == 1 + 2, "the page and both pictures have a title"
    assert page.count("<desc>") == 2
    assert "best exercise" not in page.lower()


def test_no_clear_difference_is_told_as_a_fine_answer(as_ada: Client, ada: Person) -> None:
    page = page_of(as_ada, f"/compare/{ended(ada).pk}/")
    assert "no clear difference" in page
    assert "you can pick what you like" in page
    assert "was better with" not in page


def test_a_result_is_read_and_never_made_by_a_page(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ended(ada)
    monkeypatch.setattr(
        "ambulando.response.comparison_analysis.analyse", lambda *_, **__: pytest.fail("a page computed")
    )
    page_of(as_ada, f"/compare/{made.pk}/")


def test_too_few_days_are_called_too_early(as_ada: Client, ada: Person) -> None:
    made = begun(ada, start=today() - timedelta(days=10))
    lived(ada, made)
    actions.stop(ada, made)
    jobs.make_result.func(made.pk)
    page = page_of(as_ada, f"/compare/{made.pk}/")
    assert "It is too early to say" in page
    assert "You stopped it early, and that is fine." in page


def test_without_a_rating_there_is_nothing_to_show(as_ada: Client, ada: Person) -> None:
    made = actions.stop(ada, begun(ada))
    jobs.make_result.func(made.pk)
    assert "There is no answer here so far." in page_of(as_ada, f"/compare/{made.pk}/")


def test_harm_is_said_plainly(as_ada: Client, ada: Person) -> None:
    made = begun(ada, start=today() - timedelta(days=40))
    lived(ada, made, gain=-4)
    jobs.look_at.func(made.pk)
    assert "Your comparison is over now." in page_of(as_ada, "/today/")
    assert "We stopped this early. What you told us was clearly worse" in page_of(
        as_ada, f"/compare/{made.pk}/"
    )
    assert "Your comparison is over now." not in page_of(as_ada, "/today/"), "once it was looked at"


def test_the_seal_can_be_made_again_from_what_is_given(as_ada: Client, ada: Person) -> None:
    made = ended(ada)
    given = json.loads(as_ada.get(f"/compare/{made.pk}/design.json").content)
    plan = protocol_of(given["protocol"])
    assert check_seal(plan, schedule(plan, given["seed"]), given["seed"], given["seal"])
    assert [one["option"] for one in given["schedule"]] == [
        one.option for one in schedule(plan, given["seed"])
    ]


def test_a_schedule_that_was_changed_is_found_out(as_ada: Client, ada: Person) -> None:
    made = ended(ada)
    assert "The seal of the start fits" in page_of(as_ada, f"/compare/{made.pk}/")
    made.draws.filter(pk=made.draws.first().pk).update(probability=0.9)
    assert "The seal of the start does not fit." in page_of(as_ada, f"/compare/{made.pk}/")


def test_the_answer_can_be_made_again_from_the_files_that_are_given(as_ada: Client, ada: Person) -> None:
    made = ended(ada)
    table = as_ada.get(f"/compare/{made.pk}/days.csv").content.decode()
    design = sealed_of(json.loads(as_ada.get(f"/compare/{made.pk}/design.json").content), "design.json")
    _options, days, target = read_comparison(table, "days.csv", today=today(), sealed=design)
    assert list(days) == queries.days_of(made)
    assert design.holds
    assert design.drew(days)
    again = analyse(design.protocol, days, target=target, rng=np.random.default_rng(0))
    for name in ("difference", "p_randomisation", "grade"):
        assert getattr(again, name) == pytest.approx(made.result[name])


def test_the_page_of_a_result_takes_no_more_queries_with_more_days(
    as_ada: Client, ada: Person, django_assert_num_queries
) -> None:
    short, long = ended(ada), ended(ada, ago=100)
    for one in (short, long):
        as_ada.get(f"/compare/{one.pk}/")
    with CaptureQueriesContext(connection) as first:
        as_ada.get(f"/compare/{short.pk}/")
    before = len(first)
    with django_assert_num_queries(before):
        as_ada.get(f"/compare/{long.pk}/")


def test_an_ended_one_can_be_removed_and_a_running_one_not(as_ada: Client, ada: Person) -> None:
    made = ended(ada)
    running = begun(ada)
    as_ada.post(f"/compare/{running.pk}/remove/")
    as_ada.post(f"/compare/{made.pk}/remove/")
    assert [one.pk for one in ada.comparisons.all()] == [running.pk]
    assert ada.bouts.exists()
    assert ada.check_ins.exists()


# --- whose it is, and for whom


@pytest.mark.parametrize("part", ["", "stop/", "remove/", "days.csv", "design.json"])
def test_nobody_else_finds_it(as_ben: Client, ada: Person, part: str) -> None:
    made = ended(ada)
    path = f"/compare/{made.pk}/{part}"
    answer = as_ben.post(path) if part in ("stop/", "remove/") else as_ben.get(path)
    assert answer.status_code == 404
    assert ada.comparisons.filter(pk=made.pk).exists()


def test_forms_alone_change_anything(as_ada: Client, ada: Person) -> None:
    made = begun(ada)
    for part in ("stop", "remove"):
        assert as_ada.get(f"/compare/{made.pk}/{part}/").status_code == 302
    made.refresh_from_db()
    assert made.running


@pytest.mark.parametrize("condition", ["eating-disorder", "compulsive-exercise"])
def test_for_whom_counts_can_do_harm_there_are_none(as_ada: Client, ada: Person, condition: str) -> None:
    made = ended(ada, gain=3)
    people.tell(ada, {"conditions": [condition], "clearance": True})
    assert ada.no_numbers
    page = page_of(as_ada, f"/compare/{made.pk}/")
    for kept in ("For your clinician", "As drawn, then as done", '<svg class="curve', "days.csv"):
        assert kept not in page
    for part in ("days.csv", "design.json"):
        assert as_ada.get(f"/compare/{made.pk}/{part}").status_code == 404
    assert "/compare/new/minutes/" not in page_of(as_ada, "/compare/")
    before = as_ada.get("/compare/new/two-kinds/", CHOSEN)
    if before.status_code == 200:
        assert not re.search(r"\d+ (drawn days|minutes|weeks)", before.content.decode())
    running = begun(ada)
    assert not re.search(r"\d+ of \d+", page_of(as_ada, f"/compare/{running.pk}/"))


def test_a_plan_that_was_made_before_the_first_draw_keeps_its_days(as_ada: Client, ada: Person) -> None:
    plans.make_week(ada, today())
    days = {one.day for one in ada.sessions.all()}
    as_ada.post("/compare/new/two-kinds/", CHOSEN)
    assert {one.day for one in ada.sessions.all()} == days
    assert queries.running(ada)
