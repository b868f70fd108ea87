"""The treatment plan: for those who treat a person, and for the person."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care.grants.let_in import let_in
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.treatment import actions, queries
from ambulando.web.care.treatment import review as reviewing
from ambulando.web.care.treatment.forms import EndForm, HeldForm, WordsForm, form_for, today_of
from ambulando.web.care.treatment.kinds import KINDS, may_write
from ambulando.web.care.treatment.models import Entry
from ambulando.web.care.treatment.queries import Told
from ambulando.web.people.onboarded import onboarded
from ambulando.web.people.unsent import given
from ambulando.web.posted import posted

#: the items of which one has to be shared with who reads a plan
ITEMS = ("plan", "medicines")


# --- for those who treat the person


@let_in("treatment", *ITEMS)
def treatment_of(request: HttpRequest, grant: Grant) -> HttpResponse:
    if request.method == "POST":  # it takes none
        return redirect("treatment_of", grant.pk)
    person, today = grant.person, today_of(grant.person)
    told = queries.parts(person, grant)
    context = {
        "grant": grant,
        "name": person.get_username(),
        "sections": queries.by_kind(told, grant),
        "ended": [one for one in told if one.part.ended_at is not None],
        "lately": queries.lately(told, today),
        "today": today,
        "own_list": person.answers.get("medicines") or [] if grant.shows("medicines") else None,
        "reviews": any(grant.shows(item) for item in REVIEWED),
    }
    return render(request, "treatment/treatment_of.html", context)


@let_in("treatment-written", *ITEMS)
def add_part(request: HttpRequest, grant: Grant, kind: str) -> HttpResponse:
    if kind not in KINDS or not grant.shows(KINDS[kind].item) or not may_write(grant.role, kind):
        raise Http404
    form = form_for(kind, grant.role, today_of(grant.person), given(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.note(grant.person, grant, kind, form.cleaned_data, timezone.now())
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept. It stands in the plan of both of you."))
            return redirect("treatment_of", grant.pk)
    return _form_page(request, grant, form, KINDS[kind])


@let_in("treatment-written", *ITEMS)
def change_part(request: HttpRequest, grant: Grant, pk: int) -> HttpResponse:
    one = _altered(grant, pk)
    today = today_of(grant.person)
    form = form_for(one.part.kind, grant.role, today, given(request), initial=_initial(one, today))
    if "name" in form.fields:
        form.fields["name"].disabled = True  # another name is another medicine
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(grant.person, grant, one.part, form.cleaned_data, timezone.now())
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept. What stood there before is in its history."))
            return redirect("treatment_of", grant.pk)
    return _form_page(
        request, grant, form, one.kind, one=one, ending=EndForm(today=today, initial={"on": today})
    )


def end_part(request: HttpRequest, grant: int, pk: int) -> HttpResponse:
    """It only takes forms; opened as a page, it leads on to the plan."""
    return _ended(request, grant, pk) if request.method == "POST" else redirect("treatment_of", grant)


@let_in("treatment-written", *ITEMS)
def _ended(request: HttpRequest, grant: Grant, pk: int) -> HttpResponse:
    one = _altered(grant, pk)
    today = today_of(grant.person)
    form = EndForm(request.POST, today=today)
    if not form.is_valid():
        again = form_for(one.part.kind, grant.role, today, initial=_initial(one, today))
        return _form_page(request, grant, again, one.kind, one=one, ending=form)
    actions.end(grant.person, grant, one.part, form.cleaned_data["on"] or today, timezone.now())
    messages.info(request, _("Ended. It stays in the history."))
    return redirect("treatment_of", grant.pk)


#: the items of which one has to be shared with who reads a review; of each, only what is shared is shown
REVIEWED = ("assessments", "bouts", "mood")


@let_in("review", *REVIEWED)
def review_of(request: HttpRequest, grant: Grant) -> HttpResponse:
    person, today = grant.person, today_of(grant.person)
    told = queries.parts(person, grant)
    writes = grant.shows("plan") and may_write(grant.role, "review")
    form = HeldForm(request.POST if request.method == "POST" else None, today=today, initial={"on": today})
    if request.method == "POST":
        if not writes:
            raise Http404
        if form.is_valid():
            due, on = form.cleaned_data["due"], form.cleaned_data["on"]
            part = next(
                (one.part for one in told if one.part.kind == "review" and not one.part.ended_at), None
            )
            try:
                actions.hold_review(person, grant, part, on, due, timezone.now())
            except InputError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Kept, with the day of the next one."))
                return redirect("treatment_of", grant.pk)
    context = _review_context(reviewing.review(person, queries.last_review(told), today, grant))
    context |= {"grant": grant, "name": person.get_username(), "form": form if writes else None}
    return render(request, "treatment/review_of.html", context)


def _altered(grant: Grant, pk: int) -> Told:
    one = queries.part_of(grant.person, pk, grant)
    if one is None or not one.may_alter:
        raise Http404
    return one


def _initial(one: Told, today: date) -> dict[str, Any]:
    """What the form starts from; a day that is over is asked for anew."""
    due = one.part.due
    return one.told | {"on": today, "due": due if due is not None and due >= today else None}


def _form_page(request: HttpRequest, grant: Grant, form: Any, kind: Any, **more: Any) -> HttpResponse:
    context = {"grant": grant, "name": grant.person.get_username(), "form": form, "kind": kind, **more}
    return render(request, "treatment/part_form.html", context)


def _review_context(found: reviewing.Review) -> dict[str, Any]:
    return {
        "review": found,
        "moved": [(one, reviewing.marks(one)) for one in found.moved],
        "options": reviewing.options(),
    }


# --- for the person


@onboarded
def treatment(request: HttpRequest) -> HttpResponse:
    return _own_page(request)


def _own_page(
    request: HttpRequest, *, wrong: tuple[int, ...] = (), words_wrong: Sequence[str] = ()
) -> HttpResponse:
    person, today = request.user, timezone.localdate()
    told = queries.parts(person)
    asking = queries.asking(told, today)
    context = {
        "page": "you",
        "sections": queries.by_kind([one for one in told if one not in asking]),
        "asking": asking,
        "ended": [one for one in told if one.part.ended_at is not None and one not in asking],
        "today": today,
        "empty": not told,
        "wrong": wrong,
        "words_wrong": words_wrong,
        "refills": [
            one
            for one in told
            if one.part.kind == "medicine" and not one.part.ended_at and _near(one.part.due, today)
        ],
    }
    return render(request, "treatment/treatment.html", context)


def _near(day: date | None, today: date) -> bool:
    return day is not None and abs(day - today) <= queries.REFILL_AHEAD


@onboarded
def own_review(request: HttpRequest) -> HttpResponse:
    person, today = request.user, timezone.localdate()
    told = queries.parts(person)
    context = _review_context(reviewing.review(person, queries.last_review(told), today))
    return render(request, "treatment/own_review.html", context | {"page": "you"})


@posted(back="treatment")
@onboarded
def answer_part(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap: what was asked about a part, or "not for me now"."""
    person, now = request.user, timezone.now()
    part, answer = _own(request, pk).part, request.POST.get("answer")
    try:
        if answer == Entry.RIGHT and part.kind == "medicine":
            actions.confirm(person, part, now)
        elif answer == Entry.NOT_RIGHT and part.kind == "medicine":
            actions.deny(person, part, now)
        elif answer in (Entry.FINE, Entry.STAYS, Entry.NOT_YET) and part.kind == "clearance":
            actions.checked(person, part, str(answer), now)
        elif answer == Entry.NOT_NOW and part.kind in ("goal", "homework", "cap", "clearance"):
            actions.put_down(person, part, now)
        else:
            messages.info(request, _("Nothing was changed."))
            return redirect("treatment")
    except InputError as error:
        messages.info(request, str(error))
    else:
        messages.info(request, _("Kept. Those who see your plan see it too."))
    return redirect("treatment")


@posted(back="treatment")
@onboarded
def part_words(request: HttpRequest, pk: int) -> HttpResponse:
    part = _own(request, pk).part
    form = WordsForm(request.POST, auto_id=False)
    if not form.is_valid():
        return _own_page(request, wrong=(part.pk,), words_wrong=form.errors["words"])
    actions.add_words(request.user, part, form.cleaned_data["words"], timezone.now())
    messages.info(request, _("Kept. Those who see this part can read it."))
    return redirect("treatment")


def _own(request: HttpRequest, pk: int) -> Told:
    one = queries.part_of(request.user, pk)
    if one is None:
        raise Http404
    return one
