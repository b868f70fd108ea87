"""Readers whom a person of the cast lets in, and days of a person with a word or a number of its own for each item."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from ambulando.measures.scoring import score
from ambulando.web.alongside.models import Homework
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.care.grants.models import Grant
from ambulando.web.comparisons.models import Comparison
from ambulando.web.journal.models import Assessment, Bout, CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session, Week
from ambulando.web.signals.models import Noticed

ALL = tuple(ITEMS)


def reader(name: str = "dr-simulated") -> Person:
    """Somebody with an account and no plan of their own."""
    return Person.objects.create_user(name, password="it is solved by walking", has_caseload=True)


def let_in(person: Person, reader: Person, items: Sequence[str] = ALL, **fields: Any) -> Grant:
    """A grant to which both said yes."""
    now = timezone.now()
    given: dict[str, Any] = {"name": "Dr Simulated", "role": "therapist"} | fields
    return Grant.objects.create(
        person=person, reader=reader, items=list(items), accepted_at=now, confirmed_at=now, **given
    )


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def answered(person: Person, instrument: str, answers: Sequence[int], day: date) -> Assessment:
    found = score(instrument, list(answers))
    return Assessment.objects.create(
        person=person,
        instrument=instrument,
        day=day,
        answers=list(answers),
        total=found.total,
        band=found.band or "",
        made_at=datetime.combine(day, time(9), UTC),
    )


def did(person: Person, day: date, **fields: Any) -> Bout:
    given: dict[str, Any] = {"activity": "easy-walk", "seconds": 1200} | fields
    return Bout.objects.create(person=person, start=datetime.combine(day, time(0, 5), UTC), **given)


def felt(person: Person, day: date, **scales: int) -> CheckIn:
    return CheckIn.objects.create(person=person, day=day, part="later", **scales)


def planned(person: Person, day: date, activity: str = "easy-walk", **fields: Any) -> Session:
    monday = day - timedelta(days=day.weekday())
    week, _new = Week.objects.get_or_create(
        person=person, starts=monday, current=True, defaults={"outcome": "full", "message": {}, "seed": 1}
    )
    given: dict[str, Any] = {"minutes": 12, "intensity": "light", "time": time(9), "content": {}} | fields
    return Session.objects.create(week=week, person=person, day=day, activity=activity, **given)


def noticed(person: Person, day: date, *kinds: str, signal: str = "sleep-energy") -> Noticed:
    words = {"pattern": "planted-signal-words", "values": {}}
    return Noticed.objects.create(
        person=person,
        signal=signal,
        day=day,
        says=words,
        why=words,
        rows=[{"kind": kind, "day": day.isoformat()} for kind in kinds],
        source="a source",
        certainty="judgement",
    )


def compared(person: Person, day: date, word: str) -> Comparison:
    from ambulando.response.protocol import Protocol, option_of
    from ambulando.web.comparisons.convert import content_of

    protocol = Protocol(
        "two-kinds", tuple(map(option_of, ("moderate-walk", "hatha-yoga"))), "mood", blocks=6, per_week=3, start=day
    )  # fmt: skip
    sentence = {"pattern": word, "values": {}}
    return Comparison.objects.create(
        person=person,
        question="two-kinds",
        content=content_of(protocol),
        target="mood",
        starts=day,
        seed=1,
        seal="0" * 64,
        state=Comparison.FINISHED,
        result={"sentence": sentence, "grade": "A", "clinician": [sentence]},
    )


def homework(person: Person, day: date, activity: str) -> Homework:
    return Homework.objects.create(
        person=person, activity=activity, said_on=day, note="planted-homework-note"
    )
