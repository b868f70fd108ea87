"""A comparison when things change under way or after its end: answers, lengths, hours, the diary, a week made anew, a flare."""

from html import unescape
from typing import Any

import pytest
from comparing_people import begun, ended, put, standing, today
from django.test import Client
from django.utils import timezone

from ambulando.ground import Words, words_of
from ambulando.response.protocol import Option, option_of, options_for, questions
from ambulando.web.comparisons import jobs, queries
from ambulando.web.comparisons.models import Comparison, Draw
from ambulando.web.journal import actions as journal
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans.models import Session

LENGTHS = tuple(
    Option(f"{n}-minutes", Words("{n} minutes", {"n": n}), "minutes", "easy-walk", n) for n in (5, 30)
)
HOURS = tuple(
    Option(part, Words(f"in the {part}"), "time", "easy-walk", 8, part) for part in ("morning", "evening")
)


def stopped_for(comparison: Comparison) -> str:
    comparison.refresh_from_db()
    return comparison.reason


def test_a_length_that_safety_no_longer_leaves_ends_it(ada: Person) -> None:
    # Else both lengths would become the same one, and the answer would be about a length that was never done.
    made = begun(ada, "5-minutes", question="minutes", options=LENGTHS)
    put(ada)
    people.tell(ada, {"conditions": ["heart"]})
    put(ada)
    assert stopped_for(made) == "", "30 minutes are within its limits"
    people.tell(ada, {"conditions": ["post-exertional-malaise"]})
    put(ada)
    assert stopped_for(made) == Comparison.SAFETY


def test_an_hour_that_safety_no_longer_leaves_ends_it(ada: Person) -> None:
    made = begun(ada, "morning", question="time-of-day", options=HOURS)
    people.tell(ada, {"conditions": ["bipolar"]})
    put(ada)
    assert stopped_for(made) == Comparison.SAFETY


def test_what_was_begun_stays_that_of_the_draw_when_the_week_is_made_anew(ada: Person) -> None:
    made = begun(ada)
    put(ada)
    plans.start(ada, standing(ada), today())
    plans.make_week(ada, today())
    put(ada)
    assert standing(ada).state == Session.STARTED
    plans.done(ada, standing(ada), timezone.now())
    assert made.draws.first().state == Draw.DONE


def test_what_is_put_right_in_the_diary_after_the_end_counts_in_the_answer(
    ada: Person, django_capture_on_commit_callbacks: Any
) -> None:
    # Else the answer would not be that of the days in the table and the files under it.
    made = ended(ada)
    before = made.result["days"]
    with django_capture_on_commit_callbacks(execute=True):
        journal.remove_check_in(ada, ada.check_ins.get(day=made.starts))
    made.refresh_from_db()
    assert made.result["days"] == before - 1
    with django_capture_on_commit_callbacks(execute=True):
        for check_in in ada.check_ins.all():
            journal.remove_check_in(ada, check_in)
    made.refresh_from_db()
    assert made.result is None, "nothing is left that an answer could stand on"


def test_an_answer_is_not_made_anew_for_the_same_days(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ended(ada)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("its days are the same")

    monkeypatch.setattr("ambulando.response.comparison_analysis.analyse", never)
    jobs.make_result.func(made.pk)
    made.refresh_from_db()
    assert made.result["made_of"]


def test_it_is_told_before_the_start_that_harm_ends_it(as_ada: Client) -> None:
    told = {"options": ["easy-walk", "chair-yoga"], "target": "mood", "weeks": "12", "per_week": "2"}
    page = unescape(as_ada.get("/compare/new/two-kinds/", told).content.decode())
    assert "clearly worse on the days of one of them, we stop it for you" in page
    assert '<td class="number">0 %</td>' not in page
    assert "under 1 %" in page


@pytest.mark.parametrize("target", ["mood", "energy", "stress", "sleep"])
def test_harm_is_said_so_that_it_is_true_of_every_rating(as_ada: Client, ada: Person, target: str) -> None:
    made = begun(ada, target=target)
    Comparison.objects.filter(pk=made.pk).update(state="stopped", reason="harm", ended_at=timezone.now())
    page = unescape(as_ada.get(f"/compare/{made.pk}/").content.decode())
    assert "What you told us was clearly worse on the days of one of them" in page
    assert "lower" not in page


def test_a_name_that_says_what_to_do_stands_between_marks(ada: Person) -> None:
    said = str(words_of(ended(ada).result["sentence"]))
    for name in ("easy-walk", "chair-yoga"):
        label = str(option_of(name).label)
        assert f"“{label[:1].lower()}{label[1:]}”" in said


def test_you_tells_three_ways_of_sharing_apart(as_ada: Client, ada: Person) -> None:
    page = as_ada.get("/you/").content.decode()
    for path in ("/you/sharing/", "/week/sharing/", "/join/"):
        assert f'href="{path}"' in page
    assert page.count("You do not share them.") == 2
    as_ada.post("/week/sharing/", {"lend": "yes"})
    assert as_ada.get("/you/").content.decode().count("You share them, without your name.") == 1


def test_a_drawn_rest_day_that_is_taken_back_is_never_told_as_a_drawn_session(
    as_ada: Client, ada: Person
) -> None:
    question = next(one for one in questions() if one.id == "session-or-rest")
    made = begun(ada, "rest", question="session-or-rest", options=options_for(question, ["easy-walk"]))
    as_ada.get("/today/")
    rested = ada.sessions.get(state=Session.NOT_TODAY)
    as_ada.post(f"/sessions/{rested.pk}/undo/")
    page = unescape(as_ada.get("/today/").content.decode())
    assert "A draw decided: today is a rest day" in page
    assert "Start</button>" in page
    assert "A draw decided this" not in page
    assert made.draws.first().state == Draw.OPEN


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("mood", "One tap on your mood in the morning"),
        ("energy", "One tap on your energy in the morning"),
        ("stress", "on Today under “More”"),
        ("sleep", "One tap each day on how you slept"),
    ],
)
def test_what_is_asked_is_what_the_answer_needs(as_ada: Client, ada: Person, target: str, asked: str) -> None:
    told = {"options": ["easy-walk", "chair-yoga"], "target": target, "weeks": "12", "per_week": "2"}
    assert asked in unescape(as_ada.get("/compare/new/two-kinds/", told).content.decode())
    made = begun(ada, target=target)
    assert asked in unescape(as_ada.get(f"/compare/{made.pk}/").content.decode())


def test_lengths_are_told_from_the_shortest_on(as_ada: Client, ada: Person) -> None:
    told = {"activity": "easy-walk", "minutes": ["10", "5"], "target": "mood", "weeks": "12", "per_week": "2"}
    page = unescape(as_ada.get("/compare/new/minutes/", told).content.decode())
    assert page.index("5 minutes, or less") < page.index("10 minutes, or less")


def test_who_is_asked_how_they_are_is_told_of_no_result(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(ada)
    assert "Your comparison is over now." in as_ada.get("/today/").content.decode()
    monkeypatch.setattr("ambulando.web.help.queries.gentle_question", lambda *_: "asked")
    assert "Your comparison is over now." not in as_ada.get("/today/").content.decode()


def test_a_double_tap_on_start_lands_on_what_the_first_tap_began(
    as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, looked = begun(ada), iter([None])
    running = queries.running
    # The second tap looked before the first one was kept.
    monkeypatch.setattr(queries, "running", lambda person: next(looked, running(person)))
    told = {"options": ["easy-walk", "chair-yoga"], "target": "mood", "weeks": "12", "per_week": "2"}
    assert as_ada.post("/compare/new/two-kinds/", told)["location"] == f"/compare/{made.pk}/"
    assert ada.comparisons.count() == 1
