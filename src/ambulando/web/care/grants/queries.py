"""What is read of grants: who may see what of whom, now."""

from datetime import datetime

from django.db.models import QuerySet

from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person


def agreed(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Those to which both sides said yes and that nobody ended; one whose last day is over is still among them."""
    return grants.filter(accepted_at__isnull=False, confirmed_at__isnull=False, ended_at=None, by_link=False)


def team(person: Person, now: datetime) -> list[Grant]:
    """Whom the person lets in now, in the order in which they came. One query."""
    rows = agreed(person.grants.all()).select_related("reader", "person")
    return [one for one in rows if one.holds(now)]


def caseload(reader: Person, now: datetime) -> list[Grant]:
    """Who lets this reader in now. One query."""
    rows = agreed(reader.let_in_by.all()).select_related("person")
    return [one for one in rows if one.holds(now)]


def held_by(reader: Person, pk: int, now: datetime) -> Grant | None:
    """The grant of this number, if it lets this reader in now."""
    grant = agreed(reader.let_in_by.all()).select_related("person").filter(pk=pk).first()
    return grant if grant and grant.holds(now) else None


def between(user: Person, pk: int, now: datetime) -> Grant | None:
    """The grant of this number, if it holds now and this is one of its two sides."""
    grant = Grant.objects.select_related("person", "reader").filter(pk=pk).first()
    if grant is None or user.pk not in (grant.person_id, grant.reader_id) or grant.by_link:
        return None
    return grant if grant.holds(now) else None
