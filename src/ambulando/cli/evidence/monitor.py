"""A growing table of studies against sequential boundaries."""

import math
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.cli.evidence.given import Continuity, Exclude, Given, Measure, Method, Test, document, given
from ambulando.cli.evidence.group import Studies, group, show_left_out
from ambulando.cli.talk import JsonFlag, answer, table
from ambulando.ground import InputError

if TYPE_CHECKING:
    from ambulando.evidence.monitoring.sequential import Monitor


@group.command()
def monitor(
    studies: Studies,
    effect: Annotated[
        float,
        typer.Option(help="The smallest effect that matters; of a ratio measure the ratio itself, as 0.8."),
    ],
    control_risk: Annotated[
        float | None,
        typer.Option(help="The risk in the control arm; else that of all control arms together."),
    ] = None,
    sd: Annotated[float, typer.Option(help="Of the outcome, for mean differences.")] = 1.0,
    order: Annotated[
        str | None, typer.Option(help="The column studies came in by, as year; else as they stand.")
    ] = None,
    information: Annotated[
        bool, typer.Option("--information", help="Count inverse variances, not participants.")
    ] = False,
    diversity: Annotated[
        float | None, typer.Option(help="D2 in percent to allow for; else that of the studies. 0: none.")
    ] = None,
    spending: Annotated[
        str, typer.Option(help="obrien-fleming, pocock, linear, power or hsd.")
    ] = "obrien-fleming",
    futility: Annotated[
        str | None, typer.Option(help="Also limits of futility (not binding), spent in one of these ways.")
    ] = None,
    alpha: Annotated[float, typer.Option(help="The type I error of all looks together.")] = 0.05,
    power: Annotated[float, typer.Option(help="The chance to find the effect if it is there.")] = 0.8,
    sides: Annotated[int, typer.Option(help="1 or 2.")] = 2,
    method: Method = "REML",
    test: Test = "hksj",
    measure: Measure = None,
    continuity: Continuity = None,
    exclude: Exclude = None,
    json_: JsonFlag = False,
) -> None:
    """Sequential boundaries for a growing set of studies: an optional monitor, not a verdict."""
    data = given(studies, measure, continuity, exclude, order)
    from ambulando.evidence.checks.together import sizes_of
    from ambulando.evidence.effects import RATIO_MEASURES
    from ambulando.evidence.monitoring import sequential

    ratio = data.measure in RATIO_MEASURES
    if ratio and not (math.isfinite(effect) and effect > 0 and effect != 1):
        raise InputError(
            f"--effect is {effect:g}; for {data.measure} please give a ratio above zero that is not 1, as 0.8."
        )
    summary = data.table.summary if data.table is not None else {}
    sizes = None if information else sizes_of(summary)
    if sizes is not None and data.measure not in ("RR", "OR", "RD", "MD", "SMD"):
        sizes = None
    if sizes is not None and control_risk is None and "ci" in summary:
        control_risk = sum(summary["ci"]) / (sum(summary["ci"]) + sum(summary["di"]))
    found = sequential.monitor(
        data.yi,
        data.vi,
        effect=math.log(effect) if ratio else effect,
        sizes=sizes,
        control_risk=control_risk,
        sd=sd,
        order=data.table.moderators[order] if order and data.table is not None else None,
        method=method,
        test=test,
        alpha=alpha,
        power=power,
        sides=sides,
        spending=spending,
        futility=futility,
        adjust=True if diversity is None else diversity,
        measure=data.measure,
        studies=data.studies,
    )
    whole = document(found, data)
    for one in whole["looks"]:
        one["row"] = None if one["row"] is None else data.rows[one["row"] - 1]
    answer(whole, json_, lambda: _show_monitor(studies, found, whole["notes"], data))


def _show_monitor(name: str, found: "Monitor", notes: list[str], data: Given) -> None:
    table(
        f"{name}: {_amount(found.acquired)} {found.unit} of {_amount(found.adjusted)} required\n"
        f"({found.fraction:.0%}; {_amount(found.required)} before allowing for a diversity of {found.diversity:.0f}%)",
        ("study", "share", "z", "limits of z", "futility", "estimate", "crossed"),
        [
            (one.study or "the end", f"{one.fraction:.0%}", one.z, (one.lower, one.upper), one.futility, one.estimate,
             one.crossed or "")
            for one in found.looks
        ],
    )  # fmt: skip
    if data.table is not None:
        show_left_out(data.table.excluded)
    for note in notes:
        print(note)


def _amount(value: float) -> str:
    """People or inverse variances: whole where there are many."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"
