"""Threads for tests: Ada lets Cora in, and they write."""

from typing import Any
from uuid import uuid4


def signed_in(person: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client


def reader(name: str = "cora") -> Any:
    """Somebody who only reads: they never told us anything about themselves."""
    from ambulando.web.people.models import Person

    return Person.objects.create_user(name, password="it is solved by walking")


def thread_between(person: Any, other: Any, **fields: Any) -> Any:
    from django.utils import timezone
    from letting_in import let_in

    from ambulando.web.care.threads import queries

    grant = let_in(person, other, now=timezone.now(), **fields)
    return queries.thread_of(person, grant.pk, timezone.now())


def said(client: Any, thread: Any, words: str, **fields: Any) -> Any:
    data = {"body": words, "key": str(uuid4())} | fields
    return client.post(f"/messages/{thread.pk}/send/", data)


def by_script(client: Any, person: Any, thread: Any, words: str, **fields: Any) -> Any:
    data = {"body": words, "key": str(uuid4()), "me": person.pk} | fields
    return client.post(f"/messages/{thread.pk}/send/", data, headers={"Ambulando-Script": "1"})
