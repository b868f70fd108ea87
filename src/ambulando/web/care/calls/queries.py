"""What is read of calls: only between the two sides of a grant that holds now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from ambulando.web.care.calls.models import Appointment, Call
from ambulando.web.care.grants import queries as grants
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

#: calls that a page shows
MOST_SHOWN = 30
#: an appointment stays in the list for so long after its end
AFTERWARDS = timedelta(hours=2)


@dataclass(frozen=True)
class Side:
    """A grant as one of its two sides sees it."""

    grant: Grant
    #: the other side: who, and what this side calls them
    other: Person
    name: str


@dataclass(frozen=True)
class Shown:
    """A call as one of its two sides sees it."""

    call: Call
    state: str
    name: str
    #: whether this side made the call
    mine: bool


@dataclass(frozen=True)
class Planned:
    """An appointment as one of its two sides sees it."""

    appointment: Appointment
    name: str
    #: whether this side asked for the time, and the other decides
    mine: bool


def side(user: Person, grant: Grant) -> Side:
    """``grant`` as ``user``, one of its two sides, sees it."""
    if user.pk == grant.person_id:
        assert grant.reader is not None  # noqa: S101 - one that holds between two people has a reader
        return Side(grant, grant.reader, grant.name)
    return Side(grant, grant.person, grant.person.get_username())


def sides(user: Person, now: datetime) -> list[Side]:
    """All whom they may call. Two queries."""
    return [side(user, one) for one in [*grants.team(user, now), *grants.caseload(user, now)]]


def side_of(user: Person, grant: int, now: datetime) -> Side | None:
    found = grants.between(user, grant, now)
    return side(user, found) if found else None


def call_of(user: Person, pk: int, now: datetime) -> Call | None:
    """The call of this number, if this is one of its two sides and the grant holds now."""
    call = Call.objects.select_related("grant__person", "grant__reader", "caller").filter(pk=pk).first()
    if call is None or user.pk not in (call.grant.person_id, call.grant.reader_id):
        return None
    return call if call.grant.holds(now) else None


def shown(user: Person, call: Call, now: datetime) -> Shown:
    return Shown(call, call.state_at(now), side(user, call.grant).name, call.caller_id == user.pk)


def calls_of(user: Person, now: datetime, grant: Grant | None = None) -> list[Shown]:
    """Their last calls, newest first, those with one side alone where ``grant`` is given. One query."""
    rows = Call.objects.filter(_either(user)).select_related("grant__person", "grant__reader")
    rows = rows.filter(grant=grant) if grant else rows.filter(grant__ended_at=None)
    return [shown(user, one, now) for one in rows[:MOST_SHOWN] if one.grant.holds(now)]


def appointment_of(user: Person, pk: int, now: datetime) -> Planned | None:
    """The open appointment of this number, if this is one of its two sides and the grant holds now."""
    rows = Appointment.objects.filter(_either(user), pk=pk, state__in=Appointment.OPEN)
    one = rows.select_related("grant__person", "grant__reader").first()
    return planned(user, one) if one and one.grant.holds(now) else None


def planned(user: Person, one: Appointment) -> Planned:
    return Planned(one, side(user, one.grant).name, one.asked_by_id == user.pk)


def appointments_of(user: Person, now: datetime, grant: Grant | None = None) -> list[Planned]:
    """What is asked or accepted and not over, soonest first. One query."""
    rows = Appointment.objects.filter(
        _either(user), state__in=Appointment.OPEN, starts_at__gte=now - AFTERWARDS - timedelta(hours=3)
    ).select_related("grant__person", "grant__reader")
    if grant:
        rows = rows.filter(grant=grant)
    return [
        planned(user, one)
        for one in rows[:MOST_SHOWN]
        if one.grant.holds(now) and one.ends_at + AFTERWARDS > now
    ]


def person_of(pk: int) -> Person | None:
    """Somebody who is here and real."""
    return Person.objects.filter(pk=pk, is_active=True, simulated=False).first()


def provider(room: str) -> str:
    """The address of a room with the provider outside that the installation uses; empty without one."""
    return settings.CALLS.replace("{room}", room) if settings.CALLS else ""


def _either(user: Person) -> Q:
    return Q(grant__person=user) | Q(grant__reader=user)


def any_call(pk: int) -> Call | None:
    """The call of this number, whoever asks: to write down that it is over."""
    return Call.objects.select_related("grant").filter(pk=pk).first()


def provider_host() -> str:
    """The host of that provider, as people know it; empty without one."""
    return urlsplit(provider("room")).netloc
