"""What is changed in signals. Each takes the person first."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from ambulando.ground import stored
from ambulando.safety import signals
from ambulando.web.people.models import Person
from ambulando.web.signals import queries
from ambulando.web.signals.models import Noticed, NotLooking, Removed


def notice(person: Person, today: date) -> None:
    """Look at the person's days once more: keep what there is to say, take back what no longer holds.

    One that is still open is brought up to date instead of being said a second time. Writes nothing when nothing
    changed, and looks at nothing when the person asked us not to.
    """
    if not queries.looks(person):
        return
    facts, profile = queries.facts_of(person, today), person.profile
    recent = person.noticed.filter(
        put_away_at=None, day__range=(today - timedelta(days=queries.SHOWN_DAYS), today)
    )
    open_ones = {one.signal: one for one in recent.order_by("day")}
    found = signals.noticed(facts, today=today, profile=profile, earlier=queries.earlier(person))
    for one in found:
        _keep(person, one, open_ones.get(one.id))
    for gone in open_ones.keys() - {one.id for one in found}:
        # A tap that slipped and was put right leaves nothing behind.
        row = open_ones[gone]
        if gone not in {one.id for one in signals.noticed(facts, today=row.day, profile=profile)}:
            row.delete()


def _keep(person: Person, signal: signals.Signal, before: Noticed | None) -> None:
    fields: dict[str, Any] = {
        "day": signal.day,
        "says": stored(signal.says),
        "why": stored(signal.why),
        "rows": [{"kind": row.kind, "day": row.day.isoformat()} for row in signal.rows],
        "source": signal.source,
        "certainty": signal.certainty,
    }
    if before is None:
        Noticed.objects.get_or_create(person=person, signal=signal.id, day=signal.day, defaults=fields)
    elif any(getattr(before, name) != value for name, value in fields.items()):
        Noticed.objects.filter(pk=before.pk).update(**fields)


def put_away(person: Person, noticed: Noticed, now: datetime) -> None:
    """Off Today. It stays on the page of all that was noticed."""
    if noticed.put_away_at is None:
        noticed.put_away_at = now
        noticed.save(update_fields=["put_away_at"])


@transaction.atomic
def remove(person: Person, noticed: Noticed, today: date) -> None:
    """Remove what was said and why. Only the kind and the day stay, so that it does not come back."""
    Removed.objects.get_or_create(person=person, signal=noticed.signal, day=today)
    noticed.delete()


@transaction.atomic
def remove_all(person: Person, today: date) -> None:
    for noticed in queries.all_of(person):
        remove(person, noticed, today)


def look(person: Person, wanted: bool) -> None:
    """Look for signals, or do not. What was noticed before stays until it is removed."""
    if wanted:
        NotLooking.objects.filter(person=person).delete()
    else:
        NotLooking.objects.get_or_create(person=person)


def tidy(today: date) -> None:
    """Let go of marks of removal that nothing could come back from any more."""
    Removed.objects.filter(day__lt=today - queries.LOOK_BACK).delete()
