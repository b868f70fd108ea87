"""The answer to "does it help me?": made whole and kept by the worker, and brought up to date when a page is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F

from ambulando.activity.bouts import Bout
from ambulando.web.people import learned
from ambulando.web.people.models import Person
from ambulando.web.plans import convert
from ambulando.web.plans.models import Answer

if TYPE_CHECKING:
    from ambulando.response.priors import Priors
    from ambulando.response.series import Series

#: days of the person's own past that the answer is made from
ANSWER_DAYS = 365
#: what an answer can be about beside the mood
OTHERS = ("energy", "sleep", "stress")


def days_of(person: Person, today: date, bouts: Sequence[Bout] | None = None) -> "Series | None":
    """The days that an answer is made from; None where there is no mood among them. ``bouts``: as ``convert.series``."""
    return convert.series(person, today - timedelta(days=ANSWER_DAYS), today, bouts)


def priors_of(series: "Series", target: str) -> "Priors | str":
    """What is believed before these days are seen: with what was learned over people here, where that was."""
    return learned.priors_for(series.minutes) if target == "mood" else "central"


def _fitted(series: "Series", target: str, prior: "Priors | str") -> dict[str, Any]:
    from ambulando.response.fit import fit  # numpy, which the web process seldom needs

    found = fit(series, target=target, prior=prior)
    told = None if prior == "central" else learned.told(found.modality)
    return {**convert.stored_fit(found), "learned": told}


def made(series: "Series") -> dict[str, Any]:
    """The whole answer, as it is kept: the fit for the mood, how much it bears, and the fits of the other ratings."""
    from ambulando.response.sensitivity import sensitivity

    prior = priors_of(series, "mood")
    return {
        **_fitted(series, "mood", prior),
        "sensitivity": convert.stored_sensitivity(sensitivity(series, prior=prior)),
        "others": [
            _fitted(series, target, priors_of(series, target)) for target in OTHERS if _rated(series, target)
        ],
    }


def _rated(series: "Series", target: str) -> bool:
    return any(rating is not None for rating in series.rated(target))


@dataclass(frozen=True)
class Current:
    """What a page shows: the fits by target ("mood" first), what was tried on the mood's, and when each was made."""

    fits: Mapping[str, Mapping[str, Any]]
    sensitivity: Mapping[str, Any] | None
    made_at: datetime | None
    #: whether the fits were made here, after what the worker made
    folded: bool

    @property
    def mood(self) -> Mapping[str, Any]:
        return self.fits["mood"]

    @property
    def others(self) -> list[Mapping[str, Any]]:
        return [fit for target, fit in self.fits.items() if target != "mood"]


def current(
    person: Person, today: date, target: str = "mood", bouts: Sequence[Bout] | None = None
) -> Current | None:
    """The person's answer; None where there is no mood yet.

    Where the diary changed since the worker made it (one row tells), the fit for the mood and for ``target`` are made
    here from today's days, so that what was just told counts. What takes longer stays as the worker made it.
    """
    answer: Answer | None = getattr(person, "answer", None)
    kept = dict(answer.fit) if answer else {}
    fits = {"mood": kept} if kept else {}
    fits |= {fit["target"]: fit for fit in kept.get("others", ())}
    folded = answer is None or answer.behind
    if folded:
        series = days_of(person, today, bouts)
        if series is None:
            return None
        for one in dict.fromkeys(("mood", target)):
            if one == "mood" or (one in OTHERS and _rated(series, one)):
                fits[one] = _fitted(series, one, priors_of(series, one))
    return Current(fits, kept.get("sensitivity"), answer.made_at if answer else None, folded)


def keep_answer(person: Person, fit: Mapping[str, Any], changes: int = 0) -> None:
    """Keep the latest answer to "does it help me?". ``changes``: how often the diary had changed when it was read."""
    Answer.objects.update_or_create(
        person=person,
        defaults={
            "grade": fit["grade"],
            "days": fit["days"],
            "sentence": fit["sentence"],
            "fit": fit,
            "changes_read": changes,
        },
    )


def leave_behind(person: Person) -> None:
    """The diary changed: the answer that is kept no longer holds what was told."""
    Answer.objects.filter(person=person).update(changes=F("changes") + 1)
