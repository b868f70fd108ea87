"""The causal excursion effect: what one choice among the offered ones does, on average, at the days on which it was drawn.

Ordinary use is a micro-randomised trial: each suggestion is drawn among safe near-equals with known probabilities that
are stored with it. Weighted and centred least squares then estimates what drawing an option, and not another one, does to
what follows at once, without a model of how people do otherwise being right.

Sources: Boruvka, Almirall, Witkiewitz and Murphy 2018, J Am Stat Assoc 113:1112 (weighting and centring); Qian, Yoo,
Klasnja, Almirall and Murphy 2021, Biometrika 108:507 (outcomes of 0 and 1, relative); Mancl and DeRouen 2001, Biometrics
57:126 (errors with few people); Liao, Klasnja, Tewari and Murphy 2016, Stat Med 35:1944 (t quantiles, n - p - q).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ambulando.ground import InputError

Floats = NDArray[np.float64]

#: one person's own draws are analysed from this many on
LEAST_OF_ONE = 20
#: steps of Newton's method for the relative effect, and how close to zero its equations have to come
STEPS, CLOSE = 60, 1e-11


@dataclass(frozen=True)
class Draws:
    """Decisions in the order in which they were made within a person; arrays of one length N.

    person: labels. outcome: NaN where it is not known. treated: 1 where the option was drawn, else 0. probability: with
    which the option was to be drawn, given all that was known then. available: whether there was a draw between the option
    and another one; what stands in the other columns of a row without one is not looked at.
    """

    person: Sequence[Any]
    outcome: Floats
    treated: Floats
    probability: Floats
    available: NDArray[np.bool_]


@dataclass(frozen=True)
class Coefficient:
    """One part of the effect; ``statistic`` is the estimate over its standard error, on Student's t with ``df``."""

    name: str
    estimate: float
    se: float
    df: int
    statistic: float
    p: float
    ci: tuple[float, float]


@dataclass(frozen=True)
class Excursion:
    """The effect, in the unit of the outcome ("difference") or as the log of a ratio ("log relative risk").

    coefficients: at moderators of zero ("effect"), and by how much it differs for each one more of a moderator.
    decisions: all rows; available: those with a draw; used: of those, with a known outcome. errors: "between people" or
    "within one person".
    """

    scale: str
    coefficients: tuple[Coefficient, ...]
    people: int
    decisions: int
    available: int
    used: int
    errors: str


def excursion(
    draws: Draws,
    *,
    moderators: Mapping[str, Floats] | None = None,
    controls: Mapping[str, Floats] | None = None,
    centre: float | Floats | None = None,
    relative: bool = False,
    small_sample: bool = True,
) -> Excursion:
    """The causal excursion effect of the option against the others that were possible, at once.

    With A the draw, p its probability, f = (1, moderators), g = (1, controls, moderators) and a centre p~ the estimate
    solves the weighted least squares of the outcome on g and (A - p~) f with weights (p~/p)^A ((1-p~)/(1-p))^(1-A) over
    the rows with a draw (Boruvka 2018, equation 8 and section 4). g may be wrong: it only makes the answer sharper.
    Moderators and controls, arrays (N,), must have been known before the draw. ``centre`` is a number, or an array that
    depends on moderators alone; the mean probability when left out. ``relative``: for an outcome of 0 and 1, the log of
    the ratio of its chances (Qian 2021, the estimator EMEE); exp(g alpha) is its model without the option.

    Errors: a sandwich with one cluster for each person; ``small_sample`` divides the residuals of a person by I - H_ii
    (Mancl and DeRouen 2001); t quantiles with people - p - q degrees of freedom. With one person alone there is nothing
    between people to learn from. Then each draw is its own cluster: as chance decides anew at each draw, the parts of the
    estimating equation add up without covariance, whatever the days have in common (a martingale; Bojinov and Shephard
    2019, J Am Stat Assoc 114:1665). It then speaks of this person's days and of nobody else.

    Raises InputError for probabilities outside 0 to 1, a draw that is neither 0 nor 1, values that are missing, and where
    there are too few people or draws, or moderators and controls that say the same.
    """
    moderators, controls = dict(moderators or {}), dict(controls or {})
    size = len(draws.person)
    used = draws.available & np.isfinite(draws.outcome)
    if not used.any():
        raise InputError(
            "There is no decision with a draw and a known outcome; please give a file with some of them."
        )
    for name, values in (moderators | controls).items():
        if not np.isfinite(values[used]).all():
            raise InputError(
                f"{name} is missing on a day with a draw; please leave it out, or leave out such days."
            )
    treated, p, y = draws.treated[used], draws.probability[used], draws.outcome[used]
    _check(treated, p, y, relative)
    middle = np.broadcast_to(float(p.mean()) if centre is None else centre, (size,))[used]
    if not ((middle > 0) & (middle < 1)).all():
        raise InputError("The centre has to lie between 0 and 1.")

    one = np.ones(treated.size)
    f = np.column_stack([one, *(values[used] for values in moderators.values())])
    g = np.column_stack([one, *(values[used] for values in (controls | moderators).values())])
    names = np.asarray([str(label) for label in draws.person])[used]
    people, which = np.unique(names, return_inverse=True)
    alone = people.size == 1
    clusters = np.arange(treated.size) if alone else which
    df = int(clusters.max()) + 1 - f.shape[1] - g.shape[1]
    if alone and treated.size < LEAST_OF_ONE:
        raise InputError(
            f"There are {treated.size} draws of one person; please come back with {LEAST_OF_ONE} or more."
        )
    if df < 1:
        raise InputError(
            f"There are {people.size} people for {f.shape[1] + g.shape[1]} numbers to be estimated; "
            "please leave out moderators or controls, or wait for more people."
        )
    weight = np.where(treated == 1, middle / p, (1 - middle) / (1 - p))
    centred = (treated - middle)[:, None] * f
    if relative:
        estimate, bread, slopes, scores = _relative(y, treated[:, None] * f, centred, g, weight)
    else:
        estimate, bread, slopes, scores = _difference(y, np.column_stack([g, centred]), weight)
    spread = _sandwich(bread, slopes, scores, clusters, small_sample)
    kept = slice(g.shape[1], None)
    return Excursion(
        scale="log relative risk" if relative else "difference",
        coefficients=_coefficients(["effect", *moderators], estimate[kept], np.diag(spread)[kept], df),
        people=int(people.size),
        decisions=size,
        available=int(draws.available.sum()),
        used=int(used.sum()),
        errors="within one person" if alone else "between people",
    )


def _check(treated: Floats, p: Floats, y: Floats, relative: bool) -> None:
    if not np.isin(treated, (0.0, 1.0)).all():
        raise InputError("What was drawn has to be 0 or 1 on each day with a draw.")
    if not ((p > 0) & (p < 1)).all():
        raise InputError(
            "On a day with a draw its probability has to lie between 0 and 1, and can be neither."
        )
    if treated.min() == treated.max():
        said = "always" if treated[0] else "never"
        raise InputError(f"The option was {said} drawn; there is nothing to compare it with.")
    if y.min() == y.max():
        raise InputError("The outcome is the same on each day; there is nothing to compare.")
    if relative and not np.isin(y, (0.0, 1.0)).all():
        raise InputError("A relative effect is for an outcome of 0 and 1; please leave --relative out.")


def _difference(y: Floats, design: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Weighted least squares: the estimate (k,), bread (k, k), and for each row its part of the bread and its score."""
    weighted = design * weight[:, None]
    bread = weighted.T @ design
    estimate = _solved(bread, weighted.T @ y)
    return estimate, bread, _outer(weighted, design), weighted * (y - design @ estimate)[:, None]


def _relative(
    y: Floats, drawn: Floats, centred: Floats, g: Floats, weight: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """The root of sum W exp(-A f beta) (Y - exp(g alpha + A f beta)) (g, (A - p~) f), by Newton's method (Qian 2021).

    drawn: A f, centred: (A - p~) f, both (N, moderators). The same four things as for a difference; the bread is minus the slope of the equations.
    """
    base = y.mean()
    design = np.column_stack([g, centred])
    turn = np.column_stack([np.zeros_like(g), drawn])
    line = np.column_stack([g, drawn])

    def at(estimate: Floats) -> tuple[Floats, Floats, Floats]:
        lever = design * (weight * np.exp(-turn @ estimate))[:, None]
        mean = np.exp(line @ estimate)
        return lever, mean, lever * (y - mean)[:, None]

    estimate: Floats = np.zeros(design.shape[1])
    estimate[0] = np.log(base)
    for _ in range(STEPS):
        lever, mean, scores = at(estimate)
        bread = lever.T @ (mean[:, None] * line) + scores.T @ turn
        step, total = _solved(bread, scores.sum(0)), np.abs(scores.sum(0)).max()
        if total < CLOSE * y.size:
            return estimate, bread, _outer(lever, mean[:, None] * line), scores
        for _ in range(STEPS):
            with np.errstate(over="ignore", invalid="ignore"):
                closer = np.abs(at(estimate + step)[2].sum(0)).max()
            if closer < total:
                break
            step = step / 2
        estimate = estimate + step
    raise InputError("These days do not settle a relative effect; please ask for the difference instead.")


def _outer(left: Floats, right: Floats) -> Floats:
    """left (N, k), right (N, k) -> (N, k, k)."""
    return left[:, :, None] * right[:, None, :]


def _sandwich(bread: Floats, slopes: Floats, scores: Floats, clusters: NDArray[Any], small: bool) -> Floats:
    """The covariance of an estimate, (k, k): the sum over clusters of d d' with d = (B - small B_i)^-1 s_i.

    B is the bread, B_i and s_i the parts of one cluster in the bread and the score. With ``small`` this is Mancl and
    DeRouen's correction: D_i' (I - H_ii)^-1 r_i = B (B - B_i)^-1 s_i, for H_ii = P_i B^-1 D_i' and B_i = D_i' P_i
    (the Woodbury identity), so that no matrix of the length of a person's days is needed.
    """
    count = int(clusters.max()) + 1
    score = np.zeros((count, bread.shape[0]))
    np.add.at(score, clusters, scores)
    left: Floats = np.repeat(bread[None], count, axis=0)
    if small:
        part = np.zeros_like(left)
        np.add.at(part, clusters, slopes)
        left -= part
    moved = _solved(left, score[:, :, None])[:, :, 0]
    spread: Floats = moved.T @ moved
    return spread


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Like ``numpy.linalg.solve``, but says what to do where there is no answer."""
    with np.errstate(all="ignore"):
        size = np.sqrt(np.abs(np.einsum("...ii->...i", matrix)))
        size = np.where(size > 0, size, 1.0)
        level = matrix / (size[..., :, None] * size[..., None, :])
        poor = not np.isfinite(level).all() or bool((np.linalg.cond(level) > 1e12).any())
    if poor:
        raise InputError(
            "Moderators and controls can not be told apart, or one person alone carries one of them; please leave one out."
        )
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def _coefficients(names: list[str], estimate: Floats, variance: Floats, df: int) -> tuple[Coefficient, ...]:
    from scipy.special import stdtr, stdtrit  # for who asks, never for a page

    wide = float(stdtrit(df, 0.975))
    found = []
    for name, value, se in zip(names, estimate.tolist(), np.sqrt(variance).tolist(), strict=True):
        ratio = value / se if se > 0 else np.inf * np.sign(value)
        chance = 2 * float(stdtr(df, -abs(ratio)))
        found.append(Coefficient(name, value, se, df, ratio, chance, (value - wide * se, value + wide * se)))
    return tuple(found)
