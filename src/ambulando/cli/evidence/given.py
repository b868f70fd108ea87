"""The studies that a command of bias, Bayes or monitoring is given, and what it prints of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.evidence.group import is_analysis
from ambulando.cli.talk import text_of
from ambulando.ground import InputError, as_json

if TYPE_CHECKING:
    from ambulando.evidence.tables import Studies as Table

#: What the parts of an answer repeat of the whole.
REPEATED = ("studies", "versions", "data_hash", "excluded", "converged")

Method = Annotated[str, typer.Option(help="REML, DL, PM, ML, EB, SJ, HE, HS or EE.")]
Test = Annotated[str, typer.Option(help="Of the pooled effects: z, t, hksj or adhoc.")]
Level = Annotated[float, typer.Option(help="Of the intervals.")]
Measure = Annotated[
    str | None,
    typer.Option(help="Of a file: SMD, MD, RR, OR, HR, GEN ...; what its columns give if left out."),
]
Continuity = Annotated[
    str | None, typer.Option(help="Of a file with zero cells: only-zero, no-events, if-any-all, all, none.")
]
Exclude = Annotated[str | None, typer.Option(help="Studies of a file to leave out, as 'One 2001,Two 2002'.")]


@dataclass(frozen=True)
class Given:
    """The studies of a file or an analysis: effects, variances, names, rows of the file, and the table where there is one."""

    yi: Sequence[float]
    vi: Sequence[float]
    studies: tuple[str, ...]
    rows: tuple[int, ...]
    measure: str
    table: "Table | None"


def given(
    name: str, measure: str | None, continuity: str | None, exclude: str | None, column: str | None = None
) -> Given:
    """What is to be examined; ``column`` of the file is wanted with it. Raises InputError."""
    if is_analysis(name):
        if measure or continuity or exclude or column:
            raise InputError(
                f"Options such as --measure are for files; {name} is read from the rows of its source."
            )
        from ambulando.evidence import recompute

        found = recompute.pooled(name)
        return Given(found.yi, found.vi, found.studies, tuple(range(1, found.k + 1)), found.measure, None)
    from ambulando.evidence import tables

    studies = tables.read(
        text_of(Path(name)),
        name,
        measure=measure,
        continuity=continuity,
        moderators=(column,) if column else (),
        exclude=(exclude,) if exclude else (),
    )
    tables.usable(studies, name)
    return Given(studies.yi, studies.vi, studies.studies, studies.rows, studies.measure, studies)


def document(found: Any, data: Given) -> dict[str, Any]:
    """An answer as JSON, with what the table left out and noted; its parts do not repeat what the whole says."""
    whole: dict[str, Any] = as_json(found)
    for key, part in whole.items():
        whole[key] = _shortened(part)
    if data.table is not None:
        whole["excluded"] = as_json(data.table.excluded)
        whole["notes"] = [*data.table.notes, *whole["notes"]]
        whole["options"] = whole["options"] | as_json(data.table.options)
    return whole


def _shortened(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    if set(REPEATED) <= set(part):
        part = {key: value for key, value in part.items() if key not in REPEATED}
    return {key: _shortened(value) for key, value in part.items()}
