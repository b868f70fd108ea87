"""Covariances of the log relative risks of one dose-response study, whose dose groups share one reference group.

``kind`` says what a study counts: "cc" cases among all persons of a case-control study (odds ratios), "ci" cases among
persons at risk (risk ratios), "ir" cases over person-years (rate ratios). Groups come reference first: ``cases`` and
``n`` of shape (g,), ``logrr`` and ``se`` of the others against the reference of shape (g - 1,).
"""

import numpy as np

from ambulando.evidence.dose.hamling import NoEffectiveCounts, effective_counts
from ambulando.evidence.faults import ImpossibleValue, NotConverged, UnknownOption
from ambulando.evidence.results import Array

KINDS = ("cc", "ci", "ir")
COVARIANCES = ("gl", "hamling", "hamling-strict", "hamling-or-gl", "indep")
MAX_STEPS = 100
#: The variance by which effective counts are reconstructed. The established package takes the one of rates for "ci" and the
#: one of risks for "ir"; "hamling" does as it does, so that answers agree, and "hamling-strict" takes each kind's own.
FORMS = {
    "hamling": {"cc": "odds", "ci": "rate", "ir": "risk"},
    "hamling-strict": {"cc": "odds", "ci": "risk", "ir": "rate"},
}


def covariance_of(
    name: str, *, cases: Array, n: Array, logrr: Array, se: Array, kind: str
) -> tuple[Array, str]:
    """The (g - 1, g - 1) covariance called ``name``, and a note when another was taken in its place ("" else).

    "gl" Greenland & Longnecker; "hamling" Hamling's effective counts as in the established package; "hamling-strict" the
    same with the variance of each kind of study; "hamling-or-gl" Hamling's, and Greenland & Longnecker's for a study that
    has no effective counts; "indep" no covariance, for comparison only. Raises UnknownOption, ImpossibleValue,
    NoEffectiveCounts, NotConverged.
    """
    if name not in COVARIANCES:
        raise UnknownOption(f"There is no covariance called {name!r}; take one of {', '.join(COVARIANCES)}.")
    if kind not in KINDS:
        raise UnknownOption(f"There is no study type called {kind!r}; take one of {', '.join(KINDS)}.")
    if name == "indep":
        return np.asarray(np.diag(se**2)), ""
    # What a covariance does not ask for may be missing: Greenland and Longnecker need no cases of cohorts.
    if not np.all(np.isfinite(n)) or not (
        np.all(np.isfinite(cases)) or (name == "gl" and kind in ("ci", "ir"))
    ):
        raise ImpossibleValue(
            f"cases or n is missing, which the covariance {name} needs; fill it in or take indep."
        )
    if name == "gl":
        return greenland_longnecker(cases, n, logrr, se, kind), ""
    strict = "hamling-strict" if name == "hamling-strict" else "hamling"
    try:
        return hamling(cases, n, logrr, se, kind, form=FORMS[strict][kind]), ""
    except NoEffectiveCounts:
        if name != "hamling-or-gl":
            raise
        return (
            greenland_longnecker(cases, n, logrr, se, kind),
            "no effective counts exist, so its covariance is Greenland and Longnecker's and not Hamling's",
        )


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
    else:
        ratio = n[0] / (n[1:] * np.exp(logrr))
    return _scaled(1.0, ratio, se)


def hamling(cases: Array, n: Array, logrr: Array, se: Array, kind: str, *, form: str) -> Array:
    """Correlations of effective counts of the given ``form`` (see hamling.py), scaled to the printed standard errors.

    Where ``form`` is the variance of ``kind`` itself, the counts give the standard errors exactly, and every covariance is
    what the reference group adds.
    """
    a, b = effective_counts(cases, n, logrr, se, form)
    own = 1 / a + {"cc": 1 / b, "ci": -1 / b, "ir": 0 * b}[kind]
    if not np.all(own > 0):
        raise NoEffectiveCounts(
            "the effective counts give a variance below zero, so Hamling's covariance cannot be made;"
            " check cases, n and type, or take the covariance gl or hamling-or-gl."
        )
    return _scaled(own[0], own[1:], se)


def _scaled(shared: float, own: Array, se: Array) -> Array:
    scaled = se / np.sqrt(1 + own / shared)
    covariance = np.outer(scaled, scaled)
    np.fill_diagonal(covariance, se**2)
    return np.asarray(covariance)


def pseudo_cases(cases: Array, n: Array, logrr: Array, kind: str = "cc") -> Array:
    """Cases per group, (g,), with the study's total and exactly the ratios ``logrr``: of rates for "ir", else of odds.

    The equations for odds are the gradient of a concave function of the cases, so damped Newton steps that stay between no
    cases and all cases reach the only root; rates are in closed form.
    """
    total = float(cases.sum())
    if kind == "ir":
        share = n * np.exp(np.concatenate([[0.0], logrr]))
        return np.asarray(total * share / share.sum())
    if np.any(cases <= 0) or np.any(cases >= n):
        raise ImpossibleValue(
            "a dose group has no cases, or no person without, so the covariance cannot be reconstructed."
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
        raise NotConverged("no numbers of cases agree with these odds ratios; check cases, n and logrr.")
    return everyone(others)
