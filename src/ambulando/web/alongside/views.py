"""From my care: homework, what a clinician asked for, and what else there is when nothing moved."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.evidence import base
from ambulando.ground import InputError, as_json
from ambulando.plan import alongside as core
from ambulando.safety.screen import of_care
from ambulando.web.alongside import actions, queries
from ambulando.web.alongside.forms import AskedForm, HomeworkForm
from ambulando.web.alongside.models import Asked, EightWeeks, Homework
from ambulando.web.library.questions import SURE, cited, meanings, shown
from ambulando.web.people.onboarded import onboarded
from ambulando.web.people.unsent import given
from ambulando.web.plans import convert
from ambulando.web.posted import posted


@onboarded
def alongside(request: HttpRequest) -> HttpResponse:
    person = request.user
    profile = convert.profile_of(person, timezone.localdate())
    context = {
        "page": "you",
        "homework": queries.homework(person),
        "left_out": core.left_out(profile),
        "asked": queries.asked(person),
        "constraints": of_care(profile, no_numbers=person.no_numbers),
        "before": queries.before(person),
        "has_plan": person.has_team or person.treatment.exists(),
    }
    return render(request, "alongside/alongside.html", context)


@onboarded
def add_homework(request: HttpRequest) -> HttpResponse:
    person = request.user
    form = HomeworkForm(
        given(request),
        initial={"activity": "easy-walk", "said_on": timezone.localdate()},
        numbers=not person.no_numbers,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_homework(person, timezone.now(), **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept. Your week is made with it."))
            return redirect("alongside")
    return render(request, "alongside/homework.html", {"page": "you", "form": form})


@posted(back="alongside")
@onboarded
def end_homework(request: HttpRequest, pk: int) -> HttpResponse:
    actions.end_homework(
        request.user, get_object_or_404(Homework, pk=pk, person=request.user), timezone.now()
    )
    messages.info(request, _("It is out of your week."))
    return redirect("alongside")


@onboarded
def ask(request: HttpRequest) -> HttpResponse:
    """What a clinician asked for; the form starts from what holds now."""
    person = request.user
    form = AskedForm(given(request), initial=_held(person), numbers=not person.no_numbers)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.ask(person, timezone.now(), **form.cleaned_data)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Kept. Your week is made within it.") if kept else _("Nothing is asked for now.")
            )
            return redirect("alongside")
    return render(request, "alongside/asked.html", {"page": "you", "form": form})


def _held(person: Any) -> dict[str, Any]:
    row = queries.asked(person).filter(entered_by=Asked.PERSON).first()
    if row is None:
        return {"said_on": timezone.localdate()}
    known = {id_ for id_, _name in AskedForm.base_fields["avoid"].choices}
    return {
        "max_minutes": row.max_minutes,
        "max_intensity": row.max_intensity or "",
        "minutes_per_week": row.minutes_per_week,
        "sessions": row.sessions,
        "avoid": [one for one in row.avoid if one in known],
        "avoid_one": next((one for one in row.avoid if one not in known), ""),
        "said_by": row.said_by,
        "said_on": row.said_on,
    }


@posted(back="alongside")
@onboarded
def end_asked(request: HttpRequest, pk: int) -> HttpResponse:
    actions.end_asked(request.user, get_object_or_404(Asked, pk=pk, person=request.user), timezone.now())
    messages.info(request, _("It no longer binds your week."))
    return redirect("alongside")


@onboarded
def other_help(request: HttpRequest) -> HttpResponse:
    """What else there is: a sentence, its parts, and the rows, for each; with what the person's own answers say."""
    treatments = []
    for one in core.treatments():
        findings = [as_json(found) for found in one.findings]
        treatments.append(
            {
                "told": one,
                "sure": SURE[one.certainty],
                "findings": shown(findings),
                "meanings": meanings(findings),
            }
        )
    context = {
        "page": "you",
        "treatments": treatments,
        "word": queries.latest(request.user),
        "names": {id_: cited(id_) for id_ in base.references()},
        "version": base.version(),
        "today": timezone.localdate(),
        # for paper, which shows only what is open
        "everything": "all" in request.GET,
    }
    return render(request, "alongside/other_help.html", context)


@posted(back="today")
@onboarded
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap, from Today or Progress; with htmx a quiet line takes its place."""
    word = get_object_or_404(EightWeeks, pk=pk, person=request.user)
    actions.put_away(request.user, word, timezone.now())
    if request.htmx:
        return render(request, "alongside/put_away.html")
    messages.info(request, _("Put away."))
    return redirect("today")
