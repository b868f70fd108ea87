"""What is read of walking groups. Nobody who comes learns of the others but what these chose to show."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.plan.places import Place
from ambulando.safety.profile import DAYS, Window
from ambulando.web.care.directory import queries as directory
from ambulando.web.care.grants import queries as grants
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.walks.models import Cancelled, Comer, Post, Walk, Word
from ambulando.web.care.walks.times import Meeting, meetings, own_clock
from ambulando.web.people.models import Person

#: days ahead that a page and a file show
AHEAD, IN_FILE = timedelta(days=35), timedelta(days=182)
#: days back on which somebody may still say that they were there
BACK = timedelta(days=14)
POSTS_SHOWN = 20


def may_lead(user: Person) -> bool:
    """Whether somebody may run groups: staff, and whom the operator has verified."""
    return user.is_authenticated and (user.is_staff or directory.verified(user) is not None)


def held() -> QuerySet[Walk]:
    """Groups that are still there and run by somebody who may."""
    return Walk.objects.filter(
        Q(leader__is_staff=True) | Q(leader__clinician__verified_at__isnull=False),
        ended_at=None,
        leader__is_active=True,
    )


def _open_to(walk: str, person: str) -> Q:
    """A group for those who let its leader in is there only while they do; ``walk``, ``person``: the ways to these."""
    lets_in = Grant.objects.filter(person=OuterRef(person), reader=OuterRef(f"{walk}leader"))
    return Q(**{f"{walk}open_to": Walk.EVERYBODY}) | Q(Exists(grants.agreed(lets_in)))


_HERE = Q(comers__left_at=None, comers__person__is_active=True)
#: the largest number that a row can have
LARGEST = 2**63 - 1


def led_by(leader: Person) -> QuerySet[Walk]:
    """What somebody runs, with how many come (``coming``)."""
    return Walk.objects.filter(leader=leader, ended_at=None).annotate(
        coming=Count("comers", filter=_HERE & _open_to("", "comers__person"))
    )


def comers(walk: Walk) -> QuerySet[Comer]:
    return walk.comers.filter(_open_to("walk__", "person"), left_at=None, person__is_active=True)


def comer(person: Person, pk: int) -> Comer | None:
    """The person's own place in a group."""
    if pk > LARGEST:
        return None
    return _places_of(person).filter(walk=pk).select_related("walk", "walk__place").first()


def _places_of(person: Person) -> QuerySet[Comer]:
    rows = Comer.objects.filter(person=person, left_at=None, walk__in=held())
    return rows.filter(_open_to("walk__", "person"))


def walks_of(person: Person) -> list[Comer]:
    """What the person comes to, with dates that are off. Two queries."""
    rows = _places_of(person)
    return list(rows.select_related("walk").prefetch_related("walk__cancelled").order_by("walk__name", "pk"))


@dataclass(frozen=True)
class Mine:
    """A group that the person comes to, and the dates from today on that are off."""

    walk: Walk
    off: tuple[date, ...]


def mine(person: Person, now: datetime) -> list[Mine]:
    """The groups of ``walks_of``, with what is off. Two queries."""
    walks = [one.walk for one in walks_of(person)]
    return [Mine(walk, _off_ahead(walk, now.astimezone(walk.zone).date())) for walk in walks]


def _off_ahead(walk: Walk, today: date) -> tuple[date, ...]:
    days = (one.day for one in walk.cancelled.all())
    return tuple(day for day in days if today <= day <= today + AHEAD and meetings(walk, day, day))


def offered_to(person: Person, now: datetime) -> list[Walk]:
    """Groups of those whom the person lets in, but for those they come to already. Two queries."""
    leaders = [one.reader_id for one in grants.team(person, now)]
    mine = Comer.objects.filter(person=person, left_at=None).values("walk")
    return list(held().filter(leader__in=leaders).exclude(pk__in=mine)) if leaders else []


def by_code(person: Person, code: str, now: datetime) -> Walk | None:
    """The group of a code, if this person may come."""
    found = held().filter(code=code).select_related("leader", "place").first()
    if found is None or found.leader_id == person.pk:
        return None
    open_ = found.open_to == Walk.EVERYBODY or directory.lets_in(person, found.leader, now)
    return found if open_ else None


def full(walk: Walk) -> bool:
    return comers(walk).count() >= walk.capacity


def seen(walk: Walk, but: Comer) -> list[str]:
    """What those of the others are called who chose to be seen."""
    return list(comers(walk).filter(seen=True).exclude(pk=but.pk).values_list("called", flat=True))


def posts(walk: Walk) -> QuerySet[Post]:
    return walk.posts.all()[:POSTS_SHOWN]


@dataclass(frozen=True)
class Date:
    """A meeting as who comes sees it; ``said``: their own word on it, "" for none; ``over``: it has begun."""

    meeting: Meeting
    said: str
    over: bool


def dates_of(own: Comer, now: datetime) -> tuple[Date, ...]:
    """The meetings two weeks back and five weeks ahead, with the person's own word on each. Two queries."""
    today = now.astimezone(own.walk.zone).date()
    off = set(own.walk.cancelled.values_list("day", flat=True))
    told = dict(own.words.values_list("day", "said"))
    since = max(today - BACK, own.joined_at.astimezone(own.walk.zone).date())
    return tuple(
        Date(one, told.get(one.day, ""), one.start <= now)
        for one in meetings(own.walk, since, today + AHEAD, off)
    )


@dataclass(frozen=True)
class Led:
    """A meeting as its leader sees it: how many said "not this time", and how many said that they were there."""

    meeting: Meeting
    not_this_time: int
    there: int
    over: bool


def dates_for_leader(walk: Walk, now: datetime) -> tuple[Led, ...]:
    """The meetings two weeks back and five weeks ahead, counted by the own words of those who come. Two queries."""
    today = now.astimezone(walk.zone).date()
    off = set(walk.cancelled.values_list("day", flat=True))
    counts = {
        (day, said): n
        for day, said, n in Word.objects.filter(comer__in=comers(walk))
        .values_list("day", "said")
        .annotate(n=Count("pk"))
    }
    return tuple(
        Led(
            one,
            counts.get((one.day, Word.NOT_THIS_TIME), 0),
            counts.get((one.day, Word.THERE), 0),
            one.start <= now,
        )
        for one in meetings(walk, today - BACK, today + AHEAD, off)
    )


@dataclass(frozen=True)
class Off:
    """Somebody who comes, and a meeting that is off of which they have not been told."""

    comer: Comer
    meeting: Meeting


def untold(now: datetime) -> list[Off]:
    """Who would come to a meeting that is off, and knew of it as on. One query, and one more for each date that is off."""
    rows = Cancelled.objects.filter(day__gte=(now - timedelta(days=1)).date(), walk__in=held())
    found = []
    for one in rows.select_related("walk"):
        day = one.day.isoformat()
        coming = [meeting for meeting in meetings(one.walk, one.day, one.day) if meeting.start > now]
        if not coming:
            continue
        people = comers(one.walk).filter(joined_at__lte=one.at, person__simulated=False)
        people = people.exclude(words__in=Word.objects.filter(day=one.day, said=Word.NOT_THIS_TIME))
        found += [Off(who, coming[0]) for who in people.select_related("person") if day not in who.told_off]
    return found


def upcoming(walk: Walk, now: datetime, for_: timedelta) -> tuple[Meeting, ...]:
    today = now.astimezone(walk.zone).date()
    off = set(walk.cancelled.values_list("day", flat=True))
    return meetings(walk, today, today + for_, off)


def kind_of(walk: Walk) -> str:
    """What it is among the kinds of places."""
    found = catalogue().get(walk.activity)
    return {"walking": "walking-group", "running": "running-group"}.get(
        found.modality if found else "", "class"
    )


def for_plan(person: Person, today: date) -> tuple[Place, ...]:
    """The groups that the person comes to, as places of their own that meet on the seven days from ``today``.

    What is off, and what they said "not this time" to, is not among the times. Three queries at most.
    """
    rows = _places_of(person)
    rows = rows.select_related("walk").prefetch_related("walk__cancelled", "words").order_by("pk")
    found = (place_of(one, person, today) for one in rows)
    return tuple(place for place in found if place is not None)


def place_of(own: Comer, person: Person, today: date) -> Place | None:
    """None where it does not meet on these days, or the catalogue has lost what is done there."""
    walk = own.walk
    off = {one.day for one in walk.cancelled.all()}
    off |= {one.day for one in own.words.all() if one.said == Word.NOT_THIS_TIME}
    day = timedelta(days=1)
    windows = []
    for one in meetings(walk, today - day, today + 8 * day, off):
        local, start, end = own_clock(one, person.zone)
        if not one.cancelled and today <= local < today + 7 * day and end > start:
            windows.append(Window(DAYS[local.weekday()], start, end))
    if not windows:
        return None
    try:
        return Place(
            id=f"walk-{walk.pk}",
            name=walk.name,
            kind=kind_of(walk),
            activities=(walk.activity,),
            where=walk.where,
            days=tuple(windows),
            cost=walk.cost,
            company="together",
            supervised=True,
            accessible=walk.accessible,
            contact=walk.by,
            own=True,
        )
    except InputError:
        return None
