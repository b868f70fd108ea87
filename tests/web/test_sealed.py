"""Sealed threads on the server: only own keys, only sealed words, both say yes, and nothing larger than it has to be."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from sealing import b64, has_key, key_of, message, sealed_thread, thread_between, thread_key, wrapped
from sealing import cora as another

from ambulando.ground import InputError
from ambulando.web.care.sealed import actions, queries, record
from ambulando.web.care.sealed.models import PersonKey, SealWish, ThreadKey
from ambulando.web.care.threads import actions as threads
from ambulando.web.care.threads.models import Message, Thread
from ambulando.web.care.threads.queries import thread_for

pytestmark = pytest.mark.django_db
KEY = "/messages/key/record/"
PASSPHRASE = "/messages/key/passphrase/"
UUID = "0b8f6c4e-1f5c-4f0e-9d53-0d2b8f6f1a01"


@pytest.fixture
def cora(db: None) -> Any:
    return another()


@pytest.fixture
def as_cora(cora: Any) -> Client:
    client = Client()
    client.force_login(cora)
    return client


def post(client: Client, address: str, what: Any) -> Any:
    return client.post(address, json.dumps(what), content_type="application/json")


# The own key


def test_a_key_is_kept_and_given_back_to_its_owner_alone(as_ada: Client, as_ben: Client, ada: Any) -> None:
    made = key_of()
    assert post(as_ada, KEY, made).status_code == 200
    found = as_ada.get(KEY).json()
    kept = {name: made[name] for name in ("algorithm", "public", "passphrase", "recovery")}
    assert found == {"person": ada.pk, "keys": [kept]}
    assert as_ben.get(KEY).json()["keys"] == []


def test_nobody_gets_a_key_without_signing_in(client: Client) -> None:
    assert client.get(KEY).status_code == 302
    assert post(client, KEY, key_of()).status_code == 302
    assert not PersonKey.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True, "replaces": None},
        {"algorithm": "RSA"},
        {"algorithm": ["X25519"]},
        {"algorithm": "P-256"},
        {"public": "plain"},
        {"public": b64(33)},
        {"public": "\ud800" * 43},
        {"passphrase": "my passphrase"},
        {"passphrase": wrapped("recovery")},
        {"passphrase": wrapped() | {"rounds": 599_999}},
        {"passphrase": wrapped() | {"rounds": 10**30}},
        {"passphrase": wrapped() | {"rounds": 6e5}},
        {"passphrase": wrapped() | {"sealed": b64(16)}},
        {"passphrase": wrapped() | {"sealed": b64(4_000)}},
        {"passphrase": wrapped() | {"words": "my passphrase"}},
        {"recovery": wrapped()},
        {"recovery": None},
        {"replaces": 7},
        {"more": "of it"},
    ],
)
def test_what_is_not_a_key_is_refused_with_one_sentence(as_ada: Client, change: dict[str, Any]) -> None:
    answer = post(as_ada, KEY, key_of() | change)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("That is not a key")
    assert not PersonKey.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b"{" * 5_000, b'"a"', b"9" * 6_000, b" " * 9_000])
def test_what_can_not_be_read_is_refused(as_ada: Client, body: bytes) -> None:
    for address in (KEY, PASSPHRASE):
        assert as_ada.post(address, body, content_type="application/json").status_code == 422


def test_two_open_pages_do_not_make_two_keys(as_ada: Client) -> None:
    first = key_of()
    post(as_ada, KEY, first)
    answer = post(as_ada, KEY, key_of())
    assert answer.status_code == 422
    assert "another page" in answer.json()["error"]
    assert post(as_ada, KEY, key_of(first["public"])).status_code == 200
    assert len(as_ada.get(KEY).json()["keys"]) == 2


def test_the_same_public_key_is_kept_for_one_person(as_ada: Client, as_ben: Client) -> None:
    made = key_of()
    post(as_ada, KEY, made)
    assert post(as_ben, KEY, made).status_code == 422


def test_a_passphrase_is_changed_on_an_own_key_alone(as_ada: Client, as_ben: Client, ada: Any) -> None:
    made = key_of()
    post(as_ada, KEY, made)
    new = {"public": made["public"], "passphrase": wrapped()}
    assert post(as_ben, PASSPHRASE, new).status_code == 422
    assert post(as_ada, PASSPHRASE, new).status_code == 200
    key = queries.key_of(ada)
    assert (key.passphrase, key.recovery) == (new["passphrase"], made["recovery"])
    code = new | {"recovery": wrapped("recovery")}
    assert post(as_ada, PASSPHRASE, code).status_code == 200
    assert queries.key_of(ada).recovery == code["recovery"]
    assert post(as_ada, PASSPHRASE, code | {"more": 1}).status_code == 422
    assert post(as_ada, PASSPHRASE, code | {"public": "\0"}).status_code == 422


def test_keys_are_not_changed_without_end_in_a_day(as_ada: Client) -> None:
    made = key_of()
    post(as_ada, KEY, made)
    new = {"public": made["public"], "passphrase": wrapped()}
    codes = [post(as_ada, PASSPHRASE, new).status_code for _ in range(actions.MOST_WRITES)]
    assert codes == [200] * (actions.MOST_WRITES - 1) + [429]
    assert "tomorrow" in post(as_ada, PASSPHRASE, new).json()["error"]


def test_a_day_later_keys_can_be_changed_again(ada: Any) -> None:
    now = timezone.now()
    made = has_key(ada)
    new = {"public": made.public, "passphrase": wrapped()}
    for _ in range(actions.MOST_WRITES - 1):
        actions.rewrap(ada, new, now)
    with pytest.raises(actions.TooManyError):
        actions.rewrap(ada, new, now)
    actions.rewrap(ada, new, now + 2 * actions.DAY)


# Both say yes


def test_a_thread_is_sealed_when_both_have_said_yes(
    as_ada: Client, as_cora: Client, ada: Any, cora: Any
) -> None:
    thread = thread_between(ada, cora)
    page, keys = f"/messages/{thread.pk}/seal/", f"/messages/{thread.pk}/seal/keys/"
    assert as_ada.post(page, {"do": "ask"}).status_code == 422, "a key is needed first"
    has_key(ada)
    has_key(cora)
    assert post(as_cora, keys, thread_key(1, cora, ada)).status_code == 422, "nobody asked"
    assert as_ada.post(page, {"do": "ask"}).status_code == 302
    assert post(as_ada, keys, thread_key(1, ada, cora)).status_code == 422, "who asked does not also say yes"
    assert "asks to seal" in as_cora.get(page).content.decode()
    assert post(as_cora, keys, thread_key(1, cora, ada)).status_code == 200
    thread.refresh_from_db()
    assert thread.sealed
    assert not SealWish.objects.exists()


def test_a_wish_can_be_taken_back_and_said_no_to(
    as_ada: Client, as_cora: Client, ada: Any, cora: Any
) -> None:
    thread = thread_between(ada, cora)
    has_key(ada)
    for client in (as_ada, as_cora):
        as_ada.post(f"/messages/{thread.pk}/seal/", {"do": "ask"})
        assert SealWish.objects.exists()
        client.post(f"/messages/{thread.pk}/seal/", {"do": "withdraw"})
        assert not SealWish.objects.exists()


def test_what_it_costs_is_said_before(as_ada: Client, ada: Any, cora: Any) -> None:
    page = as_ada.get(f"/messages/{thread_between(ada, cora).pk}/seal/").content.decode()
    for words in (
        "We can not search it, help to read it, put it in a report, or get it back.",
        "the words are gone for you",
        "A server that was taken over could send a page that cheats.",
        "What was written before stays as it was",
        "Once on, it stays on for this thread.",
        "Files can not be sent in it.",
    ):
        assert words in page


def test_a_thread_of_others_is_no_page(as_ben: Client, ada: Any, cora: Any) -> None:
    thread = sealed_thread(ada, cora)
    has_key_of_ben = thread_key(2, cora, ada)
    for part in ("", "keys/", "all/"):
        assert as_ben.get(f"/messages/{thread.pk}/seal/{part}").status_code == 404
    assert post(as_ben, f"/messages/{thread.pk}/seal/keys/", has_key_of_ben).status_code == 404
    assert as_ben.get("/messages/99999999999999999999/seal/").status_code == 404


def test_a_reader_whose_grant_ended_gets_no_more_keys(
    as_ada: Client, as_cora: Client, ada: Any, cora: Any
) -> None:
    thread = sealed_thread(ada, cora)
    thread.grant.ended_at = timezone.now()
    thread.grant.save()
    keys = f"/messages/{thread.pk}/seal/keys/"
    assert as_cora.get(keys).status_code == 404
    assert as_cora.get(f"/messages/{thread.pk}/seal/all/").status_code == 404
    assert len(as_ada.get(keys).json()["keys"]) == 1, "the person goes on reading"
    assert post(as_ada, keys, thread_key(2, ada, cora)).status_code == 422


def test_each_side_gets_its_own_copy_of_the_thread_key_alone(
    as_ada: Client, as_cora: Client, ada: Any, cora: Any
) -> None:
    thread = sealed_thread(ada, cora)
    address = f"/messages/{thread.pk}/seal/keys/"
    mine, theirs = as_ada.get(address).json(), as_cora.get(address).json()
    copies = {one.person_id: one.copy for one in ThreadKey.objects.all()}
    assert [one["copy"] for one in mine["keys"]] == [copies[ada.pk]]
    assert [one["copy"] for one in theirs["keys"]] == [copies[cora.pk]]
    assert (mine["me"], mine["other"]["public"]) == (
        {name: value for name, value in theirs["other"].items() if name != "name"},
        theirs["me"]["public"],
    )
    assert "passphrase" not in json.dumps(mine), "a wrapped private key goes to its owner alone"


@pytest.mark.parametrize(
    "change",
    [
        {"number": 1},
        {"number": 3},
        {"number": True},
        {"number": 10**40},
        {"algorithm": "P-256"},
        {"algorithm": {}},
        {"pair": []},
        {"pair": [{"id": 1, "public": "x"}, {"id": 2, "public": "y"}]},
        {"pair": "both"},
        {"copies": {}},
        {"copies": {"1": {"nonce": b64(12), "sealed": b64(48)}}},
        {"words": "hello"},
    ],
)
def test_a_thread_key_of_another_shape_is_refused(
    as_ada: Client, ada: Any, cora: Any, change: dict[str, Any]
) -> None:
    thread = sealed_thread(ada, cora)
    has_key(ada)
    found = thread_key(2, ada, cora) | change
    assert post(as_ada, f"/messages/{thread.pk}/seal/keys/", found).status_code == 422
    assert ThreadKey.objects.count() == 2


def test_copies_that_are_not_sealed_keys_are_refused(as_ada: Client, ada: Any, cora: Any) -> None:
    thread = sealed_thread(ada, cora)
    for copy in ({"nonce": b64(12), "sealed": b64(32)}, {"nonce": "", "sealed": b64(48)}, "key", None):
        found = thread_key(2, ada, cora)
        found["copies"][str(cora.pk)] = copy
        assert post(as_ada, f"/messages/{thread.pk}/seal/keys/", found).status_code == 422


def test_a_new_key_of_one_side_brings_a_new_key_of_the_thread(
    as_ada: Client, as_cora: Client, ada: Any, cora: Any
) -> None:
    thread = sealed_thread(ada, cora)
    address = f"/messages/{thread.pk}/seal/keys/"
    before = thread_key(2, cora, ada)
    has_key(ada)
    assert post(as_cora, address, before).status_code == 422, "it was made for the key before"
    assert post(as_ada, address, thread_key(2, ada, cora)).status_code == 200
    assert [one["number"] for one in as_cora.get(address).json()["keys"]] == [1, 2]
    thread.refresh_from_db()
    assert thread.sealed


# Only sealed words


def test_a_sealed_message_is_kept_as_it_came(ada: Any, cora: Any) -> None:
    thread, now = sealed_thread(ada, cora), timezone.now()
    body = message()
    sent = threads.send(ada, thread_for(ada, thread.pk, now), key=UUID, body=body, now=now)
    assert sent.message.kind == Message.SEALED
    assert json.loads(Message.objects.get().body) == json.loads(body)


#: what is no sealed record
PLAIN = [
    "I feel low today",
    "",
    "{}",
    '"hello"',
    json.dumps({"text": "hello"}),
    json.dumps(json.loads(message()) | {"text": "hello"}),
    json.dumps(json.loads(message()) | {"sealed": "hello"}),
    json.dumps(json.loads(message()) | {"after": "what I want to say"}),
    json.dumps(json.loads(message()) | {"after": UUID.upper()}),
    json.dumps(json.loads(message()) | {"nonce": b64(13)}),
    json.dumps(json.loads(message()) | {"v": 2}),
    json.dumps(json.loads(message()) | {"key": "1"}),
    json.dumps(json.loads(message()) | {"sealed": b64(65 + 16)}),
    json.dumps(json.loads(message()) | {"sealed": b64(64 * 1_000 + 16)}),
    message(key=2),
    message(key=10**30),
    "[" * 60_000,
    "9" * 5_000,
    "\ud800",
]


# numbers as names: some of them are drawn anew in each process
@pytest.mark.parametrize("body", PLAIN, ids=range(len(PLAIN)))
def test_no_plain_word_is_taken_into_a_sealed_thread(ada: Any, cora: Any, body: str) -> None:
    thread, now = sealed_thread(ada, cora), timezone.now()
    with pytest.raises(InputError):
        threads.send(ada, thread_for(ada, thread.pk, now), key=UUID, body=body, now=now)
    assert not Message.objects.exists()


def test_the_form_without_javascript_takes_no_plain_word_either(
    as_ada: Client, as_cora: Client, ada: Any, cora: Any
) -> None:
    thread = sealed_thread(ada, cora)
    for client in (as_ada, as_cora):
        answer = client.post(f"/messages/{thread.pk}/send/", {"body": "I feel low today", "key": UUID})
        assert answer.status_code == 422
        assert "This thread is sealed" in answer.content.decode()
    assert not Message.objects.exists()


def test_the_page_says_why_it_needs_javascript_and_offers_no_form_without(
    as_ada: Client, ada: Any, cora: Any
) -> None:
    page = as_ada.get(f"/messages/{sealed_thread(ada, cora).pk}/").content.decode()
    assert "This thread is sealed. It is read and written with JavaScript" in page
    assert 'type="file"' not in page


def test_what_is_sealed_stays_closed_on_each_page_of_the_server(as_cora: Client, ada: Any, cora: Any) -> None:
    thread, now = sealed_thread(ada, cora), timezone.now()
    body = message()
    threads.send(ada, thread_for(ada, thread.pk, now), key=UUID, body=body, now=now)
    listed = as_cora.get("/messages/").content.decode()
    assert json.loads(body)["sealed"] not in listed
    (row,) = as_cora.get(f"/messages/{thread.pk}/seal/all/").json()["messages"]
    assert (row["kind"], row["writer"], row["key"]) == ("sealed", ada.pk, UUID)
    assert json.loads(row["body"]) == json.loads(body)


def test_the_longest_message_that_can_be_written_fits(ada: Any, cora: Any) -> None:
    plain = json.dumps({"text": "\U0001f333" * threads.LONGEST}, ensure_ascii=False).encode()
    size = -(-len(plain) // record.PAD) * record.PAD + record.TAG
    body = json.dumps(json.loads(message()) | {"sealed": b64(size)})
    assert record.sealed_message(body)


def test_reading_the_keys_costs_the_same_however_many_there_are(as_ada: Client, ada: Any, cora: Any) -> None:
    thread = sealed_thread(ada, cora)
    as_ada.get("/about/")

    def reads() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            as_ada.get(f"/messages/{thread.pk}/seal/keys/")
            as_ada.get(f"/messages/{thread.pk}/seal/all/")
        return len(asked)

    few = reads()
    for number in range(2, 32):
        ThreadKey.objects.create(thread=thread, number=number, person=ada, algorithm="X25519", pair=[], copy={}, made_at=timezone.now())  # fmt: skip
        Message.objects.create(thread=thread, writer=ada, key=f"0b8f6c4e-1f5c-4f0e-9d53-{number:012d}", kind="sealed", body=message(), at=timezone.now())  # fmt: skip
    assert reads() == few


def test_plain_words_that_come_while_the_thread_is_sealed_are_not_kept(ada: Any, cora: Any) -> None:
    seen = thread_for(ada, thread_between(ada, cora).pk, timezone.now())
    assert seen is not None
    assert not seen.thread.sealed
    Thread.objects.filter(pk=seen.thread.pk).update(sealed=True)
    with pytest.raises(InputError):
        threads.send(ada, seen, key=UUID, body="a plain word", now=timezone.now())
    assert not Message.objects.exists()
