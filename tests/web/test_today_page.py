"""Today: the check-in, the one suggestion and its ways out."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, convert, queries
from ambulando.web.plans.models import Session, Week

HTMX = {"HTTP_HX_REQUEST": "true"}


def offered(person: Person) -> Session:
    day = timezone.localdate()
    session = queries.suggested(queries.sessions_of(actions.ensure_week(person, day)), day)
    assert session
    return session


def offered_today(person: Person) -> Session:
    session = offered(person)
    Session.objects.filter(pk=session.pk).update(day=timezone.localdate())
    session.refresh_from_db()
    return session


def test_each_tap_of_the_check_in_is_kept_by_itself(as_ada: Client, ada: Person) -> None:
    for scale, value in (("mood", 4), ("energy", 6), ("sleep", 7)):
        answer = as_ada.post("/check-in/", {scale: value}, **HTMX)
        assert answer.status_code == 200
        assert "Saved" in answer.content.decode()
    check_in = ada.check_ins.get()
    assert (check_in.mood, check_in.energy, check_in.sleep) == (4, 6, 7)


def test_without_javascript_the_form_is_sent_whole(as_ada: Client, ada: Person) -> None:
    answer = as_ada.post("/check-in/", {"mood": 4, "energy": 6}, follow=True)
    assert "Saved" in answer.content.decode()
    assert ada.check_ins.get().sleep is None


def test_a_second_tap_changes_the_first(as_ada: Client, ada: Person) -> None:
    as_ada.post("/check-in/", {"mood": 4})
    as_ada.post("/check-in/", {"mood": 5})
    assert ada.check_ins.get().mood == 5


@pytest.mark.parametrize("value", ["11", "-1", "seven", "4.5", "99999999999999999999"])
def test_an_impossible_mood_is_one_sentence_and_changes_nothing(
    as_ada: Client, ada: Person, value: str
) -> None:
    answer = as_ada.post("/check-in/", {"mood": value, "energy": "5"}, **HTMX)
    assert answer.status_code == 422
    assert answer.content.decode().strip()
    assert not ada.check_ins.exists()


def test_an_empty_check_in_is_refused_kindly(as_ada: Client, ada: Person) -> None:
    answer = as_ada.post("/check-in/", {}, **HTMX)
    assert answer.status_code == 422
    assert not ada.check_ins.exists()


def test_today_shows_one_suggestion_with_its_ways_out(as_ada: Client) -> None:
    page = as_ada.get("/today/").content.decode()
    assert page.count('class="main"') == 1, "one main button a page"
    for words in ("smaller", "swap", "done", "not today", "Why this?"):
        assert words in page


def test_with_very_little_energy_the_card_is_all_there_is(as_ada: Client) -> None:
    as_ada.post("/check-in/", {"energy": 1})
    page = as_ada.get("/today/").content.decode()
    assert "How is it right now?" not in page
    assert "Start" in page
    assert "not today" in page
    assert "How is it right now?" in as_ada.get("/today/?all=1").content.decode()


def test_low_energy_makes_todays_session_smaller_and_the_trace_says_so(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    Session.objects.filter(pk=session.pk).update(day=timezone.localdate(), minutes=20)
    session.refresh_from_db()
    session.content |= {"day": timezone.localdate().isoformat(), "minutes": 20}
    session.content["trace"] |= {
        "steps": [s for s in session.content["trace"]["steps"] if s["rule"] != "low-energy"]
    }
    session.save()
    as_ada.post("/check-in/", {"energy": 1})
    now = offered(ada)
    assert now.instead_of_id == session.pk
    assert now.minutes < 20
    assert now.minutes >= 2


def test_start_and_done_write_a_bout_and_count_it(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    as_ada.post(f"/sessions/{session.pk}/start/")
    answer = as_ada.post(f"/sessions/{session.pk}/done/", follow=True)
    assert "That is 1 so far." in answer.content.decode()
    bout = ada.bouts.get()
    assert (bout.activity, bout.minutes) == (session.activity, session.minutes)
    session.refresh_from_db()
    assert (session.state, session.bout) == (Session.DONE, bout)


def test_done_twice_counts_once(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    for _ in range(2):
        as_ada.post(f"/sessions/{session.pk}/done/")
    assert ada.bouts.count() == 1


def test_smaller_goes_down_to_a_smallest_version_that_counts_in_full(as_ada: Client, ada: Person) -> None:
    minutes = [offered(ada).minutes]
    for _ in range(6):
        as_ada.post(f"/sessions/{offered(ada).pk}/smaller/")
        minutes.append(offered(ada).minutes)
    assert minutes == sorted(minutes, reverse=True)
    assert 2 <= minutes[-1] <= 5
    as_ada.post(f"/sessions/{offered(ada).pk}/done/")
    assert ada.bouts.count() == 1


def test_swap_offers_another_activity_on_the_same_day(as_ada: Client, ada: Person) -> None:
    before = offered(ada)
    as_ada.post(f"/sessions/{before.pk}/swap/")
    after = offered(ada)
    assert after.activity != before.activity
    assert after.day == before.day
    assert after.minutes <= before.minutes


def test_not_today_is_a_valid_answer_without_blame(as_ada: Client, ada: Person) -> None:
    session = offered_today(ada)
    page = as_ada.post(f"/sessions/{session.pk}/not-today/", follow=True).content.decode()
    assert "That is fine" in page
    assert "enough for today" in page
    assert 'class="main"' not in page, "nothing more is asked for"
    assert not ada.bouts.exists()
    session.refresh_from_db()
    assert session.state == Session.NOT_TODAY


def test_not_today_on_a_day_of_rest_leaves_the_next_session_where_it_is(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    Session.objects.filter(person=ada).update(day=timezone.localdate() + timedelta(days=2))
    page = as_ada.post(f"/sessions/{session.pk}/not-today/", follow=True).content.decode()
    assert "It stays in your week" in page
    session.refresh_from_db()
    assert session.state == Session.PLANNED


def test_after_done_nothing_more_is_asked_for_and_the_next_is_named(as_ada: Client, ada: Person) -> None:
    as_ada.post(f"/sessions/{offered(ada).pk}/done/")
    Session.objects.filter(person=ada, state=Session.PLANNED).update(
        day=timezone.localdate() + timedelta(days=2)
    )
    page = as_ada.get("/today/").content.decode()
    assert "That is enough for today" in page
    assert "Next: " in page
    assert 'class="main"' not in page


def test_after_a_check_in_the_card_comes_anew(as_ada: Client) -> None:
    assert as_ada.post("/check-in/", {"energy": 1}, **HTMX)["HX-Trigger"] == '{"checked-in": {}}'
    page = as_ada.get("/today/", **HTMX).content.decode()
    assert page.lstrip().startswith('<section id="card"')


def test_done_and_not_today_can_be_taken_back(as_ada: Client, ada: Person) -> None:
    session = offered_today(ada)
    for action in ("done", "not-today"):
        as_ada.post(f"/sessions/{session.pk}/{action}/")
        as_ada.post(f"/sessions/{session.pk}/undo/")
        session.refresh_from_db()
        assert session.state == Session.PLANNED
        assert not ada.bouts.exists()


def test_effort_after_done_is_one_tap(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    as_ada.post(f"/sessions/{session.pk}/done/")
    as_ada.post(f"/sessions/{session.pk}/effort/", {"effort": "4"}, **HTMX)
    assert ada.bouts.get().effort == 4
    for slip in ("44", "", "hard", "1" * 5000):
        assert as_ada.post(f"/sessions/{session.pk}/effort/", {"effort": slip}, **HTMX).status_code == 200
    assert ada.bouts.get().effort == 4


def test_nobody_can_act_on_the_session_of_another(as_ben: Client, ada: Person) -> None:
    session = offered(ada)
    for action in ("start", "done", "not-today", "smaller", "swap", "undo", "effort"):
        assert as_ben.post(f"/sessions/{session.pk}/{action}/").status_code == 404
    assert as_ben.get(f"/sessions/{session.pk}/").status_code == 404
    assert as_ben.get(f"/sessions/{session.pk}/why/").status_code == 404
    session.refresh_from_db()
    assert session.state == Session.PLANNED


def test_a_session_that_was_not_done_yesterday_is_never_shown_as_missed(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    yesterday = timezone.localdate() - timedelta(days=1)
    Session.objects.filter(person=ada).update(day=yesterday)
    page = as_ada.get("/today/").content.decode()
    assert "That is all for this week" in page
    assert "missed" not in page.lower()
    assert session.activity not in page


def test_the_plan_of_a_week_that_is_over_is_followed_by_the_next(as_ada: Client, ada: Person) -> None:
    offered(ada)
    Week.objects.update(starts=timezone.localdate() - timedelta(days=7))
    as_ada.get("/today/")
    assert ada.weeks.count() == 2


def test_making_another_week_keeps_what_was_done(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    as_ada.post(f"/sessions/{session.pk}/done/")
    as_ada.post("/week/remake/")
    page = as_ada.get("/week/").content.decode()
    assert "take that back" in page
    assert ada.bouts.count() == 1
    assert ada.weeks.filter(current=True).count() == 1


def test_the_pages_of_a_day_need_the_same_few_queries_after_months(as_ada: Client, ada: Person) -> None:
    def live(days: range) -> None:
        now = timezone.now()
        for day in days:
            moment = now - timedelta(days=day)
            journal.check_in(ada, moment.date(), "later", mood=day % 11)
            journal.add_bout(ada, activity="easy-walk", start=moment - timedelta(hours=1), minutes=10)
            journal.assess(ada, "paces-s", [1 + day % 5] * 4, moment.date())

    def queries_of(path: str) -> int:
        with CaptureQueriesContext(connection) as made:
            assert as_ada.get(path).status_code == 200
        return len(made)

    paths = ("/today/", "/journal/", "/progress/", "/questions/", "/week/")
    as_ada.get("/today/")
    live(range(1, 40, 10))
    few = {path: queries_of(path) for path in paths}
    live(range(100))
    assert {path: queries_of(path) for path in paths} == few
    assert max(few.values()) <= 12


def test_a_symptom_closes_also_a_session_that_was_begun(as_ada: Client, ada: Person) -> None:
    session = offered(ada)
    as_ada.post(f"/sessions/{session.pk}/start/")
    told = {"age": "34", "time_zone": "UTC", "active_days": "1", "symptoms": ["chest-discomfort"]}
    as_ada.post("/start/safety/", told)
    page = as_ada.get("/today/").content.decode()
    assert "No plan for now" in page
    assert "Under way" not in page


@pytest.mark.parametrize("action", ["start", "done", "smaller", "swap"])
def test_a_session_of_a_plan_that_no_longer_holds_can_not_be_taken(
    as_ada: Client, ada: Person, action: str
) -> None:
    session = offered(ada)
    ada.answers |= {"symptoms": ["chest-discomfort"]}
    ada.save()
    actions.make_week(ada, timezone.localdate())
    as_ada.post(f"/sessions/{session.pk}/{action}/")
    session.refresh_from_db()
    assert session.state == Session.PLANNED
    assert not ada.bouts.exists()
    assert 'class="main"' not in as_ada.get(f"/sessions/{session.pk}/").content.decode()


def test_looking_at_today_does_not_take_the_write_lock(
    as_ada: Client, ada: Person, django_assert_max_num_queries
) -> None:
    as_ada.get("/today/")
    with django_assert_max_num_queries(12) as queries_made:
        as_ada.get("/today/")
    writing = [
        one["sql"] for one in queries_made.captured_queries if one["sql"].split()[0] not in ("SELECT",)
    ]
    assert writing == []


def test_a_session_begun_on_an_earlier_day_is_not_offered_again(ada: Person) -> None:
    session = offered(ada)
    day = timezone.localdate()
    actions.start(ada, session, day - timedelta(days=1))
    now = queries.suggested(queries.sessions_of(queries.week_of(ada, day)), day)
    assert now is None or now.pk != session.pk


def test_a_high_phq_9_reaches_the_week_that_stands(ada: Person) -> None:
    day = timezone.localdate()
    ada.answers |= {"phq9": 3, "active": {"days": 5, "minutes": 40}, "minutes_per_week": 200, "energy": 8}
    ada.save()
    before = actions.make_week(ada, day)
    journal.assess(ada, "phq-9", [3] * 8 + [0], day)
    after = queries.week_of(ada, day)
    assert after.pk != before.pk
    assert "high-score" in [one["rule"] for one in after.constraints]
    assert max(session.minutes for session in queries.sessions_of(after)) <= 10


def test_a_high_phq_8_which_is_the_usual_choice_reaches_it_too(ada: Person) -> None:
    """It leaves one question out and has the same bands: a PHQ-9 would have come to as much, or more."""
    day = timezone.localdate()
    actions.make_week(ada, day)
    journal.assess(ada, "phq-8", [3] * 8, day)
    rules = [one["rule"] for one in queries.week_of(ada, day).constraints]
    assert "high-score" in rules
    assert convert.profile_of(ada, day).phq9 == 24
    journal.assess(ada, "phq-9", [0] * 8 + [0], day)
    assert convert.profile_of(ada, day).phq9 == 0, "what was said last counts"


def test_a_questionnaire_that_changes_no_rule_leaves_the_week_alone(ada: Person) -> None:
    day = timezone.localdate()
    before = actions.make_week(ada, day)
    journal.assess(ada, "phq-9", [1] * 8 + [0], day)
    assert queries.week_of(ada, day).pk == before.pk


def test_a_later_check_in_without_a_mood_leaves_the_one_of_the_morning(ada: Person) -> None:
    day = timezone.localdate()
    journal.check_in(ada, day, "morning", mood=3, energy=2)
    journal.check_in(ada, day, "later", energy=6)
    assert convert.check_ins(ada, day) == (convert.Felt(day, 3, 6),)


def under_way(client: Client, person: Person) -> Session:
    session = offered_today(person)
    client.post(f"/sessions/{session.pk}/start/")
    return session


def finished(client: Client, person: Person) -> Session:
    session = under_way(client, person)
    client.post(f"/sessions/{session.pk}/done/")
    session.refresh_from_db()
    return session


def test_before_a_session_one_tap_says_how_it_feels_and_the_bout_has_it(as_ada: Client, ada: Person) -> None:
    session = under_way(as_ada, ada)
    assert "How do you feel right now?" in as_ada.get("/today/").content.decode()
    answer = as_ada.post(f"/sessions/{session.pk}/feeling/", {"feeling_before": "-2"}, **HTMX)
    assert answer.content.decode().strip() == "Saved."
    assert 'value="-2" aria-label="−2" checked' in as_ada.get("/today/").content.decode()
    as_ada.post(f"/sessions/{session.pk}/done/")
    assert ada.bouts.get().feeling_before == -2


def test_what_was_felt_before_stays_when_the_session_becomes_smaller(as_ada: Client, ada: Person) -> None:
    session = under_way(as_ada, ada)
    as_ada.post(f"/sessions/{session.pk}/feeling/", {"feeling_before": "1"})
    as_ada.post(f"/sessions/{session.pk}/smaller/")
    as_ada.post(f"/sessions/{session.pk}/done/")
    assert ada.bouts.get().feeling_before == 1


def test_how_it_felt_before_reaches_the_bout_also_when_done_came_first(as_ada: Client, ada: Person) -> None:
    session = under_way(as_ada, ada)
    as_ada.post(f"/sessions/{session.pk}/done/")
    answer = as_ada.post(f"/sessions/{session.pk}/feeling/", {"feeling_before": "-3"}, **HTMX)
    assert answer.content.decode().strip() == "Saved."
    assert ada.bouts.get().feeling_before == -3


def test_a_tap_on_an_old_page_reaches_the_session_that_took_the_place(as_ada: Client, ada: Person) -> None:
    old = under_way(as_ada, ada)
    as_ada.post(f"/sessions/{old.pk}/swap/")
    new = offered(ada)
    assert new.pk != old.pk
    as_ada.post(f"/sessions/{old.pk}/feeling/", {"feeling_before": "2"}, **HTMX)
    new.refresh_from_db()
    assert new.feeling_before == 2


@pytest.mark.parametrize("told", [{"effort": "4"}, {"skip": "1"}])
def test_how_it_was_of_a_session_that_was_taken_back_is_answered_kindly(
    as_ada: Client, ada: Person, told: dict[str, str]
) -> None:
    session = finished(as_ada, ada)
    as_ada.post(f"/sessions/{session.pk}/undo/")
    for more in ({}, HTMX):
        answer = as_ada.post(f"/sessions/{session.pk}/effort/", told, follow=True, **more)
        assert answer.status_code == 200
    assert not ada.bouts.exists()
    session.refresh_from_db()
    assert (session.state, session.how_skipped) == (Session.PLANNED, False)


def test_after_done_each_scale_is_one_tap_and_each_is_optional(as_ada: Client, ada: Person) -> None:
    session = finished(as_ada, ada)
    path = f"/sessions/{session.pk}/effort/"
    assert as_ada.post(path, {"talk": "1"}, **HTMX).content.decode().strip() == "Saved."
    as_ada.post(path, {"feeling_after": "3", "talk": "1"}, **HTMX)
    bout = ada.bouts.get()
    assert (bout.feeling_after, bout.talk, bout.effort) == (3, 1, None)
    page = as_ada.get("/today/").content.decode()
    assert re.search(r'name="feeling_after" value="3"[^>]* checked', page)
    assert re.search(r'name="talk" value="1"[^>]* checked', page)
    answer = as_ada.post(path, {"feeling_after": "3", "talk": "1", "effort": "4"}, **HTMX)
    assert "The plan will take that into account" in answer.content.decode()
    assert ada.bouts.get().effort == 4
    assert "How hard was it?" not in as_ada.get("/today/").content.decode()


def test_how_it_was_can_be_skipped_in_one_tap_and_is_not_asked_again(as_ada: Client, ada: Person) -> None:
    session = finished(as_ada, ada)
    answer = as_ada.post(f"/sessions/{session.pk}/effort/", {"skip": "1"}, **HTMX)
    assert answer.content.decode().lstrip().startswith('<section id="card"')
    assert "How hard was it?" not in as_ada.get("/today/").content.decode()
    assert ada.bouts.get().effort is None


def test_without_javascript_how_it_was_is_sent_whole(as_ada: Client, ada: Person) -> None:
    session = finished(as_ada, ada)
    told = {"feeling_after": "-5", "talk": "2", "effort": "10"}
    page = as_ada.post(f"/sessions/{session.pk}/effort/", told, follow=True).content.decode()
    assert "Thank you" in page
    bout = ada.bouts.get()
    assert (bout.feeling_after, bout.talk, bout.effort) == (-5, 2, 10)


@pytest.mark.parametrize(
    ("path", "told"),
    [("feeling", {"feeling_before": "6"}), ("feeling", {"feeling_before": "good"}), ("feeling", {}),
     ("effort", {"feeling_after": "-6"}), ("effort", {"talk": "3"}), ("effort", {"talk": "1" * 5000})],
)  # fmt: skip
def test_a_place_that_is_not_on_a_scale_is_refused_kindly(
    as_ada: Client, ada: Person, path: str, told: dict[str, str]
) -> None:
    session = under_way(as_ada, ada) if path == "feeling" else finished(as_ada, ada)
    answer = as_ada.post(f"/sessions/{session.pk}/{path}/", told, **HTMX)
    assert "Please pick one of the places." in answer.content.decode()
    session.refresh_from_db()
    assert session.feeling_before is None
    assert all((one.feeling_after, one.talk) == (None, None) for one in ada.bouts.all())


def test_with_little_energy_nothing_but_effort_is_asked(as_ada: Client, ada: Person) -> None:
    as_ada.post("/check-in/", {"energy": 1})
    session = under_way(as_ada, ada)
    assert "How do you feel" not in as_ada.get("/today/").content.decode()
    as_ada.post(f"/sessions/{session.pk}/done/")
    page = as_ada.get("/today/").content.decode()
    assert "How hard was it?" in page
    assert "How do you feel" not in page
    assert 'name="talk"' not in page


def test_taking_done_back_asks_anew(as_ada: Client, ada: Person) -> None:
    session = under_way(as_ada, ada)
    as_ada.post(f"/sessions/{session.pk}/feeling/", {"feeling_before": "1"})
    as_ada.post(f"/sessions/{session.pk}/done/")
    as_ada.post(f"/sessions/{session.pk}/effort/", {"skip": "1"})
    as_ada.post(f"/sessions/{session.pk}/undo/")
    session.refresh_from_db()
    assert (session.feeling_before, session.how_skipped) == (None, False)


def test_nobody_tells_how_the_session_of_another_felt(as_ada: Client, as_ben: Client, ada: Person) -> None:
    session = under_way(as_ada, ada)
    assert as_ben.post(f"/sessions/{session.pk}/feeling/", {"feeling_before": "1"}).status_code == 404
    as_ada.post(f"/sessions/{session.pk}/done/")
    for told in ({"feeling_after": "1"}, {"skip": "1"}):
        assert as_ben.post(f"/sessions/{session.pk}/effort/", told).status_code == 404
    session.refresh_from_db()
    assert (session.feeling_before, session.how_skipped) == (None, False)


def test_stress_is_a_fourth_scale_behind_more(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/today/").content.decode()
    assert page.index("<summary>More</summary>") < page.index('name="stress"')
    as_ada.post("/check-in/", {"mood": 4, "stress": 8}, **HTMX)
    check_in = ada.check_ins.get()
    assert (check_in.mood, check_in.stress) == (4, 8)
    assert "stress 8" in re.sub(r"<[^>]+>", "", as_ada.get("/journal/").content.decode())
    assert 'name="stress" value="8"' in as_ada.get(f"/journal/check-ins/{check_in.pk}/").content.decode()
    table = as_ada.get("/progress/").content.decode()
    assert '<th scope="col" class="number">Stress</th>' in table
    assert '<td class="number">8</td>' in table


def test_stress_alone_is_a_check_in(as_ada: Client, ada: Person) -> None:
    assert as_ada.post("/check-in/", {"stress": "5"}, **HTMX).status_code == 200
    assert as_ada.post("/check-in/", {"stress": "11"}, **HTMX).status_code == 422
    assert ada.check_ins.get().stress == 5


def test_a_session_that_felt_worse_after_than_before_does_not_make_the_next_ones_longer(
    as_ada: Client, ada: Person
) -> None:
    ada.answers |= {"phq9": 4, "energy": 8, "confidence": 9, "minutes_per_week": 300, "barriers": []}
    ada.save()
    now = timezone.now()
    for days in range(1, 29, 2):
        journal.add_bout(
            ada, activity="easy-walk", start=now - timedelta(days=days, hours=1), minutes=20, effort=3,
            feeling_before=1, feeling_after=2,
        )  # fmt: skip
    easy = actions.make_week(ada, now.date())
    last = ada.bouts.first()
    journal.change_bout(ada, last, feeling_after=-1)
    harder = actions.make_week(ada, now.date())
    assert total_minutes(harder) < total_minutes(easy)
    session = queries.sessions_of(harder)[0]
    assert "step-up-feeling" in [step["rule"] for step in session.content["trace"]["steps"]]
    page = as_ada.get(f"/sessions/{session.pk}/why/").content.decode()
    assert "as long as before" in page


def total_minutes(week: Week) -> int:
    return sum(session.minutes for session in queries.sessions_of(week))
