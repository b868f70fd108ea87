"""Where a session is, looked for anew when what it was planned for has changed."""

from datetime import date

from ambulando.plan.places import placed
from ambulando.plan.session import Session as PlannedSession
from ambulando.web.people.models import Person
from ambulando.web.places import queries as places
from ambulando.web.plans import convert
from ambulando.web.plans.models import Session


def with_place(person: Person, planned: PlannedSession, before: Session, today: date) -> PlannedSession:
    """The session with a place that fits it now, where it lost the one that it had ``before``."""
    if "place" in planned.trace or "place" not in before.content["trace"]:
        return planned
    return placed(planned, places.offered_to(person, today), convert.profile_of(person, today))
