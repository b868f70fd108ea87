"""The web application: serving it, a demonstration of it, and Django's own commands for operators."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

Port = Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
#: everything after `manage` belongs to Django, --help as well
TAKES_ANYTHING: dict[str, Any] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def serve(port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Serve the web application with its job worker and schedule."""
    django()
    from ambulando.web.serving import serve

    serve(host, port)


def demo(port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """The same, in a data folder of its own, with a simulated person."""
    from ambulando.web.home import data_folder

    os.environ["AMBULANDO_DATA"] = str(data_folder() / "demo")
    django()
    from ambulando.web.serving import serve_demo

    serve_demo(host, port)


def manage(context: typer.Context) -> None:
    """For operators: Django's management commands, such as changepassword NAME."""
    django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["ambulando manage", *context.args])


def django() -> None:
    """Make the web floor ready for use in this process. What it writes is for its owner alone."""
    from ambulando.web.home import for_owner_alone

    for_owner_alone()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
    import django

    django.setup()


def has_database() -> bool:
    from ambulando.ground import data_place

    database: Path = data_place() / "ambulando.sqlite3"
    return database.exists()
