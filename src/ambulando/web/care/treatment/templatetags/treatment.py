"""What pages say of a treatment plan."""

from typing import Any

from django import template

from ambulando.safety.screen import of_medicines
from ambulando.web.care.treatment import queries
from ambulando.web.care.treatment.models import Entry
from ambulando.web.care.treatment.words import ACTS, sentences

register = template.Library()


@register.simple_tag
def part_lines(one: queries.Told, *, no_numbers: bool = False) -> list[str]:
    """What holds now of a part; its day is the one on which it stands."""
    told = {key: value for key, value in one.told.items() if key != "due"}
    due = {"due": one.part.due.isoformat()} if one.part.due else {}
    return sentences(one.part.kind, told | due, no_numbers=no_numbers)


@register.simple_tag
def entry_lines(entry: Entry, kind: str, *, no_numbers: bool = False) -> list[str]:
    """What was written down then."""
    told = entry.told
    return [told["words"]] if "words" in told else sentences(kind, told, no_numbers=no_numbers)


@register.filter
def act(entry: Entry) -> str:
    return str(ACTS[entry.act])


@register.simple_tag
def effects(one: queries.Told) -> list[Any]:
    """What a medicine means for moving, as safety says it."""
    return [found.reason for found in of_medicines((queries.written(one.told),))]
