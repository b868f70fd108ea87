"""The chance that each of several effects is the largest, under a mixture of multivariate t distributions.

Only differences from one of the effects matter, K - 1 of them, and they are t distributed too. Such a vector is a
centre plus r times a direction on an ellipsoid, with r^2 / (K - 1) distributed as F(K - 1, df). Along one direction
every effect is a straight line in r, so the stretch of r on which it is the highest has two ends, and the chance of that
stretch is read from the distribution of r. What is left is a mean over directions, which is taken over fixed points:
the same input gives the same answer. Source of the decomposition: Genz and Bretz 2009, Computation of Multivariate
Normal and t Probabilities (Lecture Notes in Statistics 195), section 4.1, spherical-radial methods.
"""

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ambulando.response.mixture import student_cdf

Floats = NDArray[np.float64]

#: Directions shared out among the grid points by their weight: for three effects, and for more.
FOR_THREE, FOR_MORE = 4096, 32768
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)


def p_best(weight: Floats, location: Floats, cov: Floats, df: float) -> Floats:
    """P(effect k is the largest), shape (K,), adding up to 1.

    weight: (G,); location: (G, K), the centres; cov: (G, K, K), the squared scale matrices (a t variance is df / (df - 2)
    times that; for a ``model.Posterior`` it is cov * rate / shape, and df = 2 shape). Exact for K = 2 (to 2e-6, as
    ``mixture.student_cdf``), within 1e-3 for three and 3e-3 for more. One effect alone is the largest for certain.
    """
    size = location.shape[1]
    if size == 1:
        return np.ones(1)
    if size > len(_PRIMES):
        raise ValueError(f"p_best takes at most {len(_PRIMES)} effects")
    if size == 2:
        return _of_two(weight, location, cov, df)
    many = FOR_THREE if size == 3 else FOR_MORE
    share, turned = _share(weight / weight.sum(), many)
    centre = location - location[:, -1:]
    rows = cov - cov[:, -1:, :]
    values, vectors = np.linalg.eigh((rows - rows[:, :, -1:])[:, :-1, :-1])
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    slope = np.zeros((size, turned.size))
    slope[:-1] = np.einsum("nij,jn->in", root[turned], _sphere(size - 1, 2 * many)[:, : turned.size])
    chance = _highest(centre[turned].T, slope, _radius(df, size - 1)) @ share
    total: Floats = chance / chance.sum()
    return total


def _share(weight: Floats, many: int) -> tuple[Floats, NDArray[np.int64]]:
    """Which grid point each direction is for, and what it counts, (N,) each: the heavier a point, the more directions.

    A direction and its opposite go to the same point.
    """
    pairs = np.ceil(weight * many / 2).astype(np.int64)
    turned = np.repeat(np.arange(weight.size), 2 * pairs)
    counts = np.where(pairs > 0, weight / np.maximum(2 * pairs, 1), 0.0)
    return counts[turned], turned


def _of_two(weight: Floats, location: Floats, cov: Floats, df: float) -> Floats:
    ahead = location[:, 0] - location[:, 1]
    scale = np.sqrt(np.maximum(cov[:, 0, 0] + cov[:, 1, 1] - 2 * cov[:, 0, 1], 1e-300))
    first = float(weight @ student_cdf(ahead / scale, df) / weight.sum())
    return np.array([first, 1.0 - first])


def _highest(centre: Floats, slope: Floats, radius: tuple[Floats, Floats]) -> Floats:
    """The chance that each line centre + r slope is the highest one, (K, N) from (K, N) twice."""
    low, high = np.zeros(slope.shape), np.full(slope.shape, np.inf)
    for one in range(slope.shape[0]):
        for other in range(one):
            steeper, ahead = slope[one] - slope[other], centre[one] - centre[other]
            with np.errstate(divide="ignore", invalid="ignore"):
                crossing = -ahead / steeper
            # Past the crossing the steeper line is the higher one. Parallel lines never change places.
            level = steeper == 0
            crossing[level] = 0.0
            rises = np.where(level, ahead > 0, steeper > 0)
            low[one] = np.where(rises, np.maximum(low[one], crossing), low[one])
            high[other] = np.where(rises, np.minimum(high[other], crossing), high[other])
            falls = np.where(level, ahead < 0, ~rises)
            low[other] = np.where(falls, np.maximum(low[other], crossing), low[other])
            high[one] = np.where(falls, np.minimum(high[one], crossing), high[one])
    points, below = radius
    # Most lines are never the highest, or from the start on, or to the end: there is nothing to look up.
    ever = high > low
    stretch = ever.astype(float)
    ends, begins = ever & np.isfinite(high), ever & (low > 0)
    stretch[ends] = np.interp(high[ends], points, below)
    stretch[begins] -= np.interp(low[begins], points, below)
    return stretch


@lru_cache(maxsize=32)
def _radius(df: float, dimensions: int) -> tuple[Floats, Floats]:
    """Points r and P(R <= r), R^2 / m distributed as F(m, df), by Simpson's rule.

    With r = sqrt(df) tan(a) the density of a is sin(a)^(m - 1) cos(a)^(df - 1) times a constant.
    """
    width = min(math.pi / 2, (14.0 + 2 * math.sqrt(dimensions)) / math.sqrt(df))
    angle = np.linspace(0.0, width, 3001)
    middle = (angle[1:] + angle[:-1]) / 2

    def density(at: Floats) -> Floats:
        found: Floats = np.sin(at) ** (dimensions - 1) * np.cos(at) ** (df - 1)
        return found

    steps = (density(angle[1:]) + 4 * density(middle) + density(angle[:-1])) / 6
    below = np.concatenate([[0.0], np.cumsum(steps)])
    with np.errstate(over="ignore"):
        points = math.sqrt(df) * np.tan(angle)
    return points, below / below[-1]


@lru_cache(maxsize=16)
def _sphere(dimensions: int, many: int) -> Floats:
    """Unit vectors that fill the sphere evenly, (dimensions, many): one and its opposite in turn.

    Angles by the golden ratio on the circle; above, a lattice by square roots of primes (Richtmyer), put through the
    normal quantile and divided by its length. Every stretch of either is spread evenly too.
    """
    counted = np.arange(1, many // 2 + 1)
    if dimensions == 2:
        angle = counted * (math.pi * (math.sqrt(5) - 1) / 2)
        one = np.stack([np.cos(angle), np.sin(angle)])
    else:
        places = np.outer(np.sqrt(np.array(_PRIMES[:dimensions], dtype=float)), counted) % 1.0
        normal = np.vectorize(NormalDist().inv_cdf)(np.clip(places, 1e-12, 1 - 1e-12))
        one = normal / np.linalg.norm(normal, axis=0)
    return np.stack([one, -one], axis=2).reshape(dimensions, -1)
