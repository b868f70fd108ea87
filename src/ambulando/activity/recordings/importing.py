"""What becomes of a file that is imported: read, or refused with its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from ambulando.activity.bouts import Bout, check_not_future
from ambulando.activity.recordings import read
from ambulando.activity.recordings.model import Day, Recording
from ambulando.ground import InputError


@dataclass(frozen=True)
class Imported:
    """A file of an import. ``status``: "new", "here" (known already), "changed" or "refused" (with the reason)."""

    path: str
    format: str | None
    status: str
    reason: str | None = None
    bouts: tuple[Bout, ...] = ()
    days: Mapping[str, Day] = field(default_factory=dict)


def look_at(
    path: str, data: bytes | InputError, now: datetime, *, zone: tzinfo | None = None
) -> tuple[Imported, Recording | None]:
    """Read a file without keeping anything. A file that can not be read is refused, and its recording is None."""
    try:
        recording = read(path, data, zone=zone)
        check_not_future(recording.bouts, now)
    except InputError as error:
        return Imported(path, None, "refused", str(error)), None
    return Imported(path, recording.format, "new", None, recording.bouts, recording.days), recording
