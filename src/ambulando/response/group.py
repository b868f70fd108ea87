"""Group trials: the same comparison done by several people, pooled, and each person seen beside the group.

Rows. A row is one block of one person: yi, the mean of the days drawn for the first option minus that of the days drawn for the
second, as drawn and not as done; a block that lacks one of the two gives no row. vi is c' S c with c the weights of those means and
S the covariance of that person's days: s^2 (rho phi^|lag| + (1 - rho) [lag = 0]), the model of ``model`` (inertia plus noise),
fitted to all drawn days of that person with level, trend, options and morning rating, and averaged over its grid. So somebody
with a single block has a vi, too. Blocks of one person are drawn anew, each for itself, so their errors are uncorrelated over the
draws; what is left of dependence inside a person is the business of the cluster-robust errors.

Pooling. The three-level model of ``evidence`` (blocks within people, people within the trial; REML, containment degrees of
freedom) with CR2 errors and Satterthwaite degrees of freedom. The prediction interval (``group_interval``) is for the mean of
somebody new, not for a new block.

Shrinking. The best linear unbiased prediction: (1 - b) group + b own, b = sigma2_between / (sigma2_between + s_i^2), s_i^2 the error
variance of the own mean. Its error variance is g1 + g2 + 2 g3 of Prasad & Rao 1990 (J Am Stat Assoc 85:163) with the REML
variance of sigma2_between as in Datta & Lahiri 2000 (Stat Sinica 10:613): g3 pays for a spread that had to be estimated.
Its degrees of freedom are Satterthwaite's, of the own days for g1 and of the people for the rest.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr, stdtrit

from ambulando.evidence.dependence.multilevel import three_level
from ambulando.evidence.dependence.robust import robust
from ambulando.ground import InputError, Words
from ambulando.response.group_interval import prediction_interval
from ambulando.response.group_words import group_sentence, spread_in_words
from ambulando.response.model import Floats, Grid, Noise, default_grid, posterior, predicted_variance, whiten
from ambulando.response.priors import constants
from ambulando.response.protocol import Day

#: Fewer people than this are not pooled.
FEWEST = 3

Interval = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One block of one person: yi in points (first option minus second, above zero is better for the first), vi its error
    variance, days how many drawn days went into it."""

    person: str
    block: int
    yi: float
    vi: float
    days: int


@dataclass(frozen=True)
class OwnNoise:
    """How one person's drawn days scatter: covariance[lag] in points squared, for lags in days from 0 on; slope of the morning
    rating; df of the variance."""

    covariance: Floats
    morning_slope: float
    df: float


@dataclass(frozen=True)
class Member:
    """One person. raw: from their own blocks alone; shrunk: seen together with the group, own_share of it (0-1) from their own
    days. Points, 95% intervals. shrunk, its interval and own_share are None where nothing was pooled."""

    person: str
    blocks: int
    raw: float
    raw_ci: Interval
    shrunk: float | None
    shrunk_ci: Interval | None
    own_share: float | None
    p_matters: float | None
    p_worse: float | None


@dataclass(frozen=True)
class RobustErrors:
    """Cluster-robust errors of the group effect (people as clusters)."""

    se: float
    df: float
    p: float
    ci: Interval


@dataclass(frozen=True)
class Group:
    """The group effect, first option minus second, in points 0-10 signed so that above zero is better for the first.

    people: with one whole block or more, blocks: theirs; without_a_block: who joined and has none yet. ci: 95%, pi: where the
    mean of somebody new lies. sigma2: variance between people and within them (None where nobody has two blocks). p_positive,
    p_matters, p_worse: the chances that the effect is above zero, above the smallest that matters, below minus that; from the
    robust errors under a flat prior. adherence: share of the drawn days done as drawn, None where that is not known. All but
    people, blocks, members and words are None below three people.
    """

    options: tuple[str, str]
    target: str
    people: int
    blocks: int
    without_a_block: int
    estimate: float | None
    se: float | None
    ci: Interval | None
    pi: Interval | None
    sigma2: tuple[float, float | None] | None
    robust: RobustErrors | None
    p_positive: float | None
    p_matters: float | None
    p_worse: float | None
    adherence: float | None
    members: tuple[Member, ...]
    spread: Words
    sentence: Words


@dataclass(frozen=True)
class _Own:
    rows: tuple[Row, ...]
    df: float


def pooled(
    members: Mapping[str, Sequence[Day]],
    options: tuple[str, str],
    *,
    target: str = "mood",
    called: Mapping[str, Words | str] | None = None,
) -> Group:
    """The group's answer from the drawn days of its members, each known by a pseudonym.

    members: by person, days in any order, of any length; a day without an outcome is left out. options: ids of the two that are
    compared. called: how these are named in sentences. Raises InputError where the two options are the same.
    """
    first, second = options
    if first == second:
        raise InputError("A group trial compares two different options. Please name two.")
    grid = default_grid()
    own = {person: _own(person, days, options, grid) for person, days in members.items()}
    with_rows = {person: one for person, one in own.items() if one.rows}
    rows = [row for one in with_rows.values() for row in one.rows]
    words = {name: (called or {}).get(name, name) for name in options}
    named = (words[first], words[second])
    missing = len(own) - len(with_rows)
    adherence = _adherence(members, options)
    if len(with_rows) < FEWEST:
        return Group(
            options, target, len(with_rows), len(rows), missing,
            None, None, None, None, None, None, None, None, None, adherence,
            tuple(_member(person, one, 0.0) for person, one in with_rows.items()),
            spread_in_words(len(with_rows)),
            group_sentence(named, target, len(with_rows)),
        )  # fmt: skip
    fit = three_level(
        [row.yi for row in rows],
        [row.vi for row in rows],
        [row.person for row in rows],
        test="contain",
    )
    beside = robust(fit).coefficients[0]
    if fit.estimate is None or fit.se is None or fit.ci is None:  # not so for a model of an intercept alone
        raise InputError("The group's days do not give an effect. Please check the rows.")
    between, within = fit.sigma2
    spread = 0.0 if math.isnan(within) else within
    estimate, se = fit.estimate, fit.se
    means, variances = np.array([_raw(one, spread) for one in with_rows.values()]).T
    matters = float(constants()["matters"]["points"])
    errors = RobustErrors(beside.se, beside.df, beside.p, beside.ci)
    p_positive, p_matters = (_chance_above(limit, estimate, errors.se, errors.df) for limit in (0.0, matters))
    p_worse = 1.0 - _chance_above(-matters, estimate, errors.se, errors.df)
    pi = prediction_interval(means, variances)
    return Group(
        options, target, len(with_rows), len(rows), missing,
        estimate, se, fit.ci, pi,
        (between, None if math.isnan(within) else within),
        errors, p_positive, p_matters, p_worse, adherence,
        _members(with_rows, spread, between, estimate, se),
        spread_in_words(len(with_rows), math.sqrt(between), pi),
        # A few people can agree by chance, and then the robust errors come out too small: the wider of both is told.
        group_sentence(
            named, target, len(with_rows), estimate,
            (min(fit.ci[0], errors.ci[0]), max(fit.ci[1], errors.ci[1])), p_matters, p_worse,
        ),
    )  # fmt: skip


def rows_of(
    person: str, days: Sequence[Day], options: tuple[str, str], grid: Grid | None = None
) -> tuple[Row, ...]:
    """The rows of one person, by block; empty where no block has both options with an outcome."""
    return _own(person, days, options, grid or default_grid()).rows


def own_noise(days: Sequence[Day], grid: Grid) -> OwnNoise:
    """How this person's days scatter, from all of ``days`` (each with an outcome), see the module.

    Where there are few days the prior of ``data/priors.toml`` speaks: a within-person SD of about 1.5 points.
    """
    facts = constants()
    start = min(one.day for one in days)
    at = np.array([(one.day - start).days for one in days])
    span = int(at.max()) + 1
    seen = np.zeros(span, dtype=bool)
    seen[at] = True
    columns = {"level": np.ones(span), "trend": np.arange(span) / 90.0}
    for option in sorted({one.option for one in days}):
        chosen = np.zeros(span)
        chosen[at] = [one.option == option for one in days]
        columns["option:" + option] = chosen
    rated = [one.morning for one in days if one.morning is not None]
    middle = float(np.mean(rated)) if rated else 0.0
    columns["morning"] = np.zeros(span)
    columns["morning"][at] = [0.0 if one.morning is None else one.morning - middle for one in days]
    y = np.zeros(span)
    y[at] = [one.outcome for one in days]
    # An option differs from another by about as much as the level of a month from that of the next: a wide prior.
    beliefs = [facts["trend"] if name.startswith("option") else facts[name] for name in columns]
    mean, sd = (np.array([float(one[key]) for one in beliefs]) for key in ("mean", "sd"))
    one_scale = Grid(grid.phi, grid.rho, grid.log_pair, np.ones(1), np.zeros(1))
    table = np.stack([*columns.values(), y], axis=1)[:, None, :]
    white, log_det = whiten(one_scale, seen, table[seen], predicted_variance(one_scale, seen))
    gram = white.transpose(0, 2, 1) @ white
    noise = Noise(facts["noise"]["shape"], facts["noise"]["variance"])
    found = posterior(gram, int(seen.sum()), log_det, mean, sd, noise, one_scale.log_prior)
    weight = found.weight * found.variance
    covariance = np.array([weight @ (grid.rho * grid.phi**lag) for lag in range(span)])
    covariance[0] = weight.sum()
    slope = float(found.weight @ found.mean[:, list(columns).index("morning")])
    return OwnNoise(covariance, slope, 2 * found.shape)


def _own(person: str, days: Sequence[Day], options: tuple[str, str], grid: Grid) -> _Own:
    rated = sorted((one for one in days if one.outcome is not None), key=lambda one: one.day)
    if len({one.day for one in rated}) < len(rated):
        raise InputError(f"{person} has two rows for one day. Please keep one row a day.")
    blocks: dict[int, list[Day]] = {}
    for one in rated:
        if one.option in options:
            blocks.setdefault(one.block, []).append(one)
    whole = {block: of for block, of in blocks.items() if {one.option for one in of} == set(options)}
    if not whole:
        return _Own((), math.nan)
    noise = own_noise(rated, grid)
    mornings = [one.morning for one in rated if one.morning is not None]
    middle = float(np.mean(mornings)) if mornings else 0.0
    rows = []
    for block, of in sorted(whole.items()):
        drawn_first = np.array([one.option == options[0] for one in of])
        weights = np.where(drawn_first, 1 / drawn_first.sum(), -1 / (~drawn_first).sum())
        outcome = np.array([_adjusted(one, noise.morning_slope, middle) for one in of])
        at = np.array([one.day.toordinal() for one in of])
        covariance = noise.covariance[np.abs(at[:, None] - at[None, :])]
        rows.append(
            Row(person, block, float(weights @ outcome), float(weights @ covariance @ weights), len(of))
        )
    return _Own(tuple(rows), noise.df)


def _adjusted(day: Day, slope: float, middle: float) -> float:
    """The outcome, less what the morning rating (given before the draw was followed) already told of it."""
    outcome = float(day.outcome or 0.0)
    return outcome if day.morning is None else outcome - slope * (day.morning - middle)


def _member(person: str, own: _Own, spread: float) -> Member:
    raw, variance = _raw(own, spread)
    half = float(stdtrit(own.df, 0.975)) * math.sqrt(variance)
    return Member(person, len(own.rows), raw, (raw - half, raw + half), None, None, None, None, None)


def _raw(own: _Own, spread: float) -> tuple[float, float]:
    """The own mean over blocks and its error variance; ``spread`` between the blocks of one person counts as error."""
    weights = np.array([1 / (row.vi + spread) for row in own.rows])
    yi = np.array([row.yi for row in own.rows])
    return float(weights @ yi / weights.sum()), float(1 / weights.sum())


def _members(
    people: Mapping[str, _Own], spread: float, between: float, group: float, se: float
) -> tuple[Member, ...]:
    variances = np.array([_raw(own, spread)[1] for own in people.values()])
    of_between = 2 / float(np.sum((between + variances) ** -2))  # the REML variance of sigma2_between
    matters = float(constants()["matters"]["points"])
    found = []
    for person, own in people.items():
        member = _member(person, own, spread)
        variance = _raw(own, spread)[1]
        share = between / (between + variance)
        g1, g2 = between * (1 - share), (1 - share) ** 2 * se**2
        g3 = variance**2 / (between + variance) ** 3 * of_between
        shrunk, error = (1 - share) * group + share * member.raw, math.sqrt(g1 + g2 + 2 * g3)
        df = error**4 / (g1**2 / own.df + (g2 + 2 * g3) ** 2 / (len(people) - 1))
        half = float(stdtrit(df, 0.975)) * error
        found.append(
            replace(
                member,
                shrunk=shrunk,
                shrunk_ci=(shrunk - half, shrunk + half),
                own_share=share,
                p_matters=_chance_above(matters, shrunk, error, df),
                p_worse=1.0 - _chance_above(-matters, shrunk, error, df),
            )
        )
    return tuple(found)


def _chance_above(limit: float, estimate: float, se: float, df: float) -> float:
    if se == 0:
        return float(estimate > limit)
    return float(stdtr(df, (estimate - limit) / se))


def _adherence(members: Mapping[str, Sequence[Day]], options: tuple[str, str]) -> float | None:
    known = [
        one.done == one.option
        for days in members.values()
        for one in days
        if one.option in options and one.done is not None
    ]
    return sum(known) / len(known) if known else None
