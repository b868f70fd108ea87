"""Exact integration of a density on [0, infinity), and mixtures of normal distributions.

Composite Gauss-Legendre panels, halved until their sums agree, and doubled outwards until nothing is left: the density may
have power tails, several modes, or a spike at zero.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ambulando.evidence.faults import NotConverged
from ambulando.evidence.results import Array, Interval

POINTS = 20
X, W = (np.asarray(one) for one in legendre.leggauss(POINTS))
#: From values at the nodes to the coefficients of a Chebyshev series.
TO_SERIES = np.linalg.inv(chebyshev.chebvander(X, POINTS - 1)).T
#: Of a panel beside the whole integral.
ACCURACY = 1e-13
MAX_HALVINGS = 60
MAX_DOUBLINGS = 250

LogDensity = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Panels:
    """A density on panels with ``edges`` (p + 1,): ``mass`` (p,) of each (sum 1), the nodes (p, 20) with their ``weights``
    (sum 1), and its Chebyshev ``series`` (20, p) on each panel, which is as exact as the integral, with its ``integral``
    (21, p) from the left end.

    ``log_total`` is the log of the integral before it was made 1; ``bounded`` says that nothing lies beyond the last edge.
    """

    edges: Array
    mass: Array
    nodes: Array
    weights: Array
    series: Array
    integral: Array
    log_total: float
    bounded: bool

    def _at(self, x: Array) -> tuple[NDArray[np.int64], Array, Array]:
        """Of each ``x`` (n,): its panel, the place within it from -1 to 1, and half the panel's width."""
        place = np.clip(np.searchsorted(self.edges, x, side="right") - 1, 0, self.mass.size - 1).astype(
            np.int64
        )
        half = (self.edges[place + 1] - self.edges[place]) / 2
        return place, (x - self.edges[place]) / half - 1, half

    def cdf(self, x: Array) -> Array:
        """P(<= x) of each ``x`` (n,)."""
        place, t, half = self._at(np.clip(np.asarray(x, dtype=float), self.edges[0], self.edges[-1]))
        below = np.concatenate([[0.0], np.cumsum(self.mass)])
        part = half * _valued(t, self.integral[:, place])
        return np.asarray(np.clip(below[place] + part, 0.0, 1.0))

    def density(self, x: Array) -> Array:
        x = np.asarray(x, dtype=float)
        place, t, _ = self._at(np.clip(x, self.edges[0], self.edges[-1]))
        found = np.maximum(0.0, _valued(t, self.series[:, place]))
        return np.asarray(np.where((x >= self.edges[0]) & (x <= self.edges[-1]), found, 0.0))

    def quantile(self, p: Array) -> Array:
        p = np.asarray(p, dtype=float)
        below = np.concatenate([[0.0], np.cumsum(self.mass)])
        place = np.clip(np.searchsorted(below, p, side="right") - 1, 0, self.mass.size - 1)
        low, high = self.edges[place], self.edges[place + 1]
        return solved(self.cdf, self.density, p, (low + high) / 2, (high - low) / 2)

    def moment(self, power: int) -> float:
        """E(x^power); infinite when what lies farthest out still adds to it."""
        parts = (self.weights * self.nodes**power).sum(axis=1)
        total = float(parts.sum())
        return total if self.bounded or parts[-1] <= 1e-7 * total else math.inf


def _valued(t: Array, series: Array) -> Array:
    """Chebyshev series (m, n), one for each ``t`` (n,), by T_j(t) = cos(j arccos t), in one step."""
    angles = np.arccos(np.clip(t, -1.0, 1.0))
    return np.asarray(np.einsum("jn,jn->n", np.cos(np.arange(series.shape[0])[:, None] * angles), series))


def panels(log_density: LogDensity, small: float, large: float, upper: float = math.inf) -> Panels:
    """Integrate exp(``log_density``) from 0 to ``upper``; ``small`` and ``large`` are the scales between which it changes.

    Raises NotConverged for a density that can not be integrated.
    """
    count = max(2, math.ceil(math.log2(max(2.0, large / small))))
    edges = [0.0, *(small * 2.0**power for power in range(count + 1))]
    edges = [one for one in edges if one < upper]
    if math.isfinite(upper):
        edges.append(upper)
    ends = list(pairwise(edges))
    _, weights, logs = _evaluated(log_density, np.array(ends))
    tops = [_log_sum(logs[row] + np.log(weights[row])) for row in range(len(ends))]
    last = edges[-1]
    doublings = 0
    while not math.isfinite(upper) and (tops[-1] > max(tops) - 38 or tops[-1] > tops[-2] - 0.05):
        doublings += 1
        if doublings > MAX_DOUBLINGS:
            raise NotConverged(
                "The posterior of tau has no finite integral; take a proper prior, as half-normal:0.5."
            )
        ends.append((last, 2 * last))
        last *= 2
        more = _evaluated(log_density, np.array(ends[-1:]))
        tops.append(_log_sum(more[2][0] + np.log(more[1][0])))
    return _refined(log_density, np.array(ends), bounded=math.isfinite(upper))


def _evaluated(log_density: LogDensity, ends: Array) -> tuple[Array, Array, Array]:
    half = np.diff(ends, axis=1) / 2
    nodes = ends[:, :1] + half * (X + 1)
    return nodes, half * W, log_density(nodes.ravel()).reshape(nodes.shape)


def _log_sum(logs: Array) -> float:
    top = float(logs.max())
    return top + math.log(float(np.exp(logs - top).sum())) if math.isfinite(top) else -math.inf


def _refined(log_density: LogDensity, ends: Array, *, bounded: bool) -> Panels:
    nodes, weights, logs = _evaluated(log_density, ends)
    top = float(logs.max())
    sums = (weights * np.exp(logs - top)).sum(axis=1)
    kept: list[tuple[Array, Array, Array, Array]] = []
    for _ in range(MAX_HALVINGS):
        middle = ends.mean(axis=1)
        halves = np.stack([np.stack([ends[:, 0], middle], 1), np.stack([middle, ends[:, 1]], 1)], 1).reshape(
            -1, 2
        )
        nodes, weights, logs = _evaluated(log_density, halves)
        # A peak that was between the nodes before may be higher than all that was seen.
        sums, top = sums * math.exp(top - max(top, float(logs.max()))), max(top, float(logs.max()))
        parts = (weights * np.exp(logs - top)).sum(axis=1)
        total = sum(float((w * np.exp(one - top)).sum()) for _, _, w, one in kept) + float(parts.sum())
        pairs = parts.reshape(-1, 2).sum(axis=1)
        open_ = np.abs(pairs - sums) > ACCURACY * total
        settled = np.repeat(~open_, 2)
        kept.append((halves[settled], nodes[settled], weights[settled], logs[settled]))
        if not open_.any():
            break
        ends, sums = halves[~settled], parts[~settled]
    else:
        raise NotConverged(
            "The posterior of tau could not be integrated; please look at the variances and the prior."
        )
    ends, nodes, weights, logs = (np.concatenate([one[part] for one in kept]) for part in range(4))
    order = np.argsort(ends[:, 0], kind="stable")
    ends, nodes, weights, logs = ends[order], nodes[order], weights[order], logs[order]
    heights = np.exp(logs - top)
    parts = (weights * heights).sum(axis=1)
    total = float(parts.sum())
    series = (heights / total @ TO_SERIES).T
    return Panels(
        edges=np.append(ends[:, 0], ends[-1, 1]),
        mass=parts / total,
        nodes=nodes,
        weights=weights * heights / total,
        series=series,
        integral=np.asarray(chebyshev.chebint(series, lbnd=-1)),
        log_total=top + math.log(total),
        bounded=bounded,
    )


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of normal distributions: ``weights`` (n,) with sum 1, ``means`` (n,), ``sds`` (n,)."""

    weights: Array
    means: Array
    sds: Array

    def cdf(self, x: Array) -> Array:
        return np.asarray(ndtr((np.asarray(x, dtype=float)[:, None] - self.means) / self.sds) @ self.weights)

    def density(self, x: Array) -> Array:
        z = (np.asarray(x, dtype=float)[:, None] - self.means) / self.sds
        return np.asarray(np.exp(-0.5 * z**2) @ (self.weights / (self.sds * math.sqrt(2 * math.pi))))

    def quantile(self, p: Array) -> Array:
        p = np.asarray(p, dtype=float)
        middle = min(int(np.searchsorted(np.cumsum(self.weights), 0.5)), self.weights.size - 1)
        scale = float(self.sds[middle])
        return solved(self.cdf, self.density, p, self.means[middle] + scale * ndtri(p), 2 * scale)

    def mean(self) -> float:
        return float(self.weights @ self.means)

    def sd(self) -> float:
        return math.sqrt(float(self.weights @ (self.sds**2 + (self.means - self.mean()) ** 2)))


def solved(
    cdf: Callable[[Array], Array],
    density: Callable[[Array], Array],
    p: Array,
    start: Array,
    reach: Array | float,
) -> Array:
    """Where ``cdf`` is ``p`` (n,): Newton steps from ``start`` (n,) within a bracket that first grows from ``reach`` around
    it until it holds the answer, and then shrinks."""
    low, high, x = start - reach, start + reach, start
    finest = 1e-15 * np.asarray(reach)
    grown = np.asarray(reach, dtype=float)
    while (below := cdf(low) > p).any():
        grown = 2 * grown
        low = np.where(below, start - grown, low)
    grown = np.asarray(reach, dtype=float)
    while (above := cdf(high) < p).any() and np.isfinite(grown).all():
        grown = 2 * grown
        high = np.where(above, start + grown, high)
    for _ in range(200):
        over = cdf(x) - p
        low, high = np.where(over < 0, x, low), np.where(over > 0, x, high)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = x - over / density(x)
        inside = (step >= low) & (step <= high)
        # What is left of ``over`` here is rounding.
        there = np.abs(over) < 2e-16
        after = np.where(there, x, np.where(inside, step, (low + high) / 2))
        moved = np.abs(after - x)
        x = after
        if (there | (moved <= 1e-13 * np.abs(x) + finest)).all():
            break
    return x


def shortest(quantile: Callable[[Array], Array], density: Callable[[Array], Array], level: float) -> Interval:
    """The shortest interval with probability ``level``: both its ends have the same density, or it starts at the bound."""
    left_over = 1 - level
    tails = np.concatenate([[0.0], np.linspace(0, 1, 5)[1:-1], [1.0]]) * left_over
    tails = np.clip(tails, 1e-13, left_over - 1e-13)
    ends = quantile(np.concatenate([tails, tails + level]))
    n = tails.size
    lengths = ends[n:] - ends[:n]
    best = int(np.argmin(lengths))
    low, high = tails[max(0, best - 1)], tails[min(n - 1, best + 1)]

    def surplus(tail: float) -> tuple[float, Array]:
        pair = quantile(np.array([tail, tail + level]))
        heights = density(pair)
        return float(heights[0] - heights[1]), pair

    start, pair = surplus(float(low))
    if start >= 0:
        return (float(pair[0]), float(pair[1]))
    end, pair = surplus(float(high))
    if end <= 0:
        return (float(pair[0]), float(pair[1]))
    from scipy.optimize import brentq

    tail = brentq(lambda one: surplus(one)[0], low, high, xtol=1e-13, rtol=1e-11)
    pair = surplus(float(tail))[1]
    return (float(pair[0]), float(pair[1]))


def highest(density: Callable[[Array], Array], low: float, high: float, points: int = 61) -> float:
    """Where a density is highest between ``low`` and ``high``: the best of a grid, then golden sections."""
    grid = np.linspace(low, high, points)
    for _ in range(2):
        best = int(np.argmax(density(grid)))
        low, high = float(grid[max(0, best - 1)]), float(grid[min(points - 1, best + 1)])
        grid = np.linspace(low, high, points)
    best = int(np.argmax(density(grid)))
    low, high = float(grid[max(0, best - 1)]), float(grid[min(points - 1, best + 1)])
    from scipy.optimize import minimize_scalar

    found = float(
        minimize_scalar(
            lambda x: -math.log(max(float(density(np.array([x]))[0]), 1e-300)),
            bounds=(low, high), method="bounded", options={"xatol": 1e-12},
        ).x
    )  # fmt: skip
    # At the end of the range the search comes close, and the end itself may be the answer.
    ends = np.array([low, found, high])
    return float(ends[int(np.argmax(density(ends)))])
