"""Where help is: the lines, what a person wrote for hard moments, and what follows a positive item 9."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

import ambulando
from ambulando.ground import InputError
from ambulando.safety import helplines as lines
from ambulando.safety import item9
from ambulando.web.help import actions, queries, waiting
from ambulando.web.help.forms import OwnPlanForm
from ambulando.web.help.inbox import monitored
from ambulando.web.help.middleware import QUESTIONS
from ambulando.web.help.models import DayAfter, HelpShown
from ambulando.web.journal.models import Assessment
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted

#: what the pages that the service worker keeps look like
FILES = (
    "ambulando.css",
    "vendor/pico.css",
    "vendor/atkinson-400.woff2",
    "vendor/atkinson-700.woff2",
    "ambulando.js",
    "vendor/htmx.js",
    "icon.svg",
)
#: pages that are kept for everybody, help first; and those that are kept once a person opened them
PAGES = ("help", "help_now", "stop_signs", "offline")
OWN = ("own_plan",)


def of_person(request: HttpRequest) -> dict[str, Any]:
    """What of a person's own stands on a help page. Without it, should it fail, there are still the lines."""
    if not request.user.is_authenticated:
        return {}
    try:
        return {"own": queries.own_help(request.user)}
    except DatabaseError:
        return {}


def shown(request: HttpRequest, page: str) -> None:
    """Keep that a person was shown a help page; what a script fetches to keep it for offline was not shown."""
    looked_at = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    # Without https a browser does not say what it fetches a page for, so our own script does.
    looked_at = looked_at and "Ambulando-Script" not in request.headers
    if request.user.is_authenticated and looked_at and request.method == "GET":
        actions.help_was_shown(request.user, page, timezone.now())


def lines_for(request: HttpRequest) -> lines.Helplines:
    """The lines of the country that was asked for, else of the person's own."""
    country = request.GET.get("country")
    if country is None and request.user.is_authenticated:
        country = request.user.answers.get("country")
    return lines.helplines(country or None, today=timezone.localdate())


def signed_out_from(request: HttpRequest) -> str | None:
    """The questionnaire to which signing in leads back, for who had been signed out when they gave a hard answer."""
    return QUESTIONS if request.GET.get("next") == QUESTIONS and not request.user.is_authenticated else None


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Lines for the chosen country, else the person's own. Public, without JavaScript, kept for offline."""
    shown(request, HelpShown.HELP)
    found = lines_for(request)
    context = {
        "help": found,
        "signed_out_from": signed_out_from(request),
        "asked_for": bool(found.country and request.GET.get("country")),
        "emergency_first": True,  # on a small screen what stands below the lines is not seen
        "countries": [("", _("Choose a country")), *lines.countries()],
    }
    return render(request, "help/help.html", context | of_person(request))


@require_safe
def not_safe_now(request: HttpRequest) -> HttpResponse:
    """ "I am not safe now": the emergency number before all else. Public and kept for offline, as the help page is."""
    shown(request, HelpShown.NOW)
    context = {
        "help": lines_for(request),
        "emergency_first": True,
        "signed_out_from": signed_out_from(request),
    }
    return render(request, "help/now.html", context | of_person(request))


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "help/offline.html")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the help pages; at the root, because a worker rules only what lies below its address."""
    kept = {
        "STATIC_FILES": [staticfiles_storage.url(name) for name in FILES],
        "PUBLIC_PAGES": addresses(PAGES),
        "OWN_PAGES": addresses(OWN),
    }
    script = render_to_string("help/sw.js").replace("VERSION", ambulando.__version__)
    for place, paths in kept.items():
        script = script.replace(place, json.dumps(paths))
    return HttpResponse(script, content_type="text/javascript")


def addresses(names: tuple[str, ...]) -> list[str]:
    found = []
    for name in names:
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


# After a positive item 9


@login_required
def assessment_help(request: HttpRequest, pk: int) -> HttpResponse:
    """After a positive item 9: help first, before any total. The answers are kept, and the way on stays open."""
    found = get_object_or_404(Assessment, pk=pk, person=request.user)
    if not found.help_shown:
        return redirect("assessment", pk=pk)
    not_safe = "now" in request.GET
    shown(request, HelpShown.NOW if not_safe else HelpShown.AFTER)
    context = {
        "assessment": found,
        "help": lines.helplines(request.user.answers.get("country"), today=timezone.localdate()),
        "emergency_first": item9.route(found.answers, not_safe_now=not_safe) == "emergency-first",
    }
    return render(request, "help/assessment.html", context | _word(found) | of_person(request))


@login_required
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of the word to the reader, for the page after item 9, which asks again while it waits."""
    found = get_object_or_404(Assessment, pk=pk, person=request.user)
    return render(request, "help/word.html", {"assessment": found} | _word(found))


def _word(assessment: Assessment) -> dict[str, Any]:
    alert = queries.alert_of(assessment)
    inbox = monitored()
    return {
        "alert": alert,
        "unreached": bool(alert and queries.unreached(alert, timezone.now())),
        "reader": inbox if alert and inbox and inbox.name == alert.name else None,
    }


def waiting_answers(request: HttpRequest) -> HttpResponse:
    """For the script that keeps answers while there is no connection: its token, and the answers that waited."""
    if request.method != "POST":
        return JsonResponse({"token": get_token(request) if request.user.is_authenticated else None})
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    if not waiting.is_of(request.POST, request.user):
        return JsonResponse({"refused": True}, status=403)
    try:
        assessment = waiting.keep(request.user, request.POST, timezone.now())
    except InputError as error:
        return JsonResponse({"said": str(error), "to": None}, status=422)
    page = "assessment_help" if assessment.help_shown else "assessment"
    said = _("The answers that waited on this device are kept now.")
    return JsonResponse({"said": said, "go": _("See them"), "to": reverse(page, args=[assessment.pk])})


# The person's own plan


@login_required
def own_plan(request: HttpRequest) -> HttpResponse:
    plan = queries.own_plan(request.user)
    context = {"parts": queries.parts_of(plan), "trusted": queries.trusted(request.user)}
    return render(request, "help/plan.html", context)


@login_required
def change_own_plan(request: HttpRequest) -> HttpResponse:
    form = OwnPlanForm(given(request), initial=OwnPlanForm.initial_of(request.user))
    if request.method == "POST" and form.is_valid():
        actions.keep_plan(request.user, form.parts(), form.chosen())
        messages.success(request, _("Kept."))
        return redirect("own_plan")
    return render(request, "help/change_plan.html", {"form": form}, status=422 if form.errors else 200)


# Who is told


@login_required
def alert(request: HttpRequest) -> HttpResponse:
    """Ask that the reader be told of a hard answer, or take it back. Off until the person says so."""
    if request.method == "POST":
        try:
            if request.POST.get("tell"):
                found = actions.allow_alert(request.user, request.POST["tell"], timezone.now())
                said = _("{name} will be told from now on.").format(name=found.name)
            else:
                actions.take_back_alert(request.user)
                said = _("No one will be told.")
        except InputError as error:
            said = str(error)
        messages.info(request, said)
        return redirect("alert")
    context = {
        "inbox": monitored(),
        "choice": queries.alert_choice(request.user),
        "reader": queries.reader_of_item9(request.user),
    }
    return render(request, "help/alert.html", context)


@posted(back="today")
@login_required
def saw_unreached(request: HttpRequest, pk: int) -> HttpResponse:
    actions.saw_unreached(request.user, pk)
    return HttpResponse() if request.htmx else redirect("today")


# The day after, and what is kept


@posted(back="today")
@login_required
def day_after(request: HttpRequest) -> HttpResponse:
    answer = request.POST.get("answer", "?")
    try:
        actions.answer_day_after(request.user, timezone.localdate(), answer)
    except InputError as error:
        messages.info(request, str(error))
        return redirect("today")
    if answer == DayAfter.HARD:
        address = reverse("help")
        return (
            HttpResponse(status=204, headers={"HX-Redirect": address}) if request.htmx else redirect(address)
        )
    said = "" if answer == DayAfter.NOT_NOW else _("Thank you for saying so.")
    if request.htmx:
        return render(request, "help/thanks.html", {"said": said})
    if said:
        messages.info(request, said)
    return redirect("today")


@login_required
def what_we_keep(request: HttpRequest) -> HttpResponse:
    """All that is kept about hard moments beside the plan, to be removed one by one or at once."""
    return render(request, "help/kept.html", queries.what_we_keep(request.user))


@posted(back="what_we_keep")
@login_required
def forget(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if not actions.forget(request.user, kind, pk):
        raise Http404
    messages.success(request, _("Removed."))
    return redirect("what_we_keep")


@posted(back="what_we_keep")
@login_required
def forget_all(request: HttpRequest) -> HttpResponse:
    actions.forget_all(request.user)
    messages.success(request, _("Removed."))
    return redirect("what_we_keep")
