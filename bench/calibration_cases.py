"""The simulated people whose answers `calibration.py` counts: one case is one row of a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MODALITIES = ("walking", "yoga", "strength")


@dataclass(frozen=True)
class Case:
    """One row of a table. people: "beliefs" (exactly what the model believes) or "figures" (the cited ones); fixed:
    what is the same for everybody, a number or (mean, sd); size: share of --people; looks: days (draws, in a
    comparison) after which a person looks at the answer and stops at a claim; days: of a comparison, its draw days;
    kinds: of exercise, or options."""

    table: str
    name: str
    days: int
    people: str = "figures"
    fixed: Mapping[str, Any] = field(default_factory=dict)
    setting: Mapping[str, Any] = field(default_factory=dict)
    kinds: int = 1
    morning: bool = False
    looks: tuple[int, ...] = ()
    size: float = 1.0

    @property
    def key(self) -> str:
        return "-".join(
            "".join(c if c.isalnum() else " " for c in f"{self.table} {self.name} {self.days}").split()
        )


def _drawn() -> list[Case]:
    """Randomised days: the model's own beliefs, then one thing wrong at a time, then the cited figures."""
    ideal = {"drawn": True, "whole": False, "ill": False, "missing_by_mood": 0.0}
    wrong: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("outlying evenings (Student's t, 3 df)", {}, {"noise": "heavy"}),
        ("skewed evenings", {}, {"noise": "skewed"}),
        ("whole numbers 0-10, usual mood 2.5", {"level": 2.5}, {"whole": True}),
        ("whole numbers 0-10, usual mood 8.5", {"level": 8.5}, {"whole": True}),
        ("dose scale 8 minutes", {"dose_scale": 8.0}, {}),
        ("dose scale 120 minutes", {"dose_scale": 120.0}, {}),
        ("persistence 0.95, nearly a random walk", {"persistence": 0.95, "inertia_share": 0.8}, {}),
        ("long memory (half of the inertia 0.99 a day)", {}, {"slow": 0.5}),
        ("20% missing, more on low days", {}, {"missing": 0.2, "missing_by_mood": -0.6}),
        ("40% missing, more on low days", {}, {"missing": 0.4, "missing_by_mood": -0.6}),
    ]
    cases = []
    for days in (56, 120):
        cases.append(Case("drawn", "as the model believes", days, "beliefs", {}, ideal))
        cases += [
            Case("drawn", name, days, "beliefs", fixed, ideal | more, size=0.25)
            for name, fixed, more in wrong
        ]
        cases.append(Case("drawn", "people of the cited figures", days, setting={"drawn": True}))
        cases.append(Case("drawn", "the same, with morning ratings", days, setting={"drawn": True}, morning=True,
                          size=0.25))  # fmt: skip
        loose = {"drawn": True, "asked": 0.63, "unasked": 0.18}
        cases.append(
            Case("drawn", "draws followed in part, less on low days", days, setting=loose, size=0.25)
        )
    return cases


def _free() -> list[Case]:
    """Days without draws; the first rows are the people of the published bias."""
    known = {"level": 5.0, "weeks": 0.0, "persistence": 0.5, "sd": 1.5, "inertia_share": 0.64}
    ideal = {"share": 0.33, "missing": 0.2, "missing_by_mood": 0.0, "ill": False, "whole": False}
    cases = [
        Case(
            "free",
            "pull 0.58, as the diary study found",
            days,
            fixed=known | {"reverse": 0.58},
            setting=ideal,
            size=size,
        )
        for days, size in ((56, 0.25), (120, 1.0), (365, 1.0))
    ]
    cases += [
        Case(
            "free",
            "pull of N(0.5, 0.2)",
            days,
            fixed=known | {"reverse": (0.5, 0.2)},
            setting=ideal,
            size=0.25,
        )
        for days in (56, 120, 365)
    ]
    cases += [
        Case("free", f"pull {pull:g}, {word}", 120, fixed=known | {"reverse": pull}, setting=ideal, size=0.25)
        for pull, word in ((0.0, "none at all"), (1.0, "twice the prior's mean"))
    ]
    for days in (120, 365):
        cases.append(Case("free", "people of the cited figures", days, size=0.25))
        cases.append(Case("free", "the same, with morning ratings", days, morning=True, size=0.25))
    cases.append(Case("free", "the same, 40% missing on low days", 120, morning=True, size=0.25,
                      setting={"missing": 0.4, "missing_by_mood": -0.6}))  # fmt: skip
    return cases


def _claims() -> list[Case]:
    none = {"same_day": 0.0, "weeks": 0.0}
    cases = [Case("zero", "drawn days", days, fixed=none, setting={"drawn": True}) for days in (56, 120)]
    looks = tuple(range(28, 121, 14))
    cases.append(Case("zero", "drawn days, looked at every fortnight, stopped at a claim", 120, fixed=none,
                      setting={"drawn": True}, looks=looks, size=0.25))  # fmt: skip
    cases.append(Case("zero", "days without draws, pull of N(0.5, 0.2)", 120, fixed=none, size=0.25))
    cases += [
        Case(
            "power", f"{effect:g} points", days, fixed={"same_day": effect}, setting={"drawn": True}, size=0.1
        )
        for effect in (0.26, 0.5, 0.8, 1.2)
        for days in (56, 120, 365)
    ]
    return cases


def _best() -> list[Case]:
    return [
        Case("best", "three kinds, as the model believes", 120, "beliefs", kinds=3,
             setting={"drawn": True, "whole": False, "ill": False, "missing_by_mood": 0.0}),
        Case("best", "three kinds, people of the cited figures", 120, kinds=3, setting={"drawn": True}, size=0.25),
    ]  # fmt: skip


def _compared() -> list[Case]:
    part = {"asked": 0.63}
    none = {"same_day": 0.0}
    return [
        Case("compared", "two options", 28, kinds=2),
        Case("compared", "two options", 56, kinds=2, size=0.5),
        Case("compared", "two options, done in part, less on low days", 56, setting=part, kinds=2, size=0.25),
        Case("compared", "three options", 57, kinds=3, size=0.25),
        Case("compared", "two options that do nothing", 28, fixed=none, kinds=2),
        Case("compared", "two options that do nothing", 56, fixed=none, kinds=2, size=0.5),
        Case("compared", "that do nothing, the harm rule on, looked at from 20 on every 4, stopped at a claim", 56,
             fixed=none, kinds=2, looks=tuple(range(20, 57, 4)), size=0.1),
        Case("compared", "0.8 points apart", 56, fixed={"same_day": (0.8, 0.0)}, kinds=2, size=0.1),
        Case("compared", "1.2 points apart", 56, fixed={"same_day": (1.2, 0.0)}, kinds=2, size=0.1),
    ]  # fmt: skip


CASES = (*_drawn(), *_free(), *_claims(), *_best(), *_compared())
