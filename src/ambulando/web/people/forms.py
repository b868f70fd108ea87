"""What a person tells at sign-up and in the two steps after it."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import KIT, MODALITIES
from ambulando.safety.words import named
from ambulando.web.people.models import Person
from ambulando.web.people.words import (
    DAY_NAMES,
    DAY_PARTS,
    KIT_NAMES,
    MODALITY_NAMES,
    PLACE_NAMES,
    WEATHER_NAMES,
)
from ambulando.web.plans.convert import weather_of
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


class Chips(forms.CheckboxSelectMultiple):
    template_name = "people/chips.html"


class Pills(forms.RadioSelect):
    template_name = "people/chips.html"


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

    weather = forms.MultipleChoiceField(
        label=_("How is it outside these days?"),
        help_text=_("The plan looks to this for two weeks. You can change it on the Week page, any day."),
        required=False,
        choices=list(WEATHER_NAMES.items()),
        widget=Chips,
    )
    hemisphere = forms.ChoiceField(
        label=_("When is your winter?"),
        required=False,
        choices=[
            ("", _("As usual in my country")),
            ("north", _("Around January")),
            ("south", _("Around July")),
            ("none", _("We have none")),
        ],
        widget=Pills,
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
    def initial_of(person: Person, today: date) -> dict[str, Any]:
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
            "weather": weather_of(person, today),
            "hemisphere": person.hemisphere,
            "days": sorted({window["day"] for window in windows}) if windows else [],
            "parts": sorted({starts[window["from"]] for window in windows if window["from"] in starts}),
        }
