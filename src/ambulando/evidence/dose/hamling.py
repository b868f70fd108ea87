"""Effective counts: the numbers of people that would give a study's adjusted ratios with exactly their standard errors.

Source: Hamling, Lee, Weitkunat & Ambuehl 2008, Stat Med 27:954. Given the log ratios y_i and variances v_i of g - 1 groups
against one reference group, find counts a (with the outcome) and b (without it, at risk, or person-time) of all g groups
such that each y_i and v_i is met exactly, and two totals of the study are kept: p, the reference group's share of all b, and
z, b over a of all groups together.

With c = what the reference group adds to every variance, r = b_0 / a_0 and u_i = c / (v_i - c), the counts follow from c
and r. For each r, p decides c by a monotone equation; then z decides r by another in one unknown. The authors and
the established packages search both at once by a general optimiser, which stops at about four digits.
"""

from collections.abc import Callable

import numpy as np

from ambulando.evidence.faults import EvidenceFault, ImpossibleValue
from ambulando.evidence.results import Array

MAX_STEPS = 200
#: The range of log(b_0 / a_0): from one without the outcome to 10^17 with it, and back.
WIDEST = 40.0


class NoEffectiveCounts(EvidenceFault):
    """The totals, ratios and standard errors of a study contradict each other: no counts meet them all."""


def effective_counts(cases: Array, n: Array, logrr: Array, se: Array, form: str) -> tuple[Array, Array]:
    """Counts with the outcome (g,) and without it, at risk or person-time (g,), reference first.

    ``form`` is the variance of a log ratio that is meant: "odds" 1/a + 1/b, "risk" 1/a - 1/b (b at risk), "rate" 1/a (b is
    person-time), each plus the same of the reference group. ``cases`` and ``n`` have shape (g,), ``logrr`` and ``se``
    (g - 1,). Raises ImpossibleValue for totals that cannot be, NoEffectiveCounts when no counts meet all conditions.
    """
    below = n - cases if form == "odds" else n
    if not (below[0] > 0 and np.all(below >= 0) and below[1:].sum() > 0 and cases.sum() > 0):
        raise ImpossibleValue(
            "Hamling's covariance needs cases, people without in the reference group, and people elsewhere; check cases and n."
        )
    p, z = float(below[0] / below.sum()), float(below.sum() / cases.sum())
    v, ratio = se**2, np.exp(logrr)
    if form == "rate":
        c = _shared(v, 1 / ratio, (1 - p) / p)
        u = c / (v - c)
        r = z * (1 + u.sum()) / (1 + float(u @ (1 / ratio)))
        return np.concatenate([[1.0], u]) / c, np.concatenate([[1.0], u / ratio]) * r / c
    sign = 1.0 if form == "odds" else -1.0

    def counts(log_r: float) -> tuple[Array, Array]:
        r = float(np.exp(log_r))
        # Each b_i is u_i (sign + r / ratio_i) / c; the reference's is (sign + r) / c.
        c = _shared(v, (r / ratio + sign) / (r + sign), (1 - p) / p)
        u = c / (v - c)
        a = np.concatenate([[1 + sign / r], (1 + sign * ratio / r) * u]) / c
        b = np.concatenate([[r + sign], (r / ratio + sign) * u]) / c
        return a, b

    def excess(log_r: float) -> float:
        a, b = counts(log_r)
        return float(np.log(b.sum()) - np.log(a.sum()) - np.log(z))

    least = -WIDEST if form == "odds" else max(0.0, float(logrr.max())) + 1e-9
    return counts(_root(excess, least, WIDEST))


def _shared(v: Array, k: Array, total: float) -> float:
    """The c between 0 and the least variance with sum of k_i c / (v_i - c) = total: Newton's method from above.

    The sum is convex and rises in c, and at the start, where the largest term alone makes up the total, it is too large;
    so every step goes down to the only root.
    """
    c = float(np.min(total * v / (k + total)))
    for _ in range(MAX_STEPS):
        gap = float(k @ (c / (v - c))) - total
        step = gap / float(k @ (v / (v - c) ** 2))
        if not step > 0 or c - step == c:
            break
        c -= step
    return c


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    if not excess(low) <= 0 <= excess(high):
        raise NoEffectiveCounts(
            "no effective counts meet these ratios, standard errors and totals, so Hamling's covariance cannot be made;"
            " check cases, n and se, or take the covariance gl or hamling-or-gl."
        )
    return float(brentq(excess, low, high, xtol=1e-15, rtol=8.9e-16, maxiter=500))
