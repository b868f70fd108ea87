"""A plan that rests for as long as the person likes: nothing asks for them, and nothing counts as left out afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, inputs, jobs, queries
from ambulando.web.plans.models import Pause, Session
from ambulando.web.reminders import actions as reminders
from ambulando.web.reminders import queries as reminding
from ambulando.web.signals import actions as signals
from ambulando.web.signals import queries as noticed

DAY = timedelta(days=1)


def today() -> date:
    return timezone.localdate()


def paused(person: Person, *, since: int, ends: int | None = None) -> Pause:
    """A pause that began ``since`` days ago, and ends in ``ends`` days."""
    return Pause.objects.create(
        person=person, starts=today() - since * DAY, ends=None if ends is None else today() + ends * DAY
    )


def test_the_week_page_offers_to_pause_for_a_time_or_until_one_comes_back(
    as_ada: Client, ada: Person
) -> None:
    page = as_ada.get("/week/").content.decode()
    assert "Pause the plan" in page
    for length, ends in (("open", None), ("one-week", today() + 7 * DAY), ("two-weeks", today() + 14 * DAY)):
        as_ada.post("/week/pause/", {"for": length})
        assert ada.pauses.get().ends == ends, "a second tap changes the first"


@pytest.mark.parametrize("path", ["/today/", "/week/"])
def test_while_it_rests_one_calm_card_is_all(as_ada: Client, ada: Person, path: str) -> None:
    as_ada.get("/today/")
    as_ada.post("/week/pause/", {"for": "open"})
    as_ada.get("/today/")  # the message of the tap
    page = as_ada.get(path).content.decode()
    assert "Your plan rests" in page
    assert "Help is here, and so are check-ins." in page
    assert page.count('class="main"') == 1
    assert "Start again" in page
    assert "not today" not in page
    assert "Why this?" not in page
    assert 'href="/help/"' in page


def test_a_check_in_is_kept_while_it_rests(as_ada: Client, ada: Person) -> None:
    as_ada.post("/week/pause/", {"for": "open"})
    as_ada.post("/check-in/", {"mood": 4, "energy": 1})
    assert ada.check_ins.get().mood == 4
    assert "Your plan rests" in as_ada.get("/today/").content.decode()


def test_a_pause_that_has_its_end_says_when_and_goes_on_by_itself(as_ada: Client, ada: Person) -> None:
    paused(ada, since=7, ends=0)
    assert "Your plan rests" not in as_ada.get("/today/").content.decode()
    assert queries.week_of(ada, today())
    Pause.objects.update(ends=today() + DAY)
    assert "It goes on by itself on" in as_ada.get("/today/").content.decode()


def test_no_week_is_made_while_it_rests(as_ada: Client, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    paused(ada, since=3)
    for path in ("/today/", "/week/"):
        as_ada.get(path)
    late = datetime.combine(today(), datetime.min.time(), UTC) + timedelta(hours=12)
    monkeypatch.setattr(jobs.timezone, "now", lambda: late)
    jobs.make_weeks.call_local()
    assert not ada.weeks.exists()
    Pause.objects.all().delete()
    jobs.make_weeks.call_local()
    assert ada.weeks.exists()


def test_nothing_waits_for_a_reminder(ada: Person) -> None:
    day = today()
    actions.make_week(ada, day)
    Session.objects.filter(person=ada).update(day=day)
    assert reminding.something_waits(ada, day)
    actions.pause(ada, day)
    assert not reminding.something_waits(ada, day)
    reminders.choose(ada, email=True, hour=10)
    ten = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=10, minutes=5)
    assert reminders.remind(ada, ten) is None
    assert not ada.reminders.exists()


def test_silence_is_not_noticed_while_it_rests(ada: Person) -> None:
    day = today()
    journal.check_in(ada, day - 10 * DAY, "later", mood=1)
    signals.notice(ada, day)
    assert [one.signal for one in noticed.all_of(ada)] == ["silence"], "without a pause it is said"
    assert noticed.message(ada, day)
    paused(ada, since=9)
    assert noticed.message(ada, day) is None, "what stands is not shown"
    ada.noticed.all().delete()
    signals.notice(ada, day)
    assert not noticed.all_of(ada).exists()


def test_what_was_planned_for_its_days_never_counts_as_missed(ada: Person) -> None:
    day = today()
    actions.make_week(ada, day)
    for ago, session in enumerate(ada.sessions.order_by("pk"), start=1):
        Session.objects.filter(pk=session.pk).update(day=day - ago * DAY)
    count = ada.sessions.count()
    assert inputs.of_week(ada, day)["missed"] == count
    pause = paused(ada, since=1)
    assert inputs.of_week(ada, day)["missed"] == count - 1
    Pause.objects.filter(pk=pause.pk).update(starts=day - 20 * DAY)
    assert inputs.of_week(ada, day)["missed"] == 0


def test_paused_days_are_those_of_all_pauses_up_to_today(ada: Person) -> None:
    paused(ada, since=20, ends=-18)
    paused(ada, since=2)
    assert queries.paused_days(ada, today() - 30 * DAY) == {today() - n * DAY for n in (20, 19, 2, 1, 0)}
    assert queries.paused_days(ada, today() - DAY) == {today() - DAY, today()}
    assert queries.paused_days(ada, today() + DAY) == set()


def test_coming_back_is_greeted_and_gives_a_new_and_smaller_week(as_ada: Client, ada: Person) -> None:
    now = timezone.now()
    ada.answers |= {"energy": 7, "phq9": 4, "confidence": 9, "barriers": [], "minutes_per_week": 200}
    ada.save()
    for ago in range(8, 30, 2):
        journal.add_bout(ada, activity="easy-walk", start=now - timedelta(days=ago), minutes=40)
    before = actions.make_week(ada, today() - 8 * DAY)
    usual = max(before.sessions.values_list("minutes", flat=True))
    paused(ada, since=7)
    page = as_ada.post("/week/come-back/", follow=True).content.decode()
    assert "Good to see you" in page
    after = queries.week_of(ada, today())
    assert after.pk != before.pk
    assert max(after.sessions.values_list("minutes", flat=True)) <= usual * 0.7
    assert str(after.message["values"].get("sentence1", after.message)["pattern"]).startswith(
        "Good to see you."
    )
    assert "missed" not in page.lower()
    assert not ada.pauses.filter(ends=None).exists()


def test_a_pause_taken_back_on_its_day_leaves_the_week_as_it_was(as_ada: Client, ada: Person) -> None:
    as_ada.get("/today/")
    week = queries.week_of(ada, today())
    as_ada.post("/week/pause/", {"for": "two-weeks"})
    as_ada.post("/week/come-back/")
    assert not ada.pauses.exists()
    assert queries.week_of(ada, today()).pk == week.pk
    as_ada.post("/week/come-back/")  # a second tap
    assert queries.week_of(ada, today()).pk == week.pk


@pytest.mark.parametrize("length", ["", "forever", "7", "<script>"])
def test_an_odd_length_pauses_nothing(as_ada: Client, ada: Person, length: str) -> None:
    assert as_ada.post("/week/pause/", {"for": length}).status_code == 302
    assert not ada.pauses.exists()


def test_a_plan_that_safety_holds_says_so_also_while_it_rests(as_ada: Client, ada: Person) -> None:
    ada.answers |= {"symptoms": ["chest-discomfort"]}
    ada.save()
    actions.make_week(ada, today())
    actions.pause(ada, today())
    page = as_ada.get("/today/").content.decode()
    assert "No plan for now" in page


def test_the_pause_of_one_rests_the_plan_of_no_other(as_ada: Client, as_ben: Client, ada: Person) -> None:
    as_ben.post("/week/pause/", {"for": "open"})
    as_ben.post("/week/come-back/")
    as_ben.post("/week/pause/", {"for": "open"})
    assert not ada.pauses.exists()
    assert "Your plan rests" not in as_ada.get("/today/").content.decode()


def test_pages_need_the_same_few_queries_however_many_pauses_there_were(as_ada: Client, ada: Person) -> None:
    def needed(path: str) -> int:
        with CaptureQueriesContext(connection) as made:
            as_ada.get(path)
        return len(made)

    paused(ada, since=1)
    as_ada.get("/today/")
    few = {path: needed(path) for path in ("/today/", "/week/")}
    for ago in range(10, 300, 10):
        paused(ada, since=ago, ends=-ago + 5)
    assert {path: needed(path) for path in few} == few
    assert max(few.values()) <= 12
