"""Pages of group trials for who runs them: set one up, open and close it, the pooled result. No name stands on any.

Staff see every trial and its rows; a verified clinician sees their own, and no rows, as they know the people in it.
"""

import csv
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.response.protocol import questions
from ambulando.web.later import later
from ambulando.web.posted import posted
from ambulando.web.trials import actions, consent, export, queries
from ambulando.web.trials.forms import TrialForm
from ambulando.web.trials.jobs import pool
from ambulando.web.trials.models import GroupTrial

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """To everybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def runs_trials(view: View) -> View:
    """For staff and verified clinicians. To everybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not queries.may_run(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@runs_trials
def trials(request: HttpRequest) -> HttpResponse:
    """The group trials of who looks, and the questions from which a new one is made."""
    return render(
        request, "trials/trials.html", {"trials": queries.run_by(request.user), "questions": questions()}
    )


@runs_trials
def new(request: HttpRequest, question: str) -> HttpResponse:
    chosen = next((one for one in questions() if one.id == question), None)
    if chosen is None:
        raise Http404
    form = TrialForm(request.POST or None, question=chosen)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            protocol = form.protocol(told["opens"])
            leader = None if request.user.is_staff else request.user
            trial = actions.make(
                told["title"], told["by"], protocol, opens=told["opens"], closes=told["closes"], leader=leader
            )
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("trial", trial.pk)
    context = {"form": form, "question": chosen}
    return render(request, "trials/new.html", context, status=422 if form.errors else 200)


@require_safe
@runs_trials
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(queries.run_by(request.user), pk=pk)
    context = {
        "trial": one,
        "name": queries.name_of(one),
        "link": request.build_absolute_uri(reverse("join", args=[one.code])),
        "result": queries.shown_result(one),
        "fewest": queries.FEWEST_SHOWN,
        "consent": consent.text(consent.version_of(one)),
    }
    return render(request, "trials/trial.html", context)


@posted(back="trials")
@runs_trials
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Open or close it, or have the result made anew."""
    one = get_object_or_404(queries.run_by(request.user), pk=pk)
    wanted = request.POST.get("do")
    if wanted == "open":
        actions.open_trial(one)
    elif wanted == "close":
        actions.close_trial(one)
    elif wanted == "pool":
        later(pool, one.pk)
        messages.info(request, _("The result is being made. Please look again in a minute."))
    return redirect("trial", pk)


@require_safe
@staff_only
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows as ``ambulando response group`` reads them; only where the result is shown, too."""
    one = get_object_or_404(GroupTrial, pk=pk)
    if queries.shown_result(one) is None:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="group-{one.pk}-{timezone.localdate()}.csv"'
    writer = csv.DictWriter(answer, export.columns(one), lineterminator="\n")
    writer.writeheader()
    writer.writerows(export.rows(one))
    return answer
