"""What a person's answers add up to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ambulando.ground import InputError
from ambulando.measures.instruments import Band, Instrument, instrument


@dataclass(frozen=True)
class Score:
    """A scored form. ``total`` and ``band`` are None when an answer is missing; flags are raised all the same.

    ``missing`` names the items without an answer.
    """

    instrument: str
    total: int | None
    band: str | None
    complete: bool
    flags: tuple[str, ...]
    missing: tuple[str, ...]


def score(id: str, answers: Sequence[int | None]) -> Score:  # noqa: A002 - as in instrument(id)
    """The score of one form. ``answers`` are whole numbers in the order of the items, None where not answered.

    Raises InputError for an unknown instrument, a wrong number of answers or an answer that is not offered.
    """
    form = instrument(id)
    if len(answers) != len(form.items):
        raise InputError(
            f"{form.name} has {len(form.items)} questions, and {len(answers)}"
            f" {'answer was' if len(answers) == 1 else 'answers were'} given;"
            f" please give {len(form.items)}, with - for one that was not answered."
        )
    for place, (item, given) in enumerate(zip(form.items, answers, strict=True), start=1):
        offered = [answer.score for answer in item.answers]
        if given is not None and (
            isinstance(given, bool) or not isinstance(given, int) or given not in offered
        ):
            raise InputError(
                f"Answer {place} of {form.name} is {given!r}; please give a whole number"
                f" from {min(offered)} to {max(offered)}, or - for not answered."
            )
    missing = tuple(item.id for item, given in zip(form.items, answers, strict=True) if given is None)
    total = None if missing else sum(given for given in answers if given is not None)
    band = None if total is None else band_of(form, total).id
    return Score(form.id, total, band, not missing, _flags(form, answers), missing)


def band_of(form: Instrument, total: int) -> Band:
    """The band that a total falls in. Raises InputError for a total that the form cannot have."""
    if isinstance(total, bool) or not isinstance(total, int) or not form.lowest <= total <= form.highest:
        raise InputError(
            f"A {form.name} total is a whole number from {form.lowest} to {form.highest}; {total!r} is not."
        )
    return next(band for band in form.bands if band.low <= total <= band.high)


def answers_from(text: str) -> tuple[int | None, ...]:
    """The answers in a text such as ``0,1,-,2``: whole numbers between commas, nothing or ``-`` for not answered.

    Raises InputError naming the first answer that is not a whole number.
    """
    answers: list[int | None] = []
    for place, cell in enumerate(text.split(","), start=1):
        written = cell.strip()
        if written in ("", "-"):
            answers.append(None)
        elif re.fullmatch(r"[+-]?[0-9]{1,6}", written):
            answers.append(int(written))
        else:
            raise InputError(
                f"Answer {place} is '{written}', which is not a whole number;"
                " please write numbers with commas between them, and - for a question that was not answered."
            )
    return tuple(answers)


def _flags(form: Instrument, answers: Sequence[int | None]) -> tuple[str, ...]:
    by_item = {item.id: given for item, given in zip(form.items, answers, strict=True)}
    raised = []
    for flag in form.flags:
        given = by_item[flag.item]
        if given is not None and given >= flag.at_least:
            raised.append(flag.id)
    return tuple(raised)
