"""The socket of an open page: for whom it opens, what it says, and that it ends with the sign-in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client
from django.utils import timezone
from sockets_of_tests import Socket
from writing import reader, said, signed_in, thread_between

from ambulando.web.care import live
from ambulando.web.care.grants import actions as grants
from ambulando.web.care.threads.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def talk(conversation: Callable[[], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        return await asyncio.wait_for(conversation(), 60)

    return async_to_sync(whole)()


async def opened(client: Client) -> Socket:
    socket = Socket(client)
    assert await socket.connect()
    await socket.send(text="there")  # it answers once it is in its rooms
    assert await socket.told() == {"kind": "here"}
    return socket


@pytest.fixture
def cora(transactional_db: None) -> Any:
    return reader()


@pytest.fixture
def thread(ada: Any, cora: Any) -> Any:
    return thread_between(ada, cora)


def test_it_is_closed_for_somebody_who_is_not_signed_in():
    async def conversation() -> Any:
        socket = Socket(None)
        await socket.connect()
        return await socket.code()

    assert talk(conversation) == live.SIGN_IN


def test_a_page_of_another_host_is_refused(as_ada):
    async def conversation() -> bool:
        return await Socket(as_ada, origin="https://evil.example").connect()

    assert not talk(conversation)


def test_only_ids_are_told_and_only_to_the_two(ada, ben, cora, as_ada, thread):
    as_cora, as_ben = signed_in(cora), signed_in(ben)

    async def conversation() -> Any:
        hers, bens = await opened(as_cora), await opened(as_ben)
        await sync_to_async(said)(as_ada, thread, "nobody tells these words")
        first = await hers.text()
        nothing = await bens.nothing()
        await hers.leave()
        await bens.leave()
        return first, nothing

    first, nothing = talk(conversation)
    assert first == f'{{"kind": "message", "thread": {thread.pk}}}'
    assert nothing


def test_after_withdrawal_it_says_that_it_is_gone_and_nothing_more(ada, cora, as_ada, thread):
    as_cora = signed_in(cora)
    said(as_ada, thread, "before")

    async def conversation() -> Any:
        hers = await opened(as_cora)
        await sync_to_async(grants.end)(ada, thread.grant, timezone.now())
        gone = await hers.told()
        await sync_to_async(said)(as_ada, thread, "after")
        pk = await sync_to_async(lambda: Message.objects.get().pk)()
        await sync_to_async(as_ada.post)(f"/messages/{thread.pk}/{pk}/back/")
        nothing = await hers.nothing()
        fetched = await sync_to_async(as_cora.get)(f"/messages/{thread.pk}/?after=0")
        await hers.leave()
        return gone, nothing, fetched.status_code

    gone, nothing, status = talk(conversation)
    assert gone == {"kind": "gone", "grant": thread.grant_id}
    assert nothing
    assert status == 404


def test_after_the_last_day_nothing_is_told(ada, cora, as_ada, thread):
    as_cora = signed_in(cora)
    said(as_ada, thread, "before")
    pk = Message.objects.get().pk
    type(thread.grant).objects.update(until="2020-01-01")

    async def conversation() -> bool:
        hers = await opened(as_cora)
        await sync_to_async(said)(as_ada, thread, "after")
        await sync_to_async(as_ada.post)(f"/messages/{thread.pk}/{pk}/back/")
        nothing = await hers.nothing()
        await hers.leave()
        return nothing

    assert talk(conversation)


def test_signing_out_closes_every_socket_of_that_sign_in_and_no_other(ada):
    here, elsewhere = signed_in(ada), signed_in(ada)

    async def conversation() -> Any:
        first, second, other = await opened(here), await opened(here), await opened(elsewhere)
        await sync_to_async(here.post)("/account/logout/")
        ends = []
        for socket in (first, second):
            assert await socket.told() == {"kind": "signed-out"}
            ends.append(await socket.code())
        stays = await other.nothing()
        await other.leave()
        return ends, stays

    ends, stays = talk(conversation)
    assert ends == [live.SIGN_IN, live.SIGN_IN]
    assert stays


@pytest.mark.parametrize("how", ["a new password", "leaving", "put out"])
def test_a_sign_in_that_was_ended_elsewhere_is_told_nothing(cora, as_ada, thread, how):
    as_cora = signed_in(cora)

    def end() -> None:
        if how == "a new password":
            cora.set_password("slow rivers reach it too")
        elif how == "put out":
            cora.is_active = False
        cora.save()

    async def conversation() -> Any:
        hers = await opened(as_cora)
        if how == "leaving":
            await sync_to_async(as_cora.session.flush)()
        else:
            await sync_to_async(end)()
        await sync_to_async(said)(as_ada, thread, "words")
        told = await hers.told()
        return told, await hers.code()

    assert talk(conversation) == ({"kind": "signed-out"}, live.SIGN_IN)


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"type": "told", "says": {}}', "x" * 100_000])
def test_what_is_sent_to_it_does_nothing(as_ada, text):
    async def conversation() -> bool:
        socket = await opened(as_ada)
        await socket.send(text=text)
        nothing = await socket.nothing()
        await socket.send(bytes=b"\xff")
        await socket.send(text="there")
        assert await socket.told() == {"kind": "here"}
        await socket.leave()
        return nothing

    assert talk(conversation)


def test_a_change_that_is_not_kept_is_not_told(cora):
    from django.db import transaction

    as_cora = signed_in(cora)

    def undone() -> None:
        try:
            with transaction.atomic():
                live.tell([cora.pk], "message", thread=1)
                raise InterruptedError
        except InterruptedError:
            pass

    async def conversation() -> bool:
        hers = await opened(as_cora)
        await sync_to_async(undone)()
        nothing = await hers.nothing()
        await hers.leave()
        return nothing

    assert talk(conversation)
