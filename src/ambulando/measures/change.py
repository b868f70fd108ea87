"""What a change between two totals may be called. Never cured, never getting worse: points, and how many."""

from dataclasses import dataclass

from ambulando.ground import InputError, Words
from ambulando.measures.instruments import instrument
from ambulando.measures.scoring import band_of
from ambulando.measures.shape import ClinicalRule, Instrument, Noticed

ABOUT_THE_SAME = "about-the-same"
LOWER = "lower"
HIGHER = "higher"


@dataclass(frozen=True)
class Change:
    """A change between two totals of one instrument.

    ``points`` is after minus before. ``kind`` is "about-the-same", "lower" or "higher"; which of the two is fewer
    symptoms stands in ``Instrument.better``. ``noticed`` says that many people notice a drop of this size. ``source``
    is where the rule comes from.
    """

    points: int | float
    kind: str
    sentence: Words
    source: str
    noticed: bool = False


@dataclass(frozen=True)
class ClinicalChange:
    """What a clinician's export may say of the same change. Each mark is None where no source gives its figure.

    ``reliable`` holds for a change in either direction. ``sources`` has one line for each mark that is not None.
    """

    points: int | float
    reliable: bool | None
    response: bool | None
    remission: bool | None
    sources: tuple[str, ...]


def change(id: str, before: int | float, after: int | float) -> Change:  # noqa: A002 - as in instrument(id)
    """The change from one total to a later one, in words a person can trust.

    Raises InputError for a total out of range, or an instrument for which nothing says what counts as change.
    """
    form = _ranged(id, before, after)
    rule = form.change
    if rule is None:
        raise InputError(
            f"Nothing says what counts as change on the {form.name}; please compare the totals yourself."
        )
    points = _plain(after - before)
    kind = ABOUT_THE_SAME if abs(points) < rule.points else HIGHER if points > 0 else LOWER
    noticed = kind == LOWER and rule.noticed is not None and _noticed(rule.noticed, before, after)
    source = rule.source
    if noticed and rule.noticed:
        source = f"{rule.source} Noticed: {rule.noticed.source}"
    return Change(points, kind, _sentence(form, before, after, kind, noticed), source, noticed)


def for_clinicians(id: str, before: int | float, after: int | float) -> ClinicalChange:  # noqa: A002 - as in instrument(id)
    """The marks that sources give for this change: reliable, response, remission.

    Response is a drop by a share of the earlier total, remission a later total below a figure; both are None for a
    person who began under the total from which the source speaks. Raises InputError for a total out of range.
    """
    form = _ranged(id, before, after)
    marks = form.clinicians
    points = _plain(after - before)
    reliable = abs(points) >= marks.reliable.points if marks.reliable else None
    response = remission = None
    if marks.response and before > 0 and before >= marks.response.start:
        response = before - after + 1e-9 >= marks.response.drop * before
    if marks.remission and before >= marks.remission.start:
        remission = after < marks.remission.below
    told = {"Reliable": (reliable, marks.reliable), "Response": (response, marks.response)}
    told["Remission"] = (remission, marks.remission)
    sources = tuple(
        f"{name}: {_worded(rule)}. {rule.source}"
        for name, (mark, rule) in told.items()
        if rule and mark is not None
    )
    return ClinicalChange(points, reliable, response, remission, sources)


def _plain(total: int | float) -> int | float:
    """A total or a difference as it is said: two decimals at most, none where it is whole, whatever floats make of thirds."""
    shown = round(total, 2)
    return int(shown) if shown == int(shown) else shown


def _worded(rule: ClinicalRule) -> str:
    if rule.points:
        return f"{rule.points} points or more"
    start = f", from {rule.start} or more" if rule.start else ""
    return (f"a drop by {rule.drop:.0%} or more" if rule.drop else f"below {rule.below}") + start


def _ranged(id_: str, before: int | float, after: int | float) -> Instrument:
    form = instrument(id_)
    band_of(form, before)
    band_of(form, after)
    return form


def _noticed(rule: Noticed, before: int | float, after: int | float) -> bool:
    # The small slack keeps 5 of 25 a fifth, whatever the machine makes of 0.2.
    return before >= rule.start and (before - after) + 1e-9 >= rule.drop * before


def _sentence(form: Instrument, before: int | float, after: int | float, kind: str, noticed: bool) -> Words:
    values = {
        "after": _plain(after),
        "before": _plain(before),
        "points": abs(_plain(after - before)),
    }
    if form.unit is not None:
        return _counted(kind, values | {"unit": form.unit})
    if kind == ABOUT_THE_SAME:
        return Words(
            "Your answers add up to {after} this time, {before} last time. That is about the same.", values
        )
    if kind == HIGHER:
        return Words(
            "Your answers add up to {after} this time, {before} last time. That is {points} points higher.",
            values,
        )
    if noticed:
        return Words(
            "Your answers add up to {after} this time, {before} last time."
            " That is {points} points lower, a shift many people notice.",
            values,
        )
    return Words(
        "Your answers add up to {after} this time, {before} last time. That is {points} points lower.", values
    )


def _counted(kind: str, values: dict[str, object]) -> Words:
    """A total that counts something, such as minutes a week: more or fewer of them, and no more said."""
    if kind == ABOUT_THE_SAME:
        return Words(
            "Your answers come to {after} {unit} this time, {before} last time. That is about the same.",
            values,
        )
    if kind == HIGHER:
        return Words(
            "Your answers come to {after} {unit} this time, {before} last time. That is {points} more.",
            values,
        )
    return Words(
        "Your answers come to {after} {unit} this time, {before} last time. That is {points} fewer.", values
    )
