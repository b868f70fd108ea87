"""Published beside recomputed: every printed figure of an analysis that is pooled again here, and whether it holds.

A figure holds when it differs by no more than half a unit of its last printed digit plus the slack that
``data/tolerances.csv`` states with its cause. Of the weights of an analysis the one that differs most is shown. Nothing is
rounded before it is compared, and rows that an installation added do not count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ambulando.evidence import base
from ambulando.evidence.dose import CurvePoint, DoseResponse
from ambulando.evidence.recompute import dose_curve, pooled
from ambulando.evidence.rows import Contrast, EventContrast, Published
from ambulando.evidence.univariate.pooling import Pooled

#: By how much a weight may differ, in percentage points.
WEIGHT_SLACK = 0.02


@dataclass(frozen=True)
class Row:
    """One figure. Field names are the JSON keys of ``evidence reproduce``; ``cause`` explains the tolerance and
    ``confirmed`` "inferred" marks an analysis whose choice of studies was inferred.
    """

    id: str
    source: str
    quantity: str
    published: float
    recomputed: float
    difference: float
    tolerance: float
    holds: bool
    analysis: str
    printed: str
    cause: str
    confirmed: str


def half_unit(printed: str) -> float:
    """Half a unit of the last digit of a printed number: 0.005 for "-0.62", 0.5 for "35"."""
    exponent = Decimal(printed).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)


def reproduce() -> tuple[Row, ...]:
    """Every comparison, in the order of ``published.csv``."""
    rows: list[Row] = []
    seen: set[str] = set()
    for result in base.published():
        if not result.analysis:
            continue
        one = base.analyses()[result.analysis]
        if one.rows == "dose":
            curve = dose_curve(one.id, at=(result.dose or 0.0,), local=False)
            rows.extend(_compared(result, _of_curve(curve, whole=one.id not in seen), one.confirmed))
        else:
            answer, used = pooled(one.id, local=False), base.rows_for(one.id, local=False)
            rows.extend(_compared(result, _of_pooled(answer, used), one.confirmed))
            if not one.of:
                rows.extend(_weights(result, answer, used, one.confirmed))
        seen.add(one.id)
    return tuple(rows)


def _weights(
    result: Published, answer: Pooled, used: tuple[base.AnyRow, ...], confirmed: str
) -> Iterator[Row]:
    """The weight that differs most from the printed one; a subgroup prints none of its own."""
    printed = [
        (abs(weight - row.printed_weight), weight, row.printed_weight, row.study)
        for row, weight in zip(used, answer.weights, strict=True)
        if isinstance(row, Contrast | EventContrast) and row.printed_weight is not None
    ]
    if not printed:
        return
    difference, recomputed, published, study = max(printed)
    yield Row(
        id=f"{result.id}-weights",
        source=base.references()[result.reference].citation,
        quantity="weights",
        published=published,
        recomputed=recomputed,
        difference=recomputed - published,
        tolerance=WEIGHT_SLACK,
        holds=difference <= WEIGHT_SLACK + 1e-9,
        analysis=result.analysis,
        printed=f"{published:g}",
        cause=f"the largest difference of {len(printed)} weights, in percentage points ({study}); the rest is closer",
        confirmed=confirmed,
    )


def _of_pooled(answer: Pooled, rows: tuple[base.AnyRow, ...]) -> Mapping[str, float]:
    estimate, ci = answer.estimate, answer.ci
    if answer.estimate_exp is not None and answer.ci_exp is not None:
        estimate, ci = answer.estimate_exp, answer.ci_exp
    people = sum(row.n_arm + row.n_against for row in rows if isinstance(row, Contrast | EventContrast))
    return {
        "k": float(answer.k),
        "n": float(people),
        "estimate": estimate,
        "low": ci[0],
        "high": ci[1],
        "tau2": answer.tau2,
        "q": answer.q,
        "i2": answer.i2,
        "z": answer.statistic,
    }


def _of_curve(answer: DoseResponse, *, whole: bool) -> Mapping[str, float]:
    """The figures of one dose; with ``whole`` those of the whole curve too, which are compared once."""
    point = answer.curve[0]
    if not isinstance(point, CurvePoint):
        raise TypeError("the curve of a cohort is one of relative risks")
    figures = {"estimate": point.rr, "low": point.ci[0], "high": point.ci[1]}
    return figures | ({"k": float(answer.k), "i2": answer.i2} if whole else {})


def _compared(result: Published, found: Mapping[str, float], confirmed: str) -> list[Row]:
    rows = []
    for quantity, recomputed in found.items():
        printed = result.printed[quantity]
        if not printed:
            continue
        published = float(printed)
        stated = base.tolerances().get((result.analysis, quantity))
        # Counts are exact; other figures were rounded when they were printed.
        rounding = 0.0 if quantity in ("k", "n") else half_unit(printed)
        tolerance = rounding + (stated.slack if stated else 0.0)
        difference = recomputed - published
        rows.append(
            Row(
                id=f"{result.id}-{quantity}",
                source=base.references()[result.reference].citation,
                quantity=quantity
                if result.dose is None or quantity in ("k", "i2")
                else f"{quantity} at {result.dose:g}",
                published=published,
                recomputed=recomputed,
                difference=difference,
                tolerance=tolerance,
                # The last 1e-9 is for binary fractions only.
                holds=abs(difference) <= tolerance + 1e-9,
                analysis=result.analysis,
                printed=printed,
                cause=stated.note
                if stated
                else ("counted exactly" if quantity in ("k", "n") else "rounding of the printed figure"),
                confirmed=confirmed,
            )
        )
    return rows
