"""A history CSV (``date``, ``mood``, ``minutes_<modality>``) as bouts and check-ins for a plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ambulando.activity.bouts import Bout
from ambulando.activity.catalogue import catalogue


@dataclass(frozen=True)
class Felt:
    """A check-in of a history: ``mood`` 0-10 or None; a history does not tell energy."""

    day: date
    mood: float | None
    energy: float | None = None


@dataclass(frozen=True)
class History:
    """What a history file holds: bouts and check-ins, oldest first."""

    bouts: tuple[Bout, ...]
    checkins: tuple[Felt, ...]


def read(text: str, where: str, *, today: date | None = None) -> History:
    """The bouts and check-ins of a history file, as ``response fit`` takes it.

    One bout a day and modality, at noon UTC (a history knows days, not hours), as the first activity that the catalogue
    has of that modality. Raises InputError naming ``where`` and the row, as ``response.series.read_csv`` does.
    """
    from ambulando.response.series import read_csv  # only who has a history needs that floor

    series = read_csv(text, where, today=today)
    bouts = []
    for modality, minutes in series.minutes.items():
        stands_for = next(entry.id for entry in catalogue().values() if entry.modality == modality)
        for ahead, value in enumerate(minutes):
            if value > 0:  # a gap is NaN, which is not
                start = datetime.combine(series.start + timedelta(days=ahead), time(12), UTC)
                bouts.append(Bout(stands_for, start, value * 60))
    checkins = [
        Felt(series.start + timedelta(days=ahead), mood)
        for ahead, mood in enumerate(series.mood)
        if mood is not None
    ]
    return History(tuple(sorted(bouts, key=lambda bout: bout.start)), tuple(checkins))
