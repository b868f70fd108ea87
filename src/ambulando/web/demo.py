"""The simulated person of ``ambulando demo``: made by the simulator, and labelled so on every page."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ambulando.measures.scoring import score
from ambulando.web.care.grants.demo import ensure_therapist
from ambulando.web.care.treatment.demo import ensure_treatment
from ambulando.web.comparisons.demo import add_comparison
from ambulando.web.journal.models import Assessment, Bout, CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans import actions, answers

NAME = "sam-simulated"
#: not a secret: the demonstration holds nobody's data
PASSWORD = "none-of-it-happened"  # noqa: S105
DAYS = 84
SEED = 20260222
ANSWERS: dict[str, Any] = {
    "age": 38,
    "country": "NZ",
    "active": {"days": 2, "minutes": 15},
    "conditions": [],
    "symptoms": [],
    "medicines": ["sertraline"],
    "pregnant": False,
    "clearance": None,
    "likes": ["walking", "yoga"],
    "dislikes": [],
    "barriers": ["fatigue", "weather"],
    "minutes_per_week": 90,
    "places": ["home", "outdoors"],
    "company": "either",
    "kit": [],
    "windows": [],
}


@transaction.atomic
def ensure_simulated_person() -> Person:
    """The simulated person with twelve weeks of days up to yesterday; made once for a data folder."""
    if found := Person.objects.filter(username=NAME).first():
        ensure_treatment(found, ensure_therapist(found, PASSWORD, timezone.now()), timezone.now())
        return found
    import numpy as np  # only where the person is made: the web process needs neither

    from ambulando.response.simulate import simulated_person

    now = timezone.now()
    first = now.date() - timedelta(days=DAYS)
    life = simulated_person(np.random.default_rng(SEED), DAYS, first)
    person = Person.objects.create_user(
        NAME, password=PASSWORD, answers=ANSWERS, onboarded_at=now, simulated=True, time_zone="UTC"
    )
    parts = {"morning": CheckIn.MORNING, "evening": CheckIn.LATER}
    CheckIn.objects.bulk_create(
        CheckIn(
            person=person,
            day=one.day,
            part=parts[one.part],
            mood=one.mood,
            energy=one.energy,
            sleep=one.sleep,
        )
        for one in life.checkins
    )
    Bout.objects.bulk_create(
        Bout(
            person=person,
            activity=one.activity,
            start=datetime.combine(one.day, time(16, 30), tzinfo=now.tzinfo),
            seconds=one.minutes * 60,
            effort=one.effort,
        )
        for one in life.bouts
    )
    for one in life.phq9:
        result = score("phq-9", one.answers)
        Assessment.objects.create(
            person=person,
            instrument="phq-9",
            day=one.day,
            answers=list(one.answers),
            total=result.total,
            band=result.band or "",
            made_at=datetime.combine(one.day, time(18), tzinfo=now.tzinfo),
        )
    add_comparison(person, first, now.date())
    if series := answers.days_of(person, now.date()):
        answers.keep_answer(person, answers.made(series))
    actions.make_week(person, now.date())
    ensure_treatment(person, ensure_therapist(person, PASSWORD, now), now)
    return person
