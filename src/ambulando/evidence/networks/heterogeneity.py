"""The heterogeneity of a network: one tau2 for all comparisons, tau2/2 for each arm of each study.

Moments: DerSimonian & Laird for networks (Jackson, White & Riley 2012, Statistics in Medicine 31:3805). Likelihood: the
root of its derivative, which on the edges of the graph is sum(w2 r^2) - trace; see ``graph.Weights``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from ambulando.evidence.faults import NotConverged, UnknownOption
from ambulando.evidence.networks.graph import Graph, Ints, Solution, centred_covariance, solve
from ambulando.evidence.results import Array

#: Spellings a caller may use (any case) and the names that results carry.
METHODS = {
    **dict.fromkeys(("dl", "random"), "DL"),
    "reml": "REML",
    "ml": "ML",
    **dict.fromkeys(("ee", "fe", "common", "fixed"), "EE"),
    "reml-uncorrelated": "REML-uncorrelated",
    "ml-uncorrelated": "ML-uncorrelated",
}


@dataclass(frozen=True)
class Tau2:
    """An estimate of tau2; ``boundary`` when it is zero because less than zero would fit best."""

    value: float
    boundary: bool


def named(method: str) -> str:
    """The name of a method. Raises UnknownOption."""
    try:
        return METHODS[method.strip().lower()]
    except KeyError:
        raise UnknownOption(
            f"There is no method called {method!r} for a network; take one of DL, REML, ML and EE."
        ) from None


def tau2_of(graph: Graph, common: Solution, df: int, method: str, reference: int | None = None) -> Tau2:
    """tau2 by a method of METHODS; ``common`` is the solution at tau2 = 0 and ``df`` its degrees of freedom.

    The "uncorrelated" ones leave out, while they estimate tau2, the sampling covariance within studies of several arms, of
    which they keep the contrasts with ``reference`` or else with the last arm; they exist to compare with other programs.
    """
    if method == "EE" or df == 0:
        return Tau2(0.0, False)
    if method == "DL":
        return moment(common, df)
    if method.endswith("-uncorrelated"):
        return _uncorrelated(graph, method.startswith("REML"), reference)
    restricted = method == "REML"

    def slope(tau2: float) -> float:
        found = solve(graph, tau2)
        trace = found.trace if restricted else float(found.weights.w.sum())
        return float(found.weights.w2 @ found.residuals**2) - trace

    def log_likelihood(tau2: float) -> float:
        found = solve(graph, tau2)
        value = _log_determinant(graph, tau2) - found.q
        if restricted:
            value += float(np.linalg.slogdet(found.inverse + 1 / graph.t)[1])
        return value / 2

    return maximum(slope, log_likelihood, scale=float(np.median(graph.variance)))


def moment(common: Solution, df: int) -> Tau2:
    """The moment estimate: Q has the expectation df + tau2 * trace."""
    value = (common.q - df) / common.trace
    return Tau2(max(0.0, value), value <= 0)


def maximum(slope: Callable[[float], float], log_likelihood: Callable[[float], float], scale: float) -> Tau2:
    """Where a likelihood of tau2 >= 0 is largest, from its ``slope``; ``scale`` is a usual sampling variance.

    Raises NotConverged when the slope never falls below zero.
    """
    if slope(0.0) > 0:
        low, high = 0.0, scale
        while slope(high) > 0:
            low, high = high, 4 * high
            if high > 1e16 * scale:
                raise NotConverged(
                    "tau2 of this network grows without end; please check the standard errors."
                )
        return Tau2(_root(slope, low, high, scale), False)
    # a likelihood that falls at zero may still rise again further on
    steps = [0.0, *(scale * 4.0**power for power in range(-4, 5))]
    slopes = [slope(step) for step in steps]
    peaks = [0.0] + [
        _root(slope, steps[place], steps[place + 1], scale)
        for place in range(len(steps) - 1)
        if slopes[place] > 0 >= slopes[place + 1]
    ]
    best = max(peaks, key=log_likelihood) if len(peaks) > 1 else 0.0
    return Tau2(best, best == 0.0)


def _root(slope: Callable[[float], float], low: float, high: float, scale: float) -> float:
    """Where ``slope`` falls through zero between ``low`` and ``high``, by the method of Ridders 1979 (scipy.optimize would
    take longer to import than a network takes to fit).
    """
    at_low, at_high, before = slope(low), slope(high), float("inf")
    for _ in range(200):
        middle = (low + high) / 2
        at_middle = slope(middle)
        under = sqrt(at_middle**2 - at_low * at_high)
        if under == 0:
            return middle
        found = middle + (middle - low) * at_middle / under  # the slope is positive at low
        at_found = slope(found)
        if at_found == 0 or abs(found - before) <= 1e-14 * found + 1e-16 * scale:
            return found
        before = found
        for place, value in ((middle, at_middle), (found, at_found)):
            if low < place < high:
                if value > 0:
                    low, at_low = place, value
                else:
                    high, at_high = place, value
        if high - low <= 1e-15 * high:
            return found
    raise NotConverged("tau2 of this network was not found in 200 steps; please check the standard errors.")


def _log_determinant(graph: Graph, tau2: float) -> float:
    """The logarithm of the determinant of the inverse covariance of all contrasts, up to a constant."""
    pairs = np.ones(graph.variance.size, dtype=bool)
    value = 0.0
    for arms in graph.several:
        variance = np.where(np.eye(arms.p, dtype=bool), 0.0, graph.variance[arms.edges] + tau2)
        pairs[arms.edges[:, ~np.eye(arms.p, dtype=bool)].ravel()] = False
        value -= float(np.log(np.linalg.eigvalsh(centred_covariance(variance))[:, 1:]).sum())
    return value - float(np.log(graph.variance[pairs] + tau2).sum())


@dataclass(frozen=True)
class _Rows:
    """Contrasts of one study with its base: places of the other arms, effects and variances, (p - 1,) each."""

    base: int
    others: Ints
    te: Array
    variance: Array


def _uncorrelated(graph: Graph, restricted: bool, reference: int | None) -> Tau2:
    studies = []
    for number in range(len(graph.studies)):
        edges = np.flatnonzero(graph.study == number)
        arms = {int(arm) for pair in (graph.first, graph.second) for arm in pair[edges]}
        base = reference if reference in arms else max(arms)
        chosen = edges[(graph.first[edges] == base) | (graph.second[edges] == base)]
        turned = graph.second[chosen] == base
        studies.append(
            _Rows(
                int(base or 0),
                np.where(turned, graph.first[chosen], graph.second[chosen]),
                np.where(turned, graph.te[chosen], -graph.te[chosen]),
                graph.variance[chosen],
            )
        )

    def fitted(tau2: float) -> tuple[float, float]:
        """The slope and the log likelihood, by blocks of a study."""
        t = graph.t
        matrix, moments, square, logdet = np.zeros((t, t)), np.zeros(t), 0.0, 0.0
        kept = []
        for one in studies:
            p = one.te.size
            shape = (np.eye(p) + 1) / 2
            inverse = np.linalg.inv(np.diag(one.variance) + tau2 * shape)
            x = np.zeros((p, t))
            x[np.arange(p), one.others], x[:, one.base] = 1, -1
            matrix += x.T @ inverse @ x
            moments += x.T @ inverse @ one.te
            square += float(one.te @ inverse @ one.te)
            logdet += float(np.linalg.slogdet(inverse)[1])
            kept.append((x, inverse, shape, one.te))
        pinv = np.linalg.inv(matrix + 1 / t) - 1 / t
        effects = pinv @ moments
        slope = 0.0
        for x, inverse, shape, te in kept:
            residual = inverse @ (te - x @ effects)
            slope += float(residual @ shape @ residual) - float(np.trace(inverse @ shape))
            if restricted:
                slope += float(np.trace(inverse @ shape @ inverse @ x @ pinv @ x.T))
        value = logdet - square + float(effects @ moments)
        return slope, value + (float(np.linalg.slogdet(pinv + 1 / t)[1]) if restricted else 0.0)

    return maximum(
        lambda tau2: fitted(tau2)[0], lambda tau2: fitted(tau2)[1] / 2, scale=float(np.median(graph.variance))
    )
