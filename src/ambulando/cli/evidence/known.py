"""What the evidence base holds, and whether it can be computed again."""

import typer

from ambulando.cli.evidence.group import group
from ambulando.cli.talk import JsonFlag, answer, table


@group.command("list")
def list_(json_: JsonFlag = False) -> None:
    """The analyses of the evidence base."""
    from ambulando.evidence import base

    keys = ("id", "question", "k", "n", "measure", "status", "certainty")
    rows = [{key: getattr(one, key) for key in keys} for one in base.analyses().values()]
    answer(
        {"version": base.version(), "analyses": rows},
        json_,
        lambda: table(f"Evidence base {base.version()}", keys, [[row[key] for key in keys] for row in rows]),
    )


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
