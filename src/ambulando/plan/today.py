"""The one suggestion of a day, and its three ways out: smaller, swap, not today (which needs no function)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from random import Random
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity, activity
from ambulando.ground import Words
from ambulando.plan.candidates import likes, unsafe
from ambulando.plan.choose import choose
from ambulando.plan.compose import compose
from ambulando.plan.doing import Offered
from ambulando.plan.offer import candidates_of, minutes_for, offer_of, scored_at
from ambulando.plan.places import Place, known, leading
from ambulando.plan.rules import number, whole
from ambulando.plan.schedule import Slot, is_hot
from ambulando.plan.session import Session, with_minutes, without_place
from ambulando.plan.standing import CheckIn
from ambulando.plan.trace import step
from ambulando.safety.limits import INTENSITIES, Limits
from ambulando.safety.profile import Profile
from ambulando.safety.screen import screen


def suggestion(sessions: Sequence[Session], *, today: date, energy: float | None = None) -> Session | None:
    """What to offer today from the ``sessions`` that are still open; None without any that lie ahead.

    The session of today; on a rest day the smallest version of the next one. Low ``energy`` (0-10, as of now) makes it
    smaller, unless the week was planned for low energy already; almost none gives the smallest version.
    """
    ahead = sorted(
        (session for session in sessions if session.day >= today), key=lambda one: (one.day, one.time)
    )
    if not ahead:
        return None
    first = ahead[0]
    if first.day > today:
        return moved(_smallest(first, "rest day"), today)
    if energy is None or energy > number("low-energy", "energy"):
        return first
    if energy <= number("low-energy", "almost_none"):
        return _smallest(first, "smallest version")
    planned_low = any(one["rule"] == "low-energy" for one in first.trace["steps"])
    if planned_low:
        return first
    return shorter(
        first, number("low-energy", "factor"), name="shorter when energy is low", rule="low-energy"
    )


def moved(session: Session, day: date) -> Session:
    """The session on another day. A place that meets or opens by the day was for its own, and is not named any more."""
    other = replace(session, day=day)
    if day == session.day or not session.trace.get("place", {}).get("when"):
        return other
    return without_place(other, step("place was for", session.day.isoformat(), "", "place"))


#: the step of a trace for a session that safety made shorter for one day
SHARE = "share of today"
#: what a week says that is made on a day of illness
WHEN_ILL = Words("On a day of illness you rest. After it you begin with less.")
#: the step of a trace for a session that an illness made shorter
AFTER_ILLNESS = "smaller after an illness"


def shorter(session: Session, share: float, *, name: str = SHARE, rule: str = "safety-minutes") -> Session:
    """This share of a session, never less than its smallest version; for a day of a flare, or the first one after an illness."""
    minutes = min(max(int(session.minutes * share), _least()), session.minutes)
    made = with_minutes(session, minutes, "half" if session.size == "full" else session.size)
    noted = step(name, minutes, "minutes", rule)
    return replace(made, trace={**made.trace, "steps": [*made.trace["steps"], noted]})


def when_ill(week: Sequence[Session], today: date) -> tuple[Session, ...]:
    """The week of somebody who is ill today: nothing of today, and the first session after it smaller.

    Where there is none after it, the smallest version of today's stays open.
    """
    ahead = [one for one in week if one.day > today]
    if not ahead:
        return tuple(_smallest(one, AFTER_ILLNESS) for one in week[:1])
    share = number("after-illness", "factor")
    return (shorter(ahead[0], share, name=AFTER_ILLNESS, rule="after-illness"), *ahead[1:])


def within(session: Session, limits: Limits) -> Session | None:
    """The session as it may go on within these limits: shorter where it has to be, None where it is not for the person."""
    if limits.max_minutes == 0 or unsafe(activity(session.activity), limits) is not None:
        return None
    if limits.max_minutes is None or session.minutes <= limits.max_minutes:
        return session
    return with_minutes(session, limits.max_minutes, "half")


def is_late(intensity: str, minutes: int, at: time, limits: Limits) -> bool:
    """Whether it is too late in the day, or in the night, to begin this for somebody who plans by day. Light is never too late."""
    if intensity == "light":
        return False
    early = limits.earliest_hour is not None and at.hour < limits.earliest_hour
    end = at.hour * 60 + at.minute + minutes
    return early or (limits.latest_hour is not None and end > limits.latest_hour * 60)


def is_hot_now(activity_id: str, minutes: int, at: time, limits: Limits) -> bool:
    """Whether this would be outside in the hot hours for somebody whom heat is not for."""
    start = at.hour * 60 + at.minute
    return limits.no_heat and activity(activity_id).place != "indoors" and is_hot(start, start + minutes)


def smaller(session: Session) -> Session:
    """Half of a session; then its smallest version of two to five minutes, which counts in full and stays."""
    half = session.minutes // 2
    if session.size == "full" and half >= whole("smallest", "longest"):
        return _noted(with_minutes(session, half, "half"), "half")
    return _smallest(session, "smallest version")


def swap(
    session: Session,
    profile: Profile,
    *,
    today: date,
    rng: Random,
    bouts: Sequence[Bout] = (),
    checkins: Sequence[CheckIn] = (),
    answers: Mapping[str, Any] | None = None,
    offered: Sequence[Offered] = (),
    places: Sequence[Place] = (),
) -> Session:
    """Another activity at the same day and time, liked where there is a liked one, safe, and no more demanding.

    No more demanding: no higher intensity or impact, no more minutes, no more MET-minutes. The same session where nothing
    else fits, or where safety holds the plan by now (then there is nothing to swap to; make the week anew).
    """
    screening = screen(profile)
    if screening.outcome in ("hold", "no-plan"):
        return session
    offer, _ = offer_of(
        profile,
        screening,
        today=today,
        bouts=bouts,
        checkins=checkins,
        answers=answers,
        offered=offered,
    )
    at = session.time.hour * 60 + session.time.minute
    hot = screening.limits.no_heat and is_hot(at, at + session.minutes)
    found = candidates_of(offer, hot=hot)
    before, led = activity(session.activity), leading(places)
    pool = [
        entry
        for entry in found.kept
        if _no_more(entry, before)
        and _room(entry, before, session) >= _least()
        and known(entry, led, day=session.day, time=session.time, minutes=session.minutes, profile=profile)
    ]
    pool = [entry for entry in pool if likes(profile, entry)] or pool
    if not pool:
        return session
    lengths = {
        entry.id: minutes_for(
            offer, entry, room=_room(entry, before, session), day=session.day, relaxed=found.relaxed
        )
        for entry in pool
    }
    choice = choose(scored_at(offer, [(entry, lengths[entry.id], session.time) for entry in pool]), rng)
    room = _room(choice.chosen.activity, before, session)
    swapped = compose(offer, found, choice, Slot(session.day, session.time, room, hot), places=places)
    return replace(swapped, trace={**swapped.trace, "size": session.size})


def _least() -> int:
    return whole("smallest", "minutes")


def _no_more(entry: Activity, before: Activity) -> bool:
    calmer = INTENSITIES.index(entry.intensity) <= INTENSITIES.index(before.intensity)
    return entry.id != before.id and calmer and entry.impact <= before.impact


def _room(entry: Activity, before: Activity, session: Session) -> int:
    """Minutes of the other activity that take no more MET-minutes, and no more time."""
    return min(session.minutes, int(session.minutes * before.met / entry.met + 1e-9))


def _smallest(session: Session, name: str) -> Session:
    minutes = min(max(session.minutes // 2, _least()), whole("smallest", "longest"), session.minutes)
    if session.size == "smallest":
        minutes = session.minutes
    return _noted(with_minutes(session, minutes, "smallest"), name)


def _noted(session: Session, name: str) -> Session:
    noted = step(name, session.minutes, "minutes", "smallest")
    return replace(session, trace={**session.trace, "steps": [*session.trace["steps"], noted]})
