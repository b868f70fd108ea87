"""What is filled in about a walking group or class."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambulando.activity.catalogue import catalogue
from ambulando.plan.places import plain
from ambulando.safety.profile import DAYS
from ambulando.web.care.directory.forms import area, lines
from ambulando.web.care.walks.models import Walk
from ambulando.web.people.forms import Chips, Pills
from ambulando.web.people.words import DAY_NAMES
from ambulando.web.places import queries as places
from ambulando.web.places.words import COST_NAMES
from ambulando.web.templatetags.words import say

LONGEST_POST = 2000
MOST_DATES = 40
#: everybody's places, typed in by staff, that are offered as a meeting point
MOST_PLACES = 100
_SURELY = timedelta(days=366 * 2)
UNKNOWN = ""


def led_activities() -> list[tuple[str, str]]:
    """What the catalogue knows as led by somebody."""
    return sorted(
        ((one.id, say(one.name)) for one in catalogue().values() if one.supervised), key=lambda one: one[1]
    )


def number(label: Any, least: int, most: int, initial: int) -> forms.IntegerField:
    wrong = _("Please put in a number.")
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        initial=initial,
        error_messages={
            "required": wrong,
            "invalid": wrong,
            "min_value": _("That is too few. Please put in more."),
            "max_value": _("That is more than fits. Please put in fewer."),
        },
    )


class Day(forms.DateField):
    def __init__(self, **told: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": _("Please pick a day."), "invalid": _("Please pick a day.")},
            **told,
        )


class WalkForm(forms.Form):
    name = forms.CharField(
        label=_("What is it called?"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Please give it a name.")},
    )
    by = forms.CharField(
        label=_("Who leads it, and whom can people ask?"),
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Please say who leads it.")},
    )
    activity = forms.ChoiceField(label=_("What do you do?"), choices=led_activities, initial="health-walk")
    where = forms.CharField(
        label=_("Where do you meet?"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Please say where.")},
    )
    place = forms.ModelChoiceField(
        queryset=None, required=False, label=_("Is it one of the places here? (you can leave this out)")
    )
    weekly = forms.MultipleChoiceField(
        label=_("Every week on"), required=False, choices=list(DAY_NAMES.items()), widget=Chips
    )
    dates = forms.CharField(
        label=_("Or on single days, such as 2026-12-01, 2026-12-15"), required=False, max_length=600
    )
    first = Day(label=_("From which day on?"))
    last = Day(label=_("Until which day? (you can leave this out)"), required=False)
    starts = forms.TimeField(
        label=_("It begins at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": _("Please write it as 10:00."),
            "invalid": _("Please write it as 10:00."),
        },
    )
    minutes = number(_("Minutes"), 5, 240, 45)
    capacity = number(_("For how many people?"), 1, 500, 10)
    open_to = forms.ChoiceField(
        label=_("Who may come?"),
        choices=[
            (Walk.THEIRS, _("People who share with me")),
            (Walk.EVERYBODY, _("Everybody here who has the link")),
        ],
        initial=Walk.THEIRS,
        widget=Pills,
    )
    cost = forms.TypedChoiceField(
        label=_("What does it cost?"), coerce=int, choices=list(COST_NAMES.items()), initial=0, widget=Pills
    )
    accessible = forms.ChoiceField(
        label=_("Can one come with a wheelchair?"),
        required=False,
        choices=[("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("Not sure"))],
        initial=UNKNOWN,
        widget=Pills,
    )

    def __init__(self, data: Any = None, *, today: date, **more: Any) -> None:
        super().__init__(data, **more)
        self.today = today
        self.fields["first"].initial = today
        rows = places.by_hand()
        self.fields["place"].queryset = rows
        choices = [("", "–"), *((row.pk, row.name) for row in rows[:MOST_PLACES])]
        self.fields["place"].choices = choices

    def _plain(self, name: str, missing: Any) -> str:
        text = plain(self.cleaned_data[name])
        if not text:
            raise forms.ValidationError(missing)
        return text

    def clean_name(self) -> str:
        return self._plain("name", _("Please give it a name."))

    def clean_by(self) -> str:
        return self._plain("by", _("Please say who leads it."))

    def clean_where(self) -> str:
        return self._plain("where", _("Please say where."))

    def clean_weekly(self) -> list[str]:
        return [day for day in DAYS if day in self.cleaned_data["weekly"]]

    def clean_dates(self) -> list[str]:
        found = set()
        for part in re.split(r"[\s,;]+", self.cleaned_data["dates"].strip()):
            if not part:
                continue
            try:
                day = date.fromisoformat(part)
            except ValueError:
                raise forms.ValidationError(_("Please write each day as 2026-12-01.")) from None
            if abs(day - self.today) > _SURELY:
                raise forms.ValidationError(_("One of these days is very far away. Please check the year."))
            found.add(day.isoformat())
        if len(found) > MOST_DATES:
            raise forms.ValidationError(_("These are more days than fit. Please put in fewer."))
        return sorted(found)

    def clean_accessible(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["accessible"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("first"), told.get("last")
        if first and abs(first - self.today) > _SURELY:
            self.add_error("first", _("This day is very far away. Please check the year."))
        elif first and last and last < first:
            self.add_error("last", _("This is before the first day. Please look at both."))
        elif not self.errors:
            if not told["weekly"] and not told["dates"]:
                self.add_error("weekly", _("Please pick a day of the week, or write single days below."))
            elif told["dates"] and (
                told["dates"][0] < str(first) or (last and told["dates"][-1] > str(last))
            ):
                told["first"] = min(first, date.fromisoformat(told["dates"][0]))
                if last:
                    told["last"] = max(last, date.fromisoformat(told["dates"][-1]))
        return told

    @staticmethod
    def initial_of(walk: Walk) -> dict[str, Any]:
        same = ("name", "by", "activity", "where", "place", "weekly", "first", "last", "starts", "minutes", "capacity", "open_to", "cost")  # fmt: skip
        return {
            **{name: getattr(walk, name) for name in same},
            "dates": ", ".join(walk.dates),
            "accessible": {True: "yes", False: "no"}.get(walk.accessible, UNKNOWN),
        }


class JoinForm(forms.Form):
    called = forms.CharField(
        label=_("What may the leader call you? A first name is enough."),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "given-name"}),
        error_messages={"required": _("Please put in a name. Any name is fine.")},
    )
    seen = forms.BooleanField(label=_("The others may see this name too"), required=False)

    def clean_called(self) -> str:
        name = plain(self.cleaned_data["called"])
        if not name:
            raise forms.ValidationError(_("Please put in a name. Any name is fine."))
        return name


class PostForm(forms.Form):
    body = forms.CharField(
        label=_("A message to all who come"),
        max_length=LONGEST_POST,
        widget=area(3),
        error_messages={
            "required": _("Please write something first."),
            "max_length": _("This is too long. Please make it shorter."),
        },
    )

    def clean_body(self) -> str:
        text = lines(self.cleaned_data["body"])
        if not text:
            raise forms.ValidationError(_("Please write something first."))
        return text


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
