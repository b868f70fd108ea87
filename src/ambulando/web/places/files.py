"""From a file that was sent to places."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import UploadedFile

from ambulando.ground import InputError
from ambulando.plan.place_csv import read_csv
from ambulando.plan.place_osm import SUFFIXES, read_osm
from ambulando.plan.places import Place, near, plain

#: what a compressed extract may unpack to when it comes over a page
MOST_UNPACKED = 1024**3


def places_in(
    file: UploadedFile, *, seen: date, at: tuple[float, float] | None, within: float | None
) -> tuple[Place, ...]:
    """The places in what was sent. Raises InputError for a file that can not be read; nothing of it is kept on the disk."""
    name = name_of(file)
    if name.lower().endswith(".csv"):
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InputError(f"{name} is not a text file in UTF-8. Please save it as CSV in UTF-8.") from None
        places = read_csv(text, name, seen=seen)
        return places if at is None else near(places, *at, within=within)
    with copied(file, name) as path:
        return read_osm(path, seen=seen, at=at, within=within, most_unpacked=MOST_UNPACKED, name=name)


def name_of(file: UploadedFile) -> str:
    return plain(Path(file.name or "").name)[-100:]


@contextmanager
def copied(file: UploadedFile, name: str) -> Iterator[Path]:
    """A copy with a name of our own, whatever the sender called it."""
    suffix = max((one for one in SUFFIXES if name.lower().endswith(one)), key=len)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"extract{suffix}"
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
        yield path
