"""What exercise does for one person."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ambulando.cli.talk import JsonFlag, answer, table, text_of

group = typer.Typer(help="What exercise does for one person.")


@group.command()
def fit(
    file: Annotated[Path, typer.Argument(help="CSV: date, mood, minutes_<modality> ...")],
    prior: Annotated[str, typer.Option(help="sceptical, central or published")] = "central",
    json_: JsonFlag = False,
) -> None:
    """What exercise does for one person: the evidence as prior, their own days as data, and a grade."""
    from ambulando.response.fit import fit
    from ambulando.response.series import read_csv

    series = read_csv(text_of(file), file.name, today=date.today())  # noqa: DTZ011 - the day of whoever asks
    found = fit(series, prior=prior)

    def show() -> None:
        print(f"Grade {found.grade}, {found.days} days. {found.sentence}")
        keys = (
            "modality",
            "horizon",
            "mean",
            "sd",
            "ci",
            "p_positive",
            "p_matters",
            "prior_mean",
            "prior_sd",
        )
        table("", keys, [[getattr(effect, key) for key in keys] for effect in found.effects])

    answer(found, json_, show)
