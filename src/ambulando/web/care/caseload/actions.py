"""What a reader changes: that they saw a signal, and their own notes. Whose they are comes first."""

from datetime import datetime

from ambulando.ground import InputError
from ambulando.web.care.caseload.models import Acknowledged, Note
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person
from ambulando.web.signals.models import Noticed

#: letters of one note
LONGEST_NOTE = 10_000


def acknowledge(reader: Person, grant: Grant, noticed: Noticed, now: datetime) -> Acknowledged:
    """This reader saw this signal. Once, however often it is pressed."""
    found, _new = Acknowledged.objects.get_or_create(
        noticed=noticed,
        reader=reader,
        day=noticed.day,
        defaults={"name": grant.name, "role": grant.role, "at": now},
    )
    return found


def write(reader: Person, grant: Grant, body: str, now: datetime, *, shared: bool) -> Note:
    """A new note. Raises InputError where there is nothing in it, or too much."""
    return Note.objects.create(
        grant=grant, reader=reader, body=_checked(body), shared=shared, made_at=now, changed_at=now
    )


def rewrite(reader: Person, note: Note, body: str, now: datetime, *, shared: bool) -> None:
    """Raises InputError where there is nothing in it, or too much."""
    note.body, note.shared, note.changed_at = _checked(body), shared, now
    note.save(update_fields=["body", "shared", "changed_at"])


def remove(reader: Person, note: Note) -> None:
    note.delete()


def _checked(body: str) -> str:
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise InputError("There is nothing in the note so far. Please write something first.")
    if len(body) > LONGEST_NOTE:
        raise InputError(f"A note holds {LONGEST_NOTE} letters at most. Please make it shorter.")
    if "\0" in body or any("\ud800" <= letter <= "\udfff" for letter in body):
        raise InputError("There is a letter in the note that can not be kept. Please take it out.")
    return body
