"""Pages of places for staff: read in a list, look at what would come, keep it; and places typed in by hand, for everybody."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.plan.place_osm import COPYRIGHT
from ambulando.plan.places import plain
from ambulando.web.people.unsent import given
from ambulando.web.places import actions, queries
from ambulando.web.places.cards import cards, from_map
from ambulando.web.places.files import name_of, places_in
from ambulando.web.places.forms import LARGEST_MB, ListForm, PlaceForm
from ambulando.web.places.views import ON_A_PAGE, changed
from ambulando.web.posted import posted
from ambulando.web.trials.staff import staff_only

#: names of a preview that are written out
NAMES_SHOWN = 12


@staff_only
def manage(request: HttpRequest) -> HttpResponse:
    """The lists, the places typed in by hand, and the form for a new list, which becomes a draft."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            places = places_in(
                told["file"], seen=timezone.localdate(), at=told["near"], within=told["within"]
            )
            draft = actions.draft(request.user, plain(told["name"]) or name_of(told["file"]), places)
        except InputError as fault:
            form.add_error("file", str(fault))
        else:
            return redirect("place_list", draft.pk)
    context = {
        "form": form,
        "lists": queries.lists(),
        "by_hand": cards(queries.by_hand(), {}, timezone.localdate()),
        "largest": LARGEST_MB,
    }
    return render(request, "places/manage.html", context, status=422 if form.errors else 200)


@require_safe
@staff_only
def place_list(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft: what keeping it would do. A list that was kept: its places."""
    one = get_object_or_404(queries.lists(), pk=pk)
    if one.draft:
        context = {"list": one, "would": queries.preview(one), "most": NAMES_SHOWN}
        return render(request, "places/draft.html", context)
    shown = Paginator(one.places.filter(ended_at=None), ON_A_PAGE).get_page(request.GET.get("page"))
    found = cards(shown.object_list, {}, timezone.localdate())
    context = {
        "list": one,
        "shown": shown,
        "cards": found,
        "from_map": from_map(found),
        "copyright": COPYRIGHT,
    }
    return render(request, "places/list.html", context)


@posted(back="manage_places")
@staff_only
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a draft or drop it; end a list that was kept."""
    one = get_object_or_404(queries.lists(), pk=pk)
    wanted = request.POST.get("do")
    if wanted == "keep" and one.draft:
        try:
            actions.keep(request.user, one)
        except InputError as fault:
            messages.error(request, str(fault))
            return redirect("place_list", pk)
        messages.success(request, _("Kept. Everybody here can see these places now."))
        return redirect("place_list", pk)
    if wanted == "drop" and one.draft:
        actions.drop(request.user, one)
        messages.info(request, _("Nothing of it was kept."))
    elif wanted == "end" and not one.draft:
        actions.end_list(request.user, one)
        messages.info(request, _("The places of this list are no longer shown."))
    return redirect("manage_places")


@staff_only
def add(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(given(request), today=timezone.localdate())
    if request.method == "POST" and form.is_valid() and form.place:
        actions.add_for_all(request.user, form.place)
        messages.success(request, _("Kept. Everybody here can see it now."))
        return redirect("manage_places")
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "places/for_all.html", {"form": form}, status=status)


@staff_only
def change(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.by_hand(), pk=pk)
    return changed(request, row, "manage_places", "places/for_all.html")


@posted(back="manage_places")
@staff_only
def end(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.everybodys().filter(pk=pk).first()
    if row is None:
        raise Http404
    actions.end(request.user, row)
    messages.info(request, _("It is no longer shown."))
    return redirect("manage_places")
