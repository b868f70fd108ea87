"""The rules that the numbers of a plan come from, as data: what each says, its numbers, its source, its certainty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ambulando.ground import InputError, packaged_toml
from ambulando.safety.profile import Profile

FILE = "data/rules.toml"
#: what is believed of anybody's doing; each feature of it is a rule, "doing-" before its name
DOING = "data/doing.toml"
#: what regimens are chosen by; the weight of each trait is a rule, "regimen-" before its name
REGIMEN = "data/regimen.toml"
CERTAINTIES = ("cited", "our judgement")


@dataclass(frozen=True)
class Rule:
    """One rule. ``numbers`` are in minutes, days, weeks or shares, as ``says`` tells; ``whom``: ids of those it is for, by key of a profile."""

    id: str
    says: str
    numbers: Mapping[str, float]
    source: str
    certainty: str
    whom: Mapping[str, frozenset[str]] = field(default_factory=dict)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id. Raises InputError, naming the file and the rule, for a rule that is not whole."""
    found: dict[str, Rule] = {}
    for name, row in packaged_toml("ambulando.plan", FILE).items():
        missing = [key for key in ("says", "numbers", "source", "certainty") if key not in row]
        if missing or row["certainty"] not in CERTAINTIES or not row["source"]:
            raise InputError(
                f"Rule '{name}' of {FILE} needs says, numbers, source and a certainty of {CERTAINTIES}."
            )
        whom = {key: frozenset(ids) for key, ids in row.get("whom", {}).items()}
        found[name] = Rule(name, row["says"], row["numbers"], row["source"], row["certainty"], whom)
    for name, row in packaged_toml("ambulando.plan", DOING).items():
        # derived is not cited: the number itself does not stand in the source
        certainty = row["certainty"] if row["certainty"] in CERTAINTIES else "our judgement"
        numbers = {key: value for key, value in row.items() if isinstance(value, float)}
        found[f"doing-{name}"] = Rule(f"doing-{name}", row["says"], numbers, row["source"], certainty)
    for name, row in packaged_toml("ambulando.plan", REGIMEN).items():
        # the certainty there is that of the finding; a weight is always our judgement
        numbers = {key: value for key, value in row.items() if isinstance(value, float)}
        found[f"regimen-{name}"] = Rule(
            f"regimen-{name}", row["says"], numbers, row["source"], "our judgement"
        )
    return found


@cache  # asked for a thousand times a week that is made
def number(rule: str, name: str) -> float:
    """A number of a rule."""
    return rules()[rule].numbers[name]


@cache
def whole(rule: str, name: str) -> int:
    """A whole number of a rule."""
    return int(rules()[rule].numbers[name])


def is_for(rule: str, profile: Profile) -> bool:
    """Whether the profile names anything that the rule is for."""
    return any(not ids.isdisjoint(getattr(profile, key)) for key, ids in rules()[rule].whom.items())
