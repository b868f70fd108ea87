"""Pages of group trials: for people who join, see their result and leave."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.people.models import Person
from ambulando.web.people.onboarded import onboarded
from ambulando.web.posted import posted
from ambulando.web.trials import actions, consent, queries
from ambulando.web.trials.forms import CodeForm
from ambulando.web.trials.models import GroupTrial, Membership


@onboarded
def find(request: HttpRequest) -> HttpResponse:
    """The code of a group, typed in; and the groups that the person takes part in."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        found = queries.open_to_all().filter(code=form.cleaned_data["code"]).first()
        if found and queries.open_for(request.user, found, timezone.now()):
            return redirect("join", form.cleaned_data["code"])
        form.add_error("code", _("We know no group with this code. Please check its letters."))
    context = {"form": form, "memberships": queries.memberships_of(request.user)}
    return render(request, "trials/find.html", context, status=422 if form.errors else 200)


@onboarded
def join(request: HttpRequest, code: str) -> HttpResponse:
    """What a group is, what is shared and who sees it; and the button that agrees to it."""
    trial = get_object_or_404(queries.open_to_all(), code=code)
    person, now = request.user, timezone.now()
    if queries.membership_of(person, trial):
        return redirect("membership", trial.pk)
    if not queries.open_for(person, trial, now):
        raise Http404
    error = None
    if request.method == "POST":
        try:
            if "agree" not in request.POST:
                raise InputError(_("Please tick the box first, if this is fine with you."))
            actions.join(person, trial, request.POST.get("version", ""), now=now)
        except InputError as fault:
            if queries.membership_of(person, trial):  # a double tap: the first one joined
                return redirect("membership", trial.pk)
            error = str(fault)
        else:
            messages.success(
                request, _("You are in. Chance decides for the first time tomorrow or soon after.")
            )
            return redirect("membership", trial.pk)
    context = {
        "trial": trial,
        "name": queries.name_of(trial),
        "version": consent.version_of(trial),
        "consent": consent.text(consent.version_of(trial)),
        "takes_people": queries.takes_people(trial, _today(person)),
        "error": error,
        **_for_them(person, trial),
    }
    return render(request, "trials/join.html", context, status=422 if error else 200)


def _for_them(person: Person, trial: GroupTrial) -> dict[str, Any]:
    """What it could find in this person's own days; or the sentence of somebody whom it does not suit now."""
    from ambulando.response.detect import detectable  # NumPy, which the web process does not need to start

    try:
        protocol = actions.own_protocol(person, trial, _today(person))
    except InputError as fault:
        return {"not_for_you": str(fault)}
    return {"found": detectable(protocol)}


def _today(person: Person) -> date:
    return timezone.localdate(timezone=person.zone)


@require_safe
@onboarded
def membership(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's own page of a group: what is shared, their own answer beside the group's, and leaving."""
    own = _own(request, pk)
    context = {
        "membership": own,
        "trial": own.trial,
        "name": queries.name_of(own.trial),
        "consent": consent.text(own.consent_version),
        "own": queries.own_result(own),
        "group": None if own.left_at else queries.shown_result(own.trial),
        "running": own.comparison is not None and own.comparison.running,
        "fewest": queries.FEWEST_SHOWN,
    }
    return render(request, "trials/membership.html", context)


@posted(back="find_group")
@onboarded
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    own = _own(request, pk)
    actions.leave(request.user, own)
    messages.info(request, _("You left the group. Nothing is shared any more, and that is fine."))
    return redirect("membership", pk)


def _own(request: HttpRequest, pk: int) -> Membership:
    """The person's own membership of the trial; to everybody else there is no such page."""
    own = queries.membership_of(request.user, get_object_or_404(GroupTrial, pk=pk))
    if own is None:
        raise Http404
    return own
