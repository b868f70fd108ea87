"""Asymmetry of the funnel for events in two arms, where the log odds ratio and its error go together by their making.

Harbord, Egger & Sterne 2006, Stat Med 25:3443; Peters et al. 2006, JAMA 295:676; Macaskill, Walter & Irwig 2001, Stat Med
20:641; Deeks, Macaskill & Irwig 2005, J Clin Epidemiol 58:882; Schwarzer, Antes & Schumacher 2007, Stat Med 26:721.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, stdtr

from ambulando.evidence.checks.asymmetry import RankTest, kendall, least_squares
from ambulando.evidence.checks.observed import Observed, choice, few
from ambulando.evidence.faults import EvidenceFault, ImpossibleValue, TooFewStudies
from ambulando.evidence.results import Array, Excluded, data_hash, versions
from ambulando.evidence.univariate.usable import numbers

TESTS = ("Harbord", "Peters", "Macaskill", "Deeks")


@dataclass(frozen=True)
class BinaryAsymmetry:
    """A weighted regression whose ``slope`` (``se``) tells of asymmetry, with a t test of ``df`` degrees of freedom."""

    name: str
    k: int
    statistic: float
    df: float
    p: float
    slope: float
    se: float
    intercept: float
    intercept_se: float
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def binary_test(
    name: str,
    ai: ArrayLike,
    n1i: ArrayLike,
    ci: ArrayLike,
    n2i: ArrayLike,
    *,
    studies: Sequence[str] | None = None,
) -> BinaryAsymmetry:
    """The test ``name`` of events ``ai`` among ``n1i`` and ``ci`` among ``n2i``, each (k,).

    Harbord: the efficient score over its variance, on one over its root. Peters: the log odds ratio on one over the number
    of people, weighted by events and no events. Macaskill: on the number of people, weighted by precision. Deeks: on one
    over the root of the effective sample size, weighted by it. Half a person is added to each cell of a study with an empty
    one for the log odds ratio. Studies without or with only events are left out. Raises ImpossibleValue, TooFewStudies.
    """
    name = choice(name, TESTS, "test")
    a, n1, c, n2, data = _counts(ai, n1i, ci, n2i, studies)
    n, events = n1 + n2, a + c
    if name == "Harbord":
        score = a - events * n1 / n
        variance = n1 * n2 * events * (n - events) / (n**2 * (n - 1))
        y, x, w = score / variance, variance**-0.5, variance
    elif name == "Peters":
        y, x, w = data.y, 1 / n, 1 / (1 / events + 1 / (n - events))
    elif name == "Macaskill":
        y, x, w = data.y, n, 1 / data.v
    else:
        size = 4 * n1 * n2 / n
        y, x, w = data.y, size**-0.5, size
    found, errors, _ = least_squares(y, x, w)
    statistic = float(found[1] / errors[1])
    df = float(data.k - 2)
    return BinaryAsymmetry(
        name=name, k=data.k, statistic=statistic, df=df, p=float(2 * stdtr(df, -abs(statistic))),
        slope=float(found[1]), se=float(errors[1]), intercept=float(found[0]), intercept_se=float(errors[0]),
        studies=data.studies, converged=True, data_hash=data_hash(a, n1, c, n2), options={"name": name},
        versions=versions(), excluded=data.excluded, notes=few(data.k),
    )  # fmt: skip


def schwarzer(
    ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike, *, studies: Sequence[str] | None = None
) -> RankTest:
    """Schwarzer's rank test: events in the first arm, standardised by the non-central hypergeometric distribution at the
    Mantel-Haenszel odds ratio, against one over the variance of that distribution."""
    a, n1, c, n2, data = _counts(ai, n1i, ci, n2i, studies)
    n = n1 + n2
    ratio = float((a * (n2 - c) / n).sum() / ((n1 - a) * c / n).sum())
    mean, variance = np.empty(data.k), np.empty(data.k)
    for index in range(data.k):
        mean[index], variance[index] = _hypergeometric(
            float(n1[index]), float(n2[index]), float(a[index] + c[index]), np.log(ratio)
        )
    return kendall((a - mean) / np.sqrt(variance), 1 / variance, data)


def _hypergeometric(n1: float, n2: float, events: float, log_ratio: float) -> tuple[float, float]:
    """Mean and variance of the events in the first arm, given all of them and the odds ratio."""
    x = np.arange(max(0.0, events - n2), min(n1, events) + 1)
    logs = x * log_ratio - (
        gammaln(x + 1) + gammaln(n1 - x + 1) + gammaln(events - x + 1) + gammaln(n2 - events + x + 1)
    )
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    mean = float(chances @ x)
    return mean, float(chances @ (x - mean) ** 2)


def _counts(
    ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike, studies: Sequence[str] | None
) -> tuple[Array, Array, Array, Array, Observed]:
    columns = [
        numbers(one, what)
        for one, what in zip((ai, n1i, ci, n2i), ("event count", "arm size") * 2, strict=True)
    ]
    k = columns[0].size
    labels = tuple(studies) if studies is not None else tuple(f"Study {i}" for i in range(1, k + 1))
    if any(one.size != k for one in columns) or len(labels) != k:
        raise EvidenceFault(
            "Events and people of both arms are needed for each study; the columns differ in length."
        )
    a, n1, c, n2 = columns
    excluded, keep = [], []
    for index in range(k):
        events, people = a[index] + c[index], n1[index] + n2[index]
        if not np.isfinite(events + people):
            excluded.append(Excluded(index + 1, labels[index], "events or people are missing"))
        elif (
            min(a[index], c[index]) < 0
            or a[index] > n1[index]
            or c[index] > n2[index]
            or min(n1[index], n2[index]) < 1
        ):
            raise ImpossibleValue(
                f"{labels[index]} (row {index + 1}) has {a[index]:g} events among {n1[index]:g} people and {c[index]:g} among "
                f"{n2[index]:g}; please check these.",
                row=index + 1,
                study=labels[index],
            )
        elif events in (0, people):
            reason = "nobody had the event" if events == 0 else "everybody had the event"
            excluded.append(Excluded(index + 1, labels[index], reason))
        else:
            keep.append(index)
    if len(keep) < 3:
        raise TooFewStudies(
            f"A test of asymmetry needs 3 studies or more with people with and without the event; there are {len(keep)}."
        )
    a, n1, c, n2 = (one[keep] for one in columns)
    cells = np.stack([a, n1 - a, c, n2 - c])
    cells = cells + 0.5 * (cells == 0).any(axis=0)
    y = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    data = Observed(
        y,
        (1 / cells).sum(axis=0),
        tuple(labels[i] for i in keep),
        tuple(i + 1 for i in keep),
        tuple(excluded),
    )
    return a, n1, c, n2, data
