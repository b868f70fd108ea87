"""Estimators of tau2, the variance between studies, for a mean or a regression, of one data set. O(k p^2) each.

========= =======================================================================================================
DL        DerSimonian & Laird 1986          moments with weights 1 / v
HE        Hedges & Olkin 1985               moments with equal weights
GENQ      DerSimonian & Kacker 2007         moments with given weights
HS, HSk   Hunter & Schmidt 1990             HSk with the correction k / (k - p) of Brannick et al. 2019
SJ        Sidik & Jonkman 2005              from the crude variance of the effects; never zero
PM, EB    Paule & Mandel 1982, Morris 1983  the generalised Q equals its expectation; two names of one estimate
PMM       Viechtbauer 2021                  the generalised Q equals its median
ML, REML  Viechtbauer 2005                  the highest of all maxima, by the proof in ``likelihood``
========= =======================================================================================================

PM and the Q-profile solve Q(t) = target by Newton steps on 1 / Q, which is concave, rising and nearly straight in t, so the
steps climb from the left to the root without ever passing it.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.results import Array
from ambulando.evidence.univariate.likelihood import MAX_STEPS, SETTLED, climb, rises
from ambulando.evidence.univariate.sums import Sums, sums_of

LIKELIHOOD = ("ML", "REML")
METHODS = ("EE", "DL", "PM", "REML", "ML", "EB", "SJ", "HE", "HS", "HSk", "PMM", "GENQ")


@dataclass(frozen=True, slots=True)
class Tau2:
    """An estimate of tau2; ``boundary`` when it is zero because the data ask for less than none.

    ``others`` are places of further, lower maxima of the likelihood.
    """

    value: float
    converged: bool
    boundary: bool
    iterations: int
    others: tuple[float, ...] = ()


def tau2_of(
    y: Array,
    v: Array,
    method: str,
    X: Array | None = None,
    *,
    weights: Array | None = None,
    sums: Sums | None = None,
) -> Tau2:
    """tau2 of one data set: effects ``y`` (k,), variances ``v`` (k,); ``method`` one of METHODS.

    ``X`` (k, p) has orthonormal columns (None: a mean alone); ``weights`` (k,) are for GENQ. ``sums`` saves making them twice.
    """
    if method not in METHODS:
        raise UnknownOption(
            f"There is no estimator of tau2 called {method!r}; take one of {', '.join(METHODS)}."
        )
    sums = sums or sums_of(y, v, X)
    if method == "EE" or sums.df < 1:
        return Tau2(0.0, True, False, 0)
    if method in LIKELIHOOD:
        return maximum(y, v, method, sums, X)
    if method in ("PM", "EB"):
        return root_of_q(sums, float(sums.df))
    if method == "PMM":
        return root_of_q(sums, float(chdtri(sums.df, 0.5)))
    raw = _moments(y, v, method, X, weights, sums)
    return Tau2(max(0.0, raw), math.isfinite(raw), raw <= 0, 0)


def maximum(y: Array, v: Array, method: str, sums: Sums, X: Array | None = None) -> Tau2:
    """The highest maximum of the (restricted) likelihood. The search starts at the moment estimate."""
    restricted = method == "REML"
    q, _, _, b, *_ = sums.at(0.0)
    # From exactly zero a second, higher maximum could be missed.
    start = (q - sums.df) / b if q > sums.df else float(np.var(y))
    value, converged, steps = climb(sums, restricted, start)
    if not converged:
        return Tau2(value, False, False, steps)
    places = [value]
    for low, high in rises(sums, restricted, value):
        inside = 2 * low + sums.high if math.isinf(high) else (low + high) / 2
        other, found, more = climb(sums, restricted, inside, low, high) if high > 0 else (0.0, True, 1)
        steps += more
        if not found:
            return Tau2(value, False, False, steps)
        if all(abs(other - one) > 1e-6 * (one + sums.low) for one in places):
            places.append(other)
    if len(places) > 1:
        places.sort(key=lambda t: log_likelihood(y, v, t, X, restricted=restricted), reverse=True)
    return Tau2(places[0], True, places[0] == 0, steps, tuple(places[1:]))


def root_of_q(sums: Sums, target: float, start: float = 0.0) -> Tau2:
    """The t at which the generalised Q equals ``target``; zero if Q at zero is already below it.

    ``start`` above zero must lie to the left of the root.
    """
    t, floor = start, sums.low
    for step in range(1, MAX_STEPS + 1):
        q, slope, *_ = sums.at(t)
        if q <= target and step == 1:
            return Tau2(0.0, True, True, step)
        if not slope > 0:
            return Tau2(t, False, False, step)
        move = (q - target) / slope * (q / target)
        t += move
        if abs(move) <= SETTLED * (t + floor):
            return Tau2(max(t, 0.0), True, False, step)
    return Tau2(t, False, False, MAX_STEPS)


def solve_q(y: Array, v: Array, target: float, X: Array | None = None) -> Tau2:
    """The tau2 at which the generalised Q of effects ``y`` with variances ``v`` equals ``target`` (zero if it is below)."""
    return root_of_q(sums_of(y, v, X), target)


def projector(a: Array, X: Array | None) -> tuple[Array, Array]:
    """P_a = A - U U' for weights ``a``, as its two parts: a (k,) and U (k, p)."""
    if X is None:
        return a, (a / math.sqrt(a.sum()))[:, None]
    AX = X * a[:, None]
    return a, np.asarray(np.linalg.solve(np.linalg.cholesky(X.T @ AX), AX.T).T)


def traces(a: Array, U: Array, v: Array) -> tuple[float, float, float, float, float]:
    """tr P, tr PP, tr PV, tr PVP, tr PVPV of P = diag(a) - UU' and V = diag(v)."""
    rows = (U * U).sum(axis=1)
    UU, UV = U.T @ U, U.T @ (U * v[:, None])
    tr, trv = float((a - rows).sum()), float((v * (a - rows)).sum())
    pp = float((a * a - 2 * a * rows).sum() + (UU * UU).sum())
    pvp = float((v * (a * a - 2 * a * rows)).sum() + (UU * UV).sum())
    pvpv = float((v * v * (a * a - 2 * a * rows)).sum() + (UV * UV).sum())
    return tr, pp, trv, pvp, pvpv


def _quadratic(y: Array, a: Array, X: Array | None) -> float:
    """y'Py for weights ``a``."""
    if X is None:
        residual = y - a.dot(y) / a.sum()
    else:
        AX = X * a[:, None]
        residual = y - X @ np.linalg.solve(X.T @ AX, AX.T @ y)
    return float(a.dot(residual * residual))


def _moments(y: Array, v: Array, method: str, X: Array | None, weights: Array | None, sums: Sums) -> float:
    k, df = sums.k, sums.df
    if method == "SJ":
        crude = float(np.var(y))
        return crude * sums.at(crude)[0] / df if crude > 0 else 0.0
    if method in ("DL", "HS", "HSk"):
        q, _, _, b, _, s1, _ = sums.at(0.0)
        if method == "DL":
            return (q - df) / b
        return ((q if method == "HS" else q * k / df) - k) / s1
    a = np.ones(k) if method == "HE" or weights is None else weights
    tr, _, trv, *_ = traces(*projector(a, X), v)
    return (_quadratic(y, a, X) - trv) / tr


def standard_error(
    y: Array,
    v: Array,
    method: str,
    tau2: float,
    X: Array | None = None,
    *,
    weights: Array | None = None,
    sums: Sums | None = None,
) -> float:
    """The standard error of an estimate of tau2: from the information (ML, REML) or the variance of its quadratic form.

    NaN for the common effect and where there are too few studies.
    """
    sums = sums or sums_of(y, v, X)
    k, df = sums.k, sums.df
    if method == "EE" or df < 1:
        return math.nan
    if method in LIKELIHOOD or method in ("PM", "EB", "PMM"):
        _, _, _, _, d, s1, s2 = sums.at(tau2)
        if method == "REML":
            return math.sqrt(2 / d)
        return math.sqrt(2 / s2) if method == "ML" else math.sqrt(2 * k * k / df) / s1
    if method in ("DL", "HS", "HSk"):
        # Here PVP = P, so that tr PVPV is k - p and tr PVP is tr P.
        _, _, _, b, d, s1, _ = sums.at(0.0)
        root = math.sqrt(2 * df + 4 * tau2 * b + 2 * tau2 * tau2 * d)
        return root / b if method == "DL" else root / s1 * (k / df if method == "HSk" else 1)
    if method == "SJ":
        crude = float(np.var(y))
        a, scale = 1 / (v + crude), crude / df
    else:
        a, scale = (np.ones(k) if method == "HE" or weights is None else weights), None
    tr, pp, _, pvp, pvpv = traces(*projector(a, X), v)
    return math.sqrt(2 * pvpv + 4 * tau2 * pvp + 2 * tau2 * tau2 * pp) * float(
        1 / tr if scale is None else scale
    )


def log_likelihood(
    y: Array,
    v: Array,
    t: float,
    X: Array | None = None,
    *,
    restricted: bool,
    fitted: Array | float | None = None,
) -> float:
    """The log-likelihood at tau2 = ``t``, or the restricted one in the form of Harville 1974, which does not depend on the
    coding of X. ``fitted`` are the means where they are not those of the inverse variances.
    """
    k = y.size
    columns = np.ones((k, 1)) / math.sqrt(k) if X is None else X
    w = 1 / (v + t)
    G = columns.T @ (columns * w[:, None])
    residual = y - (columns @ np.linalg.solve(G, columns.T @ (w * y)) if fitted is None else fitted)
    value = -0.5 * (float(np.log(v + t).sum()) + float(w.dot(residual * residual)))
    if not restricted:
        return value - 0.5 * k * math.log(2 * math.pi)
    constant = 0.5 * (k - columns.shape[1]) * math.log(2 * math.pi)
    return float(value - 0.5 * np.linalg.slogdet(G)[1] - constant)
