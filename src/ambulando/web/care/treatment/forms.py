"""What is filled in for each kind of part."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import MODALITIES
from ambulando.safety.medicines import CLASSES, NONE_KNOWN
from ambulando.safety.profile import LONGEST_WORDS
from ambulando.safety.words import named
from ambulando.web.alongside.forms import TIMES, minutes
from ambulando.web.care.treatment.kinds import KINDS
from ambulando.web.journal.forms import activity_choices
from ambulando.web.people.forms import Chips, Pills
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.templatetags.words import say

#: letters of what is written about a part
LONGEST = 1000
#: days ahead that a day may be
AHEAD = timedelta(days=5 * 366)


def words(label: Any, *, most: int = 120, required: bool = False, rows: int = 0) -> forms.CharField:
    """A field for words of any language."""
    kind = forms.Textarea(attrs={"dir": "auto", "rows": rows}) if rows else None
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=kind or forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Please fill this in.")},
    )


def day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Please pick a day."), "invalid": _("Please pick a day.")},
    )


def count(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        error_messages={"invalid": _("Please put in a number, or leave it out.")},
    )


class PartForm(forms.Form):
    """``heard``: the writer was told it, and says by whom. ``today``: on the person's own clock."""

    def __init__(self, *args: Any, today: date, heard: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if heard:
            self.fields["told_by"] = words(_("Who said so?"), most=80, required=True)

    def clean_due(self) -> date | None:
        due: date | None = self.cleaned_data["due"]
        if due is not None and not self.today <= due <= self.today + AHEAD:
            raise forms.ValidationError(_("Please pick today or a later day, within five years."))
        return due

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on is not None and not date(1950, 1, 1) <= on <= self.today:
            raise forms.ValidationError(_("Please pick today or an earlier day."))
        return on


class ReviewForm(PartForm):
    due = day(_("When do you look at it together?"), required=True)


class CapForm(PartForm):
    max_minutes = minutes(_("At most this many minutes at a time"), 240)
    minutes_per_week = minutes(_("At most this many minutes in a week"), 2000)
    max_intensity = forms.ChoiceField(
        label=_("Nothing harder than"),
        required=False,
        choices=[
            ("", _("No limit")),
            ("light", _("Light: they can sing")),
            ("moderate", _("Moderate: they can talk")),
        ],
        widget=Pills,
    )
    avoid = forms.MultipleChoiceField(
        label=_("Leave out these kinds"),
        required=False,
        choices=[(id_, MODALITY_NAMES[id_]) for id_ in MODALITIES],
        widget=Chips,
    )
    why = words(_("Why, in words for the person (you can leave this out)"), most=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        binds = ("max_minutes", "minutes_per_week", "max_intensity", "avoid")
        if not self.errors and not any(cleaned.get(name) for name in binds):
            raise forms.ValidationError(_("Please fill in at least one limit."))
        return cleaned


class ClearanceForm(CapForm):
    check = words(_("What is to be checked?"), most=200, required=True)
    due = day(_("By when?"), required=True)
    field_order = ("check", "due")


class GoalForm(PartForm):
    text = words(_("What you agreed on"), most=300, required=True, rows=2)
    sessions = forms.TypedChoiceField(
        label=_("Sessions a week (you can leave this out)"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *TIMES],
        widget=Pills,
    )


class HomeworkForm(PartForm):
    activity = forms.ChoiceField(label=_("What is it?"), choices=activity_choices)
    times = forms.TypedChoiceField(
        label=_("How many times a week?"), coerce=int, choices=TIMES, initial=1, widget=Pills
    )
    minutes = minutes(_("Minutes (leave it out, and the plan picks)"), 240)
    note = words(_("In words for the person (you can leave this out)"), most=LONGEST_WORDS)


class TherapyForm(PartForm):
    kind = words(_("What kind of therapy?"), required=True)
    agreed = count(_("Sessions agreed on"), 500)
    held = count(_("Sessions held so far"), 500)
    due = day(_("The next session"))


def _classes() -> list[tuple[str, str]]:
    names = [(id_, say(named("medicine")[id_].name)) for id_ in CLASSES if id_ != NONE_KNOWN]
    return [("", str(_("As its name says"))), *names]


class MedicineForm(PartForm):
    name = words(_("Name, as on the box"), most=80, required=True)
    kind = forms.ChoiceField(label=_("What kind of medicine is it?"), required=False, choices=_classes)
    dose = words(_("Dose, in words"))
    on = day(_("Since when?"))
    due = day(_("When is a refill due? (you can leave this out)"))


class TaskForm(PartForm):
    who = words(_("Who?"), most=80, required=True)
    text = words(_("Does what?"), most=300, required=True)


FORMS: dict[str, type[PartForm]] = {
    "review": ReviewForm,
    "cap": CapForm,
    "clearance": ClearanceForm,
    "goal": GoalForm,
    "homework": HomeworkForm,
    "therapy": TherapyForm,
    "medicine": MedicineForm,
    "task": TaskForm,
}


def form_for(kind: str, role: str, today: date, *args: Any, **kwargs: Any) -> PartForm:
    """The form of a kind, as somebody in this role fills it in."""
    return FORMS[kind](*args, today=today, heard=role in KINDS[kind].heard, **kwargs)


class EndForm(PartForm):
    on = day(_("Since when?"))


class HeldForm(PartForm):
    on = day(_("When did you look at it together?"), required=True)
    due = day(_("When do you look at it again?"), required=True)


class WordsForm(forms.Form):
    words = words(_("In your own words"), most=LONGEST, required=True, rows=2)


def today_of(person: Any) -> date:
    """Today on the person's own clock."""
    return timezone.localdate(timezone=person.zone)
