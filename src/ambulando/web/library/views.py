"""What trials say, the rules, and what this is: pages that need no account."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

import ambulando
from ambulando.activity.catalogue import catalogue
from ambulando.evidence import base, within_person
from ambulando.evidence.questions import stated
from ambulando.evidence.rows import Contrast, DoseRow, EffectContrast, EventContrast
from ambulando.plan.rules import rules as plan_rules
from ambulando.safety.rules import care_rules
from ambulando.safety.rules import rules as safety_rules
from ambulando.web.library import queries, questions
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.templatetags.words import figure as figure_of


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "library/about.html", {"version": ambulando.__version__})


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """The questions that people bring, each with its answer in a line, and how it was checked."""
    publication = queries.publication()
    context: dict[str, Any] = {
        "version": base.version(),
        "results": publication.results if publication else None,
        "compared": questions.compared(publication.results) if publication else [],
        "questions": questions.index(publication),
    }
    return render(request, "library/evidence.html", context)


@require_safe
def rows(request: HttpRequest, analysis_id: str) -> HttpResponse:
    """The rows of an analysis, each with where it comes from; a published one stands among the published figures."""
    analysis = base.analyses().get(analysis_id)
    if analysis is None:
        raise Http404
    if analysis.status != "recomputed":
        return redirect(f"{reverse('published')}#{analysis_id}")
    publication = queries.publication()
    pooled = publication.results["pooled"].get(analysis_id) if publication else None
    columns, cells = COLUMNS[analysis.rows]
    effects = pooled["rows"] if pooled else {}
    table = [
        {
            "id": row.id,
            "study": row.study,
            "where": row.where,
            "confirmed": row.confirmed,
            "cells": cells(row, effects.get(row.id)),
        }
        for row in base.rows_for(analysis_id)
    ]
    context = {"analysis": analysis, "rows": table, "columns": columns, "pooled": pooled}
    return render(request, "library/rows.html", context)


def _effect(effect: dict[str, float] | None) -> list[str]:
    if effect is None:
        return ["–", "–"]
    return [figure_of(effect["effect"]), f"{figure_of(effect['low'])} {_('to')} {figure_of(effect['high'])}"]


def _printed(figure: float | None) -> str:
    return "–" if figure is None else figure_of(figure)


def _people(row: EffectContrast, effect: dict[str, float] | None) -> list[Any]:
    """A row that was added with its effect alone."""
    arms = [_("not given") if n is None else str(n) for n in (row.n_arm, row.n_against)]
    return [*arms, "–", *_effect(effect)]


def _score_cells(row: Contrast | EffectContrast, effect: dict[str, float] | None) -> list[Any]:
    if isinstance(row, EffectContrast):
        return _people(row, effect)
    arm = f"{row.n_arm} · {row.mean_arm:g} ({row.sd_arm:g})"
    against = f"{row.n_against} · {row.mean_against:g} ({row.sd_against:g})"
    return [arm, against, _printed(row.printed_smd), *_effect(effect)]


def _event_cells(row: EventContrast | EffectContrast, effect: dict[str, float] | None) -> list[Any]:
    if isinstance(row, EffectContrast):
        return _people(row, effect)
    arm, against = f"{row.events_arm} / {row.n_arm}", f"{row.events_against} / {row.n_against}"
    return [arm, against, _printed(row.printed_rr), *_effect(effect)]


def _dose_cells(row: DoseRow, _effect: dict[str, float] | None) -> list[Any]:
    interval = "–" if row.low is None or row.high is None else f"{row.low:g} {_('to')} {row.high:g}"
    return [f"{row.dose:g}", f"{row.cases:,.0f}", f"{row.person_years:,.0f}", f"{row.rr:g}", interval]


#: the kind of rows -> names of the columns after the study, and what stands in them
COLUMNS: dict[str, tuple[list[Any], Callable[[Any, Any], list[Any]]]] = {
    "smd": (
        [gettext_lazy("study"), gettext_lazy("exercise: people · mean (SD)"), gettext_lazy("control: people · mean (SD)"),
         gettext_lazy("printed SMD"), gettext_lazy("recomputed"), gettext_lazy("95% interval")],
        _score_cells,
    ),
    "events": (
        [gettext_lazy("study"), gettext_lazy("exercise: completed / people"), gettext_lazy("control: completed / people"),
         gettext_lazy("printed risk ratio"), gettext_lazy("log risk ratio"), gettext_lazy("95% interval")],
        _event_cells,
    ),
    "dose": (
        [gettext_lazy("cohort"), gettext_lazy("marginal MET-hours a week"), gettext_lazy("cases"), gettext_lazy("person-years"),
         gettext_lazy("risk ratio"), gettext_lazy("95% interval")],
        _dose_cells,
    ),
}  # fmt: skip


@require_safe
def row(request: HttpRequest, row_id: str) -> HttpResponse:
    """To the place where a single row can be read."""
    for analysis in base.analyses().values():
        if analysis.status == "recomputed" and any(one.id == row_id for one in base.rows_for(analysis.id)):
            return redirect(f"{reverse('rows', args=[analysis.id])}#{row_id}")
    if any(one.id == row_id for one in (*base.published(), *stated().values(), *within_person.facts())):
        return redirect(f"{reverse('published')}#{row_id}")
    raise Http404


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    said = [*stated().values(), *within_person.facts()]
    return render(request, "library/published.html", {"rows": base.published(), "said": said})


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    return render(
        request, "library/sources.html", {"references": base.references().values(), "version": base.version()}
    )


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "library/rules.html",
        {"safety_rules": (*safety_rules(), *care_rules()), "plan_rules": plan_rules().values()},
    )


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    return render(
        request, "library/activities.html", {"activities": catalogue().values(), "names": MODALITY_NAMES}
    )


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def figure(request: HttpRequest, publication: int, name: str, theme: str, width: str) -> HttpResponse:
    found = queries.figure(publication, name, theme, width)
    if found is None:
        raise Http404
    return HttpResponse(found.svg, content_type="image/svg+xml")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose page was open too long, or was sent from elsewhere. Nothing was changed.

    What was typed on a page of ours can be sent again; a form of another site, a password or a file is not offered.
    """
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    secret = any("password" in name for name, _value in fields) or bool(request.FILES)
    context = {"fields": fields if ours and not secret else []}
    response = render(request, "library/stale_form.html", context, status=403)
    if ours and request.htmx:
        response["HX-Refresh"] = "true"
    return response
