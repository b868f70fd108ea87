"""Questionnaires: what there is, what answers add up to, what a change may be called, and packs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ambulando.cli.talk import JsonFlag, answer, table, text_of
from ambulando.measures.shape import Instrument

group = typer.Typer(help="Questionnaires: scores, change, and packs of your own.")

Which = Annotated[str, typer.Argument(help="phq-9, phq-8 ...; 'measures list' names them.")]


@group.command("list")
def list_(json_: JsonFlag = False) -> None:
    """The instruments that are here: those of the program and the packs that were added."""
    from ambulando.measures.instruments import instruments, packaged, refused_packs

    facts = (
        "id",
        "name",
        "group",
        "scoring",
        "lowest",
        "highest",
        "every_days",
        "translate",
        "licence",
        "source",
    )
    rows = [
        {key: getattr(one, key) for key in facts}
        | {"items": len(one.items), "pack": one.id not in packaged()}
        for one in instruments().values()
    ]
    refused = refused_packs()

    def show() -> None:
        columns = ("id", "group", "items", "scoring", "lowest", "highest", "pack")
        table("", columns, [[row[key] for key in columns] for row in rows])
        for sentence in refused:
            print(f"Left out: {sentence}")

    answer({"instruments": rows, "refused": refused}, json_, show)


@group.command()
def show(instrument: Which, json_: JsonFlag = False) -> None:
    """The items, answers, bands, licence and source of one instrument."""
    from ambulando.measures import instruments

    form = instruments.instrument(instrument)
    answer(as_row(form), json_, lambda: describe(form))


@group.command()
def score(
    instrument: Which,
    answers: Annotated[str, typer.Option(help="The answers in order, as 0,1,2,...; - for one not answered.")],
    json_: JsonFlag = False,
) -> None:
    """What the answers of a questionnaire add up to."""
    from ambulando.measures.scoring import answers_from, score

    result = score(instrument, answers_from(answers))
    keys = ("instrument", "total", "band", "complete", "flags", "missing", "chosen")
    row = {key: getattr(result, key) for key in keys}

    def show() -> None:
        if any(flag.startswith("item-9") for flag in result.flags):
            # As in the application: help comes before any total.
            print(
                "Thank you for telling. You do not have to carry such thoughts alone: ambulando safety helplines --country CC"
            )
        columns = ("instrument", "chosen") if result.chosen else keys[:5]
        table("", columns, [[row[key] for key in columns]])

    answer(row, json_, show)


@group.command()
def change(
    instrument: Which,
    before: Annotated[float, typer.Option(help="The earlier total.")],
    after: Annotated[float, typer.Option(help="The later total.")],
    clinician: Annotated[
        bool, typer.Option("--clinician", help="Add reliable change, response and remission.")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """What the change from one total to a later one may be called."""
    from ambulando.measures.change import change, for_clinicians

    totals = (plain(before), plain(after))
    result = change(instrument, *totals)
    row: dict[str, Any] = {"instrument": instrument, "before": totals[0], "after": totals[1]}
    row |= {key: getattr(result, key) for key in ("points", "kind", "noticed", "sentence", "source")}
    marks = for_clinicians(instrument, *totals) if clinician else None
    if marks:
        row["clinician"] = {
            key: getattr(marks, key) for key in ("reliable", "response", "remission", "sources")
        }

    def show() -> None:
        print(result.sentence)
        if marks:
            names = ("reliable", "response", "remission")
            table("", names, [[getattr(marks, name) for name in names]])
            print(*marks.sources, sep="\n")

    answer(row, json_, show)


@group.command()
def add(
    file: Annotated[Path, typer.Argument(help="An instrument file (TOML), such as packs/who-5/who-5.toml.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Copy it; without this it is only checked and shown.")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """Check an instrument of your own, show it with its licence, and add it with --yes."""
    from ambulando.measures.instruments import pack_of, packs_place

    text = text_of(file)
    form = pack_of(text, where=str(file))
    target = packs_place() / f"{form.id}.toml"
    if yes:
        copy(text, target)
    row = as_row(form) | {"file": str(target), "written": yes}

    def show() -> None:
        describe(form)
        print(f"Written to {target}." if yes else f"Nothing is written. With --yes it is copied to {target}.")

    answer(row, json_, show)


def copy(text: str, target: Path) -> None:
    """Put a pack into its place, whole or not at all. Raises InputError where that is not possible."""
    from ambulando.ground import InputError

    aside = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, "utf-8")
        aside.replace(target)
    except OSError as error:
        raise InputError(f"{target} can not be written ({error.strerror}).") from None


def plain(total: float) -> int | float:
    """A whole total as a whole number, as every instrument but one that takes a mean needs it."""
    return int(total) if total.is_integer() else total


def as_row(form: Instrument) -> dict[str, Any]:
    from ambulando.ground import as_json

    return {**as_json(form), "lowest": form.lowest, "highest": form.highest}


def describe(form: Instrument) -> None:
    print(f"{form.id}: {form.title}. {form.lead}")
    asked = [*form.items, *form.extras]
    rows = [
        [
            item.id,
            item.text,
            "; ".join(f"{one.score} {one.text}" for one in item.answers)
            or f"{item.low} to {item.high} {item.unit or ''}",
            "" if item in form.items else "not scored",
        ]
        for item in asked
    ]
    table("", ("item", "question", "answers", ""), rows)
    if form.scoring != "choose":
        print(f"Score: {form.scoring}, {form.lowest} to {form.highest} {form.unit or 'points'}.")
    for band in form.bands:
        print(f"{band.low} to {band.high}: {band.label}")
    print(f"Licence: {form.licence}\nTranslations: {'allowed' if form.translate else 'none'}.")
    print(f"Copyright: {form.copyright}\nSource: {form.source} ({form.certainty}, read on {form.seen}).")
