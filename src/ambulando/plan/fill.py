"""What fills the places of a person's week: the programme that chooses all sessions together, and the lots after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import islice
from random import Random
from typing import NamedTuple

from ambulando.activity.catalogue import Activity, catalogue
from ambulando.plan.candidates import Candidates, waits
from ambulando.plan.choose import Choice, choose
from ambulando.plan.compose import compose
from ambulando.plan.offer import Offer, candidates_of, minutes_for, options
from ambulando.plan.places import Place, fitting, leading
from ambulando.plan.programme import Entry, Option, Programme, Solution, solve
from ambulando.plan.rules import number, whole
from ambulando.plan.schedule import Openings, Slot
from ambulando.plan.score import Scored
from ambulando.plan.session import Session
from ambulando.plan.so_far import SoFar
from ambulando.plan.standing import Standing, loaded
from ambulando.plan.trace import Step, step

#: scores that differ by less than this are alike: the earlier time of the day is taken
ALIKE = 1e-9


@dataclass(frozen=True)
class Filled:
    """``week``: the sessions in order of time; ``found``: the candidates for which most wishes were let go of;
    ``solution``: how the programme ended; ``group``: the best choice with others, None where the person is not open to it
    or none fits.
    """

    week: tuple[Session, ...]
    found: Candidates
    solution: Solution
    group: Activity | None


class _Ranked(NamedTuple):
    """An activity with its score."""

    total: float
    activity: Activity


@dataclass(frozen=True)
class _Pools:
    """What may be offered in the cool hours and in the hot ones, and all of it with scores, the best first."""

    cool: Candidates
    hot: Candidates
    ordered: tuple[_Ranked, ...]

    def at(self, slot: Slot) -> Candidates:
        return self.hot if slot.hot else self.cool

    @cached_property
    def ids(self) -> Mapping[bool, frozenset[str]]:
        """What may be offered in the hot hours (True) and in the others, by id."""
        return {
            hot: frozenset(activity.id for activity in pool.kept)
            for hot, pool in ((False, self.cool), (True, self.hot))
        }


@dataclass(frozen=True)
class _Taken:
    """A place that is filled: its slot, the activity and its minutes."""

    slot: Slot
    activity: Activity
    minutes: int


def fill(
    offer: Offer,
    room: Openings,
    done: SoFar,
    *,
    sessions: int,
    minutes: int,
    rng: Random,
    places: Sequence[Place] = (),
) -> Filled:
    """So many sessions in these openings, ``minutes`` in all at most, beside what was ``done`` of the week so far.

    One draw of ``rng`` for every session. The probability of a session is the one with which the lots gave it, as the rest
    of the week stood at that moment.
    """
    leaders = leading(places)
    pools = _pools(offer, room)
    named = _group(offer, pools)
    pools = _with_leaders(offer, pools, room, leaders)
    group = _group(offer, pools)
    if not sessions or not room.parts:
        return Filled((), pools.cool, Solution((), "programme"), named)
    programme, times = _programme(
        offer, pools, room, done, sessions=sessions, minutes=minutes, group=group, leaders=leaders
    )
    solution = solve(programme)
    if (
        not solution.chosen
    ):  # all of it loads, the day after a loaded one: something that does not, though less wished for
        pools = _with_leaders(offer, _pools(offer, room, light=True), room, leaders)
        programme, times = _programme(
            offer, pools, room, done, sessions=sessions, minutes=minutes, group=group, leaders=leaders
        )
        solution = solve(programme)
    taken = [
        _Taken(
            times[pair],
            catalogue()[programme.options[pair[1]].id],
            programme.entries[pair].minutes,
        )
        for pair in solution.chosen
    ]
    made: list[tuple[Choice, _Taken, list[Activity]]] = []
    for turn, assigned in enumerate(taken):
        others = [*taken[:turn], *taken[turn + 1 :]]
        beside = [activity for _, activity in done.kept] + [one.activity for one in others]
        lots = _lots(offer, pools, assigned, others, done, minutes=minutes, beside=beside, leaders=leaders)
        choice = choose(lots, rng)
        chosen = choice.chosen.activity
        taken[turn] = replace(
            assigned, activity=chosen, minutes=_minutes(offer, pools, chosen, assigned.slot)
        )
        made.append((choice, taken[turn], beside))
    week = tuple(
        compose(
            offer,
            pools.at(one.slot),
            choice,
            one.slot,
            turn=turn,
            others=beside,
            asked=room.asked,
            steps=_steps(
                solution, one.slot, [*done.days, *(other.slot.day for other in taken if other is not one)]
            ),
            places=places,
        )
        for turn, (choice, one, beside) in enumerate(made)
    )
    used = [pools.at(one.slot) for one in taken]
    return Filled(week, max(used, key=lambda one: len(one.relaxed), default=pools.cool), solution, named)


def _pools(offer: Offer, room: Openings, *, light: bool = False) -> _Pools:
    """What may be offered, best first by its score at the first time of the week. ``light``: nothing that loads."""
    slots = [slot for part in room.parts for slot in part if not slot.meets]
    cool = candidates_of(offer, hot=False, light=light)
    hot = (
        candidates_of(offer, hot=True, light=light)
        if any(slot.hot for part in room.parts for slot in part)
        else cool
    )
    if not slots:
        return _Pools(cool, hot, ())
    every = {activity.id: activity for activity in (*cool.kept, *hot.kept)}.values()
    relaxed = max(cool.relaxed, hot.relaxed, key=len)
    last, first = slots[-1].day, slots[0].time
    longest = max(slot.minutes for slot in slots)
    totals = offer.scoring.totals(
        [
            (activity, minutes_for(offer, activity, room=longest, day=last, relaxed=relaxed), first)
            for activity in every
        ]
    )
    ranked = map(_Ranked, totals, every)
    return _Pools(cool, hot, tuple(sorted(ranked, key=lambda one: (-one.total, one.activity.id))))


def _with_leaders(offer: Offer, pools: _Pools, room: Openings, leaders: Sequence[Place]) -> _Pools:
    """The pools without what somebody leads where no group is known for it at any time of the week."""
    slots = [slot for part in room.parts for slot in part]
    kept = [
        one
        for one in pools.ordered
        if not waits(one.activity, offer.profile)
        or any(_opens(offer, pools, one.activity, slot, leaders) for slot in slots)
    ]
    return replace(pools, ordered=tuple(kept))


def _opens(offer: Offer, pools: _Pools, activity: Activity, slot: Slot, leaders: Sequence[Place]) -> bool:
    """Whether an activity may be in a slot as far as groups go: what a group does when it meets, all else at all other times."""
    if activity.id not in pools.ids[slot.hot]:
        return False
    if not slot.meets:
        return not waits(activity, offer.profile) or _led(offer, pools, activity, slot, leaders)
    return activity.supervised and _led(offer, pools, activity, slot, leaders)


def _led(offer: Offer, pools: _Pools, activity: Activity, slot: Slot, leaders: Sequence[Place]) -> bool:
    return bool(leaders) and (
        fitting(
            activity,
            leaders,
            day=slot.day,
            time=slot.time,
            minutes=_minutes(offer, pools, activity, slot),
            profile=offer.profile,
        )
        is not None
    )


def is_group(activity: Activity) -> bool:
    """Whether an activity is with others, or led by somebody."""
    return activity.supervised or activity.company == "together"


def _group(offer: Offer, pools: _Pools) -> Activity | None:
    if offer.profile.company == "alone":
        return None
    return next((one.activity for one in pools.ordered if is_group(one.activity)), None)


def _shortlist(offer: Offer, pools: _Pools, *, group: Activity | None) -> list[Activity]:
    """What the programme chooses from: the best, no more of a kind than there are sessions, with some that do not load,
    homework and a choice with others.
    """
    most = whole("programme", "options")
    less, short = number("variety", "same_kind"), list[Activity]()
    kinds: dict[str, list[_Ranked]] = {}  # of each kind the next one waits: what comes after it is worth less
    for one in reversed(pools.ordered[: 4 * most]):
        kinds.setdefault(one.activity.modality, []).append(one)
    ahead = {kind: (-left[-1].total, left[-1].activity.id) for kind, left in kinds.items()}
    taken = dict.fromkeys(kinds, 0)
    while ahead and len(short) < most:
        best = min(ahead, key=ahead.__getitem__)
        short.append(kinds[best].pop().activity)
        taken[best] += 1
        if kinds[best]:
            following = kinds[best][-1]
            ahead[best] = (-following.total + less * taken[best], following.activity.id)
        else:
            del ahead[best]
    needed = [one.activity for one in pools.ordered if one.activity.id in offer.homework]
    needed += [group] if group else []
    for ids in pools.ids.values():  # something for every hour, and for the day after a loaded one
        inside = [one.activity for one in pools.ordered if one.activity.id in ids]
        needed += inside[:1]
        needed += list(islice((activity for activity in inside if not loaded(activity)), 1))
    return list({activity.id: activity for activity in (*short, *needed)}.values())


def _programme(
    offer: Offer,
    pools: _Pools,
    room: Openings,
    done: SoFar,
    *,
    sessions: int,
    minutes: int,
    group: Activity | None,
    leaders: Sequence[Place] = (),
) -> tuple[Programme, dict[tuple[int, int], Slot]]:
    """The programme of this week, and the slot behind each of its entries: of a day's slots the one worth most."""
    short = _shortlist(offer, pools, group=group)
    asked = []
    heavy = [loaded(activity) for activity in short]
    for place, part in enumerate(room.parts):
        fewest = min(len(pools.at(slot).relaxed) for slot in part)
        near = _near_loaded(offer.standing, done, part[0].day)
        here = [slot for slot in part if len(pools.at(slot).relaxed) == fewest]
        for index, activity in enumerate(short):
            if near and heavy[index]:
                continue
            for slot in here:
                if _opens(offer, pools, activity, slot, leaders):
                    asked.append((place, index, slot, _minutes(offer, pools, activity, slot)))
    first = next((slot for _, index, slot, _ in asked if slot.meets and short[index] is group), None)
    keys = list({(index, each, slot.time): None for _, index, slot, each in asked})
    totals = dict(
        zip(
            keys,
            offer.scoring.totals([(short[index], each, at) for index, each, at in keys]),
            strict=True,
        )
    )
    entries: dict[tuple[int, int], Entry] = {}
    slots: dict[tuple[int, int], Slot] = {}
    for place, index, slot, each in asked:
        worth = totals[index, each, slot.time]
        if offer.profile.company and short[index] is group and slot is first:
            worth += number("place", "meets")
        if (place, index) not in entries or worth > entries[place, index].worth + ALIKE:
            entries[place, index] = Entry(each, worth)
            slots[place, index] = slot
    kept = [activity for _, activity in done.kept]
    return (
        Programme(
            days=room.days,
            options=tuple(_option(offer, activity, kept, group=group) for activity in short),
            entries=entries,
            sessions=sessions,
            minutes=minutes,
            fixed=tuple(sorted(done.days)),
            last=offer.standing.bouts[-1].day if offer.standing.bouts else None,
        ),
        slots,
    )


def _option(offer: Offer, activity: Activity, kept: Sequence[Activity], *, group: Activity | None) -> Option:
    before = sum(one.id == activity.id for one in kept)
    agreed = offer.homework.get(activity.id)
    return Option(
        id=activity.id,
        modality=activity.modality,
        loaded=loaded(activity),
        # who did not say is told of one, and not sent to it
        group=bool(offer.profile.company)
        and group is not None
        and is_group(activity)
        and not any(map(is_group, kept)),
        before=before,
        kind_before=sum(one.modality == activity.modality for one in kept),
        wanted=max(agreed.times - before, 0) if agreed else 0,
    )


def _minutes(offer: Offer, pools: _Pools, activity: Activity, slot: Slot) -> int:
    return minutes_for(offer, activity, room=slot.minutes, day=slot.day, relaxed=pools.at(slot).relaxed)


def _near_loaded(stands: Standing, done: SoFar, day: date) -> bool:
    """Whether a loaded kind was done, or stays planned, the day before, after or on this one."""
    entries = catalogue()
    before = [(bout.day, entries[bout.activity]) for bout in stands.bouts if (day - bout.day).days <= 1]
    return any(loaded(activity) and abs((day - other).days) <= 1 for other, activity in (*before, *done.kept))


def _lots(
    offer: Offer,
    pools: _Pools,
    assigned: _Taken,
    others: Sequence[_Taken],
    done: SoFar,
    *,
    minutes: int,
    beside: Sequence[Activity],
    leaders: Sequence[Place] = (),
) -> list[Scored]:
    """What lots may be drawn among in a place: what keeps every rule of the week as the rest of it stands.

    Homework that is still asked for, and the one choice with others, stay what they are.
    """
    slot, left = assigned.slot, minutes - sum(one.minutes for one in others)
    near = _near_loaded(offer.standing, done, slot.day) or any(
        loaded(one.activity) and abs((slot.day - one.slot.day).days) <= 1 for one in others
    )
    agreed = offer.homework.get(assigned.activity.id)
    if agreed and sum(one.id == assigned.activity.id for one in beside) < agreed.times:
        pool = [assigned.activity]
    else:
        # the one choice with others of who is open to it
        alone = (
            offer.profile.company in ("either", "together")
            and is_group(assigned.activity)
            and not any(map(is_group, beside))
        )
        pool = [one.activity for one in pools.ordered[: whole("programme", "lots")]]
        pool = [
            activity
            for activity in {one.id: one for one in (assigned.activity, *pool)}.values()
            if _opens(offer, pools, activity, slot, leaders)
            and not (near and loaded(activity))
            and (is_group(activity) or not alone)
            and _minutes(offer, pools, activity, slot) <= left
        ]
    return options(
        offer,
        pool,
        room=slot.minutes,
        day=slot.day,
        at=slot.time,
        others=beside,
        relaxed=pools.at(slot).relaxed,
    )


def steps_of(solution: Solution) -> list[Step]:
    """How the programme of a week ended."""
    name = "chosen together with the other sessions"
    if solution.by != "programme":
        name = "chosen one after the other, as the programme found no best week"
    return [step(name, len(solution.chosen), "sessions", "programme")]


def _steps(solution: Solution, slot: Slot, days: Sequence[date]) -> list[Step]:
    """How a session came to its place: beside which others, and how far from the nearest one."""
    apart = [abs((slot.day - day).days) for day in days]
    nearest = [step("days to the nearest session", min(apart), "days", "spacing")] if apart else []
    return [*steps_of(solution), *nearest]
