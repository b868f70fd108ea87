"""The page about calendars, the plan as a file, and the plan at an address of its own."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.plan.calendar import write_ics
from ambulando.web.calendars import actions, fetching, queries
from ambulando.web.calendars.forms import CalendarForm
from ambulando.web.calendars.models import Feed
from ambulando.web.people.onboarded import onboarded
from ambulando.web.plans import actions as plans
from ambulando.web.posted import posted


def _form(request: HttpRequest, *given: Any) -> CalendarForm:
    return CalendarForm(*given, addresses=bool(queries.allowed_addresses()))


def _page(request: HttpRequest, form: CalendarForm, status: int = 200) -> HttpResponse:
    feed = queries.feed_of(request.user)
    address = request.build_absolute_uri(reverse("feed", args=[queries.token_of(feed)])) if feed else ""
    context = {
        "page": "you",
        "form": form,
        "feed": feed,
        "address": address,
        # the same address, as calendar programs take it by a tap
        "webcal": urlsplit(address)._replace(scheme="webcal").geturl() if feed else "",
        "calendars": queries.calendars_of(request.user),
        "allowed": queries.allowed_addresses(),
    }
    return render(request, "calendars/calendar.html", context, status=status)


@onboarded
def calendar(request: HttpRequest) -> HttpResponse:
    return _page(request, _form(request))


@posted(back="calendar")
@onboarded
def open_feed(request: HttpRequest) -> HttpResponse:
    actions.open_feed(request.user)
    messages.success(request, _("Your plan has an address now."))
    return redirect("calendar")


@posted(back="calendar")
@onboarded
def new_address(request: HttpRequest) -> HttpResponse:
    actions.new_address(request.user)
    messages.success(request, _("This is the new address. The old one opens nothing now."))
    return redirect("calendar")


@posted(back="calendar")
@onboarded
def discreet(request: HttpRequest) -> HttpResponse:
    actions.set_discreet(request.user, discreet=request.POST.get("discreet") == "yes")
    messages.success(request, _("Kept. Your calendar shows it when it looks again."))
    return redirect("calendar")


@posted(back="calendar")
@onboarded
def close_feed(request: HttpRequest) -> HttpResponse:
    actions.close_feed(request.user)
    messages.success(request, _("The address opens nothing now."))
    return redirect("calendar")


@posted(back="calendar")
@onboarded
def add(request: HttpRequest) -> HttpResponse:
    form = _form(request, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    given, now = form.cleaned_data, timezone.now()
    address = given.get("address", "")
    try:
        text = (
            fetching.fetch(address) if address else given["file"].read().decode("utf-8-sig", errors="replace")
        )
        kept = actions.add(
            request.user, name=form.name, kind=given["kind"], text=text, now=now, address=address
        )
    except InputError as error:
        form.add_error("address" if address else "file", str(error))
        return _page(request, form, status=422)
    plans.make_anew(request.user, timezone.localdate())
    messages.success(
        request,
        _("Read. Your week keeps out of what is taken.")
        if kept.times
        else _("Read. There is nothing in it for the next 90 days."),
    )
    return redirect("calendar")


@posted(back="calendar")
@onboarded
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(request.user.calendars.exclude(address=""), pk=pk)
    read = actions.refresh(request.user, found, timezone.now())
    messages.info(request, read.fault or _("Read again."))
    return redirect("calendar")


@posted(back="calendar")
@onboarded
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.remove(request.user, get_object_or_404(request.user.calendars, pk=pk))
    messages.success(request, _("Removed, with all its times."))
    return redirect("calendar")


@onboarded
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The plan as it stands now, as a file; for a calendar program that can not subscribe."""
    answer = _ics(Feed(person=request.user, discreet=request.GET.get("discreet") == "yes"))
    answer["Content-Disposition"] = 'attachment; filename="plan.ics"'
    return answer


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The plan at its address. It takes no session: calendar programs have none."""
    found = queries.feed_by(token)
    if found is None:
        raise Http404
    actions.note_read(found, timezone.now())
    return _ics(found)


def _ics(feed: Feed) -> HttpResponse:
    now = timezone.now()
    entries = queries.entries(feed, now.astimezone(feed.person.zone).date())
    data = write_ics(entries, name=_("My plan"), now=now)
    answer = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
