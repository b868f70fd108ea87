"""What follows from a fitted model, pooled or regression: fit statistics, residuals, shrunken effects of studies.

Sources: Viechtbauer & Cheung 2010, Res Syn Meth 1:112 (residuals); Raudenbush & Bryk 1985, J Educ Stat 10:75 (shrinkage);
Hurvich & Tsai 1989 (AICc).
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtri, stdtrit

from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.results import Array, Interval
from ambulando.evidence.univariate.pooling import Pooled
from ambulando.evidence.univariate.regression import Regression
from ambulando.evidence.univariate.tau2 import log_likelihood


@dataclass(frozen=True)
class FitStatistics:
    """Log-likelihood ``ll``, ``deviance`` and information criteria (smaller is better) by one kind of likelihood."""

    ll: float
    deviance: float
    aic: float
    bic: float
    aicc: float


@dataclass(frozen=True)
class Fit:
    """By the likelihood and by the restricted one."""

    ml: FitStatistics
    reml: FitStatistics


@dataclass(frozen=True)
class Residual:
    """A study's distance from its fitted effect; ``z`` is standardised by its own (marginal) variance."""

    study: str
    residual: float
    se: float
    z: float


@dataclass(frozen=True)
class Shrunken:
    """The best linear prediction of a study's true effect, drawn to the fitted one; ``pi`` has the level of the model."""

    study: str
    estimate: float
    se: float
    pi: Interval


@dataclass(frozen=True)
class LikelihoodRatio:
    """The test of a model against a smaller one inside it: chi-squared with ``df``."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True)
class _Parts:
    y: Array
    v: Array
    X: Array
    Q: Array
    fitted: Array
    vcov: Array


def _parts(found: Pooled | Regression) -> _Parts:
    y, v = np.array(found.yi), np.array(found.vi)
    if isinstance(found, Regression):
        X = np.array(found.design)
        fitted = X @ np.array([one.estimate for one in found.coefficients])
        return _Parts(y, v, X, np.linalg.qr(X)[0], fitted, np.array(found.vcov))
    X = np.ones((y.size, 1))
    return _Parts(y, v, X, X / math.sqrt(y.size), np.full(y.size, found.estimate), np.array([[found.se**2]]))


def fit_statistics(found: Pooled | Regression) -> Fit:
    """Log-likelihoods and criteria. The deviance of ML is from the saturated model, where each study has its own effect."""
    parts = _parts(found)
    k, p = parts.X.shape
    parameters = p + (found.method != "EE")
    answers = []
    for restricted in (False, True):
        n = k - p if restricted else k
        ll = log_likelihood(parts.y, parts.v, found.tau2, parts.Q, restricted=restricted, fitted=parts.fitted)
        saturated = 0.0 if restricted else -0.5 * float(np.log(2 * math.pi * parts.v).sum())
        least = max(n, parameters + 2)
        answers.append(
            FitStatistics(
                ll,
                2 * (saturated - ll),
                2 * (parameters - ll),
                parameters * math.log(n) - 2 * ll if n > 0 else math.nan,
                2 * parameters * least / (least - parameters - 1) - 2 * ll,
            )
        )
    return Fit(*answers)


def residuals(found: Pooled | Regression) -> tuple[Residual, ...]:
    """Standardised residuals (internally: each study is in the fit it is compared with), in the order of ``studies``."""
    parts = _parts(found)
    total = parts.v + found.tau2
    w = np.array(found.weights)
    own = found.method == "GENQ"
    A = parts.X * (w if own else 1 / total)[:, None]
    M = np.linalg.inv(A.T @ parts.X)
    leverage = ((A @ M) * parts.X).sum(axis=1)
    # Var(y - Hy) = (I - H) diag(total) (I - H)', which for inverse variances is total - x'Mx.
    spread = ((parts.X @ (M @ (A.T @ (A * total[:, None])) @ M)) * parts.X).sum(axis=1)
    variance = total * (1 - 2 * leverage) + spread
    distance = parts.y - parts.fitted
    errors = np.sqrt(np.maximum(variance, 0.0))
    return tuple(
        Residual(name, d, e, d / e if e > 0 else math.nan)
        for name, d, e in zip(found.studies, distance.tolist(), errors.tolist(), strict=True)
    )


def shrunken(found: Pooled | Regression) -> tuple[Shrunken, ...]:
    """Best linear unbiased predictions of the studies' true effects: share x effect + (1 - share) x fitted."""
    parts = _parts(found)
    share = found.tau2 / (found.tau2 + parts.v)
    middle = share * parts.y + (1 - share) * parts.fitted
    of_mean = ((parts.X @ parts.vcov) * parts.X).sum(axis=1)
    errors = np.sqrt(share * parts.v + (1 - share) ** 2 * of_mean)
    tail = (1 - found.level) / 2
    critical = float(-ndtri(tail) if found.test == "z" else -stdtrit(found.df, tail))
    return tuple(
        Shrunken(name, m, e, (m - critical * e, m + critical * e))
        for name, m, e in zip(found.studies, middle.tolist(), errors.tolist(), strict=True)
    )


def likelihood_ratio(larger: Pooled | Regression, smaller: Pooled | Regression) -> LikelihoodRatio:
    """Whether the ``larger`` model fits better than the ``smaller`` one inside it. Both must be ML fits of the same studies:
    restricted likelihoods of different moderators cannot be compared."""
    if larger.method != "ML" or smaller.method != "ML":
        raise UnknownOption(
            "Models with different moderators are compared by likelihood only if both are fitted by ML."
        )
    if larger.yi != smaller.yi or larger.vi != smaller.vi:
        raise UnknownOption("The two models have different studies, so their likelihoods cannot be compared.")
    df = _parts(larger).X.shape[1] - _parts(smaller).X.shape[1]
    if df < 1:
        raise UnknownOption("The first model must have more coefficients than the second; please swap them.")
    statistic = max(0.0, 2 * (fit_statistics(larger).ml.ll - fit_statistics(smaller).ml.ll))
    return LikelihoodRatio(statistic, df, float(chdtrc(df, statistic)))
