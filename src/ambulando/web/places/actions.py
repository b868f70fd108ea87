"""What is changed in places. Each takes the person first; those for everybody's places take who runs the installation."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.plan.places import Place
from ambulando.web.people.models import Person
from ambulando.web.places import convert
from ambulando.web.places.models import Pick, PlaceList
from ambulando.web.places.models import Place as Row

#: places that one person may enter; more is a slip, or somebody filling the disk
MOST_OWN = 200
#: rows that are written at once
BATCH = 500


@transaction.atomic
def add(person: Person, place: Place) -> Row:
    """Keep a place of the person's own, which nobody else sees. Raises InputError for too many."""
    if person.own_places.filter(ended_at=None).count() >= MOST_OWN:
        raise InputError(
            f"You have {MOST_OWN} places here, which is as many as we keep. Please take one out first."
        )
    return Row.objects.create(person=person, entered_by=person, **convert.fields_of(place))


def change(person: Person, row: Row, place: Place) -> Row:
    """Other words for a place: the person's own, or one of everybody's that staff typed in."""
    Row.objects.filter(pk=row.pk).update(entered_by=person, **convert.fields_of(place))
    row.refresh_from_db()
    return row


def end(person: Person, row: Row) -> None:
    """It is no longer offered to anybody. What was planned with it keeps its name."""
    Row.objects.filter(pk=row.pk, ended_at=None).update(ended_at=timezone.now())


def bring_back(person: Person, row: Row) -> None:
    Row.objects.filter(pk=row.pk).update(ended_at=None)


def erase(person: Person, row: Row) -> None:
    """A place of the person's own that they took out is gone for good."""
    Row.objects.filter(pk=row.pk, person=person).exclude(ended_at=None).delete()


def pick(person: Person, row: Row, wanted: bool | None) -> None:
    """The person goes there (True), wants it left out (False), or says neither any more (None)."""
    if wanted is None:
        Pick.objects.filter(person=person, place=row).delete()
    else:
        Pick.objects.update_or_create(person=person, place=row, defaults={"wanted": wanted})


def add_for_all(staff: Person | None, place: Place) -> Row:
    """Keep a place of everybody's that staff typed in."""
    return Row.objects.create(entered_by=staff, **convert.fields_of(place))


def draft(staff: Person | None, name: str, places: Sequence[Place]) -> PlaceList:
    """Hold what was read from a file until somebody has looked at it. Raises InputError where there is nothing in it."""
    if not places:
        raise InputError(f"There is no place in {name}, so there is nothing to keep.")
    return PlaceList.objects.create(
        name=name, entered_by=staff, content=[convert.stored_place(one) for one in places]
    )


def drop(staff: Person | None, draft: PlaceList) -> None:
    """Keep nothing of a draft."""
    PlaceList.objects.filter(pk=draft.pk, kept_at=None).delete()


@transaction.atomic
def keep(staff: Person | None, draft: PlaceList) -> PlaceList:
    """The places of a draft are everybody's from now on. An earlier list of the same name gives way to it.

    What has the same id is brought up to date, never doubled; what the earlier list had and this one has not is ended.
    """
    draft = PlaceList.objects.select_for_update().get(pk=draft.pk)
    if not draft.draft:
        return draft
    now = timezone.now()
    here = {row.ident: row for row in Row.objects.filter(person=None).exclude(ident="")}
    before = PlaceList.objects.filter(name=draft.name, ended_at=None).exclude(kept_at=None)
    told: set[str] = set()
    new: list[Row] = []
    stays: dict[date | None, list[int]] = {}
    for stored in draft.content:
        place = convert.place_from(stored)
        told.add(place.id)
        row = here.get(place.id)
        fields = convert.fields_of(place)
        if row and all(getattr(row, name) == value for name, value in fields.items() if name != "seen"):
            stays.setdefault(place.seen, []).append(row.pk)
            continue
        row, known = row or Row(ident=place.id), row is not None
        for name, value in {**fields, "entered_by": staff, "from_list": draft, "ended_at": None}.items():
            setattr(row, name, value)
        if known:
            row.save()
        else:
            new.append(row)
    gone = [
        row.pk for row in Row.objects.filter(from_list__in=before, ended_at=None) if row.ident not in told
    ]
    Row.objects.bulk_create(new, batch_size=BATCH)
    for seen, keys in stays.items():
        for batch in batches(keys):
            Row.objects.filter(pk__in=batch).update(
                seen=seen, entered_by=staff, from_list=draft, ended_at=None
            )
    for batch in batches(gone):
        Row.objects.filter(pk__in=batch).update(ended_at=now)
    before.update(ended_at=now)
    PlaceList.objects.filter(pk=draft.pk).update(kept_at=now, content=[])
    draft.refresh_from_db()
    return draft


def batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


@transaction.atomic
def end_list(staff: Person | None, kept: PlaceList) -> None:
    """All places of a list are no longer offered."""
    now = timezone.now()
    Row.objects.filter(from_list=kept, ended_at=None).update(ended_at=now)
    PlaceList.objects.filter(pk=kept.pk).update(ended_at=now)


def kept_at_once(staff: Person | None, name: str, places: Sequence[Place]) -> PlaceList:
    """Read and kept in one go, as the command line does."""
    with transaction.atomic():
        return keep(staff, draft(staff, name, places))
