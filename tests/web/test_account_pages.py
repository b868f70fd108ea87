"""The pages and mails around an account: our own plain words, and nothing promised that this installation can not do."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from ambulando.web.people.models import Person

PASSWORD = "it is solved by walking"
NOT_OURS = [
    "Bad Token", "Account Inactive", "Verify Your", "Warning:", "Email Addresses", "Reset My Password", "Please reauthenticate", "invalid",
    "Forgot your password", "and/or", "Password Reset", "finalize", "placeholder=",
]  # fmt: skip
PUBLIC = ["/account/login/", "/account/signup/", "/account/password/reset/", "/account/password/reset/done/",
          "/account/password/reset/key/1-abc-def/", "/account/password/reset/key/done/", "/account/confirm-email/",
          "/account/confirm-email/xyz/", "/account/inactive/"]  # fmt: skip
OWN = ["/account/email/", "/account/password/change/", "/account/reauthenticate/", "/account/logout/"]


@pytest.mark.parametrize("path", [*PUBLIC, *OWN])
def test_the_pages_of_an_account_are_in_our_words(client: Client, ada: Person, path: str) -> None:
    if path in OWN:
        client.post("/account/login/", {"login": "ada", "password": PASSWORD})
    page = client.get(path).content.decode()
    assert page.count("<h1") == 1
    main = page[page.index("<main") : page.index("</main>")]
    assert [words for words in NOT_OURS if words in main] == []
    assert "!" not in re.sub(r"<[^>]*>", "", main)


def test_an_installation_without_mail_does_not_promise_one(client: Client) -> None:
    page = client.get("/account/password/reset/").content.decode()
    assert "sends no e-mail" in page
    assert "<form" not in page


def test_a_lost_password_is_reset_by_mail(client: Client, ada: Person, settings) -> None:
    settings.SENDS_EMAIL = True
    ada.email = "ada@example.org"
    ada.save()
    assert "<form" in client.get("/account/password/reset/").content.decode()
    client.post("/account/password/reset/", {"email": "ada@example.org"})
    (sent,) = mail.outbox
    assert sent.subject == "Ambulando: a new password"
    assert "!" not in sent.body
    assert "example.com" not in sent.body
    link = re.search(r"http://testserver(\S+)", sent.body)[1]
    page = client.get(link, follow=True)
    assert "A new password" in page.content.decode()
    answer = client.post(
        page.request["PATH_INFO"], {"password1": PASSWORD + " on", "password2": PASSWORD + " on"}, follow=True
    )
    assert answer.status_code == 200
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD + " on")
    again = client.get(link, follow=True).content.decode()
    assert "This link no longer works" in again


@pytest.mark.django_db
def test_an_address_that_nobody_has_gets_the_same_page(client: Client, settings) -> None:
    settings.SENDS_EMAIL = True
    answer = client.post("/account/password/reset/", {"email": "eve@example.org"}, follow=True)
    assert "If that address belongs to an account" in answer.content.decode()
    assert all("!" not in one.body for one in mail.outbox)


def test_an_address_is_added_and_removed(as_ada: Client, ada: Person) -> None:
    address = reverse("account_email")
    as_ada.post(address, {"email": "ada@example.org", "action_add": ""})
    page = as_ada.get(address).content.decode()
    assert "ada@example.org" in page
    assert "<label" in page
    assert all("!" not in one.body for one in mail.outbox)
    as_ada.post(address, {"email": "ada@example.org", "action_remove": ""})
    assert "ada@example.org" not in as_ada.get(address).content.decode().split("</h1>")[1]


def test_a_name_that_is_taken_and_a_short_password_are_said_plainly(client: Client, ada: Person) -> None:
    page = client.post("/account/signup/", {"username": "ada", "password1": "abc"}).content.decode()
    assert "That name is taken here" in page
    assert "at least 10" in page


def test_before_everything_is_removed_the_plain_way_is_to_stay(as_ada: Client) -> None:
    page = as_ada.get("/you/leave/").content.decode()
    main = re.search(r'<[^>]*class="main"[^>]*>([^<]*)<', page)
    assert main[1] == "Keep everything"


def test_too_many_tries_have_a_page_of_their_own(client: Client, ada: Person) -> None:
    from django.template.loader import render_to_string

    page = render_to_string("429.html")
    assert "minutes" in page
    assert "/help/" in page


@pytest.mark.django_db
def test_a_name_with_a_space_is_refused_in_plain_words(client: Client) -> None:
    page = client.post("/account/signup/", {"username": "a b", "password1": PASSWORD}).content.decode()
    assert "without spaces" in page
    assert "Enter a valid" not in page
