"""What is read of calendars: the times that are taken, and the entries of a plan."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from ambulando.activity.catalogue import activity
from ambulando.ground import words_of
from ambulando.plan.calendar import Busy, Entry, joined, outside
from ambulando.web.calendars.models import Calendar, Feed
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session
from ambulando.web.plans.queries import rests_on
from ambulando.web.templatetags.words import say

#: how far back a subscribed calendar goes
PAST = timedelta(days=28)


def allowed_addresses() -> tuple[str, ...]:
    """What an address has to begin with to be read: the calendars that run beside this installation."""
    return tuple(settings.CALENDARS)


def token_of(feed: Feed) -> str:
    """The secret part of the address of a plan. It is made from the key of this installation and never stored."""
    return Signer(salt="calendar").sign(f"{feed.pk}-{feed.serial}").replace(":", "-", 1)


def feed_by(token: str) -> Feed | None:
    """The plan behind an address; None where it was taken back, or never was."""
    try:
        number, serial, mark = token.split("-", 2)
        Signer(salt="calendar").unsign(f"{number}-{serial}:{mark}")
        return Feed.objects.select_related("person").filter(pk=int(number), serial=int(serial)).first()
    except (BadSignature, ValueError):
        return None


def feed_of(person: Person) -> Feed | None:
    return Feed.objects.filter(person=person).first()


def calendars_of(person: Person) -> list[Calendar]:
    return list(person.calendars.all())


def busy(person: Person, since: date, until: date) -> tuple[Busy, ...]:
    """The times that the person's calendars take between these days, both included. A day that was not read is free."""
    taken: list[Busy] = []
    free: list[Busy] = []
    told: tuple[date, date] | None = None
    for one in person.calendars.filter(since__lte=until, until__gte=since):
        times = [_time(pair) for pair in one.times]
        if one.kind == Calendar.FREE:
            free += times
            told = (min(told[0], one.since), max(told[1], one.until)) if told else (one.since, one.until)
        else:
            taken += times
    if told:
        taken += outside(free, since=max(told[0], since), until=min(told[1], until))
    first, last = datetime.combine(since, datetime.min.time()), until + timedelta(days=1)
    end = datetime.combine(last, datetime.min.time())
    return joined(one for one in taken if one.end > first and one.start < end)


def _time(pair: list[str]) -> Busy:
    return Busy(datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1]))


def entries(feed: Feed, today: date) -> list[Entry]:
    """The sessions of a plan as entries of a calendar: those ahead that are still open, and what was done of late."""
    person = feed.person
    if not person.is_active:
        return []
    rows = (
        person.sessions.select_related("week")
        .filter(day__gte=today - PAST, week__current=True)
        .exclude(state__in=[Session.REPLACED, Session.NOT_TODAY])
    )
    shown = [
        one
        for one in rows.annotate(rests=Exists(rests_on(OuterRef("day")).filter(person=OuterRef("person"))))
        if one.state == Session.DONE or (one.open and one.day >= today and not one.rests)
    ]
    before = dict(
        person.sessions.exclude(instead_of=None).filter(day__gte=today - PAST).values_list("pk", "instead_of")
    )
    return [_entry(one, _first(one.pk, before), feed, numbers=not person.no_numbers) for one in shown]


def _first(pk: int, before: dict[int, int]) -> int:
    """The session that was offered first, before smaller or other ones took its place: a calendar then moves its entry."""
    while pk in before:
        pk = before[pk]
    return pk


def _entry(session: Session, first: int, feed: Feed, *, numbers: bool) -> Entry:
    start = datetime.combine(session.day, session.time, feed.person.zone)
    name = say(activity(session.activity).name)
    if feed.discreet:
        title, text = _("Time for me"), ""
    else:
        title = _("{activity}, {minutes} minutes").format(activity=name, minutes=session.minutes)
        title = title if numbers else name
        text = _text(session.content) if numbers else ""
    return Entry(
        f"session-{first}@{settings.PUBLIC.hostname or 'localhost'}", start, session.minutes, title, text
    )


def _text(content: dict[str, Any]) -> str:
    smallest = _("The smallest version counts in full: {smallest}").format(smallest=say(content["smallest"]))
    return f"{say(words_of(content['trace']['if_then']))}\n\n{smallest}"
