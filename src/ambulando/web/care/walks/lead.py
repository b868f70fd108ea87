"""Walking groups for who runs them: set one up, who comes, a message to all, a date that is off."""

from collections.abc import Callable
from datetime import date
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ambulando.ground import InputError
from ambulando.web.care.walks import actions, queries
from ambulando.web.care.walks.forms import PostForm, WalkForm
from ambulando.web.care.walks.ics import answer_with
from ambulando.web.care.walks.models import Walk
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted

View = Callable[..., HttpResponse]


def leaders_only(view: View) -> View:
    """For verified clinicians and staff. To everybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not queries.may_lead(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _led(request: HttpRequest, pk: int) -> Walk:
    return get_object_or_404(queries.led_by(request.user), pk=pk)


@require_safe
@leaders_only
def led(request: HttpRequest) -> HttpResponse:
    return render(request, "walks/led.html", {"walks": queries.led_by(request.user)})


@leaders_only
def new(request: HttpRequest) -> HttpResponse:
    form = WalkForm(given(request), today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make(request.user, time_zone=request.user.time_zone, **form.cleaned_data)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Kept. Give people the link."))
            return redirect("walk_led", made.pk)
    return _form(request, form, None)


@leaders_only
def change(request: HttpRequest, pk: int) -> HttpResponse:
    row = _led(request, pk)
    form = WalkForm(given(request), today=timezone.localdate(), initial=WalkForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(request.user, row, **form.cleaned_data)
        except InputError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Changed. Please tell people, too."))
            return redirect("walk_led", pk)
    return _form(request, form, row)


def _form(request: HttpRequest, form: WalkForm, row: Walk | None) -> HttpResponse:
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "walks/form.html", {"form": form, "walk": row}, status=status)


@require_safe
@leaders_only
def one(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _led(request, pk), PostForm())


def _page(request: HttpRequest, row: Walk, form: PostForm) -> HttpResponse:
    dates = queries.dates_for_leader(row, timezone.now())
    context = {
        "walk": row,
        "comers": queries.comers(row),
        "link": request.build_absolute_uri(reverse("walk_by_code", args=[row.code])),
        "coming": [one for one in dates if not one.over],
        "gone": [one for one in reversed(dates) if one.over and one.there],
        "posts": queries.posts(row),
        "form": form,
    }
    return render(request, "walks/lead.html", context, status=422 if form.errors else 200)


@posted(back="walks_led")
@leaders_only
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """A message to all who come."""
    row = _led(request, pk)
    form = PostForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    actions.post(request.user, row, form.cleaned_data["body"], timezone.now())
    messages.success(request, _("Sent. All who come can read it."))
    return redirect("walk_led", pk)


@posted(back="walks_led")
@leaders_only
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """One date is off, or on again."""
    row = _led(request, pk)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return redirect("walk_led", pk)
    if request.POST.get("do") == "back":
        actions.bring_back(request.user, row, day)
        messages.success(request, _("It is on again."))
        return redirect("walk_led", pk)
    try:
        actions.cancel(request.user, row, day, timezone.now())
    except InputError as fault:
        messages.warning(request, str(fault))
    else:
        messages.info(request, _("It is off. All who come can see that."))
    return redirect("walk_led", pk)


@posted(back="walks_led")
@leaders_only
def end(request: HttpRequest, pk: int) -> HttpResponse:
    actions.end(request.user, _led(request, pk), timezone.now())
    messages.info(request, _("The group has ended."))
    return redirect("walks_led")


@require_safe
@leaders_only
def ics(request: HttpRequest, pk: int) -> HttpResponse:
    return answer_with(_led(request, pk), timezone.now())
