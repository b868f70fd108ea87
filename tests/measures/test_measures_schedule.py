"""When a questionnaire may be filled in again: across zones, daylight saving, missed turns, skips and pauses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulando.measures.instruments import instrument
from ambulando.measures.schedule import Wish, counted_from, due, early, family, local_day, offered

PHQ_9, PHQ_8, PHQ_2 = (instrument(name) for name in ("phq-9", "phq-8", "phq-2"))
#: asks other questions, looks back a week, and comes once a month
MONTHLY = replace(
    PHQ_2,
    id="monthly",
    items=tuple(replace(item, id=f"monthly-{n}", loinc="") for n, item in enumerate(PHQ_2.items, start=1)),
    recall_days=7,
    every_days=30,
)
FORMS = (PHQ_9, PHQ_8, PHQ_2, MONTHLY)
DAY = date(2026, 6, 8)
AUCKLAND, HONOLULU, LONDON = (
    ZoneInfo(name) for name in ("Pacific/Auckland", "Pacific/Honolulu", "Europe/London")
)


def after(days):
    return DAY + timedelta(days=days)


def names(found):
    return [one.instrument.id for one in found]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, []), (13, []), (14, ["phq-9"]), (20, ["phq-9"]), (21, []), (27, []), (28, ["phq-9"])],
)
def test_the_phq_9_is_due_in_the_first_week_of_each_turn_from_the_fourteenth_local_day_on(days, expected):
    assert names(due(FORMS, {"phq-9": DAY}, {}, after(days))) == expected


@pytest.mark.parametrize(("form", "shown"), [(PHQ_9, 7 * 26), (MONTHLY, 7 * 12)])
def test_who_never_answers_is_asked_in_one_week_of_each_turn_and_left_alone_between(form, shown):
    year = [bool(due(FORMS, {form.id: DAY}, {}, after(days))) for days in range(form.every_days + 12 * 30)]
    assert sum(year) <= shown
    assert all(not all(year[at : at + 8]) for at in range(len(year) - 7)), "never eight days in a row"


def test_a_missed_turn_does_not_pile_up():
    (one,) = due(FORMS, {"phq-9": DAY}, {}, after(100))
    assert one.since == after(14)
    assert not due(FORMS, {"phq-9": after(100)}, {}, after(113))


def test_what_was_never_chosen_is_never_offered():
    assert offered(FORMS, {}, {}, DAY) == ()
    assert names(offered(FORMS, {"monthly": DAY}, {}, DAY)) == ["monthly"]


def test_what_was_switched_on_is_due_at_once_and_what_was_switched_off_never():
    on = {"phq-8": Wish(wanted=True, wanted_on=DAY)}
    assert names(due(FORMS, {}, on, DAY)) == ["phq-8"]
    assert names(due(FORMS, {}, on, after(6))) == ["phq-8"]
    assert due(FORMS, {}, on, after(7)) == (), "who lets it pass is left alone"
    assert names(due(FORMS, {}, on, after(14))) == ["phq-8"]
    assert due(FORMS, {"phq-8": DAY}, {"phq-8": Wish(wanted=False)}, after(99)) == ()


def test_one_that_asks_the_same_questions_counts_for_the_others():
    assert {one.id for one in family(PHQ_2, FORMS)} == {"phq-9", "phq-8", "phq-2"}
    assert not due(FORMS, {"phq-9": DAY, "phq-2": after(10)}, {}, after(20))
    assert names(due(FORMS, {"phq-9": DAY, "phq-2": after(10)}, {}, after(24))) == ["phq-2"]


def test_one_of_a_family_is_offered_and_a_choice_comes_before_habit():
    done = {"phq-9": DAY, "phq-8": after(-30)}
    assert names(due(FORMS, done, {}, after(14))) == ["phq-9"]
    assert names(due(FORMS, done, {"phq-8": Wish(wanted=True)}, after(14))) == ["phq-8"]
    assert due(FORMS, done, {"phq-9": Wish(wanted=False)}, after(14)) == (), "an old habit does not come back"


def test_a_skip_moves_the_next_turn_by_one_interval():
    wishes = {"phq-8": Wish(skipped=after(20))}
    assert not due(FORMS, {"phq-8": DAY}, wishes, after(33))
    assert names(due(FORMS, {"phq-8": DAY}, wishes, after(34))) == ["phq-8"]


def test_a_pause_lasts_until_its_day_and_no_longer():
    wishes = {"phq-8": Wish(paused_until=after(40))}
    (one,) = offered(FORMS, {"phq-8": DAY}, wishes, after(20))
    assert (one.since, one.paused) == (after(40), True)
    assert not due(FORMS, {"phq-8": DAY}, wishes, after(39))
    assert names(due(FORMS, {"phq-8": DAY}, wishes, after(40))) == ["phq-8"]


def test_a_pause_that_is_over_is_no_pause():
    (one,) = offered(FORMS, {"phq-8": DAY}, {"phq-8": Wish(paused_until=after(20))}, after(20))
    assert (one.since, one.paused) == (after(20), False)
    (one,) = offered(FORMS, {"phq-8": DAY}, {"phq-8": Wish(paused_until=after(20))}, after(90))
    assert (one.since, one.paused) == (after(20), False)


def test_a_pause_that_is_over_never_makes_a_turn_come_sooner():
    assert not due(FORMS, {"phq-8": DAY}, {"phq-8": Wish(paused_until=after(3))}, after(13))


def test_the_longest_waiting_comes_first():
    done = {"phq-8": DAY, "monthly": after(-42)}
    assert names(due(FORMS, done, {}, after(20))) == ["monthly", "phq-8"]


def test_the_same_questions_do_not_open_twice_within_the_days_they_look_back_on():
    assert early(PHQ_9, FORMS, {"phq-9": DAY}, after(13)) is not None
    assert early(PHQ_9, FORMS, {"phq-9": DAY}, after(13)).closed
    assert early(PHQ_9, FORMS, {"phq-9": DAY}, after(13)).again == after(14)
    assert early(PHQ_8, FORMS, {"phq-9": DAY}, after(13)).closed, (
        "all of its questions were in the longer form"
    )
    assert early(PHQ_9, FORMS, {"phq-9": DAY}, after(14)) is None
    assert early(PHQ_9, FORMS, {}, DAY) is None


def test_a_longer_form_after_a_shorter_one_is_early_and_stays_open():
    found = early(PHQ_9, FORMS, {"phq-2": DAY}, after(1))
    assert (found.closed, found.last, found.again) == (False, DAY, after(14))


def test_a_form_whose_look_back_is_over_is_early_and_stays_open():
    assert early(MONTHLY, FORMS, {"monthly": DAY}, after(6)).closed
    found = early(MONTHLY, FORMS, {"monthly": DAY}, after(7))
    assert (found.closed, found.again) == (False, after(30))
    assert early(MONTHLY, FORMS, {"monthly": DAY}, after(30)) is None


def test_a_form_without_an_interval_is_never_early_and_never_due():
    free = replace(MONTHLY, every_days=None)
    assert early(free, (free,), {"monthly": DAY}, DAY) is None
    assert offered((free,), {"monthly": DAY}, {}, after(99)) == ()


def test_flying_east_over_the_date_line_does_not_bring_a_turn_forward():
    moment = datetime(2026, 6, 9, 9, 30, tzinfo=UTC)  # 8 June, 23:30 in Honolulu; 9 June in Auckland
    done = {"phq-9": counted_from(local_day(moment, HONOLULU), moment, AUCKLAND)}
    assert not due(FORMS, done, {}, date(2026, 6, 22))
    assert names(due(FORMS, done, {}, date(2026, 6, 23))) == ["phq-9"]


def test_flying_west_does_not_bring_it_forward_either():
    moment = datetime(2026, 6, 8, 13, 0, tzinfo=UTC)  # 9 June, 01:00 in Auckland; 8 June in Honolulu
    assert counted_from(local_day(moment, AUCKLAND), moment, HONOLULU) == date(2026, 6, 9)


def test_what_is_written_down_later_counts_by_its_own_day():
    assert counted_from(DAY, datetime(2026, 8, 1, tzinfo=UTC), LONDON) == DAY


@pytest.mark.parametrize("hour", [0, 1, 2, 3, 22, 23])
@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_night_that_the_clock_changes_in_is_a_day_like_others(night, hour):
    moment = datetime(night.year, night.month, night.day, hour, 30, tzinfo=LONDON)
    kept = counted_from(local_day(moment, LONDON), moment, LONDON)
    before = night + timedelta(days=13)
    assert not due(FORMS, {"phq-9": kept}, {}, before)
    assert due(FORMS, {"phq-9": kept}, {}, before + timedelta(days=1))


ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 20 * 24 * 60),
        st.none() | ZONES,
        st.sampled_from(["nothing", "phq-9", "phq-8", "phq-2", "monthly", "skip", "pause"]),
    ),
    max_size=40,
)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), ZONES, STEPS)  # noqa: DTZ001 - UTC is put in below
def test_nothing_is_due_twice_within_its_interval_whatever_somebody_does_and_wherever_they_fly(
    start, zone, steps
):
    now = start.replace(tzinfo=UTC)
    kept: dict[str, list[tuple[date, datetime]]] = {}
    skips: dict[str, datetime] = {}
    pauses: dict[str, date] = {}
    kin = {one.id: {other.id for other in family(one, FORMS)} for one in FORMS}
    for minutes, flown_to, act in steps:
        now, zone = now + timedelta(minutes=minutes), flown_to or zone
        today = local_day(now, zone)
        done = {
            name: max(counted_from(day, moment, zone) for day, moment in rows) for name, rows in kept.items()
        }
        wishes = {
            name: Wish(
                skipped=local_day(skips[name], zone) if name in skips else None,
                paused_until=pauses.get(name),
            )
            for name in skips.keys() | pauses.keys()
        }
        found = due(FORMS, done, wishes, today)
        assert len({frozenset(kin[one.instrument.id]) for one in found}) == len(found)
        for one in found:
            every = timedelta(days=one.instrument.every_days)
            for name in kin[one.instrument.id]:
                for day, moment in kept.get(name, []):
                    assert today - local_day(moment, zone) >= every, "by the calendar of here"
                    assert today - day >= every, "by the calendar of then"
                    assert now - moment > every - timedelta(days=1, hours=2), "by the clock"
                assert name not in skips or today - local_day(skips[name], zone) >= every
                assert name not in pauses or today >= pauses[name]
        if act in kin:
            kept.setdefault(act, []).append((today, now))
        elif found and act == "skip":
            skips[found[0].instrument.id] = now
        elif found and act == "pause":
            pauses[found[0].instrument.id] = today + timedelta(days=28)


@given(st.dates(), st.dates(), st.none() | st.dates(), st.none() | st.dates(), st.sampled_from(FORMS))
def test_every_day_of_the_calendar_has_an_answer(last, today, skipped, paused, form):
    wishes = {form.id: Wish(skipped=skipped, paused_until=paused)}
    (one,) = offered(FORMS, {form.id: last}, wishes, today)
    shown = one in due(FORMS, {form.id: last}, wishes, today)
    assert shown == (one.since <= today and (today - one.since).days % form.every_days < 7)
    assert not one.paused or one.since > today
    found = early(form, FORMS, {form.id: last}, today)
    assert found is None or found.again > today
