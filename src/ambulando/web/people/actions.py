"""What is changed about a person. Each takes the person first."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from ambulando.safety.profile import profile_from
from ambulando.web.later import later
from ambulando.web.people.models import SHARING_TEXT, Learned, Person


@transaction.atomic
def tell(person: Person, answers: Mapping[str, Any], *, time_zone: str | None = None) -> Person:
    """Keep answers about the person. Raises InputError, and keeps nothing, when they do not make a profile."""
    together = person.answers | dict(answers)
    profile_from(together)
    person.answers = together
    if time_zone:
        person.time_zone = time_zone
    person.save(update_fields=["answers", "time_zone"])
    return person


def tell_weather(person: Person, weather: Sequence[str], today: date) -> Person:
    """Keep how it is outside these days, with the day on which it was told."""
    tell(person, {"weather": list(weather)})
    person.weather_on = today
    person.save(update_fields=["weather_on"])
    return person


def tell_seasons(person: Person, hemisphere: str) -> Person:
    """Which way round the seasons go where they live; empty: as their country says."""
    person.hemisphere = hemisphere
    person.save(update_fields=["hemisphere"])
    return person


@transaction.atomic
def finish_onboarding(person: Person, now: datetime) -> Person:
    if person.onboarded_at is None:
        person.onboarded_at = now
        person.save(update_fields=["onboarded_at"])
    return person


def add_symptom(person: Person, symptom: str) -> Person:
    """Keep a symptom among the answers, so that the plan holds until the person takes it out again."""
    symptoms = person.answers.get("symptoms", [])
    return person if symptom in symptoms else tell(person, {"symptoms": [*symptoms, symptom]})


def flares(person: Person, day: date | None) -> Person:
    """It flares on this local day; None: it does not."""
    person.flare_on = day
    person.save(update_fields=["flare_on"])
    return person


@transaction.atomic
def share_numbers(person: Person, now: datetime) -> Person:
    """Their numbers may be part of what is learned here, from the next run on."""
    if not person.shares_numbers:
        person.shares_numbers_since, person.shares_numbers_text = now, SHARING_TEXT
        person.save(update_fields=["shares_numbers_since", "shares_numbers_text"])
    return person


@transaction.atomic
def keep_numbers(person: Person) -> Person:
    """They are no longer. What was learned with them goes now, and the worker works it out anew without them."""
    from ambulando.web.people.jobs import learn  # its schedule needs the models

    if person.shares_numbers_since is not None:
        person.shares_numbers_since, person.shares_numbers_text = None, ""
        person.save(update_fields=["shares_numbers_since", "shares_numbers_text"])
        Learned.objects.all().delete()
        later(learn)
    return person


@transaction.atomic
def remove(person: Person) -> None:
    """The account with everything in it, and their part in what was learned."""
    keep_numbers(person)
    person.delete()
