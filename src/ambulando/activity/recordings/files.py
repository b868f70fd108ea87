"""The files behind a path: a file, a folder, a zip archive, a compressed file, or one within the other."""

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ambulando.activity.recordings import formats
from ambulando.activity.recordings.model import shown
from ambulando.ground import InputError

#: The largest single file that is opened, also once it is unpacked.
MAX_FILE = 64 * 1024 * 1024
#: The largest archive that is opened (the export of a whole account).
MAX_ARCHIVE = 2 * 1024**3
#: What an archive may unpack to altogether, and how many files it may hold.
MAX_UNPACKED = 4 * 1024**3
MAX_MEMBERS = 100_000
#: An archive within an archive is opened, one within that is not.
MAX_DEPTH = 2
#: Names that are taken for recordings even when the content is broken, so that the person hears of it.
_SUFFIXES = (".fit", ".gpx", ".tcx", ".fit.gz", ".gpx.gz", ".tcx.gz")

Found = tuple[str, bytes | InputError]


def expand(path: str | Path) -> Iterator[Found]:
    """The recordings at ``path``, as (name, bytes), one at a time and in order of name.

    A file is given whatever it is; from folders and archives what looks like a recording by name or content is taken
    and the rest (photos, tables) passed over. Links and hidden files are not followed. Nothing is written to disk.
    A file that can not be opened is given as (name, InputError), which ``read`` raises, so that the others go on.
    Raises InputError at once when there is nothing at ``path``.
    """
    start = Path(path)
    if not os.path.exists(start):  # noqa: PTH110 - unlike a Path it takes any name
        raise InputError(f"There is no file or folder {shown(str(path))!r}; please check the name.")
    return _folder(start) if start.is_dir() else _file(start, str(path), wanted=True)


def _folder(folder: Path) -> Iterator[Found]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place) / name
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield from _file(file, str(file), wanted=False)


def _file(file: Path, name: str, *, wanted: bool) -> Iterator[Found]:
    try:
        with file.open("rb") as opened:
            start = opened.read(2048)
            size = file.stat().st_size
            if formats.is_zip(start):
                if size > MAX_ARCHIVE:
                    yield name, _too_large(name, MAX_ARCHIVE)
                else:
                    opened.seek(0)
                    yield from _archive(opened, name, _Budget(), depth=1)
            elif wanted or _looks_like_one(name, start):
                if size > MAX_FILE:
                    yield name, _too_large(name, MAX_FILE)
                else:
                    yield _unpacked(name, start + opened.read(MAX_FILE))
    except OSError as error:
        yield name, InputError(f"{shown(name)} could not be opened ({error.strerror or 'unknown reason'}).")


class _Budget:
    """What an archive may still unpack, shared by the archives within it."""

    def __init__(self) -> None:
        self.bytes = MAX_UNPACKED
        self.members = MAX_MEMBERS


def _archive(
    opened: io.BufferedIOBase | io.BufferedReader, name: str, budget: _Budget, depth: int
) -> Iterator[Found]:
    try:
        archive = zipfile.ZipFile(opened)
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        yield name, InputError(f"{shown(name)} is a damaged zip archive; please export or download it again.")
        return
    with archive:
        for member in sorted(members, key=lambda member: member.filename):
            parts = member.filename.replace("\\", "/").split("/")
            if member.is_dir() or "__MACOSX" in parts or parts[-1].startswith("."):
                continue
            budget.members -= 1
            if budget.members < 0 or budget.bytes <= 0:
                yield (
                    name,
                    InputError(
                        f"{shown(name)} unpacks to more than we read; please import it in smaller parts."
                    ),
                )
                return
            yield from _member(archive, member, f"{name}/{member.filename}", budget, depth)


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, budget: _Budget, depth: int
) -> Iterator[Found]:
    try:
        with archive.open(member) as opened:
            start = opened.read(2048)
            inner = formats.is_zip(start)
            if not inner and not _looks_like_one(name, start):
                budget.bytes -= len(start)
                return
            # The size that the archive states may be a lie, so what comes out is counted.
            data = start + opened.read(MAX_FILE - len(start) + 1)
    except RuntimeError:
        yield name, InputError(f"{shown(name)} is locked with a password; please unpack it first.")
        return
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError):
        yield name, InputError(f"{shown(name)} is damaged inside its zip archive; please export it again.")
        return
    budget.bytes -= len(data)
    if len(data) > MAX_FILE:
        yield name, _too_large(name, MAX_FILE)
    elif inner:
        if depth < MAX_DEPTH:
            yield from _archive(io.BytesIO(data), name, budget, depth + 1)
        else:
            yield name, InputError(f"{shown(name)} is an archive within archives; please unpack it first.")
    else:
        yield _unpacked(name, data)


def _unpacked(name: str, data: bytes) -> Found:
    """The file, taken out of its gzip shell where it has one (activities of a bulk export come as .fit.gz)."""
    if not formats.is_gzip(data):
        return name, data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as opened:
            inside = opened.read(MAX_FILE + 1)
    except (OSError, EOFError, zlib.error):
        return name, InputError(f"{shown(name)} is a damaged compressed file; please export it again.")
    return name, _too_large(name, MAX_FILE) if len(inside) > MAX_FILE else inside


def _looks_like_one(name: str, start: bytes) -> bool:
    if name.lower().endswith(_SUFFIXES) or formats.is_fit(start):
        return True
    return formats.is_xml(start) and b"<gpx" in formats.start_of(start)


def _too_large(name: str, limit: int) -> InputError:
    return InputError(f"{shown(name)} is larger than {limit // 2**20} MB; please import it in smaller parts.")
