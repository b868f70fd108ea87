"""How people differ: mean and spread of the same-day effect over the people of an installation, by empirical Bayes.

Each person gives one estimate and its standard error for a modality, from their own days without any belief about it.
Estimates are normal around the person's own effect, own effects normal around the mean m with spread tau. m has the
prior's own mean, tau a half-normal prior, and both are integrated exactly (``evidence.posterior``; Rover 2020, Journal
of Statistical Software 93(6)). What comes out is the prior of the next person: N(mean, tau^2 + mean_sd^2).

Draws come first. Where enough people were randomised, theirs alone decide. Otherwise the mean stays as it was, and
numbers that were only observed, corrected for reverse causation, may widen the spread and never narrow it. The next day
is never drawn and the weeks are never measured in one person, so neither is learned. Figures: ``data/people.toml``.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from ambulando import evidence
from ambulando.ground import InputError, Words, packaged_toml
from ambulando.response.fit import fit
from ambulando.response.model import Floats, Grid
from ambulando.response.priors import Prior, Priors, priors
from ambulando.response.series import Series

#: The one horizon that is learned.
HORIZON = "same-day"
#: The name of priors in which something was learned.
NAME = "learned"


@dataclass(frozen=True)
class PersonEffect:
    """What one person's own days say of one effect without the prior, in mood points: estimate and standard error.

    person: any mark that tells people apart; it goes into no result. randomised: from days that a draw decided;
    otherwise it is the estimate corrected for reverse causation, with the uncertainty of that in ``se``.
    """

    person: str
    modality: str
    horizon: str
    estimate: float
    se: float
    randomised: bool


@dataclass(frozen=True)
class Spread:
    """One effect over people, in mood points: its mean with ``mean_sd``, and the SD ``tau`` between people.

    tau: on the wide side, so that it is 3 in 4 sure to be no larger (a prior too wide loses less than one too narrow);
    tau_ci: 95%. people: how many gave a number that was used, randomised_people: how many of these by draws.
    """

    modality: str
    horizon: str
    mean: float
    mean_sd: float
    tau: float
    tau_ci: tuple[float, float]
    people: int
    randomised_people: int

    @property
    def sd(self) -> float:
        """Of the effect of a new person."""
        return math.hypot(self.tau, self.mean_sd)

    @property
    def by_draw(self) -> bool:
        """Whether draws alone decided; otherwise only the spread was learned."""
        return self.people == self.randomised_people


@dataclass(frozen=True)
class Learned:
    """What was learned, with the name of the prior it began from; a modality with too few people is not in it.

    version: the day, and a mark of the figures and the results; made: the day.
    """

    spreads: tuple[Spread, ...]
    prior: str
    version: str
    made: date


def constants() -> dict[str, Any]:
    """The figures of ``data/people.toml``; not to be changed by the caller."""
    return packaged_toml("ambulando.response.data", "people.toml")


def own_effects(person: str, series: Series, *, grid: Grid | None = None) -> tuple[PersonEffect, ...]:
    """What this person's own days say, by modality: grade A from the drawn days, grade B the corrected estimate.

    The days are read once more under a wide prior of the same-day effect, whose precision is then taken off:
    1 / se^2 = 1 / sd^2 - 1 / prior_sd^2. What was learned before can not come in a second time that way, and little is
    lost to the normal approximation; taken off a narrow prior, a small error in the sd would move the estimate a lot.
    Level, trend, next day and weeks keep their own priors. Simulated people give nothing.
    """
    if series.simulated:
        return ()
    central = priors("central", series.minutes)
    wide = {m: replace(held, sd=constants()["own"]["prior_sd"]) for m, held in central.same_day.items()}
    answer = fit(series, prior=replace(central, name="wide", same_day=wide), grid=grid)
    found = [
        (one.modality, one.mean, one.sd, True)
        for one in answer.effects
        if one.horizon == HORIZON and one.grade == "A"
    ]
    if answer.corrected is not None and answer.grade == "B":
        found.append((answer.corrected.modality, answer.corrected.mean, answer.corrected.sd, False))
    rows = []
    for modality, mean, sd, randomised in found:
        own = without_prior(mean, sd, wide[modality])
        if own is not None:
            rows.append(PersonEffect(person, modality, HORIZON, *own, randomised))
    return tuple(rows)


def without_prior(mean: float, sd: float, prior: Prior) -> tuple[float, float] | None:
    """The estimate and standard error that the days alone gave, for a normal posterior; None where they hardly say anything."""
    precision = sd**-2 - prior.sd**-2
    if precision < constants()["own"]["largest_se"] ** -2:
        return None
    return (mean / sd**2 - prior.mean / prior.sd**2) / precision, precision**-0.5


def learned(rows: Iterable[PersonEffect], *, prior: Priors, today: date) -> Learned:
    """Mean and spread of each same-day effect for which enough people gave a number.

    prior: where each mean starts from; rows of modalities that it does not know, and of other horizons, are left out.
    Raises InputError for a number that is none, a standard error that is not above zero, or a person counted twice.
    """
    by_modality: dict[str, dict[str, PersonEffect]] = {}
    for row in rows:
        if not (math.isfinite(row.estimate) and math.isfinite(row.se) and row.se > 0):
            raise InputError(f"A number for {row.modality} is no number, or its error is not above zero.")
        if row.horizon == HORIZON and row.modality in prior.same_day:
            of_modality = by_modality.setdefault(row.modality, {})
            if row.person in of_modality:
                raise InputError(f"One person has two numbers for {row.modality}. Please keep one of them.")
            of_modality[row.person] = row
    spreads = []
    for modality, of_modality in sorted(by_modality.items()):
        spread = _spread(modality, list(of_modality.values()), prior.same_day[modality])
        if spread is not None:
            spreads.append(spread)
    return Learned(tuple(spreads), prior.name, _version(spreads, today), today)


def with_learned(believed: Priors, found: Learned) -> Priors:
    """The priors with what was learned in the place of the same-day beliefs, saying so in their basis.

    The same object comes back where nothing was learned about any of its modalities. Raises InputError where it was
    learned from other priors than these.
    """
    if found.prior != believed.name:
        raise InputError(
            f"This was learned from the prior '{found.prior}' and does not go with '{believed.name}'."
        )
    same_day = dict(believed.same_day)
    for spread in found.spreads:
        if spread.modality in same_day:
            before = same_day[spread.modality]
            basis = f"{said(spread, found.made)} {before.basis}"
            same_day[spread.modality] = replace(before, mean=spread.mean, sd=spread.sd, basis=basis)
    if same_day == dict(believed.same_day):
        return believed
    return replace(believed, name=NAME, same_day=same_day)


def said(spread: Spread, made: date) -> Words:
    """Where a belief comes from, for "how do you know?"."""
    values = {"people": spread.people, "date": made.isoformat()}
    if spread.by_draw:
        return Words(
            "Before your days: from {people} people here whose days a draw decided, and from studies. "
            "Worked out on {date}.",
            values,
        )
    return Words(
        "Before your days: from studies. That people differ more than we thought comes from {people} people here. "
        "Worked out on {date}.",
        values,
    )


def _spread(modality: str, rows: Sequence[PersonEffect], prior: Prior) -> Spread | None:
    facts = constants()
    drawn = [row for row in rows if row.randomised]
    by_draw = len(drawn) >= facts["people"]["least"]
    used = drawn if by_draw else rows
    if len(used) < facts["people"]["least"]:
        return None
    se = np.array([row.se for row in used])
    estimate = pulled_in(np.array([row.estimate for row in used]), se, prior.sd)
    found = evidence.posterior(
        estimate,
        se**2,
        tau_prior=evidence.half_normal(facts["tau"]["prior_scale"]),
        mu_prior=(prior.mean, facts["mean"]["sd"]),
    )
    if by_draw:
        mean, mean_sd = found.mu.mean, found.mu.sd
        tau = max(float(found.quantile([facts["tau"]["sure"]], "tau")[0]), facts["tau"]["floor"])
    else:
        mean, mean_sd = prior.mean, facts["mean"]["sd"]
        tau = float(found.quantile([1 - facts["observed"]["sure"]], "tau")[0])
        if math.hypot(tau, mean_sd) <= prior.sd:
            return None
    return Spread(modality, HORIZON, mean, mean_sd, tau, found.tau.ci, len(used), len(drawn))


def pulled_in(estimate: Floats, se: Floats, least: float) -> Floats:
    """Estimates (N,) with those that lie far out pulled in to a limit, so that no one person moves the rest.

    The limit is a number of SDs sqrt(se^2 + spread^2) from the median, where the spread makes the median distance in
    such SDs that of a normal distribution, 0.6745, and is never taken below ``least``. Source: Huber 1964.
    """
    centre = float(np.median(estimate))
    away = np.abs(estimate - centre)
    low, high = 0.0, float(away.max()) * 2
    for _ in range(50):
        spread = (low + high) / 2
        if np.median(away / np.hypot(se, spread)) > 0.6745:
            low = spread
        else:
            high = spread
    limit = constants()["outlying"]["sds"] * np.hypot(se, max(high, least))
    return np.clip(estimate, centre - limit, centre + limit)


def _version(spreads: Sequence[Spread], today: date) -> str:
    told = json.dumps([constants(), [vars(spread) for spread in spreads]], sort_keys=True, default=str)
    return f"{today.isoformat()}+{hashlib.sha256(told.encode()).hexdigest()[:8]}"
