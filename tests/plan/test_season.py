"""The season, from the country and the date."""

from datetime import date

import pytest

from ambulando.plan.season import hemisphere, season
from ambulando.safety.words import countries_of_the_world


@pytest.mark.parametrize(
    ("country", "where"),
    [
        ("NZ", "south"),
        ("DE", "north"),
        ("US", "north"),
        ("ZA", "south"),
        ("KE", "none"),
        ("SG", "none"),
        ("AU", "south"),
    ],
)
def test_which_way_round_the_seasons_go_follows_from_the_country(country: str, where: str):
    assert hemisphere(country) == where


def test_without_a_country_nothing_is_guessed():
    assert hemisphere(None) is None
    assert hemisphere("ZZ") is None
    assert season(None, date(2026, 1, 1)) is None


def test_every_country_with_people_has_its_place():
    nobody = {"BV", "HM"}  # uninhabited, and without a time zone of their own
    assert {code for code in countries_of_the_world() if hemisphere(code) is None} == nobody


@pytest.mark.parametrize(
    ("day", "north", "south"),
    [
        (date(2026, 12, 1), "winter", "summer"),
        (date(2026, 2, 28), "winter", "summer"),
        (date(2026, 3, 1), "spring", "autumn"),
        (date(2026, 6, 1), "summer", "winter"),
        (date(2026, 8, 31), "summer", "winter"),
        (date(2026, 9, 1), "autumn", "spring"),
        (date(2026, 11, 30), "autumn", "spring"),
    ],
)
def test_seasons_are_whole_months_and_the_south_is_half_a_year_apart(day: date, north: str, south: str):
    assert (season("north", day), season("south", day), season("none", day)) == (north, south, None)
