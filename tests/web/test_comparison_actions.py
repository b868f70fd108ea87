"""A comparison is drawn and sealed at its start, follows what the person does, stops for harm, and ends with a result."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from comparing_people import KINDS, begun, lived, protocol, put, standing, today
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from ambulando.ground import InputError, Words
from ambulando.response.protocol import Option, check_seal, option_of
from ambulando.web.comparisons import actions, jobs, queries
from ambulando.web.comparisons.models import Comparison, Draw
from ambulando.web.journal import actions as journal
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans import inputs
from ambulando.web.plans import queries as weeks
from ambulando.web.plans.models import Session

# --- the start


def test_the_schedule_is_drawn_sealed_and_kept_at_the_start(ada: Person) -> None:
    made = actions.begin(ada, protocol(), today=today())
    assert made.draws.count() == 24
    assert check_seal(queries.protocol(made), queries.sealed_draws(made), made.seed, made.seal)
    made.draws.filter(block=1).update(option="chair-yoga")
    assert not check_seal(queries.protocol(made), queries.sealed_draws(made), made.seed, made.seal)


def test_two_starts_draw_two_seeds(ada: Person, ben: Person) -> None:
    seeds = {actions.begin(person, protocol(), today=today()).seed for person in (ada, ben)}
    assert len(seeds) == 2


def test_one_comparison_runs_at_a_time(ada: Person) -> None:
    first = actions.begin(ada, protocol(), today=today())
    with pytest.raises(InputError, match="one that runs now"):
        actions.begin(ada, protocol(), today=today())
    with pytest.raises(IntegrityError), transaction.atomic():  # and no way round the action
        Comparison.objects.create(person=ada, question="x", content={}, target="mood", starts=today(), seed=1)
    actions.stop(ada, first)
    assert actions.begin(ada, protocol(), today=today()).running


def test_a_comparison_can_not_begin_in_the_past(ada: Person) -> None:
    with pytest.raises(InputError, match="in the past"):
        actions.begin(ada, protocol(start=today() - timedelta(days=1)), today=today())
    assert not ada.comparisons.exists()


def test_what_was_sealed_stays_translatable(ada: Person) -> None:
    options = (
        Option("with-music", Words("with music"), "music"),
        Option("without-music", Words("without music"), "music"),
    )
    made = actions.begin(ada, protocol(question="music", options=options), today=today())
    made.refresh_from_db()
    assert queries.protocol(made).options == options


# --- today


def test_the_drawn_option_takes_the_place_of_todays_session_and_says_so(ada: Person) -> None:
    plans.make_week(ada, today())
    planned = len(weeks.sessions_of(weeks.week_of(ada, today())))
    made = begun(ada, "chair-yoga")
    shown = put(ada)
    session = standing(ada)
    assert shown
    assert session
    assert (shown.session, session.activity, session.minutes) == (session.pk, "chair-yoga", 8)
    assert len(weeks.sessions_of(weeks.week_of(ada, today()))) == planned, "none was added"
    assert session.instead_of
    assert session.instead_of.state == Session.REPLACED
    trace = session.content["trace"]
    assert "A draw decided this" in trace["sentence"]
    assert {one["activity"]: one["probability"] for one in trace["odds"]} == {
        "easy-walk": 0.5,
        "chair-yoga": 0.5,
    }
    assert session.content["probability"] == made.draws.first().probability == 0.5


def test_a_day_without_a_draw_is_left_alone(ada: Person) -> None:
    before = [one.pk for one in weeks.sessions_of(plans.ensure_week(ada, today()))]
    actions.begin(ada, protocol(start=today() + timedelta(days=1)), today=today())
    assert put(ada) is None
    assert [one.pk for one in weeks.sessions_of(weeks.week_of(ada, today()))] == before


def test_opening_today_twice_puts_it_there_once(ada: Person) -> None:
    begun(ada)
    first, again = put(ada), put(ada)
    assert first == again
    assert Session.objects.filter(draw__isnull=False).count() == 1


def test_who_did_a_session_today_already_is_offered_no_other(ada: Person) -> None:
    session = weeks.sessions_of(plans.make_week(ada, today()))[0]
    plans.done(ada, plans.start(ada, session, today()), timezone.now())
    begun(ada)
    put(ada)
    assert standing(ada) == session


def test_a_week_that_is_made_anew_gets_the_draw_again(ada: Person) -> None:
    begun(ada)
    put(ada)
    plans.make_week(ada, today())
    put(ada)
    session = standing(ada)
    assert session
    assert session.activity == "easy-walk"
    assert session.draw


def test_a_rest_day_that_was_drawn_rests(ada: Person) -> None:
    options = (replace(KINDS[0], id="session"), Option("rest", Words("a rest day"), "rest"))
    made = begun(ada, "rest", question="session-or-rest", options=options)
    shown = put(ada)
    assert shown
    assert shown.rests
    session = standing(ada)
    assert session is None or session.state == Session.NOT_TODAY
    (day,) = queries.days_of(made)
    assert day.done == "rest"
    assert not day.not_today


def test_a_rest_day_that_was_drawn_is_not_a_missed_session(ada: Person) -> None:
    plans.make_week(ada, today())
    made = begun(ada)
    draw = made.draws.first()
    draw.session = plans.not_today(ada, standing(ada) or ada.sessions.first())
    Session.objects.filter(pk=draw.session.pk).update(day=today() - timedelta(days=1))
    draw.save()
    assert inputs.of_week(ada, today())["missed"] == 1
    draw.state = Draw.DONE
    draw.save()
    assert inputs.of_week(ada, today())["missed"] == 0


def test_a_draw_in_a_week_without_another_session_keeps_to_the_minutes_of_a_week(ada: Person) -> None:
    people.tell(ada, {"minutes_per_week": 20})
    week = plans.make_week(ada, today())
    week.sessions.update(day=today() - timedelta(days=1), state=Session.DONE, minutes=17)
    begun(ada)
    put(ada)
    assert standing(ada) is None, "the week is full"
    week.sessions.exclude(pk=week.sessions.first().pk).delete()
    week.sessions.update(minutes=15)
    put(ada)
    session = standing(ada)
    assert session
    assert session.minutes == 5


def test_a_draw_gives_no_more_than_the_limits_of_the_person(ada: Person) -> None:
    begun(ada, options=tuple(replace(one, minutes=60) for one in KINDS))
    put(ada)
    session = standing(ada)
    assert session
    assert session.minutes < 60


def test_low_energy_makes_the_drawn_session_smaller_and_it_counts(ada: Person) -> None:
    made = begun(ada)
    journal.check_in(ada, today(), "morning", energy=0)
    put(ada)
    session = standing(ada)
    assert session
    assert session.minutes < 8
    plans.done(ada, session, timezone.now())
    assert made.draws.first().state == Draw.DONE
    assert queries.days_of(made)[0].done == "easy-walk"


# --- what becomes of it


def test_done_and_taken_back(ada: Person) -> None:
    made = begun(ada)
    put(ada)
    session = standing(ada)
    assert session
    plans.done(ada, session, timezone.now())
    assert made.draws.first().state == Draw.DONE
    plans.undo(ada, session)
    assert made.draws.first().state == Draw.OPEN
    assert queries.days_of(made)[0].done == "none"


def test_not_today_loses_nothing(ada: Person) -> None:
    made = begun(ada)
    put(ada)
    plans.not_today(ada, standing(ada))
    journal.check_in(ada, today(), "later", mood=4)
    (day,) = queries.days_of(made)
    assert (day.option, day.not_today, day.done, day.outcome) == ("easy-walk", True, "none", 4.0)
    put(ada)
    assert standing(ada).state == Session.NOT_TODAY, "it is not offered again"
    assert made.draws.count() == 24


def test_something_else_in_its_place_is_told_as_that(ada: Person) -> None:
    made = begun(ada)
    put(ada)
    other = plans.swap(ada, standing(ada), today())
    while other.activity in ("easy-walk",):
        other = plans.swap(ada, other, today())
    plans.done(ada, other, timezone.now())
    draw = made.draws.first()
    assert draw.session == other
    assert draw.state == Draw.OTHER


def test_a_bout_that_is_removed_from_the_journal_opens_the_draw_again(ada: Person) -> None:
    made = begun(ada)
    put(ada)
    session = plans.done(ada, standing(ada), timezone.now())
    journal.remove_bout(ada, session.bout)
    assert made.draws.first().state == Draw.OPEN


def test_what_was_really_done_is_read_from_the_bouts(ada: Person) -> None:
    made = begun(ada, "chair-yoga")
    start = timezone.make_aware(datetime.combine(today(), time(11)))
    journal.add_bout(ada, activity="brisk-walk", start=start, minutes=10)
    assert queries.days_of(made)[0].done == "easy-walk", "another walk is still a walk"


def test_a_session_that_ended_after_midnight_belongs_to_its_draw(ada: Person) -> None:
    made = begun(ada)
    put(ada)
    plans.done(ada, standing(ada), timezone.make_aware(datetime.combine(today(), time(0, 2))))
    assert queries.days_of(made)[0].done == "easy-walk"


def test_the_hour_tells_a_morning_from_an_evening(ada: Person) -> None:
    options = tuple(
        Option(part, Words(part), "time", "easy-walk", 8, part) for part in ("morning", "evening")
    )
    made = begun(ada, "evening", question="time-of-day", options=options, start=today() - timedelta(days=1))
    start = timezone.make_aware(datetime.combine(today() - timedelta(days=1), time(8)))
    journal.add_bout(ada, activity="easy-walk", start=start, minutes=8)
    assert queries.days_of(made)[0].done == "morning"


# --- what it is measured by


@pytest.mark.parametrize(
    ("target", "evening", "before"), [("mood", 7.0, 3.0), ("energy", 6.0, 2.0), ("stress", 8.0, 1.0)]
)
def test_the_evening_is_the_outcome_and_the_morning_stands_beside_it(
    ada: Person, target: str, evening: float, before: float
) -> None:
    made = begun(ada, target=target)
    journal.check_in(ada, today(), "morning", mood=3, energy=2, stress=9)
    journal.check_in(ada, today(), "later", mood=7, energy=6, stress=2)
    (day,) = queries.days_of(made)
    assert (day.outcome, day.morning) == (evening, before), "less stress is more"


def test_sleep_is_that_of_the_night_after(ada: Person) -> None:
    made = begun(ada, target="sleep", start=today() - timedelta(days=1))
    journal.check_in(ada, today() - timedelta(days=1), "morning", sleep=3)
    journal.check_in(ada, today(), "morning", sleep=8)
    day = queries.days_of(made)[0]
    assert (day.outcome, day.morning) == (8.0, 3.0)


def test_days_take_no_more_queries_when_there_are_more_of_them(
    ada: Person, ben: Person, django_assert_num_queries
) -> None:
    for person, ago in ((ada, 3), (ben, 50)):
        made = begun(person, start=today() - timedelta(days=ago))
        lived(person, made)
        found = Comparison.objects.select_related("person").get(pk=made.pk)
        with django_assert_num_queries(3):
            queries.days_of(found)


# --- the end


def test_harm_stops_it_and_says_so(ada: Person) -> None:
    made = begun(ada, start=today() - timedelta(days=40))
    lived(ada, made, gain=-4)
    jobs.look_at.call(made.pk)
    made.refresh_from_db()
    assert (made.state, made.reason) == (Comparison.STOPPED, Comparison.HARM)


def test_ordinary_days_do_not_stop_it(ada: Person) -> None:
    made = begun(ada, start=today() - timedelta(days=40))
    lived(ada, made)
    jobs.look_at.call(made.pk)
    made.refresh_from_db()
    assert made.running
    assert made.result is None


def test_the_day_after_the_last_it_ends_and_the_worker_makes_the_result(
    ada: Person, django_capture_on_commit_callbacks
) -> None:
    made = begun(ada, start=today() - timedelta(days=60))
    lived(ada, made, gain=3)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.look_at.call(made.pk)
    made.refresh_from_db()
    assert made.state == Comparison.FINISHED
    assert made.result["grade"] == "A"
    assert made.result["p_best"]["easy-walk"] > 0.9
    assert made.result["adherence"]["as_drawn"] == 24
    assert made.result["itt"]["pairs"][0]["first"] == "easy-walk"


def test_a_change_in_the_journal_leaves_the_looking_to_the_worker(
    ada: Person, django_capture_on_commit_callbacks
) -> None:
    made = begun(ada, start=today() - timedelta(days=60))
    with django_capture_on_commit_callbacks(execute=True):
        journal.check_in(ada, today(), "later", mood=5)
    made.refresh_from_db()
    assert made.state == Comparison.FINISHED


def test_the_worker_puts_the_draw_in_the_plan_each_morning(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(ada)
    monkeypatch.setattr(jobs, "MORNING", 0)
    jobs.look_each_morning.call_local()
    session = standing(ada)
    assert session
    assert session.draw


def test_when_safety_holds_the_plan_the_comparison_stops(ada: Person) -> None:
    made = begun(ada)
    people.tell(ada, {"symptoms": ["chest-discomfort"]})
    plans.keep_safe(ada, today())
    put(ada)
    made.refresh_from_db()
    assert (made.state, made.reason) == (Comparison.STOPPED, Comparison.SAFETY)
    assert standing(ada) is None


def test_an_option_that_is_no_longer_safe_ends_it(ada: Person) -> None:
    options = (KINDS[1], replace(option_of("easy-run"), minutes=8))
    made = begun(ada, "chair-yoga", options=options)
    people.tell(ada, {"conditions": ["heart"]})
    plans.make_week(ada, today())
    put(ada)
    made.refresh_from_db()
    assert (made.state, made.reason) == (Comparison.STOPPED, Comparison.SAFETY)


def test_a_second_stop_changes_nothing(ada: Person) -> None:
    made = actions.stop(ada, begun(ada))
    at = made.ended_at
    again = actions.stop(ada, made, Comparison.HARM)
    assert (again.reason, again.ended_at) == (Comparison.PERSON, at)


def test_an_account_takes_its_comparisons_with_it(ada: Person) -> None:
    begun(ada)
    put(ada)
    ada.delete()
    assert not Comparison.objects.exists()
    assert not Draw.objects.exists()


def test_the_migrations_are_those_of_the_models(db: None) -> None:
    call_command("makemigrations", "comparisons", check=True, dry_run=True, verbosity=0)
