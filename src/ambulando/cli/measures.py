"""Questionnaires."""

from typing import Annotated

import typer

from ambulando.cli.talk import JsonFlag, answer, table

group = typer.Typer(help="Score questionnaires.")


@group.command()
def score(
    instrument: Annotated[str, typer.Argument(help="phq-9, phq-8 ...")],
    answers: Annotated[str, typer.Option(help="The answers in order, as 0,1,2,...; - for one not answered.")],
    json_: JsonFlag = False,
) -> None:
    """What the answers of a questionnaire add up to."""
    from ambulando.measures.scoring import answers_from, score

    result = score(instrument, answers_from(answers))
    keys = ("instrument", "total", "band", "complete", "flags")
    row = {key: getattr(result, key) for key in keys} | {"missing": result.missing}

    def show() -> None:
        if any(flag.startswith("item-9") for flag in result.flags):
            # As in the application: help comes before any total.
            print(
                "Thank you for telling. You do not have to carry such thoughts alone: ambulando safety helplines --country CC"
            )
        table("", keys, [[row[key] for key in keys]])

    answer(row, json_, show)
