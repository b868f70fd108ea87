"""Bias and influence of a table of studies."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.evidence.given import (
    Continuity,
    Exclude,
    Given,
    Level,
    Measure,
    Method,
    Test,
    document,
    given,
)
from ambulando.cli.evidence.group import Studies, group, show_left_out
from ambulando.cli.evidence.progress import progress
from ambulando.cli.talk import JsonFlag, answer, numbers_from, table
from ambulando.ground import InputError, as_json

if TYPE_CHECKING:
    from ambulando.evidence.checks.influence import Steps
    from ambulando.evidence.checks.together import Bias, GoshSummary


@group.command()
def bias(
    studies: Studies,
    method: Method = "REML",
    test: Test = "hksj",
    level: Level = 0.95,
    measure: Measure = None,
    egger: Annotated[
        str, typer.Option(help="rma (mixed-effects regression) or lm (weighted least squares, as published).")
    ] = "rma",
    estimator: Annotated[str, typer.Option(help="Of trim and fill: L0, R0 or Q0.")] = "L0",
    side: Annotated[str, typer.Option(help="On which studies are missing: left, right or auto.")] = "auto",
    steps: Annotated[str, typer.Option(help="Of the selection model: p values, as 0.025,0.5.")] = "0.025",
    cumulative: Annotated[
        str | None, typer.Option(help="A column of the file, as year: pool as studies came in.")
    ] = None,
    gosh: Annotated[
        bool, typer.Option("--gosh", help="Pool all subsets of the studies, or a sample.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of that sample: the same seed draws the same subsets.")] = 1,
    continuity: Continuity = None,
    exclude: Exclude = None,
    r_code: Annotated[
        bool, typer.Option("--r-code", help="Print the same tests as R code (metafor).")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """Small-study effects, missing studies, and what each study does to the answer.

    Egger, Begg, trim and fill, PET and PEESE, a selection model, fail-safe numbers, leave-one-out, Cook's distance, Baujat; with
    events also Harbord, Peters, Macaskill, Deeks and Schwarzer.
    """
    data = given(studies, measure, continuity, exclude, cumulative)
    if r_code:
        code = _r_code(studies, data, method=method, test=test, level=level)
        answer({"r_code": code}, json_, lambda: print(code, end=""))
        return
    from ambulando.evidence.checks import together as all_tests
    from ambulando.evidence.checks.together import CELLS

    summary = data.table.summary if data.table is not None else {}
    found = all_tests.bias(
        data.yi,
        data.vi,
        method=method,
        test=test,
        level=level,
        measure=data.measure,
        egger=egger,
        estimator=estimator,
        side=side,
        steps=numbers_from(steps, "--steps"),
        counts={cell: summary[cell] for cell in CELLS} if all(cell in summary for cell in CELLS) else None,
        rows=data.rows,
        studies=data.studies,
    )
    whole = document(found, data)
    grown: Steps | None = None
    if cumulative and data.table is not None:
        from ambulando.evidence.checks.influence import cumulative as pooled_in_order

        column = data.table.moderators[cumulative]
        grown = pooled_in_order(
            data.yi, data.vi, order=column, method=method, test=test, level=level, studies=data.studies
        )
        whole["cumulative"] = [
            {**as_json(one), "row": data.rows[one.row - 1], cumulative: column[one.row - 1]}
            for one in grown.steps
        ]
    clouds: GoshSummary | None = None
    if gosh:
        clouds = _gosh(data, method, seed)
        whole["gosh"] = as_json(clouds)
    answer(whole, json_, lambda: _show_bias(studies, found, data, whole["notes"], grown, clouds))


def _gosh(data: Given, method: str, seed: int) -> "GoshSummary":
    import numpy as np

    from ambulando.evidence.checks.gosh import gosh
    from ambulando.evidence.checks.together import summary_of

    with progress("Subsets") as heard:
        found = gosh(
            data.yi,
            data.vi,
            method=method,
            rng=np.random.default_rng(seed),
            studies=data.studies,
            progress=heard,
        )
    return summary_of(found, data.rows)


def _r_code(name: str, data: Given, *, method: str, test: str, level: float) -> str:
    from ambulando.evidence import rcode
    from ambulando.evidence.univariate.pooling import METHODS, TESTS
    from ambulando.evidence.univariate.usable import named

    if data.table is None:
        raise InputError(f"--r-code is for files; {name} is an analysis of the evidence base.")
    columns = dict(data.table.columns)
    if "low" in columns or "se1i" in columns:
        raise InputError(f"There is no R code for {data.table.shape}; with yi and sei in the file there is.")
    if len(data.table.names) == 1:
        columns["slab"] = data.table.names[0]
    return rcode.bias_code(
        name,
        columns=columns,
        measure=data.measure,
        method=named(method, METHODS, "method"),
        test=named(test, TESTS, "test"),
        level=level,
    )


def _show_bias(
    name: str,
    found: "Bias",
    data: Given,
    notes: list[str],
    grown: "Steps | None",
    clouds: "GoshSummary | None",
) -> None:
    rows: list[tuple[Any, ...]] = [("pooled effect", found.estimate, found.ci, found.p, "")]
    if found.egger is not None:
        rows.append(
            (
                f"Egger ({found.egger.model})",
                found.egger.slope,
                "",
                found.egger.p,
                "slope on the standard error",
            )
        )
    if found.begg is not None:
        rows.append(("Begg", found.begg.tau, "", found.begg.p, "Kendall's tau"))
    for test, one in found.binary.items():
        if test == "schwarzer":
            rows.append(
                (
                    test.capitalize(),
                    getattr(one, "tau", None),
                    "",
                    getattr(one, "p_normal", None),
                    "Kendall's tau",
                )
            )
        else:
            rows.append((test.capitalize(), getattr(one, "slope", None), "", one.p, "slope"))
    if (filled := found.trim_and_fill) is not None:
        rows.append(
            (
                f"trim and fill ({filled.estimator})",
                filled.estimate,
                filled.ci,
                filled.p,
                f"{filled.k0} missing on the {filled.side}",
            )
        )
    for part in (found.pet, found.peese):
        if part is not None:
            rows.append((part.name, part.estimate, part.ci, part.p, "effect without sampling error"))
    if (model := found.selection) is not None:
        chances = ", ".join(f"{one.estimate:.3g}" for one in model.weights[1:])
        rows.append(
            (
                "selection model",
                model.estimate,
                model.ci,
                model.p,
                f"relative chance of publication {chances}",
            )
        )
    if (excess := found.excess_significance) is not None:
        rows.append(
            (
                "excess significance",
                excess.significant,
                "",
                excess.p,
                f"significant studies; {excess.expected:.1f} expected",
            )
        )
    for kind, safe in found.fail_safe.items():
        rows.append((f"fail-safe N ({kind.capitalize()})", safe.number, "", None, "studies"))
    table(
        f"{name}: {found.k} studies, {found.measure}, {found.method}, {found.test} test",
        ("", "value", f"{found.level:.0%} interval", "p", ""), rows,
    )  # fmt: skip
    print()
    table(
        "Without each study",
        ("row", "study", "estimate", "Cook", "rstudent", "dffits", "weight %", ""),
        [
            (one.row, one.study, one.estimate_without, one.cook, one.rstudent, one.dffits, one.weight,
             "influential" if one.influential else "")
            for one in found.influence
        ],
    )  # fmt: skip
    if grown is not None:
        print()
        table(
            "As studies came in",
            ("study", "studies", "estimate", f"{grown.level:.0%} interval", "I2 %"),
            [(one.study, one.k, one.estimate, one.ci, one.i2) for one in grown.steps],
        )
    if clouds is not None:
        print()
        table(
            f"{clouds.subsets:,} subsets{'' if clouds.complete else ' (a sample)'}: median effect",
            ("row", "study", "with it", "without it", "I2 with it", "I2 without it"),
            [
                (one.row, one.study, one.with_it, one.without_it, one.i2_with_it, one.i2_without_it)
                for one in clouds.studies
            ],
        )
    if data.table is not None:
        show_left_out(data.table.excluded)
    for note in notes:
        print(note)
