"""Effect sizes from events in two groups (2 x 2 tables), and tables back from published ratios."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from ambulando.evidence.effects.means import D_TO_LOG_ODDS
from ambulando.evidence.effects.measures import Effects, finite, floats
from ambulando.evidence.effects.tetrachoric import tetrachoric
from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.results import Array

Both = tuple[Array, Array]


def _any_zero(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return np.asarray((a == 0) | (b == 0) | (c == 0) | (d == 0))


def _none(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return np.zeros(np.broadcast(a, b, c, d).shape, dtype=bool)


def _no_events(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return np.asarray((a == 0) | (c == 0) | ((b == 0) & (d == 0)))


def _everywhere(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return ~_none(a, b, c, d)


def _everywhere_if_needed(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    return _none(a, b, c, d) | bool(np.any(_any_zero(a, b, c, d)))


#: Which studies get the continuity correction in all four cells.
#: "only-zero": those with any zero among events and non-events (RevMan's rule for Cooney 2013, and metafor's default);
#: "no-events": those with an arm without events, or with events in everybody of both arms;
#: "if-any-all": every study if one needs it; "all": every study; "none": no study.
CONTINUITY_RULES: dict[str, Callable[[Array, Array, Array, Array], NDArray[np.bool_]]] = {
    "only-zero": _any_zero,
    "no-events": _no_events,
    "if-any-all": _everywhere_if_needed,
    "all": _everywhere,
    "none": _none,
}
#: Measures that need no correction for zero cells, and have none unless it is asked for.
UNCORRECTED = ("AS", "PHI", "RTET")


def rule_for(measure: str, continuity: str | None) -> str:
    """The continuity rule that holds: the one asked for, else "only-zero", or "none" for UNCORRECTED measures."""
    rule = continuity or ("none" if measure in UNCORRECTED else "only-zero")
    if rule not in CONTINUITY_RULES:
        raise UnknownOption(
            f"There is no continuity rule called {rule!r}; take one of {', '.join(CONTINUITY_RULES)}."
        )
    return rule


def double_zero(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    """Studies in which nobody, or everybody, of both arms had the event: they say nothing about a ratio."""
    return np.asarray(((a == 0) & (c == 0)) | ((b == 0) & (d == 0)))


def _rr(a: Array, b: Array, c: Array, d: Array) -> Both:
    n1, n2 = a + b, c + d
    return np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2


def _log_odds(a: Array, b: Array, c: Array, d: Array) -> Both:
    return np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d


def _rd(a: Array, b: Array, c: Array, d: Array) -> Both:
    n1, n2 = a + b, c + d
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _as(a: Array, b: Array, c: Array, d: Array) -> Both:
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)


def _peto(a: Array, b: Array, c: Array, d: Array) -> Both:
    """Observed less expected events over their hypergeometric variance (Yusuf 1985)."""
    n1, n2, events = a + b, c + d, a + c
    n = n1 + n2
    v = n1 * n2 * events * (n - events) / (n**2 * (n - 1))
    return (a - n1 * events / n) / v, 1 / v


def _phi(a: Array, b: Array, c: Array, d: Array) -> Both:
    """The variance is that of a sample of pairs (multinomial), by the delta method (Yule 1912)."""
    n = a + b + c + d
    p, q = (a + b) / n, (a + c) / n
    pq = p * (1 - p) * q * (1 - q)
    phi = (a * d - b * c) / (n**2 * np.sqrt(pq))
    up, uq = 2 * p - 1, 2 * q - 1
    tilt = up**2 / (p * (1 - p)) + uq**2 / (q * (1 - q))
    return phi, (1 - phi**2 + phi * (1 + phi**2 / 2) * up * uq / np.sqrt(pq) - 0.75 * phi**2 * tilt) / n


def _yule_q(a: Array, b: Array, c: Array, d: Array) -> Both:
    """Q = (OR - 1) / (OR + 1) = tanh(log OR / 2)."""
    y, v = _log_odds(a, b, c, d)
    q = np.tanh(y / 2)
    return q, (1 - q**2) ** 2 / 4 * v


def _yule_y(a: Array, b: Array, c: Array, d: Array) -> Both:
    """Y = (sqrt(OR) - 1) / (sqrt(OR) + 1) = tanh(log OR / 4)."""
    y, v = _log_odds(a, b, c, d)
    colligation = np.tanh(y / 4)
    return colligation, (1 - colligation**2) ** 2 / 16 * v


def _probit(a: Array, b: Array, c: Array, d: Array) -> Both:
    n1, n2 = a + b, c + d
    p1, p2 = a / n1, c / n2
    z1, z2 = ndtri(p1), ndtri(p2)
    spread = p1 * (1 - p1) / n1 * np.exp(z1**2) + p2 * (1 - p2) / n2 * np.exp(z2**2)
    return z1 - z2, 2 * np.pi * spread


def _or2d(factor: float) -> Callable[[Array, Array, Array, Array], Both]:
    def convert(a: Array, b: Array, c: Array, d: Array) -> Both:
        y, v = _log_odds(a, b, c, d)
        return y / factor, v / factor**2

    return convert


#: Measures of two groups with events: functions of the four cells, corrected already.
COUNTS: dict[str, Callable[[Array, Array, Array, Array], Both]] = {
    "RR": _rr,
    "OR": _log_odds,
    "RD": _rd,
    "AS": _as,
    "PETO": _peto,
    "PHI": _phi,
    "YUQ": _yule_q,
    "YUY": _yule_y,
    "RTET": tetrachoric,
    "PBIT": _probit,
    "OR2D": _or2d(D_TO_LOG_ODDS["D2OR"]),
    "OR2DN": _or2d(D_TO_LOG_ODDS["D2ORN"]),
    "OR2DL": _or2d(D_TO_LOG_ODDS["D2ORL"]),
}


def two_by_two(
    measure: str,
    ai: ArrayLike,
    bi: ArrayLike,
    ci: ArrayLike,
    di: ArrayLike,
    *,
    continuity: str | None = None,
    add: float = 0.5,
    drop_double_zero: bool = False,
) -> Effects:
    """The effect size ``measure`` (COUNTS) of 2 x 2 tables: log risk ratio "RR", log odds ratio "OR", "RD", "PETO" ...

    ``ai`` events and ``bi`` non-events in group 1, ``ci`` and ``di`` in group 2. ``add`` goes into all four cells of the
    studies that the rule ``continuity`` (CONTINUITY_RULES) names; left out, that is "only-zero", and "none" for the measures
    that need no correction (UNCORRECTED). With ``drop_double_zero`` a study in which nobody or everybody had the event in
    both arms gives NaN. A variance of zero (a risk difference of two empty arms) is no information; pooling leaves it out.
    """
    if measure not in COUNTS:
        raise UnknownOption(
            f"There is no measure called {measure!r} for events; take one of {', '.join(COUNTS)}."
        )
    rule = rule_for(measure, continuity)
    a, b, c, d = floats(ai, bi, ci, di)
    lost = double_zero(a, b, c, d) & drop_double_zero
    extra = np.where(CONTINUITY_RULES[rule](a, b, c, d), add, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        y, v = COUNTS[measure](a + extra, b + extra, c + extra, d + extra)
    return finite(measure, np.where(lost, np.nan, y), v)


def table_from_ratio(
    measure: str, ratio: ArrayLike, n1: ArrayLike, n2: ArrayLike, events: ArrayLike, *, whole: bool = True
) -> tuple[Array, Array, Array, Array]:
    """The 2 x 2 table (a, b, c, d) behind a published odds ratio ("OR") or risk ratio ("RR") and its margins.

    ``n1`` and ``n2`` people in the two groups, ``events`` in both together. A ratio has one table with these margins;
    it is rounded to people when ``whole``. Margins that no such table has give NaN.
    """
    if measure not in ("OR", "RR"):
        raise UnknownOption(f"A table can be had back from an OR or an RR, and not from {measure!r}.")
    r, a1, a2, x = floats(ratio, n1, n2, events)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "RR":
            a = r * x * a1 / (a2 + r * a1)
        else:
            # OR = a (n2 - x + a) / ((n1 - a) (x - a)), a quadratic in a; this form of the root does not cancel at OR = 1.
            linear = a2 - x + r * (a1 + x)
            a = 2 * r * a1 * x / (linear + np.sqrt(linear**2 - 4 * (r - 1) * r * a1 * x))
        a = np.round(a) if whole else a
    cells = (a, a1 - a, x - a, a2 - x + a)
    possible = (r > 0) & np.all([np.isfinite(cell) & (cell > -1e-9) for cell in cells], axis=0)
    return (
        np.where(possible, cells[0], np.nan),
        np.where(possible, cells[1], np.nan),
        np.where(possible, cells[2], np.nan),
        np.where(possible, cells[3], np.nan),
    )
