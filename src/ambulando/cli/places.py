"""Groups and places of an installation: read in from a file, and listed."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.server import django, has_database
from ambulando.cli.talk import JsonFlag, answer, table, text_of
from ambulando.ground import InputError, as_json

if TYPE_CHECKING:
    from ambulando.plan.places import Place

group = typer.Typer(
    help="Groups and places where one can move: read in a list, and look at it.", rich_markup_mode=None
)
#: lines that are printed for a person; --json gives all
SHOWN = 40
KEYS = (
    "id", "name", "kind", "activities", "where", "hours", "cost", "company", "supervised", "accessible", "contact",
    "source", "seen", "latitude", "longitude", "km",
)  # fmt: skip


@group.command("import")
def import_places(
    file: Annotated[
        Path,
        typer.Argument(help="A CSV file, or an OpenStreetMap extract (.osm, .osm.gz, .osm.bz2, .osm.pbf)."),
    ],
    near: Annotated[str | None, typer.Option(help="A point, LAT,LON; the nearest to it come first.")] = None,
    within: Annotated[float | None, typer.Option(help="Only places so near to that point, in km.")] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="What the list is called; the name of the file if left out. A list replaces the earlier one of its name."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be read.")] = False,
    json_: JsonFlag = False,
) -> None:
    """Read in a list of groups and places for everybody on this installation."""
    from ambulando.plan.place_csv import read_csv
    from ambulando.plan.place_osm import read_osm
    from ambulando.plan.places import near as measured
    from ambulando.plan.places import plain, point_from

    if within is not None and near is None:
        raise InputError("--within needs --near LAT,LON, the point that it is measured from.")
    at = None if near is None else point_from(near)
    today = date.today()  # noqa: DTZ011 - the day of whoever reads the list in
    if file.suffix.lower() == ".csv":
        places = read_csv(text_of(file), str(file), seen=today)
        places = places if at is None else measured(places, *at, within=within)
    else:
        places = read_osm(file, seen=today, at=at, within=within)
    called = plain(name or file.name)[:100]
    if not places:
        raise InputError(
            f"There is no place in {file}{'' if near is None else ' near that point'}, so there is nothing to keep."
        )
    would = {"list": called, "kept": not dry_run, "new": None, "changed": None, "same": None, "gone": None}
    if has_database() or not dry_run:
        would |= keep(called, places, dry_run)
    answer({**would, "places": [row_of(place) for place in places]}, json_, lambda: show(places, would))


def keep(called: str, places: "tuple[Place, ...]", dry_run: bool) -> dict[str, Any]:
    """Keep them for everybody, or only see what that would change: how many are new, changed, the same, gone."""
    ready()
    from django.db import transaction

    from ambulando.web.places import actions, queries

    with transaction.atomic():
        draft = actions.draft(None, called, places)
        would = queries.preview(draft)
        if dry_run:
            actions.drop(None, draft)
        else:
            actions.keep(None, draft)
    return {"new": len(would.new), "changed": len(would.changed), "same": would.same, "gone": len(would.gone)}


@group.command("list")
def list_places(json_: JsonFlag = False) -> None:
    """The groups and places that everybody on this installation sees. Those of persons are not listed."""
    ready()
    from ambulando.web.places import convert, queries

    places = convert.places_of(queries.everybodys().order_by("name", "pk"))
    answer({"places": [row_of(place) for place in places]}, json_, lambda: show(places, {}))


def ready() -> None:
    """Raises InputError where there is no installation yet, or one whose database is of another version."""
    from ambulando.cli.recordings import check_database

    if not has_database():
        raise InputError(
            "There is no installation yet: start it with 'ambulando serve' once, or look with --dry-run."
        )
    django()
    check_database()


def row_of(place: "Place") -> dict[str, Any]:
    row = {key: as_json(getattr(place, key)) for key in KEYS}
    days = [{"day": one.day, "from": f"{one.start:%H:%M}", "to": f"{one.end:%H:%M}"} for one in place.days]
    return {**row, "days": days}


def show(places: "tuple[Place, ...]", would: dict[str, Any]) -> None:
    from ambulando.plan.places import when

    lines = [
        (one.name, one.kind, " ".join(one.activities), "; ".join(map(str, when(one)[:2])), one.km)
        for one in places[:SHOWN]
    ]
    if lines:
        table("", ("name", "kind", "what for", "when", "km"), lines)
    if len(places) > SHOWN:
        print(f"... and {len(places) - SHOWN} more; --json lists all.")
    if not would:
        print(f"{len(places)} places.")
    elif would["new"] is None:
        print(f"{len(places)} places in {would['list']}. Nothing was kept.")
    else:
        counts = f"{would['new']} new, {would['changed']} changed, {would['same']} the same, {would['gone']} no longer in it"
        print(f"{would['list']}: {counts}.{'' if would['kept'] else ' Nothing was kept.'}")
    for source in sorted({one.source for one in places if one.source.startswith("©")}):
        print(f"Data {source}")
