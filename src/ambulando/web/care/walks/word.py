"""Word to those who come that a meeting is off, on the ways that they chose. It does not say what it is about."""

import logging
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from ambulando.web.care.threads import word as words
from ambulando.web.care.threads.models import Telling
from ambulando.web.care.threads.queries import telling_of
from ambulando.web.care.walks import actions, queries
from ambulando.web.help.queries import quiet_until
from ambulando.web.people.models import Person
from ambulando.web.reminders.queries import reminding_of
from ambulando.web.reminders.when import EARLIEST, LATEST

log = logging.getLogger(__name__)

#: so shortly before it would begin, word goes out at any hour: they are on their way
SOON = timedelta(hours=3)


def tell_of_what_is_off(now: datetime) -> None:
    """Look for whom a meeting is off who does not know yet, and tell each once."""
    for off in queries.untold(now):
        try:
            _tell(off, now)
        except Exception:  # what goes wrong for one must not keep the others waiting
            log.exception("Word of a meeting that is off failed")


def _tell(off: queries.Off, now: datetime) -> None:
    person = off.comer.person
    wants = _wants(person, now)
    if not (wants.push or wants.email) or not _may_be_told(person, off.meeting.start, now):
        return
    if actions.told_off(off.comer, off.meeting.day):
        path = reverse("walk", args=[off.comer.walk_id])
        words.send(wants, _("A time that you had planned is off."), path, tag="off")


def _wants(person: Person, now: datetime) -> Telling:
    """The ways that they chose for reminders, or for word of messages and calls. Reminders may be quiet for a while."""
    telling, reminding = telling_of(person), reminding_of(person)
    until = reminding.snoozed_until
    quiet = until is not None and now.astimezone(person.zone).date() < until
    return Telling(
        person=person,
        push=telling.push or (reminding.push and not quiet),
        email=telling.email or (reminding.email and not quiet),
    )


def _may_be_told(person: Person, starts: datetime, now: datetime) -> bool:
    """In the daytime, or shortly before it would begin; never on a day with a page of help."""
    if quiet_until(person, now) is not None:
        return False
    return EARLIEST <= now.astimezone(person.zone).hour < LATEST or starts - now <= SOON
