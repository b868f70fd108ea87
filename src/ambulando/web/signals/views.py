"""What we noticed: the message on Today, and the page where the person decides over all of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.web.later import later
from ambulando.web.people.onboarded import onboarded
from ambulando.web.posted import posted
from ambulando.web.signals import actions, jobs, queries
from ambulando.web.signals.models import Noticed


@onboarded
def signals(request: HttpRequest) -> HttpResponse:
    context = {
        "page": "you",
        "noticed": queries.all_of(request.user),
        "looks": queries.looks(request.user),
    }
    return render(request, "signals/signals.html", context)


@posted(back="today")
@onboarded
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap, from Today; with htmx a quiet line takes its place."""
    actions.put_away(request.user, _own(request, pk), timezone.now())
    if request.htmx:
        return render(request, "signals/put_away.html")
    messages.info(request, _("Put away."))
    return redirect("today")


@posted(back="signals")
@onboarded
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.remove(request.user, _own(request, pk), timezone.localdate())
    messages.info(request, _("Removed."))
    return redirect("signals")


@posted(back="signals")
@onboarded
def remove_all(request: HttpRequest) -> HttpResponse:
    actions.remove_all(request.user, timezone.localdate())
    messages.info(request, _("Removed."))
    return redirect("signals")


@posted(back="signals")
@onboarded
def looking(request: HttpRequest) -> HttpResponse:
    """Look for such things, or do not: the button says which."""
    wanted = request.POST.get("look") == "yes"
    actions.look(request.user, wanted)
    if wanted:
        later(jobs.look_again, request.user.pk)
    messages.info(
        request,
        _("We look for such things again.") if wanted else _("We do not look for such things any more."),
    )
    return redirect("signals")


def _own(request: HttpRequest, pk: int) -> Noticed:
    return get_object_or_404(Noticed, pk=pk, person=request.user)
