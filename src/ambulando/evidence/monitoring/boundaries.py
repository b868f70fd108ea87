"""Group-sequential boundaries by spending functions, with exact recursive integration of the joint distribution of the looks.

Armitage, McPherson & Rowe 1969, JRSS A 132:235 (the recursion); Lan & DeMets 1983, Biometrika 70:659; Hwang, Shih & DeCani
1990, Stat Med 9:1439; Kim & DeMets 1987, Biometrika 74:149 (power family); Jennison & Turnbull 2000, chapter 19.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtr, ndtri

from ambulando.evidence.checks.observed import between
from ambulando.evidence.faults import EvidenceFault, NotConverged, UnknownOption
from ambulando.evidence.results import Array

#: Beyond this many standard errors a z statistic has no probability that counts.
FAR = 12.0
#: Less error than this is none.
LEAST = 1e-250
SPENDING = ("obrien-fleming", "pocock", "linear", "power", "hsd")


@dataclass(frozen=True)
class Boundaries:
    """Limits of the z statistic at the looks (m,): ``upper`` (and ``lower``, its mirror image, in two-sided monitoring),
    and with a power asked for ``futility`` (NaN at looks that have none): below it (two-sided: between its mirror image and
    it) the effect that was looked for is unlikely.

    ``fractions`` are the information at the looks as a share of the maximum, ``spent`` the error spent so far. ``inflation``
    is the maximum beside the information that a single look would need.
    """

    fractions: tuple[float, ...]
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    futility: tuple[float, ...]
    spent: tuple[float, ...]
    alpha: float
    power: float
    sides: int
    spending: str
    futility_spending: str | None
    drift: float
    inflation: float


def spent(name: str, t: Array, alpha: float, parameter: float | None = None) -> Array:
    """The error ``alpha`` spent at information fractions ``t`` (m,).

    obrien-fleming 2 - 2 Phi(z(alpha/2) / sqrt(t)); pocock alpha log(1 + (e - 1) t); linear alpha t; power alpha t^parameter
    (3); hsd alpha (1 - exp(-g t)) / (1 - exp(-g)) with g = parameter (-4).
    """
    t = np.minimum(np.asarray(t, dtype=float), 1.0)
    name = name.strip().lower()
    if name in ("obrien-fleming", "of", "esof"):
        return np.asarray(2 * ndtr(ndtri(alpha / 2) / np.sqrt(t)))
    if name in ("pocock", "espoc"):
        return np.asarray(alpha * np.log1p((math.e - 1) * t))
    if name == "linear":
        return alpha * t
    if name == "power":
        return np.asarray(alpha * t ** (3.0 if parameter is None else parameter))
    if name == "hsd":
        g = -4.0 if parameter is None else parameter
        return alpha * t if g == 0 else np.asarray(alpha * np.expm1(-g * t) / math.expm1(-g))
    raise UnknownOption(f"There is no spending function called {name!r}; take one of {', '.join(SPENDING)}.")


def boundaries(
    fractions: Sequence[float],
    *,
    alpha: float = 0.05,
    sides: int = 2,
    spending: str = "obrien-fleming",
    futility: str | None = None,
    power: float = 0.8,
    parameter: float | None = None,
) -> Boundaries:
    """Boundaries at rising information ``fractions`` of the maximum; the last is 1 when all is to be spent.

    ``alpha`` is two-sided with ``sides`` 2. ``futility`` names the function that spends the type II error 1 - ``power``;
    its boundary is not binding: crossing it and going on does not change alpha. The maximum is larger than the information
    of a single look by ``inflation``, so that the power is kept: with futility both boundaries meet at the last look. Raises
    EvidenceFault.
    """
    t = _rising(fractions)
    if t[-1] > 1:
        raise EvidenceFault(f"The last information fraction is {t[-1]:g}; the maximum is 1.")
    design = Design(alpha, power, sides, spending, futility, parameter)
    return design.at(t, design.inflation(lambda _: t) if t[-1] == 1 else 1.0)


def planned(times: Sequence[float], design: "Design") -> Boundaries:
    """Boundaries at ``times``, which are shares of the information that a single look would need; the last look is at the
    maximum, wherever that comes to lie. Looks beyond it have no boundary."""
    t = _rising(times)

    def shares(inflation: float) -> Array:
        return np.append(t[t < inflation * (1 - 1e-6)] / inflation, 1.0)

    inflation = design.inflation(shares)
    return design.at(shares(inflation), inflation)


def _rising(values: Sequence[float]) -> Array:
    t = np.asarray(values, dtype=float)
    if t.ndim != 1 or t.size == 0 or not (np.diff(t, prepend=0.0) > 0).all() or not np.isfinite(t).all():
        raise EvidenceFault("Information fractions are rising numbers above zero, as 0.25, 0.5, 1.")
    return t


@dataclass(frozen=True)
class Design:
    """What the boundaries are to keep; see ``boundaries``."""

    alpha: float
    power: float
    sides: int
    spending: str
    futility: str | None
    parameter: float | None = None

    def __post_init__(self) -> None:
        between(self.alpha, 0, 0.5, "alpha")
        between(self.power, 0.5, 1, "power")
        if self.sides not in (1, 2):
            raise EvidenceFault(f"Monitoring has one or two sides, not {self.sides}.")

    @property
    def drift(self) -> float:
        """The mean of z at the information of a single look, under the effect looked for."""
        return float(-ndtri(self.alpha / self.sides) - ndtri(1 - self.power))

    def limits(self, t: Array, inflation: float) -> tuple[Array, Array]:
        """Upper and futility limits (m,) at shares ``t`` (m,) of the maximum."""
        used = spent(self.spending, t, self.alpha / self.sides, self.parameter)
        upper = efficacy(t, np.diff(used, prepend=0.0), self.sides)
        if self.futility is None:
            return upper, np.full(t.size, np.nan)
        wanted = spent(self.futility, t, 1 - self.power, self.parameter)
        return upper, wedge(t, upper, wanted, self.drift * math.sqrt(inflation), self.sides)

    def inflation(self, shares: Callable[[float], Array]) -> float:
        """The maximum beside the information of a single look; ``shares`` gives the looks for each."""

        def missing(inflation: float) -> float:
            t = shares(inflation)
            upper, inner = self.limits(t, inflation)
            if self.futility is not None:
                return float(inner[-1] - upper[-1])
            return crossing(t, upper, self.drift * math.sqrt(inflation), self.sides) - self.power

        return _solve(missing, 0.9, 4.0, 1e-10)

    def at(self, t: Array, inflation: float) -> Boundaries:
        upper, inner = self.limits(t, inflation)
        if self.futility is not None and t[-1] == 1:
            inner[-1] = upper[-1]
        used = spent(self.spending, t, self.alpha / self.sides, self.parameter) * self.sides
        lower = -upper if self.sides == 2 else np.full(t.size, np.nan)
        return Boundaries(
            fractions=tuple(t.tolist()), upper=tuple(upper.tolist()), lower=tuple(lower.tolist()),
            futility=tuple(inner.tolist()), spent=tuple(used.tolist()), alpha=self.alpha, power=self.power,
            sides=self.sides, spending=self.spending, futility_spending=self.futility, drift=self.drift,
            inflation=inflation,
        )  # fmt: skip


def efficacy(t: Array, spend: Array, sides: int) -> Array:
    """The upper limits (m,) that are crossed for the first time with probability ``spend`` (m,) when there is no effect."""
    limits = np.empty(t.size)
    looks = Looks(t, 0.0)
    for look, chance in enumerate(spend.tolist()):
        # So early that what is spent is no number above zero, no result can cross.
        limits[look] = looks.upper_limit(chance) if chance > LEAST else np.inf
        low = -limits[look] if sides == 2 else -FAR
        looks.go_on([(low, limits[look])])
    return limits


def crossing(t: Array, upper: Array, drift: float, sides: int) -> float:
    """The probability to cross ``upper`` (m,) under an effect whose z statistic has mean ``drift`` at t = 1."""
    looks = Looks(t, drift)
    total = 0.0
    for limit in upper.tolist():
        total += looks.above(limit)
        looks.go_on([(-limit if sides == 2 else -FAR, limit)])
    return total


def wedge(t: Array, upper: Array, wanted: Array, drift: float, sides: int) -> Array:
    """Futility limits (m,): the type II error ``wanted`` (m,) is spent below them under ``drift``; NaN while it asks for a
    limit below zero (two-sided), and what was not spent then is spent at the first look that has one."""
    found = np.full(t.size, np.nan)
    looks = Looks(t, drift)
    used = 0.0
    for look, (limit, level) in enumerate(zip(upper.tolist(), wanted.tolist(), strict=True)):
        at = looks.lower_limit(level - used)
        if sides == 2 and at <= 0 and look < t.size - 1:
            looks.go_on([(-limit, limit)])
            continue
        found[look], used = at, level
        looks.go_on([(min(at, limit - 1e-9), limit)])
    return found


class Looks:
    """The density of the z statistic at the looks so far of a path that has not been stopped, on Gauss-Legendre nodes."""

    def __init__(self, t: Array, drift: float) -> None:
        self.t, self.drift = t, drift
        self.look = 0
        self.z, self.mass = np.zeros(1), np.ones(1)

    def _next(self) -> tuple[Array, float]:
        """Mean (nodes,) and standard deviation of the next z statistic."""
        now = float(self.t[self.look])
        before = float(self.t[self.look - 1]) if self.look else 0.0
        mean = (self.z * math.sqrt(before) + self.drift * (now - before)) / math.sqrt(now)
        return mean, math.sqrt((now - before) / now)

    def above(self, limit: float) -> float:
        """P(not stopped before, and now above ``limit``)."""
        mean, sd = self._next()
        return float(self.mass @ ndtr((mean - limit) / sd))

    def below(self, limit: float) -> float:
        mean, sd = self._next()
        return float(self.mass @ ndtr((limit - mean) / sd))

    def upper_limit(self, chance: float) -> float:
        # On the log scale, as the chances of early looks are very small ones.
        top = 38.0
        return _solve(lambda z: math.log(max(self.above(z), 1e-320)) - math.log(chance), -FAR, top)

    def lower_limit(self, chance: float) -> float:
        if chance <= self.below(-2 * FAR):
            return -2 * FAR
        if self.below(2 * FAR) <= chance:
            return 2 * FAR
        return _solve(lambda z: self.below(z) - chance, -2 * FAR, 2 * FAR)

    def go_on(self, stretches: Sequence[tuple[float, float]]) -> None:
        """Go on where z lies in one of ``stretches``."""
        mean, sd = self._next()
        reach = math.sqrt(float(self.t[self.look])) * self.drift
        nodes, weights = [], []
        for low, high in stretches:
            low, high = max(low, min(-FAR, reach - FAR)), min(high, max(FAR, reach + FAR))
            panels = max(1, math.ceil((high - low) / (3 * sd)))
            x, w = _gauss()
            edges = np.linspace(low, high, panels + 1)
            half = np.diff(edges)[:, None] / 2
            nodes.append((edges[:-1, None] + half * (x + 1)).ravel())
            weights.append((half * w).ravel())
        z = np.concatenate(nodes)
        kernel = np.exp(-0.5 * ((z[:, None] - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
        self.mass = np.concatenate(weights) * (kernel @ self.mass)
        self.z = z
        self.look += 1


@cache
def _gauss() -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(24)
    return np.asarray(x), np.asarray(w)


def _solve(function: Callable[[float], float], low: float, high: float, accuracy: float = 1e-13) -> float:
    from scipy.optimize import brentq

    if not function(low) * function(high) <= 0:
        raise NotConverged(
            "No boundary fits these looks; take fewer of them, another spending function or a larger alpha."
        )
    return float(brentq(function, low, high, xtol=accuracy, rtol=max(accuracy, 1e-14)))
