from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ambulando.web.care.caseload.actions import LONGEST_NOTE


class NoteForm(forms.Form):
    body = forms.CharField(
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        max_length=LONGEST_NOTE,
    )
    shared = forms.BooleanField(label=_("Share this note with the person"), required=False)

    def told(self) -> dict[str, Any]:
        return {"body": self.cleaned_data["body"], "shared": self.cleaned_data["shared"]}
