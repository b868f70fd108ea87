"""Studies in the formats in which others keep them: Metapsy, RevMan 5 and RevMan Web, and tables of our own columns.

Each is read into one ``Dataset``, whose outcomes ``dataset.as_csv`` writes as the table that ``evidence pool`` reads.
Records of bibliographies (RIS, PubMed) are for screening lists, see ``screening``.
"""

from pathlib import Path

from ambulando.evidence.formats import generic, metapsy, revman
from ambulando.evidence.formats.dataset import Comparison, Dataset, Outcome, as_csv, effect_of
from ambulando.ground import InputError

__all__ = [
    "FORMATS",
    "Comparison",
    "Dataset",
    "Outcome",
    "as_csv",
    "bytes_of",
    "effect_of",
    "read",
    "text_of",
]

FORMATS = ("auto", "metapsy", "revman", "generic")


def bytes_of(path: Path) -> bytes:
    """What a file holds. Raises InputError when it can not be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; please name a file.") from None
    except OSError as error:
        raise InputError(f"The file {path} can not be read ({error.strerror}).") from None


def text_of(data: bytes, where: str) -> str:
    """The text of a file: UTF-8, or what its XML declaration says, or else the Latin letters of older programs."""
    head = data[:200]
    named = ""
    if b"encoding=" in head and head.lstrip().startswith(b"<?xml"):
        named = (
            head.split(b"encoding=", 1)[1][1:]
            .split(head.split(b"encoding=", 1)[1][:1], 1)[0]
            .decode("ascii", "replace")
        )
    for encoding in (named, "utf-8-sig", "cp1252"):
        if not encoding:
            continue
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    raise InputError(f"{where} is not a text file.")


def read(
    source: Path | str, where: str = "the text", *, form: str = "auto", measure: str | None = None
) -> Dataset:
    """The studies of a file (a Path) or of a text. ``form`` auto looks at its beginning.

    Raises InputError for a file that is not there, a format that does not exist, and what the format's reader refuses.
    """
    if form not in FORMATS:
        raise InputError(f"There is no format called {form!r}; take one of {', '.join(FORMATS)}.")
    if isinstance(source, Path):
        where = str(source)
        text = text_of(bytes_of(source), where)
    else:
        text = source
    if not text.strip():
        raise InputError(f"{where} is empty.")
    if form == "revman" or (form == "auto" and (revman.fits_xml(text) or revman.fits_web(text))):
        if revman.fits_xml(text) or text.lstrip().startswith("<"):
            return revman.read_xml(text, where)
        return revman.read_web(text, where)
    if form == "metapsy" or (form == "auto" and metapsy.fits(text)):
        return metapsy.read(text, where)
    if text.lstrip().startswith("<"):
        raise InputError(f"{where} is XML and no RM5 file; it has no <COCHRANE_REVIEW>.")
    return generic.read(text, where, measure=measure)
