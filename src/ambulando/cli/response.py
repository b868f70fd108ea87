"""What exercise does for one person."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ambulando.cli.batch import batch
from ambulando.cli.comparisons import analyse, design
from ambulando.cli.excursion import decisions, excursion
from ambulando.cli.group import group_trial
from ambulando.cli.talk import JsonFlag, answer, table, text_of
from ambulando.ground import as_json

group = typer.Typer(help="What exercise does for one person.")


@group.command()
def fit(
    file: Annotated[Path, typer.Argument(help="CSV: date, mood, minutes_<modality> ...")],
    prior: Annotated[str, typer.Option(help="sceptical, central or published")] = "central",
    target: Annotated[str, typer.Option(help="mood, energy, sleep or stress")] = "mood",
    with_sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Also what would change it.")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """What exercise does for one person: the evidence as prior, their own days as data, and a grade."""
    from ambulando.response.fit import fit
    from ambulando.response.sensitivity import sensitivity
    from ambulando.response.series import read_csv

    series = read_csv(text_of(file), file.name, today=date.today())  # noqa: DTZ011 - the day of whoever asks
    found = fit(series, target=target, prior=prior)
    leans = sensitivity(series, target=target, prior=prior) if with_sensitivity else None

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
        if leans is not None:
            table("What the same-day answer leans on", ("", ""), list(as_json(leans).items()))

    answer({**as_json(found), "sensitivity": leans} if leans is not None else found, json_, show)


group.command()(design)
group.command()(analyse)
group.command("group")(group_trial)
group.command()(decisions)
group.command()(excursion)
group.command()(batch)
