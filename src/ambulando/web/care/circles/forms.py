"""What is filled in about circles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambulando.web.care.circles import queries
from ambulando.web.care.circles.models import LONGEST, Report
from ambulando.web.people.forms import Pills
from ambulando.web.people.models import Person

AUTO = {"dir": "auto", "autocomplete": "off"}


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code that you were given"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Please put in the code.")},
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).replace("-", "").lower()


class JoinForm(forms.Form):
    shown_name = forms.CharField(
        label=_("What shall the others call you here?"),
        max_length=40,
        help_text=_("It need not be your name. It is for this circle alone."),
        widget=forms.TextInput(attrs=AUTO),
        error_messages={"required": _("Please choose a name for this circle.")},
    )
    agree = forms.BooleanField(
        label=_("This is fine with me."),
        error_messages={"required": _("Please tick the box first, if this is fine with you.")},
    )


class PostForm(forms.Form):
    text = forms.CharField(
        label=_("A few words of your own"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"max_length": _("That is a bit long. Please keep it to 280 letters.")},
    )


class ReportForm(forms.Form):
    why = forms.ChoiceField(
        label=_("What is it?"),
        choices=Report.WHYS,
        widget=Pills,
        error_messages={
            "required": _("Please pick what it is."),
            "invalid_choice": _("Please pick what it is."),
        },
    )
    words = forms.CharField(
        label=_("A few words to the moderator (you can leave this out)"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("A kind word to who wrote it (you can leave this out)"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class ModeratorForm(forms.Form):
    moderator = forms.CharField(
        label=_("User name of who moderates"), max_length=150, widget=forms.TextInput(attrs=AUTO)
    )
    shown_name = forms.CharField(
        label=_("How they are called there"), max_length=40, widget=forms.TextInput(attrs=AUTO)
    )

    def clean_moderator(self) -> Person:
        found = queries.named(self.cleaned_data["moderator"])
        if found is None:
            raise forms.ValidationError(_("Nobody here has this user name."))
        return found


class CircleForm(ModeratorForm):
    name = forms.CharField(
        label=_("What is the circle called?"), max_length=80, widget=forms.TextInput(attrs=AUTO)
    )
    about = forms.CharField(
        label=_("For whom is it? (you can leave this out)"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs=AUTO),
    )
    field_order = ("name", "about", "moderator", "shown_name")


def number(text: Any) -> int | None:
    """A number in an address, where it is one that a row can have."""
    return (
        int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 19 else None
    )
