"""Who may do what: every route, from the URL configuration and the sockets, for each of nine people, reading and writing.

How a route is stated: ``authorised/README.md``. What they come to: ``docs/authorisation.md``.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from authorised import world as worlds
from authorised import written
from authorised.routes import every
from authorised.rules import READ, READ_RULES, WHO, WRITE, WRITE_RULES, Row
from authorised.world import World
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, Q
from django.test import Client, override_settings
from django.urls import reverse

from ambulando.web.people.models import Person

pytestmark = pytest.mark.django_db
ROWS = worlds.all_rows()
ROUTES = every()
STATED = [name for name, _ in ROUTES if name in ROWS]
SIGN_IN = 4401
REFUSED = (400, 403, 405, 409, 413, 415, 422)
#: tables that change when somebody only looks
OF_LOOKS = ('"django_session"', '"grants_look"', '"grants_head"')


def test_every_route_has_a_stated_row() -> None:
    without = [f"{name} ({address})" for name, address in ROUTES if name not in ROWS]
    assert not without, "state these in tests/web/authorised/rows_<app>.py:\n" + "\n".join(without)


def test_no_row_is_stated_for_a_route_that_is_gone() -> None:
    assert set(ROWS) - {name for name, _ in ROUTES} == set()


def test_each_route_has_a_name_of_its_own() -> None:
    names = [name for name, _ in ROUTES]
    assert sorted(names) == sorted(set(names))


def test_every_cell_is_stated_in_words_that_the_tests_know() -> None:
    for rules, words in ((READ_RULES, READ), (WRITE_RULES, WRITE)):
        assert {rule[who] for rule in rules.values() for who in WHO} <= set(words)
    for name, (_, row) in ROWS.items():
        assert all(row.cell("read", who) in READ and row.cell("write", who) in WRITE for who in WHO), name
        assert row.why or not (row.reads or row.writes), f"{name}: why do its cells differ from the rule?"


def test_the_document_says_what_the_rows_say() -> None:
    found = written.DOCUMENT.read_text("utf-8") if written.DOCUMENT.exists() else ""
    assert found == written.document(), "write docs/authorisation.md anew, as its first line says"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, and rolled back after the last cell."""
    with django_db_blocker.unblock(), override_settings(**worlds.settings()), transaction.atomic():
        made = worlds.made()
        made.at["cookies"] = {who: _signed_in(made, who) for who in WHO}
        yield made
        transaction.set_rollback(True)


def _signed_in(world: World, who: str) -> str:
    client = Client()
    if who != "anonymous":
        client.force_login(world.people[who])
        client.get(reverse("about"))  # the day on which a session was last used is written down now
    return client.cookies[settings.SESSION_COOKIE_NAME].value if who != "anonymous" else ""


@pytest.fixture
def no_worry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test of one cell leaves waiting is not done: it is rolled back."""
    monkeypatch.setattr(transaction, "on_commit", lambda *_, **__: None)


class Apart:
    """A piece of work that is undone at its end, and which notes whether it wrote anything."""

    def __enter__(self) -> "Apart":
        self.wrote = False
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.watch = connection.execute_wrapper(self._note)
        self.watch.__enter__()
        return self

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE") and not any(
            one in sql[:80] for one in OF_LOOKS
        ):
            self.wrote = True
        return execute(sql, params, many, context)

    def __exit__(self, *_: object) -> None:
        self.watch.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)


def _ways_to_a_person() -> dict[type[Model], list[str]]:
    """By model: each way of foreign keys, at most three long, that ends at a person."""
    found: dict[type[Model], list[str]] = {Person: ["pk"]}
    for _ in range(3):
        for model in apps.get_models(include_auto_created=True):
            ways = found.setdefault(model, [])
            for field in model._meta.concrete_fields:
                if field.is_relation and field.name not in {way.split("__")[0] for way in ways}:
                    ways += [
                        field.name if one == "pk" else f"{field.name}__{one}"
                        for one in found.get(field.related_model, [])
                    ]
    return {model: ways for model, ways in found.items() if ways and model.__name__ not in ("Look", "Head")}


WAYS = _ways_to_a_person()


def rows_of(person: Any) -> dict[str, list[Any]]:
    """All that hangs on somebody, row by row."""
    found = {}
    for model, ways in WAYS.items():
        wanted = Q()
        for way in ways:
            wanted |= Q(**{way: person.pk})
        fields = [one.attname for one in model._meta.concrete_fields if one.attname != "last_login"]
        found[model._meta.label] = sorted(map(repr, model._base_manager.filter(wanted).values_list(*fields)))
    return found


@pytest.fixture(scope="module")
def before(world: World) -> dict[str, list[Any]]:
    tables = set(connection.introspection.table_names())
    for model in [one for one in WAYS if one._meta.db_table not in tables]:
        del WAYS[model]
    return rows_of(world.ada)


def client_of(world: World, who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who != "anonymous":
        client.cookies[settings.SESSION_COOKIE_NAME] = world.at["cookies"][who]
    return client


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.get('Location', '')} {response.get('Content-Disposition', '')} {body.decode('utf-8', 'replace')}"


def led_to_sign_in(response: Any) -> bool:
    if response.status_code == 401:
        return True
    target = response.get("Location") or response.get("HX-Redirect") or ""
    return response.status_code in (302, 204) and urlsplit(target).path.startswith(reverse("account_login"))


def words_on(text: str) -> list[str]:
    low = text.lower()
    return [word for item in worlds.WORDS if (word := worlds.word(item)) in low]


def what_reading_gave(response: Any, looked: bool, person: bool) -> set[str]:
    """Every word for a read cell that this answer bears out."""
    if response.status_code == 404:
        return {"none"}
    if led_to_sign_in(response):
        return {"sign-in"}
    bare = not words_on(text_of(response))
    found = set()
    if response.status_code in (301, 302, 405) and bare:
        found |= {"no-page", "own"} - ({"own"} if response.status_code == 405 else set())
    if response.status_code == 200:
        found |= {"looks"} if looked and not person else {"sees"}
        if bare and not looked:
            found.add("own")
    return found or {f"status {response.status_code}"}


def what_writing_gave(response: Any, changed: list[str], looked: bool) -> set[str]:
    if response.status_code == 404:
        return {"none"} if not changed else {f"404, but changed {changed}"}
    if led_to_sign_in(response):
        return {"sign-in"} if not changed else {f"led to sign-in, but changed {changed}"}
    if changed:
        return (
            {"changes"}
            if response.status_code < 400
            else {f"status {response.status_code}, changed {changed}"}
        )
    if response.status_code < 400 or response.status_code in REFUSED:
        return {"keeps", "looks"} if looked else {"keeps"}
    return {f"status {response.status_code}"}


def addresses(world: World, name: str, row: Row, who: str) -> Iterator[tuple[str, bool]]:
    """The address as this one has it; and that of the clinician, where this one has their own (True)."""
    mine = {part: world.value(value, who) for part, value in row.at.items()}
    yield reverse(name, kwargs=mine), False
    cora = {part: world.value(value, "clinician") for part, value in row.at.items()}
    if cora != mine and who not in ("person", "clinician"):
        yield reverse(name, kwargs=cora), True


def body_of(world: World, row: Row, who: str) -> Any:
    return row.body(world, who) if callable(row.body) else row.body


def looks_at(world: World) -> int:
    return int(world.ada.looks.count())


def on_page(world: World, way: str, address: str, row: Row, who: str, before: Any) -> tuple[set[str], str]:
    client, looks = client_of(world, who), looks_at(world)
    if way == "read":
        with Apart() as apart:
            response: Any = client.get(address)
            found = what_reading_gave(response, looks_at(world) > looks, who == "person")
            text = text_of(response)
            if apart.wrote and row.cell("read", who) not in ("sees", "looks") and who != "person":
                assert rows_of(world.ada) == before, f"{who} changed something of Ada's by opening {address}"
        return found, text
    body = body_of(world, row, who)
    with Apart() as apart:
        if isinstance(body, str):
            response = client.post(address, body, content_type="application/json")
        else:
            response = client.post(address, body)
        after = rows_of(world.ada) if apart.wrote else before
        changed = [kind for kind in before if after[kind] != before[kind]]
        return what_writing_gave(response, changed, looks_at(world) > looks), text_of(response)


def on_socket(world: World, way: str, pattern: str, row: Row, who: str, before: Any) -> tuple[set[str], str]:
    from ambulando.web.asgi import application

    cookie = f"{settings.SESSION_COOKIE_NAME}={world.at['cookies'][who]}".encode()
    headers = [(b"origin", b"http://localhost"), (b"host", b"localhost"), (b"cookie", cookie)]
    path = "/" + pattern
    for part, value in row.at.items():
        start, end = path.index("<"), path.index(">")
        assert part in path[start:end]
        path = path[:start] + str(world.value(value, who)) + path[end + 1 :]

    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}

    async def talk() -> tuple[set[str], str]:
        socket = ApplicationCommunicator(application, scope)
        await socket.send_input({"type": "websocket.connect"})
        said = [await socket.receive_output(timeout=5)]
        if way == "write" and said[0]["type"] == "websocket.accept":
            await socket.send_input(
                {"type": "websocket.receive", "text": json.dumps(body_of(world, row, who))}
            )
        while not await socket.receive_nothing(timeout=0.05, interval=0.01):
            said.append(await socket.receive_output())
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait()
        if closed := [one for one in said if one["type"] == "websocket.close"]:
            return {"sign-in" if closed[0].get("code") == SIGN_IN else "none"}, str(said)
        return {"sees", "keeps"} | (set() if words_on(str(said)) else {"own"}), str(said)

    with Apart() as apart:
        found, said = async_to_sync(talk)()
        after = rows_of(world.ada) if apart.wrote else before
        if after != before:
            found = {"changes"} if "keeps" in found else {f"{found}, but changed"}
    return found, said


Tried = Callable[[str, str], None]


@pytest.fixture
def tried(world: World, no_worry: None, before: dict[str, list[Any]]) -> Tried:
    def all_nine(name: str, way: str) -> None:
        row = ROWS[name][1]
        wrong = []
        for who in WHO:
            stated = row.cell(way, who)
            if name.startswith("socket "):
                found, text = on_socket(world, way, name.removeprefix("socket "), row, who, before)
                answers = [(name, stated, found, text)]
            else:
                answers = []
                for address, of_another in addresses(world, name, row, who):
                    wanted = (
                        stated
                        if not of_another or stated in ("own", "keeps", "no-page", "sign-in")
                        else "none"
                    )
                    answers.append((address, wanted, *on_page(world, way, address, row, who, before)))
            for address, wanted, found, text in answers:
                if wanted not in found:
                    wrong.append(
                        f"{who}: {wanted} is stated, {' or '.join(sorted(found))} is found ({address})"
                    )
                elif who != "person" and not _may_stand(world, way, wanted, who, row, text):
                    wrong.append(f"{who} finds {words_on(text)} on {address}")
        assert not wrong, f"{way} {name}\n" + "\n".join(wrong)

    return all_nine


def _may_stand(world: World, way: str, cell: str, who: str, row: Row, text: str) -> bool:
    """Whether no word of Ada's stands there that this one was not given."""
    if row.read == "by its word" or (way == "write" and row.write.startswith("by its word")):
        return True
    sees = row.cell("read", who) in ("sees", "looks") and cell == "keeps"  # the page that they see comes back
    if sees or cell in ("sees", "looks", "changes"):
        low = text.lower()
        return not any(one in low for one in world.forbidden(who))
    return not words_on(text)


@pytest.mark.parametrize("name", STATED)
def test_reading_is_for_whom_it_is_stated(tried: Tried, name: str) -> None:
    tried(name, "read")


@pytest.mark.parametrize("name", STATED)
def test_writing_is_for_whom_it_is_stated(tried: Tried, name: str) -> None:
    tried(name, "write")
