"""What "How do you know?" tells of one answer, in plain words: read from the stored fit, nothing is computed anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ambulando.web.library.questions import cited
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.plans import pictures
from ambulando.web.plans.answers import Current

TARGET_NAMES = {
    "mood": gettext_lazy("Mood"),
    "energy": gettext_lazy("Energy"),
    "sleep": gettext_lazy("Sleep"),
    "stress": gettext_lazy("Stress"),
}
#: what the numbers of each are about
MEASURED = {
    "mood": gettext_lazy("Your mood in the evening, from 0 to 10. Above zero is better."),
    "energy": gettext_lazy("Your energy in the evening, from 0 to 10. Above zero is more."),
    "sleep": gettext_lazy("How you slept in the night after, from 0 to 10. Above zero is better."),
    "stress": gettext_lazy(
        "Your stress in the evening, from 0 to 10. It is turned round: above zero is less stress."
    ),
}
GRADES = {
    "A": gettext_lazy("A draw chose the days, so how you felt before did not."),
    "B": gettext_lazy(
        "It comes from your own days. But you chose those days, so other things may be behind it."
    ),
    "C": gettext_lazy(
        "There are too few of your own days yet. What is shown below rests mostly on other people."
    ),
}
STARTS = {
    "sceptical": gettext_lazy("With a doubtful start"),
    "central": gettext_lazy("With a start in the middle"),
    "published": gettext_lazy("With a hopeful start"),
}
PRIORS = {
    "sceptical": gettext_lazy("sceptical"),
    "central": gettext_lazy("central"),
    "published": gettext_lazy("as published"),
    "learned": gettext_lazy("central, with what was learned here"),
}
COVARIATES = {
    "weekday": gettext_lazy("the day of the week"),
    "illness": gettext_lazy("days when you were ill"),
    "medicine": gettext_lazy("the days from a change of medicine on"),
    "morning": gettext_lazy("your mood in the morning"),
    "sleep": gettext_lazy("how you slept"),
}


@dataclass(frozen=True)
class Row:
    """A line of a table: what it is, the value, its 95% interval where there is one, and a chance in words."""

    name: Any
    mean: float
    ci: Sequence[float] | None = None
    chance: str = ""


@dataclass(frozen=True)
class Picture:
    drawing: SafeString
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Known:
    """All that the page shows of one target, in the order of the page; what is not known is None or empty."""

    target: str
    fit: Mapping[str, Any]
    called: Any
    measured: Any
    prior: Any
    grade_in_words: Any
    chances: tuple[str, ...]
    largest: tuple[tuple[Any, str], ...]
    own_share: int | None
    belief: Picture | None
    days_after: Picture | None
    would_change: Picture | None
    tipping: str | None
    sensitivity: Mapping[str, Any]
    covariates: tuple[Any, ...]
    starts: tuple[tuple[Any, str], ...]
    sources: tuple[tuple[str, str], ...]
    weeks: tuple[Row, ...]


def known(current: Current, target: str) -> Known:
    fit = current.fits[target]
    how = fit["how_do_you_know"]
    modality = fit["modality"]
    sensitivity = (current.sensitivity or {}) if target == "mood" else {}
    if sensitivity.get("modality") != modality:  # of earlier days, about another kind
        sensitivity = {}
    main = next(
        (one for one in fit["effects"] if one["modality"] == modality and one["horizon"] == "same-day"), None
    )
    called = MODALITY_NAMES.get(modality, modality)
    return Known(
        target=target,
        fit=fit,
        called=called,
        measured=MEASURED[target],
        prior=PRIORS.get(fit["prior"], fit["prior"]),
        grade_in_words=GRADES[fit["grade"]],
        chances=_chances(main, how["smallest_that_matters"]) if main else (),
        largest=tuple(
            (MODALITY_NAMES.get(one, one), in_100(chance))
            for one, chance in sorted((fit.get("p_best") or {}).items(), key=lambda pair: -pair[1])
        ),
        own_share=_own_share(main) if main else None,
        belief=_belief(fit, main) if main and fit.get("curve") else None,
        days_after=_days_after(fit["day_after"]) if fit.get("day_after") else None,
        would_change=_would_change(fit, main, sensitivity) if main and fit.get("by_prior") else None,
        tipping=_tipping(fit),
        sensitivity=sensitivity,
        covariates=tuple(COVARIATES[one] for one in how["covariates"]),
        starts=_starts(how["priors"], modality),
        sources=tuple(
            (one, cited(one)) for one in sorted({s for belief in how["priors"] for s in belief["sources"]})
        ),
        weeks=tuple(_by_prior(one) for one in fit.get("weeks_by_prior") or ()),
    )


def in_100(chance: float) -> str:
    """A chance as people say it; never none and never all."""
    if chance < 0.01:
        return _("less than 1 in 100")
    if chance > 0.99:
        return _("more than 99 in 100")
    return _("{n} in 100").format(n=round(100 * chance))


def points(value: float) -> str:
    """A difference as it stands in a sentence: +0.25 or −0.10."""
    return f"{value:+.2f}".replace("-", "−") if abs(value) >= 0.005 else "0"


def _chances(main: Mapping[str, Any], smallest: float) -> tuple[str, ...]:
    return (
        _("The chance that there is a difference for the better, of any size, is {chance}.").format(
            chance=in_100(main["p_positive"])
        ),
        _("The chance that it is large enough to matter is {chance}.").format(
            chance=in_100(main["p_matters"])
        ),
        _("To matter means more than {points} points of 10. That limit is our choice.").format(
            points=smallest
        ),
    )


def _own_share(main: Mapping[str, Any]) -> int | None:
    """Of 100 parts of what is known, those from the person's days: how much narrower they made the belief.

    One minus the ratio of the variances, which for normal beliefs is the share of the data in the precision.
    """
    if not main["prior_sd"]:
        return None
    return round(100 * max(0.0, 1 - (main["sd"] / main["prior_sd"]) ** 2))


def _belief(fit: Mapping[str, Any], main: Mapping[str, Any]) -> Picture:
    reach = 1.959964 * main["prior_sd"]
    rows = [
        Row(_("before your days"), main["prior_mean"], (main["prior_mean"] - reach, main["prior_mean"] + reach)),
        Row(_("with your days"), main["mean"], main["ci"], in_100(main["p_matters"])),
    ]  # fmt: skip
    if corrected := fit["corrected"]:
        rows.append(
            Row(
                _("allowing for low days"),
                corrected["mean"],
                corrected["ci"],
                in_100(corrected["p_matters"]),
            )
        )
    return Picture(pictures.belief(fit["curve"]), tuple(rows))


def _days_after(days: Sequence[Mapping[str, Any]]) -> Picture:
    rows = tuple(
        Row(_("the same day") if place == 0 else place, day["mean"], day["ci"])
        for place, day in enumerate(days)
    )
    return Picture(pictures.days_after(days), rows)


def _by_prior(one: Mapping[str, Any]) -> Row:
    return Row(STARTS.get(one["name"], one["name"]), one["mean"], one["ci"], in_100(one["p_matters"]))


def _would_change(fit: Mapping[str, Any], main: Mapping[str, Any], sensitivity: Mapping[str, Any]) -> Picture:
    rows = [Row(_("This answer"), main["mean"], main["ci"], in_100(main["p_matters"]))]
    rows += [_by_prior(one) for one in fit["by_prior"] if one["name"] != fit["prior"]]
    if corrected := fit["corrected"]:
        rows.append(
            Row(
                _("Allowing for low days"), corrected["mean"], corrected["ci"], in_100(corrected["p_matters"])
            )
        )
    rows += [
        Row(name, sensitivity[key])
        for key, name in (
            ("robust_mean", _("With days far from usual held back")),
            ("first_half", _("From the first half of your days")),
            ("second_half", _("From the second half of your days")),
        )
        if sensitivity.get(key) is not None
    ]
    marks = [
        pictures.Mark(str(row.name), row.mean, (row.ci[0], row.ci[1]) if row.ci else None, main=place == 0)
        for place, row in enumerate(rows)
    ]
    return Picture(pictures.what_would_change(marks), tuple(rows))


def _tipping(fit: Mapping[str, Any]) -> str | None:
    """How strong the pull of a low mood would have to be to leave nothing of the answer, beside that in a study."""
    corrected, tipping = fit["corrected"], fit["tipping_point"]
    if tipping is None or not corrected:
        return None
    usual = corrected["reverse_mean"]
    told = _(
        "For this pull to be all of it, one point of mood would have to raise your odds of a session by {percent} percent. "
        "After a study of other people we take {usual} percent as usual."
    ).format(percent=_raises(tipping), usual=_raises(usual))
    if tipping <= usual:
        end = _("So the pull alone could be all that we see here.")
    elif tipping <= 2 * usual:
        end = _("So the pull would have to be stronger than usual, but it may well be part of what we see.")
    else:
        end = _("So the pull would have to be more than twice as strong as usual to be all of it.")
    return f"{told} {end}"


#: percent beyond which nobody can picture how much odds go up
FAR = 400


def _raises(log_odds: float) -> str:
    """By how many percent odds go up."""
    percent = 100 * (exp(min(log_odds, 7.0)) - 1)
    return _("more than {far}").format(far=FAR) if percent > FAR else str(round(percent))


def _starts(priors: Sequence[Mapping[str, Any]], modality: str | None) -> tuple[tuple[Any, str], ...]:
    """What was believed before, horizon by horizon, for the modality that the answer speaks of."""
    said: dict[str, Promise | str] = {
        "same-day": _(
            "For the day itself: about {mean} points for a usual session, from studies that followed people day by day. For one "
            "person, anything from {low} to {high} was thought likely."
        ),
        "next-day": _(
            "For the day after: about {mean} points, and for one person anything from {low} to {high}."
        ),
        "weeks": _(
            "Over weeks, from trials: about {mean} points for three sessions a week, and for one person anything from {low} to "
            "{high}. Trials that may have been too hopeful count less."
        ),
    }
    return tuple(
        (
            one["horizon"],
            said[one["horizon"]].format(
                mean=points(one["mean"]),
                low=points(one["mean"] - 1.96 * one["sd"]),
                high=points(one["mean"] + 1.96 * one["sd"]),
            ),
        )
        for one in priors
        if one["modality"] == modality
    )
