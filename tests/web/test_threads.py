"""Messages: who may read and write, sent once, read state, hours, search, and what goes when somebody goes."""

import ast
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from writing import by_script, reader, said, signed_in, thread_between

from ambulando.ground import InputError
from ambulando.web.care.grants import actions as grants
from ambulando.web.care.threads import actions, queries, word
from ambulando.web.care.threads import hours as clock
from ambulando.web.care.threads.models import Hours, Message, Thread
from places import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def cora(db: None) -> Any:
    return reader()


@pytest.fixture
def thread(ada: Any, cora: Any) -> Any:
    return thread_between(ada, cora)


@pytest.fixture
def as_cora(cora: Any) -> Any:
    return signed_in(cora)


def page(client: Any, thread: Any, search: str = "") -> Any:
    return client.get(f"/messages/{thread.pk}/{search}")


def test_a_thread_is_made_once_for_the_two_of_a_grant_and_for_nobody_else(ada, ben, cora, thread):
    now = timezone.now()
    assert queries.thread_of(cora, thread.grant_id, now) == thread
    assert queries.thread_of(ben, thread.grant_id, now) is None
    grants.end(ada, thread.grant, now)
    assert queries.thread_of(cora, thread.grant_id, now) is None


def test_what_one_writes_the_other_reads(as_ada, as_cora, thread):
    assert said(as_ada, thread, "Hello Cora").status_code == 302
    assert said(as_cora, thread, "Hello Ada").status_code == 302
    for client in (as_ada, as_cora):
        text = page(client, thread).content.decode()
        assert "Hello Cora" in text
        assert "Hello Ada" in text
        assert "Messages are not watched around the clock." in text
        assert text.count('href="/help/"') >= 2


def test_the_newest_stands_at_the_bottom_and_earlier_ones_are_one_tap_away(ada, as_ada, cora, thread):
    now = timezone.now()
    for n in range(queries.PAGE + 5):
        Message.objects.create(thread=thread, writer=cora, key=uuid4(), body=f"number {n:03}.", at=now)
    text = page(as_ada, thread).content.decode()
    assert text.index("number 043.") < text.index("number 044.")
    assert "number 004." not in text
    first = Message.objects.order_by("pk")[5].pk
    assert f"?before={first}" in text
    older = page(as_ada, thread, f"?before={first}").content.decode()
    assert "number 004." in older
    assert "Earlier messages" not in older


def test_what_was_written_can_not_be_read_in_the_file_of_the_database(as_ada, thread):
    said(as_ada, thread, "quietly whispered words")
    with connection.cursor() as cursor:
        cursor.execute("select body from threads_message")
        ((body,),) = cursor.fetchall()
        assert b"whispered" not in bytes(body)
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'select * from "{table}"')
            assert "whispered" not in repr(cursor.fetchall()), table
    assert Message.objects.get().body == "quietly whispered words"


def test_the_same_key_and_words_are_kept_once(ada, as_ada, thread):
    key = str(uuid4())
    for _ in range(3):
        assert by_script(as_ada, ada, thread, "once", key=key).status_code == 200
        said(as_ada, thread, "once", key=key)
    assert [one.body for one in Message.objects.all()] == ["once"]


def test_other_words_under_a_key_that_a_browser_kept_are_not_lost(as_ada, thread):
    key = str(uuid4())
    said(as_ada, thread, "first", key=key)
    for _ in range(2):
        said(as_ada, thread, "second, from the page before", key=key)
    assert [one.body for one in Message.objects.all()] == ["first", "second, from the page before"]


def test_the_key_of_the_other_side_is_refused(as_ada, as_cora, thread):
    key = str(uuid4())
    said(as_ada, thread, "mine", key=key)
    assert said(as_cora, thread, "not yours", key=key).status_code == 422
    assert Message.objects.count() == 1


def test_what_waits_on_a_device_is_not_sent_by_another_who_signs_in_there(ada, as_cora, thread):
    assert by_script(as_cora, ada, thread, "of Ada").status_code == 409
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"body": ""},
        {"body": " \n\t "},
        {"body": "x" * 8_001},
        {"body": "with \0 in it"},
        {"key": "no key"},
        {"key": ""},
        {"key": "\0"},
    ],
)
def test_odd_words_and_keys_get_one_sentence_and_change_nothing(ada, as_ada, thread, fields):
    sent = {"body": "words"} | fields
    answer = said(as_ada, thread, sent.pop("body"), **sent)
    assert answer.status_code == 422
    assert by_script(as_ada, ada, thread, **({"words": "words"} | {"words": fields.get("body", "words")}), **sent).status_code == 422  # fmt: skip
    assert not Message.objects.exists()
    assert b'id="fault" role="alert" >' in answer.content


def test_half_a_character_is_refused(ada, thread):
    seen = queries.thread_for(ada, thread.pk, timezone.now())
    with pytest.raises(actions.InputError):
        actions.send(ada, seen, key=str(uuid4()), body="\ud800", now=timezone.now())


@pytest.mark.parametrize("search", ["?after=99999999999999999999", "?after=-1", "?before=x", "?only=9999999999999999", "?before=0"])  # fmt: skip
def test_odd_addresses_are_pages(as_ada, thread, search):
    said(as_ada, thread, "words")
    assert page(as_ada, thread, search).status_code == 200


def test_what_is_new_comes_as_a_piece_of_a_page(as_ada, as_cora, thread):
    said(as_ada, thread, "one")
    said(as_ada, thread, "two <b>")
    first = Message.objects.first().pk
    answer = page(as_cora, thread, f"?after={first}")
    text = answer.content.decode()
    assert "<html" not in text
    assert "two &lt;b&gt;" in text
    assert 'dir="auto"' in text
    assert "one" not in text
    assert answer["Ambulando-Thread"] == str(thread.pk)


def test_after_the_end_the_person_reads_on_and_the_reader_finds_nothing(ada, as_ada, as_cora, thread):
    said(as_ada, thread, "before the end")
    said(as_cora, thread, "so did I")
    grants.end(ada, thread.grant, timezone.now())
    mine = page(as_ada, thread).content.decode()
    assert "before the end" in mine
    assert "so did I" in mine
    assert "data-composer" not in mine
    assert said(as_ada, thread, "after it").status_code == 422
    for address in ("", "?after=0", "?only=1", "?before=99&part=1", "export.txt", "1/file/"):
        assert as_cora.get(f"/messages/{thread.pk}/{address}").status_code == 404
    for address in ("send/", "read/", "as-i-like/", "1/back/"):
        assert (
            as_cora.post(f"/messages/{thread.pk}/{address}", {"body": "x", "key": uuid4()}).status_code == 404
        )
    assert "before the end" not in as_cora.get("/messages/").content.decode()
    assert "before the end" not in as_cora.post("/messages/", {"q": "before"}).content.decode()
    assert Message.objects.count() == 2


def test_after_the_last_day_the_reader_finds_nothing(ada, as_ada, as_cora, thread):
    said(as_ada, thread, "until Sunday")
    type(thread.grant).objects.update(until=(timezone.now() - timedelta(days=2)).date())
    assert page(as_cora, thread).status_code == 404
    assert "until Sunday" in page(as_ada, thread).content.decode()


def test_a_friend_writes_too(ada, as_ada):
    fran = reader("fran")
    thread = thread_between(ada, fran, role="friend", name="Fran")
    said(as_ada, thread, "Walk with me")
    assert "Walk with me" in page(signed_in(fran), thread).content.decode()


def test_a_message_is_taken_back_by_its_writer_alone_and_its_place_stays(as_ada, as_cora, thread):
    said(as_ada, thread, "too much said")
    pk = Message.objects.get().pk
    assert as_cora.post(f"/messages/{thread.pk}/{pk}/back/").status_code == 404
    assert Message.objects.get().body
    as_ada.post(f"/messages/{thread.pk}/{pk}/back/")
    message = Message.objects.get()
    assert (message.body, message.taken_back_at is not None) == ("", True)
    text = page(as_cora, thread).content.decode()
    assert "Taken back" in text
    assert "too much said" not in text
    assert page(as_cora, thread, "?after=0")["Ambulando-Taken"] == str(pk)


def test_reading_is_shown_only_while_both_sides_show_it(ada, cora, as_ada, as_cora, thread):
    said(as_ada, thread, "seen?")
    assert page(as_ada, thread, "?after=0")["Ambulando-Read-To"] == "0"
    page(as_cora, thread)
    pk = Message.objects.get().pk
    assert page(as_ada, thread, "?after=0")["Ambulando-Read-To"] == str(pk)
    for client in (as_ada, as_cora):
        client.post(f"/messages/{thread.pk}/as-i-like/", {})
        assert page(as_ada, thread, "?after=0")["Ambulando-Read-To"] == "0"
        assert '<span class="read" hidden>' in page(as_ada, thread).content.decode()
        client.post(f"/messages/{thread.pk}/as-i-like/", {"shows_read": "on"})
    assert page(as_ada, thread, "?after=0")["Ambulando-Read-To"] == str(pk)


def test_a_piece_that_a_page_fetches_in_the_background_reads_nothing(as_ada, as_cora, thread):
    said(as_ada, thread, "not before anybody's eyes")
    page(as_cora, thread, "?after=0")
    assert Message.objects.get().read_at is None
    as_cora.post(f"/messages/{thread.pk}/read/", {"to": Message.objects.get().pk})
    assert Message.objects.get().read_at


@pytest.mark.parametrize("to", ["", "x", "-1", "9" * 30, "²"])
def test_odd_numbers_of_what_was_read_change_nothing(as_ada, as_cora, thread, to):
    said(as_ada, thread, "words")
    assert as_cora.post(f"/messages/{thread.pk}/read/", {"to": to}).status_code == 204
    assert Message.objects.get().read_at is None


def test_the_list_shows_who_the_last_words_and_how_many_are_new(as_ada, as_cora, thread):
    for words in ("first", "second", "the last of them"):
        said(as_cora, thread, words)
    text = as_ada.get("/messages/").content.decode()
    assert "Dr Mere" in text
    assert "the last of them" in text
    assert "3 new" in text
    page(as_ada, thread)
    assert "new</span>" not in as_ada.get("/messages/").content.decode()


def test_a_caseload_reads_what_waits_by_grant(ada, cora, as_ada, thread):
    assert queries.waiting_by_grant(cora) == {}
    said(as_ada, thread, "one")
    said(as_ada, thread, "two")
    assert queries.waiting_by_grant(cora) == {thread.grant_id: 2}
    assert queries.waiting_by_grant(ada) == {}


def test_the_list_and_a_thread_ask_the_database_the_same_however_much_there_is(ada, cora, as_cora):
    from sign_up import signed_up

    def filled(first: int, last: int) -> Any:
        for n in range(first, last):
            other = signed_up(f"person{n}", {})
            made = thread_between(other, cora)
            for _ in range(3):
                Message.objects.create(
                    thread=made, writer=other, key=uuid4(), body="words", at=timezone.now()
                )
        return made

    counts = []
    as_cora.get("/messages/")  # the first page of a day says in the session that it was used
    for first, last in ((0, 3), (3, 30)):
        thread = filled(first, last)
        with CaptureQueriesContext(connection) as asked:
            as_cora.get("/messages/")
        counts.append(len(asked))
        Message.objects.bulk_create(
            Message(thread=thread, writer=cora, key=uuid4(), body="w", at=timezone.now()) for _ in range(last)
        )
        page(as_cora, thread)
        with CaptureQueriesContext(connection) as asked:
            page(as_cora, thread)
        counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_a_search_goes_through_all_threads_of_its_person_and_no_other(ada, ben, as_ada, as_cora, thread):
    other = thread_between(ben, reader("dev"))
    said(as_ada, thread, "The Rowan tree on the hill")
    said(signed_in(ben), other, "A rowan of Ben")
    found = as_ada.post("/messages/", {"q": "rowan"}).content.decode()
    assert "The Rowan tree" in found
    assert "of Ben" not in found
    assert "The Rowan tree" in as_cora.post("/messages/", {"q": "ROWAN"}).content.decode()
    assert "Nothing was found" in as_ada.post("/messages/", {"q": "<oak>\0"}).content.decode()


def test_a_search_is_bounded_and_says_so(ada, cora, as_ada, thread, monkeypatch):
    monkeypatch.setattr(queries, "SEARCHED", 3)
    for words in ("the oldest of all", "b", "c", "d"):
        said(as_ada, thread, words)
    found, all_of_them = queries.found(ada, "oldest", timezone.now())
    assert (found, all_of_them) == ([], False)
    assert "There may be more in older messages" in as_ada.post("/messages/", {"q": "b"}).content.decode()


def test_hours_stand_in_the_thread_and_words_outside_of_them(cora, as_ada, as_cora, thread):
    day = timezone.now().weekday()
    sent = {"days": [str(day)], "starts": "00:00", "ends": "23:59", "words": "Back in the morning"}
    assert as_cora.post("/messages/hours/", sent).status_code == 302
    text = page(as_ada, thread).content.decode()
    assert "midnight to 11:59 p.m." in text
    assert "Back in the morning" not in text
    as_cora.post("/messages/hours/", sent | {"days": [str((day + 2) % 7)]})
    assert "Back in the morning" in page(as_ada, thread).content.decode()
    as_cora.post("/messages/hours/", {"remove": "yes"})
    assert "Answers on" not in page(as_ada, thread).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"days": []}, {"days": ["7"]}, {"days": ["x"]}, {"starts": ""}, {"starts": "25:00"}, {"ends": "08:00"},
        {"words": "x" * 301}, {"words": "\0"},
    ],
)  # fmt: skip
def test_odd_hours_are_refused(as_cora, fields):
    sent = {"days": ["0"], "starts": "09:00", "ends": "17:00", "words": ""} | fields
    assert as_cora.post("/messages/hours/", sent).status_code == 422
    assert not Hours.objects.exists()


def test_hours_are_those_of_the_one_who_answers(cora):
    cora.time_zone = "Pacific/Auckland"
    hours = Hours(person=cora, days=[0, 1, 2, 4], starts=time(9), ends=time(17))
    assert clock.open_at(hours, datetime(2026, 11, 22, 21, 0, tzinfo=UTC))  # Monday, 10 in the morning there
    assert not clock.open_at(hours, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert clock.in_words(hours, with_zone=True) == (
        "Monday to Wednesday, Friday, 9 a.m. to 5 p.m., on the clock of Auckland"
    )


def test_who_leaves_takes_the_thread_with_them(ada, as_ada, as_cora, thread):
    said(as_ada, thread, "mine")
    said(as_cora, thread, "yours")
    ada.delete()
    assert not Thread.objects.exists()
    assert not Message.objects.exists()


def test_when_the_reader_leaves_the_person_still_has_what_was_written(ada, cora, as_ada, as_cora, thread):
    said(as_cora, thread, "go slowly")
    cora.delete()
    text = page(as_ada, thread).content.decode()
    assert "go slowly" in text
    assert "data-composer" not in text
    assert as_ada.get("/messages/").status_code == 200


def test_nothing_of_a_message_is_logged(as_ada, thread, caplog):
    said(as_ada, thread, "a secret of mine")
    said(as_ada, thread, "")
    assert "secret" not in caplog.text


def test_no_other_part_reads_the_words_of_messages():
    """Nothing is looked for in what people write. Others may count messages; their words are opened here and where they
    are sealed alone, and no floor that judges anything is known here."""
    source = ROOT / "src/ambulando"
    here = source / "web/care/threads"
    for file in source.rglob("*.py"):
        if file.is_relative_to(here) or file.is_relative_to(source / "web/care/sealed"):
            continue
        tree = ast.parse(file.read_text())
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        models = [node for node in froms if node.module == "ambulando.web.care.threads.models"]
        if any(alias.name in ("Message", "File") for node in models for alias in node.names):
            words = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
            assert not {"body", "content"} & set(words), f"{file} opens the words of messages"
    judging = tuple(f"ambulando.{floor}" for floor in ("measures", "safety", "response", "plan", "evidence"))
    for file in here.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith(judging), file


class TestWord:
    """Word that there is something new, without a name and without what it is."""

    @pytest.fixture(autouse=True)
    def wanted(self, cora: Any, settings: Any, thread: Any) -> None:
        from urllib.parse import urlsplit

        from allauth.account.models import EmailAddress

        settings.SENDS_EMAIL, settings.PUBLIC = True, urlsplit("https://move.example.org")
        cora.email = "cora@example.org"
        cora.save()
        EmailAddress.objects.create(user=cora, email=cora.email, verified=True, primary=True)
        actions.want_word(cora, push=False, email=True)

    NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def put(self, writer: Any, thread: Any, at: datetime) -> None:
        Message.objects.create(thread=thread, writer=writer, key=uuid4(), body="Heart words", at=at)

    def tell(self, cora: Any, at: datetime) -> bool:
        return word.tell_of_news(queries.telling_of(cora), at)

    def test_it_says_that_there_is_something_new_and_nothing_else(self, ada, cora, thread):
        self.put(ada, thread, self.NOON)
        assert not self.tell(cora, self.NOON + timedelta(seconds=30))  # who has the page open reads it first
        assert self.tell(cora, self.NOON + timedelta(minutes=2))
        (sent,) = mail.outbox
        assert "There is something new for you" in sent.body
        assert sent.subject == "Ambulando"
        for told in ("Heart", "ada", "message"):
            assert told not in sent.subject + sent.body.replace("/messages/", "")

    def test_on_a_device_it_says_no_more_than_that(self, ada, cora, thread, monkeypatch):
        cora.devices.create(endpoint="https://push.example.org/1", p256dh="key", auth="auth")
        actions.want_word(cora, push=True, email=False)
        told: list[Any] = []
        monkeypatch.setattr(word.push, "send", lambda *all_: told.append(all_[-1]) or word.push.TAKEN)
        self.put(ada, thread, self.NOON)
        assert self.tell(cora, self.NOON + timedelta(minutes=2))
        (one,) = told
        assert one["notification"]["body"] == "There is something new for you."
        assert one["notification"]["navigate"] == "https://move.example.org/messages/"
        for private in ("Heart", "ada"):
            assert private not in str(one).replace("/messages/", "")

    def test_it_comes_once_an_hour_at_most_and_only_for_what_is_newer(self, ada, cora, thread):
        self.put(ada, thread, self.NOON)
        assert self.tell(cora, self.NOON + timedelta(minutes=2))
        assert not self.tell(cora, self.NOON + timedelta(hours=2))
        self.put(ada, thread, self.NOON + timedelta(minutes=5))
        assert not self.tell(cora, self.NOON + timedelta(minutes=30))
        assert self.tell(cora, self.NOON + timedelta(minutes=63))
        assert len(mail.outbox) == 2

    def test_it_comes_to_nobody_who_did_not_ask_for_it(self, ada, cora, thread):
        self.put(cora, thread, self.NOON)
        assert [one.person for one in queries.who_wants_word()] == [cora]
        assert not self.tell(ada, self.NOON + timedelta(minutes=2))

    def test_a_muted_thread_an_ended_grant_and_what_was_read_are_silent(self, ada, cora, as_cora, thread):
        later = self.NOON + timedelta(minutes=2)
        self.put(ada, thread, self.NOON)
        as_cora.post(f"/messages/{thread.pk}/as-i-like/", {"shows_read": "on", "muted": "on"})
        assert not self.tell(cora, later)
        as_cora.post(f"/messages/{thread.pk}/as-i-like/", {"shows_read": "on"})
        assert word.due(queries.telling_of(cora), later)
        Message.objects.update(read_at=later)
        assert not word.due(queries.telling_of(cora), later)
        Message.objects.update(read_at=None)
        grants.end(ada, thread.grant, later)
        assert not self.tell(cora, later)

    def test_it_is_silent_at_night_and_after_a_page_of_help(self, ada, cora, thread):
        from ambulando.web.help.models import HelpShown

        self.put(ada, thread, self.NOON)
        assert not self.tell(cora, self.NOON + timedelta(hours=10))
        HelpShown.objects.create(person=cora, page=HelpShown.HELP, at=self.NOON)
        assert not self.tell(cora, self.NOON + timedelta(minutes=5))
        assert self.tell(cora, self.NOON + timedelta(hours=21))

    def test_the_page_keeps_what_is_wanted(self, cora, as_cora):
        as_cora.post("/messages/settings/", {})
        assert not queries.telling_of(cora).email
        as_cora.post("/messages/settings/", {"email": "on", "push": "on"})
        assert (queries.telling_of(cora).email, queries.telling_of(cora).push) == (True, False)


def test_what_comes_while_it_is_being_ended_is_not_kept(ada, cora, thread):
    now = timezone.now()
    seen = queries.thread_for(cora, thread.pk, now)
    grants.end(ada, thread.grant, now)
    with pytest.raises(InputError):
        actions.send(cora, seen, key=str(uuid4()), body="one more", now=now)
    assert not Message.objects.exists()
