"""The pages of planned calls: ask for a time, accept it or ask for another, call it off, and the file for a calendar."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.care.calls import actions, ics, queries
from ambulando.web.care.calls.forms import TimeForm
from ambulando.web.posted import posted
from ambulando.web.reminders.message import address


def _planned(request: HttpRequest, pk: int) -> queries.Planned:
    found = queries.appointment_of(request.user, pk, timezone.now())
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, side: queries.Side, one: queries.Planned | None) -> HttpResponse:
    """The form for a time, of a new appointment or for another time of this one."""
    local = one.appointment.starts_at.astimezone(request.user.zone) if one else None
    kept: dict[str, Any] = (
        {"day": local.date(), "time": local.time(), "minutes": one.appointment.minutes}
        if one and local
        else {}
    )
    form = TimeForm(request.POST if request.method == "POST" else None, initial=kept, zone=request.user.zone)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("starts_at", "minutes")} | {"now": timezone.now()}
        try:
            if one:
                actions.another_time(request.user, one.appointment, **given)
            else:
                actions.ask(request.user, side.grant, **given)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent. The time stands once the other side said yes."))
            return redirect("calls_with", grant=side.grant.pk)
    context = {"form": form, "side": side, "one": one}
    return render(request, "calls/plan.html", context, status=200 if not form.errors else 422)


@login_required
def plan(request: HttpRequest, grant: int) -> HttpResponse:
    side = queries.side_of(request.user, grant, timezone.now())
    if side is None:
        raise Http404
    return _asked(request, side, None)


@login_required
def another(request: HttpRequest, pk: int) -> HttpResponse:
    one = _planned(request, pk)
    return _asked(request, queries.side(request.user, one.appointment.grant), one)


@posted(back="calls")
@login_required
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    one = _planned(request, pk).appointment
    told = request.POST.get("sequence", "")
    sequence = int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else None
    try:
        actions.accept(request.user, one, timezone.now(), sequence=sequence)
        messages.success(request, _("Kept."))
    except InputError as error:
        messages.info(request, str(error))
    return redirect("calls_with", grant=one.grant_id)


@posted(back="calls")
@login_required
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    one = actions.call_off(request.user, _planned(request, pk).appointment)
    messages.info(request, _("Called off."))
    return redirect("calls_with", grant=one.grant_id)


@login_required
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    one = _planned(request, pk).appointment
    body = ics.written(one, address(reverse("calls_with", args=[one.grant_id])), timezone.now())
    headers = {"Content-Disposition": 'attachment; filename="call.ics"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
