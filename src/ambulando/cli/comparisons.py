"""A person's own comparison: ``response design`` before it, ``response analyse`` after it."""

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from ambulando.cli.talk import JsonFlag, answer, json_of, table, text_of
from ambulando.ground import InputError, as_json


def design(
    question: Annotated[str, typer.Argument(help="an id (two-kinds, time-of-day ...) or your own words")],
    options: Annotated[list[str] | None, typer.Argument(help="activities, kinds, or your own words")] = None,
    target: Annotated[str, typer.Option(help="mood, energy, sleep or stress")] = "mood",
    blocks: Annotated[int, typer.Option(help="how often each option comes")] = 18,
    per_week: Annotated[int, typer.Option(help="draw days a week, 2 to 4")] = 3,
    start: Annotated[str | None, typer.Option(help="the first draw day; tomorrow if left out")] = None,
    seed: Annotated[int | None, typer.Option(help="the start of the draw; a new one if left out")] = None,
    json_: JsonFlag = False,
) -> None:
    """Draw the days of a comparison, seal them, and tell what it could find."""
    import secrets

    from ambulando.response.detect import detectable
    from ambulando.response.grades import A_DAYS
    from ambulando.response.protocol import (
        Protocol,
        option_of,
        options_for,
        plain_protocol,
        questions,
        schedule,
        seal,
    )

    known = {one.id: one for one in questions()}
    chosen = tuple(options or ())
    compared = (
        options_for(known[question], chosen)
        if question in known
        else tuple(option_of(text) for text in chosen)
    )
    protocol = Protocol(question, compared, target, blocks, per_week, _start(start))
    lot = secrets.randbits(53) if seed is None else seed
    draws = schedule(protocol, lot)
    sealed = seal(protocol, draws, lot)
    found = detectable(protocol)
    plain = plain_protocol(protocol)
    value = {
        "question": str(known[question].text) if question in known else question,
        "options": [{"id": one.id, "label": str(one.label)} for one in compared],
        "protocol": plain,
        "seed": lot,
        "schedule": draws,
        "seal": sealed,
        "detectable": {**asdict(found), "chances": [list(pair) for pair in found.chances]},
    }

    def show() -> None:
        print(f"{value['question']} {found.days} drawn days in {found.weeks} weeks. Seed {lot}.")
        table("", ("day", "block", "option"), [(one.day, one.block, one.option) for one in draws])
        print(f"Seal: {sealed}")
        if found.rated < A_DAYS:
            print(f"About {found.rated} of them will get a rating; below {A_DAYS} it is too early to say.")
        else:
            print(
                f"If {found.rated} of them get a rating, a difference of {found.difference:.1f} points would end in a "
                "clear answer 8 times out of 10."
            )
        table("", ("true difference", "chance of a clear answer"), [*found.chances])

    answer(value, json_, show)


def _start(text: str | None) -> date:
    if text is None:
        return date.today() + timedelta(days=1)  # noqa: DTZ011 - the day of whoever asks
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--start is '{text}'; please write it as 2026-03-09.") from None


def analyse(
    file: Annotated[Path, typer.Argument(help="CSV: date, option, mood, optional done, morning, block ...")],
    design: Annotated[Path | None, typer.Option(help="what 'response design --json' wrote")] = None,
    json_: JsonFlag = False,
) -> None:
    """What a comparison found: as drawn first, then as done. With its design, the seal is checked too."""
    import numpy as np

    from ambulando.response import comparison_analysis
    from ambulando.response.comparison_csv import read_comparison, sealed_of

    sealed = sealed_of(json_of(design), design.name) if design else None
    options, days, target = read_comparison(
        text_of(file),
        file.name,
        today=date.today(),  # noqa: DTZ011 - the day of whoever asks
        sealed=sealed,
    )
    # The test's own draws start from a fixed place, so that the same file gives the same p.
    rng = np.random.default_rng(0)
    found = comparison_analysis.analyse(sealed.protocol if sealed else options, days, target=target, rng=rng)
    holds = None if sealed is None else sealed.holds
    drew = None if sealed is None else sealed.drew(days)
    value = _plain(found) | {"seal_holds": holds, "schedule_holds": drew}

    def show() -> None:
        print(f"Grade {found.grade}, {found.days} rated days. {found.sentence}")
        table("", ("option", "chance that it is best"), [*found.p_best.items()])
        for paragraph in found.clinician:
            print(paragraph)
        if sealed is not None:
            print("The seal holds." if holds else "The seal does not hold: the design was changed.")
            if not drew:
                print("The days are not those that were drawn.")

    answer(value, json_, show)
    if holds is False or drew is False:
        raise SystemExit(1)


def _plain(found: Any) -> dict[str, Any]:
    """The result as JSON, pairs of options as rows."""
    value: dict[str, Any] = as_json(found)
    for name in ("itt", "as_done", "after_switches_left_out", "data_alone", "as_done_alone"):
        part = getattr(found, name)
        if part is not None:
            value[name]["pairs"] = [
                {"first": first, "second": second, **as_json(one)}
                for (first, second), one in part.pairs.items()
            ]
    return value
