"""The clinician's own side, and the operator's word: who is vouched for, by whom and when; and free places that can not be overdrawn."""

from datetime import timedelta
from typing import Any

import pytest
from directory_people import PROFILE, as_, clinician, operator, profile, request_of, text
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.care.directory import actions
from ambulando.web.care.directory.models import Clinician, Decision, Request
from ambulando.web.care.grants import chain
from ambulando.web.care.grants import queries as grants
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person


@pytest.fixture
def mere(db: None) -> Clinician:
    return clinician()


SENT = PROFILE | {"listed": "on"}


def test_a_profile_is_kept_and_waits_for_the_operator(as_ben: Client, ben: Person) -> None:
    assert as_ben.post("/practice/profile/", SENT).status_code == 302
    row = ben.clinician
    assert (row.shown_name, row.verified, row.found) == ("Dr Mere Tane", False, False)
    assert "has not looked at it yet" in text(as_ben.get("/practice/"))


@pytest.mark.parametrize(
    "other",
    [
        {"shown_name": " "},
        {"shown_name": "x" * 81},
        {"shown_name": "a\x00b"},
        {"kind": "friend"},
        {"languages": []},
        {"ways": ["by owl"]},
        {"free_places": "-1"},
        {"free_places": "9" * 40},
        {"free_places": "many"},
        {"about": "x" * 601},
    ],
)
def test_a_profile_that_does_not_hold_is_not_kept(as_ben: Client, other: dict[str, Any]) -> None:
    assert as_ben.post("/practice/profile/", SENT | other).status_code == 422
    assert not Clinician.objects.exists()


def test_the_operator_verifies_and_takes_back_and_both_are_written_down(as_ben: Client) -> None:
    row = profile("kim")
    olga = as_(operator())
    assert "Kim" in text(olga.get("/practice/verify/"))
    olga.post(f"/practice/verify/{row.pk}/", {"do": "verified"})
    row.refresh_from_db()
    assert row.verified_by.username == "olga"
    assert row.asked_at is None
    olga.post(f"/practice/verify/{row.pk}/", {"do": "taken-back"})
    row.refresh_from_db()
    assert not row.found
    assert [one.what for one in row.decisions.all()] == ["taken-back", "verified"]
    assert text(olga.get("/practice/verify/")).count("<bdi>olga</bdi>") == 2


def test_a_profile_that_is_not_verified_no_longer_waits_until_it_is_changed(db: None) -> None:
    row = profile("kim")
    olga = as_(operator())
    olga.post(f"/practice/verify/{row.pk}/", {"do": "not-verified"})
    row.refresh_from_db()
    assert (row.verified, row.asked_at) == (False, None)
    profile("kim", about="Now with papers.")
    row.refresh_from_db()
    assert row.asked_at is not None


def test_odd_words_of_the_operator_change_nothing(mere: Clinician) -> None:
    olga = as_(operator())
    for wanted in ("", "best", "verified"):
        olga.post(f"/practice/verify/{mere.pk}/", {"do": wanted})
    mere.refresh_from_db()
    assert mere.verified
    assert mere.decisions.count() == 1


def test_to_all_but_staff_there_is_no_page_of_verifying(mere: Clinician, as_ada: Client) -> None:
    for client in (Client(), as_ada, as_(mere.person)):
        assert client.get("/practice/verify/").status_code == 404
        assert client.post(f"/practice/verify/{mere.pk}/", {"do": "taken-back"}).status_code == 404
    mere.refresh_from_db()
    assert mere.verified


def test_the_operator_sees_profiles_and_nothing_that_people_wrote(ada: Person, mere: Clinician) -> None:
    made = request_of(ada, mere, words="quill and ink", called="Quilla")
    actions.decline(mere.person, made, answer="quilling", other=None, now=timezone.now())
    page = text(as_(operator()).get("/practice/verify/"))
    assert "quill" not in page.lower()
    assert ada.username not in page


@pytest.mark.parametrize("other", [{"shown_name": "Someone else"}, {"kind": "physician"}])
def test_another_name_or_kind_has_to_be_checked_anew(mere: Clinician, other: dict[str, Any]) -> None:
    as_(mere.person).post("/practice/profile/", SENT | {"shown_name": "Mere"} | other)
    mere.refresh_from_db()
    assert (mere.verified, mere.found) == (False, False)
    assert mere.asked_at


def test_other_words_about_oneself_need_no_new_check(mere: Clinician) -> None:
    as_(mere.person).post("/practice/profile/", SENT | {"shown_name": "Mere", "about": "New words."})
    mere.refresh_from_db()
    assert mere.verified
    assert mere.about == "New words."


def test_a_yes_is_a_grant_that_both_sides_have_confirmed(ada: Person, mere: Clinician) -> None:
    until = timezone.localdate() + timedelta(days=30)
    made = request_of(ada, mere, items=["mood", "plan"], until=until)
    answer = as_(mere.person).post(f"/practice/requests/{made.pk}/accept/")
    assert answer.status_code == 302
    (grant,) = grants.team(ada, timezone.now())
    assert (grant.reader, grant.role, grant.items, grant.until) == (
        mere.person,
        "therapist",
        ["mood", "plan"],
        until,
    )
    assert grant.holds(timezone.now())
    mere.refresh_from_db()
    assert mere.free_places == 1
    ada.refresh_from_db()
    assert ada.has_team
    assert chain.broken(ada) is None
    assert [one.what for one in ada.looks.order_by("number")] == ["asked", "accepted", "confirmed"]


def test_the_words_of_a_request_stand_first_in_the_messages_of_the_two(ada: Person, mere: Clinician) -> None:
    grant = actions.accept(
        mere.person, request_of(ada, mere, words="I would like to move again."), timezone.now()
    )
    (message,) = grant.thread.messages.all()
    assert (message.writer, message.body) == (ada, "I would like to move again.")
    assert "move again" in text(as_(mere.person).get(f"/messages/{grant.thread.pk}/"))


def test_two_yeses_at_once_never_take_a_place_that_is_not_there(
    ada: Person, ben: Person, mere: Clinician
) -> None:
    """Both were read while one place was free, as by two requests at the same moment; the second finds it taken."""
    Clinician.objects.update(free_places=1)
    first, second = request_of(ada, mere), request_of(ben, mere)
    read_before = [
        Request.objects.select_related("clinician", "person").get(pk=one.pk) for one in (first, second)
    ]
    assert all(one.clinician.free_places == 1 for one in read_before)
    actions.accept(mere.person, read_before[0], timezone.now())
    with pytest.raises(InputError, match="no free place"):
        actions.accept(mere.person, read_before[1], timezone.now())
    mere.refresh_from_db()
    assert mere.free_places == 0
    second.refresh_from_db()
    assert second.waits
    assert Grant.objects.count() == 1


def test_the_database_itself_keeps_places_from_going_below_zero(mere: Clinician) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Clinician.objects.update(free_places=-1)


def test_one_request_accepted_twice_takes_one_place(ada: Person, mere: Clinician) -> None:
    made = request_of(ada, mere)
    actions.accept(mere.person, made, timezone.now())
    with pytest.raises(InputError):
        actions.accept(mere.person, made, timezone.now())
    mere.refresh_from_db()
    assert mere.free_places == 1


def test_a_yes_to_somebody_who_shares_already_takes_no_place(ada: Person, mere: Clinician) -> None:
    made = request_of(ada, mere)
    now = timezone.now()
    Grant.objects.create(
        person=ada,
        reader=mere.person,
        name="M",
        role="therapist",
        items=["mood"],
        accepted_at=now,
        confirmed_at=now,
    )
    answer = as_(mere.person).post(f"/practice/requests/{made.pk}/accept/")
    assert answer.status_code == 422
    mere.refresh_from_db()
    assert mere.free_places == 2


def test_a_yes_after_the_chosen_last_day_shares_nothing(ada: Person, mere: Clinician) -> None:
    made = request_of(ada, mere)
    Request.objects.update(until=timezone.localdate() - timedelta(days=1))
    assert as_(mere.person).post(f"/practice/requests/{made.pk}/accept/").status_code == 422
    assert not Grant.objects.exists()
    mere.refresh_from_db()
    assert mere.free_places == 2


def test_a_kind_no_names_somebody_else(ada: Person, as_ada: Client, mere: Clinician) -> None:
    zoe = clinician("zoe")
    made = request_of(ada, mere)
    as_(mere.person).post(
        f"/practice/requests/{made.pk}/decline/", {"answer": "I am full. Zoe is good.", "other": zoe.pk}
    )
    page = text(as_ada.get("/find/"))
    assert "I am full. Zoe is good." in page
    assert f'href="/find/{zoe.pk}/"' in page
    assert not Grant.objects.exists()
    mere.refresh_from_db()
    assert mere.free_places == 2
    assert as_(mere.person).get(f"/practice/requests/{made.pk}/").status_code == 404


def test_a_no_can_be_put_away_and_its_words_are_gone(ada: Person, as_ada: Client, mere: Clinician) -> None:
    made = request_of(ada, mere)
    actions.decline(mere.person, made, answer="Not now.", other=None, now=timezone.now())
    as_ada.post(f"/find/requests/{made.pk}/back/")
    made.refresh_from_db()
    assert made.words == ""
    assert "Not now." not in text(as_ada.get("/find/"))


@pytest.mark.parametrize("other", ["999999", "nobody", "9" * 40, "own", "unlisted"])
def test_nobody_is_named_who_can_not_be_found(ada: Person, mere: Clinician, other: str) -> None:
    made = request_of(ada, mere)
    named = {"own": mere.pk, "unlisted": profile("kim").pk}.get(other, other)
    answer = as_(mere.person).post(f"/practice/requests/{made.pk}/decline/", {"answer": "", "other": named})
    assert answer.status_code == 422
    made.refresh_from_db()
    assert made.waits


def test_who_is_no_longer_verified_reads_and_answers_nothing(
    ada: Person, as_ada: Client, mere: Clinician
) -> None:
    made = request_of(ada, mere)
    actions.decide(operator(), mere, Decision.TAKEN_BACK, timezone.now())
    their = as_(mere.person)
    assert "Ada" not in text(their.get("/practice/"))
    for path in ("", "accept/", "decline/"):
        assert their.post(f"/practice/requests/{made.pk}/{path}").status_code in (404, 405)
    assert their.get(f"/practice/requests/{made.pk}/").status_code == 404
    assert "can not be found here just now" in text(as_ada.get("/find/"))
    # the page of the yes was opened while they were verified
    with pytest.raises(InputError):
        actions.accept(mere.person, made, timezone.now())
    assert not Grant.objects.exists()


def test_free_places_are_one_number_that_is_changed_by_itself(mere: Clinician, as_ada: Client) -> None:
    their = as_(mere.person)
    their.post("/practice/places/", {"free_places": "7"})
    mere.refresh_from_db()
    assert mere.free_places == 7
    for odd in ("", "-3", "9" * 30, "x\x00"):
        their.post("/practice/places/", {"free_places": odd})
    mere.refresh_from_db()
    assert mere.free_places == 7
    assert as_ada.post("/practice/places/", {"free_places": "7"}).status_code == 404


def test_queries_of_the_practice_do_not_grow_with_who_waits(mere: Clinician) -> None:
    their, olga = as_(mere.person), as_(operator())
    counts = []
    for start, end in ((0, 3), (3, 30)):
        for n in range(start, end):
            asker = clinician(f"asker-{n}").person
            request_of(asker, mere)
        made = Request.objects.first()
        for path, client in (
            ("/practice/", their),
            (f"/practice/requests/{made.pk}/", their),
            ("/practice/verify/", olga),
        ):
            client.get(path)
            with CaptureQueriesContext(connection) as counted:
                assert client.get(path).status_code == 200
            counts.append(len(counted))
    assert counts[:3] == counts[3:]
