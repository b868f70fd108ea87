"""Recordings of devices: FIT and GPX files, folders and zips of them, read into bouts.

for name, data in expand(path):
    try:
        recording = read(name, data)
    except InputError as error:
        ...  # one sentence for the person; the other files go on
"""

import hashlib
from dataclasses import replace
from datetime import tzinfo

from ambulando.activity.recordings import formats
from ambulando.activity.recordings.files import expand
from ambulando.activity.recordings.model import Day, Recording, shown
from ambulando.ground import InputError

__all__ = ["MAX_BYTES", "Day", "Recording", "expand", "read"]

#: The largest recording that is read. A day at one sample a second is about 10 MB.
MAX_BYTES = 64 * 1024 * 1024
_DAY = 86_400
_LONG = ("It lasts more than a day: please check when it ended.",)


def read(name: str, data: bytes | InputError, *, zone: tzinfo | None = None) -> Recording:
    """What the file holds; its format is told from the content, never from its name.

    ``name`` is for sentences only. ``data`` may be the InputError that ``expand`` gives for a file it could not open;
    it is raised here, so that one ``except`` serves all. ``zone``: the person's time zone, for files that give their
    times in UTC alone (GPX, some FIT); a FIT file that tells its own local time keeps it.
    Raises InputError with one sentence for anything that is no whole recording.
    """
    if isinstance(data, InputError):
        raise data
    what = shown(name)
    if not data.strip(b" \t\r\n\x00"):
        raise InputError(f"{what} is empty; please export it again from your device or app.")
    if len(data) > MAX_BYTES:
        raise InputError(f"{what} is larger than {MAX_BYTES // 2**20} MB, too large for a recording.")
    if formats.is_fit(data):
        from ambulando.activity.recordings import fit  # the decoder is only loaded where it is needed

        found = fit.recording_of(what, data, zone)
    elif formats.is_xml(data) and not formats.is_html(data):
        from ambulando.activity.recordings import gpx

        found = gpx.recording_of(what, data, zone)
    else:
        kind = formats.foreign_name(data)
        raise InputError(f"{what} is {kind}; please choose a FIT or GPX file.")
    bouts = tuple(
        replace(bout, warnings=found.warnings + bout.warnings + (_LONG if bout.seconds > _DAY else ()))
        for bout in sorted(found.bouts, key=lambda b: b.start)
    )
    return replace(found, bouts=bouts, fingerprint=hashlib.sha256(data).hexdigest())
