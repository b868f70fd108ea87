"""The answer of a comparison: as drawn first, then as done with the draw as instrument, its test, its grade, its words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ambulando.ground import InputError, Words
from ambulando.response import comparison_words as words
from ambulando.response.comparison_model import (
    Compared,
    after_a_switch,
    compare,
    drawn,
    has_morning,
)
from ambulando.response.grades import A_DAYS, EACH_SIDE
from ambulando.response.mixture import Summary
from ambulando.response.model import Floats
from ambulando.response.protocol import NONE, Day, Option, Protocol, check_options, facts
from ambulando.response.randomisation import p_randomisation
from ambulando.response.series import MOST_DAYS, check_target


@dataclass(frozen=True)
class Adherence:
    """What was done on draw days. known: days where that is known; as_drawn: of those, how many as drawn; not_today: days
    with a "not today"; by_option: the share done as drawn when the option was drawn, None where nothing is known."""

    known: int
    as_drawn: int
    not_today: int
    by_option: Mapping[str, float | None]


@dataclass(frozen=True)
class Result:
    """What a comparison found. difference, sd, ci and chances: as drawn, the first option less the second, points 0-10.

    p_randomisation: of the randomisation test, None where no block can tell; p_best: by option; itt: the whole analysis
    as drawn; as_done: with the draw as instrument, or None, and as_done_note says why; compliance: how much the draw
    moved what was done (1: all of it), None where that is not known; carry_over: from the day before, or None;
    after_switches_left_out: as drawn without the days that follow another option closely; data_alone: as drawn with a
    belief so wide that the days alone speak, and as_done_alone the same as done; prior: mean and SD of the difference beforehand; draws: draw days that
    came; planned: draw days of the protocol, None without one; days: of those with a rating; missing: without one;
    grade: "A" or "too early".
    """

    options: tuple[str, ...]
    target: str
    difference: float
    sd: float
    ci: tuple[float, float]
    p_positive: float
    p_matters: float
    p_worse: float
    p_randomisation: float | None
    p_best: Mapping[str, float]
    itt: Compared
    as_done: Compared | None
    as_done_note: Words
    compliance: float | None
    carry_over: Summary | None
    after_switches_left_out: Compared | None
    data_alone: Compared
    as_done_alone: Compared | None
    prior: tuple[float, float]
    adherence: Adherence
    draws: int
    planned: int | None
    days: int
    missing: int
    morning: bool
    grade: str
    stopped_early: bool
    sentence: Words
    clinician: tuple[Words, ...]


def analyse(
    protocol: Protocol | Sequence[Option],
    days: Sequence[Day],
    *,
    target: str = "mood",
    rng: np.random.Generator,
    reason: str | None = None,
) -> Result:
    """What the days of a comparison say. It may have ended early: the days that there are give the answer.

    protocol: or its options alone; days: the draw days that came, in any order; target: used without a protocol; rng:
    for the randomisation test where there are too many schedules to look at all; reason: why it ended early ("harm",
    "person"), for the words. Raises InputError for days that do not fit the options.
    """
    options = protocol.options if isinstance(protocol, Protocol) else tuple(protocol)
    target = protocol.target if isinstance(protocol, Protocol) else target
    check_options(options)
    check_target(target)
    held = checked(days, options)
    ids = [option.id for option in options]
    shown = drawn(held, options)
    itt = compare(held, options, shown)
    close = after_a_switch(held)
    instrument, compliance, note = _instrument(held, options)
    planned = protocol.draws if isinstance(protocol, Protocol) else None
    before = compare((), options, np.zeros((0, len(options))))
    found = Result(
        options=tuple(ids),
        target=target,
        difference=itt.difference,
        sd=itt.sd,
        ci=itt.ci,
        p_positive=itt.p_positive,
        p_matters=itt.p_matters,
        p_worse=itt.p_worse,
        p_randomisation=p_randomisation(held, ids, rng),
        p_best=itt.p_best,
        itt=itt,
        as_done=None if instrument is None else compare(held, options, instrument),
        as_done_note=note,
        compliance=compliance,
        carry_over=itt.carry_over,
        after_switches_left_out=compare(held, options, shown, left_out=close.tolist())
        if close.any()
        else None,
        data_alone=compare(held, options, shown, wide=True),
        as_done_alone=None if instrument is None else compare(held, options, instrument, wide=True),
        prior=(before.difference, before.sd),
        adherence=_adherence(held, options),
        draws=len(held),
        planned=planned,
        days=itt.days,
        missing=len(held) - itt.days,
        morning=has_morning(held, options),
        grade=_grade(held, ids),
        stopped_early=reason is not None or (planned is not None and len(held) < planned),
        sentence=Words(""),
        clinician=(),
    )
    return replace(
        found,
        sentence=words.sentence(found, options),
        clinician=words.clinician(
            found, options, protocol if isinstance(protocol, Protocol) else None, held, reason
        ),
    )


def checked(days: Sequence[Day], options: Sequence[Option]) -> tuple[Day, ...]:
    """The days in order, "not today" with nothing done. Raises InputError, naming the day, for what does not fit."""
    ids = {option.id for option in options}
    held = sorted(days, key=lambda day: day.day)
    if held and (held[-1].day - held[0].day).days > MOST_DAYS:
        raise InputError(
            f"The days run from {held[0].day} to {held[-1].day}, more than ten years. Please check the years."
        )
    for before, after in pairwise(held):
        if before.day == after.day:
            raise InputError(f"{after.day} stands there twice; please keep one line for each day.")
    for day in held:
        if day.option not in ids:
            raise InputError(
                f"On {day.day} the option is '{day.option}', which is not one of those compared."
            )
        if day.done is not None and day.done != NONE and day.done not in ids:
            raise InputError(
                f"On {day.day} '{day.done}' was done; please give one of the options, or '{NONE}' for none of them."
            )
        for value in (day.outcome, day.morning):
            if value is not None and not math.isfinite(value):
                raise InputError(
                    f"On {day.day} a rating is not a number; please correct it or leave it empty."
                )
    return tuple(replace(day, done=NONE) if day.not_today and day.done is None else day for day in held)


def _grade(days: Sequence[Day], ids: Sequence[str]) -> str:
    """As for a fit (``grades``): a draw decided at least 20 rated days, 8 for each of the options."""
    rated = [day.option for day in days if day.outcome is not None]
    return "A" if len(rated) >= A_DAYS and all(rated.count(id_) >= EACH_SIDE for id_ in ids) else "too early"


def _really(day: Day, options: Sequence[Option]) -> str:
    """What was done, where nothing done is the rest day, if there is one among the options."""
    rest = next((option.id for option in options if option.kind == "rest"), NONE)
    return rest if day.done == NONE else str(day.done)


def _adherence(days: Sequence[Day], options: Sequence[Option]) -> Adherence:
    known = [day for day in days if day.done is not None]
    kept = [day.option for day in known if _really(day, options) == day.option]
    of = {option.id: sum(day.option == option.id for day in known) for option in options}
    return Adherence(
        known=len(known),
        as_drawn=len(kept),
        not_today=sum(day.not_today for day in days),
        by_option={id_: kept.count(id_) / many if many else None for id_, many in of.items()},
    )


def _instrument(days: Sequence[Day], options: Sequence[Option]) -> tuple[Floats | None, float | None, Words]:
    """The share of days on which each option was done, by what was drawn, laid out as (N, K); how much the draw moved
    what was done; a sentence.

    The draw is too weak for a pair of options when it moved what was done by less than the share, or with an F below
    the least, that ``comparisons.toml`` names; one weak pair is enough.
    """
    known = [day for day in days if day.done is not None and day.outcome is not None]
    groups = [[_really(day, options) for day in known if day.option == option.id] for option in options]
    if not days or min(len(group) for group in groups) < EACH_SIDE:
        return None, None, words.done_unknown()
    share = np.array([[group.count(option.id) / len(group) for option in options] for group in groups])
    rule = facts()["as_done"]
    moved = []
    for i in range(len(options)):
        for j in range(i):
            apart = [share[i, k] - share[j, k] for k in (i, j)]
            moved.append((apart[0] - apart[1]) / 2)
            noise = [
                share[i, k] * (1 - share[i, k]) / len(groups[i])
                + share[j, k] * (1 - share[j, k]) / len(groups[j])
                for k in (i, j)
            ]
            if moved[-1] < rule["least_share"] or moved[-1] ** 2 < rule["least_f"] * max(noise):
                return None, float(min(moved)), words.draw_too_weak()
    return drawn(days, options) @ share, float(min(moved)), words.draw_as_instrument()
