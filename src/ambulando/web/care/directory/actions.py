"""What is changed in the directory: profiles, the operator's word on them, and requests."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care import live
from ambulando.web.care.directory import queries
from ambulando.web.care.directory.models import Clinician, Decision, Request
from ambulando.web.care.grants import actions as grants
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.threads import actions as threads
from ambulando.web.care.threads import queries as threads_read
from ambulando.web.people.models import Person

#: requests of one person that may wait at a time
MOST_OPEN = 5
#: what the operator's word was on; whoever changes it is checked anew
VOUCHED = ("shown_name", "kind")


@transaction.atomic
def keep_profile(person: Person, *, now: datetime, **told: Any) -> Clinician:
    """Keep what somebody says of themselves. The operator is asked to check it, unless they have and it is the same person."""
    row = Clinician.objects.select_for_update().filter(person=person).first() or Clinician(person=person)
    if row.verified and any(getattr(row, name) != told[name] for name in VOUCHED):
        row.verified_at = row.verified_by = None
    for name, value in told.items():
        setattr(row, name, value)
    if not row.verified:
        row.asked_at = row.asked_at or now
    row.save()
    return row


def set_free_places(person: Person, number: int) -> None:
    Clinician.objects.filter(person=person).update(free_places=number)


@transaction.atomic
def decide(staff: Person, clinician: Clinician, what: str, now: datetime) -> None:
    """The operator's word on a profile, kept with who said it and when."""
    row = Clinician.objects.select_for_update().get(pk=clinician.pk)
    verified = what == Decision.VERIFIED
    if (verified == row.verified and not row.asked_at) or (what == Decision.TAKEN_BACK and not row.verified):
        return  # a second tap
    row.verified_at, row.verified_by = (now, staff) if verified else (None, None)
    row.asked_at = None
    row.save(update_fields=["verified_at", "verified_by", "asked_at"])
    row.decisions.create(by=staff, what=what, at=now, shown_name=row.shown_name, kind=row.kind)


@transaction.atomic
def ask(
    person: Person,
    clinician: Clinician,
    *,
    called: str,
    words: str,
    items: Sequence[str],
    shows_from: date | None,
    until: date | None,
    now: datetime,
) -> Request:
    """Ask somebody of the directory. Raises InputError, in one sentence, where that can not be; then nothing is kept."""
    person = Person.objects.select_for_update().get(pk=person.pk)  # two taps ask one after the other
    row = queries.listed().filter(pk=clinician.pk).first()
    if row is None or row.person_id == person.pk:
        raise InputError(_("You can not ask them just now. Please choose someone else."))
    if row.free_places < 1:
        raise InputError(_("They have no free place now. You can choose someone else, or look again later."))
    if queries.lets_in(person, row.person, now):
        raise InputError(_("They are on your team already."))
    if queries.open_request(person, row):
        raise InputError(_("You have asked them already. They have not answered yet."))
    if person.requests.filter(state=Request.ASKED).count() >= MOST_OPEN:
        raise InputError(_("You have asked a few people already. Please take one back first."))
    made = Request.objects.create(
        person=person,
        clinician=row,
        called=called,
        words=words,
        items=[one for one in ITEMS if one in items],
        shows_from=shows_from,
        until=until,
        asked_at=now,
    )
    live.tell([row.person_id], "request", request=made.pk)
    return made


@transaction.atomic
def take_back(person: Person, request: Request, now: datetime) -> None:
    """The person thought again before there was an answer, or puts away a no: nobody reads their words any more."""
    taken = Request.objects.filter(pk=request.pk, person=person, state__in=(Request.ASKED, Request.DECLINED))
    if taken.update(state=Request.TAKEN_BACK, answered_at=now, words="", called="", answer=None):
        live.tell([request.clinician.person_id], "request", request=request.pk)


@transaction.atomic
def accept(reader: Person, request: Request, now: datetime) -> Grant:
    """Say yes: one free place less, and a grant on which both sides agree. Raises InputError, and changes nothing,
    where there is no free place, the request does not wait any more, or they share already.
    """
    took = Clinician.objects.filter(
        person=reader, verified_at__isnull=False, free_places__gt=0, pk=request.clinician_id
    )
    if not took.update(free_places=F("free_places") - 1):
        raise InputError(_("You have no free place left. Please change the number first."))
    # read again behind the change: who else answered or took it back is seen now
    row = Request.objects.select_for_update().select_related("person", "clinician").get(pk=request.pk)
    if not row.waits:
        raise InputError(_("This request is not waiting any more."))
    if row.until is not None and row.until < now.astimezone(row.person.zone).date():
        raise InputError(
            _("The last day that they chose is over. You can decline this, and they can ask again.")
        )
    grant = grants.agreed_with(
        row.person,
        reader,
        name=row.clinician.shown_name,
        role=row.clinician.kind,
        items=row.items,
        shows_from=row.shows_from,
        until=row.until,
        now=now,
    )
    row.state, row.answered_at, row.grant = Request.ACCEPTED, now, grant
    row.save(update_fields=["state", "answered_at", "grant"])
    if row.words:
        _first_message(row.person, grant, row.words, now)
    live.tell([row.person_id], "request", request=row.pk)
    return grant


def _first_message(person: Person, grant: Grant, words: str, now: datetime) -> None:
    """What the person wrote stands first in what the two write to each other, so that neither loses it."""
    thread = threads_read.thread_of(person, grant.pk, now)
    seen = threads_read.seen_by(person, thread, now) if thread else None
    if seen:
        threads.send(person, seen, key=str(uuid4()), body=words, now=now)


@transaction.atomic
def decline(reader: Person, request: Request, *, answer: str, other: Clinician | None, now: datetime) -> None:
    """Say no in kind words, with another name if there is one. Raises InputError where it does not wait any more."""
    done = Request.objects.filter(pk=request.pk, clinician__person=reader, state=Request.ASKED).update(
        state=Request.DECLINED, answered_at=now, answer=answer, other=other
    )
    if not done:
        raise InputError(_("This request is not waiting any more."))
    live.tell([request.person_id], "request", request=request.pk)
