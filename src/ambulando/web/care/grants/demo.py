"""The simulated therapist of ``ambulando demo``, whom the simulated person lets in."""

from datetime import datetime

from ambulando.web.care.grants import actions
from ambulando.web.care.grants.items import ITEMS, THERAPIST
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

NAME = "dr-simulated"


def ensure_therapist(person: Person, password: str, now: datetime) -> Grant:
    """The grant of the simulated therapist, who sees all but the question about not wanting to live; made once."""
    reader = Person.objects.filter(username=NAME).first()
    if reader is None:
        reader = Person.objects.create_user(NAME, password=password, simulated=True)
    if found := person.grants.filter(reader=reader, ended_at=None).first():
        return found
    items = [item for item in ITEMS if item != "item-9"]
    grant = actions.invite(person, now, name="Dr Simulated", role=THERAPIST, items=items)
    return actions.confirm(person, actions.accept(reader, grant, now), now)
