"""A week of sessions."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ambulando.cli.talk import JsonFlag, answer, json_of, table, text_of
from ambulando.ground import InputError, as_json

if TYPE_CHECKING:
    from ambulando.plan.calendar import Busy

group = typer.Typer(help="A week of sessions.")


@group.command()
def make(
    profile: Annotated[Path, typer.Option(help="A profile as JSON.")],
    history: Annotated[Path | None, typer.Option(help="CSV of days, as for response fit.")] = None,
    seed: Annotated[int, typer.Option(help="The same input and seed give the same week.")] = 0,
    today: Annotated[
        str | None, typer.Option(help="The day the week is made on, YYYY-MM-DD; today if left out.")
    ] = None,
    busy: Annotated[
        Path | None, typer.Option(help="A calendar (.ics) of the times that are taken; its times are local.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="The time of day it is made at, HH:MM: today has nothing earlier.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """A week of sessions, each with its reasons."""
    from random import Random

    from ambulando.plan import history as past_days
    from ambulando.plan.today import WHEN_ILL, when_ill
    from ambulando.plan.week import make
    from ambulando.safety.profile import profile_from

    try:
        day = date.fromisoformat(today) if today else date.today()  # noqa: DTZ011 - the day of whoever asks
        if not 1900 <= day.year < 2200:
            raise ValueError
    except ValueError:
        raise InputError(
            f"--today is '{today}'; please give a day as YYYY-MM-DD, between 1900 and 2199."
        ) from None
    try:
        moment = time.fromisoformat(now).replace(tzinfo=None) if now else None
    except ValueError:
        raise InputError(f"--now is '{now}'; please give a time of day as HH:MM.") from None
    known = profile_from(json_of(profile))
    past = past_days.read(text_of(history), history.name, today=day) if history else None
    made = make(
        known,
        today=day,
        rng=Random(seed),  # noqa: S311 - chance that can be repeated is what is wanted
        bouts=past.bouts if past else (),
        checkins=past.checkins if past else (),
        busy=_taken(busy, day) if busy else (),
        now=moment,
    )

    if known.ill and made.week:
        made = replace(made, week=when_ill(made.week, day), message=WHEN_ILL)

    def show() -> None:
        print(made.message)
        keys = ("day", "time", "activity", "minutes", "intensity", "if_then")
        table("", keys, [[as_json(getattr(session, key)) for key in keys] for session in made.week])

    answer({**as_json(made), "seed": seed}, json_, show)


def _taken(calendar: Path, day: date) -> "tuple[Busy, ...]":
    """What a calendar has in the seven days from ``day``."""
    from dateutil.tz import tzlocal

    from ambulando.plan.calendar import read_ics

    last = day + timedelta(days=6)
    return read_ics(text_of(calendar), calendar.name, since=day, until=last, zone=tzlocal())
