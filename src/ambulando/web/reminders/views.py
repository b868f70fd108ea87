"""The page about reminders, what a browser tells of itself, and the links in reminders."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from ambulando.ground import InputError
from ambulando.web.people.onboarded import onboarded
from ambulando.web.posted import posted
from ambulando.web.reminders import actions, message, push, queries, this_device
from ambulando.web.reminders.forms import RemindingForm
from ambulando.web.reminders.models import Reminder

#: characters; what a browser sends about itself is shorter
LONGEST = 8_000


@onboarded
def reminders(request: HttpRequest) -> HttpResponse:
    person = request.user
    wanted = queries.reminding_of(person)
    address = queries.email_of(person)
    may_mail = queries.sends_mail() and address is not None
    kept = {"email": wanted.email and may_mail, "hour": wanted.hour}
    form = RemindingForm(request.POST or None, initial=kept, may_mail=may_mail)
    if request.method == "POST" and form.is_valid():
        actions.choose(person, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return redirect("reminders")
    today = timezone.localdate()
    context = {
        "form": form,
        "wanted": wanted,
        "any": wanted.push or wanted.email,
        "quiet": wanted.snoozed_until if wanted.snoozed_until and wanted.snoozed_until > today else None,
        "sends_mail": queries.sends_mail(),
        "address": address,
        "offered": push.offered(),
        "for_trying": push.for_trying(),
        "last": queries.last_reminder(person),
    }
    return render(request, "reminders/reminders.html", context)


@posted(back="reminders")
@onboarded
def pause(request: HttpRequest) -> HttpResponse:
    actions.pause(request.user, timezone.localdate())
    return redirect("reminders")


@posted(back="reminders")
@onboarded
def resume(request: HttpRequest) -> HttpResponse:
    actions.resume(request.user)
    return redirect("reminders")


@posted(back="reminders")
@onboarded
def send_one(request: HttpRequest) -> HttpResponse:
    """One to try, now. It is not counted as the one of the day."""
    said = {
        Reminder.PUSH: _("It is on its way to your device."),
        Reminder.EMAIL: _("It is on its way by e-mail."),
        "": _("It did not get through. Turn reminders off and on again on this device, or try later."),
    }
    messages.info(request, said[actions.deliver(request.user, queries.reminding_of(request.user))])
    return redirect("reminders")


@posted(back="reminders")
@onboarded
def turn_off(request: HttpRequest) -> HttpResponse:
    actions.turn_off(request.user)
    this_device.unmark(request)
    messages.info(request, _("All reminders are off."))
    return redirect("reminders")


@posted(back="reminders")
@onboarded
def add_device(request: HttpRequest) -> HttpResponse:
    """A browser says where its push service takes messages."""
    try:
        this_device.mark(request, actions.add_device(request.user, **_subscription(_sent(request))))
    except InputError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return HttpResponse(status=204)


@posted(back="reminders")
@onboarded
def remove_device(request: HttpRequest) -> HttpResponse:
    try:
        endpoint = _sent(request).get("endpoint")
    except InputError as error:
        return JsonResponse({"error": str(error)}, status=422)
    actions.remove_device(request.user, endpoint=str(endpoint))
    this_device.unmark(request)
    return HttpResponse(status=204)


@csrf_exempt  # from the service worker, which has no form; only this browser knows the secret of what it had before
@require_POST
def replace_device(request: HttpRequest) -> HttpResponse:
    try:
        sent = _sent(request)
        old, new = (_subscription(sent.get(name)) for name in ("old", "new"))
        device = actions.replace_device(old, new)
    except InputError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return HttpResponse(status=204 if device else 404)


@csrf_exempt  # from a notification or a mail program, without signing in; the signed link is what allows it
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, text: str) -> HttpResponse:
    """Quiet for a week, or no more mail. Opened as a page it only asks, since mail scanners open every link."""
    pk, what = message.read_token(text) or (None, None)
    person = queries.person_of(pk) if pk is not None else None
    if person is None:
        raise Http404
    today = timezone.now().astimezone(person.zone).date()
    context: dict[str, Any] = {"what": what, "done": request.method == "POST"}
    if request.method == "POST" and what == message.WEEK:
        context["until"] = date_format(actions.pause(person, today).snoozed_until, "l j F")
    elif request.method == "POST":
        actions.no_mail(person)
    return render(request, "reminders/link.html", context)


def _sent(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises InputError for anything else."""
    try:
        sent = json.loads(request.body) if len(request.body) <= LONGEST else None
        json.dumps(sent, ensure_ascii=False).encode()  # half a character can be neither kept nor looked up
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise InputError(_("What this browser sent can not be read. Please try once more."))
    return sent


def _subscription(sent: Any) -> dict[str, Any]:
    """A subscription as a browser writes it, by our names. Raises InputError when it is not one."""
    keys = sent.get("keys") if isinstance(sent, dict) else None
    found = (
        {"endpoint": sent.get("endpoint"), **{name: keys.get(name) for name in ("p256dh", "auth")}}
        if isinstance(keys, dict)
        else {}
    )
    if not found or not all(isinstance(value, str) for value in found.values()):
        raise InputError(_("What this browser sent can not be read. Please try once more."))
    return found
