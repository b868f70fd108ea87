"""FIT files made into bouts and days."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from ambulando.activity.bouts import Bout
from ambulando.activity.recordings.messages import Content, Sample, content_of, heart_rate, number
from ambulando.activity.recordings.model import Recording
from ambulando.activity.recordings.monitoring import days_of
from ambulando.activity.recordings.sports import chosen, travels
from ambulando.activity.recordings.tracks import ascent_of, metres_between, moving_of
from ambulando.ground import InputError


def recording_of(what: str, data: bytes, zone: tzinfo | None) -> Recording:
    """The recording in a FIT file; ``what`` is its name in sentences, ``zone`` is used where it tells no local time.

    Sessions become bouts (several in a multisport file); without sessions the samples become one; a monitoring file
    gives days. A wrong checksum is a warning. Raises InputError for a file that stops early or is damaged.
    """
    content = content_of(what, data)
    warnings: list[str] = []
    if not content.whole:
        warnings.append("The checksum of the file does not match its content: please check the numbers.")
    clock = _local_clock(content) or zone or UTC
    sessions = content.of("session")
    if sessions:
        bouts, skipped = _bouts_of_sessions(content, sessions, clock)
        if skipped:
            warnings.append(f"Parts without a start or a length were left out: {skipped}.")
    elif len(content.samples) > 1:
        bouts = _bouts_of_samples(content, clock)
    else:
        bouts = []
    days = days_of(content.of("monitoring"))
    if not bouts and not days:
        kind = f" (its kind is {content.kind!r})" if content.kind not in (None, "activity") else ""
        raise InputError(
            f"{what} is a FIT file without a recorded activity{kind}; please export the one that you recorded."
        )
    return Recording("fit", tuple(bouts), days, warnings=tuple(warnings))


def _local_clock(content: Content) -> tzinfo | None:
    """The offset from UTC that the device wore, from its activity message; None where it does not tell."""
    for message in content.of("activity"):
        utc, local = message.get("timestamp"), message.get("local_timestamp")
        if isinstance(utc, datetime) and isinstance(local, datetime):
            quarters = round((local - utc) / timedelta(minutes=15))
            if abs(quarters) <= 14 * 4:
                return timezone(timedelta(minutes=15 * quarters))
    return None


def _bouts_of_sessions(
    content: Content, sessions: Sequence[Mapping[str, Any]], clock: tzinfo
) -> tuple[list[Bout], int]:
    """A bout for each session, and how many had no start or length. Each sample goes to the session last begun."""
    begun = sorted(
        (
            (start, number)
            for number, session in enumerate(sessions)
            if (start := _start_of(session)) is not None
        )
    )
    shares: list[list[Sample]] = [[] for _ in sessions]
    starts = [start for start, _ in begun]
    for sample in content.samples if begun else ():
        shares[begun[max(0, bisect_right(starts, sample.time) - 1)][1]].append(sample)
    bouts: list[Bout] = []
    skipped = 0
    for session, samples in zip(sessions, shares, strict=True):
        start, seconds = _start_of(session), _seconds_of(session, samples)
        if start is None or not seconds:
            skipped += 1
            continue
        bout = _bout(session, samples, start.astimezone(clock), seconds)
        if bout is not None:
            bouts.append(bout)
    return bouts, skipped


def _start_of(session: Mapping[str, Any]) -> datetime | None:
    start, end = session.get("start_time"), session.get("timestamp")
    if isinstance(start, datetime):
        return start
    elapsed = number(session, "total_elapsed_time")
    return end - timedelta(seconds=elapsed) if isinstance(end, datetime) and elapsed else None


def _seconds_of(session: Mapping[str, Any], samples: Sequence[Sample]) -> float | None:
    elapsed = number(session, "total_elapsed_time", "total_timer_time")
    if elapsed:
        return elapsed
    return (samples[-1].time - samples[0].time).total_seconds() if len(samples) > 1 else None


def _bout(
    session: Mapping[str, Any], samples: Sequence[Sample], start: datetime, seconds: float
) -> Bout | None:
    """The bout of one session; what its summary does not tell is taken from its samples. None for a transition."""
    metres = number(session, "total_distance") or _metres_of(samples)
    timer = number(session, "total_timer_time") or None
    speed = 3.6 * metres / (timer or seconds) if metres else None
    choice = chosen(_word(session.get("sport")), _word(session.get("sub_sport")), speed)
    if choice.activity is None:
        return None
    moving = timer if timer is not None else _moving_of(samples, choice.activity)
    rates = [sample.hr for sample in samples if sample.hr is not None]
    ascent = number(session, "total_ascent")
    return Bout(
        activity=choice.activity,
        start=start,
        seconds=seconds,
        moving_seconds=None if moving is None else min(moving, seconds),
        metres=metres,
        ascent=ascent if ascent is not None else ascent_of(sample.height for sample in samples),
        hr_mean=heart_rate(session.get("avg_heart_rate")) or (sum(rates) / len(rates) if rates else None),
        hr_max=heart_rate(session.get("max_heart_rate")) or max(rates, default=None),
        samples=len(samples),
        warnings=choice.warnings,
    )


def _bouts_of_samples(content: Content, clock: tzinfo) -> list[Bout]:
    """One bout over all samples, for a file whose device did not come to write its summary; none without a length."""
    samples = content.samples
    start = samples[0].time
    seconds = (samples[-1].time - start).total_seconds()
    told = next((message for message in content.of("sport", "lap") if message.get("sport") is not None), {})
    summary = {
        "sport": told.get("sport"),
        "sub_sport": told.get("sub_sport"),
        "total_timer_time": _timer_of(content.of("event"), start, samples[-1].time),
    }
    bout = _bout(summary, samples, start.astimezone(clock), seconds) if seconds > 0 else None
    note = "The file has no summary: the totals are counted from its samples."
    return [] if bout is None else [replace(bout, warnings=(note, *bout.warnings))]


def _timer_of(events: Sequence[Mapping[str, Any]], start: datetime, end: datetime) -> float | None:
    """Seconds for which the timer ran between ``start`` and ``end``, from its start and stop events; None without any."""
    running: datetime | None = None
    total = 0.0
    seen = False
    for event in events:
        time, what = event.get("timestamp"), event.get("event_type")
        if event.get("event") != "timer" or not isinstance(time, datetime):
            continue
        seen = True
        if what == "start" and running is None:
            running = max(time, start)
        elif what in ("stop", "stop_all", "stop_disable", "stop_disable_all") and running is not None:
            total += max(0.0, (min(time, end) - running).total_seconds())
            running = None
    if running is not None:
        total += max(0.0, (end - running).total_seconds())
    return total if seen and total else None


def _metres_of(samples: Sequence[Sample]) -> float | None:
    told = [sample.metres for sample in samples if sample.metres is not None]
    return max(0.0, told[-1] - told[0]) or None if told else None


def _moving_of(samples: Sequence[Sample], activity_id: str) -> float | None:
    """Seconds in movement by the positions, else by the distances; None where neither is told or it stays in place."""
    if not travels(activity_id):
        return None
    placed = [sample for sample in samples if sample.lat is not None and sample.lon is not None]
    if len(placed) > 1:
        path = [(sample.lat or 0.0, sample.lon or 0.0) for sample in placed]
        return moving_of(_times(placed), lambda i, j: metres_between(*path[i], *path[j]))
    counted = [sample for sample in samples if sample.metres is not None]
    if len(counted) > 1:
        metres = [sample.metres or 0.0 for sample in counted]
        return moving_of(_times(counted), lambda i, j: metres[j] - metres[i])
    return None


def _times(samples: Sequence[Sample]) -> list[float]:
    return [sample.time.timestamp() for sample in samples]


def _word(value: Any) -> str | None:
    """A sport's name; the profile's number where the decoder has no name for it."""
    return None if value is None else str(value)
