"""The socket of a report that was opened by its link: it tells only that the report is gone or was changed, and takes nothing in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client
from django.utils import timezone
from sockets_of_tests import Socket

from ambulando.web.care import live
from ambulando.web.care.grants import actions, tokens
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


def talk(conversation: Callable[[], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        return await asyncio.wait_for(conversation(), 60)

    return async_to_sync(whole)()


@pytest.fixture
def report(ada: Person) -> Grant:
    now = timezone.now()
    told = {"name": "Dr Lee", "role": "physician", "items": ["mood", "notes"]}
    return actions.link_report(ada, now, until=(now + timedelta(days=9)).date(), **told)


def path(report: Grant) -> str:
    return f"/ws/report/{tokens.word_of(report)}/"


async def opened(report: Grant) -> Socket:
    socket = Socket(None, await sync_to_async(path)(report))
    assert await socket.connect()
    await socket.send(text="there")
    assert await socket.told() == {"kind": "here"}
    return socket


def test_it_says_that_the_report_is_gone_and_nothing_else(ada: Person, report: Grant) -> None:
    async def conversation() -> Any:
        socket = await opened(report)
        await sync_to_async(actions.end)(ada, report, timezone.now())
        return await socket.told(), await socket.code()

    assert talk(conversation) == ({"kind": "gone"}, live.GONE)


def test_it_says_that_what_is_shared_was_changed(ada: Person, report: Grant) -> None:
    async def conversation() -> Any:
        socket = await opened(report)
        told = {"name": report.name, "role": report.role, "items": ["mood"], "shows_from": None}
        await sync_to_async(actions.change)(ada, report, timezone.now(), until=report.until, **told)
        return await socket.told()

    assert talk(conversation) == {"kind": "changed"}


def test_a_word_that_opens_nothing_is_refused(ada: Person, report: Grant) -> None:
    word = path(report)

    async def conversation(path: str) -> Any:
        socket = Socket(None, path)
        await socket.connect()
        return await socket.code()

    assert talk(lambda: conversation("/ws/report/not-a-word/")) == live.GONE
    actions.end(ada, report, timezone.now())
    assert talk(lambda: conversation(word)) == live.GONE


@pytest.mark.parametrize(
    "changed", [{"is_active": False}, {"time_zone": "Pacific/Kiritimati"}], ids=["off", "last-day"]
)
def test_a_page_that_asks_if_it_still_holds_is_told_when_it_does_not(
    ada: Person, report: Grant, changed: dict[str, Any]
) -> None:
    """The end of the last day and an account that is off are told by nobody, so the page asks now and then."""
    if "time_zone" in changed:
        Grant.objects.update(until=timezone.localdate())

    def change() -> None:
        if "time_zone" in changed:
            Grant.objects.update(until=timezone.localdate() - timedelta(days=2))
        else:
            Person.objects.update(**changed)

    async def conversation() -> Any:
        socket = await opened(report)
        await sync_to_async(change)()
        await socket.send(text="there")
        return await socket.told(), await socket.code()

    assert talk(conversation) == ({"kind": "gone"}, live.GONE)


def test_an_account_that_is_removed_tells_the_open_report(ada: Person, report: Grant) -> None:
    from ambulando.web.people import actions as people

    async def conversation() -> Any:
        socket = await opened(report)
        await sync_to_async(people.remove)(ada)
        return await socket.told()

    assert talk(conversation) == {"kind": "gone"}


def test_odd_words_are_not_answered(report: Grant) -> None:
    async def conversation() -> Any:
        socket = await opened(report)
        await socket.send(text='{"kind": "gone"}')
        await socket.send(bytes=b"\x00")
        return await socket.nothing()

    assert talk(conversation)


def test_the_page_opens_it_without_an_account(report: Grant) -> None:
    page = Client().post(f"/report/{tokens.word_of(report)}/").content.decode()
    assert f'data-report="{path(report)}"' in page
    assert "report-live" in page
