"""The world in which every cell is tried: Ada, who has something of everything, and the eight others."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from authorised.rules import WHO, Row
from django.utils import timezone

from cast import ADA
from sign_up import signed_up

HERE = Path(__file__).parent
#: what is planted in Ada's rows, by the item that it belongs to; "name" is what she is called here
WORDS = (
    "name",
    "mood",
    "assessments",
    "item-9",
    "plan",
    "bouts",
    "notes",
    "body",
    "medicines",
    "comparisons",
    "talk",
    "private",
)
#: who of the nine has, or had, a grant of Ada's: (role, items)
LET_IN = {
    "clinician": ("therapist", ("encouragement", *WORDS[1:10])),
    "withdrawn": ("therapist", ("encouragement", *WORDS[1:10])),
    "expired": ("physician", ("encouragement", *WORDS[1:10])),
    "friend": ("friend", ("encouragement",)),
}  # fmt: skip


def word(item: str) -> str:
    """The word that only Ada's rows have, for an item."""
    return f"quill{item.replace('-', '')}"


@dataclass
class World:
    """Who is there, and what is planted."""

    people: dict[str, Any]
    grants: dict[str, Any] = field(default_factory=dict)
    #: name: a value for addresses, or one for each of the nine that has its own (others get the clinician's)
    at: dict[str, Any] = field(default_factory=dict)
    now: Any = None

    @property
    def ada(self) -> Any:
        return self.people["person"]

    @property
    def cora(self) -> Any:
        return self.people["clinician"]

    def value(self, name: Any, who: str) -> Any:
        """A part of an address, as ``who`` would use it."""
        if not (isinstance(name, str) and name.startswith("@")):
            return name
        found = self.at[name[1:]]
        return found.get(who, found.get("clinician")) if isinstance(found, dict) else found

    def forbidden(self, who: str) -> list[str]:
        """The words that must not stand on what ``who`` sees of Ada where they may see something."""
        if who in ("person", "anonymous"):
            return []
        held = LET_IN.get(who, ("", ()))[1]
        return [word(one) for one in WORDS if one not in ("name", "talk") and one not in held]


def modules() -> Iterator[ModuleType]:
    for path in sorted(HERE.glob("rows_*.py")):
        yield importlib.import_module(f"authorised.{path.stem}")


def all_rows() -> dict[str, tuple[str, Row]]:
    """Every stated row by the name of its route, with the app that states it."""
    found: dict[str, tuple[str, Row]] = {}
    for module in modules():
        app = module.__name__.removeprefix("authorised.rows_")
        for name, row in module.ROWS.items():
            assert name not in found, f"{name} is stated by {app} and by {found[name][0]}"
            found[name] = (app, row)
    return found


def settings() -> dict[str, Any]:
    """What the apps' rows need to be turned on."""
    return {name: value for module in modules() for name, value in getattr(module, "SETTINGS", {}).items()}


def made() -> World:
    """The people, Ada's grants, and all that the apps plant."""
    from ambulando.web.care.grants.models import Grant

    now = timezone.now()
    answers = ADA | {"barrier_words": ""}
    answers.pop("barrier_words")
    names = {
        "person": word("name"),
        "other": "ben",
        "clinician": "cora",
        "of-another": "dev",
        "withdrawn": "wim",
    }
    names |= {"expired": "exa", "friend": "fran", "operator": "olga"}
    people = {who: signed_up(names[who], answers) for who in WHO[1:]}
    people["operator"].is_staff = True
    people["operator"].save()
    world = World(people, now=now)

    def grant(person: str, reader: str, role: str, items: tuple[str, ...], **other: Any) -> Any:
        said = now - timedelta(days=40)
        told = {"accepted_at": said, "confirmed_at": said} | other
        return Grant.objects.create(
            person=people[person], reader=people[reader], name=reader.title(), role=role, items=list(items), **told
        )  # fmt: skip

    for who, (role, items) in LET_IN.items():
        world.grants[who] = grant("person", who, role, items)
    Grant.objects.filter(pk=world.grants["withdrawn"].pk).update(ended_at=now, ended_by=Grant.PERSON)
    Grant.objects.filter(pk=world.grants["expired"].pk).update(until=(now - timedelta(days=3)).date())
    world.grants["of-another"] = grant("other", "of-another", "therapist", LET_IN["clinician"][1])
    world.at["grant"] = {who: one.pk for who, one in world.grants.items() if who != "of-another"}
    for who, flags in {"person": (True, False), "other": (True, False), "clinician": (False, True), "of-another": (False, True), "friend": (False, True)}.items():  # fmt: skip
        people[who].has_team, people[who].has_caseload = flags
        people[who].save(update_fields=["has_team", "has_caseload"])
    for module in in_order():
        if plant := getattr(module, "plant", None):
            there = dict(world.at)
            plant(world)
            if (
                module.__name__ != "authorised.rows_trials"
            ):  # whose group takes the place of a comparison of one's own
                taken = [name for name, value in there.items() if world.at[name] is not value]
                assert not taken, f"{module.__name__} plants {taken}, which another did already"
    return world


def in_order() -> list[ModuleType]:
    """The modules of rows, each after those whose things it needs (its ``AFTER``)."""
    found: list[ModuleType] = []
    waiting = list(modules())
    while waiting:
        done = {one.__name__.removeprefix("authorised.rows_") for one in found}
        there = {one.__name__.removeprefix("authorised.rows_") for one in waiting} | done
        ready = [one for one in waiting if not (set(getattr(one, "AFTER", ())) & there) - done]
        assert ready, "these wait for each other"
        found += ready
        waiting = [one for one in waiting if one not in ready]
    return found
