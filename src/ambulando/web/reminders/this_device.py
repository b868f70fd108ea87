"""Which of the person's devices this browser is, for as long as they are signed in on it."""

from typing import Any

from django.http import HttpRequest

from ambulando.web.people.models import Person
from ambulando.web.reminders import actions
from ambulando.web.reminders.models import Subscription

NAME = "device"


def mark(request: HttpRequest, device: Subscription) -> None:
    if request.session.get(NAME) != device.pk:
        request.session[NAME] = device.pk


def unmark(request: HttpRequest) -> None:
    request.session.pop(NAME, None)


def is_marked(request: HttpRequest) -> bool:
    """Whether the person asked for reminders here. The browser, or its push service, may have lost them since."""
    return NAME in request.session


def signed_out(sender: type, request: HttpRequest | None, user: Person | None, **_: Any) -> None:
    """A device on which nobody is signed in shows no reminders."""
    if request and user and is_marked(request):
        actions.remove_device(user, pk=request.session[NAME])
