"""The caseload: a line for each person who lets a reader in, made with the same few queries however many there are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from ambulando.measures.instruments import instruments
from ambulando.measures.schedule import family
from ambulando.measures.shape import Instrument
from ambulando.web.care.calls.models import Call
from ambulando.web.care.caseload import masks
from ambulando.web.care.caseload.models import Acknowledged
from ambulando.web.care.grants.models import Look, shared
from ambulando.web.care.grants.queries import agreed
from ambulando.web.care.threads import queries as threads
from ambulando.web.care.threads.models import Message
from ambulando.web.journal.models import whole
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session
from ambulando.web.signals.models import Noticed

#: days of planned sessions that are counted
PLANNED_DAYS = 28
#: days after which a signal that nobody marked is no longer news
SIGNAL_DAYS = 28
#: what the list itself can show
ITEMS = ("mood", "assessments", "item-9", "plan", "bouts")
#: so many lines stand on a page; sorting and search go over all of them
PAGE = 50


@dataclass(frozen=True)
class Measured:
    """The last questionnaire of a family: its total, how it changed, and since when the next is due."""

    filled: masks.Filled
    before: masks.Filled | None
    points: int | float | None
    next_on: date | None
    due: bool

    @property
    def change(self) -> str:
        return masks.change_words(self.before, self.filled) if self.before else ""


@dataclass(frozen=True, slots=True)
class Open:
    """A grant that holds now, with what the list needs of it: models of all of them would cost more than the queries."""

    pk: int
    person_id: int
    name: str
    role: str
    items: frozenset[str]
    shows_from: date | None
    #: the person's today
    today: date

    def shows(self, item: str, day: date | None = None) -> bool:
        """As ``Grant.shows``."""
        return shared(self.items, self.shows_from, item, day)


@dataclass
class Line:
    """One person in the list. What is not shared is None, which is not the same as nothing."""

    grant: Open
    name: str
    contact: datetime | None = None
    messages: int = 0
    signals: int | None = None
    done: int | None = None
    planned: int | None = None
    #: the last two questionnaires of each kind, as they are kept: instrument, day, total, and answers as JSON
    rows: list[tuple[str, Any, float | None, str]] = field(default_factory=list)
    forms: Mapping[str, Instrument] = field(default_factory=dict)

    @cached_property
    def measured(self) -> Sequence[Measured] | None:
        """The last questionnaires. Worked out where it is asked for: on the lines that are shown, unless it sorts them."""
        if not self.grant.shows("assessments"):
            return None
        told = [
            masks.told(self.grant, form, date.fromisoformat(str(day)), whole(total), kept, self.forms)
            for form, day, total, kept in self.rows
        ]
        return measured([one for one in told if one], self.grant.today)

    @cached_property
    def changed(self) -> list[tuple[Any, str]]:
        """What is to be said of a change, each with the name of its questionnaire."""
        told = [(one.filled.name, one.change) for one in self.measured or ()]
        return [(name, words) for name, words in told if words]

    @property
    def address(self) -> str:
        return reverse("one_person", args=[self.grant.pk])

    @property
    def adherence(self) -> str:
        """Sessions done of those planned in the last weeks, in words."""
        return _("{done} of {planned}").format(done=self.done, planned=self.planned)

    @property
    def due_since(self) -> date | None:
        """The day since which a questionnaire waits, the longest one."""
        return min((one.next_on for one in self.measured or () if one.due and one.next_on), default=None)

    @property
    def points(self) -> float | None:
        """The largest change of a total, up or down, with its sign."""
        told = [one.points for one in self.measured or () if one.points is not None]
        return max(told, key=abs, default=None)

    @property
    def share(self) -> float | None:
        return self.done / self.planned if self.planned and self.done is not None else None


def _last(value: float | None, *, high_first: bool = True) -> tuple[bool, float]:
    """A key that puts what is not known at the end."""
    return value is None, 0 if value is None else -value if high_first else value


#: what the list can be sorted by; lines without it come last, and equal ones go by name
SORTS: Mapping[str, Callable[[Line], Any]] = {
    "name": lambda _line: (),
    "contact": lambda line: _last(line.contact.timestamp() if line.contact else None),
    "due": lambda line: _last(line.due_since.toordinal() if line.due_since else None, high_first=False),
    "change": lambda line: _last(line.points),
    "signals": lambda line: _last(line.signals or None),
    "sessions": lambda line: _last(line.share, high_first=False),
    "messages": lambda line: _last(line.messages or None),
}


class Listed(Sequence[Line]):
    """Lines in their order. Of what they are not sorted by, only that of the slice which is taken is read."""

    def __init__(self, lines: Sequence[Line], fill: Callable[[Sequence[Line]], None]) -> None:
        self._lines, self._fill = lines, fill

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, place: Any) -> Any:
        taken = self._lines[place]
        self._fill(taken if isinstance(place, slice) else [taken])
        return taken

    def __iter__(self) -> Iterator[Line]:
        return iter(self[:])


def caseload(reader: Person, now: datetime, *, sort: str = "name", find: str = "") -> Listed:
    """A line for everybody who lets this reader in now. Six queries, however many people there are."""
    wanted = find.strip().casefold()
    lines = {line.grant.pk: line for line in _open_lines(reader, now) if wanted in line.name.casefold()}
    sorts_by = READS.get(sort)
    if sorts_by:
        sorts_by(reader, lines, now)
    key = SORTS.get(sort, SORTS["name"])

    def fill(taken: Sequence[Line]) -> None:
        these = {line.grant.pk: line for line in taken}
        for read in dict.fromkeys(READS.values()) if these else ():
            if read is not sorts_by:
                read(reader, these, now)

    return Listed(sorted(lines.values(), key=lambda line: (key(line), line.name.casefold())), fill)


def _open_lines(reader: Person, now: datetime) -> Iterator[Line]:
    rows = agreed(reader.let_in_by.all()).values_list(
        "pk",
        "person_id",
        "name",
        "role",
        "items",
        "shows_from",
        "until",
        "person__username",
        "person__time_zone",
    )
    todays: dict[str, date] = {}
    for pk, person, name, role, items, shows_from, until, called, zone in rows:
        if zone not in todays:
            todays[zone] = now.astimezone(ZoneInfo(zone)).date()
        if until is None or todays[zone] <= until:
            yield Line(Open(pk, person, name, role, frozenset(items), shows_from, todays[zone]), called)


def _named(lines: Mapping[int, Line]) -> Sequence[int] | None:
    """The grants of a page. None for more lines than that: all rows of the reader are read quicker than each is named."""
    return list(lines) if len(lines) <= PAGE else None


def _only(lines: Mapping[int, Line], grant: str = "person__grants") -> Q:
    named = _named(lines)
    return Q() if named is None else Q(**{f"{grant}__in": named})


def _add_contact(reader: Person, lines: Mapping[int, Line], now: datetime) -> None:
    looks = Look.objects.filter(person=OuterRef("person"), grant_number=OuterRef("pk"))
    opened = looks.exclude(role="").exclude(what="caseload").order_by("-number")
    wrote = Message.objects.filter(thread__grant=OuterRef("pk")).order_by("-pk")
    spoke = Call.objects.filter(grant=OuterRef("pk"), answered_at__isnull=False).order_by("-pk")
    contacts = (
        Subquery(wrote.values("at")[:1]),
        Subquery(opened.values("at")[:1]),
        Subquery(spoke.values("answered_at")[:1]),
    )
    for pk, *told in agreed(reader.let_in_by.all()).filter(_only(lines, "pk")).values_list("pk", *contacts):
        if line := lines.get(pk):
            line.contact = max(filter(None, told), default=None)


def _add_messages(reader: Person, lines: Mapping[int, Line], now: datetime) -> None:
    for pk, count in threads.waiting_by_grant(reader, _named(lines)).items():
        if line := lines.get(pk):
            line.messages = count


def _of(reader: Person, prefix: str = "person__grants") -> Q:
    """Rows of people who have an agreed grant for this reader, one row for each; what it shows is looked at afterwards."""
    return Q(**{f"{prefix}__reader": reader, f"{prefix}__ended_at": None, f"{prefix}__by_link": False})


def _shown_from(prefix: str = "person__grants") -> Q:
    return Q(**{f"{prefix}__shows_from": None}) | Q(day__gte=F(f"{prefix}__shows_from"))


#: the last two of each questionnaire of each person, of the days that are shared: two steps in an index for each, where a
#: window function would number all that anybody ever filled in (four times as long with 500 people and a year)
LAST_TWO = """
    SELECT grants.id, one.instrument, one.day, one.total, CAST(one.answers AS TEXT)
    FROM grants_grant grants
    CROSS JOIN (SELECT DISTINCT instrument FROM journal_assessment) kinds
    JOIN journal_assessment one ON one.id IN (
        SELECT two.id FROM journal_assessment two
        WHERE two.person_id = grants.person_id AND two.instrument = kinds.instrument
          AND (grants.shows_from IS NULL OR two.day >= grants.shows_from)
        ORDER BY two.day DESC, two.made_at DESC LIMIT 2)
    WHERE grants.reader_id = %s AND grants.ended_at IS NULL AND grants.by_link = %s
"""


def _add_measured(reader: Person, lines: Mapping[int, Line], now: datetime) -> None:
    forms = instruments()
    for line in lines.values():
        line.forms, line.rows = forms, []
    for pk, instrument, day, total, kept in last_two(reader, _named(lines)):
        if line := lines.get(pk):
            line.rows.append((instrument, day, total, kept))


def last_two(
    reader: Person, grants: Sequence[int] | None = None
) -> list[tuple[int, str, Any, float | None, str]]:
    """Grant, instrument, day, total and answers as JSON, as the database has them: ``Line.measured`` reads what it needs.
    ``grants``: only of these.
    """
    these = "" if grants is None else f"AND grants.id IN ({', '.join(['%s'] * len(grants))})"
    with connection.cursor() as cursor:
        cursor.execute(LAST_TWO + these, [reader.pk, False, *(grants or ())])
        return list(cursor.fetchall())


def measured(rows: Sequence[masks.Filled], today: date) -> list[Measured]:
    """The last of each family of questionnaires with the one before, the newest first."""
    told: list[Measured] = []
    seen: set[str] = set()
    ordered = sorted(rows, key=lambda one: one.day, reverse=True)
    for number, one in enumerate(ordered):
        if one.form.id in seen:
            continue
        seen |= _family(one.form.id)
        before = next((two for two in ordered[number + 1 :] if masks.same_form(two, one)), None)
        every = one.form.every_days
        next_on = one.day + timedelta(days=every) if every else None
        told.append(
            Measured(
                one,
                before,
                round(one.total - before.total, 2) if before and masks.same_form(before, one) else None,
                next_on,
                bool(next_on and next_on <= today),
            )
        )
    return told


@cache
def _family(form_id: str) -> frozenset[str]:
    forms = instruments()
    return frozenset(one.id for one in family(forms[form_id], forms.values()))


def _add_sessions(reader: Person, lines: Mapping[int, Line], now: datetime) -> None:
    for line in lines.values():
        if line.grant.shows("plan"):
            line.done = line.planned = 0
    last = now.astimezone(UTC).date() - timedelta(days=1)
    rows = (
        Session.objects.filter(_of(reader) & _shown_from() & _only(lines))
        .filter(day__range=(last - timedelta(days=PLANNED_DAYS - 1), last), week__current=True)
        .exclude(state=Session.REPLACED)
        .order_by()
        .values_list("person__grants")
        .annotate(planned=Count("pk"), done=Count("pk", filter=Q(state=Session.DONE)))
        .values_list("person__grants", "planned", "done")
    )
    for pk, planned, done in rows:
        if (line := lines.get(pk)) and line.planned is not None:
            line.planned, line.done = planned, done


def _add_signals(reader: Person, lines: Mapping[int, Line], now: datetime) -> None:
    for line in lines.values():
        if any(line.grant.shows(item) for item in masks.KINDS.values()):
            line.signals = 0
    since = now.astimezone(UTC).date() - timedelta(days=SIGNAL_DAYS)
    own = Acknowledged.objects.filter(noticed=OuterRef("pk"), reader=reader, day=OuterRef("day"))
    rows = (
        Noticed.objects.filter(_of(reader) & _only(lines), day__gte=since)
        .order_by()
        .annotate(seen_at=Subquery(own.values("at")[:1]))
        .filter(seen_at=None)
        .values_list("person__grants", "signal", "day", "rows")
    )
    for pk, signal, day, rested in rows:
        line = lines.get(pk)
        if line and line.signals is not None and masks.signal_shown(line.grant, signal, day, rested):
            line.signals += 1


#: what reads a column: of all lines where they are sorted by it, else of those that are taken
READS: Mapping[str, Callable[[Person, Mapping[int, Line], datetime], None]] = {
    "contact": _add_contact,
    "due": _add_measured,
    "change": _add_measured,
    "sessions": _add_sessions,
    "signals": _add_signals,
    "messages": _add_messages,
}
