"""The list of people of a reader with 500 people and a year of days each: how long the page takes, and how many queries.

Run with: python bench/bench_caseload.py [people]. It makes its own data in a folder of its own and removes it.
"""

import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any

DAYS = 365
OPENED = 60


def main(people: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"AMBULANDO_DATA": folder, "DJANGO_SETTINGS_MODULE": "ambulando.web.settings"}
        import django

        django.setup()
        from django.conf import settings

        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        from django.core.management import call_command
        from django.db import connection, transaction

        call_command("migrate", verbosity=0)
        start = time.perf_counter()
        with transaction.atomic():
            reader = fill(people, random.Random(1))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{people} people with {DAYS} days each, made in {time.perf_counter() - start:.0f} s")
        measure(reader)


def fill(people: int, rng: random.Random) -> Any:
    """A reader whom ``people`` people let in: check-ins, bouts, weekly sessions, questionnaires, messages, looks, signals."""
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from ambulando.measures.scoring import score
    from ambulando.web.care.grants.items import ITEMS
    from ambulando.web.care.grants.models import Grant
    from ambulando.web.care.threads.models import Message, Thread
    from ambulando.web.demo import ANSWERS
    from ambulando.web.journal.models import Assessment, Bout, CheckIn
    from ambulando.web.kept import kept
    from ambulando.web.people.models import Person
    from ambulando.web.plans.models import Session, Week
    from ambulando.web.signals.models import Noticed

    now = timezone.now()
    today, body = now.date(), kept(b"It went well on Tuesday.")
    reader = Person.objects.create_user("reader", password="it is solved by walking", has_caseload=True)
    key = make_password(None)
    Person.objects.bulk_create(
        Person(username=f"person-{n:03}", password=key, answers=ANSWERS, onboarded_at=now)
        for n in range(people)
    )
    items = list(ITEMS)
    for person in Person.objects.exclude(pk=reader.pk):
        shared = items if rng.random() < 0.7 else rng.sample(items, 5)
        grant = Grant.objects.create(
            person=person, reader=reader, name="Dr Simulated", role="therapist", items=shared,
            shows_from=None if rng.random() < 0.7 else today - timedelta(days=rng.randrange(400)),
            accepted_at=now, confirmed_at=now,
        )  # fmt: skip
        days = [today - timedelta(days=back) for back in range(DAYS)]
        CheckIn.objects.bulk_create(
            CheckIn(
                person=person, day=day, part=part, mood=rng.randrange(11), energy=rng.randrange(11), sleep=5
            )
            for day in days
            for part in ("morning", "later")
            if rng.random() < 0.8
        )
        Bout.objects.bulk_create(
            Bout(person=person, activity="easy-walk", start=at(day), seconds=1200, effort=3)
            for day in days
            if rng.random() < 0.5
        )
        weeks = Week.objects.bulk_create(
            Week(person=person, starts=days[back], outcome="full", message={}, seed=1)
            for back in range(0, DAYS, 7)
        )
        Session.objects.bulk_create(
            Session(
                week=week, person=person, day=week.starts + timedelta(days=2 * n), time=clock(9), activity="easy-walk",
                minutes=12, intensity="light", content={"trace": ["x" * 400]}, state=rng.choice(["done", "planned", "not-today"]),
            )
            for week in weeks
            for n in range(3)
        )  # fmt: skip
        filled = []
        for name, count, every in (("phq-9", 9, 14), ("gad-7", 7, 28)):
            for back in range(rng.randrange(14), DAYS, every):
                answers = [rng.randrange(4) for _ in range(count)]
                found = score(name, answers)
                filled.append(
                    Assessment(person=person, instrument=name, day=days[back], answers=answers, total=found.total,
                               band=found.band or "", made_at=at(days[back]))
                )  # fmt: skip
        Assessment.objects.bulk_create(filled)
        Noticed.objects.bulk_create(
            Noticed(person=person, signal="sleep-energy", day=days[back], says={}, why={}, source="x", certainty="judgement",
                    rows=[{"kind": "checkin", "day": days[back].isoformat()}])
            for back in range(3, DAYS, 45)
        )  # fmt: skip
        thread = Thread.objects.create(grant=grant)
        Message.objects.bulk_create(
            Message(thread=thread, writer=person if n % 2 else reader, key=uuid.uuid4(), body=body,
                    at=at(days[DAYS - 1 - 3 * n]), read_at=None if n > 119 else now)
            for n in range(121)
        )  # fmt: skip
        looked(grant, now)
    return reader


def looked(grant: Any, now: datetime) -> None:
    """A year in which the page was opened each week and the list each working day."""
    from ambulando.web.care.grants.models import Look

    Look.objects.bulk_create(
        Look(person_id=grant.person_id, number=n + 1, at=now - timedelta(days=400 - n), who=grant.name, role=grant.role,
             grant_number=grant.pk, what="person" if n % 6 == 0 else "caseload", items=["mood"], before="", seal="")
        for n in range(300)
    )  # fmt: skip
    from ambulando.web.care.grants.models import Head

    Head.objects.create(person_id=grant.person_id, number=300, last="0" * 64, seal="")


def at(day: date) -> datetime:
    return datetime.combine(day, clock(9), UTC)


def measure(reader: Any) -> None:
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from ambulando.web.serving import settle

    client = Client(headers={"host": "localhost"})
    client.force_login(reader)
    assert client.get("/people/?page=2").status_code == 200  # the session, templates and forms are read once
    settle()  # as the server does once it has started
    start = time.perf_counter()
    client.get("/people/")
    print(f"  first of a day, with its looks written down   {1000 * (time.perf_counter() - start):6.1f} ms")
    for sort in ("name", "contact", "due", "change", "sessions", "signals", "messages"):
        client.get(f"/people/?sort={sort}")  # that day's looks of who stands on this page
        times = []
        for _time in range(OPENED):
            start = time.perf_counter()
            answer = client.get(f"/people/?sort={sort}")
            times.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"  by {sort:10} p50 {statistics.median(times):6.1f} ms   p95 {p95:6.1f} ms")
    with CaptureQueriesContext(connection) as seen:
        client.get("/people/")
    print(f"  {len(seen)} queries, {len(answer.content) / 1000:.0f} kB")
    if "-v" in sys.argv:
        for query in seen.captured_queries:
            print(query["time"], query["sql"][:1500])
    reset_queries()


if __name__ == "__main__":
    main(int(next((one for one in sys.argv[1:] if one.isdigit()), 500)))
