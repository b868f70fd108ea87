"""Days without a session: why it was not the day, a little after all, the weather, and a plan that rests for longer."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.safety.profile import WEATHER
from ambulando.web.people.onboarded import onboarded
from ambulando.web.plans import actions, queries
from ambulando.web.plans.models import Session
from ambulando.web.plans.views import card
from ambulando.web.plans.why_not import WHYS, thanks
from ambulando.web.posted import posted

#: how long a plan can rest, in days; None: until the person comes back
LENGTHS: dict[str, int | None] = {"open": None, "one-week": 7, "two-weeks": 14}


@posted(back="today")
@onboarded
def why_not(request: HttpRequest, pk: int) -> HttpResponse:
    """Why it was not the day: one tap, or none."""
    now = timezone.now().astimezone(request.user.zone)
    why = request.POST.get("why", "")
    with transaction.atomic():
        session = get_object_or_404(queries.with_week(), pk=pk, person=request.user)
        if why not in WHYS or session.state != Session.NOT_TODAY or session.day != now.date():
            return card(request)
        shrunk = actions.say_why(request.user, session, why, now)
    if said := thanks(request.user, why, shrunk=shrunk):
        messages.info(request, said)
    return card(request)


@posted(back="today")
@onboarded
def a_little(request: HttpRequest, pk: int) -> HttpResponse:
    """On a day of rest: the smallest version of the session after all."""
    today = timezone.localdate()
    session = get_object_or_404(queries.with_week(), pk=pk, person=request.user)
    if session.state == Session.NOT_TODAY and session.day == today and session.week.holds:
        actions.a_little(request.user, session, today)
    return card(request)


@posted(back="week")
@onboarded
def weather(request: HttpRequest) -> HttpResponse:
    """How it is outside these days, from the Week page or after a "not today"."""
    told = [one for one in WEATHER if one in request.POST.getlist("weather")]
    actions.outside(request.user, told, timezone.localdate())
    messages.info(request, _("Kept. The week follows it from now on."))
    return redirect("today" if request.POST.get("back") == "today" else "week")


@posted(back="week")
@onboarded
def pause(request: HttpRequest) -> HttpResponse:
    length = request.POST.get("for", "")
    if length in LENGTHS:
        actions.pause(request.user, timezone.localdate(), LENGTHS[length])
        messages.info(request, _("Your plan rests now. Nothing will ask for you."))
    return redirect("today")


@posted(back="today")
@onboarded
def come_back(request: HttpRequest) -> HttpResponse:
    week = actions.come_back(request.user, timezone.localdate())
    if week is None:  # a slip of the same day
        messages.info(request, _("Your plan goes on as it was."))
    elif week.holds:
        messages.info(request, _("Good to see you. Here is something small to begin with."))
    return redirect("today")
