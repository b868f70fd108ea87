"""What a comparison could find, told before it starts."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ambulando.evidence.within_person import same_day
from ambulando.response.grades import A_DAYS, EACH_SIDE
from ambulando.response.model import Floats, default_grid
from ambulando.response.priors import constants
from ambulando.response.protocol import Protocol, days_of, facts, schedule
from ambulando.response.words import SURE

#: The chance at which the smallest difference that can be found is stated, and the differences whose chances are shown.
POWER, SHOWN = 0.8, (0.2, 0.3, 0.5, 0.8, 1.0)
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Detectable:
    """days: drawn days; pairs: how often each option comes; weeks: from the first draw to the last, rounded up;
    rated: drawn days with a rating, as people go; error: the standard error of a difference between two options;
    difference: the true difference, points 0-10, that ends in a clear answer with 80% chance where enough days get a
    rating for grade A; chances: the chance of a clear answer at true differences of 0.2 to 1.0 points, that of too few
    rated days taken off; usual_test: the difference that a usual two-sided test at 5% finds with 80% chance, as most
    papers state it.

    A clear answer is what the result page calls one: a chance above 0.9 that the difference is more than 0.2 points.
    """

    days: int
    pairs: int
    weeks: int
    rated: int
    error: float
    difference: float
    chances: tuple[tuple[float, float], ...]
    usual_test: float


def detectable(protocol: Protocol, *, noise_sd: float | None = None) -> Detectable:
    """For the first two options. noise_sd: the person's own SD of the outcome from day to day, points; None: what is
    believed of people (``priors.toml``)."""
    share = 1.0 - float(facts()["missing"]["share"])
    variance = noise_sd**2 if noise_sd is not None else float(constants()["noise"]["variance"])
    days = days_of(protocol)
    grid = default_grid()
    weight = np.exp(grid.log_pair)
    drawn = schedule(protocol, 0)
    pair = [one for one in drawn if one.option in (protocol.options[0].id, protocol.options[1].id)]
    at = np.array([(one.day - protocol.start).days for one in pair], dtype=float)
    sign = np.array([0.5 if one.option == protocol.options[0].id else -0.5 for one in pair])
    left = facts()["carry_over"]["share"]
    carried = np.array(
        [
            before * left[int(gap) - 1] if gap <= len(left) else 0.0
            for before, gap in zip(sign, np.diff(at), strict=False)
        ]
    )
    carried = np.concatenate([[0.0], carried])
    squares = [
        error_of(at, sign, float(phi), float(rho), 1.0, missing=1.0 - share, carried=carried) ** 2
        for phi, rho in zip(grid.phi, grid.rho, strict=True)
    ]
    one = float(np.sqrt((weight @ np.array(squares)) / weight.sum()))
    error = math.sqrt(variance) * one
    # The analysis does not know the person's own noise: it takes it as between what is believed and what the days show.
    noise, half = constants()["noise"], len(pair) * share / 2
    believed = (noise["variance"] * (noise["shape"] - 1) + variance * half) / (noise["shape"] - 1 + half)
    found = _clear(protocol, math.sqrt(believed) * one)
    enough = _enough(protocol.blocks, len(protocol.options), share)
    return Detectable(
        days=protocol.draws,
        pairs=protocol.blocks,
        weeks=-(-((days[-1] - days[0]).days + 1) // 7),
        rated=round(protocol.draws * share),
        error=error,
        difference=found + _NORMAL.inv_cdf(POWER) * error,
        chances=tuple((true, enough * (1.0 - _NORMAL.cdf((found - true) / error))) for true in SHOWN),
        usual_test=(_NORMAL.inv_cdf(0.975) + _NORMAL.inv_cdf(POWER)) * error,
    )


def error_of(
    at: Floats,
    sign: Floats,
    phi: float,
    rho: float,
    sd: float,
    *,
    missing: float,
    carried: Floats | None = None,
) -> float:
    """The standard error of a difference by generalised least squares, with a level and a trend in the model.

    at: days, (N,); sign: 1/2 for the first option, -1/2 for the second; phi, rho, sd: as in ``model``; missing: the share
    of days without a rating, taken as spread evenly, so that the information shrinks by it; carried: what is left of the
    draw before, (N,), None to leave carry-over out.
    """
    cov = rho * phi ** np.abs(np.subtract.outer(at, at)) + (1 - rho) * np.eye(at.size)
    parts = [sign, np.ones(at.size), (at - at.mean()) / 90.0]
    if carried is not None:
        parts.append(carried)
    columns = np.column_stack(parts)
    # The belief about the trend is that of the model, SD 1 point in 90 days: a short trial can not tell it from chance.
    information = columns.T @ np.linalg.solve(cov, columns)
    information[2, 2] += sd**2 / float(constants()["trend"]["sd"]) ** 2
    if carried is not None:
        information[3, 3] += sd**2 / (2 * float(constants()["next_day"]["sd"]) ** 2)
    variance = float(np.linalg.inv(information)[0, 0])
    return sd * math.sqrt(variance / (1.0 - missing))


def _enough(blocks: int, options: int, share: float) -> float:
    """The chance that enough drawn days get a rating for grade A: EACH_SIDE for each option and A_DAYS in all."""
    one = np.array([math.comb(blocks, n) * share**n * (1 - share) ** (blocks - n) for n in range(blocks + 1)])
    one[:EACH_SIDE] = 0.0
    total = np.ones(1)
    for _ in range(options):
        total = np.convolve(total, one)
    return float(total[A_DAYS:].sum())


def _clear(protocol: Protocol, error: float) -> float:
    """The least difference in the data that ends in a clear answer: where, with the belief taken in, the chance of
    more than the smallest that matters is just SURE."""
    believed = same_day()
    rest = any(option.kind == "rest" for option in protocol.options[:2])
    mean, sd = (believed.mean, believed.sd) if rest else (0.0, believed.sd * math.sqrt(2))
    kept = 1.0 / (1.0 / sd**2 + 1.0 / error**2)
    needed = float(constants()["matters"]["points"]) + _NORMAL.inv_cdf(SURE) * math.sqrt(kept)
    return (needed / kept - mean / sd**2) * error**2
