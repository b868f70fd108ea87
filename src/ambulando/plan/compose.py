"""From a place in the week and a draw to a session with its why and its trace."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from ambulando.activity.catalogue import Activity
from ambulando.evidence.base import version
from ambulando.evidence.modalities import finding
from ambulando.ground import Words, stored
from ambulando.plan import reasons, sentences
from ambulando.plan.alongside import homework_step, homework_words
from ambulando.plan.barriers import Barrier
from ambulando.plan.candidates import Candidates, likes, said_to_like
from ambulando.plan.choose import Choice
from ambulando.plan.offer import Offer, effort_of, minutes_for, repeated, share_of
from ambulando.plan.own_words import own_of
from ambulando.plan.places import Place, fitting, place_step, trace_of
from ambulando.plan.schedule import Slot
from ambulando.plan.score import Scored, reach, times
from ambulando.plan.score_trace import score_steps
from ambulando.plan.session import Session, why_of
from ambulando.plan.shape import shape
from ambulando.plan.trace import Step, row, step, versions
from ambulando.safety.limits import Limits
from ambulando.safety.screen import said as told


def compose(
    offer: Offer,
    found: Candidates,
    choice: Choice,
    place: Slot,
    *,
    turn: int = 0,
    others: Sequence[Activity] = (),
    asked: bool = True,
    steps: Sequence[Step] = (),
    places: Sequence[Place] = (),
) -> Session:
    """The session for a place in the week. ``turn``: which of the week it is, so that two barriers take turns.

    ``steps``: how its place in the week came about; ``places``: where it could be, of those that fit the person.
    """
    activity = choice.chosen.activity
    minutes = minutes_for(offer, activity, room=place.minutes, day=place.day, relaxed=found.relaxed)
    turns = [*offer.barriers[turn % 2 :], *offer.barriers[: turn % 2]]
    barrier = next((one for one in turns if one.applies(activity)), None)
    if_then = sentences.if_then(
        activity,
        minutes=minutes,
        at=place.time,
        barrier=barrier,
        indoor=_indoor(activity, found),
        own=own_of(offer.profile, barrier),
    )
    lengths, rule = _minutes(offer, activity, place, minutes, asked=asked)
    agreed = offer.homework.get(activity.id)
    where = (
        fitting(activity, places, day=place.day, time=place.time, minutes=minutes, profile=offer.profile)
        if places
        else None
    )
    sentence = sentence_of(offer, activity, minutes)
    trace = {
        "sentence": str(sentence),
        "words": stored(sentence),
        "parts": _parts(offer, found, choice.chosen, minutes, barrier or next(iter(turns), None)),
        "steps": [
            *offer.steps,
            *lengths,
            effort_of(offer, activity),
            *([homework_step(agreed, minutes)] if agreed else []),
            *score_steps(choice.chosen, offer.standing),
            step(
                "less for variety",
                repeated(activity, others),
                "score",
                "variety",
                [row("catalogue", one.id) for one in others if one.modality == activity.modality],
            ),
            step("score", choice.chosen.total, "parts x weights", "score"),
            *steps,
            *([place_step(where)] if where else []),
            step("probability", choice.probability, "chance", "odds"),
        ],
        "odds": [
            {"activity": option.activity.id, "probability": chance, "score": round(option.total, 4)}
            for option, chance in choice.odds
        ],
        "versions": versions(version()),
        "if_then": stored(if_then),
        "barrier": barrier.id if barrier else None,
        "talk": str(sentences.TALK[activity.intensity]),
        "how": [
            stored(one)
            for one in shape(activity, minutes, standing=offer.standing, limits=offer.screening.limits)
        ],
        "size": "full",
        "weather": list(offer.profile.weather),
        # the rest of the week as it stood when the lots were drawn
        "beside": [one.id for one in others],
    }
    if agreed:
        trace["homework"] = stored(homework_words(agreed))
    if where:
        trace["place"] = trace_of(where, place.day)
    return Session(
        day=place.day,
        time=place.time,
        activity=activity.id,
        minutes=minutes,
        intensity=activity.intensity,
        talk=sentences.TALK[activity.intensity],
        smallest=Words(activity.smallest),
        if_then=if_then,
        constraints=binding(offer, found, place, rule),
        why=why_of(activity.modality),
        scores={**choice.chosen.parts, "total": choice.chosen.total},
        probability=choice.probability,
        trace=trace,
    )


def _minutes(
    offer: Offer, activity: Activity, place: Slot, minutes: int, *, asked: bool
) -> tuple[list[Step], str]:
    """The steps to the minutes of a session, and the rule that made them what they are."""
    limit, share, agreed = offer.cap(activity), share_of(offer, place.day), offer.homework.get(activity.id)
    room = step("room in its time", place.minutes, "minutes", "offered" if asked else "times")
    tight = [one for one in (limit.step, room) if one["value"] == minutes]
    rule = "smallest" if minutes < offer.minutes and not tight else (tight or [offer.steps[-1]])[0]["rule"]
    if agreed and agreed.minutes == minutes < offer.minutes:
        rule = "homework"
    energy = share < offer.screening.limits.share
    why, felt = ("low-energy", offer.standing.checkin_rows) if energy else ("safety-minutes", [])
    less = [step("share of today", share, "of the minutes", why, felt)] if share < 1 else []
    if less and minutes < min(offer.minutes, limit.minutes, place.minutes):
        rule = why
    rows = limit.step["rows"] if rule == limit.step["rule"] else ()
    return [limit.step, room, *less, step("minutes", minutes, "minutes", rule, rows)], rule


#: which limit of safety leaves activities out for a reason of ``candidates.unsafe``
LIMIT_OF = {
    "intensity": "max_intensity",
    "impact": "max_impact",
    "floor": "no_floor",
    "falls": "no_falls",
    "heat": "no_heat",
    "seated": "seated",
}
#: which constraint of safety stands behind a rule of the plan, and which field of its limits
BEHIND = {"safety-minutes": ("max_minutes", "share"), "no-growth": ("progression",)}


def binding(offer: Offer, found: Candidates, place: Slot, rule: str) -> tuple[str, ...]:
    """The ids of the rules that bound a session: those of safety that took something from the choice, or from its minutes
    or hours, and the rule of the plan that set its minutes.
    """
    limits, free = offer.screening.limits, Limits()
    fields = {LIMIT_OF[reason] for reason in found.bound if reason in LIMIT_OF} | set(BEHIND.get(rule, ()))
    last = place.time.hour * 60 + place.time.minute + place.minutes
    if limits.latest_hour is not None and last == limits.latest_hour * 60:
        fields.add("latest_hour")
    if limits.earliest_hour is not None and place.time == time(limits.earliest_hour):
        fields.add("earliest_hour")
    names = [
        one.rule
        for one in offer.screening.constraints
        if any(
            getattr(one.limits, field) == getattr(limits, field) != getattr(free, field) for field in fields
        )
    ]
    asked = {"avoid": "clinician-avoid"} | ({"later": "gentle-start"} if offer.light_only else {})
    names += [name for reason, name in asked.items() if reason in found.bound]
    return tuple(dict.fromkeys([*names, rule]))


def sentence_of(offer: Offer, activity: Activity, minutes: int) -> Words:
    """Why this session, in one sentence."""
    return reasons.why(
        activity,
        minutes=minutes,
        liked=said_to_like(offer.profile, activity),
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
    offer: Offer, found: Candidates, chosen: Scored, minutes: int, barrier: Barrier | None
) -> dict[str, dict[str, Any]]:
    activity = chosen.activity
    trials = finding(activity.modality)
    answer = offer.told.get(activity.modality)
    seen = reasons.seen(activity.modality, answer, times(activity, offer.standing))
    seen += reasons.usually(chosen)
    asked = reasons.asked(
        offer.profile,
        liked=said_to_like(offer.profile, activity),
        aimed=likes(offer.profile, activity),
        barrier=barrier,
    )
    if agreed := offer.homework.get(activity.id):
        asked = [homework_words(agreed), *asked]
    cautions = [
        constraint.reason for constraint in told(offer.screening.constraints) if constraint.effect != "allow"
    ]
    return {
        "trials": {
            **said(
                [
                    trials.sentence,
                    *reasons.smaller_than_trials(minutes),
                    *reasons.form(activity, offer.profile.company),
                ]
            ),
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
