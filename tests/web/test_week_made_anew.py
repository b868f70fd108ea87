"""A week that is made anew keeps its seven days, and all that was done in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from comparing_people import begun
from django.test import Client
from django.utils import timezone

from ambulando.activity.catalogue import catalogue
from ambulando.ground import words_of
from ambulando.plan.places import Place, does, trace_of
from ambulando.safety.profile import DAYS, Window
from ambulando.web.alongside import actions as alongside
from ambulando.web.comparisons import placing
from ambulando.web.comparisons.models import Draw
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.places import actions as places
from ambulando.web.plans import actions, inputs, queries
from ambulando.web.plans.models import Decision, Pause, Session, Week

DAY = timedelta(days=1)
#: a Monday, on which Ada has time
FIRST = date(2026, 11, 23)


def moment(day: date) -> datetime:
    return datetime.combine(day, time(18), UTC)


def made(person: Person, day: date = FIRST) -> list[Session]:
    return queries.sessions_of(actions.make_week(person, day))


def done(person: Person, session: Session, day: date) -> Session:
    return actions.done(person, session, moment(day), minutes=session.minutes)


@pytest.mark.parametrize("later", [0, 3, 6])
def test_no_session_stands_outside_the_week_whichever_day_it_is_made_anew(ada: Person, later: int) -> None:
    first = made(ada)
    done(ada, first[0], FIRST)
    sessions = made(ada, FIRST + later * DAY)
    week = sessions[0].week
    assert week.starts == FIRST
    assert ada.weeks.filter(current=True).count() == 1
    assert [one.pk for one in sessions if one.state == Session.DONE] == [first[0].pk]
    ahead = [one.day for one in sessions if one.state == Session.PLANNED]
    assert all(FIRST + later * DAY <= day < FIRST + 7 * DAY for day in ahead)
    assert len({one.day for one in sessions}) == len(sessions)
    assert len(sessions) <= len(first), "what was done counts"


def test_on_the_day_after_its_seventh_a_new_week_begins(ada: Person) -> None:
    made(ada)
    assert actions.ensure_week(ada, FIRST + 6 * DAY).starts == FIRST
    assert actions.ensure_week(ada, FIRST + 7 * DAY).starts == FIRST + 7 * DAY


def test_when_everything_is_done_another_week_asks_for_nothing_more_and_says_so(ada: Person) -> None:
    first = made(ada)
    for at, session in enumerate(first):
        done(ada, session, FIRST + at * DAY)
    week = actions.make_week(ada, FIRST + 4 * DAY)
    sessions = queries.sessions_of(week)
    assert {one.pk for one in sessions} == {one.pk for one in first}
    assert all(one.state == Session.DONE for one in sessions)
    assert "What you did this week counts" in str(words_of(week.message))
    assert not Decision.objects.filter(session=None).exists()


def test_what_was_done_on_another_day_than_planned_is_counted_once_on_the_day_on_which_it_was_done(
    ada: Person,
) -> None:
    last = made(ada)[-1]
    assert last.day > FIRST
    session = actions.start(ada, last, FIRST)
    done(ada, session, FIRST)
    week = actions.make_week(ada, FIRST)
    steps = {one["name"]: one["value"] for one in week.trace["steps"] if isinstance(one["name"], str)}
    assert steps["done or begun this week"] == 1
    assert steps["minutes of this week so far"] == session.minutes


def test_what_is_begun_early_and_made_smaller_stays_with_today(ada: Person) -> None:
    last = made(ada)[-1]
    session = actions.smaller(ada, actions.start(ada, last, FIRST))
    assert (session.day, session.state) == (FIRST, Session.STARTED)


def test_something_unplanned_counts_and_is_shown(as_ada: Client, ada: Person) -> None:
    today = timezone.localdate()
    first = made(ada, today)
    journal.add_bout(
        ada, activity="easy-walk", start=timezone.now() - timedelta(minutes=5), minutes=first[0].minutes
    )
    again = made(ada, today)
    assert len(again) == len(first) - 1
    assert today not in {one.day for one in again}
    assert "You also did" in as_ada.get("/week/").content.decode()


def test_who_rests_today_is_told_of_as_many_sessions_as_there_are(ada: Person) -> None:
    first = made(ada)
    assert first[0].day == FIRST
    actions.not_today(ada, first[0])
    week = actions.make_week(ada, FIRST)
    ahead = [one for one in queries.sessions_of(week) if one.state == Session.PLANNED]
    assert FIRST not in {one.day for one in ahead}
    assert str(sum(one.minutes for one in ahead)) in str(words_of(week.message))
    assert [one.pk for one in queries.sessions_of(week) if one.state == Session.NOT_TODAY] == [first[0].pk]


def test_a_rest_on_the_last_day_is_not_said_to_be_the_calendars_fault(ada: Person) -> None:
    made(ada)
    last = FIRST + 6 * DAY
    session = actions.start(ada, made(ada, last)[-1], last)
    actions.not_today(ada, session)
    week = actions.make_week(ada, last)
    assert "calendar" not in str(words_of(week.message))
    assert "a new week begins tomorrow" in str(words_of(week.message))


@pytest.mark.parametrize("clock", [time(7, 30), time(15, 7), time(21, 40)])
@pytest.mark.parametrize("later", [0, 3, 6])
def test_a_week_that_is_made_late_in_a_day_has_no_session_in_an_hour_that_is_gone(
    ada: Person, monkeypatch: pytest.MonkeyPatch, later: int, clock: time
) -> None:
    today = FIRST + later * DAY
    made(ada, FIRST - DAY)
    Week.objects.update(starts=FIRST)
    monkeypatch.setattr(timezone, "now", lambda: datetime.combine(today, clock, ada.zone))
    ahead = [one for one in made(ada, today) if one.state == Session.PLANNED]
    assert ahead
    assert all(one.day > today or one.time > clock for one in ahead)
    assert all(today <= one.day < FIRST + 7 * DAY for one in ahead)
    assert all(f"{one.time:%H:%M}" == one.content["time"][:5] for one in ahead)


def test_at_the_end_of_the_last_day_the_week_ends_with_rest(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(ada)
    last = FIRST + 6 * DAY
    monkeypatch.setattr(timezone, "now", lambda: datetime.combine(last, time(23, 50), ada.zone))
    week = actions.make_week(ada, last)
    assert [one for one in queries.sessions_of(week) if one.state == Session.PLANNED] == []
    assert "a new week begins tomorrow" in str(words_of(week.message))


def test_what_was_planned_for_an_hour_that_has_passed_may_be_at_any_time_of_today(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(ada, FIRST - DAY)
    ada.sessions.update(day=FIRST, time=time(10))
    for clock, words in ((time(9), "about 10:00"), (time(12), "any time today")):
        monkeypatch.setattr(timezone, "now", lambda at=clock: datetime.combine(FIRST, at, ada.zone))
        as_ada.force_login(ada)
        assert words in as_ada.get("/week/").content.decode()


def test_after_a_pause_the_week_goes_on_with_what_was_done_before_it(ada: Person) -> None:
    first = made(ada)
    done(ada, first[0], FIRST)
    actions.pause(ada, FIRST + DAY)
    week = actions.come_back(ada, FIRST + 3 * DAY)
    assert week is not None
    assert week.starts == FIRST
    assert first[0].pk in {one.pk for one in queries.sessions_of(week)}
    actions.pause(ada, FIRST + 4 * DAY)
    week = actions.come_back(ada, FIRST + 20 * DAY)
    assert week is not None
    assert week.starts == FIRST + 20 * DAY


def test_while_the_plan_rests_nothing_but_safety_makes_a_week(as_ada: Client, ada: Person) -> None:
    made(ada, timezone.localdate() - DAY)
    Pause.objects.create(person=ada, starts=timezone.localdate() - DAY)
    weeks = Week.objects.count()
    page = as_ada.post("/week/remake/", follow=True).content.decode()
    assert "Here is a new week" not in page
    alongside.add_homework(ada, timezone.now(), activity="easy-walk")
    assert Week.objects.count() == weeks
    ada.answers |= {"symptoms": ["chest-discomfort"]}
    ada.save()
    assert actions.make_anew(ada, timezone.localdate()).outcome == "hold"
    page = as_ada.post("/week/come-back/", follow=True).content.decode()
    assert "No plan for now" in page
    assert "something small" not in page


def test_after_a_hold_that_lifted_what_was_done_is_back_and_the_days_are_the_same(ada: Person) -> None:
    first = made(ada)
    done(ada, first[0], FIRST)
    ada.answers |= {"symptoms": ["chest-discomfort"]}
    ada.save()
    held = actions.make_week(ada, FIRST + DAY)
    assert held.outcome == "hold"
    assert Decision.objects.get(reason=Decision.SAFETY).day == FIRST + DAY
    ada.answers |= {"symptoms": []}
    ada.save()
    week = actions.make_week(ada, FIRST + 3 * DAY)
    sessions = queries.sessions_of(week)
    assert week.starts == FIRST
    assert first[0].pk in {one.pk for one in sessions}
    assert all(one.day >= FIRST + 3 * DAY for one in sessions if one.state == Session.PLANNED)


def test_what_is_under_way_rests_when_a_clinician_asked_to_leave_it_out(ada: Person) -> None:
    session = actions.start(ada, made(ada)[0], FIRST)
    kind = catalogue()[session.activity].modality
    alongside.ask(ada, moment(FIRST), avoid=[kind])
    session.refresh_from_db()
    assert session.state == Session.NOT_TODAY
    kinds = {
        catalogue()[one.activity].modality
        for one in ada.sessions.filter(state=Session.PLANNED, week__current=True)
    }
    assert kind not in kinds


def test_a_draw_of_today_stands_in_the_week_that_is_made_anew(ada: Person) -> None:
    comparison = begun(ada)
    draw = comparison.draws.get(day=timezone.localdate())
    week = actions.make_week(ada, draw.day)
    placing.ensure_draw(ada, comparison, week, draw.day)
    again = actions.make_week(ada, draw.day)
    kept = placing.ensure_draw(ada, comparison, again, draw.day)
    assert kept is not None
    assert kept.session is not None
    assert kept.session.week == again
    assert [one.day for one in queries.sessions_of(again)].count(draw.day) == 1
    actions.start(ada, kept.session, draw.day)
    actions.done(ada, kept.session, moment(draw.day))
    third = actions.make_week(ada, draw.day)
    draw = Draw.objects.get(pk=draw.pk)
    assert draw.session is not None
    assert (draw.session.week, draw.session.state) == (third, Session.DONE)


def test_a_flare_that_passed_gives_back_what_stood_in_the_week_of_now(ada: Person) -> None:
    ada.answers |= {"conditions": ["fibromyalgia"], "energy": 9, "active": {"days": 5, "minutes": 40}}
    ada.save()
    session = made(ada)[0]
    actions.flare(ada, FIRST)
    (half,) = (one for one in queries.sessions_of(queries.week_of(ada, FIRST)) if one.day == FIRST)
    assert half.minutes < session.minutes
    actions.not_today(ada, half)
    week = actions.make_week(ada, FIRST)
    half.refresh_from_db()
    actions.undo(ada, half)
    actions.no_flare(ada, FIRST)
    back = [one for one in queries.sessions_of(week) if one.day == FIRST]
    assert [(one.pk, one.state) for one in back] == [(session.pk, Session.PLANNED)]


def test_a_session_that_ends_after_midnight_of_the_last_day_is_seen_in_the_new_week(ada: Person) -> None:
    made(ada)
    session = actions.start(ada, made(ada, FIRST + 6 * DAY)[-1], FIRST + 6 * DAY)
    new = actions.make_week(ada, FIRST + 7 * DAY)
    done(ada, session, FIRST + 7 * DAY)
    assert session.pk in {one.pk for one in queries.sessions_of(new)}


def test_nothing_done_is_ever_lost_however_often_a_week_is_made(ada: Person) -> None:
    kept: set[int] = set()
    for day in range(14):
        today = FIRST + day * DAY
        for _ in range(2):
            week = actions.make_week(ada, today)
        session = queries.suggested(queries.sessions_of(week), today)
        if session:
            kept.add(done(ada, actions.start(ada, session, today), today).pk)
    assert set(ada.sessions.filter(state=Session.DONE).values_list("pk", flat=True)) == kept
    assert ada.bouts.count() == len(kept)
    assert (
        set(ada.sessions.filter(state=Session.DONE, week__current=True).values_list("pk", flat=True)) == kept
    )


@pytest.mark.parametrize("change", ["smaller", "swap", "flare"])
def test_how_to_do_it_is_said_for_the_minutes_that_it_has_now(ada: Person, change: str) -> None:
    ada.answers |= {"conditions": ["fibromyalgia"], "energy": 9, "active": {"days": 5, "minutes": 40}}
    ada.save()
    session = made(ada)[0]
    if change == "flare":
        actions.flare(ada, FIRST)
    else:
        getattr(actions, change)(ada, session, *([FIRST] if change == "swap" else []))
    now = queries.standing(Session.objects.get(pk=session.pk))
    assert now.pk != session.pk
    assert now.content["trace"]["how"]


def test_a_swap_finds_a_place_of_the_persons_own(ada: Person) -> None:
    bench = Place(id="one", name="My bench", kind="park", activities=("walking", "yoga", "everyday"))
    places.add(ada, bench)
    found = []
    for session in made(ada):
        other = actions.swap(ada, session, FIRST)
        found.append(other.content["trace"].get("place", {}).get("name"))
        kind = catalogue()[other.activity]
        assert (found[-1] == "My bench") == does(replace(bench, own=True), kind)
    assert found


def at_a_place(session: Session, place: Place, day: date) -> Session:
    """The session as though this place had been found for it."""
    session.content["trace"]["place"] = trace_of(place, day)
    session.save()
    return session


def test_a_smaller_session_names_a_place_only_where_it_is_worth_the_way(ada: Person) -> None:
    session, other, *_ = made(ada)
    hall = Place(id="hall", name="The hall", kind="other", activities=(session.activity,))
    little = actions.smaller(ada, actions.smaller(ada, at_a_place(session, hall, FIRST)))
    assert little.minutes < 10
    assert "place" not in little.content["trace"]
    assert "worth a way from" in {one["name"] for one in little.content["trace"]["steps"]}
    places.add(ada, Place(id="one", name="My bench", kind="other", activities=(other.activity,)))
    own = actions.smaller(ada, actions.smaller(ada, at_a_place(other, hall, other.day)))
    assert own.minutes < 10
    assert own.content["trace"]["place"]["name"] == "My bench"


def test_what_is_begun_on_another_day_does_not_name_the_group_of_its_own(ada: Person) -> None:
    session = made(ada)[-1]
    assert session.day > FIRST
    evening = Window(DAYS[session.day.weekday()], time(18), time(19))
    group = Place(id="g", name="The group", kind="class", activities=(session.activity,), days=(evening,))
    begun_now = actions.start(ada, at_a_place(session, group, session.day), FIRST)
    begun_now.refresh_from_db()
    assert "place" not in begun_now.content["trace"]
    assert begun_now.content["trace"]["steps"][-1]["name"] == "place was for"


def test_homework_that_is_swapped_says_openly_what_becomes_of_it(as_ada: Client, ada: Person) -> None:
    today = timezone.localdate()
    alongside.add_homework(ada, timezone.now(), activity="easy-walk", times=1, minutes=5)
    session = next(
        one for one in queries.sessions_of(queries.week_of(ada, today)) if "homework" in one.content["trace"]
    )
    page = as_ada.post(f"/sessions/{session.pk}/swap/", {"back": "week"}, follow=True).content.decode()
    other = queries.standing(Session.objects.get(pk=session.pk))
    assert other.activity != "easy-walk"
    assert "homework" not in other.content["trace"]
    assert "what you agreed on in therapy" in page
    page = as_ada.post(f"/sessions/{other.pk}/swap/", {"back": "week"}, follow=True).content.decode()
    assert "what you agreed on in therapy" not in page, "said once"


def test_what_is_said_with_the_week_counts_the_minutes_that_it_has_now(as_ada: Client, ada: Person) -> None:
    today = timezone.localdate()
    sessions = made(ada, today)
    before = sum(one.minutes for one in sessions)
    assert f"{before} minutes" in str(queries.message_of(sessions[0].week))
    less = actions.smaller(ada, sessions[0])
    now = before - sessions[0].minutes + less.minutes
    assert now < before
    assert f"{now} minutes" in str(queries.message_of(less.week))
    assert f"{now} minutes" in as_ada.get("/week/").content.decode()
    actions.start(ada, less, today)
    again = made(ada, today)
    ahead = sum(one.minutes for one in again if one.state == Session.PLANNED)
    assert f"{ahead} minutes" in str(queries.message_of(again[0].week)), (
        "what goes along is not counted twice"
    )


def test_a_week_that_is_made_anew_does_not_forget_what_was_missed_before_it(ada: Person) -> None:
    today = timezone.localdate()
    for ago, session in enumerate(made(ada, today - 3 * DAY)[:2], start=1):
        Session.objects.filter(pk=session.pk).update(day=today - ago * DAY)
    Week.objects.update(made_at=moment(today - 3 * DAY))
    assert inputs.of_week(ada, today)["missed"] == 2
    made(ada, today)
    assert inputs.of_week(ada, today)["missed"] == 2
