"""What those who are let in open: the invitation, what they agreed to, and a report by its link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care.grants import actions, chain, queries, tries
from ambulando.web.care.grants.forms import CodeForm
from ambulando.web.care.grants.items import FOR_READER
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.grants.quiet import quiet


def _opened(request: HttpRequest, code: str) -> tuple[Grant | None, str]:
    """The invitation of a code, or the sentence that says why there is none."""
    if tries.too_many(request):
        return None, _("That was too many tries. Please wait ten minutes, then try again.")
    found = queries.invitation(code, timezone.now())
    if found is None:
        tries.was_wrong(request)
        return None, queries.no_such_code()
    return found, ""


@quiet
def type_code(request: HttpRequest) -> HttpResponse:
    """For a code on paper: it leads to its invitation."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found, says = _opened(request, form.cleaned_data["code"])
        if found:
            return redirect("invitation", form.cleaned_data["code"])
        form.add_error("code", says)
    context = {"form": form}
    if request.user.is_authenticated:
        context["waiting"] = queries.waiting(request.user, timezone.now())
    return render(request, "grants/type_code.html", context, status=422 if form.errors else 200)


@quiet
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Who asks, and what they would share, also for who is not signed in. Only a form's answer uses the code up."""
    found, says = _opened(request, code)
    if found is None:
        return render(request, "grants/no_invitation.html", {"says": says}, status=404)
    if request.method == "POST":
        return _answered(request, found)
    own = request.user.is_authenticated and found.person_id == request.user.pk
    context = {"one": found, "code": code, "own": own, "all_items": FOR_READER}
    return render(request, "grants/invitation.html", context)


def _answered(request: HttpRequest, found: Grant) -> HttpResponse:
    now = timezone.now()
    try:
        if request.POST.get("answer") == "no":
            if request.user.is_authenticated and request.user.pk == found.person_id:
                raise InputError(_("This is your own invitation. Please give it to the one you ask."))
            actions.decline(found, now)
            return render(request, "grants/said_no.html", {"one": found})
        if not request.user.is_authenticated:
            return redirect(request.path)
        actions.accept(request.user, found, now)
    except InputError as fault:
        return render(request, "grants/no_invitation.html", {"says": str(fault)}, status=422)
    return redirect("agreement", found.pk)


@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """What a reader agreed to: whether it holds yet, what they see; and the button with which they end it."""
    now = timezone.now()
    found = queries.taken(request.user, pk, now)
    if found is None:
        raise Http404
    if request.method == "POST":
        actions.end(request.user, found, now)
        messages.success(request, _("It has ended. You see nothing of theirs from now on."))
        return redirect(caseload_address())
    context = {"one": found, "holds": found.holds(now), "all_items": FOR_READER}
    return render(request, "grants/agreement.html", context)


def caseload_address() -> str:
    """The page of those whom a reader looks after."""
    try:
        return reverse("caseload")
    except NoReverseMatch:
        return reverse("type_code")


@quiet
def report_by_link(request: HttpRequest, word: str) -> HttpResponse:
    """A report for somebody without an account.

    Opened, the address shows a door with nothing of the person: what looks at links in chats and mails gets that far. The
    button shows the report, and each time is a look in the person's record.
    """
    now = timezone.now()
    found = queries.report(word, now)
    if found is None:
        return render(request, "grants/no_report.html", status=404)
    if request.method != "POST":
        return render(request, "grants/report_door.html", {"until": found.until})
    from ambulando.web.care.caseload.queries import report_of  # that app stands on this one

    chain.record(found, "report-by-link", now, items=found.items)
    context = {
        "grant": found, "report": report_of(found, now), "by_link": True, "socket": f"/ws/report/{word}/",
    }  # fmt: skip
    return render(request, "caseload/report.html", context)
