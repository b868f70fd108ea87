"""What a person fills in about somebody whom they let in."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateformat import format as as_text
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ambulando.web.care.grants import tokens
from ambulando.web.care.grants.actions import USUAL_LINK
from ambulando.web.care.grants.items import FIRST, FRIEND, ITEMS, ROLES, THERAPIST
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.forms import Pills

TODAY, ALL, KEPT = "today", "all", "kept"


class GrantForm(forms.Form):
    name = forms.CharField(
        label=_("What do you call them?"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Please put in a name.")},
    )
    role = forms.ChoiceField(label=_("What are they to you?"), choices=list(ROLES.items()), widget=Pills)
    items = forms.MultipleChoiceField(
        label=_("What may they see?"),
        choices=[(item, name) for item, (name, _says) in ITEMS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please tick one thing at least.")},
    )
    since = forms.ChoiceField(label=_("From when on?"), widget=Pills)
    until = forms.DateField(
        label=_("Until when? (leave it out, and it goes on until you end it)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Please pick a day."), "required": _("Please pick a last day.")},
    )

    def __init__(self, data: Any = None, *, grant: Grant | None = None, role: str = THERAPIST) -> None:
        first = role if role in ROLES else THERAPIST
        initial: dict[str, Any] = {"role": first, "items": list(FIRST[first]), "since": TODAY}
        choices = [(TODAY, _("Only from today on")), (ALL, _("Also what was before"))]
        self.kept: date | None = None
        if grant:
            initial = {"name": grant.name, "role": grant.role, "items": grant.items, "until": grant.until}
            initial["since"] = ALL
            if grant.shows_from:
                self.kept = grant.shows_from
                initial["since"] = KEPT
                day = as_text(grant.shows_from, "j F Y")
                choices.insert(0, (KEPT, gettext("From {day} on, as it is").format(day=day)))
        super().__init__(data, initial=initial)
        self.fields["since"].choices = choices

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each item with what it shows, and whether it is ticked."""
        value = self["items"].value() or []
        return [
            {"id": item, "name": name, "says": says, "on": item in value}
            for item, (name, says) in ITEMS.items()
        ]

    @property
    def asked(self) -> dict[str, Any]:
        """What ``actions`` take."""
        told = self.cleaned_data
        since = {TODAY: timezone.localdate(), ALL: None, KEPT: self.kept}[told["since"]]
        return {key: told[key] for key in ("name", "role", "items", "until")} | {"shows_from": since}


class ReportForm(GrantForm):
    """A report by link always has a last day."""

    def __init__(self, data: Any = None, *, grant: Grant | None = None) -> None:
        super().__init__(data, grant=grant)
        self.fields["role"].choices = [one for one in ROLES.items() if one[0] != FRIEND]
        self.fields["until"].required = True
        self.fields["until"].label = _("Until when does the link work?")
        if grant is None:
            self.initial["until"] = timezone.localdate() + USUAL_LINK
            self.initial["since"] = ALL


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "code"}
        ),
        error_messages={"required": _("Please put in the code.")},
    )

    def clean_code(self) -> str:
        return tokens.plain(self.cleaned_data["code"])
