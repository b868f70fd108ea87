"""What the staff fill in to set up a group trial, and the code with which somebody finds it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import catalogue
from ambulando.plan.drawn import Scope
from ambulando.response.protocol import Question
from ambulando.safety.profile import profile_from
from ambulando.web.comparisons.forms import SetUp

#: minutes of a usual session in a group; shorter for who has less room
USUAL = 20
LONGEST = 60
#: days that people have to join, unless the staff say otherwise
TO_JOIN = 56


def anybody() -> Scope:
    """What could be drawn for somebody with no limits; each person's own limits are looked at when they join."""
    return Scope(dict.fromkeys(catalogue(), LONGEST), USUAL, 4, None, None)


class TrialForm(SetUp):
    title = forms.CharField(label=_("What is this group called?"), max_length=80)
    by = forms.CharField(
        label=_("Who runs it, and whom can people ask?"),
        max_length=200,
        help_text=_("People read this before they join."),
    )
    opens = forms.DateField(label=_("First day to join"), widget=forms.DateInput(attrs={"type": "date"}))
    closes = forms.DateField(label=_("Last day to join"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any = None, *, question: Question) -> None:
        super().__init__(data, question=question, scope=anybody(), profile=profile_from({}))
        today = timezone.localdate()
        self.fields["opens"].initial = today
        self.fields["closes"].initial = today + timedelta(days=TO_JOIN)
        if "options" in self.fields:
            self.fields["options"].label = _("Which two?")
        if "minutes" in self.fields:
            self.fields["minutes"].label = _("Which two lengths, in minutes?")
        self.order_fields(["title", "by", "options", "activity", "minutes"])

    def clean_options(self) -> list[str]:
        return self._two(super().clean_options())

    def clean_minutes(self) -> list[int]:
        return self._two(super().clean_minutes())

    def _two(self, chosen: list[Any]) -> list[Any]:
        if len(chosen) != 2:
            raise forms.ValidationError(_("A group compares two. Please pick two."))
        return chosen

    @property
    def choices(self) -> list[forms.BoundField]:
        """The fields that are shown as groups of choices."""
        return [self[name] for name in self.fields if name not in ("title", "by", "opens", "closes")]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code that you were given"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).replace("-", "").lower()
