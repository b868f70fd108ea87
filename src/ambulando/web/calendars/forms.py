"""A calendar that a person gives: a file, or an address on this installation."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambulando.plan.calendar import LONGEST
from ambulando.web.calendars.models import Calendar
from ambulando.web.people.forms import Pills


class CalendarForm(forms.Form):
    file = forms.FileField(
        label=_("A calendar file (.ics)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )
    address = forms.CharField(label=_("Or its address here"), required=False, max_length=500)
    kind = forms.ChoiceField(
        label=_("What is in it?"),
        choices=[(Calendar.BUSY, _("Times that are taken")), (Calendar.FREE, _("Times that are free"))],
        initial=Calendar.BUSY,
        widget=Pills,
    )

    def __init__(self, *args: Any, addresses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not addresses:  # nothing is read from anywhere where the operator named no server
            del self.fields["address"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LONGEST:
            raise forms.ValidationError(_("This file is larger than 10 MB. Please export fewer days."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if bool(cleaned.get("file")) == bool(cleaned.get("address")):
            self.add_error(
                "file",
                _("Please give a file or an address.")
                if cleaned.get("address")
                else _("Please choose a file."),
            )
        return cleaned

    @property
    def name(self) -> str:
        """What the calendar is called on the page."""
        file = self.cleaned_data.get("file")
        return (
            PurePath(file.name).name[:80]
            if file
            else self.cleaned_data["address"].rstrip("/").split("/")[-1][:80]
        )
