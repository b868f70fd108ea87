"""What is chosen about messages."""

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from ambulando.web.care.threads.actions import LONGEST_AWAY


class HoursForm(forms.Form):
    days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please tick one day at least.")},
    )
    starts = forms.TimeField(
        label=_("From"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": _("Please put in a time."),
            "invalid": _("Please put in a time, as 09:00."),
        },
    )
    ends = forms.TimeField(
        label=_("To"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": _("Please put in a time."),
            "invalid": _("Please put in a time, as 17:00."),
        },
    )
    words = forms.CharField(
        label=_("What is said outside of these hours"),
        required=False,
        max_length=LONGEST_AWAY,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"max_length": _("Please use 300 letters at most.")},
    )
