"""Ordinary use as a micro-randomised trial: its decisions as a file, and the effect of one option in such a file."""

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from ambulando.cli.server import django
from ambulando.cli.talk import JsonFlag, answer, table, text_of
from ambulando.ground import InputError


def decisions(
    out: Annotated[Path, typer.Option(help="the CSV file to write; it must not be there yet")],
    json_: JsonFlag = False,
) -> None:
    """For operators: what was drawn for the people who agreed to it, and what came of it; no name, no date."""
    if out.exists():
        raise InputError(f"{out} is there already; please name a new file.")
    django()
    from django.db import OperationalError

    from ambulando.web.plans.decisions import COLUMNS, rows

    try:
        found = list(rows())
    except OperationalError:
        raise InputError(
            "There is no database here yet, or it is older than this version; 'ambulando serve' makes it ready."
        ) from None
    if not found:
        raise InputError(
            "Nobody here has decisions and agrees that they are studied, so there is no file to write."
        )
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    try:
        with out.open("x", encoding="utf-8") as file:
            out.chmod(0o600)  # for its owner alone
            file.write(text.getvalue())
    except OSError as error:
        raise InputError(f"The file {out} can not be written ({error.strerror}).") from None
    people = len({row["person"] for row in found})
    wrote = {"file": str(out), "people": people, "decisions": len(found)}
    answer(wrote, json_, lambda: print(f"{len(found)} decisions of {people} people are in {out}."))


def excursion(
    file: Annotated[Path, typer.Argument(help="CSV of decisions, as 'response decisions' writes it")],
    treatment: Annotated[str, typer.Option(help="an activity or a modality, such as easy-walk or walking")],
    outcome: Annotated[str, typer.Option(help="a column: done, mood ...")] = "done",
    moderators: Annotated[
        str | None, typer.Option(help="columns known before, as draws_before,days_ahead")
    ] = None,
    controls: Annotated[str | None, typer.Option(help="columns known before that sharpen the answer")] = None,
    kind: Annotated[str, typer.Option(help="activity, or swap for what the person asked for")] = "activity",
    relative: Annotated[
        bool, typer.Option("--relative", help="the log of a ratio, for an outcome of 0 and 1")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """What drawing an option, and not another one that was possible, did at once: the causal excursion effect."""
    from ambulando.response.decisions import draws_of, known_before, read
    from ambulando.response.excursion import excursion

    rows, draws = draws_of(read(text_of(file), file.name), treatment, outcome, kind=kind)
    found = excursion(
        draws,
        moderators=known_before(rows, _names(moderators)),
        controls=known_before(rows, _names(controls)),
        relative=relative,
    )

    def show() -> None:
        people = "1 person" if found.people == 1 else f"{found.people} people"
        print(f"{treatment} on {outcome}, as a {found.scale}. Errors {found.errors}.")
        print(
            f"{people}, {found.decisions} decisions, {found.available} with a draw, {found.used} with an outcome."
        )
        keys = ("name", "estimate", "se", "ci", "df", "p")
        table("", keys, [[getattr(one, key) for key in keys] for one in found.coefficients])

    answer(found, json_, show)


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()] if text else []
