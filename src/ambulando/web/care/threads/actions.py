"""What is changed about messages. Each takes first who does it.

What is written is kept, sent on and shown. Nothing here or elsewhere reads it: no words are looked for in it.
"""

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care import live
from ambulando.web.care.threads.models import File, Hours, Message, Side, Telling
from ambulando.web.care.threads.queries import Seen, thread_for
from ambulando.web.care.threads.uploads import LARGEST
from ambulando.web.kept import kept
from ambulando.web.people.models import Person

#: characters of one message, and of the words for outside the hours
LONGEST, LONGEST_AWAY = 8_000, 300
#: characters of the name of a file
LONGEST_NAME = 120
#: files of one thread: so that one of the two can not fill the disk
MOST_FILES = 300
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")


@dataclass(frozen=True)
class Sent:
    """A message that is kept; ``new`` unless it was kept before."""

    message: Message
    new: bool


def send(person: Person, seen: Seen, *, key: str, body: str, now: datetime, file: Any = None) -> Sent:
    """Keep a message and tell the other side that it is there. The same key and words again: the one that was kept.

    Raises InputError where it can not be kept; nothing is changed then.
    """
    try:
        return _send(person, seen, key=key, body=body, now=now, file=file)
    except IntegrityError:  # it came twice at the same moment: the first one is kept by now
        return _send(person, seen, key=key, body=body, now=now, file=file)


@transaction.atomic
def _send(person: Person, seen: Seen, *, key: str, body: str, now: datetime, file: Any) -> Sent:
    # Read again behind the lock: it may have been ended, or sealed, since the page was asked for.
    anew = thread_for(person, seen.thread.pk, now)
    if anew is None or not anew.holds:
        raise InputError(_("You do not share with each other any more, so this was not sent."))
    seen, mark = anew, _uuid(key)
    if seen.thread.sealed:
        from ambulando.web.care.sealed.actions import accepted

        if file is not None:
            raise InputError(_("Files are not sealed, so none can be added here."))
        body, kind = accepted(seen.thread, body), Message.SEALED
    else:
        body, kind = _words(body, may_be_empty=file is not None), Message.WORDS
    name = _name(file) if file is not None else ""
    before = seen.thread.messages.select_related("file").defer("file__content").filter(key=mark).first()
    if before and before.writer_id != person.pk:
        raise InputError(_("This was not sent. Please open the page once more and try again."))
    if before and (before.taken_back_at or kind == Message.SEALED or _same(before, body, name)):
        return Sent(before, new=False)
    if before:  # other words from a page that a browser kept: they are a message of their own
        mark = uuid5(mark, f"{body}\n{name}")
        again = seen.thread.messages.filter(key=mark).first()
        if again:
            return Sent(again, new=False)
    if file is not None and File.objects.filter(message__thread=seen.thread).count() >= MOST_FILES:
        raise InputError(_("There are too many files here. Take back one of yours first."))
    message = Message.objects.create(
        thread=seen.thread, writer=person, key=mark, kind=kind, body=body, at=now
    )
    if file is not None:
        _keep_file(message, file, name)
    live.tell(_both(seen), "message", thread=seen.thread.pk)
    return Sent(message, new=True)


def _both(seen: Seen) -> list[int]:
    """Who is told: the other side, and other pages of one's own."""
    return [one.pk for one in (seen.other, seen.me) if one is not None]


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise InputError(_("This was not sent. Please open the page once more and try again.")) from None


def _words(body: str, *, may_be_empty: bool) -> str:
    body = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not _writable(body):
        raise InputError(_("There is a sign in it that can not be kept. Please take it out and try again."))
    if not body and not may_be_empty:
        raise InputError(_("There is nothing in it yet. Write something, then send it."))
    if len(body) > LONGEST:
        raise InputError(_("That is too long for one message. Please send it in two or more parts."))
    return body


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character
        return False
    return "\0" not in text


def _same(before: Message, body: str, name: str) -> bool:
    return before.body == body and (before.file.name if hasattr(before, "file") else "") == name


def _name(file: Any) -> str:
    """The name of a file as it is shown and saved: no folders, no signs that a system reads in its own way."""
    if file.size > LARGEST:
        raise InputError(_("This file is too large. The most is 10 MB."))
    if not file.size:
        raise InputError(_("This file is empty. Please choose another."))
    name = PurePosixPath(str(file.name).replace("\\", "/")).name
    name = "".join(sign for sign in name if sign.isprintable() and sign not in '<>:"|?*').strip(". ")
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: LONGEST_NAME - 12]}{dot}{ending[:10]}" if dot else name[:LONGEST_NAME]
    return name if name and _writable(name) else "file"


def _keep_file(message: Message, file: Any, name: str) -> None:
    content = file.read()
    guessed = mimetypes.guess_type(name)[0] or ""
    media_type = guessed if MEDIA_TYPE.fullmatch(guessed) else "application/octet-stream"
    File.objects.create(
        message=message, name=name, size=len(content), media_type=media_type, content=kept(content)
    )


def take_back(person: Person, seen: Seen, message: Message, now: datetime) -> None:
    """Its words and its file go; that there was a message stays. Only its writer may; nothing happens for others."""
    if message.writer_id != person.pk or message.taken_back_at:
        return
    with transaction.atomic():
        File.objects.filter(message=message).delete()
        message.body, message.taken_back_at = "", now
        message.save(update_fields=["body", "taken_back_at"])
        told = _both(seen) if seen.holds else [person.pk]
        live.tell(told, "message", thread=seen.thread.pk, changed=message.pk)


def read(person: Person, seen: Seen, now: datetime, *, to: int) -> None:
    """Everything up to the message of this number was before this person."""
    waiting = seen.thread.messages.filter(read_at=None, pk__lte=to).exclude(writer=person)
    with transaction.atomic():
        if waiting.update(read_at=now) and seen.other and seen.holds:
            live.tell([seen.other.pk], "read", thread=seen.thread.pk)


def want(person: Person, seen: Seen, *, muted: bool, shows_read: bool) -> Side:
    """How this person wants a thread."""
    values = {"muted": muted, "shows_read": shows_read}
    return Side.objects.update_or_create(thread=seen.thread, who=person, defaults=values)[0]


def say_hours(person: Person, *, days: Sequence[int], starts: time, ends: time, words: str) -> Hours:
    """When this person usually answers. Raises InputError."""
    words = " ".join(words.split())
    if not days or not set(days) <= set(range(7)):
        raise InputError(_("Please tick one day at least."))
    if ends <= starts:
        raise InputError(_("The end has to be later than the start."))
    if len(words) > LONGEST_AWAY or not _writable(words):
        raise InputError(_("Please use 300 letters at most."))
    values = {"days": sorted(set(days)), "starts": starts, "ends": ends, "words": words}
    return Hours.objects.update_or_create(person=person, defaults=values)[0]


def forget_hours(person: Person) -> None:
    Hours.objects.filter(person=person).delete()


def want_word(person: Person, *, push: bool, email: bool) -> Telling:
    """Whether word of new messages comes by push or e-mail. The clock of the last word stays."""
    return Telling.objects.update_or_create(person=person, defaults={"push": push, "email": email})[0]


def told(person: Person, now: datetime) -> None:
    """Word goes out now: written down first, so that no second worker and no restart sends it again."""
    Telling.objects.filter(person=person).update(told_at=now)
