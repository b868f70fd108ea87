"""The pooled results, published figures and pictures of this version of the evidence base."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ambulando.evidence import base, claims, figures, questions, recompute
from ambulando.evidence.reproduce import reproduce
from ambulando.ground import Words, as_json, stored

#: the analyses with a picture, in the order of the page
FOREST = "cooney2013-post"
DOSE = "pearce2022-any"
#: doses of the curve, in marginal MET-hours a week
CURVE = tuple(float(dose) for dose in np.linspace(0, 35, 71))


def of_this_version() -> dict[str, Any]:
    """Every recomputed analysis pooled as its source did and by our default, the dose curves, the comparison, and the
    answers and claims with the rows behind them.
    """
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
    return {
        "pooled": pooled,
        "curves": curves,
        "reproduced": rows,
        "held": sum(row["holds"] for row in rows),
        "drawn": [as_json(point) for point in recompute.dose_curve(DOSE, at=CURVE).curve],
        "an_hour": questions.finding("pearce2022-brisk-walk").estimate,
        "questions": [kept(one) for one in questions.answers()],
        "claims": {id_: kept(claims.findings(id_)) for id_ in claims.claims()},
    }


def kept(value: Any) -> Any:
    """A result as JSON whose sentences keep their patterns, so that a page can translate them."""
    if isinstance(value, Words):
        return stored(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: kept(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): kept(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [kept(item) for item in value]
    return as_json(value)


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
    better, worse = "exercise: fewer symptoms", "more symptoms"
    words = figures.forest_words(pooled, better, worse)
    for theme in ("light", "dark"):
        for width in ("phone", "wide"):
            ax = figures.forest(
                pooled, theme=theme, width=width, better=better, worse=worse, new_study="A new trial"
            )
            title = "Every trial and what they say together"
            yield "forest", theme, width, figures.svg(ax, name="forest", title=title, description=words)
