"""In your own words: when a person begins, and what they do when something is in the way."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ambulando.activity.catalogue import catalogue
from ambulando.ground import Words
from ambulando.plan import sentences
from ambulando.plan.barriers import Barrier, barriers
from ambulando.plan.own_words import CUES
from ambulando.safety.profile import LONGEST_WORDS, MOST_BARRIERS, OwnPlan
from ambulando.web.people.models import Person
from ambulando.web.people.onboarded import onboarded
from ambulando.web.people.unsent import given
from ambulando.web.plans import actions, convert, queries
from ambulando.web.plans.models import Week
from ambulando.web.templatetags.words import say

#: what the sentence is shown with where no session is open
EXAMPLE, EXAMPLE_MINUTES, EXAMPLE_TIME = "easy-walk", 8, time(8)


class OwnWordsForm(forms.Form):
    """When they begin, and for each barrier (or without one, for all) what they do instead. All may be left empty."""

    cue = forms.CharField(
        label=gettext_lazy("When do you begin? When it is time, and"),
        max_length=LONGEST_WORDS,
        required=False,
    )

    def __init__(self, *args: Any, named: list[Barrier | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named = named
        for barrier in named:
            self.fields[field_of(barrier)] = forms.CharField(
                label=_("{barrier}: what do you do instead?").format(barrier=say(barrier.name))
                if barrier
                else _("If it does not work out: what do you do instead?"),
                help_text=say(barrier.strategy) if barrier else "",
                max_length=LONGEST_WORDS,
                required=False,
            )

    def plans(self) -> list[OwnPlan]:
        """What was written, without what was left empty."""
        told = self.cleaned_data
        found = [OwnPlan(cue=told["cue"])] if told["cue"] else []
        for barrier in self.named:
            if words := told[field_of(barrier)]:
                found.append(OwnPlan(barrier=barrier.id if barrier else None, instead=words))
        return found

    @property
    def rows(self) -> list[tuple[Any, list[str]]]:
        """Each field with what could be written in it."""
        ideas = {"cue": [say(idea) for idea in CUES]}
        for barrier in self.named:
            ideas[field_of(barrier)] = [say(idea) for idea in barrier.ideas] if barrier else []
        return [(self[name], ideas[name]) for name in self.fields]


def field_of(barrier: Barrier | None) -> str:
    return f"instead-{barrier.id}" if barrier else "instead"


@onboarded
def words(request: HttpRequest) -> HttpResponse:
    """Write, see the whole sentence, keep. ``?with=weather`` plans for one barrier more, in the place of the last."""
    person = request.user
    week = queries.week_of(person, timezone.localdate())
    if person.no_numbers or (week and not week.holds):  # the week says why, kindly
        return redirect("week")
    more = request.POST.get("with") or request.GET.get("with", "")
    named, left_out = named_by(person, more)
    sent = given(request)
    if sent is not None and "use" in sent:  # an idea was tapped
        name, _colon, idea = sent["use"].partition(":")
        sent = sent.copy()
        sent[name] = idea
    form = OwnWordsForm(sent, initial=initial_of(person), named=list(named) or [None])
    look = request.htmx or "use" in request.POST or "look" in request.POST
    if request.method == "POST" and not look and form.is_valid():
        today = timezone.localdate()
        actions.word(person, form.plans(), today, barriers=[barrier.id for barrier in named])
        messages.success(request, _("Kept. Your week has your words in it now."))
        return redirect("week")
    context = {
        "page": "week",
        "form": form,
        "left_out": left_out,
        "more": more if more in barriers() else "",
        "preview": preview(week, form),
        "longest": LONGEST_WORDS,
    }
    page = "plans/words_preview.html" if request.htmx else "plans/words.html"
    return render(request, page, context, status=422 if form.errors and not look else 200)


def named_by(person: Person, more: str) -> tuple[list[Barrier], Barrier | None]:
    """The barriers of the page, ``more`` first where it is one; and the one that it takes the place of."""
    told = [name for name in person.answers.get("barriers", []) if name in barriers()]
    if more not in barriers() or more in told:
        return [barriers()[name] for name in told], None
    found = [barriers()[name] for name in (more, *told)]
    return found[:MOST_BARRIERS], next(iter(found[MOST_BARRIERS:]), None)


def initial_of(person: Person) -> dict[str, str]:
    own = person.profile.own_plans
    found = {field_of(barriers().get(one.barrier or "")): one.instead for one in own if one.instead}
    return found | {"cue": next((one.cue for one in own if one.cue), "")}


def preview(week: Week | None, form: OwnWordsForm) -> list[Words]:
    """The whole sentence for each barrier, with the words that are in the fields, for the next session."""
    today = timezone.localdate()
    session = queries.suggested(queries.sessions_of(week), today)
    planned = convert.planned(session) if session else None
    told: Mapping[str, Any] = form.data if form.is_bound else form.initial
    return [
        sentences.if_then(
            catalogue()[planned.activity if planned else EXAMPLE],
            minutes=planned.minutes if planned else EXAMPLE_MINUTES,
            at=planned.time if planned else EXAMPLE_TIME,
            barrier=barrier,
            indoor=None,
            own=OwnPlan(
                written(told.get("cue")),
                barrier.id if barrier else None,
                written(told.get(field_of(barrier))),
            ),
        )
        for barrier in form.named
    ]


def written(text: str | None) -> str:
    return " ".join((text or "").split())[:LONGEST_WORDS]
