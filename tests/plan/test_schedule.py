"""Days and times of a week."""

import itertools
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, PROFILES, TODAY, bout

from ambulando.plan.schedule import schedule
from ambulando.plan.standing import standing
from ambulando.safety.limits import Limits
from ambulando.safety.profile import DAYS, profile_from


def places(sessions=3, minutes=10, limits=None, bouts=(), early=False, **told):
    profile = profile_from(told)
    state = standing(profile, today=TODAY, bouts=bouts)
    return schedule(profile, state, limits or Limits(), sessions=sessions, minutes=minutes, early=early)


def window(day, start, end):
    return {"day": day, "from": start, "to": end}


def test_sessions_have_rest_days_between_them():
    days = [slot.day for slot in places(3).slots]
    assert len(days) == 3
    assert all((later - earlier).days >= 2 for earlier, later in itertools.pairwise(days))


def test_the_day_after_a_session_is_left_free_where_there_is_choice():
    assert places(2, bouts=[bout("easy-walk", 0, 20)]).slots[0].day >= TODAY + timedelta(days=2)


def test_without_windows_sessions_are_in_the_morning():
    found = places(2)
    assert not found.asked
    assert {slot.time for slot in found.slots} == {time(10)}


def test_windows_are_kept_to_the_minute():
    found = places(2, 20, windows=[window("tuesday", "18:30", "18:50"), window("friday", "07:15", "09:00")])
    assert found.asked
    assert [(slot.day.weekday(), slot.time, slot.minutes) for slot in found.slots] == [
        (1, time(18, 30), 20),
        (4, time(7, 15), 105),
    ]


def test_a_session_ends_before_the_latest_hour():
    found = places(2, 20, Limits(latest_hour=18), windows=[window("monday", "17:30", "20:00")])
    assert [(slot.time, slot.minutes) for slot in found.slots] == [(time(17, 30), 30)]


def test_windows_that_safety_closes_leave_mornings():
    found = places(2, 20, Limits(latest_hour=18), windows=[window("monday", "19:00", "20:00")])
    assert not found.asked
    assert {slot.time for slot in found.slots} == {time(10)}


def test_one_day_a_week_holds_two_sessions_where_it_has_room():
    found = places(2, 20, windows=[window("monday", "09:00", "12:00")])
    assert [(slot.time, slot.minutes) for slot in found.slots] == [(time(9), 20), (time(11, 40), 20)]
    assert len(places(2, 20, windows=[window("monday", "09:00", "09:45")]).slots) == 1


def test_cool_hours_come_first_for_who_heat_is_not_for():
    both = [
        window("monday", "13:00", "14:00"),
        window("monday", "18:00", "19:00"),
        window("thursday", "12:00", "13:00"),
    ]
    found = places(2, 20, Limits(no_heat=True), windows=both)
    assert [(slot.time, slot.hot) for slot in found.slots] == [(time(18), False), (time(12), True)]


@given(
    PROFILES, BOUTS, st.integers(1, 4), st.integers(2, 60), st.sampled_from([None, 12, 18, 20]), st.booleans()
)
def test_every_place_lies_in_a_window_and_no_two_overlap(profile, bouts, sessions, minutes, latest, early):
    state = standing(profile, today=TODAY, bouts=bouts)
    limits = Limits(earliest_hour=None if latest is None else 5, latest_hour=latest)
    found = schedule(profile, state, limits, sessions=sessions, minutes=minutes, early=early)
    assert 1 <= len(found.slots) <= sessions
    ends = []
    for slot in found.slots:
        start = slot.time.hour * 60 + slot.time.minute
        end = start + slot.minutes
        ends.append(((slot.day, start), (slot.day, end)))
        assert TODAY <= slot.day < TODAY + timedelta(days=7)
        assert slot.minutes >= 2
        assert latest is None or 5 * 60 <= start <= end <= latest * 60
        if found.asked:
            assert any(
                one.day == DAYS[slot.day.weekday()]
                and one.start <= slot.time
                and end <= one.end.hour * 60 + one.end.minute
                for one in profile.windows
            )
    for (_, end), (start, _) in itertools.pairwise(ends):
        assert end <= start


@pytest.mark.parametrize("early", [False, True])
def test_poor_sleep_moves_sessions_to_the_first_window_of_the_day(early):
    both = [window("monday", "18:00", "19:00"), window("monday", "08:00", "08:20")]
    found = places(1, 10, early=early, windows=both)
    assert found.slots[0].time == time(8)
