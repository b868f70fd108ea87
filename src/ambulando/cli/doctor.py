"""Is this installation well?"""

import time
from datetime import date
from typing import Annotated

import typer

from ambulando.cli.server import django, has_database
from ambulando.cli.talk import JsonFlag, answer
from ambulando.ground import InputError, data_place


def doctor(
    today: Annotated[
        str | None, typer.Option(help="The day to look from, YYYY-MM-DD; today if left out.")
    ] = None,
    json_: JsonFlag = False,
) -> int:
    """Is this installation well? Each check with what was found and what to do; nothing is changed."""
    import ambulando
    from ambulando.web import doctor

    folder = data_place()
    found = list(doctor.around(folder, _day(today)))
    if has_database():
        django()
        found += doctor.within(folder, time.time())
    else:
        found.append(doctor.no_database(folder))
    faults = sum(not one.ok for one in found)

    def show() -> None:
        for one in sorted(found, key=lambda one: one.ok):
            print(f"{'holds' if one.ok else 'FAULT'}  {one.check}: {one.says}")
            if one.does:
                print(f"       {one.does}")
        print(
            f"{faults} of {len(found)} checks did not hold." if faults else f"All {len(found)} checks hold."
        )

    checks = [{"check": one.check, "ok": one.ok, "says": one.says, "does": one.does} for one in found]
    answer({"version": ambulando.__version__, "checks": checks, "ok": not faults}, json_, show)
    return 1 if faults else 0


def _day(written: str | None) -> date:
    if written is None:
        return date.today()  # noqa: DTZ011 - the day of whoever asks
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise InputError(f"--today is '{written}'; please give a day as YYYY-MM-DD.") from None
