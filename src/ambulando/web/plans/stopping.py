"""Stop now: the signs and what to do, closing a session without blame, and a flare."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.safety import stop_signs as signs
from ambulando.safety.helplines import countries, helplines
from ambulando.web.people.onboarded import onboarded
from ambulando.web.plans import actions, queries
from ambulando.web.plans.models import Session
from ambulando.web.posted import posted

#: the longest that a session can have taken, in minutes
LONGEST = 600


@require_safe
def stop_signs(request: HttpRequest) -> HttpResponse:
    """The signs and the steps for the chosen country, else the person's own. Public, without JavaScript, kept for offline."""
    country = request.GET.get("country")
    if country is None and request.user.is_authenticated:
        country = request.user.answers.get("country")
    context = _help(country) | {"countries": [("", _("Choose a country")), *countries()]}
    return render(request, "plans/stop_signs.html", context)


@onboarded
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop now: what to do first, then which sign it was, or none. What was done until then can be kept."""
    with transaction.atomic():
        session = queries.standing(get_object_or_404(queries.with_week(), pk=pk, person=request.user))
        error = None
        if request.method == "POST":
            try:
                return _stopped(request, session)
            except InputError as fault:
                error = str(fault)
    context = _help(request.user.answers.get("country")) | {
        "page": "today",
        "session": session,
        "under_way": session.state == Session.STARTED,
        "minutes": _minutes_since(session),
        "longest": LONGEST,
        "chosen": request.POST.get("sign", ""),
        "error": error,
    }
    return render(request, "plans/stop.html", context, status=422 if error else 200)


def _stopped(request: HttpRequest, session: Session) -> HttpResponse:
    chosen = request.POST.get("sign", "")
    sign = None if chosen == "none" else signs.sign(chosen)
    minutes = _minutes(request.POST.get("minutes", "")) if session.state == Session.STARTED else 0
    now = timezone.now().astimezone(request.user.zone)
    kept = actions.stop(request.user, session, now, sign=sign, minutes=minutes)
    if kept is None:
        messages.info(request, _("You stopped, and that is fine. What you did counts."))
        return redirect("today")
    return redirect("stopped", session.pk)


@onboarded
def stopped(request: HttpRequest, pk: int) -> HttpResponse:
    """What to do for the sign that was chosen, and what it means for the plan."""
    session = get_object_or_404(Session, pk=pk, person=request.user)
    last = session.stops.first()
    if last is None:
        return redirect("stop", pk)
    context = _help(request.user.answers.get("country")) | {"page": "today", "stop": last}
    sign = signs.sign(last.sign)
    context |= {
        "sign": sign,
        "advice": sign.what_to_do(context["number"]),
        "came_back": bool(last.symptom) and sign.symptom is None,
    }
    return render(request, "plans/stopped.html", context)


@posted(back="today")
@onboarded
def flare(request: HttpRequest) -> HttpResponse:
    """It flares today, or it was a slip: one tap each."""
    today = timezone.localdate()
    if request.user.flare_rule is None:
        return redirect("today")
    if request.POST.get("flares") == "no":
        actions.no_flare(request.user, today)
        messages.info(request, _("Good to know. The day is as it was planned."))
    else:
        actions.flare(request.user, today)
        messages.info(request, _("Thank you for telling. Half is plenty today, and rest is fine too."))
    return redirect("today")


def _help(country: str | None) -> dict[str, Any]:
    found = helplines(country or None, today=timezone.localdate())
    number = found.emergency if found.country else signs.ANY_NUMBER
    return {
        "help": found,
        "number": number,
        "signs": signs.stop_signs(),
        "steps": signs.what_to_do(number),
    }


def _minutes(written: str) -> int:
    if not written.strip():
        return 0
    try:
        minutes = int(written)
    except ValueError:
        minutes = -1
    if not 0 <= minutes <= LONGEST:
        raise InputError(_("Please put in the minutes as a number from 0 to {most}.").format(most=LONGEST))
    return minutes


def _minutes_since(session: Session) -> int:
    if session.started_at is None:
        return 0
    passed = round((timezone.now() - session.started_at).total_seconds() / 60)
    return min(max(passed, 0), session.minutes)
