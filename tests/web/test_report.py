"""The one-page report: what a doctor wants to see, what is not shared is said, and it never grows without end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from readers import answered, compared, did, felt, homework, let_in, planned, reader, signed_in

from ambulando.web.care.caseload import queries, report
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(db: None) -> Person:
    return reader()


def today() -> Any:
    return timezone.now().date()


def of(doctor: Person, grant: Grant) -> str:
    return signed_in(doctor).get(f"/people/{grant.pk}/report/").content.decode()


def test_it_tells_what_is_shared_with_its_sources(doctor: Person, ada: Person) -> None:
    ada.answers |= {"medicines": ["sertraline"], "conditions": ["heart"], "barriers": ["weather"]}
    ada.save()
    answered(ada, "phq-9", [2] * 9, today() - timedelta(days=20))
    answered(ada, "phq-9", [1] * 9, today() - timedelta(days=2))
    for back in range(5):
        felt(ada, today() - timedelta(days=back), mood=5)
        did(ada, today() - timedelta(days=back))
    planned(ada, today() - timedelta(days=2), state="done")
    homework(ada, today(), "hatha-yoga")
    compared(ada, today() - timedelta(days=60), "No clear difference so far.")
    grant = let_in(ada, doctor)
    page = of(doctor, grant)
    for words in (
        "9 lower",
        "sertraline",
        "weather",
        "No clear difference",
        "Grade A",
        "Do gentle yoga at home",
        "Save as PDF",
    ):
        assert words.lower() in page.lower(), words
    assert "not shared" not in page
    found = queries.report_of(grant, timezone.now())
    assert any("PHQ-9" in source for source in found.sources)
    assert found.weeks[-1].mood == 5


def test_what_is_not_shared_is_said(doctor: Person, ada: Person) -> None:
    grant = let_in(ada, doctor, ["mood"])
    page = of(doctor, grant)
    assert page.count("not shared") >= 5
    assert "Medicines: not shared" in page


def test_a_report_by_link_has_no_reader(ada: Person) -> None:
    now = timezone.now()
    grant = Grant.objects.create(
        person=ada, name="my doctor", role="physician", items=["assessments"], by_link=True, confirmed_at=now
    )
    answered(ada, "gad-7", [1] * 7, today())
    (row,) = queries.report_of(grant, now).filled or ()
    assert row.filled.total == 7


def test_it_is_cut_where_there_is_too_much_for_a_page(doctor: Person, ada: Person) -> None:
    ada.answers |= {"medicines": [f"pill {n}" for n in range(60)]}
    ada.save()
    for back in range(0, 80, 4):
        answered(ada, "gad-7", [1] * 7, today() - timedelta(days=back))
    found = queries.report_of(let_in(ada, doctor), timezone.now())
    assert len(found.medicines or ()) == report.MOST_LISTED
    assert found.more_medicines == 60 - report.MOST_LISTED
    assert len(found.filled or ()) == report.MOST_FILLED


def test_limits_rest_on_what_is_shared_alone(doctor: Person, ada: Person) -> None:
    ada.answers |= {"conditions": ["falls"], "medicines": ["lithium"]}
    ada.save()
    grant = let_in(ada, doctor, ["medicines"])
    shared = report.limits_of(grant)
    ada.answers["conditions"] = []
    assert report.limits_of(grant) == shared
    assert shared


def test_no_claim_about_causes_or_risk(doctor: Person, ada: Person) -> None:
    for back in range(30):
        felt(ada, today() - timedelta(days=back), mood=5)
        did(ada, today() - timedelta(days=back))
    page = of(doctor, let_in(ada, doctor)).lower()
    for word in ("risk", "because of", "improved by", "effect of"):
        assert word not in page
