"""A week of sessions for one person: candidates -> filter -> score -> schedule, every step kept in a trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity, catalogue
from ambulando.evidence.base import version
from ambulando.ground import InputError, Words
from ambulando.plan import reasons, sentences
from ambulando.plan.barriers import Barrier, barriers
from ambulando.plan.candidates import Candidates, candidates
from ambulando.plan.choose import choose
from ambulando.plan.compose import Offer, compose, options, said
from ambulando.plan.progression import Goal, cap, goal
from ambulando.plan.rules import number, whole
from ambulando.plan.schedule import Slot, Slots, schedule
from ambulando.plan.session import Session, Why
from ambulando.plan.standing import CheckIn, Standing, loaded, modality_of, standing
from ambulando.plan.trace import step, versions
from ambulando.safety.profile import Profile
from ambulando.safety.screen import Constraint, Screening, screen

__all__ = ["Plan", "Session", "Why", "barriers_of", "make"]


@dataclass(frozen=True)
class Plan:
    """A week: two to four sessions (fewer where the person offered room for fewer; none where safety says so).

    ``outcome``: that of the readiness screen (full, gentle, hold, no-plan). ``constraints``: what safety asks for. ``message``: what is said with it. ``trace``: plain data, JSON as it is.
    """

    week: tuple[Session, ...]
    outcome: str
    constraints: tuple[Constraint, ...]
    message: Words
    trace: Mapping[str, Any]


def make(
    profile: Profile,
    *,
    today: date,
    rng: Random,
    bouts: Sequence[Bout] = (),
    checkins: Sequence[CheckIn] = (),
    answers: Mapping[str, Any] | None = None,
    missed: int = 0,
) -> Plan:
    """The week from ``today`` on. The same input and the same state of ``rng`` give the same week.

    ``checkins``: things with ``day``, ``mood`` and ``energy``. ``answers``: the person's own posterior by modality, each
    with ``mean``, ``sd`` and ``grade``. ``missed``: how many of the last planned sessions in a row did not happen.
    Raises InputError for a negative ``missed``.
    """
    if missed < 0:
        raise InputError(f"The number of missed sessions can not be {missed}. Please give zero or more.")
    screening = screen(profile)
    if screening.outcome in ("hold", "no-plan"):  # safety says no: no number below can change that
        return _none(screening)
    stands = standing(profile, today=today, bouts=bouts, checkins=checkins)
    aim = goal(profile, stands, screening.limits, missed=missed)
    named = barriers_of(profile)
    places = schedule(
        profile,
        stands,
        screening.limits,
        sessions=aim.sessions,
        minutes=aim.minutes,
        early=any(barrier.early for barrier in named),
    )
    offer = Offer(profile, stands, screening, aim.minutes, aim.light_only, named, answers or {}, aim.steps)
    week, found = _fill(offer, places, rng)
    message = _message(week, stands, aim, places, profile, found)
    trace = {
        "sentence": str(message),
        "parts": {"left_out": {**said(reasons.left_out(found.left_out)), "rules": _rules(screening)}},
        "steps": [
            *aim.steps,
            step("minutes planned", sum(session.minutes for session in week), "minutes", "week-growth"),
            step("places in the week", len(places.slots), "sessions", "spacing" if places.asked else "times"),
        ],
        "versions": versions(version()),
    }
    return Plan(week, screening.outcome, screening.constraints, message, trace)


def barriers_of(profile: Profile) -> tuple[Barrier, ...]:
    """The barriers that the person named."""
    return tuple(barriers()[name] for name in profile.barriers)


def _fill(offer: Offer, places: Slots, rng: Random) -> tuple[tuple[Session, ...], Candidates]:
    """A session for every place, and the candidates of the one for which most wishes had to be let go of."""
    week: list[Session] = []
    cool = candidates_of(offer, hot=False)
    hot = candidates_of(offer, hot=True) if any(place.hot for place in places.slots) else cool
    for place in places.slots:
        found = hot if place.hot else cool
        pool = _rested(found.kept, place, week, offer.standing)
        scored = options(offer, pool, room=place.minutes, day=place.day, planned=week, relaxed=found.relaxed)
        choice = choose(scored, rng)
        week.append(compose(offer, found, choice, place, turn=len(week), planned=week, asked=places.asked))
    used = [hot if place.hot else cool for place in places.slots] or [cool]
    return tuple(week), max(used, key=lambda one: len(one.relaxed))


def candidates_of(offer: Offer, *, hot: bool) -> Candidates:
    """What may be offered, growth limits included."""
    limits, smallest = offer.screening.limits, whole("smallest", "minutes")
    return candidates(
        offer.profile,
        offer.standing,
        limits,
        light_only=offer.light_only,
        hot=hot,
        startable=lambda activity: cap(activity, offer.standing, limits).minutes >= smallest,
    )


def _rested(
    kept: Sequence[Activity], place: Slot, week: Sequence[Session], stands: Standing
) -> Sequence[Activity]:
    """Without loaded kinds on the day after a loaded one, where there is anything else."""
    near = [catalogue()[session.activity] for session in week if (place.day - session.day).days <= 1]
    heavy = any(loaded(activity) for activity in near) or any(
        modality_of(bout) in ("running", "strength") and abs((place.day - bout.day).days) <= 1
        for bout in stands.bouts
    )
    if not heavy:
        return kept
    return [activity for activity in kept if not loaded(activity)] or kept


def _message(
    week: Sequence[Session], stands: Standing, aim: Goal, places: Slots, profile: Profile, found: Candidates
) -> Words:
    total = sum(session.minutes for session in week)
    said = [sentences.greeting(len(week), total, gap=stands.gap, low=stands.low)]
    said += [sentences.LET_GO[name] for name in found.relaxed[-1:]]
    if profile.minutes_per_week is not None and profile.minutes_per_week < number("smallest", "minutes"):
        said.append(Words("You offered less than two minutes this week, so take or leave these two minutes."))
    if not places.asked and profile.windows:
        said.append(
            Words(
                "The times you gave are not right for you now, so these are mornings. Any earlier time is fine."
            )
        )
    elif not places.asked:
        said.append(Words("You gave no times, so these are mornings. Any other time of day is fine."))
    elif len(places.slots) < aim.sessions:
        said.append(Words("The times you gave have room for this much. More times would give more choice."))
    return sentences.together(*said)


def _none(screening: Screening) -> Plan:
    stops = [constraint.reason for constraint in screening.constraints if constraint.effect == "stop"]
    message = sentences.no_week(screening.outcome, stops)
    trace = {
        "sentence": str(message),
        "parts": {"left_out": {"text": " ".join(map(str, stops)), "rules": _rules(screening)}},
        "steps": [],
        "versions": versions(version()),
    }
    return Plan((), screening.outcome, screening.constraints, message, trace)


def _rules(screening: Screening) -> list[str]:
    return [constraint.rule for constraint in screening.constraints]
