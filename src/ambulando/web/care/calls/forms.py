"""When a call shall be."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ambulando.web.care.calls.actions import LENGTHS


class TimeForm(forms.Form):
    """A day and a time on the clock of who asks. ``cleaned_data["starts_at"]`` is aware."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.TypedChoiceField(
        label=_("How long?"),
        coerce=int,
        choices=[(one, format_lazy(_("{minutes} minutes"), minutes=one)) for one in LENGTHS],
        initial=30,
    )

    def __init__(self, *args: Any, zone: Any, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if "day" in found and "time" in found:
            try:
                found["starts_at"] = datetime.combine(found["day"], found["time"], tzinfo=self.zone)
                found["starts_at"].timestamp()
                found["starts_at"].utctimetuple()
            except (OverflowError, ValueError):
                raise forms.ValidationError(
                    _("We can not read this day. Please choose another one.")
                ) from None
        return found
