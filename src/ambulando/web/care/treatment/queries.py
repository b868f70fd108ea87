"""What is read of treatment plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from ambulando.safety.medicines import CLASSES, NEW_DAYS, NONE_KNOWN, classes_of
from ambulando.safety.profile import MOST_MEDICINES
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.treatment.kinds import KINDS, Kind, may_alter, may_write
from ambulando.web.care.treatment.models import Entry, Part
from ambulando.web.people.models import Person

#: days for which it is said on top what the person said
LATELY = timedelta(days=28)
#: the parts of which a day is asked about; days before it, a refill is spoken of
REFILL_AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Told:
    """A part with those of its entries that this reader sees, oldest first. ``reader``: None for the person."""

    part: Part
    entries: tuple[Entry, ...]
    reader: Grant | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[self.part.kind]

    @cached_property
    def told(self) -> dict[str, Any]:
        return self.part.told

    @property
    def may_alter(self) -> bool:
        """Whether this reader changes or ends it."""
        if self.reader is None or self.part.ended_at is not None:
            return False
        own = self.part.writer_id == self.reader.reader_id
        return may_alter(self.reader.role, self.part.kind, own=own)

    @property
    def last_signed(self) -> Entry | None:
        """What a clinician wrote last."""
        return next((one for one in reversed(self.entries) if one.role), None)

    @property
    def own_words(self) -> list[Entry]:
        return [one for one in self.entries if one.act == Entry.WORDS]


def parts(person: Person, grant: Grant | None = None) -> list[Told]:
    """The whole plan, ended parts too; for a reader what their grant shows. Two queries, whatever there is.

    Of the time before a grant shows anything its reader sees what they wrote themselves, and no more.
    """
    rows = person.treatment.prefetch_related("entries")
    if grant is not None:
        rows = rows.filter(kind__in=[one.id for one in KINDS.values() if grant.shows(one.item)])
    found = []
    for part in rows:
        seen = tuple(one for one in part.entries.all() if _seen(one, part, person, grant))
        if seen and (grant is None or _wrote(part, seen)):
            found.append(Told(part, seen, grant))
    return found


def _wrote(part: Part, seen: tuple[Entry, ...]) -> bool:
    """Whether what a part says now was written in an entry that is seen: it is not shown for an answer that came later."""
    last = [one for one in part.entries.all() if one.act in (Entry.BEGUN, Entry.CHANGED)][-1:]
    return all(one in seen for one in last)


def _seen(entry: Entry, part: Part, person: Person, grant: Grant | None) -> bool:
    if grant is None or (entry.writer_id is not None and entry.writer_id == grant.reader_id):
        return True
    return grant.shows(KINDS[part.kind].item, entry.at.astimezone(person.zone).date())


def part_of(person: Person, pk: int, grant: Grant | None = None) -> Told | None:
    """The part of this number, if it is this person's and this reader sees it."""
    return next((one for one in parts(person, grant) if one.part.pk == pk), None)


def by_kind(told: list[Told], grant: Grant | None = None) -> list[dict[str, Any]]:
    """The sections of the page: what holds now, whether this reader may add to it."""
    return [
        {
            "kind": kind,
            "parts": [one for one in told if one.part.kind == kind.id and one.part.ended_at is None],
            "adds": grant is not None and may_write(grant.role, kind.id),
        }
        for kind in KINDS.values()
        if grant is None or grant.shows(kind.item)
    ]


def lately(told: list[Told], today: date) -> list[tuple[Told, Entry]]:
    """What the person said in these weeks, the latest first."""
    found = [
        (one, entry) for one in told for entry in one.entries if not entry.role and entry.on > today - LATELY
    ]
    return sorted(found, key=lambda pair: pair[1].at, reverse=True)


def asking(told: list[Told], today: date) -> list[Told]:
    """What the person is asked about now: a medicine that was noted, a limit whose day is over."""
    return [
        one
        for one in told
        if one.part.asks
        or (
            one.part.kind == "clearance"
            and one.part.ended_at is None
            and one.part.due is not None
            and one.part.due < today
        )
    ]


def last_review(told: list[Told]) -> date | None:
    """The day of the last review that was held."""
    days = [entry.on for one in told for entry in one.entries if entry.act == Entry.HELD]
    return max(days, default=None)


def waiting(person: Person, today: date) -> QuerySet[Part]:
    """What Today points at with one quiet line, and no words of it."""
    return person.treatment.filter(
        ~Q(asks="")
        | Q(ended_at=None, kind="clearance", due__lt=today)
        | Q(ended_at=None, kind="medicine", due__range=(today - REFILL_AHEAD, today + REFILL_AHEAD))
        | Q(ended_at=None, kind__in=("review", "therapy"), due__range=(today, today + timedelta(days=1)))
    )


def written(told: Mapping[str, Any]) -> str:
    """A medicine as a profile names it: with its class in brackets, where the name alone does not say it."""
    name, kind = str(told.get("name", "")), told.get("kind")
    return f"{name} ({kind})" if kind in CLASSES and kind not in classes_of(name) else name


def noted(person: Person, today: date, told: dict[str, Any]) -> dict[str, Any]:
    """What safety reckons with beside the person's own answers: it only ever adds, so limits only ever tighten.

    Medicines that a clinician noted and the person has not answered for yet, and that one of them is new. One query.
    """
    rows = person.treatment.filter(kind="medicine").filter(
        Q(counts=True) | Q(new_on__gt=today - timedelta(days=NEW_DAYS), ended_at=None)
    )
    found: dict[str, Any] = {}
    own = list(told.get("medicines") or [])
    together = list(own)
    for part in rows:
        if part.counts and (name := written(part.told)) not in together:
            together.append(name)
        if part.new_on is not None and today - timedelta(days=NEW_DAYS) < part.new_on <= today:
            found["medicine_changed"] = True
    if together != own:
        # No more than a profile holds; those that mean something for moving come first then.
        if len(together) > MOST_MEDICINES:
            together.sort(key=lambda one: not (classes_of(one) - {NONE_KNOWN, "unknown"}))
        found["medicines"] = together[:MOST_MEDICINES]
    return found
