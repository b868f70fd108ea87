"""The dose of what was done: minutes, MET-minutes, marginal MET-hours, per week and modality."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ambulando.activity.bouts import Bout, without_overlaps
from ambulando.activity.catalogue import activity
from ambulando.ground import InputError


@dataclass(frozen=True)
class Dose:
    """``minutes``; ``met_minutes`` = sum of MET x minutes; ``marginal_met_hours`` = sum of (MET - 1) x hours.

    The marginal form counts what is above rest and is the one of the dose curve (Pearce 2022). ``bouts``: how many.
    """

    minutes: float = 0.0
    met_minutes: float = 0.0
    marginal_met_hours: float = 0.0
    bouts: int = 0


@dataclass(frozen=True)
class Week:
    """One ISO week: ``start`` (its Monday), the ``dose`` of all bouts, and that of each modality that occurred."""

    start: date
    dose: Dose
    by_modality: Mapping[str, Dose]


def dose_of(bouts: Iterable[Bout]) -> Dose:
    """The dose of the bouts, overlapping ones counted once (see ``bouts.without_overlaps``)."""
    return _sum(without_overlaps(bouts))


def weekly(bouts: Iterable[Bout], weeks_end: date, weeks: int | None = None) -> tuple[Week, ...]:
    """One Week for each ISO week up to the one that holds ``weeks_end``, oldest first, empty ones included.

    A bout belongs to the week of its local ``day``. ``weeks`` is how many are wanted; None starts with the week of
    the first bout. Bouts outside are left out. Raises InputError when ``weeks`` is below one.
    """
    if weeks is not None and weeks < 1:
        raise InputError(f"The number of weeks is {weeks}; please ask for at least one.")
    counted = without_overlaps(bouts)
    last = monday(weeks_end)
    if weeks is None:
        first = min([last, *(monday(bout.day) for bout in counted)])
    else:
        first = last - timedelta(weeks=weeks - 1)
    by_week: dict[date, list[Bout]] = {}
    for bout in counted:
        by_week.setdefault(monday(bout.day), []).append(bout)
    starts = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    return tuple(_week(start, by_week.get(start, [])) for start in starts)


def monday(day: date) -> date:
    """The first day of the ISO week that holds ``day``."""
    return day - timedelta(days=day.weekday())


def _week(start: date, bouts: list[Bout]) -> Week:
    by_modality: dict[str, list[Bout]] = {}
    for bout in bouts:
        by_modality.setdefault(activity(bout.activity).modality, []).append(bout)
    doses = {modality: _sum(some) for modality, some in sorted(by_modality.items())}
    return Week(start, _sum(bouts), doses)


def _sum(bouts: Iterable[Bout]) -> Dose:
    minutes = met_minutes = marginal = 0.0
    count = 0
    for bout in bouts:
        met = activity(bout.activity).met
        minutes += bout.minutes
        met_minutes += met * bout.minutes
        marginal += (met - 1) * bout.minutes / 60
        count += 1
    return Dose(minutes, met_minutes, marginal, count)
