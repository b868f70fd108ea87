"""What is changed of keys and sealed threads. The person first; what comes from browsers is checked before."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.web.care import live
from ambulando.web.care.sealed import queries, record
from ambulando.web.care.sealed.models import KeyWrite, PersonKey, SealWish, ThreadKey
from ambulando.web.care.threads.models import Thread
from ambulando.web.care.threads.queries import Seen
from ambulando.web.people.models import Person

#: changes of keys in a day, and key pairs of one person in all
MOST_WRITES, MOST_PAIRS = 20, 10
DAY = timedelta(days=1)


class TooManyError(InputError):
    """More changes of keys than anybody needs in a day."""


def _counted(person: Person, now: datetime) -> None:
    """Count one more change. Raises TooManyError."""
    person.sealing_key_writes.filter(at__lt=now - DAY).delete()
    if person.sealing_key_writes.count() >= MOST_WRITES:
        raise TooManyError(
            _("Your keys were changed many times today. Please go on tomorrow; nothing is lost.")
        )
    KeyWrite.objects.create(person=person, at=now)


@transaction.atomic
def add_key(person: Person, found: Mapping[str, Any], now: datetime) -> PersonKey:
    """Keep a new key pair. ``replaces`` names the one in use, so that two open pages do not make two. Raises InputError."""
    found = record.person_key(found)
    known = queries.keys_of(person)
    if (known[0].public if known else "") != found["replaces"]:
        raise InputError(_("Your key was changed on another page. Please load this page again."))
    if len(known) >= MOST_PAIRS or PersonKey.objects.filter(public=found["public"]).exists():
        raise InputError(
            _("You have made many keys here, so no more can be made. Please ask who runs this site.")
        )
    _counted(person, now)
    key = PersonKey.objects.create(
        person=person,
        algorithm=found["algorithm"],
        public=found["public"],
        passphrase=found["passphrase"],
        recovery=found["recovery"],
        made_at=now,
    )
    if known:
        _tell_all(person)
    return key


def _tell_all(person: Person) -> None:
    """Pages that show a sealed thread of this person look at its keys again."""
    threads = person.sealed_thread_keys.values_list("thread_id", flat=True).distinct()
    for pk in threads:
        sides = ThreadKey.objects.filter(thread_id=pk).values_list("person_id", flat=True).distinct()
        live.tell(set(sides), "sealed", thread=pk)


@transaction.atomic
def rewrap(person: Person, found: Mapping[str, Any], now: datetime) -> PersonKey:
    """Keep the same private key under another passphrase, and another code where one came. Raises InputError."""
    found = record.rewrapped(found)
    key = person.sealing_keys.filter(public=found["public"]).first()
    if key is None:
        raise InputError(_("That is not one of your keys. Please load this page again."))
    _counted(person, now)
    key.passphrase = found["passphrase"]
    key.recovery = found.get("recovery", key.recovery)
    key.save(update_fields=["passphrase", "recovery"])
    return key


def _other(seen: Seen) -> Person:
    if not seen.holds or seen.other is None:
        raise InputError(_("You do not share with each other any more, so nothing new can be sealed."))
    return seen.other


@transaction.atomic
def ask(person: Person, seen: Seen, now: datetime) -> None:
    """Ask the other side to seal this thread. Raises InputError."""
    other = _other(seen)
    if seen.thread.sealed:
        return
    if queries.key_of(person) is None:
        raise InputError(_("Please make your key first."))
    SealWish.objects.get_or_create(thread=seen.thread, defaults={"person": person, "asked_at": now})
    live.tell([person.pk, other.pk], "sealed", thread=seen.thread.pk)


@transaction.atomic
def withdraw(person: Person, seen: Seen) -> None:
    """Take the wish back, or say no to it. The thread stays as it is; nobody has to say why."""
    if not seen.thread.sealed and SealWish.objects.filter(thread=seen.thread).delete()[0]:
        live.tell([one.pk for one in (person, seen.other) if one], "sealed", thread=seen.thread.pk)


@transaction.atomic
def add_thread_key(person: Person, seen: Seen, found: Mapping[str, Any], now: datetime) -> None:
    """Keep the next key of a thread. The first seals it, and needs the wish of the other side. Raises InputError."""
    thread, other = seen.thread, _other(seen)
    found = record.thread_key(found, {person.pk, other.pk})
    wish = queries.wish_of(thread)
    if not thread.sealed and (wish is None or wish.person_id == person.pk):
        raise InputError(_("Both of you have to say yes. The other side has not asked for it."))
    if found["number"] != queries.last_number(thread) + 1:
        raise InputError(
            _("The key of this thread was changed on another page. Please load this page again.")
        )
    mine, theirs = queries.key_of(person), queries.key_of(other)
    in_use = [{"id": one.person_id, "public": one.public} for one in (mine, theirs) if one]
    if found["pair"] != in_use or mine is None or found["algorithm"] != mine.algorithm:
        raise InputError(_("One of you has a new key. Please load this page again."))
    _counted(person, now)
    for one in (person, other):
        ThreadKey.objects.create(
            thread=thread,
            number=found["number"],
            person=one,
            algorithm=found["algorithm"],
            pair=found["pair"],
            copy=found["copies"][str(one.pk)],
            made_at=now,
        )
    if not thread.sealed:
        thread.sealed = True
        thread.save(update_fields=["sealed"])
        SealWish.objects.filter(thread=thread).delete()
    live.tell([person.pk, other.pk], "sealed", thread=thread.pk)


def accepted(thread: Thread, body: str) -> str:
    """``body`` as it is kept, if it is a message that was sealed with a key of this thread. Raises InputError."""
    body = record.sealed_message(body)
    if not queries.has_key(thread, record.number_of_key(body)):
        raise InputError(_("The key of this message is not known here. Please load the page again."))
    return body
