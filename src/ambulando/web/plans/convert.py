"""From rows to what the core takes, and from its answers to rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ambulando.activity.bouts import Bout, without_overlaps
from ambulando.activity.catalogue import catalogue
from ambulando.ground import as_json, stored
from ambulando.plan.rules import whole
from ambulando.plan.season import hemisphere, season
from ambulando.plan.session import Session as PlannedSession
from ambulando.plan.session import session_from
from ambulando.safety.profile import Profile, profile_from
from ambulando.safety.screen import Constraint, said
from ambulando.web.alongside import queries as alongside
from ambulando.web.care.treatment import queries as treatment
from ambulando.web.journal import queries as read
from ambulando.web.journal.models import CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Answer, Session

if TYPE_CHECKING:
    from ambulando.response.series import Series

#: what is rated 0 to 10 in a check-in
RATED = ("mood", "energy", "sleep", "stress")


@dataclass(frozen=True)
class Felt:
    """A day's mood and energy, and whether the person was ill, as the plan reads them."""

    day: date
    mood: int | None
    energy: int | None
    ill: bool = False


def profile_of(person: Person, today: date) -> Profile:
    """What the person told, with their energy and illness as of today, the season, and their last PHQ-9 or PHQ-8.

    The PHQ-8 is the PHQ-9 without its last question, in the same bands: a PHQ-9 would have come to as much, or more.
    """
    told = dict(person.answers)
    check_in = read.latest_check_in(person, today)
    if check_in and check_in.energy is not None:
        told["energy"] = check_in.energy
    told["ill"] = bool(check_in and check_in.ill)
    if assessment := read.latest_assessment(person, "phq-9", "phq-8"):
        told["phq9"] = assessment.total
    told["flare"] = person.flare_on == today
    told |= alongside.told(person)
    told |= treatment.noted(person, today, told)
    told["season"] = season(person.hemisphere or hemisphere(told.get("country")), today)
    told["weather"] = weather_of(person, today)
    return profile_from(told)


def weather_of(person: Person, today: date) -> list[str]:
    """How it is outside these days, as long as what they last said of it holds."""
    told: list[str] = person.answers.get("weather", [])
    on = person.weather_on
    return [] if on and (today - on).days > whole("weather-told", "days") else told


def check_ins(person: Person, since: date) -> tuple[Felt, ...]:
    """One for each day since then, oldest first."""
    days = read.felt(person, since)
    ill = set(person.check_ins.filter(day__gte=since, ill=True).values_list("day", flat=True))
    return tuple(Felt(day, told.get("mood"), told.get("energy"), day in ill) for day, told in days.items())


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
    """A row as the core takes it, on the day on which it stands now: begun on another one, it moved there."""
    return session_from({**session.content, "day": session.day})


def done(person: Person, since: date) -> tuple[Bout, ...]:
    """What was done since then, the same from two devices counted once."""
    return without_overlaps(read.done_bouts(person, since=since))


def series(person: Person, since: date, today: date, bouts: Sequence[Bout] | None = None) -> "Series | None":
    """The person's days as the response floor takes them; None when there is no mood at all.

    ``bouts``: what was done since then, where the caller has it already. Three queries, whatever there is. An evening's ratings are those of the later part of a day: those of a morning
    alone are not what a session did.
    """
    from ambulando.response.series import from_days

    evening: dict[str, dict[date, int | None]] = {"mood": {}, "energy": {}, "stress": {}}
    morning: dict[date, int | None] = {}
    slept: dict[date, int] = {}
    rows = person.check_ins.filter(day__gte=since, day__lte=today).order_by("day", "-part")  # "morning" first
    ill: dict[date, bool] = {}
    changed: dict[date, bool] = {}
    for day, part, mood, energy, sleep, stress, was_ill, medicine_changed in rows.values_list(
        "day", "part", *RATED, *read.FLAGS
    ):
        ill[day], changed[day] = was_ill, medicine_changed  # the same in both parts of a day
        if part == CheckIn.MORNING:
            morning[day] = mood
        else:
            evening["mood"][day], evening["energy"][day], evening["stress"][day] = mood, energy, stress
        if sleep is not None:
            slept.setdefault(day, sleep)
    if not any(mood is not None for mood in evening["mood"].values()):
        return None
    entries = catalogue()
    return from_days(
        today=today,
        moods=evening["mood"],
        bouts=[
            (bout.day, entries[bout.activity].modality, bout.minutes)
            for bout in (done(person, since) if bouts is None else bouts)
            if bout.day <= today
        ],
        morning=morning,
        sleep=slept,
        energy=_if_any(evening["energy"]),
        stress=_if_any(evening["stress"]),
        # A flag that was never set says nothing, and the model needs no column for it.
        ill=ill if any(ill.values()) else None,
        medicine_changed=changed if any(changed.values()) else None,
        phq9=dict(
            person.assessments.filter(instrument="phq-9", total__isnull=False, day__gte=since, day__lte=today)
            .order_by("made_at")
            .values_list("day", "total")
        ),
    )


def _if_any(ratings: Mapping[date, int | None]) -> Mapping[date, int | None] | None:
    return ratings if any(rating is not None for rating in ratings.values()) else None


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


def stored_sensitivity(found: Any) -> dict[str, Any]:
    """What was tried on a fit, as JSON, its sentence kept so that it can be translated."""
    return {**as_json(found), "robust_method": stored(found.robust_method)}


def stored_fit(fit: Any) -> dict[str, Any]:
    """A fit as JSON, its sentences kept so that they can be translated."""
    how = fit.how_do_you_know
    plain: dict[str, Any] = as_json(fit)
    plain["sentence"] = stored(fit.sentence)
    plain["how_do_you_know"] |= {
        "model": stored(how.model),
        "grade_rule": stored(how.grade_rule),
        "limits": [stored(limit) for limit in how.limits],
    }
    return plain
