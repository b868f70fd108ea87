"""Fail-safe numbers and the test of excess significance.

Rosenthal 1979, Psychological Bulletin 86:638; Orwin 1983, J Educational Statistics 8:157; Rosenberg 2005, Evolution
59:464; Ioannidis & Trikalinos 2007, Clinical Trials 4:245 (excess significance). They are old and much criticised; they are
here because readers of older reviews look for them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from ambulando.evidence.checks.observed import between, choice, few, observed
from ambulando.evidence.checks.subsets import Pools, pools
from ambulando.evidence.faults import EvidenceFault
from ambulando.evidence.results import Array, Excluded, data_hash, versions

KINDS = ("Rosenthal", "Orwin", "Rosenberg", "General")
#: No search for a fail-safe number goes beyond.
MOST = 10_000_000


@dataclass(frozen=True)
class FailSafe:
    """How many studies without effect would be needed (``number``) to bring the answer to ``target`` (or p to ``alpha``)."""

    kind: str
    k: int
    number: int
    alpha: float
    target: float
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ExcessSignificance:
    """``significant`` studies were seen where ``expected`` were to be, were the effect ``estimate`` with ``tau2``.

    ``p`` is the chance of as many or more, by the exact distribution of a sum of unlike coin tosses; ``p_chi2`` the
    one-sided p of the chi-square test that the authors proposed. ``power`` (k,) is that of each study.
    """

    k: int
    significant: int
    expected: float
    p: float
    p_chi2: float
    estimate: float
    tau2: float
    power: tuple[float, ...]
    alpha: float
    studies: tuple[str, ...]
    converged: bool
    data_hash: str
    options: dict[str, object]
    versions: dict[str, str]
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]


def fail_safe(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    kind: str = "Rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
    studies: Sequence[str] | None = None,
) -> FailSafe:
    """The fail-safe number of ``yi`` (k,), ``vi`` (k,).

    Rosenthal: studies with z = 0 until Stouffer's one-sided p is ``alpha``. Orwin: studies with effect 0 until the plain
    mean is ``target`` (half of it). Rosenberg: studies of mean weight until the common effect's two-sided p is ``alpha``.
    General: the same in the random-effects model (REML), the added studies centred on zero with the harmonic mean of the
    variances and spread so that their own tau2 is that of the studies at hand.
    """
    kind = choice(kind, KINDS, "fail-safe number")
    between(alpha, 0, 0.5, "alpha")
    data = observed(yi, vi, studies, what="A fail-safe number")
    y, v, k = data.y, data.v, data.k
    aim = float("nan")
    if kind == "Rosenthal":
        total = float((y / np.sqrt(v)).sum())
        number = (total / float(ndtri(alpha))) ** 2 - k
    elif kind == "Orwin":
        mean = float(y.mean())
        aim = mean / 2 if target is None else target
        if aim == 0 or (aim > 0) != (mean > 0):
            raise EvidenceFault(
                f"The target {aim:g} lies not between zero and the mean effect {mean:g}; please give another."
            )
        number = k * (mean - aim) / aim
    elif kind == "Rosenberg":
        w = 1 / v
        total = float(w.sum())
        number = k * ((float(w @ y) / float(ndtri(alpha / 2))) ** 2 / total - 1)
    else:
        number = float(_general(y, v, -float(ndtri(alpha / 2))))
    # A whole number that rounding lifted by a last digit stays what it is.
    whole = max(0, math.ceil(number - 1e-9 * max(1.0, abs(number))))
    return FailSafe(
        kind=kind, k=k, number=whole, alpha=alpha, target=aim, studies=data.studies, converged=True,
        data_hash=data_hash(y, v), options={"kind": kind, "alpha": alpha, "target": target}, versions=versions(),
        excluded=data.excluded, notes=(),
    )  # fmt: skip


def excess_significance(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    alpha: float = 0.05,
    studies: Sequence[str] | None = None,
) -> ExcessSignificance:
    """Are there more studies with p below ``alpha`` (two-sided) than the pooled effect lets expect? ``yi`` (k,), ``vi`` (k,).

    The power of a study is that against an effect drawn from a normal distribution with the pooled mean and tau2.
    """
    between(alpha, 0, 1, "alpha")
    data = observed(yi, vi, studies, what="The test of excess significance")
    pooled = _pooled(data.y, data.v, method)
    mean, tau2 = float(pooled.estimate[0]), float(pooled.tau2[0])
    limit = -ndtri(alpha / 2) * np.sqrt(data.v)
    spread = np.sqrt(data.v + tau2)
    power = ndtr((mean - limit) / spread) + ndtr((-mean - limit) / spread)
    seen = int((np.abs(data.y) >= limit).sum())
    chances = np.ones(1)
    for one in power.tolist():
        chances = np.concatenate([chances * (1 - one), [0.0]]) + np.concatenate([[0.0], chances * one])
    expected = float(power.sum())
    certain = min(expected, data.k - expected) <= 0  # all powers are 0 or 1 to the last digit
    more = 0.0 if certain else (seen - expected) * (1 / expected + 1 / (data.k - expected)) ** 0.5
    return ExcessSignificance(
        k=data.k, significant=seen, expected=expected, p=min(1.0, float(chances[seen:].sum())),
        p_chi2=float(ndtr(-more)),
        estimate=mean, tau2=tau2, power=tuple(power.tolist()), alpha=alpha, studies=data.studies, converged=True,
        data_hash=data_hash(data.y, data.v), options={"method": method, "alpha": alpha}, versions=versions(),
        excluded=data.excluded, notes=few(data.k),
    )  # fmt: skip


def _pooled(y: Array, v: Array, method: str) -> Pools:
    from ambulando.evidence.univariate.pooling import METHODS

    return pools(y[None], v[None], choice(method, METHODS, "method"))


def _general(y: Array, v: Array, critical: float) -> int:
    own = _pooled(y, v, "REML")
    typical = 1 / float((1 / v).mean())
    reach = math.sqrt(float(own.tau2[0]) + typical)

    def significant(number: int) -> bool:
        # Pairs at plus and minus one standard deviation; the odd one is spread over both by its mean square.
        added = np.where(np.arange(number) % 2, -1.0, 1.0) * reach
        if number % 2:
            added[-1] = 0.0
            added *= math.sqrt(number / (number - 1)) if number > 1 else 1.0
        found = _pooled(np.concatenate([y, added]), np.concatenate([v, np.full(number, typical)]), "REML")
        return bool(abs(found.estimate[0]) >= critical * math.sqrt(found.variance[0]))

    if not significant(0):
        return 0
    low, high = 0, 1
    while significant(high):
        low, high = high, 2 * high
        if high > MOST:
            raise EvidenceFault(
                f"More than {MOST:,} studies would be needed; this number means nothing here."
            )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if significant(middle) else (low, middle)
    return high
