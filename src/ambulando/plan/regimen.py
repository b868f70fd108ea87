"""What regimens are chosen by beside the kind of activity: flowing, unbroken, little to think about, nature, others, led.

The traits, their weights and what is known of each are data (``data/regimen.toml``). Enjoyment, which belongs to them, is
a part of the score of its own. What is known is little: two findings are of people with depression, one is of how other
people feel, and three are our judgement. Each weight is a rule ("regimen-" before the trait's id, see plan/rules.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ambulando.activity.catalogue import Activity
from ambulando.ground import InputError, Words, packaged_toml
from ambulando.plan.rules import REGIMEN
from ambulando.plan.trace import Row, Step, row, step

#: What a finding may be about: symptoms of depression, feeling in the hour of moving, staying with it, or nothing found.
ABOUT = ("symptoms", "feeling", "staying", "nothing")
#: How sure a finding is: our word, because the sources give none.
CERTAINTIES = ("low", "very low", "our judgement")
#: Traits that count only for who is open to company.
COMPANY = ("others", "supervised")
NEEDED = ("name", "part", "weighed", "weight", "says", "about", "finding", "source", "certainty")


@dataclass(frozen=True)
class Characteristic:
    """One trait. ``weight`` (above 0) counts beside the others; ``half`` is the share of an activity that has it in part.

    ``says``: when it counts. ``about`` and ``finding``: what is known and of what (ABOUT); an empty finding is our judgement.
    ``certainty`` (CERTAINTIES) is that of the finding. ``part`` and ``weighed`` name its two steps in a trace.
    """

    id: str
    name: str
    part: str
    weighed: str
    weight: float
    half: float
    says: str
    about: str
    finding: str
    source: str
    certainty: str
    references: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@cache
def characteristics() -> Mapping[str, Characteristic]:
    """All traits by id, the best known first. Raises InputError, naming the file and the trait, for one that is not whole."""
    found = {}
    for name, table in packaged_toml("ambulando.plan", REGIMEN).items():
        missing = [key for key in NEEDED if key not in table]
        if missing:
            raise InputError(f"Trait '{name}' of {REGIMEN} has no {' or '.join(missing)}; please add it.")
        if not 0 < table["weight"] <= 1 or not table["source"]:
            raise InputError(f"Trait '{name}' of {REGIMEN} needs a weight above 0 and up to 1, and a source.")
        if table["about"] not in ABOUT or table["certainty"] not in CERTAINTIES:
            raise InputError(
                f"Trait '{name}' of {REGIMEN} has about {table['about']!r} and certainty {table['certainty']!r}; "
                f"they can be {', '.join(ABOUT)}, and {', '.join(CERTAINTIES)}."
            )
        judged = {table["about"] == "nothing", not table["finding"], table["certainty"] == "our judgement"}
        if len(judged) != 1:
            raise InputError(
                f"Trait '{name}' of {REGIMEN} either has a finding or is our judgement, not both."
            )
        found[name] = Characteristic(
            id=name,
            half=table.get("half", 0.0),
            references=tuple(table.get("references", ())),
            rows=tuple(table.get("rows", ())),
            **{key: table[key] for key in NEEDED},
        )
    return MappingProxyType(found)


def shares(activity: Activity) -> dict[str, float]:
    """How far an activity has each trait, 0 to 1, by the trait's id."""
    traits = characteristics()
    return {
        "supervised": float(activity.supervised),
        "others": {"together": 1.0, "either": traits["others"].half}.get(activity.company, 0.0),
        "nature": {"yes": 1.0, "can": traits["nature"].half}.get(activity.nature, 0.0),
        "low-attention": {"low": 1.0, "medium": traits["low-attention"].half}.get(activity.attention, 0.0),
        "dynamic": float(activity.dynamic),
        "uninterrupted": float(activity.continuous),
    }


def fit(activity: Activity, *, company: str | None) -> float:
    """How far an activity has the traits, 0 to 1: the mean of its shares by their weights.

    ``company`` is that of the profile: with "alone" being with others and being led count neither for nor against.
    """
    return _mean(tuple(shares(activity).items()), company == "alone")


@cache  # many activities have the same traits, and every plan asks for all of them
def _mean(had: tuple[tuple[str, float], ...], alone: bool) -> float:
    counted = {one.id: one.weight for one in _counted("alone" if alone else None)}
    return sum(counted.get(name, 0.0) * share for name, share in had) / sum(counted.values())


def steps(activity: Activity, *, company: str | None = None) -> list[Step]:
    """The share and the weight of every trait that counts, each naming its rule and its rows; ``fit`` follows from them."""
    entry = row("catalogue", activity.id)
    had = shares(activity)
    found = []
    for one in _counted(company):
        found += [
            step(one.part, had[one.id], "0 to 1", f"regimen-{one.id}", [entry]),
            step(one.weighed, one.weight, "weight", f"regimen-{one.id}", _rows(one)),
        ]
    return found


def said(activity: Activity, *, company: str | None = None) -> list[Words]:
    """What is known of the traits that an activity has: a sentence for each finding, and one for what is only judged."""
    had = [one for one in _counted(company) if shares(activity)[one.id] == 1]
    known = [Words(one.finding) for one in had if one.finding]
    judged = [Words(one.part) for one in had if not one.finding]
    if not judged:
        return known
    names = dict(zip(("first", "second", "third"), judged, strict=False))
    return [*known, Words(_JUDGED[len(judged) - 1], names)]


_JUDGED = (
    "Also, by our judgement and no trial: {first}.",
    "Also, by our judgement and no trial: {first}, {second}.",
    "Also, by our judgement and no trial: {first}, {second}, {third}.",
)


def _counted(company: str | None) -> list[Characteristic]:
    return [one for one in characteristics().values() if company != "alone" or one.id not in COMPANY]


def _rows(one: Characteristic) -> list[Row]:
    return [
        *(row("published", name) for name in one.rows),
        *(row("reference", name) for name in one.references),
    ]
