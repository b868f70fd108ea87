"""How to do a session, said anew where its minutes changed after it was planned."""

from dataclasses import replace

from django.utils import timezone

from ambulando.activity.catalogue import activity
from ambulando.ground import stored
from ambulando.plan.session import Session
from ambulando.plan.shape import shape
from ambulando.plan.standing import standing
from ambulando.safety.screen import screen
from ambulando.web.people.models import Person
from ambulando.web.plans import convert, inputs


def with_how(person: Person, planned: Session) -> Session:
    """The session with how to do it for the minutes that it has now; as it is where that was said."""
    if "how" in planned.trace:
        return planned
    today = timezone.localdate(timezone=person.zone)
    profile = convert.profile_of(person, today)
    stands = standing(profile, today=today, **inputs.told_by(person, today))
    lines = shape(activity(planned.activity), planned.minutes, standing=stands, limits=screen(profile).limits)
    return replace(planned, trace={**planned.trace, "how": [stored(line) for line in lines]})
