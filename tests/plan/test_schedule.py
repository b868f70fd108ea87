"""Where a week has room: windows, calendars, safe hours, the heat of the day."""

import itertools
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import BUSY, PROFILES, TODAY

from ambulando.plan.calendar import Busy
from ambulando.plan.schedule import openings
from ambulando.safety.limits import Limits
from ambulando.safety.profile import DAYS, Window, profile_from

WEEK = [TODAY + timedelta(days=ahead) for ahead in range(7)]


def room(sessions=3, minutes=10, limits=None, early=False, busy=(), now=None, days=WEEK, **told):
    return openings(
        profile_from(told),
        limits or Limits(),
        days=days,
        sessions=sessions,
        minutes=minutes,
        early=early,
        busy=busy,
        now=now and datetime.combine(TODAY, now),
    )


def taken(day, start, end):
    midnight = datetime.combine(TODAY + timedelta(days=day), time())
    return Busy(midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))


def window(day, start, end):
    return {"day": day, "from": start, "to": end}


def firsts(found):
    return [part[0] for part in found.parts]


def test_without_windows_sessions_are_in_the_morning_of_any_day():
    found = room(2)
    assert not found.asked
    assert list(found.days) == WEEK
    assert {slot.time for part in found.parts for slot in part} == {time(10)}


def test_windows_are_kept_to_the_minute():
    found = room(2, 20, windows=[window("tuesday", "18:30", "18:50"), window("friday", "07:15", "09:00")])
    assert found.asked
    assert [(slot.day.weekday(), slot.time, slot.minutes) for slot in firsts(found)] == [
        (1, time(18, 30), 20),
        (4, time(7, 15), 105),
    ]


def test_a_long_window_gives_its_start_its_middle_and_its_end():
    (part,) = room(1, 20, windows=[window("monday", "09:00", "17:00")]).parts
    assert [slot.time for slot in part] == [time(9), time(12, 45), time(16, 30)]
    assert all(slot.time.hour * 60 + slot.time.minute + slot.minutes == 17 * 60 for slot in part)


def test_a_session_ends_before_the_latest_hour():
    found = room(2, 20, Limits(latest_hour=18), windows=[window("monday", "17:30", "20:00")])
    assert [(slot.time, slot.minutes) for slot in firsts(found)] == [(time(17, 30), 30)]


def test_windows_that_safety_closes_leave_mornings():
    found = room(2, 20, Limits(latest_hour=18), windows=[window("monday", "19:00", "20:00")])
    assert not found.asked
    assert {slot.time for slot in firsts(found)} == {time(10)}


def test_one_day_a_week_holds_two_sessions_where_it_has_room():
    found = room(2, 20, windows=[window("monday", "09:00", "12:00")])
    assert [(slot.time, slot.minutes) for slot in firsts(found)] == [(time(9), 20), (time(11, 40), 20)]
    assert len(room(2, 20, windows=[window("monday", "09:00", "09:45")]).parts) == 1


def test_cool_hours_come_first_for_who_heat_is_not_for():
    both = [
        window("monday", "13:00", "14:00"),
        window("monday", "18:00", "19:00"),
        window("thursday", "12:00", "13:00"),
    ]
    found = room(2, 20, Limits(no_heat=True), windows=both)
    assert [(slot.time, slot.hot) for part in found.parts for slot in part] == [
        (time(18), False),
        (time(12), True),
    ]


def test_days_without_room_are_left_out_where_there_are_enough_others():
    short = [
        window("monday", "09:00", "09:05"),
        *(window(day, "09:00", "10:00") for day in ("tuesday", "friday")),
    ]
    assert [day.weekday() for day in room(2, 20, windows=short).days] == [1, 4]
    assert len(room(3, 20, windows=short).days) == 3


def test_what_is_taken_in_a_calendar_is_left_free():
    free = room(1, 20, windows=[window("monday", "09:00", "10:00")], busy=[taken(0, 9 * 60, 9 * 60 + 25)])
    assert [(slot.time, slot.minutes) for slot in firsts(free)] == [(time(9, 25), 35)]
    full = room(1, 20, windows=[window("monday", "09:00", "10:00")], busy=[taken(0, 8 * 60, 11 * 60)])
    assert not full.asked


def test_seconds_of_a_calendar_are_rounded_away_from_what_is_taken():
    midnight = datetime.combine(TODAY, time())
    odd = Busy(midnight.replace(hour=9, second=30), midnight.replace(hour=9, minute=20, second=1))
    found = room(1, 20, windows=[window("monday", "08:59", "10:00")], busy=[odd])
    assert [slot.time for slot in firsts(found)] == [time(9, 21)]


def test_without_windows_a_busy_morning_gives_the_free_hour_next_to_it():
    busy = [taken(day, 9 * 60, 12 * 60) for day in range(7)]
    assert {slot.time for slot in firsts(room(2, busy=busy))} == {time(8)}


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (time(8, 59), time(10)),
        (time(10), time(10, 15)),
        (time(15, 7), time(15, 15)),
        (time(15, 15), time(15, 30)),
        (time(21, 50), time(22)),
    ],
)
def test_today_begins_at_the_next_quarter_of_an_hour_that_is_still_to_come(now, begins):
    found = room(now=now)
    assert (found.days[0], found.parts[0][0].time) == (TODAY, begins)
    assert {slot.time for part in found.parts[1:] for slot in part} == {time(10)}


def test_a_window_of_today_that_is_over_leaves_the_other_days():
    monday, thursday = window("monday", "09:00", "12:00"), window("thursday", "09:00", "12:00")
    found = room(1, now=time(13), windows=[monday, thursday])
    assert [day.weekday() for day in found.days] == [3]
    found = room(1, now=time(10, 20), windows=[monday, thursday])
    assert found.parts[0][0].time == time(10, 30)


def test_on_the_last_day_a_window_that_is_over_leaves_the_next_possible_time():
    found = room(1, now=time(18, 20), days=WEEK[:1], windows=[window("monday", "09:00", "12:00")])
    assert not found.asked
    assert [slot.time for slot in firsts(found)] == [time(18, 30)]


def test_when_the_last_day_is_nearly_over_it_has_no_room():
    assert room(1, now=time(23, 50), days=WEEK[:1]).parts == ()
    late = room(1, now=time(21, 5), days=WEEK[:1], limits=Limits(latest_hour=21))
    assert late.parts == ()


def test_a_group_that_has_begun_is_not_joined_any_more():
    meets = Window("monday", time(15), time(16))
    for now, there in ((time(14, 30), True), (time(15, 5), False)):
        found = openings(
            profile_from({}),
            Limits(),
            days=WEEK,
            sessions=1,
            minutes=10,
            meetings=[meets],
            now=datetime.combine(TODAY, now),
        )
        assert any(slot.meets for part in found.parts for slot in part) == there


def test_a_week_that_is_taken_as_a_whole_has_no_room():
    assert room(2, busy=[taken(0, 0, 7 * 24 * 60)]).parts == ()


@given(
    PROFILES,
    BUSY,
    st.integers(1, 4),
    st.integers(2, 60),
    st.sampled_from([None, 12, 18, 20]),
    st.booleans(),
    st.booleans(),
)
def test_every_slot_lies_in_a_window_beside_what_is_taken(
    profile, busy, sessions, minutes, latest, hot, early
):
    limits = Limits(earliest_hour=None if latest is None else 5, latest_hour=latest, no_heat=hot)
    found = openings(profile, limits, days=WEEK, sessions=sessions, minutes=minutes, early=early, busy=busy)
    assert found.parts or busy
    assert len(found.parts) <= max(7, sessions)
    for part in found.parts:
        assert part
        for slot in part:
            start = slot.time.hour * 60 + slot.time.minute
            end = start + slot.minutes
            assert slot.day in WEEK
            assert slot.minutes >= 2
            assert latest is None or 5 * 60 <= start <= end <= latest * 60
            moment = datetime.combine(slot.day, slot.time)
            assert not any(
                one.start < moment + timedelta(minutes=slot.minutes) and moment < one.end for one in busy
            )
            if found.asked:
                assert any(
                    one.day == DAYS[slot.day.weekday()]
                    and one.start <= slot.time
                    and end <= one.end.hour * 60 + one.end.minute
                    for one in profile.windows
                )
    if len(set(found.days)) < len(found.days):  # two on one day
        ends = [
            (slot.time.hour * 60 + slot.time.minute, slot.minutes) for part in found.parts for slot in part
        ]
        assert all(a + length <= b for (a, length), (b, _) in itertools.pairwise(ends))


@pytest.mark.parametrize("early", [False, True])
def test_poor_sleep_moves_sessions_to_the_first_window_of_the_day(early):
    both = [window("monday", "18:00", "19:00"), window("monday", "08:00", "08:20")]
    found = room(1, 10, early=early, windows=both)
    assert found.parts[0][0].time == time(8)
    assert (len(found.parts[0]) == 1) == early
