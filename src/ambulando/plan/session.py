"""A session: what is planned for one day, why, and how that came about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from ambulando.activity.catalogue import activity as entry_of
from ambulando.evidence.base import version
from ambulando.evidence.modalities import finding
from ambulando.ground import InputError, Words, words_of
from ambulando.ground import stored as stored_words
from ambulando.plan.rules import whole
from ambulando.plan.sentences import TALK, fitting
from ambulando.plan.trace import Step, step


@dataclass(frozen=True)
class Why:
    """What a session rests on: ``effect`` {estimate, ci, measure, status}, its certainty, reference ids, version."""

    effect: Mapping[str, Any]
    certainty: str
    sources: tuple[str, ...]
    evidence_version: str


@dataclass(frozen=True)
class Session:
    """Something planned. ``minutes`` whole; ``scores`` the parts and their ``total``; ``probability`` of being chosen.

    ``talk``: how hard it is at most, by the talk test. ``constraints``: the ids of the rules (of safety and of the plan)
    that bound it.
    ``trace``: plain data, JSON as it is: ``sentence``, ``parts`` (trials, you, asked, left_out), ``steps``, ``odds``,
    ``versions``, ``if_then`` (pattern and values), ``talk`` (as text), ``size``, and where there is something to say
    ``how`` (how to do it) and ``place``.
    """

    day: date
    time: time
    activity: str
    minutes: int
    intensity: str
    talk: Words
    smallest: Words
    if_then: Words
    constraints: tuple[str, ...]
    why: Why
    scores: Mapping[str, float]
    probability: float
    trace: Mapping[str, Any]

    @property
    def size(self) -> str:
        """ "full", "half" or "smallest"."""
        return str(self.trace.get("size", "full"))

    @property
    def name(self) -> str:
        """The name of its activity, from the catalogue."""
        return entry_of(self.activity).name


def why_of(modality: str) -> Why:
    """What trials say of a modality, as a session carries it."""
    found = finding(modality)
    effect = {
        "estimate": found.effect,
        "ci": None if found.ci is None else list(found.ci),
        "measure": found.measure,
        "status": found.status,
    }
    return Why(effect, found.certainty, tuple(found.sources), version())


def with_minutes(session: Session, minutes: int, size: str) -> Session:
    """The same session with other minutes, in its if-then plan and trace too. How to do it was said for those it had.

    Where these are too few to be worth a way, it names no place any more but one of the person's own.
    """
    if_then = Words(fitting(session.if_then.pattern, minutes), {**session.if_then.values, "minutes": minutes})
    kept = {key: value for key, value in session.trace.items() if key != "how" or minutes == session.minutes}
    trace = {**kept, "if_then": stored_words(if_then), "size": size}
    made = replace(session, minutes=minutes, if_then=if_then, trace=trace)
    shortest = whole("place", "shortest")
    if minutes >= shortest or trace.get("place", {}).get("own", True):
        return made
    return without_place(made, step("worth a way from", shortest, "minutes", "place"))


def without_place(session: Session, why: Step) -> Session:
    """The same session without the place that its trace named, and the step that says why."""
    kept = {key: value for key, value in session.trace.items() if key != "place"}
    return replace(session, trace={**kept, "steps": [*kept["steps"], why]})


def session_from(stored: Mapping[str, Any]) -> Session:
    """A session from its JSON form (as a page stored it). Raises InputError, naming the key, for what is not one.

    Those stored before version 0.6 have no ``talk`` and no ``constraints``: the one follows from the intensity.
    """
    try:
        trace = stored["trace"]
        written = trace["if_then"]
        return Session(
            day=_read(stored["day"], date),
            time=_read(stored["time"], time),
            activity=entry_of(stored["activity"]).id,
            minutes=int(stored["minutes"]),
            intensity=stored["intensity"],
            talk=Words(str(stored["talk"])) if "talk" in stored else TALK[stored["intensity"]],
            smallest=Words(str(stored["smallest"])),
            if_then=words_of(written),
            constraints=tuple(stored.get("constraints", ())),
            why=Why(**{**stored["why"], "sources": tuple(stored["why"]["sources"])}),
            scores=dict(stored["scores"]),
            probability=float(stored["probability"]),
            trace=trace,
        )
    except KeyError as error:
        raise InputError(f"This is not a stored session: it has no {error}.") from error
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"This is not a stored session: {error}.") from error


def _read(value: Any, kind: Any) -> Any:
    return kind.fromisoformat(value) if isinstance(value, str) else value
