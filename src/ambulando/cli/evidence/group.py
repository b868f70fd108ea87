"""The group of evidence commands, and what several of them share."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.ground import InputError

if TYPE_CHECKING:
    from ambulando.evidence.results import Excluded

group = typer.Typer(help="What trials and cohorts say, recomputed from their rows.")

Studies = Annotated[
    str, typer.Argument(metavar="FILE|ANALYSIS-ID", help="A CSV file, or an analysis of the list.")
]


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


def show_left_out(rows: "tuple[Excluded, ...]") -> None:
    for one in rows:
        print(f"Left out: {one.study} (row {one.row}), {one.reason}.")
