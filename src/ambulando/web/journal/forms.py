"""What a person fills in about what they did."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import MODALITIES, catalogue
from ambulando.measures.instruments import instrument
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.templatetags.words import say


def activity_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The catalogue by modality, as groups of a select."""
    groups = []
    for modality in MODALITIES:
        group = [
            (activity.id, say(activity.name))
            for activity in catalogue().values()
            if activity.modality == modality
        ]
        groups.append((str(MODALITY_NAMES[modality]), sorted(group, key=lambda choice: choice[1])))
    return groups


def answers_of(instrument_id: str) -> list[tuple[str, str]]:
    """The answers of an instrument of one question, the higher ones first, and a dash for none."""
    answers = sorted(instrument(instrument_id).items[0].answers, key=lambda answer: -answer.score)
    return [("", "–"), *((str(answer.score), say(answer.text)) for answer in answers)]


class BoutForm(forms.Form):
    activity = forms.ChoiceField(label=_("What did you do?"), choices=activity_choices)
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Please pick a day."), "invalid": _("Please pick a day.")},
    )
    time = forms.TimeField(
        label=_("About when"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": _("About when is enough."),
            "invalid": _("About when is enough, as 08:15."),
        },
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=24 * 60,
        error_messages={
            "required": _("Please put in how many minutes. A guess is fine."),
            "invalid": _("Please put in how many minutes. A guess is fine."),
            "min_value": _("One minute counts. Please put in 1 or more."),
            "max_value": _("A day has 1440 minutes. Please put in fewer."),
        },
    )
    effort = forms.TypedChoiceField(
        label=_("How hard was it? 0 is rest, 10 is all you had (you can leave this out)"),
        required=False,
        empty_value=None,
        coerce=int,
        choices=[("", "–"), *((n, str(n)) for n in range(11))],
    )
    feeling_before = forms.TypedChoiceField(
        label=_("How did you feel before?"),
        required=False,
        empty_value=None,
        coerce=int,
        choices=lambda: answers_of("feeling-scale"),
    )
    feeling_after = forms.TypedChoiceField(
        label=_("And after?"),
        required=False,
        empty_value=None,
        coerce=int,
        choices=lambda: answers_of("feeling-scale"),
    )
    pain = forms.TypedChoiceField(
        label=_("Did it hurt?"),
        required=False,
        empty_value=None,
        coerce=lambda answer: answer == "True",
        choices=[("", "–"), ("True", _("Yes")), ("False", _("No"))],
    )
    talk = forms.TypedChoiceField(
        label=_("While you moved, could you talk?"),
        required=False,
        empty_value=None,
        coerce=int,
        choices=lambda: answers_of("talk-test"),
    )
    note = forms.CharField(
        label=_("A note for yourself (you can leave this out)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("day") and cleaned.get("time"):
            start = timezone.make_aware(datetime.combine(cleaned["day"], cleaned["time"]))
            # five minutes of grace for a clock that runs ahead
            if start > timezone.now() + timedelta(minutes=5):
                field = "day" if cleaned["day"] > timezone.localdate() else "time"
                what = (
                    _("The date is in the future. Please pick today or an earlier day.")
                    if field == "day"
                    else _("That time is still to come. Please pick an earlier one.")
                )
                self.add_error(field, what)
            if start.year < 1950:
                self.add_error("day", _("That is very long ago. Please check the year."))
            cleaned["start"] = start
        return cleaned


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files of one field, each checked as a single one would be."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFilesField, self).clean(one, initial) for one in (data or [None])]


class ImportForm(forms.Form):
    files = ManyFilesField(
        label=_("Files from your watch or phone (FIT, GPX, or a zip of them)"),
        widget=ManyFiles(attrs={"multiple": True}),
        error_messages={
            "required": _("No file was chosen. Please choose one or more."),
            # A file without a byte can be read no better than one that is broken.
            "empty": _("This file is empty. Please export it again from your device or app."),
        },
    )
