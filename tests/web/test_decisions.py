"""What chance decided in ordinary use is kept with its exact odds, and is read back only for who agreed to it."""

import itertools
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.activity.catalogue import activity
from ambulando.plan import week as plan_week
from ambulando.plan.candidates import unsafe
from ambulando.plan.rules import number
from ambulando.safety.profile import profile_from
from ambulando.safety.screen import screen
from ambulando.web.comparisons.models import Comparison
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, decisions, queries
from ambulando.web.plans.models import Decision, Lending, Session
from cast import ADA, BEN, GUS


def made(person: Person) -> list[Decision]:
    return list(person.decisions.order_by("pk"))


def test_a_new_week_keeps_one_decision_for_each_session_with_the_odds_of_its_trace(ada: Person) -> None:
    week = actions.make_week(ada, timezone.localdate())
    sessions = queries.sessions_of(week)
    assert len(sessions) >= 2
    assert [one.session for one in made(ada)] == sessions
    for one, session in zip(made(ada), sessions, strict=True):
        odds = session.content["trace"]["odds"]
        assert one.options == [{"option": o["activity"], "probability": o["probability"]} for o in odds]
        assert (one.day, one.kind, one.chosen) == (session.day, "activity", session.activity)
        assert one.probability == session.content["probability"]
        assert one.probability == next(o["probability"] for o in one.options if o["option"] == one.chosen)
        assert sum(o["probability"] for o in one.options) == pytest.approx(1, abs=1e-12)
        assert one.available is (len(one.options) > 1)
        assert one.reason == ("" if one.available else "single-option")


def test_the_odds_kept_are_those_the_week_was_drawn_with_from_its_seed(ada: Person) -> None:
    week = actions.make_week(ada, timezone.localdate())
    again = plan_week.make(ada.profile, today=week.starts, rng=Random(week.seed))
    assert [(one.chosen, one.probability) for one in made(ada)] == [
        (session.activity, session.probability) for session in again.week
    ]


def test_over_many_seeds_whole_weeks_come_as_often_as_their_kept_odds_say(ada: Person) -> None:
    """The odds of a later session hang on the earlier ones: a week's chance is the product along its path."""
    today, weeks = timezone.localdate(), 1000
    seen: Counter[tuple[str, ...]] = Counter()
    chance: dict[tuple[str, ...], float] = {}
    draws: dict[tuple[str, ...], dict[str, float]] = {}
    for seed in range(10_000, 10_000 + weeks):
        sessions = plan_week.make(ada.profile, today=today, rng=Random(seed)).week
        path = tuple(session.activity for session in sessions)
        product = 1.0
        for at, session in enumerate(sessions):
            product *= session.probability
            odds = {one["activity"]: one["probability"] for one in session.trace["odds"]}
            assert draws.setdefault(path[:at], odds) == odds, "what was drawn before is all that odds hang on"
            assert min(odds.values()) >= number("odds", "floor") - 1e-12
        seen[path] += 1
        chance[path] = product
    assert sum(chance.values()) == pytest.approx(1), "every path was seen, and there is no other"
    assert len(chance) >= 4
    square = sum((seen[path] - weeks * chance[path]) ** 2 / (weeks * chance[path]) for path in chance)
    freedom = len(chance) - 1
    assert square < freedom + 4 * (2 * freedom) ** 0.5


def test_a_swap_keeps_its_own_draw(ada: Person) -> None:
    session = queries.sessions_of(actions.make_week(ada, timezone.localdate()))[0]
    before = len(made(ada))
    other = actions.swap(ada, session, timezone.localdate())
    (one,) = made(ada)[before:]
    assert other.pk != session.pk
    assert (one.kind, one.session, one.chosen) == ("swap", other, other.activity)
    assert session.activity not in {option["option"] for option in one.options}
    assert one.probability == other.content["probability"]


def test_where_nothing_else_fits_a_swap_keeps_that_there_was_no_draw(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = queries.sessions_of(actions.make_week(ada, timezone.localdate()))[0]
    monkeypatch.setattr(actions.plan_today, "swap", lambda session, *_, **__: session)
    actions.swap(ada, session, timezone.localdate())
    one = made(ada)[-1]
    assert (one.available, one.reason, one.options, one.probability) == (False, "nothing-else", [], None)


def test_a_smaller_session_decides_nothing_and_keeps_the_odds_it_came_with(ada: Person) -> None:
    session = queries.sessions_of(actions.make_week(ada, timezone.localdate()))[0]
    before = len(made(ada))
    smaller = actions.smaller(ada, session)
    assert len(made(ada)) == before
    assert smaller.content["trace"]["odds"] == session.content["trace"]["odds"]


def test_a_plan_that_safety_holds_has_a_decision_without_a_draw(ben: Person) -> None:
    ben.answers = BEN | {"symptoms": ["chest-discomfort"]}
    ben.save()
    actions.make_week(ben, timezone.localdate())
    (one,) = made(ben)
    assert (one.available, one.reason, one.session, one.options) == (False, "safety", None, [])


def test_on_the_days_of_a_comparison_the_week_decides_nothing(ada: Person) -> None:
    today = timezone.localdate()
    days = [session.day for session in queries.sessions_of(actions.make_week(ada, today))]
    comparison = Comparison.objects.create(
        person=ada, question="two-kinds", content={}, target="mood", starts=today, seed=1, seal="0" * 64
    )
    comparison.draws.create(day=days[0], block=0, option="walking", probability=0.5)
    week = actions.make_week(ada, today)
    first, *others = [one for one in made(ada) if one.session.week_id == week.pk and one.day in days]
    assert (first.day, first.available, first.reason) == (days[0], False, "comparison")
    assert "comparison" not in {one.reason for one in others}


@pytest.mark.parametrize("answers", [ADA, BEN | {"clearance": True}, GUS], ids=["ada", "ben", "gus"])
def test_chance_never_decides_about_safety(answers: dict) -> None:
    """Every option that could have been drawn is one that safety allows, whatever the seed."""
    profile = profile_from(answers)
    limits = screen(profile).limits
    offered = {
        one["activity"]
        for seed in range(60)
        for session in plan_week.make(profile, today=timezone.localdate(), rng=Random(seed)).week
        for one in session.trace["odds"]
    }
    assert [name for name in offered if unsafe(activity(name), limits)] == []


def test_a_new_week_keeps_what_was_decided_before(ada: Person) -> None:
    today = timezone.localdate()
    actions.make_week(ada, today)
    first = [(one.pk, one.options, one.chosen) for one in made(ada)]
    actions.make_week(ada, today)
    assert [(one.pk, one.options, one.chosen) for one in made(ada)][: len(first)] == first
    assert len(made(ada)) > len(first)


def test_keeping_decisions_takes_the_same_two_queries_whatever_the_week(
    ada: Person, django_assert_num_queries
) -> None:
    week = actions.make_week(ada, timezone.localdate())
    sessions = queries.sessions_of(week)
    for some in (sessions[:1], sessions):
        with django_assert_num_queries(2):  # one looks for a comparison that draws on these days
            decisions.keep_week(ada, week, some, week.starts)


def lived(person: Person) -> None:
    """Three days ago a week was made; the first session of it was done on its day."""
    today = timezone.localdate()
    sessions = queries.sessions_of(actions.make_week(person, today))
    for one in made(person):
        past = one.day - timedelta(days=10)
        Decision.objects.filter(pk=one.pk).update(day=past, made_at=one.made_at - timedelta(days=10))
    first = sessions[0]
    Session.objects.filter(pk=first.pk).update(day=first.day - timedelta(days=10), state=Session.DONE)
    journal.check_in(person, first.day - timedelta(days=10), "later", mood=7)
    journal.check_in(person, today - timedelta(days=11), "later", mood=3)
    journal.check_in(person, today - timedelta(days=10), "morning", mood=9)


def test_only_who_agreed_is_read_back_and_without_name_or_date(ada: Person, ben: Person) -> None:
    lived(ada)
    lived(ben)
    assert list(decisions.rows()) == []
    decisions.lend(ada)
    rows = list(decisions.rows())
    assert len(rows) == len(made(ada))
    assert {row["person"] for row in rows} == {1}
    assert tuple(rows[0]) == decisions.COLUMNS
    told = " ".join(str(value) for row in rows for value in row.values())
    assert "ada" not in told
    assert str(timezone.localdate().year) not in told
    decisions.keep(ada)
    assert list(decisions.rows()) == []


def test_what_came_of_it_and_what_was_known_before_are_told_apart(ada: Person) -> None:
    lived(ada)
    decisions.lend(ada)
    rows = list(decisions.rows())
    assert [row["done"] for row in rows] == [1] + [0] * (len(rows) - 1)
    assert rows[0]["mood"] == 7
    assert {row["mood"] for row in rows[1:]} == {None}
    assert {row["mood_before"] for row in rows} == {3}, "the last evening before, not a morning, not later"
    assert rows[0]["day"] == 0
    assert rows[0]["draws_before"] == 0
    assert [row["draws_before"] for row in rows] == list(
        itertools.accumulate([0] + [row["available"] for row in rows[:-1]])
    )
    assert all(row["days_ahead"] >= 0 for row in rows)


def test_a_day_that_is_not_over_has_no_outcome_yet(ada: Person) -> None:
    actions.make_week(ada, timezone.localdate())
    decisions.lend(ada)
    assert {row["done"] for row in decisions.rows()} == {None}


def test_simulated_people_are_never_written_out(ada: Person) -> None:
    lived(ada)
    decisions.lend(ada)
    Person.objects.update(simulated=True)
    assert list(decisions.rows()) == []


def test_reading_back_takes_as_many_queries_for_many_people_as_for_one(
    ada: Person, ben: Person, django_assert_num_queries
) -> None:
    for person in (ada, ben):
        lived(person)
        decisions.lend(person)
    with django_assert_num_queries(5):
        assert {row["person"] for row in decisions.rows()} == {1, 2}


def test_the_page_says_what_is_shared_and_one_button_changes_it(
    ada: Person, ben: Person, as_ada: Client
) -> None:
    page = as_ada.get("/week/sharing/").content.decode()
    assert "You do not share them." in page
    page = as_ada.post("/week/sharing/", {"lend": "yes"}, follow=True).content.decode()
    assert "They were not put in a file yet." in page
    assert [one.person for one in Lending.objects.all()] == [ada]
    lived(ada)
    list(decisions.rows())
    assert "They were last put in a file on" in as_ada.get("/week/sharing/").content.decode()
    as_ada.post("/week/sharing/", {"lend": "no"})
    assert not Lending.objects.exists()


def test_nobody_is_asked_who_is_not_signed_in(client: Client, db: None) -> None:
    assert client.get("/week/sharing/").status_code == 302


def test_decisions_leave_with_the_person(ada: Person) -> None:
    actions.make_week(ada, timezone.localdate())
    decisions.lend(ada)
    ada.delete()
    assert not Decision.objects.exists()
    assert not Lending.objects.exists()


def test_why_this_shows_the_odds_of_a_week_a_swap_and_what_took_their_place(
    ada: Person, as_ada: Client
) -> None:
    today = timezone.localdate()
    first = queries.sessions_of(actions.make_week(ada, today))[0]
    swapped = actions.swap(ada, first, today)
    smaller = actions.smaller(ada, swapped)
    for session in (first, swapped, smaller):
        page = as_ada.get(f"/sessions/{session.pk}/why/").content.decode()
        assert "The odds it was chosen with" in page
        assert 'href="/week/sharing/"' in page
        for one in session.content["trace"]["odds"]:
            assert f"{round(100 * one['probability'])}%" in page.replace(" %", "%")


def test_why_this_says_when_chance_had_nothing_to_decide(ada: Person, as_ada: Client) -> None:
    session = queries.sessions_of(actions.make_week(ada, timezone.localdate()))[0]
    trace = session.content["trace"]
    trace["odds"] = [{"activity": session.activity, "probability": 1.0, "score": 1.0}]
    session.save()
    page = as_ada.get(f"/sessions/{session.pk}/why/").content.decode()
    assert "chance had nothing to decide" in page
    assert "a little chance decides" not in page
