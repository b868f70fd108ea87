"""Word that a meeting is off: to whom it goes, when, how often, and that it does not say what it is about."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from directory_people import clinician
from django.utils import timezone

from ambulando.web.care.threads import actions as threads
from ambulando.web.care.threads.models import Telling
from ambulando.web.care.walks import actions, word
from ambulando.web.care.walks.models import Comer, Walk, Word
from ambulando.web.help.models import HelpShown
from ambulando.web.people.models import Person
from ambulando.web.reminders import push
from ambulando.web.reminders.models import Reminding

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
#: the day of the next meeting
DAY = date(2026, 11, 24)


@pytest.fixture
def walk() -> Walk:
    return actions.make(
        clinician().person, name="Walk for heavy days", by="Mere", activity="health-walk", where="The old bridge",
        weekly=["tuesday", "thursday"], first=date(2026, 11, 1), starts=time(9), minutes=45, capacity=5,
        open_to=Walk.EVERYBODY, time_zone="UTC",
    )  # fmt: skip


@pytest.fixture
def comer(ada: Person, walk: Walk) -> Comer:
    ada.devices.create(endpoint="https://push.example.org/1", p256dh="key", auth="auth")
    return actions.join(ada, walk, called="Quill", seen=False, now=NOON - timedelta(days=9))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What went to devices."""
    found: list[Any] = []
    monkeypatch.setattr(push, "send", lambda *all_: found.append(all_[-1]["notification"]) or push.TAKEN)
    return found


def wants_reminders(person: Person, **other: Any) -> None:
    Reminding.objects.update_or_create(person=person, defaults={"push": True} | other)


def off(walk: Walk, day: date = DAY, now: datetime = NOON) -> None:
    actions.cancel(walk.leader, walk, day, now)


def test_who_comes_and_asked_for_reminders_hears_that_a_meeting_is_off_and_not_of_what(
    walk: Walk, comer: Comer, sent: list[Any]
) -> None:
    wants_reminders(comer.person)
    off(walk)
    word.tell_of_what_is_off(NOON)
    (one,) = sent
    assert one["body"] == "A time that you had planned is off."
    assert one["navigate"].endswith(f"/walks/{walk.pk}/")
    assert not any(told in str(one).lower() for told in ("heavy", "mere", "quill", "ada", "bridge", "group"))


def test_word_of_messages_and_calls_counts_as_having_asked(walk: Walk, comer: Comer, sent: list[Any]) -> None:
    threads.want_word(comer.person, push=True, email=False)
    off(walk)
    word.tell_of_what_is_off(NOON)
    assert len(sent) == 1
    assert Telling.objects.get().told_at is None, "word of a message may still follow within the hour"


def test_who_asked_for_nothing_hears_nothing(walk: Walk, comer: Comer, sent: list[Any]) -> None:
    off(walk)
    word.tell_of_what_is_off(NOON)
    assert sent == []


def test_it_is_said_once_however_often_it_is_looked_at(walk: Walk, comer: Comer, sent: list[Any]) -> None:
    wants_reminders(comer.person)
    off(walk)
    for minute in range(3):
        word.tell_of_what_is_off(NOON + timedelta(minutes=minute))
        off(walk)  # a double tap
    assert len(sent) == 1
    actions.bring_back(walk.leader, walk, DAY)
    off(walk)
    word.tell_of_what_is_off(NOON)
    assert len(sent) == 2, "it was on again, and is off again"


def test_nobody_is_woken_unless_it_would_begin_soon(walk: Walk, comer: Comer, sent: list[Any]) -> None:
    wants_reminders(comer.person)
    off(walk)
    for hour in (21, 23, 26, 29):  # the evening before, and the night
        word.tell_of_what_is_off(datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour))
    assert sent == []
    word.tell_of_what_is_off(datetime(2026, 11, 24, 7, 30, tzinfo=UTC))
    assert len(sent) == 1, "it would begin at nine"


def test_who_said_not_this_time_or_left_or_came_later_is_not_told(
    walk: Walk, comer: Comer, sent: list[Any]
) -> None:
    wants_reminders(comer.person)
    off(walk)
    comer.words.create(day=DAY, said=Word.NOT_THIS_TIME)
    word.tell_of_what_is_off(NOON)
    comer.words.all().delete()
    Comer.objects.update(joined_at=NOON + timedelta(minutes=1))  # they read it before they joined
    word.tell_of_what_is_off(NOON + timedelta(minutes=2))
    Comer.objects.update(joined_at=NOON - timedelta(days=9), left_at=NOON)
    word.tell_of_what_is_off(NOON)
    assert sent == []


def test_what_would_be_over_is_not_told_any_more(walk: Walk, comer: Comer, sent: list[Any]) -> None:
    wants_reminders(comer.person)
    off(walk)
    word.tell_of_what_is_off(NOON + timedelta(days=1))
    assert sent == []


def test_it_stays_silent_after_a_page_of_help_and_in_a_quiet_week(
    walk: Walk, comer: Comer, sent: list[Any]
) -> None:
    wants_reminders(comer.person, snoozed_until=DAY + timedelta(days=7))
    off(walk)
    word.tell_of_what_is_off(NOON)
    wants_reminders(comer.person, snoozed_until=None)
    HelpShown.objects.create(person=comer.person, at=NOON - timedelta(hours=1), page="help")
    word.tell_of_what_is_off(NOON)
    assert sent == []


def test_an_account_that_is_off_or_simulated_is_not_told(walk: Walk, comer: Comer, sent: list[Any]) -> None:
    wants_reminders(comer.person)
    off(walk)
    Person.objects.filter(pk=comer.person_id).update(is_active=False)
    word.tell_of_what_is_off(NOON)
    Person.objects.filter(pk=comer.person_id).update(is_active=True, simulated=True)
    word.tell_of_what_is_off(NOON)
    assert sent == []


def test_what_goes_wrong_for_one_keeps_nobody_else_waiting(
    walk: Walk, comer: Comer, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben.devices.create(endpoint="https://push.example.org/2", p256dh="key", auth="auth")
    actions.join(ben, walk, called="Ben", seen=False, now=NOON - timedelta(days=1))
    for person in (comer.person, ben):
        wants_reminders(person)
    tried: list[str] = []

    def send(endpoint: str, *_: Any) -> str:
        tried.append(endpoint)
        raise RuntimeError

    monkeypatch.setattr(push, "send", send)
    off(walk)
    word.tell_of_what_is_off(NOON)
    assert len(tried) == 2


def test_the_page_of_ones_groups_says_which_dates_are_off(as_ada: Any, comer: Comer, walk: Walk) -> None:
    today = timezone.localdate()
    day = next(today + timedelta(days=n) for n in range(1, 8) if (today + timedelta(days=n)).weekday() == 1)
    off(walk, day, timezone.now())
    page = as_ada.get("/walks/").content.decode()
    assert f"Off: {day:%A} {day.day} {day:%B}" in page


def test_nothing_off_is_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        word.tell_of_what_is_off(NOON)
