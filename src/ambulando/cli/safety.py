"""What is not for a person, and where help is."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ambulando.cli.talk import JsonFlag, answer, json_of, table
from ambulando.ground import as_json

group = typer.Typer(help="What is not for a person, and where help is.")


@group.command()
def screen(file: Annotated[Path, typer.Argument(help="A profile as JSON.")], json_: JsonFlag = False) -> None:
    """Limits and notes for a profile, each with its rule and source."""
    from ambulando.safety.profile import profile_from
    from ambulando.safety.screen import screen

    found = screen(profile_from(json_of(file)))
    rows = [
        {"rule": one.rule, "effect": one.effect, "reason": str(one.reason), "source": one.source}
        for one in found.constraints
    ]
    keys = ("rule", "effect", "reason", "source")
    answer(
        {"outcome": found.outcome, "constraints": rows, "limits": found.limits},
        json_,
        lambda: table(f"Outcome: {found.outcome}", keys, [[row[key] for key in keys] for row in rows]),
    )


@group.command()
def helplines(
    country: Annotated[str, typer.Option(help="Two letters, such as NZ.")], json_: JsonFlag = False
) -> None:
    """Where help is in a country: numbers as dialled, with source and date."""
    from ambulando.safety.helplines import helplines

    found = helplines(country, today=date.today())  # noqa: DTZ011 - the day of whoever asks
    keys = ("name", "dial", "text", "hours", "source", "verified")
    rows = [{key: as_json(getattr(line, key)) for key in keys} for line in found.lines]

    def show() -> None:
        if found.lead_with_fallback:
            print(
                f"The numbers below were checked long ago or are few; please look at {found.fallback} first."
            )
        table(f"Emergency: {found.emergency}", keys, [[row[key] for key in keys] for row in rows])
        print(f"In most countries: {found.fallback}")

    answer(
        {
            "country": found.country,
            "lines": rows,
            "emergency": found.emergency,
            "fallback": found.fallback,
            "lead_with_fallback": found.lead_with_fallback,
        },
        json_,
        show,
    )
