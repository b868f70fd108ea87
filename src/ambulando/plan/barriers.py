"""What can stand in the way, as data: the matched strategy, its technique codes and an if-then plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter

from ambulando.activity.catalogue import Activity
from ambulando.ground import InputError, packaged_toml

FILE = "data/barriers.toml"
FIELDS = frozenset({"cue", "activity", "minutes", "smallest", "indoor"})
#: the fields of the pattern for a person's own words, all of them needed
OWN_FIELDS = frozenset({"cue", "activity", "minutes", "instead"})
NEEDED = ("name", "strategy", "codes", "helps", "if_then", "own", "ideas", "source", "certainty", "date")

#: What makes an activity likelier to be done with a barrier, read from its attributes.
HELPS: Mapping[str, Callable[[Activity], bool]] = {
    "light": lambda activity: activity.intensity == "light",
    "seated": lambda activity: activity.seated,
    "easy-joints": lambda activity: activity.impact == 0,
    "home": lambda activity: "home" in activity.places,
    "indoors": lambda activity: activity.place != "outdoors",
    "outdoors": lambda activity: activity.place != "indoors",
    "alone": lambda activity: activity.company != "together",
    "together": lambda activity: activity.company != "alone",
    "free": lambda activity: activity.cost == 0,
    "no-kit": lambda activity: not activity.kit,
    "low-attention": lambda activity: activity.attention == "low",
    "continuous": lambda activity: activity.continuous,
    "everyday": lambda activity: activity.modality == "everyday",
}

GENTLER = ("light", "seated")


@dataclass(frozen=True)
class Barrier:
    """One barrier. ``codes`` are numbers of BCTTv1; ``if_then`` is a pattern with the fields FIELDS, ``own`` the one for a
    person's own words (OWN_FIELDS), and ``ideas`` are what they could write.
    """

    id: str
    name: str
    strategy: str
    codes: tuple[str, ...]
    helps: tuple[str, ...]
    if_then: str
    own: str
    ideas: tuple[str, ...]
    source: str
    certainty: str
    date: str
    early: bool = False
    when: str = ""

    def applies(self, activity: Activity) -> bool:
        """Whether the if-then plan of this barrier has a meaning for an activity."""
        meant = {
            "away": "home" not in activity.places,
            "costs": activity.cost > 0,
            "alone": activity.company != "together",
        }
        return meant.get(self.when, True)

    def fit(self, activity: Activity, *, used: bool = False) -> float:
        """How well an activity goes with this barrier: -1 (nothing of what helps) to 1 (all of it).

        ``used``: for somebody used to effort a gentler form is no help in itself.
        """
        helps = [name for name in self.helps if not (used and name in GENTLER)]
        return 2 * sum(HELPS[name](activity) for name in helps) / len(helps) - 1 if helps else 0.0


@cache
def barriers() -> Mapping[str, Barrier]:
    """All barriers by id. Raises InputError, naming the file and the row, for one that is not whole."""
    found: dict[str, Barrier] = {}
    for name, row in packaged_toml("ambulando.plan", FILE).items():
        missing = [key for key in NEEDED if not row.get(key)]
        if missing:
            raise InputError(f"Barrier '{name}' of {FILE} has no {' and no '.join(missing)}.")
        fields = _fields(row["if_then"])
        if _fields(row["own"]) != OWN_FIELDS:
            raise InputError(f"The own words of barrier '{name}' of {FILE} need {sorted(OWN_FIELDS)}.")
        if not fields <= FIELDS or not {"cue", "activity", "minutes"} <= fields:
            raise InputError(
                f"The if_then of barrier '{name}' of {FILE} names fields other than {sorted(FIELDS)}."
            )
        strange = [tag for tag in row["helps"] if tag not in HELPS]
        if strange:
            raise InputError(f"Barrier '{name}' of {FILE} is helped by {strange}, which we do not know.")
        lists = {key: tuple(row[key]) for key in ("codes", "helps", "ideas")}
        found[name] = Barrier(id=name, **{**row, **lists})
    return found


def _fields(pattern: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(pattern) if field}
