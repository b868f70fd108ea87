"""The pages of calls: whom one can call, the call itself, and what is asked of it."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.care.calls import actions, queries, turn
from ambulando.web.care.calls.middleware import hears
from ambulando.web.care.calls.models import Call
from ambulando.web.posted import posted


def _side(request: HttpRequest, grant: int) -> queries.Side:
    found = queries.side_of(request.user, grant, timezone.now())
    if found is None:
        raise Http404
    return found


def _call(request: HttpRequest, pk: int) -> Call:
    found = queries.call_of(request.user, pk, timezone.now())
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "sides": queries.sides(request.user, now),
        "planned": queries.appointments_of(request.user, now),
        "calls": queries.calls_of(request.user, now),
    }
    return render(request, "calls/calls.html", context)


@login_required
@require_safe
def with_one(request: HttpRequest, grant: int) -> HttpResponse:
    now = timezone.now()
    side = _side(request, grant)
    context = {
        "side": side,
        "planned": queries.appointments_of(request.user, now, side.grant),
        "calls": queries.calls_of(request.user, now, side.grant),
        "host": queries.provider_host(),
    }
    return render(request, "calls/with_one.html", context)


@posted(back="calls")
@login_required
def start(request: HttpRequest, grant: int) -> HttpResponse:
    call = actions.start(request.user, _side(request, grant).grant, timezone.now())
    return redirect("call", call=call.pk)


@login_required
@require_safe
@hears
def check(request: HttpRequest) -> HttpResponse:
    return render(request, "calls/check.html", {"relay": bool(settings.TURN)})


@login_required
@require_safe
@hears
def call(request: HttpRequest, call: int) -> HttpResponse:
    now = timezone.now()
    one = actions.settle(_call(request, call), now)
    shown = queries.shown(request.user, one, now)
    context = {
        "one": shown,
        "grant": one.grant_id,
        "open": shown.state in Call.OPEN,
        "rings_here": shown.state == Call.RINGING and not shown.mine,
        "relay": bool(settings.TURN),
        "provider": queries.provider(one.room),
        "host": queries.provider_host(),
    }
    return render(request, "calls/call.html", context)


@login_required
@require_safe
def ringing(request: HttpRequest, call: int) -> HttpResponse:
    """What an open page shows of a call: that it rings here, or that somebody tried; nothing where it is neither."""
    now = timezone.now()
    shown = queries.shown(request.user, actions.settle(_call(request, call), now), now)
    if shown.mine or shown.state not in (Call.RINGING, Call.MISSED):
        return HttpResponse()
    return render(request, "calls/ringing.html", {"one": shown})


@posted(back="calls")
@login_required
def answer(request: HttpRequest, call: int) -> HttpResponse:
    try:
        actions.answer(request.user, _call(request, call), timezone.now())
    except InputError as error:
        messages.info(request, str(error))
    return redirect("call", call=call)


def _ends(action: Callable[..., Call]) -> Callable[..., HttpResponse]:
    @posted(back="calls")
    @login_required
    def view(request: HttpRequest, call: int) -> HttpResponse:
        one = action(request.user, _call(request, call), timezone.now())
        return redirect("calls_with", grant=one.grant_id)

    return view


decline = _ends(actions.decline)
end = _ends(actions.hang_up)


@login_required
@require_safe
def relay(request: HttpRequest, call: int) -> HttpResponse:
    """The relay's address and a credential of some minutes, for a member of a call that is going on."""
    now = timezone.now()
    one = _call(request, call)
    return JsonResponse({"servers": turn.servers(now) if one.is_open(now) else []})
