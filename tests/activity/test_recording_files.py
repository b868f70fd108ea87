"""What is no recording, and what lies behind a path."""

import gzip
import hashlib
import io
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulando.activity.bouts import identity
from ambulando.activity.recordings import expand, files, read
from ambulando.activity.recordings import formats as module_formats
from ambulando.ground import InputError

GPX = (
    b'<gpx version="1.1"><trk><type>walking</type><trkseg>'
    b'<trkpt lat="47" lon="8"><time>2026-11-02T08:00:00Z</time></trkpt>'
    b'<trkpt lat="47.005" lon="8"><time>2026-11-02T08:07:00Z</time></trkpt>'
    b"</trkseg></trk></gpx>"
)
LATER = GPX.replace(b"2026-11-02", b"2026-11-03")


def zip_of(members, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n\x00\x00", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "is a picture, not a recording"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "is a picture, not a recording"),
        (zip_of({"walk.gpx": GPX}), "is a zip archive, not a recording"),
        (gzip.compress(GPX), "is a compressed file, not a recording"),
        (b"\n<!DOCTYPE html><html><body>Log in</body></html>", "is a web page, not a recording"),
        (b"<html><body/></html>", "is a web page, not a recording"),
        (b"%PDF-1.7", "is a PDF document, not a recording"),
        (b'{"a": 1}', "is a JSON file, not a recording"),
        (b"date,mood\n2026-11-02,4\n", "is not a recording that we can read"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(data, says):
    with pytest.raises(InputError, match=says) as caught:
        read("walk.fit", data)
    assert str(caught.value).startswith("walk.fit is ")
    assert str(caught.value).count(". ") == 0


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_random_bytes_give_one_sentence(data):
    with pytest.raises(InputError, match=r"^noise .*\.$"):
        read("noise", data)


def test_the_format_is_told_from_the_content_and_not_from_the_name():
    assert read("photo.jpg", GPX).format == "gpx"


def test_a_file_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("ambulando.activity.recordings.MAX_BYTES", 100)
    with pytest.raises(InputError, match="too large for a recording"):
        read("walk.gpx", GPX)


def test_a_strange_name_can_not_break_the_sentence():
    with pytest.raises(InputError) as caught:
        read("../../etc/a\nb\x1b[31m" + "x" * 300 + ".gpx", b"")
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 200
    assert "etc" not in text


def test_the_same_recording_is_known_again():
    first, again = read("a.gpx", GPX), read("copy of a.gpx", GPX)
    assert first.fingerprint == again.fingerprint == hashlib.sha256(GPX).hexdigest()
    spaced = read("a.gpx", GPX.replace(b"><", b">\n<"))
    assert spaced.fingerprint != first.fingerprint
    assert identity(spaced.bouts[0]) == identity(first.bouts[0])
    assert identity(read("b.gpx", LATER).bouts[0]) != identity(first.bouts[0])


def test_nothing_heavy_is_loaded_before_it_is_needed():
    code = (
        "import sys; import ambulando.activity.recordings, ambulando.activity.dose;"
        "print([m for m in ('fitdecode', 'numpy', 'django', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


# Paths


def test_a_file_is_given_whatever_it_is(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    assert list(expand(tmp_path / "notes.txt")) == [(str(tmp_path / "notes.txt"), b"hello")]


def test_a_folder_gives_its_recordings_in_order_and_passes_over_the_rest(tmp_path):
    deep = tmp_path / "b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / ".hidden.gpx").write_bytes(GPX)
    (tmp_path / "z.gpx").write_bytes(GPX)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "broken.fit").write_bytes(b"nothing")
    (tmp_path / "track without a suffix").write_bytes(GPX)
    (deep / "a.gpx").write_bytes(LATER)
    (tmp_path / "link.gpx").symlink_to(tmp_path / "z.gpx")
    names = [name.removeprefix(str(tmp_path)) for name, _ in expand(tmp_path)]
    assert names == ["/broken.fit", "/track without a suffix", "/z.gpx", "/b/c/a.gpx"]


def test_a_zip_is_opened_also_within_a_zip_and_gzip_is_taken_off(tmp_path):
    inner = zip_of({"deep.gpx": LATER, "third.zip": zip_of({"too-deep.gpx": GPX})})
    path = tmp_path / "export.zip"
    path.write_bytes(
        zip_of(
            {
                "activities/1.gpx.gz": gzip.compress(GPX),
                "inner.zip": inner,
                "media/photo.jpg": b"\xff\xd8\xff",
                "__MACOSX/activities/1.gpx": b"junk",
                "../../outside.gpx": GPX,
            }
        )
    )
    found = {name.removeprefix(str(path)): data for name, data in expand(path)}
    assert found.pop("/activities/1.gpx.gz") == GPX
    assert found.pop("/inner.zip/deep.gpx") == LATER
    assert found.pop("/../../outside.gpx") == GPX  # only a name: nothing is written anywhere
    (name, error) = found.popitem()
    assert name == "/inner.zip/third.zip"
    assert "archive within archives" in str(error)
    assert not found


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    good = zip_of({"a.gpx": GPX, "b.gpx": GPX + b"<!--" + bytes(range(65, 91)) * 400, "c.gpx": LATER})
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        start = archive.getinfo("b.gpx").header_offset + 40
    path = tmp_path / "export.zip"
    path.write_bytes(good[:start] + b"\xff" * 30 + good[start + 30 :])
    (tmp_path / "damaged.zip").write_bytes(good[:200])
    outcomes = []
    for name, data in expand(tmp_path):
        try:
            outcomes.append((name.rpartition("/")[2], len(read(name, data).bouts)))
        except InputError as error:
            outcomes.append((name.rpartition("/")[2], str(error)))
    assert outcomes == [
        ("damaged.zip", "damaged.zip is a damaged zip archive; please export or download it again."),
        ("a.gpx", 1),
        ("b.gpx", "b.gpx is damaged inside its zip archive; please export it again."),
        ("c.gpx", 1),
    ]


def test_a_bomb_is_refused_by_what_comes_out_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 100_000)
    monkeypatch.setattr(files, "MAX_UNPACKED", 250_000)
    path = tmp_path / "bomb.zip"
    path.write_bytes(zip_of({f"{i}.gpx": b" " * 1_000_000 for i in range(10)}))
    found = list(expand(path))
    assert len(found) == 4
    assert all(isinstance(data, InputError) for _, data in found)
    assert "unpacks to more than we read" in str(found[-1][1])
    packed = tmp_path / "bomb.gpx.gz"
    packed.write_bytes(gzip.compress(b" " * 1_000_000))
    ((_, error),) = expand(packed)
    assert "larger than" in str(error)
    monkeypatch.setattr(files, "MAX_MEMBERS", 2)
    path.write_bytes(zip_of({f"{i}.gpx": GPX for i in range(10)}))
    assert len(list(expand(path))) == 3


def test_a_locked_archive_says_so(tmp_path):
    data = bytearray(zip_of({"a.gpx": GPX}))
    data[6] |= 1  # the flag for encryption, in the local header ...
    data[data.index(b"PK\x01\x02") + 8] |= 1  # ... and in the directory
    (tmp_path / "locked.zip").write_bytes(bytes(data))
    ((_, error),) = expand(tmp_path / "locked.zip")
    assert "locked with a password" in str(error)


def test_a_path_that_does_not_exist_is_refused_at_once(tmp_path):
    with pytest.raises(InputError, match=r"no file or folder 'nowhere\.fit'"):
        expand(tmp_path / "nowhere.fit")


def test_a_large_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 100)
    (tmp_path / "walk.gpx").write_bytes(GPX)
    ((_, error),) = expand(tmp_path / "walk.gpx")
    with pytest.raises(InputError, match="larger than"):
        read("walk.gpx", error)


def test_html_with_a_comment_before_it_is_still_a_web_page():
    assert module_formats.is_html(b"<!-- hi --> <HTML>")
    assert not module_formats.is_html(b"<gpx/>")
