"""Generated people and histories for the rules of a plan that must always hold."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import KIT, MODALITIES, catalogue
from ambulando.plan.calendar import Busy
from ambulando.safety.profile import (
    BARRIERS,
    COMPANY,
    CONDITIONS,
    DAYS,
    PLACES,
    SEASONS,
    WEATHER,
    profile_from,
)

TODAY = date(2026, 6, 8)  # a Monday
KINDS = (*MODALITIES, *catalogue())
MEDICINES = (
    "sertraline",
    "metoprolol",
    "amitriptyline",
    "lithium",
    "olanzapine",
    "fluoxetine",
    "something odd",
)


def bout(activity: str, ago: int, minutes: float, effort: int | None = None) -> Bout:
    """A bout ``ago`` days before TODAY."""
    return Bout(
        activity, datetime.combine(TODAY - timedelta(days=ago), time(9), UTC), minutes * 60, effort=effort
    )


@st.composite
def windows(draw: st.DrawFn) -> list[dict[str, str]]:
    found = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, 23 * 60))
        end = draw(st.integers(start + 1, min(start + 180, 24 * 60 - 1)))
        found.append(
            {
                "day": draw(st.sampled_from(DAYS)),
                "from": f"{start // 60:02}:{start % 60:02}",
                "to": f"{end // 60:02}:{end % 60:02}",
            }
        )
    return found


def some(values: Any, most: int = 4) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(list(values)), max_size=most, unique=True)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


CARE = st.fixed_dictionaries(
    {},
    optional={
        "max_minutes": st.integers(2, 60),
        "max_intensity": st.sampled_from(("light", "moderate", "vigorous")),
        "minutes_per_week": st.integers(2, 300),
        "sessions": st.integers(1, 7),
        "avoid": some(KINDS, 5),
    },
)
AIM = st.fixed_dictionaries(
    {"modality": st.sampled_from(("walking", "running", "cycling")), "grow": st.booleans()}
).flatmap(
    lambda told: (
        st.integers(2, 30).map(lambda km: told | {"km": km})
        | st.integers(2, 300).map(lambda minutes: told | {"minutes": minutes})
    )
)
HOMEWORK = st.lists(
    st.fixed_dictionaries(
        {"activity": st.sampled_from(list(catalogue()))},
        optional={"times": st.integers(1, 7), "minutes": st.integers(2, 60), "note": st.just("as agreed")},
    ),
    max_size=3,
)

PROFILES = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers(16, 95),
        "active": st.fixed_dictionaries({"days": st.integers(0, 7), "minutes": st.integers(0, 180)}),
        "conditions": some(
            [name for name in CONDITIONS if name not in ("eating-disorder", "compulsive-exercise")], 3
        ),
        "symptoms": some(["fatigue"], 1),
        "medicines": some(MEDICINES, 3),
        "pregnant": st.booleans(),
        "phq9": st.integers(0, 27),
        "barriers": some(BARRIERS, 2),
        "likes": some(KINDS),
        "dislikes": some(KINDS, 8) | st.just(list(MODALITIES)),
        "places": some(PLACES),
        "company": st.sampled_from(COMPANY),
        "kit": some(KIT),
        "money": st.integers(0, 3),
        "windows": windows(),
        "minutes_per_week": st.integers(0, 400),
        "energy": st.integers(0, 10),
        "confidence": st.integers(0, 10),
        "clearance": st.booleans(),
        "intensity": st.sampled_from(("light", "moderate", "vigorous")),
        "flare": st.booleans(),
        "medicine_changed": st.booleans(),
        "hot": st.booleans(),
        "weather": some(WEATHER, 3),
        "season": st.sampled_from(SEASONS),
        "aim": AIM,
        "care": CARE,
        "homework": HOMEWORK,
    },
).map(profile_from)

BOUTS = st.lists(
    st.builds(
        bout,
        st.sampled_from(list(catalogue())),
        st.integers(0, 90),
        st.floats(0.5, 180),
        maybe(st.integers(0, 10)),
    ),
    max_size=25,
)

#: times that are taken in the week from TODAY, up to whole days
BUSY = st.lists(
    st.builds(
        lambda day, start, minutes: Busy(
            datetime.combine(TODAY + timedelta(days=day), time()) + timedelta(minutes=start),
            datetime.combine(TODAY + timedelta(days=day), time()) + timedelta(minutes=start + minutes),
        ),
        st.integers(-1, 7),
        st.integers(0, 1439),
        st.integers(1, 60) | st.integers(1, 3000),
    ),
    max_size=6,
)


def broken(activity: Any, limits: Any) -> list[str]:
    """Which limits of safety an activity breaks, worked out apart from the code under test."""
    met = {"light": 3.0, "moderate": 6.0, "vigorous": 99.0}[limits.max_intensity]
    return [
        name
        for name, breaks in {
            "intensity": activity.met >= met,
            "impact": activity.impact > limits.max_impact,
            "floor": limits.no_floor and activity.floor,
            "falls": limits.no_falls and activity.falls,
            "seated": limits.seated and not activity.seated,
        }.items()
        if breaks
    ]
