"""Why a session, in words: one sentence, and the four parts (trials, you, asked, left out)."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from math import sqrt
from typing import Any

from ambulando.activity.catalogue import MODALITIES, Activity, catalogue
from ambulando.evidence.modalities import finding
from ambulando.ground import Words
from ambulando.plan import regimen
from ambulando.plan.barriers import Barrier
from ambulando.plan.doing import FEATURES, Doing, prior
from ambulando.plan.rules import number
from ambulando.plan.score import Answer, Scored
from ambulando.plan.sentences import capital, inner
from ambulando.safety.profile import Profile

#: A word of cause needs a chance above 0.9 of more than the smallest difference that matters, in mood points, as in
#: ``response``; so many SDs are that chance.
MATTERS, SURE = 0.2, 1.2816

#: What each modality is called inside a sentence.
KINDS: Mapping[str, str] = {
    "walking": "walking",
    "running": "running",
    "cycling": "cycling",
    "swimming": "swimming",
    "aerobic": "aerobic exercise",
    "strength": "strength exercise",
    "yoga": "yoga",
    "tai-chi": "tai chi",
    "dance": "dance",
    "mixed": "a mix of exercises",
    "sport": "playing a sport",
    "everyday": "everyday movement",
}

#: One sentence of why, by what trials say of the kind and by what the person told or did.
#: "most": among the two strongest effects of kinds with trials of their own; "some": another kind with trials of its own;
#: "near": trials of a wider kind; "whole": trials of exercise as a whole; "none": the interval holds no effect at all.
WHY: Mapping[tuple[str, str], str] = {
    (
        "most",
        "liked",
    ): "{kind} was one of the kinds that helped most in trials ({certainty}), you said you like it, and {minutes} minutes fits.",
    (
        "most",
        "back",
    ): "{kind} was one of the kinds that helped most in trials ({certainty}), you came back to it lately, and {minutes} minutes fits.",
    (
        "most",
        "fits",
    ): "{kind} was one of the kinds that helped most in trials ({certainty}), and {minutes} minutes of it fits what you told us.",
    (
        "some",
        "liked",
    ): "You said you like it and {minutes} minutes fits; people in trials of {kind} had fewer symptoms than those they were compared with ({certainty}).",
    (
        "some",
        "back",
    ): "You came back to it lately and {minutes} minutes fits; people in trials of {kind} had fewer symptoms than those they were compared with ({certainty}).",
    (
        "some",
        "fits",
    ): "{minutes} minutes fits what you told us; people in trials of {kind} had fewer symptoms than those they were compared with ({certainty}).",
    (
        "near",
        "liked",
    ): "You said you like it and {minutes} minutes fits; people in trials of {subject} had fewer symptoms than those they were compared with ({certainty}; we have no result for {kind} alone).",
    (
        "near",
        "back",
    ): "You came back to it lately and {minutes} minutes fits; people in trials of {subject} had fewer symptoms than those they were compared with ({certainty}; we have no result for {kind} alone).",
    (
        "near",
        "fits",
    ): "{minutes} minutes fits what you told us; people in trials of {subject} had fewer symptoms than those they were compared with ({certainty}; we have no result for {kind} alone).",
    (
        "whole",
        "liked",
    ): "You said you like it and {minutes} minutes fits; people in trials of exercise of all kinds had fewer symptoms than those they were compared with ({certainty}; we have no firm result for {kind} alone).",
    (
        "whole",
        "back",
    ): "You came back to it lately and {minutes} minutes fits; people in trials of exercise of all kinds had fewer symptoms than those they were compared with ({certainty}; we have no firm result for {kind} alone).",
    (
        "whole",
        "fits",
    ): "{minutes} minutes fits what you told us; people in trials of exercise of all kinds had fewer symptoms than those they were compared with ({certainty}; we have no firm result for {kind} alone).",
    (
        "none",
        "liked",
    ): "You said you like it and {minutes} minutes fits; trials do not show yet whether {kind} makes a difference ({certainty}).",
    (
        "none",
        "back",
    ): "You came back to it lately and {minutes} minutes fits; trials do not show yet whether {kind} makes a difference ({certainty}).",
    (
        "none",
        "fits",
    ): "{minutes} minutes fits what you told us; trials do not show yet whether {kind} makes a difference ({certainty}).",
}

#: What the person most often does, by "short" and by the time of day, where their own days say so.
USUALLY: Mapping[tuple[bool, str], str] = {
    (True, "morning"): "Short ones in the morning are what you most often do.",
    (True, "midday"): "Short ones in the middle of the day are what you most often do.",
    (True, "evening"): "Short ones in the evening are what you most often do.",
    (True, ""): "Short ones are what you most often do.",
    (False, "morning"): "The morning is when you most often do it.",
    (False, "midday"): "The middle of the day is when you most often do it.",
    (False, "evening"): "The evening is when you most often do it.",
}

LEFT_OUT: Mapping[str, str] = {
    "intensity": "{count} ask for more than your safety answers allow.",
    "impact": "{count} have more impact than your safety answers allow.",
    "floor": "{count} go down to the floor.",
    "falls": "{count} have a risk of a fall or a knock.",
    "heat": "{count} are or may be outdoors in the hot hours.",
    "seated": "{count} can not be done sitting.",
    "sitting": "{count} are done sitting, and you may like the usual form more.",
    "avoid": "{count} are what your clinician asked to leave out.",
    "season": "{count} are for another time of the year.",
    "ice": "{count} are or may be outdoors while it is icy.",
    "later": "{count} are a lot for now.",
    "dislikes": "{count} are what you do not like.",
    "places": "{count} are in other places.",
    "kit": "{count} need things you did not name.",
    "money": "{count} cost more.",
    "company": "{count} are in other company.",
}


@cache
def standing_in_trials(modality: str) -> str:
    """What trials say of a kind, beside the others: "most", "some", "near", "whole" or "none" (see WHY)."""
    found = finding(modality)
    if found.ci[1] >= 0:
        return "none"
    if found.fit != "own":
        return found.fit
    effects = sorted({one.effect for one in map(finding, MODALITIES) if one.fit == "own"})
    return "most" if found.effect in effects[:2] else "some"


def certain(certainty: str) -> Words:
    """The certainty as a clause."""
    return (
        Words("certainty: {word}", {"word": Words(certainty)}) if certainty else Words("certainty not rated")
    )


def why(activity: Activity, *, minutes: int, liked: bool, times: int, carries: float) -> Words:
    """Why this activity, in one sentence, true to the score and to the certainty of the evidence.

    ``carries``: how much of a trial's result a form this gentle may carry (0 to 1); a much gentler one claims less.
    """
    found = finding(activity.modality)
    told = "liked" if liked else "back" if times > 1 else "fits"
    rank = standing_in_trials(activity.modality)
    if rank == "most" and carries < number("evidence", "most"):
        rank = "some"
    kind = KINDS[activity.modality]
    values = {
        "kind": Words(capital(kind) if rank == "most" else kind),
        "subject": Words(str(found.sentence.values.get("subject", kind))),
        "certainty": certain(found.certainty),
        "minutes": minutes,
    }
    return Words(WHY[rank, told], values)


def smaller_than_trials(minutes: int) -> list[Words]:
    """What has to be said of evidence when a session is far below what trials were of."""
    if minutes >= 20:
        return []
    return [
        Words(
            "Sessions in trials are mostly longer than this one. What {minutes} minutes do is less sure; it is where to start.",
            {"minutes": minutes},
        )
    ]


def seen(modality: str, answer: Answer | None, times: int) -> list[Words]:
    """What we have seen in the person, worded by its grade: no word of cause below grade A."""
    said = []
    kind = KINDS[modality]
    if times:
        said.append(
            Words("{kind}: {times} in the last 30 days.", {"kind": Words(capital(kind)), "times": times})
        )
    if answer is None or answer.grade == "C":
        said.append(
            Words("Nothing we saw in you changes this yet; it rests on trials with other people (grade C).")
        )
        return said
    size: dict[str, Any] = {
        "kind": Words(kind),
        "points": f"{abs(answer.mean):.1f}",
        "spread": f"{answer.sd:.1f}",
    }
    if abs(answer.mean) < answer.sd:
        pattern = (
            "On days with {kind} your mood was about the same as on other days; it is too early to say more."
        )
    elif answer.grade == "A" and abs(answer.mean) < MATTERS + SURE * answer.sd:
        pattern = "In your own comparison days with and without {kind} show no clear difference yet."
    elif answer.grade == "A" and answer.mean > 0:
        pattern = (
            "In your own comparison {kind} lifted your mood by {points} points of 10, give or take {spread}."
        )
    elif answer.grade == "A":
        pattern = (
            "In your own comparison {kind} lowered your mood by {points} points of 10, give or take {spread}."
        )
    elif answer.mean > 0:
        pattern = "On days with {kind} your mood was {points} points of 10 higher, give or take {spread}. That alone does not show why."
    else:
        pattern = "On days with {kind} your mood was {points} points of 10 lower, give or take {spread}. That alone does not show why."
    said.append(Words(f"{pattern} (Grade {answer.grade}.)", size))
    return said


def usually(chosen: Scored) -> list[Words]:
    """What the person most often does, in plain words and without a count, where their own days say it of this session."""
    made = chosen.made
    if made is None or made.doing.offered < number("doing", "least") or chosen.parts["doing"] < 0.5:
        return []
    short = made.minutes <= number("doing", "short") and _moved(made.doing, "minutes") < -MOVED
    held = dict(zip(FEATURES, made.x, strict=True))
    hour = next((name for name in HOURS if held[name] and _best(made.doing, name)), "")
    told = [Words(USUALLY[short, hour])] if short or hour else []
    if held["weather"] and _moved(made.doing, "weather") > MOVED:
        told.append(Words("You have often gone out in such weather."))
    return told


HOURS = ("morning", "midday", "evening")
#: a coefficient says something of this person once it has moved by so many of the SDs between people
MOVED = 0.5


def _moved(doing: Doing, name: str) -> float:
    """How far the person's own days moved a coefficient, in SDs between people."""
    at, start = FEATURES.index(name), prior()
    return (doing.mean[at] - start.mean[at]) / sqrt(start.cov[at][at])


def _best(doing: Doing, name: str) -> bool:
    """Whether this time of day stands out from the two others: a chance above 0.9 that it is better than they are on average."""
    rest = [FEATURES.index(other) for other in HOURS if other != name]
    weight = {FEATURES.index(name): 1.0, rest[0]: -0.5, rest[1]: -0.5}
    gain = sum(one * doing.mean[at] for at, one in weight.items())
    spread = sum(
        one * other * doing.cov[at][to] for at, one in weight.items() for to, other in weight.items()
    )
    return gain > SURE * sqrt(spread)


def form(activity: Activity, company: str | None) -> list[Words]:
    """What is known of the form of an activity: the two best known traits at most."""
    return regimen.said(activity, company=company)[:2]


def asked(profile: Profile, *, liked: bool, barrier: Barrier | None, aimed: bool = False) -> list[Words]:
    """What the person asked for that went into a session. ``aimed``: it counts as liked, if only for what they aim at."""
    said = [
        Words("You like it.")
        if liked
        else Words("You want to do more of this.")
        if aimed
        else Words("You did not name it as liked or disliked; swap it at any time.")
    ]
    if profile.minutes_per_week is not None:
        said.append(Words("You offered {minutes} minutes this week.", {"minutes": profile.minutes_per_week}))
    if barrier is not None:
        said.append(
            Words(
                "In the way: {barrier}. {strategy}",
                {"barrier": Words(inner(barrier.name)), "strategy": Words(barrier.strategy)},
            )
        )
    return said


def left_out(reasons: Mapping[str, str]) -> list[Words]:
    """How many activities were left out, by reason, one sentence each."""
    every = {"total": len(catalogue())}
    found = Counter(reasons.values())
    counts = {reason: found[reason] for reason in LEFT_OUT if reason in found}
    if not counts:
        return [Words("We left nothing out of {total} activities.", every)]
    first = Words("We left out {count} of {total} activities.", every | {"count": sum(counts.values())})
    return [first, *(Words(LEFT_OUT[reason], {"count": count}) for reason, count in counts.items())]
