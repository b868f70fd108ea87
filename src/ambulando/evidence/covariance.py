"""Covariances of the log relative risks of one dose-response study, whose dose groups share one reference group.

``kind`` says what a study counts: "cc" cases among all persons of a case-control study (odds ratios), "ci" cases among
persons at risk (risk ratios), "ir" cases over person-years (rate ratios). Groups come reference first: ``cases`` and
``n`` of shape (g,), ``logrr`` and ``se`` of the others against the reference of shape (g - 1,).
"""

import numpy as np
from numpy.typing import NDArray

from ambulando.ground import InputError

Array = NDArray[np.float64]
KINDS = ("cc", "ci", "ir")
COVARIANCES = ("gl", "indep")
MAX_STEPS = 100


def covariance_of(name: str, *, cases: Array, n: Array, logrr: Array, se: Array, kind: str) -> Array:
    """The (g - 1, g - 1) covariance called ``name``: "gl" Greenland-Longnecker, "indep" none (for comparison only)."""
    if name == "indep":
        return np.asarray(np.diag(se**2))
    if name != "gl":
        raise InputError(f"There is no covariance called {name!r}; take one of {', '.join(COVARIANCES)}.")
    return greenland_longnecker(cases, n, logrr, se, kind)


def greenland_longnecker(cases: Array, n: Array, logrr: Array, se: Array, kind: str) -> Array:
    """Correlations of reconstructed counts, scaled to the printed standard errors.

    Source: Greenland & Longnecker 1992, Am J Epidemiol 135:1301. A crude log ratio has variance shared + own, and two of
    one study have the covariance shared. For "ci" and "ir" the reconstruction is not needed: whatever the reconstructed
    cases are, own/shared = n_ref / (n_i RR_i).
    """
    if kind == "cc":
        a = pseudo_cases(cases, n, logrr)
        shared = 1 / a[0] + 1 / (n[0] - a[0])
        ratio = (1 / a[1:] + 1 / (n[1:] - a[1:])) / shared
    elif kind in ("ci", "ir"):
        ratio = n[0] / (n[1:] * np.exp(logrr))
    else:
        raise InputError(f"There is no study type called {kind!r}; take one of {', '.join(KINDS)}.")
    scaled = se / np.sqrt(1 + ratio)
    covariance = np.outer(scaled, scaled)
    np.fill_diagonal(covariance, se**2)
    return np.asarray(covariance)


def pseudo_cases(cases: Array, n: Array, logrr: Array) -> Array:
    """Cases per group, (g,), with the study's totals and exactly the odds ratios ``logrr``: Newton's method.

    The equations are the gradient of a concave function of the cases, so damped steps that stay between no cases and all
    cases reach the only root.
    """
    total = float(cases.sum())
    if np.any(cases <= 0) or np.any(cases >= n):
        raise InputError(
            "A dose group has no cases, or no person without, so the covariance cannot be reconstructed."
        )

    def everyone(others: Array) -> Array:
        return np.concatenate([[total - others.sum()], others])

    def gap(others: Array) -> Array:
        a = everyone(others)
        if np.any(a <= 0) or np.any(a >= n):
            return np.full(others.shape, np.inf)
        log_odds = np.log(a) - np.log(n - a)
        return np.asarray(logrr - log_odds[1:] + log_odds[0])

    others = cases[1:].astype(float)
    error = gap(others)
    for _ in range(MAX_STEPS):
        a = everyone(others)
        information = 1 / a + 1 / (n - a)
        step = np.linalg.solve(np.diag(information[1:]) + information[0], error)
        size = 1.0
        while size > 1e-12 and np.abs(gap(others + size * step)).max() >= np.abs(error).max():
            size /= 2
        if size <= 1e-12:
            break
        others = others + size * step
        error = gap(others)
    if np.abs(error).max() > 1e-8:
        raise InputError("No numbers of cases agree with these odds ratios; check cases, n and logrr.")
    return everyone(others)
