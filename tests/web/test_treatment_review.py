"""The review: what changed since the last one, only in what is shared, and what trials found, never an advice from a total."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from test_treatment import add, ahead, page, today
from treating import as_reader, lets_in

from ambulando.plan.alongside import treatments
from ambulando.web.care.grants.models import Look
from ambulando.web.care.treatment import review
from ambulando.web.care.treatment.models import Entry
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person


def answered(person: Person, instrument: str, answers: list[int], days_ago: int) -> None:
    journal.assess(person, instrument, answers, today() - timedelta(days=days_ago))


def lived(person: Person, *, after: int = 2) -> None:
    """A PHQ-9 of 18 and a GAD-7 of 14 long ago, later ones with ``after`` for each answer, and some days between."""
    answered(person, "phq-9", [2] * 8 + [0], 60)
    answered(person, "gad-7", [2] * 7, 60)
    answered(person, "phq-9", [after] * 8 + [0], 2)
    answered(person, "gad-7", [after] * 7, 2)
    now = timezone.now()
    for days in (3, 10, 11):
        journal.add_bout(person, activity="easy-walk", start=now - timedelta(days=days), minutes=10)
        journal.check_in(person, today() - timedelta(days=days), "later", mood=6)


def held(grant: Any) -> str:
    return page(as_reader(grant), f"/people/{grant.pk}/treatment/review/")


def test_the_change_is_told_with_both_totals_and_the_published_rule(ada: Person, as_ada: Client) -> None:
    lived(ada, after=1)
    shown = held(lets_in(ada, "therapist"))
    assert "Your answers add up to 8 this time, 16 last time." in shown
    assert "What published rules call it" in shown
    mine = page(as_ada, "/treatment/review/")
    assert "Your answers add up to 8 this time, 16 last time." in mine
    assert "What published rules call it" not in mine


def test_a_judgement_of_our_own_says_so_and_names_no_file(ada: Person, as_ada: Client) -> None:
    lived(ada)
    grant = lets_in(ada, "physician", "plan", "assessments")
    for text in (held(grant), page(as_ada, "/treatment/review/")):
        assert "our own judgement" in text.lower()
        assert ".md" not in text


def test_it_goes_back_to_the_last_review(ada: Person) -> None:
    lived(ada, after=1)
    answered(ada, "phq-9", [1, 1, 1, 1, 1, 1, 0, 0, 0], 20)
    grant = lets_in(ada, "therapist")
    assert "16 last time" in held(grant)
    sent = as_reader(grant).post(
        f"/people/{grant.pk}/treatment/review/",
        {"on": (today() - timedelta(days=19)).isoformat(), "due": ahead(60)},
    )
    assert sent.status_code == 302
    entry = Entry.objects.get(act=Entry.HELD)
    assert entry.on == today() - timedelta(days=19)
    shown = held(grant)
    assert "6 last time" in shown
    assert "16 last time" not in shown


@pytest.mark.parametrize(
    ("items", "there", "not_there"),
    [
        (("assessments",), ("PHQ-8",), ("PHQ-9", "Sessions done", "Mood, mean")),
        (("assessments", "item-9"), ("PHQ-9",), ("PHQ-8", "Sessions done", "Mood, mean")),
        (("bouts",), ("Sessions done",), ("PHQ-9", "add up to", "Mood, mean")),
        (("mood",), ("Mood, mean",), ("PHQ-9", "Sessions done")),
        (("plan", "bouts"), ("Sessions done", "We looked at it together"), ("PHQ-9", "No total is")),
    ],
)
def test_only_what_is_shared_is_in_it(
    ada: Person, items: tuple[str, ...], there: Any, not_there: Any
) -> None:
    lived(ada)
    shown = held(lets_in(ada, "therapist", *items))
    assert all(text in shown for text in there)
    assert not any(text in shown for text in not_there)


def test_the_answer_to_a_question_that_is_not_shared_can_not_be_worked_out_from_a_total(ada: Person) -> None:
    answered(ada, "phq-9", [2] * 8 + [3], 60)
    answered(ada, "phq-9", [1] * 8 + [2], 2)
    shown = held(lets_in(ada, "therapist", "assessments"))
    assert "Your answers add up to 8 this time, 16 last time." in shown
    assert "PHQ-9" not in shown
    shown = held(lets_in(ada, "therapist", "assessments", "item-9"))
    assert "Your answers add up to 10 this time, 19 last time." in shown


def test_without_any_of_its_items_there_is_no_review(ada: Person) -> None:
    grant = lets_in(ada, "therapist", "plan", "medicines")
    path = f"/people/{grant.pk}/treatment/review/"
    assert as_reader(grant).get(path).status_code == 404
    assert path not in page(as_reader(grant), f"/people/{grant.pk}/treatment/")


def test_what_was_before_the_grant_shows_anything_is_not_in_it(ada: Person) -> None:
    lived(ada)
    grant = lets_in(ada, "therapist", shows_from=today() - timedelta(days=5))
    shown = held(grant)
    assert "add up to" not in shown
    assert "filled in once so far" in shown
    found = review.review(ada, None, today(), grant)
    assert sum(week.sessions or 0 for week in found.weeks) == 1
    assert sum(week.days or 0 for week in found.weeks) == 1


def test_sessions_and_mood_stand_week_by_week(ada: Person) -> None:
    lived(ada)
    found = review.review(ada, None, today())
    assert [week.sessions for week in found.weeks[:3]] == [1, 2, 0]
    assert [week.mood for week in found.weeks[:3]] == [6.0, 6.0, None]
    assert len(found.weeks) == review.BACK // 7 + 1


def test_the_options_are_the_same_whatever_a_total_says_with_certainty_and_a_way_to_the_source(
    ada: Person,
) -> None:
    grant = lets_in(ada, "therapist")

    def told() -> str:
        shown = held(grant)
        start = shown.index('<div class="card plain">', shown.index('id="options"'))
        return shown[start : shown.index("</details>", start)]

    nothing = told()
    lived(ada, after=2)
    still = told()
    assert nothing == still
    for one in treatments():
        assert str(one.short) in still.replace("&#x27;", "'")
        assert one.certainty in still
        assert f"/evidence/questions/{one.question}/" in still or one.question in still
    assert "How sure:" in still
    answered(ada, "phq-9", [3] * 8 + [0], 1)
    assert told() == still


def test_they_are_open_when_no_total_is_lower_and_closed_when_one_is(ada: Person) -> None:
    lived(ada, after=2)
    grant = lets_in(ada, "therapist")
    assert "No total is clearly lower than before." in held(grant)
    answered(ada, "phq-9", [0] * 9, 1)
    shown = held(grant)
    assert "No total is clearly lower than before." not in shown
    assert "All of it, with how sure it is" in shown


def test_no_word_of_it_recommends(ada: Person) -> None:
    lived(ada)
    shown = held(lets_in(ada, "therapist")).casefold()
    for words in ("recommend", "should", "risk", "we suggest", "needs treatment"):
        assert words not in shown


def test_who_sees_no_plan_or_may_not_write_does_not_hold_a_review(ada: Person) -> None:
    sent = {"on": today().isoformat(), "due": ahead()}
    for grant in (lets_in(ada, "therapist", "assessments"), lets_in(ada, "friend", "plan", "assessments")):
        client, path = as_reader(grant), f"/people/{grant.pk}/treatment/review/"
        assert "We looked at it together" not in held(grant)
        assert client.post(path, sent).status_code == 404
    assert not ada.treatment.exists()


def test_a_review_without_its_days_is_told_beside_the_fields(ada: Person) -> None:
    grant = lets_in(ada, "coach")
    path = f"/people/{grant.pk}/treatment/review/"
    for sent in ({}, {"on": "2999-01-01", "due": ahead()}, {"on": today().isoformat(), "due": "1999-01-01"}):
        shown = as_reader(grant).post(path, sent)
        assert shown.status_code == 200
        assert "errorlist" in shown.content.decode()
    assert not ada.treatment.exists()


def test_a_review_that_was_planned_is_held_and_moves_to_its_next_day(ada: Person, as_ada: Client) -> None:
    grant = lets_in(ada, "therapist")
    part = add(grant, "review")
    as_reader(grant).post(
        f"/people/{grant.pk}/treatment/review/", {"on": today().isoformat(), "due": ahead(90)}
    )
    part.refresh_from_db()
    assert part.due == today() + timedelta(days=90)
    assert ada.treatment.count() == 1
    assert "looked at it together" in page(as_ada, "/treatment/")


def test_counts_of_exercise_stay_off_the_persons_own_page_where_they_can_do_harm(
    ada: Person, as_ada: Client
) -> None:
    ada.answers |= {"conditions": ["eating-disorder"]}
    ada.save()
    lived(ada)
    assert "Sessions done" not in page(as_ada, "/treatment/review/")
    assert "Mood, mean" in page(as_ada, "/treatment/review/")


def test_a_look_at_it_is_recorded_with_what_was_seen(ada: Person) -> None:
    held(lets_in(ada, "therapist", "assessments", "mood"))
    look = Look.objects.get(person=ada)
    assert (look.what, look.items) == ("review", ["assessments", "mood"])
