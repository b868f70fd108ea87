"""From a place in the week and a draw to a session with its why and its trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ambulando.activity.catalogue import Activity, catalogue
from ambulando.evidence.base import version
from ambulando.evidence.modalities import finding
from ambulando.ground import Words, stored
from ambulando.plan import reasons, sentences
from ambulando.plan.barriers import Barrier
from ambulando.plan.candidates import Candidates, likes
from ambulando.plan.choose import Choice
from ambulando.plan.progression import cap
from ambulando.plan.rules import number, whole
from ambulando.plan.schedule import Slot
from ambulando.plan.score import Scored, answer_of, reach, score, score_steps, times
from ambulando.plan.session import Session, why_of
from ambulando.plan.standing import Standing
from ambulando.plan.trace import Step, row, step, versions
from ambulando.safety.profile import Profile
from ambulando.safety.screen import Screening
from ambulando.safety.screen import said as told


@dataclass(frozen=True)
class Offer:
    """What every session of a week is made from. ``minutes``: the goal of one session; ``steps``: how it came about."""

    profile: Profile
    standing: Standing
    screening: Screening
    minutes: int
    light_only: bool
    barriers: tuple[Barrier, ...]
    answers: Mapping[str, Any]
    steps: tuple[Step, ...]


def options(
    offer: Offer,
    pool: Sequence[Activity],
    *,
    room: int,
    day: date,
    planned: Sequence[Session] = (),
    relaxed: tuple[str, ...] = (),
) -> list[Scored]:
    """Every activity of the pool with its score at the minutes that it would get here."""
    scored = []
    for activity in pool:
        found = score(
            activity,
            minutes=minutes_for(offer, activity, room=room, day=day, relaxed=relaxed),
            profile=offer.profile,
            standing=offer.standing,
            barriers=offer.barriers,
            answer=answer_of(offer.answers.get(activity.modality)),
        )
        scored.append(replace(found, total=found.total - repeated(activity, planned)))
    return scored


def minutes_for(
    offer: Offer, activity: Activity, *, room: int, day: date, relaxed: tuple[str, ...] = ()
) -> int:
    """The minutes of a session of this activity: the goal within growth, safety and the room of its place."""
    limit = cap(
        activity, offer.standing, offer.screening.limits, liked=likes(offer.profile, activity)
    ).minutes
    small = whole("smallest", "longest") if "dislikes" in relaxed else offer.minutes
    goal = min(offer.minutes, limit, small)
    return min(goal, max(int(goal * share_of(offer, day)), whole("smallest", "minutes")), room)


def share_of(offer: Offer, day: date) -> float:
    """What part of the minutes safety leaves on this day: less than all only today, as on a day of a flare."""
    return offer.screening.limits.share if day == offer.standing.today else 1.0


def repeated(activity: Activity, planned: Sequence[Session]) -> float:
    """What variety takes off the score of an activity for the sessions that the week already holds."""
    entries = [catalogue()[session.activity] for session in planned]
    same = sum(entry.id == activity.id for entry in entries)
    kind = sum(entry.modality == activity.modality for entry in entries)
    return same * number("variety", "same_activity") + kind * number("variety", "same_kind")


def compose(
    offer: Offer,
    found: Candidates,
    choice: Choice,
    place: Slot,
    *,
    turn: int = 0,
    planned: Sequence[Session] = (),
    asked: bool = True,
) -> Session:
    """The session for a place. ``turn``: which of the week it is, so that two barriers take turns."""
    activity = choice.chosen.activity
    minutes = minutes_for(offer, activity, room=place.minutes, day=place.day, relaxed=found.relaxed)
    share = share_of(offer, place.day)
    turns = [*offer.barriers[turn % 2 :], *offer.barriers[: turn % 2]]
    barrier = next((one for one in turns if one.applies(activity)), None)
    if_then = sentences.if_then(
        activity, minutes=minutes, at=place.time, barrier=barrier, indoor=_indoor(activity, found)
    )
    session = Session(
        day=place.day,
        time=place.time,
        activity=activity.id,
        minutes=minutes,
        intensity=activity.intensity,
        smallest=Words(activity.smallest),
        if_then=if_then,
        why=why_of(activity.modality),
        scores={**choice.chosen.parts, "total": choice.chosen.total},
        probability=choice.probability,
        trace={},
    )
    limit = cap(activity, offer.standing, offer.screening.limits, liked=likes(offer.profile, activity))
    room = step("room in its time", place.minutes, "minutes", "offered" if asked else "times")
    tight = [one for one in (limit.step, room) if one["value"] == minutes]
    rule = "smallest" if minutes < offer.minutes and not tight else (tight or [offer.steps[-1]])[0]["rule"]
    less = [step("share of today", share, "of the minutes", "safety-minutes")] if share < 1 else []
    if less and minutes < min(offer.minutes, limit.minutes, place.minutes):
        rule = "safety-minutes"
    steps = [
        *offer.steps,
        limit.step,
        room,
        *less,
        step("minutes", minutes, "minutes", rule, limit.step["rows"] if rule == limit.step["rule"] else ()),
        *score_steps(choice.chosen, offer.standing),
        step("less for variety", repeated(activity, planned), "score", "variety"),
        step("score", choice.chosen.total, "parts x weights", "score"),
        step("probability", choice.probability, "chance", "odds"),
    ]
    sentence = sentence_of(offer, activity, minutes)
    trace = {
        "sentence": str(sentence),
        "words": stored(sentence),
        "parts": _parts(offer, found, activity, minutes, barrier or next(iter(turns), None)),
        "steps": steps,
        "odds": [
            {"activity": option.activity.id, "probability": chance, "score": round(option.total, 4)}
            for option, chance in choice.odds
        ],
        "versions": versions(version()),
        "if_then": stored(if_then),
        "talk": str(sentences.TALK[activity.intensity]),
        "size": "full",
    }
    return replace(session, trace=trace)


def sentence_of(offer: Offer, activity: Activity, minutes: int) -> Words:
    """Why this session, in one sentence."""
    return reasons.why(
        activity,
        minutes=minutes,
        liked=likes(offer.profile, activity),
        times=times(activity, offer.standing),
        carries=reach(activity, offer.standing),
    )


def _indoor(activity: Activity, found: Candidates) -> Activity | None:
    """What can be done at home instead: the twin of the catalogue where it may be offered there, else another candidate."""
    inside = [entry for entry in found.kept if "home" in entry.places and entry.id != activity.id]
    return min(
        inside,
        key=lambda entry: (
            entry.id != activity.twin,
            entry.modality != activity.modality,
            entry.met > activity.met,
            entry.met,
            entry.id,
        ),
        default=None,
    )


def _parts(
    offer: Offer, found: Candidates, activity: Activity, minutes: int, barrier: Barrier | None
) -> dict[str, dict[str, Any]]:
    trials = finding(activity.modality)
    answer = answer_of(offer.answers.get(activity.modality))
    seen = reasons.seen(activity.modality, answer, times(activity, offer.standing))
    asked = reasons.asked(offer.profile, liked=likes(offer.profile, activity), barrier=barrier)
    cautions = [
        constraint.reason for constraint in told(offer.screening.constraints) if constraint.effect != "allow"
    ]
    return {
        "trials": {
            **said([trials.sentence, *reasons.smaller_than_trials(minutes)]),
            "certainty": trials.certainty,
            "status": trials.status,
            "rows": [row("reference", source) for source in trials.sources],
        },
        "you": {**said(seen), "grade": answer.grade if answer else "C"},
        "asked": {**said(asked), "codes": list(barrier.codes) if barrier else []},
        "left_out": {
            **said([*cautions, *reasons.left_out(found.left_out)]),
            "rules": [constraint.rule for constraint in offer.screening.constraints],
        },
    }


def said(sentences: Sequence[Words]) -> dict[str, Any]:
    """Sentences of a trace: ``text`` in English, and ``words`` that can be read in another language."""
    return {"text": " ".join(map(str, sentences)), "words": [stored(one) for one in sentences]}
