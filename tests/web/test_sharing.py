"""Sharing numbers: off until a person says so, never of few or simulated people, and taken back at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError, as_json, words_of
from ambulando.response import people as core
from ambulando.response.priors import Priors
from ambulando.web.journal.models import Bout, CheckIn
from ambulando.web.people import actions, jobs, learned
from ambulando.web.people.models import Learned, Person
from ambulando.web.plans import convert

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def some(people: int, *, simulated: bool = False, name: str = "person") -> list[Person]:
    """People who share their numbers, each with three days of their own in the journal."""
    made = [
        Person.objects.create_user(f"{name}-{n}", simulated=simulated, onboarded_at=NOW)
        for n in range(people)
    ]
    for person in made:
        actions.share_numbers(person, NOW)
        CheckIn.objects.bulk_create(
            CheckIn(person=person, day=NOW.date() - timedelta(days=ago), part="later", mood=5)
            for ago in range(1, 4)
        )
        Bout.objects.create(person=person, activity="easy-walk", start=NOW - timedelta(days=2), seconds=1800)
    return made


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Every person's days say something by draw: 0.6 for all, or what a test gives for a person's key."""
    numbers: dict[str, float] = {}

    def own(person: str, series: Any) -> tuple[core.PersonEffect, ...]:
        assert series.mood, "their days are read"
        estimate = numbers.get(person, 0.6 + 0.01 * (int(person) % 7))
        return (core.PersonEffect(person, "walking", "same-day", estimate, 0.3, True),)

    monkeypatch.setattr(core, "own_effects", own)
    return numbers


# --- the page


def test_nobody_shares_until_they_say_so(as_ada: Client, ada: Person) -> None:
    assert not ada.shares_numbers
    page = as_ada.get("/you/sharing/").content.decode()
    assert "You do not share them. Nothing is missing for you." in page
    assert "10 people or more" in page
    assert 'href="/you/sharing/"' in as_ada.get("/you/").content.decode()


def test_a_person_shares_and_takes_it_back_on_the_same_page(as_ada: Client, ada: Person) -> None:
    page = as_ada.post("/you/sharing/", {"share": "yes"}, follow=True).content.decode()
    ada.refresh_from_db()
    assert ada.shares_numbers
    assert f"You have shared them since {timezone.now():%-d %B %Y}." in page
    assert "You share them, without your name" in as_ada.get("/you/").content.decode()
    as_ada.post("/you/sharing/", {"share": "no"})
    ada.refresh_from_db()
    assert (ada.shares_numbers, ada.shares_numbers_since, ada.shares_numbers_text) == (False, None, "")


def test_a_form_that_does_not_say_yes_shares_nothing(as_ada: Client, ada: Person) -> None:
    as_ada.post("/you/sharing/", {"share": "perhaps"})
    as_ada.post("/you/sharing/")
    ada.refresh_from_db()
    assert not ada.shares_numbers


def test_the_page_is_for_who_signed_in_and_each_decides_for_themselves(
    as_ada: Client, ada: Person, ben: Person
) -> None:
    assert Client().post("/you/sharing/", {"share": "yes"}).status_code == 302
    as_ada.post("/you/sharing/", {"share": "yes"})
    ben.refresh_from_db()
    assert not ben.shares_numbers


def test_sharing_twice_keeps_the_first_day(ada: Person) -> None:
    actions.share_numbers(ada, NOW)
    actions.share_numbers(ada, NOW + timedelta(days=3))
    assert ada.shares_numbers_since == NOW


def test_who_agreed_to_another_text_is_asked_again(as_ada: Client, ada: Person) -> None:
    actions.share_numbers(ada, NOW)
    Person.objects.filter(pk=ada.pk).update(shares_numbers_text="2020-01-01")
    ada.refresh_from_db()
    assert not ada.shares_numbers
    assert not learned.sharing().exists()
    assert "You do not share them." in as_ada.get("/you/sharing/").content.decode()


# --- what is learned


def test_ten_people_who_share_make_the_next_answers_prior(db: None, drawn: dict[str, float]) -> None:
    some(10)
    learned.learn(NOW)
    row = Learned.objects.get()
    assert (row.modality, row.horizon, row.people, row.randomised_people) == ("walking", "same-day", 10, 10)
    assert row.made_on == NOW.date()
    prior = learned.priors_for(["walking", "yoga"])
    assert isinstance(prior, Priors)
    assert prior.same_day["walking"].mean == row.mean > 0.4
    assert prior.same_day["walking"].sd == pytest.approx((row.tau**2 + row.mean_sd**2) ** 0.5)
    assert prior.same_day["yoga"].mean == 0.25
    assert "from 10 people here" in prior.same_day["walking"].basis
    told = learned.told("walking")
    assert told is not None
    assert "from 10 people here" in str(words_of(told))


def test_nine_people_change_nothing(db: None, drawn: dict[str, float]) -> None:
    some(9)
    learned.learn(NOW)
    assert not Learned.objects.exists()
    assert learned.priors_for(["walking"]) == "central"
    assert learned.told("walking") is None
    assert learned.told(None) is None


def test_simulated_people_and_those_who_do_not_share_never_count(
    db: None, ada: Person, drawn: dict[str, float]
) -> None:
    some(9)
    some(5, simulated=True, name="simulated")
    CheckIn.objects.create(person=ada, day=NOW.date(), part="later", mood=5)
    actions.share_numbers(ada, NOW)
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    learned.learn(NOW)
    assert not Learned.objects.exists()


def test_a_modality_that_nothing_was_learned_of_keeps_its_prior(db: None, drawn: dict[str, float]) -> None:
    some(10)
    learned.learn(NOW)
    assert learned.priors_for(["yoga"]) == "central"


def test_nothing_of_a_person_is_kept(db: None, drawn: dict[str, float]) -> None:
    made = some(10)
    drawn[str(made[0].pk)] = 0.777
    learned.learn(NOW)
    fields = {field.name for field in Learned._meta.get_fields()}
    assert not fields & {"person", "estimate", "se"}
    kept = str(Learned.objects.values().get())
    assert "0.777" not in kept
    assert made[0].username not in kept


def test_diaries_without_draws_leave_the_mean_as_it_was_and_may_widen_the_spread(db: None) -> None:
    made = some(10)
    CheckIn.objects.filter(person__in=made).delete()
    Bout.objects.filter(person__in=made).delete()
    rng = np.random.default_rng(1)
    for number, person in enumerate(made):
        moved = rng.random(60) < 0.5
        moods = np.clip(np.round(4 + 3 * (number % 2) * moved + rng.normal(0, 1, 60)), 0, 10)
        CheckIn.objects.bulk_create(
            CheckIn(person=person, day=NOW.date() - timedelta(days=ago), part="later", mood=int(moods[ago]))
            for ago in range(60)
        )
        Bout.objects.bulk_create(
            Bout(person=person, activity="easy-walk", start=NOW - timedelta(days=ago, hours=2), seconds=1800)
            for ago in range(60)
            if moved[ago]
        )
    learned.learn(NOW)
    row = Learned.objects.get()
    assert (row.mean, row.people, row.randomised_people) == (0.25, 10, 0)
    assert row.tau > 0.3


def test_an_answer_made_with_it_says_so_in_its_trace(db: None, drawn: dict[str, float]) -> None:
    from ambulando.response.fit import fit

    (person, *_) = some(10)
    learned.learn(NOW)
    series = convert.series(person, NOW.date() - timedelta(days=30), NOW.date())
    assert series is not None
    fitted = fit(series, prior=learned.priors_for(series.minutes))
    kept = as_json(fitted)
    (belief,) = [
        one for one in kept["how_do_you_know"]["priors"] if (one["modality"], one["horizon"]) == ("walking", "same-day")
    ]  # fmt: skip
    assert "from 10 people here" in belief["basis"]


def test_the_days_of_each_are_read_up_to_their_own_today(
    db: None, drawn: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, read, asked = some(2), convert.series, {}
    Person.objects.filter(pk=made[0].pk).update(time_zone="Pacific/Auckland")

    def series(person: Person, since: date, today: date) -> Any:
        asked[person] = today
        return read(person, since, today)

    monkeypatch.setattr(convert, "series", series)
    learned.learn(NOW)
    assert asked == {made[0]: NOW.date() + timedelta(days=1), made[1]: NOW.date()}


def test_a_journal_that_can_not_be_read_costs_the_others_nothing(
    db: None, drawn: dict[str, float], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made, read = some(11), convert.series

    def unreadable(person: Person, since: date, today: date) -> Any:
        if person == made[0]:
            raise InputError("This journal has 9999 days.")
        return read(person, since, today)

    monkeypatch.setattr(convert, "series", unreadable)
    learned.learn(NOW)
    assert Learned.objects.get().people == 10
    assert "they are left out" in caplog.text
    assert made[0].username not in caplog.text


# --- taken back


def test_taking_it_back_is_acted_on_at_once(
    db: None, drawn: dict[str, float], django_capture_on_commit_callbacks: Any
) -> None:
    made = some(11)
    drawn[str(made[0].pk)] = 2.5
    learned.learn(NOW)
    before = Learned.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        actions.keep_numbers(made[0])
    after = Learned.objects.get()
    assert (before.people, after.people) == (11, 10)
    assert after.mean < before.mean
    with django_capture_on_commit_callbacks(execute=True):
        actions.keep_numbers(made[1])
    assert not Learned.objects.exists()
    assert learned.priors_for(["walking"]) == "central"


def test_what_was_learned_with_them_is_gone_before_the_worker_comes(
    db: None, drawn: dict[str, float]
) -> None:
    made = some(12)
    learned.learn(NOW)
    actions.keep_numbers(made[0])
    assert not Learned.objects.exists()


def test_who_leaves_takes_their_part_with_them(
    db: None, drawn: dict[str, float], django_capture_on_commit_callbacks: Any
) -> None:
    (person, *_) = some(10)
    learned.learn(NOW)
    client = Client()
    client.force_login(person)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/you/leave/")
    assert not Person.objects.filter(pk=person.pk).exists()
    assert not Learned.objects.exists()


def test_who_never_shared_asks_for_no_work(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "learn", lambda now: pytest.fail("nothing changed"))
    actions.keep_numbers(ada)
    actions.remove(ada)


# --- the schedule and the operator


def test_it_is_worked_out_each_week(
    db: None, drawn: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.timezone, "now", lambda: NOW)
    some(10)
    jobs.learn_each_week.call_local()
    assert Learned.objects.get().people == 10
    task = jobs.learn_each_week.task_class()
    assert sum(task.validate_datetime(NOW + timedelta(minutes=n)) for n in range(7 * 24 * 60)) == 1


def test_the_operator_reads_how_many_share_and_since_when(db: None, drawn: dict[str, float]) -> None:
    made = some(10)
    Person.objects.filter(pk=made[0].pk).update(is_staff=True)
    client = Client()
    client.force_login(Person.objects.get(pk=made[0].pk))
    page = client.get("/operate/").content.decode()
    assert "10 people share their numbers." in page
    assert "Nothing was learned from them yet." in page
    learned.learn(NOW)
    assert "What was learned from them is of 22 November 2026." in client.get("/operate/").content.decode()
