"""Stop now: in every session, without blame, with the number to call, and with what it means for the plan. And a flare."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.safety.stop_signs import stop_signs
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, inputs, queries
from ambulando.web.plans.models import Session

SIGNS = [sign.id for sign in stop_signs()]
HOLDING = [sign.id for sign in stop_signs() if sign.symptom]


def begun(person: Person, minutes_ago: int = 0) -> Session:
    today = timezone.localdate()
    session = queries.suggested(queries.sessions_of(actions.ensure_week(person, today)), today)
    assert session
    actions.start(person, session, today)
    started = timezone.now() - timedelta(minutes=minutes_ago)
    Session.objects.filter(pk=session.pk).update(started_at=started)
    session.refresh_from_db()
    return session


def page(client: Client, path: str) -> str:
    return unescape(client.get(path).content.decode())


def stop(client: Client, session: Session, **fields: Any) -> str:
    return unescape(client.post(f"/sessions/{session.pk}/stop/", fields, follow=True).content.decode())


# --- where it is


def test_a_session_under_way_has_one_plain_stop_now(as_ada: Client, ada: Person) -> None:
    session = begun(ada)
    address = f'href="/sessions/{session.pk}/stop/"'
    for path in ("/today/", f"/sessions/{session.pk}/"):
        assert page(as_ada, path).count(address) == 1
        assert "Stop now" in page(as_ada, path)


def test_the_page_of_any_session_has_it(as_ada: Client, ada: Person) -> None:
    for session in queries.sessions_of(actions.ensure_week(ada, timezone.localdate())):
        assert f'href="/sessions/{session.pk}/stop/"' in page(as_ada, f"/sessions/{session.pk}/")


def test_what_to_do_and_the_number_come_before_any_question(as_ada: Client, ada: Person) -> None:
    found = page(as_ada, f"/sessions/{begun(ada).pk}/stop/")
    first = found.index("Stop now, and sit or lie down")
    call = found.index('href="tel:111"')
    assert first < call < found.index("What do you feel?")
    for sign in stop_signs():
        assert str(sign.words) in found
    assert found.count('class="main"') == 1


def test_what_a_sign_does_is_said_before_it_is_sent(as_ada: Client, ada: Person) -> None:
    found = page(as_ada, f"/sessions/{begun(ada).pk}/stop/")
    holds = found.index(
        "These hold your plan until a doctor has looked at it. You can take that back under You."
    )
    passes = found.index("These hold it only when they come back another time.")
    for sign in stop_signs():
        place = found.index(f'value="{sign.id}"')
        assert (holds < place < passes) if sign.symptom else place > passes


# --- stopping


def test_just_stopping_is_fine_and_what_was_done_counts(as_ada: Client, ada: Person) -> None:
    session = begun(ada, minutes_ago=4)
    assert 'name="minutes" min="0" max="600" value="4"' in page(as_ada, f"/sessions/{session.pk}/stop/")
    found = stop(as_ada, session, sign="none", minutes="4")
    assert "You stopped, and that is fine." in found
    for blame in ("only", "failed", "!", "should", "instead of"):
        assert blame not in found.split('role="status"')[1].split("</div>")[0]
    session.refresh_from_db()
    assert session.state == Session.DONE
    bout = ada.bouts.get()
    assert (bout.minutes, bout.activity) == (4, session.activity)
    assert not ada.stops.exists()


@pytest.mark.parametrize("minutes", ["0", ""])
def test_with_no_minutes_nothing_is_noted_and_the_day_is_at_rest(
    as_ada: Client, ada: Person, minutes: str
) -> None:
    session = begun(ada)
    stop(as_ada, session, sign="none", minutes=minutes)
    session.refresh_from_db()
    assert session.state == Session.NOT_TODAY
    assert not ada.bouts.exists()


def test_the_minutes_offered_are_never_more_than_were_planned(as_ada: Client, ada: Person) -> None:
    session = begun(ada, minutes_ago=500)
    assert f'max="600" value="{session.minutes}"' in page(as_ada, f"/sessions/{session.pk}/stop/")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Please choose one of the signs"),
        ({"sign": "toothache"}, "Please choose one of the signs"),
        ({"sign": "none", "minutes": "soon"}, "from 0 to 600"),
        ({"sign": "chest", "minutes": "-3"}, "from 0 to 600"),
        ({"sign": "chest", "minutes": "99999999999999999999"}, "from 0 to 600"),
    ],
)
def test_a_slip_is_one_sentence_and_changes_nothing(
    as_ada: Client, ada: Person, fields: dict[str, str], said: str
) -> None:
    session = begun(ada)
    answer = as_ada.post(f"/sessions/{session.pk}/stop/", fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'href="tel:111"' in answer.content.decode(), "the number stays"
    session.refresh_from_db()
    assert session.state == Session.STARTED
    assert not ada.stops.exists()
    ada.refresh_from_db()
    assert ada.answers["symptoms"] == []


@pytest.mark.parametrize("sign", HOLDING)
def test_a_sign_that_needs_a_doctor_holds_the_plan_until_it_is_taken_back(
    as_ada: Client, ada: Person, sign: str
) -> None:
    session = begun(ada, minutes_ago=3)
    found = stop(as_ada, session, sign=sign, minutes="3")
    (one,) = [known for known in stop_signs() if known.id == sign]
    assert str(one.what_to_do("111")) in found
    assert 'href="tel:111"' in found
    assert "see a doctor before your next session" in found
    assert "Until then, we hold your plan." in found
    ada.refresh_from_db()
    assert ada.answers["symptoms"] == [one.symptom]
    today = page(as_ada, "/today/")
    assert "No plan for now" in today
    assert ada.bouts.get().minutes == 3, "what was done is kept"
    # under You
    assert f'value="{one.symptom}" id="id_symptoms' in page(as_ada, "/start/safety/")
    people.tell(ada, {"symptoms": []})
    actions.make_week(ada, timezone.localdate())
    assert "No plan for now" not in page(as_ada, "/today/")


@pytest.mark.parametrize("sign", sorted(set(SIGNS) - set(HOLDING)))
def test_a_sign_that_settles_gets_its_advice_and_the_same_one_again_leads_to_a_doctor(
    as_ada: Client, ada: Person, sign: str
) -> None:
    (one,) = [known for known in stop_signs() if known.id == sign]
    first = stop(as_ada, begun(ada), sign=sign)
    assert str(one.what_to_do("111")) in first
    assert "Your plan goes on when you are ready." in first
    ada.refresh_from_db()
    assert ada.answers["symptoms"] == []
    assert "No plan for now" not in page(as_ada, "/today/")
    again = stop(as_ada, begun(ada), sign=sign)
    assert "This came back, so please see a doctor before your next session." in again
    ada.refresh_from_db()
    assert ada.answers["symptoms"] == ["warning-sign"]
    assert "No plan for now" in page(as_ada, "/today/")


def test_another_sign_the_second_time_is_not_the_same_one_again(as_ada: Client, ada: Person) -> None:
    stop(as_ada, begun(ada), sign="joint")
    assert "Your plan goes on" in stop(as_ada, begun(ada), sign="heat")


def test_the_same_tap_twice_counts_once(as_ada: Client, ada: Person) -> None:
    session = begun(ada)
    stop(as_ada, session, sign="joint", minutes="2")
    assert "Your plan goes on" in stop(as_ada, session, sign="joint", minutes="2")
    assert ada.stops.count() == 1
    assert ada.bouts.count() == 1


def test_a_sign_can_be_told_without_a_session_under_way(as_ada: Client, ada: Person) -> None:
    week = actions.ensure_week(ada, timezone.localdate())
    stop(as_ada, queries.sessions_of(week)[0], sign="chest")
    ada.refresh_from_db()
    assert ada.answers["symptoms"] == ["chest-discomfort"]
    assert not ada.bouts.exists()


def test_an_old_page_reaches_the_session_that_took_its_place(as_ada: Client, ada: Person) -> None:
    old = begun(ada)
    new = actions.smaller(ada, old)
    assert new.pk != old.pk
    stop(as_ada, old, sign="none")
    new.refresh_from_db()
    assert new.state == Session.NOT_TODAY


def test_a_session_made_smaller_while_under_way_still_knows_when_it_began(ada: Person) -> None:
    old = begun(ada, minutes_ago=3)
    assert actions.smaller(ada, old).started_at == old.started_at


def test_nobody_stops_the_session_of_another_or_reads_why(
    as_ben: Client, as_ada: Client, ada: Person
) -> None:
    session = begun(ada)
    for path in ("stop", "stopped"):
        assert as_ben.get(f"/sessions/{session.pk}/{path}/").status_code == 404
    assert as_ben.post(f"/sessions/{session.pk}/stop/", {"sign": "chest"}).status_code == 404
    session.refresh_from_db()
    assert session.state == Session.STARTED
    stop(as_ada, session, sign="chest")
    assert as_ben.get(f"/sessions/{session.pk}/stopped/").status_code == 404


def test_leaving_removes_what_was_told(as_ada: Client, ada: Person) -> None:
    from ambulando.web.plans.models import Stop

    stop(as_ada, begun(ada), sign="chest")
    as_ada.post("/you/leave/")
    assert not Stop.objects.exists()


# --- the page for everybody


def test_the_page_of_signs_needs_no_account(client: Client, db: None) -> None:
    found = page(client, "/stop/?country=NZ")
    assert 'href="tel:111"' in found
    for sign in stop_signs():
        assert str(sign.words) in found
    assert "Stop now, and sit or lie down" in found


def test_the_page_of_signs_needs_no_database(client: Client) -> None:
    assert client.get("/stop/?country=GB").status_code == 200


def test_the_page_of_signs_knows_the_country_of_the_person(as_ada: Client) -> None:
    assert "Call 111 at once" in page(as_ada, "/stop/")
    assert "Call 112 at once" in page(as_ada, "/stop/?country=DE")


def test_without_a_country_no_number_is_claimed_for_a_place(client: Client, db: None) -> None:
    for address in ("/stop/", "/stop/?country=XX"):
        assert "Call your emergency number at once" in page(client, address)


# --- a flare


@pytest.fixture
def in_pain(ada: Person) -> Person:
    people.tell(
        ada,
        {"conditions": ["fibromyalgia"], "energy": 9, "active": {"days": 5, "minutes": 40}, "windows": []},
    )
    return ada


def of_today(person: Person) -> Session:
    today = timezone.localdate()
    (session,) = [one for one in queries.sessions_of(queries.week_of(person, today)) if one.day == today]
    return session


def planned_today(person: Person) -> Session:
    week = actions.make_week(person, timezone.localdate())
    session = queries.sessions_of(week)[0]
    Session.objects.filter(pk=session.pk).update(day=timezone.localdate())
    session.refresh_from_db()
    return session


def test_one_tap_on_today_or_the_week_halves_todays_session_alone(as_ada: Client, in_pain: Person) -> None:
    before = planned_today(in_pain)
    others = {one.pk: one.minutes for one in queries.sessions_of(before.week) if one.pk != before.pk}
    for path in ("/today/", "/week/"):
        assert "It flares today" in page(as_ada, path)
    as_ada.post("/today/flare/", {"flares": "yes"})
    now = of_today(in_pain)
    assert now.minutes == before.minutes // 2
    assert now.instead_of_id == before.pk
    assert {pk: Session.objects.get(pk=pk).minutes for pk in others} == others
    assert "half as long" in page(as_ada, "/today/")


def test_a_flare_twice_is_a_half_and_not_a_quarter(as_ada: Client, in_pain: Person) -> None:
    before = planned_today(in_pain)
    for _ in range(2):
        as_ada.post("/today/flare/", {"flares": "yes"})
    assert of_today(in_pain).minutes == before.minutes // 2


def test_a_flare_is_gone_the_next_day_by_itself(as_ada: Client, in_pain: Person) -> None:
    planned_today(in_pain)
    as_ada.post("/today/flare/", {"flares": "yes"})
    in_pain.refresh_from_db()
    assert in_pain.flares_today
    actions.make_week(in_pain, timezone.localdate())
    assert "half as long" in page(as_ada, "/week/")
    yesterday = timezone.localdate() - timedelta(days=1)
    people.flares(in_pain, yesterday)
    assert "half as long" not in page(as_ada, "/week/"), "nor does the week that was made on that day say so"
    assert "It flares today" in page(as_ada, "/today/")


def test_a_flare_can_be_taken_back(as_ada: Client, in_pain: Person) -> None:
    before = planned_today(in_pain)
    as_ada.post("/today/flare/", {"flares": "yes"})
    as_ada.post("/today/flare/", {"flares": "no"})
    assert of_today(in_pain).pk == before.pk
    in_pain.refresh_from_db()
    assert in_pain.flare_on is None


def test_a_day_of_a_flare_costs_nothing(in_pain: Person) -> None:
    session = planned_today(in_pain)
    yesterday = timezone.localdate() - timedelta(days=1)
    Session.objects.filter(pk=session.pk).update(day=yesterday)
    assert inputs.of_week(in_pain, timezone.localdate())["missed"] == 1
    people.flares(in_pain, yesterday)
    assert inputs.of_week(in_pain, timezone.localdate())["missed"] == 0


def test_a_session_that_was_begun_stays_as_it_is(as_ada: Client, in_pain: Person) -> None:
    session = planned_today(in_pain)
    actions.start(in_pain, session, timezone.localdate())
    as_ada.post("/today/flare/", {"flares": "yes"})
    session.refresh_from_db()
    assert session.state == Session.STARTED


def test_who_has_no_condition_that_flares_is_not_asked(as_ada: Client, ada: Person) -> None:
    for path in ("/today/", "/week/"):
        assert "It flares today" not in page(as_ada, path)
    as_ada.post("/today/flare/", {"flares": "yes"})
    ada.refresh_from_db()
    assert ada.flare_on is None
