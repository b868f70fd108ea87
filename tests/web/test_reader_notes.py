"""Notes of a reader: theirs alone, unless they share one."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from readers import let_in, reader, signed_in

from ambulando.web.care.caseload.actions import LONGEST_NOTE
from ambulando.web.care.caseload.models import Note
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(db: None) -> Person:
    return reader()


def wrote(doctor: Person, grant: Grant, body: str = "seems lighter", **fields: Any) -> Any:
    return signed_in(doctor).post(f"/people/{grant.pk}/notes/", {"body": body, **fields})


def test_a_note_is_kept_encrypted_and_shown_to_its_writer(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor)
    assert wrote(doctor, grant).status_code == 302
    assert "seems lighter" in signed_in(doctor).get(f"/people/{grant.pk}/notes/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM caseload_note")
        assert b"lighter" not in bytes(cursor.fetchone()[0])


def test_nobody_else_sees_a_note(doctor: Person, ada: Person, as_ada: Client) -> None:
    grant = let_in(ada, doctor)
    other = reader("dr-other")
    also = let_in(ada, other)
    wrote(doctor, grant)
    note = Note.objects.get()
    for page in ("/team/notes/", "/you/", f"/people/{grant.pk}/notes/"):
        assert "seems lighter" not in as_ada.get(page).content.decode()
    assert "seems lighter" not in signed_in(other).get(f"/people/{also.pk}/notes/").content.decode()
    for client in (as_ada, signed_in(other)):
        assert client.get(f"/people/{also.pk}/notes/{note.pk}/").status_code == 404
        assert client.post(f"/people/notes/{note.pk}/remove/").status_code == 404
    assert Note.objects.exists()


def test_a_note_that_is_shared_is_shown_to_the_person_and_one_that_is_not_any_more_is_not(
    doctor: Person, ada: Person, as_ada: Client, as_ben: Client
) -> None:
    grant = let_in(ada, doctor)
    wrote(doctor, grant, shared="on")
    note = Note.objects.get()
    assert "seems lighter" in as_ada.get("/team/notes/").content.decode()
    assert "seems lighter" not in as_ben.get("/team/notes/").content.decode()
    signed_in(doctor).post(f"/people/{grant.pk}/notes/{note.pk}/", {"body": "and rested"})
    assert "and rested" not in as_ada.get("/team/notes/").content.decode()
    assert Note.objects.get().body == "and rested"


@pytest.mark.parametrize("odd", ["", "   ", "x" * (LONGEST_NOTE + 1), "nul \0 here"])
def test_an_odd_note_gets_a_sentence_and_changes_nothing(doctor: Person, ada: Person, odd: str) -> None:
    grant = let_in(ada, doctor)
    answer = wrote(doctor, grant, odd)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.content.decode()
    assert not Note.objects.exists()


def test_what_was_written_outlives_the_end_of_the_session(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor)
    client = signed_in(doctor)
    address = f"/people/{grant.pk}/notes/"
    mark = client.get(address).content.decode().split('name="of" value="')[1].split('"')[0]
    client.post("/account/logout/")
    answer = client.post(address, {"body": "written too late", "of": mark})
    told = {"login": doctor.username, "password": "it is solved by walking", "next": address}
    page = client.post(answer.url, told, follow=True).content.decode()
    assert "written too late" in page
    assert not Note.objects.exists(), "it is kept when the reader says so"


def test_a_note_can_be_removed(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor)
    wrote(doctor, grant)
    signed_in(doctor).post(f"/people/notes/{Note.objects.get().pk}/remove/")
    assert not Note.objects.exists()


def test_after_a_withdrawal_notes_stay_with_who_wrote_them(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor)
    wrote(doctor, grant)
    Grant.objects.update(ended_at=timezone.now())
    client = signed_in(doctor)
    assert client.get(f"/people/{grant.pk}/notes/").status_code == 404
    assert "seems lighter" in client.get("/people/notes/").content.decode()
    assert client.post(f"/people/notes/{Note.objects.get().pk}/remove/").url == "/people/notes/"


def test_a_friend_keeps_no_notes(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor, ["encouragement", "mood"], role="friend")
    assert wrote(doctor, grant).status_code == 404


def test_a_note_is_text(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor)
    wrote(doctor, grant, "<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(doctor).get(f"/people/{grant.pk}/notes/").content.decode()
