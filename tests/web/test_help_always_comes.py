"""Help comes when other things fail: the database, the disk, the queue, the plan, the mail server, a line that broke."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.help import actions, inbox, queries
from ambulando.web.help.models import HelpShown
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person

HARD = {"item-1": "1", "item-9": "1"}


def numbers(answer: Any) -> list[str]:
    return re.findall(r'href="tel:(\d+)', answer.content.decode())


def browser(person: Person) -> Client:
    """A browser that shows the page of an error, as a real one does."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> Any:
    def fail(*_: Any) -> None:
        raise OperationalError("disk I/O error")

    @contextmanager
    def broken() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(CursorWrapper, "execute", fail)
            yield

    return broken


@pytest.mark.parametrize(("path", "heading"), [("/help/", "People you can talk to"), ("/help/now/", "Please reach someone now"),
                                               ("/assessments/1/help/", "Please reach someone now"), ("/stop/", "112")])  # fmt: skip
def test_who_is_signed_in_finds_help_without_a_database(
    ada: Person, no_database: Any, path: str, heading: str
) -> None:
    client = browser(ada)
    with no_database():
        answer = client.get(path)
    assert answer.status_code == 503, (
        "no browser and no service worker keeps it in the place of the whole page"
    )
    assert heading in answer.content.decode()
    assert "112" in answer.content.decode()
    assert 'class="help-link"' in answer.content.decode()


def test_without_a_database_the_lines_of_a_country_can_still_be_chosen(ada: Person, no_database: Any) -> None:
    client = browser(ada)
    with no_database():
        assert numbers(client.get("/help/?country=NZ"))[0] == "111"


def test_on_a_full_disk_help_has_the_lines_of_the_persons_country(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(ada)

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(SessionStore, "save", fail)
    answer = client.get("/help/")
    assert "1737" in numbers(answer)


def test_a_page_that_is_not_there_is_no_page_of_help(as_ada: Client) -> None:
    assert as_ada.get("/assessments/999/help/").status_code == 404


def test_a_plan_that_can_not_be_looked_at_keeps_nobody_from_help(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ambulando.web.plans import actions as plans

    for error in (InputError("There is no such activity."), DatabaseError("locked"), RuntimeError("a bug")):
        ada.assessments.all().delete()

        def fail(*_: Any, problem: Exception = error) -> None:
            raise problem

        monkeypatch.setattr(plans, "keep_safe", fail)
        answer = as_ada.post("/questions/phq-9/", HARD)
        kept = ada.assessments.get()
        assert answer["Location"] == f"/assessments/{kept.pk}/help/"


def test_a_queue_that_takes_no_job_keeps_nobody_from_help(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    from huey.contrib.djhuey import HUEY

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(HUEY, "enqueue", fail)
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_ada.post("/questions/phq-9/", HARD)
    assert answer["Location"] == f"/assessments/{ada.assessments.get().pk}/help/"


def test_what_is_too_much_for_the_server_is_a_page_with_help(as_ada: Client) -> None:
    answer = as_ada.post("/questions/phq-9/", {f"item-{n}": "1" for n in range(2000)})
    assert answer.status_code == 400
    assert 'class="help-link"' in answer.content.decode()


# The right number


@pytest.mark.parametrize("country", ["US", "NZ"])
def test_i_am_not_safe_now_stays_in_the_country_that_was_chosen(client: Client, country: str) -> None:
    page = client.get(f"/help/?country={country}")
    now = re.search(r'href="(/help/now/[^"]*)"', page.content.decode())[1]
    assert numbers(client.get(now))[0] == numbers(page)[0] != "112"


def test_i_am_not_safe_now_is_the_plain_page_where_no_country_was_chosen(
    as_ada: Client, client: Client
) -> None:
    assert 'href="/help/now/"' in client.get("/help/").content.decode()
    assert 'href="/help/now/"' in as_ada.get("/help/").content.decode()


@pytest.mark.parametrize("path", ["/help/", "/help/now/", "/stop/", "/offline/"])
def test_what_is_said_once_is_not_kept_for_offline_nor_lost_on_the_way(as_ada: Client, path: str) -> None:
    as_ada.post("/help/kept/remove/")
    assert "Removed." not in as_ada.get(path).content.decode()
    assert "Removed." in as_ada.get("/today/").content.decode()


# A session that ended


@pytest.mark.parametrize(("nine", "page"), [("1", "/help/"), ("2", "/help/now/"), ("3", "/help/now/")])
def test_a_hard_answer_after_the_session_ended_leads_to_help_and_is_there_after_signing_in(
    ada: Person, as_ada: Client, nine: str, page: str
) -> None:
    of = re.search(r'name="of" value="([^"]+)"', as_ada.get("/questions/phq-9/").content.decode())[1]
    as_ada.logout()
    answer = as_ada.post("/questions/phq-9/", HARD | {"item-9": nine, "of": of}, follow=True)
    assert answer.redirect_chain[-1][0].partition("?")[0] == page
    assert numbers(answer)
    assert "Thank you for telling us" in answer.content.decode()
    on = re.search(r'href="(/account/login/\?next=[^"]+)"', answer.content.decode())[1]
    form = {"login": "ada", "password": "it is solved by walking", "next": "/questions/phq-9/"}
    assert "Sign in again" in as_ada.get(on).content.decode()
    back = as_ada.post(on, form, follow=True).content.decode()
    assert re.search(rf'name="item-9" value="{nine}" checked', back)


def test_without_a_hard_answer_sign_in_comes_as_ever(client: Client, db: None) -> None:
    answer = client.post("/questions/phq-9/", {"item-1": "3", "item-9": "0"})
    assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("query", ["", "?next=/you/", "?next=https://evil.example/", "?next=//evil.example"])
def test_help_leads_to_sign_in_for_no_other_page(client: Client, query: str) -> None:
    assert "next=" not in client.get(f"/help/{query}").content.decode()


# Help before any total, also when the line broke on the way to it


@pytest.mark.parametrize(
    "path", ["/progress/", "/progress/answer/", "/progress/time-line.json", "/assessments/{pk}/"]
)
def test_no_page_shows_a_total_before_help_was_shown(as_ada: Client, ada: Person, path: str) -> None:
    pk = journal.assess(ada, "phq-9", [1] * 9, timezone.localdate())[0].pk
    path = path.format(pk=pk)
    assert as_ada.get(path)["Location"] == f"/assessments/{pk}/help/"
    assert as_ada.get(f"/assessments/{pk}/help/").status_code == 200
    assert as_ada.get(path).status_code == 200


def test_help_that_was_shown_within_the_hour_counts_for_the_next_answer_too(
    as_ada: Client, ada: Person
) -> None:
    first = journal.assess(ada, "phq-9", [1] * 9, timezone.localdate())[0]
    as_ada.get(f"/assessments/{first.pk}/help/")
    second = journal.assess(ada, "phq-9", [2] * 9, timezone.localdate())[0]
    as_ada.get(f"/assessments/{second.pk}/help/")
    assert as_ada.get(f"/assessments/{second.pk}/").status_code == 200


def test_keep_going_goes_on_also_when_nothing_could_be_kept_of_it(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = journal.assess(ada, "phq-9", [1] * 9, timezone.localdate())[0].pk
    monkeypatch.setattr(actions, "help_was_shown", lambda *_: None)
    page = as_ada.get(f"/assessments/{pk}/help/").content.decode()
    on = re.search(r'href="(/assessments/\d+/\?[^"]*)"', page)[1]
    assert as_ada.get(on).status_code == 200


def test_an_answer_of_long_ago_leads_nowhere_else(as_ada: Client, ada: Person) -> None:
    found = journal.assess(ada, "phq-9", [1] * 9, timezone.localdate())[0]
    ada.assessments.update(made_at=timezone.now() - timedelta(days=2))
    assert as_ada.get(f"/assessments/{found.pk}/").status_code == 200


def test_the_hard_answer_of_one_person_changes_no_page_of_another(as_ben: Client, ada: Person) -> None:
    journal.assess(ada, "phq-9", [1] * 9, timezone.localdate())
    assert as_ben.get("/progress/").status_code == 200
    assert not HelpShown.objects.exists()


# The reader


@pytest.fixture
def told(ada: Person, tmp_path: Path, settings: Any) -> Person:
    """Ada, who asked that the reader be told."""
    settings.DATA, settings.SENDS_EMAIL = tmp_path, True
    text = 'name = "Dr. Tane"\nemail = "reader@clinic.example"\nhours = "9 to 17"\nzone = "UTC"\nmonitored = true\n'
    (tmp_path / inbox.NAME).write_text(text, "utf-8")
    actions.allow_alert(ada, "Dr. Tane", timezone.now())
    return ada


def test_without_a_worker_today_says_that_nobody_was_told(told: Person, as_ada: Client) -> None:
    journal.assess(told, "phq-9", [1] * 9, timezone.localdate())
    assert queries.gentle_question(told, timezone.localdate()) is None, "it is on its way"
    told.alerts.update(made_at=timezone.now() - timedelta(minutes=6))
    assert "We could not reach Dr. Tane" in as_ada.get("/today/").content.decode()


def test_nobody_is_told_of_a_simulated_person(told: Person) -> None:
    told.simulated = True
    told.save()
    assert queries.reader_of_item9(told) is None
    with pytest.raises(InputError):
        actions.allow_alert(told, "Dr. Tane", timezone.now())


def test_a_mail_server_that_hangs_does_not_hold_the_worker() -> None:
    from django.core.mail import get_connection

    connection = get_connection("django.core.mail.backends.smtp.EmailBackend")
    assert 0 < connection.timeout <= 30
