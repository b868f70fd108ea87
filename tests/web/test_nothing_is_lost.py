"""What a person sent is not lost: after a sign-out, with an old page, from a second tab, with a double click."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.journal import actions as journal
from ambulando.web.journal.models import Bout
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, queries
from ambulando.web.plans.models import Session

HTMX = {"HTTP_HX_REQUEST": "true"}
SIGN_IN = {"login": "ada", "password": "it is solved by walking"}
WALK = {
    "activity": "easy-walk",
    "day": "2026-02-03",
    "time": "08:15",
    "minutes": "25",
    "note": "with the neighbour's dog",
}


def offered(person: Person) -> Session:
    day = timezone.localdate()
    session = queries.suggested(queries.sessions_of(actions.ensure_week(person, day)), day)
    assert session
    return session


def test_a_tap_after_the_session_ended_leads_to_sign_in_and_back_to_its_page(
    client: Client, ada: Person
) -> None:
    answer = client.post("/check-in/", {"mood": 4}, **HTMX, HTTP_HX_CURRENT_URL="http://testserver/today/")
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/account/login/?next=/today/"
    page = client.get(answer["HX-Redirect"]).content.decode()
    assert "signed out" in page


@pytest.mark.parametrize("path", ["/check-in/", "/sessions/1/start/", "/today/quiet/", "/week/remake/"])
def test_no_sign_in_leads_to_a_page_that_is_not_there(client: Client, ada: Person, path: str) -> None:
    answer = client.post(path, {}, HTTP_REFERER="http://testserver/week/")
    assert answer.url == "/account/login/?next=/week/"
    assert (
        client.post(path, {}, HTTP_REFERER="https://elsewhere.example/x").url
        == "/account/login/?next=/today/"
    )


@pytest.mark.parametrize(
    ("path", "back"),
    [("/check-in/", "/today/"), ("/sessions/1/start/", "/today/"), ("/sessions/1/effort/", "/today/"), ("/today/quiet/", "/today/"),
     ("/week/remake/", "/week/")],
)  # fmt: skip
def test_an_address_that_only_takes_forms_leads_on_when_it_is_opened(
    as_ada: Client, path: str, back: str
) -> None:
    answer = as_ada.get(path)
    assert answer.status_code == 302
    assert answer.url == back


def test_what_was_written_while_the_session_ended_stands_in_the_form_after_signing_in(
    as_ada: Client, ada: Person
) -> None:
    of = form_owner(as_ada, "/journal/add/")
    as_ada.post("/account/logout/")
    answer = as_ada.post("/journal/add/", WALK | {"of": of})
    assert answer.url == "/account/login/?next=/journal/add/"
    answer = as_ada.post(answer.url, SIGN_IN | {"next": "/journal/add/"}, follow=True)
    page = answer.content.decode()
    assert "with the neighbour&#x27;s dog" in page
    assert "still here" in page
    assert not ada.bouts.exists(), "it is kept when the person says so"
    assert "neighbour" not in as_ada.get("/journal/add/").content.decode(), "once"


def test_the_answers_of_a_questionnaire_outlive_the_session_too(as_ada: Client, ada: Person) -> None:
    of = form_owner(as_ada, "/questions/phq-9/")
    as_ada.post("/account/logout/")
    as_ada.post("/questions/phq-9/", {"item-1": "2", "item-9": "1", "of": of})
    page = as_ada.post(
        "/account/login/?next=/questions/phq-9/", SIGN_IN | {"next": "/questions/phq-9/"}, follow=True
    ).content.decode()
    assert page.count(" checked>") == 2


def test_what_one_person_wrote_is_never_shown_to_the_next_on_the_same_device(
    as_ada: Client, ada: Person, ben: Person
) -> None:
    of = form_owner(as_ada, "/journal/add/")
    as_ada.post("/account/logout/")
    as_ada.post("/journal/add/", WALK | {"of": of})
    answer = as_ada.post("/account/login/", SIGN_IN | {"login": "ben", "next": "/journal/add/"}, follow=True)
    assert answer.status_code == 200
    assert "neighbour" not in answer.content.decode()


def form_owner(client: Client, path: str) -> str:
    page = client.get(path).content.decode()
    return page.split('name="of" value="')[1].split('"')[0]


def test_an_old_page_can_be_sent_again_with_what_was_typed(ada: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    old = WALK | {"csrfmiddlewaretoken": "x" * 64}
    answer = client.post("/journal/add/", old, HTTP_ORIGIN="http://testserver")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "with the neighbour&#x27;s dog" in page
    assert 'action="/journal/add/"' in page
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    client.post("/journal/add/", WALK | {"csrfmiddlewaretoken": token}, HTTP_ORIGIN="http://testserver")
    assert ada.bouts.count() == 1


@pytest.mark.parametrize(
    "origin", [{}, {"HTTP_ORIGIN": "null"}, {"HTTP_ORIGIN": "https://elsewhere.example"}]
)
def test_a_form_from_another_site_is_not_offered_again(ada: Person, origin: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    page = client.post("/you/leave/", {"note": "x"}, **origin).content.decode()
    assert "<form" not in page


def test_a_password_is_never_written_into_a_page(ada: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post("/account/login/", SIGN_IN, HTTP_ORIGIN="http://testserver").content.decode()
    assert "solved by walking" not in page


def test_a_tap_with_an_old_page_loads_it_anew(ada: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert (
        client.post("/check-in/", {"mood": 4}, **HTMX, HTTP_ORIGIN="http://testserver")["HX-Refresh"]
        == "true"
    )


def test_start_in_an_old_tab_starts_what_took_its_place(as_ada: Client, ada: Person) -> None:
    old = offered(ada)
    as_ada.post(f"/sessions/{old.pk}/smaller/")
    as_ada.post(f"/sessions/{offered(ada).pk}/smaller/")
    as_ada.post(f"/sessions/{old.pk}/start/")
    assert offered(ada).state == Session.STARTED


def test_a_tap_on_a_session_that_left_the_week_says_so(as_ada: Client, ada: Person) -> None:
    old = offered(ada)
    as_ada.post("/week/remake/")
    page = as_ada.post(f"/sessions/{old.pk}/start/", follow=True).content.decode()
    assert "no longer in your week" in page


def test_the_same_bout_sent_twice_is_kept_once(as_ada: Client, ada: Person) -> None:
    for _ in range(2):
        as_ada.post("/journal/add/", WALK)
    assert ada.bouts.count() == 1
    as_ada.post("/journal/add/", WALK | {"minutes": "26"})
    assert ada.bouts.count() == 2


def test_the_same_answers_sent_twice_are_kept_once(as_ada: Client, ada: Person) -> None:
    for _ in range(2):
        answer = as_ada.post("/questions/phq-9/", {"item-1": "1", "item-9": "1"})
    assert ada.assessments.count() == 1
    assert answer.url == f"/assessments/{ada.assessments.get().pk}/help/"


def test_done_in_two_tabs_at_once_counts_once(ada: Person) -> None:
    one = offered(ada)
    other = Session.objects.get(pk=one.pk)
    actions.done(ada, one, timezone.now())
    actions.done(ada, other, timezone.now() + timedelta(minutes=1))
    assert ada.bouts.count() == 1


def test_what_was_added_to_an_earlier_month_is_shown_at_once(as_ada: Client, ada: Person) -> None:
    long_ago = timezone.localdate() - timedelta(days=90)
    page = as_ada.post("/journal/add/", WALK | {"day": long_ago.isoformat()}, follow=True).content.decode()
    assert "with the neighbour&#x27;s dog" in page


def test_after_two_months_away_the_journal_does_not_say_that_it_is_empty(as_ada: Client, ada: Person) -> None:
    journal.check_in(ada, timezone.localdate() - timedelta(days=60), "later", mood=4)
    page = as_ada.get("/journal/").content.decode()
    assert "Nothing here yet" not in page
    assert "Earlier days" in page


def test_opening_a_measured_bout_and_keeping_it_leaves_its_second(as_ada: Client, ada: Person) -> None:
    start = timezone.now().replace(second=37, microsecond=0) - timedelta(days=1)
    bout = Bout.objects.create(person=ada, activity="easy-walk", start=start, seconds=754)
    as_ada.post(f"/journal/bouts/{bout.pk}/", {
        "activity": "easy-walk", "day": start.date().isoformat(), "time": start.strftime("%H:%M"), "minutes": "13", "note": "nice",
    })  # fmt: skip
    bout.refresh_from_db()
    assert (bout.start, bout.seconds, bout.note, bout.corrected) == (start, 754, "nice", False)
