"""The pooled results, published figures and pictures of this version of the evidence base."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ambulando.evidence import base, figures, recompute
from ambulando.evidence.reproduce import reproduce
from ambulando.ground import as_json

#: the analyses with a picture, in the order of the page
FOREST = "cooney2013-post"
DOSE = "pearce2022-any"
#: doses of the curve, in marginal MET-hours a week
CURVE = tuple(float(dose) for dose in np.linspace(0, 35, 71))


def of_this_version() -> dict[str, Any]:
    """Every recomputed analysis pooled as its source did and by our default, the dose curves, and the comparison."""
    pooled: dict[str, Any] = {}
    curves: dict[str, Any] = {}
    for analysis in base.analyses().values():
        if analysis.status != "recomputed":
            continue
        if analysis.rows == "dose":
            curves[analysis.id] = as_json(recompute.dose_curve(analysis.id))
        else:
            source = recompute.pooled(analysis.id)
            ours = recompute.pooled(analysis.id, method="REML", test="hksj")
            pooled[analysis.id] = {
                "source": as_json(source),
                "ours": as_json(ours),
                "rows": _effects(analysis.id),
            }
    rows = [as_json(row) for row in reproduce()]
    return {"pooled": pooled, "curves": curves, "reproduced": rows, "held": sum(row["holds"] for row in rows)}


def _effects(analysis: str) -> dict[str, Any]:
    """The effect of each row with its interval, by the row's id."""
    rows = base.rows_for(analysis)
    found, _names = recompute.effects_of(rows)
    half = 1.959963984540054 * np.sqrt(found.vi)
    return {
        row.id: {"effect": float(y), "low": float(y - h), "high": float(y + h)}
        for row, y, h in zip(rows, found.yi, half, strict=True)
    }


def pictures(results: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(name, theme, width, SVG) of each picture."""
    pooled = recompute.pooled(FOREST, method="REML", test="hksj")
    curve = recompute.dose_curve(DOSE, at=CURVE)
    for theme in ("light", "dark"):
        for width in ("phone", "wide"):
            yield "forest", theme, width, figures.forest(pooled, theme=theme, width=width)
            yield "dose", theme, width, figures.dose_curve(curve, theme=theme, width=width)
