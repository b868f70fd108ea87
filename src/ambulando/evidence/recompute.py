"""The analyses of the evidence base, pooled again from their rows, as their source pooled them unless asked otherwise."""

from collections.abc import Sequence

import numpy as np

from ambulando.evidence import base, effects
from ambulando.evidence.dose import DoseGroup, DoseResponse, dose_response, person_year_knots
from ambulando.evidence.rows import Contrast, DoseRow, EffectContrast, EventContrast
from ambulando.evidence.univariate.pooling import Pooled, pool
from ambulando.ground import InputError


def effects_of(rows: Sequence[base.AnyRow]) -> tuple[effects.Effects, tuple[str, ...]]:
    """Effect sizes of contrasts as RevMan computes them, and the names of the studies.

    Scores: Hedges' g with the approximate J and RevMan's variance; for a row whose ``effect`` is "printed" the printed
    difference, with the same variance. Events: log risk ratios with 0.5 added to all four cells of a study that has a zero
    among events and non-events. A row that is an effect with its variance counts as it is.
    """
    names = tuple(row.study for row in rows)
    yi, vi = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    measures = set()
    scores = [(at, row) for at, row in enumerate(rows) if isinstance(row, Contrast)]
    if scores:
        measures.add("SMD")
        places = [at for at, _ in scores]
        columns = ("mean_arm", "sd_arm", "n_arm", "mean_against", "sd_against", "n_against")
        values = [[getattr(row, column) for _, row in scores] for column in columns]
        found = effects.smd(*values, exact=False, variance="revman")
        yi[places], vi[places] = found.yi, found.vi
        for at, row in scores:
            if row.effect == "printed" and row.printed_smd is not None:
                yi[at] = row.printed_smd
                sizes = np.array([float(row.n_arm)]), np.array([float(row.n_against)])
                vi[at] = effects.SMD_VARIANCES["revman"](yi[at : at + 1], *sizes)[0]
    events = [(at, row) for at, row in enumerate(rows) if isinstance(row, EventContrast)]
    if events:
        measures.add("RR")
        places = [at for at, _ in events]
        a, c = [row.events_arm for _, row in events], [row.events_against for _, row in events]
        b = [row.n_arm - row.events_arm for _, row in events]
        d = [row.n_against - row.events_against for _, row in events]
        found = effects.two_by_two("RR", a, b, c, d, continuity="only-zero")
        yi[places], vi[places] = found.yi, found.vi
    for at, one in enumerate(rows):
        if isinstance(one, EffectContrast):
            measures.add(one.measure)
            yi[at], vi[at] = one.yi, one.vi
    if len(measures) != 1 or np.isnan(yi).any():
        raise InputError(
            "Only contrasts of scores, or of events, have effect sizes together; a dose analysis has a curve."
        )
    return effects.Effects(measures.pop(), yi, vi), names


def pooled(
    analysis: str, *, method: str = "DL", test: str = "z", level: float = 0.95, local: bool = True
) -> Pooled:
    """An analysis of contrasts, pooled. The defaults are those of the source (DerSimonian-Laird, z); with ``local`` the
    rows that this installation added count too.

    Raises InputError for an unknown analysis, one that is only "as published", and one that has a dose curve.
    """
    one = base.analyses().get(analysis)
    if one is not None and one.status != "recomputed":
        raise InputError(f"{analysis!r} is only there as published; its rows are not in this evidence base.")
    if one is not None and one.rows == "dose":
        raise InputError(f"{analysis!r} has a dose curve and no single pooled effect.")
    found, names = effects_of(base.rows_for(analysis, local=local))
    return pool(
        found.yi, found.vi, method=method, test=test, level=level, measure=found.measure, studies=names
    )


def dose_groups(analysis: str, *, local: bool = True) -> tuple[DoseGroup, ...]:
    """The dose groups of an analysis, as its authors coded them; with ``local`` those that this installation added too.

    Pearce 2022 label hazard ratios "ci", with person-years, and others "ir", with persons, which is the other way round
    than one would expect; only so does the curve come out as they published it, to the fifth digit.
    """
    return tuple(
        DoseGroup(
            row.study,
            row.type_label,
            row.dose,
            row.cases,
            row.person_years if row.type_label == "ci" or row.persons is None else row.persons,
            row.log_rr,
            row.se,
        )
        for row in _dose_rows(analysis, local)
    )


def dose_knots(analysis: str, *, local: bool = True) -> tuple[float, float, float]:
    """The knots of an analysis's curve, by person-years."""
    rows = _dose_rows(analysis, local)
    return person_year_knots([row.dose for row in rows], [row.person_years for row in rows])


def _dose_rows(analysis: str, local: bool) -> list[DoseRow]:
    rows = [row for row in base.rows_for(analysis, local=local) if isinstance(row, DoseRow)]
    if not rows:
        raise InputError(f"{analysis!r} has no dose rows; it has a single pooled effect.")
    return rows


#: Half of what guidelines ask for, that, and twice that, in marginal MET-hours a week.
DOSES = (4.375, 8.75, 17.5)


def dose_curve(
    analysis: str, *, at: Sequence[float] = DOSES, covariance: str = "hamling", local: bool = True
) -> DoseResponse:
    """A dose analysis, pooled as Pearce 2022 did: restricted cubic spline, knots by person-years, Hamling's covariances, REML."""
    return dose_response(
        dose_groups(analysis, local=local),
        model="rcs",
        knots=dose_knots(analysis, local=local),
        covariance=covariance,
        method="reml",
        at=at,
        reference=0.0,
    )
