"""A week of sessions for one person: candidates -> filter -> score -> programme -> lots, every step kept in a trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import catalogue
from ambulando.evidence.base import version
from ambulando.ground import InputError, Words
from ambulando.plan import reasons, sentences
from ambulando.plan.alongside import left_out
from ambulando.plan.calendar import Busy
from ambulando.plan.candidates import waits
from ambulando.plan.compose import said
from ambulando.plan.doing import Offered
from ambulando.plan.fill import Filled, fill, is_group, steps_of
from ambulando.plan.offer import Offer, offer_of
from ambulando.plan.places import Place, meetings
from ambulando.plan.progression import goal
from ambulando.plan.rules import number
from ambulando.plan.schedule import Openings, openings
from ambulando.plan.session import Session, Why
from ambulando.plan.so_far import SoFar, left_of, so_far
from ambulando.plan.standing import CheckIn, standing
from ambulando.plan.trace import step, versions
from ambulando.safety.profile import Profile
from ambulando.safety.screen import Constraint, Screening, screen

__all__ = ["Plan", "Session", "Why", "make"]

NOON = 12
#: What is said of times that the person did not give: by whether they gave any at all, and whether these are mornings.
NO_TIMES: Mapping[tuple[bool, bool], Words] = {
    (True, True): Words(
        "The times you gave are not right for you now, so these are mornings. Any earlier time is fine."
    ),
    (True, False): Words(
        "The times you gave are taken or not right for you now, so these are other free times."
    ),
    (False, True): Words("You gave no times, so these are mornings. Any other time of day is fine."),
    (False, False): Words("You gave no times, so these are free times of your days. Any other time is fine."),
}


#: what a week says on its last day when that is one of rest, or nearly over
LAST_DAY = Words("Today is for rest, and a new week begins tomorrow.")


@dataclass(frozen=True)
class Plan:
    """A week: two to four sessions (fewer where the person offered room for fewer, or did some already; none where safety
    says so, where a calendar leaves no time, and where the week is done).

    ``outcome``: that of the readiness screen (full, gentle, hold, no-plan). ``constraints``: what safety asks for.
    ``message``: what is said with it. ``trace``: plain data, JSON as it is; in it ``group``, the best choice with others.
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
    offered: Sequence[Offered] = (),
    busy: Sequence[Busy] = (),
    places: Sequence[Place] = (),
    kept: Sequence[Session] = (),
    since: date | None = None,
    now: time | None = None,
) -> Plan:
    """The week from ``today`` on. The same input and the same state of ``rng`` give the same week.

    ``checkins``: things with ``day``, ``mood`` and ``energy``. ``answers``: the person's own posterior by modality, each
    with ``mean``, ``sd`` and ``grade``. ``missed``: how many of the last planned sessions in a row did not happen.
    ``offered``: what became of the sessions offered before. ``busy``: when no session may be. ``places``: where one could
    be, of those that were ``places.offered``. For a week that is made anew: ``since``, its first day, and ``kept``, its
    sessions that stay (done or begun). What was done since then, planned or not, counts towards its sessions and minutes,
    and it still ends with its seventh day. Without ``since`` the week begins with the first that was kept, else today.
    ``now``: the time of day where the person is; today has nothing earlier. None: the day has not begun.
    Raises InputError for a negative ``missed`` and for a week that is not the week of ``today``.
    """
    if missed < 0:
        raise InputError(f"The number of missed sessions can not be {missed}. Please give zero or more.")
    if since is None and kept:
        since = min(today, *(session.day for session in kept))
    gone = 0 if since is None else (today - since).days
    if not 0 <= gone < 7:
        raise InputError(f"A week that began on {since} does not hold {today}; please make a new one.")
    screening = screen(profile)
    if screening.outcome in ("hold", "no-plan"):  # safety says no: no number below can change that
        return _none(screening)
    offer, aim = offer_of(
        profile,
        screening,
        today=today,
        bouts=bouts,
        checkins=checkins,
        answers=answers,
        missed=missed,
        offered=offered,
    )
    if since is not None and gone:  # what was done since the week began must not raise what it asks for
        earlier = [bout for bout in bouts if bout.day < since]
        first = standing(profile, today=since, bouts=earlier, checkins=checkins)
        asked = goal(profile, first, screening.limits, missed=missed).sessions
        aim = replace(aim, sessions=min(aim.sessions, asked))
    done = so_far(offer.standing, kept, since)
    sessions, minutes = left_of(aim, done)
    steps = [*done.steps, *aim.steps]
    if minutes < aim.minutes:
        steps.append(step("goal of a session in the rest of the week", minutes, "minutes", "so-far"))
    offer = replace(offer, minutes=minutes, steps=tuple(steps))
    ahead = [today + timedelta(days=one) for one in range(7 - gone)]
    find = partial(
        openings,
        profile,
        screening.limits,
        days=[day for day in ahead if day not in done.days],
        sessions=sessions,
        minutes=minutes,
        early=any(barrier.early for barrier in offer.barriers),
        meetings=meetings(places),
        now=None if now is None else datetime.combine(today, now),
    )
    room = find(busy=busy)
    filled = fill(
        offer, room, done, sessions=sessions, minutes=aim.total - done.minutes, rng=rng, places=places
    )
    over = gone == 6 and bool(sessions and not room.parts) and not find().parts
    message = LAST_DAY if over else _message(offer, filled, room, done, sessions=sessions)
    kind = [
        *left_out(profile, screening.limits),
        *reasons.left_out(filled.found.left_out),
    ]
    trace = {
        "sentence": str(message),
        "parts": {"left_out": {**said(kind), "rules": _rules(screening)}},
        "steps": [
            *offer.steps,
            step("minutes planned", sum(one.minutes for one in filled.week), "minutes", "week-growth"),
            step("places in the week", len(room.parts), "sessions", "spacing" if room.asked else "times"),
            *steps_of(filled.solution),
        ],
        "group": filled.group.id if filled.group else None,
        "versions": versions(version()),
    }
    return Plan(filled.week, screening.outcome, screening.constraints, message, trace)


def _message(offer: Offer, filled: Filled, room: Openings, done: SoFar, *, sessions: int) -> Words:
    week, profile, stands = filled.week, offer.profile, offer.standing
    if not sessions:
        return Words(
            "What you did this week counts, and it is all that this week asks for. Rest is part of it."
        )
    if not week:
        return Words(
            "Your calendar leaves no free time this week. Two minutes count at any time, and so does rest."
        )
    total = sum(session.minutes for session in week)
    said = [sentences.greeting(len(week), total, gap=stands.gap, low=stands.low)]
    if done.sessions:
        said.append(Words("What you did this week is counted in."))
    said += [sentences.LET_GO[name] for name in filled.found.relaxed[-1:]]
    if profile.minutes_per_week is not None and profile.minutes_per_week < number("smallest", "minutes"):
        said.append(Words("You offered less than two minutes this week, so take or leave these two minutes."))
    said += left_out(profile, offer.screening.limits)[:1]  # homework that waits: one of them says it
    if not room.asked:
        mornings = all(session.time.hour < NOON for session in week)
        said.append(NO_TIMES[bool(profile.windows), mornings])
    elif len(week) < sessions:
        said.append(Words("The times you gave have room for this much. More times would give more choice."))
    if filled.group and not any(is_group(catalogue()[one.activity]) for one in week):
        said.append(
            Words(
                "If you would like company this week, this fits you too: {activity}.",
                {"activity": Words(sentences.inner(filled.group.name))},
            )
        )
        if waits(filled.group, profile):
            said.append(Words("If you know of a group, you can add it under Places and groups."))
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
