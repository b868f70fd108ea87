"""Prior distributions of tau, the spread between studies, for Bayesian pooling.

Rover et al. 2021, Research Synthesis Methods 12:448 (weakly informative ones); Turner et al. 2012, Int J Epidemiol 41:818
(log-normal, from past meta-analyses); Bodnar, Link & Elster 2016, Bayesian Analysis 11:25 (Jeffreys).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from ambulando.evidence.faults import EvidenceFault, UnknownOption
from ambulando.evidence.results import Array


@dataclass(frozen=True)
class TauPrior:
    """A prior density of tau. ``log_density(tau, v)`` takes tau (n,) above zero and the variances (k,), which only Jeffreys'
    prior looks at. ``at_zero`` is the density at tau = 0; ``least`` the studies that an improper prior needs."""

    name: str
    parameters: tuple[float, ...]
    log_density: Callable[[Array, Array], Array]
    at_zero: float
    proper: bool = True
    least: int = 1
    upper: float = math.inf

    def __str__(self) -> str:
        return ":".join([self.name, *(f"{one:g}" for one in self.parameters)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TauPrior) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def _positive(value: float, what: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise EvidenceFault(f"The {what} of the prior is {value:g}; it is a number above zero.")
    return float(value)


def half_normal(scale: float) -> TauPrior:
    """Half of a normal distribution around zero with standard deviation ``scale``."""
    s = _positive(scale, "scale")
    constant = 0.5 * math.log(2 / math.pi) - math.log(s)
    return TauPrior("half-normal", (s,), lambda t, _: constant - 0.5 * (t / s) ** 2, math.exp(constant))


def half_t(df: float, scale: float) -> TauPrior:
    """Half of a Student t distribution with ``df`` degrees of freedom, times ``scale``."""
    n, s = _positive(df, "degrees of freedom"), _positive(scale, "scale")
    constant = math.log(2 / s) + float(gammaln((n + 1) / 2) - gammaln(n / 2)) - 0.5 * math.log(n * math.pi)
    return TauPrior(
        "half-t", (n, s), lambda t, _: constant - (n + 1) / 2 * np.log1p((t / s) ** 2 / n), math.exp(constant)
    )


def half_cauchy(scale: float) -> TauPrior:
    """Half of a Cauchy distribution with ``scale``, its median."""
    s = _positive(scale, "scale")
    constant = math.log(2 / (math.pi * s))
    return TauPrior("half-cauchy", (s,), lambda t, _: constant - np.log1p((t / s) ** 2), math.exp(constant))


def exponential(scale: float) -> TauPrior:
    """An exponential distribution with mean ``scale``."""
    s = _positive(scale, "scale")
    return TauPrior("exponential", (s,), lambda t, _: -math.log(s) - t / s, 1 / s)


def lomax(shape: float, scale: float) -> TauPrior:
    """A Lomax distribution (Pareto, from zero): density shape / scale (1 + tau / scale)^-(shape + 1)."""
    a, s = _positive(shape, "shape"), _positive(scale, "scale")
    return TauPrior("lomax", (a, s), lambda t, _: math.log(a / s) - (a + 1) * np.log1p(t / s), a / s)


def log_normal(mean: float, sd: float) -> TauPrior:
    """log(tau) is normal with ``mean`` and ``sd``."""
    s = _positive(sd, "standard deviation")
    constant = -math.log(s) - 0.5 * math.log(2 * math.pi)

    def density(t: Array, _: Array) -> Array:
        return np.asarray(constant - np.log(t) - 0.5 * ((np.log(t) - mean) / s) ** 2)

    return TauPrior("log-normal", (float(mean), s), density, 0.0)


def inverse_gamma(shape: float, scale: float) -> TauPrior:
    """tau squared has an inverse gamma distribution."""
    a, s = _positive(shape, "shape"), _positive(scale, "scale")
    constant = math.log(2) + a * math.log(s) - float(gammaln(a))
    return TauPrior("inverse-gamma", (a, s), lambda t, _: constant - (2 * a + 1) * np.log(t) - s / t**2, 0.0)


def uniform(upper: float | None = None) -> TauPrior:
    """Uniform from zero to ``upper``; without it improper, without end, which needs three studies."""
    if upper is None:
        return TauPrior("uniform", (), lambda t, _: np.zeros_like(t), math.nan, proper=False, least=3)
    end = _positive(upper, "upper end")
    return TauPrior("uniform", (end,), lambda t, _: np.full_like(t, -math.log(end)), 1 / end, upper=end)


def jeffreys() -> TauPrior:
    """Jeffreys' prior of tau: the root of its Fisher information. Improper; needs two studies."""

    def density(t: Array, v: Array) -> Array:
        squares = np.zeros_like(t)
        for start in range(0, v.size, 4096):  # in pieces, so that memory does not grow with nodes x studies
            squares += ((t[:, None] / (v[None, start : start + 4096] + t[:, None] ** 2)) ** 2).sum(axis=1)
        return np.asarray(0.5 * np.log(squares))

    return TauPrior("jeffreys", (), density, math.nan, proper=False, least=2)


_MADE: dict[str, tuple[Callable[..., TauPrior], tuple[int, ...]]] = {
    "half-normal": (half_normal, (1,)),
    "half-cauchy": (half_cauchy, (1,)),
    "half-t": (half_t, (2,)),
    "exponential": (exponential, (1,)),
    "lomax": (lomax, (2,)),
    "log-normal": (log_normal, (2,)),
    "inverse-gamma": (inverse_gamma, (2,)),
    "uniform": (uniform, (0, 1)),
    "jeffreys": (jeffreys, (0,)),
}


def prior_from(text: str) -> TauPrior:
    """A prior from its name and numbers, as ``half-normal:0.5`` or ``half-t:3:0.5``. Raises UnknownOption, EvidenceFault."""
    name, *rest = text.strip().lower().split(":")
    if name not in _MADE:
        raise UnknownOption(
            f"There is no prior called {name!r}; take one of {', '.join(_MADE)}, as half-normal:0.5."
        )
    try:
        values = [float(one) for one in rest]
    except ValueError:
        raise EvidenceFault(
            f"The prior {text!r} has something that is no number; write it as half-normal:0.5."
        ) from None
    make, wanted = _MADE[name]
    if len(values) not in wanted:
        raise EvidenceFault(
            f"The prior {name} takes {' or '.join(str(one) for one in wanted)} numbers after colons, and {text!r} has {len(values)}."
        )
    return make(*values)
