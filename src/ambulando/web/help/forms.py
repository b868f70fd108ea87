"""What a person writes for hard moments."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambulando.web.help import queries
from ambulando.web.help.models import LONGEST_PART
from ambulando.web.people.models import Person

#: the labels of each person and of their number
PEOPLE = (
    (_("First person"), _("Number of the first person")),
    (_("Second person"), _("Number of the second person")),
    (_("Third person"), _("Number of the third person")),
)
#: digits with what people write between them
DIALLED = re.compile(r"[+(]?[0-9][0-9 ()./-]*")


class OwnPlanForm(forms.Form):
    """Six parts of free text, and up to three people with a number; all of it can be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        too_long = {"max_length": _("This is longer than we can keep. Please make it a little shorter.")}
        for id_, heading in queries.PARTS.items():
            field = forms.CharField(
                label=heading,
                required=False,
                max_length=LONGEST_PART,
                widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
                error_messages=too_long,
            )
            # A browser would cut what is pasted; we rather say that it is too long.
            field.widget.attrs.pop("maxlength", None)
            self.fields[id_] = field
        for place, (name, number) in enumerate(PEOPLE, start=1):
            self.fields[f"name-{place}"] = forms.CharField(
                label=name,
                required=False,
                max_length=80,
                widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
                error_messages=too_long,
            )
            self.fields[f"number-{place}"] = forms.CharField(
                label=number,
                required=False,
                max_length=40,
                widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
                error_messages=too_long,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for place in range(1, len(PEOPLE) + 1):
            number = cleaned.get(f"number-{place}")
            if number and not DIALLED.fullmatch(number):
                self.add_error(f"number-{place}", _("Please write the number as you dial it, in digits."))
        return cleaned

    def parts(self) -> dict[str, str]:
        return {id_: self.cleaned_data[id_].replace("\r\n", "\n") for id_ in queries.PARTS}

    def chosen(self) -> list[tuple[str, str]]:
        given = self.cleaned_data
        return [(given[f"name-{n}"], given[f"number-{n}"]) for n in range(1, len(PEOPLE) + 1)]

    def part_fields(self) -> list[forms.BoundField]:
        return [self[id_] for id_ in queries.PARTS]

    def people_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"name-{n}"], self[f"number-{n}"]) for n in range(1, len(PEOPLE) + 1)]

    @staticmethod
    def initial_of(person: Person) -> dict[str, str]:
        plan = queries.own_plan(person)
        initial = {id_: getattr(plan, id_, "") for id_ in queries.PARTS}
        for place, one in enumerate(queries.trusted(person), start=1):
            initial |= {f"name-{place}": one.name, f"number-{place}": one.number}
        return initial
