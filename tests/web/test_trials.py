"""Group trials: staff see the group and nobody in it, people join and leave as they like, and small groups stay hidden."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.response.group import pooled
from ambulando.response.group_csv import read_group
from ambulando.response.protocol import Protocol, option_of
from ambulando.web.comparisons import actions as comparisons
from ambulando.web.comparisons import queries as drawn
from ambulando.web.comparisons.models import Comparison
from ambulando.web.journal.models import CheckIn
from ambulando.web.people import actions as people
from ambulando.web.people.models import Person
from ambulando.web.trials import actions, consent, jobs, queries
from ambulando.web.trials.models import GroupTrial, Membership
from cast import ADA, CLEO, FAY

KINDS = (option_of("easy-walk"), option_of("chair-yoga"))
BEGAN = 60


@pytest.fixture
def as_operator(db: None) -> Client:
    Person.objects.create_user("olga", onboarded_at=timezone.now())
    call_command("operator", "olga")
    client = Client()
    client.force_login(Person.objects.get(username="olga"))
    return client


def today() -> date:
    return timezone.localdate()


def made(**other: Any) -> GroupTrial:
    """A group that takes people."""
    told = {
        "question": "two-kinds",
        "options": KINDS,
        "target": "mood",
        "blocks": 4,
        "per_week": 2,
        "start": today(),
    }
    protocol = Protocol(**(told | other))
    opens, closes = today() - timedelta(days=90), today() + timedelta(days=30)
    trial = actions.make("Walk or chair yoga", "Dr. Mere Tane, room 4", protocol, opens=opens, closes=closes)
    return actions.open_trial(trial)


@pytest.fixture
def trial(db: None) -> GroupTrial:
    return made()


def somebody(name: str, answers: dict[str, Any] = ADA) -> Person:
    return Person.objects.create_user(name, answers=dict(answers), onboarded_at=timezone.now())


def joined(person: Person, trial: GroupTrial, ago: int = 0) -> Membership:
    now = timezone.now() - timedelta(days=ago)
    return actions.join(person, trial, consent.VERSION, now=now)


def took_part(person: Person, trial: GroupTrial, gain: int = 2) -> Membership:
    """Joined two months ago, rated every drawn day, and is through."""
    membership = joined(person, trial, ago=BEGAN)
    rows = membership.comparison.draws.all()
    CheckIn.objects.bulk_create(
        CheckIn(person=person, day=one.day, part="later", mood=4 + n % 3 + gain * (one.option == "easy-walk"))
        for n, one in enumerate(rows)
    )
    comparisons.finish(person, membership.comparison, timezone.now())
    return membership


def group_of(trial: GroupTrial, number: int) -> list[Person]:
    everybody = [somebody(f"somebody-{n}") for n in range(number)]
    for one in everybody:
        took_part(one, trial)
    jobs.pool.call(trial.pk)
    trial.refresh_from_db()
    return everybody


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


# Staff


STAFF_PAGES = ("/trials/", "/trials/new/two-kinds/", "/trials/{pk}/", "/trials/{pk}/rows.csv")


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_to_all_but_staff_there_are_no_such_pages(trial: GroupTrial, as_ada: Client, path: str) -> None:
    group_of(trial, 5)
    assert as_ada.get(path.format(pk=trial.pk)).status_code == 404
    assert Client().get(path.format(pk=trial.pk)).status_code == 404


def test_nobody_but_staff_opens_closes_or_makes_a_trial(trial: GroupTrial, as_ada: Client) -> None:
    assert as_ada.post(f"/trials/{trial.pk}/change/", {"do": "close"}).status_code == 404
    assert as_ada.post("/trials/new/two-kinds/", {}).status_code == 404
    trial.refresh_from_db()
    assert trial.open
    assert GroupTrial.objects.count() == 1


def test_staff_set_up_a_trial_as_a_draft_and_open_and_close_it(as_operator: Client) -> None:
    assert "Which of two or more activities" in text(as_operator.get("/trials/"))
    assert as_operator.get("/trials/new/two-kinds/").status_code == 200
    told = {
        "title": "Walk or yoga", "by": "The day clinic", "options": ["easy-walk", "chair-yoga"], "target": "mood", "weeks": "8",
        "per_week": "2", "opens": str(today()), "closes": str(today() + timedelta(days=40)),
    }  # fmt: skip
    assert as_operator.post("/trials/new/two-kinds/", told).status_code == 302
    trial = GroupTrial.objects.get()
    assert (trial.state, trial.target, trial.content["blocks"]) == ("draft", "mood", 8)
    assert "Nobody can join yet" in text(as_operator.get(f"/trials/{trial.pk}/"))
    as_operator.post(f"/trials/{trial.pk}/change/", {"do": "open"})
    page = text(as_operator.get(f"/trials/{trial.pk}/"))
    assert trial.code in page
    assert f"http://testserver/join/{trial.code}/" in page
    as_operator.post(f"/trials/{trial.pk}/change/", {"do": "close"})
    trial.refresh_from_db()
    assert trial.state == "closed"


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("time-of-day", {"activity": "easy-walk"}),
        ("minutes", {"activity": "easy-walk", "minutes": ["10", "20"]}),
        ("music", {"activity": "easy-walk"}),
        ("company", {"activity": "easy-walk"}),
        ("session-or-rest", {"activity": "easy-walk"}),
    ],
)
def test_every_question_can_be_asked_of_a_group(
    as_operator: Client, question: str, more: dict[str, Any]
) -> None:
    told = {"title": "A", "by": "B", "target": "sleep", "weeks": "12", "per_week": "3",
            "opens": str(today()), "closes": str(today())} | more  # fmt: skip
    assert as_operator.post(f"/trials/new/{question}/", told).status_code == 302
    assert len(GroupTrial.objects.get().content["options"]) == 2


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"options": ["easy-walk", "chair-yoga", "easy-swim"]}, "pick two"),
        ({"options": ["easy-walk"]}, "pick two"),
        ({"closes": "2020-01-01"}, "last day to join is before the first"),
        ({"title": ""}, "required"),
    ],
)
def test_a_trial_that_does_not_hold_is_one_sentence_and_nothing_is_kept(
    as_operator: Client, other: dict[str, Any], says: str
) -> None:
    told = {
        "title": "A", "by": "B", "options": ["easy-walk", "chair-yoga"], "target": "mood", "weeks": "8", "per_week": "2",
        "opens": str(today()), "closes": str(today()),
    } | other  # fmt: skip
    answer = as_operator.post("/trials/new/two-kinds/", told)
    assert answer.status_code == 422
    assert says in text(answer)
    assert not GroupTrial.objects.exists()


def test_staff_see_how_many_take_part_and_no_name(trial: GroupTrial, as_operator: Client) -> None:
    everybody = group_of(trial, 5)
    for path in ("/trials/", f"/trials/{trial.pk}/", f"/trials/{trial.pk}/rows.csv"):
        page = as_operator.get(path).content.decode()
        assert not any(one.username in page for one in everybody)
    assert "5 people take part" in text(as_operator.get("/trials/"))
    page = text(as_operator.get(f"/trials/{trial.pk}/"))
    assert "In this group of 5 people" in page
    for membership in Membership.objects.all():
        assert membership.pseudonym not in page


def test_a_group_of_fewer_than_five_stays_hidden(trial: GroupTrial, as_operator: Client) -> None:
    everybody = group_of(trial, 4)
    assert trial.result["people"] == 4
    page = text(as_operator.get(f"/trials/{trial.pk}/"))
    assert "Small groups stay hidden" in page
    assert "In this group" not in page
    assert as_operator.get(f"/trials/{trial.pk}/rows.csv").status_code == 404
    assert "In this group" not in text(as_(everybody[0]).get(f"/groups/{trial.pk}/"))


def test_when_the_fifth_leaves_the_result_is_hidden_before_the_worker_comes(
    trial: GroupTrial, as_operator: Client
) -> None:
    everybody = group_of(trial, 5)
    assert queries.shown_result(trial)
    actions.leave(everybody[0], queries.membership_of(everybody[0], trial))
    assert "Small groups stay hidden" in text(as_operator.get(f"/trials/{trial.pk}/"))
    assert as_operator.get(f"/trials/{trial.pk}/rows.csv").status_code == 404


def test_the_table_has_no_real_date_and_gives_the_stored_result_again(
    trial: GroupTrial, as_operator: Client
) -> None:
    group_of(trial, 5)
    table = as_operator.get(f"/trials/{trial.pk}/rows.csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == 5 * 8
    assert {row["date"][:4] for row in rows} == {"2000"}
    assert str(today().year) not in table.split("\n", 1)[1]
    read = read_group(table, "rows.csv", options=("easy-walk", "chair-yoga"))
    again = pooled(read.members, read.options)
    assert again.estimate == pytest.approx(trial.result["estimate"], abs=1e-9)


def test_stress_is_exported_as_it_was_given(as_operator: Client, db: None) -> None:
    trial = made(target="stress")
    everybody = [somebody(f"somebody-{n}") for n in range(5)]
    for one in everybody:
        membership = joined(one, trial, ago=BEGAN)
        CheckIn.objects.bulk_create(
            CheckIn(person=one, day=draw.day, part="later", stress=9)
            for draw in membership.comparison.draws.all()
        )
    jobs.pool.call(trial.pk)
    table = as_operator.get(f"/trials/{trial.pk}/rows.csv").content.decode()
    assert {row["stress"] for row in csv.DictReader(io.StringIO(table))} == {"9.0"}


def test_a_trial_may_hold_nobody_and_nothing_breaks(trial: GroupTrial, as_operator: Client) -> None:
    jobs.pool.call(trial.pk)
    jobs.pool.call(trial.pk + 1)
    jobs.pool_all.call_local()
    assert as_operator.get(f"/trials/{trial.pk}/").status_code == 200


def test_the_number_of_queries_of_the_list_does_not_grow_with_trials(
    as_operator: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        made()
    with django_assert_max_num_queries(8):
        as_operator.get("/trials/")


# Joining


def test_before_joining_it_says_what_is_shared_with_whom_and_how_to_leave(
    trial: GroupTrial, as_ada: Client
) -> None:
    page = text(as_ada.get(f"/join/{trial.code}/"))
    for told in ("What is shared", "No name", "Who sees it", "five people or more", "leave at any time", "Dr. Mere Tane, room 4", "would show in about 8 of 10 tries"):  # fmt: skip
        assert told in page
    assert not Membership.objects.exists()


def test_nobody_joins_without_agreeing(trial: GroupTrial, as_ada: Client) -> None:
    answer = as_ada.post(f"/join/{trial.code}/", {"version": consent.VERSION})
    assert answer.status_code == 422
    assert "tick the box" in text(answer)
    assert not Membership.objects.exists()
    assert not Comparison.objects.exists()


def test_what_was_agreed_to_is_kept_with_its_words_and_time(
    trial: GroupTrial, as_ada: Client, ada: Person
) -> None:
    answer = as_ada.post(f"/join/{trial.code}/", {"version": consent.VERSION, "agree": "yes"})
    assert answer.status_code == 302
    membership = Membership.objects.get()
    assert (membership.person, membership.consent_version) == (ada, consent.VERSION)
    assert timezone.now() - membership.consented_at < timedelta(minutes=1)
    assert membership.comparison == drawn.running(ada)
    assert membership.comparison.starts == today() + timedelta(days=1)
    assert membership.comparison.draws.count() == 8
    page = text(as_ada.get(f"/groups/{trial.pk}/"))
    assert "to the words of 2026-11" in page


def test_words_that_have_changed_since_are_to_be_read_once_more(trial: GroupTrial, as_ada: Client) -> None:
    answer = as_ada.post(f"/join/{trial.code}/", {"version": "2020-01", "agree": "yes"})
    assert "The words on this page have changed" in text(answer)
    assert not Membership.objects.exists()


def test_each_version_of_the_words_is_kept() -> None:
    assert consent.VERSION in consent.TEXTS
    assert all(consent.text(version) for version in consent.TEXTS)


def test_everybody_has_draws_of_their_own(trial: GroupTrial, ada: Person, ben: Person) -> None:
    one, other = joined(ada, trial).comparison, joined(ben, trial).comparison
    assert one.seed != other.seed
    assert one.seal != other.seal


@pytest.mark.parametrize("answers", [CLEO, ADA | {"conditions": ["wheelchair"]}])
def test_whom_the_rules_keep_from_an_option_is_told_kindly_and_does_not_join(
    trial: GroupTrial, answers: dict[str, Any]
) -> None:
    person = somebody("cleo", answers)
    page = text(as_(person).get(f"/join/{trial.code}/"))
    assert "does not fit you as things are now" in page
    assert "no fault of yours" in page
    assert '<button class="main" type="submit">Join' not in page
    answer = as_(person).post(f"/join/{trial.code}/", {"version": consent.VERSION, "agree": "yes"})
    assert answer.status_code == 422
    assert not Membership.objects.exists()
    assert not Comparison.objects.exists()


def test_sessions_are_as_long_as_the_person_has_room_for(trial: GroupTrial, ada: Person) -> None:
    content = joined(ada, trial).comparison.content
    from ambulando.web.comparisons.placing import scope_of

    scope = scope_of(ada, today())
    for option in content["options"]:
        assert option["minutes"] is None or option["minutes"] <= scope.longest[option["activity"]]


def test_a_length_that_is_compared_is_never_cut_and_never_too_long(ada: Person) -> None:
    from dataclasses import replace

    walk = option_of("easy-walk")
    long = tuple(replace(walk, id=f"{n}-minutes", kind="minutes", minutes=n) for n in (10, 60))
    with pytest.raises(InputError, match="does not fit you"):
        joined(ada, made(options=long))


def test_lengths_are_not_for_those_from_whom_numbers_are_kept(db: None) -> None:
    from dataclasses import replace

    walk = option_of("easy-walk")
    short = tuple(replace(walk, id=f"{n}-minutes", kind="minutes", minutes=n) for n in (5, 6))
    with pytest.raises(InputError, match="does not fit you"):
        joined(somebody("fay", FAY), made(options=short))


def test_who_has_a_comparison_running_is_told_so(trial: GroupTrial, ada: Person, as_ada: Client) -> None:
    joined(ada, trial)
    other = made()
    answer = as_ada.post(f"/join/{other.code}/", {"version": consent.VERSION, "agree": "yes"})
    assert answer.status_code == 422
    assert Membership.objects.filter(person=ada).count() == 1


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_trial_that_is_not_open_takes_nobody(
    trial: GroupTrial, as_ada: Client, ada: Person, state: str
) -> None:
    GroupTrial.objects.update(state=state)
    answer = as_ada.get(f"/join/{trial.code}/")
    assert answer.status_code == (404 if state == "draft" else 200)
    trial.refresh_from_db()
    with pytest.raises(InputError, match="not taking people now"):
        joined(ada, trial)


def test_nobody_joins_before_or_after_its_days(trial: GroupTrial, ada: Person) -> None:
    trial.opens = today() + timedelta(days=1)
    trial.save()
    with pytest.raises(InputError, match="not taking people now"):
        joined(ada, trial)
    trial.opens, trial.closes = today() - timedelta(days=2), today() - timedelta(days=1)
    trial.save()
    with pytest.raises(InputError, match="not taking people now"):
        joined(ada, trial)


def test_a_code_is_found_however_it_is_typed(trial: GroupTrial, as_ada: Client) -> None:
    typed = trial.code[:5].upper() + " - " + trial.code[5:]
    assert as_ada.post("/join/", {"code": typed}).url == f"/join/{trial.code}/"
    wrong = as_ada.post("/join/", {"code": "nothing"})
    assert wrong.status_code == 422
    assert "no group with this code" in text(wrong)
    assert as_ada.get("/join/nothing/").status_code == 404


def test_who_is_not_signed_in_is_asked_to_first(trial: GroupTrial) -> None:
    answer = Client().get(f"/join/{trial.code}/")
    assert answer.status_code == 302
    assert answer.url == f"/account/login/?next=/join/{trial.code}/"


# Being in it, and leaving


def test_nobody_sees_or_leaves_the_membership_of_another(
    trial: GroupTrial, ada: Person, as_ben: Client
) -> None:
    joined(ada, trial)
    assert as_ben.get(f"/groups/{trial.pk}/").status_code == 404
    assert as_ben.post(f"/groups/{trial.pk}/leave/").status_code == 404
    assert Membership.objects.get().left_at is None
    assert trial.title not in text(as_ben.get("/join/"))


def test_a_person_sees_their_own_answer_beside_the_group_when_they_are_through(trial: GroupTrial) -> None:
    everybody = group_of(trial, 6)
    page = text(as_(everybody[0]).get(f"/groups/{trial.pk}/"))
    for told in ("People here, on average", "Your own days alone", "You, seen with the group", "In this group of 6 people"):  # fmt: skip
        assert told in page
    own = queries.own_result(queries.membership_of(everybody[0], trial))
    assert own["person"] == queries.membership_of(everybody[0], trial).pseudonym
    for other in Membership.objects.exclude(person=everybody[0]):
        assert other.pseudonym not in page


def test_no_number_is_shown_while_their_own_draws_go_on(
    trial: GroupTrial, ada: Person, as_ada: Client
) -> None:
    group_of(trial, 5)
    took_part(ada, trial)
    Comparison.objects.filter(person=ada).update(state=Comparison.RUNNING)
    jobs.pool.call(trial.pk)
    trial.refresh_from_db()
    assert trial.result["people"] == 6
    page = text(as_ada.get(f"/groups/{trial.pk}/"))
    assert "Your own draws are still going on" in page
    assert "In this group" not in page
    assert "seen with the group" not in page


def test_from_whom_numbers_are_kept_the_sentence_is_all(trial: GroupTrial) -> None:
    everybody = group_of(trial, 5)
    Person.objects.filter(pk=everybody[0].pk).update(answers=FAY)
    page = text(as_(everybody[0]).get(f"/groups/{trial.pk}/"))
    assert "In this group of 5 people" in page
    assert "<table" not in page


def test_leaving_stops_sharing_at_once_and_the_comparison_goes_on_alone(
    trial: GroupTrial, ada: Person, as_ada: Client
) -> None:
    membership = joined(ada, trial)
    as_ada.post(f"/groups/{trial.pk}/leave/")
    assert not queries.sharing(trial).exists()
    assert queries.days_of(trial) == {}
    assert drawn.running(ada) == membership.comparison
    page = text(as_ada.get(f"/groups/{trial.pk}/"))
    assert "Nothing of yours is shared" in page
    assert "Your own comparison goes on" in page
    first = Membership.objects.get().left_at
    as_ada.post(f"/groups/{trial.pk}/leave/")
    assert Membership.objects.get().left_at == first


def test_who_left_is_gone_from_the_stored_result_and_from_the_next(trial: GroupTrial) -> None:
    everybody = group_of(trial, 6)
    gone = queries.membership_of(everybody[0], trial)
    before = trial.result["estimate"]
    Membership.objects.exclude(pk=gone.pk).update(left_at=None)
    CheckIn.objects.filter(person=everybody[0], mood__gt=5).update(mood=10)
    jobs.pool.call(trial.pk)
    trial.refresh_from_db()
    assert trial.result["estimate"] != before
    actions.leave(everybody[0], gone)
    trial.refresh_from_db()
    assert gone.pseudonym not in str(trial.result)
    jobs.pool.call(trial.pk)
    trial.refresh_from_db()
    assert trial.result["people"] == 5
    assert trial.result["estimate"] == pytest.approx(before, abs=0.5)
    assert gone.pseudonym not in queries.days_of(trial)


def test_leaving_has_the_result_made_anew(trial: GroupTrial, django_capture_on_commit_callbacks: Any) -> None:
    everybody = group_of(trial, 6)
    with django_capture_on_commit_callbacks(execute=True):
        actions.leave(everybody[0], queries.membership_of(everybody[0], trial))
    trial.refresh_from_db()
    assert trial.result["people"] == 5


def test_who_removes_their_account_leaves_every_group_with_it(
    trial: GroupTrial, django_capture_on_commit_callbacks: Any
) -> None:
    everybody = group_of(trial, 6)
    gone = queries.membership_of(everybody[0], trial).pseudonym
    with django_capture_on_commit_callbacks(execute=True):
        people.remove(everybody[0])
    trial.refresh_from_db()
    assert trial.result["people"] == 5
    assert gone not in str(trial.result)


def test_who_removes_their_comparison_is_out_of_the_result_at_once(
    trial: GroupTrial, django_capture_on_commit_callbacks: Any
) -> None:
    everybody = group_of(trial, 6)
    membership = queries.membership_of(everybody[0], trial)
    with django_capture_on_commit_callbacks(execute=True):
        comparisons.remove(everybody[0], membership.comparison)
    trial.refresh_from_db()
    assert trial.result["people"] == 5
    assert membership.pseudonym not in str(trial.result)
    assert as_(everybody[0]).get(f"/groups/{trial.pk}/").status_code == 200


def test_a_comparison_says_that_its_days_are_shared_and_the_group_leads_to_it(
    trial: GroupTrial, ada: Person, as_ada: Client
) -> None:
    membership = joined(ada, trial)
    own, group = f"/compare/{membership.comparison_id}/", f"/groups/{trial.pk}/"
    said = "are shared with a group, without your name"
    assert said in text(as_ada.get(own))
    assert f'href="{group}"' in text(as_ada.get(own))
    assert f'href="{own}"' in text(as_ada.get(group))
    comparisons.stop(ada, membership.comparison)
    assert said in text(as_ada.get(own)), "its days stay in the group until they leave"
    as_ada.post(f"{group}leave/")
    assert said not in text(as_ada.get(own))


def test_a_double_tap_on_join_lands_in_the_group(
    trial: GroupTrial, ada: Person, as_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(ada, trial)
    looked, membership_of = iter([None]), queries.membership_of
    monkeypatch.setattr(queries, "membership_of", lambda *given: next(looked, membership_of(*given)))
    told = {"agree": "yes", "version": consent.VERSION}
    assert as_ada.post(f"/join/{trial.code}/", told)["location"] == f"/groups/{trial.pk}/"
    assert trial.memberships.count() == 1


def test_nobody_is_in_a_group_twice_or_again_after_leaving(trial: GroupTrial, ada: Person) -> None:
    membership = joined(ada, trial)
    with pytest.raises(InputError, match="already"):
        joined(ada, trial)
    actions.leave(ada, membership)
    comparisons.stop(ada, membership.comparison)
    with pytest.raises(InputError, match="already"):
        joined(ada, trial)


def test_what_a_page_needs_was_computed_by_the_worker(
    trial: GroupTrial, as_operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = group_of(trial, 5)

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("pooled in a page")

    monkeypatch.setattr("ambulando.response.group.pooled", never)
    assert as_operator.get(f"/trials/{trial.pk}/").status_code == 200
    assert as_(everybody[0]).get(f"/groups/{trial.pk}/").status_code == 200


def test_the_way_in_stands_on_ones_own_page_and_staff_find_the_trials_there(
    as_ada: Client, as_operator: Client
) -> None:
    assert 'href="/join/"' in as_ada.get("/you/").content.decode()
    assert 'href="/trials/"' not in as_ada.get("/you/").content.decode()
    assert 'href="/trials/"' in as_operator.get("/you/").content.decode()
