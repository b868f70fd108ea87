"""GPX files (1.0 and 1.1): tracks read into bouts by the standard library's expat, one pass, no tree.

A document type declaration is refused, so no entity is ever expanded; size, points and depth are limited.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from xml.parsers import expat

from ambulando.activity.bouts import Bout
from ambulando.activity.recordings.model import Recording
from ambulando.activity.recordings.sports import chosen, travels
from ambulando.activity.recordings.tracks import ascent_of, metres_between, moving_of
from ambulando.ground import InputError

MAX_POINTS = 500_000
MAX_DEPTH = 64
#: The elements whose text is kept, and as what.
_TEXTS = frozenset(("ele", "time", "hr", "type"))
_MAX_TEXT = 200
_PLAUSIBLE_HR = range(20, 251)
#: Years outside these are a device's unset clock.
_YEARS = range(1980, 2200)


class _Point(NamedTuple):
    """One track point: degrees, metres above the sea, UTC time, beats a minute; None where not told."""

    lat: float
    lon: float
    height: float | None
    time: datetime | None
    hr: float | None


@dataclass
class _Track:
    type: str | None = None
    segments: list[list[_Point]] = field(default_factory=list)


class _RefusedError(Exception):
    """Raised inside the parser's callbacks: why the rest is not read."""


class _Reader:
    """Gathers tracks from expat's events. Names are compared without their namespace: GPX 1.0, 1.1 and extensions alike."""

    def __init__(self) -> None:
        self.tracks: list[_Track] = []
        self.points = 0
        self.others = {"wpt": 0, "rtept": 0}
        self._path: list[str] = []
        self._at: tuple[float, float] | None = None
        self._point: dict[str, str] = {}
        self._text: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise _RefusedError("declares a document type, which a recording does not need")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self._path and local != "gpx":
            raise _RefusedError(_foreign(local))
        if len(self._path) >= MAX_DEPTH:
            raise _RefusedError(f"is nested more than {MAX_DEPTH} levels deep, which no recording is")
        self._path.append(local)
        if local == "trkpt":
            self._begin_point(attributes)
        elif local == "trk":
            self.tracks.append(_Track())
        elif local == "trkseg" and self.tracks:
            self.tracks[-1].segments.append([])
        elif local in self.others:
            self.others[local] += 1
        self._text = [] if local in _TEXTS else None

    def _begin_point(self, attributes: dict[str, str]) -> None:
        self.points += 1
        if self.points > MAX_POINTS:
            raise _RefusedError(f"holds more than {MAX_POINTS} points, too many for a recording")
        lat, lon = _number(attributes.get("lat")), _number(attributes.get("lon"))
        inside = lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180
        self._at = (lat, lon) if inside and lat is not None and lon is not None else None
        self._point = {}

    def _characters(self, text: str) -> None:
        if self._text is not None and len(self._text) < _MAX_TEXT:
            self._text.append(text)

    def _end(self, _: str) -> None:
        local = self._path.pop()
        if self._text is not None and local in _TEXTS:
            text = "".join(self._text).strip()[:_MAX_TEXT]
            if "trkpt" in self._path:
                self._point[local] = text
            elif local == "type" and self._path[-1] == "trk":
                self.tracks[-1].type = text
        self._text = None
        if local == "trkpt" and self._at is not None and self.tracks and self.tracks[-1].segments:
            rate = _number(self._point.get("hr"))
            self.tracks[-1].segments[-1].append(
                _Point(
                    *self._at,
                    _number(self._point.get("ele")),
                    _time(self._point.get("time")),
                    rate if rate is not None and int(rate) in _PLAUSIBLE_HR else None,
                )
            )


def recording_of(what: str, data: bytes, zone: tzinfo | None) -> Recording:
    """The recording in a GPX file; ``what`` is its name in sentences, ``zone`` the person's (its times are in UTC).

    Each track with times becomes a bout. Distance: haversine from point to point within a segment. Climb and time in
    movement: see ``tracks``. Raises InputError for a file of another kind, a broken one, or one without such a track.
    """
    found = _parsed(what, data)
    filled = [track for track in found.tracks if any(track.segments)]
    if not filled:
        raise InputError(_without_track(what, found))
    bouts = [bout for track in filled if (bout := _bout(track, zone or UTC)) is not None]
    left_out = len(filled) - len(bouts)
    if not bouts:
        raise InputError(
            f"{what} has a track without times, so we can not tell how long it took;"
            " please export it with times, or add it by hand."
        )
    note = f"Tracks without times or with a single point were left out: {left_out}."
    return Recording("gpx", tuple(bouts), warnings=(note,) if left_out else ())


def _parsed(what: str, data: bytes) -> _Reader:
    reader = _Reader()
    try:
        reader.parser.Parse(data.lstrip(b" \t\r\n"), True)
    except _RefusedError as refusal:
        raise InputError(f"{what} {refusal}; please choose a FIT or GPX file.") from None
    except expat.ExpatError as error:
        read = {0: "no point", 1: "1 point"}.get(reader.points, f"{reader.points} points")
        raise InputError(
            f"{what} stops or breaks at line {error.lineno}: {read} could be read;"
            " please export it again from your device or app."
        ) from None
    except (ValueError, LookupError):  # an encoding that does not exist, or is not one of text
        raise InputError(
            f"{what} is not readable as text; please export it again from your device or app."
        ) from None
    return reader


def _foreign(root: str) -> str:
    known = {
        "TrainingCenterDatabase": "is a TCX file, which is not read yet",
        "kml": "is a KML map, not a recording",
        "HealthData": "is an Apple Health export, which is not read yet",
        "html": "is a web page, not a recording",
        "svg": "is a picture, not a recording",
    }
    return known.get(root, f"is an XML file of another kind (it begins with {root[:40]!r})")


def _without_track(what: str, found: _Reader) -> str:
    if found.others["rtept"]:
        return f"{what} holds a planned route but no track; please export what was recorded on the way."
    if found.others["wpt"]:
        return f"{what} holds single places but no track; please export the recorded track."
    return f"{what} holds no track; please export the recorded track."


def _bout(track: _Track, zone: tzinfo) -> Bout | None:
    """The bout of a track, over all its segments; None where fewer than two points have times or no time passed."""
    points = [point for segment in track.segments for point in segment]
    timed = sorted((point for point in points if point.time is not None), key=_seconds)
    if len(timed) < 2 or _seconds(timed[-1]) <= _seconds(timed[0]):
        return None
    start = timed[0].time
    seconds = _seconds(timed[-1]) - _seconds(timed[0])
    metres = sum(_length(segment) for segment in track.segments)
    moving = sum(_moving(segment) for segment in track.segments)
    choice = chosen(track.type, None, 3.6 * metres / (moving or seconds))
    if choice.activity is None or start is None:
        return None
    rates = [point.hr for point in points if point.hr is not None]
    moves = travels(choice.activity)
    still = (
        ("No movement was found in this recording: please check its length.",) if moves and not moving else ()
    )
    return Bout(
        activity=choice.activity,
        start=start.astimezone(zone),
        seconds=seconds,
        moving_seconds=min(moving, seconds) if moves else None,
        metres=metres,
        ascent=ascent_of(point.height for point in points),
        hr_mean=sum(rates) / len(rates) if rates else None,
        hr_max=max(rates, default=None),
        samples=len(points),
        warnings=choice.warnings + still,
    )


def _length(segment: Sequence[_Point]) -> float:
    return sum(metres_between(one.lat, one.lon, two.lat, two.lon) for one, two in itertools.pairwise(segment))


def _moving(segment: Sequence[_Point]) -> float:
    timed = sorted((point for point in segment if point.time is not None), key=_seconds)

    def between(i: int, j: int) -> float:
        return metres_between(timed[i].lat, timed[i].lon, timed[j].lat, timed[j].lon)

    return moving_of([_seconds(point) for point in timed], between)


def _seconds(point: _Point) -> float:
    return point.time.timestamp() if point.time is not None else 0.0


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _time(text: str | None) -> datetime | None:
    """The time in UTC; one without an offset is UTC, as the format says. None for what is no time of our age."""
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if time is None or time.year not in _YEARS:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
