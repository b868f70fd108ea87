"""A table of dose groups, as a curve."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.cli.evidence.group import Studies, group, is_analysis, show_left_out
from ambulando.cli.talk import JsonFlag, answer, numbers_from, shown, table, text_of
from ambulando.ground import InputError, as_json

if TYPE_CHECKING:
    from ambulando.evidence.dose import DoseResponse

COVARIANCES = (
    "gl (Greenland and Longnecker), hamling, hamling-strict, hamling-or-gl or indep (none). A file: gl; an analysis: as its"
    " source, hamling."
)


@group.command()
def dose(
    studies: Studies,
    model: Annotated[str, typer.Option(help="linear, quadratic or rcs (restricted cubic spline).")] = "rcs",
    knots: Annotated[
        str | None,
        typer.Option(
            help="Of the spline: doses, as 0,8.75,17.5; or how many (3 to 7), at quantiles of the doses."
        ),
    ] = None,
    covariance: Annotated[str | None, typer.Option(help=COVARIANCES)] = None,
    method: Annotated[
        str, typer.Option(help="fixed, ml, reml, mm (moments) or vc (variance components).")
    ] = "reml",
    stages: Annotated[
        int, typer.Option(help="2: a curve for each study, then one of them all; 1: one model of all groups.")
    ] = 2,
    at: Annotated[
        str | None, typer.Option(help="The doses wanted, as 4.375,8.75; else those of the table.")
    ] = None,
    reference: Annotated[
        float | None, typer.Option(help="The dose that the curve is compared with; else the lowest.")
    ] = None,
    type_: Annotated[
        str | None,
        typer.Option("--type", help="Of a file without that column: cc, ir or ci for all studies."),
    ] = None,
    measure: Annotated[str | None, typer.Option(help="Of a file of scores: MD or SMD.")] = None,
    level: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    r_code: Annotated[
        bool, typer.Option("--r-code", help="Print the same analysis as R code instead.")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """The dose-response curve of a table of dose groups, or of an analysis of the evidence base.

    Columns: id, type (cc, ir, ci), dose, cases, n, logrr, se (empty in the reference row of each study); a ratio (adjrr, rr)
    may stand for logrr, and its limits (lb, ub) for se. Scores by dose: id, dose, y, sd, n.
    """
    wanted = doses_from(at, "--at")
    bends = doses_from(knots, "--knots")
    if bends and model != "rcs":
        raise InputError(f"--knots are for the rcs model; please leave them out with --model {model}.")
    if reference is not None:
        doses_from(str(reference), "--reference")
    if is_analysis(studies):
        if type_ or measure or r_code:
            raise InputError(
                f"--type, --measure and --r-code are for files; {studies} is pooled from the rows of its source."
            )
        found = of_analysis(
            studies,
            model=model,
            bends=bends,
            covariance=covariance or "hamling",
            method=method,
            stages=stages,
            at=wanted,
            reference=reference,
            level=level,
        )
    else:
        from ambulando.evidence.dose import dose_text

        text = text_of(Path(studies))
        found = dose_text(
            text,
            studies,
            kind=type_,
            measure=measure,
            model=model,
            knots=number_of_knots(bends) or bends or 3,
            covariance=covariance,
            method=method,
            at=wanted,
            reference=reference,
            stages=stages,
            level=level,
        )
        if r_code:
            code = code_of(studies, text, found)
            answer({**as_json(found), "r_code": code}, json_, lambda: print(code, end=""))
            return
    answer(found, json_, lambda: show_dose(studies, found))


def of_analysis(
    name: str,
    *,
    model: str,
    bends: tuple[float, ...],
    covariance: str,
    method: str,
    stages: int,
    at: tuple[float, ...],
    reference: float | None,
    level: float,
) -> "DoseResponse":
    """The curve of an analysis of the evidence base: knots by person-years and against no activity, unless asked otherwise."""
    from ambulando.evidence import recompute
    from ambulando.evidence.dose import dose_response

    groups = recompute.dose_groups(name)
    knots: tuple[float, ...] | int = number_of_knots(bends) or bends
    if model == "rcs" and not bends:
        knots = recompute.dose_knots(name)
    return dose_response(
        groups,
        model=model,
        knots=knots,
        covariance=covariance,
        method=method,
        stages=stages,
        at=at or sorted({one.dose for one in groups}),
        reference=0.0 if reference is None else reference,
        level=level,
    )


def doses_from(text: str | None, option: str) -> tuple[float, ...]:
    """The doses of an option; none when it was left out."""
    from ambulando.evidence.dose import LARGEST_DOSE

    found = numbers_from(text, option)
    if any(one < 0 for one in found):
        raise InputError(f"{option} is '{text}'; a dose is not below zero.")
    if any(one > LARGEST_DOSE for one in found):
        raise InputError(f"{option} is '{text}'; a dose is not above {LARGEST_DOSE:,.0f}.")
    return found


def number_of_knots(bends: Sequence[float]) -> int | None:
    """One whole number alone says how many knots, since a spline has three or more."""
    return int(bends[0]) if len(bends) == 1 and bends[0] == int(bends[0]) else None


def code_of(file: str, text: str, found: "DoseResponse") -> str:
    """R code that makes the same curve with dosresmeta. Raises InputError where that has no such analysis."""
    from ambulando.evidence import rcode
    from ambulando.ground import rows_of

    names = ("id", "type", "dose", "cases", "n", "logrr", "se")
    columns = rows_of(text, where=file)[0]
    lacking = [name for name in names if name not in columns]
    if lacking or found.measure != "RR":
        raise InputError(
            f"--r-code needs a file with the columns {', '.join(names)}; {file} has no {' and no '.join(lacking or names)}."
        )
    if found.covariance not in ("gl", "hamling", "indep"):
        raise InputError(f"R has no covariance {found.covariance}; take gl, hamling or indep with --r-code.")
    return rcode.dose_code(
        file,
        columns={name: name for name in names},
        model=found.model,
        knots=found.knots,
        covariance=found.covariance,
        method=found.method,
        stages=found.stages,
        at=[point.dose for point in found.curve],
    )


def show_dose(name: str, found: "DoseResponse") -> None:
    from ambulando.evidence.dose import CurvePoint

    bends = f", knots {shown(found.knots)}" if found.knots else ""
    table(
        f"{name}: {found.k} {'study' if found.k == 1 else 'studies'}, {found.model} model{bends}, covariance {found.covariance}, {found.method},"
        f" {'two stages' if found.stages == 2 else 'one stage'}",
        (
            "dose",
            f"{'relative risk' if found.measure == 'RR' else found.measure} against {shown(found.reference)}",
            f"{found.level:.0%} interval",
        ),
        [
            (point.dose, point.rr if isinstance(point, CurvePoint) else point.difference, point.ci)
            for point in found.curve
        ],
    )
    tests = [("any trend", found.trend)] + ([("a bend", found.curvature)] if found.curvature else [])
    table(
        "",
        ("test", "statistic", "df", "p"),
        [(words, one.statistic, one.df, one.p) for words, one in tests]
        + [("differences between studies (Q)", found.q, found.q_df, found.q_p)],
    )
    print(f"I2 {found.i2:.1f}%.")
    show_left_out(found.excluded)
    for note in found.notes:
        print(note)
