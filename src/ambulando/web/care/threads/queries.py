"""What is read of messages. Everything asks first whether the viewer is one of the two, and what they may still see.

A person goes on reading what was written to them after a grant has ended. Its reader does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from ambulando.web.care.grants.models import Grant
from ambulando.web.care.grants.queries import between
from ambulando.web.care.threads.models import File, Hours, Message, Side, Telling, Thread
from ambulando.web.people.models import Person

#: messages that a page shows at once
PAGE = 40
#: messages that a search looks through, the newest first, and how many it shows
SEARCHED, FOUND = 5_000, 50


@dataclass(frozen=True)
class Seen:
    """A thread as one of the two sees it."""

    thread: Thread
    me: Person
    other: Person | None
    #: what the other is called
    name: str
    #: whether the viewer is the one who lets the other in
    mine: bool
    #: whether both may still write
    holds: bool

    @property
    def grant(self) -> Grant:
        return self.thread.grant


@dataclass(frozen=True)
class Line:
    """A thread in the list: its last message and how many the viewer has not read."""

    seen: Seen
    last: Message | None
    unread: int


def seen_by(user: Person, thread: Thread, now: datetime) -> Seen | None:
    """The thread as this person sees it; None where they may not."""
    grant = thread.grant
    holds = grant.by_link is False and grant.accepted_at is not None and grant.holds(now)
    if grant.person_id == user.pk:
        return Seen(thread, user, grant.reader, grant.name, mine=True, holds=holds)
    if grant.reader_id == user.pk and holds:
        return Seen(thread, user, grant.person, grant.person.get_username(), mine=False, holds=True)
    return None


def _threads() -> QuerySet[Thread]:
    return Thread.objects.select_related("grant", "grant__person", "grant__reader")


def thread_for(user: Person, pk: int, now: datetime) -> Seen | None:
    """The thread of this number, while this person may see it. One query."""
    thread = _threads().filter(pk=pk).first()
    return seen_by(user, thread, now) if thread else None


def thread_of(user: Person, grant_pk: int, now: datetime) -> Thread | None:
    """The thread of a grant that holds, for one of its two sides; made on first use. None for anybody else."""
    grant = between(user, grant_pk, now)
    if grant is None or grant.accepted_at is None:
        return None
    return Thread.objects.get_or_create(grant=grant)[0]


def threads_of(user: Person, now: datetime) -> list[Seen]:
    """All threads that this person may see now. One query."""
    rows = _threads().filter(Q(grant__person=user) | Q(grant__reader=user))
    return [seen for row in rows if (seen := seen_by(user, row, now))]


def unread(user: Person, threads: list[int] | None = None) -> dict[int, int]:
    """How many messages wait for this person, by thread: of these threads, or of all. One query.

    It does not ask whether the grants still hold: the caller has the threads that do.
    """
    sides = Q(thread__grant__person=user) | Q(thread__grant__reader=user)
    waiting = Message.objects.filter(sides, read_at=None, taken_back_at=None).exclude(writer=user)
    if threads is not None:
        waiting = waiting.filter(thread__in=threads)
    return dict(waiting.order_by().values_list("thread").annotate(Count("pk")))


def waiting_by_grant(reader: Person, grants: Sequence[int] | None = None) -> dict[int, int]:
    """How many messages wait for a reader, by grant, of these grants or of all. One query; for the caseload."""
    waiting = Message.objects.filter(thread__grant__reader=reader, read_at=None, taken_back_at=None)
    if grants is not None:
        waiting = waiting.filter(thread__grant__in=grants)
    rows = waiting.exclude(writer=reader).order_by().values_list("thread__grant").annotate(Count("pk"))
    return dict(rows)


def lines_of(user: Person, now: datetime) -> list[Line]:
    """The threads of this person, the one with the newest message first. Four queries, however many there are."""
    seen = threads_of(user, now)
    pks = [one.thread.pk for one in seen]
    newest = Message.objects.filter(thread__in=pks).order_by().values("thread").annotate(Max("pk"))
    last_pks = [row["pk__max"] for row in newest]
    last = {one.thread_id: one for one in Message.objects.filter(pk__in=last_pks)}
    waits = unread(user, pks)
    lines = [Line(one, last.get(one.thread.pk), waits.get(one.thread.pk, 0)) for one in seen]
    return sorted(lines, key=lambda line: line.last.pk if line.last else 0, reverse=True)


def to_write_to(user: Person, now: datetime) -> list[Grant]:
    """Grants of this person that hold and in which nobody has written yet. One query."""
    rows = Grant.objects.filter(
        Q(person=user) | Q(reader=user),
        by_link=False,
        accepted_at__isnull=False,
        confirmed_at__isnull=False,
        ended_at=None,
        thread=None,
    ).select_related("person", "reader")
    return [one for one in rows if one.holds(now)]


def _messages(thread: Thread) -> QuerySet[Message]:
    return thread.messages.select_related("file").defer("file__content")


def newest(thread: Thread, before: int | None = None) -> tuple[list[Message], bool]:
    """The last messages, in the order in which they came, and whether there are earlier ones. One query."""
    rows = _messages(thread).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return found[:PAGE][::-1], len(found) > PAGE


def since(thread: Thread, after: int) -> list[Message]:
    """What came after the message of this number; as many as a page takes, the page asks again for the rest."""
    return list(_messages(thread).filter(pk__gt=after).order_by("pk")[:PAGE])


def one_of(thread: Thread, pk: int) -> Message | None:
    return _messages(thread).filter(pk=pk).first()


def file_of(thread: Thread, message: int) -> File | None:
    return File.objects.filter(message__thread=thread, message=message).first()


def sides_of(seen: Seen) -> tuple[Side, Side | None]:
    """How the viewer and the other want this thread; not stored yet where they never said. One query."""
    rows = {side.who_id: side for side in seen.thread.sides.all()}
    mine = rows.get(seen.me.pk) or Side(thread=seen.thread, who=seen.me)
    return mine, rows.get(seen.other.pk) if seen.other else None


def read_shows(sides: tuple[Side, Side | None]) -> bool:
    """Whether the two see what the other has read: only while neither has turned it off."""
    return all(side is None or side.shows_read for side in sides)


def read_to(seen: Seen) -> int:
    """The number of the newest message of the viewer that the other has read; 0 where there is none."""
    rows = seen.thread.messages.filter(writer=seen.me, read_at__isnull=False)
    return rows.aggregate(Max("pk"))["pk__max"] or 0


def whole(thread: Thread) -> list[Message]:
    """Everything in a thread, for its export."""
    return list(_messages(thread).select_related("writer").order_by("pk"))


def found(user: Person, words: str, now: datetime) -> tuple[list[tuple[Seen, Message]], bool]:
    """Messages that hold these words, the newest first, and whether all were looked through.

    The database can not search what is encrypted, so each is opened here: the newest ``SEARCHED`` of them. What is
    sealed can be searched in a browser alone.
    """
    by_pk = {one.thread.pk: one for one in threads_of(user, now)}
    rows = Message.objects.filter(thread__in=by_pk, kind=Message.WORDS, taken_back_at=None).order_by("-pk")
    looked, hits, wanted = 0, [], words.casefold()
    for message in rows.select_related("file").defer("file__content")[:SEARCHED]:
        looked += 1
        named = message.file.name if hasattr(message, "file") else ""
        if wanted in message.body.casefold() or wanted in named.casefold():
            hits.append((by_pk[message.thread_id], message))
            if len(hits) == FOUND:
                break
    return hits, looked < SEARCHED and len(hits) < FOUND


def hours_of(person: Person | None) -> Hours | None:
    return Hours.objects.select_related("person").filter(person=person).first() if person else None


def telling_of(person: Person) -> Telling:
    """What word this person wants of new messages; not stored yet where they never said."""
    return Telling.objects.filter(person=person).first() or Telling(person=person)


def who_wants_word() -> list[Telling]:
    wanted = Q(push=True) | Q(email=True)
    rows = Telling.objects.filter(wanted, person__is_active=True, person__simulated=False)
    return list(rows.select_related("person"))


def has_news(telling: Telling, now: datetime, waited: timedelta) -> bool:
    """Whether a message waits, unread, that came after the last word went out, in a thread that is not muted."""
    user = telling.person
    sides = Q(thread__grant__person=user) | Q(thread__grant__reader=user)
    rows = Message.objects.filter(sides, read_at=None, taken_back_at=None, at__lte=now - waited)
    rows = rows.exclude(writer=user).exclude(thread__sides__in=Side.objects.filter(who=user, muted=True))
    if telling.told_at:
        rows = rows.filter(at__gt=telling.told_at - waited)
    return any(seen_by(user, one, now) for one in _threads().filter(pk__in=rows.values("thread")))


def taken_back(thread: Thread) -> list[int]:
    """The numbers of messages that were taken back, the newest 200."""
    rows = thread.messages.filter(taken_back_at__isnull=False).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:200])
