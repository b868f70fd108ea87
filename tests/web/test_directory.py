"""Finding someone: a directory without ranks, a request in one's own words, and going to somebody else without a reason."""

from typing import Any

import pytest
from directory_people import ASKED, as_, clinician, operator, profile, request_of, text
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.care.directory import actions, queries
from ambulando.web.care.directory.models import Clinician, Decision, Request
from ambulando.web.care.grants import queries as grants
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person


@pytest.fixture
def mere(db: None) -> Clinician:
    return clinician()


def names(page: str) -> list[str]:
    return [name for name in ("Mere", "Abel", "Zoe", "Kim") if f'">{name}</h3>' in page]


def test_where_nobody_is_listed_the_page_leads_to_letting_someone_in(as_ada: Client) -> None:
    page = text(as_ada.get("/find/"))
    assert "need no account" in page
    assert 'href="/team/"' in page


def test_only_who_is_verified_and_wants_it_is_found(as_ada: Client, mere: Clinician) -> None:
    profile("abel")
    clinician("zoe", listed=False)
    assert names(text(as_ada.get("/find/"))) == ["Mere"]
    mere.person.is_active = False
    mere.person.save()
    assert names(text(as_ada.get("/find/"))) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("language=mi", ["Mere", "Kim"]),
        ("language=de", ["Zoe"]),
        ("focus=pain", ["Zoe"]),
        ("way=in-person", ["Zoe"]),
        ("free=on", ["Mere", "Zoe"]),
        ("language=mi&free=on", ["Mere"]),
        ("language=klingon", ["Mere", "Zoe", "Kim"]),
        ("", ["Mere", "Zoe", "Kim"]),
    ],
)
def test_the_directory_is_filtered_by_what_a_person_needs(
    as_ada: Client, mere: Clinician, asked: str, found: list[str]
) -> None:
    clinician("zoe", languages=["de"], focus=["pain"], ways=["in-person"])
    clinician("kim", free_places=0)
    assert names(text(as_ada.get(f"/find/?{asked}"))) == found


def test_the_order_is_the_alphabet_and_nothing_else(as_ada: Client, mere: Clinician) -> None:
    clinician("zoe", free_places=50)
    clinician("abel", free_places=0)
    shown = [one.shown_name for one in queries.by_name(queries.listed())]
    assert shown == ["Abel", "Mere", "Zoe"]


def test_what_nobody_offers_says_so_kindly(as_ada: Client, mere: Clinician) -> None:
    clinician("zoe", languages=["de"], focus=["pain"])
    assert "Nobody here offers all of that" in text(as_ada.get("/find/?language=de&focus=low-mood"))


def test_a_request_is_kept_encrypted_and_is_read_only_by_who_was_asked(
    as_ada: Client, ada: Person, mere: Clinician
) -> None:
    assert as_ada.post(f"/find/{mere.pk}/", ASKED).status_code == 302
    made = Request.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("select words, called from directory_request")
        assert b"move again" not in b"".join(bytes(one) for one in cursor.fetchone())
    assert "move again" in text(as_(mere.person).get(f"/practice/requests/{made.pk}/"))
    for other in (clinician("zoe").person, operator()):
        assert as_(other).get(f"/practice/requests/{made.pk}/").status_code == 404
    assert not Grant.objects.exists()
    assert not grants.caseload(mere.person, timezone.now())


def test_asking_twice_or_asking_oneself_is_one_sentence(ada: Person, as_ada: Client, mere: Clinician) -> None:
    request_of(ada, mere)
    assert as_ada.post(f"/find/{mere.pk}/", ASKED).status_code == 422
    assert Request.objects.count() == 1
    assert as_(mere.person).get(f"/find/{mere.pk}/").status_code == 404
    with pytest.raises(InputError):
        request_of(mere.person, mere)


def test_nobody_is_asked_who_has_no_free_place(as_ada: Client, mere: Clinician) -> None:
    Clinician.objects.update(free_places=0)
    assert "no free place" in text(as_ada.get(f"/find/{mere.pk}/"))
    assert as_ada.post(f"/find/{mere.pk}/", ASKED).status_code == 422
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"items": []},
        {"items": ["everything"]},
        {"called": "  "},
        {"called": "a\x00b"},
        {"words": "x" * 1001},
        {"until": "2020-01-01"},
        {"until": "9" * 400},
        {"since": "never"},
    ],
)
def test_a_request_that_does_not_hold_changes_nothing(
    as_ada: Client, mere: Clinician, other: dict[str, Any]
) -> None:
    assert as_ada.post(f"/find/{mere.pk}/", ASKED | other).status_code == 422
    assert not Request.objects.exists()


def test_what_is_written_is_shown_as_text(ada: Person, mere: Clinician) -> None:
    made = request_of(ada, mere, words="<script>alert(1)</script>", called="<b>Ada</b>")
    page = as_(mere.person).get(f"/practice/requests/{made.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<b>Ada" not in page


def test_taken_back_nobody_reads_it_any_more_and_the_words_are_gone(
    ada: Person, as_ada: Client, mere: Clinician
) -> None:
    made = request_of(ada, mere)
    as_ada.post(f"/find/requests/{made.pk}/back/")
    made.refresh_from_db()
    assert (made.state, made.words, made.called) == ("taken-back", "", "")
    assert as_(mere.person).get(f"/practice/requests/{made.pk}/").status_code == 404
    assert as_(mere.person).post(f"/practice/requests/{made.pk}/accept/").status_code == 404
    assert "What you asked" not in text(as_ada.get("/find/"))
    request_of(ada, mere)  # and one may ask again


def test_nobody_takes_back_what_another_asked(ada: Person, as_ben: Client, mere: Clinician) -> None:
    made = request_of(ada, mere)
    assert as_ben.post(f"/find/requests/{made.pk}/back/").status_code == 404
    made.refresh_from_db()
    assert made.waits


def test_going_to_somebody_else_needs_no_reason_and_ends_it_at_once(
    ada: Person, as_ada: Client, as_ben: Client, mere: Clinician
) -> None:
    grant = actions.accept(mere.person, request_of(ada, mere), timezone.now())
    assert "With you now" in text(as_ada.get("/find/"))
    assert as_ben.post(f"/find/stop/{grant.pk}/").status_code == 404
    as_ada.post(f"/find/stop/{grant.pk}/")
    assert not grants.team(ada, timezone.now())
    assert not grants.caseload(mere.person, timezone.now())
    assert "With you now" not in text(as_ada.get("/find/"))
    request_of(ada, mere)  # coming back is fine


def test_who_is_no_longer_verified_is_said_to_those_who_share_with_them(
    ada: Person, as_ada: Client, mere: Clinician
) -> None:
    actions.accept(mere.person, request_of(ada, mere), timezone.now())
    actions.decide(operator(), mere, Decision.TAKEN_BACK, timezone.now())
    assert "does not vouch for them" in text(as_ada.get("/find/"))


def test_the_number_of_queries_does_not_grow_with_the_directory(ada: Person, as_ada: Client) -> None:
    counts = []
    for start, end in ((0, 3), (3, 30)):
        for n in range(start, end):
            one = clinician(f"clinician-{n}", free_places=5)
            if n % 3 == 0:
                actions.accept(one.person, request_of(ada, one), timezone.now())
        as_ada.get("/find/")
        with CaptureQueriesContext(
            connection,
        ) as counted:
            as_ada.get("/find/")
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 8


def test_signed_out_one_is_led_to_signing_in(mere: Clinician) -> None:
    for path in ("/find/", f"/find/{mere.pk}/", "/practice/", "/practice/profile/"):
        assert Client().get(path).status_code == 302
