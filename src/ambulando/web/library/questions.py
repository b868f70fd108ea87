"""The pages of the questions that people bring, and of the claims that this project began with."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import MODALITIES
from ambulando.activity.dose import dose_of
from ambulando.evidence import base
from ambulando.evidence.claims import claims as all_claims
from ambulando.evidence.modalities import finding
from ambulando.evidence.questions import questions
from ambulando.web.journal import queries as journal
from ambulando.web.library import curve, queries
from ambulando.web.people.models import Person
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.templatetags.words import figure as figure_of

DOSE, BRISK_WALK = "pearce2022-any", "pearce2022-brisk-walk"
#: doses of the curve that carry their risk in the picture
MARKED = (4.375, 8.75)
COUNTED = ("percent", "sessions", "rank (SUCRA)")
#: what a word of certainty means, for a reader
SURE = {
    "high": gettext_lazy("New trials are not likely to change this."),
    "moderate": gettext_lazy("The truth is probably close to this, and may differ a good deal."),
    "low": gettext_lazy("The truth may differ a good deal from this."),
    "very low": gettext_lazy("We know little here. The truth probably differs from this."),
    "not graded": gettext_lazy("Nobody has graded this as a whole, so please hold it lightly."),
}
#: how a measure is named on a page, and what its numbers mean
UNITS = {
    "SMD": gettext_lazy("difference (SMD)"),
    "effect size d": gettext_lazy("difference (d)"),
    "RR": gettext_lazy("ratio of risks (RR)"),
    "OR": gettext_lazy("ratio of odds (OR)"),
    "odds ratio": gettext_lazy("ratio of odds (OR)"),
    "HR": gettext_lazy("ratio of rates (HR)"),
    "points": gettext_lazy("points of a scale"),
    "percent": gettext_lazy("of 100 people"),
    "VO2max": gettext_lazy("fitness (VO2max)"),
}
_DIFFERENCE = gettext_lazy(
    "Difference (SMD, d): how far two groups are apart, in standard deviations. 0 is none; about 0.2 is small, 0.5 is middling "
    "and 0.8 is large. Below 0 is fewer symptoms for those who exercised, unless a row says that it is not so."
)
_RATIO = gettext_lazy("Ratio (RR, OR, HR): 1 is no difference, 0.8 is a fifth less, 1.2 is a fifth more.")
MEANINGS = {
    **dict.fromkeys(("SMD", "effect size d"), _DIFFERENCE),
    **dict.fromkeys(("RR", "OR", "odds ratio", "HR"), _RATIO),
    "VO2max": gettext_lazy("Fitness (VO2max): the oxygen that a body can use, in ml a minute for each kg."),
    "rank (SUCRA)": gettext_lazy("Rank (SUCRA): from 0 to 100, where 100 would be first for sure."),
}
QUANTITIES = {
    "k": gettext_lazy("studies"),
    "n": gettext_lazy("people"),
    "estimate": gettext_lazy("pooled result"),
    "low": gettext_lazy("lower end of the interval"),
    "high": gettext_lazy("upper end of the interval"),
    "weights": gettext_lazy("weights of the studies"),
}
DOMAINS = {
    "risk_of_bias": gettext_lazy("bias in the studies"),
    "inconsistency": gettext_lazy("differences between studies"),
    "indirectness": gettext_lazy("how well they fit the question"),
    "imprecision": gettext_lazy("width of the interval"),
    "publication_bias": gettext_lazy("studies that may be missing"),
}


def index(publication: Any) -> list[dict[str, Any]]:
    """Every question with its answer in a line; how sure it is once the results are there."""
    sure = {}
    if publication:
        sure = {one["id"]: one["certainty"] for one in publication.results.get("questions", ())}
    return [
        {"id": one.id, "question": one.question, "short": one.short, "certainty": sure.get(one.id, "")}
        for one in questions()
    ]


def compared(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The recomputed figures, with their quantities in words; statistics (Q, I2, tau2, z) keep their names."""
    rows = []
    for row in results["reproduced"]:
        name, _at, dose = row["quantity"].partition(" at ")
        words = QUANTITIES.get(name, name)
        rows.append(
            {**row, "words": _("{quantity} at {dose}").format(quantity=words, dose=dose) if dose else words}
        )
    return rows


@require_safe
def question(request: HttpRequest, question_id: str) -> HttpResponse:
    """A question: the short answer first, how sure it is, what it rests on, and both sides where sources disagree."""
    asked = {one.id: one for one in questions()}
    if question_id not in asked:
        raise Http404
    publication = queries.publication()
    found = None
    if publication:
        found = next(
            (one for one in publication.results.get("questions", ()) if one["id"] == question_id), None
        )
    order = list(asked)
    following = order[(order.index(question_id) + 1) % len(order)]
    context: dict[str, Any] = {
        "asked": asked[question_id],
        "following": asked[following],
        "answer": found,
        "publication": publication,
        "results": publication.results if publication else None,
        "version": base.version(),
    }
    if found:
        context |= {
            "sure": SURE[found["certainty"]],
            "findings": shown(found["findings"]),
            "meanings": meanings(found["findings"]),
            "topics": topics(found["sides"]),
            "names": {id_: cited(id_) for id_ in base.references()},
            "domains": DOMAINS,
        }
    if found and question_id == "which-kind":
        kinds = [(MODALITY_NAMES[modality], finding(modality)) for modality in MODALITIES]
        whole = next((kind for _name, kind in kinds if kind.fit == "whole"), None)
        context |= {"kinds": kinds, "whole": whole, "difference": _DIFFERENCE}
    if found and question_id == "how-much":
        context |= dose(request, context["results"])
    return render(request, "library/question.html", context)


def topics(sides: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sides by what they disagree on."""
    return [
        {"topic": topic, "sides": list(some)}
        for topic, some in groupby(sides, key=lambda side: side["topic"])
    ]


def shown(findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings with their numbers as they stand on a page: counts without decimals, people with commas."""
    found = []
    for one in findings:
        # What is counted or ranked has no decimals; differences and ratios have two.
        digits = 0 if one["measure"] in COUNTED else 2
        result = interval = ""
        if one["ci"]:
            interval = f"{figure_of(one['ci'][0], digits)} {_('to')} {figure_of(one['ci'][1], digits)}"
        if one["estimate"] is not None:
            result = figure_of(one["estimate"], digits)
        found.append(
            {
                **one,
                "result": result,
                "range": interval,
                "people": f"{one['n']:,}" if one["n"] else "",
                "unit": UNITS.get(one["measure"], one["measure"]),
            }
        )
    return found


def meanings(findings: Sequence[dict[str, Any]]) -> list[Any]:
    """What the numbers of findings mean, each measure once."""
    return list(dict.fromkeys(MEANINGS[one["measure"]] for one in findings if one["measure"] in MEANINGS))


def cited(reference: str) -> str:
    """A source as it is named in a line: "clegg2026" is Clegg 2026."""
    named = re.match(r"([a-z]+)(\d{4})", reference)
    return f"{named[1].capitalize()} {named[2]}" if named else reference.split("-")[0].upper()


def dose(request: HttpRequest, results: dict[str, Any]) -> dict[str, Any]:
    """The dose curve with the person's own last days on it, and what that says."""
    drawn = {"points": results["drawn"], "knots": results["curves"][DOSE]["knots"]}
    own = None
    if request.user.is_authenticated and request.user.onboarded_at:
        own = own_week(request.user, timezone.localdate(timezone=request.user.zone))
    words = sentences(own, drawn["points"], results["an_hour"], drawn["knots"][-1]) if own else []
    mark = own["dose"] if own else None
    label = own["label"] if own else ""
    return {
        "curve": curve.picture(drawn, results["an_hour"], MARKED, mark, label),
        "own": words,
        "doses": [
            {**point, "hours": f"{point['dose'] / results['an_hour']:g}"}
            for point in results["curves"][DOSE]["curve"]
        ],
    }


def own_week(person: Person, today: date) -> dict[str, Any] | None:
    """The dose of the last seven days; where there is none, that of a usual week of the last four."""
    if person.no_numbers:  # for whom counted activity can do harm, the curve stands without their own
        return None
    bouts = journal.done_bouts(person, since=today - timedelta(days=28))

    def of_last(days: int) -> Any:
        return dose_of(_within(bouts, today, days))

    week, month = of_last(7), of_last(28)
    usual = not week.bouts and month.bouts > 0
    return {
        "dose": month.marginal_met_hours / 4 if usual else week.marginal_met_hours,
        "minutes": round(month.minutes / 4 if usual else week.minutes),
        "usual": usual,
        "label": _("your last 4 weeks") if usual else _("your last 7 days"),
    }


def _within(bouts: Sequence[Bout], today: date, days: int) -> list[Bout]:
    return [bout for bout in bouts if today - timedelta(days=days) < bout.day <= today]


def sentences(
    own: dict[str, Any], points: Sequence[dict[str, Any]], an_hour: float, last: float
) -> list[str]:
    """What a person's own week says and does not say. ``an_hour``: the dose of an hour of brisk walking; ``last``: the dose
    up to which many people were studied.
    """
    if own["minutes"] == 0:
        return [
            _("There is nothing in your notes for the last 7 days, and that is all right."),
            _("The step from nothing to a little is where the curve is steepest."),
        ]
    minutes = own["minutes"]
    if own["usual"]:
        said = [
            _("There is nothing in your notes for the last 7 days, and that is all right."),
            ngettext(
                "In the four weeks up to now it was about {minutes} minute a week.",
                "In the four weeks up to now it was about {minutes} minutes a week.",
                minutes,
            ).format(minutes=minutes),
        ]
    else:
        said = [
            ngettext(
                "In your last 7 days you noted {minutes} minute.",
                "In your last 7 days you noted {minutes} minutes.",
                minutes,
            ).format(minutes=minutes)
        ]
    brisk = round(60 * own["dose"] / an_hour)
    if brisk == 0:
        return [
            *said,
            _("That was gentle. This curve counts effort alone, so the mark stands at its beginning."),
        ]
    if own["dose"] > curve.LIMIT:
        return [
            *said,
            _(
                "That lies beyond the right end of the picture, where few people were studied. The mark stands at the end."
            ),
        ]
    if abs(brisk - minutes) <= minutes / 10:
        said.append(_("That is where the mark stands."))
    else:
        said.append(_mark_at(brisk))
    if own["dose"] > last:
        said.append(_("Few people who did that much were studied, so the curve is unsure there."))
    point = curve.at(points, own["dose"])
    said.append(
        _(
            "Among people who did about that much, the risk was {less} percent lower than among those who did none. "
            "It may be anything from {low} to {high} percent."
        ).format(less=_lower(point["rr"]), low=_lower(point["ci"][1]), high=_lower(point["ci"][0]))
    )
    return [
        *said,
        _("That is about them, who were not depressed at the start. It does not foretell anything for you."),
    ]


def _mark_at(brisk: int) -> str:
    return ngettext(
        "The curve counts that as about {minutes} minute of brisk walking. That is where the mark stands.",
        "The curve counts that as about {minutes} minutes of brisk walking. That is where the mark stands.",
        brisk,
    ).format(minutes=brisk)


def _lower(ratio: float) -> str:
    """How many percent lower a ratio of risks is."""
    return figure_of(100 * (1 - ratio), 0)


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """What the article that this began with says, claim by claim, with its study and a verdict."""
    publication = queries.publication()
    found = publication.results.get("claims", {}) if publication else {}
    asked = {one.id: one.question for one in questions()}
    context = {
        "claims": [
            {
                "claim": one,
                "question": asked[one.question],
                "findings": shown(found.get(one.id, ())),
                "meanings": meanings(found.get(one.id, ())),
            }
            for one in all_claims().values()
        ],
        "names": {id_: cited(id_) for id_ in base.references()},
        "version": base.version(),
    }
    return render(request, "library/claims.html", context)
