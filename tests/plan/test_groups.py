"""What somebody leads is planned for when a group that is known meets, and is only named where none is known."""

from datetime import date, datetime, time
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from plan_people import BOUTS, BUSY, PROFILES, TODAY

from ambulando.activity.catalogue import catalogue
from ambulando.plan.calendar import Busy
from ambulando.plan.candidates import waits
from ambulando.plan.places import Place
from ambulando.plan.rules import number
from ambulando.plan.today import swap
from ambulando.plan.week import make
from ambulando.safety.profile import DAYS, Window, profile_from

WALKERS = Place(
    id="g",
    name="Harbour Walkers",
    kind="walking-group",
    days=(Window("tuesday", time(10), time(11)),),
    company="together",
    activities=("walking",),
)
EVENING = Place(
    id="e",
    name="Evening Yoga",
    kind="class",
    days=(Window("thursday", time(18), time(19)),),
    company="together",
    activities=("yoga", "dance"),
)
TUESDAY = date(2026, 6, 9)
TOLD = {"likes": ["walking"], "company": "either", "active": {"days": 3, "minutes": 25}}


def week(told, **more):
    return make(profile_from(told), today=TODAY, rng=Random(1), **more)


def windows(*days, start="09:00", end="12:00"):
    return [{"day": day, "from": start, "to": end} for day in days]


def led(plan):
    return [one for one in plan.week if catalogue()[one.activity].supervised]


def test_nobody_is_sent_to_a_group_that_nobody_knows_of():
    for company in ("either", "together"):
        for seed in range(10):
            plan = make(profile_from(TOLD | {"company": company}), today=TODAY, rng=Random(seed))
            assert not led(plan)


def test_the_choice_with_a_leader_is_named_with_where_a_group_can_be_added():
    plan = week({})
    assert not led(plan)
    assert catalogue()[plan.trace["group"]].supervised
    assert "If you would like company this week" in str(plan.message)
    assert "you can add it under Places and groups" in str(plan.message)


def test_a_group_within_the_windows_is_met_when_it_meets():
    for told in (TOLD, TOLD | {"windows": windows(*DAYS[:5])}, TOLD | {"windows": windows(*DAYS)}):
        plan = week(told, places=[WALKERS])
        (session,) = led(plan)
        assert (session.day, session.time) == (TUESDAY, time(10))
        assert session.trace["place"]["name"] == "Harbour Walkers"
        assert "Places and groups" not in str(plan.message)


def test_a_group_outside_the_windows_or_while_something_else_is_on_is_not():
    assert not led(week(TOLD | {"windows": windows("monday", "wednesday")}, places=[WALKERS]))
    later = TOLD | {"windows": windows(*DAYS, start="13:00", end="15:00")}
    assert not led(week(later, places=[WALKERS]))
    taken = Busy(datetime.combine(TUESDAY, time(9, 30)), datetime.combine(TUESDAY, time(12)))
    assert not led(week(TOLD, places=[WALKERS], busy=[taken]))


def test_who_goes_to_classes_or_named_one_may_have_it_at_any_time():
    assert led(week({"likes": ["health-walk"]}))
    assert led(week({"likes": ["yoga"], "places": ["class"], "company": "together", "money": 3}))


def test_the_time_of_a_group_is_for_that_group_alone():
    plan = week({"likes": ["dance"], "active": {"days": 4, "minutes": 30}}, places=[EVENING])
    for session in plan.week:
        assert session.time.hour < 12 or catalogue()[session.activity].supervised


@given(PROFILES, BOUTS, st.just([]) | BUSY, st.integers(0, 2**32))
def test_what_is_led_is_named_by_the_person_or_has_its_place(profile, bouts, busy, seed):
    places = [WALKERS, EVENING]
    plan = make(profile, today=TODAY, rng=Random(seed), bouts=bouts, busy=busy, places=places)
    for session in plan.week:
        other = swap(session, profile, today=TODAY, rng=Random(seed), bouts=bouts, places=places)
        for one in (session, other):
            if waits(catalogue()[one.activity], profile):
                assert one.trace["place"]["name"] in (WALKERS.name, EVENING.name)
                meets = {1: 10 * 60, 3: 18 * 60}[one.day.weekday()]
                assert 0 <= meets - (one.time.hour * 60 + one.time.minute) <= number("place", "early")
