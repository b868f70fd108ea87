"""What a plan says to a person: if-then plans, why in one sentence, the four parts of why, messages."""

from collections.abc import Mapping, Sequence
from datetime import time

from ambulando.activity.catalogue import Activity
from ambulando.ground import Words
from ambulando.plan.barriers import Barrier
from ambulando.plan.rules import whole
from ambulando.safety.profile import OwnPlan

#: How hard it should feel, by intensity: the talk test.
TALK: Mapping[str, Words] = {
    "light": Words("easy enough to sing"),
    "moderate": Words("easy enough to talk in full sentences"),
    "vigorous": Words("so that only a few words come out at a time"),
}

#: Clauses for the start of an if-then plan, by the hour at which they begin to fit.
CUES = (
    (0, "it is {time} and you are awake"),
    (6, "it is {time} and breakfast is done"),
    (11, "it is {time} and lunch is over"),
    (14, "it is {time} and the tea is finished"),
    (18, "it is {time} and dinner is cleared away"),
)
IF_THEN = (
    "If {cue}, then {activity} for {minutes} minutes. If that does not work out, this is enough: {smallest}."
)
#: With a person's own words for what they do when it does not work out.
OWN = "If {cue}, then {activity} for {minutes} minutes. If that does not work out: {instead}."
#: For sessions no longer than a smallest version may be: none smaller is named.
SMALLEST = "If {cue}, then {activity} for {minutes} minutes. That is all, and it counts in full."

#: What is said of wishes that had to be let go of.
LET_GO: Mapping[str, Words] = {
    "company": Words(
        "Nothing that is right for you now fits your wish about company, so we left that open this week."
    ),
    "places": Words(
        "Nothing that is right for you now fits the places you named, so this is for at home or outdoors."
    ),
    "dislikes": Words(
        "What is right for you now is among what you do not like much, so we kept it as small as it gets to be. Swap it at any time."
    ),
}


def together(*sentences: Words) -> Words:
    """Whole sentences, one after the other; each stays a sentence of its own for translation."""
    if len(sentences) == 1:
        return sentences[0]
    names = [f"sentence{number}" for number in range(1, len(sentences) + 1)]
    return Words(" ".join(f"{{{name}}}" for name in names), dict(zip(names, sentences, strict=True)))


def inner(text: str) -> str:
    """A name or a sentence as it stands inside another sentence."""
    return text[:1].lower() + text[1:].rstrip(".")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def cue(at: time, own: str = "") -> Words:
    """When to begin, as a clause; with the person's ``own`` words where there are some."""
    if own:
        return Words("it is {time} and {own}", {"time": f"{at:%H:%M}", "own": as_clause(own)})
    pattern = next(text for hour, text in reversed(CUES) if at.hour >= hour)
    return Words(pattern, {"time": f"{at:%H:%M}"})


def as_clause(written: str) -> str:
    """A person's own words as they stand inside a sentence of ours: as written, without the stop at the end."""
    return written.strip().rstrip(".").rstrip()


def if_then(
    activity: Activity,
    *,
    minutes: int,
    at: time,
    barrier: Barrier | None,
    indoor: Activity | None,
    own: OwnPlan | None = None,
) -> Words:
    """The if-then plan of a session, with the way round the barrier in it, in the person's ``own`` words as far as they go.

    Their words are values and never part of a pattern, so that nothing in them is read as anything but text.
    """
    told = own or OwnPlan()
    instead = as_clause(told.instead)
    values = {
        "cue": cue(at, told.cue),
        "activity": Words(inner(activity.name)),
        "minutes": minutes,
        "smallest": Words(inner(activity.smallest)),
        "indoor": Words(inner(indoor.name if indoor else activity.smallest)),
    }
    if instead and told.barrier == (barrier.id if barrier else None):
        return Words(barrier.own if barrier else OWN, values | {"instead": instead})
    return Words(fitting(barrier.if_then if barrier else IF_THEN, minutes), values)


def fitting(pattern: str, minutes: int) -> str:
    """The pattern of an if-then plan that is true at these minutes."""
    small = minutes <= whole("smallest", "longest")
    return SMALLEST if small and "{smallest}" in pattern else pattern


def greeting(sessions: int, minutes: int, *, gap: int | None, low: bool) -> Words:
    """The first sentence of a week's message."""
    values = {"sessions": sessions, "minutes": minutes}
    if sessions == 1:
        return Words("One session this week, {minutes} minutes. It counts in full.", values)
    if gap is not None and gap >= 7:
        return Words(
            "Good to see you. Here is something small: {sessions} sessions, {minutes} minutes in all.", values
        )
    if low:
        return Words(
            "A light week: {sessions} sessions, {minutes} minutes in all. Any order is fine, and two minutes count.",
            values,
        )
    return Words("This week: {sessions} sessions, {minutes} minutes in all. Any order is fine.", values)


def no_week(outcome: str, reasons: Sequence[Words]) -> Words:
    """What is said in place of a plan, with the reasons of safety."""
    kind = (
        Words("We hold the plan for now, because your safety comes first.")
        if outcome == "hold"
        else Words("A plan of sessions is not right for you here, and that is no fault of yours.")
    )
    return together(
        kind, *reasons, Words("Everything else stays open to you, and Help is always at the top of the page.")
    )
