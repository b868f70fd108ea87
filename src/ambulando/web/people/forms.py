"""What a person tells at sign-up and in the two steps after it."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import KIT, MODALITIES
from ambulando.ground import InputError
from ambulando.safety.helplines import countries
from ambulando.safety.profile import profile_from
from ambulando.safety.words import named
from ambulando.web.people.models import Person
from ambulando.web.people.words import DAY_NAMES, DAY_PARTS, KIT_NAMES, MODALITY_NAMES, PLACE_NAMES
from ambulando.web.templatetags.words import say


class SignupForm(forms.Form):
    """The part of sign-up that is ours: the device's time zone."""

    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-own-time-zone": ""}))

    def signup(self, request: HttpRequest, person: Person) -> None:
        name = self.cleaned_data.get("time_zone", "")
        person.time_zone = name if name in available_timezones() else settings.TIME_ZONE
        person.save(update_fields=["time_zone"])


def names_of(kind: str) -> list[tuple[str, str]]:
    """Conditions, symptoms or barriers, by id with their names."""
    return [(id_, say(answer.name)) for id_, answer in named(kind).items()]


def country_choices() -> list[tuple[str, str]]:
    return [("", _("Another country")), *((code, say(name)) for code, name in countries())]


def zone_choices() -> list[tuple[str, str]]:
    return [
        (name, name.replace("_", " "))
        for name in sorted(available_timezones())
        if "/" in name or name == "UTC"
    ]


class Chips(forms.CheckboxSelectMultiple):
    template_name = "people/chips.html"


class Pills(forms.RadioSelect):
    template_name = "people/chips.html"


class SafetyForm(forms.Form):
    age = forms.IntegerField(
        label=_("How old are you?"),
        min_value=1,
        max_value=120,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("Please put in your age in years."),
            "invalid": _("Please put in your age in years."),
            "min_value": _("Please put in your age in years."),
            "max_value": _("Please put in your age in years."),
        },
    )
    country = forms.ChoiceField(
        label=_("Where do you live? We show its help lines."), required=False, choices=country_choices
    )
    time_zone = forms.ChoiceField(label=_("Your time zone"), choices=zone_choices)
    active_days = forms.TypedChoiceField(
        label=_("On how many days of a usual week do you move for ten minutes or more?"),
        coerce=int,
        choices=[(n, str(n)) for n in range(8)],
        widget=Pills,
        initial=0,
    )
    active_minutes = forms.TypedChoiceField(
        label=_("On such a day, for about how long?"),
        coerce=int,
        required=False,
        empty_value=0,
        choices=[
            (10, _("10 minutes")),
            (20, _("20 minutes")),
            (30, _("30 minutes")),
            (45, _("45 minutes")),
            (60, _("an hour or more")),
        ],
        widget=Pills,
        initial=10,
    )
    conditions = forms.MultipleChoiceField(
        label=_("Do you live with any of these?"),
        help_text=_("Leave all of them empty if none fits."),
        required=False,
        choices=lambda: names_of("condition"),
        widget=Chips,
    )
    symptoms = forms.MultipleChoiceField(
        label=_("Have you felt any of these lately?"),
        help_text=_("At rest, in daily life or when you move."),
        required=False,
        choices=lambda: names_of("symptom"),
        widget=Chips,
    )
    clearance = forms.ChoiceField(
        label=_("Has a doctor or nurse said that exercise is fine for you?"),
        required=False,
        choices=[("", _("I have not asked")), ("true", _("Yes")), ("false", _("They said to wait"))],
        widget=Pills,
    )
    medicines = forms.CharField(
        label=_("Which medicines do you take? One on each line. You can leave this out."),
        help_text=_(
            "Some of them change how the body takes heat or standing up. We never say to start, stop or change one."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                profile_from(self.answers())
            except InputError as error:
                self.add_error(None, str(error))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """The answers with the keys of a profile."""
        given = self.cleaned_data
        days = given["active_days"]
        return {
            "age": given["age"],
            "country": given["country"] or None,
            "active": {"days": days, "minutes": (given["active_minutes"] or 10) if days else 0},
            "conditions": given["conditions"],
            "symptoms": given["symptoms"],
            "pregnant": "pregnant" in given["conditions"],
            "clearance": {"true": True, "false": False}.get(given["clearance"]),
            "medicines": [line.strip() for line in given["medicines"].splitlines() if line.strip()],
        }

    @staticmethod
    def initial_of(person: Person) -> dict[str, Any]:
        told = person.answers
        active = told.get("active") or {}
        return {
            "age": told.get("age"),
            "country": told.get("country") or "",
            "time_zone": person.time_zone,
            "active_days": active.get("days", 0),
            "active_minutes": active.get("minutes") or 10,
            "conditions": told.get("conditions", []),
            "symptoms": told.get("symptoms", []),
            "clearance": {True: "true", False: "false"}.get(told.get("clearance"), ""),
            "medicines": "\n".join(told.get("medicines", [])),
        }


class LikesForm(forms.Form):
    likes = forms.MultipleChoiceField(
        label=_("What do you like, or used to like?"),
        help_text=_("What you like comes first. Many kinds help."),
        required=False,
        choices=[(id_, MODALITY_NAMES[id_]) for id_ in MODALITIES],
        widget=Chips,
    )
    barriers = forms.MultipleChoiceField(
        label=_("What gets in the way most? Choose up to two."),
        required=False,
        choices=lambda: names_of("barrier"),
        widget=Chips,
    )
    # behind "more", with defaults that suit most
    minutes_per_week = forms.TypedChoiceField(
        label=_("How many minutes a week would be fine?"),
        coerce=int,
        choices=[(n, str(n)) for n in (20, 40, 60, 90, 150, 210)],
        initial=60,
        widget=Pills,
    )
    days = forms.MultipleChoiceField(
        label=_("Which days are good?"), required=False, choices=list(DAY_NAMES.items()), widget=Chips
    )
    parts = forms.MultipleChoiceField(
        label=_("Which times of the day?"),
        required=False,
        choices=[(id_, name) for id_, (name, _window) in DAY_PARTS.items()],
        widget=Chips,
    )
    places = forms.MultipleChoiceField(
        label=_("Where can you do it?"), required=False, choices=list(PLACE_NAMES.items()), widget=Chips
    )
    company = forms.ChoiceField(
        label=_("Alone or with others?"),
        required=False,
        choices=[("either", _("Either")), ("alone", _("Alone")), ("together", _("With others"))],
        initial="either",
        widget=Pills,
    )
    kit = forms.MultipleChoiceField(
        label=_("What do you have?"),
        required=False,
        choices=[(id_, KIT_NAMES[id_]) for id_ in KIT],
        widget=Chips,
    )
    dislikes = forms.MultipleChoiceField(
        label=_("What should we leave out?"),
        required=False,
        choices=[(id_, MODALITY_NAMES[id_]) for id_ in MODALITIES],
        widget=Chips,
    )

    def clean_barriers(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["barriers"]
        if len(chosen) > 2:
            raise forms.ValidationError(_("Please choose at most two. You can change them any day."))
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if both := set(cleaned.get("likes", [])) & set(cleaned.get("dislikes", [])):
            names = ", ".join(str(MODALITY_NAMES[id_]) for id_ in sorted(both))
            self.add_error("dislikes", _("{names} is in both lists. Please choose one.").format(names=names))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """The answers with the keys of a profile."""
        given = self.cleaned_data
        days = given["days"] or list(DAY_NAMES)
        parts = given["parts"]
        windows = [
            {"day": day, "from": DAY_PARTS[part][1][0], "to": DAY_PARTS[part][1][1]}
            for day in days
            for part in parts
        ]
        if given["days"] and not parts:
            windows = [{"day": day, "from": "08:00", "to": "20:00"} for day in given["days"]]
        return {
            "likes": given["likes"],
            "dislikes": given["dislikes"],
            "barriers": given["barriers"],
            "minutes_per_week": given["minutes_per_week"],
            "places": given["places"],
            "company": given["company"] or "either",
            "kit": given["kit"],
            "windows": windows,
        }

    @staticmethod
    def initial_of(person: Person) -> dict[str, Any]:
        told = person.answers
        windows = told.get("windows", [])
        starts = {window[0]: part for part, (_name, window) in DAY_PARTS.items()}
        return {
            "likes": told.get("likes", []),
            "dislikes": told.get("dislikes", []),
            "barriers": told.get("barriers", []),
            "minutes_per_week": told.get("minutes_per_week", 60),
            "places": told.get("places", []),
            "company": told.get("company", "either"),
            "kit": told.get("kit", []),
            "days": sorted({window["day"] for window in windows}) if windows else [],
            "parts": sorted({starts[window["from"]] for window in windows if window["from"] in starts}),
        }
