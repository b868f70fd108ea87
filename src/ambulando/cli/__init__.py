"""The command line. Every import of a floor stands inside its command, so that ``--help`` stays quick.

Exit codes: 0 done, 1 a check did not hold, 2 the input or the call is at fault, 3 something of ours failed.
"""

import os
import sys

import typer

from ambulando.cli import (
    doctor,
    evidence,
    measures,
    places,
    plan,
    recordings,
    response,
    safety,
    server,
    verify,
)
from ambulando.cli.talk import stop
from ambulando.ground import InputError

app = typer.Typer(
    name="ambulando",
    help="Exercise alongside therapy and medicine: evidence, import, measures, safety, response, plan, and the web application.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(evidence.group, name="evidence")
app.command("import")(recordings.import_files)
app.add_typer(measures.group, name="measures")
app.add_typer(safety.group, name="safety")
app.add_typer(response.group, name="response")
app.add_typer(plan.group, name="plan")
app.add_typer(places.group, name="places")
app.command("serve")(server.serve)
app.command("demo")(server.demo)
app.command("doctor")(doctor.doctor)
app.command("verify")(verify.verify)
app.command("manage", context_settings=server.TAKES_ANYTHING)(server.manage)


def main() -> None:
    """Run a command and leave with its exit code; what goes wrong is said in one sentence."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # a terminal without our letters is no reason to fail
    try:
        # Outside "standalone mode" a command's own code is returned and errors reach us, to be said in one sentence.
        code = app(sys.argv[1:] or ["--help"], prog_name="ambulando", standalone_mode=False)
    except InputError as error:
        stop(str(error), 2)
    except typer.TyperException as error:
        place = getattr(getattr(error, "ctx", None), "command_path", "ambulando")
        stop(f"{error.format_message().rstrip('.')}; '{place} --help' tells more.", 2)
    except (KeyboardInterrupt, typer.Abort):
        stop("Stopped.", 130)
    except Exception as error:
        if os.environ.get("AMBULANDO_TRACEBACK"):
            raise
        stop(
            f"Something of ours failed ({type(error).__name__}: {error}). Set AMBULANDO_TRACEBACK=1 to see where.",
            3,
        )
    raise SystemExit(code if isinstance(code, int) else 0)
