"""Numbers as dialled, with source and date; stale ones no longer lead."""

import copy
import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError, packaged_toml
from ambulando.safety.helplines import countries, helplines, helplines_of, stale
from ambulando.safety.words import countries_of_the_world

TODAY = date(2026, 11, 22)
CODES = [code for code, _ in countries()]


def table() -> dict[str, Any]:
    return copy.deepcopy(packaged_toml("ambulando.safety", "data/helplines.toml"))


#: every number that is shown, as it is dialled in its country
DIALLED = {
    "AT": ("144", ["142"]),
    "AU": ("000", ["13 11 14"]),
    "BE": ("112", ["1813", "0800 32 123"]),
    "BR": ("192", ["188"]),
    "CA": ("911", ["988"]),
    "CH": ("144", ["143"]),
    "CN": ("120", ["12356"]),
    "DE": ("112", ["0800 111 0 111", "0800 111 0 222"]),
    "ES": ("112", ["024"]),
    "FR": ("15", ["3114"]),
    "GB": ("999", ["116 123"]),
    "ID": ("119", ["119"]),
    "IE": ("112", ["116 123"]),
    "IN": ("112", ["14416", "1800-89-14416"]),
    "IT": ("112", ["02 2327 2327"]),
    "JP": ("119", ["0120-279-338"]),
    "KR": ("119", ["109"]),
    "MX": ("911", ["800-911-2000"]),
    "MY": ("999", ["15555"]),
    "NL": ("112", ["113", "0800-0113"]),
    "NZ": ("111", ["1737", "0508 828 865"]),
    "PH": ("911", ["1553", "0917-899-8727"]),
    "PT": ("112", ["1411"]),
    "SE": ("112", ["901 01"]),
    "SG": ("995", ["1771", "1767"]),
    "US": ("911", ["988"]),
    "ZA": ("112", ["0800 567 567", "0800 21 22 23"]),
}
TEXTED = {
    "AU": ["0477 13 11 14"],
    "CA": ["988"],
    "GB": ["85258"],
    "NZ": ["1737"],
    "US": ["988", "741741"],
}


def test_there_are_about_twenty_five_countries() -> None:
    assert len(CODES) >= 25
    assert set(CODES) == set(DIALLED)


@pytest.mark.parametrize("code", CODES)
def test_the_numbers_are_written_as_they_are_dialled(code: str) -> None:
    found = helplines(code)
    emergency, dials = DIALLED[code]
    assert found.emergency == emergency
    assert [line.dial for line in found.lines if line.dial] == dials
    assert [line.text for line in found.lines if line.text] == TEXTED.get(code, [])


@pytest.mark.parametrize("code", CODES)
def test_a_link_carries_the_digits_that_are_shown_and_no_more(code: str) -> None:
    for line in helplines(code).lines:
        for shown, link in ((line.dial, line.tel), (line.text, line.sms)):
            assert link == (None if shown is None else "".join(sign for sign in shown if sign.isdigit()))
            assert link is None or (link.isascii() and 3 <= len(link) <= 11)


def test_what_to_text_is_kept_beside_where_to_text() -> None:
    (shout,) = [line for line in helplines("GB").lines if line.name == "Shout"]
    assert (shout.dial, shout.text, shout.text_word, shout.sms) == (None, "85258", "SHOUT", "85258")


def test_links_carry_the_digits_and_no_country_code() -> None:
    assert helplines("GB").lines[0].tel == "116123"
    assert helplines("AU").lines[0].tel == "131114"


@pytest.mark.parametrize("code", CODES)
def test_every_number_says_where_it_was_seen_and_when(code: str) -> None:
    found = helplines(code)
    assert "://" in found.emergency_source
    for line in found.lines:
        assert re.search(r"https?://[\w.-]+\.\w+", line.source)
        assert date(2020, 1, 1) < line.verified <= line.seen <= TODAY
        assert line.hours
        assert line.chat is None or line.chat.startswith("https://")


def test_every_code_is_a_country_and_every_country_has_one_name() -> None:
    world = countries_of_the_world()
    assert all(code in world for code in CODES)
    assert [name for _, name in countries()] == sorted({str(helplines(code).name) for code in CODES})


@pytest.mark.parametrize("code", sorted(countries_of_the_world()))
def test_every_country_of_the_world_is_led_somewhere(code: str) -> None:
    found = helplines(code, today=TODAY)
    assert (found.country, bool(found.name), bool(found.emergency)) == (code, True, True)
    assert found.fallback.startswith("https://")
    assert found.lead_with_fallback == (not any(not line.stale for line in found.lines))


@pytest.mark.parametrize("written", ["UK", "uk", " gb ", "GB"])
def test_the_united_kingdom_is_found_under_both_its_codes(written: str) -> None:
    assert helplines(written).country == "GB"


@pytest.mark.parametrize("written", [None, "", "XX", "New Zealand", "1"])
def test_an_unknown_country_gets_the_fallback_and_an_emergency_number(written: str | None) -> None:
    found = helplines(written, today=TODAY)
    assert (found.country, found.lines, found.emergency) == (None, (), "112")
    assert found.lead_with_fallback
    assert "findahelpline.com" in found.fallback
    assert "emergency number of the place where you are" in str(found.emergency_words)


def test_a_country_without_numbers_of_its_own_keeps_its_name_and_gets_the_fallback() -> None:
    found = helplines("PE", today=TODAY)
    assert (found.country, found.name, found.lines) == ("PE", "Peru", ())
    assert found.lead_with_fallback


def test_fresh_numbers_lead_and_old_ones_do_not() -> None:
    assert not helplines("NZ", today=TODAY).lead_with_fallback
    old = helplines("ES", today=TODAY)
    assert old.lead_with_fallback
    assert all(line.stale for line in old.lines)
    assert old.lines[0].dial == "024"


def test_a_fresh_number_comes_before_an_old_one_of_the_same_country() -> None:
    found = helplines("SG", today=TODAY)
    assert [(line.dial, line.stale) for line in found.lines] == [("1771", False), ("1767", True)]
    assert not found.lead_with_fallback


def test_stale_numbers_are_listed_the_oldest_first() -> None:
    found = stale(TODAY)
    assert [(one.country, one.dial) for one in found] == [("SG", "1767"), ("ES", "024")]
    assert [one.verified for one in found] == sorted(one.verified for one in found)


@pytest.mark.parametrize("code", CODES)
def test_twelve_months_to_the_day_are_fresh_and_one_day_more_is_not(code: str) -> None:
    newest = max(line.verified for line in helplines(code).lines)
    on_the_day = date(newest.year + 1, newest.month, newest.day)
    assert not helplines(code, today=on_the_day).lead_with_fallback
    later = on_the_day + timedelta(days=1)
    assert helplines(code, today=later).lead_with_fallback
    assert {one.dial for one in stale(later) if one.country == code} == {
        line.dial or line.text for line in helplines(code).lines
    }


@given(st.sampled_from(CODES), st.integers(0, 4000))
def test_a_stale_number_never_becomes_fresh_again(code: str, days: int) -> None:
    sooner, later = TODAY + timedelta(days=days), TODAY + timedelta(days=days + 30)
    assert {(one.country, one.line) for one in stale(sooner)} <= {
        (one.country, one.line) for one in stale(later)
    }
    if helplines(code, today=sooner).lead_with_fallback:
        assert helplines(code, today=later).lead_with_fallback


@given(st.text(max_size=12) | st.none())
def test_help_never_fails(written: str | None) -> None:
    found = helplines(written, today=TODAY)
    assert found.emergency
    assert found.fallback


@pytest.mark.parametrize(("path", "value", "said"), [
    ("dial", "+44116123", "not written as it is dialled"),
    ("dial", "116 123 ", "not written as it is dialled"),
    ("dial", 116123, "not written as it is dialled"),
    ("source", "somebody told us", "without the address"),
    ("verified", date(2027, 1, 1), "the date of its source"),
    ("verified", "2026", "the date of its source"),
])  # fmt: skip
def test_a_spoiled_line_is_refused_by_its_country(path: str, value: Any, said: str) -> None:
    spoiled = table()
    spoiled["countries"][2]["lines"][0][path] = value
    with pytest.raises(InputError, match=said) as refused:
        helplines_of(spoiled)
    assert "'GB'" in str(refused.value)


def test_a_country_without_a_line_or_twice_is_refused() -> None:
    spoiled = table()
    spoiled["countries"][0]["lines"] = []
    with pytest.raises(InputError, match="leave the country out"):
        helplines_of(spoiled)
    spoiled = table()
    spoiled["countries"].append(spoiled["countries"][0])
    with pytest.raises(InputError, match="stands there twice"):
        helplines_of(spoiled)
