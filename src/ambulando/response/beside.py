"""What is shown beside the effects: the same days under other priors, the days after a session, the two curves."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ambulando.response.design import STOCK_DAYS
from ambulando.response.gram import Name
from ambulando.response.mixture import Mixture, Summary
from ambulando.response.model import Posterior
from ambulando.response.priors import SESSIONS_A_WEEK, Prior

#: How many days after a session are shown, itself the first.
DAYS_AFTER = 8
#: Points of a curve.
POINTS = 61


@dataclass(frozen=True)
class ByPrior:
    """One effect under one named prior; the prior's mean and SD, then as in ``ModalityEffect``."""

    name: str
    prior_mean: float
    prior_sd: float
    mean: float
    sd: float
    ci: tuple[float, float]
    p_positive: float
    p_matters: float


@dataclass(frozen=True)
class DayAfter:
    """What one usual session goes with ``days`` days after it (0: the same day), in points; ci: 95%."""

    days: int
    mean: float
    ci: tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """Densities of a same-day effect at the points x: before any day, after all of them, and corrected (or None)."""

    x: tuple[float, ...]
    prior: tuple[float, ...]
    posterior: tuple[float, ...]
    corrected: tuple[float, ...] | None


def mixture_of(found: Posterior, effects: Sequence[Name], shares: Mapping[Name, float]) -> Mixture:
    """The posterior of a sum of effects, each times its share. effects: those that ``found`` holds, in order."""
    at = [effects.index(name) for name in shares]
    share = np.array(list(shares.values()))
    cov = found.cov[:, at][:, :, at]
    scale = np.sqrt(found.rate / found.shape * np.einsum("i,gij,j->g", share, cov, share))
    return Mixture(found.weight, found.mean[:, at] @ share, scale, 2 * found.shape)


def shares_after(days: int, same: Name, following: Name, weeks: Name) -> dict[Name, float]:
    """What one session of dose 1 puts into each column ``days`` days later; the stock is that of ``design``."""
    keep = math.exp(-1.0 / STOCK_DAYS)
    shares = {weeks: (1 - keep) * keep**days / (SESSIONS_A_WEEK / 7.0)}
    if days < 2:
        shares[same if days == 0 else following] = 1.0
    return shares


def by_prior(name: str, belief: Prior, found: Summary) -> ByPrior:
    """One effect under the prior ``name``: what was believed, and what the days made of it."""
    return ByPrior(
        name, belief.mean, belief.sd, found.mean, found.sd, found.ci, found.p_positive, found.p_matters
    )


def curve(
    prior: Mixture, after: Mixture, repaired: Mixture | None, ends: Sequence[tuple[float, float]]
) -> Curve:
    """The densities between three and a half SDs on both sides of every one. ends: mean and SD of each."""
    low, high = min(m - 3.5 * s for m, s in ends), max(m + 3.5 * s for m, s in ends)
    x = np.linspace(low, high, POINTS)
    return Curve(
        tuple(x.tolist()),
        tuple(prior.density(x).tolist()),
        tuple(after.density(x).tolist()),
        tuple(repaired.density(x).tolist()) if repaired else None,
    )
