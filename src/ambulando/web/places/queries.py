"""What is read of places. A person's own never reach anybody else."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from ambulando.plan.places import GROUPS, KINDS, Place, offered
from ambulando.web.care.walks import queries as walks
from ambulando.web.people.models import Person
from ambulando.web.places import convert
from ambulando.web.places.models import Pick, PlaceList
from ambulando.web.places.models import Place as Row
from ambulando.web.plans.convert import profile_of

#: of each kind, how many of everybody's are looked at for a plan: the nearest ones
NEAREST = 20
#: of each kind of group
MOST_GROUPS = 40


def visible(person: Person) -> QuerySet[Row]:
    """Everybody's places and the person's own, as far as they are still there."""
    return Row.objects.filter(Q(person=None) | Q(person=person), ended_at=None)


def own_rows(person: Person) -> QuerySet[Row]:
    return Row.objects.filter(person=person, ended_at=None)


def ended_rows(person: Person) -> QuerySet[Row]:
    """What the person took out, the latest first; they can bring it back."""
    return Row.objects.filter(person=person).exclude(ended_at=None).order_by("-ended_at", "-pk")


def everybodys() -> QuerySet[Row]:
    return Row.objects.filter(person=None, ended_at=None)


def picks_of(person: Person) -> dict[int, bool]:
    """What the person said of everybody's places: wanted or not, by key."""
    return dict(Pick.objects.filter(person=person).values_list("place", "wanted"))


def close_rows(person: Person, picks: dict[int, bool]) -> list[Row]:
    """The person's own and chosen places, and of everybody's the groups and the nearest of each kind they did not leave out."""
    wanted = [pk for pk, yes in picks.items() if yes]
    chosen = list(visible(person).filter(Q(person=person) | Q(pk__in=wanted)))
    left = everybodys().exclude(pk__in=list(picks)).order_by(F("km").asc(nulls_last=True), "name", "pk")
    others = [
        row for kind in KINDS for row in left.filter(kind=kind)[: MOST_GROUPS if kind in GROUPS else NEAREST]
    ]
    return [*chosen, *others]


def for_plan(person: Person) -> tuple[Place, ...]:
    """The places that a plan for them looks at, in as many queries as there are kinds, whether they fit or not."""
    picks = picks_of(person)
    return convert.places_of(close_rows(person, picks), frozenset(pk for pk, yes in picks.items() if yes))


def offered_to(person: Person, today: date) -> tuple[Place, ...]:
    """Those of them that fit the person as they are today, and the walking groups that they come to, as the core takes them."""
    places = (*for_plan(person), *walks.for_plan(person, today))
    return offered(places, profile_of(person, today)) if places else ()


def found(person: Person, words: str) -> QuerySet[Row]:
    """All that the person may see, the nearest first; with ``words`` only those whose name or address holds them."""
    rows = visible(person)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(where__icontains=words))
    return rows.order_by(F("km").asc(nulls_last=True), "name", "pk")


def lists() -> QuerySet[PlaceList]:
    """The lists that were kept or wait to be, with how many places of theirs are there (``here``)."""
    return PlaceList.objects.filter(ended_at=None).annotate(
        here=Count("places", filter=Q(places__ended_at=None))
    )


def by_hand() -> QuerySet[Row]:
    """Everybody's places that staff typed in."""
    return everybodys().filter(ident="")


@dataclass(frozen=True)
class Preview:
    """What keeping a draft would do: names that are ``new``, ``changed`` and ``gone`` from its list, and how many stay."""

    new: list[str]
    changed: list[str]
    gone: list[str]
    same: int


def preview(draft: PlaceList) -> Preview:
    """What keeping a draft would do; nothing is changed."""
    here = {row.ident: row for row in Row.objects.filter(person=None).exclude(ident="")}
    names: dict[str, list[str]] = {"new": [], "changed": []}
    same = 0
    for stored in draft.content:
        row = here.get(stored["ident"])
        if row is None or row.ended_at is not None:
            names["new"].append(stored["name"])
        elif as_it_is(row) != {name: value for name, value in stored.items() if name != "seen"}:
            names["changed"].append(stored["name"])
        else:
            same += 1
    told = {stored["ident"] for stored in draft.content}
    gone = everybodys().filter(from_list__name=draft.name, from_list__ended_at=None).exclude(ident="")
    return Preview(**names, gone=[row.name for row in gone if row.ident not in told], same=same)


def as_it_is(row: Row) -> dict[str, object]:
    """A row as a draft holds it, but for the day on which it was seen."""
    place = convert.place_of(row)
    return (
        {}
        if place is None
        else {name: value for name, value in convert.stored_place(place).items() if name != "seen"}
    )
