"""The operator's page: for operators alone, with nothing of a person; and how one becomes an operator."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person


@pytest.fixture
def as_operator(ben: Person) -> Client:
    call_command("operator", "ben")
    client = Client()
    client.force_login(Person.objects.get(username="ben"))
    return client


def test_to_others_there_is_no_such_page(as_ada: Client) -> None:
    assert as_ada.get("/operate/").status_code == 404
    assert Client().get("/operate/").status_code == 404


def test_an_operator_reads_the_findings_in_words(as_operator: Client) -> None:
    page = as_operator.get("/operate/").content.decode()
    assert "The database is whole." in page
    assert "The job worker has not run here yet." in page
    assert page.index("has not run here yet") < page.index("The database is whole."), (
        "what needs them comes first"
    )


def test_the_page_changes_nothing(as_operator: Client) -> None:
    assert as_operator.post("/operate/").status_code == 405


def test_nothing_of_a_person_stands_on_it_but_how_many_there_are(as_operator: Client, ada: Person) -> None:
    Person.objects.create_user("simulated-sam", simulated=True)
    journal.check_in(ada, date(2026, 11, 22), "later", mood=4, energy=6, sleep=5)
    page = as_operator.get("/operate/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "2 people" in main
    assert "1 entry in all" in main
    for word in (ada.username, "simulated-sam", "sertraline"):
        assert word not in main.split("<h2")[-1]
        assert f">{word}" not in main


def test_the_number_of_queries_does_not_grow_with_people(
    as_operator: Client, ada: Person, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        Person.objects.create_user(f"person-{number}")
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        as_operator.get("/operate/")


def test_only_an_operator_is_led_there_from_their_own_page(as_operator: Client, as_ada: Client) -> None:
    assert 'href="/operate/"' in as_operator.get("/you/").content.decode()
    assert 'href="/operate/"' not in as_ada.get("/you/").content.decode()


def test_an_account_becomes_an_operators_and_is_one_no_longer(ada: Person) -> None:
    call_command("operator", "ada")
    ada.refresh_from_db()
    assert (ada.is_staff, ada.is_superuser) == (True, False)
    call_command("operator", "ada", "--not")
    ada.refresh_from_db()
    assert not ada.is_staff


def test_nobody_can_be_made_an_operator_by_a_wrong_name(db: None) -> None:
    with pytest.raises(CommandError, match="nobody called 'adda'"):
        call_command("operator", "adda")


def test_djangos_own_command_makes_an_operator_too(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "it is solved by walking")
    call_command("createsuperuser", interactive=False, username="op", email="", verbosity=0)
    client = Client()
    assert client.login(username="op", password="it is solved by walking")
    assert client.get("/operate/").status_code == 200


def test_an_operator_sees_no_diary_but_their_own(as_operator: Client, ada: Person) -> None:
    bout = journal.add_bout(
        ada, activity="easy-walk", start=datetime(2026, 11, 20, 9, tzinfo=UTC), minutes=10
    )
    assert as_operator.get(f"/journal/bouts/{bout.pk}/").status_code == 404
