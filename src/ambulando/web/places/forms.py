"""What a person, or who runs the installation, fills in about a place; and the file of a list."""

from datetime import date, time
from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import MODALITIES
from ambulando.ground import InputError
from ambulando.plan.place_osm import SUFFIXES
from ambulando.plan.places import LONGEST, Place, plain, point_from
from ambulando.safety.profile import DAYS, Window
from ambulando.web.people.forms import Chips, Pills
from ambulando.web.people.words import DAY_NAMES, MODALITY_NAMES
from ambulando.web.places.words import COMPANY_NAMES, COST_NAMES, KIND_NAMES

#: the largest file that is taken on a page; larger ones are read on the command line
LARGEST_MB = 20
UNKNOWN = ""
#: days without times: any time of these days
WHOLE_DAY = (time(0), time(23, 59))


class PlaceForm(forms.Form):
    """One place. Made with the day on which it is filled in."""

    name = forms.CharField(
        label=_("What is it called?"),
        max_length=LONGEST["name"],
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Please give it a name.")},
    )
    kind = forms.ChoiceField(label=_("What is it?"), choices=list(KIND_NAMES.items()), initial="other")
    activities = forms.MultipleChoiceField(
        label=_("What would you do there?"),
        choices=[(id_, MODALITY_NAMES[id_]) for id_ in MODALITIES],
        widget=Chips,
        error_messages={"required": _("Please choose one or more.")},
    )
    where = forms.CharField(
        label=_("How do you find it? (you can leave this out)"),
        required=False,
        max_length=LONGEST["where"],
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    days = forms.MultipleChoiceField(
        label=_("On which days? None means any day."),
        required=False,
        choices=list(DAY_NAMES.items()),
        widget=Chips,
    )
    start = forms.TimeField(
        label=_("From"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Please write it as 10:00.")},
    )
    end = forms.TimeField(
        label=_("To"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Please write it as 11:00.")},
    )
    cost = forms.TypedChoiceField(
        label=_("What does it cost?"), coerce=int, choices=list(COST_NAMES.items()), initial=0, widget=Pills
    )
    company = forms.ChoiceField(
        label=_("Alone or with others?"), choices=list(COMPANY_NAMES.items()), initial="either", widget=Pills
    )
    accessible = forms.ChoiceField(
        label=_("Can one get in with a wheelchair?"),
        required=False,
        choices=[("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("Not sure"))],
        initial=UNKNOWN,
        widget=Pills,
    )
    contact = forms.CharField(
        label=_("Whom can one ask? (you can leave this out)"),
        required=False,
        max_length=LONGEST["contact"],
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, data: Any = None, *, today: date, **more: Any) -> None:
        super().__init__(data, **more)
        self.today = today
        self.place: Place | None = None

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        start, end = told.get("start"), told.get("end")
        if (start is None) != (end is None) and not {"start", "end"} & set(self.errors):
            self.add_error("end" if end is None else "start", _("Please give both times, or neither."))
        elif start is not None and end is not None and end <= start:
            self.add_error("end", _("This is not after it begins. Please look at both times."))
        if not self.errors:
            try:
                self.place = self._place(told)
            except InputError as fault:
                self.add_error(None, str(fault))
        return told

    def _place(self, told: dict[str, Any]) -> Place:
        days, start, end = told["days"], told["start"], told["end"]
        if start is None and days:
            start, end = WHOLE_DAY
        windows = tuple(
            Window(day, start, end) for day in DAYS if start is not None and (day in days or not days)
        )
        return Place(
            id="typed-in",
            name=plain(told["name"]),
            kind=told["kind"],
            activities=tuple(told["activities"]),
            where=plain(told["where"]),
            days=windows,
            cost=told["cost"],
            company=told["company"],
            accessible={"yes": True, "no": False}.get(told["accessible"]),
            contact=plain(told["contact"]),
            seen=self.today,
        )

    @staticmethod
    def initial_of(place: Place) -> dict[str, Any]:
        days = sorted({one.day for one in place.days}, key=DAYS.index)
        first = place.days[0] if place.days else None
        whole = first is not None and (first.start, first.end) == WHOLE_DAY
        return {
            "name": place.name,
            "kind": place.kind,
            "activities": list(place.activities),
            "where": place.where,
            "days": days,
            "start": None if first is None or whole else first.start,
            "end": None if first is None or whole else first.end,
            "cost": place.cost,
            "company": place.company,
            "accessible": {True: "yes", False: "no"}.get(place.accessible, UNKNOWN),
            "contact": place.contact,
        }


class ListForm(forms.Form):
    """A file of places, as a CSV table or an extract of OpenStreetMap."""

    file = forms.FileField(
        label=_("The file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.osm,.gz,.bz2,.pbf"}),
        error_messages={"required": _("Please choose a file."), "empty": _("This file is empty.")},
    )
    name = forms.CharField(
        label=_("What is this list called? A later file with the same name takes its place."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("Left out, it is the name of the file."),
    )
    near = forms.CharField(
        label=_("The middle of your area (you can leave this out)"),
        required=False,
        max_length=40,
        help_text=_("Latitude and longitude, as -41.29,174.78"),
    )
    within = forms.FloatField(
        label=_("Only places so near to it, in km"), required=False, min_value=0.1, max_value=500
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_MB * 1024 * 1024:
            raise forms.ValidationError(
                _("This file is over {size} MB. Please read it in on the command line.").format(
                    size=LARGEST_MB
                )
            )
        if not Path(file.name).name.lower().endswith((".csv", *SUFFIXES)):
            raise forms.ValidationError(_("Please choose a CSV file or an extract of OpenStreetMap."))
        return file

    def clean_near(self) -> tuple[float, float] | None:
        text = self.cleaned_data["near"]
        try:
            return point_from(text) if text.strip() else None
        except InputError as fault:
            raise forms.ValidationError(str(fault)) from None

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("within") and not told.get("near") and "near" not in self.errors:
            self.add_error("near", _("Please give the point that this is measured from."))
        return told
