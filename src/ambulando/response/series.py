"""One person's days in a row: mood, minutes of exercise, and what else was noted. No NumPy here.

The rules of missingness, everywhere in this floor:

- A day without a record is a gap. Its mood is unknown (``None``) and so are its minutes (NaN): a gap is never a zero.
- On a recorded day, minutes that are not given are 0: who wrote down the day and no exercise, did none.
- A recorded day may lack its mood; the model predicts such days and never fills them in.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from ambulando.activity.catalogue import MODALITIES
from ambulando.ground import InputError, rows_of
from ambulando.response.cells import date_in, number_in

#: What an effect can be an effect on; ``Series.rated`` tells how each is read.
TARGETS = ("mood", "energy", "sleep", "stress")

#: More days than this between the first and the last is taken for a mistyped year.
MOST_DAYS = 3653

_MINUTES = "minutes_"
_FLAGS = {
    "randomised": "that a draw decided",
    "ill": "of being ill",
    "medicine_changed": "of a change of medicine",
}


@dataclass(frozen=True)
class Series:
    """A person's days, oldest first, one entry a day from ``start`` on; every tuple has the same length.

    mood, energy, stress, morning, sleep: ratings 0-10 or None. mood, energy and stress are the evening's; morning and
    sleep (of the night before) are given before that day's exercise. minutes: by modality, NaN on a gap. phq9: totals
    0-27 or None. randomised: True where a draw decided whether there was a session that day and the draw was followed;
    None or False elsewhere. ill: True on a day of being ill. medicine_changed: True on the day of a change of medicine
    or dose. Raises InputError for unequal lengths, or for a day with mood whose minutes are not known.
    """

    start: date
    mood: tuple[float | None, ...]
    minutes: Mapping[str, tuple[float, ...]]
    morning: tuple[float | None, ...] | None = None
    sleep: tuple[float | None, ...] | None = None
    phq9: tuple[int | None, ...] | None = None
    randomised: tuple[bool | None, ...] | None = None
    simulated: bool = field(default=False)
    energy: tuple[float | None, ...] | None = None
    stress: tuple[float | None, ...] | None = None
    ill: tuple[bool | None, ...] | None = None
    medicine_changed: tuple[bool | None, ...] | None = None

    def __post_init__(self) -> None:
        columns: dict[str, tuple[object, ...] | None] = {
            "morning": self.morning,
            "sleep": self.sleep,
            "phq9": self.phq9,
            "randomised": self.randomised,
            "energy": self.energy,
            "stress": self.stress,
            "ill": self.ill,
            "medicine_changed": self.medicine_changed,
            **{_MINUTES + modality: values for modality, values in self.minutes.items()},
        }
        for name, values in columns.items():
            if values is not None and len(values) != len(self.mood):
                raise InputError(
                    f"The series has {len(self.mood)} days of mood and {len(values)} of {name}. Please give one of each a day."
                )
        for modality, minutes in self.minutes.items():
            for day, (mood, value) in enumerate(zip(self.mood, minutes, strict=True)):
                if mood is not None and math.isnan(value):
                    raise InputError(
                        f"The series has a mood but no minutes of {modality} on {self.start + timedelta(day)}. "
                        "Please give 0 where there was none."
                    )

    @property
    def days(self) -> int:
        """The number of days with a mood."""
        return sum(mood is not None for mood in self.mood)

    def rated(self, target: str) -> tuple[float | None, ...]:
        """What is rated of each day, so that more is better: "mood", "energy", "stress" (10 less it) of the evening, or
        the "sleep" of the night after, which the next day tells. None too where the minutes of that day are not known.
        """
        if target == "mood":
            return self.mood
        values = {"energy": self.energy, "stress": self.stress, "sleep": self.sleep}[target]
        if values is None:
            return (None,) * len(self.mood)
        if target == "sleep":
            values = (*values[1:], None)
        unknown = {t for minutes in self.minutes.values() for t, v in enumerate(minutes) if math.isnan(v)}
        return tuple(
            None if value is None or t in unknown else 10.0 - value if target == "stress" else value
            for t, value in enumerate(values)
        )


def check_target(target: str) -> None:
    """Raises InputError for what is not one of TARGETS."""
    if target not in TARGETS:
        raise InputError(f"There is no target '{target}'. Please use one of {', '.join(TARGETS)}.")


def read_csv(text: str, where: str, *, today: date | None = None) -> Series:
    """The series in a CSV: ``date``, ``mood``, ``minutes_<modality>`` columns; optional ``morning``, ``sleep``,
    ``energy``, ``stress``, ``phq9``, ``randomised``, ``ill``, ``medicine_changed`` (the last three 0/1). Rows in any
    order; other columns are not read.

    Dates are ISO 8601 (2026-03-01). An empty mood is a mood not given; empty minutes are 0; a date without a row is a
    gap. Raises InputError naming ``where`` and the row (the line of names is row 1) for a missing column, a modality
    that is not known, a value outside its range, a bad or double date, and, given ``today``, a date after it.
    """
    rows = rows_of(text, where=where, required=("date", "mood"))
    names = rows[0].keys() if rows else _names(text)
    modalities = [name.removeprefix(_MINUTES) for name in names if name.startswith(_MINUTES)]
    if not modalities:
        raise InputError(
            f"{where} has no column of minutes. Please add at least one, such as 'minutes_walking'."
        )
    for modality in modalities:
        _known(modality, f"{where} has a column 'minutes_{modality}'")
    if not rows:
        raise InputError(f"{where} has no days. Please add at least one row.")
    days: dict[date, dict[str, str]] = {}
    numbers: dict[date, int] = {}
    for number, row in enumerate(rows, start=2):
        place = f"Row {number} of {where}"
        day = date_in(row["date"], place, today)
        if day in days:
            raise InputError(
                f"{place} has the date {day}, which row {numbers[day]} has too. Please keep one row a day."
            )
        days[day], numbers[day] = row, number
    first, last = min(days), max(days)
    _span(first, last, where)
    span = [first + timedelta(n) for n in range((last - first).days + 1)]

    def column(name: str, read: Callable[[str, str], float | None]) -> list[float | None]:
        return [read(days[d][name], f"Row {numbers[d]} of {where}") if d in days else None for d in span]

    def rating(name: str) -> tuple[float | None, ...] | None:
        if name not in names:
            return None
        return tuple(column(name, lambda cell, place: number_in(cell, place, name, 0, 10)))

    def flag(name: str) -> tuple[bool | None, ...] | None:
        if name not in names:
            return None
        read = column(name, lambda cell, place: _flag(cell, place, name))
        return tuple(None if value is None else value == 1 for value in read)

    def minutes(name: str) -> tuple[float, ...]:
        read = column(name, lambda cell, place: number_in(cell or "0", place, name, 0, 1440))
        return tuple(math.nan if value is None else value for value in read)

    return Series(
        start=first,
        mood=rating("mood") or (),
        minutes={modality: minutes(_MINUTES + modality) for modality in modalities},
        morning=rating("morning"),
        sleep=rating("sleep"),
        phq9=tuple(None if v is None else int(v) for v in column("phq9", _phq9)) if "phq9" in names else None,
        randomised=flag("randomised"),
        energy=rating("energy"),
        stress=rating("stress"),
        ill=flag("ill"),
        medicine_changed=flag("medicine_changed"),
    )


def from_days(
    *,
    today: date,
    moods: Mapping[date, float | None],
    bouts: Iterable[tuple[date, str, float]],
    morning: Mapping[date, float | None] | None = None,
    sleep: Mapping[date, float | None] | None = None,
    phq9: Mapping[date, int] | None = None,
    randomised: Mapping[date, bool] | None = None,
    energy: Mapping[date, float | None] | None = None,
    stress: Mapping[date, float | None] | None = None,
    ill: Mapping[date, bool | None] | None = None,
    medicine_changed: Mapping[date, bool | None] | None = None,
) -> Series:
    """The series of a person's check-ins and bouts, from plain values.

    moods, energy, stress: evening ratings 0-10 by local date; bouts: (local date, modality, minutes), added up by day.
    A day with a rating or a bout is recorded; all others are gaps. With nothing at all the series has no days. Raises
    InputError for a value outside its range, an unknown modality or a date after ``today``.
    """
    given = {"mood": moods, "morning": morning, "sleep": sleep, "energy": energy, "stress": stress}
    ratings = {name: dict(values or {}) for name, values in given.items()}
    for name, values in ratings.items():
        for day, value in values.items():
            if value is not None and not 0 <= value <= 10:
                number_in(str(value), f"The check-in of {day}", name, 0, 10)
    recorded = {day for values in ratings.values() for day, value in values.items() if value is not None}
    done: dict[str, dict[date, float]] = {}
    for day, modality, value in bouts:
        _known(modality, f"The bout of {day} has the modality '{modality}'")
        if not 0 <= value < math.inf:
            number_in(str(value), f"The bout of {day}", "minutes", 0, None)
        of_modality = done.setdefault(modality, {})
        of_modality[day] = min(of_modality.get(day, 0.0) + value, 1440.0)
        recorded.add(day)
    anchors = dict(phq9 or {})
    for day, total in anchors.items():
        _phq9(str(total), f"The assessment of {day}")
    flags = {"ill": dict(ill or {}), "medicine_changed": dict(medicine_changed or {})}
    noted = {day for values in flags.values() for day, value in values.items() if value}
    every = recorded | anchors.keys() | noted
    if every and max(every) > today:
        raise InputError(f"The date {max(every)} is in the future. Please pick today or an earlier day.")
    first, last = min(every, default=today), max(every, default=today - timedelta(1))
    _span(first, last, "This journal")
    span = [first + timedelta(n) for n in range((last - first).days + 1)]
    draws = dict(randomised or {})

    def rating(name: str) -> tuple[float | None, ...] | None:
        return tuple(ratings[name].get(day) for day in span) if given[name] is not None else None

    return Series(
        start=first,
        mood=tuple(ratings["mood"].get(day) for day in span),
        minutes={
            modality: tuple(of.get(day, 0.0) if day in recorded else math.nan for day in span)
            for modality, of in sorted(done.items())
        },
        morning=rating("morning"),
        sleep=rating("sleep"),
        phq9=tuple(anchors.get(day) for day in span) if phq9 is not None else None,
        randomised=tuple(draws.get(day) for day in span) if randomised is not None else None,
        energy=rating("energy"),
        stress=rating("stress"),
        ill=tuple(flags["ill"].get(day) for day in span) if ill is not None else None,
        medicine_changed=tuple(flags["medicine_changed"].get(day) for day in span)
        if medicine_changed is not None
        else None,
    )


def _names(text: str) -> list[str]:
    line = next(
        line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.startswith("#")
    )
    return [name.strip().strip('"') for name in line.split(",")]


def _known(modality: str, what: str) -> None:
    if modality not in MODALITIES:
        raise InputError(f"{what}, which is not known. Please use one of {', '.join(MODALITIES)}.")


def _span(first: date, last: date, where: str) -> None:
    if (last - first).days > MOST_DAYS:
        raise InputError(f"{where} runs from {first} to {last}, more than ten years. Please check the years.")


def _phq9(cell: str, place: str) -> float | None:
    value = number_in(cell, place, "phq9", 0, 27)
    if value is not None and value != int(value):
        raise InputError(f"{place} has the phq9 '{cell}'. Please give the whole total, from 0 to 27.")
    return value


def _flag(cell: str, place: str, name: str) -> float | None:
    if cell not in ("", "0", "1"):
        raise InputError(f"{place} has the {name} '{cell}'. Please write 1 for a day {_FLAGS[name]}, else 0.")
    return float(cell) if cell else None
