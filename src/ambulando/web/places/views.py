"""Where to go: the groups and places that fit a person, and those they enter themselves, which nobody else sees."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.plan.place_osm import COPYRIGHT
from ambulando.plan.places import offered
from ambulando.safety.screen import screen
from ambulando.web.people.onboarded import onboarded
from ambulando.web.people.unsent import given
from ambulando.web.places import actions, convert, queries
from ambulando.web.places.cards import Card, card, cards, from_map
from ambulando.web.places.forms import PlaceForm
from ambulando.web.places.models import Place as Row
from ambulando.web.plans.convert import profile_of
from ambulando.web.posted import posted

ON_A_PAGE = 30
LONGEST_SEARCH = 60


@require_safe
@onboarded
def places(request: HttpRequest) -> HttpResponse:
    """What fits the person, their own first; with ``all`` or words to look for, everything that they may see."""
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    if words or "all" in request.GET:
        return everything(request, words)
    person, today = request.user, timezone.localdate()
    profile = profile_of(person, today)
    picks = queries.picks_of(person)
    rows = queries.close_rows(person, picks)
    wanted = frozenset(pk for pk, yes in picks.items() if yes)
    by_id = {place.id: row for row in rows if (place := convert.place_of(row, own=row.pk in wanted))}
    fits = offered(convert.places_of(rows, wanted), profile)
    found = [card(by_id[place.id], place, picks.get(by_id[place.id].pk), today) for place in fits]
    held = screen(profile).outcome in ("hold", "no-plan")
    own = (
        cards(queries.own_rows(person), picks, today)
        if held
        else [one for one in found if one.mine or one.picked]
    )
    context = {
        "page": "week",
        "own": own,
        "groups": [one for one in found if one.place.group and one not in own],
        "others": [one for one in found if not one.place.group and one not in own],
        "ended": queries.ended_rows(person),
        "held": held,
        "some": queries.everybodys().exists(),
        **credit(found),
    }
    return render(request, "places/places.html", context)


def everything(request: HttpRequest, words: str) -> HttpResponse:
    picks = queries.picks_of(request.user)
    shown = Paginator(queries.found(request.user, words), ON_A_PAGE).get_page(request.GET.get("page"))
    found = cards(shown.object_list, picks, timezone.localdate())
    context = {"page": "week", "cards": found, "shown": shown, "words": words, **credit(found)}
    return render(request, "places/all.html", context)


def credit(found: list[Card]) -> dict[str, Any]:
    """Where the page has to name OpenStreetMap, and where its terms stand."""
    return {"from_map": from_map(found), "copyright": COPYRIGHT}


@onboarded
def add(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(given(request), today=timezone.localdate())
    if request.method == "POST" and form.is_valid() and form.place:
        try:
            actions.add(request.user, form.place)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Kept. Your next week can use it."))
            return redirect("places")
    return render(request, "places/place.html", {"form": form, "page": "week"}, status=_status(request, form))


@onboarded
def change(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.own_rows(request.user), pk=pk)
    return changed(request, row, "places", "places/place.html")


def changed(request: HttpRequest, row: Row, back: str, template: str) -> HttpResponse:
    """The form of a place that somebody typed in, and what came of it."""
    place = convert.place_of(row)
    initial = PlaceForm.initial_of(place) if place else {"name": row.name}
    form = PlaceForm(given(request), today=timezone.localdate(), initial=initial)
    if request.method == "POST" and form.is_valid() and form.place:
        actions.change(request.user, row, form.place)
        messages.success(request, _("Changed."))
        return redirect(back)
    return render(
        request, template, {"form": form, "row": row, "page": "week"}, status=_status(request, form)
    )


@posted(back="places")
@onboarded
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out one of their own; it can be brought back, or removed for good."""
    row = get_object_or_404(Row, pk=pk, person=request.user)
    wanted = request.POST.get("do")
    if wanted == "back":
        actions.bring_back(request.user, row)
        messages.success(request, _("It is back."))
    elif wanted == "erase":
        actions.erase(request.user, row)
        messages.success(request, _("It is gone for good."))
    else:
        actions.end(request.user, row)
        messages.success(request, _("Taken out. You can bring it back below."))
    return redirect("places")


@posted(back="places")
@onboarded
def pick(request: HttpRequest, pk: int) -> HttpResponse:
    """Say of one of everybody's places: I go there, not for me, or neither any more."""
    row = get_object_or_404(queries.everybodys(), pk=pk)
    said = {"yes": True, "no": False}.get(request.POST.get("do", ""))
    actions.pick(request.user, row, said)
    if said:
        messages.success(request, _("It is among yours now."))
    elif said is False:
        messages.success(request, _("We leave it out for you. You find it under “Show all”."))
    else:
        messages.success(request, _("Taken back."))
    return redirect("places")


def _status(request: HttpRequest, form: PlaceForm) -> int:
    return 422 if request.method == "POST" and form.errors else 200
