"""What tests/shown.py collects, and house/test_readable.py grades, is all that pages show.

Pages are opened in a language without words: each sentence that is translated is heard and leaves its place empty. What is
heard must be among the collected sentences. What still stands there must be data, the words of others or a person's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.translation import _trans, trans_real

import shown
from ambulando.web.care.directory.words import LANGUAGES
from ambulando.web.help import actions as help_actions
from ambulando.web.journal import actions as journal
from ambulando.web.library.actions import publish
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.signals import actions as signals
from cast import BEN, CLEO, DANA, ELI, FAY, GUS

#: so many pages of one kind are opened, as of the sessions of a week
OF_A_KIND = 2
NOT_OPENED = re.compile(r"/(account/logout|static|sw\.js|why/figures|progress/time-line|why/row/)")
#: what stays of a sentence that is translated: its places, its markup and its signs
PLACE = re.compile(r"\{[^{}]*\}|%\([a-z_0-9]+\)[sd]|%[sd]|<[^>]*>|[^A-Za-z]")
EMPTY = "¦"
STARTS = ("/", "/today/", "/today/?all=1", "/offline/", "/stop/", "/help/", "/help/now/", "/questions/", "/you/", "/nothing-here/",
          "/account/signup/", "/account/login/", "/account/password/reset/", "/account/inactive/", "/account/email/",
          "/account/password/change/", "/start/safety/", "/start/likes/", "/progress/answer/", "/journal/import/")  # fmt: skip
FORMS = ("/start/safety/", "/start/likes/", "/journal/add/", "/journal/import/", "/questions/phq-9/", "/questions/evs/",
         "/help/plan/change/", "/help/alert/", "/you/reminders/", "/you/signals/", "/account/email/", "/account/password/change/",
         "/today/?all=1")  # fmt: skip

pytestmark = pytest.mark.django_db


@dataclass
class Heard:
    """The sentences that were translated, those of them that reached a page, and what stood there without translation."""

    sentences: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """The sentence without its words, behind its number."""
        self.sentences.append(str(text))
        signs = [match[0] for match in PLACE.finditer(str(text))]
        return f"⟦{len(self.sentences) - 1}⟧" + EMPTY.join(["", *signs, ""])

    def read(self, page: str, at: str) -> None:
        for number in re.findall(r"⟦(\d+)⟧", page):
            self.said.setdefault(self.sentences[int(number)], at)
        for piece in pieces(page):
            # what stands side by side in a line is separate
            for part in re.split(rf" · |{EMPTY}+|⟦\d+⟧", unescape(piece)):
                text = " ".join(shown.filled(part).split()).strip(" ,:;")
                if shown.words_in(text) >= shown.FEWEST_WORDS:
                    self.bare.setdefault(text, at)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    found = Heard()
    monkeypatch.setattr(_trans, "gettext", found.say, raising=False)
    monkeypatch.setattr(
        _trans, "ngettext", lambda one, many, n: found.say(one if n == 1 else many), raising=False
    )
    monkeypatch.setattr(_trans, "pgettext", lambda _context, text: found.say(text), raising=False)
    monkeypatch.setattr(_trans, "activate", trans_real.activate, raising=False)
    return found


def pieces(page: str) -> Iterator[str]:
    """The text of each element, and what a screen reader is given in its place. Time zones are names."""
    page = re.sub(r'<(script|style)\b.*?</\1>|<option value="\w+/.*?</option>', " ", page, flags=re.S)
    yield from re.findall(r'(?:aria-label|alt|title|placeholder|data-\w+)="([^"]*)"', page)
    yield from re.split(r"<[^>]+>", page)


def look_around(client: Client, heard: Heard, *starts: str, within: str = "/") -> None:
    """Open the pages and all that they lead to, a few of each kind."""
    waiting, seen, kinds = list(starts), set(starts), {}
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path, follow=True)
        if not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        heard.read(page, path)
        for link in re.findall(r'href="(/[^"#]*|\?[^"#]*)', page):
            link = unescape(link if link.startswith("/") else path.partition("?")[0] + link)
            kind = re.sub(r"\d+", "N", link)
            new = link not in seen and kinds.get(kind, 0) < OF_A_KIND
            if new and re.match(within, link) and not NOT_OPENED.match(link):
                seen.add(link)
                kinds[kind] = kinds.get(kind, 0) + 1
                waiting.append(link)


def fill_in_badly(client: Client, heard: Heard, *paths: str) -> None:
    """Send the forms of pages with nothing in them, and with nonsense in every field."""
    for path in paths:
        page = client.get(path, follow=True).content.decode()
        for form, inside in re.findall(r'(<form[^>]*method="post"[^>]*>)(.*?)</form>', page, re.S):
            action = re.search(r'action="([^"]+)"', form)
            where = unescape(action[1]) if action else path
            names = set(re.findall(r'name="([^"]+)"', inside)) - {"csrfmiddlewaretoken", "of"}
            for value in ("", "x", "999"):
                answer = client.post(where, dict.fromkeys(names, value), follow=True)
                if answer["Content-Type"].startswith("text/html"):
                    heard.read(answer.content.decode(), f"{where} with {value!r}")


@cache
def collected() -> frozenset[str]:
    """The collected sentences, as they are compared: a name may begin small inside another sentence, numbers are places."""
    return frozenset(_compared(part) for text in shown.texts() for part in shown.split(text.text))


@cache
def of_others() -> tuple[str, ...]:
    """Data that is shown as it is, and is not ours to change; the longest first."""
    texts = {
        " ".join(shown.filled(one.text).split()).strip(" ,:;") for one in (*shown.left_out(), *shown.texts())
    }
    return tuple(sorted(filter(None, texts), key=len, reverse=True))


@cache
def with_places() -> tuple[re.Pattern[str], ...]:
    """Faults of the core, which are shown with their values in them."""
    texts = {" ".join(shown.filled(one.text).split()) for one in shown.texts() if "{" in one.text}
    return tuple(
        re.compile(re.escape(text).replace("so", ".+")) for text in texts if shown.words_in(text) > 3
    )


def _compared(sentence: str) -> str:
    return re.sub(r"\d+%?", "so", sentence[:1].lower() + sentence[1:])


def check(heard: Heard, *own_words: str) -> None:
    """Nothing was said that is not collected, and nothing stands there that is neither data nor a person's own."""
    quoted = of_others()
    not_collected = {
        part: at
        for text, at in heard.said.items()
        for part in shown.split(text)
        if _compared(part) not in collected() and text not in quoted
    }
    untold = {
        text: at
        for text, at in heard.bare.items()
        if shown.words_in(_without(text, (*own_words, *quoted))) >= shown.FEWEST_WORDS
        and not any(pattern.fullmatch(text) for pattern in with_places())
    }
    assert not_collected == {}, "collect these in tests/shown.py"
    assert untold == {}, "these are neither translated nor known data"


def _without(text: str, known: tuple[str, ...]) -> str:
    for one in known:
        if len(one) > 2 and one in text:
            text = text.replace(one, " ")
    return text


@pytest.fixture
def full_life(ada: Person) -> Person:
    """Ada with something in every place."""
    now, today = timezone.now(), timezone.localdate()
    for days in range(6):
        journal.check_in(ada, today - timedelta(days=days), "morning", mood=4, energy=8, sleep=2)
    journal.add_bout(ada, activity="easy-walk", start=now - timedelta(days=1), minutes=20, effort=4)
    for instrument, items in (("phq-8", 8), ("phq-2", 2), ("gad-7", 7)):
        journal.assess(ada, instrument, [1] * items, today)
    journal.assess(ada, "phq-9", [1] * 8 + [2, 1], today - timedelta(days=20))
    help_actions.keep_plan(ada, {"alone": "Put the kettle on."}, [("Mia", "021 555 0199")])
    help_actions.help_was_shown(ada, "assessment", now - timedelta(days=1))
    plans.make_week(ada, today)
    signals.notice(ada, today)
    return ada


def test_every_sentence_of_the_pages_of_a_full_life_is_collected(
    full_life: Person, as_ada: Client, heard: Heard
) -> None:
    look_around(as_ada, heard, *STARTS)
    fill_in_badly(as_ada, heard, *FORMS)
    assert len(heard.said) > 700
    # a language is called as those call it who speak it
    check(heard, "Put the kettle on.", *map(str, LANGUAGES.values()))


def test_every_sentence_of_the_evidence_and_of_public_pages_is_collected(
    client: Client, heard: Heard
) -> None:
    publish()
    look_around(client, heard, *STARTS, "/why/")
    fill_in_badly(client, heard, "/account/signup/", "/account/login/", "/account/password/reset/")
    assert len(heard.said) > 500
    check(heard)


@pytest.mark.parametrize(
    "answers", [BEN, CLEO, DANA, ELI, FAY, GUS], ids=["ben", "cleo", "dana", "eli", "fay", "gus"]
)
def test_every_sentence_for_those_with_limits_is_collected(
    as_ada: Client, ada: Person, heard: Heard, answers: dict[str, Any]
) -> None:
    ada.answers = answers
    ada.save()
    look_around(as_ada, heard, "/today/?all=1", "/week/", within="/(today|week|sessions)")
    check(heard)


def test_every_sentence_of_the_mails_around_an_account_is_collected(
    client: Client, ada: Person, heard: Heard, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    ada.email = "ada@example.org"
    ada.save()
    for address in ("ada@example.org", "nobody@example.org"):
        client.post("/account/password/reset/", {"email": address})
    client.post(
        "/account/signup/",
        {"username": "carl", "password1": "it is solved by walking", "email": "carl@example.org"},
    )
    assert len(mail.outbox) >= 2
    for one in mail.outbox:
        heard.read(f"{one.subject}\n{one.body}", one.subject)
    check(heard)


def test_a_page_with_a_sentence_that_is_not_collected_is_found(heard: Heard) -> None:
    heard.read(heard.say("You shall walk at dawn tomorrow."), "/somewhere/")
    heard.read("<p>Run to the hills at once</p>", "/elsewhere/")
    with pytest.raises(AssertionError, match="shall walk at dawn"):
        check(heard)
    heard.said.clear()
    with pytest.raises(AssertionError, match="Run to the hills"):
        check(heard)
