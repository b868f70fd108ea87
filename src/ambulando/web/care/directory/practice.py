"""The clinician's own side, and the operator's word on who they are."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.care.directory import actions, queries
from ambulando.web.care.directory.cards import card, cards
from ambulando.web.care.directory.forms import DeclineForm, FreePlacesForm, ProfileForm
from ambulando.web.care.directory.models import Decision, Request
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted
from ambulando.web.trials.staff import staff_only


@require_safe
@login_required
def practice(request: HttpRequest) -> HttpResponse:
    """The own profile, free places and what waits for an answer. Three queries, whatever waits."""
    row = queries.profile_of(request.user)
    context = {
        "row": row,
        "card": card(row) if row else None,
        "waiting": queries.waiting(request.user) if row else (),
        "form": FreePlacesForm(initial={"free_places": row.free_places}) if row else None,
    }
    return render(request, "directory/practice.html", context)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    row = queries.profile_of(request.user)
    initial = {name: getattr(row, name) for name in ProfileForm.base_fields} if row else {"languages": ["en"]}
    form = ProfileForm(given(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        kept = actions.keep_profile(request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(
            request,
            _("Kept.")
            if kept.verified
            else _("Kept. Who runs this place will look at it before others can find you."),
        )
        return redirect("practice")
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "directory/profile.html", {"form": form, "row": row}, status=status)


@posted(back="practice")
@login_required
def places(request: HttpRequest) -> HttpResponse:
    """How many more people there is time for, as one number."""
    if queries.profile_of(request.user) is None:
        raise Http404
    form = FreePlacesForm(request.POST)
    if form.is_valid():
        actions.set_free_places(request.user, form.cleaned_data["free_places"])
        messages.success(request, _("Kept."))
    else:
        messages.warning(request, form.errors["free_places"][0])
    return redirect("practice")


def _waiting(request: HttpRequest, pk: int) -> Request:
    return get_object_or_404(queries.waiting(request.user), pk=pk)


@require_safe
@login_required
def one_request(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody wrote, and what they would share; yes, or a kind no."""
    found = _waiting(request, pk)
    return _shown(request, found, DeclineForm(others=_others(request)))


def _others(request: HttpRequest) -> object:
    return queries.listed().exclude(person=request.user).order_by("shown_name", "pk")


def _shown(request: HttpRequest, found: Request, form: DeclineForm, error: str = "") -> HttpResponse:
    context = {
        "request_": found,
        "items": [ITEMS[one] for one in found.items if one in ITEMS],
        "form": form,
        "error": error,
    }
    return render(request, "directory/request.html", context, status=422 if error or form.errors else 200)


@posted(back="practice")
@login_required
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    found = _waiting(request, pk)
    try:
        actions.accept(request.user, found, timezone.now())
    except InputError as fault:
        return _shown(request, found, DeclineForm(others=_others(request)), str(fault))
    messages.success(request, _("You said yes. They are among the people who share with you now."))
    return redirect("practice")


@posted(back="practice")
@login_required
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    found = _waiting(request, pk)
    form = DeclineForm(request.POST, others=_others(request))
    if not form.is_valid():
        return _shown(request, found, form)
    try:
        actions.decline(request.user, found, now=timezone.now(), **form.cleaned_data)
    except InputError as fault:
        return _shown(request, found, form, str(fault))
    messages.success(request, _("Answered. They can read it now."))
    return redirect("practice")


@require_safe
@staff_only
def verify(request: HttpRequest) -> HttpResponse:
    """Who asks to be checked, and everybody with what was decided. Profiles only; nothing that people wrote."""
    context = {"waiting": cards(queries.to_verify()), "rows": queries.all_profiles()}
    return render(request, "directory/verify.html", context)


@posted(back="verify_clinicians")
@staff_only
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    what = request.POST.get("do", "")
    row = get_object_or_404(queries.all_profiles(), pk=pk)
    if what in (Decision.VERIFIED, Decision.NOT_VERIFIED, Decision.TAKEN_BACK):
        actions.decide(request.user, row, what, timezone.now())
        messages.info(request, _("Written down, with your name and the day."))
    return redirect("verify_clinicians")
