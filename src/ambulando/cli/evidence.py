"""What trials and cohorts say, recomputed from their rows; and a table of studies of your own, pooled the same way."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.cli.talk import JsonFlag, answer, numbers_from, shown, table, text_of
from ambulando.ground import InputError

if TYPE_CHECKING:
    from ambulando.evidence.dose import DoseResponse
    from ambulando.evidence.pool import Excluded, Pooled

group = typer.Typer(help="What trials and cohorts say, recomputed from their rows.")

Studies = Annotated[
    str, typer.Argument(metavar="FILE|ANALYSIS-ID", help="A CSV file, or an analysis of the list.")
]


@group.command("list")
def list_(json_: JsonFlag = False) -> None:
    """The analyses of the evidence base."""
    from ambulando.evidence import base

    keys = ("id", "question", "k", "n", "measure", "status", "certainty")
    rows = [{key: getattr(one, key) for key in keys} for one in base.analyses().values()]
    answer(
        {"version": base.version(), "analyses": rows},
        json_,
        lambda: table(f"Evidence base {base.version()}", keys, [[row[key] for key in keys] for row in rows]),
    )


@group.command()
def reproduce(json_: JsonFlag = False) -> None:
    """Published beside recomputed, for every analysis that can be recomputed. Exits 1 when one is outside its tolerance."""
    from ambulando.evidence import base
    from ambulando.evidence.reproduce import reproduce

    rows = reproduce()
    names = ("id", "quantity", "published", "recomputed", "difference", "tolerance", "holds")

    def show() -> None:
        table(
            f"Evidence base {base.version()}", names, [[getattr(row, name) for name in names] for row in rows]
        )
        held = sum(row.holds for row in rows)
        print(f"{held} of {len(rows)} figures agree with what was published, within the stated tolerance.")

    answer({"version": base.version(), "rows": rows}, json_, show)
    if not all(row.holds for row in rows):
        raise typer.Exit(1)


@group.command()
def pool(
    studies: Studies,
    method: Annotated[
        str | None, typer.Option(help="REML, DL, PM, ML or EE. A file: REML; an analysis: as its source, DL.")
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="z, t, hksj or adhoc. A file: hksj; an analysis: as its source, z.")
    ] = None,
    level: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    measure: Annotated[
        str | None, typer.Option(help="Of a file: SMD, MD, RR, OR, HR; what its columns give if left out.")
    ] = None,
    continuity: Annotated[
        str | None,
        typer.Option(help="Of a file with zero cells: only-zero, no-events, if-any-all, all, none."),
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """The pooled effect of a table of studies, or of an analysis of the evidence base.

    Columns: yi with vi or sei; m1i, sd1i, n1i, m2i, sd2i, n2i; ai, bi, ci, di; or ai, n1i, ci, n2i; names in slab.
    """
    if is_analysis(studies):
        from ambulando.evidence import recompute

        if measure or continuity:
            raise InputError(
                f"--measure and --continuity are for files; {studies} is pooled from the rows of its source."
            )
        found = recompute.pooled(studies, method=method or "DL", test=test or "z", level=level)
    else:
        from ambulando.evidence import tables

        found = tables.pool_text(
            text_of(Path(studies)),
            studies,
            measure=measure,
            method=method or "REML",
            test=test or "hksj",
            level=level,
            continuity=continuity or "only-zero",
        )
    answer(found, json_, lambda: show_pooled(studies, found))


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


def is_analysis(name: str) -> bool:
    """Whether an analysis is meant; a file of that name comes first. Raises InputError when there is neither."""
    from ambulando.evidence import base

    if os.path.exists(name):  # noqa: PTH110 - unlike a Path it takes any name
        return False
    if name in base.analyses():
        return True
    if "." in name or "/" in name:
        raise InputError(f"There is no file {name}.")
    raise InputError(
        f"There is no file {name}, and no analysis of that name; 'ambulando evidence list' shows the analyses."
    )


def show_pooled(name: str, found: "Pooled") -> None:
    rows = [
        ("estimate", found.estimate), (f"{found.level:.0%} interval", found.ci), ("prediction interval", found.pi),
        ("standard error", found.se), ("p", found.p), ("tau2", found.tau2), ("tau2 interval", found.tau2_ci),
        ("Q", found.q), ("df of Q", found.q_df), ("p of Q", found.q_p), ("I2 (%)", found.i2), ("H2", found.h2),
    ]  # fmt: skip
    if found.estimate_exp is not None:
        rows += [(f"{found.measure}", found.estimate_exp), (f"{found.measure} interval", found.ci_exp)]
    scale = found.measure if found.estimate_exp is None else f"log {found.measure}"
    table(f"{name}: {found.k} studies, {scale}, {found.method}, {found.test} test", ("", ""), rows)
    show_left_out(found.excluded)
    for note in found.notes:
        print(note)


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


def show_left_out(rows: "tuple[Excluded, ...]") -> None:
    for one in rows:
        print(f"Left out: {one.study} (row {one.row}), {one.reason}.")
