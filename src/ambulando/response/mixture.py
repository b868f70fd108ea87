"""Means, intervals and probabilities of a mixture of Student t distributions that share their degrees of freedom."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Pieces of the table of the distribution function.
PIECES = 1000


@dataclass(frozen=True)
class Summary:
    """Of one effect: mean, sd, 95% interval; the chances that it is above zero (p_positive), above the smallest that
    matters (p_matters) and below minus that (p_worse)."""

    mean: float
    sd: float
    ci: tuple[float, float]
    p_positive: float
    p_matters: float
    p_worse: float


@dataclass(frozen=True)
class Mixture:
    """One effect's posterior: weight, location, scale of each of G Student t distributions, (G,), with df in common."""

    weight: Floats
    location: Floats
    scale: Floats
    df: float

    def density(self, at: Floats) -> Floats:
        """At points (N,)."""
        df = self.df
        standard = (at[:, None] - self.location) / self.scale
        constant = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
        each: Floats = (1.0 + standard * standard / df) ** (-(df + 1) / 2)
        return constant * (each @ (self.weight / self.scale))


def student(mean: float, sd: float, df: float) -> Mixture:
    """One Student t distribution with this mean and standard deviation (df above 2)."""
    return Mixture(np.ones(1), np.array([mean]), np.array([sd * math.sqrt((df - 2) / df)]), df)


@lru_cache(maxsize=64)
def _table(df: float) -> tuple[float, float, Floats]:
    """Half the width, the pieces by unit of width, and four coefficients of each piece, of the distribution function.

    With t = sqrt(df) tan(a) the density of a is cos(a)^(df - 1) times a constant, smooth on a finite stretch. It is added
    up by Simpson's rule; between the points stands the cubic that meets both values and both densities. Error below 1e-8.
    """
    width = min(math.pi / 2, 14.0 / math.sqrt(df))
    angle = np.linspace(-width, width, 2 * PIECES + 1)
    every = np.cos(angle) ** (df - 1)
    density, between = every[::2], every[1::2]
    steps = (density[1:] + 4 * between + density[:-1]) / 6
    below = np.concatenate([[0.0], np.cumsum(steps)])
    below, density = below / below[-1], density / below[-1]
    rise, left, right = np.diff(below), density[:-1], density[1:]
    cubic = np.stack([below[:-1], left, 3 * rise - 2 * left - right, left + right - 2 * rise], axis=-1)
    return width, PIECES / (2 * width), cubic


def _student(t: Floats, df: float) -> tuple[Floats, Floats]:
    """P(T <= t) and the density at t."""
    width, by_width, cubic = _table(df)
    ratio = t / math.sqrt(df)
    place = np.clip((np.arctan(ratio) + width) * by_width, 0.0, PIECES)
    piece = np.minimum(place.astype(np.int64), PIECES - 1)
    x = place - piece
    a, b, c, d = np.moveaxis(cubic[piece], -1, 0)
    below = a + x * (b + x * (c + x * d))
    slope = b + x * (2 * c + 3 * x * d)
    return below, slope * (by_width / math.sqrt(df)) / (1.0 + ratio * ratio)


def student_cdf(t: Floats, df: float) -> Floats:
    """P(T <= t) for Student's t with ``df`` degrees of freedom, to 1e-8; any shape."""
    return _student(np.asarray(t, dtype=float), df)[0]


def summarised(mixtures: Sequence[Mixture], matters: float) -> list[Summary]:
    """One Summary for each mixture; those that share G and df are worked out side by side. ``matters``: in their unit."""
    found: dict[int, Summary] = {}
    alike: dict[tuple[int, float], list[int]] = {}
    for at, one in enumerate(mixtures):
        alike.setdefault((one.weight.size, one.df), []).append(at)
    for (_, df), group in alike.items():
        weight, location, scale = (
            np.stack([getattr(mixtures[at], name) for at in group], axis=1)
            for name in ("weight", "location", "scale")
        )
        found.update(zip(group, summaries(weight, location, scale, df, matters), strict=True))
    return [found[at] for at in range(len(mixtures))]


def summaries(weight: Floats, location: Floats, scale: Floats, df: float, matters: float) -> list[Summary]:
    """One Summary for each of E effects. weight: (G,) or (G, E); location, scale: (G, E); ``matters`` in their unit.

    The ends of the interval are the 2.5% and 97.5% points of the mixture itself, found by Newton's steps to 1e-8 of the
    sd; a step that leaves the stretch in which the end must lie is replaced by half of that stretch.
    """
    weight = np.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, location.shape)
    mean = (weight * location).sum(axis=0)
    spread = scale**2 * (df / (df - 2)) + (location - mean) ** 2
    sd = np.sqrt((weight * spread).sum(axis=0))
    wanted = np.array([[0.025], [0.975]])
    low = mean - 15.0 * sd * np.ones_like(wanted)
    high = mean + 15.0 * sd * np.ones_like(wanted)
    ends = mean + np.array([[-1.96], [1.96]]) * sd
    for _ in range(60):
        below, slope = _student((ends[:, None, :] - location) / scale, df)
        off = (weight * below).sum(axis=1) - wanted
        low, high = np.where(off < 0, ends, low), np.where(off < 0, high, ends)
        then = ends - off / np.maximum((weight / scale * slope).sum(axis=1), 1e-300)
        then = np.where((then >= low) & (then <= high), then, (low + high) / 2)
        # Newton's steps square their error: the one that was this small has left one of about 1e-10.
        settled = bool((np.abs(then - ends) <= 1e-5 * sd).all())
        ends = then
        if settled:
            break
    marks = np.array([0.0, matters, -matters])[:, None, None]
    zero, matter, worse = (weight * student_cdf((marks - location) / scale, df)).sum(axis=1)
    return [
        Summary(m, s, (low_end, high_end), p, a, w)
        for m, s, low_end, high_end, p, a, w in np.stack(
            [mean, sd, *ends, 1.0 - zero, 1.0 - matter, worse], axis=1
        ).tolist()
    ]
