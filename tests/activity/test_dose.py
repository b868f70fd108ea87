from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import activity, catalogue
from ambulando.activity.dose import Dose, dose_of, monday, weekly
from ambulando.ground import InputError

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_the_dose_is_minutes_times_met_and_what_is_above_rest():
    brisk = Bout("brisk-walk", MONDAY, 3600)  # 4.3 MET
    stretch = Bout("bed-stretch", MONDAY + timedelta(days=1), 600)  # 2.3 MET
    dose = dose_of([brisk, stretch])
    assert dose.bouts == 2
    assert dose.minutes == pytest.approx(70)
    assert dose.met_minutes == pytest.approx(4.3 * 60 + 2.3 * 10)
    assert dose.marginal_met_hours == pytest.approx(3.3 + 1.3 / 6)


def test_two_and_a_half_hours_of_steady_walking_are_what_the_dose_curve_calls_the_guideline():
    """8.75 marginal MET-hours are 2.5 hours at 3.5 marginal MET; a steady walk (3.5 MET) gives 6.25, a hike 12.5."""
    assert dose_of([Bout("moderate-walk", MONDAY, 2.5 * 3600)]).marginal_met_hours == pytest.approx(6.25)
    assert dose_of([Bout("hike", MONDAY, 2.5 * 3600)]).marginal_met_hours == pytest.approx(12.5)


def test_nothing_done_is_a_dose_of_nothing():
    assert dose_of([]) == Dose(0, 0, 0, 0)


def test_the_same_walk_recorded_twice_is_counted_once():
    watch = Bout("brisk-walk", MONDAY, 1800, samples=1800)
    assert dose_of([watch, replace(watch, samples=0)]) == dose_of([watch])


@given(st.lists(st.tuples(st.sampled_from(sorted(catalogue())), st.floats(1, 20_000)), max_size=12))
def test_the_dose_adds_up(parts):
    bouts = [Bout(name, MONDAY + timedelta(days=i), seconds) for i, (name, seconds) in enumerate(parts)]
    whole = dose_of(bouts)
    singles = [dose_of([bout]) for bout in bouts]
    for key in ("minutes", "met_minutes", "marginal_met_hours", "bouts"):
        assert getattr(whole, key) == pytest.approx(sum(getattr(one, key) for one in singles))
    assert whole.marginal_met_hours == pytest.approx((whole.met_minutes - whole.minutes) / 60)


def test_weeks_are_iso_weeks_on_the_clock_of_the_person():
    west = timezone(timedelta(hours=-8))
    sunday_night = Bout("easy-walk", datetime(2026, 11, 8, 22, tzinfo=west), 600)  # Monday in UTC
    weeks = weekly([sunday_night], date(2026, 11, 11), weeks=2)
    assert [week.start for week in weeks] == [date(2026, 11, 2), date(2026, 11, 9)]
    assert [week.dose.bouts for week in weeks] == [1, 0]


def test_weeks_without_anything_are_there_and_a_year_boundary_is_no_border():
    first = Bout("easy-walk", datetime(2026, 12, 30, 9, tzinfo=UTC), 600)
    weeks = weekly([first], date(2027, 1, 20))
    assert [week.start for week in weeks] == [date(2026, 12, 28) + timedelta(weeks=n) for n in range(4)]
    assert [week.dose.minutes for week in weeks] == [10, 0, 0, 0]
    assert weekly([], date(2027, 1, 20))[0].start == monday(date(2027, 1, 20))


def test_each_week_tells_its_modalities_and_can_be_encoded():
    bouts = [Bout("easy-walk", MONDAY, 600), Bout("hatha-yoga", MONDAY + timedelta(hours=3), 1200)]
    (week,) = weekly(bouts, MONDAY.date())
    assert {name: dose.minutes for name, dose in week.by_modality.items()} == {"walking": 10, "yoga": 20}
    assert asdict(week)["by_modality"]["yoga"]["met_minutes"] == pytest.approx(
        20 * activity("hatha-yoga").met
    )


def test_bouts_outside_the_weeks_are_left_out():
    old = Bout("easy-walk", MONDAY - timedelta(weeks=10), 600)
    late = Bout("easy-walk", MONDAY + timedelta(weeks=1), 600)
    assert [week.dose.bouts for week in weekly([old, late], MONDAY.date(), weeks=3)] == [0, 0, 0]
    with pytest.raises(InputError, match="at least one"):
        weekly([], MONDAY.date(), weeks=0)
