"""A person's pages of whom they let in. What readers open is in ``reading``."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.care.grants import actions, chain, queries, tokens
from ambulando.web.care.grants.forms import GrantForm, ReportForm
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.onboarded import onboarded
from ambulando.web.posted import posted


@onboarded
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Whom the person lets in, who waits for an answer, and what ended."""
    context = {"page": "you", "sides": queries.sides(request.user, timezone.now())}
    return render(request, "grants/team.html", context | {"all_items": ITEMS})


@onboarded
def ask(request: HttpRequest) -> HttpResponse:
    """Ask somebody in."""
    form = GrantForm(request.POST or None, role=request.GET.get("role", ""))
    if request.method == "POST" and form.is_valid():
        try:
            grant = actions.invite(request.user, timezone.now(), **form.asked)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("grant", grant.pk)
    context = {"page": "you", "form": form}
    return render(request, "grants/ask.html", context, status=422 if form.errors else 200)


@onboarded
def ask_report(request: HttpRequest) -> HttpResponse:
    """Make a link to a report, for a clinician without an account here."""
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            grant = actions.link_report(request.user, timezone.now(), **form.asked)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("grant", grant.pk)
    context = {"page": "you", "form": form}
    return render(request, "grants/ask_report.html", context, status=422 if form.errors else 200)


@onboarded
@require_safe
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: what they see, since when and until when; or the invitation with its link and code."""
    one, now = _own(request, pk), timezone.now()
    context = {"page": "you", "one": one, "holds": one.holds(now), "all_items": ITEMS}
    if one.waits_for_reader and one.token_seed:
        code = tokens.code_of(one)
        context |= {"code": code.upper(), "link": address(request, "invitation", code)}
        context["ran_out"] = one.token_expires_at is None or one.token_expires_at <= now
        context["short_link"] = address(request, "type_code")
    if one.by_link and one.holds(now):
        context["link"] = address(request, "report_by_link", tokens.word_of(one))
    return render(request, "grants/grant.html", context)


def address(request: HttpRequest, name: str, *parts: str) -> str:
    """The whole address of a page, as somebody else types it."""
    path = reverse(name, args=parts)
    if settings.PUBLIC.netloc:
        return f"{settings.PUBLIC.scheme}://{settings.PUBLIC.netloc}{path}"
    return request.build_absolute_uri(path)


def _own(request: HttpRequest, pk: int) -> Grant:
    found = queries.own(request.user, pk)
    if found is None:
        raise Http404
    return found


@onboarded
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Share more or less."""
    one = _own(request, pk)
    if one.ended_at is not None:
        return redirect("grant", one.pk)
    kind = ReportForm if one.by_link else GrantForm
    form = kind(request.POST or None, grant=one)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(request.user, one, timezone.now(), **form.asked)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Kept. It holds from now on."))
            return redirect("grant", one.pk)
    context = {"page": "you", "form": form, "one": one}
    return render(request, "grants/change.html", context, status=422 if form.errors else 200)


@onboarded
@posted("team")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes, it is them; or no."""
    one, now = _own(request, pk), timezone.now()
    if request.POST.get("answer") == "yes":
        try:
            actions.confirm(request.user, one, now)
            messages.success(request, _("They are in. You can change or end it at any time."))
        except InputError as fault:
            messages.info(request, str(fault))
    elif one.waits_for_person:
        actions.end(request.user, one, now)
        messages.success(request, _("They were not let in. Nothing was shared."))
    return redirect("team")


@onboarded
@posted("team")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it at once, or take an invitation back."""
    one = _own(request, pk)
    if one.ended_at is None:
        actions.end(request.user, one, timezone.now())
        messages.success(request, _("It has ended. They see nothing more from now on."))
    return redirect("team")


@onboarded
@posted("team")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link and code for an invitation."""
    one = _own(request, pk)
    try:
        actions.invite_again(request.user, one, timezone.now())
        messages.success(request, _("This is a new link and a new code. The ones before open nothing now."))
    except InputError as fault:
        messages.info(request, str(fault))
    return redirect("grant", one.pk)


@onboarded
@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at what, and when; and whether this record is whole."""
    page, lines = queries.looks(request.user, request.GET.get("page", 1))
    context = {"page": "you", "part": page, "lines": lines, "broken": chain.broken(request.user)}
    return render(request, "grants/looks.html", context)
