"""Walking groups for who comes: find one, join, say "not this time", leave."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.care.walks import actions, queries
from ambulando.web.care.walks.forms import CodeForm, JoinForm
from ambulando.web.care.walks.ics import answer_with
from ambulando.web.care.walks.models import Comer, Word
from ambulando.web.posted import posted


@login_required
def walks(request: HttpRequest) -> HttpResponse:
    """What the person comes to, what their team runs, and a code typed in. Five queries, whatever there is."""
    person, now = request.user, timezone.now()
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if queries.by_code(person, form.cleaned_data["code"], now):
            return redirect("walk_by_code", form.cleaned_data["code"])
        form.add_error("code", _("We know no group with this code. Please check its letters."))
    context = {
        "page": "you",
        "mine": queries.mine(person, now),
        "offered": queries.offered_to(person, now),
        "leads": queries.may_lead(person),
        "form": form,
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "walks/walks.html", context, status=status)


@login_required
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """What a group is, and the button with which one joins. To who may not come there is no such page."""
    person, now = request.user, timezone.now()
    found = queries.by_code(person, code, now)
    if found is None:
        raise Http404
    if queries.comer(person, found.pk):
        return redirect("walk", found.pk)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.join(person, found, now=now, **form.cleaned_data)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(
                request, _("You are in. Your next week can use it. Coming is up to you each time.")
            )
            return redirect("walk", found.pk)
    context = {
        "page": "you",
        "walk": found,
        "dates": [one for one in queries.upcoming(found, now, queries.AHEAD) if one.start > now],
        "full": queries.full(found),
        "form": form,
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "walks/join.html", context, status=status)


def _own(request: HttpRequest, pk: int) -> Comer:
    found = queries.comer(request.user, pk)
    if found is None:
        raise Http404
    return found


@require_safe
@login_required
def walk(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a group for who comes: when, what the leader wrote, and their own word on each date."""
    own = _own(request, pk)
    dates = queries.dates_of(own, timezone.now())
    context = {
        "page": "you",
        "own": own,
        "walk": own.walk,
        "coming": [one for one in dates if not one.over],
        "gone": [one for one in reversed(dates) if one.over and not one.meeting.cancelled],
        "posts": queries.posts(own.walk),
        "seen": queries.seen(own.walk, own),
        "there": Word.THERE,
        "not_this_time": Word.NOT_THIS_TIME,
    }
    return render(request, "walks/walk.html", context)


@posted(back="walks")
@login_required
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """There, or not this time, or neither any more."""
    own = _own(request, pk)
    said = request.POST.get("said", "")
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
        if said not in ("", Word.THERE, Word.NOT_THIS_TIME):
            raise ValueError
    except ValueError:
        return redirect("walk", pk)
    try:
        actions.say(request.user, own, day, said, timezone.now())
    except InputError as fault:
        messages.warning(request, str(fault))
    else:
        if said == Word.NOT_THIS_TIME:
            messages.info(request, _("Not this time, and that is fine."))
        elif said:
            messages.success(request, _("Done."))
    return redirect("walk", pk)


@posted(back="walks")
@login_required
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the others may see the own name."""
    actions.show_me(request.user, _own(request, pk), request.POST.get("seen") == "yes")
    return redirect("walk", pk)


@posted(back="walks")
@login_required
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    actions.leave(request.user, _own(request, pk), timezone.now())
    messages.info(request, _("You left the group, and that is fine. You can come back later."))
    return redirect("walks")


@require_safe
@login_required
def ics(request: HttpRequest, pk: int) -> HttpResponse:
    """Its times as a file for a calendar program; what is off is not in it."""
    return answer_with(_own(request, pk).walk, timezone.now())
