"""What the evidence base holds: its analyses, its declared tables, and whether it can be computed again."""

from pathlib import Path
from typing import Annotated

import typer

from ambulando.cli.evidence.group import group
from ambulando.cli.talk import JsonFlag, answer, table

Base = Annotated[
    Path | None,
    typer.Option(
        "--base",
        help="The folder of your own evidence rows; else AMBULANDO_EVIDENCE, or evidence/ in the data folder.",
    ),
]


def use(folder: Path | None) -> None:
    """Read and write local rows in ``folder`` for the rest of this run, as if AMBULANDO_EVIDENCE named it."""
    if folder is not None:
        import os

        from ambulando.evidence import base, place

        os.environ[place.VARIABLE] = str(folder)
        base.forget()


@group.command("list")
def list_(base_: Base = None, json_: JsonFlag = False) -> None:
    """The analyses of the evidence base; k and n count the studies that were added here."""
    use(base_)
    from ambulando.evidence import base

    keys = ("id", "question", "k", "n", "measure", "status", "certainty")
    rows = [{key: getattr(one, key) for key in (*keys, "added")} for one in base.analyses().values()]
    everything: list[base.AnyRow] = [
        *base.contrasts(), *base.event_contrasts(), *base.effect_contrasts(), *base.dose_rows()
    ]  # fmt: skip
    local = [
        {
            "id": row.id,
            "analysis": row.analysis,
            "study": row.study,
            "date": row.date,
            "reference": row.reference,
        }
        for row in everything
        if row.id in base.local_ids()
    ]

    def show() -> None:
        table(f"Evidence base {base.version()}", keys, [[row[key] for key in keys] for row in rows])
        if local:
            names = ("id", "analysis", "study", "date")
            table("Added here:", names, [[row[name] for name in names] for row in local])

    answer({"version": base.version(), "analyses": rows, "added": local}, json_, show)


@group.command()
def reproduce(json_: JsonFlag = False) -> None:
    """Published beside recomputed, for every analysis that can be recomputed. Exits 1 when one is outside its tolerance."""
    from ambulando.evidence import base
    from ambulando.evidence.reproduce import reproduce

    rows = reproduce()
    names = ("id", "quantity", "published", "recomputed", "difference", "tolerance", "holds")

    def show() -> None:
        table(
            f"Evidence base {base.version()}", names, [[getattr(row, name) for name in names] for row in rows]
        )
        held = sum(row.holds for row in rows)
        print(f"{held} of {len(rows)} figures agree with what was published, within the stated tolerance.")

    answer({"version": base.version(), "rows": rows}, json_, show)
    if not all(row.holds for row in rows):
        raise typer.Exit(1)


@group.command("schema")
def schema_(
    name: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="One table; all of them if left out.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """The tables of the evidence base and their columns: types, ranges, allowed values, what refers to what."""
    from ambulando.evidence import base, schema

    chosen = [schema.table(name)] if name else list(schema.tables().values())

    def show() -> None:
        if name is None:
            table(
                f"Evidence base {base.version()}", ("table", "holds", "own rows"),
                [[one.name, one.about, "yes" if one.local else ""] for one in chosen],
            )  # fmt: skip
            return
        columns = [[one.name, one.type, rule(one), one.about] for one in chosen[0].columns]
        table(f"{chosen[0].file}: {chosen[0].about}", ("column", "type", "rule", "meaning"), columns)

    def rule(one: schema.Column) -> str:
        said = ["may be empty"] if one.optional else []
        if one.choices:
            said.append(" | ".join(one.choices))
        for word, bound in (("at least", one.least), ("at most", one.most), ("above", one.above)):
            if bound is not None:
                said.append(f"{word} {bound:g}")
        if one.refers:
            said.append(f"in {one.refers}")
        return "; ".join(said)

    answer(
        {"version": base.version(), "tables": [{**vars(one), "file": one.file} for one in chosen]},
        json_,
        show,
    )
