"""What the sessions of a week are made from: a person as they stand today, and the minutes and scores that each activity gets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cached_property
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import Activity
from ambulando.plan.alongside import wanted
from ambulando.plan.barriers import Barrier, barriers
from ambulando.plan.candidates import Candidates, candidates, likes
from ambulando.plan.doing import Doing, Offered, learn, offer_rows
from ambulando.plan.effort import ceiling
from ambulando.plan.progression import Cap, Goal, cap, goal, mastery, planned_week
from ambulando.plan.rules import number, whole
from ambulando.plan.score import Answer, Scored, Scoring, answer_of
from ambulando.plan.standing import CheckIn, Standing, loaded, standing
from ambulando.plan.trace import Step
from ambulando.safety.profile import Homework, Profile
from ambulando.safety.screen import Screening


@dataclass(frozen=True)
class Offer:
    """What every session of a week is made from. ``minutes``: the goal of one session; ``steps``: how it came about;
    ``doing``: what was learned of this person's doing.
    """

    profile: Profile
    standing: Standing
    screening: Screening
    minutes: int
    light_only: bool
    barriers: tuple[Barrier, ...]
    answers: Mapping[str, Any]
    steps: tuple[Step, ...]
    doing: Doing

    def longest(self, activity: Activity) -> int:
        """The most minutes that one session of this activity may take: the same for all of its kind and load."""
        if (known := self._longest.get(activity.id)) is None:
            kind = (activity.modality, loaded(activity), likes(self.profile, activity))
            if kind not in self._of_kind:
                self._of_kind[kind] = self.cap(activity).minutes
            known = self._longest[activity.id] = self._of_kind[kind]
        return known

    def most(self, activity: Activity, share: float, *, small: bool) -> int:
        """The minutes of a session of this activity where its place has room for them."""
        key = (activity.id, share, small)
        if (known := self._most.get(key)) is None:
            agreed = self.homework.get(activity.id)
            goal = min(self.minutes, self.longest(activity))
            if small and agreed is None:
                goal = min(goal, whole("smallest", "longest"))
            if agreed is not None and agreed.minutes is not None:
                goal = min(goal, agreed.minutes)
            known = self._most[key] = min(goal, max(int(goal * share), whole("smallest", "minutes")))
        return known

    @cached_property
    def _most(self) -> dict[tuple[str, float, bool], int]:
        return {}

    def cap(self, activity: Activity) -> Cap:
        """The same with the step that says why."""
        liked = likes(self.profile, activity)
        return cap(activity, self.standing, self.screening.limits, liked=liked)

    @cached_property
    def _longest(self) -> dict[str, int]:
        return {}

    @cached_property
    def _of_kind(self) -> dict[tuple[str, bool, bool], int]:
        return {}

    @cached_property
    def told(self) -> dict[str, Answer | None]:
        """The person's own answer by modality."""
        return {modality: answer_of(given) for modality, given in self.answers.items()}

    @cached_property
    def scoring(self) -> Scoring:
        """The scores of this person's sessions."""
        return Scoring(self.profile, self.standing, self.barriers, self.told, self.doing)

    @cached_property
    def homework(self) -> Mapping[str, Homework]:
        """What was agreed on in therapy and is safe, by activity."""
        return {one.activity: one for one in wanted(self.profile, self.screening.limits)}


def offer_of(
    profile: Profile,
    screening: Screening,
    *,
    today: date,
    bouts: Sequence[Bout] = (),
    checkins: Sequence[CheckIn] = (),
    answers: Mapping[str, Any] | None = None,
    missed: int = 0,
    offered: Sequence[Offered] = (),
) -> tuple[Offer, Goal]:
    """What sessions for this person are made from today, and the goal of the week behind it."""
    stands = standing(profile, today=today, bouts=bouts, checkins=checkins)
    aim = goal(
        profile,
        stands,
        screening.limits,
        missed=missed,
        mastered=mastery([one.done for one in offered]),
        planned=planned_week([(one.day, one.minutes, one.done) for one in offered], today),
        offers=offer_rows(offered),
    )
    named = tuple(barriers()[name] for name in profile.barriers)
    doing = learn(offered, profile=profile, standing=stands, barriers=named)
    offer = Offer(
        profile, stands, screening, aim.minutes, aim.light_only, named, answers or {}, aim.steps, doing
    )
    return offer, aim


def candidates_of(offer: Offer, *, hot: bool, light: bool = False, asked: Collection[str] = ()) -> Candidates:
    """What may be offered, growth limits included. ``light``: nothing that loads. ``asked``: see ``candidates``."""
    smallest = whole("smallest", "minutes")
    return candidates(
        offer.profile,
        offer.standing,
        offer.screening.limits,
        light_only=offer.light_only,
        hot=hot,
        startable=lambda activity: offer.longest(activity) >= smallest and not (light and loaded(activity)),
        asked=asked,
    )


def options(
    offer: Offer,
    pool: Sequence[Activity],
    *,
    room: int,
    day: date,
    at: time,
    others: Sequence[Activity] = (),
    relaxed: tuple[str, ...] = (),
) -> list[Scored]:
    """Every activity of the pool with its score at the minutes that it would get here, beside the ``others`` of the week."""
    scored = scored_at(
        offer,
        [
            (activity, minutes_for(offer, activity, room=room, day=day, relaxed=relaxed), at)
            for activity in pool
        ],
    )
    return [
        replace(one, total=one.total - less) if (less := repeated(one.activity, others)) else one
        for one in scored
    ]


def scored_at(offer: Offer, sessions: Sequence[tuple[Activity, int, time]]) -> list[Scored]:
    """The scores of sessions (activity, minutes, when), in their order."""
    return offer.scoring.scores(sessions)


def minutes_for(
    offer: Offer, activity: Activity, *, room: int, day: date, relaxed: tuple[str, ...] = ()
) -> int:
    """The minutes of a session of this activity: the goal within growth, safety and the room of its place.

    Homework takes what was agreed on where that is less. Safety's share of a bad day comes off last.
    """
    return min(offer.most(activity, share_of(offer, day), small="dislikes" in relaxed), room)


def effort_of(offer: Offer, activity: Activity) -> Step:
    """How hard growth lets this activity be, as a step."""
    liked, named = likes(offer.profile, activity), activity.id in offer.profile.likes
    return ceiling(activity, offer.standing, offer.screening.limits, liked=liked, named=named).step


def share_of(offer: Offer, day: date) -> float:
    """What part of the minutes is left on this day: less than all only today, on a day of a flare or of little energy."""
    if day != offer.standing.today:
        return 1.0
    return offer.screening.limits.share * energy_share(offer.standing.energy)


def energy_share(energy: float | None) -> float:
    """What part of a session little energy (0 to 10) leaves: with almost none nothing, and the smallest version is what stays."""
    if energy is None or energy > number("low-energy", "energy"):
        return 1.0
    return 0.0 if energy <= number("low-energy", "almost_none") else number("low-energy", "factor")


def repeated(activity: Activity, others: Sequence[Activity]) -> float:
    """What variety takes off the score of an activity beside the others of the week."""
    same = sum(entry.id == activity.id for entry in others)
    kind = sum(entry.modality == activity.modality for entry in others)
    return same * number("variety", "same_activity") + kind * number("variety", "same_kind")
