"""What is changed about reminders. Each takes the person first."""

import logging
import secrets
import smtplib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ambulando.web.help import queries as hard
from ambulando.web.people.models import Person
from ambulando.web.reminders import message, push, queries, when
from ambulando.web.reminders.models import Reminder, Reminding, Subscription

log = logging.getLogger(__name__)

#: devices of one person; the one that was added first makes room
MOST_DEVICES = 10
#: days that we keep on which day there was a reminder
KEPT = timedelta(days=30)


def choose(person: Person, *, email: bool, hour: int) -> Reminding:
    return _set(person, email=email, hour=hour)


def _set(person: Person, **values: Any) -> Reminding:
    return Reminding.objects.update_or_create(person=person, defaults=values)[0]


def pause(person: Person, today: date) -> Reminding:
    """No reminders for a week."""
    return _set(person, snoozed_until=today + when.PAUSE)


def resume(person: Person) -> Reminding:
    return _set(person, snoozed_until=None)


def no_mail(person: Person) -> Reminding:
    return _set(person, email=False)


@transaction.atomic
def turn_off(person: Person) -> Reminding:
    """No reminders at all, on no device."""
    person.devices.all().delete()
    return _set(person, push=False, email=False, snoozed_until=None)


@transaction.atomic
def add_device(person: Person, *, endpoint: str, p256dh: str, auth: str) -> Subscription:
    """Keep where a browser takes messages. Raises InputError when it is not a push service that we know."""
    push.check(endpoint, p256dh, auth)
    # The same browser, on which somebody else was signed in before: what it shows is for who uses it now.
    Subscription.objects.filter(endpoint=endpoint, auth=auth).exclude(person=person).delete()
    keys = {"p256dh": p256dh, "auth": auth}
    device, _ = person.devices.update_or_create(endpoint=endpoint, defaults=keys)
    newest = person.devices.order_by("-made_at", "-pk").values_list("pk", flat=True)[:MOST_DEVICES]
    person.devices.exclude(pk__in=[*newest, device.pk]).delete()
    _set(person, push=True)
    return device


@transaction.atomic
def remove_device(person: Person, *, pk: int | None = None, endpoint: str | None = None) -> None:
    """Send nothing more to this device. When it was the last one, push is no longer wanted."""
    found = person.devices.filter(pk=pk) if pk is not None else person.devices.filter(endpoint=endpoint)
    if found.delete()[0] and not person.devices.exists():
        _set(person, push=False)


@transaction.atomic
def replace_device(old: Mapping[str, str], new: Mapping[str, str]) -> Subscription | None:
    """A browser got another address from its push service. Only it knows the address and the secret it had before;
    None when they are not those of any device. Raises InputError when the new ones are not whole."""
    for device in Subscription.objects.filter(endpoint=old["endpoint"]).select_related("person"):
        if secrets.compare_digest(device.auth.encode(), old["auth"].encode()):
            device.delete()
            return add_device(device.person, **new)
    return None


def remind(person: Person, now: datetime) -> Reminder | None:
    """Send today's reminder when it is time for it and something waits; None when it is not.

    The row is made first, and nothing is tried again on that day: better none than two.
    """
    wanted = queries.reminding_of(person)
    day = when.day_of(now, zone=person.zone, hour=wanted.hour)
    if day is None or not (wanted.push or wanted.email):
        return None
    last = queries.last_reminder(person)
    if not when.may_come(
        now,
        day,
        snoozed_until=wanted.snoozed_until,
        last_day=last.day if last else None,
        last_at=last.made_at if last else None,
        quiet_until=hard.quiet_until(person, now),
    ):
        return None
    if queries.moved(person, day) or not queries.something_waits(person, day):
        return None
    reminder, made = person.reminders.get_or_create(day=day, defaults={"made_at": now})
    if not made:
        return None
    # No transaction is open here: a slow push service must not keep the diary from being written.
    reminder.channel = deliver(person, wanted)
    reminder.failed = not reminder.channel
    reminder.sent_at = None if reminder.failed else timezone.now()
    reminder.save(update_fields=["channel", "failed", "sent_at"])
    person.reminders.filter(day__lt=day - KEPT).delete()
    return reminder


def deliver(person: Person, wanted: Reminding) -> str:
    """To every device; by e-mail when no device took it. Returns the way it went, or "" when none did."""
    if wanted.push and _to_devices(person):
        return Reminder.PUSH
    if wanted.email and _by_mail(person):
        return Reminder.EMAIL
    return ""


def _to_devices(person: Person) -> bool:
    taken = False
    for device in person.devices.all():
        answer = push.send(device.endpoint, device.p256dh, device.auth, message.notification(person))
        if answer == push.GONE:
            device.delete()  # push stays wanted: the page brings the device back when it is opened there
        taken = taken or answer == push.TAKEN
    return taken


def _by_mail(person: Person) -> bool:
    to = queries.email_of(person)
    if to is None or not queries.sends_mail():
        return False
    try:
        return message.mail(person, to).send() == 1
    except (OSError, smtplib.SMTPException) as error:
        log.warning("A reminder could not be mailed (%s)", type(error).__name__)
        return False
