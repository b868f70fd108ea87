"""Finding someone: the directory, a request with a few words of one's own, and going to somebody else."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.care.directory import actions, queries
from ambulando.web.care.directory.cards import card, cards
from ambulando.web.care.directory.forms import AskForm, NeedForm
from ambulando.web.care.grants import actions as grants
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted


@require_safe
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Who can be found, by what the person needs; what they asked; and who is with them now. Five queries, whatever there is."""
    person, now = request.user, timezone.now()
    rows = [one for one in queries.by_name(queries.listed()) if one.person_id != person.pk]
    form = NeedForm(request.GET or None, rows=rows)
    need = form.need if request.GET else queries.Need()
    context: dict[str, Any] = {
        "page": "you",
        "some": bool(rows),
        "form": form,
        "narrowed": need != queries.Need(),
        "cards": cards(queries.met(rows, need)),
        "requests": queries.requests_of(person),
        "with_me": queries.with_me(person, now),
    }
    return render(request, "directory/find.html", context)


@login_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the directory, and the form with which the person asks them."""
    person, now = request.user, timezone.now()
    found = queries.listed().exclude(person=person).filter(pk=pk).first()
    if found is None:
        raise Http404
    today = now.astimezone(person.zone).date()
    form = AskForm(given(request), kind=found.kind, called=person.username, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(person, found, now=now, **form.told)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(
                request, _("Asked. You see their answer on this page. You can take it back at any time.")
            )
            return redirect("find")
    context = {
        "page": "you",
        "card": card(found),
        "form": form,
        "asked": queries.open_request(person, found),
        "with_me": queries.lets_in(person, found.person, now),
        "items": [(name, what) for name, what in ITEMS.values()],
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "directory/ask.html", context, status=status)


@posted(back="find")
@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.own_request(request.user, pk)
    if found is None:
        raise Http404
    actions.take_back(request.user, found, timezone.now())
    messages.info(request, _("Put away. They can not read it any more.") if found.waits else _("Put away."))
    return redirect("find")


@posted(back="find")
@login_required
def stop(request: HttpRequest, grant: int) -> HttpResponse:
    """End it with somebody of the directory, without a reason; the directory then shows who else there is."""
    now = timezone.now()
    found = next((one for one in queries.with_me(request.user, now) if one.grant.pk == grant), None)
    if found is None:
        raise Http404
    grants.end(request.user, found.grant, now)
    messages.info(
        request, _("It has ended. They see nothing of yours any more. You can ask someone else here.")
    )
    return redirect("find")
