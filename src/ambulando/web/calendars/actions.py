"""What is changed about calendars. Each takes the person first."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.plan.calendar import Busy, read_ics
from ambulando.web.calendars import fetching
from ambulando.web.calendars.models import Calendar, Feed
from ambulando.web.people.models import Person

log = logging.getLogger(__name__)

#: calendars of one person
MOST = 10
#: days ahead for which a calendar is read
AHEAD = timedelta(days=90)


def open_feed(person: Person) -> Feed:
    """From now on the plan can be read at an address that only its person knows."""
    return Feed.objects.get_or_create(person=person)[0]


def new_address(person: Person) -> None:
    """The old address opens nothing any more, as when it got into other hands."""
    Feed.objects.filter(person=person).update(serial=F("serial") + 1, read_at=None)


def set_discreet(person: Person, *, discreet: bool) -> None:
    Feed.objects.filter(person=person).update(discreet=discreet)


@transaction.atomic
def close_feed(person: Person) -> None:
    """Nobody reads the plan any more. Another time starts with another address."""
    Feed.objects.filter(person=person).delete()


def note_read(feed: Feed, now: datetime) -> None:
    Feed.objects.filter(pk=feed.pk).update(read_at=now)


def add(person: Person, *, name: str, kind: str, text: str, now: datetime, address: str = "") -> Calendar:
    """Keep the times of a calendar. Raises InputError, and keeps nothing, for one that can not be read."""
    if person.calendars.count() >= MOST:
        raise InputError(_("You have {most} calendars here. Please remove one first.").format(most=MOST))
    times = _read(person, text, name, now)
    today = now.astimezone(person.zone).date()
    return Calendar.objects.create(
        person=person,
        name=name,
        kind=kind,
        address=address,
        times=times,
        since=today,
        until=today + AHEAD,
        read_at=now,
    )


def refresh(person: Person, calendar: Calendar, now: datetime) -> Calendar:
    """Read a calendar again at its address. Where that fails, what was known before still holds, and the page says so."""
    try:
        calendar.times = _read(person, fetching.fetch(calendar.address), calendar.name, now)
        calendar.since = now.astimezone(person.zone).date()
        calendar.until, calendar.read_at, calendar.fault = calendar.since + AHEAD, now, ""
    except InputError as error:
        calendar.fault = str(error)[:300]
    calendar.save(update_fields=["times", "since", "until", "read_at", "fault"])
    return calendar


def _read(person: Person, text: str, name: str, now: datetime) -> list[list[str]]:
    today = now.astimezone(person.zone).date()
    found: tuple[Busy, ...] = read_ics(text, name, since=today, until=today + AHEAD, zone=person.zone)
    return [[one.start.isoformat(), one.end.isoformat()] for one in found]


def remove(person: Person, calendar: Calendar) -> None:
    calendar.delete()
