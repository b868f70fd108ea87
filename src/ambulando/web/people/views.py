"""The way in, what a person told us, and leaving."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.web.care.grants import queries as grants
from ambulando.web.people import actions, learned
from ambulando.web.people.forms import LikesForm
from ambulando.web.people.safety_form import SafetyForm
from ambulando.web.people.unsent import given
from ambulando.web.plans import actions as plans
from ambulando.web.plans.landscape import landscape


def welcome(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("today")
    return render(request, "people/welcome.html", {"landscape": landscape(9)})


@login_required
def onboard_safety(request: HttpRequest) -> HttpResponse:
    """The first step: what keeps the plan safe."""
    form = SafetyForm(given(request), initial=SafetyForm.initial_of(request.user))
    look = "look" in request.POST
    if look:
        form.only_medicines()
    if request.method == "POST" and not look and form.is_valid():
        actions.tell(request.user, form.answers(), time_zone=form.cleaned_data["time_zone"])
        if request.user.onboarded_at is None:
            return redirect("onboard_likes")
        plans.make_week(request.user, _today(request))
        messages.success(request, _("Kept. The plan follows it from now on."))
        return redirect("today")
    unknown = request.user.onboarded_at is None and request.user.time_zone == "UTC" and not form.is_bound
    zone_known = "" if unknown else "known"
    form.fields["time_zone"].widget.attrs["data-own-time-zone"] = zone_known
    context = {"form": form, "first": request.user.onboarded_at is None, "look": look}
    return render(request, "people/safety.html", context)


@login_required
def onboard_likes(request: HttpRequest) -> HttpResponse:
    """The second step: what the person likes, and what gets in the way."""
    if not request.user.answers.get("age"):
        return redirect("onboard_safety")
    form = LikesForm(given(request), initial=LikesForm.initial_of(request.user, _today(request)))
    if request.method == "POST" and form.is_valid():
        first = request.user.onboarded_at is None
        actions.tell(request.user, form.answers())
        actions.tell_weather(request.user, form.cleaned_data["weather"], _today(request))
        actions.tell_seasons(request.user, form.cleaned_data["hemisphere"])
        actions.finish_onboarding(request.user, timezone.now())
        plans.make_anew(request.user, _today(request))
        if not first:
            messages.success(request, _("Kept. Your week follows it."))
        return redirect("today")
    return render(request, "people/likes.html", {"form": form, "first": request.user.onboarded_at is None})


def _today(request: HttpRequest) -> date:  # the zone may have changed in this very request
    return timezone.now().astimezone(request.user.zone).date()


@login_required
def you(request: HttpRequest) -> HttpResponse:
    context = {
        "lends": hasattr(request.user, "lending"),
        "circles": settings.CIRCLES,
        "asked_back": grants.to_confirm(request.user).exists(),
    }
    return render(request, "people/you.html", context)


@login_required
def sharing(request: HttpRequest) -> HttpResponse:
    """Whether their numbers are part of what is learned here: the button says which."""
    if request.method == "POST":
        if request.POST.get("share") == "yes":
            actions.share_numbers(request.user, timezone.now())
            messages.success(request, _("You share your numbers now."))
        else:
            actions.keep_numbers(request.user)
            messages.success(request, _("You do not share your numbers."))
        return redirect("sharing")
    return render(request, "people/sharing.html", {"page": "you", "least": learned.least_people()})


@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """Remove the account with everything in it."""
    if request.method == "POST":
        person = request.user
        logout(request)
        actions.remove(person)
        messages.info(request, _("Everything was removed. Take care."))
        return redirect("welcome")
    return render(request, "people/leave.html")
