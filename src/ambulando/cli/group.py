"""A group trial: several people's comparisons, pooled."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ambulando.cli.talk import JsonFlag, answer, table, text_of
from ambulando.ground import InputError


def group_trial(
    file: Annotated[
        Path, typer.Argument(help="CSV: person, date, option, mood, optional block, morning, done")
    ],
    target: Annotated[str, typer.Option(help="mood, energy, stress or sleep")] = "mood",
    options: Annotated[str | None, typer.Option(help="the two to compare, as walking,yoga")] = None,
    json_: JsonFlag = False,
) -> None:
    """The same comparison by several people: the group's answer, and each person seen beside the group."""
    from ambulando.response.group import pooled
    from ambulando.response.group_csv import read_group

    read = read_group(
        text_of(file),
        file.name,
        target=target,
        options=_two(options),
        today=date.today(),  # noqa: DTZ011 - the day of whoever asks
    )
    found = pooled(read.members, read.options, target=target)

    def show() -> None:
        first, second = found.options
        print(f"{first} minus {second}: {found.people} people, {found.blocks} blocks. {found.sentence}")
        if found.estimate is not None:
            keys = ("estimate", "se", "ci", "pi", "sigma2")
            rows = [[key, getattr(found, key)] for key in keys]
            table(
                "", ("", ""), [*rows, ["cluster-robust interval", found.robust.ci if found.robust else None]]
            )
            print(found.spread)
        columns = ("person", "blocks", "raw", "raw_ci", "shrunk", "shrunk_ci")
        table("", columns, [[getattr(one, key) for key in columns] for one in found.members])

    answer(found, json_, show)


def _two(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2 or not all(names):
        raise InputError(
            f"--options is '{text}'; please give two with a comma between them, as walking,yoga."
        )
    return names[0], names[1]
