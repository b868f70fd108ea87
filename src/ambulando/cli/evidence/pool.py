"""A table of studies, pooled."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.evidence.group import Studies, group, is_analysis
from ambulando.cli.evidence.pooled import show
from ambulando.cli.talk import JsonFlag, answer, text_of
from ambulando.ground import InputError, as_json

if TYPE_CHECKING:
    from ambulando.evidence.tables import Studies as Table

#: What only files have.
OF_FILES = (
    "measure", "moderators", "subgroup", "cluster", "continuity", "drop_double_zero", "flip", "flip_studies", "exclude",
    "r_code",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What is asked of a file."""

    method: str | None
    test: str | None
    level: float
    measure: str | None
    moderators: tuple[str, ...]
    subgroup: str | None
    cluster: str | None
    continuity: str | None
    drop_double_zero: bool
    flip: bool
    flip_studies: tuple[str, ...]
    exclude: tuple[str, ...]
    r_code: bool


@group.command()
def pool(
    studies: Studies,
    method: Annotated[
        str | None,
        typer.Option(
            help="REML, DL, PM, ML, EB, SJ, HE, HS, EE; of events also MH, PETO. A file: REML; an analysis: as its source, DL."
        ),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(help="z, t, knha (hksj) or adhoc. A file: knha; an analysis: as its source, z."),
    ] = None,
    level: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    measure: Annotated[
        str | None,
        typer.Option(help="Of a file: SMD, MD, RR, OR, HR, GEN ...; what its columns give if left out."),
    ] = None,
    moderators: Annotated[
        str | None, typer.Option(help="Columns of a file that may explain differences, as age,setting.")
    ] = None,
    subgroup: Annotated[
        str | None, typer.Option(help="A column of a file: each of its values is pooled apart.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="The column of the study, where studies have several rows (a three-level model)."),
    ] = None,
    continuity: Annotated[
        str | None,
        typer.Option(help="Of a file with zero cells: only-zero, no-events, if-any-all, all, none."),
    ] = None,
    drop_double_zero: Annotated[
        bool,
        typer.Option(
            "--drop-double-zero", help="Leave out studies in which no arm had an event, or both all."
        ),
    ] = False,
    flip: Annotated[
        bool, typer.Option("--flip", help="Turn all effects round: group 2 against group 1.")
    ] = False,
    flip_studies: Annotated[
        str | None,
        typer.Option(help="Turn round the effects of these studies alone, as 'One 2001,Two 2002'."),
    ] = None,
    exclude: Annotated[str | None, typer.Option(help="Studies to leave out, as 'One 2001,Two 2002'.")] = None,
    r_code: Annotated[
        bool, typer.Option("--r-code", help="Print the same analysis as R code (metafor).")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """The pooled effect of a table of studies, or of an analysis of the evidence base.

    Columns: yi with vi or sei; m1i, sd1i, n1i, m2i, sd2i, n2i; ai, bi, ci, di; or ai, n1i, ci, n2i; and others (see the
    documentation); names in slab, study or author.
    """
    wanted = Wanted(
        method=method, test=test, level=level, measure=measure, moderators=parts(moderators, "--moderators"),
        subgroup=subgroup, cluster=cluster, continuity=continuity, drop_double_zero=drop_double_zero, flip=flip,
        flip_studies=(flip_studies,) if flip_studies else (), exclude=(exclude,) if exclude else (), r_code=r_code,
    )  # fmt: skip
    if is_analysis(studies):
        from ambulando.evidence import recompute

        for_files = [f"--{name.replace('_', '-')}" for name in OF_FILES if getattr(wanted, name)]
        if for_files:
            raise InputError(
                f"Options such as {' and '.join(for_files)} are for files; {studies} is pooled from the rows of its source."
            )
        found: Any = recompute.pooled(studies, method=method or "DL", test=test or "z", level=level)
        answer(found, json_, lambda: show(studies, found, ("exercise", "control")))
        return
    table = read(studies, wanted)
    found = computed(table, wanted)
    groups = grouped(table, wanted) if subgroup else None
    document = document_of(found, groups)
    if r_code:
        from ambulando.evidence.tables import r_code as r_code_of

        code = r_code_of(
            studies,
            table,
            method=method or "REML",
            test=getattr(found, "test", "z"),
            level=level,
            moderators=tuple(table.moderators),
            cluster=cluster,
            group=subgroup,
        )
        answer({**document, "r_code": code}, json_, lambda: print(code, end=""))
        return
    answer(document, json_, lambda: show(studies, found, groups=groups))


def parts(text: str | None, option: str) -> tuple[str, ...]:
    """The names of an option such as ``--moderators age,setting``; none when it was left out."""
    if text is None:
        return ()
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise InputError(f"{option} is '{text}'; please give names with commas between them.")
    return names


def read(file: str, wanted: Wanted) -> "Table":
    """The studies of a file. Raises InputError for options that exclude each other."""
    from ambulando.evidence import tables

    of_tables = (wanted.method or "").upper() in tables.OF_TABLES
    apart = [
        ("--subgroup", wanted.subgroup), ("--cluster", wanted.cluster), ("--moderators", wanted.moderators),
    ]  # fmt: skip
    given = [name for name, value in apart if value]
    if of_tables and given:
        raise InputError(
            f"The method {wanted.method} pools the tables of events as one; please leave {' and '.join(given)} out."
        )
    if wanted.subgroup and len(given) > 1:
        raise InputError(f"--subgroup pools each group apart; please leave {' and '.join(given[1:])} out.")
    if wanted.flip and wanted.flip_studies:
        raise InputError("--flip turns all studies round and --flip-studies some; please give one of them.")
    options: dict[str, Any] = {
        "measure": wanted.measure, "continuity": wanted.continuity, "drop_double_zero": wanted.drop_double_zero,
        "moderators": wanted.moderators, "cluster": wanted.cluster, "group": wanted.subgroup,
        "flip": wanted.flip_studies or wanted.flip, "exclude": wanted.exclude,
    }  # fmt: skip
    text = text_of(Path(file))
    if of_tables:
        return tables.read_counts(text, file, str(wanted.method), **options)
    found = tables.read(text, file, **options)
    tables.usable(found, file)
    return found


def computed(table: "Table", wanted: Wanted) -> Any:
    """The answer to what is asked: pooled, explained by moderators, in levels, or from the tables of events."""
    from ambulando.evidence import tables

    method, level = wanted.method or "REML", wanted.level
    if method.upper() in tables.OF_TABLES:
        if (wanted.test or "z").lower() != "z":
            raise InputError(
                f"The method {method.upper()} has the z test alone; please leave --test {wanted.test} out."
            )
        return tables.pool_counts(table, method=method, level=level)
    if wanted.cluster:
        return tables.pool_clusters(table, method=method, test=wanted.test or "t", level=level)
    if wanted.moderators:
        return tables.regress_studies(table, method=method, test=wanted.test or "hksj", level=level)
    return tables.pool_studies(table, method=method, test=wanted.test or "hksj", level=level)


def grouped(table: "Table", wanted: Wanted) -> Any:
    """Each subgroup pooled apart, and the test of their difference."""
    from ambulando.evidence import tables

    return tables.pool_groups(
        table, method=wanted.method or "REML", test=wanted.test or "hksj", level=wanted.level
    )


def document_of(found: Any, groups: Any) -> dict[str, Any]:
    """The answer as it is printed with --json: the keys that every answer has, those that a method has not as null."""
    document: dict[str, Any] = {
        "test": "z", "pi": [None, None], "tau2": None, "tau2_ci": [None, None], "h2": None,
        **as_json(found),
    }  # fmt: skip
    return document if groups is None else {**document, "subgroups": as_json(groups)}
