"""Being asked in: by a link or a code that works once, read before anything is agreed to; and a report by its link."""

import logging
import re
import sys
import types
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from letting_in import NOW, asked, let_in

from ambulando.ground import InputError
from ambulando.web.care.grants import actions, queries, tokens, tries
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.grants.quiet import WithoutSecrets
from cast import ADA
from sign_up import signed_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def grant(ada, now) -> Grant:
    return asked(ada, "mood", now=now)


def code_on(page: str) -> str:
    found = re.search(r'class="code">([A-Z-]+)<', page)
    assert found
    return found[1]


# The code


def test_a_code_has_letters_that_nobody_mixes_up(grant):
    assert re.fullmatch(r"[bcdfghjkmnprstwxz]{4}(-[bcdfghjkmnprstwxz]{4}){2}", tokens.code_of(grant))


def test_the_database_holds_neither_the_code_nor_the_link(as_ada, ada, grant):
    code = tokens.code_of(grant)
    report = actions.link_report(
        ada, NOW, name="Dr Lee", role="physician", items=["mood"], until=date(2026, 12, 1)
    )
    for kept in Grant.objects.values():
        text = repr(kept)
        assert code not in text
        assert tokens.plain(code) not in text
        assert tokens.word_of(report) not in text
    assert len(grant.token_hash) == 64


def test_a_code_is_found_however_it_is_typed(grant, now):
    code = tokens.code_of(grant)
    for typed in (code, code.upper(), code.replace("-", ""), f"  {code.replace('-', ' ')} "):
        assert queries.invitation(typed, now) == grant
    for typed in ("", "-", code[:-1], code + "b", "\x00", "é" * 12, "b" * 100_000):
        assert queries.invitation(typed, now) is None


def test_it_works_once_and_for_fourteen_days(ada, ben, grant, now):
    code = tokens.code_of(grant)
    assert queries.invitation(code, now + timedelta(days=14, seconds=-1))
    assert queries.invitation(code, now + timedelta(days=14)) is None
    with pytest.raises(InputError):
        actions.accept(ben, grant, now + timedelta(days=14))
    actions.accept(ben, queries.invitation(code, now), now)
    assert queries.invitation(code, now) is None


def test_of_two_who_take_it_at_once_one_gets_it(ada, ben, grant, now):
    first, second = queries.invitation(tokens.code_of(grant), now), Grant.objects.get()
    actions.accept(ben, first, now)
    with pytest.raises(InputError):
        actions.accept(signed_up("cleo", ADA), second, now)
    assert Grant.objects.get().reader == ben


def test_a_new_link_closes_the_one_before(as_ada, ada, grant, now):
    before = tokens.code_of(grant)
    as_ada.post(f"/team/{grant.pk}/again/")
    after = code_on(as_ada.get(f"/team/{grant.pk}/").content.decode())
    assert queries.invitation(before, now) is None
    assert queries.invitation(after, now) == grant


def test_nobody_takes_their_own_or_one_more_of_the_same_person(ada, ben, now):
    let_in(ada, ben, now=now)
    for reader in (ada, ben):
        with pytest.raises(InputError):
            actions.accept(reader, asked(ada, now=now), now)


# The pages


def test_the_open_page_says_who_asks_and_what_would_be_shared_before_signing_in(client, as_ada, grant):
    link = re.search(
        r"<bdi>http://testserver(/in/[a-z-]+/)<", as_ada.get(f"/team/{grant.pk}/").content.decode()
    )
    assert link
    answer = client.get(link[1])
    page = answer.content.decode()
    assert "ada</bdi> asks you in" in page
    assert "mood, energy, sleep and stress of each day" in page
    assert f"/account/signup/?next={link[1]}" in page
    assert answer["Cache-Control"] == "private, no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_whoever_makes_an_account_for_it_comes_back_to_it_and_has_a_page_while_they_wait(client, grant):
    link = f"/in/{tokens.code_of(grant)}/"
    page = client.get("/account/signup/", {"next": link}).content.decode()
    assert f'name="next" value="{link}"' in page
    assert f"/account/login/?next={quote(link, safe='')}" in page
    assert (
        f"/account/signup/?next={quote(link, safe='')}"
        in client.get("/account/login/", {"next": link}).content.decode()
    )
    new = {"username": "kim", "password1": "it is solved by walking", "next": link}
    assert client.post("/account/signup/", new).url == link
    assert client.get("/today/").url == "/start/safety/"
    client.post(link, {"answer": "yes"})
    assert client.get("/today/").url == "/in/"
    assert "You said yes to" in client.get("/in/").content.decode()


def test_looking_at_the_link_does_not_use_it_up(client, as_ben, grant, now):
    address = f"/in/{tokens.code_of(grant)}/"
    for robot in (client, as_ben):
        assert robot.get(address, headers={"User-Agent": "WhatsApp/2"}).status_code == 200
        assert robot.head(address).status_code == 200
    assert queries.invitation(tokens.code_of(grant), now) == grant


def test_from_the_code_on_paper_to_being_let_in(client, as_ada, ada, ben, grant, now):
    code = code_on(as_ada.get(f"/team/{grant.pk}/").content.decode())
    answer = client.post("/in/", {"code": code.lower()})
    address = answer["Location"]
    answer = client.post(address, {"answer": "yes"})
    assert answer["Location"] == address, "who is not signed in is led back to where they can"
    client.force_login(ben)
    answer = client.post(address, {"answer": "yes"})
    agreement = answer["Location"]
    page = client.get(agreement).content.decode()
    assert "Until then you see nothing of theirs." in page
    assert queries.held_by(ben, grant.pk, now) is None
    page = as_ada.get("/team/").content.decode()
    assert "Is this who you asked?" in page
    assert "<bdi>ben</bdi>" in page
    assert "Somebody said yes. Is it who you asked?" in as_ada.get("/you/").content.decode()
    as_ada.post(f"/team/{grant.pk}/confirm/", {"answer": "yes"})
    assert queries.held_by(ben, grant.pk, now)
    assert "They let you see this." in client.get(agreement).content.decode()
    client.post(agreement)
    assert queries.held_by(ben, grant.pk, now) is None
    assert client.get(agreement).status_code == 404
    assert "they ended it" in as_ada.get("/team/").content.decode()


def test_whoever_is_asked_can_say_no_without_an_account(client, as_ada, grant, now):
    address = f"/in/{tokens.code_of(grant)}/"
    assert "That is all right." in client.post(address, {"answer": "no"}).content.decode()
    assert client.get(address).status_code == 404
    assert "they said no this time, and that is all right" in as_ada.get("/team/").content.decode()


def test_the_person_can_say_that_it_is_not_them(as_ada, ben, grant, now):
    actions.accept(ben, grant, now)
    page = as_ada.post(f"/team/{grant.pk}/confirm/", {"answer": "no"}, follow=True).content.decode()
    assert "They were not let in. Nothing was shared." in page
    assert queries.taken(ben, grant.pk, now) is None
    as_ada.post(f"/team/{grant.pk}/confirm/", {"answer": "yes"})
    assert queries.held_by(ben, grant.pk, now) is None


def test_ones_own_invitation_is_shown_and_not_taken(as_ada, grant, now):
    address = f"/in/{tokens.code_of(grant)}/"
    assert "This is your own invitation." in as_ada.get(address).content.decode()
    for answer in ("yes", "no"):
        assert as_ada.post(address, {"answer": answer}).status_code == 422
    assert queries.invitation(tokens.code_of(grant), now) == grant


def test_an_invitation_that_ran_out_can_be_made_anew(as_ada, ada):
    grant = asked(ada, now=datetime.now(UTC) - timedelta(days=15))
    page = as_ada.get(f"/team/{grant.pk}/").content.decode()
    assert "This invitation ran out." in page
    assert 'class="code"' not in page


# Guessing


def test_a_wrong_code_gets_one_sentence(client, grant):
    answer = client.post("/in/", {"code": "bbbb-bbbb-bbbb"})
    assert answer.status_code == 422
    assert queries.no_such_code() in answer.content.decode()
    answer = client.get("/in/bbbb-bbbb-bbbb/")
    assert answer.status_code == 404
    assert queries.no_such_code() in answer.content.decode()
    assert client.post("/in/", {"code": ""}).status_code == 422


@pytest.mark.parametrize("way", ["form", "link"])
def test_guessing_is_slowed_down(client, grant, way):
    for n in range(tries.MOST + 1):
        code = f"bbbb-bbbb-bbb{'bcdfghjkmnprstwxz'[n % 17]}"
        last = client.post("/in/", {"code": code}) if way == "form" else client.get(f"/in/{code}/")
    assert "That was too many tries." in last.content.decode()
    right = tokens.code_of(grant)
    assert "too many tries" in client.post("/in/", {"code": right}).content.decode()
    assert "asks you in" not in client.get(f"/in/{right}/").content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert "asks you in" in elsewhere.get(f"/in/{right}/").content.decode()


def test_right_codes_do_not_count(client, grant):
    for _ in range(tries.MOST + 5):
        assert client.get(f"/in/{tokens.code_of(grant)}/").status_code == 200


# A report by its link


@pytest.fixture
def report(ada, now) -> Grant:
    return actions.link_report(
        ada, now, name="Dr Lee", role="physician", items=["mood"], until=(now + timedelta(days=3)).date()
    )


@pytest.fixture
def page_of_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page itself is another app's: here something stands in its place."""
    from ambulando.web.care.grants import reading

    module = types.ModuleType("ambulando.web.care.caseload.queries")
    module.report_of = lambda grant, now: {"of": grant.person.username}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ambulando.web.care.caseload.queries", module)
    real = reading.render

    def render(request: Any, template: str, context: Any = None, **more: Any) -> Any:
        if template == "caseload/report.html":
            from django.http import HttpResponse

            return HttpResponse(f"the report of {context['report']['of']}")
        return real(request, template, context, **more)

    monkeypatch.setattr(reading, "render", render)


def test_a_link_to_a_report_is_made_with_the_page_alone(as_ada, ada):
    last = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    fields = {"name": "Dr Lee", "role": "physician", "items": ["mood"], "since": "all", "until": last}
    address = as_ada.post("/team/ask/report/", fields)["Location"]
    assert "http://testserver/report/" in as_ada.get(address).content.decode()
    for until in ("", "2020-01-01", "2099-01-01"):
        assert as_ada.post("/team/ask/report/", fields | {"until": until}).status_code == 422
    assert as_ada.post("/team/ask/report/", fields | {"role": "friend"}).status_code == 422
    assert Grant.objects.count() == 1


def test_the_address_shows_a_door_without_the_person_and_counts_no_look(client, ada, report):
    looks = ada.looks.count()
    address = f"/report/{tokens.word_of(report)}/"
    answer = client.get(address)
    assert "ada" not in re.sub(r"<[^>]*>", " ", answer.content.decode()).split()
    assert "Dr Lee" not in answer.content.decode()
    client.head(address)
    assert ada.looks.count() == looks
    assert answer["Cache-Control"] == "private, no-store"
    assert "noindex" in answer["X-Robots-Tag"]


def test_the_button_shows_the_report_and_each_time_is_a_look(client, as_ada, ada, report, page_of_report):
    for _ in range(2):
        assert client.post(f"/report/{tokens.word_of(report)}/").content == b"the report of ada"
    looks = [one.what for one in ada.looks.all()]
    assert looks == ["report-by-link", "report-by-link", "linked"]
    page = as_ada.get("/team/looks/").content.decode()
    assert "opened the report by its link" in page
    assert "Dr Lee" in page


def test_it_ends_at_once_and_on_its_last_day(client, as_ada, ada, report, page_of_report, now):
    word = tokens.word_of(report)
    assert queries.report(word, now)
    assert queries.report(word, now + timedelta(days=5)) is None
    as_ada.post(f"/team/{report.pk}/end/")
    for answer in (client.get(f"/report/{word}/"), client.post(f"/report/{word}/")):
        assert answer.status_code == 404
        assert "This link opens nothing." in answer.content.decode()


def test_a_report_lets_nobody_into_other_pages(ada, ben, report, now):
    assert queries.team(ada, now) == []
    assert queries.between(ada, report.pk, now) is None
    assert queries.invitation(tokens.word_of(report), now) is None
    with pytest.raises(InputError):
        actions.accept(ben, report, now)


@pytest.mark.parametrize("word", ["x", "a" * 5000, "%00", "%ED%A0%80", "é", "-"])
def test_odd_words_open_nothing(client, word):
    assert client.get(f"/report/{word}/").status_code == 404
    assert client.get(f"/in/{word}/").status_code == 404
    assert client.post(f"/in/{word}/", {"answer": "yes"}).status_code == 404


def test_no_log_holds_a_code_or_a_word(grant):
    code = tokens.code_of(grant)
    for message, values in (
        ("Forbidden (%s): %s", ("CSRF cookie not set.", f"/in/{code}/")),
        (f"Internal Server Error: /report/{code}/?x=1", ()),
        ("next=%s", (f"/account/login/?next=/in/{code}/",)),
    ):
        record = logging.LogRecord("django", logging.ERROR, "", 0, message, values, None)
        assert WithoutSecrets().filter(record)
        assert code not in record.getMessage()
        assert "/..." in record.getMessage()


def test_other_lines_of_the_log_stay_as_they_are():
    record = logging.LogRecord("django", logging.ERROR, "", 0, "Server Error: %s", ("/team/",), None)
    WithoutSecrets().filter(record)
    assert (record.msg, record.args) == ("Server Error: %s", ("/team/",))
