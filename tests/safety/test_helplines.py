"""Numbers as dialled, with source and date; stale ones no longer lead."""

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.ground import InputError, packaged_toml
from ambulando.safety.helplines import countries, helplines, helplines_of, stale

TODAY = date(2026, 11, 22)
CODES = [code for code, _ in countries()]


def table() -> dict[str, Any]:
    return copy.deepcopy(packaged_toml("ambulando.safety", "data/helplines.toml"))


def test_there_are_at_least_ten_countries() -> None:
    assert len(CODES) >= 10
    assert {"US", "CA", "GB", "IE", "AU", "NZ", "FR", "ES", "DE", "IN", "BR", "ZA"} <= set(CODES)


@pytest.mark.parametrize(("code", "emergency", "dials"), [
    ("US", "911", ["988"]),
    ("CA", "911", ["988"]),
    ("GB", "999", ["116 123"]),
    ("IE", "112", ["116 123"]),
    ("AU", "000", ["13 11 14"]),
    ("NZ", "111", ["1737", "0508 828 865"]),
    ("FR", "15", ["3114"]),
    ("ES", "112", ["024"]),
    ("DE", "112", ["0800 111 0 111", "0800 111 0 222"]),
    ("IN", "112", ["14416", "1800-89-14416"]),
    ("BR", "192", ["188"]),
    ("ZA", "112", ["0800 567 567", "0800 21 22 23"]),
    ("BE", "112", ["1813", "0800 32 123"]),
    ("KR", "119", ["109"]),
])  # fmt: skip
def test_the_numbers_are_written_as_they_are_dialled(code: str, emergency: str, dials: list[str]) -> None:
    found = helplines(code)
    assert found.emergency == emergency
    assert [line.dial for line in found.lines if line.dial] == dials


def test_what_to_text_is_kept_beside_where_to_text() -> None:
    (shout,) = [line for line in helplines("GB").lines if line.name == "Shout"]
    assert (shout.dial, shout.text, shout.text_word, shout.sms) == (None, "85258", "SHOUT", "85258")


def test_links_carry_the_digits_and_no_country_code() -> None:
    assert helplines("GB").lines[0].tel == "116123"
    assert helplines("AU").lines[0].tel == "131114"


def test_every_line_says_where_it_was_seen_and_when() -> None:
    for code in CODES:
        found = helplines(code)
        assert found.emergency_source
        for line in found.lines:
            assert "://" in line.source
            assert line.verified <= line.seen <= TODAY
            assert line.hours
            assert line.languages


@pytest.mark.parametrize("written", ["UK", "uk", " gb ", "GB"])
def test_the_united_kingdom_is_found_under_both_its_codes(written: str) -> None:
    assert helplines(written).country == "GB"


@pytest.mark.parametrize("written", [None, "", "XX", "New Zealand", "1"])
def test_an_unknown_country_gets_the_fallback_and_an_emergency_number(written: str | None) -> None:
    found = helplines(written, today=TODAY)
    assert (found.country, found.lines, found.emergency) == (None, (), "112")
    assert found.lead_with_fallback
    assert "findahelpline.com" in found.fallback
    assert "local emergency number" in str(found.emergency_words)


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


def test_stale_numbers_are_listed_the_oldest_first() -> None:
    found = stale(TODAY)
    assert found[0].country == "ZA"
    assert [one.verified for one in found] == sorted(one.verified for one in found)
    assert "US" not in {one.country for one in found}


def test_twelve_months_to_the_day_are_fresh_and_one_day_more_is_not() -> None:
    verified = helplines("US").lines[0].verified
    on_the_day = date(verified.year + 1, verified.month, verified.day)
    assert not helplines("US", today=on_the_day).lead_with_fallback
    assert helplines("US", today=on_the_day + timedelta(days=1)).lead_with_fallback


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
