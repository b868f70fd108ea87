"""The model of a comparison's days: the house's inertia and noise, one effect for each option, its carry-over, a trend.

    y_t = level + trend t + sum_k x_tk effect_k + sum_k carry_tk next_k + morning + u_t + e_t

x_tk is 1 for the option that was drawn (as drawn), or the share of days on which k was done when that option was drawn
(as done: two-stage least squares with the draw as instrument, Angrist, Imbens and Rubin 1996, JASA 91:444). Effects are
against doing nothing, so a rest day has effect 0; every session has the same-day prior of ``fit``, on its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ambulando.evidence.within_person import same_day
from ambulando.response.best import p_best
from ambulando.response.design import COVARIATE_SHARE
from ambulando.response.mixture import Summary, summaries
from ambulando.response.model import Floats, Noise, default_grid, posterior, predicted_variance, whiten
from ambulando.response.priors import constants
from ambulando.response.protocol import Day, Option, facts


@dataclass(frozen=True)
class Compared:
    """One analysis of all options. difference, sd, ci: the first option less the second, points 0-10; p_positive,
    p_matters, p_worse: the chances that it is above zero, above the smallest that matters, below minus that.

    pairs: the same for every pair; p_best: the chance of each option to be the best; days: rated days behind it;
    carry_over: of the first less the second, from the day before; None where no draw comes so soon after another.
    """

    difference: float
    sd: float
    ci: tuple[float, float]
    p_positive: float
    p_matters: float
    p_worse: float
    p_best: Mapping[str, float]
    pairs: Mapping[tuple[str, str], Summary]
    days: int
    carry_over: Summary | None


def drawn(days: Sequence[Day], options: Sequence[Option]) -> Floats:
    """1 where the option was drawn, shape (N, K)."""
    return np.array([[float(day.option == one.id) for one in options] for day in days]).reshape(
        len(days), len(options)
    )


def has_morning(days: Sequence[Day], options: Sequence[Option]) -> bool:
    """Whether the morning rating is used: it stands on most rated days, and no option is about the time of day (a
    morning session may come before the rating)."""
    rated = [day for day in days if day.outcome is not None]
    known = sum(day.morning is not None for day in rated)
    timed = any(option.time is not None for option in options)
    return bool(rated) and not timed and known >= COVARIATE_SHARE * len(rated)


def compare(
    days: Sequence[Day],
    options: Sequence[Option],
    exposure: Floats,
    *,
    left_out: Sequence[bool] = (),
    wide: bool = False,
    matters: float | None = None,
) -> Compared:
    """The exact posterior. days: in order, one a date; exposure: (N, K), as above; left_out: days whose outcome is not
    used; wide: with priors so wide that the days alone speak; matters: the smallest difference that does, points
    (None: that of ``priors.toml``)."""
    names, columns, mean, sd = _columns(days, options, exposure, wide)
    skipped = left_out or [False] * len(days)
    first = days[0].day if days else None
    at = [(day.day - first).days for day in days] if first else []
    seen = np.zeros((at[-1] if at else 0) + 1, dtype=bool)
    table = np.zeros((seen.size, 1, len(names) + 1))
    for row, (day, place, skip) in enumerate(zip(days, at, skipped, strict=True)):
        if day.outcome is not None and not skip:
            seen[place] = True
            table[place, 0, :-1] = columns[row]
            table[place, 0, -1] = day.outcome
    grid = default_grid()
    white, log_det = whiten(grid, seen, table[seen], predicted_variance(grid, seen))
    gram = white.transpose(0, 2, 1) @ white
    noise = constants()["noise"]
    count = int(seen.sum())
    found = posterior(gram, count, log_det, mean, sd, Noise(noise["shape"], noise["variance"]), grid.log_pair)

    # From the coefficients to the effect of each option, and from those to differences.
    size = len(options)
    effect = np.zeros((size, len(names)))
    for k, option in enumerate(options):
        for c, name in enumerate(names):
            effect[k, c] = float(name == ("effect", option.id))
    located = found.mean @ effect.T
    spread = effect @ found.cov @ effect.T * (found.rate / found.shape)[:, None, None]
    couples = [(i, j) for i in range(size) for j in range(i + 1, size)]
    contrast = np.array([np.eye(size)[i] - np.eye(size)[j] for i, j in couples]) @ effect
    later = np.array(
        [float(name == ("next", options[0].id)) - float(name == ("next", options[1].id)) for name in names]
    )
    asked = np.vstack([contrast, later[None, :]]) if later.any() else contrast
    df = 2 * found.shape
    scale = np.sqrt(np.einsum("ec,gcd,ed->ge", asked, found.cov, asked) * (found.rate / found.shape)[:, None])
    least = constants()["matters"]["points"] if matters is None else matters
    told = summaries(found.weight, found.mean @ asked.T, scale, df, least)
    pair = told[0]
    best = p_best(found.weight, located, spread, df)
    return Compared(
        difference=pair.mean,
        sd=pair.sd,
        ci=pair.ci,
        p_positive=pair.p_positive,
        p_matters=pair.p_matters,
        p_worse=pair.p_worse,
        p_best={option.id: float(chance) for option, chance in zip(options, best, strict=True)},
        pairs={
            (options[i].id, options[j].id): one
            for (i, j), one in zip(couples, told[: len(couples)], strict=True)
        },
        days=count,
        carry_over=told[-1] if later.any() else None,
    )


#: A coefficient: "level", "trend" ... or (what, option).
Name = str | tuple[str, str]


def _columns(
    days: Sequence[Day], options: Sequence[Option], exposure: Floats, wide: bool
) -> tuple[list[Name], Floats, Floats, Floats]:
    """Names, columns (N, C), prior means and SDs (C,)."""
    known = constants()
    believed = same_day()
    mean, sd = (0.0, facts()["data_alone"]["sd"]) if wide else (believed.mean, believed.sd)
    sessions = [k for k, option in enumerate(options) if option.kind != "rest"]

    ordinal = np.array([day.day.toordinal() for day in days], dtype=float)
    middle = (ordinal[0] + ordinal[-1]) / 2 if days else 0.0
    parts: list[tuple[Name, Floats, float, float]] = [
        ("level", np.ones(len(days)), known["level"]["mean"], known["level"]["sd"]),
        ("trend", (ordinal - middle) / 90.0, known["trend"]["mean"], known["trend"]["sd"]),
    ]
    parts += [(("effect", options[k].id), exposure[:, k], mean, sd) for k in sessions]
    before = carried(days, options)
    if before.any():
        following = known["next_day"]
        parts += [
            (("next", options[k].id), before[:, k], following["mean"], following["sd"]) for k in sessions
        ]
    if has_morning(days, options):
        # A drawn day is never left out for want of a morning rating: it gets a level of its own (White and Thompson
        # 2005, Statistics in Medicine 24:993, on covariates that are missing in randomised trials).
        rating = np.array([math.nan if day.morning is None else day.morning for day in days])
        there = np.isfinite(rating)
        centred = np.where(there, rating - rating[there].mean(), 0.0)
        parts.append(("morning", centred, known["morning"]["mean"], known["morning"]["sd"]))
        if not there.all():
            parts.append(("no morning", (~there).astype(float), 0.0, 1.0))
    names = [name for name, *_ in parts]
    columns = np.stack([column for _, column, *_ in parts], axis=1)
    return names, columns, np.array([m for *_, m, _ in parts]), np.array([s for *_, s in parts])


def carried(days: Sequence[Day], options: Sequence[Option]) -> Floats:
    """What the draw before left, (N, K): its option, in the share that the days between leave of it."""
    left = facts()["carry_over"]["share"]
    out = np.zeros((len(days), len(options)))
    shown = drawn(days, options)
    for row in range(1, len(days)):
        gap = (days[row].day - days[row - 1].day).days
        if 1 <= gap <= len(left):
            out[row] = left[gap - 1] * shown[row - 1]
    return out


def after_a_switch(days: Sequence[Day]) -> NDArray[np.bool_]:
    """Which days come so soon after another option that it may still be felt, (N,)."""
    reach = len(facts()["carry_over"]["share"])
    return np.array(
        [
            row > 0 and (day.day - days[row - 1].day).days <= reach and days[row - 1].option != day.option
            for row, day in enumerate(days)
        ],
        dtype=bool,
    )
