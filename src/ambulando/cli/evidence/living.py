"""Studies that an installation adds to the evidence base, and the formats in which they come and go."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.cli.evidence.group import group, show_left_out
from ambulando.cli.evidence.known import Base, use
from ambulando.cli.talk import JsonFlag, answer, shown, table
from ambulando.ground import InputError

if TYPE_CHECKING:
    from ambulando.evidence.living import Answer, Change, Proposal, Removal

File = Annotated[Path, typer.Argument(metavar="FILE", help="A table, an RM5 file or a Metapsy file.")]
Format = Annotated[str, typer.Option("--format", help="auto, metapsy, revman or generic.")]
Outcome = Annotated[
    str | None, typer.Option(help="Of a file with several outcomes, the id of the one that is meant.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Write it. Without it, nothing is changed.")]


@group.command()
def add(
    file: File,
    analysis: Annotated[
        str | None, typer.Option(help="The analysis that the studies belong to; 'evidence list' shows them.")
    ] = None,
    outcome: Outcome = None,
    format_: Format = "auto",
    source: Annotated[
        str | None,
        typer.Option(help="Where the studies are published: a citation, or the id of a reference."),
    ] = None,
    yes: Yes = False,
    base_: Base = None,
    json_: JsonFlag = False,
) -> None:
    """Check new studies, and show what the pooled answers were and become. Writes them only with --yes.

    They are kept in a folder of this installation, beside the packaged evidence. 'evidence remove' takes them out.
    """
    use(base_)
    from ambulando.evidence import living

    found = living.add(
        file,
        today=datetime.now().astimezone().date(),
        analysis=analysis,
        outcome=outcome,
        form=format_,
        source=source,
        write=yes,
    )
    answer(found, json_, lambda: show_added(found))


@group.command()
def remove(
    row: Annotated[str, typer.Argument(metavar="ROW-ID", help="A row that was added here, or its study.")],
    yes: Yes = False,
    base_: Base = None,
    json_: JsonFlag = False,
) -> None:
    """Take out a row that was added here; rows of the program stay. Writes only with --yes."""
    use(base_)
    from ambulando.evidence import living

    found = living.remove(row, write=yes)
    answer(found, json_, lambda: show_removed(found))


@group.command()
def convert(
    file: File,
    to: Annotated[str, typer.Option(help="csv (the columns of 'evidence pool') or json.")] = "csv",
    outcome: Outcome = None,
    format_: Format = "auto",
    out: Annotated[Path | None, typer.Option(help="Write here; else it is printed.")] = None,
    json_: JsonFlag = False,
) -> None:
    """Studies in the format of Metapsy, RevMan 5 (RM5) or RevMan Web (data rows), as a table that 'evidence pool' reads."""
    import json

    from ambulando.evidence import formats
    from ambulando.ground import as_json

    if to not in ("csv", "json"):
        raise InputError(f"--to is {to!r}; it is csv or json.")
    found = formats.read(file, form=format_)
    if json_ or to == "json":
        chosen = found if outcome is None else [found.outcome(outcome)]
        text = json.dumps(as_json(chosen), allow_nan=False, indent=None if out is None else 1) + "\n"
    else:
        text = formats.as_csv(found.outcome(outcome))
    if out is None:
        print(text, end="")
    else:
        kept(out, text)
        print(f"{out} is written.")
    if to == "csv" and not json_:
        import sys

        for one in found.excluded:
            print(f"Left out: {one.study} (row {one.row}), {one.reason}.", file=sys.stderr)
        for note in found.notes:
            print(note, file=sys.stderr)


@group.command()
def export(
    out: Annotated[Path, typer.Option(help="A folder for the tables of the base, or a file.")],
    analysis: Annotated[str | None, typer.Option(help="Only this analysis, with its effect sizes.")] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="csv or json; else as the name of the file says.")
    ] = None,
    base_: Base = None,
    json_: JsonFlag = False,
) -> None:
    """The evidence base with its version, sources and statuses, or one analysis in the columns of 'evidence pool'."""
    use(base_)
    import json

    from ambulando.evidence import base, export
    from ambulando.evidence.additions import named
    from ambulando.ground import as_json

    form = format_ or ("json" if out.suffix == ".json" else "csv")
    if form not in ("csv", "json"):
        raise InputError(f"--format is {form!r}; it is csv or json.")
    if analysis is not None:
        one = named(analysis, "there are rows of")
        rows = export.rows_of_analysis(analysis)
        text = export.plain_csv(rows)
        if form == "json":
            text = (
                json.dumps({"version": base.version(), "analysis": as_json(one), "rows": rows}, indent=1)
                + "\n"
            )
        files = {out: text}
    elif form == "json":
        files = {out: json.dumps(as_json(export.as_document()), allow_nan=False, indent=1) + "\n"}
    else:
        if out.is_file() or out.suffix == ".csv":
            raise InputError(f"The base is several tables; please name a folder and not {out}.")
        files = {out / name: text for name, text in export.as_tables().items()}
    for path, text in files.items():
        kept(path, text)
    names = [str(path) for path in files]
    answer(
        {"version": base.version(), "files": names},
        json_,
        lambda: print(f"Evidence base {base.version()}: {len(names)} files written, {names[0]}."
                      if len(names) > 1 else f"Evidence base {base.version()}: {names[0]} is written."),
    )  # fmt: skip


@group.command()
def screen(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="RIS, PubMed text (nbib) or PubMed XML.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write those left to screen as RIS here, for a screening tool.")
    ] = None,
    base_: Base = None,
    json_: JsonFlag = False,
) -> None:
    """A screening list from searches of databases: duplicates removed, publications that are here already marked."""
    use(base_)
    from ambulando.evidence import base, formats
    from ambulando.evidence.formats import screening

    records = [
        record
        for path in files
        for record in screening.read(formats.text_of(formats.bytes_of(path), str(path)), str(path))
    ]
    found = screening.screened(records, base.references().values())
    if out is not None:
        kept(out, screening.as_ris(one for one in found.listed if not one.known))

    def show() -> None:
        rows = [[one.record.year, one.record.title, len(one.duplicates), one.known] for one in found.listed]
        table("", ("year", "title", "duplicates", "here as"), rows)
        print(
            f"{counted(found.identified, 'record')} identified, {counted(found.duplicates, 'duplicate')} removed, "
            f"{found.known} in the evidence base already, {found.to_screen} left to screen."
        )
        if out is not None:
            print(f"{out} is written.")

    answer(found, json_, show)


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def kept(path: Path, text: str) -> None:
    """Write a file whole, in a folder that is made when it is not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path} can not be written ({error.strerror}).") from None


def show_added(found: "Proposal") -> None:
    names = ("id", "study", "people", "effect", "variance")
    table(
        f"{found.analysis}: {len(found.added)} new {'row' if len(found.added) == 1 else 'rows'}", names,
        [[one.id, one.study, one.n, one.effect, one.variance] for one in found.added],
    )  # fmt: skip
    show_change(found.before, found.after, found.changed)
    show_also(found.also)
    for warning in found.warnings:
        print(f"Please check. {warning}")
    show_left_out(found.excluded)
    for note in found.notes:
        print(note)
    if found.written:
        print(
            f"Written to {found.folder}. The version was {found.version_before} and is {found.version_after}."
        )
        print("The web application shows it after its next start.")
    else:
        print(
            f"Nothing is written. With --yes the version {found.version_before} becomes {found.version_after}."
        )


def show_removed(found: "Removal") -> None:
    print(f"Taken out: {', '.join(one.id for one in found.removed)}")
    print(found.analysis)
    show_change(found.before, found.after, found.changed)
    show_also(found.also)
    if found.written:
        print(
            f"Written to {found.folder}. The version was {found.version_before} and is {found.version_after}."
        )
    else:
        print(
            f"Nothing is written. With --yes the version {found.version_before} becomes {found.version_after}."
        )


def show_change(before: "Answer", after: "Answer", changed: bool) -> None:
    rows: list[tuple[str, object, object]] = [("studies", before.k, after.k)]
    if before.curve:
        for was, is_ in zip(before.curve, after.curve, strict=True):
            rows.append(
                (
                    f"risk ratio at {was.dose:g}",
                    f"{shown(was.rr)} ({shown(was.ci)})",
                    f"{shown(is_.rr)} ({shown(is_.ci)})",
                )
            )
    else:
        scale = before.measure if before.estimate_exp is None else f"log {before.measure}"
        names = (("estimate", scale), ("ci", "95% interval"), ("pi", "prediction interval"), ("tau2", "tau2"))
        rows += [(label, getattr(before, name), getattr(after, name)) for name, label in names]
        if before.estimate_exp is not None:
            rows += [
                (before.measure, before.estimate_exp, after.estimate_exp),
                ("its interval", before.ci_exp, after.ci_exp),
            ]
    rows.append(("I2 (%)", before.i2, after.i2))
    table("", ("", "was", "becomes"), rows)
    words = {
        "below": "all below no difference",
        "above": "all above no difference",
        "unclear": "on both sides of no difference",
    }
    if changed:
        print(
            f"The conclusion changes: the interval was {words[before.conclusion]} and is now {words[after.conclusion]}."
        )
    else:
        print(f"The conclusion stays: the interval is {words[after.conclusion]}.")


def show_also(changes: "tuple[Change, ...]") -> None:
    for one in changes:
        print(f"Also {one.analysis}:")
        show_change(one.before, one.after, one.changed)
