"""Bouts: what was done, by whichever way it came (typed in, or read from a recording)."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ambulando.activity.catalogue import activity
from ambulando.ground import InputError

#: A device's clock may run ahead by this much before a bout counts as lying in the future.
CLOCK_DRIFT = timedelta(minutes=10)
#: Nothing done in one go lasts longer: a clock or a recording went wrong.
LONGEST = timedelta(days=7)
#: Two bouts that share more than this part of the shorter one are the same thing, recorded twice.
SHARED_PART = 0.5


@dataclass(frozen=True)
class Bout:
    """Something done: ``activity`` (catalogue id), ``start`` (aware), ``seconds`` from start to end.

    ``moving_seconds``: time in movement where the recording tells it. ``metres``, ``ascent`` (metres climbed),
    ``hr_mean``, ``hr_max`` (beats a minute), ``samples`` (points in the recording, 0 when typed in),
    ``effort`` 0-10 as the person felt it, ``feeling_before`` and ``feeling_after`` -5 to 5 on the Feeling Scale,
    ``pain``: whether it hurt (None: not told). Raises InputError with one sentence for impossible values.
    """

    activity: str
    start: datetime
    seconds: float
    moving_seconds: float | None = None
    metres: float | None = None
    ascent: float | None = None
    hr_mean: float | None = None
    hr_max: float | None = None
    samples: int = 0
    effort: int | None = None
    warnings: tuple[str, ...] = ()
    feeling_before: int | None = None
    feeling_after: int | None = None
    pain: bool | None = None

    def __post_init__(self) -> None:
        activity(self.activity)
        if self.start.tzinfo is None or self.start.utcoffset() is None:
            raise InputError(
                "The start of the bout has no time zone; please give it with its offset from UTC."
            )
        if not math.isfinite(self.seconds) or self.seconds <= 0:
            raise InputError("The bout has no length; please give how long it lasted.")
        if self.seconds > LONGEST.total_seconds():
            raise InputError("The bout lasts more than a week; please check its start and its end.")
        for name in ("moving_seconds", "metres", "ascent", "hr_mean", "hr_max"):
            value = getattr(self, name)
            if value is not None and (not math.isfinite(value) or value < 0):
                raise InputError(f"The bout has {name} {value}; it needs a number that is not below zero.")
        if self.effort is not None and self.effort not in range(11):
            raise InputError(f"The effort is {self.effort}; please give a whole number from 0 to 10.")
        for name in ("feeling_before", "feeling_after"):
            value = getattr(self, name)
            if value is not None and value not in range(-5, 6):
                raise InputError(f"The {name} is {value}; please give a whole number from -5 to 5.")
        if self.pain not in (None, True, False):
            raise InputError(f"The pain is {self.pain!r}; please give true or false, or leave it out.")

    @property
    def felt_worse(self) -> bool:
        """Whether it felt worse after than before, where the person told both."""
        before, after = self.feeling_before, self.feeling_after
        return before is not None and after is not None and after < before

    @property
    def minutes(self) -> float:
        """Minutes that count: those in movement where the recording tells them, else from start to end."""
        return (self.seconds if self.moving_seconds is None else self.moving_seconds) / 60

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    @property
    def day(self) -> date:
        """The date on the clock of the person who did it (in the offset that ``start`` carries)."""
        return self.start.date()


def identity(bout: Bout) -> str:
    """What a recording is known again by when it is imported twice: its start in UTC and its length, to the second.

    The activity is not part of it, so that a bout whose activity the person corrected is still the same.
    """
    start = bout.start.astimezone(UTC).replace(microsecond=0)
    return hashlib.sha256(f"{start.isoformat()}|{round(bout.seconds)}".encode()).hexdigest()


def check_not_future(bouts: Iterable[Bout], now: datetime) -> None:
    """Raise InputError for the first bout that ends after ``now`` (aware), give or take ten minutes of clock drift."""
    for bout in bouts:
        if bout.end > now + CLOCK_DRIFT:
            raise InputError(
                f"The recording from {bout.start:%Y-%m-%d %H:%M} is in the future;"
                " please check the date of the device and export it again."
            )


def without_overlaps(bouts: Iterable[Bout]) -> tuple[Bout, ...]:
    """The bouts in order of start, the same one from phone and watch counted once.

    Rule: two bouts are the same when they share more than half of the shorter one's time, from start to end. Of
    those the one with more minutes stays, then the one with more samples, then the one that came first. Bouts that
    share less are two things done one after the other, and both count in full.
    """
    ordered = sorted(bouts, key=lambda bout: bout.start)
    kept: list[Bout] = []
    for cluster in _clusters(ordered):
        chosen: list[Bout] = []
        for bout in sorted(cluster, key=lambda bout: (-bout.minutes, -bout.samples)):
            if not any(_same(bout, other) for other in chosen):
                chosen.append(bout)
        kept += chosen
    return tuple(sorted(kept, key=lambda bout: bout.start))


def _clusters(ordered: Sequence[Bout]) -> Iterable[list[Bout]]:
    """Runs of bouts that touch in time; bouts of different runs can not overlap."""
    run: list[Bout] = []
    until = datetime.min.replace(tzinfo=UTC)
    for bout in ordered:
        if run and bout.start >= until:
            yield run
            run = []
        until = max(until, bout.end) if run else bout.end
        run.append(bout)
    if run:
        yield run


def _same(one: Bout, other: Bout) -> bool:
    shared = (min(one.end, other.end) - max(one.start, other.start)).total_seconds()
    return shared > SHARED_PART * min(one.seconds, other.seconds)
