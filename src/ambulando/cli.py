"""The command line. Every import of a floor stands inside its command, so that ``--help`` stays quick.

Exit codes: 0 done, 1 a check did not hold, 2 the input or the call is at fault, 3 something of ours failed.
"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ambulando.ground import InputError, as_json

app = typer.Typer(
    name="ambulando",
    help="Exercise alongside therapy and medicine: evidence, import, measures, safety, response, plan, and the web application.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
evidence = typer.Typer(help="What trials and cohorts say, recomputed from their rows.", no_args_is_help=True)
measures = typer.Typer(help="Score questionnaires.", no_args_is_help=True)
safety = typer.Typer(help="What is not for a person, and where help is.", no_args_is_help=True)
response = typer.Typer(help="What exercise does for one person.", no_args_is_help=True)
plan = typer.Typer(help="A week of sessions.", no_args_is_help=True)
for name, group in {
    "evidence": evidence,
    "measures": measures,
    "safety": safety,
    "response": response,
    "plan": plan,
}.items():
    app.add_typer(group, name=name)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def main() -> None:
    try:
        # Outside "standalone mode" a command's own code is returned and errors reach us, to be said in one sentence.
        code = app(standalone_mode=False)
    except InputError as error:
        stop(str(error), 2)
    except typer.TyperException as error:
        stop(getattr(error, "message", None) or str(error) or "This call is not complete; try --help.", 2)
    except (KeyboardInterrupt, typer.Abort):
        stop("Stopped.", 130)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:
        if os.environ.get("AMBULANDO_TRACEBACK"):
            raise
        stop(
            f"Something of ours failed ({type(error).__name__}: {error}). Set AMBULANDO_TRACEBACK=1 to see where.",
            3,
        )
    raise SystemExit(code if isinstance(code, int) else 0)


def stop(sentence: str, code: int) -> None:
    print(" ".join(sentence.split()), file=sys.stderr)
    raise SystemExit(code)


def answer(value: Any, json_: bool, show: Any = None) -> None:
    """Print a result: one JSON document, or what ``show`` makes of it for a person."""
    if json_ or show is None:
        print(json.dumps(as_json(value), ensure_ascii=False, indent=None if json_ else 2))
    else:
        show()


def text_of(path: Path) -> str:
    """The text of a file. Raises InputError when it is not there or not text."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; please name a file.") from None
    except PermissionError:
        raise InputError(f"The file {path} can not be read with your rights.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a text file in UTF-8.") from None


def json_of(path: Path) -> Any:
    try:
        return json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON: line {error.lineno}, {error.msg.lower()}.") from None


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    drawn = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(shown(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else 140, markup=False, highlight=False).print(drawn)


def shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    if isinstance(value, tuple | list):
        return ", ".join(shown(part) for part in value)
    return str(value)


# evidence ------------------------------------------------------------------------------------------------------------


@evidence.command("list")
def evidence_list(json_: JsonFlag = False) -> None:
    """The analyses of the evidence base."""
    from ambulando.evidence import base

    found = list(base.analyses().values())
    keys = ("id", "question", "k", "n", "measure", "status")
    rows = [{key: getattr(one, key) for key in keys} | {"certainty": one.certainty} for one in found]
    answer(
        {"version": base.version(), "analyses": rows},
        json_,
        lambda: table(f"Evidence base {base.version()}", keys, [[row[key] for key in keys] for row in rows]),
    )


@evidence.command("reproduce")
def evidence_reproduce(json_: JsonFlag = False) -> None:
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


# import --------------------------------------------------------------------------------------------------------------


@app.command("import")
def import_files(
    paths: Annotated[list[Path], typer.Argument(help="FIT or GPX files, folders, or zips of them.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be read.")] = False,
    person: Annotated[
        str | None, typer.Option(help="Whose journal (their name here); not needed when there is one person.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """Read recordings from devices into the journal. Exits 2 when a file was refused; the others are kept."""
    from datetime import UTC

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


# measures and safety -------------------------------------------------------------------------------------------------


@measures.command("score")
def measures_score(
    instrument: Annotated[str, typer.Argument(help="phq-9, phq-8 ...")],
    answers: Annotated[str, typer.Option(help="The answers in order, as 0,1,2,...; - for one not answered.")],
    json_: JsonFlag = False,
) -> None:
    """What the answers of a questionnaire add up to."""
    from ambulando.measures.scoring import answers_from, score

    result = score(instrument, answers_from(answers))
    keys = ("instrument", "total", "band", "complete", "flags")
    row = {key: getattr(result, key) for key in keys} | {"missing": result.missing}
    if json_:
        answer(row, True)
        return
    if any(flag.startswith("item-9") for flag in result.flags):
        # As in the application: help comes before any total.
        print(
            "Thank you for telling. You do not have to carry such thoughts alone: ambulando safety helplines --country CC"
        )
    table("", keys, [[row[key] for key in keys]])


@safety.command("screen")
def safety_screen(
    file: Annotated[Path, typer.Argument(help="A profile as JSON.")], json_: JsonFlag = False
) -> None:
    """Limits and notes for a profile, each with its rule and source."""
    from ambulando.safety.profile import profile_from
    from ambulando.safety.screen import screen

    found = screen(profile_from(json_of(file)))
    rows = [
        {"rule": one.rule, "effect": one.effect, "reason": str(one.reason), "source": one.source}
        for one in found.constraints
    ]
    keys = ("rule", "effect", "reason", "source")
    answer(
        {"outcome": found.outcome, "constraints": rows, "limits": found.limits},
        json_,
        lambda: table(f"Outcome: {found.outcome}", keys, [[row[key] for key in keys] for row in rows]),
    )


@safety.command("helplines")
def safety_helplines(
    country: Annotated[str, typer.Option(help="Two letters, such as NZ.")], json_: JsonFlag = False
) -> None:
    """Where help is in a country: numbers as dialled, with source and date."""
    from ambulando.safety.helplines import helplines

    found = helplines(country, today=date.today())  # noqa: DTZ011 - the day of whoever asks
    keys = ("name", "dial", "text", "hours", "source", "verified")
    rows = [{key: as_json(getattr(line, key)) for key in keys} for line in found.lines]

    def show() -> None:
        if found.lead_with_fallback:
            print(
                f"The numbers below were checked long ago or are few; please look at {found.fallback} first."
            )
        table(f"Emergency: {found.emergency}", keys, [[row[key] for key in keys] for row in rows])
        print(f"In most countries: {found.fallback}")

    answer(
        {
            "country": found.country,
            "lines": rows,
            "emergency": found.emergency,
            "fallback": found.fallback,
            "lead_with_fallback": found.lead_with_fallback,
        },
        json_,
        show,
    )


# response and plan ---------------------------------------------------------------------------------------------------


@response.command("fit")
def response_fit(
    file: Annotated[Path, typer.Argument(help="CSV: date, mood, minutes_<modality> ...")],
    prior: Annotated[str, typer.Option(help="sceptical, central or published")] = "central",
    json_: JsonFlag = False,
) -> None:
    """What exercise does for one person: the evidence as prior, their own days as data, and a grade."""
    from ambulando.response.fit import fit
    from ambulando.response.series import read_csv

    series = read_csv(text_of(file), file.name, today=date.today())  # noqa: DTZ011 - the day of whoever asks
    found = fit(series, prior=prior)

    def show() -> None:
        print(f"Grade {found.grade}, {found.days} days. {found.sentence}")
        keys = (
            "modality",
            "horizon",
            "mean",
            "sd",
            "ci",
            "p_positive",
            "p_matters",
            "prior_mean",
            "prior_sd",
        )
        table("", keys, [[getattr(effect, key) for key in keys] for effect in found.effects])

    answer(found, json_, show)


@plan.command("make")
def plan_make(
    profile: Annotated[Path, typer.Option(help="A profile as JSON.")],
    history: Annotated[Path | None, typer.Option(help="CSV of days, as for response fit.")] = None,
    seed: Annotated[int, typer.Option(help="The same input and seed give the same week.")] = 0,
    today: Annotated[
        str | None, typer.Option(help="The day the week is made on, YYYY-MM-DD; today if left out.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """A week of sessions, each with its reasons."""
    from random import Random

    from ambulando.plan import history as past_days
    from ambulando.plan.week import make
    from ambulando.safety.profile import profile_from

    try:
        day = date.fromisoformat(today) if today else date.today()  # noqa: DTZ011 - the day of whoever asks
    except ValueError:
        raise InputError(f"--today is '{today}'; please give a day as YYYY-MM-DD.") from None
    known = profile_from(json_of(profile))
    past = past_days.read(text_of(history), history.name, today=day) if history else None
    made = make(
        known,
        today=day,
        rng=Random(seed),  # noqa: S311 - chance that can be repeated is what is wanted
        bouts=past.bouts if past else (),
        checkins=past.checkins if past else (),
    )

    def show() -> None:
        print(made.message)
        keys = ("day", "time", "activity", "minutes", "intensity", "if_then")
        table("", keys, [[as_json(getattr(session, key)) for key in keys] for session in made.week])

    answer({**as_json(made), "seed": seed}, json_, show)


# the web application -------------------------------------------------------------------------------------------------

Port = Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="The address to listen on.")]


@app.command()
def serve(port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Serve the web application with its job worker and schedule."""
    django()
    from ambulando.web.serving import serve

    serve(host, port)


@app.command()
def demo(port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """The same, in a data folder of its own, with a simulated person."""
    from ambulando.web.home import data_folder

    os.environ["AMBULANDO_DATA"] = str(data_folder() / "demo")
    django()
    from ambulando.web.serving import serve_demo

    serve_demo(host, port)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def manage(context: typer.Context) -> None:
    """For operators: Django's management commands, such as changepassword NAME."""
    django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["ambulando manage", *context.args])


def has_database() -> bool:
    from ambulando.web.home import data_folder

    return (data_folder() / "ambulando.sqlite3").exists()


def django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
    import django

    django.setup()


def person_named(name: str | None, *, needed: bool) -> Any:
    """The person whose journal is meant: the one named, else the only one there is."""
    if not has_database():
        raise InputError(
            "There is nobody on this installation yet: start it with 'ambulando serve' and sign up first."
        )
    django()
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


if __name__ == "__main__":
    main()
