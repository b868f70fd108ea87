"""A table of dose groups, as a curve."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.cli.evidence.group import Studies, group, is_analysis, show_left_out
from ambulando.cli.talk import JsonFlag, answer, numbers_from, shown, table, text_of
from ambulando.ground import InputError

if TYPE_CHECKING:
    from ambulando.evidence.dose import DoseResponse


@group.command()
def dose(
    studies: Studies,
    model: Annotated[str, typer.Option(help="linear, quadratic or rcs (restricted cubic spline).")] = "rcs",
    knots: Annotated[str | None, typer.Option(help="Of the spline: doses, as 0,8.75,17.5.")] = None,
    covariance: Annotated[
        str, typer.Option(help="gl (Greenland and Longnecker) or indep (none, for comparison).")
    ] = "gl",
    method: Annotated[str, typer.Option(help="fixed or reml.")] = "reml",
    stages: Annotated[int, typer.Option(help="2: a curve for each study, then one of them all.")] = 2,
    at: Annotated[
        str | None, typer.Option(help="The doses wanted, as 4.375,8.75; else those of the table.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """The dose-response curve of a table of dose groups, or of an analysis of the evidence base.

    Columns: id, type (cc, ir, ci), dose, cases, n, logrr, se (empty in the reference row of each study).
    """
    if stages != 2:
        raise InputError(f"--stages is {stages}; the curve is made in 2 stages here, so please leave it out.")
    wanted, bends = doses_from(at, "--at"), doses_from(knots, "--knots")
    if bends and model != "rcs":
        raise InputError(f"--knots are for the rcs model; please leave them out with --model {model}.")
    if is_analysis(studies):
        from ambulando.evidence import recompute
        from ambulando.evidence.dose import dose_response, person_year_knots

        groups = recompute.dose_groups(studies)
        doses = [one.dose for one in groups]
        if model == "rcs" and not bends:
            bends = person_year_knots(doses, [one.n for one in groups])
        found = dose_response(
            groups,
            model=model,
            knots=bends,
            covariance=covariance,
            method=method,
            at=wanted or sorted(set(doses)),
        )
    else:
        from ambulando.evidence import tables

        found = tables.dose_text(
            text_of(Path(studies)),
            studies,
            model=model,
            knots=bends,
            covariance=covariance,
            method=method,
            at=wanted,
        )
    answer(found, json_, lambda: show_dose(studies, found))


def doses_from(text: str | None, option: str) -> tuple[float, ...]:
    """The doses of an option; none when it was left out."""
    from ambulando.evidence.dose import LARGEST_DOSE

    found = numbers_from(text, option)
    if any(one < 0 for one in found):
        raise InputError(f"{option} is '{text}'; a dose is not below zero.")
    if any(one > LARGEST_DOSE for one in found):
        raise InputError(f"{option} is '{text}'; a dose is not above {LARGEST_DOSE:,.0f}.")
    return found


def show_dose(name: str, found: "DoseResponse") -> None:
    bends = f", knots {shown(found.knots)}" if found.knots else ""
    table(
        f"{name}: {found.k} studies, {found.model} model{bends}, {found.method}, I2 {found.i2:.1f}%",
        ("dose", "relative risk", "95% interval"),
        [(point.dose, point.rr, point.ci) for point in found.curve],
    )
    show_left_out(found.excluded)
    if not found.converged:
        print("The spread between studies did not converge; do not use this result.")
