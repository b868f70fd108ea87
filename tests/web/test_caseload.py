"""The list of people: what stands in a line, in which order, who sees it, and that it stays quick."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from readers import answered, did, felt, let_in, noticed, planned, reader, signed_in

from ambulando.web.care.caseload import listing, queries
from ambulando.web.care.grants import chain
from ambulando.web.care.grants.models import Grant, Look
from ambulando.web.care.threads.models import Message, Thread
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session
from cast import ADA
from sign_up import signed_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(db: None) -> Person:
    return reader()


def lines(doctor: Person, **options: str) -> list[Any]:
    return list(queries.caseload(doctor, timezone.now(), **options))


def today() -> Any:
    return timezone.now().date()


def test_only_those_who_share_stand_in_the_list(doctor: Person, ada: Person, ben: Person) -> None:
    let_in(ada, doctor)
    let_in(ben, reader("somebody-else"))
    assert [one.name for one in lines(doctor)] == ["ada"]


def test_an_ended_or_expired_grant_is_not_in_the_list(doctor: Person, ada: Person, ben: Person) -> None:
    let_in(ada, doctor, ended_at=timezone.now())
    let_in(ben, doctor, until=today() - timedelta(days=2))
    assert lines(doctor) == []


def test_a_grant_that_the_person_did_not_confirm_is_not_in_the_list(doctor: Person, ada: Person) -> None:
    Grant.objects.create(
        person=ada, reader=doctor, name="x", role="coach", items=["mood"], accepted_at=timezone.now()
    )
    assert lines(doctor) == []


def test_a_line_tells_the_last_total_and_the_change_by_the_published_rule(
    doctor: Person, ada: Person
) -> None:
    let_in(ada, doctor)
    answered(ada, "phq-9", [1] * 9, today() - timedelta(days=30))
    answered(ada, "phq-9", [2, 2, 2, 2, 2, 2, 2, 2, 1], today() - timedelta(days=16))
    (line,) = lines(doctor)
    (one,) = line.measured or ()
    assert (one.filled.total, one.change, one.points) == (17, "8 higher", 8)
    assert one.due
    assert line.due_since == today() - timedelta(days=2)


def test_a_small_change_is_about_the_same(doctor: Person, ada: Person) -> None:
    let_in(ada, doctor)
    answered(ada, "phq-8", [1] * 8, today() - timedelta(days=20))
    answered(ada, "phq-8", [1, 1, 1, 1, 1, 1, 1, 2], today() - timedelta(days=3))
    (line,) = lines(doctor)
    assert [one.change for one in line.measured or ()] == ["about the same"]
    assert line.due_since is None


def test_adherence_counts_what_was_planned_for_days_gone_by(doctor: Person, ada: Person) -> None:
    let_in(ada, doctor, ["plan"])
    planned(ada, today() - timedelta(days=3), state="done")
    planned(ada, today() - timedelta(days=4))
    planned(ada, today() - timedelta(days=4), state="replaced")
    planned(ada, today() + timedelta(days=1))
    planned(ada, today() - timedelta(days=60), state="done")
    (line,) = lines(doctor)
    assert line.adherence == "1 of 2"


def test_what_is_not_shared_is_a_dash(doctor: Person, ada: Person) -> None:
    let_in(ada, doctor, ["encouragement"])
    answered(ada, "phq-8", [3] * 8, today())
    planned(ada, today() - timedelta(days=3), state="done")
    noticed(ada, today(), "checkin")
    (line,) = lines(doctor)
    assert (line.measured, line.planned, line.signals) == (None, None, None)


def test_a_signal_counts_only_where_all_that_it_rests_on_is_shared(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor, ["mood"])
    noticed(ada, today(), "checkin", "bout", signal="driven")
    assert lines(doctor)[0].signals == 0
    Grant.objects.filter(pk=grant.pk).update(items=["mood", "bouts"])
    assert lines(doctor)[0].signals == 1


@pytest.mark.parametrize("kind", ["help", "stop", "something-new"])
def test_a_signal_that_rests_on_help_or_a_stop_is_nobody_elses(
    doctor: Person, ada: Person, kind: str
) -> None:
    let_in(ada, doctor)
    noticed(ada, today(), "checkin", kind)
    assert lines(doctor)[0].signals == 0


def test_messages_that_wait_are_counted_and_ones_own_are_not(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor)
    thread = Thread.objects.create(grant=grant)
    now = timezone.now()
    for writer, read_at in ((ada, None), (ada, now), (doctor, None)):
        Message.objects.create(
            thread=thread, writer=writer, key=uuid(), body="hello", at=now, read_at=read_at
        )
    (line,) = lines(doctor)
    assert line.messages == 1
    assert line.contact == now


def uuid() -> Any:
    import uuid

    return uuid.uuid4()


def test_it_sorts_by_each_column_and_unknown_ones_sort_by_name(
    doctor: Person, ada: Person, ben: Person
) -> None:
    for person in (ada, ben):
        let_in(person, doctor)
    planned(ben, today() - timedelta(days=3))
    answered(ben, "phq-8", [1] * 8, today() - timedelta(days=40))
    for sort, first in (("sessions", "ben"), ("due", "ben"), ("name", "ada"), ("nonsense", "ada")):
        assert lines(doctor, sort=sort)[0].name == first, sort
    page = signed_in(doctor).get("/people/?sort=due").content.decode()
    assert page.index(">ben<") < page.index(">ada<")


def test_the_order_is_one_choice_and_is_said_in_words(doctor: Person, ada: Person, ben: Person) -> None:
    for person in (ada, ben):
        let_in(person, doctor)
    page = signed_in(doctor).get("/people/?sort=due&q=b").content.decode()
    assert page.count('name="sort"') == 1
    assert '<option value="due" selected>' in page
    assert "In the order of: Questionnaire." in page
    assert 'value="b"' in page, "the name that was looked for stays"


def test_on_a_phone_what_is_not_there_takes_no_line(doctor: Person, ada: Person) -> None:
    let_in(ada, doctor, ["mood"])
    page = signed_in(doctor).get("/people/").content.decode()
    assert page.count('class="none"') == 6, "all but the name, as nothing else is there"


def test_a_change_says_of_what_where_there_are_two(doctor: Person, ada: Person) -> None:
    let_in(ada, doctor)
    for back in (40, 9):
        answered(ada, "phq-9", [1] * 9, today() - timedelta(days=back))
        answered(ada, "gad-7", [1] * 7, today() - timedelta(days=back))
    page = signed_in(doctor).get("/people/").content.decode()
    assert "GAD-7: about the same" in page


def test_a_name_can_be_found(doctor: Person, ada: Person, ben: Person) -> None:
    for person in (ada, ben):
        let_in(person, doctor)
    page = signed_in(doctor).get("/people/?q=BE").content.decode()
    assert ">ben<" in page
    assert ">ada<" not in page


@pytest.mark.parametrize("odd", ["\0", "%", "'\"<script>", "x" * 5000])
def test_odd_searches_find_nobody_and_break_nothing(doctor: Person, ada: Person, odd: str) -> None:
    let_in(ada, doctor)
    answer = signed_in(doctor).get("/people/", {"q": odd, "page": odd[:5], "sort": odd[:5]})
    assert answer.status_code == 200


def test_the_list_is_a_look_once_a_day_and_the_chain_holds(doctor: Person, ada: Person, ben: Person) -> None:
    grant = let_in(ada, doctor, ["mood"])
    let_in(ben, doctor, ["encouragement"])
    client = signed_in(doctor)
    client.get("/people/")
    client.get("/people/")
    (look,) = Look.objects.filter(what="caseload")
    assert (look.person, look.items, look.who) == (ada, ["mood"], "Dr Simulated")
    Grant.objects.filter(pk=grant.pk).update(items=["mood", "plan"])
    client.get("/people/")
    client.get(f"/people/{grant.pk}/")
    assert Look.objects.filter(what="caseload").count() == 2
    assert chain.broken(ada) is None


def test_a_line_tells_the_same_on_every_page_and_in_every_order(
    doctor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a list is not sorted by is read for the lines of a page alone."""
    for number in range(5):
        person = signed_up(f"person-{number}", ADA)
        grant = let_in(person, doctor, shows_from=None if number % 2 else today() - timedelta(days=10))
        for back in (40, 20, number):
            answered(person, "phq-9", [number % 4] * 9, today() - timedelta(days=back))
        for back in range(1, number + 2):
            planned(
                person, today() - timedelta(days=back), state=Session.DONE if back % 2 else Session.PLANNED
            )
        noticed(person, today(), "checkin")
        for _time in range(number):
            thread, _new = Thread.objects.get_or_create(grant=grant)
            Message.objects.create(thread=thread, writer=person, key=uuid(), body="x", at=timezone.now())

    def told(line: Any) -> tuple[Any, ...]:
        measured = [(one.filled.name, one.filled.total, one.points, one.due) for one in line.measured or ()]
        return line.contact, line.messages, line.signals, line.planned, line.done, measured

    whole = {line.name: told(line) for line in lines(doctor)}
    assert len({one[1:5] for one in whole.values()}) == 5, "each line is another one"
    monkeypatch.setattr(listing, "PAGE", 2)
    for sort in queries.SORTS:
        listed = queries.caseload(doctor, timezone.now(), sort=sort)
        pages = [line for start in (0, 2, 4) for line in listed[start : start + 2]]
        assert {line.name: told(line) for line in pages} == whole, sort
        assert [line.name for line in pages] == [line.name for line in listed]


def test_the_number_of_queries_does_not_grow_with_people(doctor: Person) -> None:
    def add(count: int, start: int) -> None:
        for number in range(start, start + count):
            person = signed_up(f"person-{number}", ADA)
            grant = let_in(person, doctor)
            answered(person, "phq-9", [1] * 9, today() - timedelta(days=20))
            planned(person, today() - timedelta(days=3))
            noticed(person, today(), "checkin")
            felt(person, today(), mood=4)
            did(person, today())
            Message.objects.create(
                thread=Thread.objects.create(grant=grant),
                writer=person,
                key=uuid(),
                body="x",
                at=timezone.now(),
            )

    client = signed_in(doctor)
    client.get("/people/")  # the session is renewed once
    counts = []
    for count, start in ((3, 0), (27, 3)):
        add(count, start)
        for _time in range(2):
            with CaptureQueriesContext(connection) as seen:
                assert client.get("/people/").status_code == 200
            counts.append(len(seen))
    first_of_3, again_of_3, first_of_30, again_of_30 = counts
    assert again_of_3 == again_of_30
    assert first_of_3 == first_of_30


def test_somebody_without_a_plan_of_their_own_lands_on_their_people(doctor: Person, ada: Person) -> None:
    let_in(ada, doctor)
    answer = signed_in(doctor).get("/today/")
    assert answer.url == "/people/"
    page = signed_in(doctor).get("/people/").content.decode()
    assert 'href="/people/"' in page


def test_who_has_a_plan_of_their_own_finds_their_people_too(ada: Person, as_ada: Client) -> None:
    assert 'href="/people/"' not in as_ada.get("/week/").content.decode()
    Person.objects.filter(pk=ada.pk).update(has_caseload=True)
    assert 'href="/people/"' in as_ada.get("/week/").content.decode()


def test_nobody_who_is_not_signed_in_sees_a_list() -> None:
    assert Client().get("/people/").url.startswith("/account/login/")


@pytest.mark.parametrize("form", ["phq-9", "phq-8", "gad-7"])
def test_a_change_is_called_what_the_measures_call_it(doctor: Person, ada: Person, form: str) -> None:
    from ambulando.measures.change import change
    from ambulando.measures.instruments import instruments
    from ambulando.web.care.caseload import masks

    told = instruments()[form]

    def of(total: int) -> masks.Filled:
        return masks.Filled(today(), told, told.name, total, None, ())

    for before in range(told.highest + 1):
        for after in range(told.highest + 1):
            found = change(form, before, after)
            words = masks.change_words(of(before), of(after))
            assert words == (
                "about the same" if found.kind == "about-the-same" else f"{abs(found.points)} {found.kind}"
            )
