"""What a part says, in plain sentences: the same for the person and for who reads it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ambulando.safety.medicines import classes_of
from ambulando.safety.words import named
from ambulando.web.care.treatment.models import Entry
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.templatetags.words import activity_name, say

#: act: what was done, after who did it and when
ACTS: Mapping[str, str] = {
    Entry.BEGUN: gettext_lazy("noted it"),
    Entry.CHANGED: gettext_lazy("noted a change"),
    Entry.STOPPED: gettext_lazy("noted that it ended"),
    Entry.HELD: gettext_lazy("looked at it together"),
    Entry.RIGHT: gettext_lazy("said that this is right"),
    Entry.NOT_RIGHT: gettext_lazy("said that this is not right"),
    Entry.NOT_NOW: gettext_lazy("said: not for me now"),
    Entry.ENDED: gettext_lazy("took it out"),
    Entry.FINE: gettext_lazy("said that it was checked, and it is fine now"),
    Entry.STAYS: gettext_lazy("said that it was checked, and the limit stays"),
    Entry.NOT_YET: gettext_lazy("said that it was not checked yet"),
    Entry.WORDS: gettext_lazy("wrote"),
}
INTENSITY = {"light": gettext_lazy("light"), "moderate": gettext_lazy("moderate")}


def sentences(kind: str, told: Mapping[str, Any], *, no_numbers: bool = False) -> list[str]:
    """What was told of a part. ``no_numbers``: without counts and minutes of exercise."""
    found = [_SENTENCES[kind](told, no_numbers)] if kind in _SENTENCES else []
    lines = [line for one in found for line in one if line]
    if (due := told.get("due")) and kind in _DUE:
        lines.append(_DUE[kind].format(day=_day(due)))
    if told_by := told.get("told_by"):
        lines.append(_("As {who} said.").format(who=told_by))
    return lines


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "j F Y")


def _cap(told: Mapping[str, Any], no_numbers: bool) -> list[str]:
    lines = [_("Until this was checked: {check}").format(check=told["check"])] if told.get("check") else []
    if no_numbers and (told.get("max_minutes") or told.get("minutes_per_week")):
        lines.append(_("How long it may be is set. Your week keeps to it."))
    elif not no_numbers:
        if n := told.get("max_minutes"):
            lines.append(
                ngettext("At most {n} minute at a time.", "At most {n} minutes at a time.", n).format(n=n)
            )
        if n := told.get("minutes_per_week"):
            lines.append(
                ngettext("At most {n} minute in a week.", "At most {n} minutes in a week.", n).format(n=n)
            )
    if told.get("max_intensity") in INTENSITY:
        lines.append(_("Nothing harder than {word}.").format(word=INTENSITY[told["max_intensity"]]))
    if avoid := told.get("avoid"):
        names = ", ".join(str(MODALITY_NAMES.get(one, one)) for one in avoid)
        lines.append(_("Leave out: {names}.").format(names=names))
    return [*lines, told.get("why", "")]


def _goal(told: Mapping[str, Any], no_numbers: bool) -> list[str]:
    lines = [told.get("text", "")]
    if (n := told.get("sessions")) and not no_numbers:
        lines.append(ngettext("{n} session a week", "{n} sessions a week", n).format(n=n))
    return lines


def _homework(told: Mapping[str, Any], no_numbers: bool) -> list[str]:
    lines = [activity_name(told.get("activity", ""))]
    if not no_numbers:
        n = told.get("times") or 1
        lines.append(ngettext("{n} time a week", "{n} times a week", n).format(n=n))
        if n := told.get("minutes"):
            lines.append(ngettext("{n} minute", "{n} minutes", n).format(n=n))
    return [*lines, told.get("note", "")]


def _therapy(told: Mapping[str, Any], _no_numbers: bool) -> list[str]:
    lines = [told.get("kind", "")]
    if n := told.get("agreed"):
        lines.append(ngettext("{n} session agreed on", "{n} sessions agreed on", n).format(n=n))
    if n := told.get("held"):
        lines.append(ngettext("{n} session held so far", "{n} sessions held so far", n).format(n=n))
    return lines


def _medicine(told: Mapping[str, Any], _no_numbers: bool) -> list[str]:
    name = told.get("name", "")
    groups = {told.get("kind")} | (classes_of(name) - {"unknown"})
    names = [
        say(named("medicine")[one].name) for one in sorted(groups - {None, ""}) if one in named("medicine")
    ]
    return [name, ", ".join(names), told.get("dose", "")]


def _task(told: Mapping[str, Any], _no_numbers: bool) -> list[str]:
    return [f"{told.get('who', '')}: {told.get('text', '')}"]


_SENTENCES = {
    "cap": _cap,
    "clearance": _cap,
    "goal": _goal,
    "homework": _homework,
    "therapy": _therapy,
    "medicine": _medicine,
    "task": _task,
}
_DUE = {
    "review": gettext_lazy("To look at together on {day}."),
    "clearance": gettext_lazy("To be checked by {day}."),
    "therapy": gettext_lazy("The next one is on {day}."),
    "medicine": gettext_lazy("A refill is due around {day}."),
}
