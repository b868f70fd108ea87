"""What is filled in about a profile, a request and its answer."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambulando.plan.places import plain
from ambulando.web.care.directory.models import KINDS, Clinician
from ambulando.web.care.directory.queries import Need
from ambulando.web.care.directory.words import FOCUS, LANGUAGES, WAYS
from ambulando.web.care.grants.items import FIRST, ITEMS
from ambulando.web.people.forms import Chips, Pills

LONGEST_WORDS = 1000
MOST_PLACES = 200


def lines(text: str) -> str:
    """A text of several lines without what can not be shown."""
    kept = (
        one
        for one in text.replace("\r\n", "\n")
        if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs")
    )
    return "".join(kept).strip()


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


class NeedForm(forms.Form):
    """What the directory is filtered by. What it does not know is not asked for."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    focus = forms.ChoiceField(label=_("Help with"), required=False)
    way = forms.ChoiceField(label=_("How"), required=False)
    free = forms.BooleanField(label=_("Has a free place"), required=False)

    def __init__(self, data: Any, *, rows: Iterable[Clinician]) -> None:
        super().__init__(data)
        rows = list(rows)
        for name, names, known in (
            ("language", LANGUAGES, {id_ for one in rows for id_ in one.languages}),
            ("focus", FOCUS, {id_ for one in rows for id_ in one.focus}),
            ("way", WAYS, {id_ for one in rows for id_ in one.ways}),
        ):
            self.fields[name].choices = [
                ("", _("any")),
                *((id_, names[id_]) for id_ in names if id_ in known),
            ]

    @property
    def need(self) -> Need:
        """What was asked for, without what there is not."""
        return Need(**self.cleaned_data) if self.is_valid() else Need()


class ProfileForm(forms.Form):
    shown_name = forms.CharField(
        label=_("Your name, as people here know you"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"}),
        error_messages={"required": _("Please put in your name.")},
    )
    kind = forms.ChoiceField(label=_("What are you?"), choices=list(KINDS.items()), widget=Pills)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=list(LANGUAGES.items()), widget=Chips,
        error_messages={"required": _("Please choose one or more.")},
    )  # fmt: skip
    focus = forms.MultipleChoiceField(
        label=_("What do you help with?"), choices=list(FOCUS.items()), widget=Chips, required=False
    )
    ways = forms.MultipleChoiceField(
        label=_("How do you work?"), choices=list(WAYS.items()), widget=Chips,
        error_messages={"required": _("Please choose one or more.")},
    )  # fmt: skip
    hours = forms.CharField(
        label=_("When do you work? Such as: Monday to Thursday, 9 to 17"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    free_places = forms.IntegerField(
        label=_("For how many more people do you have time?"),
        min_value=0,
        max_value=MOST_PLACES,
        initial=0,
        error_messages={
            "required": _("Please put in a number, such as 0."),
            "invalid": _("Please put in a number, such as 0."),
            "max_value": _("That is more than fits. Please put in fewer."),
            "min_value": _("Please put in 0 or more."),
        },
    )
    about = forms.CharField(
        label=_("A few words about you (you can leave this out)"),
        max_length=600,
        required=False,
        widget=area(4),
    )
    listed = forms.BooleanField(label=_("People here can find me"), required=False)

    def clean_shown_name(self) -> str:
        name = plain(self.cleaned_data["shown_name"])
        if not name:
            raise forms.ValidationError(_("Please put in your name."))
        return name

    def clean_hours(self) -> str:
        return plain(self.cleaned_data["hours"])

    def clean_about(self) -> str:
        return lines(self.cleaned_data["about"])


class FreePlacesForm(forms.Form):
    free_places = ProfileForm.base_fields["free_places"]


class AskForm(forms.Form):
    """A few words, and what is shared at first."""

    called = forms.CharField(
        label=_("What may they call you?"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Please put in a name. It need not be your full one.")},
    )
    words = forms.CharField(
        label=_("A few words of your own (you can leave this out)"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=area(4),
    )
    items = forms.MultipleChoiceField(
        label=_("What you would share at first"),
        choices=[(id_, name) for id_, (name, _what) in ITEMS.items()],
        widget=Chips,
        help_text=_("They see it only if they say yes. You can change this at any time."),
        error_messages={"required": _("Please tick one thing at least.")},
    )
    since = forms.ChoiceField(
        label=_("From when?"),
        choices=[("now", _("From today on")), ("all", _("Also what was before"))],
        initial="now",
        widget=Pills,
    )
    until = forms.DateField(
        label=_("Until when? Left out, until you end it."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Please pick a day, or leave it out.")},
    )

    def __init__(self, data: Any = None, *, kind: str, called: str, today: Any) -> None:
        super().__init__(data, initial={"items": FIRST[kind], "called": called})
        self.today = today

    def clean_called(self) -> str:
        name = plain(self.cleaned_data["called"])
        if not name:
            raise forms.ValidationError(_("Please put in a name. It need not be your full one."))
        return name

    def clean_words(self) -> str:
        return lines(self.cleaned_data["words"])

    def clean_until(self) -> Any:
        day = self.cleaned_data["until"]
        if day and day < self.today:
            raise forms.ValidationError(_("This day is over. Please pick a later one, or leave it out."))
        return day

    @property
    def told(self) -> dict[str, Any]:
        """What was filled in, as ``actions.ask`` takes it."""
        told = dict(self.cleaned_data)
        return told | {"shows_from": self.today if told.pop("since") == "now" else None}


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label=_("A kind word (you can leave this out)"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=area(3),
    )
    other = forms.ModelChoiceField(queryset=None, label=_("Someone else they could ask"), required=False)

    def __init__(self, data: Any = None, *, others: Any) -> None:
        super().__init__(data)
        self.fields["other"].queryset = others
        self.fields["other"].empty_label = str(_("nobody"))

    def clean_answer(self) -> str:
        return lines(self.cleaned_data["answer"])
