"""What a week that is made anew holds already: what was kept of it, and what was done unplanned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from ambulando.activity.catalogue import Activity, catalogue
from ambulando.plan.progression import Goal
from ambulando.plan.rules import number, whole
from ambulando.plan.session import Session
from ambulando.plan.standing import Standing
from ambulando.plan.trace import Step, step


@dataclass(frozen=True)
class SoFar:
    """``sessions`` and ``minutes`` so far, the ``days`` they lie on, and the activities of the sessions that were kept."""

    sessions: int
    minutes: int
    days: frozenset[date]
    kept: tuple[tuple[date, Activity], ...]

    @property
    def steps(self) -> list[Step]:
        """For the trace of what is planned beside it."""
        if not self.days and not self.minutes:
            return []
        return [
            step("done or begun this week", self.sessions, "sessions", "so-far"),
            step("minutes of this week so far", self.minutes, "minutes", "so-far"),
        ]


def so_far(stands: Standing, kept: Sequence[Session], since: date | None) -> SoFar:
    """What counts of a week that began on ``since`` (None: it begins today): the sessions that stay, and every other day
    on which something was done, be it two minutes.

    A bout of the same day and activity as a session that was kept is that session.
    """
    left = [bout for bout in stands.bouts if since is not None and since <= bout.day]
    minutes = 0.0
    for session in kept:
        same = next(
            (bout for bout in left if (bout.day, bout.activity) == (session.day, session.activity)), None
        )
        if same is not None:
            left.remove(same)
        minutes += max(session.minutes, same.minutes if same else 0)
    planned = {session.day for session in kept}
    by_day: dict[date, float] = {}
    for bout in left:
        by_day[bout.day] = by_day.get(bout.day, 0.0) + bout.minutes
    unplanned = {day for day, each in by_day.items() if each >= number("smallest", "minutes")} - planned
    return SoFar(
        len(kept) + len(unplanned),
        ceil(minutes + sum(by_day.values()) - 1e-9),
        frozenset(planned | unplanned),
        tuple((session.day, catalogue()[session.activity]) for session in kept),
    )


def left_of(aim: Goal, done: SoFar) -> tuple[int, int]:
    """How many sessions are still to be planned and their minutes, so that the week stays within its goal and its total."""
    sessions, minutes = max(aim.sessions - done.sessions, 0), max(aim.total - done.minutes, 0)
    short = min(aim.minutes, whole("smallest", "longest"))
    while sessions > 1 and minutes // sessions < short:
        sessions -= 1
    if not sessions or minutes // sessions < min(whole("smallest", "minutes"), aim.minutes):
        return 0, aim.minutes
    return sessions, min(aim.minutes, minutes // sessions)
