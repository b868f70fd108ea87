"""Calendars of other programs leave times free, and a plan is written as one that they can read."""

# ruff: noqa: DTZ001 - times that are taken are local, without an offset

import contextlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from ambulando.ground import InputError
from ambulando.plan.calendar import MOST_RULES, Busy, Entry, joined, outside, read_ics, write_ics

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}


def ics(*events: str) -> str:
    body = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a test//EN\r\n{body}END:VCALENDAR\r\n"


def read(*events: str, zone: ZoneInfo = BERLIN, **days: date) -> list[str]:
    found = read_ics(ics(*events), "mine.ics", zone=zone, **(days or MARCH))
    return [f"{one.start:%m-%d %H:%M} {one.end:%H:%M}" for one in found]


WEEKLY = """UID:a
DTSTART;TZID=America/New_York:20260302T090000
DTEND;TZID=America/New_York:20260302T100000
RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260401T035959Z"""


def test_an_entry_takes_its_time_in_the_zone_of_the_person():
    assert read("UID:a\nDTSTART:20260310T120000Z\nDURATION:PT90M") == ["03-10 13:00 14:30"]


def test_a_time_without_a_zone_is_local():
    assert read("UID:a\nDTSTART:20260310T120000\nDTEND:20260310T130000") == ["03-10 12:00 13:00"]


def test_an_entry_that_repeats_keeps_its_own_clock_over_summer_time():
    # New York changes its clocks on the 8th, Berlin on the 29th
    assert read(WEEKLY) == [
        "03-02 15:00 16:00",
        "03-09 14:00 15:00",
        "03-16 14:00 15:00",
        "03-23 14:00 15:00",
        "03-30 15:00 16:00",
    ]


def test_what_was_left_out_or_moved_is_followed():
    without = WEEKLY + "\nEXDATE;TZID=America/New_York:20260316T090000"
    moved = "UID:a\nRECURRENCE-ID;TZID=America/New_York:20260323T090000\nDTSTART;TZID=America/New_York:20260324T120000\nDURATION:PT30M"
    assert read(without, moved) == ["03-02 15:00 16:00", "03-09 14:00 15:00", "03-24 17:00 17:30", "03-30 15:00 16:00"]  # fmt: skip


def test_further_dates_count_too():
    event = "UID:a\nDTSTART:20260303T080000Z\nDURATION:PT1H\nRDATE:20260305T080000Z,20260306T080000Z"
    assert read(event) == ["03-03 09:00 10:00", "03-05 09:00 10:00", "03-06 09:00 10:00"]


@pytest.mark.parametrize(
    "event",
    [
        "UID:a\nDTSTART;VALUE=DATE:20260310",
        "UID:a\nDTSTART:20260310T120000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT",
        "UID:a\nDTSTART:20260310T120000Z\nDURATION:PT1H\nSTATUS:CANCELLED",
        "UID:a\nDTSTART:20260310T120000Z",
        "UID:a\nDTSTART:20260610T120000Z\nDURATION:PT1H",
    ],
    ids=["a whole day", "marked as free", "cancelled", "no length", "another month"],
)
def test_what_takes_no_time_is_left_out(event):
    assert read(event) == []


def test_free_busy_answers_are_read():
    text = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20260310T120000Z/PT1H\r\nFREEBUSY;FBTYPE=FREE:20260311T120000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    (one,) = read_ics(text, "x", zone=BERLIN, **MARCH)
    assert one == Busy(datetime(2026, 3, 10, 13), datetime(2026, 3, 10, 14))


def test_times_that_overlap_are_one_and_are_cut_to_the_days_asked_for():
    events = [
        "UID:a\nDTSTART:20260228T220000Z\nDURATION:PT4H",
        "UID:b\nDTSTART:20260301T010000Z\nDURATION:PT1H",
    ]
    assert read(*events) == ["03-01 00:00 03:00"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("date,mood", "is not a calendar"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260310T12", "ends before the calendar does"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR", "mine.ics"),
        (ics("UID:a\nDTSTART:20260310T120000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY"), "we do not follow"),
        (ics("UID:a\nDTSTART:20260310T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "we do not follow"),
        (ics("UID:a\nDTSTART:20260310T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYSETPOS=5"), "we do not follow"),
        (ics(*["UID:a\nDTSTART:20260310T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"] * (MOST_RULES + 1)), "entries that repeat"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_refused_in_one_sentence(text, says):
    with pytest.raises(InputError, match=says) as refused:
        read_ics(text, "mine.ics", zone=BERLIN, **MARCH)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


WHOLE = ics(WEEKLY, "UID:b\nDTSTART:20260310T120000Z\nDURATION:PT1H")


@given(st.integers(0, len(WHOLE) - len("END:VCALENDAR\r\n")))
def test_a_calendar_that_was_cut_off_is_refused_and_no_time_looks_free_by_mistake(length):
    with pytest.raises(InputError):
        read_ics(WHOLE[:length], "mine.ics", zone=BERLIN, **MARCH)


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_reader(text):
    for tried in (text, ics(text), f"BEGIN:VCALENDAR\r\n{text}\r\nEND:VCALENDAR"):
        with contextlib.suppress(InputError):  # one sentence is fine, anything else is not
            read_ics(tried, "mine.ics", zone=BERLIN, **MARCH)


TIMES = st.lists(
    st.tuples(st.integers(0, 6 * 1440), st.integers(1, 900)).map(
        lambda pair: Busy(
            datetime(2026, 3, 2) + timedelta(minutes=pair[0]),
            datetime(2026, 3, 2) + timedelta(minutes=sum(pair)),
        )
    )
)


def minutes(times) -> set[datetime]:
    return {
        one.start + timedelta(minutes=step)
        for one in times
        for step in range(int((one.end - one.start).total_seconds() // 60))
    }


@given(TIMES)
def test_free_and_taken_times_make_up_the_whole_week(times):
    since, until = date(2026, 3, 2), date(2026, 3, 8)
    week = {datetime(2026, 3, 2) + timedelta(minutes=step) for step in range(7 * 1440)}
    assert minutes(joined(times)) == minutes(times)
    assert minutes(outside(times, since=since, until=until)) == week - minutes(times)


def test_a_time_that_ends_before_it_starts_is_refused():
    with pytest.raises(InputError, match="not after it starts"):
        Busy(datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 9))
    with pytest.raises(InputError, match="without an offset"):
        Busy(datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC))


def test_a_written_plan_is_read_back_by_a_calendar_program():
    start = datetime.combine(date(2026, 3, 2), time(9), BERLIN)
    text = "If it is 09:00, then walk; if not, this is enough.\nÄ, “quoted”."
    data = write_ics([Entry("session-1@here", start, 12, "Walk; slowly, 12 minutes", text)], name="My plan", now=datetime(2026, 3, 1, tzinfo=UTC))  # fmt: skip
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert event["UID"] == "session-1@here"
    assert event["DTSTART"].dt == start
    assert event["DURATION"].dt == timedelta(minutes=12)
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == ("Walk; slowly, 12 minutes", text)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_a_plan_without_sessions_is_still_a_calendar():
    data = write_ics([], name="My plan", now=datetime(2026, 3, 1, tzinfo=UTC))
    assert Calendar.from_ical(data).walk("VEVENT") == []
