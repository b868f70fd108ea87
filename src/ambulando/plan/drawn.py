"""A session that a draw of the person's own comparison decided: what may be drawn, and the drawn one with its trace.

A draw never widens what is offered. Safety, growth limits and the person's own wishes come first; chance decides among
what they leave.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity, catalogue
from ambulando.ground import Words, stored
from ambulando.plan.candidates import likes, unsafe, waits
from ambulando.plan.choose import Choice
from ambulando.plan.compose import compose
from ambulando.plan.offer import Offer, candidates_of, offer_of, options
from ambulando.plan.progression import cap, goal, week_total
from ambulando.plan.rules import whole
from ambulando.plan.schedule import Slot, is_hot
from ambulando.plan.session import Session
from ambulando.plan.standing import CheckIn, Standing, loaded
from ambulando.plan.trace import step
from ambulando.safety.limits import Limits
from ambulando.safety.profile import Profile
from ambulando.safety.screen import screen

#: the hour for a drawn session that would lie in the hot hours of somebody whom heat is not for
COOL = 8


@dataclass(frozen=True)
class Scope:
    """What a draw may decide between for one person: ``longest`` minutes by activity id, the plan's usual ``minutes`` of
    a session and ``sessions`` of a week, and the hours that safety leaves. Nothing at all where safety holds the plan.
    """

    longest: Mapping[str, int]
    minutes: int
    sessions: int
    earliest_hour: int | None
    latest_hour: int | None

    def has(self, activity_id: str, minutes: int) -> bool:
        """Whether this activity may be drawn at this length."""
        return minutes <= self.longest.get(activity_id, 0)


def scope(
    profile: Profile, *, today: date, bouts: Sequence[Bout] = (), checkins: Sequence[CheckIn] = ()
) -> Scope:
    """What a draw may decide between for this person now.

    Only what the plan itself may offer without letting go of a wish; the small share of a bad day binds that day alone.
    """
    offer = _offer(profile, today=today, bouts=bouts, checkins=checkins, answers={})
    if offer is None:
        return Scope({}, 0, 0, None, None)
    limits = offer.screening.limits
    found = candidates_of(offer, hot=False, asked=catalogue())
    kept = () if found.relaxed else found.kept
    longest = {
        entry.id: cap(entry, offer.standing, limits, liked=likes(profile, entry)).minutes for entry in kept
    }
    smallest = whole("smallest", "minutes")
    return Scope(
        {id_: most for id_, most in longest.items() if most >= smallest},
        offer.minutes,
        goal(profile, offer.standing, limits).sessions,
        limits.earliest_hour,
        limits.latest_hour,
    )


def still_right(name: str, limits: Limits) -> bool:
    """Whether these limits of safety leave an activity (or any of a modality) that was agreed on earlier."""
    return limits.max_minutes != 0 and any(
        unsafe(entry, limits) is None for entry in _named(name, catalogue().values())
    )


def drawn(
    chosen: str,
    *,
    chance: float,
    among: Mapping[str, float],
    minutes: int | None,
    at: time,
    profile: Profile,
    today: date,
    bouts: Sequence[Bout] = (),
    checkins: Sequence[CheckIn] = (),
    answers: Mapping[str, Any] | None = None,
    near: Sequence[str] = (),
    used: int | None = None,
) -> Session | None:
    """The session of today for ``chosen``, an activity or a modality, as the draw decided; None when it is not for the person now.

    ``chance``: with which the draw came out so. ``among``: what it decided between, with the chances (one alone, where
    the draw is about something else). ``minutes``: what was agreed, else what the plan would give; growth limits and a
    day of a flare make it shorter, nothing makes it longer. Of a modality the activity with the best score is taken.
    ``near``: activities planned for the day before and the day after, since loaded kinds are never on two days in a row.
    ``used``: where it would be one more session, the minutes of the week so far; it stays within what a week may have.
    """
    offer = _offer(profile, today=today, bouts=bouts, checkins=checkins, answers=answers or {})
    if offer is None:
        return None
    limits = offer.screening.limits
    asked = minutes or offer.minutes
    if used is not None:
        asked = min(asked, week_total(profile, offer.standing, limits)[0] - used)
    if asked < whole("smallest", "minutes"):
        return None
    offer = replace(offer, minutes=asked)
    hot = limits.no_heat and _hot(at, offer.minutes)
    if hot:  # all options at the same hours, so that the heat does not choose among them
        at = time(max(COOL, limits.earliest_hour or 0))
        hot = _hot(at, offer.minutes)
    found = candidates_of(offer, hot=hot, asked=among)
    kept = () if found.relaxed else found.kept
    kept = tuple(entry for entry in kept if entry.id in among or not waits(entry, profile))
    best = {
        name: max(
            options(offer, pool, room=offer.minutes, day=today, at=at),
            key=lambda one: (one.total, one.activity.id),
        )
        for name in among
        if (pool := _named(name, kept))
    }
    if chosen not in best or _too_soon(best[chosen].activity, offer.standing, near):
        return None
    choice = Choice(best[chosen], chance, tuple((best[name], among[name]) for name in best))
    return _told(compose(offer, found, choice, Slot(today, at, offer.minutes, hot)), chance)


def _too_soon(entry: Activity, stands: Standing, near: Sequence[str]) -> bool:
    """Whether this is a loaded kind beside another one."""
    yesterday = [bout.activity for bout in stands.bouts if (stands.today - bout.day).days == 1]
    return loaded(entry) and any(loaded(catalogue()[id_]) for id_ in (*yesterday, *near))


def _hot(at: time, minutes: int) -> bool:
    start = at.hour * 60 + at.minute
    return is_hot(start, start + minutes)


def _named(name: str, entries: Iterable[Activity]) -> list[Activity]:
    """The activity of this id, or those of this modality."""
    return [entry for entry in entries if name in (entry.id, entry.modality)]


def _told(session: Session, chance: float) -> Session:
    """The same session, whose trace says first of all that a draw decided it."""
    said = Words(
        "A draw decided this, as you agreed for your comparison. The chance was {chance} %.",
        {"chance": f"{100 * chance:.0f}"},
    )
    decided = step(Words("decided by a draw"), chance, "chance", "comparison")
    trace = {
        **session.trace,
        "sentence": str(said),
        "words": stored(said),
        "steps": [decided, *session.trace["steps"]],
    }
    return replace(session, probability=chance, trace=trace)


def _offer(
    profile: Profile,
    *,
    today: date,
    bouts: Sequence[Bout],
    checkins: Sequence[CheckIn],
    answers: Mapping[str, Any],
) -> Offer | None:
    screening = screen(profile)
    if screening.outcome in ("hold", "no-plan") or screening.limits.max_minutes == 0:
        return None
    return offer_of(profile, screening, today=today, bouts=bouts, checkins=checkins, answers=answers)[0]
