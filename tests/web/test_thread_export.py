"""A thread as a file: who, when, what; for each of the two, and a copy that a reader takes is recorded."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from writing import reader, said, signed_in, thread_between

from ambulando.web.care.grants.models import Look
from ambulando.web.care.threads.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def cora(db: None) -> Any:
    return reader()


@pytest.fixture
def thread(ada: Any, cora: Any) -> Any:
    return thread_between(ada, cora)


@pytest.fixture
def written(as_ada: Any, cora: Any, thread: Any) -> Any:
    said(as_ada, thread, "Hello,\nCora", file=SimpleUploadedFile("list.txt", b"shoes"))
    said(signed_in(cora), thread, "Hello Ada")
    said(as_ada, thread, "never mind")
    pk = Message.objects.last().pk
    as_ada.post(f"/messages/{thread.pk}/{pk}/back/")
    return thread


def test_the_text_holds_who_when_and_what(as_ada, written):
    answer = as_ada.get(f"/messages/{written.pk}/export.txt")
    text = answer.content.decode()
    assert text.startswith("Messages with Dr Mere, as of ")
    assert "  ada\nHello,\nCora\nFile: list.txt" in text
    assert "  Dr Mere\nHello Ada" in text
    assert "(taken back)" in text
    assert "never mind" not in text
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_json_holds_the_same_with_moments_of_the_clock_of_the_world(as_ada, written):
    found = json.loads(as_ada.get(f"/messages/{written.pk}/export.json").content)
    assert [one["from"] for one in found["messages"]] == ["ada", "Dr Mere", "ada"]
    assert [one["state"] for one in found["messages"]] == ["", "", "taken back"]
    assert found["messages"][0]["file"] == "list.txt"
    assert found["messages"][0]["at"].endswith("+00:00")


def test_a_copy_that_the_reader_takes_stands_in_the_record_of_the_person(as_ada, cora, written):
    before = Look.objects.count()
    as_ada.get(f"/messages/{written.pk}/export.txt")
    assert Look.objects.count() == before
    text = signed_in(cora).get(f"/messages/{written.pk}/export.json").content.decode()
    assert "Dr Mere" not in text  # how the person calls them is the person's own
    assert Look.objects.count() == before + 1
    assert "took a copy of your messages" in as_ada.get("/team/looks/").content.decode()


def test_sealed_messages_stay_sealed(as_ada, ada, written):
    sealed = '{"v":1}'
    Message.objects.create(
        thread=written, writer=ada, key=uuid4(), kind=Message.SEALED, body=sealed, at=timezone.now()
    )
    text = as_ada.get(f"/messages/{written.pk}/export.txt").content.decode()
    assert "(sealed: it can be read on the page alone)" in text
    found = json.loads(as_ada.get(f"/messages/{written.pk}/export.json").content)
    assert found["messages"][-1]["sealed"] == sealed


@pytest.mark.parametrize("form", ["pdf", "html", "txt.html"])
def test_there_are_no_other_forms(as_ada, written, form):
    assert as_ada.get(f"/messages/{written.pk}/export.{form}").status_code == 404


def test_nobody_else_gets_one(ben, written):
    assert signed_in(ben).get(f"/messages/{written.pk}/export.txt").status_code == 404
