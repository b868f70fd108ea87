"""The treatment plan of ``ambulando demo``, as the simulated therapist wrote it down."""

from datetime import datetime, timedelta

from ambulando.web.care.grants.models import Grant
from ambulando.web.care.treatment import actions
from ambulando.web.people.models import Person


def ensure_treatment(person: Person, grant: Grant, now: datetime) -> None:
    """Therapy, a goal, who does what and the next review; nothing of it binds the week. Made once."""
    if person.treatment.exists():
        return
    today = now.astimezone(person.zone).date()
    therapy = {"kind": "Talking therapy", "agreed": 16, "held": 7, "due": today + timedelta(days=5)}
    actions.note(person, grant, "therapy", therapy, now)
    goal = actions.note(person, grant, "goal", {"text": "Walk to the river with a friend once a week"}, now)
    actions.add_words(person, goal, "Mornings suit me best.", now)
    actions.note(
        person, grant, "task", {"who": "Dr Simulated", "text": "writes to the doctor about sleep"}, now
    )
    actions.note(person, grant, "review", {"due": today + timedelta(days=28)}, now)
