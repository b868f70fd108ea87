"""Progress: the time line, the weeks, and the answer to "does it help me?"."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.journal import actions as journal
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import jobs
from ambulando.web.plans.landscape import landscape
from ambulando.web.plans.models import Answer
from lives import live


def test_an_empty_journal_has_a_kind_page(as_ada: Client) -> None:
    page = as_ada.get("/progress/").content.decode()
    assert "Too early to say" in page
    assert "A path with 0 sessions so far" in page


def test_one_time_line_holds_mood_questionnaires_and_activity_with_a_table_under_it(
    as_ada: Client, ada: Person
) -> None:
    now = timezone.now()
    journal.check_in(ada, now.date(), "later", mood=4, energy=3, sleep=6)
    journal.add_bout(ada, activity="easy-walk", start=now.replace(hour=0, minute=0), minutes=12)
    journal.assess(ada, "phq-8", [1] * 8, now.date())
    columns = as_ada.get("/progress/time-line.json").json()
    assert (columns["mood"], columns["minutes"], columns["score"]) == ([4], [12], [8])
    page = as_ada.get("/progress/").content.decode()
    table = page[page.index("The same as a table") : page.index("</table>")]
    for cell in ("4", "3", "6", "12", "PHQ-8 8"):
        assert f">{cell}<" in table


def test_the_same_walk_from_two_devices_counts_once(as_ada: Client, ada: Person) -> None:
    start = timezone.now() - timedelta(hours=2)
    for offset in (0, 1):
        journal.add_bout(ada, activity="easy-walk", start=start + timedelta(minutes=offset), minutes=30)
    assert as_ada.get("/progress/time-line.json").json()["minutes"] == [30]


def test_the_time_line_of_another_is_not_shown(as_ben: Client, ada: Person) -> None:
    journal.check_in(ada, timezone.localdate(), "later", mood=4)
    assert as_ben.get("/progress/time-line.json").json()["days"] == []


def test_weeks_show_the_dose_in_three_units(as_ada: Client, ada: Person) -> None:
    journal.add_bout(ada, activity="moderate-walk", start=timezone.now() - timedelta(hours=2), minutes=60)
    page = as_ada.get("/progress/").content.decode()
    # a walk of 3.5 MET for an hour
    for figure in ("60", "210", "2.5"):
        assert f'<td class="number">{figure}</td>' in page


def test_after_a_check_in_the_answer_is_made_anew_by_a_job(
    ada: Person, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        journal.check_in(ada, timezone.localdate(), "later", mood=5)
    answer = Answer.objects.get(person=ada)
    assert answer.grade == "C"
    assert "oo early" in answer.sentence["pattern"]


def test_a_few_days_are_too_early_and_many_days_are_grade_b_without_a_causal_word(
    as_ada: Client, ada: Person
) -> None:
    live(ada, 90)
    jobs.refresh_answer.func(ada.pk)
    answer = Answer.objects.get(person=ada)
    assert answer.grade == "B"
    page = as_ada.get("/progress/").content.decode()
    assert "grade B: seen in you" in page
    said = page[page.index('id="does-it-help"') : page.index("How do you know?")].lower()
    for causal in ("improves", "lifts", "makes you", "because of", "works for you", "your best"):
        assert causal not in said


def test_each_other_rating_with_an_answer_has_one_line_and_a_link(as_ada: Client, ada: Person) -> None:
    live(ada, 60)
    jobs.refresh_answer.func(ada.pk)
    page = as_ada.get("/progress/").content.decode()
    said = page[page.index('id="does-it-help"') : page.index("</section>")]
    for target in ("energy", "sleep"):
        assert said.count(f'href="/progress/answer/?of={target}"') == 1
    assert "?of=stress" not in said, "nothing was rated there"


def test_who_is_kept_from_numbers_gets_no_answer_and_none_is_made(as_ada: Client, ada: Person) -> None:
    live(ada, 60)
    people.tell(ada, {"conditions": ["eating-disorder"]})
    page = as_ada.get("/progress/").content.decode()
    assert "does-it-help" not in page
    assert as_ada.get("/progress/answer/").status_code == 302
    assert as_ada.get("/progress/answer/?of=energy").status_code == 302


def test_the_job_leaves_people_alone_who_are_gone(db: None) -> None:
    jobs.refresh_answer.func(123456)


@pytest.mark.parametrize("count", [0, 1, 3, 22, 23, 250])
def test_the_path_grows_with_every_session_and_never_shrinks(count: int) -> None:
    picture = str(landscape(count))
    # from the 23rd on the earlier ones lie to the left of the picture
    assert picture.count('class="step') == min(count, 23)
    assert f"{count} session" in picture
