"""The record of looks: it finds what was changed, moved, put in or taken away, and the database refuses a change itself."""

import ast
import re
import threading
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.utils import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from letting_in import NOW, asked, let_in

from ambulando.web.care.grants import chain
from ambulando.web.care.grants.models import Head, Look
from ambulando.web.care.grants.what import WHAT
from ambulando.web.people.models import Person
from cast import ADA
from places import ROOT
from sign_up import signed_up

pytestmark = pytest.mark.django_db
LOOKS = 6


@pytest.fixture
def grant(ada, ben) -> Any:
    """Ada let Ben in, who looked six times: nine links."""
    grant = let_in(ada, ben, "mood")
    for n in range(LOOKS):
        chain.record(grant, "person", NOW + timedelta(minutes=n), items=["mood"])
    assert chain.broken(ada) is None
    return grant


@pytest.fixture
def tampered(db) -> Any:
    """Somebody who writes to the database itself, past its trigger."""

    def run(*statements: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS looks_only_grow")
            for statement in statements:
                cursor.execute(statement)

    return run


def test_each_link_seals_the_one_before(ada, grant):
    links = list(ada.looks.order_by("number"))
    assert [one.number for one in links] == list(range(1, len(links) + 1))
    assert links[0].before == chain.START
    assert all(one.before == earlier.seal for earlier, one in pairwise(links))
    assert Head.objects.get(person=ada).last == links[-1].seal


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2026-11-23 09:32:00'"),
        ("who", "'somebody'"),
        ("role", "'coach'"),
        ("grant_number", "77"),
        ("grant_number", "NULL"),
        ("what", "'report'"),
        ("items", "'[]'"),
        ("before", f"'{'1' * 64}'"),
        ("seal", f"'{'a' * 64}'"),
        ("seal", "'é'"),
        ("number", "99"),
        ("number", "0"),
    ],
)
def test_a_changed_row_is_found_at_its_number(ada, grant, tampered, column, value):
    tampered(f"UPDATE grants_look SET {column} = {value} WHERE number = 5")
    found = chain.broken(ada)
    assert found == (1 if value == "0" else 5)


def test_a_row_given_to_somebody_else_is_found_in_both(ada, ben, grant, tampered):
    tampered(f"UPDATE grants_look SET person_id = {ben.pk} WHERE number = 9")
    assert chain.broken(ada) == 9
    assert chain.broken(ben) == 1


@pytest.mark.parametrize("number", [1, 4, 9])
def test_a_removed_row_is_found(ada, grant, tampered, number):
    tampered(f"DELETE FROM grants_look WHERE number = {number}")
    assert chain.broken(ada) == number


def test_the_removal_of_the_newest_is_found(ada, grant, tampered):
    tampered("DELETE FROM grants_look WHERE number > 6")
    assert chain.broken(ada) == 7


def test_the_removal_of_all_is_found(ada, grant, tampered):
    tampered("DELETE FROM grants_look")
    assert chain.broken(ada) == 1


def test_the_removal_of_all_with_the_head_is_found_while_there_is_a_grant(ada, grant, tampered):
    tampered("DELETE FROM grants_look", "DELETE FROM grants_head")
    assert chain.broken(ada) == 1


def test_the_removal_of_the_head_alone_is_found(ada, grant, tampered):
    tampered("DELETE FROM grants_head")
    assert chain.broken(ada) is not None


def test_a_head_made_to_fit_a_shorter_chain_does_not_hold(ada, grant, tampered):
    tampered(
        "DELETE FROM grants_look WHERE number > 6",
        "UPDATE grants_head SET number = 6, last = (SELECT seal FROM grants_look WHERE number = 6)",
    )
    assert chain.broken(ada) == 7


def test_a_row_of_another_past_whose_own_seal_holds_is_found(ada, grant, tampered):
    """As from a backup: the row was genuine there. What follows seals another one."""
    with transaction.atomic():
        other = chain.record(grant, "report", NOW + timedelta(hours=1), items=["mood"])
        transaction.set_rollback(True)
    mine = chain.record(grant, "person", NOW + timedelta(hours=2), items=["mood"])
    chain.record(grant, "person", NOW + timedelta(hours=3), items=["mood"])
    assert (other.number, other.before) == (mine.number, mine.before)
    tampered()
    Look.objects.filter(pk=mine.pk).update(at=other.at, what=other.what, seal=other.seal)
    assert chain.broken(ada) == mine.number + 1


def test_two_rows_in_each_others_place_are_found(ada, grant, tampered):
    tampered(
        "UPDATE grants_look SET number = 1000 WHERE number = 4",
        "UPDATE grants_look SET number = 4 WHERE number = 5",
        "UPDATE grants_look SET number = 5 WHERE number = 1000",
    )
    assert chain.broken(ada) == 4


def test_a_row_that_was_put_in_is_found(ada, grant, tampered):
    columns = "person_id, at, who, role, grant_number, what, items, before, seal"
    tampered(
        f"INSERT INTO grants_look (number, {columns}) SELECT 10, {columns} FROM grants_look WHERE number = 9"
    )
    assert chain.broken(ada) == 10


def test_a_row_put_in_between_with_the_others_moved_is_found(ada, grant, tampered):
    columns = "person_id, at, who, role, grant_number, what, items, before, seal"
    tampered(
        "UPDATE grants_look SET number = number + 100 WHERE number > 4",
        "UPDATE grants_look SET number = number - 99 WHERE number > 100",
        f"INSERT INTO grants_look (number, {columns}) SELECT 5, {columns} FROM grants_look WHERE number = 4",
    )
    assert chain.broken(ada) == 5


def test_a_row_with_a_seal_under_another_key_is_found(ada, grant, tampered, monkeypatch):
    last = ada.looks.first()
    forged = Look(
        person=ada,
        number=10,
        at=NOW,
        who="Ben",
        role="coach",
        grant_number=grant.pk,
        what="person",
        before=last.seal,
    )
    with monkeypatch.context() as patch:
        patch.setattr(chain, "_key", lambda: b"guessed")
        forged.seal = chain.seal_of(forged)
    forged.save()
    assert chain.broken(ada) == 10


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(order=st.permutations(range(9)))
def test_no_other_order_of_the_same_rows_holds(ada, grant, order):
    links = list(ada.looks.order_by("number"))
    mixed = [links[place] for place in order]
    for number, one in enumerate(mixed, start=1):
        one.number = number
    assert (chain.broken(ada, mixed) is None) == (list(order) == list(range(9)))


def test_the_database_itself_refuses_a_change(ada, grant):
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        ada.looks.filter(number=3).update(who="somebody")
    look = ada.looks.get(number=3)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        look.save()
    assert chain.broken(ada) is None


def test_an_account_can_still_be_removed_with_its_record(ada, ben, grant):
    from ambulando.web.people import actions

    actions.remove(ada)
    assert Look.objects.count() == 0
    assert Head.objects.count() == 0


def test_a_look_that_is_undone_leaves_no_trace_in_the_chain(ada, grant):
    point = transaction.savepoint()
    chain.record(grant, "person", NOW)
    transaction.savepoint_rollback(point)
    assert ada.looks.count() == 9
    assert chain.broken(ada) is None
    chain.record(grant, "person", NOW)
    assert chain.broken(ada) is None


def test_two_links_of_one_number_can_not_be(ada, grant):
    last = ada.looks.first()
    last.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        last.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_looks_at_the_same_time_make_one_chain(tmp_path):
    """Twelve at once, from four threads with connections of their own, to a database in a file."""
    from copy import deepcopy

    from django.core.management import call_command

    settings_of = deepcopy(connections.settings["default"]) | {"NAME": tmp_path / "looks.sqlite3"}
    ours = connections["default"]
    faults: list[Exception] = []
    made = connections.create_connection("default")
    made.settings_dict = deepcopy(ours.settings_dict) | {"NAME": str(settings_of["NAME"])}

    def fresh() -> Any:
        one = connections.create_connection("default")
        one.settings_dict = deepcopy(made.settings_dict)
        return one

    connections["default"] = fresh()
    try:
        call_command("migrate", verbosity=0)
        ada, ben = signed_up("ada", ADA), signed_up("ben", ADA)
        grant = let_in(ada, ben, "mood")

        def look() -> None:
            connections["default"] = fresh()
            try:
                for _ in range(3):
                    chain.record(grant, "person", NOW)
            except Exception as error:
                faults.append(error)
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=look) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert faults == []
        assert ada.looks.count() == 3 + 12
        assert chain.broken(Person.objects.get(username="ada")) is None
    finally:
        connections["default"].close()
        connections["default"] = ours


# All chains of an installation


def test_all_chains_are_checked_and_nobody_is_named(ada, ben, grant, tampered):
    asked(ben)
    signed_up("cleo", ADA)
    found = chain.verified()
    assert (found.people, found.looks, found.faults) == (2, 10, ())
    tampered("DELETE FROM grants_look WHERE number = 1")
    assert chain.verified().faults == (chain.Fault(ada.pk, 1), chain.Fault(ben.pk, 1))


# The words


def written_ids() -> dict[str, str]:
    """Each id that the code writes into the record, with a place where it does: ``let_in("id")``, ``record(grant, "id")``."""
    found = {}
    for path in sorted((ROOT / "src/ambulando").rglob("*.py")):
        text = path.read_text("utf-8")
        if "let_in" not in text and "record(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            whole = ast.unparse(node.func)
            if name == "let_in":
                place = 0
            elif whole.endswith("chain.record") or whole == "_close":
                place = 1
            else:
                continue
            given = node.args[place] if len(node.args) > place else None
            given = next((one.value for one in node.keywords if one.arg == "what"), given)
            if isinstance(given, ast.Constant):
                found[str(given.value)] = path.name
    return found


def test_each_thing_that_is_written_down_has_words():
    ids = written_ids()
    assert {"accepted", "confirmed", "ran-out", "report-by-link"} <= set(ids)
    assert {id_: place for id_, place in ids.items() if id_ not in WHAT} == {}
    for id_, words in WHAT.items():
        assert re.fullmatch(r"[a-z0-9-]{3,40}", id_)
        assert not str(words).endswith("."), "a part of a sentence"


def test_what_has_no_words_is_not_written(grant):
    with pytest.raises(ValueError, match="no words"):
        chain.record(grant, "something", NOW)


# The person's page


def test_the_page_says_who_looked_at_what_and_that_the_record_is_whole(as_ada, grant):
    page = as_ada.get("/team/looks/").content.decode()
    assert "This record is whole: 9 entries" in page
    assert "looked at your page" in page
    assert "(6 times)" in page, "the same page within a short time is one line"
    assert "entries 4 to 9" in page
    assert "<strong>You</strong> let them in" in page
    assert "Check-ins" in page


def test_the_page_says_why_the_opening_of_a_message_is_not_in_the_record(as_ada, grant):
    page = as_ada.get("/team/looks/").content.decode()
    assert "A message that you send to somebody is given to them" in page
    assert "would tell if they have read it, also where they chose not to show that" in page


def test_looks_far_apart_are_lines_of_their_own(as_ada, ada, grant):
    chain.record(grant, "person", NOW + timedelta(hours=3), items=["mood"])
    page = as_ada.get("/team/looks/").content.decode()
    assert "(6 times)" in page
    assert page.count("looked at your page") == 2


def test_the_page_says_when_the_record_is_not_whole(as_ada, grant, tampered):
    tampered("DELETE FROM grants_look WHERE number = 3")
    page = as_ada.get("/team/looks/").content.decode()
    assert "This record is not whole: entry 3 was changed, or entries are gone." in page


def test_the_page_is_in_parts_and_each_part_costs_the_same(as_ada, grant, django_assert_max_num_queries):
    for n in range(130):
        chain.record(grant, ("person", "report")[n % 2], NOW + timedelta(hours=n), items=["mood"])
    as_ada.get("/team/looks/")  # the first page of a day also keeps that the session was used
    with django_assert_max_num_queries(9):
        first = as_ada.get("/team/looks/").content.decode()
    assert "139 entries" in first
    assert ">Older<" in first
    assert "Newer" not in first
    assert "entry 139" in first
    last = as_ada.get("/team/looks/?page=3").content.decode()
    assert "entry 1<" in last or "entry 1\n" in last or "entry 1</p>" in last


def test_nobody_else_sees_the_record(as_ben, grant):
    assert "looked at your page" not in as_ben.get("/team/looks/").content.decode()
