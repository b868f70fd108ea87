"""What exercise does for each of many people, from a Parquet file."""

import time
from pathlib import Path
from typing import Annotated

import typer

from ambulando.cli.talk import JsonFlag, answer


def batch(
    file: Annotated[Path, typer.Argument(help="Parquet: a row for each person, lists by day.")],
    out: Annotated[Path, typer.Option(help="Where the answers go, as Parquet.")],
    prior: Annotated[str, typer.Option(help="sceptical, central or published")] = "central",
    threads: Annotated[int | None, typer.Option(min=1, help="Processors at work; all when left out.")] = None,
    json_: JsonFlag = False,
) -> None:
    """What exercise does for each of many people. A run that was stopped goes on where it was."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from ambulando.response.batch import answer_file

    start = time.perf_counter()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("people")
        people = answer_file(
            file, out, prior=prior, threads=threads,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    seconds = time.perf_counter() - start
    found = {"people": people, "out": str(out), "prior": prior, "seconds": seconds}
    answer(found, json_, lambda: print(f"{people} people in {seconds:.1f} seconds, in {out}."))
