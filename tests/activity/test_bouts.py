from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.activity.bouts import Bout, check_not_future, identity, without_overlaps
from ambulando.ground import InputError

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
WALK = Bout("moderate-walk", NOON, 1800)


def at(minutes, length, samples=0):
    return Bout("moderate-walk", NOON + timedelta(minutes=minutes), length * 60, samples=samples)


many = st.lists(st.builds(at, st.integers(0, 300), st.integers(1, 90), st.integers(0, 3)), max_size=25)


def shared(one, other):
    return max(0.0, (min(one.end, other.end) - max(one.start, other.start)).total_seconds())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"activity": "moonwalk"}, "no activity 'moonwalk'"),
        ({"start": datetime(2026, 11, 2)}, "no time zone"),  # noqa: DTZ001 - the naive time is the point
        ({"seconds": 0}, "no length"),
        ({"seconds": float("nan")}, "no length"),
        ({"metres": -1.0}, "metres -1"),
        ({"hr_mean": float("inf")}, "hr_mean inf"),
        ({"effort": 11}, "effort is 11"),
        ({"effort": 2.5}, "effort is 2.5"),
        ({"feeling_before": -6}, "feeling_before is -6"),
        ({"feeling_after": 6}, "feeling_after is 6"),
        ({"feeling_after": 0.5}, "feeling_after is 0.5"),
    ],
)
def test_an_impossible_bout_is_refused_in_one_sentence(change, says):
    with pytest.raises(InputError, match=says) as caught:
        replace(WALK, **change)
    assert str(caught.value).count(". ") == 0


def test_minutes_are_those_in_movement_where_they_are_known():
    assert WALK.minutes == 30
    assert replace(WALK, moving_seconds=600.0).minutes == 10
    assert replace(WALK, moving_seconds=0.0).minutes == 0


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [(0, -1, True), (0, 0, False), (-5, 5, False), (None, -5, False), (5, None, False)],
)
def test_it_felt_worse_only_where_both_were_told(before, after, worse):
    assert replace(WALK, feeling_before=before, feeling_after=after).felt_worse is worse


def test_the_day_is_the_one_on_the_clock_of_the_person():
    late = datetime(2026, 11, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert replace(WALK, start=late).day == date(2026, 11, 2)
    assert late.astimezone(UTC).date() == date(2026, 11, 3)


def test_a_bout_keeps_its_identity_when_its_activity_or_zone_is_corrected():
    moved = replace(WALK, activity="hike", start=NOON.astimezone(timezone(timedelta(hours=9))))
    assert identity(moved) == identity(WALK)
    assert identity(replace(WALK, seconds=1801)) != identity(WALK)
    assert identity(replace(WALK, start=NOON + timedelta(seconds=1))) != identity(WALK)


def test_a_bout_in_the_future_is_refused_and_a_clock_that_runs_ahead_a_little_is_not():
    check_not_future([WALK], WALK.end)
    check_not_future([WALK], WALK.end - timedelta(minutes=9))
    with pytest.raises(InputError, match="2026-11-02 12:00 is in the future"):
        check_not_future([at(-500, 5), WALK], WALK.end - timedelta(minutes=11))


def test_the_same_walk_from_phone_and_watch_counts_once():
    phone, watch = at(0, 32), at(1, 30, samples=900)
    assert without_overlaps([watch, phone]) == (phone,)
    same_length = at(1, 32, samples=900)
    assert without_overlaps([phone, same_length]) == (same_length,)


def test_two_walks_that_touch_a_little_both_count():
    one, two = at(0, 30), at(25, 30)
    assert without_overlaps([two, one]) == (one, two)


def test_a_bout_that_ran_long_does_not_hide_one_after_another_cluster():
    day, inside, after = at(0, 90), at(10, 20), at(200, 20)
    assert without_overlaps([day, inside, after]) == (day, after)


@given(many)
def test_what_stays_no_longer_overlaps_and_covers_what_is_left_out(bouts):
    kept = without_overlaps(bouts)
    for number, one in enumerate(kept):
        for other in kept[number + 1 :]:
            assert shared(one, other) <= 0.5 * min(one.seconds, other.seconds)
    for left_out in bouts:
        assert any(
            left_out is one
            or (
                shared(left_out, one) > 0.5 * min(left_out.seconds, one.seconds)
                and one.minutes >= left_out.minutes
            )
            for one in kept
        )
    assert without_overlaps(kept) == kept
