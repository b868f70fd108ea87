"""How well an activity fits this person now, in parts: liked, evidence, own, doing, enjoyment, regimen."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any

from ambulando.activity.catalogue import Activity
from ambulando.evidence.modalities import Finding, finding
from ambulando.plan.barriers import Barrier
from ambulando.plan.candidates import likes
from ambulando.plan.rules import number
from ambulando.plan.standing import Standing, modality_of
from ambulando.plan.trace import Row, Step, row, step
from ambulando.safety.profile import Profile

#: Names of steps of a trace, whole, so that they can be translated.
CERTAINTY_SHARE = {
    "high": "share for high certainty",
    "moderate": "share where certainty is moderate",
    "low": "share for low certainty",
    "very low": "share for very low certainty",
}
FIT_SHARE = {
    "own": "share for trials of this kind",
    "near": "share for trials of a wider kind",
    "whole": "share for trials of exercise as a whole",
}
WEIGHTS = {
    "liked": "weight of liking",
    "evidence": "weight of the evidence",
    "own": "weight of what was seen in you",
    "doing": "weight of the chance of doing",
    "enjoyment": "weight of enjoyment",
    "regimen": "weight of the form",
}
PARTS = ("liked", "evidence", "own", "doing", "enjoyment", "regimen")


@dataclass(frozen=True)
class Answer:
    """What was seen in the person for one modality: mean and sd of the effect in mood points, and its grade (A, B, C)."""

    mean: float
    sd: float
    grade: str


@dataclass(frozen=True)
class Scored:
    """An activity with its ``parts`` (each 0 to 1, ``own`` -1 to 1) and their weighted sum ``total``."""

    activity: Activity
    parts: Mapping[str, float]
    total: float


def score(
    activity: Activity,
    *,
    minutes: int,
    profile: Profile,
    standing: Standing,
    barriers: tuple[Barrier, ...] = (),
    answer: Answer | None = None,
) -> Scored:
    """The score of one activity. Whatever trials and the person's own answers say stays below the weight of liking."""
    parts = {
        "liked": 1.0 if likes(profile, activity) else 0.0,
        "evidence": of_evidence(finding(activity.modality)) * reach(activity, standing),
        "own": of_own(answer),
        "doing": of_doing(activity, minutes=minutes, standing=standing, profile=profile, barriers=barriers),
        "enjoyment": of_enjoyment(activity, standing),
        "regimen": (activity.dynamic + activity.continuous + (activity.attention == "low")) / 3,
    }
    weights = weights_of(standing)
    return Scored(activity, parts, sum(weights[name] * parts[name] for name in PARTS))


def weights_of(standing: Standing) -> dict[str, float]:
    """The weight of every part. In low mood or energy the chance of doing weighs most."""
    weights = {name: number(name, "weight") for name in PARTS}
    if standing.low:
        weights["doing"] = number("doing", "low_weight")
    return weights


def of_evidence(found: Finding) -> float:
    """0 to 1: the pooled effect in favour, shrunk by its certainty, and where trials were of a wider kind or of all kinds."""
    return min(max(-found.effect * _share(found.certainty) * number("evidence", found.fit), 0.0), 1.0)


def reach(activity: Activity, standing: Standing) -> float:
    """0 to 1: how much of a trial's result this form of it may carry for this person (marginal METs beside a usual session)."""
    used = not (standing.moves_little or standing.low)
    return min((activity.met - 1) / (number("reach", "used" if used else "start") - 1), 1.0)


def at_ease(standing: Standing) -> float:
    """The MET up to which effort does not make a session less likely for this person."""
    if standing.low:
        return number("doing", "at_ease_low")
    if standing.moves_a_lot:
        return number("doing", "at_ease_used")
    return number("doing", "at_ease_start" if standing.moves_little else "at_ease")


def of_own(answer: Answer | None) -> float:
    """-1 to 1: the person's own effect, shrunk towards none by its uncertainty."""
    if answer is None:
        return 0.0
    spread = number("own", "spread") ** 2
    shrunk = answer.mean * spread / (spread + answer.sd**2)
    return min(max(shrunk / number("own", "range"), -1.0), 1.0)


def of_doing(
    activity: Activity, *, minutes: int, standing: Standing, profile: Profile, barriers: tuple[Barrier, ...]
) -> float:
    """The chance (0 to 1) that a session gets done: logistic in demand, minutes, barriers, habit and doubt."""
    base = number("doing", "base")
    logit = log(base / (1 - base))
    used = standing.moves_a_lot and not standing.low
    energy = 5.0 if standing.energy is None else standing.energy
    logit -= (
        number("doing", "strain")
        * max(0.0, activity.met - at_ease(standing))
        * (1 + max(0.0, 5 - energy) / 5)
    )
    logit -= number("doing", "minutes") * (minutes - 10)
    logit += (
        number("doing", "barrier")
        * sum(barrier.fit(activity, used=used) for barrier in barriers)
        / max(len(barriers), 1)
    )
    logit += number("doing", "habit") * min(times(activity, standing), number("doing", "habit_top"))
    if profile.confidence is not None:
        logit -= number("doing", "doubt") * max(0, 7 - profile.confidence)
    return 1 / (1 + exp(-logit))


def of_enjoyment(activity: Activity, standing: Standing) -> float:
    """0 to 1: how often the person came back to this kind in 30 days, less for bouts that felt hard."""
    bouts = [bout for bout in standing.recent if modality_of(bout) == activity.modality]
    hard = sum(bout.effort is not None and bout.effort >= number("enjoyment", "hard") for bout in bouts)
    back = min(len(bouts) - hard, number("enjoyment", "top"))
    value = (
        number("enjoyment", "start")
        + number("enjoyment", "each") * back
        - number("enjoyment", "hard_cost") * hard
    )
    return min(max(value, 0.0), 1.0)


def times(activity: Activity, standing: Standing) -> int:
    """How many bouts of this modality the last 30 days hold."""
    return sum(modality_of(bout) == activity.modality for bout in standing.recent)


def answer_of(told: Any) -> Answer | None:
    """The person's own answer for one modality from what ``response`` gave: an object or a mapping with mean, sd, grade."""
    if told is None:
        return None
    values = [
        told.get(key) if isinstance(told, Mapping) else getattr(told, key, None)
        for key in ("mean", "sd", "grade")
    ]
    mean, sd, grade = values
    if mean is None or sd is None or not sd > 0:
        return None
    return Answer(float(mean), float(sd), str(grade or "C"))


def evidence_rows(found: Finding) -> list[Row]:
    """Pointers to the rows that an effect of a modality comes from, and to its references."""
    first = row("analysis" if found.status == "recomputed" else "published", found.analysis)
    others = [row("published", name) for name in found.rows if name != found.analysis]
    return [first, *others, *(row("reference", source) for source in found.sources)]


def score_steps(scored: Scored, standing: Standing) -> list[Step]:
    """Every part of a score with its weight, and the rows behind it."""
    found = finding(scored.activity.modality)
    own = [
        row("bout", bout.start) for bout in standing.recent if modality_of(bout) == scored.activity.modality
    ]
    entry = row("catalogue", scored.activity.id)
    rows: dict[str, list[Row]] = {
        "liked": [entry],
        "evidence": [*evidence_rows(found), entry],
        "own": [*own, *standing.checkin_rows],
        "doing": [entry, *own, *standing.checkin_rows],
        "enjoyment": own,
        "regimen": [entry],
    }
    weights = weights_of(standing)
    steps = [
        step("effect in trials", found.effect, found.measure, "evidence", rows["evidence"]),
        step(
            CERTAINTY_SHARE.get(found.certainty, "share for a certainty that was not rated"),
            _share(found.certainty),
            "share",
            "evidence",
        ),
        step(FIT_SHARE[found.fit], number("evidence", found.fit), "share", "evidence"),
        step("share for effort", reach(scored.activity, standing), "share", "reach", [entry]),
    ]
    for name in PARTS:
        steps.append(
            step(name, scored.parts[name], "0 to 1" if name != "own" else "-1 to 1", name, rows[name])
        )
        steps.append(step(WEIGHTS[name], weights[name], "weight", name))
    return steps


def _share(certainty: str) -> float:
    word = certainty.strip().lower().replace(" ", "-")
    return number("evidence", word if word in ("high", "moderate", "low", "very-low") else "none")
