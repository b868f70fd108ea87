"""A series of N-of-1 trials that a clinician runs with people who let them in: their own, pooled, and never a row or a name."""

from datetime import timedelta
from typing import Any

import pytest
from directory_people import as_, clinician, operator, profile, text
from django.test import Client
from django.utils import timezone
from letting_in import let_in
from test_trials import group_of, joined, made, somebody, today, took_part

from ambulando.ground import InputError
from ambulando.web.care.directory import actions as directory
from ambulando.web.care.directory.models import Clinician, Decision
from ambulando.web.care.grants import actions as grants
from ambulando.web.people.models import Person
from ambulando.web.trials import actions, consent, jobs, queries
from ambulando.web.trials.models import GroupTrial, Membership

SENT = {
    "title": "Walk or yoga", "by": "Mere, room 4", "options": ["easy-walk", "chair-yoga"], "target": "mood", "weeks": "8",
    "per_week": "2",
}  # fmt: skip


@pytest.fixture
def mere(db: None) -> Clinician:
    return clinician()


def theirs(leader: Person) -> GroupTrial:
    trial = made()
    GroupTrial.objects.filter(pk=trial.pk).update(leader=leader, by_clinician=True)
    trial.refresh_from_db()
    return trial


def joins(person: Person, trial: GroupTrial, ago: int = 0) -> Membership:
    return actions.join(person, trial, consent.BY_CLINICIAN, now=timezone.now() - timedelta(days=ago))


def sent() -> dict[str, Any]:
    return SENT | {"opens": str(today()), "closes": str(today() + timedelta(days=40))}


def test_a_verified_clinician_sets_one_up_and_opens_it(mere: Clinician) -> None:
    their = as_(mere.person)
    assert "Group trials" in text(their.get("/trials/"))
    assert their.post("/trials/new/two-kinds/", sent()).status_code == 302
    trial = GroupTrial.objects.get()
    assert (trial.leader, trial.by_clinician, trial.state) == (mere.person, True, "draft")
    their.post(f"/trials/{trial.pk}/change/", {"do": "open"})
    assert "It works for them alone" in text(their.get(f"/trials/{trial.pk}/"))


def test_one_set_up_by_staff_stays_for_everybody_with_the_code(mere: Clinician) -> None:
    as_(operator()).post("/trials/new/two-kinds/", sent())
    trial = GroupTrial.objects.get()
    assert (trial.leader, trial.by_clinician) == (None, False)


def test_to_who_is_not_verified_there_are_no_such_pages(db: None, as_ada: Client) -> None:
    kim = profile("kim").person
    trial = theirs(kim)
    for client in (as_(kim), as_ada, Client()):
        assert client.get("/trials/").status_code == 404
        assert client.get(f"/trials/{trial.pk}/").status_code == 404
        assert client.post("/trials/new/two-kinds/", sent()).status_code == 404
    assert GroupTrial.objects.count() == 1


def test_a_clinician_sees_their_own_trials_and_no_others(mere: Clinician) -> None:
    own, zoes, staffs = theirs(mere.person), theirs(clinician("zoe").person), made()
    their = as_(mere.person)
    assert their.get(f"/trials/{own.pk}/").status_code == 200
    assert text(their.get("/trials/")).count('href="/trials/') == 1 + text(their.get("/trials/")).count(
        "/trials/new/"
    )
    for other in (zoes, staffs):
        assert their.get(f"/trials/{other.pk}/").status_code == 404
        assert their.post(f"/trials/{other.pk}/change/", {"do": "close"}).status_code == 404
        other.refresh_from_db()
        assert other.open
    for trial in (own, zoes, staffs):
        assert as_(operator()).get(f"/trials/{trial.pk}/").status_code == 200


def test_only_people_who_let_them_in_can_join(
    mere: Clinician, ada: Person, as_ada: Client, as_ben: Client
) -> None:
    trial = theirs(mere.person)
    let_in(ada, mere.person, now=timezone.now())
    assert as_ben.get(f"/join/{trial.code}/").status_code == 404
    assert as_ben.post("/join/", {"code": trial.code}).status_code == 422
    assert as_ada.post("/join/", {"code": trial.code}).status_code == 302
    page = text(as_ada.get(f"/join/{trial.code}/"))
    assert "no rows and no names" in page
    assert (
        as_ada.post(f"/join/{trial.code}/", {"agree": "yes", "version": consent.BY_CLINICIAN}).status_code
        == 302
    )
    assert Membership.objects.get().consent_version == consent.BY_CLINICIAN


def test_nobody_joins_on_the_words_for_another_kind_of_group(mere: Clinician, ada: Person) -> None:
    trial = theirs(mere.person)
    let_in(ada, mere.person, now=timezone.now())
    with pytest.raises(InputError, match="words on this page"):
        joined(ada, trial)
    assert not Membership.objects.exists()


def test_who_no_longer_lets_them_in_can_not_join(mere: Clinician, ada: Person) -> None:
    trial = theirs(mere.person)
    grant = let_in(ada, mere.person, now=timezone.now())
    grants.end(ada, grant, timezone.now())
    with pytest.raises(InputError):
        joins(ada, trial)


def test_when_the_clinician_has_left_or_is_not_verified_any_more_nobody_joins(
    mere: Clinician, ada: Person
) -> None:
    trial = theirs(mere.person)
    let_in(ada, mere.person, now=timezone.now())
    directory.decide(operator(), mere, Decision.TAKEN_BACK, timezone.now())
    assert not queries.open_for(ada, trial, timezone.now())
    mere.person.delete()
    trial = GroupTrial.objects.get()
    assert trial.leader is None
    assert not queries.open_for(ada, trial, timezone.now())
    assert consent.version_of(trial) == consent.BY_CLINICIAN


def test_the_clinician_sees_the_pooled_result_and_no_row_and_no_name(mere: Clinician) -> None:
    trial = made()
    everybody = group_of(trial, 5)
    GroupTrial.objects.filter(pk=trial.pk).update(leader=mere.person, by_clinician=True)
    their = as_(mere.person)
    page = text(their.get(f"/trials/{trial.pk}/"))
    assert "In this group of 5 people" in page
    assert "rows.csv" not in page
    assert not any(one.username in page for one in everybody)
    assert not any(one.pseudonym in page for one in Membership.objects.all())
    assert their.get(f"/trials/{trial.pk}/rows.csv").status_code == 404
    assert as_(operator()).get(f"/trials/{trial.pk}/rows.csv").status_code == 200


def test_a_group_of_four_stays_hidden_from_the_clinician_too(mere: Clinician) -> None:
    trial = made()
    for n in range(4):
        took_part(somebody(f"somebody-{n}"), trial)
    jobs.pool.call(trial.pk)
    GroupTrial.objects.filter(pk=trial.pk).update(leader=mere.person, by_clinician=True)
    assert "Small groups stay hidden" in text(as_(mere.person).get(f"/trials/{trial.pk}/"))


def test_taking_part_shows_the_clinician_nothing_that_the_grant_does_not(
    mere: Clinician, ada: Person
) -> None:
    trial = theirs(mere.person)
    grant = let_in(ada, mere.person, "encouragement", now=timezone.now())
    membership = joins(ada, trial)
    assert as_(mere.person).get(f"/groups/{trial.pk}/").status_code == 404
    assert as_(mere.person).get(f"/compare/{membership.comparison_id}/").status_code == 404
    grant.refresh_from_db()
    assert grant.items == ["encouragement"]
