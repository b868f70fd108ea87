"""Days of a simulated person, given to somebody of the cast."""

from datetime import timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from ambulando.response.simulate import simulated_person


def live(person: Any, days: int, *, seed: int = 7, **given: Any) -> None:
    """Give the person the days of a simulated one, up to yesterday. ``given`` goes to the simulator."""
    from ambulando.web.journal.models import Bout, CheckIn

    now = timezone.now()
    life = simulated_person(np.random.default_rng(seed), days, now.date() - timedelta(days=days), **given)
    CheckIn.objects.bulk_create(
        CheckIn(
            person=person,
            day=one.day,
            part="morning" if one.part == "morning" else "later",
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
            start=now - timedelta(days=(now.date() - one.day).days),
            seconds=one.minutes * 60,
        )
        for one in life.bouts
    )
