"""Homework, places, calendars, pauses and the road: only their own person sees them, no harm comes of their numbers, and they go with the account."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from icalendar import Calendar as Ics

from ambulando.plan.places import Place
from ambulando.web.alongside import actions as alongside
from ambulando.web.alongside.models import EightWeeks
from ambulando.web.calendars import actions as calendars
from ambulando.web.calendars import queries as feeds
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.places import actions as places
from ambulando.web.plans import actions, queries
from ambulando.web.plans.models import Pause, Session

#: a number that nothing else on these pages has
MINUTES = 217
PAGES = ["/today/", "/week/", "/week/words/", "/week/road/", "/alongside/", "/alongside/homework/", "/alongside/asked/",
         "/alongside/other-help/", "/places/", "/places/add/", "/calendar/"]  # fmt: skip
#: on which somebody's own rows stand
ADDRESSES = [
    "alongside/homework/{homework}/remove/", "alongside/asked/{asked}/remove/", "alongside/word/{word}/away/",
    "calendar/{calendar}/refresh/", "calendar/{calendar}/remove/", "places/{place}/", "places/{place}/end/", "places/{place}/pick/",
    "sessions/{session}/why-not/", "sessions/{session}/a-little/", "sessions/{session}/swap/", "sessions/{session}/smaller/",
]  # fmt: skip


@pytest.fixture
def rows(ada: Person) -> dict[str, int]:
    """Something of Ada's of each kind, by its key."""
    now = timezone.now()
    week = actions.ensure_week(ada, now.date())
    homework = alongside.add_homework(ada, now, activity="easy-walk", minutes=MINUTES)
    asked = alongside.ask(ada, now, max_minutes=MINUTES)
    place = places.add(ada, Place(id="one", name="My bench", kind="park", activities=("walking",)))
    calendars.open_feed(ada)
    empty = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    calendar = calendars.add(ada, name="Work", kind="busy", text=empty, now=now)
    word = EightWeeks.objects.create(
        person=ada, day=now.date(), says={"pattern": "A word", "values": {}}, why=[], trace={}
    )
    assert asked
    assert week.holds
    return {
        "homework": homework.pk,
        "asked": asked.pk,
        "word": word.pk,
        "calendar": calendar.pk,
        "place": place.pk,
        "session": ada.sessions.filter(week__current=True).first().pk,  # type: ignore[union-attr]
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_rows_of_somebody_else_are_not_there(as_ben: Client, rows: dict[str, int], address: str) -> None:
    assert as_ben.post("/" + address.format(**rows), {"why": "ill", "do": "yes"}).status_code == 404


def test_every_address_with_a_row_on_it_was_tried() -> None:
    mine = ("alongside/", "calendar/", "places/")
    known = {
        str(one.pattern)
        for group in get_resolver().url_patterns
        for one in getattr(group, "url_patterns", [])
    }
    told = {address.split("{")[0] + address.split("}")[1] for address in ADDRESSES}
    there = {one.replace("<int:pk>", "") for one in known if one.startswith(mine) and "<int:pk>" in one}
    assert {one for one in there if "manage" not in one} <= told


@pytest.mark.parametrize("condition", ["eating-disorder", "compulsive-exercise"])
def test_who_should_see_no_numbers_sees_none_on_any_of_these_pages(
    as_ada: Client, ada: Person, rows: dict[str, int], condition: str
) -> None:
    assert str(MINUTES) in as_ada.get("/alongside/").content.decode(), "others read it, so that this can fail"
    people.tell(ada, {"conditions": [condition], "aim": {"modality": "walking", "minutes": MINUTES}})
    actions.make_week(ada, timezone.localdate())
    for path in PAGES:
        answer = as_ada.get(path, follow=True)
        assert answer.status_code == 200
        assert str(MINUTES) not in answer.content.decode(), path
    assert str(MINUTES) not in feed_of(ada).decode()


def feed_of(person: Person) -> bytes:
    feed = feeds.feed_of(person)
    assert feed
    return Client().get(f"/plan/{feeds.token_of(feed)}.ics").content


def sessions_in_feed(person: Person) -> int:
    return len(Ics.from_ical(feed_of(person)).walk("VEVENT"))


def test_a_plan_that_rests_has_nothing_open_in_a_calendar(ada: Person, rows: dict[str, int]) -> None:
    assert sessions_in_feed(ada) > 0
    actions.pause(ada, timezone.localdate())
    assert sessions_in_feed(ada) == 0
    actions.come_back(ada, timezone.localdate())
    assert sessions_in_feed(ada) > 0


def test_a_pause_that_ends_within_the_week_leaves_what_comes_after_it(
    ada: Person, rows: dict[str, int]
) -> None:
    today = timezone.localdate()
    last = queries.sessions_of(queries.week_of(ada, today))[-1]
    Pause.objects.create(
        person=ada, starts=today - timedelta(days=1), ends=max(last.day, today + timedelta(days=1))
    )
    assert sessions_in_feed(ada) <= 1


def test_a_plan_on_hold_has_nothing_open_in_a_calendar_but_keeps_what_was_done(
    ada: Person, rows: dict[str, int]
) -> None:
    session = Session.objects.get(pk=rows["session"])
    actions.done(ada, session, timezone.now())
    people.tell(ada, {"symptoms": ["chest-discomfort"]})
    actions.make_week(ada, timezone.localdate())
    assert sessions_in_feed(ada) == 1


def test_while_safety_holds_the_plan_the_week_offers_nothing_to_plan_with(
    as_ada: Client, ada: Person, rows: dict[str, int]
) -> None:
    offered = (
        "/week/road/",
        "/week/words/",
        "/places/",
        "Make another week",
        "Pause the plan",
        "swap",
        "do it now",
    )
    page = as_ada.get("/week/").content.decode()
    assert all(one in page for one in offered)
    people.tell(ada, {"symptoms": ["chest-discomfort"]})
    actions.make_week(ada, timezone.localdate())
    page = as_ada.get("/week/").content.decode()
    assert [one for one in offered if one in page] == []
    assert "From my care" in page
    assert 'href="/help/"' in page
    for path in ("/week/road/", "/week/words/"):
        assert as_ada.get(path).status_code == 302, path


def test_removing_the_account_removes_every_row_that_was_theirs(
    ada: Person, ben: Person, rows: dict[str, int]
) -> None:
    today = timezone.localdate()
    actions.pause(ada, today)
    of_people = [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Person
    ]
    assert {model._meta.app_label for model, _ in of_people} >= {"alongside", "calendars", "places", "plans"}
    pk = ada.pk
    people.remove(ada)
    left = [
        model.__name__ for model, name in of_people if model._default_manager.filter(**{name: pk}).exists()
    ]
    assert left == []
    assert not any(
        model._default_manager.exists()
        for model in apps.get_models()
        if model._meta.app_label in ("alongside", "calendars", "places", "plans")
    )
