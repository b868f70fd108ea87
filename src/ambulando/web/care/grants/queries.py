"""What is read of grants: who may see what of whom, now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ambulando.web.care.grants import tokens
from ambulando.web.care.grants.items import ITEMS
from ambulando.web.care.grants.models import Grant, Look
from ambulando.web.care.grants.what import WHAT
from ambulando.web.people.models import Person

#: looks on one page of the record
LOOKS = 60
#: looks of the same thing by the same reader within so long are shown as one
TOGETHER = timedelta(minutes=30)


def agreed(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Those to which both sides said yes and that nobody ended, of people whose account is on; one whose last day is over
    is still among them."""
    return grants.filter(
        person__is_active=True,
        accepted_at__isnull=False,
        confirmed_at__isnull=False,
        ended_at=None,
        by_link=False,
        reader__isnull=False,
    )


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


@dataclass(frozen=True)
class Sides:
    """All that a person's page of their team shows."""

    team: list[Grant]
    #: somebody said yes: is it them?
    to_confirm: list[Grant]
    invitations: list[Grant]
    reports: list[Grant]
    ended: list[Grant]


def sides(person: Person, now: datetime, *, ended: int = 12) -> Sides:
    """What the person asked for and whom they let in, and what ended last. Two queries."""
    rows = list(person.grants.filter(ended_at=None).select_related("reader", "person"))
    past = person.grants.exclude(ended_at=None).select_related("reader").order_by("-ended_at", "-pk")
    return Sides(
        team=[one for one in rows if not one.by_link and one.holds(now)],
        to_confirm=[one for one in rows if one.waits_for_person and one.reader_id and not one.over(now)],
        invitations=[one for one in rows if one.waits_for_reader],
        reports=[one for one in rows if one.by_link and one.holds(now)],
        ended=list(past[:ended]),
    )


def own(person: Person, pk: int) -> Grant | None:
    """A grant that this person made, whatever has become of it."""
    return person.grants.select_related("reader", "person").filter(pk=pk).first()


def taken(reader: Person, pk: int, now: datetime) -> Grant | None:
    """A grant to which this reader said yes and that has not ended, also while the person has not confirmed it."""
    rows = reader.let_in_by.select_related("person").filter(ended_at=None, person__is_active=True)
    grant = rows.filter(pk=pk).first()
    return grant if grant and not grant.over(now) else None


def waiting(reader: Person, now: datetime) -> list[Grant]:
    """To what this reader said yes and what the person has not confirmed yet. One query."""
    rows = reader.let_in_by.filter(ended_at=None, confirmed_at=None, person__is_active=True)
    rows = rows.select_related("person")
    return [one for one in rows if not one.over(now)]


def was_let_in(reader: Person) -> bool:
    """Whether somebody ever let this reader in. One query."""
    return reader.let_in_by.exclude(confirmed_at=None).exists()


def to_confirm(person: Person) -> QuerySet[Grant]:
    """Who said yes to an invitation and waits for the person's own yes."""
    return person.grants.filter(
        accepted_at__isnull=False, confirmed_at=None, ended_at=None, reader__isnull=False
    )


def invitation(code: str, now: datetime) -> Grant | None:
    """The invitation that this code opens now; None also for one that was used or ran out."""
    if not tokens.plain(code):
        return None
    rows = Grant.objects.select_related("person").filter(
        token_hash=tokens.hash_of_code(code), token_expires_at__gt=now, by_link=False, ended_at=None
    )
    grant = rows.first()
    return grant if grant and grant.person.is_active and not grant.over(now) else None


def report(word: str, now: datetime) -> Grant | None:
    """The report that this word opens now."""
    rows = Grant.objects.select_related("person").filter(
        token_hash=tokens.hash_of_word(word), by_link=True, ended_at=None
    )
    grant = rows.first()
    return grant if grant and grant.holds(now) else None


def no_such_code() -> str:
    """What is said of a code that opens nothing, whether it was wrong, used or ran out."""
    return _("We know no open invitation with this code. Please check its letters, or ask for a new one.")


def may_be_over(now: datetime) -> list[Grant]:
    """What may have seen its last day somewhere on earth."""
    day = (now + timedelta(days=1)).date()
    return list(Grant.objects.select_related("person").filter(ended_at=None, until__lt=day))


@dataclass(frozen=True)
class Looked:
    """One line of the record: looks of the same thing by the same reader, shortly after each other."""

    first: Look
    last: Look
    times: int
    own: bool
    says: str
    items: tuple[str, ...]
    #: whom it is about, where the person did it
    about: str


def looks(person: Person, number: int | str) -> tuple[Page, list[Looked]]:
    """A page of the record, the newest first, with its lines. Three queries."""
    names = dict(person.grants.values_list("pk", "name"))
    page = Paginator(person.looks.all(), LOOKS).get_page(number)
    lines: list[Looked] = []
    for look in page.object_list:
        newest = lines[-1] if lines else None
        if newest and _together(newest, look):
            lines[-1] = replace(newest, first=look, times=newest.times + 1)
            continue
        items = tuple(str(ITEMS[item][0]) for item in look.items if item in ITEMS)
        own = not look.role and look.who == person.username
        about = names.get(look.grant_number, "") if own else ""
        lines.append(Looked(look, look, 1, own, str(WHAT.get(look.what, look.what)), items, about))
    return page, lines


def _together(line: Looked, look: Look) -> bool:
    same = ("who", "role", "grant_number", "what", "items")
    return all(getattr(line.first, key) == getattr(look, key) for key in same) and (
        abs(line.first.at - look.at) <= TOGETHER
    )
