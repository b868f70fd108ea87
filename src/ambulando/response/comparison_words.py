"""The words of a comparison: one sentence for the person, and a summary in short paragraphs for a clinician.

The summary follows the items of CENT 2015 (Vohra et al., BMJ 350:h1738) for reports of N-of-1 trials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ambulando.activity.catalogue import catalogue
from ambulando.ground import Words
from ambulando.response.protocol import Day, Option, Protocol
from ambulando.response.words import SURE

if TYPE_CHECKING:
    from ambulando.response.comparison_analysis import Result

#: What was rated, inside a sentence. Stress is turned round, so that more is better for all of them.
RATED = {
    "mood": Words("evening mood"),
    "energy": Words("evening energy"),
    "sleep": Words("sleep that night"),
    "stress": Words("calm in the evening"),
}


def named(option: Option) -> Words:
    """How an option is called inside a sentence."""
    label = option.label if isinstance(option.label, Words) else Words("{own}", {"own": option.label})
    text = label.pattern
    # Names of the catalogue begin with a capital; within a sentence they do not.
    return Words(text[:1].lower() + text[1:], label.values) if option.activity == option.id else label


def quoted(option: Option) -> Words:
    """The same between marks where it says what to do ("walk at an easy pace"), which else does not fit into a sentence."""
    return Words("“{name}”", {"name": named(option)}) if option.id in catalogue() else named(option)


def sentence(found: Result, options: Sequence[Option]) -> Words:
    """The answer for the person. Only grade A with a chance above 0.9 that it matters says that one was
    better; never that it lifted anything, for both may do less than nothing at all."""
    couple = _clearest(found)
    called = {option.id: quoted(option) for option in options}
    one = found.itt.pairs[couple]
    first, second = (couple[0], couple[1]) if one.mean >= 0 else (couple[1], couple[0])
    low, high = one.ci if one.mean >= 0 else (-one.ci[1], -one.ci[0])
    values: dict[str, Any] = {
        "first": called[first],
        "second": called[second],
        "rated": RATED[found.target],
        "points": f"{abs(one.mean):.1f}",
        "low": f"{low:.1f}",
        "high": f"{high:.1f}",
        "days": found.days,
    }
    values["range"] = _range(values, low)
    if found.grade != "A":
        return Words(
            "It is too early to say: {days} drawn days have a rating so far. {range} still fits your days.",
            values,
        )
    if max(one.p_matters, one.p_worse) > SURE:
        return Words(
            "On days that a draw decided, your {rated} was better with {first} than with {second}, by about {points} points "
            "out of 10. Anything from {low} to {high} fits your days.",
            values,
        )
    if len(options) > 2:
        return Words(
            "We found no clear difference between your options. That is a good answer: you can pick what you like. "
            "Look at {first} and {second}, where the gap is widest. {range} still fits your days.",
            values,
        )
    return Words(
        "We found no clear difference between {first} and {second}. That is a good answer: you can pick what you like. "
        "{range} still fits your days.",
        values,
    )


def _range(values: Mapping[str, Any], low: float) -> Words:
    """What the days leave open, for the option that did better and the other."""
    if low > 0:
        return Words("Anything from {low} to {high} points better with {first}", {**values})
    return Words(
        "Anything from {high} points better with {first} to {down} points better with {second}",
        {**values, "down": f"{-low:.1f}"},
    )


def _clearest(found: Result) -> tuple[str, str]:
    """The pair to speak of: of two options the only one, of more the one that differs most surely."""
    return max(
        found.itt.pairs, key=lambda pair: max(found.itt.pairs[pair].p_matters, found.itt.pairs[pair].p_worse)
    )


def done_unknown() -> Words:
    return Words("We know too little of what was done on the drawn days for an answer as done.")


def draw_too_weak() -> Words:
    return Words("What was done followed the draw too loosely for an answer as done.")


def draw_as_instrument() -> Words:
    return Words("The draw moved what was done well enough for an answer as done.")


def clinician(
    found: Result,
    options: Sequence[Option],
    protocol: Protocol | None,
    days: Sequence[Day],
    reason: str | None,
) -> tuple[Words, ...]:
    """Design, days, adherence, estimate, test, carry-over and limits, one short paragraph each."""
    first, second = quoted(options[0]), quoted(options[1])
    paragraphs = [
        _design(options, protocol, days),
        Words(
            "Outcome: {rated}, from 0 to 10, noted by the person on their own. More is better.",
            {"rated": RATED[found.target]},
        ),
        Words(
            "Days: {draws} drawn days came, {days} of them with a rating. The other {missing} are left open and are not "
            "filled in.",
            {"draws": found.draws, "days": found.days, "missing": found.missing},
        ),
        _adherence(found),
        Words(
            "As drawn, which is the main result: {first} less {second}, {mean} points (95% interval {low} to {high}). "
            "Chance that it is above zero: {positive}%. Chance that it is above 0.2 points: {matters}%.",
            {
                "first": first,
                "second": second,
                "mean": f"{found.difference:+.2f}",
                "low": f"{found.ci[0]:+.2f}",
                "high": f"{found.ci[1]:+.2f}",
                "positive": f"{100 * found.p_positive:.0f}",
                "matters": f"{100 * found.p_matters:.0f}",
            },
        ),
    ]
    if len(options) > 2:
        paragraphs += [_pair(pair, found, options) for pair in list(found.itt.pairs)[1:]]
    paragraphs += [_test(found), _as_done(found), _carry_over(found), _model(found)]
    paragraphs.append(
        Words(
            "Limits: the person knew what was drawn, so hope and doubt are part of the result. It holds for this person "
            "and these weeks. It does not tell what months of it would do."
        )
    )
    paragraphs.append(_end(found, reason))
    return tuple(paragraphs)


def _design(options: Sequence[Option], protocol: Protocol | None, days: Sequence[Day]) -> Words:
    names = quoted(options[0])
    for option in options[1:]:
        names = Words("{so_far} or {next}", {"so_far": names, "next": quoted(option)})
    if protocol is not None:
        return Words(
            "Design: a trial in one person (N-of-1), by draw, not blinded: {names}. {blocks} blocks held each option once, "
            "with {per_week} drawn days a week from {start}. The order within a block was drawn and sealed at the start.",
            {
                "names": names,
                "blocks": protocol.blocks,
                "per_week": protocol.per_week,
                "start": protocol.start.isoformat(),
            },
        )
    return Words(
        "Design: a trial in one person (N-of-1), by draw, not blinded: {names}. The days came as a table with {draws} "
        "drawn days in {blocks} blocks. How they were drawn is not checked here.",
        {"names": names, "draws": len(days), "blocks": len({day.block for day in days})},
    )


def _adherence(found: Result) -> Words:
    if not found.adherence.known:
        return Words("Done: what was done on the drawn days is not known.")
    return Words(
        "Done: as drawn on {kept} of {known} days where this is known. Days with a not today: {not_today}. They "
        "stay with what was drawn.",
        {
            "kept": found.adherence.as_drawn,
            "known": found.adherence.known,
            "not_today": found.adherence.not_today,
        },
    )


def _pair(pair: tuple[str, str], found: Result, options: Sequence[Option]) -> Words:
    called = {option.id: quoted(option) for option in options}
    one = found.itt.pairs[pair]
    return Words(
        "{first} less {second}: {mean} points (95% interval {low} to {high}).",
        {
            "first": called[pair[0]],
            "second": called[pair[1]],
            "mean": f"{one.mean:+.2f}",
            "low": f"{one.ci[0]:+.2f}",
            "high": f"{one.ci[1]:+.2f}",
        },
    )


def _test(found: Result) -> Words:
    if found.p_randomisation is None:
        return Words("Randomisation test: no block has enough rated days for it yet.")
    return Words(
        "Randomisation test: p = {p}, from re-drawing the order within each block.",
        {"p": f"{found.p_randomisation:.3f}"},
    )


def _as_done(found: Result) -> Words:
    if found.as_done is None or found.as_done_alone is None:
        return Words("As done: {note}", {"note": found.as_done_note})
    return Words(
        "As done, with the draw as instrument: {mean} points (95% interval {low} to {high}), and {alone} ({lowest} "
        "to {highest}) with almost no belief before. The draw moved {share}% of what was done.",
        {
            "mean": f"{found.as_done.difference:+.2f}",
            "low": f"{found.as_done.ci[0]:+.2f}",
            "high": f"{found.as_done.ci[1]:+.2f}",
            "alone": f"{found.as_done_alone.difference:+.2f}",
            "lowest": f"{found.as_done_alone.ci[0]:+.2f}",
            "highest": f"{found.as_done_alone.ci[1]:+.2f}",
            "share": f"{100 * (found.compliance or 0):.0f}",
        },
    )


def _carry_over(found: Result) -> Words:
    if found.carry_over is None or found.after_switches_left_out is None:
        return Words(
            "Carry-over: no drawn day came within two days of another option, so it is not at issue."
        )
    without = found.after_switches_left_out
    return Words(
        "Carry-over from the drawn day before: {mean} points (95% interval {low} to {high}), allowed for above. With the {out} "
        "days left out that came within two days of another option: {difference} points ({lowest} to {highest}).",
        {
            "mean": f"{found.carry_over.mean:+.2f}",
            "low": f"{found.carry_over.ci[0]:+.2f}",
            "high": f"{found.carry_over.ci[1]:+.2f}",
            "out": found.days - without.days,
            "difference": f"{without.difference:+.2f}",
            "lowest": f"{without.ci[0]:+.2f}",
            "highest": f"{without.ci[1]:+.2f}",
        },
    )


def _model(found: Result) -> Words:
    alone = found.data_alone
    values = {
        "mean": f"{found.prior[0]:+.2f}",
        "sd": f"{found.prior[1]:.2f}",
        "alone": f"{alone.difference:+.2f}",
        "low": f"{alone.ci[0]:+.2f}",
        "high": f"{alone.ci[1]:+.2f}",
    }
    if found.morning:
        return Words(
            "Model: usual level, slow trend, the morning rating, what carries over from day to day, and chance. The "
            "belief before: {mean} points (SD {sd}). With almost none: {alone} points ({low} to {high}).",
            values,
        )
    return Words(
        "Model: usual level, slow trend, what carries over from day to day, and chance. The belief before: {mean} points "
        "(SD {sd}). With almost none: {alone} points ({low} to {high}).",
        values,
    )


def _end(found: Result, reason: str | None) -> Words:
    if reason == "harm":
        return Words(
            "End: it stopped early, because evenings with one option were clearly lower. The rule was set before the start."
        )
    if reason == "person":
        return Words("End: it stopped early, because the person said so. All days until then are used.")
    if found.stopped_early:
        return Words("End: it has not run to its planned end. All days until now are used.")
    if found.planned is None:
        return Words("End: all days of the table are used.")
    return Words("End: it ran to its planned end.")
