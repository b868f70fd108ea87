"""What a tap does keeps within the limits of now, also when they changed since the week was made, or the hour did."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.activity.catalogue import catalogue
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, queries
from ambulando.web.plans.models import Session

DAY = timedelta(days=1)


def page(client: Client, path: str) -> str:
    return unescape(client.get(path).content.decode())


def tomorrow(person: Person) -> Session:
    today = timezone.localdate()
    session = queries.sessions_of(actions.make_week(person, today))[0]
    Session.objects.filter(pk=session.pk).update(day=today + DAY)
    return Session.objects.select_related("week").get(pk=session.pk)


def test_on_a_day_of_a_flare_what_is_taken_from_another_day_is_half_too(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"conditions": ["fibromyalgia"], "energy": 9, "active": {"days": 5, "minutes": 40}})
    session = tomorrow(ada)
    as_ada.post("/today/flare/", {"flares": "yes"})
    as_ada.post(f"/sessions/{session.pk}/start/")
    now = ada.sessions.get(state=Session.STARTED)
    assert now.minutes == session.minutes // 2
    assert now.day == timezone.localdate()


def changed(
    client: Client, person: Person, before: dict[str, Any], activity: str, after: dict[str, Any]
) -> list[Session]:
    """A session of this activity is under way, and then the person tells something new."""
    people.tell(person, before)
    today = timezone.localdate()
    session = queries.sessions_of(actions.make_week(person, today))[0]
    content = session.content | {"activity": activity, "minutes": 40}
    Session.objects.filter(pk=session.pk).update(activity=activity, minutes=40, content=content)
    session = Session.objects.select_related("week").get(pk=session.pk)
    actions.start(person, session, today)
    people.tell(person, after)
    actions.make_week(person, today)
    week = queries.sessions_of(queries.week_of(person, today))
    return [one for one in week if one.state == Session.STARTED]


@pytest.mark.parametrize("after", [{"conditions": ["falls"]}, {"conditions": ["heart"]}, {"pregnant": True}])
def test_what_is_under_way_ends_when_it_is_not_for_the_person_any_more(
    as_ada: Client, ada: Person, after: dict[str, Any]
) -> None:
    assert not changed(as_ada, ada, {"conditions": []}, "steady-cycle", after)
    assert ada.sessions.filter(state=Session.NOT_TODAY).exists()


def test_what_is_under_way_and_still_fits_goes_on(as_ada: Client, ada: Person) -> None:
    (session,) = changed(as_ada, ada, {"conditions": []}, "easy-walk", {"likes": ["yoga"]})
    assert session.activity == "easy-walk"


def test_what_is_under_way_and_too_long_now_becomes_shorter(as_ada: Client, ada: Person) -> None:
    (session,) = changed(as_ada, ada, {"conditions": []}, "easy-walk", {"conditions": ["fibromyalgia"]})
    assert session.minutes == 20


@pytest.mark.parametrize("hour", [18, 21, 23, 2, 4])
def test_by_night_a_plan_by_day_starts_what_is_light_alone(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch, hour: int
) -> None:
    people.tell(ada, {"conditions": ["bipolar"]})
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 8, hour, 5, tzinfo=UTC))
    today = timezone.localdate()
    session = queries.sessions_of(actions.make_week(ada, today))[0]
    Session.objects.filter(pk=session.pk).update(activity="brisk-walk", intensity="moderate")
    as_ada.post(f"/sessions/{session.pk}/start/")
    assert "It is late for this one" in page(as_ada, "/today/")
    session.refresh_from_db()
    assert session.state == Session.PLANNED
    Session.objects.filter(pk=session.pk).update(activity="slow-stroll", intensity="light")
    as_ada.post(f"/sessions/{session.pk}/start/")
    session.refresh_from_db()
    assert session.state == Session.STARTED


def test_by_day_it_starts(as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    people.tell(ada, {"conditions": ["bipolar"]})
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 8, 9, 5, tzinfo=UTC))
    session = queries.sessions_of(actions.make_week(ada, timezone.localdate()))[0]
    Session.objects.filter(pk=session.pk).update(activity="brisk-walk", intensity="moderate")
    as_ada.post(f"/sessions/{session.pk}/start/")
    session.refresh_from_db()
    assert session.state == Session.STARTED


def test_in_the_hot_hours_who_bears_heat_badly_is_told(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.tell(ada, {"medicines": ["lithium"]})
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 8, 13, 0, tzinfo=UTC))
    session = queries.sessions_of(actions.make_week(ada, timezone.localdate()))[0]
    assert catalogue()["easy-walk"].place == "outdoors"
    Session.objects.filter(pk=session.pk).update(activity="easy-walk", intensity="light")
    as_ada.post(f"/sessions/{session.pk}/start/")
    assert "On a hot day" in page(as_ada, "/today/")
    session.refresh_from_db()
    assert session.state == Session.STARTED


def test_with_no_numbers_a_bout_that_is_kept_is_not_counted(as_ada: Client, ada: Person) -> None:
    people.tell(ada, {"conditions": ["eating-disorder"]})
    now = timezone.localtime() - timedelta(hours=1)
    fields = {"activity": "easy-walk", "day": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}", "minutes": "10"}
    said = unescape(as_ada.post("/journal/add/", fields, follow=True).content.decode())
    assert "Kept." in said
    assert "so far" not in said
