"""Groups and places: walking groups, classes, parks, pools. Which of them fit a person, and which one fits a session.

Where somebody is, is not known and never looked up: ``km`` is how far a place lies from the point that the operator gave
when the places were read (see ``place_files``), and says nothing of the person.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cache
from math import asin, cos, inf, radians, sin, sqrt
from typing import Any

from ambulando.activity.catalogue import MODALITIES, Activity, catalogue
from ambulando.activity.catalogue import activity as activity_of
from ambulando.ground import InputError, Words, stored
from ambulando.plan.candidates import dislikes, unsafe, waits
from ambulando.plan.rules import number
from ambulando.plan.session import Session
from ambulando.plan.trace import Step, step
from ambulando.safety.profile import COMPANY, DAYS, Profile, Window
from ambulando.safety.screen import screen

#: What kinds there are, and where in the sense of the catalogue one is there.
VENUES: dict[str, tuple[str, ...]] = {
    "walking-group": ("outdoors", "class"),
    "running-group": ("outdoors", "class"),
    "class": ("class",),
    "league": ("outdoors", "gym", "class"),
    "park": ("outdoors",),
    "pool": ("pool",),
    "gym": ("gym",),
    "path": ("outdoors",),
    "playground": ("outdoors",),
    "sports-ground": ("outdoors",),
    "garden": ("outdoors",),
    "other": ("outdoors", "gym", "pool", "class"),
}
KINDS = tuple(VENUES)
#: Kinds that meet at fixed times; the others are open for some hours, or always.
GROUPS = ("walking-group", "running-group", "class", "league")
#: The longest text of each field, in letters.
LONGEST = {"id": 120, "name": 120, "where": 200, "contact": 200, "source": 200, "hours": 250}
#: What turns the direction of a line and could make one text look like another.
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
#: Mean radius of the earth in km (IUGG), for straight lines over the ground.
EARTH = 6371.0


@dataclass(frozen=True)
class Place:
    """Somewhere to go. Raises InputError for a value that can not be.

    ``activities``: ids or modalities of the catalogue. ``where``: an address, or words how to find it. ``days``: when it
    meets or is open, () for any time; ``hours``: opening hours as their source wrote them, not read any further. ``cost``
    0 (free) to 3; ``company`` "together" for groups. ``accessible``: with a wheelchair, None where nobody said. ``source``:
    who says so, in the words that copyright asks for; ``seen``: the day on which it was last known to be so. ``latitude``
    and ``longitude`` in degrees; ``km`` from the operator's point. ``own``: entered or chosen by the person themselves.
    """

    id: str
    name: str
    kind: str
    activities: tuple[str, ...]
    where: str = ""
    days: tuple[Window, ...] = ()
    cost: int = 0
    company: str = "either"
    supervised: bool = False
    accessible: bool | None = None
    contact: str = ""
    source: str = ""
    seen: date | None = None
    latitude: float | None = None
    longitude: float | None = None
    hours: str = ""
    km: float | None = None
    own: bool = False

    def __post_init__(self) -> None:
        if not self.id or not self.name:
            raise InputError("A place needs a name; please give one.")
        for field, most in LONGEST.items():
            text = getattr(self, field)
            if len(text) > most:
                raise InputError(
                    f"The {field} of a place has {len(text)} letters; please use at most {most}."
                )
            if text != plain(text):
                raise InputError(
                    f"The {field} of a place has letters that can not be shown; please remove them."
                )
        if self.kind not in KINDS:
            raise InputError(f"The kind of a place is {self.kind!r}; it can be {', '.join(KINDS)}.")
        known = [one for one in self.activities if one in MODALITIES or one in catalogue()]
        if not known or len(known) != len(self.activities):
            odd = next((one for one in self.activities if one not in known), "")
            raise InputError(
                f"What is done at {self.name} is {odd!r}; please name kinds such as walking, or activities of the catalogue."
            )
        if self.cost not in range(4):
            raise InputError(f"The cost of {self.name} is {self.cost!r}; please give 0 (free) to 3.")
        if self.company not in COMPANY:
            raise InputError(
                f"The company of {self.name} is {self.company!r}; it can be {', '.join(COMPANY)}."
            )
        for part, most_degrees in ((self.latitude, 90), (self.longitude, 180)):
            if part is not None and not -most_degrees <= part <= most_degrees:
                raise InputError(f"{self.name} lies at {part:g} degrees; please give up to {most_degrees}.")
        if (self.latitude is None) != (self.longitude is None):
            raise InputError(f"{self.name} needs both latitude and longitude, or neither.")

    @property
    def group(self) -> bool:
        """Whether it meets, at times of its own."""
        return self.kind in GROUPS


def plain(text: str) -> str:
    """A text on one line, without control characters and what turns the direction of writing."""
    spaced = "".join(" " if letter.isspace() else letter for letter in text if letter not in _TURNS)
    return " ".join("".join(one for one in spaced if unicodedata.category(one) not in ("Cc", "Cs")).split())


def distance(latitude: float, longitude: float, place: Place) -> float | None:
    """Straight over the ground from a point in degrees, in km (haversine formula); None without coordinates."""
    if place.latitude is None or place.longitude is None:
        return None
    north, east = radians(place.latitude - latitude), radians(place.longitude - longitude)
    part = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(place.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(part)))


def near(
    places: Iterable[Place], latitude: float, longitude: float, *, within: float | None = None
) -> tuple[Place, ...]:
    """The places with their ``km`` from a point, the nearest first; of those with coordinates only the ones ``within`` so many km.

    Raises InputError for a point that is none, or a distance that is not above zero.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise InputError(
            f"There is no place at {latitude:g},{longitude:g}; please give latitude and longitude, as -41.29,174.78."
        )
    if within is not None and not 0 < within <= 20100:
        raise InputError(f"A distance of {within:g} km can not be; please give more than zero.")
    found = (replace(place, km=distance(latitude, longitude, place)) for place in places)
    kept = (place for place in found if within is None or place.km is None or place.km <= within)
    return tuple(sorted(kept, key=nearest))


def point_from(text: str) -> tuple[float, float]:
    """Latitude and longitude written as ``-41.29,174.78``. Raises InputError for anything else."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"{text[:40]!r} is no point; please give latitude and longitude, as -41.29,174.78."
        ) from None
    return latitude, longitude


def does(place: Place, activity: Activity) -> bool:
    """Whether this activity is done there: it is named, or its modality is and it is done at such a place.

    What one does alone from one's own door is not: nobody goes to a park for a walk to the corner.
    """
    if activity.id in place.activities:
        return True
    here = set(activity.places) & set(VENUES[place.kind])
    if activity.modality not in place.activities or not here:
        return False
    led = activity.company == "together" and "class" in activity.places
    if place.group:
        return (
            led or activity.company == "either" or (activity.company == "together" and place.kind == "league")
        )
    return not led and not (activity.company == "alone" and here == {"outdoors"})


def offered(places: Sequence[Place], profile: Profile) -> tuple[Place, ...]:
    """The places that fit a person: safety first, then dislikes, money, company, wheelchair, where they can be, and when.

    What they entered or chose themselves always stays, except where safety holds all plans: then nothing is offered.
    In order: their own, the nearest, by name.
    """
    screening = screen(profile)
    if screening.outcome in ("hold", "no-plan"):
        return ()
    open_ = [
        one
        for one in catalogue().values()
        if unsafe(one, screening.limits) is None and not dislikes(profile, one)
    ]
    # asked once for all places of a kind where the same is done, of which a map has thousands
    known: dict[tuple[str, tuple[str, ...]], bool] = {}

    def something(place: Place) -> bool:
        what = (place.kind, place.activities)
        if what not in known:
            known[what] = any(does(place, activity) for activity in open_)
        return known[what]

    kept = [place for place in places if place.own or (suits(place, profile) and something(place))]
    return tuple(sorted(kept, key=lambda place: (not place.own, *nearest(place))))


def suits(place: Place, profile: Profile) -> bool:
    """Whether a place suits what a person has and wants, whatever is done there."""
    if profile.money is not None and place.cost > profile.money:
        return False
    if profile.company == "alone" and (place.group or place.company == "together"):
        return False
    if profile.company == "together" and place.company == "alone":
        return False
    if "wheelchair" in profile.conditions and place.accessible is False:
        return False
    if profile.places and not set(VENUES[place.kind]) & set(profile.places):
        return False
    return not (profile.windows and place.days) or any(
        _meets(theirs, its, group=place.group) for theirs in profile.windows for its in place.days
    )


def _meets(theirs: Window, its: Window, *, group: bool) -> bool:
    """Whether somebody free then can be there: for the beginning of a group, or at any of its open hours."""
    if theirs.day != its.day:
        return False
    if group:
        return theirs.start <= its.start < theirs.end
    return theirs.start < its.end and its.start < theirs.end


def fitting(
    activity: Activity, places: Sequence[Place], *, day: date, time: time, minutes: int, profile: Profile
) -> Place | None:
    """The place that fits a session best, of those that were ``offered``; None when none does.

    It is open then for that long, or meets then. The person's own come first, then a group that begins at that very time
    (or any that meets, for who wants company), then the nearest, then by name. A session of a few minutes is worth no way
    there: then only their own places count.
    """
    together = "together" in (profile.company, activity.company)
    best: tuple[tuple[Any, ...], Place] | None = None
    for place in places:
        if not place.own and minutes < number("place", "shortest"):
            continue
        if not does(place, activity) or not suits(place, profile):
            continue
        if not is_open(place, day, time, minutes):
            continue
        meets = place.group and (
            together or any(one.day == DAYS[day.weekday()] and one.start == time for one in place.days)
        )
        order = (not place.own, not meets, *nearest(place))
        if best is None or order < best[0]:
            best = (order, place)
    return best[1] if best else None


def is_open(place: Place, day: date, at: time, minutes: int) -> bool:
    """Whether it is open for so long from then on; a group: whether it begins then or a little later.

    Of a group without times nobody can say. Hours that are only known as text are not read.
    """
    if not place.days:
        return not place.group
    start = _minute(at)
    for one in place.days:
        if one.day != DAYS[day.weekday()]:
            continue
        opens, closes = _minute(one.start), _minute(one.end)
        if place.group and 0 <= opens - start <= number("place", "early") and minutes <= closes - opens:
            return True
        if not place.group and opens <= start and start + minutes <= closes:
            return True
    return False


def meeting_times(activity: Activity, places: Sequence[Place]) -> tuple[Window, ...]:
    """When groups meet that do this activity, of the places that were ``offered``; each time once, in order."""
    found = {one for place in places if place.group and does(place, activity) for one in place.days}
    return tuple(sorted(found, key=lambda one: (DAYS.index(one.day), one.start, one.end)))


def meetings(places: Sequence[Place]) -> tuple[Window, ...]:
    """When groups meet that do something that is led; each time once, in order."""
    led = [catalogue()[id_] for id_ in sorted(_led())] if any(place.group for place in places) else []
    found = {one for activity in led for one in meeting_times(activity, places)}
    return tuple(sorted(found, key=lambda one: (DAYS.index(one.day), one.start, one.end)))


def known(
    activity: Activity, places: Sequence[Place], *, day: date, time: time, minutes: int, profile: Profile
) -> bool:
    """Whether somebody who leads it is there at that time: a place of ``places`` fits, where one is needed (``waits``)."""
    if not waits(activity, profile):
        return True
    return fitting(activity, places, day=day, time=time, minutes=minutes, profile=profile) is not None


def leading(places: Sequence[Place]) -> tuple[Place, ...]:
    """The places where somebody may lead what is done: groups, and those that name such an activity."""
    return tuple(one for one in places if one.group or not _led().isdisjoint(one.activities))


@cache
def _led() -> frozenset[str]:
    return frozenset(entry.id for entry in catalogue().values() if entry.supervised)


def stale(place: Place, today: date) -> bool:
    """Whether nobody has looked for so long that it may not be there any more."""
    return place.seen is not None and today - place.seen > timedelta(days=number("place", "stale"))


def when(place: Place, day: date | None = None) -> tuple[Words, ...]:
    """When it meets or is open, as sentences: all of them, or those of one day."""
    days = [one for one in place.days if day is None or one.day == DAYS[day.weekday()]]
    if days:
        return tuple(
            Words(
                "{day}, {start} to {end}",
                {
                    "day": Words(one.day.capitalize()),
                    "start": f"{one.start:%H:%M}",
                    "end": f"{one.end:%H:%M}",
                },
            )
            for one in days
        )
    if place.hours:
        return (Words("Hours, as the source has them: {hours}", {"hours": place.hours}),)
    if place.group:
        return (Words("We do not know when they meet. Please ask them."),)
    return ()


def trace_of(place: Place, day: date) -> dict[str, Any]:
    """A place as a session's trace keeps it: ``when`` is a list of stored Words, ``own`` says that it is private."""
    return {
        "id": place.id,
        "name": place.name,
        "where": place.where,
        "when": [stored(one) for one in when(place, day)],
        "source": place.source,
        "contact": place.contact,
        "own": place.own,
    }


def placed(session: Session, places: Sequence[Place], profile: Profile) -> Session:
    """The session with the place that fits it as it is now, of those that were ``offered``; the same where none does."""
    where = fitting(
        activity_of(session.activity),
        places,
        day=session.day,
        time=session.time,
        minutes=session.minutes,
        profile=profile,
    )
    if where is None:
        return session
    steps = [*session.trace["steps"], place_step(where)]
    return replace(session, trace={**session.trace, "place": trace_of(where, session.day), "steps": steps})


def place_step(place: Place) -> Step:
    """The step of a trace that says how the place came about."""
    return step("place", place.name, "", "place")


def nearest(place: Place) -> tuple[Any, ...]:
    """What places are ordered by: how far, then by name."""
    return (inf if place.km is None else place.km, place.name.casefold(), place.id)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
