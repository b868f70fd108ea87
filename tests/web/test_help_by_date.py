"""The help page on a day when the numbers of a country are fresh, and on one when they are not."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.safety.helplines import countries, helplines

CODES = [code for code, _ in countries()]


def page_of(client: Client, country: str, day: date, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(timezone, "localdate", lambda *_, **__: day)
    page = client.get("/help/", {"country": country}).content.decode()
    return page[page.index("<main") : page.index("</main>")]


def places(page: str, code: str) -> tuple[int, int, int]:
    """Where on the page stand the emergency number, the finder of lines, and the first line of the country."""
    found = helplines(code)
    first = found.lines[0]
    link = f'href="tel:{first.tel}"' if first.dial else f'href="sms:{first.sms}"'
    line = page.index(link, page.index('<ul class="lines">'))
    return page.index('class="dial emergency"'), page.index(found.fallback), line


@pytest.mark.parametrize("code", CODES)
def test_old_numbers_stand_below_the_finder_of_lines_and_are_told_to_be_old(
    code: str, db: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(client, code, date(2035, 1, 1), monkeypatch)
    emergency, finder, line = places(page, code)
    assert emergency < finder < line
    assert page.count("which is a while ago") == len(helplines(code).lines)


@pytest.mark.parametrize("code", CODES)
def test_fresh_numbers_stand_first(
    code: str, db: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = max(helplines(code).lines, key=lambda one: one.verified)
    page = page_of(client, code, newest.verified, monkeypatch)
    emergency, finder, line = places(page, code)
    assert emergency < line < finder
