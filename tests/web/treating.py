"""People who treat Ada, for the tests of her treatment plan."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

ITEMS = ("plan", "medicines", "assessments", "bouts", "mood")
NAMES = {"therapist": "Kim", "physician": "Dr Moana", "coach": "Sam", "friend": "Fran"}


def lets_in(person: Person, role: str, *items: str, now: datetime | None = None, **fields: Any) -> Grant:
    """A grant that holds, to a reader of this role, who never told us anything about themselves."""
    now = now or timezone.now()
    number = Person.objects.count()
    reader = Person.objects.create_user(
        f"{role}{number}", password="it is solved by walking", time_zone="UTC"
    )
    given = list(items or ITEMS)
    grant = Grant(person=person, reader=reader, name=NAMES[role], role=role, items=given, **fields)
    grant.accepted_at = grant.confirmed_at = now - timedelta(minutes=1)
    grant.save()
    return grant


def as_reader(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.reader)
    return client
