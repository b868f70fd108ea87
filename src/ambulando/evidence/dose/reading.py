"""A user's dose table, from CSV text to a pooled curve."""

from collections.abc import Sequence

from ambulando.evidence.dose.groups import DoseGroup, MeanGroup, groups_from, means_from
from ambulando.evidence.dose.means import MEASURES
from ambulando.evidence.dose.pooled import DoseResponse, dose_means, dose_response
from ambulando.evidence.faults import MissingColumns, UnknownOption
from ambulando.ground import rows_of


def dose_table(
    text: str, where: str, *, kind: str | None = None
) -> tuple[DoseGroup, ...] | tuple[MeanGroup, ...]:
    """The dose groups of a CSV text: of scores when it has columns for their mean and sd, else of relative risks."""
    table = rows_of(text, where=where)
    if not table:
        raise MissingColumns(f"{where} has a line of column names and no dose group under it.")
    columns = table[0]
    if "sd" in columns and ("y" in columns or "mean" in columns):
        return means_from(table, where)
    return groups_from(table, where, kind=kind)


def dose_text(
    text: str,
    where: str,
    *,
    kind: str | None = None,
    measure: str | None = None,
    model: str = "rcs",
    knots: Sequence[float] | int = 3,
    covariance: str | None = None,
    method: str = "reml",
    at: Sequence[float] = (),
    reference: float | None = None,
    stages: int = 2,
    level: float = 0.95,
) -> DoseResponse:
    """The pooled dose-response curve of a CSV text; its columns are those of ``groups_from`` or ``means_from``.

    ``kind`` (cc, ir, ci) is the type of all studies where the table has no column for it; ``measure`` MD or SMD of scores.
    ``knots`` are doses, or how many are put at Harrell's quantiles of the doses. Without ``at`` the curve is given at the
    doses of the table.
    """
    groups = dose_table(text, where, kind=kind)
    doses = [group.dose for group in groups]
    wanted = tuple(at) or tuple(sorted(set(doses)))
    if isinstance(groups[0], MeanGroup):
        return dose_means(
            [group for group in groups if isinstance(group, MeanGroup)],
            measure=(measure or "MD").upper(), model=model, knots=knots, covariance=covariance or "shared",
            method=method, at=wanted, reference=reference, stages=stages, level=level,
        )  # fmt: skip
    if measure is not None and measure.upper() != "RR":
        raise UnknownOption(
            f"{where} has relative risks, and {measure} is not of them; {' and '.join(MEASURES)} are for scores (y, sd, n)."
        )
    return dose_response(
        [group for group in groups if isinstance(group, DoseGroup)],
        model=model, knots=knots, covariance=covariance or "gl", method=method, at=wanted,
        reference=reference, stages=stages, level=level,
    )  # fmt: skip
