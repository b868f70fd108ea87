"""What of a row a reader sees. Everything that a page or a file of theirs says goes through here.

Two rules stand behind it. A row of a day before the grant shows anything is not there. And what is not shared can not be
worked out from what is: of a PHQ-9 whose last question is not shared, the first eight are all there is, with the total
and the bands of the PHQ-8; the PHQ-9 total less those eight would be the answer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ambulando.ground import InputError
from ambulando.measures.instruments import instruments
from ambulando.measures.scoring import score
from ambulando.measures.shape import Band, Instrument
from ambulando.web.care.grants.models import Grant
from ambulando.web.templatetags.words import say

#: the form that is left of another one when its flagged question is not shared
WITHOUT_FLAGGED: Mapping[str, str] = {"phq-9": "phq-8"}
#: forms whose total is the sum of their answers; what is kept of them was checked when it was kept
PLAIN = frozenset({"phq-9", "phq-8", "phq-2", "gad-7"})
#: kind of a row that a signal rests on -> the item that it belongs to; a signal that rests on any other is nobody else's
KINDS: Mapping[str, str] = {
    "checkin": "mood",
    "assessment": "assessments",
    "bout": "bouts",
    "session": "plan",
}
#: a signal whose very being tells more than its rows: quiet days are days without any of these
MORE: Mapping[str, tuple[str, ...]] = {
    "silence": ("mood", "assessments", "bouts", "plan"),
    "higher-phq-9": ("assessments", "item-9"),
}
#: in words that fit whoever the person is: the sentence that they read can tell of an illness
SIGNAL_NAMES: Mapping[str, str] = {
    "higher-phq-9": gettext_lazy("PHQ-9: more points than before"),
    "higher-phq-8": gettext_lazy("PHQ-8: more points than before"),
    "higher-gad-7": gettext_lazy("GAD-7: more points than before"),
    "sleep-energy": gettext_lazy("Three days of poor sleep and much energy"),
    "driven": gettext_lazy("Much exercise and little rest"),
    "silence": gettext_lazy("Quiet days after a hard one"),
}


@dataclass(frozen=True)
class Filled:
    """A questionnaire that was filled in, as far as it is shared.

    ``form``: the one whose bands and rules hold for ``total``. ``name``: how it is called, which says so where the last
    question is left out. ``answers``: of ``form``, with those of its extras; empty where they are not shared.
    """

    day: date
    form: Instrument
    name: str
    total: int | float | None
    band: Band | None
    answers: tuple[int | None, ...]
    cut: bool = False


def filled(
    grant: Grant,
    instrument: str,
    day: date,
    answers: Sequence[int | None],
    forms: Mapping[str, Instrument] | None = None,
) -> Filled | None:
    """What of a questionnaire is shown; None where nothing is. ``forms``: all of them, where many rows are read."""
    forms = instruments() if forms is None else forms
    form = forms.get(instrument)
    if form is None or form.group != "questionnaire" or not grant.shows("assessments", day):
        return None
    cut = bool(form.flags) and not grant.shows("item-9", day)
    if cut:
        form = forms.get(WITHOUT_FLAGGED.get(instrument, ""))
        if form is None:  # nothing is known to be safe to tell of it
            return None
        answers = answers[: len(form.items)]
        name = _("{form} without its last question").format(form=forms[instrument].name)
    else:
        name = say(form.name)
    try:
        total = _total(form, answers)
    except InputError:  # kept by a version that asked other questions
        return Filled(day, form, name, None, None, (), cut)
    return Filled(day, form, name, total, _band(form, total), tuple(answers), cut)


def told(
    grant: Grant,
    instrument: str,
    day: date,
    total: int | float | None,
    kept: str,
    forms: Mapping[str, Instrument],
) -> Filled | None:
    """The same for a list, without the band and the answers: ``total`` as it was kept, ``kept`` the answers as JSON.

    Answers are read only where the last question is left out, and the name is not translated yet: many rows cost little.
    """
    form = forms.get(instrument)
    if form is None or (form.flags and not grant.shows("item-9", day)) or form.group != "questionnaire":
        return filled(grant, instrument, day, json.loads(kept), forms)
    if not grant.shows("assessments", day):
        return None
    return Filled(day, form, form.name, total, None, ())


def _band(form: Instrument, total: int | float | None) -> Band | None:
    return None if total is None else next((one for one in form.bands if one.low <= total <= one.high), None)


def _total(form: Instrument, answers: Sequence[int | None]) -> int | float | None:
    """What the answers add up to; a plain sum of a whole form, which most are, without looking at each question again."""
    scored = answers[: len(form.items)]
    if form.id in PLAIN and len(scored) == len(form.items):
        told = [one for one in scored if one is not None]
        return sum(told) if len(told) == len(scored) else None
    return score(form.id, list(answers)).total


def last_question(grant: Grant, instrument: str, day: date, answers: Sequence[int | None]) -> int | None:
    """The answer to the question about not wanting to live, where it is shared and was answered."""
    if instrument != "phq-9" or not grant.shows("item-9", day) or len(answers) < 9:
        return None
    return answers[8]


def same_form(before: Filled, after: Filled) -> bool:
    """Whether two may be held against each other: the same questions, as far as they are shown."""
    return before.form.id == after.form.id and before.total is not None and after.total is not None


def change_words(before: Filled, after: Filled) -> str:
    """The change between two by the published rule of the form, short; empty where there is none to tell."""
    if not same_form(before, after) or after.form.change is None:
        return ""
    points = round((after.total or 0) - (before.total or 0), 2)
    if abs(points) < after.form.change.points:  # the rule of ``measures.change``
        return _("about the same")
    pattern = _("{points} higher") if points > 0 else _("{points} lower")
    return pattern.format(points=f"{abs(points):g}")


def signal_shown(grant: Grant, signal: str, day: date, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a signal is shown: everything that it rests on is shared, of each of its days."""
    rested = list(rows)
    if not rested or signal not in SIGNAL_NAMES:
        return False
    items = [(KINDS.get(row["kind"]), date.fromisoformat(row["day"])) for row in rested]
    if any(item is None or not grant.shows(item, on) for item, on in items):
        return False
    return all(grant.shows(item, day) for item in MORE.get(signal, ()))
