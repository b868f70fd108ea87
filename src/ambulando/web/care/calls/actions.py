"""What is changed about calls and appointments. Each takes the person first."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care import live
from ambulando.web.care.calls import jobs
from ambulando.web.care.calls.models import Appointment, Call
from ambulando.web.care.grants.models import Grant
from ambulando.web.later import later
from ambulando.web.people.models import Person

#: how far ahead a call can be planned, and how many can wait between two people
AHEAD = timedelta(days=365)
MOST_PLANNED = 20
#: word of so many calls that nobody answered goes to the devices of who is called, in this time
MOST_WORD, WORD_WITHIN = 3, timedelta(hours=1)
LENGTHS = (10, 15, 20, 30, 45, 50, 60, 90)


def start(person: Person, grant: Grant, now: datetime) -> Call:
    """Ring the other side; the call that is going on between the two, if there is one."""
    open_call = grant.calls.filter(state__in=Call.OPEN).first()
    if open_call and settle(open_call, now).state in Call.OPEN:
        hear(open_call, now)
        return open_call
    try:
        with transaction.atomic():
            call = Call.objects.create(grant=grant, caller=person, asked_at=now, heard_at=now)
            ring(call)
            tried = grant.calls.filter(caller=person, answered_at=None, asked_at__gt=now - WORD_WITHIN)
            if tried.count() <= MOST_WORD:  # with this one; who calls over and over rings, and no more
                later(jobs.word, other_side(grant, person), f"/calls/{call.pk}/")
    except IntegrityError:  # the other side called in the same moment
        return grant.calls.get(state__in=Call.OPEN)
    return call


def other_side(grant: Grant, person: Person) -> int:
    """The id of the other side."""
    other = grant.reader_id if person.pk == grant.person_id else grant.person_id
    assert other is not None  # noqa: S101 - both sides of a grant that holds are there
    return other


def ring(call: Call) -> None:
    """The open pages of who is called say so."""
    live.tell([_called(call)], "call", call=call.pk)


def settle(call: Call, now: datetime) -> Call:
    """Write down that a call is over where no page was left to say so."""
    state = call.state_at(now)
    if state != call.state:
        ended = call.heard_at if state == Call.ENDED else now
        _over(call, state, ended)
    return call


def answer(person: Person, call: Call, now: datetime) -> Call:
    """Who was called takes it. Raises InputError where it rings no more."""
    if call.state_at(now) == Call.ANSWERED:
        return call
    if call.state_at(now) != Call.RINGING or call.caller_id == person.pk:
        settle(call, now)
        raise InputError(_("This call is over. You can call back when you like."))
    taken = Call.objects.filter(pk=call.pk, state=Call.RINGING)
    if taken.update(state=Call.ANSWERED, answered_at=now, heard_at=now):
        live.tell([call.caller_id, person.pk], "call-answered", call=call.pk)
    call.refresh_from_db(fields=["state", "answered_at", "heard_at"])
    return call


def decline(person: Person, call: Call, now: datetime) -> Call:
    """Who was called can not talk now; the caller who stops ringing tried."""
    if settle(call, now).state == Call.RINGING:
        _over(call, Call.MISSED if call.caller_id == person.pk else Call.DECLINED, now)
    return call


def hang_up(person: Person, call: Call, now: datetime) -> Call:
    """Either side ends it, at any time."""
    if settle(call, now).state == Call.ANSWERED:
        _over(call, Call.ENDED, now)
    return decline(person, call, now)


def hear(call: Call, now: datetime) -> None:
    """A page of this call was heard of."""
    Call.objects.filter(pk=call.pk, state__in=Call.OPEN).update(heard_at=now)


def end_with_grant(call: Call, now: datetime) -> None:
    """The grant does not hold any more: so does no call."""
    _over(call, Call.ENDED if call.state == Call.ANSWERED else Call.MISSED, now)


def _over(call: Call, state: str, at: datetime) -> None:
    if Call.objects.filter(pk=call.pk, state__in=Call.OPEN).update(state=state, ended_at=at):
        both = [one for one in (call.grant.person_id, call.grant.reader_id) if one is not None]
        live.tell(both, "call-over", call=call.pk)
    call.refresh_from_db(fields=["state", "ended_at"])


def _called(call: Call) -> int:
    return other_side(call.grant, call.caller)


@transaction.atomic
def ask(person: Person, grant: Grant, *, starts_at: datetime, minutes: int, now: datetime) -> Appointment:
    """Ask the other side for a time. Raises InputError for one that can not be."""
    _check(starts_at, minutes, now)
    if grant.appointments.filter(state__in=Appointment.OPEN, starts_at__gte=now).count() >= MOST_PLANNED:
        raise InputError(_("There are many calls planned already. Please call one off first."))
    made = Appointment.objects.create(
        grant=grant, asked_by=person, starts_at=starts_at, minutes=minutes, made_at=now
    )
    _tell_of(person, made)
    return made


@transaction.atomic
def accept(person: Person, one: Appointment, now: datetime, *, sequence: int | None = None) -> Appointment:
    """The other side's time is fine. Raises InputError where it is one's own, or over.

    ``sequence``: that of the time which the person had before them; a yes to it is none to a later one.
    """
    _read_anew(one)
    if sequence is not None and sequence != one.sequence:
        raise InputError(_("The time was changed just now. Please look at it once more."))
    if one.state == Appointment.ACCEPTED:
        return one
    if one.asked_by_id == person.pk:
        raise InputError(_("The other side still has to say yes to this time."))
    if one.starts_at < now:
        raise InputError(_("That time is over. Please ask for another one."))
    one.state = Appointment.ACCEPTED
    return _changed(person, one)


@transaction.atomic
def another_time(
    person: Person, one: Appointment, *, starts_at: datetime, minutes: int, now: datetime
) -> Appointment:
    """Ask for another time; now the other side decides. Raises InputError for one that can not be."""
    _check(starts_at, minutes, now)
    _read_anew(one)
    one.asked_by, one.starts_at, one.minutes, one.state = person, starts_at, minutes, Appointment.ASKED
    return _changed(person, one)


@transaction.atomic
def call_off(person: Person, one: Appointment) -> Appointment:
    """Either side, at any time, without a reason."""
    one.state = Appointment.CALLED_OFF
    return _changed(person, one)


def _read_anew(one: Appointment) -> None:
    """As it stands behind the lock: the other side may have come first. Raises InputError where it was called off."""
    one.refresh_from_db(fields=["asked_by", "starts_at", "minutes", "state", "sequence"])
    if one.state not in Appointment.OPEN:
        raise InputError(_("This call was called off. You can plan another one."))


def _changed(person: Person, one: Appointment) -> Appointment:
    one.sequence += 1
    one.save(update_fields=["asked_by", "starts_at", "minutes", "state", "sequence"])
    _tell_of(person, one)
    return one


def _tell_of(person: Person, one: Appointment) -> None:
    other = other_side(one.grant, person)
    live.tell([other], "appointment", appointment=one.pk)
    later(jobs.word, other, f"/calls/with/{one.grant_id}/")


def _check(starts_at: datetime, minutes: int, now: datetime) -> None:
    if starts_at < now:
        raise InputError(_("That time is over. Please choose one that is still to come."))
    if starts_at > now + AHEAD:
        raise InputError(_("That is more than a year ahead. Please choose an earlier day."))
    if minutes not in LENGTHS:
        raise InputError(_("Please choose one of the lengths that are offered."))
