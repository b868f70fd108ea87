"""From rows to what the core takes, and from its answers to rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ambulando.activity.bouts import without_overlaps
from ambulando.activity.catalogue import catalogue
from ambulando.ground import as_json, stored
from ambulando.plan.session import Session as PlannedSession
from ambulando.plan.session import session_from
from ambulando.safety.profile import Profile, profile_from
from ambulando.safety.screen import Constraint, said
from ambulando.web.journal import queries as read
from ambulando.web.journal.models import CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Answer, Session

if TYPE_CHECKING:
    from ambulando.response.series import Series


@dataclass(frozen=True)
class Felt:
    """A day's mood and energy, as the plan reads them."""

    day: date
    mood: int | None
    energy: int | None


def profile_of(person: Person, today: date) -> Profile:
    """What the person told, with what they last said of their energy and their last PHQ-9 or PHQ-8.

    The PHQ-8 is the PHQ-9 without its last question, in the same bands: a PHQ-9 would have come to as much, or more.
    """
    told = dict(person.answers)
    if (check_in := read.latest_check_in(person, today)) and check_in.energy is not None:
        told["energy"] = check_in.energy
    if assessment := read.latest_assessment(person, "phq-9", "phq-8"):
        told["phq9"] = assessment.total
    told["flare"] = person.flare_on == today
    return profile_from(told)


def check_ins(person: Person, since: date) -> tuple[Felt, ...]:
    """One for each day since then, oldest first."""
    days = read.felt(person, since)
    return tuple(Felt(day, told.get("mood"), told.get("energy")) for day, told in days.items())


def own_answers(person: Person) -> dict[str, dict[str, Any]]:
    """The person's own posterior by modality, where it rests on their own days."""
    answer = Answer.objects.filter(person=person).first()
    if answer is None:
        return {}
    return {
        effect["modality"]: {"mean": effect["mean"], "sd": effect["sd"], "grade": effect["grade"]}
        for effect in answer.fit["effects"]
        if effect["horizon"] == "same-day" and effect["grade"] in ("A", "B")
    }


def session_fields(planned: PlannedSession) -> dict[str, Any]:
    """A planned session as the fields of a row."""
    return {
        "day": planned.day,
        "time": planned.time,
        "activity": planned.activity,
        "minutes": planned.minutes,
        "intensity": planned.intensity,
        "content": as_json(planned),
    }


def planned(session: Session) -> PlannedSession:
    return session_from(session.content)


def series(person: Person, since: date, today: date) -> "Series | None":
    """The person's days as the response floor takes them; None when there is no mood at all."""
    from ambulando.response.series import from_days

    rows = list(person.check_ins.filter(day__gte=since))
    later = {row.day: row for row in rows if row.part == CheckIn.LATER}
    morning = {row.day: row for row in rows if row.part == CheckIn.MORNING}
    # A day with a morning check-in alone has no evening mood: the morning's is not what a session did.
    moods = {day: row.mood for day, row in later.items()}
    if not any(mood is not None for mood in moods.values()):
        return None
    slept = {row.day: row.sleep for row in sorted(rows, key=lambda row: row.part) if row.sleep is not None}
    entries = catalogue()
    return from_days(
        today=today,
        moods=moods,
        bouts=[
            (bout.day, entries[bout.activity].modality, bout.minutes)
            for bout in without_overlaps(read.done_bouts(person, since=since))
            if bout.day <= today
        ],
        morning={day: row.mood for day, row in morning.items()},
        sleep=slept,
        phq9={
            one.day: one.total
            for one in person.assessments.filter(instrument="phq-9", total__isnull=False, day__gte=since)
        },
    )


def stored_constraints(constraints: Sequence[Constraint]) -> list[dict[str, Any]]:
    """All of them; ``unsaid`` are those whose note another one says better."""
    told = {one.rule for one in said(constraints)}
    return [
        {
            "rule": one.rule,
            "effect": one.effect,
            "reason": stored(one.reason),
            "source": one.source,
            "unsaid": one.rule not in told,
        }
        for one in constraints
    ]


def stored_answer(fit: Any) -> Mapping[str, Any]:
    """A fit as JSON, its sentence kept so that it can be translated."""
    return {**as_json(fit), "sentence": stored(fit.sentence)}
