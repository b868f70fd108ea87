"""What kind of file some bytes are, told from the content and never from the name."""

import re

#: First bytes of files that people mix up with recordings, and what to call them.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "a database"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(rb"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def is_fit(data: bytes) -> bool:
    """A FIT file has ".FIT" at byte 8 of its header."""
    return data[8:12] == b".FIT"


def is_xml(data: bytes) -> bool:
    """Text that starts with a tag (blanks and a byte order mark aside)."""
    return data[:2] in _UTF16 or start_of(data).startswith(b"<")


def is_zip(data: bytes) -> bool:
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def is_gzip(data: bytes) -> bool:
    return data[:3] == b"\x1f\x8b\x08"


def is_html(data: bytes) -> bool:
    return _HTML.match(start_of(data)) is not None


def start_of(data: bytes) -> bytes:
    """The first kilobyte without byte order mark and leading blanks (some exports begin with blanks)."""
    return data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip()[:1024]


def foreign_name(data: bytes) -> str:
    """What to call a file that is no recording, e.g. "a picture, not a recording"."""
    if is_zip(data):
        return "a zip archive, not a recording"
    if is_gzip(data):
        return "a compressed file, not a recording"
    if is_html(data):
        return "a web page, not a recording"
    start = start_of(data)
    found = next((name for magic, name in _FOREIGN if start.startswith(magic)), None)
    return f"{found}, not a recording" if found else "not a recording that we can read"
