"""Sequential monitoring of a growing set of studies: cumulative z against boundaries that allow for looking again and again.

Wetterslev et al. 2008, J Clin Epidemiol 61:64 and 2009, BMC Med Res Methodol 9:86 (required information, diversity);
``boundaries`` for the limits. An optional monitor for living updates: the Cochrane Handbook (chapter 22) advises against
such limits as the main analysis of an updated review, and so every result says.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ambulando.evidence.checks.influence import Step, cumulative, in_order
from ambulando.evidence.checks.observed import observed
from ambulando.evidence.faults import EvidenceFault, ImpossibleValue
from ambulando.evidence.monitoring.boundaries import Boundaries, Design, planned
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, versions
from ambulando.evidence.univariate.pooling import pool
from ambulando.evidence.univariate.usable import numbers

#: Looks whose information differs by less than this share of the required one are no looks of their own.
NEAR = 0.01
#: A look that lies beyond any maximum, for studies that are no looks yet.
BEYOND = 1e9
OPTIONAL = (
    "Sequential boundaries are an optional monitor for updates and no verdict: the Cochrane Handbook (chapter 22) advises "
    "against them as the main analysis of a review."
)


@dataclass(frozen=True)
class Look:
    """The answer when ``study`` had come in (None: the planned end): ``information`` so far and as ``fraction`` of what is
    required, the cumulative ``z``, its limits there (NaN: no look of its own), the interval that allows for them
    (``adjusted_ci``), and which limit was ``crossed``: upper, lower, futility or None."""

    row: int | None
    study: str | None
    k: int
    information: float
    fraction: float
    estimate: float
    se: float
    z: float
    p: float
    ci: Interval
    upper: float
    lower: float
    futility: float
    adjusted_ci: Interval
    crossed: str | None


@dataclass(frozen=True)
class Monitor:
    """``required`` information without heterogeneity, ``adjusted`` for the ``diversity`` of the studies (D2, percent), and
    ``maximum``, the same with what repeated looks cost; ``unit`` says whether it is participants or the inverse variance."""

    k: int
    unit: str
    effect: float
    required: float
    adjusted: float
    maximum: float
    acquired: float
    fraction: float
    diversity: float
    looks: tuple[Look, ...]
    crossed: str | None
    crossed_at: str | None
    alpha: float
    power: float
    sides: int
    spending: str
    futility: str | None
    inflation: float
    method: str
    test: str
    level: float
    measure: str
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def _worth_finding(effect: float) -> None:
    if effect == 0 or not math.isfinite(effect):
        raise EvidenceFault(
            f"The effect to look for is {effect:g}; please give the smallest one that matters."
        )


def required_participants(
    measure: str,
    effect: float,
    *,
    control_risk: float | None = None,
    sd: float = 1.0,
    alpha: float = 0.05,
    power: float = 0.8,
    sides: int = 2,
) -> float:
    """The people that two arms of equal size need in all, to find ``effect`` with ``power``.

    ``effect`` is on the scale of the analysis: the log of a risk ratio (RR) or odds ratio (OR), a risk difference (RD), each
    with ``control_risk``; a mean difference (MD) with ``sd``, or a standardised one (SMD). Raises EvidenceFault.
    """
    _worth_finding(effect)
    quantiles = (_z(alpha, sides) + _z(1 - power, 1)) ** 2
    if measure in ("SMD", "MD"):
        return 4 * quantiles * (sd if measure == "MD" else 1.0) ** 2 / effect**2
    if measure not in ("RR", "OR", "RD"):
        raise EvidenceFault(
            f"Participants can be counted for RR, OR, RD, MD and SMD, and not for {measure}; leave the sizes out."
        )
    if control_risk is None or not 0 < control_risk < 1:
        raise ImpossibleValue("A risk in the control arm between 0 and 1 is needed, as 0.13.")
    if measure == "RR":
        risk = control_risk * math.exp(effect)
    elif measure == "OR":
        odds = control_risk / (1 - control_risk) * math.exp(effect)
        risk = odds / (1 + odds)
    else:
        risk = control_risk + effect
    if not 0 < risk < 1:
        raise ImpossibleValue(
            f"With a risk of {control_risk:g} in the control arm this effect gives {risk:g} in the other."
        )
    mean = (risk + control_risk) / 2
    return 4 * quantiles * mean * (1 - mean) / (risk - control_risk) ** 2


def _z(tail: float, sides: int) -> float:
    return float(-ndtri(tail / sides))


def diversity(yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", test: str = "hksj") -> float:
    """D2 in percent: by how much the variance of the random-effects mean exceeds that of the common effect."""
    random = pool(yi, vi, method=method, test=test).se ** 2
    common = pool(yi, vi, method="EE", test="z").se ** 2
    return max(0.0, 100 * (1 - common / random)) if random > 0 else 0.0


def monitor(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    effect: float,
    sizes: ArrayLike | None = None,
    control_risk: float | None = None,
    sd: float = 1.0,
    order: Sequence[float] | Sequence[str] | None = None,
    method: str = "REML",
    test: str = "hksj",
    alpha: float = 0.05,
    power: float = 0.8,
    sides: int = 2,
    spending: str = "obrien-fleming",
    futility: str | None = None,
    adjust: bool | float = True,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
) -> Monitor:
    """Monitor ``yi`` (k,) with variances ``vi`` (k,) as they came in, by ``order`` (see ``influence.cumulative``).

    ``effect`` is the smallest one that matters, on the scale of ``yi``. With ``sizes`` (k,) information is counted in
    participants (see ``required_participants``), else as the sum of inverse variances. ``adjust``: by the diversity of the
    studies at hand, by a percentage, or not. Every study is a look, unless it adds less than 1% of what is required. Raises
    EvidenceFault and as ``pooling.pool``.
    """
    design = Design(alpha, power, sides, spending, futility)
    level = 1 - 2 * alpha / sides
    data = observed(yi, vi, studies, least=1, what="Monitoring")
    sequence = list(range(data.k)) if order is None else in_order(order, data)
    steps = cumulative(yi, vi, order=order, method=method, test=test, level=level, studies=studies).steps
    _worth_finding(effect)
    required: float
    if sizes is None:
        unit, pieces = "inverse variance", 1 / data.v
        required = (_z(alpha, sides) + _z(1 - power, 1)) ** 2 / effect**2
    else:
        unit, pieces = "participants", _people(sizes, data.k + len(data.excluded), data.rows)
        required = math.ceil(
            required_participants(
                measure, effect, control_risk=control_risk, sd=sd, alpha=alpha, power=power, sides=sides
            )
        )
    share = 0.0
    if adjust is True:
        share = diversity(data.y, data.v, method=method, test=test) if data.k > 1 else 0.0
    elif adjust is not False:
        share = float(adjust)
    if not 0 <= share < 100:
        raise EvidenceFault(f"The diversity {share:g} is no percentage from 0 to under 100.")
    adjusted = required / (1 - share / 100)
    if sizes is not None:
        adjusted = math.ceil(adjusted)
    information = np.cumsum(pieces[sequence])
    places, limits = _limits(information / adjusted, design)
    inflation = limits.inflation
    looks = _looks(steps, information, adjusted, places, limits, sides)
    first = next((one for one in looks if one.crossed), None)
    return Monitor(
        k=data.k, unit=unit, effect=effect, required=required, adjusted=adjusted, maximum=adjusted * inflation,
        acquired=float(information[-1]), fraction=float(information[-1] / adjusted), diversity=share, looks=looks,
        crossed=first.crossed if first else None, crossed_at=first.study if first else None, alpha=alpha, power=power,
        sides=sides, spending=spending, futility=futility, inflation=inflation, method=method, test=test, level=level,
        measure=measure, studies=data.studies, converged=True, data_hash=data_hash(data.y, data.v, pieces),
        options={
            "effect": effect, "control_risk": control_risk, "sd": sd, "method": method, "test": test, "alpha": alpha,
            "power": power, "sides": sides, "spending": spending, "futility": futility, "adjust": adjust,
        },
        versions=versions(), excluded=data.excluded,
        notes=_notes(data.k, float(information[-1] / adjusted), inflation, unit),
    )  # fmt: skip


def _people(sizes: ArrayLike, count: int, rows: Sequence[int]) -> Array:
    people = numbers(sizes, "number of people")
    if people.size != count:
        raise EvidenceFault(f"There are {people.size} numbers of people for {count} studies.")
    people = people[[row - 1 for row in rows]]
    for row, value in zip(rows, people.tolist(), strict=True):
        if not (math.isfinite(value) and value > 0):
            raise ImpossibleValue(f"Row {row} has {value:g} people; the number is above zero.", row=row)
    return people


def _limits(fractions: Array, design: Design) -> tuple[list[int], Boundaries]:
    """The looks that have limits (places among the studies), and the limits; one more than looks when the end is to come."""
    places: list[int] = []
    last = 0.0
    for place, fraction in enumerate(fractions.tolist()):
        if fraction - last >= NEAR:
            places.append(place)
            last = fraction
    found = planned([float(fractions[place]) for place in places] or [BEYOND], design)
    return places[: len(found.fractions)], found


def _looks(
    steps: Sequence[Step],
    information: Array,
    adjusted: float,
    places: list[int],
    limits: Boundaries,
    sides: int,
) -> tuple[Look, ...]:
    nothing = (math.nan, math.nan)
    at = {place: number for number, place in enumerate(places)}
    looks = []
    for place, step in enumerate(steps):
        upper = lower = inner = math.nan
        ci = nothing
        crossed = None
        if place in at:
            number = at[place]
            upper, lower, inner = limits.upper[number], limits.lower[number], limits.futility[number]
            ci = (step.estimate - upper * step.se, step.estimate + upper * step.se)
            if step.statistic >= upper:
                crossed = "upper"
            elif step.statistic <= lower:
                crossed = "lower"
            elif (abs(step.statistic) if sides == 2 else step.statistic) < inner:
                crossed = "futility"
        looks.append(
            Look(
                step.row, step.study, step.k, float(information[place]), float(information[place] / adjusted),
                step.estimate, step.se, step.statistic, step.p, step.ci, upper, lower, inner, ci, crossed,
            )
        )  # fmt: skip
    if len(limits.fractions) > len(places):
        looks.append(
            Look(
                None, None, len(steps), adjusted * limits.inflation, limits.inflation, math.nan, math.nan, math.nan, math.nan,
                nothing, limits.upper[-1], limits.lower[-1], limits.futility[-1], nothing, None,
            )
        )  # fmt: skip
    return tuple(looks)


def _notes(k: int, fraction: float, inflation: float, unit: str) -> tuple[str, ...]:
    notes: tuple[str, ...] = (OPTIONAL,)
    if fraction >= inflation:
        notes += (
            f"The required information is reached ({fraction:.0%} of it): all error is spent at the look that reached it, and "
            "later ones have no limits of their own.",
        )
    if k < 5:
        notes += (
            f"With {k} {'study' if k == 1 else 'studies'} the diversity, and so what is required, is little known.",
        )
    if unit == "inverse variance":
        notes += ("Without numbers of people, information is the sum of the inverse variances.",)
    return notes
