"""``{{ sentence|say }}``: a sentence of the lower floors, in the reader's language; and how figures are written."""

from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from ambulando.activity.catalogue import catalogue
from ambulando.ground import Words, words_of
from ambulando.measures.instruments import instruments
from ambulando.measures.shape import Instrument
from ambulando.web.people.unsent import owner_of

register = template.Library()


@register.filter
def say(sentence: Any) -> str:
    """The translated pattern with its values put in; a value that is a sentence itself is translated too.

    Takes Words, a plain text, or the ``{"pattern": ..., "values": ...}`` in which Words are stored.
    """
    if isinstance(sentence, dict) and "pattern" in sentence:
        sentence = words_of(sentence)
    if isinstance(sentence, Words):
        pattern = gettext(sentence.pattern)
        values = {
            name: say(value) if isinstance(value, Words) else value for name, value in sentence.values.items()
        }
        return pattern.format(**values) if values else pattern
    return gettext(sentence) if sentence else ""


@register.filter
def wording(text: Any, instrument: Instrument) -> str:
    """A question or an answer: translated where the licence of its instrument allows that, else as it is quoted."""
    return say(text) if instrument.translate or not isinstance(text, str) else text


#: values of a step that are words; the others are numbers, or names that stay as they are
INTENSITY_NAMES = {
    "light": gettext_lazy("light"),
    "moderate": gettext_lazy("moderate"),
    "vigorous": gettext_lazy("vigorous"),
}


@register.filter
def step_value(value: Any) -> Any:
    """The value of a step of a trace as it is shown."""
    return INTENSITY_NAMES.get(value, value) if isinstance(value, str) else value


@register.filter
def instrument_name(instrument_id: str) -> str:
    """The name of an instrument; its id where its pack is no longer here."""
    instrument = instruments().get(instrument_id)
    return say(instrument.name) if instrument else instrument_id.upper()


@register.filter
def sentences_of(message: dict[str, Any]) -> list[Any]:
    """The sentences that stored Words were put together from, one by one."""
    parts = [value for name, value in message["values"].items() if name.startswith("sentence")]
    return parts or [message]


@register.simple_tag
def activity_name(activity_id: str) -> str:
    """The name of an activity; its id where the catalogue has lost it since."""
    activity = catalogue().get(activity_id)
    return say(activity.name) if activity else activity_id


@register.filter
def km(metres: float) -> str:
    return f"{metres / 1000:.1f}"


@register.filter
def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


@register.filter
def figure(value: float | None, digits: int = 2) -> str:
    """A number of the evidence with a real minus sign; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


@register.filter
def signed(place: int) -> str:
    """A place on a scale on both sides of nought: +3, 0 or −3."""
    return f"{place:+d}".replace("-", "−") if place else "0"


@register.simple_tag
def row_link(row: dict[str, str]) -> str:
    """A row that a trace points at, as a link to where it can be read."""
    kind, id_ = row["kind"], row["id"]
    places = {
        "analysis": ("rows", [id_]),
        "published": ("row", [id_]),
        "contrast": ("row", [id_]),
        "reference": ("sources", []),
        "rule": ("rules", []),
        "catalogue": ("activities", []),
        "bout": ("journal", []),
        "checkin": ("journal", []),
        "assessment": ("journal", []),
        "offer": ("offers", []),
    }
    names = {
        "analysis": gettext("analysis"),
        "published": gettext("published figure"),
        "contrast": gettext("trial"),
        "reference": gettext("source"),
        "rule": gettext("rule"),
        "catalogue": gettext("activity"),
        "bout": gettext("your session"),
        "checkin": gettext("your check-in"),
        "assessment": gettext("your questionnaire"),
        "offer": gettext("done") if row.get("told") == "done" else gettext("not this time"),
    }
    view, arguments = places[kind]
    address = reverse(view, args=arguments)
    if kind in ("reference", "rule", "catalogue"):
        address += f"#{id_}"
    elif kind in ("bout", "checkin", "assessment"):
        # These go by their time; the journal opens at their day.
        day = date.fromisoformat(id_[:10])
        address += f"?until={day}#day-{day}"
        id_ = date_format(day, "j M Y")
    elif kind == "offer":
        day = date.fromisoformat(id_[:10])
        address += f"?until={day}#offer-{day}"
        what = activity_name(row["activity"])
        return format_html(
            '<a href="{}">{}, {}, {}</a>', address, date_format(day, "j M Y"), what, names[kind]
        )
    return format_html('<a href="{}">{} {}</a>', address, names[kind], id_)


@register.simple_tag
def sends_email() -> bool:
    """Whether this installation can send mail, so that no page promises one that never comes."""
    return settings.SENDS_EMAIL


@register.simple_tag(takes_context=True)
def form_owner(context: Any) -> str:
    """In a form: whose it is, so that what was written outlives the end of the session."""
    return format_html('<input type="hidden" name="of" value="{}">', owner_of(context["request"]))


@register.filter
def item(mapping: Any, key: str) -> Any:
    """The value of a key that a template can not name."""
    return mapping.get(key)


@register.filter
def unfilled(pattern: str) -> str:
    """A sentence of a rule before a person's own words stand in it: a dash marks their place."""
    return gettext(pattern).format_map(_Dashes())


class _Dashes(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@register.filter
def total(counts: dict[str, int]) -> int:
    return sum(counts.values())


@register.filter
def sources_of(beliefs: list[dict[str, Any]]) -> list[str]:
    """The sources of several priors, each once."""
    return sorted({source for belief in beliefs for source in belief["sources"]})


@register.filter
def whole(value: float) -> int:
    return round(value)


@register.filter
def day(text: str | None) -> date | None:
    """A day that was stored as text."""
    return date.fromisoformat(text) if text else None
