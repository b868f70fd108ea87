"""What a person tells of their body, so that the plan keeps within it."""

from dataclasses import dataclass
from typing import Any
from zlib import crc32
from zoneinfo import available_timezones

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ambulando.ground import InputError, Words
from ambulando.safety.helplines import countries
from ambulando.safety.medicines import classes_of, corrected, found, resembling
from ambulando.safety.profile import MOST_MEDICINES, profile_from
from ambulando.safety.screen import of_medicines
from ambulando.safety.words import Named, named
from ambulando.web.people.forms import Chips, Pills, names_of
from ambulando.web.people.models import Person
from ambulando.web.templatetags.words import say

KEEP, TAKE = "keep", "take"
#: the fields that ask about a name begin with this
PREFIX = "medicine-"
NO_YES = [("false", _("No")), ("true", _("Yes"))]


@dataclass(frozen=True)
class Found:
    """A medicine as it was written, and its classes."""

    written: str
    classes: tuple[Named, ...]


def country_choices() -> list[tuple[str, str]]:
    return [("", _("Another country")), *((code, say(name)) for code, name in countries())]


def zone_choices() -> list[tuple[str, str]]:
    return [
        (name, name.replace("_", " "))
        for name in sorted(available_timezones())
        if "/" in name or name == "UTC"
    ]


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
        label=_(
            "In the last three months: on how many days of a usual week did you move so that you breathed faster, for ten minutes or more?"
        ),
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
    intensity = forms.ChoiceField(
        label=_("How hard would you like it?"),
        help_text=_("We never push beyond this."),
        required=False,
        choices=[
            ("", _("As it comes")),
            ("light", _("Easy")),
            ("moderate", _("So that I can still talk")),
            ("vigorous", _("Hard at times")),
        ],
        widget=Pills,
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

    medicine_changed = forms.ChoiceField(
        label=_("Is a medicine or a dose new in the last few weeks?"),
        required=False,
        choices=NO_YES,
        initial="false",
        widget=Pills,
    )
    hot = forms.ChoiceField(
        label=_("Are the days hot where you are now?"),
        help_text=_("About 29 °C (85 °F) or more."),
        required=False,
        choices=NO_YES,
        initial="false",
        widget=Pills,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for written in self._asked_about():
            choices = [(KEEP, _("Keep it as it is"))]
            if near := self._near(written):
                choices.insert(0, (TAKE, _("I meant {name}").format(name=near)))
            self.fields[_key(written)] = forms.ChoiceField(
                label=_question(written, near), required=False, choices=choices, widget=Pills
            )

    @property
    def written(self) -> list[str]:
        """The medicines as they stand in the form, one on each line."""
        given = self.data.get("medicines", "") if self.is_bound else self.initial.get("medicines", "")
        return [line.strip() for line in given.splitlines() if line.strip()]

    @property
    def _looked_at(self) -> list[str]:
        """Each once, and no more than a profile may have."""
        return list(dict.fromkeys(self.written))[:MOST_MEDICINES]

    @cached_property
    def found(self) -> list[Found]:
        """What we know of each of them."""
        return [
            Found(one, tuple(named("medicine")[id_] for id_ in sorted(classes_of(one) - {"unknown"})))
            for one in self._looked_at
            if _key(one) not in self.fields
        ]

    @property
    def notes(self) -> list[Words]:
        """What they mean for the plan, the gravest first; what holds for several of them is said once."""
        return [one.reason for one in of_medicines(tuple(one.written for one in self.found))]

    @property
    def questions(self) -> list[Any]:
        """The fields that ask about a name which we do not know."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def only_medicines(self) -> None:
        """For who looks their medicines up before they go on: nothing else is said to be missing."""
        for name in [name for name in self.errors if not name.startswith("medicine")]:
            del self.errors[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in [name for name in self.fields if name.startswith(PREFIX)]:
            if not cleaned.get(name):
                self.add_error(name, _("Please choose one, or put the name right above."))
        if not self.errors:
            try:
                profile_from(self.answers())
            except InputError as error:
                self.add_error(None, str(error))
        return cleaned

    def _asked_about(self) -> list[str]:
        """Names that we do not know and that were not kept as they are before."""
        kept = set(self.initial.get("medicines", "").splitlines())
        return [one for one in self._looked_at if "unknown" in classes_of(one) and one not in kept]

    @staticmethod
    def _near(written: str) -> str | None:
        return None if found(written) else resembling(written)

    def _settled(self, written: str) -> str:
        """A medicine as the person settled it; nothing is put in its place that they did not choose."""
        near = self._near(written)
        if near and self.cleaned_data.get(_key(written)) == TAKE:
            return corrected(written, near)
        return written

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
            "medicines": [self._settled(one) for one in self.written],
            "intensity": given["intensity"] or None,
            "medicine_changed": given["medicine_changed"] == "true",
            "hot": given["hot"] == "true",
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
            "intensity": told.get("intensity") or "",
            "medicine_changed": "true" if told.get("medicine_changed") else "false",
            "hot": "true" if told.get("hot") else "false",
        }


def _key(written: str) -> str:
    return f"{PREFIX}{crc32(written.encode()):08x}"


def _question(written: str, near: str | None) -> str:
    if near:
        return _("We do not know “{written}”. Did you mean {name}?").format(written=written, name=near)
    return _("We do not know “{written}”. Is it spelled as on the box?").format(written=written)
