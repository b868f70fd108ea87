"""What a change between two totals may be called. Never cured, never getting worse: points, and how many."""

from dataclasses import dataclass

from ambulando.ground import InputError, Words
from ambulando.measures.instruments import Noticed, instrument
from ambulando.measures.scoring import band_of

ABOUT_THE_SAME = "about-the-same"
LOWER = "lower"
HIGHER = "higher"


@dataclass(frozen=True)
class Change:
    """A change between two totals of one instrument.

    ``points`` is after minus before, so negative means fewer symptoms. ``kind`` is "about-the-same", "lower" or
    "higher". ``noticed`` says that many people notice a drop of this size. ``source`` is where the rule comes from.
    """

    points: int
    kind: str
    sentence: Words
    source: str
    noticed: bool = False


def change(id: str, before: int, after: int) -> Change:  # noqa: A002 - as in instrument(id)
    """The change from one total to a later one, in words a person can trust.

    Raises InputError for a total out of range, or an instrument for which nothing says what counts as change.
    """
    form = instrument(id)
    band_of(form, before)
    band_of(form, after)
    if form.change is None:
        raise InputError(
            f"Nothing says what counts as change on the {form.name}; please compare the totals yourself."
        )
    points = after - before
    values = {"after": after, "before": before, "points": abs(points)}
    if abs(points) < form.change.points:
        words = Words(
            "Your answers add up to {after} this time, {before} last time. That is about the same.", values
        )
        return Change(points, ABOUT_THE_SAME, words, form.change.source)
    if points > 0:
        words = Words(
            "Your answers add up to {after} this time, {before} last time. That is {points} points higher.",
            values,
        )
        return Change(points, HIGHER, words, form.change.source)
    if (rule := form.change.noticed) and _noticed(rule, before, after):
        words = Words(
            "Your answers add up to {after} this time, {before} last time."
            " That is {points} points lower, a shift many people notice.",
            values,
        )
        return Change(points, LOWER, words, f"{form.change.source} Noticed: {rule.source}", noticed=True)
    words = Words(
        "Your answers add up to {after} this time, {before} last time. That is {points} points lower.", values
    )
    return Change(points, LOWER, words, form.change.source)


def _noticed(rule: Noticed, before: int, after: int) -> bool:
    # The small slack keeps 5 of 25 a fifth, whatever the machine makes of 0.2.
    return before >= rule.start and (before - after) + 1e-9 >= rule.drop * before
