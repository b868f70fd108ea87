"""Selection models: what the effect would be if the chance of publication depends on the p value.

Maximum likelihood of the mean, tau2 and the weights together; see ``weightings`` for the forms and their sources.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri

from ambulando.evidence import newton
from ambulando.evidence.checks import weightings
from ambulando.evidence.checks.observed import Observed, choice, few, observed
from ambulando.evidence.checks.subsets import pools
from ambulando.evidence.checks.weightings import FORMS, Weighting
from ambulando.evidence.faults import EvidenceFault, NotConverged, TooFewStudies
from ambulando.evidence.newton import Found, Point
from ambulando.evidence.results import Array, Excluded, Interval, data_hash, sensible_level, versions

ALTERNATIVES = ("greater", "less", "two-sided", "auto")
#: A weight beyond is no estimate but a search that ran away.
LARGEST, SMALLEST = 1e6, 1e-7
#: Searches that came to no rest, one after the other, before it is said that there is no maximum.
GIVE_UP = 4


@dataclass(frozen=True)
class Weight:
    """A parameter of the form: for steps the chance of publication in an interval of p, beside the first one's, which is 1.

    ``interval`` are the p values it is for and ``studies`` how many lie there (steps only).
    """

    estimate: float
    se: float
    ci: Interval
    interval: Interval | None
    studies: int | None


@dataclass(frozen=True)
class Maximum:
    """Another maximum of the likelihood, lower than the one that was taken."""

    estimate: float
    tau2: float
    weights: tuple[float, ...]
    log_likelihood: float


@dataclass(frozen=True)
class Selection:
    """The effect ``estimate`` and ``tau2`` after allowing for selection, beside ``unadjusted`` by maximum likelihood.

    ``lrt`` with ``lrt_df`` and ``lrt_p`` is the likelihood-ratio test of no selection. ``boundary`` when tau2 or a weight is
    zero; a tau2 of zero has no standard error, and those of the others take it as known. ``others`` are lower maxima.
    """

    k: int
    form: str
    alternative: str
    estimate: float
    se: float
    statistic: float
    p: float
    ci: Interval
    tau2: float
    tau2_se: float
    weights: tuple[Weight, ...]
    log_likelihood: float
    lrt: float
    lrt_df: int
    lrt_p: float
    unadjusted: float
    unadjusted_se: float
    unadjusted_tau2: float
    others: tuple[Maximum, ...]
    level: float
    studies: tuple[str, ...]
    converged: bool
    boundary: bool
    iterations: int
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def selection(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    form: str = "step",
    steps: Sequence[float] = (0.025,),
    alternative: str = "auto",
    level: float = 0.95,
    studies: Sequence[str] | None = None,
) -> Selection:
    """A selection model of ``yi`` (k,) with variances ``vi`` (k,).

    ``form``: step (cut points of p in ``steps``; one of 0.025 is the three-parameter model), beta, halfnorm, negexp,
    logistic or power. ``alternative``: p values are one-sided for effects that are greater or less than zero, or two-sided;
    auto takes the side of the pooled effect. Raises TooFewStudies under 3 studies or when an interval of p has none,
    NotConverged when the likelihood has no maximum that can be relied on.
    """
    form = choice(form, FORMS, "selection model")
    alternative = choice(alternative, ALTERNATIVES, "alternative")
    sensible_level(level)
    data = observed(yi, vi, studies, least=3, what="A selection model")
    plain = pools(data.y[None], data.v[None], "ML")
    if not plain.converged[0]:
        raise NotConverged("The model without selection did not converge, so none with selection is tried.")
    if alternative == "auto":
        alternative = "less" if plain.estimate[0] < 0 else "greater"
    sign = -1.0 if alternative == "less" else 1.0
    model = Weighting(
        form, sign * data.y, data.v, alternative == "two-sided", cuts_of(steps) if form == "step" else ()
    )
    counts = _counted(model)
    mu, tau2 = sign * float(plain.estimate[0]), float(plain.tau2[0])
    unselected = log_likelihood(model, np.array([mu, tau2]), None)
    found, theta, peaks = _maximum(model, mu, tau2)
    if found.value < unselected - 1e-7 * (1 + abs(unselected)):
        raise NotConverged(_sentence(form, "its best answer is worse than that of no selection"))
    errors = _errors(model, theta)
    tail = -float(ndtri((1 - level) / 2))
    edges = (0.0, *model.steps, 1.0)
    weights = (
        [Weight(1.0, float("nan"), (float("nan"),) * 2, (0.0, edges[1]), counts[0])] if form == "step" else []
    )
    for place, (value, error) in enumerate(
        zip(theta[2:].tolist(), errors[2:].tolist(), strict=True), start=1
    ):
        stretch = (edges[place], edges[place + 1]) if form == "step" else None
        weights.append(
            Weight(
                value, error, (max(0.0, value - tail * error), value + tail * error),
                stretch, counts[place] if form == "step" else None,
            )
        )  # fmt: skip
    estimate, se = sign * float(theta[0]), float(errors[0])
    lrt = max(0.0, 2 * (found.value - unselected))
    boundary = bool(theta[1] == 0 or (theta[2:] == 0).any())
    others = tuple(
        Maximum(sign * float(one[0]), float(one[1]), tuple(one[2:].tolist()), value) for one, value in peaks
    )
    return Selection(
        k=data.k, form=form, alternative=alternative, estimate=estimate, se=se, statistic=estimate / se,
        p=float(2 * ndtr(-abs(estimate / se))), ci=(estimate - tail * se, estimate + tail * se),
        tau2=float(theta[1]), tau2_se=float(errors[1]), weights=tuple(weights), log_likelihood=found.value,
        lrt=lrt, lrt_df=model.size, lrt_p=float(chdtrc(model.size, lrt)),
        unadjusted=float(plain.estimate[0]), unadjusted_se=float(plain.variance[0] ** 0.5), unadjusted_tau2=tau2,
        others=others, level=level, studies=data.studies, converged=True, boundary=boundary, iterations=found.iterations,
        data_hash=data_hash(data.y, data.v),
        options={"form": form, "steps": model.steps, "alternative": alternative, "level": level},
        versions=versions(), excluded=data.excluded, notes=_notes(data, boundary, counts, found.value, others),
    )  # fmt: skip


def log_likelihood(model: Weighting, theta: Array, delta: Array | None) -> float:
    """Of the studies at ``theta`` = (mu, tau2) and weights ``delta``; None: of studies that are all published."""
    if delta is None:
        variance = model.v + theta[1]
        return float(-0.5 * (np.log(2 * np.pi * variance) + (model.y - theta[0]) ** 2 / variance).sum())
    return weightings.point(model, np.concatenate([theta, delta])).value


def cuts_of(steps: Sequence[float]) -> tuple[float, ...]:
    """The cut points of p, checked; 1 may stand at the end. Raises EvidenceFault."""
    cuts = tuple(float(one) for one in steps if one != 1)
    if not cuts or any(not 0 < one < 1 for one in cuts) or list(cuts) != sorted(set(cuts)):
        raise EvidenceFault(
            f"The steps {', '.join(f'{one:g}' for one in steps)} are no rising p values between 0 and 1, as 0.025,0.5."
        )
    return cuts


def _counted(model: Weighting) -> list[int]:
    """How many studies lie in each interval of the steps. Raises TooFewStudies for an interval without any."""
    if model.form != "step":
        return []
    counts = np.bincount(model.interval(), minlength=len(model.steps) + 1).tolist()
    edges = (0.0, *model.steps, 1.0)
    for place, count in enumerate(counts):
        if count == 0:
            raise TooFewStudies(
                f"No study has a p value between {edges[place]:g} and {edges[place + 1]:g}, so the chance of publication there "
                "can not be estimated; take other steps or the other side."
            )
    return [int(one) for one in counts]


def _maximum(model: Weighting, mu: float, tau2: float) -> tuple[Found, Array, list[tuple[Array, float]]]:
    """The highest maximum that searches from several places find, its parameters (mu, tau2, weights), and the others."""
    logs = model.form in ("step", "beta")

    def plainly(theta: Array) -> Point:
        return weightings.point(model, theta)

    at: Callable[[Array], Point] = weightings.in_logs(plainly, 2) if logs else plainly
    typical = float(np.median(model.v))
    size = float(np.sqrt(typical + tau2))
    lower = np.array([-np.inf, 0.0, *([np.log(SMALLEST) if logs else 0.0] * model.size)])
    upper = np.array([np.inf, np.inf, *([np.log(LARGEST) if logs else LARGEST] * model.size)])
    scale = np.array([size, typical + tau2, *([1.0] * model.size)])
    deltas = {"step": (1.0, 0.2), "beta": (1.0, 0.5)}.get(model.form, (0.1, 1.0, 5.0))
    starts = [
        np.array([shift, spread, *([np.log(delta) if logs else delta] * model.size)])
        for delta in deltas
        for shift, spread in (
            (mu, tau2),
            (mu / 2, tau2 + typical / 2),
            (mu - size, 2 * tau2 + typical),
            (0.0, tau2 / 4),
        )
    ]
    searches: list[Found] = []
    with np.errstate(all="ignore"):
        for start in starts:
            searches.append(newton.climb(at, lambda theta: at(theta).value, start, lower, upper, scale))
            if len(searches) == GIVE_UP and not any(one.converged for one in searches):
                break  # a likelihood that has no peak is wandered over slowly, from everywhere
    settled = [one for one in searches if one.converged and np.isfinite(one.value)]
    highest = max((one.value for one in searches if np.isfinite(one.value)), default=-np.inf)
    if not settled:
        raise NotConverged(_sentence(model.form, "no search came to rest"))
    best = max(settled, key=lambda one: one.value)
    if highest > best.value + 1e-6 * (1 + abs(best.value)):
        raise NotConverged(_sentence(model.form, "the likelihood keeps rising where no search comes to rest"))
    peaks: list[tuple[Array, float]] = []
    for one in sorted(settled, key=lambda one: -one.value):
        plain = one.theta.copy()
        if logs:
            plain[2:] = np.exp(plain[2:])
        if all((np.abs(plain[:2] - seen[:2]) > 1e-4 * scale[:2]).any() for seen, _ in peaks):
            peaks.append((plain, one.value))
    theta = peaks[0][0]
    if (theta[2:] >= LARGEST * 0.999).any() or (logs and (theta[2:] <= SMALLEST * 1.001).any()):
        raise NotConverged(_sentence(model.form, "a weight runs off to zero or without end"))
    return best, theta, peaks[1:]


def _errors(model: Weighting, theta: Array) -> Array:
    """Standard errors from the observed information. A tau2 of zero is taken as known, and its error is NaN; a weight at its
    bound is so only when the likelihood does not bend downwards there."""
    found = weightings.point(model, theta)
    free = np.ones(theta.size, dtype=bool)
    free[1] = theta[1] > 0 or found.gradient[1] > 0
    for known in (free, free & ~((theta == 0) & (np.arange(theta.size) > 1))):
        information = found.observed[np.ix_(known, known)]
        scale = np.sqrt(np.abs(np.diag(information)))
        if not (scale > 0).all():
            continue
        scaled = information / np.outer(scale, scale)
        if np.linalg.eigvalsh(scaled)[0] > 1e-10:
            errors = np.full(theta.size, np.nan)
            errors[known] = np.sqrt(np.diag(np.linalg.inv(scaled))) / scale
            return errors
    raise NotConverged(_sentence(model.form, "the likelihood is flat around its best answer"))


def _sentence(form: str, why: str) -> str:
    return (
        f"The selection model '{form}' has no answer that can be relied on: {why}; take a simpler one (step with 0.025) "
        "or more studies."
    )


def _notes(
    data: Observed, boundary: bool, counts: list[int], highest: float, others: tuple[Maximum, ...]
) -> tuple[str, ...]:
    notes = few(data.k)
    if others and others[0].log_likelihood > highest - 2:
        notes += (
            f"The likelihood has another maximum nearly as high, with the estimate {others[0].estimate:.3g}; both are possible.",
        )
    if counts and min(counts) < 4:
        notes += (
            f"An interval of p values has {min(counts)} {'study' if min(counts) == 1 else 'studies'} only, so its weight is "
            "little more than a guess.",
        )
    if boundary:
        notes += (
            "The best answer lies at a bound (tau2 or a weight is zero), where standard errors are rough.",
        )
    return notes
