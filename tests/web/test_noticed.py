"""What we noticed: one calm message on Today, explained, put away with one tap, removed for good, or not looked for."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.help.models import DayAfter, HelpShown
from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans.models import Session, Stop, Week
from ambulando.web.signals import actions, jobs, queries
from ambulando.web.signals.models import Noticed, NotLooking, Removed

HTMX = {"HTTP_HX_REQUEST": "true"}
SLEPT_LITTLE = "For three days in a row you told us of poor sleep and much energy."


def today() -> date:
    return timezone.localdate()


def nights(person: Person, *days_back: int, sleep: int = 2, energy: int = 8) -> None:
    for days in days_back:
        journal.check_in(person, today() - timedelta(days=days), "morning", sleep=sleep, energy=energy)


def noticed(person: Person) -> Noticed:
    """One open signal, of poor sleep and much energy."""
    nights(person, 2, 1, 0)
    actions.notice(person, today())
    return person.noticed.get()


def answered(person: Person, days_back: int, total: int, instrument: str = "phq-8") -> None:
    answers = [min(3, max(0, total - 3 * place)) for place in range(8 if instrument == "phq-8" else 7)]
    journal.assess(person, instrument, answers, today() - timedelta(days=days_back))


# --- made when something changes, and each morning


def test_a_check_in_leaves_the_looking_to_the_worker(
    as_ada: Client, ada: Person, django_capture_on_commit_callbacks
) -> None:
    nights(ada, 2, 1)
    with django_capture_on_commit_callbacks(execute=True):
        as_ada.post("/check-in/", {"sleep": "2", "energy": "8"})
    assert SLEPT_LITTLE in as_ada.get("/today/").content.decode()


def test_each_of_the_four_is_noticed_in_the_rows_of_a_person(ada: Person) -> None:
    answered(ada, 14, 5)
    answered(ada, 0, 12)
    nights(ada, 2, 1, 0)
    now = timezone.now().replace(hour=6)
    for day in range(1, 11):
        for hours in (0, 4):
            start = now - timedelta(days=day) + timedelta(hours=hours)
            journal.add_bout(ada, activity="easy-run", start=start, minutes=40, effort=6)
    actions.notice(ada, today())
    assert {one.signal for one in ada.noticed.all()} == {"higher-phq-8", "sleep-energy", "driven"}


@pytest.mark.parametrize("what", ["mood", "help page", "still hard"])
def test_who_comes_back_after_a_bad_day_and_silence_is_greeted(
    as_ada: Client, ada: Person, what: str
) -> None:
    plans.make_week(ada, today())
    then = timezone.now() - timedelta(days=9)
    if what == "mood":
        journal.check_in(ada, then.date(), "morning", mood=6)
        journal.check_in(ada, then.date(), "later", mood=1)
    elif what == "help page":
        HelpShown.objects.create(person=ada, at=then, page=HelpShown.HELP)
    else:
        HelpShown.objects.create(person=ada, at=then - timedelta(days=1), page=HelpShown.AFTER)
        DayAfter.objects.create(person=ada, day=then.date(), answer=DayAfter.HARD)
    for day in range(8, -1, -1):
        actions.notice(ada, today() - timedelta(days=day))
    assert ada.noticed.count() == 1, "each morning brings the one greeting up to date"
    page = as_ada.get("/today/").content.decode()
    assert "Good to see you." in page
    assert not re.search("missed|away for", page.lower())


def test_a_not_today_is_a_sign_of_life(ada: Person) -> None:
    plans.make_week(ada, today() - timedelta(days=5))
    journal.check_in(ada, today() - timedelta(days=6), "later", mood=1)
    actions.notice(ada, today())
    assert ada.noticed.exists()
    Session.objects.filter(person=ada).update(day=today() - timedelta(days=3), state=Session.NOT_TODAY)
    actions.notice(ada, today())
    assert not ada.noticed.exists()


def test_training_again_after_a_sign_to_stop_is_noticed(ada: Person) -> None:
    session = plans.make_week(ada, today()).sessions.first()
    for days, sign in ((3, "one"), (1, "two")):
        at = timezone.now().replace(hour=8) - timedelta(days=days)
        Stop.objects.create(person=ada, session=session, sign=sign, at=at)
        journal.add_bout(ada, activity="easy-run", start=at + timedelta(hours=2), minutes=30)
    actions.notice(ada, today())
    assert ada.noticed.get().signal == "driven"


@pytest.mark.parametrize(("zone", "hour", "looked"), [
    ("UTC", 4, True), ("UTC", 3, False), ("Pacific/Auckland", 15, True), ("Asia/Kolkata", 22, True), ("Asia/Kolkata", 4, False),
])  # fmt: skip
def test_each_morning_where_the_person_lives_their_days_are_looked_at(
    ada: Person, monkeypatch: pytest.MonkeyPatch, zone: str, hour: int, looked: bool
) -> None:
    Person.objects.filter(pk=ada.pk).update(time_zone=zone)
    now = datetime(2026, 11, 20, hour, 50, tzinfo=UTC)
    ada.refresh_from_db()
    local = now.astimezone(ada.zone).date()
    for days in (3, 2, 1):
        journal.check_in(ada, local - timedelta(days=days), "morning", sleep=2, energy=8)
    monkeypatch.setattr(timezone, "now", lambda: now)
    jobs.look_each_morning.call_local()
    assert ada.noticed.exists() is looked


def test_what_goes_on_is_brought_up_to_date_and_not_said_twice(ada: Person) -> None:
    first = noticed(ada)
    journal.check_in(ada, today() + timedelta(days=1), "morning", sleep=2, energy=9)
    actions.notice(ada, today() + timedelta(days=1))
    again = ada.noticed.get()
    assert again.pk == first.pk
    assert again.day == today() + timedelta(days=1)
    assert [row["day"] for row in again.rows] == [f"{again.day - timedelta(days=day)}" for day in (2, 1, 0)]


def test_a_tap_that_slipped_and_was_put_right_leaves_no_signal(ada: Person) -> None:
    noticed(ada)
    nights(ada, 1, sleep=8)
    actions.notice(ada, today())
    assert not ada.noticed.exists()


def test_what_was_true_stays_when_the_days_go_on(ada: Person) -> None:
    noticed(ada)
    for day in range(1, 5):
        nights(ada, -day, sleep=8)
        actions.notice(ada, today() + timedelta(days=day))
    assert ada.noticed.get().day == today()


def test_looking_again_writes_nothing_when_nothing_changed(
    ada: Person, django_assert_max_num_queries
) -> None:
    noticed(ada)
    with django_assert_max_num_queries(14) as made:
        actions.notice(ada, today())
    assert {one["sql"].split()[0] for one in made.captured_queries} == {"SELECT"}


def test_looking_takes_the_same_few_queries_after_a_year(ada: Person, django_assert_max_num_queries) -> None:
    now = timezone.now()
    for day in range(90):
        moment = now - timedelta(days=day)
        journal.check_in(ada, moment.date(), "later", mood=day % 11)
        journal.add_bout(ada, activity="easy-run", start=moment - timedelta(hours=1), minutes=10)
    with django_assert_max_num_queries(14):
        actions.notice(ada, today())


# --- on Today


def test_today_shows_the_most_important_one_and_only_that(as_ada: Client, ada: Person) -> None:
    answered(ada, 14, 5)
    answered(ada, 0, 12)
    noticed_ids = {"sleep-energy", "higher-phq-8"}
    nights(ada, 2, 1, 0)
    actions.notice(ada, today())
    assert {one.signal for one in ada.noticed.all()} == noticed_ids
    page = as_ada.get("/today/").content.decode()
    assert SLEPT_LITTLE in page
    assert "add up to" not in page
    as_ada.post(f"/you/signals/{ada.noticed.get(signal='sleep-energy').pk}/away/")
    page = as_ada.get("/today/").content.decode()
    assert "add up to 12 this time, 5 last time" in page
    assert page.count("Why do I see this?") == 1


def test_it_says_why_with_the_days_the_source_and_who_sees_it(as_ada: Client, ada: Person) -> None:
    noticed(ada)
    page = as_ada.get("/today/").content.decode()
    section = re.search(r'<section class="note signal".*?</section>', page, re.S)
    assert section
    for days in (2, 1, 0):
        day = today() - timedelta(days=days)
        assert f'href="/journal/?until={day}#day-{day}"' in section[0]
    for words in (
        "A day with no answer never counts.",
        "Jackson and others 2003",
        "our own judgement",
        "Nobody but you sees this.",
        'href="/help/"',
        'href="/you/signals/"',
    ):
        assert words in section[0]
    journal_page = as_ada.get(f"/journal/?until={today() - timedelta(days=2)}").content.decode()
    assert f'id="day-{today() - timedelta(days=2)}"' in journal_page


def test_one_tap_puts_it_away_without_javascript(as_ada: Client, ada: Person) -> None:
    one = noticed(ada)
    page = as_ada.post(f"/you/signals/{one.pk}/away/", follow=True).content.decode()
    assert "Put away." in page
    assert SLEPT_LITTLE not in page
    assert SLEPT_LITTLE in as_ada.get("/you/signals/").content.decode()


def test_one_tap_puts_it_away_with_htmx(as_ada: Client, ada: Person) -> None:
    one = noticed(ada)
    answer = as_ada.post(f"/you/signals/{one.pk}/away/", **HTMX).content.decode()
    assert answer.startswith("<p")
    assert 'id="signal"' in answer
    assert SLEPT_LITTLE not in as_ada.get("/today/").content.decode()


def test_what_was_put_away_does_not_come_back_the_next_day(ada: Person) -> None:
    actions.put_away(ada, noticed(ada), timezone.now())
    for day in range(1, 14):
        nights(ada, -day)
        actions.notice(ada, today() + timedelta(days=day))
    assert ada.noticed.count() == 1
    nights(ada, -14)
    actions.notice(ada, today() + timedelta(days=14))
    assert ada.noticed.count() == 2


def test_after_a_week_it_stands_on_its_page_alone(ada: Person) -> None:
    one = noticed(ada)
    assert queries.message(ada, one.day + timedelta(days=7)) == one
    assert queries.message(ada, one.day + timedelta(days=8)) is None
    assert one in queries.all_of(ada)


@pytest.mark.parametrize("outcome", ["hold", "no-plan"])
def test_it_waits_while_the_plans_own_outcome_speaks(as_ada: Client, ada: Person, outcome: str) -> None:
    noticed(ada)
    plans.make_week(ada, today())
    assert SLEPT_LITTLE in as_ada.get("/today/").content.decode()
    Week.objects.update(outcome=outcome)
    assert SLEPT_LITTLE not in as_ada.get("/today/").content.decode()
    assert SLEPT_LITTLE in as_ada.get("/you/signals/").content.decode()


def test_it_waits_while_we_ask_how_it_is_after_a_hard_day(as_ada: Client, ada: Person) -> None:
    noticed(ada)
    HelpShown.objects.create(person=ada, at=timezone.now() - timedelta(days=1), page=HelpShown.AFTER)
    assert SLEPT_LITTLE not in as_ada.get("/today/").content.decode()


def test_the_message_is_one_query_however_much_was_noticed(ada: Person, django_assert_num_queries) -> None:
    noticed(ada)
    for day in range(1, 30):
        Noticed.objects.create(
            person=ada, signal="silence", day=today() - timedelta(days=day), says={}, why={}, rows=[]
        )
    with django_assert_num_queries(1):
        assert queries.message(ada, today())


def test_those_for_whom_numbers_do_harm_see_none_of_their_totals(as_ada: Client, ada: Person) -> None:
    ada.answers |= {"conditions": ["eating-disorder"]}
    ada.save()
    answered(ada, 14, 5)
    answered(ada, 0, 12)
    actions.notice(ada, today())
    says = ada.noticed.get().says
    assert not re.search(r"\d", str(says))
    assert "Your answers add up to more than they did before." in as_ada.get("/you/signals/").content.decode()


# --- what we noticed: the person decides


def test_the_page_is_reached_from_you_and_says_when_there_is_nothing(as_ada: Client) -> None:
    assert 'href="/you/signals/"' in as_ada.get("/you/").content.decode()
    page = as_ada.get("/you/signals/").content.decode()
    assert "Nothing here." in page
    assert "Remove them all" not in page


def test_one_is_removed_and_does_not_come_back_for_the_same_days(as_ada: Client, ada: Person) -> None:
    one = noticed(ada)
    page = as_ada.post(f"/you/signals/{one.pk}/remove/", follow=True).content.decode()
    assert "Removed." in page
    assert SLEPT_LITTLE not in page
    actions.notice(ada, today())
    assert not ada.noticed.exists()
    mark = ada.removed_signals.get()
    assert (mark.signal, mark.day) == ("sleep-energy", today())


def test_all_are_removed_at_once_and_the_page_says_what_stays(as_ada: Client, ada: Person) -> None:
    answered(ada, 14, 5)
    answered(ada, 0, 12)
    noticed_before = noticed_all(ada)
    assert noticed_before == 2
    assert (
        "We only keep which kind it was and when you removed it"
        in as_ada.get("/you/signals/").content.decode()
    )
    as_ada.post("/you/signals/remove/")
    actions.notice(ada, today())
    assert not ada.noticed.exists()


def noticed_all(person: Person) -> int:
    nights(person, 2, 1, 0)
    actions.notice(person, today())
    return person.noticed.count()


def test_the_mark_of_a_removal_goes_too_after_some_months(ada: Person) -> None:
    actions.remove(ada, noticed(ada), today())
    actions.tidy(today() + queries.LOOK_BACK)
    assert ada.removed_signals.exists()
    actions.tidy(today() + queries.LOOK_BACK + timedelta(days=1))
    assert not ada.removed_signals.exists()


def test_who_does_not_want_it_is_not_looked_at(
    as_ada: Client, ada: Person, django_assert_num_queries, django_capture_on_commit_callbacks
) -> None:
    noticed(ada)
    page = as_ada.post("/you/signals/looking/", {"look": "no"}, follow=True).content.decode()
    assert "We do not look for such things now, as you asked." in page
    assert SLEPT_LITTLE in page, "what was noticed stays until it is removed"
    assert SLEPT_LITTLE not in as_ada.get("/today/").content.decode()
    as_ada.post("/you/signals/remove/")
    Removed.objects.all().delete()
    with django_assert_num_queries(1):
        actions.notice(ada, today())
    assert not ada.noticed.exists()
    with django_capture_on_commit_callbacks(execute=True):
        as_ada.post("/you/signals/looking/", {"look": "yes"})
    assert not NotLooking.objects.exists()
    assert SLEPT_LITTLE in as_ada.get("/today/").content.decode()


# --- privacy


def test_nobody_sees_or_touches_what_was_noticed_in_another(as_ben: Client, ben: Person, ada: Person) -> None:
    one = noticed(ada)
    for action in ("away", "remove"):
        assert as_ben.post(f"/you/signals/{one.pk}/{action}/").status_code == 404
    for page in ("/you/signals/", "/today/"):
        assert SLEPT_LITTLE not in as_ben.get(page).content.decode()
    as_ben.post("/you/signals/remove/")
    as_ben.post("/you/signals/looking/", {"look": "no"})
    one.refresh_from_db()
    assert one.put_away_at is None
    assert queries.looks(ada)
    assert not queries.looks(ben)
    assert ben.noticed.count() == 0


@pytest.mark.parametrize(
    "path", ["/you/signals/", "/you/signals/remove/", "/you/signals/looking/", "/you/signals/1/away/"]
)
def test_who_is_not_signed_in_is_asked_to(db: None, path: str) -> None:
    answer = Client().get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/login/")


def test_a_removed_account_leaves_nothing_of_it(ada: Person) -> None:
    actions.remove(ada, noticed(ada), today())
    nights(ada, 2, 1, 0)
    actions.look(ada, False)
    ada.delete()
    assert not Noticed.objects.exists()
    assert not Removed.objects.exists()
    assert not NotLooking.objects.exists()
