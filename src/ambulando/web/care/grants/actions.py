"""What is changed about grants. Each takes first who does it; each change is a link of the person's record."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care import live
from ambulando.web.care.grants import chain, queries, tokens
from ambulando.web.care.grants.items import ITEMS, ROLES
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person

#: how long an invitation can be taken
INVITATION = timedelta(days=14)
#: the longest that a report can be read by its link, and what is offered first
LONGEST_LINK, USUAL_LINK = timedelta(days=366), timedelta(days=30)
#: more than anybody lets in at a time
MOST = 40


def _checked(
    person: Person,
    now: datetime,
    *,
    name: str,
    role: str,
    items: Sequence[str],
    shows_from: date | None,
    until: date | None,
    kept_until: date | None = None,
) -> dict[str, Any]:
    """The fields of a grant. Raises InputError."""
    today = now.astimezone(person.zone).date()
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise InputError(_("Please put in a name, of 80 letters at most."))
    if role not in ROLES or not set(items) <= set(ITEMS):
        raise InputError(_("Please choose from what stands here."))
    if not items:
        raise InputError(_("Please tick one thing at least. To share nothing, end it."))
    if until is not None and until < today and until != kept_until:
        raise InputError(_("That day is over. Please pick today or a later day."))
    if shows_from is not None and shows_from > today:
        raise InputError(_("The first day is in the future. Please pick today or an earlier day."))
    return {
        "name": name,
        "role": role,
        "items": [item for item in ITEMS if item in items],
        "shows_from": shows_from,
        "until": until,
    }


@transaction.atomic
def invite(
    person: Person,
    now: datetime,
    *,
    name: str,
    role: str,
    items: Sequence[str],
    shows_from: date | None = None,
    until: date | None = None,
) -> Grant:
    """Ask somebody in. Nothing is shared until they said yes and the person said that it is them. Raises InputError."""
    fields = _checked(person, now, name=name, role=role, items=items, shows_from=shows_from, until=until)
    _has_room(person)
    grant = Grant(person=person, **fields)
    _give_code(grant, now)
    grant.save()
    chain.record(grant, "asked", now, items=grant.items, who=person.username)
    return grant


def _has_room(person: Person) -> None:
    if person.grants.filter(ended_at=None).count() >= MOST:
        raise InputError(_("There are many here already. Please end one first."))


def _give_code(grant: Grant, now: datetime) -> None:
    grant.token_seed = token_hex(16)
    grant.token_hash = tokens.hash_of_code(tokens.code_of(grant))
    grant.token_expires_at = now + INVITATION


@transaction.atomic
def invite_again(person: Person, grant: Grant, now: datetime) -> Grant:
    """A new link and code for an invitation that waits; the ones before open nothing any more."""
    if not grant.waits_for_reader:
        raise InputError(_("There is an answer to this one already."))
    _give_code(grant, now)
    grant.save(update_fields=["token_seed", "token_hash", "token_expires_at"])
    chain.record(grant, "asked-again", now, who=person.username)
    return grant


@transaction.atomic
def accept(reader: Person, grant: Grant, now: datetime) -> Grant:
    """The reader says yes. It holds once the person said that it is them. Raises InputError; a code works once."""
    if grant.person_id == reader.pk:
        raise InputError(_("This is your own invitation. Please give it to the one you ask."))
    if not grant.person.is_active:
        raise InputError(queries.no_such_code())
    for old in grant.person.grants.filter(reader=reader, ended_at=None).select_related("person"):
        if not old.over(now):
            raise InputError(_("You have said yes to this person before, so there is nothing to do."))
        _close(old, now, what="ran-out", who=old.person.username)
    try:
        with transaction.atomic():
            taken = Grant.objects.filter(
                pk=grant.pk, token_hash=grant.token_hash, accepted_at=None, ended_at=None,
                token_expires_at__gt=now,
            ).exclude(token_hash="").update(
                reader=reader, accepted_at=now, token_hash="", token_seed="", token_expires_at=None
            )  # fmt: skip
    except IntegrityError:  # a double tap with two invitations
        taken = 0
    if not taken:
        raise InputError(queries.no_such_code())
    grant.refresh_from_db()
    chain.record(grant, "accepted", now)
    live.tell([grant.person_id], "team", grant=grant.pk)
    return grant


@transaction.atomic
def decline(grant: Grant, now: datetime) -> None:
    """Who was asked says no. Nothing was seen."""
    if not grant.waits_for_reader:
        raise InputError(queries.no_such_code())
    _close(grant, now, what="declined", by=Grant.READER)


@transaction.atomic
def confirm(person: Person, grant: Grant, now: datetime) -> Grant:
    """The person says that it is them: from now on it holds."""
    taken = Grant.objects.filter(
        pk=grant.pk, person=person, confirmed_at=None, ended_at=None, accepted_at__isnull=False,
        reader__isnull=False,
    ).update(confirmed_at=now)  # fmt: skip
    if not taken:
        raise InputError(_("There is nothing to answer here any more."))
    grant.refresh_from_db()
    chain.record(grant, "confirmed", now, items=grant.items, who=person.username)
    keep_flags([grant.person_id, grant.reader_id], now)
    live.tell([grant.reader_id], "let-in", grant=grant.pk)
    return grant


@transaction.atomic
def agreed_with(
    person: Person,
    reader: Person,
    *,
    name: str,
    role: str,
    items: Sequence[str],
    shows_from: date | None = None,
    until: date | None = None,
    now: datetime,
) -> Grant:
    """A grant to which both have said yes already: the person by asking, the reader by taking them on. Raises InputError."""
    if person.pk == reader.pk:
        raise InputError(_("This is your own invitation. Please give it to the one you ask."))
    for old in person.grants.filter(reader=reader, ended_at=None).select_related("person"):
        if not old.over(now):
            raise InputError(_("You two share already, so there is nothing to do."))
        _close(old, now, what="ran-out", who=person.username)
    fields = _checked(person, now, name=name, role=role, items=items, shows_from=shows_from, until=until)
    _has_room(person)
    grant = Grant.objects.create(person=person, reader=reader, accepted_at=now, confirmed_at=now, **fields)
    chain.record(grant, "asked", now, items=grant.items, who=person.username)
    chain.record(grant, "accepted", now)
    chain.record(grant, "confirmed", now, items=grant.items, who=person.username)
    keep_flags([person.pk, reader.pk], now)
    live.tell([person.pk], "team", grant=grant.pk)
    live.tell([reader.pk], "let-in", grant=grant.pk)
    return grant


@transaction.atomic
def change(
    person: Person,
    grant: Grant,
    now: datetime,
    *,
    name: str,
    role: str,
    items: Sequence[str],
    shows_from: date | None,
    until: date | None,
) -> Grant:
    """Share more or less, from now on. Pages that are open are told at once. Raises InputError."""
    if grant.ended_at is not None:
        raise InputError(_("This has ended. You can ask them in once more."))
    fields = _checked(
        person, now, name=name, role=role, items=items, shows_from=shows_from, until=until,
        kept_until=grant.until,
    )  # fmt: skip
    if grant.by_link:
        _checked_link(person, now, until)
    if all(getattr(grant, key) == value for key, value in fields.items()):
        return grant
    for key, value in fields.items():
        setattr(grant, key, value)
    grant.save(update_fields=list(fields))
    chain.record(grant, "changed", now, items=grant.items, who=person.username)
    keep_flags([grant.person_id, grant.reader_id], now)
    if grant.reader_id and grant.confirmed_at:
        live.tell([grant.reader_id], "changed", grant=grant.pk)
    if grant.by_link:
        live.tell_report(grant.pk, "changed")
    return grant


@transaction.atomic
def end(who: Person, grant: Grant, now: datetime) -> None:
    """One of the two sides ends it, or takes it back, or says no. What is open is told at once. Ending twice changes nothing."""
    if who.pk not in (grant.person_id, grant.reader_id):
        raise InputError(_("This is not yours to end."))
    by = Grant.PERSON if who.pk == grant.person_id else Grant.READER
    what = "ended"
    if by == Grant.PERSON and grant.waits_for_person:
        what = "refused"
    elif grant.waits_for_reader:
        what = "taken-back"
    _close(grant, now, what=what, by=by, who=who.username if by == Grant.PERSON else "")


@transaction.atomic
def link_report(
    person: Person,
    now: datetime,
    *,
    name: str,
    role: str,
    items: Sequence[str],
    shows_from: date | None = None,
    until: date | None = None,
) -> Grant:
    """A report that somebody reads by its link, without an account, up to its last day. Raises InputError."""
    fields = _checked(person, now, name=name, role=role, items=items, shows_from=shows_from, until=until)
    _checked_link(person, now, until)
    _has_room(person)
    grant = Grant(person=person, by_link=True, confirmed_at=now, token_seed=token_hex(16), **fields)
    grant.token_hash = tokens.hash_of_word(tokens.word_of(grant))
    grant.save()
    chain.record(grant, "linked", now, items=grant.items, who=person.username)
    return grant


def _checked_link(person: Person, now: datetime, until: date | None) -> None:
    if until is None or until > now.astimezone(person.zone).date() + LONGEST_LINK:
        raise InputError(_("Please pick a last day for the link, a year from now at most."))


def _close(grant: Grant, now: datetime, *, what: str, by: str = "", who: str = "") -> None:
    """Not by whom is asked here: whoever calls it decided. Tells both sides' open pages once it is kept."""
    closed = Grant.objects.filter(pk=grant.pk, ended_at=None).update(
        ended_at=now, ended_by=by, token_hash="", token_seed="", token_expires_at=None
    )  # fmt: skip
    if not closed:
        return
    sides = [pk for pk in (grant.person_id, grant.reader_id) if pk]
    chain.record(grant, what, now, who=who)
    keep_flags(sides, now)
    live.tell(sides, "gone", grant=grant.pk)
    if grant.by_link:
        live.tell_report(grant.pk, "gone")
    grant.refresh_from_db()


def run_out(now: datetime) -> int:
    """End what has seen its last day, for the hourly schedule. It let nobody in since that day was over, with or without this."""
    over = [one for one in queries.may_be_over(now) if one.over(now)]
    for grant in over:
        with transaction.atomic():
            _close(grant, now, what="ran-out", who=grant.person.username)
    return len(over)


@transaction.atomic
def leaves(person: Person, now: datetime) -> None:
    """Before an account is removed: what others shared with it ends, and their pages say so; what it shared goes with it."""
    for grant in person.let_in_by.filter(ended_at=None).select_related("person"):
        _close(grant, now, what="left", by=Grant.READER)
    for grant in person.grants.filter(ended_at=None, reader__isnull=False):
        Grant.objects.filter(pk=grant.pk).update(ended_at=now, ended_by=Grant.PERSON)
        keep_flags([grant.reader_id], now)
        live.tell([grant.reader_id], "gone", grant=grant.pk)
    for pk in person.grants.filter(ended_at=None, by_link=True).values_list("pk", flat=True):
        live.tell_report(pk, "gone")


def keep_flags(people: Iterable[int | None], now: datetime) -> None:
    """Keep ``has_team`` and ``has_caseload`` of these people as their grants are now."""
    for person in Person.objects.filter(pk__in=[pk for pk in people if pk]):
        flags = {
            "has_team": bool(queries.team(person, now)),
            "has_caseload": bool(queries.caseload(person, now)),
        }
        if any(getattr(person, key) != value for key, value in flags.items()):
            Person.objects.filter(pk=person.pk).update(**flags)
