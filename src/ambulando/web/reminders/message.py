"""What a reminder says, and the links in it. No word tells what this application is for: others see a screen, too."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ambulando.web.people.models import Person

SALT = "reminders"
#: what a link does without signing in
WEEK, NO_MAIL = "week", "no-mail"


def token(person: Person, what: str) -> str:
    """For a link that does this one thing for this person; nobody else can make one."""
    return signing.dumps([person.pk, what], salt=SALT)


def read_token(text: str) -> tuple[int, str] | None:
    try:
        pk, what = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return pk, what


def address(path: str) -> str:
    """The path with the public address before it; without one a browser puts its own there."""
    return f"{settings.PUBLIC.scheme}://{settings.PUBLIC.netloc}{path}" if settings.PUBLIC.netloc else path


def link(person: Person, what: str) -> str:
    return address(reverse("reminder_link", args=[token(person, what)]))


def notification(person: Person) -> dict[str, Any]:
    """The message for a browser, in the form of a declarative push message (W3C Push API): Safari shows it by itself,
    every other browser through our service worker, which reads the same names."""
    return {
        "web_push": 8030,
        "notification": {
            "title": _("Ambulando"),
            "body": _("A small step is here, if you like."),
            "lang": get_language(),
            "dir": "auto",
            "tag": "reminder",
            "navigate": address(reverse("today")),
            "actions": [{"action": WEEK, "title": _("Not this week"), "navigate": link(person, WEEK)}],
        },
    }


def mail(person: Person, to: str) -> EmailMessage:
    """The same by e-mail, with a link to be quiet for a week and, for mail programs too, one to have no more of it."""
    no_more = link(person, NO_MAIL)
    headers = {"List-Unsubscribe": f"<{no_more}>", "Auto-Submitted": "auto-generated"}
    if settings.HTTPS:  # RFC 8058 is for https alone
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    words = {"today": address(reverse("today")), "week": link(person, WEEK), "no_more": no_more}
    return EmailMessage(
        _("Ambulando"),
        render_to_string("reminders/mail.txt", words),
        to=[to],
        headers=headers,
    )
