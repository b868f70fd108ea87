"""Signing up and in, and leaving."""

import pytest
from django.test import Client, override_settings

from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from cast import ADA

PASSWORD = "it is solved by walking"
SAFETY = {
    "age": "34",
    "country": "NZ",
    "time_zone": "Pacific/Auckland",
    "active_days": "1",
    "active_minutes": "10",
    "clearance": "",
    "medicines": "",
}
LIKES = {"likes": ["walking"], "barriers": ["fatigue"], "minutes_per_week": "60", "company": "either"}

pytestmark = pytest.mark.django_db


def sign_up(client: Client, **more: str):
    return client.post("/account/signup/", {"username": "ada", "password1": PASSWORD, **more})


def test_a_person_signs_up_without_an_e_mail_address_and_goes_on_to_the_safety_questions(
    client: Client,
) -> None:
    answer = client.post(
        "/account/signup/",
        {"username": "ada", "password1": PASSWORD, "time_zone": "Pacific/Auckland"},
        follow=True,
    )
    person = Person.objects.get()
    assert answer.redirect_chain[-1][0] == "/start/safety/"
    assert (person.email, person.time_zone) == ("", "Pacific/Auckland")


def test_a_time_zone_that_does_not_exist_is_not_kept(client: Client) -> None:
    sign_up(client, time_zone="../../etc/passwd")
    assert Person.objects.get().time_zone == "UTC"


def test_a_short_password_is_refused_with_a_sentence_and_nobody_is_made(client: Client) -> None:
    answer = client.post("/account/signup/", {"username": "ada", "password1": "walk"})
    assert "at least 10 characters" in answer.content.decode()
    assert not Person.objects.exists()


@override_settings(ACCOUNT_SIGNUP_FIELDS=["username*", "email*", "password1*"])
def test_an_installation_for_many_asks_for_an_address(client: Client) -> None:
    answer = sign_up(client)
    assert answer.status_code == 200
    assert not Person.objects.exists()


def test_a_wrong_password_is_one_sentence_and_does_not_say_whether_the_name_exists(
    client: Client, ada: Person
) -> None:
    known = client.post("/account/login/", {"login": "ada", "password": "wrong password"}).content.decode()
    unknown = client.post("/account/login/", {"login": "eve", "password": "wrong password"}).content.decode()
    assert "The name or the password is not right." in known
    assert known.count("errorlist") == unknown.count("errorlist")


def test_signing_out_needs_a_form_so_that_no_link_can_do_it(as_ada: Client) -> None:
    as_ada.get("/account/logout/")
    assert as_ada.get("/today/").status_code == 200
    as_ada.post("/account/logout/")
    assert as_ada.get("/today/").status_code == 302


def test_leaving_removes_everything_of_the_person_and_nothing_of_another(
    as_ada: Client, ada: Person, ben: Person
) -> None:
    for person in (ada, ben):
        journal.assess(person, "phq-8", [1] * 8, day=person.date_joined.date())
    as_ada.get("/today/")
    as_ada.get("/you/leave/")
    assert Person.objects.filter(username="ada").exists(), "looking at the page removes nothing"
    as_ada.post("/you/leave/")
    assert list(Person.objects.values_list("username", flat=True)) == ["ben"]
    assert ben.assessments.count() == 1


def onboard(client: Client, safety: dict, likes: dict) -> tuple:
    sign_up(client)
    first = client.post("/start/safety/", safety, follow=True)
    second = client.post("/start/likes/", likes, follow=True)
    return first, second


def test_two_steps_lead_from_sign_up_to_a_first_suggestion(client: Client) -> None:
    first, second = onboard(client, SAFETY, LIKES)
    assert first.redirect_chain[-1][0] == "/start/likes/"
    assert second.redirect_chain[-1][0] == "/today/"
    person = Person.objects.get()
    assert person.onboarded_at
    assert person.time_zone == "Pacific/Auckland"
    assert person.sessions.exists()
    assert "Start" in second.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"age": "17"}, "No plan for now"),
        ({"conditions": ["eating-disorder"]}, "No plan for now"),
        ({"symptoms": ["chest-discomfort"]}, "No plan for now"),
    ],
)
def test_where_a_plan_would_not_be_safe_there_is_a_kind_page_and_no_plan(
    client: Client, changes: dict, words: str
) -> None:
    _first, second = onboard(client, SAFETY | changes, LIKES)
    page = second.content.decode()
    assert words in page
    assert "People you can talk to" in page
    assert not Person.objects.get().sessions.exists()
    assert ">Start<" not in page


def test_three_barriers_are_two_too_many(client: Client) -> None:
    _first, second = onboard(client, SAFETY, LIKES | {"barriers": ["fatigue", "weather", "time"]})
    assert "at most two" in second.content.decode()
    assert Person.objects.get().onboarded_at is None


@pytest.mark.parametrize("age", ["", "0", "soon", "-4", "3000"])
def test_an_impossible_age_is_refused_and_nothing_is_kept(client: Client, age: str) -> None:
    sign_up(client)
    answer = client.post("/start/safety/", SAFETY | {"age": age})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert Person.objects.get().answers == {}


def test_changed_answers_make_a_new_week_at_once(as_ada: Client, ada: Person) -> None:
    as_ada.get("/today/")
    as_ada.post("/start/safety/", SAFETY | {"symptoms": ["chest-discomfort"]})
    page = as_ada.get("/today/").content.decode()
    assert "No plan for now" in page


def test_answers_that_were_given_stand_in_the_form_again(as_ada: Client) -> None:
    page = as_ada.get("/start/safety/").content.decode()
    assert 'value="34"' in page
    assert "sertraline" in page
    likes = as_ada.get("/start/likes/").content.decode()
    assert 'value="walking" id="id_likes_0" checked' in likes
    assert ADA["barriers"] == ["fatigue", "weather"]


@pytest.mark.parametrize(
    "path", ["/today/", "/week/", "/journal/", "/progress/", "/you/", "/questions/", "/start/safety/"]
)
def test_nothing_of_a_person_is_shown_without_signing_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    "path", ["/today/", "/journal/", "/progress/", "/progress/time-line.json", "/you/", "/help/"]
)
def test_no_page_of_a_person_is_left_in_a_cache(as_ada: Client, path: str) -> None:
    assert "no-store" in as_ada.get(path)["Cache-Control"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Client, ada: Person) -> None:
    client.post("/account/login/", {"login": "ada", "password": PASSWORD})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_signing_out_clears_what_the_browser_kept_of_the_person(as_ada: Client) -> None:
    assert as_ada.post("/account/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in as_ada.get("/help/")


def test_passwords_are_kept_as_argon2() -> None:
    from ambulando.web import settings

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_who_comes_back_stays_signed_in(as_ada: Client) -> None:
    session = as_ada.session
    session["used"] = "2026-01-01"
    session.save()
    assert "sessionid" in as_ada.get("/help/").cookies, "the days are counted anew"
    assert "sessionid" not in as_ada.get("/help/").cookies, "once a day"
