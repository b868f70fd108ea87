"""What was offered on days gone by and what became of it: the rows that the chance of doing is learned from."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ambulando.web.journal.models import CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans import inputs, outcomes
from ambulando.web.plans.models import Pause, Session, Week

TODAY = date(2026, 6, 10)
LONG_AGO = TODAY - timedelta(days=60)


def week(person: Person, ago: int, **fields: Any) -> Week:
    made = Week.objects.create(
        **{
            "person": person,
            "starts": TODAY - timedelta(days=ago),
            "outcome": "full",
            "message": {},
            "seed": 1,
        }
        | fields
    )
    at = timezone.make_aware(datetime.combine(made.starts, time(7)))
    Week.objects.filter(pk=made.pk).update(made_at=at)
    return made


def planned(of: Week, ago: int, state: str = Session.PLANNED, **fields: Any) -> Session:
    return Session.objects.create(
        **{
            "week": of, "person": of.person, "day": TODAY - timedelta(days=ago), "time": time(9),
            "activity": "easy-walk", "minutes": 10, "intensity": "light", "content": {"trace": {}},
            "state": state,
        }
        | fields
    )  # fmt: skip


def told(person: Person, ago: int, part: str = CheckIn.MORNING, **fields: Any) -> None:
    CheckIn.objects.create(person=person, day=TODAY - timedelta(days=ago), part=part, **fields)


def became(person: Person) -> list[tuple[int, bool]]:
    """How many days ago, and whether it was done."""
    return [((TODAY - one.day).days, one.done) for one in outcomes.offered(person, LONG_AGO, TODAY)]


def test_done_counts_as_done_and_what_was_left_or_not_the_day_as_not(ada: Person) -> None:
    of = week(ada, 6)
    planned(of, 5, Session.DONE)
    planned(of, 3)
    planned(of, 1, Session.NOT_TODAY)
    assert became(ada) == [(5, True), (3, False), (1, False)]


def test_it_says_what_was_offered_and_in_what_weather(ada: Person) -> None:
    planned(week(ada, 6), 5, content={"trace": {"weather": ["rain"]}}, time=time(18, 30), minutes=7)
    (one,) = outcomes.offered(ada, LONG_AGO, TODAY)
    assert (one.activity, one.minutes, one.at, one.weather) == ("easy-walk", 7, time(18, 30), ("rain",))


def test_today_and_the_days_to_come_are_still_open(ada: Person) -> None:
    of = week(ada, 2)
    planned(of, 0)
    planned(of, -2)
    assert became(ada) == []


def test_what_was_replaced_or_begun_and_never_closed_says_nothing(ada: Person) -> None:
    of = week(ada, 6)
    first = planned(of, 4, Session.REPLACED)
    planned(of, 4, Session.DONE, instead_of=first, minutes=5)
    planned(of, 2, Session.STARTED)
    assert became(ada) == [(4, True)]


def test_of_a_week_that_was_made_anew_only_what_lay_before_counts_and_what_was_done(ada: Person) -> None:
    old = week(ada, 6, current=False)
    planned(old, 5)
    planned(old, 2)
    planned(week(ada, 3), 2, Session.DONE)
    assert became(ada) == [(5, False), (2, True)]


def test_weeks_that_safety_held_do_not_count(ada: Person) -> None:
    planned(week(ada, 6, outcome="hold"), 4)
    assert became(ada) == []


def test_days_of_illness_of_a_flare_and_of_a_pause_cost_nothing(ada: Person) -> None:
    of = week(ada, 6)
    for ago in (5, 4, 3, 2):
        planned(of, ago)
    told(ada, 5, ill=True)
    ada.flare_on = TODAY - timedelta(days=4)
    Pause.objects.create(person=ada, starts=TODAY - timedelta(days=3), ends=TODAY - timedelta(days=2))
    assert became(ada) == [(2, False)]
    planned(of, 1, Session.NOT_TODAY, why=Session.ILL)
    assert became(ada) == [(2, False)]


def test_what_was_done_on_such_a_day_still_counts(ada: Person) -> None:
    planned(week(ada, 6), 5, Session.DONE)
    told(ada, 5, ill=True)
    assert became(ada) == [(5, True)]


def test_a_day_of_rest_that_a_draw_decided_does_not_count(ada: Person) -> None:
    from ambulando.web.comparisons.models import Draw

    session = planned(week(ada, 6), 5, Session.NOT_TODAY)
    comparison = _comparison(ada)
    draw = Draw.objects.create(
        comparison=comparison, day=session.day, block=0, option="rest", probability=0.5, state=Draw.DONE,
        session=session,
    )  # fmt: skip
    assert became(ada) == []
    Draw.objects.filter(pk=draw.pk).update(state=Draw.NOT_TODAY)
    assert became(ada) == [(5, False)]


def _comparison(person: Person) -> Any:
    from ambulando.web.comparisons.models import Comparison

    needed = {
        field.name: {"DateField": TODAY, "JSONField": {}, "CharField": "x"}.get(field.get_internal_type(), 1)
        for field in Comparison._meta.fields
        if not (field.has_default() or field.null or field.primary_key or field.is_relation)
    }
    return Comparison.objects.create(person=person, **needed)


def test_mood_and_energy_are_those_known_before_the_session(ada: Person) -> None:
    of = week(ada, 6)
    for ago in (5, 4, 3, 1):
        planned(of, ago)
    told(ada, 5, mood=4, energy=3)
    told(ada, 5, CheckIn.LATER, mood=8, energy=9)  # may come from the session itself
    told(ada, 3, CheckIn.LATER, mood=6)
    found = [(one.mood, one.energy) for one in outcomes.offered(ada, LONG_AGO, TODAY)]
    assert found == [(4, 3), (8, 9), (None, None), (None, None)]


def test_nobody_learns_from_another_person(ada: Person, ben: Person) -> None:
    planned(week(ben, 6), 5, Session.DONE)
    told(ben, 5, mood=1, energy=1)
    planned(week(ada, 6), 5)
    (one,) = outcomes.offered(ada, LONG_AGO, TODAY)
    assert (one.done, one.energy) == (False, None)


@pytest.mark.parametrize("days", [2, 40])
def test_it_takes_five_queries_whatever_there_is(
    ada: Person, days: int, django_assert_num_queries: Any
) -> None:
    of = week(ada, 60)
    for ago in range(1, days):
        planned(of, ago, Session.DONE if ago % 2 else Session.NOT_TODAY)
        told(ada, ago, mood=5)
    with django_assert_num_queries(5):
        outcomes.offered(ada, LONG_AGO, TODAY)


def test_a_week_is_made_from_what_became_of_the_last_ones(ada: Person) -> None:
    planned(week(ada, 6), 5, Session.DONE)
    assert [one.done for one in inputs.of_week(ada, TODAY)["offered"]] == [True]
