"""Setting up a comparison: what to compare, which rating to look at, how long. Every choice is one that fits the person."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import catalogue
from ambulando.ground import Words
from ambulando.plan.candidates import likes
from ambulando.plan.drawn import Scope
from ambulando.response.protocol import BLOCKS, PER_WEEK, Option, Protocol, Question, options_for
from ambulando.safety.profile import Profile
from ambulando.web.people.forms import Chips, Pills
from ambulando.web.templatetags.words import say

TARGETS = [
    ("mood", _("Mood in the evening")),
    ("energy", _("Energy in the evening")),
    ("stress", _("Stress in the evening")),
    ("sleep", _("Sleep in the night after")),
]
WEEKS = [(8, _("About 8 weeks")), (12, _("About 12 weeks")), (20, _("About 20 weeks"))]
USUAL_WEEKS, USUAL_DAYS = 12, 3
#: lengths of a session that can be compared, in minutes
MINUTES = (5, 10, 15, 20, 30, 40, 60)
#: most activities in one comparison, and how many are shown before "more"
MOST, SHOWN = 4, 10
#: the longest session that a comparison of kinds asks for, in minutes
USUAL = 30
#: the hour before which a morning session begins, and at which one of the evening ends
MORNING_BEGINS, EVENING_ENDS = 9, 19


class SetUp(forms.Form):
    """One question and one person; ``scope`` says what may be drawn for them now."""

    target = forms.ChoiceField(
        label=_("What do you want to look at?"), choices=TARGETS, initial="mood", widget=Pills
    )
    weeks = forms.TypedChoiceField(
        label=_("How long?"), coerce=int, choices=WEEKS, initial=USUAL_WEEKS, widget=Pills
    )
    per_week = forms.TypedChoiceField(
        label=_("On how many days a week may chance decide?"), coerce=int, widget=Pills
    )

    def __init__(
        self,
        data: Any = None,
        *,
        question: Question,
        scope: Scope,
        profile: Profile,
        counted: bool = True,
    ) -> None:
        super().__init__(data)
        self.question, self.scope = question, scope
        allowed = fitting(question, scope, profile)
        if question.kind == "activity":
            self.fields["options"] = forms.MultipleChoiceField(
                label=_("Which would you be fine with on any day? Pick two, or up to four."),
                choices=allowed,
                widget=Chips,
                error_messages={"required": _("Please pick two of them, or more.")},
            )
        else:
            self.fields["activity"] = forms.ChoiceField(
                label=_("With which activity?"),
                choices=allowed,
                widget=Pills,
                error_messages={"required": _("Please pick one activity.")},
            )
        if question.kind == "minutes":
            self.fields["minutes"] = forms.TypedMultipleChoiceField(
                label=_("Which lengths, in minutes? Pick two, or more."),
                coerce=int,
                choices=[(n, str(n)) for n in MINUTES if n <= max(scope.longest.values(), default=0)],
                widget=Chips,
                error_messages={"required": _("Please pick two lengths, or more.")},
            )
        # Not more days than the plan has sessions: a draw takes the place of one wherever there is one.
        per_week = range(2, max(2, min(PER_WEEK[1], scope.sessions)) + 1)
        self.fields["per_week"].choices = [(n, str(n)) for n in per_week]  # type: ignore[attr-defined]
        self.fields["per_week"].initial = min(USUAL_DAYS, per_week[-1])
        if not counted:  # numbers of exercise are kept from their pages
            self.fields["per_week"].widget = forms.HiddenInput()
        self.order_fields(["options", "activity", "minutes", "target", "weeks", "per_week"])

    def clean_options(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["options"]
        if not 2 <= len(chosen) <= MOST:
            raise forms.ValidationError(_("Please pick two of them, or up to four."))
        return chosen

    def clean_minutes(self) -> list[int]:
        chosen: list[int] = sorted(self.cleaned_data["minutes"])
        if not 2 <= len(chosen) <= MOST:
            raise forms.ValidationError(_("Please pick two lengths, or up to four."))
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        longest = self.scope.longest.get(cleaned.get("activity", ""), 0)
        if longest and any(minutes > longest for minutes in cleaned.get("minutes", [])):
            self.add_error(
                "minutes",
                gettext(
                    "The longest that fits for this one now is {minutes} minutes. Please pick shorter ones."
                ).format(minutes=longest),
            )
        return cleaned

    def protocol(self, today: date) -> Protocol:
        """What was chosen, from tomorrow on. Raises InputError where the core does not take it."""
        given = self.cleaned_data
        options = self._options()
        return Protocol(
            question=self.question.id,
            options=options,
            target=given["target"],
            blocks=max(BLOCKS[0], round(given["weeks"] * given["per_week"] / len(options))),
            per_week=given["per_week"],
            start=today + timedelta(days=1),
        )

    def _options(self) -> tuple[Option, ...]:
        given = self.cleaned_data
        if self.question.kind == "activity":
            minutes = self._usual(given["options"])
            return tuple(
                replace(one, minutes=minutes) for one in options_for(self.question, given["options"])
            )
        activity = given["activity"]
        if self.question.kind == "minutes":
            return tuple(
                Option(f"{n}-minutes", Words("{n} minutes", {"n": n}), "minutes", activity, n)
                for n in given["minutes"]
            )
        minutes = self._usual([activity])
        return tuple(
            one if one.kind == "rest" else replace(one, minutes=minutes)
            for one in options_for(self.question, [activity])
        )

    def _usual(self, activities: Iterable[str]) -> int:
        """Minutes that every option has room for, so that they differ in kind alone."""
        return min([self.scope.minutes, USUAL, *(self.scope.longest[id_] for id_ in activities)])


def fitting(question: Question, scope: Scope, profile: Profile) -> list[tuple[str, str]]:
    """What may be drawn, by id with its name; what the person likes comes first."""
    entries = [catalogue()[id_] for id_ in scope.longest]
    if question.kind == "company":  # alone or together has to be open, for the activity and for the person
        open_ = profile.company in (None, "either")
        entries = [entry for entry in entries if open_ and entry.company == "either"]
    kinds: dict[str, list[str]] = {}
    for entry in entries:
        kinds.setdefault(entry.modality, []).append(entry.id)
    # What the person likes, one of each kind in turn; then the others in the same way.
    ordered = sorted(
        entries, key=lambda one: (not likes(profile, one), kinds[one.modality].index(one.id), one.modality)
    )
    return [(entry.id, say(entry.name)) for entry in ordered]


def fits(question: Question, scope: Scope, profile: Profile, *, counted: bool) -> bool:
    """Whether this person has two options for a question. Lengths are for those who are shown minutes."""
    entries = fitting(question, scope, profile)
    if question.kind == "activity":
        return len(entries) >= 2
    if question.kind == "minutes":
        return counted and sum(n <= max(scope.longest.values(), default=0) for n in MINUTES) >= 2
    if question.kind == "time":
        return bool(entries) and both_ends_open(scope.earliest_hour, scope.latest_hour)
    return bool(entries)


def both_ends_open(earliest_hour: int | None, latest_hour: int | None) -> bool:
    """Whether safety leaves the hours of a morning and of an evening."""
    early = earliest_hour is None or earliest_hour <= MORNING_BEGINS
    return early and (latest_hour is None or latest_hour >= EVENING_ENDS)
