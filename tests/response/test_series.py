"""Reading a person's days: what is a gap, what is a zero, and what is refused in one sentence."""

import math
from datetime import date

import pytest

from ambulando.ground import InputError
from ambulando.response.series import Series, from_days, read_csv

TODAY = date(2026, 3, 31)


def read(text: str) -> Series:
    return read_csv(text, "days.csv", today=TODAY)


def test_a_csv_becomes_days_in_a_row_whatever_the_order_of_its_rows():
    series = read("date,mood,minutes_walking,note\n2026-03-04,6,20,sun\n2026-03-01,4.5,0,rain\n")
    assert series.start == date(2026, 3, 1)
    assert series.mood == (4.5, None, None, 6.0)
    assert series.days == 2
    assert series.morning is None
    assert series.randomised is None


def test_a_day_without_a_row_is_a_gap_and_empty_minutes_on_a_recorded_day_are_zero():
    series = read("date,mood,minutes_walking,minutes_yoga\n2026-03-01,5,,10\n2026-03-03,,25,\n")
    walking, yoga = series.minutes["walking"], series.minutes["yoga"]
    assert (walking[0], walking[2], yoga[0], yoga[2]) == (0.0, 25.0, 10.0, 0.0)
    assert math.isnan(walking[1])
    assert math.isnan(yoga[1])
    assert series.mood == (5.0, None, None)


def test_the_optional_columns_are_read_with_their_gaps():
    series = read(
        "date,mood,minutes_walking,morning,sleep,phq9,randomised\n2026-03-01,5,0,4,6,14,1\n2026-03-02,5,0,,,,0\n2026-03-03,5,0,3,2,,\n"
    )
    assert series.morning == (4.0, None, 3.0)
    assert series.sleep == (6.0, None, 2.0)
    assert series.phq9 == (14, None, None)
    assert series.randomised == (True, False, None)


def test_energy_stress_illness_and_medicine_are_read_where_they_are_noted():
    series = read(
        "date,mood,minutes_walking,energy,stress,ill,medicine_changed\n2026-03-01,5,0,4,6,1,\n2026-03-03,5,0,,,0,1\n"
    )
    assert series.energy == (4.0, None, None)
    assert series.stress == (6.0, None, None)
    assert series.ill == (True, None, False)
    assert series.medicine_changed == (None, None, True)
    assert read("date,mood,minutes_walking\n2026-03-01,5,0\n").ill is None
    days = from_days(
        today=TODAY, moods={}, bouts=[], energy={date(2026, 3, 1): 3.0}, stress={date(2026, 3, 2): 8.0},
        ill={date(2026, 3, 2): True}, medicine_changed={date(2026, 3, 4): True},
    )  # fmt: skip
    assert (days.energy, days.stress) == ((3.0, None, None, None), (None, 8.0, None, None))
    assert (days.ill, days.medicine_changed) == ((None, True, None, None), (None, None, None, True))


def test_what_is_rated_has_more_for_better_and_sleep_is_that_of_the_night_after():
    series = Series(
        TODAY, (5.0, None, 6.0), {"walking": (0.0, math.nan, 10.0)},
        energy=(1.0, 2.0, 3.0), stress=(8.0, None, 1.0), sleep=(7.0, 4.0, 9.0),
    )  # fmt: skip
    assert series.rated("mood") == (5.0, None, 6.0)
    assert series.rated("energy") == (1.0, None, 3.0), "what was done that day is not known"
    assert series.rated("stress") == (2.0, None, 9.0)
    assert series.rated("sleep") == (4.0, None, None)
    assert Series(TODAY, (5.0,), {}).rated("energy") == (None,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,minutes_walking\n2026-03-01,10\n", "no column 'mood'"),
        ("mood,minutes_walking\n5,10\n", "no column 'date'"),
        ("date,mood\n2026-03-01,5\n", "no column of minutes"),
        ("date,mood,minutes_hopping\n2026-03-01,5,10\n", "'minutes_hopping', which is not known"),
        ("date,mood,minutes_hopping\n", "'minutes_hopping', which is not known"),
        ("date,mood,minutes_walking\n", "has no days"),
        ("date,mood,minutes_walking\n2026-03-01,11,10\n", "Row 2 of days.csv has the mood '11'"),
        ("date,mood,minutes_walking\n2026-03-01,-1,10\n", "the mood '-1'"),
        ("date,mood,minutes_walking\n2026-03-01,nan,10\n", "the mood 'nan'"),
        ("date,mood,minutes_walking\n2026-03-01,fine,10\n", "the mood 'fine'"),
        ("date,mood,minutes_walking\n2026-03-01,5,-10\n", "the minutes_walking '-10'"),
        ("date,mood,minutes_walking\n2026-03-01,5,2000\n", "from 0 to 1440"),
        ("date,mood,minutes_walking\n01.03.2026,5,10\n", "the date '01.03.2026'"),
        ("date,mood,minutes_walking\n2026-02-30,5,10\n", "Row 2 of days.csv has the date '2026-02-30'"),
        ("date,mood,minutes_walking\n2026-03-01,5,1\n2026-03-01,6,1\n", "Row 3 of days.csv has the date 2026-03-01, which row 2"),
        ("date,mood,minutes_walking\n2026-04-01,5,10\n", "in the future"),
        ("date,mood,minutes_walking\n1926-03-01,5,10\n2026-03-01,5,10\n", "more than ten years"),
        ("date,mood,minutes_walking,phq9\n2026-03-01,5,10,28\n", "the phq9 '28'"),
        ("date,mood,minutes_walking,phq9\n2026-03-01,5,10,9.5\n", "the whole total"),
        ("date,mood,minutes_walking,randomised\n2026-03-01,5,10,yes\n", "the randomised 'yes'"),
        ("date,mood,minutes_walking,ill\n2026-03-01,5,10,2\n", "the ill '2'. Please write 1 for a day of being ill"),
        ("date,mood,minutes_walking,medicine_changed\n2026-03-01,5,10,no\n", "1 for a day of a change of medicine"),
        ("date,mood,minutes_walking,energy\n2026-03-01,5,10,11\n", "the energy '11'"),
        ("date,mood,minutes_walking\n2026-03-01,5\n", "Row 2 of days.csv has 2 cells"),
        ("date;mood;minutes_walking\n2026-03-01;5;10\n", "semicolons between its cells"),
        ("date\tmood\tminutes_walking\n2026-03-01\t5\t10\n", "tabs between its cells"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_in_one_sentence_with_its_place(text: str, said: str):
    with pytest.raises(InputError, match=r"days\.csv") as error:
        read(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_date_ahead_is_only_refused_when_today_is_told():
    text = "date,mood,minutes_walking\n2031-04-01,5,10\n"
    assert read_csv(text, "days.csv").days == 1


def test_check_ins_and_bouts_make_a_series_in_which_silence_is_a_gap():
    series = from_days(
        today=TODAY,
        moods={date(2026, 3, 1): 5, date(2026, 3, 4): 6},
        bouts=[
            (date(2026, 3, 2), "walking", 10.0),
            (date(2026, 3, 2), "walking", 15.0),
            (date(2026, 3, 4), "yoga", 20),
        ],
        phq9={date(2026, 3, 5): 12},
    )
    assert series.mood == (5, None, None, 6, None)
    assert series.minutes["walking"][:2] == (0.0, 25.0)
    assert series.minutes["yoga"][3] == 20.0
    assert math.isnan(series.minutes["walking"][2])
    assert math.isnan(series.minutes["walking"][4]), (
        "an assessment alone does not tell what was done that day"
    )
    assert series.phq9 == (None, None, None, None, 12)


def test_a_journal_with_nothing_in_it_is_a_series_without_days():
    series = from_days(today=TODAY, moods={}, bouts=[])
    assert (series.start, series.mood, dict(series.minutes)) == (TODAY, (), {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"moods": {date(2026, 4, 1): 5}, "bouts": []}, "in the future"),
        ({"moods": {date(2026, 3, 1): 12}, "bouts": []}, "The check-in of 2026-03-01 has the mood '12'"),
        ({"moods": {}, "bouts": [(date(2026, 3, 1), "hopping", 5.0)]}, "'hopping', which is not known"),
        ({"moods": {}, "bouts": [(date(2026, 3, 1), "walking", -5.0)]}, "the minutes '-5.0'"),
        ({"moods": {}, "bouts": [], "phq9": {date(2026, 3, 1): 30}}, "the phq9 '30'"),
    ],
)
def test_plain_values_are_checked_like_a_file(given, said):
    with pytest.raises(InputError) as error:
        from_days(today=TODAY, **given)
    assert said in str(error.value)


def test_a_series_of_unequal_lengths_or_without_minutes_on_a_rated_day_is_refused():
    with pytest.raises(InputError, match="2 days of mood and 1 of minutes_walking"):
        Series(TODAY, (5.0, None), {"walking": (0.0,)})
    with pytest.raises(InputError, match="no minutes of walking on 2026-03-31"):
        Series(TODAY, (5.0,), {"walking": (math.nan,)})
