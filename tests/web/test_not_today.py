""" "Not today", why it was not the day, and days of illness: one optional tap, and what it says it changes does change."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, convert, inputs, queries
from ambulando.web.plans.models import Session
from ambulando.web.plans.why_not import WHYS

HTMX = {"HTTP_HX_REQUEST": "true"}
DAY = timedelta(days=1)


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def week(ada: Person) -> list[Session]:
    """A session today and one on each of the next days, of 20 minutes each."""
    ada.answers |= {
        "energy": 6,
        "phq9": 4,
        "confidence": 9,
        "active": {"days": 4, "minutes": 30},
        "minutes_per_week": 150,
    }
    ada.save()
    actions.make_week(ada, today())
    found = list(ada.sessions.order_by("day"))
    for place, session in enumerate(found):
        session.day, session.minutes = today() + place * DAY, 20
        session.content |= {"day": session.day.isoformat(), "minutes": 20}
        session.save()
    assert len(found) >= 2
    return found


def rest(client: Client, session: Session, why: str | None = None) -> str:
    page = client.post(f"/sessions/{session.pk}/not-today/", follow=True).content.decode()
    if why is not None:
        page = client.post(f"/sessions/{session.pk}/why-not/", {"why": why}, follow=True).content.decode()
    session.refresh_from_db()
    return page


def coming(person: Person) -> Session:
    return next(
        one for one in queries.sessions_of(queries.week_of(person, today())) if one.day > today() and one.open
    )


def test_after_not_today_one_tap_may_say_why(as_ada: Client, week: list[Session]) -> None:
    page = rest(as_ada, week[0])
    assert "That is fine. Rest is part of it." in page
    assert "One tap, or none" in page
    for why in WHYS:
        assert f'name="why" value="{why}"' in page
    assert 'class="main"' not in page


@pytest.mark.parametrize("why", WHYS)
def test_it_is_kept_and_never_asked_again_that_day(
    as_ada: Client, ada: Person, week: list[Session], why: str
) -> None:
    rest(as_ada, week[0], why)
    assert week[0].why == why
    Session.objects.filter(pk=week[1].pk).update(day=today(), state=Session.NOT_TODAY)
    assert "One tap, or none" not in as_ada.get("/today/").content.decode()


def test_with_very_little_energy_nothing_is_asked(as_ada: Client, week: list[Session]) -> None:
    as_ada.post("/check-in/", {"energy": 1})
    session = queries.suggested(queries.sessions_of(queries.week_of(week[0].person, today())), today())
    assert "One tap, or none" not in rest(as_ada, session)


def test_with_a_script_the_card_alone_comes_back(as_ada: Client, week: list[Session]) -> None:
    rest(as_ada, week[0])
    page = as_ada.post(f"/sessions/{week[0].pk}/why-not/", {"why": "time"}, **HTMX).content.decode()
    assert page.lstrip().startswith('<section id="card"')
    assert "Nothing changes" in page


@pytest.mark.parametrize("why", ["energy", "mood"])
def test_no_energy_and_low_mood_make_the_next_one_smaller(
    as_ada: Client, ada: Person, week: list[Session], why: str
) -> None:
    page = rest(as_ada, week[0], why)
    assert "The next one starts smaller." in page
    assert coming(ada).minutes == 10
    assert coming(ada).instead_of_id == week[1].pk


def test_a_smaller_one_is_only_told_where_there_is_one(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    Session.objects.filter(person=ada).exclude(pk=week[0].pk).delete()
    page = rest(as_ada, week[0], "energy")
    assert "Thank you for telling." in page
    assert "smaller" not in page


@pytest.mark.parametrize("why", ["time", "other", "skipped", "weather", "pain"])
def test_other_whys_leave_the_next_one_as_it_is(
    as_ada: Client, ada: Person, week: list[Session], why: str
) -> None:
    rest(as_ada, week[0], why)
    assert coming(ada).pk == week[1].pk


def test_ill_is_told_to_the_check_in_of_the_day(as_ada: Client, ada: Person, week: list[Session]) -> None:
    page = rest(as_ada, week[0], "ill")
    assert ada.check_ins.get().ill
    assert "Rest is right today" in page
    assert convert.profile_of(ada, today()).ill


def test_pain_offers_a_flare_to_those_who_have_them(as_ada: Client, ada: Person, week: list[Session]) -> None:
    ada.answers |= {"conditions": ["chronic-pain"]}
    ada.save()
    page = rest(as_ada, week[0], "pain")
    assert "If it flares today, one tap below says so." in page
    assert "It flares today" in page


def test_pain_offers_a_smaller_next_one_to_others(as_ada: Client, ada: Person, week: list[Session]) -> None:
    page = rest(as_ada, week[0], "pain")
    assert "make the next one smaller" in page
    as_ada.post(f"/sessions/{week[1].pk}/smaller/")
    assert coming(ada).minutes == 10
    assert "make the next one smaller" not in as_ada.get("/today/").content.decode()


def test_weather_asks_what_it_is_and_the_plan_has_it(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    page = rest(as_ada, week[0], "weather")
    assert "How is it outside these days?" in page
    as_ada.post("/week/weather/", {"weather": ["ice", "dark", "lava"], "back": "today"})
    ada.refresh_from_db()
    assert convert.profile_of(ada, today()).weather == ("ice", "dark")
    page = as_ada.get("/today/").content.decode()
    assert "How is it outside these days?" not in page
    assert 'class="main"' not in page, "the new week asks for nothing more today"


def test_weather_holds_for_two_weeks_and_is_changed_on_the_week_page(as_ada: Client, ada: Person) -> None:
    as_ada.post("/week/weather/", {"weather": ["rain"]})
    ada.refresh_from_db()
    assert 'value="rain" checked' in as_ada.get("/week/").content.decode()
    assert convert.profile_of(ada, today() + 14 * DAY).weather == ("rain",)
    assert convert.profile_of(ada, today() + 15 * DAY).weather == ()
    as_ada.post("/week/weather/", {})
    ada.refresh_from_db()
    assert convert.profile_of(ada, today()).weather == ()


def test_the_same_weather_told_again_leaves_the_week_alone(as_ada: Client, ada: Person) -> None:
    as_ada.post("/week/weather/", {"weather": ["rain"]})
    as_ada.get("/week/")
    before = queries.week_of(ada, today())
    as_ada.post("/week/weather/", {"weather": ["rain"]})
    assert queries.week_of(ada, today()).pk == before.pk


def test_the_season_follows_from_the_country_unless_they_say_otherwise(ada: Person) -> None:
    day = date(2026, 1, 15)
    assert convert.profile_of(ada, day).season == "summer"  # New Zealand
    ada.hemisphere = "north"
    assert convert.profile_of(ada, day).season == "winter"
    ada.hemisphere = "none"
    assert convert.profile_of(ada, day).season is None
    ada.hemisphere, ada.answers["country"] = "", None
    assert convert.profile_of(ada, day).season is None


def test_the_second_time_the_same_thing_is_in_the_way_one_link_offers_to_plan_for_it(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    ada.answers |= {"barriers": ["fatigue"]}
    ada.save()
    page = rest(as_ada, week[0], "weather")
    assert "Shall we plan for the weather?" not in page
    earlier = actions.make_week(ada, today() - 8 * DAY).sessions.first()
    Session.objects.filter(pk=earlier.pk).update(
        state=Session.NOT_TODAY, why="weather", day=today() - 7 * DAY
    )
    page = as_ada.get("/today/").content.decode()
    assert page.count("Shall we plan for the weather?") == 1
    assert 'href="/week/words/?with=weather"' in page
    Session.objects.filter(pk=earlier.pk).update(day=today() - 40 * DAY)
    assert "Shall we plan" not in as_ada.get("/today/").content.decode(), "long ago"


def test_a_barrier_that_is_planned_for_is_not_offered_again(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    earlier = actions.make_week(ada, today() - 8 * DAY).sessions.first()
    Session.objects.filter(pk=earlier.pk).update(
        state=Session.NOT_TODAY, why="weather", day=today() - 7 * DAY
    )
    assert "weather" in ada.answers["barriers"]
    assert "Shall we plan" not in rest(as_ada, week[0], "weather")


@pytest.mark.parametrize("why", ["", "lazy", "x" * 500])
def test_an_odd_why_changes_nothing(as_ada: Client, week: list[Session], why: str) -> None:
    rest(as_ada, week[0], why)
    assert week[0].why == ""


def test_a_why_is_only_for_a_session_that_rests_today(as_ada: Client, week: list[Session]) -> None:
    as_ada.post(f"/sessions/{week[0].pk}/why-not/", {"why": "energy"})
    week[0].refresh_from_db()
    assert (week[0].state, week[0].why) == (Session.PLANNED, "")


def test_taken_back_it_may_be_asked_again(as_ada: Client, week: list[Session]) -> None:
    rest(as_ada, week[0], "time")
    as_ada.post(f"/sessions/{week[0].pk}/undo/")
    week[0].refresh_from_db()
    assert (week[0].state, week[0].why) == (Session.PLANNED, "")


def test_who_stops_a_session_is_not_asked_what_kept_them(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    as_ada.post(f"/sessions/{week[0].pk}/start/")
    as_ada.post(f"/sessions/{week[0].pk}/stop/", {"sign": "none", "minutes": "0"})
    assert "One tap, or none" not in as_ada.get("/today/").content.decode()


# Illness


def ill(client: Client, **more: object) -> None:
    client.post("/check-in/", {"flags": "asked", "ill": "on", "energy": 6, **more})


def test_on_a_day_of_illness_today_is_rest_with_a_little_left_open(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    ill(as_ada)
    week[0].refresh_from_db()
    assert week[0].state == Session.NOT_TODAY
    page = as_ada.get("/today/").content.decode()
    assert "Rest is right today" in page
    assert "just a little, if you like" in page
    assert "One tap, or none" not in page, "it is known why"
    assert 'class="main"' not in page
    as_ada.post(f"/sessions/{week[0].pk}/a-little/")
    begun = queries.suggested(queries.sessions_of(queries.week_of(ada, today())), today())
    assert (begun.state, begun.day) == (Session.STARTED, today())
    assert 2 <= begun.minutes <= 5
    as_ada.post(f"/sessions/{begun.pk}/done/")
    assert ada.bouts.get().minutes == begun.minutes


def test_a_little_that_was_begun_is_not_put_to_rest_by_the_next_tap(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    ill(as_ada)
    as_ada.post(f"/sessions/{week[0].pk}/a-little/")
    ill(as_ada, mood=3)
    assert ada.sessions.filter(state=Session.STARTED).count() == 1


def test_rest_that_is_taken_back_stays_taken_back(as_ada: Client, week: list[Session]) -> None:
    ill(as_ada)
    as_ada.post(f"/sessions/{week[0].pk}/undo/")
    ill(as_ada, mood=3)
    week[0].refresh_from_db()
    assert week[0].state == Session.PLANNED


def test_the_first_one_back_is_smaller_and_says_why(as_ada: Client, ada: Person, week: list[Session]) -> None:
    ill(as_ada)
    ill(as_ada, mood=5)
    back = coming(ada)
    assert back.minutes == 13, "65 percent of 20, once"
    step = back.content["trace"]["steps"][-1]
    assert (step["name"], step["rule"]) == ("smaller after an illness", "after-illness")


def test_a_tick_that_slipped_leaves_the_day_as_it_was(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    ill(as_ada)
    as_ada.post("/check-in/", {"flags": "asked", "energy": 6})
    week[0].refresh_from_db()
    assert (week[0].state, week[0].why) == (Session.PLANNED, "")
    assert coming(ada).pk == week[1].pk
    assert coming(ada).minutes == 20


def test_well_again_the_first_one_back_stays_smaller(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    journal.check_in(ada, today() - DAY, "later", {"ill": True})
    ill(as_ada)
    as_ada.post("/check-in/", {"flags": "asked", "energy": 6})
    assert coming(ada).minutes == 13


def test_days_of_illness_count_as_nothing_missed(ada: Person, week: list[Session]) -> None:
    for ago, session in enumerate(week, start=1):
        Session.objects.filter(pk=session.pk).update(day=today() - ago * DAY)
    assert inputs.of_week(ada, today())["missed"] == len(week)
    journal.check_in(ada, today() - DAY, "later", {"ill": True})
    assert inputs.of_week(ada, today())["missed"] == len(week) - 1


def test_a_week_made_on_a_day_of_illness_begins_with_rest(ada: Person) -> None:
    journal.check_in(ada, today(), "later", {"ill": True})
    actions.make_week(ada, today())
    assert not ada.sessions.filter(day=today(), state=Session.PLANNED).exists()


# The week page


def test_a_swap_is_one_tap_on_the_week_page_too(as_ada: Client, ada: Person, week: list[Session]) -> None:
    page = as_ada.get("/week/").content.decode()
    for session in week:
        assert f'action="/sessions/{session.pk}/swap/"' in page
    answer = as_ada.post(f"/sessions/{week[1].pk}/swap/", {"back": "week"})
    assert answer["Location"] == "/week/"
    assert coming(ada).activity != week[1].activity


def test_what_was_done_unplanned_is_listed_and_counts(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    assert "You also did" not in as_ada.get("/week/").content.decode()
    journal.add_bout(ada, activity="dancing-at-home", start=timezone.now(), minutes=7)
    as_ada.post(f"/sessions/{week[0].pk}/done/")
    page = as_ada.get("/week/").content.decode()
    also = page[page.index("You also did") :]
    assert also.count("It counts.") == 1
    assert "7 minutes" in also


def test_the_next_session_is_told_in_detail_and_the_rest_as_an_outline(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    week[0].content["trace"] |= {
        "how": [{"pattern": "Walk for {n} minutes", "values": {"n": 3}}],
        "place": {"name": "The <old> park", "where": "", "when": [], "own": False},
    }
    week[0].save()
    for path in ("/week/", f"/sessions/{week[0].pk}/"):
        page = as_ada.get(path).content.decode()
        assert "Walk for 3 minutes" in page
        assert "The &lt;old&gt; park" in page
        assert page.count("The smallest version") == 1
    assert as_ada.get("/week/").content.decode().count("Any order is fine") == 1, "said once"


def test_nobody_can_say_why_or_do_a_little_for_another(as_ben: Client, week: list[Session]) -> None:
    Session.objects.filter(pk=week[0].pk).update(state=Session.NOT_TODAY)
    for action in ("why-not", "a-little"):
        assert as_ben.post(f"/sessions/{week[0].pk}/{action}/", {"why": "ill"}).status_code == 404
    week[0].refresh_from_db()
    assert (week[0].state, week[0].why) == (Session.NOT_TODAY, "")


def test_today_needs_few_queries_after_a_why_however_long_the_past(
    as_ada: Client, ada: Person, week: list[Session]
) -> None:
    def needed() -> int:
        with CaptureQueriesContext(connection) as made:
            as_ada.get("/today/")
        return len(made)

    ada.answers |= {"barriers": []}
    ada.save()
    rest(as_ada, week[0], "weather")
    needed()
    few = needed()
    for ago in range(8, 80, 8):
        for session in actions.make_week(ada, today() - ago * DAY).sessions.all():
            Session.objects.filter(pk=session.pk).update(state=Session.NOT_TODAY, why="weather")
    assert needed() == few
