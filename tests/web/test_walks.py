"""Walking groups and classes: who may come, who comes, what is said to all, and the week of somebody who likes company."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from directory_people import as_, clinician, operator, text
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar
from letting_in import let_in

from ambulando.ground import InputError
from ambulando.plan.week import make as make_week
from ambulando.safety.profile import DAYS, Window
from ambulando.web.care import live
from ambulando.web.care.directory import actions as directory
from ambulando.web.care.directory.models import Clinician, Decision
from ambulando.web.care.grants import actions as grants
from ambulando.web.care.walks import actions, queries, times
from ambulando.web.care.walks.models import Comer, Post, Walk, Word
from ambulando.web.people.models import Person
from ambulando.web.places import queries as places
from ambulando.web.plans import actions as plans
from ambulando.web.plans import convert
from cast import ADA
from sign_up import signed_up

ALL_DAYS = list(DAYS)


@pytest.fixture
def mere(db: None) -> Clinician:
    return clinician()


def today() -> date:
    return timezone.localdate()


def led(leader: Person, **other: Any) -> Walk:
    told = {
        "name": "Walk by the river", "by": "Mere, room 4", "activity": "health-walk", "where": "The old bridge", "place": None,
        "accessible": None, "cost": 0, "weekly": ALL_DAYS, "dates": [], "first": today() - timedelta(days=20), "last": None,
        "starts": time(9), "minutes": 45, "capacity": 3, "open_to": Walk.EVERYBODY, "time_zone": "UTC",
    }  # fmt: skip
    return actions.make(leader, **(told | other))


def joined(person: Person, walk: Walk, called: str = "Quill", seen: bool = False, ago: int = 0) -> Comer:
    return actions.join(person, walk, called=called, seen=seen, now=timezone.now() - timedelta(days=ago))


SENT = {
    "name": "Tuesday walk", "by": "Mere", "activity": "group-walk", "where": "The bridge", "place": "", "weekly": ["tuesday"],
    "dates": "", "first": "", "last": "", "starts": "10:00", "minutes": "30", "capacity": "8", "open_to": "everybody", "cost": "0",
    "accessible": "",
}  # fmt: skip


def sent(**other: Any) -> dict[str, Any]:
    return SENT | {"first": str(today())} | other


# Who runs them


def test_a_verified_clinician_and_the_operator_may_run_one_and_nobody_else(
    mere: Clinician, as_ada: Client
) -> None:
    assert as_(mere.person).post("/walks/lead/new/", sent()).status_code == 302
    assert as_(operator()).post("/walks/lead/new/", sent()).status_code == 302
    assert Walk.objects.count() == 2
    for client in (as_ada, Client()):
        assert client.get("/walks/lead/").status_code == 404
        assert client.post("/walks/lead/new/", sent()).status_code == 404
    assert Walk.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        {"name": ""},
        {"name": "a\x00b"},
        {"activity": "skydiving"},
        {"activity": "easy-walk"},
        {"weekly": [], "dates": ""},
        {"weekly": ["someday"]},
        {"dates": "2026-13-01"},
        {"dates": "1026-01-01"},
        {"first": "9999-12-31"},
        {"last": "2020-01-01"},
        {"starts": "25:00"},
        {"minutes": "0"},
        {"minutes": "9" * 30},
        {"capacity": "0"},
        {"capacity": "-4"},
        {"open_to": "world"},
        {"place": "12345678901234567890123"},
        {"cost": "9"},
    ],
)
def test_a_group_that_does_not_hold_is_not_kept(mere: Clinician, other: dict[str, Any]) -> None:
    assert as_(mere.person).post("/walks/lead/new/", sent(**other)).status_code == 422
    assert not Walk.objects.exists()


def test_a_leader_sees_only_their_own_groups(mere: Clinician, ada: Person) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    for other in (clinician("zoe").person, operator()):
        client = as_(other)
        for path in ("", "change/", "times.ics"):
            assert client.get(f"/walks/lead/{walk.pk}/{path}").status_code == 404
        for path in ("post/", "cancel/", "end/", "change/"):
            assert (
                client.post(f"/walks/lead/{walk.pk}/{path}", sent(body="x", day=str(today()))).status_code
                == 404
            )
    assert not Post.objects.exists()


def test_who_is_no_longer_verified_leads_nothing_any_more(
    mere: Clinician, ada: Person, as_ada: Client
) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    directory.decide(operator(), mere, Decision.TAKEN_BACK, timezone.now())
    assert as_(mere.person).get(f"/walks/lead/{walk.pk}/").status_code == 404
    assert as_ada.get(f"/walks/{walk.pk}/").status_code == 404
    assert as_ada.get(f"/walks/by/{walk.code}/").status_code == 404
    assert queries.for_plan(ada, today()) == ()


def test_a_changed_group_keeps_who_comes_and_never_has_fewer_places_than_people(
    mere: Clinician, ada: Person, ben: Person
) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    joined(ben, walk)
    their = as_(mere.person)
    assert their.post(f"/walks/lead/{walk.pk}/change/", sent(capacity="1")).status_code == 422
    assert (
        their.post(f"/walks/lead/{walk.pk}/change/", sent(capacity="2", where="The mill")).status_code == 302
    )
    walk.refresh_from_db()
    assert (walk.capacity, walk.where) == (2, "The mill")
    assert queries.comers(walk).count() == 2


# Who may come


def test_a_group_for_those_who_share_is_found_by_them_and_by_nobody_else(
    mere: Clinician, ada: Person, as_ada: Client, as_ben: Client
) -> None:
    walk = led(mere.person, open_to=Walk.THEIRS)
    let_in(ada, mere.person, now=timezone.now())
    assert "Walk by the river" in text(as_ada.get("/walks/"))
    assert as_ada.get(f"/walks/by/{walk.code}/").status_code == 200
    assert "Walk by the river" not in text(as_ben.get("/walks/"))
    assert as_ben.get(f"/walks/by/{walk.code}/").status_code == 404
    assert as_ben.post(f"/walks/by/{walk.code}/", {"called": "Ben"}).status_code == 404
    assert as_ben.post("/walks/", {"code": walk.code}).status_code == 422
    assert not Comer.objects.exists()


def test_a_group_for_everybody_is_found_by_its_code_alone(
    mere: Clinician, as_ben: Client, ben: Person
) -> None:
    walk = led(mere.person)
    assert "Walk by the river" not in text(as_ben.get("/walks/"))
    typed = f"{walk.code[:5].upper()}-{walk.code[5:]} "
    assert as_ben.post("/walks/", {"code": typed}).url == f"/walks/by/{walk.code}/"
    assert as_ben.get(f"/walks/{walk.pk}/").status_code == 404
    assert as_ben.post(f"/walks/by/{walk.code}/", {"called": "Ben"}).status_code == 302
    assert as_ben.get(f"/walks/{walk.pk}/").status_code == 200
    assert Client().get(f"/walks/by/{walk.code}/").status_code == 302


@pytest.mark.parametrize("called", ["", "  ", "x" * 41, "a\x00b"])
def test_nobody_joins_without_a_name_to_be_called_by(mere: Clinician, as_ben: Client, called: str) -> None:
    walk = led(mere.person)
    assert as_ben.post(f"/walks/by/{walk.code}/", {"called": called}).status_code == 422
    assert not Comer.objects.exists()


def test_a_full_group_takes_nobody_and_says_so_and_a_place_is_free_when_somebody_leaves(
    mere: Clinician, ada: Person, as_ben: Client
) -> None:
    walk = led(mere.person, capacity=1)
    own = joined(ada, walk)
    assert "All places are taken" in text(as_ben.get(f"/walks/by/{walk.code}/"))
    assert as_ben.post(f"/walks/by/{walk.code}/", {"called": "Ben"}).status_code == 422
    actions.leave(ada, own, timezone.now())
    assert as_ben.post(f"/walks/by/{walk.code}/", {"called": "Ben"}).status_code == 302


def test_two_who_saw_the_last_place_at_the_same_moment_do_not_both_get_it(
    mere: Clinician, ada: Person, ben: Person
) -> None:
    walk = led(mere.person, capacity=1)
    seen_by_ada, seen_by_ben = Walk.objects.get(pk=walk.pk), Walk.objects.get(pk=walk.pk)
    assert not queries.full(seen_by_ada)
    assert not queries.full(seen_by_ben)
    joined(ada, seen_by_ada)
    with pytest.raises(InputError, match="All places are taken"):
        joined(ben, seen_by_ben)
    assert queries.comers(walk).count() == 1


def test_a_double_tap_takes_one_place(mere: Clinician, ada: Person) -> None:
    walk = led(mere.person)
    assert joined(ada, walk) == joined(ada, walk)
    assert Comer.objects.count() == 1


# What who comes sees, and says


def test_the_others_learn_of_nobody_who_did_not_choose_it(
    mere: Clinician, ada: Person, as_ada: Client, as_ben: Client, ben: Person
) -> None:
    walk = led(mere.person)
    joined(ada, walk, called="Quill")
    joined(ben, walk, called="Benno")
    page = text(as_ben.get(f"/walks/{walk.pk}/"))
    assert "Quill" not in page
    assert "ada" not in page
    assert "of 3 places" not in page
    as_ada.post(f"/walks/{walk.pk}/seen/", {"seen": "yes"})
    assert "Quill" in text(as_ben.get(f"/walks/{walk.pk}/"))
    as_ada.post(f"/walks/{walk.pk}/seen/", {"seen": "no"})
    assert "Quill" not in text(as_ben.get(f"/walks/{walk.pk}/"))
    assert "Quill" in text(as_(mere.person).get(f"/walks/lead/{walk.pk}/"))


def test_leaving_needs_no_reason_and_leaves_no_name_behind(
    mere: Clinician, ada: Person, as_ada: Client, as_ben: Client
) -> None:
    walk = led(mere.person)
    joined(ada, walk, seen=True)
    assert as_ben.post(f"/walks/{walk.pk}/leave/").status_code == 404
    as_ada.post(f"/walks/{walk.pk}/leave/")
    assert as_ada.get(f"/walks/{walk.pk}/").status_code == 404
    assert "Quill" not in text(as_(mere.person).get(f"/walks/lead/{walk.pk}/"))
    row = Comer.objects.get()
    assert (row.called, row.words.count()) == ("", 0)
    assert queries.for_plan(ada, today()) == ()


def test_not_this_time_is_a_valid_answer_and_keeps_the_place(
    mere: Clinician, ada: Person, as_ada: Client
) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    day = today() + timedelta(days=2)
    as_ada.post(f"/walks/{walk.pk}/say/", {"day": str(day), "said": "not-this-time"})
    assert Word.objects.get().day == day
    assert "1 said “not this time”" in text(as_(mere.person).get(f"/walks/lead/{walk.pk}/"))
    assert DAYS[day.weekday()] not in {one.day for one in queries.for_plan(ada, today())[0].days}
    as_ada.post(f"/walks/{walk.pk}/say/", {"day": str(day), "said": ""})
    assert not Word.objects.exists()
    assert queries.comers(walk).count() == 1


def test_being_there_is_said_by_the_person_and_by_nobody_else(
    mere: Clinician, ada: Person, as_ada: Client
) -> None:
    walk = led(mere.person)
    joined(ada, walk, ago=10)
    before = today() - timedelta(days=3)
    as_ada.post(f"/walks/{walk.pk}/say/", {"day": str(before), "said": "there"})
    assert Word.objects.get().said == "there"
    counted = {one.meeting.day: one.there for one in queries.dates_for_leader(walk, timezone.now())}
    assert counted[before] == 1
    assert sum(counted.values()) == 1
    page = as_(mere.person).get(f"/walks/lead/{walk.pk}/").content.decode()
    assert 'name="said"' not in page


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2020-01-01", "there"),
        ("9999-12-31", "there"),
        ("nonsense", "there"),
        ("", ""),
        ("{later}", "there"),
        ("{later}", "late"),
        ("{later}", "x\x00"),
    ],
)
def test_odd_words_on_a_date_change_nothing(
    mere: Clinician, ada: Person, as_ada: Client, day: str, said: str
) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    later = str(today() + timedelta(days=2))
    answer = as_ada.post(f"/walks/{walk.pk}/say/", {"day": day.format(later=later), "said": said})
    assert answer.status_code == 302
    assert not Word.objects.exists()


# What is said to all


def test_a_message_to_all_is_kept_encrypted_and_read_by_who_comes(
    mere: Clinician, ada: Person, as_ada: Client, as_ben: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    told: list[Any] = []
    monkeypatch.setattr(live, "tell", lambda people, kind, **ids: told.append((list(people), kind, ids)))
    as_(mere.person).post(f"/walks/lead/{walk.pk}/post/", {"body": "Bring a <b>coat</b>.\nSee you"})
    assert told == [([ada.pk], "walk", {"walk": walk.pk})]
    with connection.cursor() as cursor:
        cursor.execute("select body from walks_post")
        assert b"coat" not in bytes(cursor.fetchone()[0])
    assert "Bring a &lt;b&gt;coat" in text(as_ada.get(f"/walks/{walk.pk}/"))
    assert as_ben.get(f"/walks/{walk.pk}/").status_code == 404
    assert as_ada.post(f"/walks/lead/{walk.pk}/post/", {"body": "x"}).status_code == 404


@pytest.mark.parametrize("body", ["", "   ", "x" * 2001, "a\x00b"])
def test_a_message_that_does_not_hold_is_not_sent(mere: Clinician, body: str) -> None:
    walk = led(mere.person)
    assert as_(mere.person).post(f"/walks/lead/{walk.pk}/post/", {"body": body}).status_code == 422
    assert not Post.objects.exists()


def test_a_date_that_is_off_is_told_to_all_and_is_in_no_plan_and_no_file(
    mere: Clinician, ada: Person, as_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    told: list[Any] = []
    monkeypatch.setattr(live, "tell", lambda people, kind, **ids: told.append((list(people), kind, ids)))
    day = today() + timedelta(days=1)
    their = as_(mere.person)
    their.post(f"/walks/lead/{walk.pk}/cancel/", {"day": str(day)})
    assert told == [([ada.pk], "walk", {"walk": walk.pk})]
    assert text(as_ada.get(f"/walks/{walk.pk}/")).count("It is off.") == 1
    assert DAYS[day.weekday()] not in {one.day for one in queries.for_plan(ada, today())[0].days}
    file = Calendar.from_ical(as_ada.get(f"/walks/{walk.pk}/times.ics").content)
    assert day not in {one["DTSTART"].dt.date() for one in file.walk("VEVENT")}
    their.post(f"/walks/lead/{walk.pk}/cancel/", {"day": str(day), "do": "back"})
    assert "It is off." not in text(as_ada.get(f"/walks/{walk.pk}/"))


@pytest.mark.parametrize("day", ["", "never", "2020-01-01", "9999-12-31"])
def test_only_a_date_on_which_it_meets_can_be_off(mere: Clinician, day: str) -> None:
    walk = led(mere.person)
    assert as_(mere.person).post(f"/walks/lead/{walk.pk}/cancel/", {"day": day}).status_code == 302
    assert day == "9999-12-31" or not walk.cancelled.exists()


def test_an_ended_group_is_gone_for_all(mere: Clinician, ada: Person, as_ada: Client) -> None:
    walk = led(mere.person)
    joined(ada, walk)
    as_(mere.person).post(f"/walks/lead/{walk.pk}/end/")
    assert as_ada.get(f"/walks/{walk.pk}/").status_code == 404
    assert queries.for_plan(ada, today()) == ()


# Its times


def test_the_file_has_its_times_on_its_own_clock(mere: Clinician, ada: Person, as_ada: Client) -> None:
    walk = led(mere.person, weekly=["sunday"], time_zone="Pacific/Auckland", starts=time(10))
    joined(ada, walk)
    answer = as_ada.get(f"/walks/{walk.pk}/times.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert "attachment" in answer["Content-Disposition"]
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) >= 24
    for one in events:
        there = one["DTSTART"].dt.astimezone(walk.zone)
        assert (there.weekday(), there.time()) == (6, time(10))


def test_weekly_and_single_dates_lie_between_the_first_and_the_last_day(mere: Clinician) -> None:
    walk = led(
        mere.person,
        weekly=["monday"],
        dates=["2026-12-02"],
        first=date(2026, 11, 30),
        last=date(2026, 12, 14),
    )
    days = [one.day for one in times.meetings(walk, date(2026, 1, 1), date(2027, 6, 1))]
    assert days == [date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 7), date(2026, 12, 14)]


def test_a_meeting_is_on_the_day_and_time_of_the_persons_own_clock(mere: Clinician, ada: Person) -> None:
    """Sunday 9:00 in Auckland (UTC+13) is Saturday 20:00 in London, and so in a plan."""
    walk = led(mere.person, weekly=["sunday"], time_zone="Pacific/Auckland", first=date(2026, 11, 1))
    Person.objects.filter(pk=ada.pk).update(time_zone="Europe/London")
    ada.refresh_from_db()
    joined(ada, walk)
    (place,) = queries.for_plan(ada, date(2026, 11, 23))
    assert place.days == (Window("saturday", time(20), time(20, 45)),)


def test_the_length_is_true_on_the_night_when_clocks_change(mere: Clinician) -> None:
    walk = led(mere.person, time_zone="Europe/Berlin", starts=time(1, 30), minutes=60)
    one = times.meeting(walk, date(2026, 10, 25))
    assert one.end.astimezone(UTC) - one.start.astimezone(UTC) == timedelta(hours=1)


def test_single_dates_are_in_the_week_that_they_are_in_and_in_no_other(mere: Clinician, ada: Person) -> None:
    walk = led(mere.person, weekly=[], dates=["2026-11-25"], first=date(2026, 11, 1))
    joined(ada, walk)
    assert queries.for_plan(ada, date(2026, 11, 18)) == ()
    assert queries.for_plan(ada, date(2026, 11, 26)) == ()
    (place,) = queries.for_plan(ada, date(2026, 11, 23))
    assert place.days == (Window("wednesday", time(9), time(9, 45)),)


# In the week


def the_group(session: Any) -> bool:
    place = session.content["trace"].get("place")
    return bool(place) and place["name"] == "Walk by the river"


def test_the_week_of_somebody_who_likes_company_has_the_group_that_they_joined(mere: Clinician) -> None:
    """End to end: joined through the page, planned by the planner, shown in the week with its name and place."""
    windows = [{"day": day, "from": "08:00", "to": "12:00"} for day in DAYS]
    answers = ADA | {
        "company": "together",
        "windows": windows,
        "places": ["home", "outdoors", "class"],
        "barriers": [],
    }
    kim = signed_up("kim", answers)
    walk = led(mere.person)
    client = as_(kim)
    plans.make_week(kim, today())
    assert "Walk by the river" not in text(client.get("/week/"))
    assert client.post(f"/walks/by/{walk.code}/", {"called": "Kim"}).status_code == 302
    (place,) = places.offered_to(kim, today())
    assert (place.id, place.own, place.group) == (f"walk-{walk.pk}", True, True)
    plans.make_week(kim, today())
    planned = [one for one in kim.sessions.filter(week__current=True) if the_group(one)]
    assert planned
    assert {one.activity for one in planned} == {"health-walk"}
    assert "Walk by the river" in text(client.get(f"/sessions/{planned[0].pk}/"))
    client.post(f"/walks/{walk.pk}/leave/")
    plans.make_week(kim, today() + timedelta(days=1))
    later = kim.sessions.filter(week__current=True, day__gt=today() + timedelta(days=1))
    assert not [one for one in later if the_group(one)]


def test_what_safety_holds_is_planned_with_no_group(mere: Clinician) -> None:
    from cast import CLEO

    cleo = signed_up("cleo", CLEO | {"company": "together"})
    joined(cleo, led(mere.person))
    assert places.offered_to(cleo, today()) == ()
    week = plans.make_week(cleo, today())
    assert not week.sessions.exists()


def test_a_plan_does_not_hang_on_walks_for_who_has_none(ada: Person) -> None:
    profile = convert.profile_of(ada, today())
    told = {"today": today(), "bouts": (), "checkins": ()}
    one = make_week(profile, rng=random.Random(3), **told)
    two = make_week(profile, rng=random.Random(3), places=places.offered_to(ada, today()), **told)
    assert [(s.activity, s.day, s.time) for s in one.week] == [(s.activity, s.day, s.time) for s in two.week]


# How much is asked of the database


def test_queries_do_not_grow_with_groups_people_and_posts(
    mere: Clinician, ada: Person, as_ada: Client
) -> None:
    their = as_(mere.person)
    let_in(ada, mere.person, now=timezone.now())
    walk = led(mere.person, capacity=50)
    joined(ada, walk)
    counts = []
    for start, end in ((0, 3), (3, 30)):
        for n in range(start, end):
            joined(signed_up(f"somebody-{n}", ADA), walk, called=f"S{n}", seen=True)
            actions.post(mere.person, walk, f"Message {n}", timezone.now())
            joined(ada, led(mere.person, name=f"Mine {n}"))
            if n % 2:
                led(mere.person, name=f"Not mine {n}")
        for path, client in (
            ("/walks/", as_ada),
            (f"/walks/{walk.pk}/", as_ada),
            ("/walks/lead/", their),
            (f"/walks/lead/{walk.pk}/", their),
        ):
            client.get(path)
            with CaptureQueriesContext(connection) as counted:
                assert client.get(path).status_code == 200
            counts.append(len(counted))
        with CaptureQueriesContext(connection) as counted:
            queries.for_plan(ada, today())
        counts.append(len(counted))
    assert counts[:5] == counts[5:]
    assert counts[4] <= 3


def test_the_clock_of_a_new_group_is_the_leaders(mere: Clinician) -> None:
    Person.objects.filter(pk=mere.person_id).update(time_zone="Pacific/Auckland")
    as_(Person.objects.get(pk=mere.person_id)).post("/walks/lead/new/", sent())
    assert Walk.objects.get().time_zone == "Pacific/Auckland"
    start = times.meeting(Walk.objects.get(), date(2026, 12, 1)).start
    assert start == datetime(2026, 11, 30, 21, tzinfo=UTC)


def test_a_group_for_those_who_let_its_leader_in_tells_nothing_of_who_ended_that(
    ada: Person, ben: Person, mere: Clinician
) -> None:
    walk = led(mere.person, open_to=Walk.THEIRS)
    other = led(mere.person, open_to=Walk.EVERYBODY, name="Walk by the sea")
    grant = let_in(ada, mere.person, now=timezone.now())
    let_in(ben, mere.person, now=timezone.now())
    own = joined(ada, walk, called="Ada of the hill", seen=True, ago=3)
    joined(ben, walk, called="Ben", ago=3)
    joined(ada, other, ago=3)
    actions.say(ada, own, today() - timedelta(days=1), Word.THERE, timezone.now())
    lead = f"/walks/lead/{walk.pk}/"
    assert "Ada of the hill" in text(as_(mere.person).get(lead))
    grants.end(ada, grant, timezone.now())
    shown = text(as_(mere.person).get(lead))
    assert "Ada of the hill" not in shown
    assert all(one.there == 0 for one in queries.dates_for_leader(walk, timezone.now()))
    assert {one.name: one.coming for one in queries.led_by(mere.person)} == {walk.name: 1, other.name: 1}
    assert as_(ada).get(f"/walks/{walk.pk}/").status_code == 404
    assert as_(ada).get(f"/walks/{walk.pk}/times.ics").status_code == 404
    assert [one.walk for one in queries.walks_of(ada)] == [other]
    assert "Ada of the hill" not in text(as_(ben).get(f"/walks/{walk.pk}/"))


@pytest.mark.parametrize("path", ["", "say/", "seen/", "leave/", "times.ics"])
def test_a_number_that_no_group_can_have_is_not_there(as_ada: Client, path: str) -> None:
    for number in (2**63, 10**30):
        address = f"/walks/{number}/{path}"
        answer = as_ada.post(address) if path in ("say/", "seen/", "leave/") else as_ada.get(address)
        assert answer.status_code == 404
