"""Word that there is something new, when no page is open: by push or e-mail, without a name and without what it is."""

import logging
import smtplib
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ambulando.web.care.threads import actions, queries
from ambulando.web.care.threads.models import Telling
from ambulando.web.help.queries import quiet_until
from ambulando.web.people.models import Person
from ambulando.web.reminders import push
from ambulando.web.reminders.message import address
from ambulando.web.reminders.queries import email_of, sends_mail
from ambulando.web.reminders.when import EARLIEST, LATEST

log = logging.getLogger(__name__)

#: who has the page open has read it by then
WAITS = timedelta(minutes=1)
#: no more than one word in this time
APART = timedelta(hours=1)


def due(telling: Telling, now: datetime) -> bool:
    """Whether word may go out now, and there is something new. Nobody is told at night, nor after a page of help."""
    person = telling.person
    if telling.told_at and now - telling.told_at < APART:
        return False
    if not EARLIEST <= now.astimezone(person.zone).hour < LATEST:
        return False
    quiet = quiet_until(person, now)
    return (quiet is None or now >= quiet) and queries.has_news(telling, now, WAITS)


def tell_of_news(telling: Telling, now: datetime) -> bool:
    """Send word, if it is due. Returns whether any way took it."""
    if not due(telling, now):
        return False
    actions.told(telling.person, now)
    return send(telling, _("There is something new for you."), reverse("messages"))


def send(telling: Telling, says: str, path: str, tag: str = "new") -> bool:
    """Send one sentence and the way to a page, as this person chose: to their devices, by e-mail where none took it.

    The one way for word of messages and of calls. ``says`` names nobody and nothing. Returns whether any way took it.
    """
    by_push = telling.push and _by_push(telling.person, notification(says, path, tag))
    return by_push or (telling.email and _by_mail(telling.person, says, path))


def notification(says: str, path: str, tag: str) -> dict[str, Any]:
    """The message for a browser, in the form of ``reminders.message.notification``."""
    return {
        "web_push": 8030,
        "notification": {
            "title": _("Ambulando"),
            "body": says,
            "lang": get_language(),
            "dir": "auto",
            "tag": tag,
            "navigate": address(path),
            "actions": [],
        },
    }


def _by_push(person: Person, message: dict[str, Any]) -> bool:
    taken = False
    for device in person.devices.all():
        answer = push.send(device.endpoint, device.p256dh, device.auth, message)
        if answer == push.GONE:
            device.delete()
        taken = taken or answer == push.TAKEN
    return taken


def _by_mail(person: Person, says: str, path: str) -> bool:
    to = email_of(person)
    if to is None or not sends_mail():
        return False
    words = {
        "says": says,
        "address": address(path),
        "settings": address(reverse("message_settings")),
    }
    mail = EmailMessage(
        _("Ambulando"),
        render_to_string("threads/mail.txt", words),
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "List-Unsubscribe": f"<{words['settings']}>"},
    )
    try:
        return mail.send() == 1
    except (OSError, smtplib.SMTPException) as error:
        log.warning("Word of something new could not be mailed (%s)", type(error).__name__)
        return False
