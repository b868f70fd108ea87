"""A comparison of one's own: the idea, setting it up, how it goes, and what came out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ambulando.ground import InputError
from ambulando.response.protocol import Question, questions
from ambulando.web.comparisons import actions, queries, results
from ambulando.web.comparisons.forms import SetUp, fits
from ambulando.web.comparisons.models import Comparison
from ambulando.web.comparisons.placing import scope_of
from ambulando.web.people.onboarded import onboarded
from ambulando.web.plans import convert
from ambulando.web.posted import posted

#: a question whose own words name lengths that may not be those of this person
ASKED = {"minutes": gettext_lazy("A shorter or a longer session?")}


@onboarded
def comparisons(request: HttpRequest) -> HttpResponse:
    """What a comparison is, the questions that fit this person, the one that runs and those before."""
    every = list(queries.all_of(request.user))
    running = next((one for one in every if one.running), None)
    context = {
        "page": "progress",
        "running": running,
        "earlier": [(one, results.name_of(one)) for one in every if not one.running],
        "running_name": results.name_of(running) if running else None,
        "questions": [] if running else _offered(request),
    }
    return render(request, "comparisons/comparisons.html", context)


def _offered(request: HttpRequest) -> list[tuple[Question, Any]]:
    """The questions that this person has two options for, each with its words."""
    today, person = timezone.localdate(), request.user
    scope, profile = scope_of(person, today), convert.profile_of(person, today)
    return [
        (one, ASKED.get(one.id, one.text))
        for one in questions()
        if fits(one, scope, profile, counted=not person.no_numbers)
    ]


@onboarded
def set_up(request: HttpRequest, question: str) -> HttpResponse:
    """First what and how long, as a form; then what it could find; then, posted, the start."""
    person, today = request.user, timezone.localdate()
    found = next((one for one in questions() if one.id == question), None)
    if found is None:
        raise Http404
    if running := queries.running(person):
        return redirect("comparison", running.pk)
    scope, profile = scope_of(person, today), convert.profile_of(person, today)
    counted = not person.no_numbers
    if not fits(found, scope, profile, counted=counted):
        return redirect("comparisons")
    told = request.POST if request.method == "POST" else request.GET
    form = SetUp(told or None, question=found, scope=scope, profile=profile, counted=counted)
    context = {"page": "progress", "question": found, "asked": ASKED.get(found.id, found.text), "form": form}
    if told and form.is_valid():
        try:
            protocol = form.protocol(today)
            if request.method == "POST":
                begun = actions.begin(person, protocol, today=today)
                messages.info(
                    request, _("It is set. The first draw comes soon, and Today tells you on the day.")
                )
                return redirect("comparison", begun.pk)
            context |= {"protocol": protocol, "told": list(_pairs(told)), **results.before(protocol)}
            return render(request, "comparisons/before.html", context)
        except InputError as error:
            if running := queries.running(person):  # a double tap: the first one began it
                return redirect("comparison", running.pk)
            form.add_error(None, str(error))
    status = 422 if told and form.errors else 200
    return render(request, "comparisons/set_up.html", context, status=status)


def _pairs(told: Any) -> Any:
    return (
        (name, value) for name, values in told.lists() for value in values if name != "csrfmiddlewaretoken"
    )


@onboarded
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """How it goes while it runs; what came out when it has ended."""
    found = _own(request, pk)
    context = {"page": "progress", "comparison": found, "name": results.name_of(found)}
    if found.running:
        context |= {
            "options": queries.protocol(found).options,
            "counts": queries.counts(found, timezone.localdate()),
            "last": queries.last_day(found),
        }
        return render(request, "comparisons/running.html", context)
    actions.seen(request.user, found, timezone.now())
    context |= results.shown(found, counted=not request.user.no_numbers)
    return render(request, "comparisons/result.html", context)


@posted(back="comparisons")
@onboarded
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap, at any time, without a reason."""
    found = actions.stop(request.user, _own(request, pk))
    messages.info(request, _("It has ended. That is fine, and your days stay yours."))
    return redirect("comparison", found.pk)


@posted(back="comparisons")
@onboarded
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        actions.remove(request.user, _own(request, pk))
    except InputError as error:
        messages.info(request, str(error))
        return redirect("comparison", pk)
    messages.info(request, _("Removed."))
    return redirect("comparisons")


@onboarded
def days_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The days, as `ambulando response analyse` reads them."""
    found = _ended(request, pk)
    answer = HttpResponse(results.csv_of(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="comparison-{pk}-days.csv"'
    return answer


@onboarded
def design_json(request: HttpRequest, pk: int) -> JsonResponse:
    """Protocol, schedule, seed and seal: what the hash of the start was made from."""
    found = _ended(request, pk)
    answer = JsonResponse(results.design_of(found), json_dumps_params={"indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="comparison-{pk}-design.json"'
    return answer


def _own(request: HttpRequest, pk: int) -> Comparison:
    return get_object_or_404(queries.with_person(), pk=pk, person=request.user)


def _ended(request: HttpRequest, pk: int) -> Comparison:
    """One that has ended: before that, the schedule would tell what is to come."""
    found = _own(request, pk)
    if found.running or request.user.no_numbers:
        raise Http404
    return found
