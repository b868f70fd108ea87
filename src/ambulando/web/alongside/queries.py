"""What is read of a person's care: homework, what a clinician asked for, and the eight-week word."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, QuerySet

from ambulando.plan.rules import whole
from ambulando.safety.limits import INTENSITIES
from ambulando.safety.signals import Filled
from ambulando.web.alongside.models import Asked, EightWeeks, Homework
from ambulando.web.help.queries import midnight
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Week
from ambulando.web.signals.models import NotLooking

#: days for which the eight-week word may stand on Today and Progress
SHOWN_DAYS = 7
#: the keys of ``safety.profile.Care`` of which the smallest binds, where two people asked
SMALLEST = ("max_minutes", "minutes_per_week", "sessions")


def homework(person: Person) -> QuerySet[Homework]:
    """What was agreed on in therapy and still holds, in the order in which it was written down."""
    return person.homework.filter(ended_at=None)


def asked(person: Person) -> QuerySet[Asked]:
    """What a clinician asked for and still holds."""
    return person.asked.filter(ended_at=None)


def before(person: Person) -> dict[str, QuerySet[Any]]:
    """What held once and was taken out, the last first."""
    return {
        "homework": person.homework.filter(ended_at__isnull=False).order_by("-ended_at"),
        "asked": person.asked.filter(ended_at__isnull=False).order_by("-ended_at"),
    }


def told(person: Person) -> dict[str, Any]:
    """The ``care`` and ``homework`` of a profile, as ``safety.profile.profile_from`` reads them; without what nobody said."""
    found: dict[str, Any] = {}
    if sets := list(asked(person)):
        found["care"] = _tightest(sets)
    if rows := list(homework(person)):
        found["homework"] = [
            {"activity": one.activity, "times": one.times, "minutes": one.minutes, "note": one.note}
            for one in rows
        ]
    return found


def _tightest(sets: list[Asked]) -> dict[str, Any]:
    """What binds where more than one person asked."""
    found: dict[str, Any] = {
        key: min((value for one in sets if (value := getattr(one, key)) is not None), default=None)
        for key in SMALLEST
    }
    found["max_intensity"] = min(
        (one.max_intensity for one in sets if one.max_intensity), key=INTENSITIES.index, default=None
    )
    found["avoid"] = list(dict.fromkeys(kind for one in sets for kind in one.avoid))
    return found


def filled(person: Person, since: date) -> tuple[Filled, ...]:
    """The PHQ-9 and PHQ-8 that were answered in full since then, with their totals."""
    rows = person.assessments.filter(
        instrument__in=("phq-9", "phq-8"), total__isnull=False, day__gte=since
    ).order_by("day")
    return tuple(
        Filled(name, day, int(total)) for name, day, total in rows.values_list("instrument", "day", "total")
    )


def last_said(person: Person) -> date | None:
    """The day on which the eight-week word was said or put away last."""
    last = person.eight_weeks.first()
    if last is None:
        return None
    away = last.put_away_at.astimezone(person.zone).date() if last.put_away_at else last.day
    return max(last.day, away)


def message(person: Person, today: date) -> EightWeeks | None:
    """The eight-week word, while it may stand on a page. One query."""
    return None if person.quiet else waiting(person, today).first()


def waiting(person: Person, today: date) -> QuerySet[EightWeeks]:
    """The eight-week words that may stand on a page today.

    Never on a day of little energy, on a day on which help was shown, while the plan's own outcome has something to say,
    or to who asked us not to look for such things.
    """
    speaking = Week.objects.filter(
        person=person,
        current=True,
        starts__lte=today,
        starts__gt=today - timedelta(days=7),
        outcome__in=("hold", "no-plan"),
    )
    shown = person.help_shown.filter(
        at__gte=midnight(today, person), at__lt=midnight(today + timedelta(days=1), person)
    )
    return EightWeeks.objects.filter(
        ~Exists(speaking),
        ~Exists(shown),
        ~Exists(person.check_ins.filter(day=today, energy__lte=whole("low-energy", "energy"))),
        ~Exists(NotLooking.objects.filter(person=person)),
        person=person,
        put_away_at=None,
        day__range=(today - timedelta(days=SHOWN_DAYS), today),
    )


def latest(person: Person) -> EightWeeks | None:
    """The last eight-week word, put away or not: what the page on other help rests on."""
    return person.eight_weeks.first()
