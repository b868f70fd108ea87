"""Alongside care: homework from therapy, and the eight-week word to somebody whose answers have not moved.

Nothing here diagnoses, and nothing here says to start, stop or change a treatment. Limits of safety and of a clinician
bind homework like every other session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from ambulando.activity.bouts import Bout, without_overlaps
from ambulando.activity.catalogue import Activity, catalogue
from ambulando.evidence.base import version
from ambulando.evidence.questions import Finding, finding
from ambulando.ground import InputError, Words, packaged_toml, stored
from ambulando.measures.change import HIGHER, LOWER, change
from ambulando.measures.instruments import instrument
from ambulando.plan.candidates import unsafe
from ambulando.plan.rules import number, whole
from ambulando.plan.trace import Step, row, step, versions
from ambulando.safety.limits import Limits
from ambulando.safety.profile import Homework, Profile
from ambulando.safety.screen import screen
from ambulando.safety.signals import Filled

FILE = "data/treatments.toml"
RULE = "not-moved"
#: what is compared, the one that is looked at first where both were filled in on the same day
INSTRUMENTS = ("phq-9", "phq-8")

_REASONS = {
    "intensity": "{name}, from your therapy, is harder than what is right for you now. It waits until that changes.",
    "avoid": "{name}, from your therapy, is among what your clinician asked to leave out. You could ask them about it.",
    "other": "{name}, from your therapy, does not fit what keeps you safe now. It waits until that changes.",
}


_SAME = (
    "{kept} Your answers are about where they were before. That happens to many people, and it is no fault of yours."
    " It may be worth asking someone who looks after you what else there is."
)
_HIGHER = (
    "{kept} Your answers have not come down. That happens to many people, and it is no fault of yours."
    " It may be worth asking someone who looks after you what else there is."
)


# --- homework


def wanted(profile: Profile, limits: Limits | None = None) -> tuple[Homework, ...]:
    """The homework that a week must hold, within safety; ``minutes`` are cut to what one session may take.

    Empty for somebody for whom safety makes no plan. ``limits``: those of ``screen(profile)``, where the caller has them.
    Growth is not looked at here: the schedule caps minutes as for every session.
    """
    return tuple(one for one, reason in _sorted_out(profile, limits) if reason is None)


def left_out(profile: Profile, limits: Limits | None = None) -> tuple[Words, ...]:
    """One kind sentence for each homework that safety, or a clinician's own word, keeps out of the week."""
    found = []
    for one, reason in _sorted_out(profile, limits):
        if reason is not None:
            name = Words(catalogue()[one.activity].name)
            found.append(Words(_REASONS.get(reason, _REASONS["other"]), {"name": name}))
    return tuple(found)


def homework_words(homework: Homework) -> Words:
    """What a session says that is homework: the note as the person wrote it."""
    if homework.note:
        return Words("From your therapy: {note}", {"note": homework.note})
    return Words("From your therapy.")


def homework_step(homework: Homework, minutes: int) -> Step:
    """The step of a trace that marks a session as homework: ``minutes`` as planned, by the rule of that name."""
    return step("homework", minutes, "minutes", "homework", [row("catalogue", homework.activity)])


def avoided(activity: Activity, profile: Profile) -> bool:
    """Whether a clinician asked to leave this activity, or its kind, out."""
    return profile.care is not None and not {activity.id, activity.modality}.isdisjoint(profile.care.avoid)


def _sorted_out(profile: Profile, limits: Limits | None) -> list[tuple[Homework, str | None]]:
    """Each homework with the reason for which it is left out, or None."""
    if not profile.homework:
        return []
    if limits is None:
        limits = screen(profile).limits
    if limits.max_minutes == 0:
        return []  # a hold speaks for itself
    found: list[tuple[Homework, str | None]] = []
    room = whole("homework", "most")
    for one in profile.homework:
        activity = catalogue()[one.activity]
        reason = "avoid" if avoided(activity, profile) else unsafe(activity, limits)
        minutes = one.minutes
        if minutes is not None and limits.max_minutes is not None:
            minutes = min(minutes, limits.max_minutes)
        times = min(one.times, room)
        if reason is None:
            room -= times
        if times > 0:
            found.append((replace(one, minutes=minutes, times=times), reason))
    return found


# --- the eight-week word


@dataclass(frozen=True)
class NotMoved:
    """What is said, once, to somebody who has kept at it and whose answers are where they were.

    ``why``: what it rests on, in sentences. ``rows``: those of the trace, oldest first. ``trace``: plain data, JSON as it is.
    """

    instrument: str
    first: Filled
    last: tuple[Filled, Filled]
    weeks: int
    says: Words
    why: tuple[Words, ...]
    trace: Mapping[str, Any]


def not_moved(
    measures: Sequence[Filled],
    bouts: Sequence[Bout],
    *,
    today: date,
    said: date | None = None,
    no_numbers: bool = False,
) -> NotMoved | None:
    """The word to somebody who has done it for eight weeks and more without a change in their PHQ-9 or PHQ-8; else None.

    ``measures``: questionnaires answered in full. ``said``: the day on which it was said, or put away, last: it comes back
    after four weeks at the earliest. ``no_numbers``: for those for whom counts of exercise can do harm.
    Where the lines are drawn stands in the rule "not-moved"; what counts as a change is the instrument's own rule. After
    ``today`` nothing is looked at.
    """
    if said is not None and (today - said).days < whole(RULE, "rest"):
        return None
    found = [one for name in INSTRUMENTS if (one := _series(name, measures, today)) and _still(name, *one)]
    if not found:
        return None
    first, *last = max(found, key=lambda one: one[-1].day)
    weeks = (last[-1].day - first.day).days // 7
    done = _weeks_done(bouts, first.day, weeks)
    if weeks < whole(RULE, "weeks") or len(done) < number(RULE, "share") * weeks:
        return None
    return _words(first, (last[0], last[1]), weeks, done, no_numbers=no_numbers)


def _series(name: str, measures: Sequence[Filled], today: date) -> tuple[Filled, Filled, Filled] | None:
    """The first questionnaire of the time looked at, and the last two of it, far enough apart and not old; or None."""
    since = today - timedelta(days=whole(RULE, "back"))
    ordered = sorted(
        (one for one in measures if one.instrument == name and since <= one.day <= today),
        key=lambda one: one.day,
    )
    if not ordered or (today - ordered[-1].day).days > whole(RULE, "fresh"):
        return None
    first, last = ordered[0], ordered[-1]
    apart = timedelta(days=whole(RULE, "apart"))
    before = next((one for one in reversed(ordered) if last.day - one.day >= apart), first)
    return (first, before, last) if before.day - first.day >= apart else None


def _still(name: str, first: Filled, *last: Filled) -> bool:
    """Whether none of the last answers is lower by what counts as a change, and none is below the line of being well."""
    well = whole(RULE, "well")
    if first.total < well or any(one.total < well for one in last):
        return False
    return all(change(name, first.total, one.total).kind != LOWER for one in last)


def _weeks_done(bouts: Sequence[Bout], start: date, weeks: int) -> list[tuple[Bout, ...]]:
    """The weeks from ``start`` on in which it was done, each with its bouts; the same from two devices counts once."""
    by_week: dict[int, list[Bout]] = {}
    for bout in without_overlaps(bouts):
        place = (bout.day - start).days // 7
        if 0 <= place < weeks:
            by_week.setdefault(place, []).append(bout)
    return [
        tuple(by_week[place]) for place in sorted(by_week) if len(by_week[place]) >= whole(RULE, "sessions")
    ]


def _words(
    first: Filled,
    last: tuple[Filled, Filled],
    weeks: int,
    done: Sequence[tuple[Bout, ...]],
    *,
    no_numbers: bool,
) -> NotMoved:
    form = instrument(first.instrument).name
    kept = (
        Words("You have kept at it for some time now.")
        if no_numbers
        else Words("You have kept at it for {weeks} weeks.", {"weeks": weeks})
    )
    higher = change(first.instrument, first.total, last[1].total).kind == HIGHER
    says = Words(_HIGHER if higher else _SAME, {"kept": kept})
    why = [
        Words(
            "Your answers on the {form} came to {first} at first, and to {before} and {last} the last two times.",
            {"form": form, "first": first.total, "before": last[0].total, "last": last[1].total},
        ),
        Words("Smaller steps up and down are common, and do not count as a change."),
    ]
    if not no_numbers:
        why.append(
            Words(
                "In {done} of these {weeks} weeks you had two sessions or more.",
                {"done": len(done), "weeks": weeks},
            )
        )
    why.append(Words("It is no reason to stop moving."))
    read = [row("assessment", one.day) for one in (first, *last)]
    bouts = [row("bout", bout.start) for some in done for bout in some]
    steps = [
        step("weeks between the first and the last", weeks, "weeks", RULE, [read[0], read[-1]]),
        step("weeks with two sessions or more", len(done), "weeks", RULE, bouts),
        step("at first", first.total, "points", RULE, read[:1]),
        step("the time before last", last[0].total, "points", RULE, read[1:2]),
        step("last time", last[1].total, "points", RULE, read[2:]),
    ]
    trace = {
        "sentence": str(says),
        "words": stored(says),
        "parts": {"you": {"text": " ".join(map(str, why)), "words": [stored(one) for one in why]}},
        "steps": steps,
        "versions": versions(version()),
    }
    return NotMoved(first.instrument, first, last, weeks, says, tuple(why), trace)


# --- what else there is


@dataclass(frozen=True)
class Treatment:
    """One of the other treatments: ``short`` in a line, ``parts`` in more, and the rows that both rest on.

    ``certainty`` is the word of the source of ``lead``; ``question`` the page of the evidence that tells more; ``ask``
    what a person could ask.
    """

    id: str
    name: str
    short: Words
    parts: tuple[Words, ...]
    certainty: str
    lead: str
    rows: tuple[str, ...]
    question: str
    ask: Words

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The rows, each as the evidence base tells it."""
        return tuple(finding(one) for one in self.rows)


@cache
def treatments() -> tuple[Treatment, ...]:
    """Every other treatment in the order of the table. Raises InputError for a row or a value that is not there."""
    return tuple(_treatment(id_, entry) for id_, entry in packaged_toml("ambulando.plan", FILE).items())


def _treatment(id_: str, entry: Mapping[str, Any]) -> Treatment:
    values = {name: _value(where, id_) for name, where in entry["values"].items()}
    for one in entry["rows"]:
        finding(one)
    if entry["lead"] not in entry["rows"]:
        raise InputError(f"{FILE}: '{id_}' leans on '{entry['lead']}', which is not among its rows.")
    return Treatment(
        id_,
        entry["name"],
        Words(entry["short"]),
        tuple(
            Words(part, {name: value for name, value in values.items() if f"{{{name}}}" in part})
            for part in entry["parts"]
        ),
        finding(entry["lead"]).certainty,
        entry["lead"],
        tuple(entry["rows"]),
        entry["question"],
        Words(entry["ask"]),
    )


def _value(where: str, id_: str) -> str:
    """A number of a row as it stands in a sentence: "row.k", "row.n", "row.estimate", or a ratio "row.per-hundred"."""
    name, _, field = where.rpartition(".")
    found = finding(name)
    if field in ("k", "n"):
        count = getattr(found, field)
        if count is not None:
            return f"{count:,}"
    elif field in ("estimate", "per-hundred") and found.estimate is not None:
        if field == "per-hundred":
            return str(round(100 * found.estimate))
        return f"{found.estimate:.2f}".replace("-", "\u2212")
    raise InputError(f"{FILE}: '{id_}' asks for '{where}', which the evidence base does not hold.")
