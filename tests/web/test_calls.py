"""Calls between the two sides of a grant: ringing, answering, what is kept of them, the relay, and the pages."""

import hmac
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from calling_people import alex, let_in
from django.core import mail
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.care.calls import actions, addresses, jobs, queries, turn
from ambulando.web.care.calls.models import RINGS, UNHEARD, Call
from ambulando.web.care.threads import actions as threads
from ambulando.web.reminders import push

NOW = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)


@pytest.fixture
def reader(db: None) -> Any:
    return alex()


@pytest.fixture
def grant(ada: Any, reader: Any) -> Any:
    return let_in(ada, reader)


@pytest.fixture
def as_alex(reader: Any) -> Any:
    client = Client()
    client.force_login(reader)
    return client


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What open pages were told."""
    said: list[Any] = []
    monkeypatch.setattr(
        "ambulando.web.care.live.tell", lambda people, kind, **ids: said.append((list(people), kind, ids))
    )
    return said


def test_ringing_tells_the_other_side_alone(ada: Any, reader: Any, grant: Any, told: list[Any]) -> None:
    call = actions.start(ada, grant, NOW)
    assert told == [([reader.pk], "call", {"call": call.pk})]


def test_either_side_may_call_and_a_friend_too(ada: Any, ben: Any) -> None:
    friend = let_in(ada, ben, role="friend", name="Ben")
    assert actions.start(ben, friend, NOW).caller == ben


def test_who_calls_while_the_other_calls_meets_them(ada: Any, reader: Any, grant: Any) -> None:
    call = actions.start(ada, grant, NOW)
    assert actions.start(reader, grant, NOW + timedelta(seconds=2)) == call


def test_a_call_that_nobody_took_is_missed_after_a_minute_and_another_can_be_made(
    ada: Any, reader: Any, grant: Any
) -> None:
    call = actions.start(ada, grant, NOW)
    later = NOW + RINGS + timedelta(seconds=1)
    assert call.state_at(later) == Call.MISSED
    another = actions.start(reader, grant, later)
    call.refresh_from_db()
    assert (call.state, another.state) == (Call.MISSED, Call.RINGING)


def test_who_was_called_answers_and_how_long_it_was_is_kept(ada: Any, reader: Any, grant: Any) -> None:
    call = actions.start(ada, grant, NOW)
    call = actions.answer(reader, call, NOW + timedelta(seconds=5))
    actions.hear(call, NOW + timedelta(minutes=12))
    call.refresh_from_db()
    actions.hang_up(ada, call, NOW + timedelta(minutes=12, seconds=5))
    assert (call.state, call.minutes) == (Call.ENDED, 12)


def test_the_caller_can_not_answer(ada: Any, grant: Any) -> None:
    with pytest.raises(InputError):
        actions.answer(ada, actions.start(ada, grant, NOW), NOW)


def test_what_is_over_can_not_be_answered(ada: Any, reader: Any, grant: Any) -> None:
    call = actions.start(ada, grant, NOW)
    actions.hang_up(ada, call, NOW)
    with pytest.raises(InputError, match="This call is over"):
        actions.answer(reader, call, NOW)


def test_not_now_is_no_missed_call(ada: Any, reader: Any, grant: Any) -> None:
    assert actions.decline(reader, actions.start(ada, grant, NOW), NOW).state == Call.DECLINED


def test_a_call_whose_pages_are_gone_ends_when_they_were_last_heard_of(
    ada: Any, reader: Any, grant: Any
) -> None:
    call = actions.answer(reader, actions.start(ada, grant, NOW), NOW)
    actions.hear(call, NOW + timedelta(minutes=3))
    call.refresh_from_db()
    after = NOW + timedelta(minutes=3) + UNHEARD
    assert call.state_at(after) == Call.ANSWERED, "a server that is started anew ends no call"
    call = actions.settle(call, after + timedelta(seconds=1))
    assert (call.state, call.minutes) == (Call.ENDED, 3)


def test_missed_calls_are_told_gently_to_both(as_ada: Any, as_alex: Any, ada: Any, grant: Any) -> None:
    actions.hang_up(ada, actions.start(ada, grant, timezone.now()), timezone.now())
    time = f"{timezone.now():%H:%M}"
    assert f"ada tried to call at {time}" in as_alex.get("/calls/").content.decode()
    assert f"You tried to call Alex at {time}" in as_ada.get("/calls/").content.decode()


def test_from_call_to_hanging_up_without_javascript(as_ada: Any, as_alex: Any, grant: Any) -> None:
    page = as_ada.post(f"/calls/with/{grant.pk}/start/")
    call = Call.objects.get()
    assert page["Location"] == f"/calls/{call.pk}/"
    assert "Answer" in as_alex.get(f"/calls/{call.pk}/").content.decode()
    assert "Answer" in as_alex.get(f"/calls/{call.pk}/ringing/").content.decode()
    assert as_ada.get(f"/calls/{call.pk}/ringing/").content == b""
    as_alex.post(f"/calls/{call.pk}/answer/")
    assert 'data-state="answered"' in as_alex.get(f"/calls/{call.pk}/").content.decode()
    assert as_alex.post(f"/calls/{call.pk}/end/")["Location"] == f"/calls/with/{grant.pk}/"
    assert "The call is over." in as_ada.get(f"/calls/{call.pk}/").content.decode()


def test_nothing_of_a_call_is_there_for_a_stranger_or_after_the_grant_ended(
    as_ben: Any, as_alex: Any, ada: Any, grant: Any
) -> None:
    call = actions.start(ada, grant, timezone.now())
    paths = [
        f"/calls/{call.pk}/",
        f"/calls/{call.pk}/relay/",
        f"/calls/{call.pk}/ringing/",
        f"/calls/with/{grant.pk}/",
    ]
    assert {as_ben.get(path).status_code for path in paths} == {404}
    assert {as_alex.get(path).status_code for path in paths} == {200}
    type(grant).objects.update(ended_at=timezone.now())
    assert {as_alex.get(path).status_code for path in paths} == {404}
    assert "ada" not in as_alex.get("/calls/").content.decode().replace("Ambulando", "")


def test_the_camera_and_the_microphone_are_for_the_pages_of_calls_alone(
    as_ada: Any, ada: Any, grant: Any
) -> None:
    call = actions.start(ada, grant, timezone.now())
    for path in ("/calls/check/", f"/calls/{call.pk}/"):
        assert as_ada.get(path)["Permissions-Policy"] == "camera=(self), microphone=(self)"
    for path in ("/calls/", "/today/", "/help/", "/nothing/"):
        assert as_ada.get(path)["Permissions-Policy"] == "camera=(), microphone=()"


def test_every_page_of_calls_has_help_and_says_what_it_is_not(as_ada: Any, ada: Any, grant: Any) -> None:
    call = actions.start(ada, grant, timezone.now())
    for path in ("/calls/", "/calls/check/", f"/calls/with/{grant.pk}/", f"/calls/{call.pk}/"):
        page = as_ada.get(path).content.decode()
        assert "This is not an emergency line." in page, path
        assert page.count('href="/help/"') == 2, path


def test_without_a_relay_no_credential_is_made(as_ada: Any, ada: Any, grant: Any) -> None:
    call = actions.start(ada, grant, timezone.now())
    assert as_ada.get(f"/calls/{call.pk}/relay/").json() == {"servers": []}


def test_a_credential_of_the_relay_is_what_coturn_reads_and_is_over_in_half_an_hour(
    as_ada: Any, ada: Any, grant: Any, settings: Any
) -> None:
    settings.TURN = ("turn:relay.example.org:3478",)
    now = timezone.now()
    call = actions.start(ada, grant, now)
    answer = as_ada.get(f"/calls/{call.pk}/relay/")
    (server,) = answer.json()["servers"]
    expires, word = server["username"].split(":")
    assert timedelta(minutes=29) < datetime.fromtimestamp(int(expires), UTC) - now < timedelta(minutes=31)
    assert "ada" not in word
    secret = turn.secret()
    assert b64decode(server["credential"]) == hmac.digest(
        secret.encode(), server["username"].encode(), "sha1"
    )
    assert (settings.DATA / "turn.secret").stat().st_mode & 0o777 == 0o600
    assert "no-store" in answer["Cache-Control"]
    assert secret not in answer.content.decode()


def test_no_credential_is_made_once_the_call_is_over(
    as_ada: Any, ada: Any, grant: Any, settings: Any
) -> None:
    settings.TURN = ("turn:relay.example.org:3478",)
    call = actions.hang_up(ada, actions.start(ada, grant, timezone.now()), timezone.now())
    assert as_ada.get(f"/calls/{call.pk}/relay/").json() == {"servers": []}


def test_a_credential_is_that_of_the_draft() -> None:
    """The password was made with: printf %s 1433065916:w | openssl dgst -sha1 -hmac north -binary | base64."""
    name, password = turn.credential("north", "w", datetime.fromtimestamp(1433065916 - 1800, UTC))
    assert (name, password) == ("1433065916:w", "X7tq4MTupnBTgGLE9Ob5soFjd8I=")


@pytest.mark.parametrize("good", ["turn:relay.example.org", "turn:relay.example.org:3478", "turns:192.0.2.7:5349?transport=tcp", "turn:[2001:db8::7]:3478?transport=udp"])  # fmt: skip
def test_an_address_of_a_relay_is_taken_as_browsers_take_it(good: str) -> None:
    addresses.check([good], "")


@pytest.mark.parametrize("odd", ["relay.example.org:3478", "turn://relay.example.org", "stun:relay.example.org", "turn:", "turn:relay.example.org:0", "turn:relay.example.org:65536", "turn:relay.example.org?transport=sctp", "turn:-a", "turn:a,turn:b", "turn:me:word@relay.example.org"])  # fmt: skip
def test_another_is_refused_in_one_sentence_that_names_the_setting(odd: str) -> None:
    with pytest.raises(InputError, match=r"^AMBULANDO_TURN has '.*please write it as turn:\S+\.$"):
        addresses.check(["turn:relay.example.org", odd], "")


@pytest.mark.parametrize("odd", ["https://meet.example.org/", "http://meet.example.org/{room}", "javascript:alert('{room}')", "https:///{room}", "https://[/{room}", "https://{room}.example.org/"])  # fmt: skip
def test_rooms_with_a_provider_have_https_a_host_and_a_place_for_the_room(odd: str) -> None:
    addresses.check([], "https://meet.example.org/{room}#config")
    with pytest.raises(InputError, match=r"^AMBULANDO_CALLS is "):
        addresses.check([], odd)


def test_a_provider_outside_is_a_link_that_says_that_it_is_outside(
    as_ada: Any, as_alex: Any, grant: Any, settings: Any
) -> None:
    settings.CALLS = "https://meet.example.org/{room}"
    as_ada.post(f"/calls/with/{grant.pk}/start/")
    call = Call.objects.get()
    for client in (as_ada, as_alex):
        page = client.get(f"/calls/{call.pk}/").content.decode()
        if client is as_alex:
            assert "Answer" in page
            client.post(f"/calls/{call.pk}/answer/")
            page = client.get(f"/calls/{call.pk}/").content.decode()
        assert (
            f'href="https://meet.example.org/{call.room}" target="_blank" rel="noopener noreferrer"' in page
        )
        assert "meet.example.org, which is not part of this place" in page
        assert "call.js" not in page
    assert len(call.room) >= 24


@pytest.fixture
def mails(settings: Any) -> None:
    settings.SENDS_EMAIL, settings.PUBLIC = True, urlsplit("https://move.example.org")


def with_mail(person: Any) -> Any:
    from allauth.account.models import EmailAddress

    person.email = f"{person.username}@example.org"
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def test_word_of_a_call_goes_as_that_of_a_message_and_names_nobody(ada: Any, mails: None) -> None:
    with_mail(ada)
    jobs.word.func(ada.pk, "/calls/7/")
    assert mail.outbox == [], "nobody is written to who did not ask for it"
    threads.want_word(ada, push=False, email=True)
    jobs.word.func(ada.pk, "/calls/7/")
    (one,) = mail.outbox
    assert one.subject == "Ambulando"
    assert "Someone would like to talk with you." in one.body
    assert "https://move.example.org/calls/7/" in one.body
    assert "ada" not in one.body


def test_who_only_reads_and_never_set_up_reminders_gets_word_of_a_call(
    ada: Any, reader: Any, grant: Any, mails: None, django_capture_on_commit_callbacks: Any
) -> None:
    reader.onboarded_at = None
    threads.want_word(with_mail(reader), push=False, email=True)
    with django_capture_on_commit_callbacks(execute=True):
        call = actions.start(ada, grant, NOW)
    (one,) = mail.outbox
    assert one.to == ["alex@example.org"]
    assert f"https://move.example.org/calls/{call.pk}/" in one.body


def test_word_on_a_device_says_nothing_of_who_or_why(ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.devices.create(endpoint="https://push.example.org/1", p256dh="key", auth="auth")
    told: list[Any] = []
    monkeypatch.setattr(push, "send", lambda *all_: told.append(all_[-1]) or push.TAKEN)
    jobs.word.func(ada.pk, "/calls/7/")
    assert told == [], "nobody is told who did not ask for it"
    threads.want_word(ada, push=True, email=False)
    jobs.word.func(ada.pk, "/calls/7/")
    (one,) = told
    assert one["notification"]["body"] == "Someone would like to talk with you."
    assert "ada" not in str(one)


def test_the_number_of_queries_does_not_grow_with_calls(ada: Any, as_ada: Any, grant: Any) -> None:
    def make(many: int) -> None:
        for at in range(many):
            Call.objects.create(
                grant=grant, caller=ada, state="missed", asked_at=NOW + timedelta(minutes=at), heard_at=NOW
            )

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for many in (3, 27):
        make(many)
        as_ada.get("/calls/")
        with CaptureQueriesContext(connection) as asked:
            as_ada.get("/calls/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert len(queries.calls_of(ada, NOW)) == 30


@pytest.mark.parametrize("odd", ["99999999999999999999", "0", "-1", "%00", "x"])
@pytest.mark.parametrize("where", ["calls/{}/", "calls/{}/answer/", "calls/{}/end/", "calls/with/{}/", "calls/with/{}/start/", "calls/planned/{}/accept/", "calls/planned/{}/call.ics"])  # fmt: skip
def test_odd_numbers_are_no_fault(as_ada: Any, where: str, odd: str) -> None:
    path = f"/{where.format(odd)}"
    assert as_ada.get(path).status_code in (302, 404)
    assert as_ada.post(path).status_code in (404, 405)


def test_who_calls_over_and_over_does_not_fill_the_others_devices_with_word(
    reader: Any, ada: Any, grant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(actions, "later", lambda job, *args: sent.append(args))
    for number in range(8):
        now = NOW + timedelta(minutes=number)
        actions.hang_up(reader, actions.start(reader, grant, now), now)
    assert len(sent) == actions.MOST_WORD
    actions.start(ada, grant, NOW + timedelta(minutes=9))
    assert len(sent) == actions.MOST_WORD + 1
    other = NOW + timedelta(hours=3)
    actions.start(reader, grant, other)
    assert len(sent) == actions.MOST_WORD + 2
