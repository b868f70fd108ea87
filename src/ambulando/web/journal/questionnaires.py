"""Questionnaires: which there are and when, filling one in, and what was answered."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ambulando.ground import InputError, Words
from ambulando.measures import schedule
from ambulando.measures.change import change
from ambulando.measures.instruments import instruments
from ambulando.measures.schedule import Due, Early
from ambulando.measures.shape import Instrument, Item
from ambulando.web.help.first import help_first
from ambulando.web.help.queries import reader_of_item9
from ambulando.web.journal import actions, queries
from ambulando.web.journal.models import Assessment
from ambulando.web.journal.views import removed
from ambulando.web.people.models import Person
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted

#: groups whose forms have a page of their own; those of a session are asked around it
GROUPS = ("questionnaire", "plan")
#: how long one tap pauses the offers of a questionnaire
PAUSE = timedelta(weeks=4)
#: so many places fit on a track; a longer range is a number to type
PLACES = 11


@dataclass(frozen=True)
class Shelved:
    """A questionnaire in the list: when it was filled in last, when it is offered, and whether today is too early."""

    instrument: Instrument
    last: date | None
    offer: Due | None
    now: bool
    early: Early | None
    wanted: bool | None


@dataclass(frozen=True)
class Asked:
    """A question of a form, with what was answered so far. ``places``: those of a track, where it has one.

    ``unless``: the number of the question, and the answer to it, that makes this one needless.
    """

    number: int
    item: Item
    given: str
    places: tuple[str, ...]
    unless: tuple[int, int] | None


def asked(form: Instrument, sent: Mapping[str, str]) -> Iterator[Asked]:
    """The questions of a form, the scored ones first."""
    numbers = {item.id: number for number, item in enumerate(form.items + form.extras, start=1)}
    for number, item in enumerate(form.items + form.extras, start=1):
        unless = item.needless_when and (numbers[item.needless_when[0]], item.needless_when[1])
        yield Asked(number, item, sent.get(f"item-{number}", ""), places_of(item), unless)


def places_of(item: Item) -> tuple[str, ...]:
    """The places of a track for a whole number with few of them; none for any other question."""
    if item.kind != "whole" or item.high - item.low >= PLACES:
        return ()
    return tuple(str(place) for place in range(item.low, item.high + 1))


@login_required
def questionnaires(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    forms = queries.questionnaires(request.user)
    done, wishes = queries.done_on(request.user), queries.wishes(request.user)
    offers = {one.instrument.id: one for one in schedule.offered(forms, done, wishes, today)}
    shelf = [
        Shelved(
            form,
            done.get(form.id),
            offer := offers.get(form.id),
            bool(offer and offer.since <= today),
            schedule.early(form, forms, done, today),
            wishes[form.id].wanted if form.id in wishes else None,
        )
        for form in forms
    ]
    context = {"shelf": shelf, "reader": reader_of_item9(request.user), "page": "progress"}
    return render(request, "journal/questionnaires.html", context)


@login_required
def questionnaire(request: HttpRequest, instrument_id: str) -> HttpResponse:
    form = form_or_404(request, instrument_id)
    error = None
    sent = given(request) or {}
    if request.method == "POST":
        try:
            answers = list(answers_of(form, request.POST))
            assessment, route = actions.assess(request.user, form.id, answers, timezone.localdate())
        except InputError as problem:
            error = str(problem)
        else:
            return redirect("assessment_help" if route != "none" else "assessment", pk=assessment.pk)
    elif not sent and (early := too_early(request, form)):
        return render(request, "journal/early.html", early)
    rows = list(asked(form, sent or told_before(request.user, form)))
    context = {
        "instrument": form,
        "rows": rows[: len(form.items)],
        "extras": rows[len(form.items) :],
        "error": error,
        "reader": reader_of_item9(request.user),
        "page": "progress" if form.group == "questionnaire" else "week",
    }
    return render(request, "journal/questionnaire.html", context, status=422 if error else 200)


def told_before(person: Person, form: Instrument) -> dict[str, str]:
    """What the person said last where a form asks for something that the plan knows already, as fields of the form."""
    if form.id == "confidence" and (said := person.answers.get("confidence")) is not None:
        return {"item-1": str(said)}
    if form.id == "barriers":
        said = person.answers.get("barriers", ())
        return {f"item-{n}": "1" for n, item in enumerate(form.items, start=1) if item.id in said}
    return {}


def form_or_404(request: HttpRequest, instrument_id: str) -> Instrument:
    form = instruments().get(instrument_id)
    if form is None or form.group not in GROUPS or not queries.fits(form, request.user):
        raise Http404
    return form


def too_early(request: HttpRequest, form: Instrument) -> dict[str, Any] | None:
    """What is said in place of a form that was filled in not long ago; None where it opens."""
    if form.group != "questionnaire":
        return None
    early = schedule.early(
        form, queries.questionnaires(request.user), queries.done_on(request.user), timezone.localdate()
    )
    if early is None or ("now" in request.GET and not early.closed):
        return None
    weeks, days = divmod(form.recall_days or 0, 7)
    return {
        "instrument": form,
        "early": early,
        "weeks": 0 if days else weeks,
        "latest": queries.latest_assessment(request.user, form.id),
        "page": "progress",
    }


def answers_of(form: Instrument, sent: Mapping[str, str]) -> Iterator[int | None]:
    """The answers in what was sent; those of the extras only where one of them was answered."""
    of_items = [_answer(sent.get(f"item-{number}")) for number in range(1, len(form.items) + 1)]
    if form.scoring == "choose":  # a box that is not ticked is an answer too
        of_items = [answer or 0 for answer in of_items]
    first = len(form.items) + 1
    of_extras = [_answer(sent.get(f"item-{number}")) for number in range(first, first + len(form.extras))]
    yield from of_items
    if any(answer is not None for answer in of_extras):
        yield from of_extras


def _answer(text: str | None) -> int | None:
    if text is None or not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(_("One of the answers was not among those offered. Please choose again.")) from None


def offer_change(change_it: Callable[[HttpRequest, Instrument], str]) -> Callable[..., HttpResponse]:
    """A change to how a questionnaire is offered: one tap, from the list or from the line on Today."""

    @posted(back="questionnaires")
    @login_required
    def view(request: HttpRequest, instrument_id: str) -> HttpResponse:
        form = form_or_404(request, instrument_id)
        if form.group != "questionnaire":
            raise Http404
        said = change_it(request, form)
        if request.htmx:
            return render(request, "journal/said.html", {"said": said})
        messages.info(request, said)
        return redirect("today" if request.POST.get("from") == "today" else "questionnaires")

    return view


@offer_change
def skip(request: HttpRequest, form: Instrument) -> str:
    if not actions.skip(request.user, form.id, timezone.now()):
        return _("That one is not waiting for you now. Nothing was changed.")
    next_day = timezone.localdate() + timedelta(days=form.every_days or 0)
    return _("That is fine. It comes again on {day}.").format(day=date_format(next_day, "j F"))


@offer_change
def pause(request: HttpRequest, form: Instrument) -> str:
    if "end" in request.POST:
        actions.pause(request.user, form.id, None)
        return _("The pause is over.")
    until = timezone.localdate() + PAUSE
    actions.pause(request.user, form.id, until)
    return _("Paused until {day}.").format(day=date_format(until, "j F"))


@offer_change
def want(request: HttpRequest, form: Instrument) -> str:
    wanted = "off" not in request.POST
    actions.want(request.user, form.id, wanted, timezone.now())
    if wanted:
        return _("It will be offered on Today when it is time.")
    return _("It will not be offered. You can still open it here.")


@login_required
@help_first
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Assessment, pk=pk, person=request.user)
    form = instruments().get(found.instrument)
    # A pack that is no longer here, or a count that is no good for this person now; what was answered is kept.
    if form is None or not queries.fits(form, request.user):
        raise Http404
    before = queries.assessment_before(request.user, found)
    pairs = [
        (item, in_words(item, answer))
        for item, answer in zip(form.items + form.extras, found.answers, strict=False)
    ]
    context = {
        "assessment": found,
        "instrument": form,
        "band": next((band for band in form.bands if band.id == found.band), None),
        "before": before,
        "change": change(form.id, before.total, found.total) if before and form.change else None,
        "missing": sum(answer is None for answer in found.answers[: len(form.items)]),
        "chosen": [item for item, answer in zip(form.items, found.answers, strict=False) if answer],
        "pairs": pairs,
        "page": "progress" if form.group == "questionnaire" else "week",
    }
    return render(request, "journal/assessment.html", context)


def in_words(item: Item, answer: int | None) -> Words | str | None:
    """An answer as the instrument words it; None where it was left out."""
    if answer is None or item.kind == "choice":
        return next((one.text for one in item.answers if one.score == answer), None)
    return Words("{number} {unit}", {"number": answer, "unit": item.unit}) if item.unit else str(answer)


@login_required
def remove_assessment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Assessment, pk=pk, person=request.user)
    form = instruments().get(found.instrument)
    return removed(
        request,
        lambda: actions.remove_assessment(request.user, found),
        what=form.name if form else found.instrument,
        when=date_format(found.day, "j F Y"),
        back=reverse("progress"),
    )
