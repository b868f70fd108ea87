"""A person's own words in the if-then plan of a session."""

from dataclasses import replace

from ambulando.activity.catalogue import activity
from ambulando.ground import Words, stored
from ambulando.plan import sentences
from ambulando.plan.barriers import Barrier, barriers
from ambulando.plan.session import Session
from ambulando.safety.profile import OwnPlan, Profile

#: what could be written for when to begin, to tap as a start
CUES: tuple[Words, ...] = (
    Words("I have had tea"),
    Words("breakfast is done"),
    Words("the dishes are done"),
    Words("I am home again"),
)


def own_of(profile: Profile, barrier: Barrier | None) -> OwnPlan | None:
    """The person's own words for a session with this barrier in its plan: what they do instead, and when they begin.

    When to begin is said once and holds for all. None where they wrote nothing that fits.
    """
    name = barrier.id if barrier else None
    instead = next((one.instead for one in profile.own_plans if one.barrier == name and one.instead), "")
    cues = sorted((one for one in profile.own_plans if one.cue), key=lambda one: one.barrier != name)
    own = OwnPlan(cues[0].cue if cues else "", name, instead)
    return own if own.cue or own.instead else None


def reworded(session: Session, profile: Profile) -> Session:
    """The session with the person's words as they are now. What, when and how long stay as they were drawn."""
    barrier = barriers().get(session.trace.get("barrier") or "")
    made = sentences.if_then(
        activity(session.activity),
        minutes=session.minutes,
        at=session.time,
        barrier=barrier,
        indoor=None,
        own=own_of(profile, barrier),
    )
    # what can be done indoors was found among the candidates of then
    indoor = {name: value for name, value in session.if_then.values.items() if name == "indoor"}
    if_then = Words(made.pattern, {**made.values, **indoor})
    return replace(session, if_then=if_then, trace={**session.trace, "if_then": stored(if_then)})
