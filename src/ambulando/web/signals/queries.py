"""What is read of signals, and the facts that they are made from."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ambulando.safety.signals import Earlier, Facts, Felt, Filled, Planned, importance, signal_table
from ambulando.web.help.models import DayAfter
from ambulando.web.journal import queries as journal
from ambulando.web.people.models import Person
from ambulando.web.plans.models import Session, Week
from ambulando.web.plans.queries import paused_days, rests_on
from ambulando.web.signals.models import Noticed, NotLooking

#: days for which a message may stand on Today
SHOWN_DAYS = 7
#: days of check-ins, bouts and plans that signals are made from; the widest window of any signal lies within
LOOK_BACK = timedelta(days=100)
#: days of questionnaires: the last one may be long ago
LOOK_BACK_FILLED = timedelta(days=400)


def message(person: Person, today: date) -> Noticed | None:
    """The one signal that Today shows: the most important that was not put away, else the newest.

    None while the plan's own outcome has something to say: one thing at a time. One query, whatever there is. Who let the
    plan rest wanted the silence, and is told nothing of it.
    """
    speaking = Week.objects.filter(
        person=person,
        current=True,
        starts__lte=today,
        starts__gt=today - timedelta(days=7),
        outcome__in=("hold", "no-plan"),
    )
    open_ones = Noticed.objects.filter(
        ~Exists(speaking),
        ~Exists(NotLooking.objects.filter(person=OuterRef("person"))),
        ~Q(signal="silence") | ~Exists(rests_on(today).filter(person=OuterRef("person"))),
        person=person,
        put_away_at=None,
        day__range=(today - timedelta(days=SHOWN_DAYS), today),
    )
    return min(open_ones, key=lambda one: (importance(one.signal), -one.day.toordinal()), default=None)


def all_of(person: Person) -> QuerySet[Noticed]:
    """All that was noticed, the newest first, with who of those that were let in saw it."""
    return Noticed.objects.filter(person=person).prefetch_related("acknowledged")


def looks(person: Person) -> bool:
    """Whether we look for signals, as the person wants it."""
    return not NotLooking.objects.filter(person=person).exists()


def earlier(person: Person) -> tuple[Earlier, ...]:
    """What was put away or removed, with the day."""
    away = person.noticed.filter(put_away_at__isnull=False).values_list("signal", "put_away_at")
    return (
        *(Earlier(signal, at.astimezone(person.zone).date()) for signal, at in away),
        *(Earlier(signal, day) for signal, day in person.removed_signals.values_list("signal", "day")),
    )


def facts_of(person: Person, today: date) -> Facts:
    """What the person's last months hold, as the core takes it."""
    since = today - LOOK_BACK
    start = datetime(since.year, since.month, since.day, tzinfo=person.zone)
    assessments = list(
        person.assessments.filter(day__gte=today - LOOK_BACK_FILLED).values("instrument", "day", "total")
    )
    sessions = list(
        person.sessions.filter(day__gte=since, week__current=True)
        .exclude(state=Session.REPLACED)
        .values("day", "minutes", "state")
    )
    days_after = list(person.days_after.filter(day__gte=since).values_list("day", "answer"))
    compared = signal_table()["higher"]["instruments"]
    return Facts(
        filled=tuple(
            Filled(one["instrument"], one["day"], int(one["total"]))
            for one in assessments
            if one["total"] is not None and one["instrument"] in compared
        ),
        felt=_felt(person, since),
        bouts=journal.done_bouts(person, since=since),
        planned=tuple(Planned(one["day"], one["minutes"]) for one in sessions),
        stops=_moments(person, person.stops.filter(at__gte=start)),
        flares=(person.flare_on,) if person.flare_on else (),
        help_shown=(
            *(at.date() for at in _moments(person, person.help_shown.filter(at__gte=start))),
            *(day for day, answer in days_after if answer == DayAfter.HARD),
        ),
        other_days=(
            *(one["day"] for one in assessments),
            *(day for day, _ in days_after),
            *(one["day"] for one in sessions if one["state"] != Session.PLANNED),
            *paused_days(person, since),  # quiet as they wanted it
        ),
    )


def _moments(person: Person, rows: QuerySet[Any]) -> tuple[datetime, ...]:
    """When the rows were, on the person's own clock."""
    return tuple(at.astimezone(person.zone) for at in rows.values_list("at", flat=True))


def _felt(person: Person, since: date) -> tuple[Felt, ...]:
    compared = ("mood", "energy", "sleep")
    days = journal.felt(person, since)
    return tuple(
        Felt(day, **{name: told[name] for name in compared if name in told}) for day, told in days.items()
    )
