"""From my care: homework, what a clinician asked for, and a kind word when nothing moved. Nobody else sees any of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.web.alongside import actions, jobs, queries
from ambulando.web.alongside.models import Asked, EightWeeks, Homework
from ambulando.web.help.models import HelpShown
from ambulando.web.journal import actions as journal
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.plans import actions as plans
from ambulando.web.plans import convert
from ambulando.web.plans.models import Week
from ambulando.web.plans.queries import week_of
from ambulando.web.signals import actions as signals
from ambulando.web.signals.models import Noticed
from cast import ADA, FAY
from sign_up import signed_up

HTMX = {"HTTP_HX_REQUEST": "true"}
NOTE = "Walk to the lake with Kim"
HOMEWORK = {"activity": "easy-walk", "times": "2", "minutes": "10", "note": NOTE, "said_by": "Dr Moana"}
ASKED = {"max_minutes": "12", "max_intensity": "light", "avoid": ["running"], "said_by": "my GP"}
WORD = "no fault of yours"


def today():
    return timezone.localdate()


def form(fields: dict) -> dict:
    return {**fields, "said_on": today().isoformat()}


def page(client: Client, path: str = "/alongside/") -> str:
    return client.get(path).content.decode()


# --- homework


def test_the_page_is_reached_from_you_and_from_the_week(as_ada: Client) -> None:
    for path in ("/you/", "/week/"):
        assert 'href="/alongside/"' in page(as_ada, path)


def test_homework_is_added_with_who_said_it_and_stands_in_the_profile(as_ada: Client, ada: Person) -> None:
    assert as_ada.post("/alongside/homework/", form(HOMEWORK)).status_code == 302
    shown = page(as_ada)
    for text in (catalogue()["easy-walk"].name, "2 times a week", "10 minutes", NOTE, "Dr Moana", "by you"):
        assert text in shown
    (one,) = convert.profile_of(ada, today()).homework
    assert (one.activity, one.times, one.minutes, one.note) == ("easy-walk", 2, 10, NOTE)
    assert ada.homework.get().entered_by == "person"


def test_minutes_may_be_left_out(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/homework/", form(HOMEWORK | {"minutes": ""}))
    assert convert.profile_of(ada, today()).homework[0].minutes is None


def test_a_change_makes_the_week_anew_at_once(as_ada: Client, ada: Person) -> None:
    before = plans.ensure_week(ada, today())
    as_ada.post("/alongside/homework/", form(HOMEWORK))
    after = week_of(ada, today())
    assert after.pk != before.pk
    as_ada.post(f"/alongside/homework/{ada.homework.get().pk}/remove/")
    assert week_of(ada, today()).pk != after.pk


def test_its_session_says_that_it_is_from_therapy_in_the_persons_own_words(
    as_ada: Client, ada: Person
) -> None:
    as_ada.post("/alongside/homework/", form(HOMEWORK))
    (one, *_rest) = [
        one for one in week_of(ada, today()).sessions.all() if one.content["trace"].get("homework")
    ]
    assert one.activity == "easy-walk"
    assert f"From your therapy: {NOTE}" in page(as_ada, f"/sessions/{one.pk}/")
    why = page(as_ada, f"/sessions/{one.pk}/why/")
    assert f"From your therapy: {NOTE}" in why
    assert 'href="/why/rules/#homework"' in why


def test_what_is_taken_out_is_kept_among_what_was_before(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/homework/", form(HOMEWORK))
    as_ada.post(f"/alongside/homework/{ada.homework.get().pk}/remove/")
    assert convert.profile_of(ada, today()).homework == ()
    assert ada.homework.get().ended_at is not None
    shown = page(as_ada)
    assert shown.index("What was here before") < shown.index(NOTE)


def test_a_second_tap_on_take_it_out_changes_nothing(ada: Person) -> None:
    now = timezone.now()
    row = actions.add_homework(ada, now, activity="easy-walk")
    actions.end_homework(ada, row, now)
    weeks = Week.objects.count()
    actions.end_homework(ada, row, now + timedelta(hours=1))
    assert (Week.objects.count(), row.ended_at) == (weeks, now)


def test_homework_that_is_not_safe_now_is_kept_and_the_page_says_why_it_waits(
    as_ada: Client, ada: Person
) -> None:
    ada.answers = ADA | {"conditions": ["heart"]}
    ada.save()
    as_ada.post("/alongside/homework/", form(HOMEWORK | {"activity": "jog"}))
    assert "It waits until that changes." in page(as_ada)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"activity": "flying"}, "Select a valid choice"),
        ({"minutes": "1"}, "Two minutes is the least"),
        ({"minutes": "some"}, "as a number"),
        ({"said_on": "2999-01-01"}, "in the future"),
        ({"said_on": ""}, "Please pick a day"),
    ],
)
def test_a_slip_is_named_beside_its_field_and_nothing_is_kept(
    as_ada: Client, ada: Person, fields: dict, said: str
) -> None:
    answer = as_ada.post("/alongside/homework/", form(HOMEWORK) | fields)
    assert said in answer.content.decode()
    assert not ada.homework.exists()


def test_the_same_thing_twice_and_a_sixth_are_refused_in_one_sentence(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/homework/", form(HOMEWORK))
    answer = as_ada.post("/alongside/homework/", form(HOMEWORK))
    assert "This one is here already." in answer.content.decode()
    for name in sorted(set(catalogue()) - {"easy-walk"})[:4]:
        actions.add_homework(ada, timezone.now(), activity=name)
    with pytest.raises(InputError, match="take one out first"):
        actions.add_homework(ada, timezone.now(), activity="jog")
    assert ada.homework.count() == 5


# --- what a clinician asked for


def test_what_was_asked_for_binds_the_week_and_is_said(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/asked/", form(ASKED))
    shown = page(as_ada)
    assert "Your clinician said at most 12 minutes at a time." in shown
    assert "Your clinician said nothing harder than light." in shown
    assert "my GP" in shown
    week = week_of(ada, today())
    assert {"clinician-minutes", "clinician-intensity", "clinician-avoid"} <= {
        one["rule"] for one in week.constraints
    }
    sessions = list(week.sessions.all())
    assert sessions
    assert all(one.minutes <= 12 and one.intensity == "light" for one in sessions)


def test_every_rule_it_names_can_be_read_on_the_page_of_rules(as_ada: Client) -> None:
    as_ada.post("/alongside/asked/", form(ASKED))
    rules = page(as_ada, "/why/rules/")
    found = re.findall(r"/why/rules/#(clinician-[a-z]+)", page(as_ada))
    assert len(found) == 3
    assert all(f'id="{one}"' in rules for one in found)


def test_the_form_starts_from_what_holds_and_a_change_ends_what_was(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/asked/", form(ASKED | {"avoid_one": "tennis"}))
    shown = page(as_ada, "/alongside/asked/")
    assert 'value="12"' in shown
    assert 'value="tennis" selected' in shown
    as_ada.post("/alongside/asked/", form(ASKED | {"max_minutes": "20"}))
    assert convert.profile_of(ada, today()).care.max_minutes == 20
    assert [one.max_minutes for one in ada.asked.filter(ended_at__isnull=False)] == [12]
    assert "at most 12 minutes at a time" in page(as_ada)


def test_the_same_form_kept_twice_is_one_row(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/asked/", form(ASKED))
    as_ada.post("/alongside/asked/", form(ASKED))
    assert ada.asked.count() == 1


def test_a_form_with_nothing_in_it_ends_what_was_asked(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/asked/", form(ASKED))
    as_ada.post("/alongside/asked/", form({}))
    assert convert.profile_of(ada, today()).care is None
    assert ada.asked.count() == 1


def test_taken_out_it_no_longer_binds_and_is_not_lost(as_ada: Client, ada: Person) -> None:
    as_ada.post("/alongside/asked/", form(ASKED))
    as_ada.post(f"/alongside/asked/{ada.asked.get().pk}/remove/")
    assert convert.profile_of(ada, today()).care is None
    assert not any(one["rule"].startswith("clinician") for one in week_of(ada, today()).constraints)
    assert ada.asked.get().max_minutes == 12


def test_where_two_asked_the_tightest_binds(ada: Person) -> None:
    actions.ask(ada, timezone.now(), max_minutes=20, sessions=2, avoid=["running"])
    Asked.objects.create(
        person=ada,
        entered_by=Asked.CLINICIAN,
        said_on=today(),
        max_minutes=15,
        max_intensity="moderate",
        avoid=["dance"],
    )
    care = convert.profile_of(ada, today()).care
    assert (care.max_minutes, care.max_intensity, care.sessions) == (15, "moderate", 2)
    assert set(care.avoid) == {"running", "dance"}


def test_moderate_is_fine_does_not_open_what_safety_closed(ada: Person) -> None:
    ada.answers = ADA | {"conditions": ["heart"]}
    ada.save()
    actions.ask(ada, timezone.now(), max_intensity="moderate")
    assert {one.intensity for one in week_of(ada, today()).sessions.all()} == {"light"}


# --- whose it is


def test_nobody_else_sees_or_changes_it(as_ada: Client, as_ben: Client, ada: Person) -> None:
    as_ada.post("/alongside/homework/", form(HOMEWORK))
    as_ada.post("/alongside/asked/", form(ASKED))
    word = said(ada)
    assert NOTE not in page(as_ben)
    assert "my GP" not in page(as_ben)
    assert WORD not in page(as_ben, "/alongside/other-help/")
    for path in (
        f"/alongside/homework/{ada.homework.get().pk}/remove/",
        f"/alongside/asked/{ada.asked.get().pk}/remove/",
        f"/alongside/word/{word.pk}/away/",
    ):
        assert as_ben.post(path).status_code == 404
    assert not ada.homework.filter(ended_at__isnull=False).exists()
    word.refresh_from_db()
    assert word.put_away_at is None


def test_it_needs_an_account(client: Client, db: None) -> None:
    for path in ("", "homework/", "asked/", "other-help/"):
        assert client.get(f"/alongside/{path}").status_code == 302


def test_who_leaves_takes_all_of_it_along(ada: Person) -> None:
    actions.add_homework(ada, timezone.now(), activity="easy-walk")
    actions.ask(ada, timezone.now(), max_minutes=12)
    said(ada)
    people.remove(ada)
    assert not any(model.objects.exists() for model in (Homework, Asked, EightWeeks))


def test_who_should_see_no_numbers_sees_none(db: None) -> None:
    fay = signed_up("fay", FAY)
    client = Client()
    client.force_login(fay)
    actions.add_homework(fay, timezone.now(), activity="easy-walk", times=3, minutes=17)
    actions.ask(fay, timezone.now(), max_minutes=23, minutes_per_week=61, sessions=4)
    shown = re.sub(r"<form.*?</form>|\d{1,2} [A-Z][a-z]+ \d{4}", "", page(client), flags=re.DOTALL)
    for number in ("17", "23", "61", "3 times", "4"):
        assert number not in re.sub(r"<[^>]*>", "", shown), number
    for path, names in (("homework", ("times", "minutes")), ("asked", ("max_minutes", "sessions"))):
        fields = page(client, f"/alongside/{path}/")
        assert not any(f'name="{name}"' in fields for name in names)
    assert client.post("/alongside/homework/", form({"activity": "stretching"})).status_code in (200, 302)


# --- the eight-week word


def answered(person: Person, *totals: tuple[int, int]) -> None:
    for ago, total in totals:
        answers = [min(3, max(0, total - 3 * place)) for place in range(8)]
        journal.assess(person, "phq-8", answers, today() - timedelta(days=ago))


def kept_at_it(person: Person) -> None:
    answered(person, (60, 14), (14, 15), (0, 13))
    for ago in range(1, 64, 3):
        start = datetime.combine(today() - timedelta(days=ago), datetime.min.time(), UTC) + timedelta(hours=9)
        journal.add_bout(person, activity="easy-walk", start=start, minutes=10)


def said(person: Person) -> EightWeeks:
    kept_at_it(person)
    word = actions.notice(person, today())
    assert word is not None
    return word


def test_a_kind_word_stands_on_today_and_progress(as_ada: Client, ada: Person) -> None:
    said(ada)
    for path in ("/today/", "/progress/"):
        shown = page(as_ada, path)
        assert WORD in shown
        assert 'href="/alongside/other-help/"' in shown


def test_the_worker_looks_after_a_change_and_each_morning(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_at_it(ada)
    jobs.look_again.func(ada.pk)
    assert ada.eight_weeks.count() == 1
    ada.eight_weeks.all().delete()
    monkeypatch.setattr(jobs, "MORNING", timezone.now().hour)
    jobs.look_each_morning_if_it_moved.call_local()
    assert ada.eight_weeks.count() == 1


def test_put_away_with_one_tap_it_comes_back_after_four_weeks_at_the_earliest(
    as_ada: Client, ada: Person
) -> None:
    word = said(ada)
    assert "Put away." in as_ada.post(f"/alongside/word/{word.pk}/away/", **HTMX).content.decode()
    assert WORD not in page(as_ada, "/today/")
    for ahead, comes in ((1, False), (27, False), (28, True)):
        day = today() + timedelta(days=ahead)
        assert (actions.notice(ada, day) is not None) == comes, ahead


def test_without_a_script_it_is_put_away_too(as_ada: Client, ada: Person) -> None:
    word = said(ada)
    assert as_ada.post(f"/alongside/word/{word.pk}/away/").status_code == 302
    assert WORD not in page(as_ada, "/progress/")


def test_it_is_said_once_and_not_each_morning(ada: Person) -> None:
    said(ada)
    assert actions.notice(ada, today() + timedelta(days=1)) is None
    assert ada.eight_weeks.count() == 1


def test_it_never_comes_on_the_day_of_a_help_page(as_ada: Client, ada: Person) -> None:
    said(ada)
    HelpShown.objects.create(person=ada, at=timezone.now())
    assert queries.message(ada, today()) is None
    for path in ("/today/", "/progress/"):
        assert WORD not in page(as_ada, path)


def test_it_never_comes_in_low_energy_mode(as_ada: Client, ada: Person) -> None:
    said(ada)
    journal.check_in(ada, today(), "later", energy=1)
    assert WORD not in page(as_ada, "/today/")
    assert WORD not in page(as_ada, "/today/?all=1")
    journal.check_in(ada, today(), "later", energy=6)
    assert WORD in page(as_ada, "/today/")
    Person.objects.filter(pk=ada.pk).update(quiet=True)
    assert WORD not in page(as_ada, "/today/?all=1")
    assert WORD not in page(as_ada, "/progress/")


def test_one_thing_at_a_time_a_signal_comes_first(as_ada: Client, ada: Person) -> None:
    said(ada)
    for days in (2, 1, 0):
        journal.check_in(ada, today() - timedelta(days=days), "morning", sleep=2, energy=8)
    signals.notice(ada, today())
    assert Noticed.objects.filter(person=ada).exists()
    assert WORD not in page(as_ada, "/today/")


def test_while_safety_holds_the_plan_it_waits(ada: Person) -> None:
    said(ada)
    ada.answers = ADA | {"symptoms": ["chest-discomfort"]}
    ada.save()
    plans.make_week(ada, today())
    assert queries.message(ada, today()) is None


def test_who_asked_us_not_to_look_is_told_nothing(ada: Person) -> None:
    kept_at_it(ada)
    signals.look(ada, False)
    assert actions.notice(ada, today()) is None


def test_why_shows_the_questionnaires_and_the_sessions_it_rests_on(as_ada: Client, ada: Person) -> None:
    said(ada)
    shown = page(as_ada, "/alongside/other-help/")
    first = today() - timedelta(days=60)
    assert f"?until={first}#day-{first}" in shown
    assert "our own judgement" in shown


# --- what else there is


def test_each_treatment_is_told_in_three_layers_with_its_rows(as_ada: Client) -> None:
    shown = page(as_ada, "/alongside/other-help/")
    for text in (
        "Talking therapy did about as well as exercise",
        "How sure: moderate.",
        "How sure: low.",
        "Please do not stop or change a medicine because of it.",
        "Print this for your appointment",
        "data-prints",
    ):
        assert text in shown
    for row in ("clegg2026-exercise-therapy", "cuijpers2020-both-vs-therapy", "noetel2024-medicine"):
        assert f'href="/why/row/{row}/"' in shown
        assert as_ada.get(f"/why/row/{row}/").status_code == 302


def test_for_paper_all_of_it_can_be_opened_without_a_script(as_ada: Client, ada: Person) -> None:
    said(ada)
    assert 'href="?all=1"' in page(as_ada, "/alongside/other-help/")
    assert page(as_ada, "/alongside/other-help/?all=1").count("<details open>") == 9


def test_nothing_there_speaks_of_failing_or_of_taking_something(as_ada: Client, ada: Person) -> None:
    said(ada)
    shown = re.sub(r"<[^>]*>", " ", page(as_ada, "/alongside/other-help/")).lower()
    for word in ("failed", "diagnose", "you should", "start taking", "stop taking"):
        assert word not in shown
