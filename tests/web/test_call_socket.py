"""The socket of a call passes on between its two sides alone, and ends with what lets them call."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from calling_people import alex, let_in
from channels.routing import URLRouter
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from ambulando.web.care import live
from ambulando.web.care.calls import actions
from ambulando.web.care.calls import socket as calls
from ambulando.web.care.calls.models import Call
from ambulando.web.sockets import socket_urlpatterns
from cast import ADA
from sign_up import signed_up

pytestmark = pytest.mark.django_db(transaction=True)
OFFER = {"kind": "description", "page": "p1", "description": {"type": "offer", "sdp": "v=0"}}


def in_a_loop(test: Callable[..., Any]) -> Callable[..., None]:
    """Run a test that waits, in a loop of its own."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async_to_sync(test)(*args, **kwargs)

    return run


class Page(ApplicationCommunicator):
    """The socket of an open page in which somebody is signed in."""

    def __init__(self, user: Any, path: str) -> None:
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": [], "subprotocols": []}
        session = SessionStore()
        if user.is_authenticated:
            session.update(
                {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0]}
            )
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        self.session = session
        super().__init__(URLRouter(socket_urlpatterns), scope | {"user": user, "session": session})

    async def connect(self) -> None:
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(3))["type"] == "websocket.accept"

    async def say(self, text: Any) -> None:
        sent = (
            {"text": text}
            if isinstance(text, str)
            else {"bytes": text}
            if isinstance(text, bytes)
            else {"text": json.dumps(text)}
        )
        await self.send_input({"type": "websocket.receive", **sent})

    async def hear(self) -> Any:
        return json.loads((await self.receive_output(3))["text"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wait(3)


@pytest.fixture
def two(transactional_db: None) -> tuple[Any, Any, Any]:
    """A person, who they let in, and the call that rings between them."""
    person, reader = signed_up("ada", ADA), alex()
    call = actions.start(person, let_in(person, reader), timezone.now())
    return person, reader, call


page_of = sync_to_async(Page)


async def page(user: Any, call: Any) -> Page:
    return await page_of(user, f"/ws/calls/{getattr(call, 'pk', call)}/")


async def opened(user: Any, call: Any) -> Page:
    one = await page(user, call)
    await one.connect()
    assert (await one.hear())["kind"] == "joined"
    return one


async def closed_with(one: Page) -> int:
    """The code with which it is closed; what was said before is read over."""
    while (event := await one.receive_output(3))["type"] != "websocket.close":
        pass
    return int(event["code"])


async def heard(one: Page, kind: str) -> Any:
    while (said := await one.hear())["kind"] != kind:
        pass
    return said


@pytest.mark.parametrize("who", ["nobody", "stranger", "no such call"])
@in_a_loop
async def test_who_is_not_of_the_call_is_closed_out(two: Any, who: str) -> None:
    ben = await sync_to_async(signed_up)("ben", ADA)
    one = await page(AnonymousUser() if who == "nobody" else ben, 99_999 if who == "no such call" else two[2])
    await one.connect()
    assert await closed_with(one) == (live.SIGN_IN if who == "nobody" else live.GONE)


@in_a_loop
async def test_what_one_says_reaches_the_other_and_nobody_else(two: Any) -> None:
    person, reader, call = two
    ben = await sync_to_async(signed_up)("ben", ADA)
    grant = await sync_to_async(let_in)(person, ben, name="Ben")
    beside = await sync_to_async(actions.start)(person, grant, timezone.now())
    mine, theirs, others = await opened(person, call), await opened(reader, call), await opened(ben, beside)
    await mine.say(OFFER | {"extra": "not passed on"})
    assert await heard(theirs, "description") == OFFER
    assert await mine.receive_nothing(0.2)
    assert await others.receive_nothing(0.2)
    for one in (mine, theirs, others):
        await one.leave()


@in_a_loop
async def test_what_is_not_known_is_not_passed_on(two: Any) -> None:
    person, reader, call = two
    mine, theirs = await opened(person, call), await opened(reader, call)
    for odd in (
        "[",
        "[]",
        "7",
        '{"kind": "over"}',
        '{"kind": ["here"]}',
        '{"kind": null}',
        "[" * 20_000,
        '{"page": "\\ud800"}',
    ):
        await mine.say(odd)
    await mine.say({"kind": "here", "page": "p1", "hello": True})
    assert await theirs.hear() == {"kind": "here", "page": "p1", "hello": True}
    for one in (mine, theirs):
        await one.leave()


@pytest.mark.parametrize("sent", ["too long", "too often", "bytes"])
@in_a_loop
async def test_too_much_closes_it(two: Any, sent: str) -> None:
    mine = await opened(two[0], two[2])
    if sent == "too long":
        await mine.say(json.dumps({"kind": "here", "page": "p" * calls.LONGEST}))
    elif sent == "bytes":
        await mine.say(b"{}")
    else:
        for _ in range(calls.BURST + 40):
            await mine.say("{}")
    assert await closed_with(mine) == calls.TOO_MUCH


@in_a_loop
async def test_it_closes_for_both_when_the_grant_is_ended(two: Any) -> None:
    person, reader, call = two
    await sync_to_async(actions.answer)(reader, call, timezone.now())
    mine, theirs = await opened(person, call), await opened(reader, call)

    def withdraw() -> None:
        type(call.grant).objects.filter(pk=call.grant_id).update(ended_at=timezone.now(), ended_by="person")
        live.tell([reader.pk], "gone", grant=call.grant_id)

    await sync_to_async(withdraw)()
    assert await closed_with(theirs) in (live.GONE, calls.OVER)
    assert await closed_with(mine) in (live.GONE, calls.OVER)
    await sync_to_async(call.refresh_from_db)()
    assert call.state == Call.ENDED
    assert call.ended_at


@in_a_loop
async def test_after_the_grant_ended_nothing_is_passed_on_though_nobody_was_told(two: Any) -> None:
    person, reader, call = two
    mine, theirs = await opened(person, call), await opened(reader, call)
    await sync_to_async(type(call.grant).objects.filter(pk=call.grant_id).update)(ended_at=timezone.now())
    await mine.say(OFFER)
    assert await closed_with(mine) in (live.GONE, calls.OVER)
    assert await closed_with(theirs) in (live.GONE, calls.OVER)


@in_a_loop
async def test_hanging_up_closes_both_and_it_can_not_be_opened_again(two: Any) -> None:
    person, reader, call = two
    await sync_to_async(actions.answer)(reader, call, timezone.now())
    mine, theirs = await opened(person, call), await opened(reader, call)
    await sync_to_async(actions.hang_up)(reader, call, timezone.now())
    assert (await heard(mine, "over"))["state"] == "ended"
    assert await closed_with(mine) == await closed_with(theirs) == calls.OVER
    again = await page(person, call)
    await again.connect()
    assert await closed_with(again) == calls.OVER


@in_a_loop
async def test_a_second_page_of_the_same_side_takes_the_place_of_the_first(two: Any) -> None:
    first = await opened(two[0], two[2])
    second = await opened(two[0], two[2])
    assert await closed_with(first) == calls.ELSEWHERE
    await second.leave()


@in_a_loop
async def test_a_socket_that_another_followed_does_not_tell_later_that_its_side_is_away(two: Any) -> None:
    theirs, died = await opened(two[1], two[2]), await opened(two[0], two[2])
    followed = await opened(two[0], two[2])
    assert await closed_with(died) == calls.ELSEWHERE
    await died.leave()
    assert await theirs.receive_nothing(0.2)
    await followed.leave()
    assert await heard(theirs, "away")


@in_a_loop
async def test_signing_out_closes_it(two: Any) -> None:
    mine = await opened(two[0], two[2])
    await sync_to_async(live.sign_out)(mine.session)
    assert await closed_with(mine) == live.SIGN_IN


@in_a_loop
async def test_a_sign_in_that_ended_elsewhere_closes_it_at_the_next_sign_of_life(two: Any) -> None:
    mine = await opened(two[0], two[2])
    await mine.say({"kind": "ping"})
    assert await mine.hear() == {"kind": "pong"}  # a page that hears nothing takes its line for dead
    await sync_to_async(mine.session.flush)()
    await mine.say({"kind": "ping"})
    assert await closed_with(mine) == live.SIGN_IN


@in_a_loop
async def test_the_pages_of_who_is_called_are_told_again_while_it_rings(two: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(calls, "RING_AGAIN", timezone.timedelta(0))
    person, reader, call = two
    theirs = await page_of(reader, "/ws/live/")
    await theirs.connect()
    mine = await opened(person, call)
    await mine.say({"kind": "ring"})
    assert await heard(theirs, "call") == {"kind": "call", "call": call.pk}
    for one in (mine, theirs):
        await one.leave()
