"""Recordings of devices, read into a person's journal."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ambulando.cli.server import django, has_database
from ambulando.cli.talk import JsonFlag, answer, table
from ambulando.ground import InputError, as_json


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="FIT or GPX files, folders, or zips of them.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be read.")] = False,
    person: Annotated[
        str | None, typer.Option(help="Whose journal (their name here); not needed when there is one person.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """Read recordings from devices into the journal. Exits 2 when a file was refused; the others are kept."""
    from ambulando.activity.recordings.files import expand

    now = datetime.now(UTC)
    keeper = None if dry_run and not has_database() else person_named(person, needed=not dry_run)
    found = [expand(path) for path in paths]  # a path that is not there is said before anything is read
    results = [
        looked_at(name, data, now) if keeper is None else kept(keeper, name, data, now, dry_run)
        for path in found
        for name, data in path
    ]
    rows = [import_row(result) for result in results]

    def show() -> None:
        lines = [
            [
                row["path"],
                row["status"],
                bout["activity"],
                bout["start"],
                round(bout["seconds"] / 60),
                bout["metres"],
            ]
            for row in rows
            for bout in row["bouts"]
        ]
        if lines:
            table("", ("file", "status", "activity", "start", "minutes", "metres"), lines)

    answer({"files": rows}, json_, show)
    refused = [row for row in rows if row["status"] == "refused"]
    for row in refused:
        print(row["reason"], file=sys.stderr)
    if refused:
        raise typer.Exit(2)


def looked_at(name: str, data: Any, now: datetime) -> Any:
    from ambulando.activity.recordings.importing import look_at

    return look_at(name, data, now)[0]


def kept(person: Any, name: str, data: Any, now: datetime, dry_run: bool) -> Any:
    from ambulando.web.journal import actions

    return actions.import_recording(person, name, data, now, dry_run=dry_run)


def import_row(result: Any) -> dict[str, Any]:
    keys = (
        "start", "activity", "seconds", "moving_seconds", "metres", "ascent", "hr_mean", "hr_max", "samples", "warnings",
    )  # fmt: skip
    return {
        "path": result.path,
        "format": result.format,
        "status": result.status,
        "reason": result.reason,
        "bouts": [{key: as_json(getattr(bout, key)) for key in keys} for bout in result.bouts],
        "days": as_json(result.days),
    }


def person_named(name: str | None, *, needed: bool) -> Any:
    """The person whose journal is meant: the one named, else the only one there is."""
    if not has_database():
        raise InputError(
            "There is nobody on this installation yet: start it with 'ambulando serve' and sign up first."
        )
    django()
    check_database()
    from ambulando.web.people.models import Person

    people = Person.objects.filter(username=name) if name else Person.objects.all()
    found = list(people[:2])
    if len(found) == 1:
        return found[0]
    if not needed and name is None:
        return None
    if name:
        raise InputError(f"There is nobody called '{name}' on this installation.")
    if not found:
        raise InputError(
            "There is nobody on this installation yet: start it with 'ambulando serve' and sign up first."
        )
    raise InputError(
        "There is more than one person on this installation; please say whose journal with --person NAME."
    )


def check_database() -> None:
    """Raises InputError when the database is not of this version; serving brings it up to date."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise InputError(
            "The database is of an earlier version: please start 'ambulando serve' once, which brings it up to date."
        )
