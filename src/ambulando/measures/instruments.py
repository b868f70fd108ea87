"""All instruments: those of the program, and the packs that an installation added. A new one is a new file, no code."""

import os
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from stat import S_ISREG

from ambulando.ground import InputError, data_place
from ambulando.measures.reading import instrument_from
from ambulando.measures.shape import Instrument

PACKAGE = "ambulando.measures"
VARIABLE = "AMBULANDO_INSTRUMENTS"
#: bytes: no questionnaire is longer
LARGEST_PACK = 200_000


def instruments() -> Mapping[str, Instrument]:
    """All instruments by id, each checked on load: those of the program, then the packs.

    A pack that is amiss is left out (``refused_packs``). One that is put into the folder is there at the next call.
    """
    return {**packaged(), **_packs(*_stamp())[0]}


def instrument(id: str) -> Instrument:  # noqa: A002 - the word of the whole project for a name that stays
    """The instrument with this id. Raises InputError that lists the known ones."""
    known = instruments()
    if id not in known:
        raise InputError(f"There is no instrument '{id}'; the instruments are {', '.join(known)}.")
    return known[id]


@cache
def packaged() -> Mapping[str, Instrument]:
    """The instruments that are part of the program, by id. Raises InputError naming the file that is at fault."""
    folder = files(PACKAGE).joinpath("data")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    found = [instrument_from(folder.joinpath(name).read_text("utf-8"), where=name) for name in names]
    return {one.id: one for one in found}


def packs_place() -> Path:
    """``AMBULANDO_INSTRUMENTS`` when it is set, else ``instruments`` in the data folder; there yet or not."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser().resolve()
    return data_place() / "instruments"


def refused_packs() -> tuple[str, ...]:
    """One sentence for each pack that was left out, beginning with the name of its file."""
    return _packs(*_stamp())[1]


def pack_of(text: str, *, where: str) -> Instrument:
    """The instrument of a pack. Raises InputError for anything amiss, and for an id that the program has itself."""
    if len(text.encode("utf-8", "replace")) > LARGEST_PACK:
        raise InputError(f"{where} is larger than an instrument can be ({LARGEST_PACK // 1000} kB).")
    made = instrument_from(text, where=where)
    if made.id in packaged():
        raise InputError(f"{where} calls itself '{made.id}', which is part of the program; please rename it.")
    return made


Stamp = tuple[tuple[str, int, int], ...]


def _stamp() -> tuple[Path, Stamp]:
    """The folder of packs and its files with their times and sizes: what was read once holds while these stay.

    The size is -1 for what is no file, such as a folder, a lost link or a pipe, which could block whoever reads it.
    """
    folder = packs_place()
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    except (FileNotFoundError, NotADirectoryError):
        return folder, ()
    except OSError:
        return folder, ((str(folder), 0, -1),)
    return folder, tuple(_facts(folder / name) for name in names if not name.startswith("."))


def _facts(pack: Path) -> tuple[str, int, int]:
    try:
        facts = pack.stat()
    except OSError:
        return pack.name, 0, -1
    return pack.name, facts.st_mtime_ns, facts.st_size if S_ISREG(facts.st_mode) else -1


@lru_cache(maxsize=8)
def _packs(folder: Path, stamp: Stamp) -> tuple[Mapping[str, Instrument], tuple[str, ...]]:
    found: dict[str, Instrument] = {}
    refused = []
    for name, _time, size in stamp:
        try:
            if size < 0:
                raise InputError(f"{name} can not be read.")
            if size > LARGEST_PACK:
                raise InputError(f"{name} is larger than an instrument can be ({LARGEST_PACK // 1000} kB).")
            made = pack_of((folder / name).read_text("utf-8"), where=name)
            if made.id in found:
                raise InputError(
                    f"{name} calls itself '{made.id}', as another pack does; please keep one of them."
                )
            found[made.id] = made
        except InputError as error:
            refused.append(str(error))
        except UnicodeDecodeError:
            refused.append(f"{name} is not a text file in UTF-8.")
        except OSError as error:
            refused.append(f"{name} can not be read ({error.strerror}).")
    return found, tuple(refused)
