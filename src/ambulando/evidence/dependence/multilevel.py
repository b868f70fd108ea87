"""Three-level models: effects within studies. y_ij = x_ij b + u_i + w_ij + e_ij, with u between and w within studies.

ML and REML by Newton steps on the exact likelihood, in O(k p^2) time and O(k p) memory: the covariance of a cluster is a
diagonal plus a constant (``rankone``). Konstantopoulos 2011, Res Synth Methods 2:61; Van den Noortgate et al. 2013,
Behav Res Methods 45:576; I2 of levels: Nakagawa & Santos 2012, Higgins & Thompson 2002.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ambulando.evidence.dependence import rankone
from ambulando.evidence.dependence.dependent import (
    Codes,
    Coefficient,
    Moderators,
    Rows,
    coefficients_of,
    critical,
    option,
    rows_of,
    tested,
    wald,
)
from ambulando.evidence.dependence.sandwich import Batch, Model, Robust, Working, batches_by_size, robust_of
from ambulando.evidence.dependence.thin import Thin
from ambulando.evidence.effects import RATIO_MEASURES
from ambulando.evidence.faults import NotConverged, TooFewStudies
from ambulando.evidence.newton import Found, best, climb
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions
from ambulando.ground import InputError

METHODS = {"reml": "REML", "ml": "ML"}
TESTS = {"z": "z", "t": "t", "contain": "contain"}
#: Clusters of more effects than this are handled by sums for their robust standard errors, too.
FULL = 16
#: The grid from which searches start, as parts of the spread of the effects.
GRID = (0.0, 0.03, 0.15, 0.5, 1.5)


@dataclass(frozen=True)
class ThreeLevel:
    """A three-level fit. Field names are the JSON keys of ``evidence pool --cluster``.

    ``sigma2`` are the variances between studies and within them (NaN where nothing tells them apart); ``estimate`` and its
    tests are None where there are moderators; ``df`` is NaN for a z test. ``i2`` and ``i2_levels`` (between, within) are
    percentages. ``weights`` (percent, of each effect) sum to 100 and are what an effect contributes to the pooled one.
    ``statistic`` of ``qm`` is chi2 for a z test and F otherwise. ``robust`` is None where there are too few studies.
    """

    k: int
    clusters: int
    method: str
    test: str
    estimate: float | None
    se: float | None
    statistic: float | None
    df: float | None
    p: float | None
    ci: Interval | None
    pi: Interval | None
    sigma2: Interval
    q: float
    q_df: int
    q_p: float
    i2: float
    i2_levels: Interval
    weights: tuple[float, ...]
    coefficients: tuple[Coefficient, ...]
    vcov: tuple[tuple[float, ...], ...]
    qm: float
    qm_df: tuple[int, float]
    qm_p: float
    robust: Robust | None
    log_likelihood: float
    log_likelihood_ml: float
    aic: float
    bic: float
    aicc: float
    rho: float | None
    measure: str
    estimate_exp: float | None
    ci_exp: Interval | None
    pi_exp: Interval | None
    level: float
    studies: tuple[str, ...]
    cluster_of: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    converged: bool
    boundary: bool
    iterations: int
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]
    kept: InitVar[Model | None] = None

    def __post_init__(self, kept: Model | None) -> None:
        # Not a field, so that it is not printed; set all the same, so that dataclasses.replace carries it on.
        object.__setattr__(self, "kept", kept)

    @property
    def model(self) -> Model:
        """Rows and working model of this fit."""
        found: Model | None = getattr(self, "kept", None)
        if found is None:
            raise InputError("This result was made by hand, so it has no data; fit the model again.")
        return found


@dataclass(frozen=True)
class Solved:
    """The answer of a likelihood, on the scale of the data, rows in the order of the input: ``sigma2``, coefficients
    ``beta`` (p,), ``vcov`` (p, p), log-likelihoods, the row sums of the inverse covariance as ``weights`` (k,), and the
    clusters with their covariance and its inverse."""

    sigma2: tuple[float, float]
    beta: Array
    vcov: Array
    log_ml: float
    log_reml: float
    weights: Array
    q: float
    typical: float
    found: Found
    batches: tuple[Batch, ...] = ()
    thin: Thin | None = None


def three_level(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[object],
    *,
    method: str = "REML",
    test: str = "t",
    level: float = 0.95,
    measure: str = "GEN",
    studies: Sequence[str] | None = None,
    moderators: Moderators | None = None,
    intercept: bool = True,
) -> ThreeLevel:
    """The three-level model of effects ``yi`` (k,) with sampling variances ``vi`` (k,), ``clusters`` (k,) their studies.

    ``method`` REML or ML; ``test`` z, t (k - p degrees of freedom) or contain (studies - p for what does not vary within
    studies). ``moderators`` are columns of numbers or text by name. Rows in any order. Rows without a finite effect, a
    positive variance, a study or a moderator are left out and listed in ``excluded``.

    Raises NegativeVariance, NotANumber, TooFewStudies (one study, or as few effects as coefficients), CollinearModerators,
    UnknownOption, NotConverged.
    """
    sensible_level(level)
    method, test = option(method, METHODS, "method"), option(test, TESTS, "test")
    rows = rows_of(yi, vi, clusters, studies=studies, moderators=moderators, intercept=intercept)
    solved = solve(rows, method)
    batches, thin = clusters_of(rows, *solved.sigma2)
    solved = replace(solved, batches=batches, thin=thin)
    apart = bool(np.bincount(rows.codes).max() > 1)
    return assembled(
        rows, solved, method=method, test=test, level=level, measure=measure, rho=None, apart=apart
    )


def solve(rows: Rows, method: str, start: Array | None = None) -> Solved:
    """Maximise the likelihood over both variances: from the peaks of a grid, or from ``start`` (2,) alone."""
    unit = float(np.median(rows.v))
    data = rankone.stack(rows.y / unit**0.5, rows.v / unit, rows.x, rows.codes)
    reml = method == "REML"
    lower, upper = np.zeros(2), np.full(2, np.inf)
    if data.sizes.max() == 1:
        upper[1] = 0.0
    starts = _peaks(data, reml, upper) if start is None else [start / unit]
    scale = np.full(2, 1e-2)
    found = best(
        climb(
            lambda theta: rankone.point(data, theta, reml),
            lambda theta: rankone.log_likelihood(data, theta, reml),
            one, lower, upper, scale,
        )
        for one in starts
    )  # fmt: skip
    if not found.converged:
        raise NotConverged(
            f"The {method} fit found no peak of the likelihood in {found.iterations} steps; look for effects or variances "
            "that are out of scale."
        )
    between, within = found.theta.tolist()
    w = rankone.weighted(data, between, within)
    back = np.linalg.inv(data.r)
    vcov = unit * back @ w.vcov @ back.T
    rowsum = np.empty(data.k)
    rowsum[data.order] = w.d * np.repeat(w.shrink, data.sizes)
    log_unit = float(np.log(unit)) / 2
    none = rankone.weighted(data, 0.0, 0.0)
    trace = float((1 / data.v).sum() - np.einsum("pk,pq,qk->", none.wq, none.vcov, none.wq))
    return Solved(
        sigma2=(between * unit, within * unit),
        beta=back @ w.gamma * unit**0.5,
        vcov=(vcov + vcov.T) / 2,
        log_ml=w.log_ml - data.k * log_unit,
        log_reml=w.log_reml - (data.k - data.p) * log_unit,
        weights=rowsum,
        q=float(none.r @ (none.r * data.v)),
        typical=unit * (data.k - data.p) / trace,
        found=found,
    )


def clusters_of(rows: Rows, between: float, within: float) -> tuple[tuple[Batch, ...], Thin | None]:
    """The covariance of each cluster and its inverse: small clusters in full, large ones by their diagonal."""
    batches = []
    sizes = np.bincount(rows.codes)
    for index in batches_by_size(rows.codes):
        if index.shape[1] > FULL:
            continue
        d = 1 / (rows.v[index] + within)
        eye = np.eye(index.shape[1])
        c = between / (1 + between * d.sum(axis=1))
        inverse = eye * d[:, None, :] - c[:, None, None] * d[:, :, None] * d[:, None, :]
        batches.append(Batch(index, between + eye * (1 / d)[:, None, :], inverse))
    large = sizes > FULL
    if not large.any():
        return tuple(batches), None
    order = np.argsort(rows.codes, kind="stable")
    order = order[large[rows.codes[order]]]
    starts = np.concatenate(([0], np.cumsum(sizes[large])[:-1]))
    return tuple(batches), Thin(order, starts, sizes[large], rows.v[order] + within, between)


def _peaks(data: rankone.Stack, reml: bool, upper: Array) -> list[Array]:
    """The points of a grid that lie higher than their neighbours, at most three: where searches start."""
    residual = data.y - (data.q @ data.y) @ data.q
    spread = max(float(residual @ residual) / (data.k - data.p), 1e-8)
    steps = spread * np.array(GRID)
    second = steps if upper[1] > 0 else np.zeros(1)
    height = np.array([[rankone.log_likelihood(data, np.array([a, b]), reml) for b in second] for a in steps])
    around = np.pad(height, 1, constant_values=-np.inf)
    higher = np.ones_like(height, dtype=bool)
    for a in (0, 1, 2):
        for b in (0, 1, 2):
            higher &= height >= around[a : a + height.shape[0], b : b + height.shape[1]]
    places = sorted(np.argwhere(higher).tolist(), key=lambda at: -height[at[0], at[1]])
    return [np.array([steps[a], second[b]]) for a, b in places[:3]]


def contained_df(rows: Rows) -> list[float]:
    """Degrees of freedom by containment: studies - p for a coefficient whose column is constant within studies, else k - p."""
    k, p = rows.x.shape
    first = np.zeros(len(rows.clusters), dtype=np.int64)
    first[rows.codes[::-1]] = np.arange(k)[::-1]
    constant = np.all(rows.x == rows.x[first[rows.codes]], axis=0)
    return [float(len(rows.clusters) - p if one else k - p) for one in constant.tolist()]


def assembled(
    rows: Rows,
    solved: Solved,
    *,
    method: str,
    test: str,
    level: float,
    measure: str,
    rho: float | None,
    apart: bool,
    covariances: tuple[Array, ...] | None = None,
    slots: Codes | None = None,
) -> ThreeLevel:
    """The result of a fit: tests, intervals, heterogeneity, robust standard errors."""
    (k, p), m = rows.x.shape, len(rows.clusters)
    if test == "contain":
        dfs = contained_df(rows)
        if min(dfs) < 1:
            raise TooFewStudies(
                f"{m} studies for {p} coefficients leave no degrees of freedom; use the t or z test."
            )
    else:
        dfs = [float("nan") if test == "z" else float(k - p)] * p
    coefficients = coefficients_of(rows.names, solved.beta, np.sqrt(np.diag(solved.vcov)), dfs, level)
    which = tested(rows.names)
    qm, qm_df, qm_p = wald(solved.beta, solved.vcov, which, min(dfs[i] for i in which))
    between, within = solved.sigma2
    total = between + within
    share = 100 / (total + solved.typical)
    only = coefficients[0] if p == 1 and rows.names[0] == "intercept" else None
    pi = None
    if only:
        half = critical(level, only.df) * float(np.sqrt(total + only.se**2))
        pi = (only.estimate - half, only.estimate + half)
    ratio = measure in RATIO_MEASURES and only is not None
    reml = method == "REML"
    log = solved.log_reml if reml else solved.log_ml
    free, seen = p + 2 - (not apart), k - p if reml else k
    residuals = rows.y - rows.x @ solved.beta
    working = Working(rows.names, rows.x, solved.beta, residuals, solved.vcov, solved.batches, solved.thin)
    robust = robust_of(working, level=level)
    return ThreeLevel(
        k=k, clusters=m, method=method, test=test,
        estimate=only.estimate if only else None, se=only.se if only else None,
        statistic=only.statistic if only else None, df=only.df if only else None, p=only.p if only else None,
        ci=only.ci if only else None, pi=pi,
        sigma2=(between, within if apart else float("nan")),
        q=solved.q, q_df=k - p, q_p=float(chdtrc(k - p, solved.q)),
        i2=share * total, i2_levels=(share * between, share * within if apart else float("nan")),
        weights=tuple((100 * solved.weights / solved.weights.sum()).tolist()),
        coefficients=coefficients, vcov=tuple(map(tuple, solved.vcov.tolist())),
        qm=qm, qm_df=qm_df, qm_p=qm_p, robust=robust,
        log_likelihood=log, log_likelihood_ml=solved.log_ml,
        aic=-2 * log + 2 * free, bic=-2 * log + free * float(np.log(seen)),
        aicc=-2 * log + 2 * free * max(seen, free + 2) / (max(seen, free + 2) - free - 1),
        rho=rho, measure=measure,
        estimate_exp=float(np.exp(only.estimate)) if ratio and only else None,
        ci_exp=_exp(only.ci) if ratio and only else None, pi_exp=_exp(pi) if ratio and pi else None,
        level=level, studies=rows.studies,
        cluster_of=tuple(rows.clusters[one] for one in rows.codes.tolist()),
        yi=tuple(rows.y.tolist()), vi=tuple(rows.v.tolist()),
        converged=solved.found.converged, boundary=between == 0 or (apart and within == 0),
        iterations=solved.found.iterations,
        data_hash=data_hash(rows.y, rows.v, rows.codes, rows.x.ravel()),
        options={"method": method, "test": test, "level": level, "measure": measure, "rho": rho, "names": rows.names},
        versions=versions(), excluded=rows.excluded, notes=_notes(rows, apart),
        kept=Model(rows, working, covariances, slots),
    )  # fmt: skip


def _exp(interval: Interval) -> Interval:
    return (float(np.exp(interval[0])), float(np.exp(interval[1])))


def _notes(rows: Rows, apart: bool) -> tuple[str, ...]:
    notes = []
    if not apart:
        notes.append(
            "Every study has one effect, so the levels cannot be told apart; all the spread is given as between studies."
        )
    if len(rows.clusters) < 5:
        notes.append(f"Only {len(rows.clusters)} studies: the spread between them can hardly be estimated.")
    return tuple(notes)
