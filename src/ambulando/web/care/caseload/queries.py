"""What is read for somebody who was let in."""

from datetime import datetime

from django.db.models import QuerySet

from ambulando.web.care.caseload.listing import PAGE, SORTS, caseload
from ambulando.web.care.caseload.models import Note
from ambulando.web.care.caseload.report import Report, report_of
from ambulando.web.care.grants import queries as grants
from ambulando.web.people.models import Person

__all__ = [
    "PAGE",
    "SORTS",
    "Report",
    "caseload",
    "note_of",
    "notes_without_a_grant",
    "report_of",
    "shared_with",
]


def note_of(reader: Person, grant_pk: int, pk: int) -> Note | None:
    """A note of this reader's own."""
    return Note.objects.filter(reader=reader, grant=grant_pk, pk=pk).first()


def own_note(reader: Person, pk: int) -> Note | None:
    return Note.objects.filter(reader=reader, pk=pk).first()


def notes_without_a_grant(reader: Person, now: datetime) -> list[Note]:
    """What this reader wrote about people who no longer let them in, the newest first. Two queries."""
    open_ones = {one.pk for one in grants.caseload(reader, now)}
    rows = Note.objects.filter(reader=reader).select_related("grant__person")
    return [one for one in rows if one.grant_id not in open_ones]


def shared_with(person: Person) -> QuerySet[Note]:
    """What readers wrote about this person and share with them, the newest first."""
    return Note.objects.filter(grant__person=person, shared=True).select_related("grant")
