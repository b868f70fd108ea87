"""What a person chooses about reminders."""

from datetime import time

from django import forms
from django.utils.dateformat import time_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from ambulando.web.reminders.when import EARLIEST, LATEST


def hours() -> list[tuple[int, str]]:
    in_words = lazy(lambda hour: time_format(time(hour), "P"), str)  # "10 a.m.", as the language has it
    return [(hour, in_words(hour)) for hour in range(EARLIEST, LATEST)]


class RemindingForm(forms.Form):
    email = forms.BooleanField(required=False)
    hour = forms.TypedChoiceField(label=_("From what time on?"), coerce=int, choices=hours)

    def __init__(self, *args: object, may_mail: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].disabled = not may_mail
