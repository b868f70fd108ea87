"""The messages of a FIT file that matter, decoded by fitdecode and sorted by what they are."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import fitdecode

from ambulando.ground import InputError

#: More messages than this are no recording (five days at one sample a second are 432,000).
MAX_MESSAGES = 500_000
#: What damaged bytes make the decoder raise, beside its own errors (found by feeding it such bytes).
_DAMAGE = (
    fitdecode.FitError,
    struct.error,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
)
_DEGREES = 180 / 2**31
_PLAUSIBLE_HR = range(20, 251)
_WANTED = frozenset(
    ("file_id", "session", "record", "event", "activity", "sport", "lap", "monitoring", "monitoring_info")
)


class Sample(NamedTuple):
    """One record message: when, metres since the start, height, heart rate, position in degrees."""

    time: datetime
    metres: float | None
    height: float | None
    hr: float | None
    lat: float | None
    lon: float | None


@dataclass
class Content:
    """The messages of a file, sorted by what they are."""

    kind: str | None = None
    whole: bool = True
    samples: list[Sample] = field(default_factory=list)
    messages: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def of(self, *names: str) -> list[Mapping[str, Any]]:
        return [message for name in names for message in self.messages.get(name, [])]


def content_of(what: str, data: bytes) -> Content:
    """The messages of the file; raises InputError, naming it ``what``, where it stops early or is damaged."""
    content = Content()
    try:
        for count, frame in enumerate(_frames(data)):
            if count > MAX_MESSAGES:
                raise InputError(f"{what} holds more than {MAX_MESSAGES} messages, too many for a recording.")
            if frame.frame_type == fitdecode.FIT_FRAME_CRC:
                content.whole = content.whole and bool(frame.matched)
            elif frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name in _WANTED:
                _take(content, frame.name, {item.name: item.value for item in frame.fields})
    except _BrokenError as broken:
        raise _stopped(what, str(broken), content) from None
    content.samples.sort(key=lambda sample: sample.time)
    return content


class _BrokenError(Exception):
    """The decoder gave up; the text says how the file is broken."""


def _frames(data: bytes) -> Iterator[Any]:
    """The decoder's frames; bytes that follow a complete file and are no further file are passed over."""
    complete = False
    with fitdecode.FitReader(
        data, check_crc=fitdecode.CrcCheck.READONLY, error_handling=fitdecode.ErrorHandling.IGNORE
    ) as reader:
        frames = iter(reader)
        while True:
            try:
                frame = next(frames, None)
            except fitdecode.FitEOFError:
                raise _BrokenError("stops in the middle") from None
            except _DAMAGE as error:
                if complete and isinstance(error, fitdecode.FitHeaderError):
                    return
                raise _BrokenError("is damaged") from None
            if frame is None:
                return
            complete = frame.frame_type == fitdecode.FIT_FRAME_CRC
            yield frame


def _stopped(what: str, how: str, content: Content) -> InputError:
    count = len(content.samples)
    samples = {0: "no sample", 1: "1 sample"}.get(count, f"{count} samples")
    return InputError(
        f"{what} {how}: {samples} could be read; please export it again from your device or app."
    )


def _take(content: Content, name: str, values: Mapping[str, Any]) -> None:
    if name == "record":
        time = values.get("timestamp")
        if isinstance(time, datetime):
            lat, lon = number(values, "position_lat"), number(values, "position_long")
            content.samples.append(
                Sample(
                    time,
                    number(values, "distance"),
                    number(values, "enhanced_altitude", "altitude"),
                    heart_rate(values.get("heart_rate")),
                    None if lat is None else lat * _DEGREES,
                    None if lon is None else lon * _DEGREES,
                )
            )
        return
    if name == "file_id":
        content.kind = str(values.get("type")) if content.kind is None else content.kind
    # Information and counts stay in one list, because their times go on from one another.
    name = "monitoring" if name == "monitoring_info" else name
    content.messages.setdefault(name, []).append(values)


def number(values: Mapping[str, Any], *names: str) -> float | None:
    """The first of the fields that holds a number."""
    for name in names:
        value = values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def heart_rate(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and int(value) in _PLAUSIBLE_HR else None
