"""The analyses of the evidence base, pooled again from their rows, as their source pooled them unless asked otherwise."""

from collections.abc import Sequence

from ambulando.evidence import base, effects
from ambulando.evidence.dose import DoseGroup, DoseResponse, dose_response, person_year_knots
from ambulando.evidence.pooling import Pooled, pool
from ambulando.evidence.rows import Contrast, DoseRow, EventContrast
from ambulando.ground import InputError


def effects_of(rows: Sequence[Contrast | EventContrast | DoseRow]) -> tuple[effects.Effects, tuple[str, ...]]:
    """Effect sizes of contrasts as RevMan computes them, and the names of the studies.

    Scores: Hedges' g with the approximate J and RevMan's variance. Events: log risk ratios with 0.5 added to all four cells
    of a study that has a zero among events and non-events.
    """
    names = tuple(row.study for row in rows)
    scores = [row for row in rows if isinstance(row, Contrast)]
    if scores and len(scores) == len(rows):
        columns = ("mean_arm", "sd_arm", "n_arm", "mean_against", "sd_against", "n_against")
        values = [[getattr(row, column) for row in scores] for column in columns]
        return effects.smd(*values, exact=False, variance="revman"), names
    events = [row for row in rows if isinstance(row, EventContrast)]
    if events and len(events) == len(rows):
        a, c = [row.events_arm for row in events], [row.events_against for row in events]
        b = [row.n_arm - row.events_arm for row in events]
        d = [row.n_against - row.events_against for row in events]
        return effects.two_by_two("RR", a, b, c, d, continuity="only-zero"), names
    raise InputError("Only contrasts of scores or of events have effect sizes; a dose analysis has a curve.")


def pooled(analysis: str, *, method: str = "DL", test: str = "z", level: float = 0.95) -> Pooled:
    """An analysis of contrasts, pooled. The defaults are those of the source (DerSimonian-Laird, z).

    Raises InputError for an unknown analysis, one that is only "as published", and one that has a dose curve.
    """
    one = base.analyses().get(analysis)
    if one is not None and one.status != "recomputed":
        raise InputError(f"{analysis!r} is only there as published; its rows are not in this evidence base.")
    if one is not None and one.rows == "dose":
        raise InputError(f"{analysis!r} has a dose curve and no single pooled effect.")
    found, names = effects_of(base.rows_for(analysis))
    return pool(
        found.yi, found.vi, method=method, test=test, level=level, measure=found.measure, studies=names
    )


def dose_groups(analysis: str) -> tuple[DoseGroup, ...]:
    """The dose groups of an analysis, over person-years.

    The authors label hazard ratios "ci" and others "ir"; the covariance is the same for both, so all count as "ir".
    """
    rows = [row for row in base.rows_for(analysis) if isinstance(row, DoseRow)]
    if not rows:
        raise InputError(f"{analysis!r} has no dose rows; it has a single pooled effect.")
    return tuple(
        DoseGroup(row.study, "ir", row.dose, row.cases, row.person_years, row.log_rr, row.se) for row in rows
    )


def dose_curve(
    analysis: str, *, at: Sequence[float] = (4.375, 8.75, 17.5), covariance: str = "gl"
) -> DoseResponse:
    """A dose analysis, pooled as Pearce 2022 did: restricted cubic spline, knots by person-years, REML."""
    groups = dose_groups(analysis)
    knots = person_year_knots([group.dose for group in groups], [group.n for group in groups])
    return dose_response(groups, model="rcs", knots=knots, covariance=covariance, method="reml", at=at)
