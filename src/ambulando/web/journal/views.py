"""The check-in, the journal, files from devices, and questionnaires."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ambulando.activity import recordings
from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.measures import checkins
from ambulando.measures.change import change
from ambulando.measures.instruments import instrument, instruments
from ambulando.safety import helplines as lines
from ambulando.safety import item9
from ambulando.web.journal import actions, queries
from ambulando.web.journal.forms import BoutForm, ImportForm
from ambulando.web.journal.models import Assessment, Bout

#: how many days the journal shows at once
PAGE_OF_DAYS = 30


@login_required
@require_POST
def check_in(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    try:
        scales = {name: _number(request.POST.get(name)) for name in checkins.SCALES}
        actions.check_in(request.user, now.date(), actions.part_of(now), **scales)
        said, status = _("Saved."), 200
    except InputError as error:
        said, status = str(error), 422
    if request.htmx:
        return render(request, "journal/saved.html", {"said": said}, status=status)
    messages.info(request, said)
    return redirect("today")


def _number(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(_("Please pick a number from 0 to 10.")) from None


@login_required
def journal(request: HttpRequest) -> HttpResponse:
    last = day_from(request.GET.get("until", "")) or timezone.localdate()
    first = last - timedelta(days=PAGE_OF_DAYS - 1)
    context = {
        "page": "journal",
        "days": queries.days_of(request.user, last=last, count=PAGE_OF_DAYS),
        "earlier": first - timedelta(days=1) if queries.earlier_than(request.user, first) else None,
        "catalogue": catalogue(),
        "today": timezone.localdate(),
    }
    return render(request, "journal/journal.html", context)


def day_from(text: str) -> date | None:
    """The day that an address names, where it is one that a journal can have."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1950 <= day.year <= timezone.localdate().year + 1 else None


@login_required
def add_bout(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    last = request.user.bouts.first()
    initial = {
        "activity": last.activity if last else "easy-walk",
        "day": now.date(),
        "time": now.time().replace(second=0, microsecond=0),
        "minutes": 10,
    }
    form = BoutForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        actions.add_bout(
            request.user,
            activity=values["activity"],
            start=values["start"],
            minutes=values["minutes"],
            effort=values["effort"],
            note=values["note"],
        )
        so_far = queries.sessions_so_far(request.user)
        messages.success(request, _("Kept. That is {count} so far.").format(count=so_far))
        return redirect("journal")
    return render(request, "journal/bout.html", {"form": form, "page": "journal"})


@login_required
def change_bout(request: HttpRequest, pk: int) -> HttpResponse:
    bout = get_object_or_404(Bout, pk=pk, person=request.user)
    start = timezone.localtime(bout.start)
    initial = {
        "activity": bout.activity,
        "day": start.date(),
        "time": start.time(),
        "minutes": max(1, bout.minutes),
        "effort": bout.effort,
        "note": bout.note,
    }
    form = BoutForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        changed: dict[str, Any] = {name: values[name] for name in ("activity", "effort", "note")}
        # Seconds that a device measured stay as they are while nobody alters them.
        if {"day", "time"} & set(form.changed_data):
            changed["start"] = values["start"]
        if "minutes" in form.changed_data:
            changed["seconds"] = values["minutes"] * 60
        actions.change_bout(request.user, bout, **changed)
        messages.success(request, _("Changed."))
        return redirect("journal")
    return render(request, "journal/bout.html", {"form": form, "bout": bout, "page": "journal"})


@login_required
def remove_bout(request: HttpRequest, pk: int) -> HttpResponse:
    bout = get_object_or_404(Bout, pk=pk, person=request.user)
    if request.method == "POST":
        actions.remove_bout(request.user, bout)
        messages.success(request, _("Removed."))
        return redirect("journal")
    context = {
        "what": catalogue()[bout.activity].name,
        "when": bout.start,
        "back": "journal",
        "page": "journal",
    }
    return render(request, "journal/remove.html", context)


@login_required
def import_files(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    results: list[actions.Imported] = []
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        for name, data in uploaded(form.cleaned_data["files"]):
            # Each file stands for itself: one that can not be read does not stop the others.
            results.append(actions.import_recording(request.user, name, data, now))
    context = {"form": form, "results": results, "page": "journal", "catalogue": catalogue()}
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


@login_required
def questionnaires(request: HttpRequest) -> HttpResponse:
    # The one that asks nothing that nobody answers to comes first.
    known = sorted(instruments().values(), key=lambda one: one.id != "phq-8")
    context = {"instruments": known, "page": "progress"}
    return render(request, "journal/questionnaires.html", context)


@login_required
def questionnaire(request: HttpRequest, instrument_id: str) -> HttpResponse:
    if instrument_id not in instruments():
        raise Http404
    chosen = instrument(instrument_id)
    error = None
    if request.method == "POST":
        try:
            answers = [
                _answer(request.POST.get(f"item-{number}"))
                for number, _item in enumerate(chosen.items, start=1)
            ]
            assessment, route = actions.assess(request.user, instrument_id, answers, timezone.localdate())
        except InputError as problem:
            error = str(problem)
        else:
            return redirect("assessment_help" if route != "none" else "assessment", pk=assessment.pk)
    context = {"instrument": chosen, "error": error, "page": "progress"}
    return render(request, "journal/questionnaire.html", context, status=422 if error else 200)


def _answer(text: str | None) -> int | None:
    if text in (None, ""):
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(_("One of the answers was not among those offered. Please choose again.")) from None


@login_required
def assessment_help(request: HttpRequest, pk: int) -> HttpResponse:
    """After a positive item 9: help first, before any total. The answers are kept, and the way on stays open."""
    found = get_object_or_404(Assessment, pk=pk, person=request.user)
    context = {
        "assessment": found,
        "help": lines.helplines(request.user.answers.get("country"), today=timezone.localdate()),
        "emergency_first": item9.route(found.answers) == "emergency-first",
    }
    return render(request, "journal/assessment_help.html", context)


@login_required
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Assessment, pk=pk, person=request.user)
    before = (
        request.user.assessments.filter(
            instrument=found.instrument, total__isnull=False, made_at__lt=found.made_at
        ).first()
        if found.total is not None
        else None
    )
    chosen = instrument(found.instrument)
    context = {
        "assessment": found,
        "instrument": chosen,
        "band": next((band for band in chosen.bands if band.id == found.band), None),
        "before": before,
        "change": change(found.instrument, before.total, found.total) if before and chosen.change else None,
        "missing": sum(answer is None for answer in found.answers),
        "pairs": list(zip(chosen.items, found.answers, strict=False)),
        "page": "progress",
    }
    return render(request, "journal/assessment.html", context)


@login_required
def remove_assessment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Assessment, pk=pk, person=request.user)
    if request.method == "POST":
        actions.remove_assessment(request.user, found)
        messages.success(request, _("Removed."))
        return redirect("progress")
    context = {
        "what": instrument(found.instrument).name,
        "when": found.made_at,
        "back": "progress",
        "page": "progress",
    }
    return render(request, "journal/remove.html", context)
