"""What a person's answers add up to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ambulando.ground import InputError
from ambulando.measures.instruments import instrument
from ambulando.measures.shape import Band, Instrument


@dataclass(frozen=True)
class Score:
    """A scored form. ``total`` and ``band`` are None when an answer is missing; flags are raised all the same.

    ``total`` is whole unless the form takes a mean. ``missing`` names the items without an answer. ``chosen`` names what
    was picked on a form to choose from, which has no total and is always complete.
    """

    instrument: str
    total: int | float | None
    band: str | None
    complete: bool
    flags: tuple[str, ...]
    missing: tuple[str, ...]
    chosen: tuple[str, ...] = ()


def score(id: str, answers: Sequence[int | None]) -> Score:  # noqa: A002 - as in instrument(id)
    """The score of one form. ``answers`` are whole numbers in the order of the items, None where not answered.

    After the items' answers may come those of the extras, which are checked and never scored. Raises InputError for an
    unknown instrument, a wrong number of answers, an answer that is not offered, or too many things chosen.
    """
    form = instrument(id)
    asked = form.items + form.extras
    if len(answers) not in (len(form.items), len(asked)):
        raise InputError(
            f"{form.name} has {len(form.items)} {'question' if len(form.items) == 1 else 'questions'}, and {len(answers)}"
            f" {'answer was' if len(answers) == 1 else 'answers were'} given;"
            f" please give {len(form.items)}, with - for one that was not answered."
        )
    for place, (item, given) in enumerate(zip(asked, answers, strict=False), start=1):
        if given is not None and (
            isinstance(given, bool) or not isinstance(given, int) or not item.offers(given)
        ):
            raise InputError(
                f"Answer {place} of {form.name} is {given!r}; please give {item.offered}, or - for not answered."
            )
    by_item = {item.id: given for item, given in zip(form.items, answers, strict=False)}
    flags = tuple(flag.id for flag in form.flags if (by_item[flag.item] or 0) >= flag.at_least)
    if form.scoring == "choose":
        return Score(form.id, None, None, True, flags, (), _chosen(form, by_item))
    # An item that another answer made needless counts as nothing, whatever stands there.
    counted = {
        item.id: 0 if _needless(item.needless_when, by_item) else by_item[item.id] for item in form.items
    }
    missing = tuple(id_ for id_, given in counted.items() if given is None)
    if missing:
        return Score(form.id, None, None, False, flags, missing)
    total = form.total_of([given for given in counted.values() if given is not None])
    band = band_of(form, total)
    return Score(form.id, total, band.id if band else None, True, flags, ())


def band_of(form: Instrument, total: int | float) -> Band | None:
    """The band that a total falls in, None for a form without bands.

    Raises InputError for a total that the form cannot have.
    """
    if form.scoring == "choose":
        raise InputError(f"{form.name} has no total.")
    fits = isinstance(total, int | float if form.scoring == "mean" else int) and not isinstance(total, bool)
    if not fits or not form.lowest <= total <= form.highest:
        kind = "number" if form.scoring == "mean" else "whole number"
        raise InputError(
            f"A {form.name} total is a {kind} from {form.lowest} to {form.highest}; {total!r} is not."
        )
    return next((band for band in form.bands if band.low <= total <= band.high), None)


def answers_from(text: str) -> tuple[int | None, ...]:
    """The answers in a text such as ``0,1,-,2``: whole numbers between commas, nothing or ``-`` for not answered.

    Raises InputError for no answers at all, and naming the first one that is not a whole number.
    """
    if not text.strip():
        raise InputError(
            "No answers were given; please write numbers with commas between them, such as 0,1,2."
        )
    answers: list[int | None] = []
    for place, cell in enumerate(text.split(","), start=1):
        written = cell.strip()
        if written in ("", "-"):
            answers.append(None)
        elif re.fullmatch(r"[+-]?[0-9]{1,18}", written):
            answers.append(int(written))
        else:
            raise InputError(
                f"Answer {place} is '{written}', which is not a whole number;"
                " please write numbers with commas between them, and - for a question that was not answered."
            )
    return tuple(answers)


def _needless(rule: tuple[str, int] | None, by_item: Mapping[str, int | None]) -> bool:
    return rule is not None and by_item[rule[0]] == rule[1]


def _chosen(form: Instrument, by_item: Mapping[str, int | None]) -> tuple[str, ...]:
    chosen = tuple(id_ for id_, given in by_item.items() if given)
    if form.most is not None and len(chosen) > form.most:
        raise InputError(f"{len(chosen)} were picked. Please pick up to {form.most}.")
    return chosen
