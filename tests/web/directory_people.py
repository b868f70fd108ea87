"""Clinicians for tests: who is in the directory, and who asks them."""

from typing import Any

from django.test import Client
from django.utils import timezone

from sign_up import signed_up

PROFILE: dict[str, Any] = {
    "shown_name": "Dr Mere Tane",
    "kind": "therapist",
    "languages": ["en", "mi"],
    "focus": ["low-mood"],
    "ways": ["message", "video"],
    "hours": "Monday to Thursday",
    "free_places": 2,
    "about": "I like to walk while we talk.",
    "listed": True,
}
ASKED: dict[str, Any] = {"called": "Ada", "words": "I would like to move again.", "items": ["encouragement", "mood"], "since": "now", "until": ""}  # fmt: skip


def profile(name: str, **other: Any) -> Any:
    """Somebody with a profile that nobody has checked yet."""
    from ambulando.web.care.directory import actions
    from ambulando.web.people.models import Person

    person = Person.objects.filter(username=name).first() or signed_up(name, {})
    told = PROFILE | {"shown_name": name.title()} | other
    return actions.keep_profile(person, now=timezone.now(), **told)


def operator() -> Any:
    from ambulando.web.people.models import Person

    found = Person.objects.filter(username="olga").first() or signed_up("olga", {})
    found.is_staff = True
    found.save()
    return found


def clinician(name: str = "mere", **other: Any) -> Any:
    """Somebody whom the operator has verified."""
    from ambulando.web.care.directory import actions
    from ambulando.web.care.directory.models import Decision

    made = profile(name, **other)
    actions.decide(operator(), made, Decision.VERIFIED, timezone.now())
    made.refresh_from_db()
    return made


def request_of(person: Any, clinician: Any, **other: Any) -> Any:
    from ambulando.web.care.directory import actions

    told = {
        "called": "Ada",
        "words": "I would like to move again.",
        "items": ["mood"],
        "shows_from": None,
        "until": None,
    }
    return actions.ask(person, clinician, now=timezone.now(), **(told | other))


def as_(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())
