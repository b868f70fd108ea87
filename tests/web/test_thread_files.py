"""Files in messages: encrypted, of a size, saved and never opened as a page of ours."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from writing import by_script, reader, said, signed_in, thread_between

from ambulando.web.care.grants import actions as grants
from ambulando.web.care.threads import actions, uploads
from ambulando.web.care.threads.models import File, Message

pytestmark = pytest.mark.django_db
PAGE = b"<script>alert(1)</script>"


@pytest.fixture
def cora(db: None) -> Any:
    return reader()


@pytest.fixture
def thread(ada: Any, cora: Any) -> Any:
    return thread_between(ada, cora)


def a_file(name: str = "walk.html", content: bytes = PAGE, kind: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=kind)


def test_a_file_is_kept_encrypted_and_comes_back_as_it_was(ada, cora, as_ada, thread):
    assert said(as_ada, thread, "", file=a_file()).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("select name, content from threads_file")
        ((name, content),) = cursor.fetchall()
    assert b"walk" not in bytes(name)
    assert b"script" not in bytes(content)
    message = Message.objects.get()
    answer = signed_in(cora).get(f"/messages/{thread.pk}/{message.pk}/file/")
    assert answer.content == PAGE


def test_a_file_is_saved_and_never_shown_as_a_page(as_ada, thread):
    said(as_ada, thread, "", file=a_file())
    answer = as_ada.get(f"/messages/{thread.pk}/{Message.objects.get().pk}/file/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("folder\\other\\plan.pdf", "plan.pdf"),
        ('a"b\r\nSet-Cookie: x.txt', "abSet-Cookie x.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("über den Fluß.txt", "über den Fluß.txt"),
        ("...", "file"),
        ("x" * 300 + ".txt", "x" * 108 + ".txt"),
    ],
)
def test_odd_names_are_made_plain(sent, kept):
    file = a_file()
    file._name = sent  # as a client sends it: Django takes some of it away before
    assert actions._name(file) == kept


def test_a_name_is_written_safely_into_the_header(as_ada, thread):
    said(as_ada, thread, "", file=a_file("über; filename=x.txt"))
    answer = as_ada.get(f"/messages/{thread.pk}/{Message.objects.get().pk}/file/")
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%BCber%3B%20filename%3Dx.txt"


def test_a_file_that_is_too_large_or_empty_is_refused_and_the_words_stay(ada, as_ada, thread, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 1_000)
    monkeypatch.setattr(actions, "LARGEST", 1_000)
    answer = said(as_ada, thread, "my words", file=a_file(content=b"x" * 1_001))
    assert answer.status_code == 422
    assert "too large" in answer.content.decode()
    assert "my words" in answer.content.decode()
    assert by_script(as_ada, ada, thread, "", file=a_file(content=b"x" * 1_001)).status_code == 422
    assert said(as_ada, thread, "", file=a_file(content=b"")).status_code == 422
    assert not Message.objects.exists()
    assert said(as_ada, thread, "", file=a_file(content=b"x" * 1_000)).status_code == 302


def test_one_side_can_not_fill_the_disk(as_ada, thread, monkeypatch):
    monkeypatch.setattr(actions, "MOST_FILES", 2)
    assert [said(as_ada, thread, "", file=a_file()).status_code for _ in range(3)] == [302, 302, 422]
    assert Message.objects.count() == 2


def test_the_same_file_under_the_same_key_is_kept_once(ada, as_ada, thread):
    key = str(uuid4())
    for _ in range(3):
        by_script(as_ada, ada, thread, "a list", key=key, file=a_file())
    assert (Message.objects.count(), File.objects.count()) == (1, 1)


def test_nobody_else_gets_a_file_and_not_by_the_number_of_another_thread(ada, ben, cora, as_ada, thread):
    said(as_ada, thread, "", file=a_file())
    pk = Message.objects.get().pk
    dev = reader("dev")
    other = thread_between(ben, dev)
    assert signed_in(dev).get(f"/messages/{thread.pk}/{pk}/file/").status_code == 404
    assert signed_in(dev).get(f"/messages/{other.pk}/{pk}/file/").status_code == 404
    grants.end(ada, thread.grant, timezone.now())
    assert signed_in(cora).get(f"/messages/{thread.pk}/{pk}/file/").status_code == 404
    assert as_ada.get(f"/messages/{thread.pk}/{pk}/file/").status_code == 200


def test_a_message_that_is_taken_back_takes_its_file_with_it(as_ada, thread):
    said(as_ada, thread, "look", file=a_file())
    pk = Message.objects.get().pk
    as_ada.post(f"/messages/{thread.pk}/{pk}/back/")
    assert not File.objects.exists()
    assert as_ada.get(f"/messages/{thread.pk}/{pk}/file/").status_code == 404


def test_a_sealed_thread_takes_no_file_and_no_plain_words(as_ada, thread):
    type(thread).objects.update(sealed=True)
    assert said(as_ada, thread, "plain words").status_code == 422
    assert said(as_ada, thread, "", file=a_file()).status_code == 422
    assert not Message.objects.exists()
    assert 'type="file"' not in as_ada.get(f"/messages/{thread.pk}/").content.decode()


def test_sending_needs_the_token_of_the_page(ada, thread):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert said(client, thread, "forged", file=a_file()).status_code == 403
    assert not Message.objects.exists()
    client.get(f"/messages/{thread.pk}/")
    token = client.cookies["csrftoken"].value
    assert said(client, thread, "mine", file=a_file(), csrfmiddlewaretoken=token).status_code == 302


def test_many_files_in_one_request_take_no_more_memory_than_one(cora, as_ada, thread, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    files = {f"file{number}": a_file(f"{number}.txt", b"x" * 400) for number in range(3)}
    answer = said(as_ada, thread, "", file=a_file("own.txt", b"x" * 100), **files)
    assert answer.status_code == 422
    assert "too large" in answer.content.decode()
    assert not Message.objects.exists()
