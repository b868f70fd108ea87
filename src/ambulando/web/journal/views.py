"""The check-in, the journal, and files from devices."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from ambulando.activity import recordings
from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.measures import checkins
from ambulando.web.journal import actions, queries
from ambulando.web.journal.forms import BoutForm, ImportForm
from ambulando.web.journal.models import Bout, CheckIn
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted

#: how many days the journal shows at once
PAGE_OF_DAYS = 30
#: minutes that the form for something done starts with
USUAL_MINUTES = 10
#: what no device measures, and the person alone tells of something done
TOLD = ("effort", "feeling_before", "feeling_after", "pain", "talk", "note")


@posted(back="today")
@login_required
def check_in(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    try:
        scales = {name: _number(request.POST.get(name)) for name in checkins.scales()}
        actions.check_in(request.user, now.date(), actions.part_of(now), _flags(request), **scales)
        said, status = _("Saved."), 200
    except InputError as error:
        said, status = str(error), 422
    if request.htmx:
        answer = render(request, "journal/saved.html", {"said": said}, status=status)
        return trigger_client_event(answer, "checked-in")
    messages.info(request, said)
    return redirect("today")


def _number(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(_("Please pick a number from 0 to 10.")) from None


def _flags(request: HttpRequest) -> dict[str, bool] | None:
    """The boxes of a check-in; a form that did not show them says nothing about them."""
    if "flags" not in request.POST:
        return None
    return {name: name in request.POST for name in queries.FLAGS}


@login_required
def change_check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """A tap that slipped can be put right on any later day."""
    found = get_object_or_404(CheckIn, pk=pk, person=request.user)
    error = None
    if request.method == "POST":
        try:
            scales = {name: _number(request.POST.get(name)) for name in checkins.scales()}
            actions.check_in(request.user, found.day, found.part, _flags(request), **scales)
        except InputError as problem:
            error = str(problem)
        else:
            messages.success(request, _("Changed."))
            return redirect(journal_at(found.day))
    context = {
        "check_in": found,
        "scales": [(scale, getattr(found, scale.id)) for scale in checkins.scales().values()],
        "flags": {name: getattr(found, name) for name in queries.FLAGS},
        "places": range(11),
        "error": error,
        "page": "journal",
    }
    return render(request, "journal/check_in.html", context, status=422 if error else 200)


def removed(
    request: HttpRequest, remove: Callable[[], None], *, what: Any, when: str, back: str
) -> HttpResponse:
    """Remove a row of the person's own once they said so on a page of its own. ``back``: the address to go on to."""
    if request.method == "POST":
        remove()
        messages.success(request, _("Removed."))
        return redirect(back)
    return render(request, "journal/remove.html", {"what": what, "when": when, "back": back})


@login_required
def remove_check_in(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CheckIn, pk=pk, person=request.user)
    return removed(
        request,
        lambda: actions.remove_check_in(request.user, found),
        what=_("The check-in"),
        when=date_format(found.day, "j F Y"),
        back=journal_at(found.day),
    )


@login_required
def journal(request: HttpRequest) -> HttpResponse:
    last = day_from(request.GET.get("until", "")) or timezone.localdate()
    first = last - timedelta(days=PAGE_OF_DAYS - 1)
    context = {
        "page": "journal",
        "days": queries.days_of(request.user, last=last, count=PAGE_OF_DAYS),
        "earlier": first - timedelta(days=1) if queries.earlier_than(request.user, first) else None,
        "today": timezone.localdate(),
    }
    return render(request, "journal/journal.html", context)


def journal_at(day: date) -> str:
    """The address of the journal where this day is in view."""
    recent = day > timezone.localdate() - timedelta(days=PAGE_OF_DAYS)
    return reverse("journal") + ("" if recent else f"?until={day}") + f"#day-{day}"


def day_from(text: str) -> date | None:
    """The day that an address names, where it is one that a journal can have."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1950 <= day.year <= timezone.localdate().year + 1 else None


@login_required
def add_bout(request: HttpRequest) -> HttpResponse:
    # What is added is over: it began as long ago as the minutes that the form starts with.
    now = timezone.localtime() - timedelta(minutes=USUAL_MINUTES)
    last = request.user.bouts.first()
    initial = {
        "activity": last.activity if last else "easy-walk",
        "day": now.date(),
        "time": now.time().replace(second=0, microsecond=0),
        "minutes": USUAL_MINUTES,
    }
    form = BoutForm(given(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        actions.add_bout(
            request.user,
            activity=values["activity"],
            start=values["start"],
            minutes=values["minutes"],
            **{name: values[name] for name in TOLD},
        )
        said = _("Kept.")
        if not request.user.no_numbers:
            said = _("Kept. That is {count} so far.").format(count=queries.sessions_so_far(request.user))
        messages.success(request, said)
        return redirect(journal_at(values["day"]))
    return render(request, "journal/bout.html", {"form": form, "page": "journal"})


@login_required
def change_bout(request: HttpRequest, pk: int) -> HttpResponse:
    bout = get_object_or_404(Bout, pk=pk, person=request.user)
    start = timezone.localtime(bout.start)
    initial = {
        "activity": bout.activity,
        "day": start.date(),
        "time": start.time().replace(second=0, microsecond=0),  # as the form shows it
        "minutes": max(1, bout.minutes),
        **{name: getattr(bout, name) for name in TOLD},
    }
    form = BoutForm(given(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        changed: dict[str, Any] = {name: values[name] for name in TOLD}
        if "activity" in form.changed_data:
            changed["activity"] = values["activity"]
        # Seconds that a device measured stay as they are while nobody alters them.
        if {"day", "time"} & set(form.changed_data):
            changed["start"] = values["start"]
        if "minutes" in form.changed_data:
            changed["seconds"] = values["minutes"] * 60
        actions.change_bout(request.user, bout, **changed)
        messages.success(request, _("Changed."))
        return redirect(journal_at(values["day"]))
    return render(request, "journal/bout.html", {"form": form, "bout": bout, "page": "journal"})


@login_required
def remove_bout(request: HttpRequest, pk: int) -> HttpResponse:
    bout = get_object_or_404(Bout, pk=pk, person=request.user)
    return removed(
        request,
        lambda: actions.remove_bout(request.user, bout),
        what=catalogue()[bout.activity].name,
        when=date_format(timezone.localtime(bout.start), "j F Y, H:i"),
        back=journal_at(timezone.localtime(bout.start).date()),
    )


@login_required
def import_files(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    results: list[actions.Imported] = []
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        for name, data in uploaded(form.cleaned_data["files"]):
            # Each file stands for itself: one that can not be read does not stop the others.
            results.append(actions.import_recording(request.user, name, data, now))
    context = {"form": form, "results": results, "page": "journal"}
    refused = bool(results) and all(result.status == "refused" for result in results)
    return render(request, "journal/import.html", context, status=422 if refused or form.errors else 200)


def uploaded(files: Sequence[UploadedFile]) -> Iterator[tuple[str, bytes | InputError]]:
    """The recordings in what was sent: files, and what lies in zips of them."""
    with TemporaryDirectory() as folder:
        for number, file in enumerate(files):
            # A name of its own for each, whatever the sender called it.
            path = Path(folder) / f"{number}{Path(file.name or '').suffix[:8]}"
            with path.open("wb") as copy:
                for chunk in file.chunks():
                    copy.write(chunk)
            for name, data in recordings.expand(path):
                yield name.replace(str(path), file.name or _("the file")), data
            path.unlink()
