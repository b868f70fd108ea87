"""When a reminder may come: for every zone, every change of the clock and every journey."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.web.reminders import when

#: whole and half changes of the clock, one on the far side of the date line, two that left out or changed a whole day
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Pacific/Honolulu", "Australia/Lord_Howe",
         "Pacific/Apia", "Asia/Kolkata", "America/Scoresbysund", "Pacific/Kiritimati", "Africa/Casablanca"]  # fmt: skip
zones = st.sampled_from(ZONES).map(ZoneInfo)
hours = st.integers(when.EARLIEST, when.LATEST - 1)
seconds = st.integers(*(int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2011, 2030)))
moments = seconds.map(lambda second: datetime.fromtimestamp(second, UTC))
FREE = {"snoozed_until": None, "last_day": None, "last_at": None, "quiet_until": None}


def at(zone: str, *when_: int) -> datetime:
    return datetime(*when_, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@given(moments, zones, st.integers(0, 23))
def test_it_is_never_night_and_never_before_the_hour_or_long_after(now, zone, hour):
    day = when.day_of(now, zone=zone, hour=hour)
    local = now.astimezone(zone)
    if day is not None:
        assert day == local.date()
        assert 8 <= local.hour < 21
        assert hour <= local.hour < hour + 3


def days_of_reminders(start: datetime, days: int, place) -> list[tuple[datetime, date]]:
    """Looked at every ten minutes; ``place`` says the zone and the hour at each moment."""
    sent: list[tuple[datetime, date]] = []
    for step in range(days * 24 * 6):
        now = start + timedelta(minutes=10 * step)
        zone, hour = place(now)
        day = when.day_of(now, zone=zone, hour=hour)
        last_at, last_day = sent[-1] if sent else (None, None)
        if day and when.may_come(now, day, **FREE | {"last_day": last_day, "last_at": last_at}):
            sent.append((now, day))
    return sent


@given(moments, zones, hours)
def test_who_stays_in_one_place_has_exactly_one_on_each_day_across_every_change_of_the_clock(
    start, zone, hour
):
    sent = days_of_reminders(start, 5, lambda _: (zone, hour))
    days = [day for _, day in sent]
    assert len(days) == len(set(days))
    local = (start + timedelta(minutes=10 * step) for step in range(5 * 24 * 6))
    whole = sorted({moment.astimezone(zone).date() for moment in local})[1:-1]
    assert set(whole) <= set(days)


@given(moments, st.lists(st.tuples(zones, hours), min_size=1, max_size=6))
def test_who_travels_or_changes_the_hour_never_has_two_on_one_day_or_within_20_hours(start, places):
    sent = days_of_reminders(start, 4, lambda now: places[(now - start) // timedelta(hours=7) % len(places)])
    assert len({day for _, day in sent}) == len(sent)
    assert all(after - before >= timedelta(hours=20) for (before, _), (after, _) in pairwise(sent))


@pytest.mark.parametrize(
    ("zone", "first", "hour"),
    [
        ("Europe/Berlin", (2026, 3, 27), 8),
        ("Europe/Berlin", (2026, 10, 23), 8),
        ("America/New_York", (2026, 3, 6), 20),
        ("America/New_York", (2026, 10, 30), 20),
        ("Australia/Lord_Howe", (2026, 4, 3), 8),
    ],
)
def test_over_a_change_of_the_clock_it_comes_at_the_chosen_hour_every_day(zone, first, hour):
    sent = days_of_reminders(at(zone, *first), 5, lambda _: (ZoneInfo(zone), hour))
    assert [now.astimezone(ZoneInfo(zone)).hour for now, _ in sent] == [hour] * 5


def test_an_hour_that_does_not_exist_leads_to_the_next_one(monkeypatch):
    """No zone of today leaves out an hour of the daytime; one that did would have its reminder an hour later."""
    monkeypatch.setattr(when, "EARLIEST", 0)
    berlin = ZoneInfo("Europe/Berlin")
    sent = days_of_reminders(at("Europe/Berlin", 2026, 3, 29), 1, lambda _: (berlin, 2))
    assert [now.astimezone(berlin).hour for now, _ in sent] == [3]


def test_an_hour_that_is_there_twice_has_one(monkeypatch):
    monkeypatch.setattr(when, "EARLIEST", 0)
    berlin = ZoneInfo("Europe/Berlin")
    sent = days_of_reminders(at("Europe/Berlin", 2026, 10, 25), 1, lambda _: (berlin, 2))
    assert len(sent) == 1


def test_a_day_that_a_country_left_out_has_none():
    apia = ZoneInfo("Pacific/Apia")  # went over the date line: 30 December 2011 was not there
    sent = days_of_reminders(at("Pacific/Apia", 2011, 12, 28), 4, lambda _: (apia, 10))
    assert [day.day for _, day in sent] == [28, 29, 31, 1]


def test_over_the_date_line_the_same_date_has_one():
    """From Auckland to Honolulu: the same day comes a second time, 23 hours later."""
    flight = at("Pacific/Auckland", 2026, 11, 23, 12)

    def place(now):
        return ZoneInfo("Pacific/Auckland" if now < flight else "Pacific/Honolulu"), 10

    sent = days_of_reminders(at("Pacific/Auckland", 2026, 11, 22), 4, place)
    assert len({day for _, day in sent}) == len(sent)


def test_the_edges_of_the_time():
    berlin = ZoneInfo("Europe/Berlin")

    def in_time(hour, minute, wish):
        return when.day_of(at("Europe/Berlin", 2026, 6, 1, hour, minute), zone=berlin, hour=wish) is not None

    assert [in_time(9, 59, 10), in_time(10, 0, 10), in_time(12, 59, 10), in_time(13, 0, 10)] == [
        False, True, True, False]  # fmt: skip
    assert [in_time(20, 59, 20), in_time(21, 0, 20), in_time(7, 59, 6), in_time(8, 0, 6)] == [
        True, False, False, True]  # fmt: skip


NOW = at("UTC", 2026, 11, 22, 10)
DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("given_", "comes"),
    [
        ({}, True),
        ({"snoozed_until": DAY + timedelta(days=1)}, False),
        ({"snoozed_until": DAY}, True),
        ({"last_day": DAY, "last_at": NOW - timedelta(hours=30)}, False),
        ({"last_day": DAY - timedelta(days=1), "last_at": NOW - timedelta(hours=19, minutes=59)}, False),
        ({"last_day": DAY - timedelta(days=1), "last_at": NOW - timedelta(hours=20)}, True),
        ({"quiet_until": NOW + timedelta(minutes=1)}, False),
        ({"quiet_until": NOW}, True),
    ],
)
def test_what_keeps_a_reminder_silent(given_, comes):
    assert when.may_come(NOW, DAY, **FREE | given_) is comes
