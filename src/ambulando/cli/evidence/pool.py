"""A table of studies, pooled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.cli.evidence.group import Studies, group, is_analysis, show_left_out
from ambulando.cli.talk import JsonFlag, answer, table, text_of
from ambulando.ground import InputError

if TYPE_CHECKING:
    from ambulando.evidence.pooling import Pooled


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
