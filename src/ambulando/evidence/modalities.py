"""What trials found for each modality, with its certainty and its sources. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ambulando.evidence import base
from ambulando.evidence.rows import Row
from ambulando.ground import InputError, Words

#: Those of the command line.
MODALITY_IDS = (
    "walking",
    "running",
    "cycling",
    "swimming",
    "aerobic",
    "strength",
    "yoga",
    "tai-chi",
    "dance",
    "mixed",
    "sport",
    "everyday",
)

#: Where the trials with less bias and the larger trials stand; every finding cites them beside its own source.
LESS_BIAS, LARGER = "krogh2017-less-bias", "krogh2017-trial-size-n-gt50"

_FOUND = (
    "Trials had {n} people. Those who did {subject} had fewer symptoms than those they were compared with ({effect}, where "
    "0 is no difference). How sure: {certainty}. "
)
_SMALLER = (
    "Trials with less bias, of all kinds of exercise, found less: {less} in the four with the least bias, {larger} in "
    "those with more than 50 people."
)
_PATTERNS = {
    "own": _FOUND + _SMALLER,
    "near": "There is no firm result for {used} alone. " + _FOUND + _SMALLER,
    "whole": "There is no firm result for {used} alone, so this is exercise as a whole. " + _FOUND + _SMALLER,
}


@dataclass(frozen=True)
class Finding:
    """What trials found for a modality. ``effect`` and ``ci`` are a standardised mean difference: below zero means fewer
    symptoms. ``fit`` is "own" (this kind of activity), "near" (a wider kind) or "whole" (exercise as a whole).
    ``sources`` are reference ids; ``rows`` the ids of the published rows used.
    """

    modality: str
    effect: float
    ci: tuple[float, float]
    measure: str
    k: int
    n: int
    certainty: str
    status: str
    analysis: str
    fit: str
    interval: str
    sources: tuple[str, ...]
    rows: tuple[str, ...]
    sentence: Words


@dataclass(frozen=True)
class Choice(Row):
    """Which analysis answers for a modality, and how it is worded."""

    modality: str
    analysis: str
    fit: str
    used: str
    subject: str


@cache
def choices() -> Mapping[str, Choice]:
    """The choice for each modality."""
    found = {row.modality: row for row in base.rows_from("modalities", Choice)}
    missing = [name for name in MODALITY_IDS if name not in found]
    if missing:
        raise InputError(f"modalities.csv has no row for {', '.join(missing)}.")
    return MappingProxyType(found)


@cache
def finding(modality: str) -> Finding:
    """The finding for one of MODALITY_IDS. Raises InputError for another name."""
    if modality not in MODALITY_IDS:
        raise InputError(f"There is no modality called {modality!r}; take one of {', '.join(MODALITY_IDS)}.")
    choice = choices()[modality]
    # Only a published result has an estimate at hand.
    analysis = base.as_published(choice.analysis)
    if analysis.estimate is None or analysis.ci is None or analysis.k is None or analysis.n is None:
        raise InputError(
            f"modalities.csv: {choice.analysis!r} has no estimate with an interval, trials and people."
        )
    less, larger = base.as_published(LESS_BIAS), base.as_published(LARGER)
    sentence = Words(
        _PATTERNS[choice.fit],
        {
            "n": f"{analysis.n:,}",
            "effect": _signed(analysis.estimate),
            "used": choice.used,
            "subject": choice.subject,
            "certainty": analysis.certainty,
            "less": _signed(less.estimate),
            "larger": _signed(larger.estimate),
        },
    )
    return Finding(
        modality=modality,
        effect=analysis.estimate,
        ci=analysis.ci,
        measure=analysis.measure,
        k=analysis.k,
        n=analysis.n,
        certainty=analysis.certainty,
        status=analysis.status,
        analysis=analysis.id,
        fit=choice.fit,
        interval=analysis.interval,
        sources=tuple(dict.fromkeys((analysis.reference, less.reference))),
        rows=(analysis.id, less.id, larger.id),
        sentence=sentence,
    )


def _signed(value: float | None) -> str:
    """Two digits with a true minus sign."""
    if value is None:
        raise InputError("krogh2017 has no estimate for trials with less bias; published.csv needs it.")
    return f"{value:.2f}".replace("-", "\u2212")
