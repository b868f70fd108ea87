"""What a person fills in about their care."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import MODALITIES
from ambulando.safety.profile import LONGEST_WORDS
from ambulando.web.journal.forms import activity_choices
from ambulando.web.people.forms import Chips, Pills
from ambulando.web.people.words import MODALITY_NAMES

TIMES = [(n, str(n)) for n in range(1, 8)]


class SaidForm(forms.Form):
    """Who said it, and when; what counts exercise is left out for whom such counts can do harm."""

    #: the fields that count exercise
    counts: tuple[str, ...] = ()

    said_by = forms.CharField(
        label=_("Who said it? Such as: my GP (you can leave this out)"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    said_on = forms.DateField(
        label=_("When?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Please pick a day."), "invalid": _("Please pick a day.")},
    )

    def __init__(self, *args: Any, numbers: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not numbers:
            for name in self.counts:
                del self.fields[name]

    def clean_said_on(self) -> Any:
        day = self.cleaned_data["said_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The date is in the future. Please pick today or an earlier day."))
        if day.year < 1950:
            raise forms.ValidationError(_("That is very long ago. Please check the year."))
        return day


def minutes(label: Any, most: int) -> forms.IntegerField:
    """A field for minutes that can be left out."""
    wrong = _("Please put in minutes as a number, or leave it out.")
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=2,
        max_value=most,
        error_messages={
            "invalid": wrong,
            "min_value": _("Two minutes is the least. Please put in 2 or more."),
            "max_value": _("That is more than fits. Please put in fewer."),
        },
    )


class HomeworkForm(SaidForm):
    counts = ("times", "minutes")

    activity = forms.ChoiceField(label=_("What is it?"), choices=activity_choices)
    times = forms.TypedChoiceField(
        label=_("How many times a week?"), coerce=int, choices=TIMES, initial=1, widget=Pills
    )
    minutes = minutes(_("Minutes (leave it out, and the plan picks)"), 240)
    note = forms.CharField(
        label=_("In your own words (you can leave this out)"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class AskedForm(SaidForm):
    counts = ("max_minutes", "minutes_per_week", "sessions")

    max_minutes = minutes(_("At most this many minutes at a time"), 240)
    minutes_per_week = minutes(_("At most this many minutes in a week"), 2000)
    max_intensity = forms.ChoiceField(
        label=_("Nothing harder than"),
        required=False,
        choices=[
            ("", _("They did not say")),
            ("light", _("Light: you can sing")),
            ("moderate", _("Moderate: you can talk")),
        ],
        widget=Pills,
    )
    sessions = forms.TypedChoiceField(
        label=_("A goal of sessions a week"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *TIMES],
        widget=Pills,
    )
    avoid = forms.MultipleChoiceField(
        label=_("Leave out these kinds"),
        required=False,
        choices=[(id_, MODALITY_NAMES[id_]) for id_ in MODALITIES],
        widget=Chips,
    )
    avoid_one = forms.ChoiceField(
        label=_("And leave out this one"),
        required=False,
        choices=lambda: [("", "–"), *activity_choices()],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["avoid"] = [*cleaned.get("avoid", ()), *filter(None, [cleaned.pop("avoid_one", "")])]
        cleaned["max_intensity"] = cleaned.get("max_intensity") or None
        return cleaned
