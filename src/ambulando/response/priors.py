"""What is believed before a person's own days are seen: one prior for each question, none used for another's.

No NumPy here. Figures, sources and certainty lie in ``data/priors.toml``; effects come from ``evidence``.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from ambulando.activity.catalogue import catalogue
from ambulando.evidence.modalities import finding
from ambulando.evidence.within_person import same_day
from ambulando.ground import InputError, packaged_toml
from ambulando.response.series import check_target

#: The three named priors, from the most doubtful to the most hopeful.
NAMES = ("sceptical", "central", "published")

#: A usual session, in minutes: what every effect is the effect of.
SESSION_MINUTES = 30.0

#: Usual sessions a week behind the effect named "weeks".
SESSIONS_A_WEEK = 3.0


@dataclass(frozen=True)
class Prior:
    """A normal belief about one effect, in mood points 0-10, and where it comes from.

    sources: reference ids of ``evidence``; basis: how the figures were reached, in words.
    """

    mean: float
    sd: float
    sources: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class Priors:
    """The beliefs for one fit: by modality for the same day and for weeks; next_day is one for all.

    met: the intensity taken for a modality where only minutes are known. target: what the effects are effects on.
    """

    name: str
    same_day: Mapping[str, Prior]
    next_day: Prior
    weeks: Mapping[str, Prior]
    met: Mapping[str, float]
    target: str = "mood"

    def of(self, modality: str, horizon: str) -> Prior:
        """The prior for one modality and one horizon ("same-day", "next-day", "weeks")."""
        if horizon == "next-day":
            return self.next_day
        return (self.same_day if horizon == "same-day" else self.weeks)[modality]


def constants() -> dict[str, Any]:
    """The figures of ``data/priors.toml``; not to be changed by the caller."""
    return packaged_toml("ambulando.response.data", "priors.toml")


def priors(name: str, modalities: Iterable[str], target: str = "mood") -> Priors:
    """The named priors ("sceptical", "central" or "published") for these modalities, of effects on one of
    ``series.TARGETS``.

    Raises InputError for another name or target.
    """
    if name not in NAMES:
        raise InputError(f"There is no prior '{name}'. Please use one of {', '.join(NAMES)}.")
    check_target(target)
    facts = constants()
    wanted = tuple(modalities)
    following = facts["next_day"]
    return Priors(
        name=name,
        same_day=dict.fromkeys(wanted, _same_day(name, target)),
        next_day=Prior(
            following["mean"], following["sd"], tuple(following["references"]), following["source"]
        ),
        weeks={modality: _weeks(name, modality, target) for modality in wanted},
        met={modality: _met(modality) for modality in wanted},
        target=target,
    )


def _same_day(name: str, target: str) -> Prior:
    """Within-person studies only; the spread between people is the same for all three names and all targets."""
    central = same_day()
    if target == "mood":
        entry = constants()["same_day"][name]
        if name == "central":
            return Prior(central.mean, central.sd, tuple(central.sources), entry["source"])
    else:
        entry = constants()["target"][target]["same_day"]
        entry = entry.get(name, entry)
    return Prior(entry["mean"], central.sd, tuple(entry["references"]), entry["source"])


def _weeks(name: str, modality: str, target: str) -> Prior:
    """Three usual sessions a week, held for months, against none; for mood from the trials, shrunk for bias.

    With g the trials' effect (SE s), w the shrinking (SD v), D the SD of PHQ-9 and L PHQ-9 points by mood point:
    mean = -w g D / L; variance = (w s D / L)^2 + (v g D / L)^2 + (mean SD(L) / L)^2 + spread between people^2.
    """
    if target != "mood":
        entry = constants()["target"]["weeks"]
        return Prior(entry["mean"], entry["sd"], tuple(entry["references"]), entry["source"])
    found = finding(modality)
    facts = constants()["weeks"]
    shrink = facts["shrink"][name]
    scale = facts["phq9_sd"] / facts["phq9_per_mood_point"]
    se = (found.ci[1] - found.ci[0]) / (2 * 1.959964)
    mean = -shrink["factor"] * found.effect * scale
    sd = math.sqrt(
        (shrink["factor"] * se * scale) ** 2
        + (shrink["sd"] * found.effect * scale) ** 2
        + (mean * facts["phq9_per_mood_point_sd"] / facts["phq9_per_mood_point"]) ** 2
        + facts["spread_between_people"] ** 2
    )
    sources = tuple(dict.fromkeys((*found.sources, *shrink["references"])))
    return Prior(mean, sd, sources, f"{shrink['source']} {facts['source']}")


@cache
def _met(modality: str) -> float:
    """The median MET of the modality's activities in the catalogue (4, the middle of moderate, where it has none).

    It only bends the dose curve: an effect is always that of a usual session.
    """
    mets = [activity.met for activity in catalogue().values() if activity.modality == modality]
    return median(mets) if mets else 4.0
